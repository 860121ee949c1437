"""The command that takes documents in: one file, or a folder of hundreds."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digigraph.cli.output import Console

if TYPE_CHECKING:
    from digigraph.intake.examine import Remark
    from digigraph.intake.run import Result

_VERDICTS = ("accepted", "accepted with findings", "present", "rejected")
_TOLD = 5
"""Reasons of each kind, of one rejected file, that are printed; `--json` has all.

What the layout hides comes before what is therefore missing.
"""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER..."
)
@click.option(
    "--received", type=click.DateTime(["%Y-%m-%d"]),
    help="Date of receipt [default: that of each file's last change].",
)  # fmt: skip
@click.option(
    "--publisher", default="", help="Publisher of the documents [default: what they say].",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=None,
    help="Files read at a time [default: one for each processor].",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The data folder to add to [default: the shipped one].",
)  # fmt: skip
@click.pass_obj
def add(
    console: Console, files: tuple[Path, ...], received: datetime | None, publisher: str,
    jobs: int | None, as_json: bool, data: Path | None,
) -> None:  # fmt: skip
    """Take documents in: DOCX, ODT, HTML, PDF with text, the text form, or YAML.

    Each goes into data/sources/ with its source.toml, whole or not at all; a folder is taken
    with all that is below it. Nothing is overwritten: a document that is there already stays, a
    newer edition takes its place and the older one is kept. A run that was stopped goes on when
    it is started again. The exit code is 1 if a file was rejected.

    \b
    Examples:
      digigraph add profile.docx
      digigraph add --received 2026-11-24 --publisher "БСК" folder/
      digigraph add --json folder/ > report.json
    """
    from digigraph import reference, resources
    from digigraph.intake import run
    from digigraph.intake.ledger import Ledger
    from digigraph.intake.shelf import opened

    folder = (data or resources.folder("data")) / "sources"
    order = run.Order(
        received.date() if received else None,
        " ".join(publisher.split()),
        jobs or len(os.sched_getaffinity(0)),
    )
    found = run.files_of(files)
    known = reference.load()
    ledger = Ledger(_cache(folder))
    progress = _Progress(console, len(found))
    verdicts: Counter[str] = Counter()
    tell = _Report(console, folder) if as_json else _Told(console, folder)
    with opened(folder) as shelf:
        run.survey(shelf, known, ledger, order)
        for result in run.add(found, shelf, known, ledger, order):
            verdicts[result.verdict] += 1
            tell.file(result)
            progress.tell(result)
    console.done()
    summary = {name: verdicts[name] for name in _VERDICTS}
    tell.end({"files": len(found)} | summary)
    console.say(
        f"{len(found)} files: " + ", ".join(f"{summary[name]} {name}" for name in _VERDICTS)
    )
    sys.exit(1 if summary["rejected"] else 0)


def _cache(folder: Path) -> Path:
    """Return the file that remembers what was read, one for each folder of sources."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(root) / "digigraph" / f"read-{name}.jsonl"


class _Progress:
    """Tells how far the run is, with the rate and the time that is left."""

    def __init__(self, console: Console, total: int) -> None:
        self.console, self.total = console, total
        self.done = self.read = 0
        self.began = time.monotonic()

    def tell(self, result: Result) -> None:
        self.done += 1
        self.read += not result.reused
        rate = self.read / max(time.monotonic() - self.began, 0.001)
        left = (self.total - self.done) / rate if rate else 0.0
        clock = f"{int(left) // 60}:{int(left) % 60:02d}"
        self.console.progress(f"adding, {rate:.1f} files/s, {clock} left,", self.done, self.total)


class _Told:
    """Tells of each file in lines as soon as it is done."""

    def __init__(self, console: Console, folder: Path) -> None:
        self.console, self.folder = console, folder

    def file(self, result: Result) -> None:
        self.console.done()
        for line in _lines(result, self.console.language, self.folder):
            self.console.data(line)

    def end(self, summary: dict[str, int]) -> None:
        """Say nothing more: the summary is a message, not data."""


class _Report(_Told):
    """Writes the report as JSON, a file at a time, so that thousands need no memory."""

    opened = False

    def file(self, result: Result) -> None:
        self.console.data(("," if self.opened else '{"files": [') + _compact(_json(result)))
        self.opened = True

    def end(self, summary: dict[str, int]) -> None:
        start = "" if self.opened else '{"files": ['
        self.console.data(f'{start}], "summary": {_compact(summary)}}}')


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(result: Result, language: str, folder: Path) -> list[str]:
    examined = result.examined
    if result.verdict != "rejected":
        number = len(examined.findings)
        with_ = f" with {number} findings" if result.verdict == "accepted with findings" else ""
        state = {"present": "is there already", "newer": f"accepted{with_} as a newer edition"}
        said = state.get(result.placed.state, f"accepted{with_}")
        former = f"; the older one is in {result.placed.former}" if result.placed.former else ""
        return [f"{result.path}: {said}: {folder / result.placed.folder}{former}"]
    reasons = [result.why] if result.why else []
    outside = [one for one in examined.reasons if one.kind == "TextOutsideTables"]
    layout = [one for one in examined.findings if one.kind == "Layout"]
    others = [one for one in examined.reasons if one not in outside]
    for remarks, name in ((outside, "errors"), (layout, "notes"), (others, "errors")):
        reasons += [_sentence(remark, language) for remark in remarks[:_TOLD]]
        if len(remarks) > _TOLD:
            reasons.append(f"and {len(remarks) - _TOLD} more {name}")
    return [f"{result.path}: rejected: {reason}" for reason in reasons]


def _sentence(remark: Remark, language: str) -> str:
    place = remark.place_bg if language == "bg" else remark.place_en
    place = place or (f"line {remark.line}" if remark.line else "")
    where = f" [{remark.field}]" if remark.field else ""
    return f"{place}: {remark.kind}{where}: {remark.bg if language == 'bg' else remark.en}"


def _json(result: Result) -> dict[str, Any]:
    """Return one file's report: the stable schema of `add --json`."""
    examined = result.examined
    return {
        "path": str(result.path),
        "verdict": result.verdict,
        "source": result.placed.folder or None,
        "replaces": result.placed.former or None,
        "sha256": examined.sha256 or None,
        "media_type": examined.kind or None,
        "profile": {
            "occupation": list(examined.codes),
            "sector": list(examined.sectors),
            "publisher": examined.publisher or None,
        } if examined.profile else None,
        "statements": examined.statements,
        "refused": result.why or None if result.verdict == "rejected" else None,
        "reasons": [_remark_json(remark) for remark in examined.reasons],
        "findings": [_remark_json(remark) for remark in examined.findings],
    }  # fmt: skip


def _remark_json(remark: Remark) -> dict[str, Any]:
    return {
        "severity": remark.severity,
        "kind": remark.kind,
        "line": remark.line or None,
        "place": {"bg": remark.place_bg, "en": remark.place_en} if remark.place_en else None,
        "field": remark.field,
        "found": remark.found,
        "expected": remark.expected,
        "message": {"bg": remark.bg, "en": remark.en},
    }
