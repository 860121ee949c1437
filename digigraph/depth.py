"""Refuses JSON that is nested deeper than the library that reads it can bear: its stack ends."""

from __future__ import annotations

import re
from typing import Protocol

MOST = 64
"""The deepest answer that is read, in brackets of JSON; the library's stack ends far below."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Readable(Protocol):
    """Anything that gives bytes piece by piece, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most so many."""


class Shallow:
    """Hands bytes on as they are read; raises `SyntaxError` where brackets stand too deep."""

    def __init__(self, source: Readable) -> None:
        """Read from `source`."""
        self._source = source
        self._opened = self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes of the source."""
        piece = self._source.read(size)
        text = _STRING.sub(b"", self._rest + piece)
        text, begun, string = text.partition(b'"')
        # Of a string that goes on in the next piece only its last escape matters.
        self._rest = begun + b"\\" * ((len(string) - len(string.rstrip(b"\\"))) % 2)
        self._opened += text.translate(None, _BUT_BRACKETS)
        for _ in range(MOST):  # each time one level goes, or more
            self._opened = self._opened.replace(b"{}", b"").replace(b"[]", b"")
        if len(self._opened) > MOST:
            raise SyntaxError("its answer is nested too deeply")
        return piece
