"""What somebody writes who wants to point here: the same link in the forms of each trade (X-20)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from digigraph.release import Release

ELM = "http://data.europa.eu/snb/model/elm/"
"""The namespace of the European Learning Model."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What is linked to: its IRI, names by language, code, class and scheme, if it has them."""

    iri: str
    names: dict[str, str]
    code: str
    kind: str
    """`OccupationProfile`, `Competence` or `CompetenceAtLevel`."""
    framework: str
    """What the scheme that it is in is called; empty where it is in none."""
    scheme: str = ""

    @property
    def name(self) -> str:
        """Return its name in English, else in Bulgarian."""
        return self.names.get("en") or self.names.get("bg", "")


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
    if told.kind != "OccupationProfile":
        yield Snippet("ELM 3 (Turtle)", _elm(told))
        yield Snippet("Open Badges 3", _badge(told))
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
    return (
        f"@prefix elm: <{ELM}> .\n\n"
        "<https://example.org/your-learning-outcome> a elm:LearningOutcome ;\n"
        f"    elm:relatedSkill <{told.iri}> ."
    )


def _badge(told: Linked) -> str:
    alignment = {
        "type": ["Alignment"],
        "targetUrl": told.iri,
        "targetName": told.name,
        "targetFramework": told.framework,
        "targetCode": told.code,
        "targetType": "ceasn:Competency",
    }
    return _json({"alignment": [{name: text for name, text in alignment.items() if text}]})


def _schema(told: Linked) -> str:
    term = {
        "@type": "DefinedTerm",
        "@id": told.iri,
        "name": told.name,
        "termCode": told.code,
        "inDefinedTermSet": told.scheme,
    }
    return _json(
        {
            "@context": "https://schema.org/",
            "@type": "Occupation",
            "name": "…",
            "skills": {name: text for name, text in term.items() if text},
        }
    )


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
