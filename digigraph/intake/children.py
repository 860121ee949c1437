"""One child process for each file, several at a time, each with limits on time and memory.

A file that makes a library loop, swell or crash costs that child and nothing else. Children are
forked from this process, which has loaded the libraries already, and must hold no threads.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

_FORK = multiprocessing.get_context("fork")
_MIB = 1 << 20
_AHEAD = 8
"""Files examined before it is their turn, for each child."""
_TICK = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds of processor, MiB of memory beyond what is there."""

    seconds: int = 60
    mebibytes: int = 1024

    @property
    def patience(self) -> float:
        """Seconds by the clock after which a child is ended that does not even compute."""
        return self.seconds * 5.0


@dataclass(frozen=True, slots=True)
class Lost:
    """A file whose child was ended by a limit or by itself, and why."""

    reason: str


@dataclass(slots=True)
class _Running:
    index: int
    process: Any
    line: Connection
    until: float


def each(
    paths: Iterable[Path],
    work: Callable[[Path], dict[str, Any]],
    *,
    jobs: int,
    limits: Limits,
) -> Iterator[dict[str, Any] | Lost]:
    """Yield what `work` returns for each path, in the order of the paths; `jobs` run at a time."""
    waiting = enumerate(paths)
    running: dict[Connection, _Running] = {}
    finished: dict[int, dict[str, Any] | Lost] = {}
    turn, more = 0, True
    try:
        while more or running or finished:
            while more and len(running) < jobs and len(finished) < jobs * _AHEAD:
                following = next(waiting, None)
                if following is None:
                    more = False
                    break
                one = _start(*following, work, limits)
                running[one.line] = one
            finished.update(_ended(running, limits))
            while turn in finished:
                yield finished.pop(turn)
                turn += 1
    finally:
        for left in running.values():
            left.process.kill()
            left.process.join()


def _start(
    index: int, path: Path, work: Callable[[Path], dict[str, Any]], limits: Limits
) -> _Running:
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_child, args=(theirs, work, path, limits), daemon=True)
    process.start()
    theirs.close()
    return _Running(index, process, ours, time.monotonic() + limits.patience)


def _ended(
    running: dict[Connection, _Running], limits: Limits
) -> Iterator[tuple[int, dict[str, Any] | Lost]]:
    ready = wait(list(running), _TICK)
    for line in ready:
        assert isinstance(line, Connection)
        one = running.pop(line)
        try:
            answer = json.loads(line.recv_bytes())
        except (EOFError, OSError):
            answer = None
        one.process.join()
        line.close()
        yield one.index, answer if isinstance(answer, dict) else Lost(_why(one, limits))
    late = [line for line, one in running.items() if time.monotonic() > one.until]
    for line in late:
        one = running.pop(line)
        one.process.kill()
        one.process.join()
        line.close()
        yield one.index, Lost(f"reading it took more than {limits.patience:g} s and was stopped")


def _why(one: _Running, limits: Limits) -> str:
    code = one.process.exitcode
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"reading it took more than {limits.seconds} s of processor time and was stopped"
    if code == _NO_MEMORY:
        return f"reading it needed more than {limits.mebibytes} MiB of memory and was stopped"
    return f"reading it ended the process ({code}); is the file damaged?"


_NO_MEMORY = 77


def _child(
    line: Connection, work: Callable[[Path], dict[str, Any]], path: Path, limits: Limits
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _let_go(but=line.fileno())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(3000)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 2))
    room = _size() + limits.mebibytes * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = work(path)
    except MemoryError:
        os._exit(_NO_MEMORY)
    line.send_bytes(json.dumps(answer).encode())
    line.close()
    os._exit(0)


def _let_go(but: int) -> None:
    """Close what was inherited: a lock is held as long as any process has the file open."""
    for name in [entry.name for entry in Path("/proc/self/fd").iterdir()]:
        if int(name) > 2 and int(name) != but:
            with suppress(OSError):
                os.close(int(name))


def _size() -> int:
    """Return the bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
