"""Views of a record: the same thing in the terms of SKOS, ESCO or schema.org (H-19, M-19).

A view selects and renames what the document says. It states nothing that does not follow from the
release, and names nothing that the release does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from digigraph.document import Document, Value
from digigraph.names import PREFIXES
from digigraph.things import Things

OWN = "dgc"
"""The view that a document is without asking: all that it says, in our own terms."""

_RDF, _SKOS, _DCT = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["dct"]
_ESCO = PREFIXES["esco"]
_ESCO_DATA = "http://data.europa.eu/esco/"
_NAMES = ("skos:prefLabel", "dct:title", "rdfs:label")
_CLOSE = ("skos:exactMatch", "skos:closeMatch")
_DEFINED = ("skos:definition", "dct:description")


def view(name: str, document: Document, things: Things) -> set[ox.Triple]:
    """Return a document in the terms of another vocabulary.

    Raises `KeyError` for a view that is not in `VIEWS`.
    """
    return set(VIEWS[name](_Record(document, things)))


def profile_iri(name: str, base: str) -> str:
    """Return the IRI that names a view to programs, for `Link: rel="profile"` (RFC 6906)."""
    return {OWN: f"{base}def", **_IRIS}[name]


class _Record:
    """What a document says, and what is said of the things that it mentions."""

    def __init__(self, document: Document, things: Things) -> None:
        self.document, self.iri = document, document.iri
        self._things = things
        self._known = {document.iri: document.said[document.iri]}

    def values(self, name: str, iri: str | None = None) -> list[Value]:
        """Return the values of a property, as "dct:title", in order."""
        return self._said(iri or self.iri).get(self.full(name), [])

    def iris(self, name: str, iri: str | None = None) -> list[str]:
        """Return the values of a property that are IRIs."""
        return [v.value for v in self.values(name, iri) if isinstance(v, ox.NamedNode)]

    def names(self, iri: str) -> list[Value]:
        """Return what a thing is called, in each language."""
        return next((found for name in _NAMES if (found := self.values(name, iri))), [])

    def is_a(self, name: str, iri: str) -> bool:
        """Tell whether a thing is of a class, as "skos:Concept"."""
        return self.full(name) in self.iris("rdf:type", iri)

    def full(self, name: str) -> str:
        """Return the IRI of a prefixed name."""
        return self.document.names.expanded(name)

    def say(self, iri: str, name: str, values: Iterable[Value]) -> Iterator[ox.Triple]:
        """Yield that a thing has a property with each of some values."""
        for value in values:
            yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(self.full(name)), value)

    def node(self, name: str) -> list[Value]:
        """Return a prefixed name as the only value."""
        return [ox.NamedNode(self.full(name))]

    def _said(self, iri: str) -> dict[str, list[Value]]:
        if iri not in self._known:
            found: dict[str, list[Value]] = {}
            for triple in sorted(self._things.said_of(iri), key=str):
                assert isinstance(triple.object, (ox.NamedNode, ox.Literal))
                found.setdefault(triple.predicate.value, []).append(triple.object)
            self._known[iri] = found
        return self._known[iri]


def _skos(record: _Record) -> Iterator[ox.Triple]:
    """Yield what SKOS and Dublin Core say of the thing, and of what it then mentions."""
    said, seen, waiting = record.document.said, set[str](), [record.iri]
    while waiting:
        iri = waiting.pop()
        if iri in seen:
            continue
        seen.add(iri)
        for name, values in said.get(iri, {}).items():
            for value in values:
                if _is_skos(name, value):
                    yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(name), value)
                    waiting.append(value.value)


def _is_skos(name: str, value: Value) -> bool:
    if name == f"{_RDF}type":
        return value.value.startswith(_SKOS)
    # The members of an ordered collection stand in a list.
    return name.startswith((_SKOS, _DCT)) or name in (f"{_RDF}first", f"{_RDF}rest")


def _esco(record: _Record) -> Iterator[ox.Triple]:
    """Yield the thing as ESCO would say it; a profile needs the skills that its competences match.

    "Required" in a source document is what ESCO calls essential. Only exact and close matches
    count, and the release has none that a person did not make or review (Q-09).
    """
    yield from _called(record, record.iri)
    yield from record.say(record.iri, "skos:altLabel", record.values("skos:altLabel"))
    yield from record.say(record.iri, "dct:description", _first(record, record.iri, _DEFINED))
    yield from _esco_terms(record)
    yield from _matches(record, record.iri)
    for requirement in record.iris("dgc:hasRequirement"):
        for competence in record.iris("dgc:requiresCompetence", requirement):
            skills = set(_matches(record, competence, f"{_ESCO_DATA}skill/"))
            yield from skills
            if skills:
                yield from _called(record, competence)
            close = {record.full(name) for name in _CLOSE}
            wanted = [t.object for t in skills if t.predicate.value in close]
            for skill in wanted:
                assert isinstance(skill, ox.NamedNode), "a match is an IRI"
                yield from record.say(record.iri, "esco:relatedEssentialSkill", [skill])
    for occupation in record.iris("dgc:occupation"):
        yield from record.say(record.iri, "dgc:occupation", [ox.NamedNode(occupation)])
        yield from _called(record, occupation)
        yield from record.say(
            occupation, "skos:notation", record.values("skos:notation", occupation)
        )
        yield from _matches(record, occupation)


def _esco_terms(record: _Record) -> Iterator[ox.Triple]:
    for name, values in record.document.said[record.iri].items():
        for value in values:
            typed = name == f"{_RDF}type" and value.value.startswith((_ESCO, _SKOS))
            if typed or name.startswith(_ESCO):
                yield ox.Triple(ox.NamedNode(record.iri), ox.NamedNode(name), value)


def _matches(record: _Record, iri: str, wanted: str = _ESCO_DATA) -> Iterator[ox.Triple]:
    for name in _CLOSE:
        found = [ox.NamedNode(v) for v in record.iris(name, iri) if v.startswith(wanted)]
        yield from record.say(iri, name, found)
        for match in found:
            yield from _called(record, match.value)


def _called(record: _Record, iri: str) -> Iterator[ox.Triple]:
    return record.say(iri, "skos:prefLabel", record.names(iri))


def _first(record: _Record, iri: str, names: Iterable[str]) -> list[Value]:
    return next((found for name in names if (found := record.values(name, iri))), [])


def _schema(record: _Record) -> Iterator[ox.Triple]:
    """Yield the thing as schema.org knows it: an occupation, a term, or a set of terms."""
    iri = record.iri
    yield from _schema_node(record, iri)
    if not record.is_a("dgc:OccupationProfile", iri):
        return
    for occupation in record.iris("dgc:occupation"):
        category = [ox.NamedNode(occupation)]
        yield from record.say(iri, "schema:occupationalCategory", category)
        yield from record.say(occupation, "rdf:type", record.node("schema:CategoryCode"))
        codes = record.values("skos:notation", occupation)
        yield from record.say(occupation, "schema:codeValue", _plain(codes))
        schemes = record.values("skos:inScheme", occupation)
        yield from record.say(occupation, "schema:inCodeSet", schemes)
        yield from _schema_node(record, occupation)
    for requirement in record.iris("dgc:hasRequirement"):
        needed = record.iris("dgc:requiredDescriptor", requirement)
        for term in needed or record.iris("dgc:requiresCompetence", requirement):
            yield from record.say(iri, "schema:skills", [ox.NamedNode(term)])
            yield from _schema_node(record, term)
    for duty in record.iris("dgc:hasDuty"):
        yield from record.say(iri, "schema:responsibilities", record.values("rdfs:label", duty))


def _schema_node(record: _Record, iri: str) -> Iterator[ox.Triple]:
    """Yield what schema.org has words for: names, descriptions, codes, sets and same things."""
    kind = next((k for c, k in _SCHEMA_CLASSES.items() if record.is_a(c, iri)), "schema:Thing")
    told = {
        "rdf:type": record.node(kind),
        "schema:name": record.names(iri),
        "schema:alternateName": record.values("skos:altLabel", iri),
        "schema:description": _first(record, iri, _DEFINED),
        "schema:identifier": record.values("dct:identifier", iri),
        "schema:sameAs": record.values("skos:exactMatch", iri),
    }
    if kind == "schema:DefinedTerm":
        told["schema:termCode"] = _plain(record.values("skos:notation", iri))
        told["schema:inDefinedTermSet"] = record.values("skos:inScheme", iri)
    if kind == "schema:DefinedTermSet":
        told["schema:hasDefinedTerm"] = record.values("skos:hasTopConcept", iri)
        told["schema:license"] = record.values("dct:license", iri)
    for name, values in told.items():
        yield from record.say(iri, name, values)
    for termset in record.iris("skos:inScheme", iri):
        yield from record.say(termset, "rdf:type", record.node("schema:DefinedTermSet"))
        yield from record.say(termset, "schema:name", record.names(termset))


def _plain(codes: Iterable[Value]) -> list[Value]:
    """Return codes as text, which is all that schema.org has for them."""
    return [ox.Literal(code.value) for code in codes]


_SCHEMA_CLASSES = {
    "dgc:OccupationProfile": "schema:Occupation",
    "skos:ConceptScheme": "schema:DefinedTermSet",
    "skos:Concept": "schema:DefinedTerm",
}
VIEWS: dict[str, Callable[[_Record], Iterator[ox.Triple]]] = {
    "skos": _skos,
    "esco": _esco,
    "schema": _schema,
}
"""The views besides our own, by the word that `_profile` takes."""

_IRIS = {
    "skos": PREFIXES["skos"].removesuffix("#"),
    "esco": PREFIXES["esco"].removesuffix("#"),
    "schema": PREFIXES["schema"],
}
