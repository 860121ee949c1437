"""Writing the dumps of a release, beside pyoxigraph writing the same statements once each.

Ours are six formats, each plain, as gzip and as Zstandard, with their checksums, sorted and in the
bytes of every build; pyoxigraph writes the six plain files alone, in whatever order it is given.
`BENCH_PROFILES` profiles (default 100); both write with one process, from what is in memory or
in the cache of the disk.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.dumps import write_dumps
from digigraph.formats import DUMP_FORMATS
from digigraph.names import Names
from digigraph.parts import Part, write_part
from digigraph.release import Release

from .releases import KEPT, release_of

AIM = 2.0
ROUNDS = 3
QUADS = ("nq", "trig")
"""The extensions of the formats that hold named graphs."""
_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS, "nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip


def main() -> None:
    """Print the seconds of both, and the ratio."""
    release = release_of(int(os.environ.get("BENCH_PROFILES", "100")), KEPT)
    ours, theirs = compare(release, ROUNDS)
    kinds = len(DUMP_FORMATS)
    print(f"{release.quads} quads in {kinds} formats, the best of {ROUNDS} rounds in turn")
    print(f"{kinds * 3} files by digigraph {ours:8.2f} s")
    print(f"{kinds} files by pyoxigraph {theirs:8.2f} s")
    print(f"ratio {ours / theirs:.2f}; aim at most {AIM:.0f}: {_met(ours / theirs)}", flush=True)


def compare(release: Release, rounds: int) -> tuple[float, float]:
    """Return the least seconds that ours and pyoxigraph take to write a release."""
    quads = list(_parsed(release, "nq"))
    triples = [quad.triple for quad in _parsed(release, "nt")]
    with tempfile.TemporaryDirectory() as folder, Crew(1) as crew:
        part = _part(release, Path(folder) / "all")
        works = {
            "ours": partial(_ours, part, release.base, crew),
            "theirs": partial(_theirs, quads, triples, Names(release.base).prefixes()),
        }
        least = dict.fromkeys(works, float("inf"))
        for number in range(rounds):
            for name, work in works.items():
                into = Path(folder) / f"{name}-{number}"
                into.mkdir()
                least[name] = min(least[name], _seconds(work, into))
    return least["ours"], least["theirs"]


def _ours(part: Part, base: str, crew: Crew, into: Path) -> None:
    write_dumps(into, [part], base, crew)


def _theirs(
    quads: list[ox.Quad], triples: list[ox.Triple], prefixes: dict[str, str], into: Path
) -> None:
    for told in DUMP_FORMATS:
        path, kind = into / f"all.{told.extension}", _FORMATS[told.extension]
        if told.extension in QUADS:
            ox.serialize(quads, path, format=kind, prefixes=prefixes)
        else:
            ox.serialize(triples, path, format=kind, prefixes=prefixes)


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
