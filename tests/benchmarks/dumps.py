"""Writing the dumps of a release, beside pyoxigraph writing the same statements.

Ours are six formats, each plain, as gzip and as Zstandard, with their checksums, sorted and in the
bytes of every build. pyoxigraph writes the six plain files in whatever order it is given, once
alone, and once so that the same libraries at the same levels pack them and their checksums are
taken, which makes the same files. `BENCH_PROFILES` profiles (default 100); all write with one
process, from what is in memory or in the cache of the disk, and ours with every processor too,
as a build does.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox
from zlib_ng import zlib_ng
from zstandard import ZstdCompressor

from digigraph.crew import Crew
from digigraph.dumps import ZSTANDARD, write_dumps
from digigraph.formats import DUMP_FORMATS
from digigraph.fragments import GZIP
from digigraph.names import Names
from digigraph.parts import Part, write_part
from digigraph.release import Release

from .releases import KEPT, release_of

AIM = 2.0
OURS = "digigraph in one process"
TOGETHER = "digigraph with every processor"
PACKED = "pyoxigraph and the same packers, in one process"
PLAIN = "pyoxigraph in one process"
ROUNDS = 3
QUADS = ("nq", "trig")
"""The extensions of the formats that hold named graphs."""
_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS, "nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip


def main() -> None:
    """Print the seconds of each, and the ratios."""
    release = release_of(int(os.environ.get("BENCH_PROFILES", "100")), KEPT)
    seconds = compare(release, ROUNDS)
    kinds = len(DUMP_FORMATS)
    files = {OURS: 3 * kinds, TOGETHER: 3 * kinds, PACKED: 3 * kinds, PLAIN: kinds}
    print(f"{release.quads} quads in {kinds} formats, the best of {ROUNDS} rounds in turn")
    for name, taken in seconds.items():
        print(f"{files[name]:3} files by {name:46} {taken:8.2f} s")
    for ours, theirs in ((OURS, PACKED), (TOGETHER, PACKED), (OURS, PLAIN), (TOGETHER, PLAIN)):
        ratio = seconds[ours] / seconds[theirs]
        print(f"{ours} / {theirs}: {ratio:.2f}; aim at most {AIM:.0f}: {_met(ratio)}", flush=True)


def compare(release: Release, rounds: int) -> dict[str, float]:
    """Return the least seconds that each way takes to write a release."""
    quads = list(_parsed(release, "nq"))
    triples = [quad.triple for quad in _parsed(release, "nt")]
    prefixes = Names(release.base).prefixes()
    with (
        tempfile.TemporaryDirectory() as folder,
        Crew(1) as alone,
        Crew(os.cpu_count() or 1) as crew,
    ):
        part = _part(release, Path(folder) / "all")
        works = {
            OURS: partial(_ours, part, release.base, alone),
            TOGETHER: partial(_ours, part, release.base, crew),
            PACKED: partial(_packed, quads, triples, prefixes),
            PLAIN: partial(_plain, quads, triples, prefixes),
        }
        least = dict.fromkeys(works, float("inf"))
        for number in range(rounds):
            for place, (name, work) in enumerate(works.items()):
                into = Path(folder) / f"{place}-{number}"
                into.mkdir()
                least[name] = min(least[name], _seconds(work, into))
                shutil.rmtree(into)
    return least


def _ours(part: Part, base: str, crew: Crew, into: Path) -> None:
    write_dumps(into, [part], base, crew)


def _plain(
    quads: list[ox.Quad], triples: list[ox.Triple], prefixes: dict[str, str], into: Path
) -> None:
    for told in DUMP_FORMATS:
        path, kind = into / f"all.{told.extension}", _FORMATS[told.extension]
        if told.extension in QUADS:
            ox.serialize(quads, path, format=kind, prefixes=prefixes)
        else:
            ox.serialize(triples, path, format=kind, prefixes=prefixes)


def _packed(
    quads: list[ox.Quad], triples: list[ox.Triple], prefixes: dict[str, str], into: Path
) -> None:
    """Write the plain files, pack them as ours are packed, and take all checksums."""
    _plain(quads, triples, prefixes, into)
    for plain in sorted(into.iterdir()):
        content = plain.read_bytes()
        deflate = zlib_ng.compressobj(GZIP, wbits=31)
        plain.with_name(f"{plain.name}.gz").write_bytes(deflate.compress(content) + deflate.flush())
        plain.with_name(f"{plain.name}.zst").write_bytes(
            ZstdCompressor(level=ZSTANDARD).compress(content)
        )
    for path in into.iterdir():
        hashlib.sha256(path.read_bytes()).hexdigest()


def _part(release: Release, path: Path) -> Part:
    with release.path("digigraph.nq").open("rb") as lines:
        return write_part(path, lines)


def _parsed(release: Release, name: str) -> ox.QuadParser:
    return ox.parse(path=release.path(f"digigraph.{name}"), format=_FORMATS[name], lenient=True)


def _seconds(work: Callable[[Path], None], into: Path) -> float:
    start = time.perf_counter()
    work(into)
    return time.perf_counter() - start


def _met(ratio: float) -> str:
    return "yes" if ratio <= AIM else "no"


if __name__ == "__main__":
    main()
