"""What a message of a query process means to who asked: an answer, or an error to raise."""

from __future__ import annotations

import os

from digigraph import wire
from digigraph.engine import Whole
from digigraph.errors import (
    DigigraphError,
    NoRoom,
    OutOfMemory,
    QueryError,
    QueryLost,
    ResultTooLarge,
)
from digigraph.evaluation import QueryFailed
from digigraph.worker import Orders

MIB = 1 << 20


def whole(message: wire.Message, orders: Orders) -> Whole:
    """Return the answer that a message brings, or raise the error that it tells of."""
    if "error" in message.told:
        raise _error(message, orders)
    if message.file is None:
        return Whole(len(message.body), message.body)
    file = os.fdopen(message.file, "rb")
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Whole(size, b"", file)


def _error(message: wire.Message, orders: Orders) -> DigigraphError:
    told = message.told
    kind = told["error"]
    if kind == "query":
        place = {name: told[name] for name in ("line", "column", "token")}
        return QueryError(told["message"], **place)
    if kind == "size":
        return ResultTooLarge(told["limit"], told["unit"])
    if kind == "memory":
        return OutOfMemory(orders.memory // MIB)
    said = {"room": NoRoom, "failed": QueryFailed}.get(kind)
    return said(told["message"]) if said else QueryLost()
