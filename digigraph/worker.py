"""Answers queries in a process that can be killed; started by `digigraph.pool`, one per child.

The process opens the release, locks itself in and then answers one job after another until its
line is closed. What may be large goes to a file without a name, which vanishes with the last
process that has it open, so that a killed child leaves nothing behind.
"""

from __future__ import annotations

import io
import json
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from digigraph import sandbox, wire
from digigraph.errors import DigigraphError, QueryError, ResultTooLarge
from digigraph.formats import GRAPH_FORMATS, TABLE_FORMATS, Format
from digigraph.release import open_release
from digigraph.store import Answer, QueryFailed, Store

SMALL = 65_536
"""Answers up to so many bytes go over the line; longer ones into a file."""

GRACE = 0.25
"""Seconds after the limit at which a child that nobody has killed ends itself."""

COMMAND = "from digigraph.worker import main; main()"
_FORMATS = {told.name: told for told in (*TABLE_FORMATS, *GRAPH_FORMATS)}


@dataclass(frozen=True, slots=True)
class Orders:
    """What a child is told when it starts."""

    release: str
    parent: int
    memory: int
    seconds: float
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Job:
    """One query to answer, already read by the guard; no format means a page's excerpt."""

    query: str
    form: str
    told: Format | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    shown: int = 1000

    def message(self) -> dict[str, Any]:
        """Return the job as it is sent."""
        return {
            "query": self.query,
            "form": self.form,
            "told": self.told.name if self.told else None,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "shown": self.shown,
        }


class Spool(io.RawIOBase):
    """Takes an answer in, up to a limit, in memory while it is small."""

    def __init__(self, limit: int) -> None:
        """Start empty."""
        super().__init__()
        self.size, self._limit = 0, limit
        self._held: IO[bytes] = io.BytesIO()
        self.file: IO[bytes] | None = None

    def writable(self) -> bool:
        """Tell that bytes can be written."""
        return True

    def write(self, part: Any, /) -> int:
        """Take bytes in; raise `ResultTooLarge` beyond the limit."""
        self.size += len(part)
        if self.size > self._limit:
            raise ResultTooLarge(self._limit)
        if self.file is None and self.size > SMALL:
            self.file = tempfile.TemporaryFile(prefix="digigraph-")  # noqa: SIM115 # sent, closed
            self.file.write(self.small())
            self._held = self.file
        return self._held.write(part)

    def small(self) -> bytes:
        """Return the answer where it is not in a file."""
        return self._held.getvalue() if isinstance(self._held, io.BytesIO) else b""

    def close(self) -> None:
        """Let the file go."""
        if self.file:
            self.file.close()
        super().close()


def main() -> None:
    """Answer the jobs of the parent."""
    orders = Orders(**json.loads(sys.argv[1]))
    sandbox.die_with(orders.parent)
    sandbox.stand_alone()
    store = Store(open_release(Path(orders.release)))
    store.open()
    line = socket.socket(fileno=0)
    sandbox.bound_memory(orders.memory)
    wire.send(line, {"ready": True, "closed": sandbox.close_network()})
    memory = sandbox.Memory()
    at_rest = memory.resident()
    with suppress(wire.Closed):
        while _serve(line, store, orders, memory, at_rest):
            pass


def _serve(
    line: socket.socket, store: Store, orders: Orders, memory: sandbox.Memory, at_rest: int
) -> bool:
    """Answer the next job; tell whether this process is still fit for another."""
    job = _job(wire.receive(line).told)
    # The parent kills at the limit; this is for the case that nobody is left to do it.
    signal.setitimer(signal.ITIMER_REAL, orders.seconds + GRACE)
    with Spool(orders.answer_bytes) as spool:
        told = _answer(store, job, spool, orders.answer_bytes)
        signal.setitimer(signal.ITIMER_REAL, 0)
        # A fresh process is smaller than one that has answered something large.
        told["last"] = memory.resident() - at_rest > orders.memory // 4
        if "error" in told:
            wire.send(line, told)
        elif spool.file:
            spool.file.flush()
            wire.send(line, told, file=spool.file.fileno())
        else:
            wire.send(line, told, spool.small())
        return not told["last"]


def _answer(store: Store, job: Job, spool: Spool, limit: int) -> dict[str, Any]:
    """Write the answer into the spool and return what to say of it, or of the error."""
    try:
        answer = store.evaluate(
            job.form,
            job.query,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            limit=limit,
        )
        if job.told is None:
            spool.write(_excerpt(answer, job.shown, limit))
        else:
            answer.write_to(spool, job.told)
        return {"size": spool.size}
    except DigigraphError as error:
        return _said(error)
    except MemoryError:
        return {"error": "memory"}


def _excerpt(answer: Answer, shown: int, limit: int) -> bytes:
    found = json.dumps(answer.excerpt(shown), ensure_ascii=False).encode()
    if len(found) > limit:
        raise ResultTooLarge(limit)
    return found


def _said(error: DigigraphError) -> dict[str, Any]:
    if isinstance(error, QueryError):
        place = {"line": error.line, "column": error.column, "token": error.token}
        return {"error": "query", "message": str(error), **place}
    if isinstance(error, ResultTooLarge):
        return {"error": "size"}
    kind = "failed" if isinstance(error, QueryFailed) else "lost"
    return {"error": kind, "message": str(error)[:1000]}


def _job(told: dict[str, Any]) -> Job:
    return Job(
        query=told["query"],
        form=told["form"],
        told=_FORMATS[told["told"]] if told["told"] else None,
        default_graphs=tuple(told["default_graphs"]),
        named_graphs=tuple(told["named_graphs"]),
        shown=told["shown"],
    )
