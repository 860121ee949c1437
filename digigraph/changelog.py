"""What a release says of its changes: `changes.json`, the triples, and `CHANGELOG.md` (V-06).

Written from the newest earlier release in the same folder. Each release carries what the earlier
ones said of themselves, so that the newest one tells the whole story alone.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digigraph.changes import KINDS, RETIRING, Change, Differences, change_from
from digigraph.differences import compare_releases

if TYPE_CHECKING:
    from digigraph.release import Release

CHANGES, CHANGELOG = "changes.json", "CHANGELOG.md"
ADDED, REMOVED = "added.nt.gz", "removed.nt.gz"
FILES = (CHANGES, CHANGELOG, ADDED, REMOVED)
SHOWN = 25
"""How many changes of one kind the CHANGELOG tells one by one; `changes.json` has them all."""
COUNTED = ("finding-kept",)
"""Kinds of which the CHANGELOG tells only how many there are."""

_HEAD = "# Промени / Changes\n\n"
_FIRST = {"bg": "Първо издание.", "en": "First release."}


@dataclass(frozen=True, slots=True)
class Told:
    """One release as the list of releases tells it."""

    version: str
    issued: str
    notes: Mapping[str, str]
    first: bool
    breaking: bool
    summary: Mapping[str, int]
    retired: tuple[Change, ...]


def write_changes(release: Release, previous: Release | None, notes: Mapping[str, str]) -> None:
    """Write the four files into the folder of a release whose dumps and index are there.

    The first release of a folder has nothing to compare with: it has no `added.nt.gz` and no
    `removed.nt.gz`, and its `changes.json` says that it is the first.
    """
    found = compare_releases(previous, release) if previous else None
    if found:
        _write_lines(release.path(ADDED), found.added)
        _write_lines(release.path(REMOVED), found.removed)
    said = _entry(release, found, notes)
    earlier = _earlier(previous)
    told: dict[str, Any] = {
        "version": release.version,
        "issued": release.issued.isoformat(),
        "first": found is None,
        "notes": dict(notes),
        **(found.told() if found else {"to": release.version, "changes": []}),
        "releases": [said, *earlier],
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    release.path(CHANGES).write_text(f"{text}\n", encoding="utf-8")
    log = _HEAD + "\n".join(_section(release, found, notes)) + _log_of(previous)
    release.path(CHANGELOG).write_text(log, encoding="utf-8")


def releases_told(release: Release) -> list[Told]:
    """Return what a release tells of itself and of those before it, newest first."""
    return [
        Told(
            one["version"],
            one["issued"],
            one["notes"],
            one["first"],
            one["breaking"],
            one["summary"],
            tuple(change_from(told) for told in one["retired"]),
        )
        for one in _earlier(release)
    ]


def changes_told(release: Release) -> list[Change]:
    """Return the changes of a release, in the order in which they are told."""
    if not release.file(CHANGES):
        return []
    told = json.loads(release.path(CHANGES).read_bytes())
    return [change_from(one) for one in told["changes"]]


def _earlier(release: Release | None) -> list[dict[str, Any]]:
    if release is None or not release.file(CHANGES):
        return []
    found: list[dict[str, Any]] = json.loads(release.path(CHANGES).read_bytes())["releases"]
    return found


def _entry(release: Release, found: Differences | None, notes: Mapping[str, str]) -> dict[str, Any]:
    changes = found.changes if found else ()
    return {
        "version": release.version,
        "issued": release.issued.isoformat(),
        "first": found is None,
        "notes": dict(notes),
        "breaking": bool(found and found.breaking),
        "summary": found.summary if found else {},
        "retired": [change.told() for change in changes if change.kind in RETIRING],
    }


def _section(
    release: Release, found: Differences | None, notes: Mapping[str, str]
) -> Iterator[str]:
    yield f"## {release.version} ({release.issued.isoformat()})"
    yield ""
    yield from (notes[language] for language in ("bg", "en") if notes.get(language))
    if found is None:
        yield from ([] if any(notes.values()) else [_FIRST["bg"], _FIRST["en"]])
        yield ""
        return
    yield ""
    yield from _listed(found.changes)
    if not found.changes:
        yield "Данните са същите. / The data is the same."
        yield ""


def _listed(changes: Iterable[Change]) -> Iterator[str]:
    for kind, same in groupby(changes, key=lambda change: change.kind):
        every = list(same)
        bg, en, breaking = KINDS[kind]
        mark = " **(!)**" if breaking else ""
        yield f"### {bg} / {en}: {len(every)}{mark}"
        yield ""
        shown = 0 if kind in COUNTED else SHOWN
        for change in every[:shown]:
            yield f"- {sentence(change)}"
        if rest := len(every[shown:]):
            yield f"- … още {rest} в `{CHANGES}` / {rest} more in `{CHANGES}`"
        yield ""


def sentence(change: Change) -> str:
    """Return a change as a line of Markdown: what it is called, its IRI, what it was and is."""
    names = dict.fromkeys(change.name(language) for language in ("bg", "en"))
    named = "" if not change.label else f"{' / '.join(_plain(name) for name in names)} "
    detail = f": {_plain(change.detail)}" if change.detail else ""
    now = f" → <{change.successors[0]}>" if change.kind in RETIRING and change.successors else ""
    return f"{named}<{change.entity}>{detail}{now}"


def _plain(text: str) -> str:
    """Return a text of the data so that Markdown does not read it as markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)


def _log_of(previous: Release | None) -> str:
    if previous is None or not previous.file(CHANGELOG):
        return ""
    text = previous.path(CHANGELOG).read_text(encoding="utf-8")
    return "\n" + text.removeprefix(_HEAD) if text.startswith(_HEAD) else ""


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines as gzip: no name, no time, so that the bytes depend on the input only."""
    with (
        path.open("wb") as out,
        gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=6, mtime=0) as packed,
    ):
        packed.writelines(lines)
