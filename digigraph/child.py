"""One process that answers queries, seen from the server: asked, watched, ended."""

from __future__ import annotations

import math
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from digigraph import wire
from digigraph.engine import Abandoned, Client, Job, Tally, Whole
from digigraph.errors import DigigraphError, OutOfMemory, QueryLost, QueryTimeout
from digigraph.outcome import MIB, whole
from digigraph.waiting import PULSE, watch
from digigraph.worker import Orders

SOON = 0.02
"""Seconds for which nobody asks whether the client is still there: most answers take less."""
HURRY = 0.005
"""The same while others wait for a child: each has to be seen to have had its moment."""
QUICK, _PART = 1.0, 4
"""A question is young for this many seconds, and for no more than one part in so many of its time.
Then it gives way to others; its process is replaced after it, because who has lowered a priority
may not raise it again."""
_GIVING_WAY = 10


class GivesWay(Exception):
    """A question has had its moment, and as many as may run for long do so already."""


class Lender(Protocol):
    """Where the children come from, and who decides how long a question keeps one."""

    @property
    def hurries(self) -> bool:
        """Tell whether questions wait for their moment."""

    def may_linger(self, child: Child, worked: float) -> bool:
        """Tell whether a young question may go on that the processor has worked on so long."""

    def may_stay(self, child: Child) -> bool:
        """Let a question that is young no more have its child up to its limit, if it may."""

    def latest(self) -> float:
        """Return when every question must be over, by the monotonic clock."""

    def take(self, client: Client | None, *, long: bool) -> Child:
        """Return a child, waiting in line for it; a `long` one may be had up to the limit."""

    def give_back(self, child: Child, alive: bool) -> None:
        """Take a child back; one that is not alive any more is replaced."""


