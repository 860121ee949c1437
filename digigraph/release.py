"""An immutable release on disk: written once, in one step, and then only read.

The wings meet here. A release is a folder named after its version; its `manifest.json` lists
every published file with size and SHA-256. `store/` is an index rebuilt from the dump: it is the
one thing whose bytes may differ between two builds, and the manifest leaves it out (V-03).
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from digigraph.changelog import write_changes
from digigraph.crew import Crew
from digigraph.disk import sha256, sync
from digigraph.dumps import NAME, Dumps, write_dumps
from digigraph.errors import ReleaseError, ReleaseExists
from digigraph.indexing import write_store
from digigraph.kept import Kept
from digigraph.manifests import (
    MANIFEST,
    STORE,
    SUMS,
    NamedGraph,
    Release,
    ReleaseFile,
    check_extra_name,
    from_manifest,
    is_version,
    published,
    sums_of,
    version_key,
    write_manifest,
)
from digigraph.packs import write_packs
from digigraph.parts import Part, write_part
from digigraph.quads import sorted_lines
from digigraph.search.index import FILE as SEARCH
from digigraph.search.index import write_index

__all__ = [
    "MANIFEST",
    "STORE",
    "SUMS",
    "NamedGraph",
    "Release",
    "ReleaseFile",
    "earlier_release",
    "newest_release",
    "open_release",
    "releases",
    "verify",
    "version_key",
    "write_release",
]

_DRAFT = ".draft-"
Told = Callable[[str, int, int], None]


def write_release(
    into: Path,
    quads: Iterable[ox.Quad],
    *,
    parts: Sequence[Part] = (),
    version: str,
    issued: date,
    base: str,
    inputs_digest: str,
    notes: Mapping[str, str] | None = None,
    files: Mapping[str, bytes | Callable[[], bytes]] | None = None,
    reuse: bool = True,
    crew: Crew | None = None,
    kept: Kept | None = None,
    progress: Told = lambda *_: None,
    approve: Callable[[Path, Crew], Callable[[], None]] | None = None,
    promise: Callable[[], None] | None = None,
) -> Release:
    """Write a release beside its place, check it, and put it there in one step.

    It holds `quads` and what is in `parts`, if what `approve` returns raises nothing; `approve`
    is given the folder of the index and those who can look into it. `promise` is called when all
    is written and read back, and nothing is published if it raises.
    What `files` has is a file's bytes, or what returns them when they are written.
    What was written of the same lines before is taken from `kept`, and left there.
    It tells what changed since the newest earlier release of the same base in the folder, if
    there is one; `notes` say by language what an editor says of it.
    A release of this version with the same inputs is returned as it is if `reuse`; any other
    raises `ReleaseExists`. Whatever fails, the releases that were there are left as they were.
    """
    version_key(version)
    extra = dict(files or {})
    for name in extra:
        check_extra_name(name)
    place = into / version
    try:
        with _one_builder(into):
            if place.exists():
                return _existing(place, inputs_digest if reuse else None)
            draft = into / f"{_DRAFT}{version}"
            previous = earlier_release(into, version, base)
            told = (version, issued, base, inputs_digest, previous)
            try:
                draft.mkdir()
                with Crew(1) if crew is None else nullcontext(crew) as workers:
                    dumps = _dumps(draft, quads, parts, base, workers, kept, progress)
                    progress("index", 0, 1)
                    write_store(draft / STORE, draft, dumps, previous.folder if previous else None)
                    progress("files", 0, 1)
                    approved = approve(draft / STORE, workers) if approve else None
                    indexed = workers.start(_write_index, (draft, base))
                    _write_extra(draft, extra)
                    write_manifest(draft, dumps, *told)
                    write_packs(open_release(draft), workers)
                    indexed()
                    if approved:
                        approved()
                    write_changes(open_release(draft), previous, notes or {})
                write_manifest(draft, dumps, *told)
                _settle(draft)
                if promise:
                    promise()
                draft.rename(place)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
            sync(into)
    except OSError as error:
        raise ReleaseError(
            place, f"the release was not written, nothing changed: {error}"
        ) from error
    return open_release(place)


def open_release(folder: Path) -> Release:
    """Return the release in a folder, or say why it is none."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        release = from_manifest(folder, told)
    except FileNotFoundError:
        raise ReleaseError(
            folder, f"no {MANIFEST} here; `digigraph build` writes releases"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(folder / MANIFEST, f"this manifest cannot be read: {error!r}") from error
    if not release.store.is_dir():
        raise ReleaseError(release.store, "the index is missing; build the release again")
    return release


def releases(folder: Path) -> list[Path]:
    """Return the release folders in `folder`, oldest version first."""
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if is_version(p.name) and (p / MANIFEST).is_file()]
    return sorted(found, key=lambda path: version_key(path.name))


