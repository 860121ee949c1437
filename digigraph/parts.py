"""Parts of a dataset as sorted lines on disk, and the order of them all cut into buckets.

A part is canonical N-Quads, sorted, in blocks that are compressed one by one, so that a stretch
of it is read without the rest. The one order of all parts is cut where a subject begins, into
buckets that a process holds in memory; where the cuts are follows from the lines alone, so that
whatever is written bucket by bucket has the same bytes however many processes write it.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import struct
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from zlib import crc32

import pyoxigraph as ox
from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from digigraph.errors import DigigraphError

BLOCK = 250
"""Lines that are compressed together."""

BUCKET = 100_000
"""How many lines a bucket has at the least; about 100 MB while a process works on it.

The smaller buckets are, the more of them are what they were before a change.
"""

_CHOSEN, _MOST = 16, 5 / 3
"""One subject in so many is chosen to begin a bucket; how much more a bucket may have."""

RUN = 200_000
"""How many lines are sorted at once before they are laid aside on disk."""

_FOOT = struct.Struct("<Q32s")
"""The end of a file: the size of the index, and the SHA-256 of all that stands before it."""


class UnpublishableData(DigigraphError):
    """A statement that we do not publish: with a blank node, or in no named graph."""


class DamagedPart(Exception):
    """A file that is no part, or not the one that was written."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a part: the subject that they begin with, where they stand, how many."""

    first: bytes
    start: int
    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part on disk: its blocks, its last subject, and what its maker said of it."""

    path: Path
    blocks: tuple[Block, ...]
    last: bytes
    told: Mapping[str, Any]

    def lines(self) -> Iterator[bytes]:
        """Yield all lines."""
        stretch = Stretch(str(self.path), tuple((b.start, b.size) for b in self.blocks))
        return stretch.lines()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks of a part that follow one another."""

    path: str
    places: tuple[tuple[int, int], ...]

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the blocks."""
        unpack = ZstdDecompressor()
        with Path(self.path).open("rb") as file:
            for start, size in self.places:
                file.seek(start)
                yield from unpack.decompress(file.read(size)).splitlines(keepends=True)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The lines from one subject to before another, of all parts; no `high` is to the end."""

    low: bytes
    high: bytes
    stretches: tuple[Stretch, ...]

    def lines(self) -> list[bytes]:
        """Return the lines, sorted, each once."""
        found: list[bytes] = []
        for stretch in self.stretches:
            lines = list(stretch.lines())
            last = bisect_left(lines, self.high) if self.high else len(lines)
            found += lines[bisect_left(lines, self.low) : last]
        found.sort()  # runs that are sorted: what Python sorts fastest
        return [line for line, _ in groupby(found)]


def write_part(path: Path, lines: Iterable[bytes], told: Mapping[str, Any] | None = None) -> Part:
    """Write sorted lines as a part, in one step; a reader sees all of it or nothing."""
    pack, digest = ZstdCompressor(level=3), hashlib.sha256()
    blocks: list[Block] = []
    start, last, source = 0, b"", iter(lines)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with beside.open("wb") as out:
        while chunk := list(islice(source, BLOCK)):
            packed = pack.compress(b"".join(chunk))
            blocks.append(Block(subject_of(chunk[0]), start, len(packed), len(chunk)))
            out.write(packed)
            digest.update(packed)
            start, last = start + len(packed), subject_of(chunk[-1])
        kept = [[block.first.decode(), block.size, block.lines] for block in blocks]
        index = pack.compress(
            json.dumps({"blocks": kept, "last": last.decode(), "told": dict(told or {})}).encode()
        )
        out.write(index)
        digest.update(index)
        out.write(_FOOT.pack(len(index), digest.digest()))
    beside.replace(path)
    return Part(path, tuple(blocks), last, dict(told or {}))


