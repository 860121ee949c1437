"""What can be found in a release: each thing with its names, codes and texts, read from the index.

One thing after another, each by look-ups of its own, so that memory does not grow with the
release: named things first, then the statements of the profiles, then the levels of competences
with theirs. That order is the one in which equal hits stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pyoxigraph as ox

from digigraph.lines import Lines, value_of
from digigraph.names import ESCO_ISCO, NACE2, Names

NAMED = (
    "dgc:OccupationProfile", "dgc:FrameworkCompetence", "dgc:SpecificCompetence",
    "dgc:CompetenceArea", "dgc:ProficiencyBand", "dgc:ProficiencyLevel", "dgc:OccupationPosition",
    "dgc:OccupationGroup",
)  # fmt: skip
STATEMENTS = (
    "KnowledgeStatement", "SkillStatement", "BehaviourIndicator", "UseExample", "DutyStatement",
    "LevelDescriptorItem",
)  # fmt: skip
CONCEPT = "Concept"
"""What the concepts of others, as of NACE and ISCO, are called; they have no class of ours."""
AT_LEVEL = "CompetenceAtLevel"
TYPES = (*(name.removeprefix("dgc:") for name in NAMED), CONCEPT, *STATEMENTS, AT_LEVEL)
"""The types of what is found, by their names in the vocabulary."""
GROUPS = {
    "Competence": ("FrameworkCompetence", "SpecificCompetence"),
    "Statement": STATEMENTS,
}
"""Classes above them, which stand for all of theirs."""
OTHERS = {"nace2": NACE2, "isco": ESCO_ISCO}
"""Schemes of others whose concepts are found, and how their IRIs begin."""

_TOLD = (
    "rdf:type", "skos:prefLabel", "rdfs:label", "dct:title", "skos:altLabel", "skos:hiddenLabel",
    "dgc:labelInSource", "skos:definition", "dct:description", "skos:notation", "skos:inScheme",
    "skos:exactMatch", "skos:closeMatch", "skos:broader", "dgc:rank", "dgc:area", "dgc:occupation",
    "dgc:alsoNamedAs", "dgc:economicActivity", "dgc:hasRequirement", "dgc:requiresCompetence",
    "dgc:requiredLevel", "dgc:hasDuty", "dgc:hasStatement", "dgc:hasDescriptorItem",
    "dgc:hasVariantItem", "dgc:statementOf", "dgc:position", "dgc:atLevel",
)  # fmt: skip
"""The properties that are read."""
_REMEMBERED = 4_000
"""Of how many things it is remembered what they say; many lead to the same levels and sectors."""
_HIGHEST = 6
"""How many steps up a classification are taken; NACE has four."""


@dataclass(slots=True)
class Entry:
    """A thing that can be found."""

    iri: str
    type: str
    names: dict[str, str] = field(default_factory=dict)
    """Its name in each language; for a statement its text."""
    others: list[tuple[str, str]] = field(default_factory=list)
    """Other names that it has, each with its language."""
    hints: list[tuple[str, str]] = field(default_factory=list)
    """Names of what is the same or nearly the same elsewhere, which lead to it too."""
    spoken: list[str] = field(default_factory=list)
    """What it is called in talk, as "ниво 6"; found like its name, and shown nowhere."""
    codes: list[str] = field(default_factory=list)
    further: list[str] = field(default_factory=list)
    """Codes of other things that lead to it too."""
    notation: str = ""
    scheme: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    """The profile or the competence that it is part of."""
    areas: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    sectors: set[str] = field(default_factory=set)


class Entries:
    """The things of a release that can be found."""

    def __init__(self, store: ox.Store, lines: Lines, names: Names) -> None:
        """Remember the index of the release, its sorted dump and its namespaces."""
        self._store, self._lines, self._names = store, lines, names
        self._short = {f"<{names.expanded(name)}>".encode(): name for name in _TOLD}
        self._about = lru_cache(maxsize=_REMEMBERED)(self._looked_up)

    def named(self) -> Iterator[Entry]:
        """Yield what has a name: profiles, competences, areas, levels, classifications."""
        for name in NAMED:
            for iri in self._of_class(name):
                yield self._named(iri, name.removeprefix("dgc:"))
        for scheme, start in OTHERS.items():
            for iri in sorted(self._starting(start)):
                entry = self._named(iri, CONCEPT)
                entry.scheme = entry.scheme or scheme
                entry.sectors |= {entry.notation} if scheme == "nace2" else set()
                yield entry

    def statements(self) -> Iterator[Entry]:
        """Yield what the profiles state: functions, knowledge, skills, behaviours, examples."""
        for iri in self._of_class("dgc:OccupationProfile"):
            sectors = self._sectors(iri)
            for found in self._stated(iri, "dgc:hasDuty", owner=iri):
                found.sectors = sectors
                yield found
            for requirement in self._objects(iri, "dgc:hasRequirement"):
                areas, levels = self._required(requirement)
                for found in self._stated(requirement, "dgc:hasStatement", owner=iri):
                    found.areas, found.levels, found.sectors = areas, levels, sectors
                    yield found

    def at_levels(self) -> Iterator[Entry]:
        """Yield each competence at each level, and the statements that describe it."""
        for name in ("dgc:FrameworkCompetence", "dgc:SpecificCompetence"):
            for competence in self._of_class(name):
                areas = self._areas(competence)
                for iri in self._subjects("dgc:ofCompetence", competence):
                    entry = self._named(iri, AT_LEVEL)
                    entry.owner, entry.areas, entry.texts = competence, areas, {}
                    entry.levels = self._ranks(self._objects(iri, "dgc:atLevel"))
                    codes = self._values(competence, "skos:notation")
                    entry.spoken = [f"{c} {way}" for c in codes for way in _levels(entry.levels)]
                    yield entry
                    for way in ("dgc:hasDescriptorItem", "dgc:hasVariantItem"):
                        for found in self._stated(iri, way, owner=competence):
                            found.areas, found.levels = areas, entry.levels
                            yield found

    def _named(self, iri: str, kind: str) -> Entry:
        said = self._about(iri)
        entry = Entry(iri, kind)
        for name in ("skos:prefLabel", "rdfs:label", "dct:title"):
            for text, language in said.get(name, ()):
                entry.names.setdefault(language or "en", text)
        for name in ("skos:altLabel", "skos:hiddenLabel", "dgc:labelInSource"):
            told = {one for one in said.get(name, ()) if one[0] not in entry.names.values()}
            entry.others += sorted(told, key=lambda one: (one[1].endswith("-latn"), one))
        for name in ("skos:definition", "dct:description"):
            for text, language in said.get(name, ()):
                entry.texts.setdefault(language or "bg", text)
        entry.codes = sorted({text for text, _ in said.get("skos:notation", ())})
        entry.notation = entry.codes[0] if entry.codes else ""
        tail = self._names.tail(iri)
        entry.codes.append(tail)
        if kind in ("OccupationProfile", "SpecificCompetence"):
            entry.codes.append(tail.rpartition("/")[2])
        entry.scheme = min((text for text, _ in said.get("skos:inScheme", ())), default="")
        for name in ("skos:exactMatch", "skos:closeMatch"):
            for other, _ in said.get(name, ()):
                entry.hints += self._labels(other)
        self._complete(entry)
        return entry

    def _complete(self, entry: Entry) -> None:
        """Add what other things say of it: the codes and the places of profiles, areas, levels."""
        iri = entry.iri
        if entry.type == "OccupationProfile":
            positions = self._objects(iri, "dgc:occupation")
            given = [code for one in positions for code in self._values(one, "skos:notation")]
            entry.codes[:0] = given
            entry.notation = entry.notation or next(iter(given), "")
            for position in self._objects(iri, "dgc:alsoNamedAs"):
                entry.further += self._values(position, "skos:notation")
                entry.hints += self._labels(position)
            for sector in self._objects(iri, "dgc:economicActivity"):
                entry.hints += self._labels(sector)
                own = self._values(sector, "skos:notation")
                entry.codes += [f"{code}-{one}" for code in given for one in own]
            entry.sectors = self._sectors(iri)
            for requirement in self._objects(iri, "dgc:hasRequirement"):
                areas, levels = self._required(requirement)
                entry.areas |= areas
                entry.levels |= levels
        elif entry.type in GROUPS["Competence"]:
            entry.areas = self._areas(iri)
        elif entry.type == "CompetenceArea":
            entry.areas = {entry.notation}
            entry.spoken = [f"област {entry.notation}", f"area {entry.notation}"]
        elif entry.type == "ProficiencyLevel":
            entry.levels = self._ranks([iri])
            entry.spoken = _levels(entry.levels)

    def _stated(self, iri: str, way: str, owner: str) -> Iterator[Entry]:
        """Yield the statements of a thing, in their order there."""
        found = []
        for statement in self._objects(iri, way):
            said = self._about(statement)
            kinds = {self._names.tail(kind).removeprefix("def#") for kind, _ in said["rdf:type"]}
            kind = next((one for one in STATEMENTS if one in kinds), "")
            of = min((text for text, _ in said.get("dgc:statementOf", ())), default=iri)
            if kind and of == iri:
                place = min((int(text) for text, _ in said.get("dgc:position", ())), default=0)
                told = {language or "bg": text for text, language in said.get("rdfs:label", ())}
                found.append((place, Entry(statement, kind, told, owner=owner)))
        found.sort(key=lambda one: (one[0], one[1].iri))
        return (entry for _, entry in found)

    def _required(self, requirement: str) -> tuple[set[str], set[str]]:
        """Return the area and the level of a requirement."""
        competences = self._objects(requirement, "dgc:requiresCompetence")
        areas = {area for competence in competences for area in self._areas(competence)}
        return areas, self._ranks(self._objects(requirement, "dgc:requiredLevel"))

    def _areas(self, competence: str) -> set[str]:
        found = [*self._objects(competence, "dgc:area"), *self._objects(competence, "skos:broader")]
        return {code for area in found for code in self._values(area, "skos:notation")}

    def _ranks(self, levels: Iterable[str]) -> set[str]:
        return {rank for level in levels for rank in self._values(level, "dgc:rank")}

    def _sectors(self, profile: str) -> set[str]:
        """Return the codes of the sector of a profile and of what that is part of."""
        found = dict.fromkeys(self._objects(profile, "dgc:economicActivity"))
        for _ in range(_HIGHEST):
            found |= dict.fromkeys(up for one in list(found) for up in self._broader(one))
        return {code for sector in found for code in self._values(sector, "skos:notation")}

    def _broader(self, iri: str) -> list[str]:
        return self._objects(iri, "skos:broader")

    def _labels(self, iri: str) -> list[tuple[str, str]]:
        said = self._about(iri)
        told = (*said.get("skos:prefLabel", ()), *said.get("rdfs:label", ()))
        return sorted({(text, language or "en") for text, language in told})

    def _values(self, iri: str, name: str) -> list[str]:
        return sorted({text for text, _ in self._about(iri).get(name, ())})

    def _objects(self, iri: str, name: str) -> list[str]:
        return self._values(iri, name)

    def _looked_up(self, iri: str) -> dict[str, list[tuple[str, str]]]:
        """Return what is said of a thing and read here: values with their languages."""
        found: dict[str, list[tuple[str, str]]] = {}
        for line in self._lines.of(iri):
            _, named, written = line.split(b" ", 2)
            if name := self._short.get(named):
                text, language, _ = value_of(written)
                found.setdefault(name, []).append((text, language))
        return found

    def _of_class(self, name: str) -> list[str]:
        return self._subjects("rdf:type", self._names.expanded(name))

    def _subjects(self, name: str, iri: str) -> list[str]:
        found = self._store.quads_for_pattern(
            None, self._node(name), ox.NamedNode(iri), ox.DefaultGraph()
        )
        return sorted({_iri(quad.subject) for quad in found})

    def _starting(self, start: str) -> set[str]:
        """Return the things of others that have a code and whose IRIs begin so."""
        found = self._store.quads_for_pattern(
            None, self._node("skos:notation"), None, ox.DefaultGraph()
        )
        return {iri for quad in found if (iri := _iri(quad.subject)).startswith(start)}

    def _node(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(self._names.expanded(name))


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""


def _levels(ranks: Iterable[str]) -> list[str]:
    """Return what people say for levels of some ranks."""
    return [f"{word} {rank}" for rank in sorted(ranks) for word in ("ниво", "на ниво", "level")]
