"""From the published files of a release to objects: a row or a tree in, an object out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyoxigraph as ox

from digigraph.document import LABELS, Value
from digigraph.model import (
    Competence,
    CompetenceAtLevel,
    Level,
    Profile,
    Requirement,
    Statement,
    Thing,
    Words,
)
from digigraph.names import Names
from digigraph.tables import SEPARATOR

Row = Mapping[str, str]
"""A row of a table, column by column."""

Tree = Mapping[str, Any]
"""A framed JSON object, as `profiles/{id}.json` has them (H-16)."""


def level_of(row: Row) -> Level:
    """Return a row of `levels.csv` as a level."""
    return Level(
        iri=row["uri"],
        rank=int(row["rank"]),
        label=_words(row, "name"),
        band=row["band"],
        band_label=_words(row, "band_name"),
        complexity=_words(row, "complexity"),
        autonomy=_words(row, "autonomy"),
        cognitive_domain=_words(row, "cognitive_domain"),
    )


def competence_of(row: Row) -> Competence:
    """Return a row of `competences.csv` as a competence."""
    return Competence(
        iri=row["uri"],
        id=row["id"],
        code=row["code"],
        kind=row["kind"].lower(),
        label=_words(row, "name"),
        definition=_words(row, "definition"),
        area=row["area"] or row["broader"],
        scheme=row["scheme"],
        exact_match=_several(row["exact_match"]),
        close_match=_several(row["close_match"]),
    )


def at_level_of(row: Row) -> CompetenceAtLevel:
    """Return a row of `competence_levels.csv` as a competence at a level."""
    return CompetenceAtLevel(
        iri=row["uri"],
        code=row["code"],
        competence=row["competence"],
        rank=int(row["level"]),
        label=_words(row, "name"),
        lead_in=_words(row, "lead_in"),
        definition=_words(row, "definition"),
    )


def thing_of(iri: str, said: Iterable[ox.Triple], names: Names) -> Thing:
    """Return any thing from what is said of it: its classes, what it is called, its code."""
    told: dict[str, list[Value]] = {}
    for one in said:
        if isinstance(one.object, (ox.NamedNode, ox.Literal)):
            told.setdefault(one.predicate.value, []).append(one.object)
    labels = {
        value.language or "": value.value
        for name in reversed(LABELS)
        for value in told.get(names.expanded(name), ())
        if isinstance(value, ox.Literal)
    }
    types = sorted(value.value for value in told.get(names.expanded("rdf:type"), ()))
    codes = sorted(value.value for value in told.get(names.expanded("skos:notation"), ()))
    vocabulary = names.term("")
    return Thing(
        iri,
        tuple(one.removeprefix(vocabulary) for one in types),
        Words(labels),
        next(iter(codes), ""),
    )


def profile_of(told: Tree, base: str) -> Profile:
    """Return the framed JSON of a profile as a profile."""
    occupation = told.get("occupation", {})
    modified = next(iter(_list(told.get("modified"))), "")
    requirements = map(_requirement, _list(told.get("requirements")))
    return Profile(
        iri=told["id"],
        id=told["id"].removeprefix(f"{base}id/"),
        title=_text(told.get("title", {})),
        description=_text(told.get("description", {})),
        occupation=occupation.get("id", ""),
        nkpd_2011=occupation.get("notation", ""),
        kid_2008=tuple(
            code
            for sector in _list(told.get("economicActivity"))
            for code in _list(sector.get("kidCode"))
        ),
        modified=date.fromisoformat(modified) if modified else None,
        requirements=tuple(requirements),
    )


def _requirement(told: Tree) -> Requirement:
    competence = told["competence"]
    texts = {
        name: tuple(map(_statement, _list(told.get(name))))
        for name in ("knowledge", "skills", "behaviours", "examples")
    }
    return Requirement(
        iri=told["id"],
        competence=competence["id"],
        code=competence.get("notation", ""),
        label=_text(competence.get("prefLabel", {})),
        kind=competence.get("kind", ""),
        level=int(told["level"]),
        band=told["band"],
        level_status=told["levelStatus"],
        min_level=int(told["minLevel"]),
        max_level=int(told["maxLevel"]),
        **texts,
    )


def _statement(told: Tree) -> Statement:
    return Statement(
        iri=told["id"],
        position=int(told["position"]),
        text=_text(told["text"]),
        cited_from=tuple(one["id"] for one in _list(told.get("wasDerivedFrom"))),
    )


def _words(row: Row, name: str) -> Words:
    return Words({language: row.get(f"{name}_{language}", "") for language in ("bg", "en")})


def _text(told: Mapping[str, Any]) -> Words:
    return Words({name: "\n".join(_list(text)) for name, text in told.items()})


def _several(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(SEPARATOR)) if cell else ()


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
