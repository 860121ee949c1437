"""The SERVICE calls of a query, and the list of endpoints that they may go to (S-02).

An endpoint is named by its whole IRI, so that what is checked is what is asked: a variable, a
prefixed name, or a call inside another, which the other endpoint would carry out, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import unquote

from digigraph.errors import QueryForbidden, UsageError
from digigraph.sparql import Token, tokens

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""Addresses of IPv6 that lead to one of IPv4, on the way (RFC 6052, RFC 8215)."""

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Call:
    """A SERVICE call: the IRI that it names, where its token is, and whether it is SILENT."""

    iri: str
    start: int
    end: int
    silent: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where an IRI leads over HTTP; of a list's entry, where all that it allows begins."""

    scheme: str
    host: str
    port: int
    path: str

    def permits(self, address: Address) -> bool:
        """Tell whether this entry of a list lets a connection go to an address.

        What is not public is let through only where the entry itself names it, by its address
        or as `localhost`; a name that leads inside our network is not enough.
        """
        if self.host == "localhost":
            return address.is_loopback
        if (named := _literal(self.host)) is not None:
            return address == named
        return is_public(address)


class Route(NamedTuple):
    """Where a call goes, and the entry of the list that allows it."""

    call: Call
    asked: Place
    entry: Place


def calls_of(query: str) -> tuple[Call, ...]:
    """Return the SERVICE calls of a query that `sparql.check` lets through.

    Raises `QueryForbidden` where a call does not name its endpoint by a whole IRI, or stands
    inside another.

    >>> calls_of("ASK { SERVICE SILENT <http://example.org/sparql> { ?s ?p ?o } }")
    (Call(iri='http://example.org/sparql', start=21, end=48, silent=True),)
    """
    if "SERVICE" not in query.upper():
        return ()
    found: list[Call] = []
    words, depth, inside = list(tokens(query)), 0, 0
    for place, word in enumerate(words):
        if word.kind == "op":
            depth += (word.text == "{") - (word.text == "}")
            inside = inside if depth >= inside else 0
        elif word.kind == "word" and word.text.upper() == "SERVICE":
            if inside:
                message = "SERVICE inside another SERVICE is not answered here"
                raise QueryForbidden(message, "nested")
            found.append(_call(words[place + 1 : place + 4]))
            inside = depth + 1
    return tuple(found)


def _call(after: list[Token]) -> Call:
    """Return the call that three words after SERVICE make."""
    silent = bool(after) and after[0].kind == "word" and after[0].text.upper() == "SILENT"
    named = after[silent : silent + 2]
    if [word.kind for word in named] != ["iri", "op"] or named[1].text != "{":
        raise QueryForbidden(
            "SERVICE is answered here only with the whole IRI of an endpoint in angle brackets",
            "unnamed",
        )
    iri = named[0]
    return Call(iri.text[1:-1], iri.start, iri.start + len(iri.text), silent)


def placed(query: str, calls: Iterable[Call], iris: Iterable[str]) -> str:
    """Return the query with other IRIs in its calls."""
    parts, end = [], 0
    for call, iri in zip(calls, iris, strict=True):
        parts += [query[end : call.start], f"<{iri}>"]
        end = call.end
    return "".join((*parts, query[end:]))


class Allowed:
    """The endpoints that may be asked: prefixes of IRIs, which the settings list."""

    def __init__(self, told: str) -> None:
        """Read the list, its entries parted by commas or spaces; raise `UsageError`."""
        self.places: list[Place] = []
        for entry in re.split(r"[,\s]+", told.strip()):
            place = place_of(entry) if entry else None
            if entry and place is None:
                raise UsageError(
                    f"“{entry}” does not begin the IRI of an endpoint; "
                    "write http://host/path or https://host/path"
                )
            self.places += [place] if place else []

    def __bool__(self) -> bool:
        """Tell whether anything may be asked."""
        return bool(self.places)

    def route(self, call: Call) -> Route:
        """Return where a call goes; raise `QueryForbidden` where no entry allows it."""
        asked = place_of(call.iri)
        for entry in self.places:
            if asked and _covers(entry, asked):
                return Route(call, asked, entry)
        raise QueryForbidden(
            f"SERVICE <{call.iri[:200]}> is not answered here: "
            "the endpoint is not one of those that this service asks",
            "unlisted",
            iri=call.iri[:200],
        )


def place_of(iri: str) -> Place | None:
    """Return where an IRI leads; None where it is not a plain address of HTTP.

    Names and passwords, fragments, letters outside ASCII and steps upwards are not plain: two
    programs could read them differently.
    """
    found = _ADDRESS.fullmatch(iri)
    path = (found["path"] or "/") if found else ""
    steps = unquote(path.partition("?")[0]).split("/")
    if not found or "#" in path or "\\" in unquote(path) or {".", ".."} & set(steps):
        return None
    scheme, host = found["scheme"].lower(), (found["six"] or found["name"]).lower()
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port < 65536 or (found["six"] and _literal(host) is None):
        return None
    return Place(scheme, host, port, path)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public network, and not one in disguise.

    >>> [is_public(ip_address(a)) for a in ("1.1.1.1", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, IPv6Address):
        if any(address in network for network in _TRANSLATED) or address.teredo:
            return False
        within = address.ipv4_mapped or address.sixtofour
        if within is not None:
            return is_public(within)
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _covers(entry: Place, asked: Place) -> bool:
    same = (entry.scheme, entry.host, entry.port) == (asked.scheme, asked.host, asked.port)
    # A parameter of the address could mean anything, an update even: it must be in the list.
    if "?" in entry.path or "?" in asked.path:
        return same and asked.path == entry.path
    return same and asked.path.startswith(entry.path)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
