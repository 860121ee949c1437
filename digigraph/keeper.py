"""Keeps as many children as there should be: starts them, hears that they end, buries them.

One thread does all of it, and tells the pool of a child that is ready and of one that is gone.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from digigraph import wire
from digigraph.child import Child
from digigraph.nursery import Nursery
from digigraph.worker import Orders

_STARTING = 30.0
"""Seconds after which a child that has not said that it is ready is given up."""

_log = logging.getLogger("digigraph.pool")


class Keeper:
    """The children of one pool."""

    def __init__(
        self,
        orders: Orders,
        size: int,
        *,
        ready: Callable[[Child], None],
        gone: Callable[[Child], bool],
    ) -> None:
        """Start to keep so many children.

        `ready` is told of each that can be asked; `gone` of each that has hung up, and tells
        whether nobody has it.
        """
        self._orders, self._size, self._ready, self._gone = orders, size, ready, gone
        self._lock, self._closed = threading.Lock(), False
        self._nursery: Nursery | None = None
        self._children: dict[int, Child] = {}
        self._spent: deque[Child] = deque()
        self._poll, self._failures, self._not_before = select.poll(), 0, 0.0
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll.register(self._woken, select.POLLIN)
        self.started = 0
        self._thread = threading.Thread(target=self._keep, name="children", daemon=True)
        self._thread.start()

    def children(self) -> list[Child]:
        """Return those that there are, ready or not."""
        with self._lock:
            return list(self._children.values())

    def replace(self, child: Child) -> None:
        """Bury a child that nobody has, and start another."""
        with self._lock:
            self._spent.append(child)
        self._nudge()

    def close(self) -> None:
        """End all children and wait for it."""
        self._closed = True
        self._nudge()
        self._thread.join()

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
        while not self._closed:
            if time.monotonic() >= self._not_before:
                self._fill()
            complete = len(self._children) == self._size
            starting = not complete or any(not child.ready for child in self._children.values())
            for file, _ in self._poll.poll(100 if starting else None):
                self._hear(file)
            self._bury_the_dead()
        for child in list(self._children.values()):
            self._forget(child)
        if self._nursery:
            self._nursery.bury()
        os.close(self._woken)
        os.close(self._wake)

    def _fill(self) -> None:
        """Start what is missing, as far as the system lets us."""
        try:
            if self._nursery is None:
                self._nursery = Nursery(self._orders)
                self._poll.register(self._nursery.line, select.POLLIN)
            while self._nursery.ready and len(self._children) < self._size:
                child = self._nursery.bear()
                with self._lock:
                    self._children[child.number] = child
                    self.started += 1
                self._poll.register(child.number, select.POLLIN)
        except OSError as error:
            _log.error("a query process cannot be started: %s", error)
            self._not_before = time.monotonic() + 1

    def _hear(self, file: int) -> None:
        if file == self._woken:
            os.read(self._woken, 4096)
        elif file in self._children:
            self._hear_child(self._children[file])
        elif self._nursery:
            self._hear_nursery(self._nursery)

    def _hear_nursery(self, nursery: Nursery) -> None:
        """Notice that it is ready or gone, and then its children too."""
        if not nursery.ready:
            with suppress(wire.Closed, TimeoutError):
                nursery.greet()
                self._poll.modify(nursery.line, 0)
                return
        self._lose(nursery)

    def _hear_child(self, child: Child) -> None:
        """Notice that it is ready or gone."""
        if not child.ready:
            with suppress(wire.Closed, TimeoutError):
                if not child.greet():
                    _log.warning("the platform does not let a query process give up its network")
                self._poll.modify(child.number, 0)
                self._failures = 0
                self._ready(child)
                return
        self._poll.unregister(child.number)
        if self._gone(child):
            with self._lock:
                self._spent.append(child)

    def _bury_the_dead(self) -> None:
        late = time.monotonic() - _STARTING
        if self._nursery and not self._nursery.ready and self._nursery.started < late:
            self._lose(self._nursery)
        with self._lock:
            found = set(self._spent)
            self._spent.clear()
            found |= {c for c in self._children.values() if not c.ready and c.started < late}
        for child in found:
            if child.ready:
                self._not_before = 0.0
            else:
                self._failed()
            self._forget(child)

    def _lose(self, nursery: Nursery) -> None:
        """Do without one that is gone; its children end with it."""
        if not nursery.ready:
            self._failed()
        self._poll.unregister(nursery.line)
        nursery.bury()
        self._nursery = None

    def _failed(self) -> None:
        """Wait longer after each start that comes to nothing."""
        self._failures += 1
        self._not_before = time.monotonic() + min(5.0, 0.05 * 2.0**self._failures)

    def _forget(self, child: Child) -> None:
        with self._lock:
            if self._children.get(child.number) is not child:  # it was found dead twice
                return
            del self._children[child.number]
        with suppress(KeyError):  # it hung up before
            self._poll.unregister(child.number)
        child.bury()
