"""Answers queries in processes that can be killed: one that makes them, and those.

The first process, of `digigraph.nursery`, loads what all need and then does nothing but fork at
our word, so that the next question waits a hundredth of a second after a kill. Each fork opens
the release, if it does not have it in memory, locks itself in and answers one job after another
until its line is closed. A large answer goes to a file without a name, so that a killed child
leaves nothing behind.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digigraph import sandbox, wire
from digigraph.engine import Job
from digigraph.errors import DigigraphError, NoRoom, QueryError, ResultTooLarge
from digigraph.evaluation import Answer, Index, QueryFailed, read
from digigraph.formats import GRAPH_FORMATS, TABLE_FORMATS
from digigraph.spool import Spool

GRACE = 0.25
"""Seconds after the limit at which a child that nobody has killed ends itself."""

COMMAND = "from digigraph.worker import main; main()"
_FORMATS = {told.name: told for told in (*TABLE_FORMATS, *GRAPH_FORMATS)}
_FULL = (MemoryError, SystemError)
"""What is raised where there is no memory; the engine's terms then fail without saying why."""
_LONG = 0.01
"""Seconds after which a query may have grown its process by much; below them nobody looks."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a child is told when it starts: `dumps` are to be held in memory, if there are any.

    `memory` is in bytes, and beyond what the release takes at rest. `gateway` is the only port
    that may be connected to; zero is none.
    """

    store: str
    base: str
    dumps: tuple[str, ...]
    parent: int
    memory: int
    seconds: float
    answer_bytes: int
    rows: int
    gateway: int = 0


def main() -> None:
    """Make processes that answer jobs, until the parent is gone; and be each of them."""
    orders = Orders(**json.loads(sys.argv[1]))
    sandbox.die_with(orders.parent)
    sandbox.stand_alone()
    index = Index(Path(orders.store), orders.base, dumps=[Path(dump) for dump in orders.dumps])
    if orders.dumps:
        index.open()
    gc.freeze()  # what is here stays, and is shared as long as nobody writes to it
    line = socket.socket(fileno=0)
    with suppress(wire.Closed):
        wire.send(line, {})
        _bear(line)
        _work(line, index, orders)


def _bear(line: socket.socket) -> None:
    """Fork and bury at the word of the parent; return in the fork, with the line that it got."""
    here = os.getpid()
    while True:
        message = wire.receive(line)
        if message.file is None:
            wire.send(line, {"code": _code_of(message.told["bury"])})
            continue
        try:
            process = os.fork()
        except OSError:
            process = -1
        if process == 0:
            os.dup2(message.file, line.fileno())
            os.close(message.file)
            sandbox.die_with(here)
            return
        os.close(message.file)
        wire.send(line, {"process": process})


def _code_of(process: int) -> int:
    """Return how a process of ours ended, having waited for it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0


def _work(line: socket.socket, index: Index, orders: Orders) -> None:
    """Answer one job after another, locked in."""
    index.open()
    sandbox.bound_memory(orders.memory)
    wire.send(line, {"closed": sandbox.close_network(orders.gateway)})
    memory = sandbox.Memory()
    most = memory.resident() + orders.memory // 4
    try:
        while _serve(line, index, orders, memory, most):
            pass
    except _FULL:  # so full that not even an error can be told
        os.abort()


def _serve(
    line: socket.socket, index: Index, orders: Orders, memory: sandbox.Memory, most: int
) -> bool:
    """Answer the next job; tell whether this process is still fit for another."""
    job = _job(wire.receive(line))
    # The parent kills at the limit; this is for the case that nobody is left to do it.
    signal.setitimer(signal.ITIMER_REAL, orders.seconds + GRACE)
    begun = time.monotonic()
    with Spool(orders.answer_bytes, orders.rows, job.told) as spool:
        told = _answer(index, job, spool, orders)
        signal.setitimer(signal.ITIMER_REAL, 0)
        # A fresh process is smaller than one that has answered something large.
        if time.monotonic() - begun > _LONG and memory.resident() > most:
            told["last"] = True
        if "error" in told:
            wire.send(line, told)
        elif spool.file:
            wire.send(line, told, file=spool.file.fileno())
        else:
            wire.send(line, told, spool.small())
        return "last" not in told


def _answer(index: Index, job: Job, spool: Spool, orders: Orders) -> dict[str, Any]:
    """Write the answer into the spool and return what to say of it, or of the error."""
    try:
        if job.only_read:
            read(job.query)
            return {}
        answer = index.evaluate(
            job.form,
            job.query,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            limit=orders.answer_bytes,
            rows=orders.rows,
        )
        if job.told is None:
            spool.write(_excerpt(answer, job.shown))
        else:
            answer.write_to(spool, job.told)
        spool.finish()
    except DigigraphError as error:
        return _said(error)
    except _FULL:
        return {"error": "memory", "last": True}
    return {}


def _excerpt(answer: Answer, shown: int) -> bytes:
    return json.dumps(answer.excerpt(shown), ensure_ascii=False).encode()


def _said(error: DigigraphError) -> dict[str, Any]:
    if isinstance(error, QueryError):
        place = {"line": error.line, "column": error.column, "token": error.token}
        return {"error": "query", "message": str(error), **place}
    if isinstance(error, ResultTooLarge):
        return {"error": "size", "limit": error.limit, "unit": error.unit}
    if isinstance(error, NoRoom):
        return {"error": "room", "message": error.reason}
    kind = "failed" if isinstance(error, QueryFailed) else "lost"
    return {"error": kind, "message": str(error)[:1000]}


def _job(message: wire.Message) -> Job:
    told = message.told
    return Job(
        query=message.body.decode(errors="surrogatepass"),
        form=told["form"],
        told=_FORMATS[told["told"]] if told["told"] else None,
        default_graphs=tuple(told["default_graphs"]),
        named_graphs=tuple(told["named_graphs"]),
        shown=told["shown"],
        only_read=told["only_read"],
    )
