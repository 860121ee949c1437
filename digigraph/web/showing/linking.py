"""What somebody writes who wants to point here: the same link in the forms of each trade (X-20)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape

from digigraph.names import Names
from digigraph.release import Release

ELM = "http://data.europa.eu/snb/model/elm/"
"""The namespace of the European Learning Model."""


KINDS = {
    "dgc:OccupationProfile": "profile",
    "dgc:Competence": "skill",
    "dgc:CompetenceAtLevel": "skill",
    "dgc:OccupationPosition": "position",
    "dgc:OccupationGroup": "position",
    "dgc:SourceDocument": "work",
    "skos:ConceptScheme": "scheme",
    "owl:Ontology": "work",
    "skos:Concept": "term",
}
"""Class -> what a link to its members is about; the first that fits is taken."""

_ELM = {
    "skill": ("your-learning-outcome", "LearningOutcome", "relatedSkill"),
    "profile": ("your-entitlement", "LearningEntitlementSpecification", "limitNationalOccupation"),
    "position": ("your-entitlement", "LearningEntitlementSpecification", "limitNationalOccupation"),
}
"""What is linked to -> what of ELM links to it, and by which property."""

_BADGE = {"skill": "ceasn:Competency", "profile": "ext:OccupationProfile"}
"""What is linked to -> its `targetType`; what the standard has no word for begins with ext:."""

_SCHEMA = {
    "skill": ("Occupation", "skills", "DefinedTerm", "inDefinedTermSet"),
    "profile": ("JobPosting", "relevantOccupation", "Occupation", ""),
    "position": ("JobPosting", "occupationalCategory", "CategoryCode", "inCodeSet"),
    "term": ("CreativeWork", "about", "DefinedTerm", "inDefinedTermSet"),
    "scheme": ("CreativeWork", "about", "DefinedTermSet", ""),
    "work": ("CreativeWork", "citation", "CreativeWork", ""),
}
"""What is linked to -> what links to it, by which property, its own type, and what it is in."""

_CODES = {"DefinedTerm": "termCode", "CategoryCode": "codeValue"}


def kind_of(types: Collection[str], names: Names) -> str:
    """Return what a link to something of these classes is about."""
    return next((kind for name, kind in KINDS.items() if names.expanded(name) in types), "")


@dataclass(frozen=True, slots=True)
class Linked:
    """What is linked to: its IRI, names by language, code, class and scheme, if it has them."""

    iri: str
    names: dict[str, str]
    code: str
    kind: str
    """A key of `KINDS`, or empty where it is none of them."""
    framework: str
    """What the scheme that it is in is called; empty where it is in none."""
    scheme: str = ""

    @property
    def name(self) -> str:
        """Return its name in English, else in Bulgarian, else its IRI."""
        return self.names.get("en") or self.names.get("bg") or self.iri


@dataclass(frozen=True, slots=True)
class Snippet:
    """One form of the link: what it is called, the same in every language, and its text."""

    name: str
    text: str


def snippets(told: Linked, release: Release) -> Iterator[Snippet]:
    """Yield the link in every form."""
    yield Snippet("Turtle", _turtle(told))
    yield Snippet("JSON-LD", _json_ld(told))
    yield Snippet("HTML", _html(told))
    if told.kind in _ELM:
        yield Snippet("ELM 3 (Turtle)", _elm(told))
    if told.kind in _BADGE:
        yield Snippet("Open Badges 3", _badge(told))
    if told.kind in _SCHEMA:
        yield Snippet("schema.org", _schema(told))
    yield Snippet("BibTeX", _bibtex(told, release))
    yield Snippet("APA", f"{_citation(told, release)}")


def _turtle(told: Linked) -> str:
    return (
        "@prefix dct: <http://purl.org/dc/terms/> .\n\n"
        f"<https://example.org/your-thing> dct:relation <{told.iri}> ."
    )


def _json_ld(told: Linked) -> str:
    return _json(
        {
            "@context": {"relation": {"@id": "http://purl.org/dc/terms/relation", "@type": "@id"}},
            "@id": "https://example.org/your-thing",
            "relation": told.iri,
        }
    )


def _html(told: Linked) -> str:
    return f'<a href="{escape(told.iri)}">{escape(told.name)}</a>'


def _elm(told: Linked) -> str:
    yours, kind, name = _ELM[told.kind]
    return (
        f"@prefix elm: <{ELM}> .\n\n"
        f"<https://example.org/{yours}> a elm:{kind} ;\n"
        f"    elm:{name} <{told.iri}> ."
    )


def _badge(told: Linked) -> str:
    alignment = {
        "type": ["Alignment"],
        "targetUrl": told.iri,
        "targetName": told.name,
        "targetFramework": told.framework or "digigraph",
        "targetCode": told.code,
        "targetType": _BADGE[told.kind],
    }
    return _json({"alignment": [{name: text for name, text in alignment.items() if text}]})


def _schema(told: Linked) -> str:
    yours, name, kind, within = _SCHEMA[told.kind]
    term = {"@type": kind, "@id": told.iri, "name": told.name}
    if told.code and kind in _CODES:
        term[_CODES[kind]] = told.code
    if told.scheme and within:
        term[within] = told.scheme
    return _json({"@context": "https://schema.org/", "@type": yours, "name": "…", name: term})


def _bibtex(told: Linked, release: Release) -> str:
    key = re.sub(r"\W+", "-", told.iri.removeprefix(f"{release.base}id/"))
    name = told.name.replace("{", "").replace("}", "")
    return (
        f"@misc{{digigraph-{key},\n"
        f"  author = {{{{The digigraph maintainers}}}},\n"
        f"  title = {{{{{name}}}}},\n"
        f"  year = {{{release.issued.year}}},\n"
        f"  edition = {{{release.version}}},\n"
        f"  url = {{{told.iri}}}\n}}"
    )


def _citation(told: Linked, release: Release) -> str:
    return (
        f"The digigraph maintainers. ({release.issued.year}). {told.name} "
        f"(release {release.version}) [Data set]. digigraph. {told.iri}"
    )


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)
