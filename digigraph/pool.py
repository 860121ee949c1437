"""Answers queries in processes that can be killed, a few at a time and in the order they came.

The engine has no brakes: no time limit, no cancellation, no bound on memory (S-05). So a query
runs in a child process, and at its limit the child is killed and another takes its place.

Questions that never end must not keep the others out. So there are two children more than
questions may run for long, and while as many as may do so, a question has its moment (`BRIEF`)
for certain and goes on after it only as long as another child is idle. If it has to give way, its
child is killed, and it stands in a second line, for a child and a place together, to begin anew
with all its time. A question that needs no more than its moment thus waits for the moments of
those before it, however many run or wait for long; and while questions have to give way, whoever
came last is called in turn with whoever waits longest, so that it need not wait for a whole rush.
"""

from __future__ import annotations

import atexit
import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from digigraph.child import Asked, Child
from digigraph.engine import Abandoned, Client, Counts, Job, Limits, Tally, Whole
from digigraph.errors import DigigraphError, Overloaded
from digigraph.keeper import Keeper
from digigraph.release import Release
from digigraph.waiting import Lines, Ticket
from digigraph.worker import Orders

__all__ = ["AHEAD", "BRIEF", "SPARE", "Abandoned", "Job", "Limits", "Pool", "Whole"]

SPARE = 2
"""How many children questions may have beyond those that they may have for long."""
AHEAD = 2
"""How many children more stand ready and unused, so that one that is killed is replaced at once."""
BRIEF = 0.05
"""Seconds of the processor that are a question's moment, if not many wait for theirs."""
LATELY = 1.0
"""For so many seconds after a question had to give way the line is served from both ends."""
_MANY = 8
"""As many that wait for their moment make it half as long."""