class Child:
    """A process that was made for us, and the line to it."""

    def __init__(
        self, orders: Orders, line: socket.socket, process: int, code_of: Callable[[int], int]
    ) -> None:
        """Take it over; it says when it is ready, and `code_of` waits for its end."""
        self.orders, self.line, self.process = orders, line, process
        self.line.setblocking(False)
        self.number = line.fileno()
        self._poll = select.poll()
        self._poll.register(self.number, select.POLLIN)
        self.ready = self.taken = self.hung_up = self.slow = self.long = False
        self.started = time.monotonic()
        self._given = self._until = self._worked = 0.0
        self._lock, self._code_of = threading.Lock(), code_of
        self._file = os.pidfd_open(process)
        self._ended: int | None = None

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
        self._given, self._worked = time.monotonic(), self._work()
        self._until = self._given + self.orders.seconds
        with self._told():
            body = job.query.encode(errors="surrogatepass")
            wire.send(self.line, job.message(), body, until=self._until)

    def answer(self, lender: Lender, client: Client | None = None) -> wire.Message:
        """Return its answer; on any error, that of time included, it is to be buried.

        So it is on `GivesWay`, after which the question may be asked again.
        """
        with self._told():
            self._watch(lender, client)
            return wire.receive(self.line, self._until)

    def give_way(self) -> None:
        """Let others have the processor before it, for as long as it lives."""
        self.slow = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process, _GIVING_WAY)

    def kill(self) -> None:
        """End it, whatever it does."""
        with self._lock, suppress(ProcessLookupError):
            if self._file >= 0:
                signal.pidfd_send_signal(self._file, signal.SIGKILL)

    def bury(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        with self._lock:
            self._code()
            os.close(self._file)
            self._file = -1
        self.line.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our words what goes wrong on the line."""
        try:
            yield
        except TimeoutError:
            raise QueryTimeout(self._granted()) from None
        except (wire.Closed, OSError, ValueError):  # a pool that closes may close our line first
            raise self._cause() from None

    def _watch(self, lender: Lender, client: Client | None) -> None:
        """Wait for the first byte of the answer, while the client is there."""
        if self._poll.poll((HURRY if lender.hurries else SOON) * 1000):
            return
        number = -1 if client is None else watch(self._poll, client)
        try:
            ready = self._young(lender) or self._old(lender)
        finally:
            if client is not None:
                self._poll.unregister(number)
        if not ready:
            raise TimeoutError
        if all(file == number for file, _ in ready):
            raise Abandoned("the client went away")

    def _young(self, lender: Lender) -> list[tuple[int, int]]:
        """Return what happens while the question is young."""
        quick = self._given + min(QUICK, self.orders.seconds / _PART)
        while self._left(lender) and (left := quick - time.monotonic()) > 0:
            pause = HURRY if lender.hurries else SOON
            if ready := self._poll.poll(math.ceil(min(left, pause) * 1000)):
                return ready
            if not lender.may_linger(self, self._work() - self._worked):
                break
        if self._left(lender) and not lender.may_stay(self):
            raise GivesWay
        return []

    def _old(self, lender: Lender) -> list[tuple[int, int]]:
        """Return what happens up to the limit; nothing if nothing does."""
        self.give_way()
        while left := self._left(lender):
            if ready := self._poll.poll(math.ceil(min(left, PULSE) * 1000)):
                return ready
        return []

    def _left(self, lender: Lender) -> float:
        """Return the seconds that are left to the question."""
        self._until = min(self._until, lender.latest())
        return max(0.0, self._until - time.monotonic())

    def _granted(self) -> float:
        """Return the seconds that the question was granted: fewer where the service stops."""
        granted = self._until - self._given
        return self.orders.seconds if granted > self.orders.seconds - 0.1 else round(granted, 1)

    def _work(self) -> float:
        """Return the seconds that the processor has worked for it; none once it is gone."""
        with suppress(OSError):
            return time.clock_gettime((~self.process << 3) | 2)
        return 0.0

    def _code(self) -> int:
        """Return how it ended, having waited for it; the lock is held."""
        if self._ended is None:  # to be asked for once: the number may be another's afterwards
            self._ended = self._code_of(self.process)
        return self._ended

    def _cause(self) -> DigigraphError:
        """Return why it died in the middle of a query."""
        with self._lock:
            if self._file < 0 or not _has_ended(self._file):
                return QueryLost()
            code = self._code()
        if code == -signal.SIGABRT:  # what the engine does where it gets no memory
            return OutOfMemory(self.orders.memory // MIB)
        if code == -signal.SIGALRM:
            return QueryTimeout(self.orders.seconds)
        return QueryLost()


class Asked:
    """A question that a child was given, and then its answer or its error."""

    def __init__(self, child: Child, job: Job, lender: Lender, tally: Tally) -> None:
        """Give a question to a child, ours until `give_back`; what fails, `finish` raises."""
        self._child, self._job, self._lender, self._tally = child, job, lender, tally
        self._ours = True
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
                message = self._answer(client)
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

    def _answer(self, client: Client | None) -> wire.Message:
        """Return the answer: of this child or, if it has to give way, of one for long."""
        try:
            return self._child.answer(self._lender, client)
        except GivesWay:
            self._leave(fit=False)
        self._child, self._ours = self._lender.take(client, long=True), True
        self._child.give(self._job)
        self._child.give_way()
        return self._child.answer(self._lender, client)

    def _leave(self, *, fit: bool) -> None:
        self._ours = False
        if not fit:
            self._child.kill()
        self._lender.give_back(self._child, fit)

    def _end(self, outcome: Whole | DigigraphError, *, fit: bool) -> None:
        self._outcome = outcome
        if self._ours:
            self._leave(fit=fit)
        if isinstance(outcome, DigigraphError):
            self._tally.failed(outcome)
        else:
            self._tally.answered()


def _has_ended(file: int) -> bool:
    """Tell of a process by its open file whether it is at its end, or will be in a moment."""
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(1000))
