"""What a release says of itself: its manifest, its checksums, and the names that it keeps.

The manifest lists every published file with size and SHA-256; what it was written with is not
hashed again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import digigraph
from digigraph.changelog import FILES as OF_CHANGES
from digigraph.disk import sha256
from digigraph.dumps import NAME, Dumps
from digigraph.errors import UsageError
from digigraph.formats import media_type_of
from digigraph.search.index import FILE as SEARCH

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
STORE = "store"
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

    @property
    def union(self) -> Path:
        """Return the dump of the union of the graphs, as sorted N-Triples."""
        return self.folder / f"{NAME}.nt"

    def file(self, name: str) -> ReleaseFile | None:
        """Return what the manifest says of a published file."""
        return next((told for told in self.files if told.name == name), None)

    def path(self, name: str) -> Path:
        """Return where a published file is."""
        return self.folder / name


def is_version(text: str) -> bool:
    """Tell whether a text is a calendar version (V-01)."""
    return _VERSION.match(text) is not None


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by.

    >>> version_key("2026.9.1") < version_key("2026.11.0")
    True
    """
    if not is_version(version):
        raise UsageError(f"{version!r} is not a version; write year.month.number, as 2026.11.0")
    return tuple(int(part) for part in version.split("."))


def write_manifest(
    draft: Path,
    dumps: Dumps,
    version: str,
    issued: date,
    base: str,
    inputs_digest: str,
    previous: Release | None,
) -> None:
    """Write the manifest and the checksums of what is in a draft of a release."""
    files = [
        ReleaseFile(name, *(dumps.files.get(name) or _measured(draft / name)), media_type_of(name))
        for name in published(draft, {MANIFEST, SUMS})
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
        "triples": dumps.triples,
        "quads": sum(dumps.graphs.values()),
        "graphs": [{"iri": iri, "triples": dumps.graphs[iri]} for iri in sorted(dumps.graphs)],
        "files": [asdict(file) for file in files],
    }
    written = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    (draft / MANIFEST).write_text(written, encoding="utf-8")
    (draft / SUMS).write_bytes(sums_of(draft, files))


def _measured(path: Path) -> tuple[int, str]:
    return path.stat().st_size, sha256(path)


def from_manifest(folder: Path, told: Mapping[str, Any]) -> Release:
    """Return the release that a manifest tells of."""
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


def published(folder: Path, without: Iterable[str] = ()) -> list[str]:
    """Return the names of the files in a release that are published, in order."""
    names = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    own = (STORE, SEARCH)
    return sorted({name.as_posix() for name in names if name.parts[0] not in own} - set(without))


def check_extra_name(name: str) -> None:
    """Raise `UsageError` for a name that a release keeps for itself, or that leads out of it."""
    parts = PurePosixPath(name).parts
    own = name in (MANIFEST, SUMS, *OF_CHANGES) or (
        parts and (parts[0] in (STORE, SEARCH) or parts[0][0] in "./")
    )
    if not parts or own or ".." in parts or re.match(rf"{NAME}\.[a-z.]+\Z", name):
        raise UsageError(f"a release cannot carry a file named {name!r}; choose another name")


def sums_of(folder: Path, files: Iterable[ReleaseFile]) -> bytes:
    """Return the checksums as `sha256sum` reads them."""
    lines = {file.name: file.sha256 for file in files} | {MANIFEST: sha256(folder / MANIFEST)}
    return "".join(f"{lines[name]}  {name}\n" for name in sorted(lines)).encode()
