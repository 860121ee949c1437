"""What a build is made from, and one digest over all of it.

The digest covers the code too, because another state of the code makes another release; the
command line and the server are left out, which change nothing in it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from digigraph import __version__, graph, history, resources, retired, reviews
from digigraph.errors import InputError
from digigraph.registry import UNFINISHED

REGISTERS = ("ids.tsv", retired.FILE, history.FILE, reviews.FILE)
"""Files of `data/` that a build appends to, or that are carried into these."""

_SHIPPED = ("ontology", "shapes", "queries")
_APART = ("web", "cli", *resources.FOLDERS)
"""Folders of the package whose code changes nothing in a release, or that are told of apart."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is made from: the folders, the edition, and one digest over all of it.

    `ground` is the digest of what the package brings: its code, ontology, shapes and queries.
    """

    data: Path
    edition: graph.Edition
    base: str
    digest: str
    ground: str


def inputs(
    data: Path | None = None,
    *,
    base: str = resources.AUTHORED_BASE,
    version: str | None = None,
    issued: date | None = None,
) -> Inputs:
    """Return the inputs of a build; the edition is that of `release.toml` unless given."""
    folder = data or resources.folder("data")
    path = folder / "release.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        notes = values.get("notes", {})
        edition = graph.Edition(
            version or values["version"],
            issued or values["issued"],
            __version__,
            notes.get("bg", ""),
            notes.get("en", ""),
        )
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise InputError(path, f"expected version and issued: {error}") from error
    if type(edition.issued) is not date:
        raise InputError(path, "issued: expected a date such as 2026-11-23")
    ground = _ground()
    return Inputs(folder, edition, base, _digest(folder, edition, base, ground), ground)


def _digest(data: Path, edition: graph.Edition, base: str, ground: str) -> str:
    """Return the SHA-256 over everything that a release is made from, the registers left out."""
    total = hashlib.sha256(
        f"{edition.software}|{edition.version}|{edition.issued}|{base}|{ground}\n".encode()
    )
    for name, path in _files(data):
        if name not in REGISTERS and not name.endswith(UNFINISHED):
            total.update(f"{data.name}/{name}\n{path.stat().st_size}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


@lru_cache(maxsize=1)
def _ground() -> str:
    """Return the SHA-256 over the code as it was loaded, and over what is shipped with it."""
    total = hashlib.sha256()
    package = Path(__file__).parent
    code = [(name, path) for name, path in _files(package) if _is_code(name)]
    shipped = [(f"{n}/{name}", p) for n in _SHIPPED for name, p in _files(resources.folder(n))]
    known = resources.folder("data") / "isco08.tsv"
    for name, path in (*code, *shipped, (known.name, known)):
        total.update(f"{name}\n{path.stat().st_size}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _is_code(name: str) -> bool:
    return name.endswith(".py") and name.partition("/")[0] not in _APART


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if "__pycache__" not in name:
            yield name, path
