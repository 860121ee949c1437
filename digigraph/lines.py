"""Finds what is said of a thing in the sorted dump of a release, where it stands side by side.

Canonical N-Triples in the order of code points (V-03) are an index by themselves: a bisection
finds a subject in as many steps as any tree has, and its lines are read as they are. That costs a
fraction of what the engine takes to make the same statements out of its own index.
"""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from digigraph.disk import mapped
from digigraph.errors import ReleaseError
from digigraph.quads import object_of

BLOCK = 4096
"""The bisection finds a block of so many bytes, whose lines are then looked through."""

_REMEMBERED = 65_536
"""Of how many blocks it is remembered how they begin."""
_AFTER_ALL = b"\xff"
"""What stands behind every subject."""


class Value(NamedTuple):
    """A value of a property: its text, with the language and the datatype of a literal."""

    text: str
    language: str = ""
    datatype: str = ""


class Lines:
    """The lines of a dump by their subjects."""

    def __init__(self, dump: Path) -> None:
        """Open sorted N-Triples; what has been opened stays readable until it is let go.

        Raises `ReleaseError` where there is no dump, or one that was cut short.
        """
        self._text = _mapped(dump)
        self._blocks = -(-len(self._text) // BLOCK)
        self._beginning = lru_cache(maxsize=_REMEMBERED)(self._begin)

    def of(self, iri: str, name: str = "") -> list[bytes]:
        """Return the lines about a thing, or those of one property of it by its IRI, in order."""
        return self._read(f"<{iri}> <{name}> " if name else f"<{iri}> ", iri, sys.maxsize) or []

    def few_of(self, iri: str, most: int) -> list[bytes] | None:
        """Return the lines about a thing, or None where they are more than so many bytes."""
        return self._read(f"<{iri}> ", iri, most)

    def _read(self, start: str, iri: str, most: int) -> list[bytes] | None:
        if ">" in iri:
            return []  # it is no IRI, and would look like more than a subject
        wanted = start.encode(errors="surrogatepass")
        at, size = self._found(wanted), 2 * BLOCK
        while True:
            read = self._text[at : at + size]
            if not read.startswith(wanted):
                return []
            end = read.find(b"\n", read.rfind(b"\n" + wanted) + 1) + 1
            # What follows is whole enough to tell that it is of another.
            if 0 < end <= len(read) - len(wanted) or at + len(read) == len(self._text):
                return read[:end].splitlines(keepends=True) if end <= most else None
            if size > most:
                return None
            size *= 4

    def _found(self, wanted: bytes) -> int:
        """Return where the first line begins that starts so; where there is none, any place."""
        block = bisect_left(range(self._blocks), wanted, key=self._beginning)
        if block == 0:
            return 0
        start, end = self._start(block - 1), self._start(block) + len(wanted)
        return start + self._text[start:end].find(b"\n" + wanted) + 1

    def _start(self, block: int) -> int:
        """Return where the first line begins that does so in a block or after it."""
        at = self._text.find(b"\n", block * BLOCK - 1) + 1 if block else 0
        return at if at or not block else len(self._text)

    def _begin(self, block: int) -> bytes:
        """Return subject and property of the first line that begins in a block or after it."""
        at = self._start(block)
        line = self._text[at : self._text.find(b"\n", at) + 1]
        return line[: line.find(b" ", line.find(b" ") + 1) + 1] or _AFTER_ALL


def value_of(written: bytes) -> Value:
    """Return a value, as what stands in a line of canonical N-Triples behind the property.

    >>> value_of(b'"6"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    Value(text='6', language='', datatype='http://www.w3.org/2001/XMLSchema#integer')
    """
    found = object_of(written[:-3])
    return Value(found.value, found.language, found.datatype)


def in_order(lines: Iterable[bytes], first: str = "") -> list[bytes]:
    """Return lines by code points, each once; those of one subject may come first."""
    start = f"<{first}> ".encode()
    own: list[bytes] = []
    rest: list[bytes] = []
    for line in set(lines):
        (own if line.startswith(start) else rest).append(line)
    return sorted(own) + sorted(rest)


def triples_of(lines: Iterable[bytes]) -> Iterator[ox.Triple]:
    """Yield the triples that lines of N-Triples state."""
    return (q.triple for q in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES))


def _mapped(dump: Path) -> mmap.mmap | bytes:
    try:
        text = mapped(dump)
    except FileNotFoundError:
        raise ReleaseError(dump, "the dump is missing; build the release again") from None
    if text and text[-1:] != b"\n":
        raise ReleaseError(dump, "the dump was cut short; build the release again")
    return text
