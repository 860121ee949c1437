"""Two to four profiles side by side: what they share, what only one asks for, how levels differ.

How alike two profiles are is the weighted Jaccard index (Ružička similarity) of their levels:
with a(c) and b(c) the levels, 1 to 8, that they require of a competence c, and 0 where they do
not, the score is the sum of min(a(c), b(c)) divided by the sum of max(a(c), b(c)), over all
competences. It is 1 where both ask for the same at the same levels, and 0 where they share
nothing. A specific competence belongs to the profile that defines it, so two profiles share only
competences of a framework, or ones that were merged.

How far a person's own levels reach is computed where the person is, by the same numbers (`gaps`);
no address of ours takes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Literal

from digigraph.errors import UsageError
from digigraph.requirements import Need, Requirements

FEWEST, MOST = 2, 4
"""How many profiles stand side by side."""
NEAREST = 5
"""How many of the nearest profiles are told."""

Group = Literal["shared", "some", "only"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One competence: the requirement of each profile that has one."""

    competence: str
    needs: Mapping[str, Need]
    group: Group

    @property
    def difference(self) -> int | None:
        """Return by how much the highest required level is above the lowest, if two have one."""
        levels = [need.level for need in self.needs.values()]
        return max(levels) - min(levels) if len(levels) > 1 else None

    @property
    def gaps(self) -> dict[str, int]:
        """Return by how much each further profile is above the first that requires it.

        It is below where the number is negative. Where one alone requires it, there is none.
        """
        (_, first), *others = sorted(self.needs.items())
        return {profile: need.level - first.level for profile, need in others}


@dataclass(frozen=True, slots=True)
class Near:
    """A profile near another one: how alike they are, 0 to 1, and how many they share."""

    profile: str
    score: float
    shared: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Profiles by their IRIs, in order, with every competence that one of them requires."""

    profiles: tuple[str, ...]
    competences: tuple[Compared, ...]

    @property
    def shared(self) -> tuple[Compared, ...]:
        """Return the competences that all of them require."""
        return tuple(one for one in self.competences if one.group == "shared")

    def only(self, profile: str) -> tuple[Compared, ...]:
        """Return the competences that a profile alone requires."""
        return tuple(c for c in self.competences if c.group == "only" and profile in c.needs)

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Return the competences that several require, at different levels."""
        return tuple(one for one in self.competences if one.difference)


def compare(profiles: Iterable[str], requirements: Requirements) -> Comparison:
    """Return the comparison of two to four profiles, given by IRI in any order.

    Raises `UsageError` for fewer or more, each counted once.
    """
    chosen = tuple(sorted(set(profiles)))
    if not FEWEST <= len(chosen) <= MOST:
        raise UsageError(f"a comparison takes {FEWEST} to {MOST} profiles; given {len(chosen)}")
    table: dict[str, dict[str, Need]] = {}
    for profile in chosen:
        for need in requirements.of(profile):
            table.setdefault(need.competence, {})[profile] = need
    rows = (Compared(c, table[c], _group(len(table[c]), len(chosen))) for c in sorted(table))
    return Comparison(chosen, tuple(rows))


def likeness(left: Mapping[str, int], right: Mapping[str, int]) -> float:
    """Return how alike two profiles are, 0 to 1, from competence -> required level of each.

    >>> likeness({"1.1": 6, "1.2": 4}, {"1.1": 3, "2.1": 2})
    0.25
    """
    both = sum(min(level, right.get(name, 0)) for name, level in left.items())
    return _score(both, sum(left.values()) + sum(right.values()))


def nearest(profile: str, requirements: Requirements, most: int = NEAREST) -> list[Near]:
    """Return the profiles most like one, the most alike first; those that share nothing are none.

    Equal scores stand in the order of how many competences are shared, then of the IRI.
    """
    mine = requirements.levels(profile)
    both: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for competence, level in mine.items():
        for other, theirs in requirements.asking(competence).items():
            both[other] += min(level, theirs)
            shared[other] += 1
    own = sum(mine.values())
    scored = (
        Near(other, _score(same, own + requirements.sum_of(other)), shared[other])
        for other, same in both.items()
        if other != profile
    )
    return nsmallest(most, scored, key=lambda near: (-near.score, -near.shared, near.profile))


@dataclass(frozen=True, slots=True)
class Gap:
    """What a person lacks of a required level; 0 is nothing."""

    competence: str
    required: int
    own: int

    @property
    def missing(self) -> int:
        """Return how many levels are missing."""
        return max(0, self.required - self.own)


def gaps(required: Mapping[str, int], own: Mapping[str, int]) -> list[Gap]:
    """Return each required competence with a person's own level, 0 where the person names none."""
    return [Gap(name, level, own.get(name, 0)) for name, level in required.items()]


def reach(found: Sequence[Gap]) -> float:
    """Return how much of the required levels a person has, 0 to 1; more than required adds nothing.

    >>> reach(gaps({"1.1": 6, "1.2": 4}, {"1.1": 3, "1.2": 8}))
    0.7
    """
    required = sum(gap.required for gap in found)
    return (
        round(sum(gap.required - gap.missing for gap in found) / required, 4) if required else 1.0
    )


def _score(both: int, every: int) -> float:
    """Return the score from the sum of the lower levels and the sum of all levels."""
    return round(both / (every - both), 4) if every - both else 0.0


def _group(requiring: int, profiles: int) -> Group:
    if requiring == profiles:
        return "shared"
    return "only" if requiring == 1 else "some"
