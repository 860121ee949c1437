"""Reconciliation: names and codes in, our entities out, each with a score (A-04).

The score of a candidate is that of its name or code, 0 to 100, as `digigraph.search` gives it:
100 where the query is a name or a code of it. Where properties are given too, they weigh as much
as their number to two: with n of them, of which m agree, the score is
(2 · name + n · 100 · m/n) / (2 + n). Without a name it is the share of those that agree. A type
that is preferred weighs 1. A candidate is a match where it alone has the score 100.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from digigraph.entities import PROPERTY, TYPES, Entities, Property
from digigraph.nearness import squeezed

LIMIT, MOST = 10, 100
"""How many candidates there are, and how many there can be."""

_NAME = 2
"""How much the name weighs; each property weighs 1."""
_WHOLE = 100.0
_LOOKED_AT = 5
"""Of how many times as many candidates the properties are looked at."""

Named = Callable[[str, Sequence[str], int], list[tuple[str, float]]]
"""Finds entities by a text: (text, types or none, how many) -> IRIs with scores, 0 to 100."""

Wanted = tuple[Property | None, tuple[str, ...]]
"""A property with the values, of which one is to agree; None is one that we do not have."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a batch: a text, types, and properties that are to agree."""

    text: str = ""
    types: tuple[str, ...] = ()
    strict: str = "any"
    properties: tuple[Wanted, ...] = ()
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a query may mean."""

    iri: str
    score: float
    name_score: float | None
    agreeing: int


class Reconciler:
    """Answers queries from the entities of a release."""

    def __init__(self, entities: Entities, named: Named) -> None:
        """Take the entities, and what finds them by text."""
        self.entities, self._named = entities, named
        self._lock = threading.Lock()
        self._holders: dict[str, dict[str, list[str]]] = {}
        """Property -> value -> what has it; gathered once it is asked for without a text."""

    def candidates(self, query: Query) -> list[Candidate]:
        """Return the candidates, the best first; equal ones stand in the order of `TYPES`."""
        wanted = tuple(name for name in query.types if name in TYPES)
        if query.types and query.strict != "should" and not wanted:
            return []
        found: dict[str, float | None] = {}
        for types in (wanted, ()) if query.strict == "should" and wanted else (wanted,):
            found |= self._found(query, types)
        scored = [self._scored(iri, score, query) for iri, score in found.items()]
        if query.strict == "all" and len(wanted) > 1:
            scored = [c for c in scored if set(wanted) <= set(self.entities.types(c.iri))]
        scored = [candidate for candidate in scored if candidate.score > 0]
        return sorted(scored, key=self._order)[: query.limit]

    def told(self, query: Query, lang: str) -> list[dict[str, Any]]:
        """Return the candidates as the API has them."""
        found = self.candidates(query)
        whole = [one for one in found if one.score >= _WHOLE]
        return [
            {
                "id": self.entities.id(one.iri),
                "name": self.entities.name(one.iri, lang),
                **self._described(one.iri),
                "type": self.types_of(one.iri, lang),
                "score": one.score,
                "match": [one] == whole,
                "features": _features(one),
            }
            for one in found
        ]

    def types_of(self, iri: str, lang: str) -> list[dict[str, str]]:
        """Return the types of an entity as the API has them."""
        names = self.entities.types(iri)
        return [{"id": name, "name": self.entities.type_name(name, lang)} for name in names]

    def cells(self, iri: str, told: Property, lang: str) -> list[dict[str, Any]]:
        """Return the values of a property as the API has them for data extension."""
        values = self.entities.values(iri, told)
        if told.kind == "whole":
            return [{"int": int(value)} for value in values]
        if told.kind == "text":
            return [{"str": value} for value in values]
        ours = [value for value in values if self.entities.types(value)]
        return [
            {"id": self.entities.id(one), "name": self.entities.name(one, lang)} for one in ours
        ]

    def _found(self, query: Query, types: Sequence[str]) -> dict[str, float | None]:
        """Return what the text finds, with its scores, or without one what the properties do."""
        if query.text:
            many = min(MOST, query.limit * _LOOKED_AT if query.properties else query.limit)
            return dict(self._named(query.text, types, many))
        return dict.fromkeys(self._with(query, types))

    def _order(self, one: Candidate) -> tuple[float, int, str]:
        return -one.score, self._place(one.iri), one.iri

    def _place(self, iri: str) -> int:
        """Return where the first of the types of an entity stands in `TYPES`."""
        return min(map(TYPES.index, self.entities.types(iri)), default=len(TYPES))

    def _described(self, iri: str) -> dict[str, str]:
        codes = self.entities.values(iri, PROPERTY["notation"])
        return {"description": codes[0]} if codes else {}

    def _scored(self, iri: str, name: float | None, query: Query) -> Candidate:
        asked = len(query.properties)
        agreeing = sum(self._agrees(iri, *one) for one in query.properties)
        parts = [(_NAME, name)] if name is not None else []
        if asked:
            parts.append((asked, _WHOLE * agreeing / asked))
        weight = sum(weight for weight, _ in parts)
        if query.strict == "should" and query.types:
            fits = bool(set(query.types) & set(self.entities.types(iri)))
            parts, weight = [*parts, (1, _WHOLE * fits)], weight + 1
        score = sum(weight * value for weight, value in parts) / weight if weight else 0.0
        return Candidate(iri, round(score, 2), name, agreeing)

    def _agrees(self, iri: str, told: Property | None, wanted: tuple[str, ...]) -> bool:
        if told is None:
            return False
        known = self._keys(iri, told)
        return any(known & _asked(told, value) for value in wanted)

    def _keys(self, iri: str, told: Property) -> set[str]:
        """Return what the values of a property are compared by: ids, names and codes of ours."""
        values = self.entities.values(iri, told)
        found = {_folded(value) for value in values}
        codes = values if told.coded else []
        if told.kind == "entity":
            found |= {_folded(self.entities.id(value)) for value in values}
            found |= {_folded(self.entities.name(v, lang)) for v in values for lang in _LANGUAGES}
            codes = [c for v in values for c in self.entities.values(v, PROPERTY["notation"])]
        return found | {_code(code) for code in codes}

    def _with(self, query: Query, types: Sequence[str]) -> list[str]:
        """Return the entities of some types with which the most properties agree (no text)."""
        agreeing = Counter(
            iri
            for told, wanted in query.properties
            if told is not None
            for iri in self._having(told, wanted)
            if not types or set(types) & set(self.entities.types(iri))
        )
        return sorted(agreeing, key=lambda iri: (-agreeing[iri], self._place(iri), iri))[:MOST]

    def _having(self, told: Property, wanted: Iterable[str]) -> set[str]:
        """Return the entities of which one of the values is a value of a property."""
        with self._lock:
            if told.id not in self._holders:
                self._holders[told.id] = self._gathered(told)
        known = self._holders[told.id]
        keys = {key for value in wanted for key in _asked(told, value)}
        return {iri for key in keys for iri in known.get(key, ())}

    def _gathered(self, told: Property) -> dict[str, list[str]]:
        """Return what has each value of a property."""
        found: dict[str, list[str]] = {}
        for iri in self.entities.of_types(told.types):
            for key in self._keys(iri, told):
                found.setdefault(key, []).append(iri)
        return found


_LANGUAGES = ("bg", "en")


def _features(one: Candidate) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if one.name_score is not None:
        found.append({"id": "name", "value": round(one.name_score, 2)})
    if one.agreeing:
        found.append({"id": "properties", "value": one.agreeing})
    return found


def _folded(text: str) -> str:
    return " ".join(str(text).split()).casefold()


def _code(text: str) -> str:
    """Return the key of a code, however it is written; it is the key of nothing else."""
    return f"#{squeezed(text)}"


def _asked(told: Property, text: str) -> set[str]:
    """Return what a value that is asked for is compared by."""
    coded = told.coded or told.kind == "entity"
    return {_folded(text), _code(text)} if coded and squeezed(text) else {_folded(text)}
