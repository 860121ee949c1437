"""What a catalogue mentions beside its datasets: services, agents, terms, standards, the period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph import authorities as eu
from digigraph.description import LICENCE
from digigraph.stating import both, concept, facts, node, term, typed

if TYPE_CHECKING:
    from digigraph.catalogue import Catalogue

DCAT_AP = "https://semiceu.github.io/DCAT-AP/releases/3.0.1"
SKOS = "http://www.w3.org/2004/02/skos/core"
SPARQL_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
HTTP = "https://www.rfc-editor.org/rfc/rfc9110"


def services(told: Catalogue) -> Iterator[ox.Triple]:
    """Yield the endpoint, and the service that answers at every address of ours."""
    sparql, http = told.here("sparql"), told.here("http")
    same = [
        ("rdf:type", term("dcat:DataService")),
        *told.resource(),
        ("dcat:servesDataset", node(told.dataset)),
        ("dct:publisher", told.agent),
        ("dct:license", node(LICENCE)),
        ("dcat:landingPage", node(told.service)),
    ]
    yield from facts(
        sparql,
        *same,
        ("dct:title", *both("SPARQL услуга на digigraph", "SPARQL endpoint of digigraph")),
        ("dct:description", *both(
            "Отговаря на заявки SPARQL 1.1, само за четене; описанието ѝ казва границите.",
            "Answers SPARQL 1.1 queries, read-only; its description tells the limits.",
        )),
        ("dcat:endpointURL", node(f"{told.service}sparql")),
        ("dcat:endpointDescription", node(f"{told.service}sparql?format=turtle")),
        ("dct:conformsTo", node(SPARQL_PROTOCOL)),
    )  # fmt: skip
    yield from facts(
        http,
        *same,
        ("dct:title", *both("Свързани данни по HTTP", "Linked data over HTTP")),
        ("dct:description", *both(
            "Всеки адрес на digigraph води до документ като HTML, Turtle, JSON-LD, RDF/XML, "
            "N-Triples и JSON.",
            "Every address of digigraph leads to a document as HTML, Turtle, JSON-LD, "
            "RDF/XML, N-Triples and JSON.",
        )),
        ("dcat:endpointURL", node(told.service)),
        ("dcat:endpointDescription", *(node(told.service + n) for n in ("policy", "openapi.json"))),
        ("dct:conformsTo", node(HTTP)),
    )  # fmt: skip


def mentioned(told: Catalogue) -> Iterator[ox.Triple]:
    """Yield whom and what the catalogue mentions."""
    yield from facts(
        told.agent,
        ("rdf:type", term("foaf:Agent")),
        ("foaf:name", *both("Екипът на digigraph", "The digigraph maintainers")),
        ("dct:type", told.here("maintainers")),
    )
    yield from concept(told.here("maintainers"), "поддържащ екип", "maintainers")
    mail = [node(told.contact)] if told.contact.startswith("mailto:") else []
    yield from facts(
        told.here("contact"),
        ("rdf:type", term("vcard:Kind")),
        ("vcard:fn", *both("Екипът на digigraph", "The digigraph maintainers")),
        ("vcard:hasEmail", *mail),
        ("vcard:hasURL", node(f"{told.service}policy")),
    )
    yield from _statements(told)
    titles = {
        DCAT_AP: "DCAT-AP 3.0.1", SKOS: "SKOS",
        SPARQL_PROTOCOL: "SPARQL 1.1 Protocol", HTTP: "RFC 9110, HTTP Semantics",
    }  # fmt: skip
    for standard in (*titles, *(one.value for one in told.standards())):
        title = [ox.Literal(titles[standard])] if standard in titles else []
        yield from facts(node(standard), ("rdf:type", term("dct:Standard")), ("dct:title", *title))
    yield from eu.repeated()


def _statements(told: Catalogue) -> Iterator[ox.Triple]:
    rights = [v for v in told.said("dct:rights") if isinstance(v, ox.Literal)]
    yield from facts(
        told.here("rights"),
        ("rdf:type", term("dct:RightsStatement")),
        ("rdfs:label", *(rights or both("Вижте LICENSE-DATA.", "See LICENSE-DATA."))),
    )
    yield from facts(
        told.here("provenance"),
        ("rdf:type", term("dct:ProvenanceStatement")),
        ("rdfs:label", *both(
            "Прочетено от документите, както са получени; всяка стойност сочи реда, от който "
            f"идва. Изградено с {told.release.software}.",
            "Read from the documents as they were received; every value points at the line "
            f"that it comes from. Built with {told.release.software}.",
        )),
    )  # fmt: skip
    first, last = told.since, told.release.issued.isoformat()
    yield from facts(
        told.here("period"),
        ("rdf:type", term("dct:PeriodOfTime")),
        ("rdfs:label", *both(f"от {first} до {last}", f"from {first} to {last}")),
        ("dcat:startDate", typed(first, "date")),
        ("dcat:endDate", typed(last, "date")),
    )
