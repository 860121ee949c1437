"""Proves that the files of a release and its index are one graph, and names what differs.

Everything is read again: each dump in each format, each compressed twin, the index; the tables and
trees are made anew from the index. At most one run of lines to sort is held in memory.
"""

from __future__ import annotations

import gzip
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox
from zstandard import ZstdDecompressor

from digigraph.dumps import NAME, Dumps
from digigraph.errors import InputError
from digigraph.formats import (
    DUMP_FORMATS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
)
from digigraph.packs import write_packs
from digigraph.quads import graph_of_line, sorted_lines, union_lines
from digigraph.release import MANIFEST, Release, open_release, releases, verify
from digigraph.verdicts import Difference, Progress, Report, first_unlike

PARSERS = {
    N_QUADS: ox.RdfFormat.N_QUADS,
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    TURTLE: ox.RdfFormat.TURTLE,
    TRIG: ox.RdfFormat.TRIG,
    RDF_XML: ox.RdfFormat.RDF_XML,
    JSON_LD: ox.RdfFormat.JSON_LD,
}
_UNION = ox.NamedNode("urn:x-digigraph:union")


def check_folder(folder: Path, progress: Progress | None = None) -> list[Report]:
    """Return a report on each release in a folder, or on the release that the folder is.

    Raises `InputError` where there is no release.
    """
    found = [folder] if (folder / MANIFEST).is_file() else releases(folder)
    if not found:
        raise InputError(folder, "no release here; make one with: digigraph build")
    reports = []
    for place in found:
        release = open_release(place)
        report = Report(str(place), release.version)
        check_release(release, report, progress)
        reports.append(report)
    return reports


def check_release(release: Release, report: Report, progress: Progress | None = None) -> None:
    """Compare everything in a release folder with everything else in it."""
    tell = progress or (lambda *_: None)
    report.differences += [
        Difference("file", name, sentence)
        for name, _, sentence in (told.partition(": ") for told in verify(release))
    ]
    report.add("files", len(release.files))
    with tempfile.TemporaryDirectory(prefix="digigraph-verify-") as room:
        workspace = Path(room)
        quads, triples = workspace / "all.nq", workspace / "all.nt"
        if not _settle(release, report, workspace, quads, triples):
            return
        for number, told in enumerate(DUMP_FORMATS, 1):
            tell("verify", number, len(DUMP_FORMATS) + 2)
            _dump(release, report, told, workspace, quads, triples)
        _counts(release, report, quads, triples)
        _index(release, report, workspace, quads, triples)
        tell("verify", len(DUMP_FORMATS) + 1, len(DUMP_FORMATS) + 2)
        with report.reading("store"):
            _regenerated(release, report, workspace, triples)


def lines_of_dump(path: Path, told: Format, workspace: Path) -> Iterator[bytes]:
    """Yield the statements of a dump as canonical lines, sorted, each once."""
    quads: Iterable[ox.Quad] = ox.parse(path=str(path), format=PARSERS[told])
    if "dataset" in told.kinds:
        yield from sorted_lines(quads, workspace)
    else:
        in_one = (ox.Quad(q.subject, q.predicate, q.object, _UNION) for q in quads)
        yield from union_lines(sorted_lines(in_one, workspace))


def _settle(release: Release, report: Report, workspace: Path, quads: Path, triples: Path) -> bool:
    """Write what all else is compared with: the N-Quads, or the index where they are unreadable."""
    sources: list[tuple[str, Callable[[], Iterable[bytes]]]] = [
        (f"{NAME}.nq", lambda: lines_of_dump(release.path(f"{NAME}.nq"), N_QUADS, workspace)),
        ("store", lambda: sorted_lines(_named(release), workspace)),
    ]
    for place, lines in sources:
        with report.reading(place):
            with quads.open("wb") as out:
                out.writelines(lines())
            with quads.open("rb") as read, triples.open("wb") as out:
                out.writelines(union_lines(read))
            return True
    return False


def _dump(
    release: Release, report: Report, told: Format, workspace: Path, quads: Path, triples: Path
) -> None:
    name = f"{NAME}.{told.extension}"
    path = release.path(name)
    if not path.is_file():
        return  # said already, by the manifest
    with report.reading(name), (quads if "dataset" in told.kinds else triples).open("rb") as whole:
        report.compare(name, whole, lines_of_dump(path, told, workspace))
        report.add("dumps")
    for ending, unpack in _UNPACK.items():
        if (twin := release.path(name + ending)).is_file():
            with report.reading(twin.name), path.open("rb") as plain, unpack(twin) as unpacked:
                if place := first_unlike(plain, unpacked):
                    report.differs("twin", twin.name, f"{name}: {place}")
                report.add("twins")


def counted(quads: Path, triples: Path) -> Dumps:
    """Return how much two dumps hold, N-Quads and N-Triples."""
    with quads.open("rb") as lines:
        graphs = dict(Counter(map(graph_of_line, lines)))
    with triples.open("rb") as lines:
        return Dumps({}, sum(1 for _ in lines), graphs)


def _counts(release: Release, report: Report, quads: Path, triples: Path) -> None:
    counts = counted(quads, triples)
    found = {"quads": sum(counts.graphs.values()), "triples": counts.triples}
    told = {"quads": release.quads, "triples": release.triples}
    found |= counts.graphs
    told |= {graph.iri: graph.triples for graph in release.graphs}
    for name in sorted(found.keys() | told.keys()):
        if found.get(name, 0) != told.get(name, 0):
            detail = f"{name}: {told.get(name, 0)} ≠ {found.get(name, 0)}"
            report.differs("count", MANIFEST, detail)
    report.add("statements", found["quads"])


def _index(release: Release, report: Report, workspace: Path, quads: Path, triples: Path) -> None:
    with report.reading("store"), quads.open("rb") as whole:
        report.compare("store", whole, sorted_lines(_named(release), workspace))
    with report.reading("store"), triples.open("rb") as whole:
        store = ox.Store.read_only(str(release.store))
        found = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        union = (ox.Quad(q.subject, q.predicate, q.object, _UNION) for q in found)
        report.compare("store (union)", whole, union_lines(sorted_lines(union, workspace)))


def _named(release: Release) -> Iterator[ox.Quad]:
    store = ox.Store.read_only(str(release.store))
    return (quad for quad in store if isinstance(quad.graph_name, ox.NamedNode))


def _regenerated(release: Release, report: Report, workspace: Path, triples: Path) -> None:
    """Make tables, trees and ontologies anew from the index and the lines; compare their bytes."""
    again = workspace / "again"
    again.mkdir()
    (again / "store").symlink_to(release.store.resolve())
    (again / release.union.name).symlink_to(triples.resolve())
    write_packs(replace(release, folder=again))
    for made in sorted(path for path in again.rglob("*") if path.is_file()):
        name = made.relative_to(again).as_posix()
        if name.startswith("store/") or name == release.union.name:
            continue
        if not release.path(name).is_file():
            report.differs("regenerated", name, "—")
            continue
        with made.open("rb") as expected, release.path(name).open("rb") as found:
            if place := first_unlike(expected, found):
                report.differs("regenerated", name, place)
        report.add("regenerated")


def _unpacked_gz(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb"))


def _unpacked_zst(path: Path) -> IO[bytes]:
    return io.BufferedReader(ZstdDecompressor().stream_reader(path.open("rb")), 1 << 16)


_UNPACK: dict[str, Callable[[Path], IO[bytes]]] = {".gz": _unpacked_gz, ".zst": _unpacked_zst}
