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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict

from digigraph import wire
from digigraph.engine import Abandoned, Client, Job, Tally, Whole
from digigraph.errors import (
    DigigraphError,
    OutOfMemory,
    QueryError,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
)
from digigraph.evaluation import QueryFailed
from digigraph.worker import COMMAND, Orders

SOON = 0.02
"""Seconds for which nobody asks whether the client is still there: most answers take less."""
QUICK = 1.0
"""Seconds after which a query gives way to others; its process is replaced after it, because
who has lowered a priority may not raise it again."""
_GIVING_WAY = 10
_MIB = 1 << 20
_CLOSED = getattr(select, "POLLRDHUP", select.POLLHUP)


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
        self.line.setblocking(False)
        self.number = self.line.fileno()
        self._poll = select.poll()
        self._poll.register(self.number, select.POLLIN)
        self.ready = self.taken = self.hung_up = self.slow = False
        self.started, self._until = time.monotonic(), 0.0

    def greet(self) -> bool:
        """Read that it is ready; tell whether it has closed its network."""
        told = wire.receive(self.line, time.monotonic() + 1).told
        self.ready = True
        return bool(told.get("closed"))

    def is_there(self) -> bool:
        """Tell whether it can be asked: one that says something unasked has hung up."""
        return not self._poll.poll(0)

    def give(self, job: Job) -> None:
        """Give it a question; on any error it is to be buried."""
        self._until = time.monotonic() + self.orders.seconds
        with self._told():
            body = job.query.encode(errors="surrogatepass")
            wire.send(self.line, job.message(), body, until=self._until)

    def answer(self, client: Client | None = None) -> wire.Message:
        """Return its answer; on any error, that of time included, it is to be buried."""
        with self._told():
            self._watch(self._until, client)
            return wire.receive(self.line, self._until)

    def bury(self) -> None:
        """End it, whatever it does, and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        self.line.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our words what goes wrong on the line."""
        try:
            yield
        except TimeoutError:
            raise QueryTimeout(self.orders.seconds) from None
        except (wire.Closed, OSError, ValueError):  # a pool that closes may close our line first
            raise self._cause() from None

    def _watch(self, until: float, client: Client | None) -> None:
        """Wait for the first byte of the answer, while the client is there."""
        if self._poll.poll(SOON * 1000):
            return
        number = -1 if client is None else watch(self._poll, client)
        try:
            ready = self._wait(until)
        finally:
            if client is not None:
                self._poll.unregister(number)
        if not ready:
            raise TimeoutError
        if all(file == number for file, _ in ready):
            raise Abandoned("the client went away")

    def _wait(self, until: float) -> list[tuple[int, int]]:
        """Return what has happened; a query that is not quick goes on with a lower priority."""
        if ready := self._poll.poll(min(QUICK, self.orders.seconds) * 1000):
            return ready
        self.slow = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _GIVING_WAY)
        return self._poll.poll(max(0, until - time.monotonic()) * 1000)

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


class Asked:
    """A question that a child was given, and then its answer or its error."""

    def __init__(
        self, child: Child, job: Job, give_back: Callable[[Child, bool], None], tally: Tally
    ) -> None:
        """Give a question to a child, ours until `give_back`; what fails, `finish` raises."""
        self._child, self._give_back, self._tally = child, give_back, tally
        self._outcome: Whole | DigigraphError | None = None
        try:
            child.give(job)
        except DigigraphError as error:
            self._end(error, fit=False)

    def fileno(self) -> int:
        """Return the number of the file that becomes readable with the answer."""
        return self._child.number

    @property
    def is_over(self) -> bool:
        """Tell whether the answer or the error is there."""
        return self._outcome is not None

    @property
    def is_short(self) -> bool:
        """Tell of an answer that has begun whether all of it is there, or soon."""
        return self.is_over or wire.is_short(self._child.line)

    def finish(self, client: Client | None = None) -> Whole:
        """Return the answer or raise the error, waiting for it if need be, as `Engine.ask` does."""
        if self._outcome is None:
            fit = False
            outcome: Whole | DigigraphError = Abandoned("nobody waits for the answer")
            try:
                message = self._child.answer(client)
                fit = not ("last" in message.told or self._child.slow)
                outcome = whole(message, self._child.orders)
            except DigigraphError as error:
                outcome = error
            finally:
                self._end(outcome, fit=fit)
        if isinstance(self._outcome, DigigraphError):
            raise self._outcome
        assert self._outcome
        return self._outcome

    def drop(self) -> None:
        """Let the answer go; a child that is still at work is ended."""
        if self._outcome is None:
            self._end(Abandoned("nobody waits for the answer"), fit=False)
        elif isinstance(self._outcome, Whole):
            self._outcome.close()

    def _end(self, outcome: Whole | DigigraphError, *, fit: bool) -> None:
        self._outcome = outcome
        if not fit:
            self._child.process.kill()
        self._give_back(self._child, fit)
        if isinstance(outcome, DigigraphError):
            self._tally.failed(outcome)
        else:
            self._tally.answered()


def watch(poll: select.poll, client: Client) -> int:
    """Let a poll tell when a client goes, by the contract of `Engine.ask`; return its number.

    Raises `Abandoned` if what would tell is closed already.
    """
    number = client if isinstance(client, int) else client.fileno()
    if number < 0:
        raise Abandoned("the client went away")
    poll.register(number, _CLOSED if isinstance(client, socket.socket) else select.POLLIN)
    return number


def whole(message: wire.Message, orders: Orders) -> Whole:
    """Return the answer that a message brings, or raise the error that it tells of."""
    if "error" in message.told:
        raise _error(message, orders)
    if message.file is None:
        return Whole(len(message.body), message.body)
    file = os.fdopen(message.file, "rb")
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Whole(size, b"", file)


def _error(message: wire.Message, orders: Orders) -> DigigraphError:
    told = message.told
    kind = told["error"]
    if kind == "query":
        place = {name: told[name] for name in ("line", "column", "token")}
        return QueryError(told["message"], **place)
    if kind == "size":
        return ResultTooLarge(told["limit"], told["unit"])
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
