"""One question to an engine over HTTP, and its answer, within a time and while a client is there.

The time of SPARQLWrapper bounds each read of the socket and not the whole; a few bytes a second
would hold us for ever. Here each read waits for the engine, the client and the clock at once.
What is closed is closed at once; whether the engine goes on is its own affair.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from SPARQLWrapper import POST, SELECT, SPARQLWrapper

import digigraph
from digigraph.engine import Abandoned, Client
from digigraph.errors import EngineUnavailable, QueryLost, QueryTimeout, ResultTooLarge
from digigraph.waiting import watch

CONNECT = 5.0
"""Seconds after which an engine that takes no connection is not there."""
_SAID = 4000
"""The most bytes of an engine's complaint that are read."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What ends an exchange: its time, its client, or that we are to stop."""

    seconds: float
    until: float
    client: Client | None = None
    stop: int = -1

    def left(self) -> float:
        """Return the seconds that are left; raise `QueryTimeout` where none are."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise QueryTimeout(self.seconds)
        return left

    def wait(self, file: socket.socket) -> None:
        """Wait until there is something to read, or raise what ends the exchange."""
        poll = select.poll()
        poll.register(file, select.POLLIN)
        gone = -1 if self.client is None else watch(poll, self.client)
        if self.stop >= 0:
            poll.register(self.stop, select.POLLIN)
        happened = {number for number, _ in poll.poll(self.left() * 1000)}
        if file.fileno() in happened:
            return
        if gone in happened:
            raise Abandoned("the client went away")
        if happened:
            raise QueryLost()
        self.left()
        raise QueryTimeout(self.seconds)


class _Watched(socket.socket):
    """A connection that never waits longer than its watch."""

    told: Watch

    def recv_into(self, *args: Any) -> int:
        self.told.wait(self)
        return super().recv_into(*args)


class _WatchedTls(ssl.SSLSocket):
    """The same over TLS, where what has come may stand decrypted already."""

    told: Watch | None = None

    def recv_into(self, *args: Any) -> int:
        if self.told:
            if not self.pending():
                self.told.wait(self)
            self.settimeout(self.told.left())
        return super().recv_into(*args)


class Connection(HTTPConnection):
    """A connection over a watched socket."""

    def __init__(self, *args: Any, told: Watch, tls: bool = False, **options: Any) -> None:
        """Remember what it is watched by; nothing is connected yet."""
        super().__init__(*args, **options)
        self.told, self.tls = told, tls
        if tls and self.port == 80 and ":" not in str(args[0]):
            self.port = 443

    def reach(self, seconds: float) -> socket.socket:
        """Return a socket that is connected within so many seconds."""
        return socket.create_connection((self.host, self.port), seconds)

    def connect(self) -> None:
        """Connect, and let the watch end whatever is read."""
        plain = self.reach(min(CONNECT, self.told.left()))
        plain.settimeout(self.told.left())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            context = ssl.create_default_context()
            context.sslsocket_class = _WatchedTls
            secure = context.wrap_socket(plain, server_hostname=self.host)
            assert isinstance(secure, _WatchedTls)
            secure.told = self.told
            self.sock = secure
            return
        timeout = plain.gettimeout()
        watched = _Watched(plain.family, plain.type, plain.proto, plain.detach())
        watched.settimeout(timeout)
        watched.told = self.told
        self.sock = watched


class _Handler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens watched connections."""

    def __init__(self, told: Watch) -> None:
        urllib.request.HTTPHandler.__init__(self)
        self.told = told

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        connect: Any = partial(Connection, told=self.told)
        return self.do_open(connect, request)

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        connect: Any = partial(Connection, told=self.told, tls=True)
        return self.do_open(connect, request)

    https_request = urllib.request.AbstractHTTPHandler.do_request_


def opener(told: Watch) -> urllib.request.OpenerDirector:
    """Return what opens watched connections; it follows no redirect and asks no proxy."""
    made = urllib.request.OpenerDirector()
    made.add_handler(_Handler(told))
    made.add_handler(urllib.request.HTTPErrorProcessor())
    made.add_handler(urllib.request.HTTPDefaultErrorHandler())
    return made


