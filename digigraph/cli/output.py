"""What the commands print: data on stdout, messages and progress on stderr (D-03)."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from digigraph.accounts import Account
from digigraph.records import Problem, Reading, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_STEPS = {
    "documents": "reading documents",
    "graph": "stating and validating documents",
    "validation": "validating",
    "counting": "counting",
    "release": "writing the dumps",
    "index": "indexing",
    "files": "writing tables and files",
    "load": "loading triples",
    "switch": "switching",
}


@dataclass
class Console:
    """How the user wants to be spoken to."""

    verbosity: int = 0
    color: str = "auto"
    language: str = "en"
    _step: str = ""
    _began: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)

    def coloured(self, stream: Any) -> bool:
        """Whether to colour what goes to a stream (`--color`, NO_COLOR)."""
        if self.color != "auto":
            return self.color == "always"
        return not os.environ.get("NO_COLOR") and bool(stream.isatty())

    def say(self, text: str, *, level: int = 0) -> None:
        """Print a message on stderr unless the user wants less of it."""
        if self.verbosity >= level:
            click.echo(text, err=True, color=self.coloured(sys.stderr))

    def data(self, text: str) -> None:
        """Print data on stdout."""
        click.echo(text, color=self.coloured(sys.stdout))

    def json(self, value: object) -> None:
        """Print a value as JSON on stdout, keys in the order given."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def progress(self, step: str, done: int, total: int) -> None:
        """Show how far long work is: in place on a terminal, else a line every few seconds.

        Work of several seconds has its rate, and how long the rest of it will take at that.
        """
        if self.verbosity < 0:
            return
        now = time.monotonic()
        if step != self._step:
            self._began = now
        shown = f"{_STEPS.get(step, step)} {done}/{total}{_pace(done, total, now - self._began)}"
        if sys.stderr.isatty():
            if now - self._last > 0.1 or done == total or step != self._step:
                self._last = now
                click.echo(f"\r\x1b[K{shown}", err=True, nl=False)
        elif now - self._last > 5:
            self._last = now
            click.echo(shown, err=True)
        self._step = step

    def done(self) -> None:
        """Clear the progress line."""
        if self._step and sys.stderr.isatty() and self.verbosity >= 0:
            click.echo("\r\x1b[K", err=True, nl=False)

    def problem(self, path: Path | str, problem: Problem) -> str:
        """Return one problem as a line that editors can jump to."""
        message = problem.message_bg if self.language == "bg" else problem.message_en
        place = click.style(f"{path}:{problem.line}", bold=True)
        severity = click.style(str(problem.severity), fg=_COLOURS[problem.severity])
        where = f" [{problem.field}]" if problem.field else ""
        return f"{place}: {severity}: {problem.kind}{where}: {message}"

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows as aligned columns."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.data("  ".join(cells).rstrip())


def _pace(done: int, total: int, seconds: float) -> str:
    """Return how fast work goes and how long it will take, once that can be told.

    >>> _pace(20, 100, 10), _pace(1, 1, 9)
    (', 2.0/s, 40 s left', '')
    """
    if seconds < 3 or not 0 < done < total:
        return ""
    left = round(seconds / done * (total - done))
    minutes, rest = divmod(left, 60)
    return f", {done / seconds:.1f}/s, {f'{minutes} min ' if minutes else ''}{rest} s left"


def problem_json(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON: the stable schema of `check --json` and `build --json`."""
    return {
        "severity": str(problem.severity),
        "kind": problem.kind,
        "line": problem.line,
        "field": problem.field,
        "found": problem.found,
        "expected": problem.expected,
        "message": {"bg": problem.message_bg, "en": problem.message_en},
    }


def reading_json(path: Path | str, account: Account) -> dict[str, object]:
    """Return what was read of a document as JSON."""
    return {
        "path": str(path),
        "accepted": account.accepted,
        "counts": dict(account.counts),
        "coverage": {
            "lines": [account.coverage.lines_covered, account.coverage.lines],
            "characters": [account.coverage.characters_covered, account.coverage.characters],
        },
        "problems": [problem_json(problem) for problem in account.problems],
    }


def worst(readings: Iterable[Reading]) -> Severity | None:
    """Return the gravest severity in some readings, or None when they are clean."""
    found = {problem.severity for reading in readings for problem in reading.problems}
    return next((s for s in (Severity.ERROR, Severity.WARNING, Severity.INFO) if s in found), None)