def newest_release(folder: Path) -> Release | None:
    """Return the release with the highest version in `folder`, if there is any."""
    found = releases(folder)
    return open_release(found[-1]) if found else None


def earlier_release(folder: Path, version: str, base: str = "") -> Release | None:
    """Return the newest release in `folder` that is older than a version, if there is any.

    With a `base`, only a release under that base counts; one that cannot be read counts for none.
    """
    older = [p for p in releases(folder) if version_key(p.name) < version_key(version)]
    for path in reversed(older):
        with suppress(ReleaseError):
            release = open_release(path)
            if base in ("", release.base):
                return release
    return None


def verify(release: Release) -> list[str]:
    """Return what is wrong with the files of a release: one sentence each, none if it is whole."""
    problems = []
    for told in release.files:
        path = release.path(told.name)
        if not path.is_file():
            problems.append(f"{told.name}: the file is missing")
        elif path.stat().st_size != told.size:
            problems.append(f"{told.name}: {path.stat().st_size} bytes, expected {told.size}")
        elif (found := sha256(path)) != told.sha256:
            problems.append(f"{told.name}: SHA-256 is {found}, expected {told.sha256}")
    listed = {told.name for told in release.files} | {MANIFEST, SUMS}
    problems += [f"{name}: not in the manifest" for name in published(release.folder, listed)]
    if not (release.folder / SUMS).is_file():
        problems.append(f"{SUMS}: the file is missing")
    elif (release.folder / SUMS).read_bytes() != sums_of(release.folder, release.files):
        problems.append(f"{SUMS}: does not agree with the manifest")
    return problems


@contextmanager
def _one_builder(into: Path) -> Iterator[None]:
    """Hold the folder for one build, waiting for another; clear away what a killed one left."""
    into.mkdir(parents=True, exist_ok=True)
    with (into / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in into.glob(f"{_DRAFT}*"):
            shutil.rmtree(leftover)
        yield


def _existing(place: Path, inputs_digest: str | None) -> Release:
    release = open_release(place)
    if release.inputs_digest != inputs_digest:
        raise ReleaseExists(
            f"{place}: release {release.version} is there and is never overwritten; "
            "give the new one its own version"
        )
    return release


def _write_index(task: tuple[Path, str]) -> None:
    draft, base = task
    write_index(draft / SEARCH, draft / STORE, draft / f"{NAME}.nt", base)


def _dumps(
    draft: Path,
    quads: Iterable[ox.Quad],
    parts: Sequence[Part],
    base: str,
    crew: Crew,
    kept: Kept | None,
    progress: Told,
) -> Dumps:
    """Write the dumps; quads become a part of their own while it is done."""
    loose = draft / ".quads"
    part = write_part(loose, sorted_lines(quads, draft))
    dumps = write_dumps(
        draft, [*parts, part], base, crew, kept=kept, progress=partial(progress, "release")
    )
    loose.unlink()
    return dumps


def _write_extra(draft: Path, extra: Mapping[str, bytes | Callable[[], bytes]]) -> None:
    for name, content in extra.items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content if isinstance(content, bytes) else content())


def _settle(draft: Path) -> None:
    """Bring every byte to the disk and read it back once."""
    for path in [*draft.rglob("*"), draft]:
        sync(path)
    if problems := verify(open_release(draft)):
        raise ReleaseError(draft, "what was written reads back differently: " + "; ".join(problems))
