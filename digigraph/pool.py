"""Answers queries in processes that can be killed, a few at a time and in the order they came.

The engine has no brakes: no time limit, no cancellation, no bound on memory (S-05). So a query
runs in a child process, and at its limit the child is killed and another takes its place. One
thread keeps the children: it starts them, notices whatever ends them and buries them.
"""

from __future__ import annotations

import atexit
import logging
import os
import select
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from digigraph import wire
from digigraph.child import Asked, Child, watch
from digigraph.engine import Abandoned, Client, Counts, Job, Limits, Tally, Whole
from digigraph.errors import DigigraphError, Overloaded
from digigraph.release import Release
from digigraph.worker import Orders

__all__ = ["Abandoned", "Job", "Limits", "Pool", "Whole"]

_STARTING = 30.0
"""Seconds after which a child that has not said that it is ready is given up."""

_log = logging.getLogger("digigraph.pool")


@dataclass(eq=False, slots=True)
class _Ticket:
    """A place in the line of those who wait."""

    called: int = field(default_factory=lambda: os.eventfd(0, os.EFD_CLOEXEC))
    child: Child | None = None

    def call(self) -> None:
        """Wake who waits with this ticket."""
        os.eventfd_write(self.called, 1)


class Pool:
    """Children over one release, an `Engine`; the first question starts them."""

    def __init__(
        self, release: Release, limits: Limits, *, dumps: Sequence[Path] = (), gateway: int = 0
    ) -> None:
        """Remember what is to be served; nothing is started yet.

        With `dumps` each child reads these files of the release into memory at its start, and
        does not open the index. `gateway` is the one port that a child may connect to, if any.
        """
        self.release, self.limits, self.dumps = release, limits, tuple(dumps)
        self.gateway = gateway
        self._tally = Tally()
        self._lock = threading.Lock()
        self._idle: deque[Child] = deque()
        self._waiting: deque[_Ticket] = deque()
        self._children: dict[int, Child] = {}
        self._spent: deque[Child] = deque()
        self._keeper: threading.Thread | None = None
        self._wake, self._woken = -1, -1
        self._started = 0
        self._closed = False

    def start(self) -> None:
        """Start the children; to start twice is to start once."""
        with self._lock:
            if self._keeper is None and not self._closed:
                self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
                self._keeper = threading.Thread(target=self._keep, name="children", daemon=True)
                self._keeper.start()
                atexit.register(_close, weakref.ref(self))

    def ask(self, job: Job, *, client: Client | None = None) -> Whole:
        """Return the whole answer to a query that `sparql.check` has read, as `Engine` says."""
        try:
            child = self._one(client)
        except DigigraphError as error:
            self._tally.failed(error)
            raise
        return Asked(child, job, self._give_back, self._tally).finish(client)

    def begin(self, job: Job) -> Asked | None:
        """Give a query to a child that is idle, as `Engine` says."""
        with self._lock:
            if self._closed or not self._idle or self._waiting:
                return None
            child = self._idle.popleft()
            child.taken = True
        if child.is_there():
            asked = Asked(child, job, self._give_back, self._tally)
            return None if asked.is_over else asked
        self._give_back(child, False)
        return None

    def counts(self) -> Counts:
        """Return what the children do and have done."""
        answers, unanswered = self._tally.told()
        with self._lock:
            at_work = sum(child.taken for child in self._children.values())
            starting = sum(not child.ready for child in self._children.values())
            return Counts(
                ready=len(self._idle),
                starting=starting,
                at_work=at_work,
                waiting=len(self._waiting),
                started=self._started,
                answers=answers,
                unanswered=unanswered,
                waited=self._tally.waited,
            )

    def processes(self) -> list[int]:
        """Return the ids of the children that are ready or at work."""
        with self._lock:
            return [child.process.pid for child in self._children.values() if child.ready]

    def close(self) -> None:
        """End all children and wait for it; whoever waits is told that there is no room."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for ticket in self._waiting:
                ticket.call()
            self._waiting.clear()
        if self._keeper:
            self._nudge()
            self._keeper.join()

    def _one(self, client: Client | None) -> Child:
        """Return a child that is there, waiting in line for it if need be."""
        if self._keeper is None:
            self.start()
        while not (child := self._take(client)).is_there():
            self._give_back(child, False)
        return child

    def _take(self, client: Client | None = None) -> Child:
        """Return the child that has been idle longest, waiting in line for it if need be."""
        with self._lock:
            if not self._closed and self._idle and not self._waiting:
                child = self._idle.popleft()
                child.taken = True
                return child
            if self._closed or len(self._waiting) >= self.limits.waiting:
                raise Overloaded(self.limits.waiting_seconds)
            ticket = _Ticket()
            self._waiting.append(ticket)
        gone = True
        try:
            gone = self._wait(ticket, client)
        finally:
            self._leave(ticket, gone=gone)
        if gone:
            raise Abandoned("the client went away")
        if ticket.child is None:
            raise Overloaded(self.limits.waiting_seconds)
        return ticket.child

    def _wait(self, ticket: _Ticket, client: Client | None) -> bool:
        """Wait in line; tell whether the client went away meanwhile."""
        poll = select.poll()
        poll.register(ticket.called, select.POLLIN)
        number = -1 if client is None else watch(poll, client)
        began = time.monotonic()
        happened = poll.poll(self.limits.waiting_seconds * 1000)
        self._tally.stood(time.monotonic() - began)
        return any(file == number for file, _ in happened)

    def _leave(self, ticket: _Ticket, *, gone: bool) -> None:
        """Give the place in line up; who is gone leaves the child that it was given to others."""
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            os.close(ticket.called)
        if gone and ticket.child:
            self._give_back(ticket.child, True)

    def _give_back(self, child: Child, alive: bool) -> None:
        with self._lock:
            child.taken = False
            if alive and not child.hung_up:
                self._offer(child)
                return
            self._spent.append(child)
        self._nudge()

    def _offer(self, child: Child) -> None:
        """Hand an idle child to who waits longest; the lock is held."""
        if not self._waiting:
            self._idle.append(child)
            return
        ticket = self._waiting.popleft()
        child.taken, ticket.child = True, child
        ticket.call()

    def _nudge(self) -> None:
        try:
            os.write(self._wake, b".")
        except BlockingIOError:
            pass  # the keeper has been called often enough
        except OSError:
            if not self._closed:
                raise

    # --- the keeper's thread ------------------------------------------------------------------

    def _keep(self) -> None:
        """Keep as many children as there should be, until the pool is closed."""
        failures, not_before = 0, 0.0
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        while not self._closed:
            if time.monotonic() >= not_before and not self._fill(poll):
                not_before = time.monotonic() + 1
            starting = any(not child.ready for child in self._children.values())
            short = len(self._children) < self.limits.children
            for file, _ in poll.poll(100 if starting or short else None):
                if file == self._woken:
                    os.read(self._woken, 4096)
                elif self._hear(self._children[file], poll):
                    failures = 0
            for child in self._dead():
                failures += not child.ready
                pause = min(5.0, 0.05 * 2.0**failures) if not child.ready else 0
                not_before = time.monotonic() + pause
                self._forget(child, poll)
        for child in list(self._children.values()):
            self._forget(child, poll)
        os.close(self._woken)
        os.close(self._wake)

    def _fill(self, poll: select.poll) -> bool:
        """Start the children that are missing; tell whether the system let us."""
        while len(self._children) < self.limits.children:
            try:
                child = Child(self._orders())
            except OSError as error:
                _log.error("a query process cannot be started: %s", error)
                return False
            with self._lock:
                self._children[child.line.fileno()] = child
                self._started += 1
            poll.register(child.line, select.POLLIN)
        return True

    def _hear(self, child: Child, poll: select.poll) -> bool:
        """Notice that a child is ready, which is true, or that it is gone."""
        if not child.ready:
            try:
                if not child.greet():
                    _log.warning("the platform does not let a query process give up its network")
                poll.modify(child.line, 0)
                with self._lock:
                    self._offer(child)
                return True
            except (wire.Closed, TimeoutError):
                pass
        poll.unregister(child.line)
        with self._lock:
            child.hung_up = True
            if child in self._idle:
                self._idle.remove(child)
            if not child.taken:
                self._spent.append(child)
        return False

    def _dead(self) -> list[Child]:
        late = time.monotonic() - _STARTING
        with self._lock:
            found = set(self._spent)
            self._spent.clear()
            found |= {c for c in self._children.values() if not c.ready and c.started < late}
        return list(found)

    def _forget(self, child: Child, poll: select.poll) -> None:
        with self._lock:
            del self._children[child.line.fileno()]
            if child in self._idle:
                self._idle.remove(child)
        with suppress(KeyError):  # it hung up before
            poll.unregister(child.line)
        child.bury()

    def _orders(self) -> Orders:
        return Orders(
            store=str(self.release.store.absolute()),
            base=self.release.base,
            dumps=tuple(str(dump.absolute()) for dump in self.dumps),
            parent=os.getpid(),
            memory=self.limits.memory_mb << 20,
            seconds=self.limits.seconds,
            answer_bytes=self.limits.answer_bytes,
            rows=self.limits.rows,
            gateway=self.gateway,
        )


def _close(pool: weakref.ref[Pool]) -> None:
    if found := pool():
        found.close()
