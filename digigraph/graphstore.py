"""An engine over HTTP that can be written to: queries, updates, and the Graph Store Protocol."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import digigraph
from digigraph.endpoints import PART, Endpoints, Held, Places, endpoints, held, held_query, kind_of
from digigraph.errors import EngineUnavailable, UsageError

_PATIENCE = 3600.0
"""Seconds that an engine may take for one request; to move a large graph takes long."""


class Store:
    """An engine over HTTP that can be written to."""

    def __init__(self, ends: Endpoints, user: str = "", password: str = "") -> None:
        """Remember where it is, and who we are to it."""
        self.ends = ends
        self._known = _Known(user, password) if user else None
        self._opener = urllib.request.build_opener(_NoRedirect(), urllib.request.ProxyHandler({}))

    @classmethod
    def at(
        cls, address: str, kind: str = "auto", update: str = "", store: str = "",
        user: str = "", password: str = "",
    ) -> Store:  # fmt: skip
        """Return the engine at an address; `auto` asks it what it is.

        Raises `UsageError` where this cannot be the address of one.
        """
        engine = cls(endpoints(address, "generic"), user, password)
        told = kind_of(engine.server()) if kind == "auto" else kind
        if told == "generic" and not (update and store):
            raise UsageError(
                f"what is at {address} does not say that it is Oxigraph or Virtuoso: give "
                "--update-url and --gsp-url, or --engine-kind"
            )
        return cls(endpoints(address, told, update, store), user, password)

    def server(self) -> str:
        """Return what it says that it is."""
        try:
            with self._opener.open(self.ends.query, timeout=_PATIENCE) as response:
                return str(response.headers.get("Server", ""))
        except urllib.error.HTTPError as error:
            with error:
                return str(error.headers.get("Server", ""))
        except (HTTPException, OSError) as error:
            raise _silent(self.ends.query, error) from error

    def rows(self, query: str) -> list[dict[str, str]]:
        """Return the values of a table."""
        sent = {"Accept": "application/sparql-results+json"}
        body = self._request(self.ends.query, "POST", urlencode({"query": query}).encode(), sent)
        try:
            found = json.loads(body)["results"]["bindings"]
            return [{name: term["value"] for name, term in row.items()} for row in found]
        except (ValueError, KeyError, TypeError) as error:
            raise wrong(f"what {self.ends.query} answers is no table") from error

    def update(self, update: str) -> None:
        """Carry a SPARQL Update out."""
        self._request(self.ends.update, "POST", urlencode({"update": update}).encode(), {})

    def put(self, graph: str, lines: Iterable[bytes], *, first: bool) -> None:
        """Send triples into a graph; the first of them replace what was in it."""
        address = f"{self.ends.store}?{urlencode({'graph': graph})}"
        kind = {"Content-Type": "application/n-triples"}
        self._request(address, "PUT" if first else "POST", b"".join(lines), kind)

    def drop(self, graphs: Iterable[str]) -> None:
        """Drop graphs, each for itself; Virtuoso takes no large one as one transaction."""
        first = "DEFINE sql:log-enable 3\n" if self.ends.kind == "virtuoso" else ""
        for graph in graphs:
            self.update(f"{first}DROP SILENT GRAPH <{graph}>")

    def count(self, graph: str) -> int:
        """Return how many triples a graph has."""
        found = self.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(found[0]["n"]) if found else 0

    def held(self, places: Places) -> Held:
        """Return what it says that it holds."""
        return held([(row["p"], row["o"]) for row in self.rows(held_query(places))])

    def parts(self, graph: str) -> list[str]:
        """Return the graphs that one of ours lists."""
        query = f"SELECT ?part {{ GRAPH <{graph}> {{ <{graph}> <{PART}> ?part }} }} ORDER BY ?part"
        return [row["part"] for row in self.rows(query)]

    def _request(self, address: str, method: str, body: bytes, headers: dict[str, str]) -> bytes:
        told = {"User-Agent": f"digigraph/{digigraph.__version__}", **headers}
        asked = urllib.request.Request(address, body, told, method=method)
        try:
            if self._known and address != self.ends.query:
                self._known.introduce(asked, self._opener)
            with self._opener.open(asked, timeout=_PATIENCE) as response:
                answer: bytes = response.read()
                return answer
        except urllib.error.HTTPError as error:
            with error:
                words = error.read(1000).decode(errors="replace").strip().partition("\n")[0]
            raise EngineUnavailable("refuses", _refused(address, error.code, words)) from error
        except (HTTPException, OSError) as error:
            raise _silent(address, error) from error


class _Known:
    """Tells the engine who we are, before it is sent much that it would not take from others."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._password = password
        self._digest = urllib.request.HTTPDigestAuthHandler(self._passwords)

    def introduce(
        self, asked: urllib.request.Request, opener: urllib.request.OpenerDirector
    ) -> None:
        """Ask the address for its challenge and answer it: Digest, else Basic (RFC 7616, 7617)."""
        challenge = self._challenge(asked.full_url, opener)
        scheme, _, told = challenge.partition(" ")
        if scheme.lower() == "digest":
            values = urllib.request.parse_keqv_list(urllib.request.parse_http_list(told))
            self._passwords.add_password(None, asked.full_url, self._user, self._password)
            answer = f"Digest {self._digest.get_authorization(asked, values)}"
        elif scheme.lower() == "basic":
            both = f"{self._user}:{self._password}".encode()
            answer = f"Basic {base64.b64encode(both).decode()}"
        else:
            return
        asked.add_unredirected_header("Authorization", answer)

    def _challenge(self, address: str, opener: urllib.request.OpenerDirector) -> str:
        try:
            opener.open(address, timeout=_PATIENCE).close()
        except urllib.error.HTTPError as error:
            with error:
                return str(error.headers.get("WWW-Authenticate", ""))
        return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is meant for one engine goes to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def password_of(file: Path | None) -> str:
    """Return the password in a file, or else in DIGIGRAPH_ENGINE_PASSWORD; never on a command line.

    Raises `UsageError` where neither has one.
    """
    if file is None:
        found = os.environ.get("DIGIGRAPH_ENGINE_PASSWORD", "")
    else:
        try:
            found = file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, ValueError) as error:
            raise UsageError(f"{file}: the password cannot be read: {error}") from error
    if not found:
        raise UsageError("no password: give --password-file, or set DIGIGRAPH_ENGINE_PASSWORD")
    return found


def _refused(address: str, status: int, words: str) -> str:
    advice = {
        401: "give --user, and --password-file or DIGIGRAPH_ENGINE_PASSWORD",
        403: "this user may not write there; give one who may",
        404: "nothing takes it there; give --update-url and --gsp-url",
        405: "nothing takes it there; give --update-url and --gsp-url",
        413: "the engine, or what stands before it, takes no requests of this size",
    }.get(status, "nothing was switched; run the command again when that is mended")
    return f"{address} answers {status}{f' ({words[:300]})' if words else ''}: {advice}"


def _silent(address: str, error: Exception) -> EngineUnavailable:
    reason = getattr(error, "reason", error)
    return EngineUnavailable(
        "unreachable",
        f"{address} does not answer: {reason}; start the engine, or correct --to, and run the "
        "command again: it goes on where it stopped",
    )


def wrong(what: str) -> EngineUnavailable:
    """Return the error of an engine that does not do what it says."""
    return EngineUnavailable("refuses", f"{what}; look at the log of the engine and load again")
