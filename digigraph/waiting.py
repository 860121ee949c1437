"""Where questions wait: tickets, and the two lines of those who want a child.

The lines are the pool's own and change under its lock; who waits does so without it.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from digigraph.engine import Abandoned, Client

PULSE = 0.25
"""Seconds after which who waits for long looks whether the service is about to stop."""

_CLOSED = getattr(select, "POLLRDHUP", select.POLLHUP)

Given = TypeVar("Given")


@dataclass(eq=False, slots=True)
class Ticket(Generic[Given]):
    """A place in a line, and what is given to who stands there."""

    called: int = field(default_factory=lambda: os.eventfd(0, os.EFD_CLOEXEC))
    given: Given | None = None

    def call(self, given: Given | None = None) -> None:
        """Wake who waits with this ticket; with nothing there is nothing to be had."""
        self.given = given
        os.eventfd_write(self.called, 1)

    def wait(
        self, client: Client | None, seconds: float, latest: Callable[[], float] | None = None
    ) -> bool:
        """Wait until it is called; tell whether the client went away meanwhile.

        `latest` is when nobody waits any more, by the monotonic clock; that may become earlier.
        """
        poll = select.poll()
        poll.register(self.called, select.POLLIN)
        number = -1 if client is None else watch(poll, client)
        until = time.monotonic() + seconds
        while (left := min(until, latest() if latest else until) - time.monotonic()) > 0:
            if found := poll.poll(min(left, PULSE) * 1000):
                return any(file == number for file, _ in found)
        return False


class Lines(Generic[Given]):
    """Those who wait, who came first is called first: the young, and those that take long."""

    def __init__(self, room: int) -> None:
        """Start with nobody; a quarter of the room is for the young alone."""
        self.young: deque[Ticket[Given]] = deque()
        self.long: deque[Ticket[Given]] = deque()
        self._room, self._newest = room, False

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self.young) + len(self.long)

    def join(self, *, long: bool) -> Ticket[Given] | None:
        """Return a place at the end of a line, if there is room."""
        if len(self) >= self._room or (long and len(self.long) >= self._room - self._room // 4):
            return None
        ticket: Ticket[Given] = Ticket()
        (self.long if long else self.young).append(ticket)
        return ticket

    def next_young(self, *, both_ends: bool) -> Ticket[Given]:
        """Take the next of the young out of their line: who waits longest.

        From both ends, it is in turn who came last: then a newcomer does not wait for the
        moments of all who rushed in before, and nobody waits more than twice as long for it.
        """
        self._newest = both_ends and not self._newest
        return self.young.pop() if self._newest else self.young.popleft()

    def leave(self, ticket: Ticket[Given]) -> None:
        """Give a place up, for whatever reason."""
        for line in (self.young, self.long):
            if ticket in line:
                line.remove(ticket)
        os.close(ticket.called)

    def close(self) -> None:
        """Call everybody, to nothing."""
        for line in (self.young, self.long):
            while line:
                line.popleft().call()


def watch(poll: select.poll, client: Client) -> int:
    """Let a poll tell when a client goes, by the contract of `Engine.ask`; return its number.

    Raises `Abandoned` if what would tell is closed already.
    """
    number = client if isinstance(client, int) else client.fileno()
    if number < 0:
        raise Abandoned("the client went away")
    poll.register(number, _CLOSED if isinstance(client, socket.socket) else select.POLLIN)
    return number
