"""Asks one endpoint of others, at the very address that was checked, and reads a whole answer.

Its name is looked up once, here; the certificate is checked for the name. No redirect is
followed, no proxy asked, and nothing but SPARQL results in JSON is taken.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import IO, Any

import pyoxigraph as ox

import digigraph
from digigraph.calls import Route
from digigraph.depth import Shallow
from digigraph.engine import PIECE
from digigraph.errors import EngineUnavailable, QueryForbidden
from digigraph.evaluation import QueryFailed
from digigraph.exchange import Body, Connection, Watch

RESULTS = "application/sparql-results+json"
_IN_MEMORY = 1 << 20
_FAILURES = (EngineUnavailable, HTTPException, OSError, SyntaxError, ValueError, MemoryError)
"""What is raised where there is no answer, or one that is none; a text too long is the last."""
_HEADERS = {
    "Content-Type": "application/sparql-query",
    "Accept": RESULTS,
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": f"digigraph/{digigraph.__version__}",
}

Resolve = Callable[..., list[Any]]
"""Finds the addresses of a name, as `socket.getaddrinfo` does."""


class _Checked(Connection):
    """A connection to the address that the name had when it was checked."""

    addresses: list[str]

    def reach(self, seconds: float) -> socket.socket:
        """Connect to the first of the addresses that takes the connection."""
        for address in self.addresses[:-1]:
            try:
                return socket.create_connection((address, self.port), seconds)
            except OSError:
                continue
        return socket.create_connection((self.addresses[-1], self.port), seconds)


def ask(route: Route, query: bytes, told: Watch, limit: int, resolve: Resolve) -> IO[bytes]:
    """Return a file with the answer of an endpoint, at its end; who reads it closes it.

    `limit` bounds the bytes. Raises `QueryForbidden` where the name leads to an address that the
    list does not permit, or the endpoint elsewhere; `QueryFailed` where the endpoint fails;
    `ResultTooLarge`, and what `Watch` raises.
    """
    iri, asked = route.call.iri, route.asked
    try:
        addresses = _addresses(route, resolve)
        connection = _Checked(asked.host, asked.port, told=told, tls=asked.scheme == "https")
        connection.addresses = addresses
        with closing(connection):
            connection.request("POST", asked.path, query, _HEADERS)
            response = connection.getresponse()
            _accept(iri, response)
            return _kept(Body(response, told, limit))
    except _FAILURES as error:
        told.left()
        raise QueryFailed(f"SERVICE <{iri}>: {str(error) or type(error).__name__}") from error


def _addresses(route: Route, resolve: Resolve) -> list[str]:
    found = resolve(route.asked.host, route.asked.port, type=socket.SOCK_STREAM)
    addresses = [str(place[4][0]) for place in found]
    # One public address beside another that is not would be a way in, some of the times.
    if not addresses or not all(route.entry.permits(ip_address(one)) for one in addresses):
        raise QueryForbidden(
            f"SERVICE <{route.call.iri}> is not answered here: "
            "the name leads to an address that is not public",
            "private",
            iri=route.call.iri,
        )
    return addresses


def _accept(iri: str, response: HTTPResponse) -> None:
    """Raise an error unless what comes is an answer that we can hand on."""
    if 300 <= response.status < 400:
        elsewhere = response.headers.get("Location", "-")[:200]
        raise QueryForbidden(
            f"SERVICE <{iri}> is not answered here: the endpoint sends us on to "
            f"<{elsewhere}>, and redirects are not followed",
            "redirect",
            iri=iri,
            elsewhere=elsewhere,
        )
    told = response.headers.get_content_type()
    if response.status != 200:
        raise QueryFailed(f"SERVICE <{iri}>: the endpoint answers {response.status}")
    if told not in (RESULTS, "application/json") or response.headers.get("Content-Encoding"):
        raise QueryFailed(f"SERVICE <{iri}>: the endpoint answers in {told}, not in {RESULTS}")


def _kept(body: Body) -> IO[bytes]:
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 # handed on
    try:
        while piece := body.read():
            kept.write(piece)
        _read(kept)
    except BaseException:
        kept.close()
        raise
    return kept


def _read(kept: IO[bytes]) -> None:
    """Raise `SyntaxError` unless all of an answer can be read: the engine may take a part.

    Inside MINUS and EXISTS it takes what comes before an error for the whole.
    """
    kept.seek(0)
    shallow = Shallow(kept)
    while shallow.read(PIECE):
        pass
    kept.seek(0)
    found = ox.parse_query_results(kept, format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QuerySolutions):
        for _ in found:
            pass
    kept.seek(0, os.SEEK_END)
