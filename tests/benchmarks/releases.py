"""Releases of as many profiles as wanted, made by the graph part directly and kept in `.bench/`.

The shipped document is the first profile, the others are made up. Documents are read, identified
and stated as a build does it, but not validated: at a thousand that takes an hour, and no query
is the faster for it. The description in VoID, which counts all the rest, is left out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

import digigraph
from digigraph import build, descriptors, documents, graph, labels, mappings, reference, resources
from digigraph import sources as documents_found
from digigraph.graph import writer
from digigraph.names import Names
from digigraph.registry import Registry
from digigraph.release import Release, newest_release, write_release

from .profiles import write_profiles

MADE_BY = (
    "documents", "graph", "build", "descriptors", "dumps", "labels", "mappings", "names", "quads",
    "records", "reference", "registry", "sources", "text",
)  # fmt: skip
"""The rooms that decide what is in a release; another one changes nothing that is asked."""
KEPT = Path(__file__).parents[2] / ".bench"


def release_of(count: int, kept: Path = KEPT) -> Release:
    """Return a release of so many profiles: the kept one if nothing changed that it is made of."""
    folder = kept / f"release-{count}-{_digest()[:12]}"
    if found := newest_release(folder):
        return found
    for old in kept.glob(f"release-{count}-*"):
        shutil.rmtree(old)
    data = made_data(count, kept / f"data-{count}")
    start = time.perf_counter()
    release = _write(data, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"made a release of {count} profiles: {release.quads} quads, "
        f"{time.perf_counter() - start:.1f} s, at most {peak} MiB",
        flush=True,
    )
    shutil.rmtree(data)
    return release


def made_data(count: int, folder: Path) -> Path:
    """Write a data folder with so many documents, as `digigraph build --data` takes it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(resources.folder("data"), folder)
    write_profiles(folder / "sources", count - 1)
    return folder


def _write(data: Path, into: Path) -> Release:
    made_from = build.inputs(data)
    return write_release(
        into,
        _quads(made_from),
        version=made_from.edition.version,
        issued=made_from.edition.issued,
        base=made_from.base,
        inputs_digest=made_from.digest,
    )


def _quads(made_from: build.Inputs) -> Iterator[ox.Quad]:
    """Yield the quads of a dataset, one document in memory at a time."""
    names, known = Names(made_from.base), reference.load()
    registry = Registry.read(made_from.data / "ids.tsv")
    given = labels.read(made_from.data / "labels.tsv")
    path = made_from.data / descriptors.FILE
    wordings = descriptors.read(path, known.competences) if path.exists() else []
    shared = graph.shared_by_all(wordings, names)
    done: list[graph.Document] = []
    for place in documents_found.find(made_from.data / "sources"):
        source = documents_found.load(place)
        reading = documents.read(source.path, known)
        assert reading.profile, f"{place}: {reading.errors}"
        document = graph.identified(source.source, reading, registry, made_from.edition.version)
        yield from graph.document_part(
            document, names=names, reference=known, labels=given, shared=shared
        )
        # The description of the dataset asks for the identifiers only.
        empty = dataclasses.replace(reading, profile=None, problems=(), accounted=())
        done.append(dataclasses.replace(document, reading=empty))
        writer._node.cache_clear()  # it keeps every IRI ever written
    sets = [
        mappings.read(path) for path in sorted((made_from.data / "mappings").glob("*.sssom.tsv"))
    ]
    yield from graph.dataset_part(
        made_from.edition, done, sets, [], wordings, names=names, labels=given
    )
    yield from graph.examples_part(made_from.edition, names)
    yield from graph.static_part(names)


def _digest() -> str:
    """Return a digest of what a release is made of: the generator, the code and the data."""
    total = hashlib.sha256()
    package = Path(digigraph.__file__).parent
    made_by = [Path(__file__), Path(__file__).with_name("profiles.py")]
    for room in MADE_BY:
        made_by += [package / f"{room}.py", *(package / room).rglob("*.py")]
    for name in ("ontology", "shapes", "data", "queries"):
        made_by += resources.folder(name).rglob("*")
    for path in sorted(filter(Path.is_file, made_by)):
        total.update(path.read_bytes())
    return total.hexdigest()
