"""What is told of a document that was read: how much it holds, and what is wrong with it.

The reading itself is large; of thousands of documents only this is kept in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any

from digigraph.records import Coverage, Problem, Reading, Severity


@dataclass(frozen=True, slots=True)
class Account:
    """Whether a document is accepted, its statements of each kind, its coverage, its problems."""

    accepted: bool
    counts: Mapping[str, int]
    coverage: Coverage
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that refuse the document."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    def kept(self) -> dict[str, Any]:
        """Return it as JSON, from which `account_from` makes it again."""
        return {
            "accepted": self.accepted,
            "counts": dict(self.counts),
            "coverage": astuple(self.coverage),
            "problems": [astuple(problem) for problem in self.problems],
        }


def account_of(reading: Reading) -> Account:
    """Return the account of a reading; its problems leave out the places they were seen at."""
    problems = tuple(replace(problem, spans=()) for problem in reading.problems)
    return Account(reading.profile is not None, counts(reading), reading.coverage, problems)


def account_from(kept: Mapping[str, Any]) -> Account:
    """Return the account that was kept as JSON."""
    problems = [
        Problem(kind, Severity(severity), line, where, found, expected, bg, en, (), about)
        for kind, severity, line, where, found, expected, bg, en, _, about in kept["problems"]
    ]
    coverage = Coverage(*kept["coverage"])
    return Account(kept["accepted"], kept["counts"], coverage, tuple(problems))


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
