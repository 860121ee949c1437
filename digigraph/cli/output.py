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

from digigraph.records import Problem, Reading, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_STEPS = {
    "documents": "reading documents",
    "graph": "writing the graph",
    "validation": "validating",
    "release": "publishing the release",
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
        """Show how far long work is: in place on a terminal, else a line every few seconds."""
        if self.verbosity < 0:
            return
        now = time.monotonic()
        name = _STEPS.get(step, step)
        if sys.stderr.isatty():
            if now - self._last > 0.1 or done == total or step != self._step:
                self._last, self._step = now, step
                click.echo(f"\r\x1b[K{name} {done}/{total}", err=True, nl=False)
        elif now - self._last > 5:
            self._last = now
            click.echo(f"{name} {done}/{total}", err=True)

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


def reading_json(path: Path | str, reading: Reading) -> dict[str, object]:
    """Return what was read of a document as JSON."""
    return {
        "path": str(path),
        "accepted": reading.profile is not None,
        "counts": counts(reading),
        "coverage": {
            "lines": [reading.coverage.lines_covered, reading.coverage.lines],
            "characters": [reading.coverage.characters_covered, reading.coverage.characters],
        },
        "problems": [problem_json(problem) for problem in reading.problems],
    }


def counts(reading: Reading) -> dict[str, int]:
    """Return how many statements of each kind a document holds."""
    profile = reading.profile
    if profile is None:
        return {}
    asked = profile.requirements
    return {
        "functions": len(profile.duties),
        "requirements": len(asked),
        "lead_ins": sum(bool(level.lead_in) for one in asked for level in one.levels),
        "level_statements": sum(len(level.items) for one in asked for level in one.levels),
        "knowledge": sum(len(one.knowledge) for one in asked),
        "skills": sum(len(one.skills) for one in asked),
        "behaviours": sum(len(one.behaviours) for one in asked),
        "examples": sum(len(one.examples) for one in asked),
    }


def worst(readings: Iterable[Reading]) -> Severity | None:
    """Return the gravest severity in some readings, or None when they are clean."""
    found = {problem.severity for reading in readings for problem in reading.problems}
    return next((s for s in (Severity.ERROR, Severity.WARNING, Severity.INFO) if s in found), None)
