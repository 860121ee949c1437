"""Takes an answer in until it is whole: in memory while it is small, then in a file.

The file has no name and vanishes with the last process that has it open. The limits in bytes and
rows are held here, so that an answer over one of them ends while it is written (S-06).
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from contextlib import suppress
from typing import IO, Any

from digigraph.errors import NoRoom, ResultTooLarge
from digigraph.formats import Format
from digigraph.rows import Counter, counter_for

SMALL = 262_144
"""Answers up to so many bytes stay in memory; longer ones go into a file."""

_PIECE = 65_536


class Room:
    """How many bytes of answers may be in files at a time, until clients have taken them."""

    def __init__(self, most: int) -> None:
        """Start empty."""
        self.most, self.taken = most, 0
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Keep room for an answer; raise `NoRoom` where there is none."""
        with self._lock:
            if self.taken + size > self.most:
                raise NoRoom(f"{self.taken} of {self.most} bytes are being sent")
            self.taken += size

    def give_back(self, size: int) -> None:
        """Let the room of an answer go, once for each that was taken."""
        with self._lock:
            self.taken -= size


class Spool(io.RawIOBase):
    """An answer that is being written, up to so many bytes and, in a table, rows."""

    def __init__(self, limit: int, rows: int, told: Format | None) -> None:
        """Start empty; of a graph, and of what has no format, no rows are counted."""
        super().__init__()
        self.size, self._limit, self._most = 0, limit, rows
        self._rows = counter_for(told) if told else None
        self._mark = self._rows.mark if self._rows else b""
        self._marks: int | None = 0
        self._held: IO[bytes] = io.BytesIO()
        self.file: IO[bytes] | None = None

    def writable(self) -> bool:
        """Tell that bytes can be written."""
        return True

    def write(self, part: Any, /) -> int:
        """Take bytes in; raise `ResultTooLarge` beyond a limit, `NoRoom` on a full disk."""
        self.size += len(part)
        if self.size > self._limit:
            raise ResultTooLarge(self._limit)
        if self._rows:
            self._count(part, self._rows)
        try:
            if self.file is None and self.size > SMALL:
                self.file = tempfile.TemporaryFile(prefix="digigraph-")  # noqa: SIM115 # sent
                self.file.write(self.small())
                self._held = self.file
            return self._held.write(part)
        except OSError as error:
            raise NoRoom(str(error)) from error

    def finish(self) -> None:
        """Let all of it be in the file, if it is in one; raise `NoRoom` on a full disk."""
        try:
            self._held.flush()
        except OSError as error:
            raise NoRoom(str(error)) from error

    def small(self) -> bytes:
        """Return the answer where it is not in a file."""
        return self._held.getvalue() if isinstance(self._held, io.BytesIO) else b""

    def close(self) -> None:
        """Let the file go."""
        if self.file:
            with suppress(OSError):
                self.file.close()
        super().close()

    def _count(self, part: bytes, rows: Counter) -> None:
        """Raise `ResultTooLarge` where there are too many rows."""
        if self._marks is not None:
            # One mark may stand across the cut between two parts.
            self._marks += part.count(self._mark) + 1
            if self._marks <= self._most:
                return
            self._marks = None
            self._held.seek(0)
            while piece := self._held.read(_PIECE):
                rows.count(piece)
            self._held.seek(0, os.SEEK_END)
        if rows.count(part) > self._most:
            raise ResultTooLarge(self._most, "rows")