def open_part(path: Path) -> Part:
    """Return the part in a file; raise `DamagedPart` unless it is whole and unchanged."""
    try:
        content = path.read_bytes()
        size, digest = _FOOT.unpack(content[-_FOOT.size :])
        before = len(content) - _FOOT.size
        if hashlib.sha256(memoryview(content)[:before]).digest() != digest:
            raise DamagedPart(path)
        index = json.loads(ZstdDecompressor().decompress(content[before - size : before]))
        blocks, start = [], 0
        for first, length, lines in index["blocks"]:
            blocks.append(Block(first.encode(), start, length, lines))
            start += length
        return Part(path, tuple(blocks), index["last"].encode(), index["told"])
    except (OSError, ValueError, KeyError, TypeError, struct.error, ZstdError) as error:
        raise DamagedPart(path) from error


def lines_of(quads: Iterable[ox.Quad]) -> list[bytes]:
    """Return the canonical N-Quads lines of quads, each once, in the order of code points."""
    written = ox.serialize(map(_publishable, quads), format=ox.RdfFormat.N_QUADS) or b""
    return [line for line, _ in groupby(sorted(written.splitlines(keepends=True)))]


def sorted_lines(quads: Iterable[ox.Quad], workspace: Path) -> Iterator[bytes]:
    """Yield the lines of however many quads, in order; runs of them are laid aside on disk."""
    with ExitStack() as laid_aside:
        runs: list[Iterable[bytes]] = []
        source = iter(quads)
        while chunk := list(islice(source, RUN)):
            run = lines_of(chunk)
            if len(chunk) < RUN and not runs:
                runs.append(run)
                break
            file = laid_aside.enter_context(tempfile.TemporaryFile(dir=workspace))
            file.writelines(run)
            file.seek(0)
            runs.append(file)
        yield from (line for line, _ in groupby(heapq.merge(*runs)))


def union_lines(quad_lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the N-Triples lines of all graphs together; equal triples stand side by side."""
    triples = (line[: line.rindex(b" <")] + b" .\n" for line in quad_lines)
    return (line for line, _ in groupby(triples))


def _publishable(quad: ox.Quad) -> ox.Quad:
    named = isinstance(quad.subject, ox.NamedNode) and isinstance(
        quad.object, (ox.NamedNode, ox.Literal)
    )
    if named and isinstance(quad.graph_name, ox.NamedNode):
        return quad
    missing = "is in no named graph" if named else "has a node without an IRI"
    raise UnpublishableData(
        f"this statement {missing} and cannot be published; name what it is about: {quad}"
    )


def digest_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of lines."""
    return hashlib.sha256(b"".join(lines)).hexdigest()


def subject_of(line: bytes) -> bytes:
    """Return the subject that a line begins with, with its angle brackets and the space after."""
    return line[: line.index(b" ") + 1]


def buckets(parts: Sequence[Part], size: int) -> list[Bucket]:
    """Return the buckets that the lines of all parts fall into, in order."""
    cuts = _cuts(parts, size)
    stretches: list[list[Stretch]] = [[] for _ in cuts]
    for part in parts:
        firsts = [block.first for block in part.blocks]
        if not firsts:
            continue
        touched = range(bisect_right(cuts, firsts[0]) - 1, bisect_right(cuts, part.last))
        for number in touched:
            # A block may end with the subject that the next one begins with.
            begin = max(0, bisect_left(firsts, cuts[number]) - 1)
            end = bisect_left(firsts, cuts[number + 1]) if number + 1 < len(cuts) else len(firsts)
            if places := tuple((b.start, b.size) for b in part.blocks[begin:end]):
                stretches[number].append(Stretch(str(part.path), places))
    return [
        Bucket(low, high, tuple(found))
        for low, high, found in zip(cuts, [*cuts[1:], b""], stretches, strict=True)
    ]


def _cuts(parts: Sequence[Part], size: int) -> list[bytes]:
    """Return the subjects that buckets begin with; the first bucket begins with the first line.

    Among the subjects that could begin one, its hash chooses. So most buckets are what they were
    where something was changed in one of them; counting alone would move all that follow it.
    """
    marks = sorted((block.first, block.lines) for part in parts for block in part.blocks)
    cuts: list[bytes] = []
    held = 0
    for first, lines in marks:
        is_full = held >= size and (crc32(first) % _CHOSEN == 0 or held >= size * _MOST)
        if not cuts or (is_full and first != cuts[-1]):
            cuts.append(first)
            held = 0
        held += lines
    return cuts
