"""An immutable release on disk: written once, in one step, and then only read.

The wings meet here. A release is a folder named after its version; its `manifest.json` lists
every published file with size and SHA-256. `store/` is an index rebuilt from the dump: it is the
one thing whose bytes may differ between two builds, and the manifest leaves it out (V-03).
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pyoxigraph as ox

import digigraph
from digigraph.changelog import FILES as OF_CHANGES
from digigraph.changelog import write_changes
from digigraph.disk import count_lines, sha256, sync
from digigraph.dumps import NAME, graph_sizes, write_dumps, write_store
from digigraph.errors import ReleaseError, ReleaseExists, UsageError
from digigraph.formats import media_type_of
from digigraph.packs import write_packs

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
STORE = "store"
_DRAFT = ".draft-"
_VERSION = re.compile(r"\d+\.\d+\.\d+\Z")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One published file of a release, as the manifest has it."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """One named graph of a release, and how many triples it holds."""

    iri: str
    triples: int


@dataclass(frozen=True, slots=True)
class Release:
    """A release folder: what its manifest says, and where its files are."""

    folder: Path
    version: str
    issued: date
    base: str
    software: str
    inputs_digest: str
    dataset_digest: str
    triples: int
    quads: int
    graphs: tuple[NamedGraph, ...]
    files: tuple[ReleaseFile, ...]

    @property
    def store(self) -> Path:
        """Return the folder of the index."""
        return self.folder / STORE

    def file(self, name: str) -> ReleaseFile | None:
        """Return what the manifest says of a published file."""
        return next((told for told in self.files if told.name == name), None)

    def path(self, name: str) -> Path:
        """Return where a published file is."""
        return self.folder / name


def write_release(
    into: Path,
    quads: Iterable[ox.Quad],
    *,
    version: str,
    issued: date,
    base: str,
    inputs_digest: str,
    notes: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    reuse: bool = True,
) -> Release:
    """Write a release beside its place, check it, and put it there in one step.

    It tells what changed since the newest earlier release of the same base in the folder, if
    there is one; `notes` say by language what an editor says of it.
    A release of this version with the same inputs is returned as it is if `reuse`; any other
    raises `ReleaseExists`. Whatever fails, the releases that were there are left as they were.
    """
    version_key(version)
    extra = dict(files or {})
    for name in extra:
        _check_extra_name(name)
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
                write_dumps(draft, quads, base)
                write_store(draft / STORE, draft)
                _write_extra(draft, extra)
                _write_manifest(draft, *told)
                write_packs(open_release(draft))
                write_changes(open_release(draft), previous, notes or {})
                _write_manifest(draft, *told)
                _settle(draft)
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
        release = _from_manifest(folder, told)
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
    found = [p for p in folder.iterdir() if _VERSION.match(p.name) and (p / MANIFEST).is_file()]
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
    problems += [f"{name}: not in the manifest" for name in _published(release.folder, listed)]
    if not (release.folder / SUMS).is_file():
        problems.append(f"{SUMS}: the file is missing")
    elif (release.folder / SUMS).read_bytes() != _sums(release.folder, release.files):
        problems.append(f"{SUMS}: does not agree with the manifest")
    return problems


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by.

    >>> version_key("2026.9.1") < version_key("2026.11.0")
    True
    """
    if not _VERSION.match(version):
        raise UsageError(f"{version!r} is not a version; write year.month.number, as 2026.11.0")
    return tuple(int(part) for part in version.split("."))


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


def _write_extra(draft: Path, extra: Mapping[str, bytes]) -> None:
    for name, content in extra.items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content)


def _write_manifest(
    draft: Path,
    version: str,
    issued: date,
    base: str,
    inputs_digest: str,
    previous: Release | None,
) -> None:
    graphs = graph_sizes(draft / f"{NAME}.nq")
    files = [
        ReleaseFile(name, (draft / name).stat().st_size, sha256(draft / name), media_type_of(name))
        for name in _published(draft, {MANIFEST, SUMS})
    ]
    told = {
        "version": version,
        "issued": issued.isoformat(),
        "base": base,
        "software": f"digigraph {digigraph.__version__}",
        "inputs_digest": inputs_digest,
        "previous": previous
        and {"version": previous.version, "dataset_digest": previous.dataset_digest},
        "dataset_digest": next(file.sha256 for file in files if file.name == f"{NAME}.nq"),
        "triples": count_lines(draft / f"{NAME}.nt"),
        "quads": sum(graphs.values()),
        "graphs": [{"iri": iri, "triples": graphs[iri]} for iri in sorted(graphs)],
        "files": [asdict(file) for file in files],
    }
    written = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    (draft / MANIFEST).write_text(written, encoding="utf-8")
    (draft / SUMS).write_bytes(_sums(draft, files))


def _settle(draft: Path) -> None:
    """Bring every byte to the disk and read it back once."""
    for path in [*draft.rglob("*"), draft]:
        sync(path)
    if problems := verify(open_release(draft)):
        raise ReleaseError(draft, "what was written reads back differently: " + "; ".join(problems))


def _from_manifest(folder: Path, told: Mapping[str, Any]) -> Release:
    return Release(
        folder=folder,
        version=str(told["version"]),
        issued=date.fromisoformat(told["issued"]),
        base=str(told["base"]),
        software=str(told["software"]),
        inputs_digest=str(told["inputs_digest"]),
        dataset_digest=str(told["dataset_digest"]),
        triples=int(told["triples"]),
        quads=int(told["quads"]),
        graphs=tuple(NamedGraph(**graph) for graph in told["graphs"]),
        files=tuple(ReleaseFile(**file) for file in told["files"]),
    )


def _published(folder: Path, without: Iterable[str] = ()) -> list[str]:
    """Return the names of the files in a release that are published, in order."""
    names = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted({name.as_posix() for name in names if name.parts[0] != STORE} - set(without))


def _check_extra_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    own = name in (MANIFEST, SUMS, *OF_CHANGES) or (
        parts and (parts[0] == STORE or parts[0][0] in "./")
    )
    if not parts or own or ".." in parts or re.match(rf"{NAME}\.[a-z.]+\Z", name):
        raise UsageError(f"a release cannot carry a file named {name!r}; choose another name")


def _sums(folder: Path, files: Iterable[ReleaseFile]) -> bytes:
    lines = {file.name: file.sha256 for file in files} | {MANIFEST: sha256(folder / MANIFEST)}
    return "".join(f"{lines[name]}  {name}\n" for name in sorted(lines)).encode()
