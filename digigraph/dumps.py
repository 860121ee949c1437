"""Writes the dumps of a release.

Each dump is there as it is, as gzip and as Zstandard. All of them come from the one sorted order,
bucket by bucket, so they are the same graph and, with the same input, the same bytes.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zlib_ng import zlib_ng
from zstandard import ZstdCompressor

from digigraph.crew import Crew
from digigraph.formats import DUMP_FORMATS
from digigraph.fragments import TRIG, Fragments, Order, Piece, packed, write_fragments
from digigraph.jsonld import DOCUMENT_FOOT, document_head
from digigraph.kept import Kept
from digigraph.parts import BUCKET, Part, buckets
from digigraph.rdfxml import RdfXml
from digigraph.turtle import Terms

NAME = "digigraph"
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
"""A gzip header: one without a name and a time."""
_GZIP_FOOT = struct.Struct("<HII")
_END = 3
"""An empty last block of a deflate stream."""
_CHUNK = 1 << 20
ZSTANDARD = 3
"""The level of Zstandard: the one it has by itself, five times as fast as twice as high."""

Told = Callable[[int, int], None]
"""Told how many buckets are written, of how many."""


@dataclass(frozen=True, slots=True)
class Dumps:
    """What was written: size and SHA-256 of each file, and how much is in them."""

    files: dict[str, tuple[int, str]]
    triples: int
    graphs: dict[str, int]


def write_dumps(
    folder: Path,
    parts: Sequence[Part],
    base: str,
    crew: Crew,
    *,
    kept: Kept | None = None,
    progress: Told = lambda *_: None,
) -> Dumps:
    """Write the parts into `folder` in every dump format; buckets that did not change are `kept`.

    `.nq` and `.trig` hold the named graphs; the others hold the union of them as triples.
    """
    workspace = folder / ".pieces"
    workspace.mkdir()
    orders = [
        Order(number, bucket, workspace, base, kept)
        for number, bucket in enumerate(buckets(parts, BUCKET))
    ]
    triples, graphs = 0, Counter[str]()
    with ExitStack() as open_files:
        dumps = {
            told.extension: open_files.enter_context(_Dump(folder, told.extension))
            for told in DUMP_FORMATS
        }
        trig = _Trig(workspace, Terms(base), open_files)
        _heads(dumps, base)
        progress(0, len(orders))
        for number, found in enumerate(crew.do(write_fragments, orders, few=1), 1):
            _add(dumps, trig, found)
            if kept:
                kept.use([found.key])
            triples += found.triples
            graphs.update(found.graphs)
            progress(number, len(orders))
        trig.finish(dumps["trig"])
        dumps["rdf"].write(RdfXml.foot)
        dumps["jsonld"].write(DOCUMENT_FOOT)
        files = {name: told for dump in dumps.values() for name, told in dump.finish()}
    workspace.rmdir()
    return Dumps(files, triples, dict(sorted(graphs.items())))


def _heads(dumps: dict[str, _Dump], base: str) -> None:
    for name, head in (
        ("ttl", Terms(base).header()),
        ("rdf", RdfXml(base).head()),
        ("jsonld", document_head(base)),
        ("trig", Terms(base).header()),
    ):
        dumps[name].write(head)


def _add(dumps: dict[str, _Dump], trig: _Trig, found: Fragments) -> None:
    """Put the pieces of a bucket where they belong, and take them away."""
    for name, piece in found.pieces.items():
        if name.startswith(TRIG):
            trig.add(name.removeprefix(TRIG), piece)
        else:
            dumps[name].add(piece)
        piece.plain.unlink()
        piece.packed.unlink()


class _File:
    """A file that is being written, with what it hashes to."""

    def __init__(self, path: Path) -> None:
        self.name, self.size, self._digest = path.name, 0, hashlib.sha256()
        self.out: IO[bytes] = path.open("wb")

    def write(self, content: bytes) -> int:
        self._digest.update(content)
        self.size += len(content)
        return self.out.write(content)

    def told(self) -> tuple[str, tuple[int, str]]:
        return self.name, (self.size, self._digest.hexdigest())


class _Dump:
    """A dump in one format: the file, and its twins as gzip and as Zstandard."""

    def __init__(self, folder: Path, extension: str) -> None:
        self._plain, self._gz, self._zst = self._files = [
            _File(folder / f"{NAME}.{extension}{end}") for end in ("", ".gz", ".zst")
        ]
        self._zstandard = ZstdCompressor(level=ZSTANDARD).stream_writer(
            self._zst,  # type: ignore[arg-type] # it only writes
            closefd=False,
        )
        self._gz.write(_GZIP_HEAD)
        self._crc = 0

    def __enter__(self) -> _Dump:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.out.close()

    def write(self, content: bytes) -> None:
        """Write bytes that are no piece."""
        self._take(content)
        self._gz.write(packed(content))
        self._crc = zlib_ng.crc32_combine(self._crc, zlib_ng.crc32(content), len(content))

    def add(self, piece: Piece) -> None:
        """Write a piece."""
        for content in _chunks(piece.plain):
            self._take(content)
        for content in _chunks(piece.packed):
            self._gz.write(content)
        self._crc = zlib_ng.crc32_combine(self._crc, piece.crc, piece.size)

    def finish(self) -> list[tuple[str, tuple[int, str]]]:
        """Write what a file ends with; return what the files are."""
        self._zstandard.close()  # type: ignore[no-untyped-call] # its stubs lack it
        self._gz.write(_GZIP_FOOT.pack(_END, self._crc, self._plain.size & 0xFFFFFFFF))
        return [file.told() for file in self._files]

    def _take(self, content: bytes) -> None:
        self._plain.write(content)
        self._zstandard.write(content)


class _Trig:
    """The graphs of TriG, which come in pieces and are put one after another at the end."""

    def __init__(self, folder: Path, terms: Terms, open_files: ExitStack) -> None:
        self._folder, self._terms, self._open_files = folder, terms, open_files
        self._graphs: dict[str, tuple[IO[bytes], IO[bytes]]] = {}
        self._pieces: dict[str, Piece] = {}

    def add(self, graph: str, piece: Piece) -> None:
        if graph not in self._graphs:
            place = self._folder / f"trig-{len(self._graphs)}"
            so_far = self._pieces[graph] = Piece(place, place.with_suffix(".z"), 0, 0)
            self._graphs[graph] = (
                self._open_files.enter_context(so_far.plain.open("wb")),
                self._open_files.enter_context(so_far.packed.open("wb")),
            )
        so_far = self._pieces[graph]
        for path, out in zip((piece.plain, piece.packed), self._graphs[graph], strict=True):
            out.writelines(_chunks(path))
        crc = zlib_ng.crc32_combine(so_far.crc, piece.crc, piece.size)
        size = so_far.size + piece.size
        self._pieces[graph] = Piece(so_far.plain, so_far.packed, crc, size)

    def finish(self, dump: _Dump) -> None:
        for graph, piece in sorted(self._pieces.items()):
            for out in self._graphs[graph]:
                out.close()
            dump.write(f"\n{self._terms.iri(graph)} {{\n".encode())
            dump.add(piece)
            dump.write(b"}\n")
            piece.plain.unlink()
            piece.packed.unlink()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while content := file.read(_CHUNK):
            yield content
