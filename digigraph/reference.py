"""The frameworks and classifications that documents are checked against, as plain values.

They are read from the shipped schemes, which are also what is published: one source of truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from digigraph import resources
from digigraph.names import NACE2, PREFIXES, Names

_SKOS = PREFIXES["skos"]
_RDFS = PREFIXES["rdfs"]


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Bulgarian and in English; `own` when the Bulgarian is our own translation."""

    bg: str
    en: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reader knows of the world: names by code.

    `competences` and `areas` are DigComp 2.1's, `positions` the NKPD-2011 names that are known,
    `unit_groups` the codes of all ISCO-08 unit groups, `activities` the NACE Rev. 2 codes
    (without dots) that are known, with their Bulgarian KID-2008 name or "". `classified` is the
    day on which the shipped scheme of NKPD-2011 was last changed.
    """

    competences: Mapping[str, Label]
    areas: Mapping[int, Label]
    positions: Mapping[str, str]
    unit_groups: frozenset[str]
    activities: Mapping[str, str]
    classified: date


def load() -> Reference:
    """Return the shipped reference data."""
    return _load(resources.folder("ontology"), resources.folder("data"))


@cache
def _load(ontology: Path, data: Path) -> Reference:
    names = Names()
    own = ox.NamedNode(names.term("OwnTranslation"))
    scheme = _store(ontology / "schemes" / "digcomp21.ttl")
    competences = {
        code: _label(scheme, node, own)
        for node, code in _instances(scheme, names.term("FrameworkCompetence"))
    }
    areas = {
        int(code): _label(scheme, node, own)
        for node, code in _instances(scheme, names.term("CompetenceArea"))
    }
    nkpd = _store(ontology / "schemes" / "nkpd11.ttl")
    positions = {
        code: _label(nkpd, node, own).bg
        for node, code in _instances(nkpd, names.term("OccupationPosition"))
    }
    nace = _store(ontology / "stubs" / "nace2.ttl")
    activities = {}
    for quad in nace.quads_for_pattern(None, ox.NamedNode(f"{_SKOS}notation"), None):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(NACE2):
            code = quad.subject.value.removeprefix(NACE2)
            activities[code] = _text(nace, quad.subject, f"{_RDFS}label", "bg")
    groups = frozenset(
        line.split("\t", 1)[0]
        for line in (data / "isco08.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#") and line[:4].isdigit()
    )
    return Reference(competences, areas, positions, groups, activities, _modified(nkpd, names))


def _store(path: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def _instances(store: ox.Store, cls: str) -> list[tuple[ox.NamedNode, str]]:
    found = []
    kind = ox.NamedNode(f"{PREFIXES['rdf']}type")
    for quad in store.quads_for_pattern(None, kind, ox.NamedNode(cls)):
        assert isinstance(quad.subject, ox.NamedNode)
        notation = next(
            store.quads_for_pattern(quad.subject, ox.NamedNode(f"{_SKOS}notation"), None)
        ).object
        assert isinstance(notation, ox.Literal)
        found.append((quad.subject, notation.value))
    return sorted(found, key=lambda pair: pair[1])


def _modified(nkpd: ox.Store, names: Names) -> date:
    scheme, predicate = ox.NamedNode(names.id("nkpd11")), ox.NamedNode(f"{PREFIXES['dct']}modified")
    told = next(nkpd.quads_for_pattern(scheme, predicate, None)).object
    assert isinstance(told, ox.Literal)
    return date.fromisoformat(told.value)


def _label(store: ox.Store, node: ox.NamedNode, own: ox.NamedNode) -> Label:
    status = ox.NamedNode(Names().term("labelStatus"))
    return Label(
        _text(store, node, f"{_SKOS}prefLabel", "bg"),
        _text(store, node, f"{_SKOS}prefLabel", "en"),
        any(store.quads_for_pattern(node, status, own)),
    )


def _text(store: ox.Store, node: ox.NamedNode, predicate: str, language: str) -> str:
    for quad in store.quads_for_pattern(node, ox.NamedNode(predicate), None):
        if isinstance(quad.object, ox.Literal) and quad.object.language == language:
            return quad.object.value
    return ""
