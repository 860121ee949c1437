"""What registries reconcile with: the kinds of our entities, and what can be told of each (A-04).

An entity's id is the end of its URI, after `id/`; a type's and a property's are short names. What
a type is called stands in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from digigraph.document import LABELS, Value
from digigraph.things import Things

ESCO = "http://data.europa.eu/esco/"
ISCO = f"{ESCO}isco/"

TYPES = (
    "OccupationProfile", "Competence", "FrameworkCompetence", "SpecificCompetence",
    "CompetenceArea", "CompetenceAtLevel", "ProficiencyLevel", "OccupationPosition",
)  # fmt: skip
"""The classes whose things are entities, by their names in the vocabulary."""

DEFAULT_TYPES = ("OccupationProfile", "Competence", "OccupationPosition")
"""What is looked for most."""

BROADER = {"FrameworkCompetence": "Competence", "SpecificCompetence": "Competence"}

Kind = Literal["text", "whole", "entity"]


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its name in bg and en, the types that have it, and where its values are.

    The first of the `paths` with a value counts; a path is of prefixed names. Only IRIs that begin
    with `only`, and not with `but`, are taken if these are given. A value of the kind `entity` is
    one of ours.
    """

    id: str
    bg: str
    en: str
    types: tuple[str, ...]
    paths: tuple[str, ...]
    kind: Kind = "text"
    only: str = ""
    but: str = ""
    language: str = ""
    coded: bool = False
    """Whether its values are codes, which people write in more ways than one."""

    def name(self, lang: str) -> str:
        """Return what it is called."""
        return self.bg if lang == "bg" else self.en


_CODED = tuple(name for name in TYPES if name != "SpecificCompetence")
_COMPETENCES = ("Competence", "FrameworkCompetence", "SpecificCompetence")
_MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "skos:broadMatch")

PROPERTIES = (
    Property("notation", "код", "code", _CODED, ("skos:notation", "dgc:occupation/skos:notation"),
             coded=True),
    Property("sector", "сектор (КИД-2008)", "sector (KID-2008)", ("OccupationProfile",),
             ("dgc:economicActivity/skos:notation",), coded=True),
    Property("area", "област", "area", (*_COMPETENCES, "CompetenceAtLevel"),
             ("dgc:area", "skos:broader", "dgc:ofCompetence/dgc:area",
              "dgc:ofCompetence/skos:broader"), "entity"),
    Property("level", "ниво, 1–8", "level, 1 to 8",
             ("OccupationProfile", "CompetenceAtLevel", "ProficiencyLevel"),
             ("dgc:rank", "dgc:atLevel/dgc:rank", "dgc:hasRequirement/dgc:requiredLevel/dgc:rank"),
             "whole"),
    Property("competence", "компетентност", "competence",
             ("OccupationProfile", "CompetenceAtLevel"),
             ("dgc:ofCompetence", "dgc:hasRequirement/dgc:requiresCompetence"), "entity"),
    Property("occupation", "длъжност (НКПД-2011)", "occupation (NKPD-2011)",
             ("OccupationProfile",), ("dgc:occupation",), "entity"),
    Property("isco", "код по ISCO-08", "ISCO-08 code", ("OccupationProfile", "OccupationPosition"),
             ("dgc:occupation/skos:broadMatch", "skos:broadMatch"), only=ISCO, coded=True),
    Property("esco", "съответствие в ESCO", "match in ESCO", TYPES,
             (*_MATCHES, *(f"dgc:occupation/{match}" for match in _MATCHES)),
             only=ESCO, but=ISCO),
    Property("name_bg", "име (bg)", "name (bg)", TYPES, ("skos:prefLabel",), language="bg"),
    Property("name_en", "име (en)", "name (en)", TYPES, ("skos:prefLabel",), language="en"),
    Property("definition_bg", "определение (bg)", "definition (bg)", TYPES,
             ("skos:definition", "dct:description"), language="bg"),
)  # fmt: skip

PROPERTY = {one.id: one for one in PROPERTIES}


class Entities:
    """The entities of a release."""

    def __init__(self, things: Things) -> None:
        """Read them out of the things of a release."""
        self.things = things
        self._classes = {things.names.term(name): name for name in TYPES}

    def iri(self, entity: str) -> str | None:
        """Return the IRI of an entity, from its id or its IRI; None where there is none."""
        base = self.things.names.id("")
        iri = entity if entity.startswith(base) else base + entity
        return iri if self.types(iri) else None

    def id(self, iri: str) -> str:
        """Return the id of an entity from its IRI."""
        return iri.removeprefix(self.things.names.id(""))

    def types(self, iri: str) -> list[str]:
        """Return the types of an entity, the special ones before the general one."""
        said = (v.value for v in self._values(iri, "rdf:type"))
        found = {self._classes[value] for value in said if value in self._classes}
        return sorted(found, key=lambda name: (name not in BROADER, TYPES.index(name)))

    def of_types(self, names: Iterable[str]) -> list[str]:
        """Return the IRIs of the entities of some types, each once."""
        found = (iri for name in names for iri in self.things.of_class(f"dgc:{name}"))
        return [iri for iri in dict.fromkeys(found) if self.types(iri)]

    def name(self, iri: str, lang: str) -> str:
        """Return what an entity is called, in a language if it has a name in it."""
        return self._name(iri, lang) or self._name(iri, "bg") or self.id(iri)

    def type_name(self, name: str, lang: str) -> str:
        """Return what a type is called, as the vocabulary has it."""
        return self._name(self.things.names.term(name), lang) or name

    def values(self, iri: str, told: Property) -> list[str]:
        """Return the values of a property of an entity as text; entities by their IRIs.

        The requirements of a profile stand in the order of its document, so that its competences
        and levels stand side by side.
        """
        for path in told.paths:
            found = [v for v in self._at(iri, path) if _fits(v, told)]
            if found:
                texts = [v.value.removeprefix(f"{ISCO}C") for v in found]
                return list(dict.fromkeys(texts)) if told.kind == "text" else texts
        return []

    def _name(self, iri: str, lang: str) -> str:
        said = {
            (triple.predicate.value, triple.object.language): triple.object.value
            for triple in self.things.brief(iri)
            if isinstance(triple.object, ox.Literal)
        }
        labels = (self.things.names.expanded(label) for label in LABELS)
        return next((said[label, lang] for label in labels if (label, lang) in said), "")

    def _at(self, iri: str, path: str) -> Iterator[Value]:
        *way, last = path.split("/")
        nodes: Iterable[str] = [iri]
        for step in way:
            nodes = [v.value for node in nodes for v in self._values(node, step)]
            if step == "dgc:hasRequirement":
                nodes = sorted(nodes, key=self._position)
        for node in nodes:
            yield from self._values(node, last)

    def _values(self, iri: str, name: str) -> list[Value]:
        wanted = self.things.names.expanded(name)
        found = [t.object for t in self.things.said_of(iri) if t.predicate.value == wanted]
        values = [one for one in found if isinstance(one, (ox.NamedNode, ox.Literal))]
        return sorted(values, key=str)

    def _position(self, iri: str) -> tuple[int, str]:
        said = self._values(iri, "dgc:position")
        return (int(said[0].value) if said else 0), iri


def _fits(value: Value, told: Property) -> bool:
    if told.language:
        return isinstance(value, ox.Literal) and value.language == told.language
    if told.kind == "entity":
        return isinstance(value, ox.NamedNode)
    if not told.only:
        return isinstance(value, ox.Literal)
    given = value.value
    return given.startswith(told.only) and not (told.but and given.startswith(told.but))
