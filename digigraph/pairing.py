"""Pairs what is gone with what came in its place, by how alike the words are (V-04).

The build does it to name the successor of a text that was changed, and a comparison of two
releases does it to tell another wording from another statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from digigraph.names import Names

ALIKE = 0.6
"""How alike two texts are, from 0 to 1, that say one thing in other words."""

_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """What stands where: an IRI with what it is a kind and a part of, its position and words."""

    iri: str
    group: tuple[str, ...]
    position: str
    words: str

    @property
    def sort(self) -> tuple[tuple[str, ...], str]:
        """Return what it says and as what, wherever it stands."""
        return self.group[:-1], self.words


def paired(gone: Iterable[Place], new: Iterable[Place]) -> dict[str, str]:
    """Return which new thing stands for which that is gone; most have none.

    Both are of one group and alike in words; the most alike find each other first, then those
    whose positions agree.  Groups so large that comparing all with all is costly are paired by
    position.
    """
    groups: dict[tuple[str, ...], tuple[list[Place], list[Place]]] = {}
    for side, places in enumerate((gone, new)):
        for place in places:
            groups.setdefault(place.group, ([], []))[side].append(place)
    found: dict[str, str] = {}
    for was, now in groups.values():
        found |= _within(was, now)
    return found


def _within(was: list[Place], now: list[Place]) -> dict[str, str]:
    large = len(was) * len(now) > _MANY
    candidates = sorted(
        (-likeness, one.position != other.position, one.iri, other.iri)
        for one in was
        for other in now
        if not large or one.position == other.position
        if (likeness := alike(one.words, other.words)) >= ALIKE
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, one, other in candidates:
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def alike(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1, whatever their letter case."""
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def place_of(
    iri: str, values: Callable[[str], list[str]], names: Names, moved: Callable[[str], str] = str
) -> Place | None:
    """Return where a statement, a finding or a mapping stands, or None for anything else.

    `values` gives the values of a property of it as text; `moved` gives what an owner that was
    merged is now.
    """
    types = values("rdf:type")

    def first(name: str) -> str:
        return next(iter(values(name)), "")

    if names.term("Statement") in types:
        owner = moved(first("dgc:statementOf"))
        return Place(iri, (*sorted(types), owner), first("dgc:position"), first("rdfs:label"))
    if names.term("Finding") in types:
        words = first("dgc:foundText") or " ".join(sorted(values("rdfs:label")))
        return Place(iri, tuple(sorted(types)), first("dgc:line"), words)
    if names.expanded("owl:Axiom") in types:
        group = ("mapping", first("dct:isPartOf"), moved(first("owl:annotatedSource")))
        words = f"{first('owl:annotatedProperty')} {moved(first('owl:annotatedTarget'))}"
        return Place(iri, group, "", words)
    return None
