"""Messages between the server and the process that answers one query at a time.

A message is a JSON object, which may be left out, then bytes; an open file may travel with it,
so that a large answer is handed over without being copied or named.
"""

from __future__ import annotations

import array
import json
import os
import select
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

_HEAD = struct.Struct("!II")
_FILE = array.array("i").itemsize
_ROOM = socket.CMSG_SPACE(_FILE)
_PART = 32_768
"""Most bytes that are taken at first; most messages are no longer."""
_CLOSED_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Closed(Exception):
    """The other side is gone."""


class Message(NamedTuple):
    """What was said, the bytes that came with it and the open file, if there is one."""

    told: Mapping[str, Any]
    body: bytes
    file: int | None


def send(
    line: socket.socket,
    told: Mapping[str, Any],
    body: bytes = b"",
    *,
    file: int = -1,
    until: float | None = None,
) -> None:
    """Send a message, with an open file unless its number is negative.

    Raises `TimeoutError` at a time of the monotonic clock, if the line is one that never waits.
    """
    said = json.dumps(told).encode() if told else b""
    rest = memoryview(_HEAD.pack(len(said), len(body)) + said + body)
    try:
        if file >= 0:
            rest = rest[socket.send_fds(line, [rest], [file]) :]
        while rest:
            try:
                rest = rest[line.send(rest) :]
            except BlockingIOError:
                _wait(line, select.POLLOUT, until)
    except ConnectionError as error:
        raise Closed from error


def receive(line: socket.socket, until: float | None = None) -> Message:
    """Return the next message; raise `TimeoutError` at a time of the monotonic clock.

    Each side speaks once and then listens, so whatever arrives belongs to this message.
    """
    files: list[int] = []
    try:
        found = _part(line, until, files)
        while len(found) < _HEAD.size:
            found += _part(line, until, files)
        said, size = _HEAD.unpack_from(found)
        end = _HEAD.size + said
        if len(found) < end + size:
            found = _rest(line, until, found, end + size)
        told = json.loads(found[_HEAD.size : end]) if said else {}
        return Message(told, found[end:], files[0] if files else None)
    except BaseException as error:
        for file in files:
            os.close(file)
        if isinstance(error, ConnectionError):
            raise Closed from error
        raise


def is_short(line: socket.socket) -> bool:
    """Tell whether a message that has begun is no longer than what is taken at a time."""
    try:
        found = line.recv(_HEAD.size, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return True  # that it is broken is found out at once
    return len(found) in (0, _HEAD.size) and (not found or sum(_HEAD.unpack(found)) <= _PART)


def _rest(line: socket.socket, until: float | None, begun: bytes, size: int) -> bytes:
    found = bytearray(size)
    found[: len(begun)] = begun
    rest = memoryview(found)[len(begun) :]
    while rest:
        try:
            got = line.recv_into(rest)
        except BlockingIOError:
            _wait(line, select.POLLIN, until)
            continue
        if not got:
            raise Closed
        rest = rest[got:]
    return bytes(found)


def _part(line: socket.socket, until: float | None, files: list[int]) -> bytes:
    while True:
        try:
            part, extra, _, _ = line.recvmsg(_PART, _ROOM, _CLOSED_ON_EXEC)
            break
        except BlockingIOError:
            _wait(line, select.POLLIN, until)
    for level, kind, content in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            sent = array.array("i")
            sent.frombytes(content[: len(content) - len(content) % sent.itemsize])
            files.extend(sent)
    if not part:
        raise Closed
    return part


def _wait(line: socket.socket, event: int, until: float | None) -> None:
    """Wait until a line that never waits by itself can go on."""
    left = None if until is None else max(0.0, until - time.monotonic()) * 1000
    poll = select.poll()
    poll.register(line, event)
    if not poll.poll(left):
        raise TimeoutError
