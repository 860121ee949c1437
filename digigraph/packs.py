"""Writes what a release has besides its dumps: tables, framed JSON, vocabulary and shapes (C-04).

Everything is read back out of the index of the release, so that no file says anything that the
endpoint does not.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.csvw import FOLDER as TABLES
from digigraph.csvw import opened, write_tables
from digigraph.framing import tree
from digigraph.jsonld import published_context
from digigraph.names import Names
from digigraph.things import Things
from digigraph.turtle import write_turtle
from digigraph.writers import lines_of

if TYPE_CHECKING:
    from digigraph.release import Release

PROFILES = "profiles"
ONTOLOGIES = {"vocabulary": "vocabulary.ttl", "shapes": "shapes.ttl"}
"""Named graph -> the file that holds it alone."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


_TOGETHER = 20
"""How many profiles are written together, maybe in a process of their own."""


def write_packs(release: Release, crew: Crew | None = None) -> None:
    """Write them into the folder of a release whose dumps and index are there."""
    workers = crew or Crew(1)
    try:
        write_tables(
            release.folder / TABLES, release.store, release.union, release.base, release.version,
            workers,
        )  # fmt: skip
        _zip(release.folder / f"digigraph-{TABLES}.zip", release.folder / TABLES)
        _write_profiles(release, workers)
    finally:
        # The folder is about to be renamed, and another may come to stand in its place.
        opened.cache_clear()
        _things.cache_clear()
    store = ox.Store.read_only(str(release.store))
    for graph, name in ONTOLOGIES.items():
        _write_graph(release, store, graph, release.folder / name)


def _write_profiles(release: Release, crew: Crew) -> None:
    """Write each profile as a tree of its own, and all of them as one array."""
    (release.folder / PROFILES).mkdir()
    iris = Things(release).of_class("dgc:OccupationProfile")
    tasks = [
        (release, tuple(iris[first : first + _TOGETHER]))
        for first in range(0, len(iris), _TOGETHER)
    ]
    with (release.folder / f"{PROFILES}.json").open("w", encoding="utf-8") as out:
        out.write(f'{{"@context": {_compact(published_context(release.base).source)},\n"@graph": [')
        comma = "\n"
        for trees in crew.do(write_some_profiles, tasks, few=1):
            out.write(f"{comma}{trees}")
            comma = ",\n"
        out.write("\n]}\n")


def write_some_profiles(task: tuple[Release, Sequence[str]]) -> str:
    """Write some profiles, each to its file; return them as they stand in the array."""
    release, iris = task
    things = _things(release)
    context = published_context(release.base).source
    trees = []
    for iri in iris:
        document = things.document(iri)
        assert document is not None, "what has a class has a document"
        told = tree(document, document.lines, release.base)
        place = release.folder / PROFILES / f"{iri.rpartition('/')[2]}.json"
        place.write_text(f"{_compact({'@context': context, **told})}\n", encoding="utf-8")
        trees.append(_compact(told))
    return ",\n".join(trees)


@lru_cache(maxsize=1)
def _things(release: Release) -> Things:
    return Things(release)


def _write_graph(release: Release, store: ox.Store, graph: str, path: Path) -> None:
    name = ox.NamedNode(Names(release.base).graph(graph))
    triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, name))
    with path.open("wb") as out:
        write_turtle(out, lines_of(triples), release.base)


def _zip(path: Path, folder: Path) -> None:
    """Pack a folder so that the same files make the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in sorted(folder.iterdir()):
            told = zipfile.ZipInfo(f"{folder.name}/{file.name}", _LONG_AGO)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o644 << 16
            packed.writestr(told, file.read_bytes())


def _compact(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
