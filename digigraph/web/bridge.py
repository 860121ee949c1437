"""Lets a WSGI application answer under ASGI, so that it learns that a client has left.

A request takes a thread only while the application works on it: its body is read before, and its
answer is sent after, by the event loop. Slow clients therefore cost a connection and no thread.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.wsgi import FileWrapper

from digigraph.web.gone import Gone
from digigraph.web.lane import Header, Lane
from digigraph.web.marks import BEGAN, GONE, HELD, KEEP, REFUSED, Held
from digigraph.web.threads import Threads

_PIECE = 262_144
"""Bytes that are taken from an answer at a time."""
_STALLED = 60.0
"""Seconds after which a client that takes nothing is given up."""
_SLOWEST = 4096
"""Bytes a second that a client takes at the least, counted from the end of the time above."""
_BODIES = 64 << 20
"""Bytes of request bodies that are held at a time."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Environ = dict[str, Any]

_log = logging.getLogger("digigraph.web")


class FileBody(FileWrapper):
    """A whole file as an answer; the server sends it by its path."""


@dataclass(slots=True)
class _Answer:
    """What the application says: the head, the first bytes, and where the others come from."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    first: bytes = b""
    path: str = ""
    more: Iterator[bytes] | None = None
    close: Callable[[], None] = lambda: None


class Bridge:
    """The ASGI application over a WSGI application."""

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        threads: int,
        body_bytes: int,
        body_seconds: float,
        lane: Lane | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what answers, how many threads it may have, and how long and large a body may be.

        What the application lets be kept, the `lane` answers without it from then on. `close` is
        called once, when the server has stopped and all requests are done.
        """
        self._app, self._lane, self._close = app, lane, close
        self._body_bytes, self._body_seconds = body_bytes, body_seconds
        self._threads = Threads(threads)
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's own messages."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            told = (await receive())["type"]
            if told == "lifespan.shutdown":
                await asyncio.to_thread(self._close)
            await send({"type": f"{told}.complete"})
            if told == "lifespan.shutdown":
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, body, refused = time.monotonic(), b"", ""
        named = dict(scope["headers"])
        chunked, length = b"transfer-encoding" in named, int(named.get(b"content-length", 0))
        try:
            if chunked or length:
                body, refused = await self._read(-1 if chunked else length, receive)
            complete = not refused and (chunked or len(body) == length)
            request, found = None, None
            if self._lane and complete and len(body) <= self._body_bytes:
                request = self._lane.read(scope, body, began)
            if self._lane and request:
                found = self._lane.kept(request) or await self._lane.ask(request, self._threads)
            if found and not isinstance(found, Held):
                return await _say(send, *found)
            environ = environ_of(scope)
            environ["wsgi.input"] = io.BytesIO(body)
            environ[BEGAN] = began
            if refused:
                environ[REFUSED] = refused
            if environ.pop("HTTP_TRANSFER_ENCODING", None) or refused:
                environ["CONTENT_LENGTH"] = str(len(body))
            with closing(found) if found else nullcontext():
                environ[HELD] = found
                answer = await self._work(environ, receive, send)
            mark = environ.get(KEEP)
            if self._lane and request and mark and answer and not (answer.more or answer.path):
                self._lane.learn(request, mark, answer.status, answer.headers, answer.first)
        except ConnectionError:
            pass  # nobody is there to be answered
        finally:
            self._held -= len(body)

    async def _read(self, length: int, receive: Receive) -> tuple[bytes, str]:
        """Return the body, or as much of it as shows that it is too long, and why not all.

        A negative length is not known. Where it is, nobody waits to be told of the end.
        The application refuses what is too long by its length, and what ends before its end.
        """
        if length > self._body_bytes:
            return b"", ""
        pieces: list[bytes] = []
        size, refused = 0, ""
        try:
            async with asyncio.timeout(self._body_seconds):
                more = True
                while more and size != length and size <= self._body_bytes:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        # A chunk that is none is told like this too, and its client is there.
                        refused = "bad-request"
                        break
                    piece, more = message.get("body", b""), message.get("more_body", False)
                    size += len(piece)
                    self._held += len(piece)
                    pieces.append(piece)
                    if self._held > _BODIES:
                        refused = "overloaded"
                        break
        except TimeoutError:
            refused = "request-timeout"
        except BaseException:
            self._held -= size
            raise
        return b"".join(pieces), refused

    async def _work(self, environ: Environ, receive: Receive, send: Send) -> _Answer | None:
        loop = asyncio.get_running_loop()
        watchers: list[asyncio.Task[None]] = []

        def watch() -> None:
            watchers.append(loop.create_task(_watch(receive, gone)))

        gone = Gone(partial(loop.call_soon_threadsafe, watch))
        environ[GONE] = gone
        answer = None
        try:
            answer = await self._threads.do(self._ask, environ)
            await self._send(answer, send, gone)
            return answer
        except TimeoutError:
            _log.info("a client took too little for %g s and was given up", _STALLED)
            return None
        finally:
            gone.close()
            for watcher in watchers:
                watcher.cancel()
            if answer and (answer.more or answer.path):
                await self._threads.do(_close, answer)

    def _ask(self, environ: Environ) -> _Answer:
        """Let the application answer; an answer that is not long is all there at once."""
        answer = _Answer()

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            answer.status = int(status.split(" ", 1)[0])
            answer.headers = _sent(headers)

        result = self._app(environ, start)
        answer.close = getattr(result, "close", answer.close)
        path = getattr(result.file, "name", "") if isinstance(result, FileBody) else ""
        if isinstance(path, str) and path:
            answer.path = path
            return answer
        try:
            answer.more = iter(result)
            answer.first = _piece(answer.more)
            if len(answer.first) < _PIECE:
                answer.more = None
        except BaseException:
            answer.more = None
            raise
        finally:
            if answer.more is None:
                answer.close()
        return answer

    async def _send(self, answer: _Answer, send: Send, gone: Gone) -> None:
        head = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(head)
        if answer.path:
            await send({"type": "http.response.pathsend", "path": answer.path})
            return
        piece, taken, began = answer.first, 0, time.monotonic()
        if answer.more:
            gone.watch()
        while answer.more and not gone.left:
            # Who takes a byte now and then holds a file as long as who takes none.
            left = began + _STALLED + taken / _SLOWEST - time.monotonic()
            async with asyncio.timeout(min(_STALLED, left)):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            taken += len(piece)
            piece = await self._threads.do(_piece, answer.more)
            if not piece:
                break
        await send({"type": "http.response.body", "body": piece})


def environ_of(scope: Scope) -> Environ:
    """Return what WSGI says of a request, without its body and without the client's address."""
    server, port = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBody,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").upper()
        if "_" in name:  # it would be taken for the header with a hyphen
            continue
        name = name.replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        text = value.decode("latin-1")
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


def _sent(headers: Sequence[tuple[str, str]]) -> list[Header]:
    """Return headers as they are sent, all links in one of them (RFC 9110, 5.3).

    Each header costs the server time, and a document has two dozen links.
    """
    links = ", ".join(value for name, value in headers if name == "Link")
    others = [pair for pair in headers if pair[0] != "Link"]
    told = [*others, ("Link", links)] if links else others
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]


async def _say(send: Send, status: int, headers: Sequence[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _watch(receive: Receive, gone: Gone) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.tell()


def _close(answer: _Answer) -> None:
    answer.close()


def _piece(pieces: Iterator[bytes]) -> bytes:
    """Return the next bytes, a good many at a time; none at the end."""
    found: list[bytes] = []
    size = 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= _PIECE:
            break
    return b"".join(found)
