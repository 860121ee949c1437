"""Does work in several processes at once, with the outcomes in the order of the tasks.

Each process is a fresh one (fork server), so that no lock and no open index is inherited; it ends
with the process that asked. A few tasks, or one worker, are done here and cost no process.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from digigraph.errors import DigigraphError

Task = TypeVar("Task")
Found = TypeVar("Found")

_AHEAD = 2
"""How many tasks wait for each worker: none is idle, and few outcomes wait for their turn."""

_GARBAGE = 200_000
"""After so many new objects garbage in cycles is looked for; by default one part in fifteen of the
time of a build goes into looking."""

_PR_SET_PDEATHSIG = 1


class WorkerLost(DigigraphError):
    """A worker process that ended before its work was done."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Crew:
    """So many workers; they are started when there is enough to do for them."""

    def __init__(self, workers: int | None = None, *, loaded: Sequence[str] = ()) -> None:
        """Take the number of workers, by default that of processors, and what they need loaded."""
        self.workers = max(1, workers if workers is not None else cores())
        self._loaded, self._usual = list(loaded), gc.get_threshold()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Crew:
        """Return the crew; no worker is started yet, and garbage is looked for seldom."""
        gc.set_threshold(_GARBAGE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the workers; what they have not begun is not begun."""
        gc.set_threshold(*self._usual)
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def do(
        self, work: Callable[[Task], Found], tasks: Sequence[Task], *, few: int = 2
    ) -> Iterator[Found]:
        """Yield the outcome of each task, in their order.

        At most `few` are done in this process, if no worker has been started before. `work` and
        what it takes and returns must be picklable. What it raises is raised here.
        """
        if self.workers == 1 or (self._pool is None and len(tasks) <= few):
            yield from map(work, tasks)
            return
        pool = self._started()
        waiting: deque[Future[Found]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > self.workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise self._lost() from error
        finally:
            for future in waiting:
                future.cancel()

    def start(self, work: Callable[[Task], Found], task: Task) -> Callable[[], Found]:
        """Begin a task beside others if there are workers by now; return what waits for its end."""
        if self._pool is None:
            found = work(task)
            return lambda: found
        future = self._pool.submit(work, task)

        def wait() -> Found:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise self._lost() from error

        return wait

    def _lost(self) -> WorkerLost:
        return WorkerLost(
            f"one of {self.workers} worker processes was ended, most likely because memory ran "
            "out; give the build fewer of them with --workers"
        )

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(self._loaded)
            self._pool = ProcessPoolExecutor(self.workers, context, _begin, (os.getpid(),))
        return self._pool


def _begin(asking: int) -> None:
    """Leave it to the process that asked to be interrupted, and end with it."""
    gc.set_threshold(_GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(asking,), daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_with(asking: int) -> None:
    while Path(f"/proc/{asking}").exists() or sys.platform != "linux":
        time.sleep(1)
    os._exit(1)
