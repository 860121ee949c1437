"""Lets a few at a time go on, and the others wait in the order in which they came."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from digigraph.engine import Abandoned, Client
from digigraph.errors import Overloaded
from digigraph.waiting import Ticket


class Turns:
    """So many places at work, and so many in line, where nobody waits longer than `seconds`."""

    def __init__(self, places: int, waiting: int, seconds: float) -> None:
        """Start with all places free."""
        self._free, self._room, self._seconds = places, waiting, seconds
        self._waiting: deque[Ticket[bool]] = deque()
        self._lock, self._at_work, self._closed = threading.Lock(), 0, False

    @contextmanager
    def turn(self, client: Client | None = None) -> Iterator[None]:
        """Hold a place, waiting for it if need be.

        Raises `Overloaded` where there is no place in time, `Abandoned` once the client is gone.
        """
        self._enter(client)
        try:
            yield
        finally:
            self._leave()

    def now(self) -> tuple[int, int, int]:
        """Return how many places are free, how many are at work and how many wait."""
        with self._lock:
            return self._free, self._at_work, len(self._waiting)

    def close(self) -> None:
        """Give no more turns; whoever waits is told that there is no room."""
        with self._lock:
            self._closed = True
            for ticket in self._waiting:
                ticket.call()
            self._waiting.clear()

    def _enter(self, client: Client | None) -> None:
        with self._lock:
            if self._free and not self._waiting and not self._closed:
                self._free -= 1
                self._at_work += 1
                return
            if self._closed or len(self._waiting) >= self._room:
                raise Overloaded(self._seconds)
            ticket: Ticket[bool] = Ticket()
            self._waiting.append(ticket)
        gone = True
        try:
            gone = ticket.wait(client, self._seconds)
        finally:
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                os.close(ticket.called)
            if gone and ticket.given:
                self._leave()
        if gone:
            raise Abandoned("the client went away")
        if not ticket.given:
            raise Overloaded(self._seconds)

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().call(True)
            else:
                self._free += 1
                self._at_work -= 1
