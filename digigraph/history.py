"""The releases that were: `data/releases.tsv`, to which each build adds the one before it (V-01).

Their builds go on being described, and their notes told, also where their folders are not.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from digigraph.errors import RegistryError
from digigraph.names import Names
from digigraph.release import Release, version_key

FILE = "releases.tsv"
COLUMNS = ("version", "issued", "software", "notes_bg", "notes_en")


@dataclass(frozen=True, slots=True)
class Former:
    """A release that was: its version, day of issue, software and notes."""

    version: str
    issued: str
    software: str
    notes_bg: str
    notes_en: str


def read(path: Path) -> list[Former]:
    """Return the former releases, oldest first; raise `RegistryError` where a line is none."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    found = []
    if lines[0].split("\t") != list(COLUMNS) or lines[-1]:
        raise RegistryError(f"{path}: expected the columns {', '.join(COLUMNS)} and whole lines")
    for number, line in enumerate(lines[1:-1], 2):
        try:
            former = Former(*line.split("\t"))
            date.fromisoformat(former.issued)
        except (TypeError, ValueError) as error:
            raise RegistryError(f"{path}:{number}: not a release: {error}") from error
        found.append(former)
    return found


def appended(path: Path, former: list[Former]) -> str:
    """Return the text of the file with the releases that it does not have yet at its end."""
    known = read(path)
    news = {one.version for one in former} - {one.version for one in known}
    rows = [*known, *(one for one in former if one.version in news)]
    return _text(rows) if rows else ""


def _text(former: list[Former]) -> str:
    rows = ([*COLUMNS], *(astuple(one) for one in former))
    return "".join("\t".join(row) + "\n" for row in rows)


def former(data: Path, version: str, previous: Release | None) -> list[Former]:
    """Return the releases before `version`, oldest first: those on file, and `previous`."""
    found = {one.version: one for one in read(data / FILE)}
    if previous and previous.version not in found:
        notes = {language: _note(previous, language) for language in ("bg", "en")}
        found[previous.version] = Former(
            previous.version, previous.issued.isoformat(), previous.software,
            notes["bg"], notes["en"],
        )  # fmt: skip
    earlier = [one for one in found.values() if version_key(one.version) < version_key(version)]
    return sorted(earlier, key=lambda one: version_key(one.version))


def _note(release: Release, language: str) -> str:
    store = ox.Store.read_only(str(release.store))
    dataset = ox.NamedNode(f"{release.base}catalog/digigraph")
    name = ox.NamedNode(Names(release.base).expanded("adms:versionNotes"))
    for quad in store.quads_for_pattern(dataset, name, None, ox.DefaultGraph()):
        if isinstance(quad.object, ox.Literal) and quad.object.language == language:
            return " ".join(quad.object.value.split())
    return ""
