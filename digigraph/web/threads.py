"""A number of threads that work for an event loop, each task with less ado than an executor's."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Found = TypeVar("Found")

_Task = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[..., Any], Any]


class Threads:
    """Threads that wait for work, as long as the process lives."""

    def __init__(self, number: int) -> None:
        """Start them."""
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        for place in range(number):
            threading.Thread(target=self._run, name=f"request-{place}", daemon=True).start()

    def do(self, work: Callable[[Any], Found], told: Any) -> asyncio.Future[Found]:
        """Return what `work` will have found, in the order in which work was given."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()
        self._tasks.put((loop, future, work, told))
        return future

    def _run(self) -> None:
        while True:
            loop, future, work, told = self._tasks.get()
            found, wrong = None, None
            try:
                found = work(told)
            except Exception as error:
                wrong = error
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, found, wrong)
            del future, work, told, found, wrong


def _settle(future: asyncio.Future[Any], found: Any, error: Exception | None) -> None:
    if future.done():  # nobody waits any more
        return
    if error is None:
        future.set_result(found)
    else:
        future.set_exception(error)
