"""Messages between the server and the process that answers one query at a time.

A message is a JSON object, then bytes; an open file may travel with it, so that a large answer
is handed over without being copied or named.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
import time
from typing import Any, NamedTuple

_HEAD = struct.Struct("!II")
_PART = 131_072
_ROOM = socket.CMSG_SPACE(array.array("i").itemsize)
_CLOSED_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Closed(Exception):
    """The other side is gone."""


class Message(NamedTuple):
    """What was said, the bytes that came with it and the open file, if there is one."""

    told: dict[str, Any]
    body: bytes
    file: int | None


def send(line: socket.socket, told: dict[str, Any], body: bytes = b"", file: int = -1) -> None:
    """Send a message, with an open file unless its number is negative."""
    said = json.dumps(told, ensure_ascii=True).encode()
    head = _HEAD.pack(len(said), len(body))
    try:
        if file >= 0:
            socket.send_fds(line, [head], [file])
            line.sendall(said + body)
        else:
            line.sendall(head + said + body)
    except (BrokenPipeError, ConnectionError) as error:
        raise Closed from error


def receive(line: socket.socket, until: float | None = None) -> Message:
    """Return the next message; raise `TimeoutError` at a time of the monotonic clock.

    Each side speaks once and then listens, so whatever arrives belongs to this message.
    """
    files: list[int] = []
    try:
        found = bytearray()
        while len(found) < _HEAD.size:
            found += _part(line, until, files)
        said, size = _HEAD.unpack_from(found)
        end = _HEAD.size + said
        while len(found) < end + size:
            found += _part(line, until, files)
        told = json.loads(found[_HEAD.size : end])
        return Message(told, bytes(found[end:]), files[0] if files else None)
    except BaseException as error:
        for file in files:
            os.close(file)
        if isinstance(error, ConnectionError):
            raise Closed from error
        raise


def _part(line: socket.socket, until: float | None, files: list[int]) -> bytes:
    _wait(line, until)
    part, extra, _, _ = line.recvmsg(_PART, _ROOM, _CLOSED_ON_EXEC)
    for level, kind, content in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            sent = array.array("i")
            sent.frombytes(content[: len(content) - len(content) % sent.itemsize])
            files.extend(sent)
    if not part:
        raise Closed
    return part


def _wait(line: socket.socket, until: float | None) -> None:
    if until is not None:
        # A timeout of zero would make the socket one that never waits.
        line.settimeout(max(until - time.monotonic(), 0.001))
