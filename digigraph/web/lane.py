"""Answers what needs no thought without the application and, while it is quick, without a thread.

The application says on a reply of its own that it may be kept (`Mark`). The same request to the
same release gets that reply again; the same request with another query gets its headers, with the
new answer as body. All else goes to the application, with what was begun for it: what a reply is
made of, and every error, has one place there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from werkzeug.http import is_entity_header, parse_etags, unquote_etag

from digigraph.cache import Reply, key_of_query
from digigraph.child import SOON
from digigraph.engine import Asked, Job, Whole
from digigraph.errors import DigigraphError
from digigraph.web.answering import form_of, pairs_of, source_of
from digigraph.web.live import Live
from digigraph.web.log import Log, done_of
from digigraph.web.marks import Held, Mark
from digigraph.web.packing import SMALLEST
from digigraph.web.site import Site
from digigraph.web.threads import Threads

Header = tuple[bytes, bytes]
Answer = tuple[int, Sequence[Header], bytes]

DECIDING = frozenset((b"accept", b"accept-language", b"accept-encoding", b"content-type"))
"""The headers of a request that a reply may depend on; one that varies on others is not kept."""
_UNUSUAL = frozenset(
    (b"range", b"if-range", b"if-match", b"if-modified-since", b"if-unmodified-since")
)
"""Headers with which a request goes to the application."""
_OWN = frozenset((b"content-length", b"date", b"etag"))
"""Headers of a reply that are not the same for another query."""
_SHAPES = 256
MOST_AT_ONCE = 4096
"""The longest query that the event loop reads itself; while it reads, all others wait."""
_FORM, _DIRECT = b"application/x-www-form-urlencoded", b"application/sparql-query"


@dataclass(frozen=True, slots=True)
class Request:
    """What decides the reply to a request; `known` is what the client says that it has."""

    method: str
    path: bytes
    asked: bytes
    deciding: tuple[Header, ...]
    body: bytes
    known: str
    began: float

    def key(self, release: str) -> bytes:
        """Return what names the reply; HEAD has that of GET."""
        return _digest(release, self, self.asked, self.body)

    def parts(self, release: str) -> tuple[bytes, str] | None:
        """Return what names the request but for its query, and the query, if it has one."""
        kind = dict(self.deciding).get(b"content-type", b"")
        try:
            if self.method == "POST" and kind.startswith(_DIRECT):
                return _digest(release, self, self.asked, b""), self.body.decode()
            in_body = self.method == "POST" and kind.startswith(_FORM)
            fields = pairs_of(self.body if in_body else self.asked)
        except ValueError:
            return None
        queries = [value for name, value in fields if name == "query"]
        others = repr([pair for pair in fields if pair[0] != "query"]).encode()
        if len(queries) != 1 or (self.body and not in_body):
            return None
        return _digest(release, self, self.asked if in_body else b"", others), queries[0]


class Lane:
    """What is known of the replies that the application gives, for one process."""

    def __init__(self, live: Live, log: Log) -> None:
        """Start with nothing known; replies are kept where the answers are."""
        self._live, self._log, self._answers = live, log, live.answers
        self._service = bool(live.settings.service_allow.strip())
        self._shapes: OrderedDict[tuple[bytes, str], _Shape] = OrderedDict()

    def read(self, scope: MutableMapping[str, Any], body: bytes, began: float) -> Request | None:
        """Return what decides the reply; None where only the application can tell."""
        if scope["method"] not in ("GET", "HEAD", "POST") or not self._answers.room:
            return None
        deciding, known = [], ""
        for name, value in scope["headers"]:
            if name in DECIDING:
                deciding.append((name, value))
            elif name == b"if-none-match":
                known = f"{known}, {value.decode('latin-1')}" if known else value.decode("latin-1")
            elif name in _UNUSUAL:
                return None
        path, asked = scope["raw_path"], scope["query_string"]
        return Request(scope["method"], path, asked, tuple(deciding), body, known, began)

    def kept(self, request: Request) -> Answer | None:
        """Return the reply that the same request had before."""
        found = self._answers.reply(request.key(self._live.site.release.dataset_digest))
        if found is None or (request.known and not _has(request, found[0].headers)):
            return None
        self._answers.counted(found=True)
        return self._told(request, *found, cached=True)

    async def ask(self, request: Request, threads: Threads) -> Answer | Held | None:
        """Return the reply to a request of which only the query is new.

        `Held` is what was begun, where the answer is late, long or an error: the application goes
        on with it. None is a request of a kind that has not been answered yet.
        """
        site = self._live.enter()
        release, held = site.release.dataset_digest, None
        try:
            known = self._like(request, site)
            if known is None:
                return None
            key, body = known.key, self._answers.peek(known.key)
            cached = body is not None
            if body is None:
                asked = site.pool.begin(known.job)
                if asked is None:
                    return None
                held = Held(site, known.job, asked, self._live.leave)
                body = await _body(held, threads)
                if body is None:
                    return held
            headers = known.headers(request, len(body))
            if headers is None:
                return held
            if held:
                held.asked.drop()
                held = None
                self._answers.keep(key, body)
            self._answers.counted(found=cached)
            reply = Reply(200, headers, key, known.about)
            self._answers.keep(request.key(release), reply)
            return self._told(request, reply, body, cached=cached)
        finally:
            if held is None:
                self._live.leave(site)

    def learn(
        self, request: Request, mark: Mark, status: int, headers: Sequence[Header], body: bytes
    ) -> None:
        """Take note of a reply of the application, if it can be given again without it."""
        depends = {
            word.strip() for n, v in headers if n.lower() == b"vary" for word in v.split(b",")
        }
        if status != 200 or request.method == "HEAD":
            return
        if not {word.lower() for word in depends} <= DECIDING:
            return
        # The server says the date itself.
        kept = tuple((name, value) for name, value in headers if name.lower() != b"date")
        is_answer = self._answers.peek(mark.key) == body
        about = mark.endpoint, self._log.wanted(mark.query)
        reply = Reply(status, kept, mark.key if is_answer else body, about)
        self._answers.keep(request.key(mark.release), reply)
        parts = request.parts(mark.release)
        job = mark.job
        if job and job.told and is_answer and parts and parts[1] == job.query:
            same = tuple(pair for pair in kept if pair[0].lower() not in _OWN)
            named = parts[0], job.form
            before = self._shapes.get(named, _Shape(mark.endpoint, job, job.told.name, {}))
            headers_of = {**before.headers, len(body) >= SMALLEST: same}
            self._shapes[named] = replace(before, headers=headers_of)
            while len(self._shapes) > _SHAPES:
                self._shapes.popitem(last=False)

    def _like(self, request: Request, site: Site) -> _Like | None:
        """Return what is known of a request from others that differ in the query alone."""
        if not self._shapes or request.known or request.method == "HEAD":
            return None
        parts = request.parts(site.release.dataset_digest)
        if parts is None or len(parts[1]) > MOST_AT_ONCE:
            return None
        try:
            form = form_of(parts[1], self._service)
        except DigigraphError:
            return None
        shape = self._shapes.get((parts[0], form))
        if shape is None:
            return None
        job = replace(shape.job, query=parts[1])
        graphs = job.default_graphs, job.named_graphs
        key = key_of_query(source_of(site), job.query, graphs, shape.written)
        about = shape.endpoint, self._log.wanted(job.query)
        return _Like(shape.headers, job, key, about) if key else None

    def _told(self, request: Request, reply: Reply, body: bytes, *, cached: bool) -> Answer:
        """Return a reply as this client gets it, having told the log."""
        status, headers = reply.status, reply.headers
        if request.known and request.method != "POST":
            status = 304
            headers = tuple(pair for pair in headers if _is_told_again(pair[0]))
        if status == 304 or request.method == "HEAD":
            body = b""
        if self._log:
            outcome = "not-modified" if status == 304 else "cached" if cached else "ok"
            done = done_of(
                method=request.method,
                path=unquote(request.path.decode("latin-1"), errors="replace"),
                status=status,
                size=len(body),
                began=request.began,
                outcome=outcome,
                cached=cached,
            )
            self._log.tell(done, *reply.about)
        return status, headers, body


@dataclass(frozen=True, slots=True)
class _Shape:
    """What requests that differ in the query alone have in common; `written` names the format.

    The headers of long answers and of short ones differ: only the long are compressed.
    """

    endpoint: str
    job: Job
    written: str
    headers: Mapping[bool, tuple[Header, ...]]


@dataclass(frozen=True, slots=True)
class _Like:
    """What follows for a request from another that differs in the query alone."""

    same: Mapping[bool, tuple[Header, ...]]
    job: Job
    key: str
    about: tuple[str, str | None]

    def headers(self, request: Request, size: int) -> tuple[Header, ...] | None:
        """Return the headers of an answer of so many bytes, if any of its kind are known."""
        same = self.same.get(size >= SMALLEST)
        if same is None:
            return None
        own = [(b"Content-Length", b"%d" % size)]
        if request.method == "GET":
            own.append((b"ETag", f'"{self.key}"'.encode()))
        return (*same, *own)


async def _body(held: Held, threads: Threads) -> bytes | None:
    """Return an answer that is there soon and not long; an error is left to who finishes it."""
    asked = held.asked
    try:
        if not await _soon(asked):
            return None
        whole = asked.finish() if asked.is_short else await threads.do(_finish, asked)
    except DigigraphError:
        return None
    except BaseException:
        asked.drop()
        raise
    return whole.small


def _finish(asked: Asked) -> Whole:
    return asked.finish()


async def _soon(asked: Asked) -> bool:
    """Tell whether an answer begins to arrive in a moment."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[bool] = loop.create_future()

    def settle(found: bool) -> None:
        if not arrived.done():
            arrived.set_result(found)

    number = asked.fileno()
    loop.add_reader(number, settle, True)
    late = loop.call_later(SOON, settle, False)
    try:
        return await arrived
    finally:
        late.cancel()
        loop.remove_reader(number)


def _is_told_again(name: bytes) -> bool:
    """Tell whether a 304 has a header of the whole reply (RFC 9110, 15.4.5)."""
    return name.lower() == b"content-location" or not is_entity_header(name.decode("latin-1"))


def _has(request: Request, headers: Sequence[Header]) -> bool:
    """Tell whether a client has what the headers are of (RFC 9110, 13.1.2)."""
    etag = next((value.decode("latin-1") for name, value in headers if name.lower() == b"etag"), "")
    return bool(etag) and parse_etags(request.known).contains_weak(unquote_etag(etag)[0] or "")


def _digest(release: str, request: Request, asked: bytes, rest: bytes) -> bytes:
    """Return a digest of what decides a reply; what may hold any byte is the last."""
    method = b"POST" if request.method == "POST" else b"GET"
    headers = [name + b": " + value for name, value in request.deciding]
    parts = (release.encode(), method, request.path, asked, *headers, b"", rest)
    return hashlib.sha256(b"\n".join(parts)).digest()
