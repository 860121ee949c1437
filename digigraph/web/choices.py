"""What a form offers for a parameter, where the data know all of it and it is not much."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from digigraph.cache import key_of
from digigraph.catalog import KINDS, Parameter, Query, queries
from digigraph.names import Names
from digigraph.parameters import LEVELS, short, with_values
from digigraph.store import iri_term
from digigraph.web.answering import ROWS_SHOWN, Question, ask
from digigraph.web.site import language, site

_OFFERED = ("area", "competence", "document", "finding", "mappings", "position", "profile")
"""Kinds of parameters whose values a query lists."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that can be chosen, and what it is called."""

    value: str
    label: str


def choices(parameter: Parameter, value: str = "") -> tuple[Choice, ...]:
    """Return what can be chosen for a parameter; nothing where it is too much, or anything.

    A value that is not among them is one of them too.
    """
    if parameter.kind.name == "level":
        return tuple(Choice(str(level), str(level)) for level in LEVELS)
    base = site().release.base
    if parameter.kind.name == "graph":
        graphs = site().release.graphs
        found = [Choice(name, name) for g in graphs for name in [short(parameter, g.iri, base)]]
    elif parameter.kind.name in _OFFERED:
        found = _listed(parameter)
    else:
        return ()
    if value and found and value not in {choice.value for choice in found}:
        found.append(Choice(value, value))
    return tuple(found)


def _listed(parameter: Parameter) -> list[Choice]:
    told = _rows(parameter.kind.name)
    if told["total"] > ROWS_SHOWN:
        return []
    base, lang = site().release.base, language()
    called: dict[str, str] = {}
    for row in told["rows"]:
        iri, name = row["thing"]["value"], row.get("name", {})
        if iri not in called or name.get("xml:lang") == lang:
            called[iri] = name.get("value", "")
    found = []
    for iri, name in called.items():
        value = short(parameter, iri, base)
        found.append(Choice(value, f"{value} {name}".strip()))
    return found


def _rows(kind: str) -> dict[str, Any]:
    """Return the things of a kind with their names, from the cache where they are there."""
    names, known = Names(site().release.base), KINDS[kind]
    values = {"property": names.expanded(known.property), "class": names.expanded(known.of)}
    query = _query(site().release.base)
    text = with_values(query, {name: iri_term(iri) for name, iri in values.items()})
    key = key_of(site().release.dataset_digest, text, (), "choices")
    body = site().answers.get(key)
    if body is None:
        body = ask(Question(text), "SELECT", None).read()
        site().answers.keep(key, body)
    found: dict[str, Any] = json.loads(body)
    return found


@lru_cache(maxsize=8)
def _query(base: str) -> Query:
    return queries("pages", base)["choices"]
