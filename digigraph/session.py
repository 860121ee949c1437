"""One client's way to a running service: one connection, kept while it lasts."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from urllib.parse import urlencode, urljoin, urlsplit

import digigraph
from digigraph.errors import ServiceFailed, UsageError

TRIES = 3
"""How often a request is made to a service that is too busy for it."""
PATIENCE = 60.0
"""Seconds to wait for the next bytes."""
_PIECE = 1 << 16

Answer = tuple[int, Mapping[str, str], bytes]


class Session:
    """A connection to a service; a context manager. Addresses are relative to the service's."""

    def __init__(self, address: str) -> None:
        """Take the address of the service, http or https; nothing is connected yet."""
        self.address = address.rstrip("/") + "/"
        parts = urlsplit(self.address)
        try:
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            usable = None
        if not usable or parts.query or parts.fragment:
            raise UsageError(f"{address!r} is no address of a service; write http://host:port/")
        host, port = str(parts.hostname), parts.port
        self._connection = (
            HTTPSConnection(host, port, timeout=PATIENCE, context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(host, port, timeout=PATIENCE)
        )

    def __enter__(self) -> Session:
        """Return itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close the connection."""
        self._connection.close()

    def get(self, place: str, accept: str = "*/*") -> Answer:
        """Return status, headers (names in lower case) and body of what stands at a place."""
        pieces: list[bytes] = []
        status, headers, whole = self.stream(place, pieces.append, {"Accept": accept})
        return (status if whole else 0), headers, b"".join(pieces)

    def ask(self, query: str, accept: str) -> Answer:
        """Return status, headers and body of the answer to a SPARQL query."""
        pieces: list[bytes] = []
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"query": query}).encode()
        status, told, whole = self.stream("sparql", pieces.append, headers, body)
        return (status if whole else 0), told, b"".join(pieces)

    def stream(
        self,
        place: str,
        take: Callable[[bytes], object],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> tuple[int, Mapping[str, str], bool]:
        """Hand on a body piece by piece; return status, headers, and whether it came whole.

        Raises `ServiceFailed` where the service does not answer.
        """
        path = urlsplit(urljoin(self.address, place))
        target = f"{path.path}?{path.query}" if path.query else path.path
        sent = {"User-Agent": f"digigraph/{digigraph.__version__}", **(headers or {})}
        response = self._answer("POST" if body else "GET", target, body, sent)
        try:
            while piece := response.read(_PIECE):
                take(piece)
            # A body that ends before its length is told by an empty read only.
            whole = not response.length
        except (HTTPException, OSError):
            whole = False
        if not whole:
            self._connection.close()
        return response.status, _headers(response), whole

    def _answer(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> HTTPResponse:
        for attempt in range(1, TRIES + 1):
            try:
                self._connection.request(method, target, body, dict(headers))
                response = self._connection.getresponse()
            except (HTTPException, OSError) as error:
                self._connection.close()
                if attempt == TRIES:
                    raise ServiceFailed(f"{self.address} does not answer: {error!r}") from error
                continue
            if response.status not in (429, 503) or attempt == TRIES:
                return response
            response.read()
            waiting = response.headers.get("Retry-After", "1")
            time.sleep(min(int(waiting), 5) if waiting.isdigit() else 1)
        raise AssertionError("the last attempt answers or raises")


def _headers(response: HTTPResponse) -> dict[str, str]:
    """Return headers by their names in lower case; one that is said twice is a list (RFC 9110)."""
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        known = found.get(name.lower())
        found[name.lower()] = f"{known}, {value}" if known else value
    return found
