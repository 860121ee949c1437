"""Makes the index that the endpoint answers from, out of the dumps of a release.

The default graph holds the union as triples of its own: the engine's own union answers a
statement of two graphs twice. Where an earlier release is at hand and little changed, its index
is taken over, file by file and without a copy, and only what differs is changed in it; so the
index, and of a release nothing else, may differ from build to build.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from digigraph.differing import differing
from digigraph.dumps import NAME, Dumps
from digigraph.errors import DigigraphError

NQ, NT = f"{NAME}.nq", f"{NAME}.nt"
_FORMATS = {NQ: ox.RdfFormat.N_QUADS, NT: ox.RdfFormat.N_TRIPLES}
_PART, _MOST = 4, 500_000
"""An index is taken over where one line in so many differs at the most, and so many in all."""
_SHARED = ".sst"
"""The files that the engine never changes once they are written (RocksDB)."""
_NOT_TAKEN = ("LOCK", "LOG")
_BOTH = (False, True)
_WITHDRAWN = b"#Withdrawn> .\n"
"""How a line ends that says that something was removed for legal reasons."""


def write_store(folder: Path, dumps: Path, counts: Dumps, before: Path | None = None) -> None:
    """Index the dumps in `folder`, and make sure that all of it came in.

    `before` is the folder of an earlier release, with its dumps and its index, if there is one.
    """
    expected = counts.triples + sum(counts.graphs.values())
    if before and _takes_over(folder, dumps, before, expected):
        return
    store = ox.Store(folder)
    for name, told in _FORMATS.items():
        store.bulk_load(path=dumps / name, format=told, lenient=True)
    store.flush()
    # Larger queries are a fifth faster once what was loaded in pieces is one sorted run.
    store.optimize()
    if (found := len(store)) != expected:
        raise DigigraphError(f"{folder}: the index holds {found} statements, expected {expected}")


def _takes_over(folder: Path, dumps: Path, before: Path, expected: int) -> bool:
    """Make the index out of an earlier one; tell whether that was worth it and came out whole.

    An index keeps the texts of statements that it has no more, so one from which something was
    removed for legal reasons is made anew.
    """
    changes = _changes(before, dumps, min(expected // _PART, _MOST))
    if changes is None or any(line.endswith(_WITHDRAWN) for line in changes[NT, True]):
        return False
    try:
        _link(before / folder.name, folder)
        store = ox.Store(folder)
        for quad in _quads(changes, new=False):
            store.remove(quad)
        store.extend(_quads(changes, new=True))
        store.flush()
        is_whole = len(store) == expected
    except OSError:
        is_whole = False
    if not is_whole:
        shutil.rmtree(folder, ignore_errors=True)
    return is_whole


def _changes(before: Path, after: Path, most: int) -> dict[tuple[str, bool], list[bytes]] | None:
    """Return the lines of each dump that are gone and that are new; None if there are too many."""
    found: dict[tuple[str, bool], list[bytes]] = {(n, new): [] for n in _FORMATS for new in _BOTH}
    many = 0
    for name in _FORMATS:
        if not (before / name).is_file():
            return None
        for line, is_new in differing(before / name, after / name):
            found[name, is_new].append(line)
            many += 1
            if many > most:
                return None
    return found


def _quads(changes: dict[tuple[str, bool], list[bytes]], *, new: bool) -> Iterator[ox.Quad]:
    for name, told in _FORMATS.items():
        yield from ox.parse(b"".join(changes[name, new]), format=told, lenient=True)


def _link(store: Path, to: Path) -> None:
    """Copy an index; the files that never change are the same ones where the disk allows it."""
    to.mkdir()
    for path in store.iterdir():
        if path.suffix == _SHARED:
            try:
                os.link(path, to / path.name)
                continue
            except OSError:
                pass
        if not path.name.startswith(_NOT_TAKEN):
            shutil.copyfile(path, to / path.name)