class _Question(SPARQLWrapper):
    """A question of SPARQLWrapper, sent over a watched connection."""

    def send(self, told: Watch) -> HTTPResponse:
        answer: HTTPResponse = opener(told).open(self._createRequest(), timeout=told.left())
        return answer


class Body(io.RawIOBase):
    """The body of an answer: all of it up to a limit, or an error; never a part."""

    def __init__(self, response: HTTPResponse, told: Watch, limit: int) -> None:
        """Begin at its start."""
        super().__init__()
        self.response, self._told, self._left, self._limit = response, told, limit, limit

    @property
    def framed(self) -> bool:
        """Tell whether the engine says where the body ends."""
        return bool(self.response.chunked) or self.response.length is not None

    def readable(self) -> bool:
        """Tell that bytes can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        self._told.left()
        try:
            piece = self.response.read1(65_536 if size < 0 else min(size, 65_536))
        except (HTTPException, OSError) as error:
            self._told.left()
            raise cut(str(error) or type(error).__name__) from error
        if not piece and self.response.length and not self.response.chunked:
            raise cut(f"{self.response.length} bytes are missing")
        self._left -= len(piece)
        if self._left < 0:
            raise ResultTooLarge(self._limit)
        return piece

    def drain(self) -> None:
        """Read what is left, to know that nothing is missing."""
        while self.read():
            pass


def cut(how: str) -> EngineUnavailable:
    """Return the error of an answer that ended too soon."""
    return EngineUnavailable("cut", f"the answer of the engine was cut short: {how}")


class Refusal(Exception):
    """What an engine says instead of an answer: a status of HTTP and some words."""

    def __init__(self, status: int, words: str) -> None:
        """Keep both."""
        self.status, self.words = status, words
        super().__init__(f"{status} {words}")


@contextmanager
def exchange(
    address: str,
    query: str,
    accept: str,
    told: Watch,
    limit: int,
    parameters: Sequence[tuple[str, str]] = (),
) -> Iterator[Body]:
    """Send a query by POST and yield the body of the answer.

    `limit` bounds its bytes. Raises `Refusal` for a status other than 200, `EngineUnavailable`
    where there is no engine, and what `Watch` raises.
    """
    asked = _Question(address, agent=f"digigraph/{digigraph.__version__}")
    # Its own reading of a query to find the form takes very long on some queries.
    asked.queryString, asked.queryType = query, SELECT
    asked.setMethod(POST)
    asked.setOnlyConneg(True)
    asked.addCustomHttpHeader("Accept", accept)
    for name, value in parameters:
        asked.addParameter(name, value)
    try:
        response = asked.send(told)
    except urllib.error.HTTPError as error:
        with error:
            raise Refusal(error.code, _words(error)) from error
    except urllib.error.URLError as error:
        told.left()
        raise unreachable(address, error.reason) from error
    except (HTTPException, OSError) as error:
        told.left()
        raise unreachable(address, error) from error
    with response:
        yield Body(response, told, limit)


def server_of(address: str, told: Watch) -> str:
    """Return what stands at an address, as its Server header has it."""
    asked = urllib.request.Request(address, headers={"Accept": "*/*"})
    try:
        with opener(told).open(asked, timeout=told.left()) as response:
            return str(response.headers.get("Server", ""))
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers.get("Server", ""))
    except (HTTPException, OSError) as error:
        told.left()
        raise unreachable(address, getattr(error, "reason", error)) from error


def unreachable(address: str, why: object) -> EngineUnavailable:
    """Return the error of an engine that is not there."""
    return EngineUnavailable("unreachable", f"the engine at {address} does not answer: {why}")


def _words(error: urllib.error.HTTPError) -> str:
    """Return the beginning of what an engine complains about."""
    try:
        said = error.read1(_SAID) if isinstance(error.fp, HTTPResponse) else error.read(_SAID)
    except (HTTPException, OSError):
        return ""
    text = said.decode(errors="replace").strip()
    return text.splitlines()[0][:500] if text else ""
