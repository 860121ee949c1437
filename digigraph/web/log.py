"""One line of JSON for each request, and what is counted of it (S-13).

A line never tells an address, and the text of a query only where the settings say so. The number
of a request is the one in the problem document that its client got.
"""

from __future__ import annotations

import json
import logging
import queue
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, g, request

from digigraph.errors import InputError
from digigraph.web.marks import BEGAN
from digigraph.web.site import Settings

OUTCOMES = {
    "malformed-query": "malformed",
    "query-forbidden": "forbidden",
    "query-timeout": "timeout",
    "result-too-large": "too-large",
    "query-out-of-memory": "out-of-memory",
    "overloaded": "overloaded",
    "query-lost": "lost",
    "query-failed": "failed",
}
"""What became of a query, by the kind of problem that it met; other kinds keep their names."""

_LONGEST_PATH = 500
_AT_ONCE = 10_000
_PAUSE = 0.1
"""Seconds in which lines come together before they are written."""

_log = logging.getLogger("digigraph.web")
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Done(NamedTuple):
    """A request that is answered, as the log has it; `bytes` are those of the body."""

    time: str
    method: str
    path: str
    status: int
    bytes: int | None
    seconds: float
    outcome: str
    cached: bool
    request: str


class Log:
    """Where a request that is answered is told: the access log, the metrics, or nowhere."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Write and count what the settings say."""
        self._write = _Lines(settings.access_log).write if settings.access_log else None
        self._count: Callable[[Done, str, bool], None] | None = None
        self._queries = settings.log_queries
        if settings.metrics:
            from digigraph.web.metrics import Meters

            meters = app.extensions["digigraph.metrics"] = Meters(app.extensions["digigraph"])
            self._count = meters.count

    def __bool__(self) -> bool:
        """Tell whether anybody wants to know."""
        return bool(self._write or self._count)

    def wanted(self, query: str | None) -> str | None:
        """Return as much of a query as is told: empty where it may only be counted."""
        return query if self._queries or query is None else ""

    def tell(self, done: Done, endpoint: str, query: str | None) -> None:
        """Tell of a request; `query` is what it asked, if it asked anything."""
        if self._count:
            self._count(done, endpoint, query is not None)
        if self._write:
            told = done._asdict()
            if self._queries and query is not None:
                told["query"] = query
            # Not in the thread that writes: while it works it would hold all requests up.
            self._write(_encode(told))


def request_id() -> str:
    """Return the number of the current request, a URN."""
    if "request_id" not in g:
        g.request_id = _number()
    return str(g.request_id)


def install(app: Flask, settings: Settings) -> None:
    """Log every answer of an application, as the last thing that is done for it."""
    log = app.extensions["digigraph.log"] = Log(app, settings)

    @app.before_request
    def _begin() -> None:
        g.began = request.environ.get(BEGAN) or time.monotonic()

    @app.after_request
    def _end(response: Response) -> Response:
        if log:
            log.tell(_done(response), request.endpoint or "none", g.get("query"))
        return response


def done_of(
    *,
    method: str,
    path: str,
    status: int,
    size: int | None,
    began: float,
    outcome: str,
    cached: bool,
    number: str = "",
) -> Done:
    """Return a request as the log has it, done now; `began` is of the monotonic clock."""
    second, thousandth = divmod(time.time_ns() // 1_000_000, 1000)
    now = f"{_second(second)}.{thousandth:03}Z"
    seconds = round(time.monotonic() - began, 6)
    path = path[:_LONGEST_PATH]
    return Done(now, method, path, status, size, seconds, outcome, cached, number or _number())


@lru_cache(maxsize=4)
def _second(since: int) -> str:
    """Return a second as ISO 8601 has it; many requests are done in the same one."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since))


def _number() -> str:
    """Return a URN of a random UUID (RFC 9562, 5.4); it has to differ, not to be a secret."""
    bits = random.getrandbits(122)
    low, high = bits & 0x3FFF_FFFF_FFFF_FFFF, bits >> 62
    text = f"{high >> 12:012x}4{high & 0xFFF:03x}{low | 1 << 63:016x}"
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _done(response: Response) -> Done:
    empty = request.method == "HEAD" or response.status_code in (204, 304)
    return done_of(
        method=request.method,
        path=request.path,
        status=response.status_code,
        size=0 if empty else response.calculate_content_length() or response.content_length,
        began=g.get("began", time.monotonic()),
        outcome=_outcome(response),
        cached=bool(g.get("cached")),
        number=request_id(),
    )


def _outcome(response: Response) -> str:
    if problem := g.get("problem"):
        return OUTCOMES.get(problem, str(problem))
    if response.status_code == 304:
        return "not-modified"
    return "cached" if g.get("cached") else "ok"


class _Lines:
    """Lines on their way to the log: a thread writes them, many at once where many came.

    A request that writes itself would wait, and let others wait, for the file.
    """

    def __init__(self, place: str) -> None:
        """Take a path, or - for standard error; raise `InputError` where it cannot be written."""
        self._place, self._waiting = place, queue.SimpleQueue[str]()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        try:
            self._put([])
        except OSError as error:
            raise InputError(place, f"the access log cannot be written: {error}") from error

    def write(self, line: str) -> None:
        """Let a line be written."""
        self._waiting.put(line)
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            lines = [self._waiting.get()]
            time.sleep(_PAUSE)
            with suppress(queue.Empty):
                while len(lines) < _AT_ONCE:
                    lines.append(self._waiting.get_nowait())
            try:
                self._put(lines)
            except OSError as error:
                _log.error("the access log %s cannot be written: %s", self._place, error)

    def _put(self, lines: list[str]) -> None:
        text = "\n".join((*lines, ""))
        if self._place == "-":
            sys.stderr.write(text)
            sys.stderr.flush()
            return
        # Opened each time: whoever moves the file away gets a new one.
        with Path(self._place).open("a", encoding="utf-8") as file:
            file.write(text)
