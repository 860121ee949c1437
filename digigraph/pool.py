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
import socket
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from digigraph import wire
from digigraph.child import Abandoned, Child, Whole, whole
from digigraph.errors import Overloaded
from digigraph.release import Release
from digigraph.worker import Job, Orders

__all__ = ["Abandoned", "Job", "Limits", "Pool", "Whole"]

_STARTING = 30.0
"""Seconds after which a child that has not said that it is ready is given up."""

_log = logging.getLogger("digigraph.pool")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take, and how many run and wait at a time."""

    seconds: float = 20.0
    memory_mb: int = 1024
    answer_bytes: int = 50_000_000
    children: int = 2
    waiting: int = 100
    waiting_seconds: float = 10.0


@dataclass(eq=False, slots=True)
class _Ticket:
    """A place in the line of those who wait."""

    called: threading.Event = field(default_factory=threading.Event)
    child: Child | None = None


class Pool:
    """Children over one release; the first question starts them."""

    def __init__(self, release: Release, limits: Limits) -> None:
        """Remember what is to be served; nothing is started yet."""
        self.release, self.limits = release, limits
        self._lock = threading.Lock()
        self._idle: deque[Child] = deque()
        self._waiting: deque[_Ticket] = deque()
        self._children: dict[int, Child] = {}
        self._spent: deque[Child] = deque()
        self._keeper: threading.Thread | None = None
        self._wake, self._woken = -1, -1
        self._closed = False

    def start(self) -> None:
        """Start the children; to start twice is to start once."""
        with self._lock:
            if self._keeper is None and not self._closed:
                self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
                self._keeper = threading.Thread(target=self._keep, name="children", daemon=True)
                self._keeper.start()
                atexit.register(_close, weakref.ref(self))

    def ask(self, job: Job, *, client: socket.socket | None = None) -> Whole:
        """Return the whole answer to a query that `sparql.check` has read.

        Raises `QueryError` and `QueryFailed` as `Store.ask` does, `QueryTimeout`, `OutOfMemory`,
        `ResultTooLarge`, `QueryLost` at the limits, `Overloaded` where the line is too long, and
        `Abandoned` once `client`, a socket, is closed by its other side.
        """
        self.start()
        while not (child := self._take()).is_there():
            self._give_back(child, alive=False)
        fit = False
        try:
            message = child.ask(job, client)
            fit = not (message.told["last"] or child.slow)
        finally:
            if not fit:
                child.process.kill()
            self._give_back(child, alive=fit)
        return whole(message, child.orders)

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
                ticket.called.set()
            self._waiting.clear()
        if self._keeper:
            self._nudge()
            self._keeper.join()

    def _take(self) -> Child:
        """Return the child that has been idle longest, waiting in line for it if need be."""
        busy = Overloaded(self.limits.waiting_seconds)
        with self._lock:
            if self._closed:
                raise busy
            if self._idle and not self._waiting:
                child = self._idle.popleft()
                child.taken = True
                return child
            if len(self._waiting) >= self.limits.waiting:
                raise busy
            ticket = _Ticket()
            self._waiting.append(ticket)
        ticket.called.wait(self.limits.waiting_seconds)
        with self._lock:
            if ticket.child is None:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                raise busy
            return ticket.child

    def _give_back(self, child: Child, *, alive: bool) -> None:
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
        ticket.called.set()

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
            release=str(self.release.folder.absolute()),
            parent=os.getpid(),
            memory=self.limits.memory_mb << 20,
            seconds=self.limits.seconds,
            answer_bytes=self.limits.answer_bytes,
        )


def _close(pool: weakref.ref[Pool]) -> None:
    if found := pool():
        found.close()
