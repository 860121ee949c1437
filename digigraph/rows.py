"""Counts the rows of a table while the engine writes it.

The engine writes rows by itself, and building them once more in Python would take several times
as long. So the bytes are counted as they pass, by what the grammar of each format lets stand
nowhere but between rows: exact for every value, and independent of how the bytes are cut.

Each counter also names a `mark` that every row has, but values may have too. To count the marks
costs almost nothing, and while they are fewer than the rows allowed nothing else is needed.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from digigraph.formats import CSV, RESULTS_JSON, RESULTS_XML, TSV, Format


class Counter(Protocol):
    """Counts rows in the bytes of one answer, given to it in order."""

    mark: ClassVar[bytes]

    def count(self, part: bytes) -> int:
        """Return how many rows there have been so far, with those that this part begins or ends."""


class XmlRows:
    """Rows of SPARQL Query Results XML: the tag, since values have `<` only as `&lt;`."""

    mark: ClassVar[bytes] = b"<result>"

    def __init__(self) -> None:
        """Start with no row."""
        self._rows, self._tail = 0, b""

    def count(self, part: bytes) -> int:
        """Return how many rows have begun."""
        text = self._tail + part
        self._rows += text.count(self.mark)
        self._tail = text[1 - len(self.mark) :]
        return self._rows


class TsvRows:
    """Rows of TSV: the lines after the first, since values have a line's end only as `\\n`."""

    mark: ClassVar[bytes] = b"\n"

    def __init__(self) -> None:
        """Start before the names of the columns."""
        self._lines = 0

    def count(self, part: bytes) -> int:
        """Return how many rows have ended."""
        self._lines += part.count(b"\n")
        return max(0, self._lines - 1)


class CsvRows:
    """Rows of CSV (RFC 4180): lines after the first, but for those inside quotation marks."""

    mark: ClassVar[bytes] = b"\n"

    def __init__(self) -> None:
        """Start before the names of the columns."""
        self._lines, self._inside = 0, 0

    def count(self, part: bytes) -> int:
        """Return how many rows have ended."""
        if self._inside == 0 and b'"' not in part:
            self._lines += part.count(b"\n")
        else:
            # A mark inside a value is written twice, so it closes and opens again.
            pieces = part.split(b'"')
            self._lines += b"".join(pieces[self._inside :: 2]).count(b"\n")
            self._inside = (self._inside + len(pieces) - 1) % 2
        return max(0, self._lines - 1)


class JsonRows:
    """Rows of SPARQL Query Results JSON: the braces that open a member of the list of bindings.

    Outside of strings `[{` stands before the first of them and `,{` before each further one.
    """

    mark: ClassVar[bytes] = b",{"

    def __init__(self) -> None:
        """Start with no row."""
        self._rows, self._inside = 0, 0
        self._open, self._last = b"", b""

    def count(self, part: bytes) -> int:
        """Return how many rows have begun."""
        text = self._open + part
        self._open = b""
        if b"\\" in text:
            text = text.replace(b"\\\\", b"")
            self._open = b"\\" if text.endswith(b"\\") else b""
            text = text.removesuffix(b"\\").replace(b'\\"', b"")
        pieces = text.split(b'"')
        outside = self._last + b'"'.join(pieces[self._inside :: 2])
        self._rows += outside.count(b",{") + outside.count(b"[{")
        self._inside = (self._inside + len(pieces) - 1) % 2
        self._last = b'"' if self._inside else outside[-1:]
        return self._rows


_COUNTERS: dict[Format, type[Counter]] = {
    RESULTS_JSON: JsonRows,
    RESULTS_XML: XmlRows,
    CSV: CsvRows,
    TSV: TsvRows,
}


def counter_for(told: Format) -> Counter | None:
    """Return a counter for the rows of a table in this format; None for a graph."""
    made = _COUNTERS.get(told)
    return made() if made else None
