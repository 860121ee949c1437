"""One process that answers queries, seen from the server: started, asked, killed.

It is started afresh and not forked, so that it inherits neither threads nor an open store, and
from a thread that lives as long as the server: the kernel ends it with the thread that made it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from digigraph import wire
from digigraph.errors import (
    DigigraphError,
    OutOfMemory,
    QueryError,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
)
from digigraph.store import QueryFailed
from digigraph.worker import COMMAND, Job, Orders

PIECE = 65_536
QUICK = 1.0
"""Seconds after which a query gives way to others; its process is replaced after it, because
who has lowered a priority may not raise it again."""
_GIVING_WAY = 10
_MIB = 1 << 20


class Abandoned(DigigraphError):
    """The client went away before its query was finished."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole answer: a few bytes here, or many in a file that has no name."""

    size: int
    _body: bytes = field(repr=False)
    _file: IO[bytes] | None = field(default=None, repr=False)

    @property
    def small(self) -> bytes | None:
        """Return the answer where it is not in a file."""
        return None if self._file else self._body

    def read(self) -> bytes:
        """Return all of it; it can be had once."""
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the answer piece by piece; it can be had once."""
        if self._file is None:
            yield self._body
            return
        with self._file as file:
            while piece := file.read(PIECE):
                yield piece

    def close(self) -> None:
        """Let the file go; an answer that nobody reads must be closed."""
        if self._file:
            self._file.close()


class Child:
    """A process of our own, and the line to it."""

    def __init__(self, orders: Orders) -> None:
        """Start it; it says when it is ready."""
        self.orders = orders
        self.line, its_end = socket.socketpair()
        with its_end:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", COMMAND, json.dumps(asdict(orders))],
                stdin=its_end.fileno(),
                stdout=subprocess.DEVNULL,
                env=_environment(),
                process_group=0,
            )
        self.ready = self.taken = self.hung_up = self.slow = False
        self.started = time.monotonic()

    def greet(self) -> bool:
        """Read that it is ready; tell whether it has closed its network."""
        told = wire.receive(self.line, time.monotonic() + 1).told
        self.line.settimeout(None)
        self.ready = True
        return bool(told.get("closed"))

    def is_there(self) -> bool:
        """Tell whether it can be asked: one that says something unasked has hung up."""
        poll = select.poll()
        poll.register(self.line, select.POLLIN)
        return not poll.poll(0)

    def ask(self, job: Job, client: socket.socket | None = None) -> wire.Message:
        """Return its answer; on any error, that of time included, it is to be buried."""
        until = time.monotonic() + self.orders.seconds
        try:
            self.line.settimeout(self.orders.seconds)
            wire.send(self.line, job.message())
            self._watch(until, client)
            return wire.receive(self.line, until)
        except TimeoutError:
            raise QueryTimeout(self.orders.seconds) from None
        except (wire.Closed, OSError, ValueError):  # a pool that closes may close our line first
            raise self._cause() from None

    def bury(self) -> None:
        """End it, whatever it does, and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        self.line.close()

    def _watch(self, until: float, client: socket.socket | None) -> None:
        """Wait for the first byte of the answer, while the client is there."""
        poll = select.poll()
        poll.register(self.line, select.POLLIN)
        if client is not None:
            poll.register(client, getattr(select, "POLLRDHUP", select.POLLHUP))
        ready = poll.poll(min(QUICK, self.orders.seconds) * 1000)
        if not ready:
            self.slow = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, _GIVING_WAY)
            ready = poll.poll(max(0, until - time.monotonic()) * 1000)
        if not ready:
            raise TimeoutError
        if client is not None and all(file == client.fileno() for file, _ in ready):
            raise Abandoned("the client went away")

    def _cause(self) -> DigigraphError:
        """Return why it died in the middle of a query."""
        try:
            code = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -signal.SIGABRT:  # what the engine does where it gets no memory
            return OutOfMemory(self.orders.memory // _MIB)
        if code == -signal.SIGALRM:
            return QueryTimeout(self.orders.seconds)
        return QueryLost()


def whole(message: wire.Message, orders: Orders) -> Whole:
    """Return the answer that a message brings, or raise the error that it tells of."""
    told = message.told
    if "error" not in told:
        file = os.fdopen(message.file, "rb") if message.file is not None else None
        if file:
            file.seek(0)
        return Whole(told["size"], message.body, file)
    raise _error(told, orders)


def _error(told: dict[str, Any], orders: Orders) -> DigigraphError:
    kind = told["error"]
    if kind == "query":
        place = {name: told[name] for name in ("line", "column", "token")}
        return QueryError(told["message"], **place)
    if kind == "size":
        return ResultTooLarge(orders.answer_bytes)
    if kind == "memory":
        return OutOfMemory(orders.memory // _MIB)
    return QueryFailed(told["message"]) if kind == "failed" else QueryLost()


def _environment() -> dict[str, str]:
    """Return what a child needs to find the code, and nothing of the server's own."""
    return {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(place) for place in sys.path),  # noqa: PTH100
        "PYTHONUTF8": "1",
        "TMPDIR": tempfile.gettempdir(),
    }
