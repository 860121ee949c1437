"""What each profile requires, at what level: one table of a release, for lists and comparisons.

It is read from the index once, property by property, in a time that grows with the requirements
(100,000 of them in about a second), and then answers from memory.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from digigraph.things import Things

_PROFILE = "dgc:OccupationProfile"
_USUAL, _DISPUTED = "Agreed", "Disputed"
_UNUSUAL = (_DISPUTED, "SingleSource")


class Need(NamedTuple):
    """One requirement: its IRI and its competence's, the level, and the levels that are stated.

    Levels are 1 to 8; 0 where the data names none. `lowest` and `highest` differ where the
    document contradicts itself; `status` is `agreed`, `disputed` or `singleSource`.
    """

    requirement: str
    competence: str
    level: int
    lowest: int
    highest: int
    status: str


@dataclass(frozen=True, slots=True)
class _Table:
    """Profile -> needs; competence -> profile -> level; profile -> the sum of its levels."""

    needs: Mapping[str, tuple[Need, ...]]
    asking: Mapping[str, Mapping[str, int]]
    sums: Mapping[str, int]


class Requirements:
    """The requirements of a release, by profile and by competence."""

    def __init__(self, things: Things) -> None:
        """Remember where to read; nothing is read before the first question."""
        self._things = things
        self._lock = threading.Lock()
        self._read: _Table | None = None

    def of(self, profile: str) -> tuple[Need, ...]:
        """Return what a profile requires, in the order of the competences' IRIs."""
        return self._table.needs.get(profile, ())

    def levels(self, profile: str) -> dict[str, int]:
        """Return competence -> required level of a profile."""
        return {need.competence: need.level for need in self.of(profile)}

    def sum_of(self, profile: str) -> int:
        """Return the sum of the levels that a profile requires."""
        return self._table.sums.get(profile, 0)

    def asking(self, competence: str) -> Mapping[str, int]:
        """Return the profiles that require a competence, each with the level."""
        return self._table.asking.get(competence, {})

    def competences(self, least: int = 0) -> set[str]:
        """Return the competences that some profile requires at a level or above."""
        asking = self._table.asking
        return {name for name in asking if not least or max(asking[name].values()) >= least}

    @property
    def _table(self) -> _Table:
        with self._lock:
            if self._read is None:
                self._read = self._table_of()
            return self._read

    def _table_of(self) -> _Table:
        each = self._things.each
        ranks = {iri: int(rank) for iri, rank in each("dgc:rank")}
        level = {iri: ranks.get(at, 0) for iri, at in each("dgc:requiredLevel")}
        found: dict[str, list[Need]] = {p: [] for p in self._things.of_class(_PROFILE)}
        same: dict[str, str] = {profile: profile for profile in found}  # each text is held once
        whose = {iri: same.get(profile, "") for iri, profile in each("dgc:requirementOf")}
        unusual = {iri: status for status in _UNUSUAL for iri in self._with(status)}
        for iri, competence in each("dgc:requiresCompetence"):
            if profile := whose.get(iri):
                held, at = same.setdefault(competence, competence), level.get(iri, 0)
                status = unusual.get(iri, _USUAL)
                low, high = self._stated(iri, at) if status == _DISPUTED else (at, at)
                found[profile].append(Need(iri, held, at, low, high, _word(status)))
        needs = {p: tuple(sorted(told, key=lambda n: n.competence)) for p, told in found.items()}
        asking: dict[str, dict[str, int]] = {}
        for profile, told in needs.items():
            for need in told:
                asking.setdefault(need.competence, {})[profile] = need.level
        return _Table(needs, asking, {p: sum(n.level for n in told) for p, told in needs.items()})

    def _with(self, status: str) -> list[str]:
        return self._things.subjects("dgc:levelStatus", self._things.names.term(status))

    def _stated(self, requirement: str, level: int) -> tuple[int, int]:
        """Return the lowest and the highest level that a document states."""
        names = [self._things.names.term(name) for name in ("minLevelRank", "maxLevelRank")]
        said = {t.predicate.value: t.object for t in self._things.said_of(requirement)}
        low, high = (int(getattr(said.get(name), "value", level)) for name in names)
        return low, high


def _word(name: str) -> str:
    return name[:1].lower() + name[1:]