class Pool:
    """Children over one release, an `Engine`; the first question starts them."""

    def __init__(
        self, release: Release, limits: Limits, *, dumps: Sequence[Path] = (), gateway: int = 0
    ) -> None:
        """Remember what is to be served; nothing is started yet.

        With `dumps` the children have these files of the release in memory, and do not open the
        index. `gateway` is the one port that a child may connect to, if any.
        """
        self.release, self.limits, self.dumps = release, limits, tuple(dumps)
        self.kind = "memory" if dumps else "disk"
        self.gateway, self.size = gateway, limits.children + SPARE
        self._tally = Tally()
        self._lock = threading.Lock()
        self._idle: deque[Child] = deque()
        self._lent: set[Child] = set()
        self._lines: Lines[Child] = Lines(limits.waiting)
        self._keeper: Keeper | None = None
        self._latest, self._gave_way, self._closed = math.inf, -math.inf, False

    def start(self) -> None:
        """Start the children; to start twice is to start once."""
        with self._lock:
            if self._keeper is None and not self._closed:
                self._keeper = Keeper(
                    self._orders(), self.size + AHEAD, ready=self._is_ready, gone=self._is_gone
                )
                atexit.register(_close, weakref.ref(self))

    def ask(self, job: Job, *, client: Client | None = None) -> Whole:
        """Return the whole answer to a query that `sparql.check` has read, as `Engine` says."""
        try:
            child = self.take(client, long=self._once(job))
        except DigigraphError as error:
            self._tally.failed(error)
            raise
        return Asked(child, job, self, self._tally).finish(client)

    def begin(self, job: Job) -> Asked | None:
        """Give a query to a child that is idle, as `Engine` says."""
        with self._lock:
            child = None if self._lines.young else self._free(long=self._once(job))
        if child is None:
            return None
        if child.is_there():
            asked = Asked(child, job, self, self._tally)
            return None if asked.is_over else asked
        self.give_back(child, alive=False)
        return None

    def counts(self) -> Counts:
        """Return what the children do and have done."""
        answers, unanswered = self._tally.told()
        with self._lock:
            keeper, at_work = self._keeper, len(self._lent)
            ready = min(len(self._idle), self.size - at_work)
            alive = keeper is not None and not self._closed
            return Counts(
                ready=ready,
                starting=self.size - ready - at_work if alive else 0,
                at_work=at_work,
                waiting=len(self._lines),
                started=keeper.started if keeper else 0,
                answers=answers,
                unanswered=unanswered,
                waited=self._tally.waited,
            )

    def processes(self) -> list[int]:
        """Return the ids of the children that are ready or at work."""
        children = self._keeper.children() if self._keeper else []
        return [child.process for child in children if child.ready]

    def finish_by(self, when: float) -> None:
        """Let no question go on longer, as `Engine` says."""
        self._latest = when

    def close(self) -> None:
        """End all children and wait for it; whoever waits is told that there is no room."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._idle.clear()
            self._lines.close()
        if self._keeper:
            self._keeper.close()

    # --- for a question under way: the pool is its `Lender` ------------------------------------

    def take(self, client: Client | None, *, long: bool) -> Child:
        """Return a child that is there, waiting in line for it if need be, as `Lender` says."""
        if self._keeper is None:
            self.start()
        while not (child := self._take(client, long=long)).is_there():
            self.give_back(child, alive=False)
        return child

    def give_back(self, child: Child, alive: bool) -> None:
        """Take a child back, as `Lender` says."""
        with self._lock:
            self._lent.discard(child)
            child.long = False
            fit = alive and not child.hung_up and not self._closed
            if fit:
                self._idle.append(child)
            self._offer()
        if not fit and self._keeper:
            self._keeper.replace(child)

    @property
    def hurries(self) -> bool:
        """Tell whether questions wait for their moment; at once, and without the lock."""
        return bool(self._lines.young)

    def may_linger(self, child: Child, worked: float) -> bool:
        """Tell whether a young question has not had its moment, or nobody needs its child."""
        with self._lock:
            waiting = len(self._lines.young)
            return (
                child.long
                or worked < BRIEF / (1 + waiting / _MANY)
                or self._has_child()
                or (self._has_place() and not waiting)
            )

    def may_stay(self, child: Child) -> bool:
        """Give one of the places for long to a question, unless others wait for it."""
        with self._lock:
            child.long = child.long or (self._has_place() and not self._lines.long)
            if not child.long:
                self._gave_way = time.monotonic()
            return child.long

    def latest(self) -> float:
        """Return when every question must be over, by the monotonic clock."""
        return self._latest

    # --- who gets which child -----------------------------------------------------------------

    def _once(self, job: Job) -> bool:
        """Tell whether a query asks others, so that it must not be begun twice."""
        return bool(self.gateway) and f"//127.0.0.1:{self.gateway}/" in job.query

    def _has_place(self) -> bool:
        """Tell whether one more question may run for long; the lock is held."""
        return sum(child.long for child in self._lent) < self.limits.children

    def _has_child(self) -> bool:
        """Tell whether there is a child for one question more; the lock is held."""
        return bool(self._idle) and len(self._lent) < self.size

    def _free(self, *, long: bool) -> Child | None:
        """Return the child that has been idle longest, if it may be had; the lock is held."""
        if self._closed or not self._has_child() or (long and not self._has_place()):
            return None
        child = self._idle.popleft()
        self._lent.add(child)
        child.long = long
        return child

    def _take(self, client: Client | None = None, *, long: bool = False) -> Child:
        """Return a child, waiting in line for it if need be."""
        with self._lock:
            if child := self._free(long=long):
                return child
            ticket = None if self._closed else self._lines.join(long=long)
            if ticket is None:
                raise Overloaded(self.limits.waiting_seconds)
        gone, began = True, time.monotonic()
        try:
            gone = ticket.wait(client, self.limits.waiting_seconds, self.latest)
        finally:
            self._tally.stood(time.monotonic() - began)
            self._leave(ticket, gone=gone)
        if gone:
            raise Abandoned("the client went away")
        if ticket.given is None:
            raise Overloaded(self.limits.waiting_seconds)
        return ticket.given

    def _leave(self, ticket: Ticket[Child], *, gone: bool) -> None:
        """Give the place in line up; who is gone leaves the child that it was given to others."""
        with self._lock:
            self._lines.leave(ticket)
        if gone and ticket.given:
            self.give_back(ticket.given, alive=True)

    def _offer(self) -> None:
        """Hand the idle children to those who wait longest; the lock is held.

        Those for long come first: they never take more than their places.
        """
        while self._lines.long and (child := self._free(long=True)):
            self._lines.long.popleft().call(child)
        both = bool(self._lines.young) and time.monotonic() - self._gave_way < LATELY
        while self._lines.young and (child := self._free(long=False)):
            self._lines.next_young(both_ends=both).call(child)

    def _is_ready(self, child: Child) -> None:
        with self._lock:
            self._idle.append(child)
            self._offer()

    def _is_gone(self, child: Child) -> bool:
        with self._lock:
            child.hung_up = True
            if child in self._idle:
                self._idle.remove(child)
            return child not in self._lent

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
