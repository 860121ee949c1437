"""Describes a release and its endpoint to programs, as RDF and as JSON.

Everything is computed from the release's manifest and from the tables the code uses, so a
description cannot promise what is not there. Names stand under the base URI; where the service
runs appears only where a machine has to fetch something (U-01).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from digigraph.formats import (
    CSV,
    GRAPH_FORMATS,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    RESULTS_JSON,
    RESULTS_XML,
    TABLE_FORMATS,
    TSV,
    TURTLE,
    Format,
)
from digigraph.names import PREFIXES, Names
from digigraph.pool import Limits
from digigraph.release import Release
from digigraph.store import write_triples

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMAT_IRI = "http://www.w3.org/ns/formats/"
_UNIQUE = {
    RESULTS_JSON: "SPARQL_Results_JSON",
    RESULTS_XML: "SPARQL_Results_XML",
    CSV: "SPARQL_Results_CSV",
    TSV: "SPARQL_Results_TSV",
    TURTLE: "Turtle",
    N_TRIPLES: "N-Triples",
    JSON_LD: "JSON-LD",
    RDF_XML: "RDF_XML",
}
"""The W3C's unique URIs for file formats."""

Value = ox.NamedNode | ox.Literal


def describe(release: Release, service: str, limits: Limits, told: Format) -> bytes:
    """Return the description of the release, its files and its endpoint as RDF."""
    triples = [*_dataset(release, service), *_endpoint(release, service, limits)]
    return write_triples(triples, told, {**Names(release.base).prefixes(), "sd": SD})


def describe_endpoint(release: Release, service: str, limits: Limits, told: Format) -> bytes:
    """Return the SPARQL service description (S-07) as RDF."""
    triples = list(_endpoint(release, service, limits))
    return write_triples(triples, told, {**Names(release.base).prefixes(), "sd": SD})


def summary(release: Release, service: str) -> bytes:
    """Return where everything is, as plain JSON."""
    told: dict[str, Any] = {
        "name": "digigraph",
        "version": release.version,
        "issued": release.issued.isoformat(),
        "base": release.base,
        "license": LICENCE,
        "triples": release.triples,
        "sparql": f"{service}sparql",
        "context": f"{service}context/v1.jsonld",
        "manifest": f"{service}dumps/manifest.json",
        "graphs": [{"iri": graph.iri, "triples": graph.triples} for graph in release.graphs],
        "files": [
            {
                "url": f"{service}dumps/{file.name}",
                "permanent_url": f"{service}release/{release.version}/{file.name}",
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in release.files
        ],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _dataset(release: Release, service: str) -> Iterator[ox.Triple]:
    dataset = _node(f"{release.base}catalog/digigraph")
    yield from _facts(
        dataset,
        ("rdf:type", _term("dcat:Dataset"), _term("void:Dataset")),
        (
            "dct:title",
            ox.Literal("digigraph", language="bg"),
            ox.Literal("digigraph", language="en"),
        ),
        ("dct:license", _node(LICENCE)),
        ("dct:issued", _date(release.issued.isoformat())),
        ("dcat:version", ox.Literal(release.version)),
        ("void:triples", ox.Literal(release.triples)),
        ("void:sparqlEndpoint", _node(f"{service}sparql")),
        ("void:uriSpace", ox.Literal(f"{release.base}id/")),
        ("foaf:homepage", _node(service)),
    )
    for file in release.files:
        distribution = _node(f"{release.base}release/{release.version}/{file.name}")
        checksum = _node(f"{distribution.value}#checksum")
        yield from _facts(dataset, ("dcat:distribution", distribution))
        if file.name.startswith("digigraph."):
            yield from _facts(dataset, ("void:dataDump", _node(f"{service}dumps/{file.name}")))
        yield from _facts(
            distribution,
            ("rdf:type", _term("dcat:Distribution")),
            ("dct:title", ox.Literal(file.name)),
            ("dcat:accessURL", _node(f"{service}release/{release.version}/{file.name}")),
            ("dcat:downloadURL", _node(f"{service}dumps/{file.name}")),
            (
                "dcat:mediaType",
                _node(f"https://www.iana.org/assignments/media-types/{file.media_type}"),
            ),
            ("dcat:byteSize", _typed(str(file.size), "nonNegativeInteger")),
            ("spdx:checksum", checksum),
        )
        yield from _facts(
            checksum,
            ("rdf:type", _term("spdx:Checksum")),
            ("spdx:algorithm", _term("spdx:checksumAlgorithm_sha256")),
            ("spdx:checksumValue", _typed(file.sha256, "hexBinary")),
        )


def limits_in_words(limits: Limits) -> dict[str, str]:
    """Return the limits of the endpoint as one sentence in each language (S-06)."""
    seconds, memory = f"{limits.seconds:g}", limits.memory_mb
    size, waiting = limits.answer_bytes, f"{limits.waiting_seconds:g}"
    return {
        "bg": (
            f"Заявка може да отнеме до {seconds} s и {memory} MiB памет, отговорът – до {size} "
            f"байта, а чакането – до {waiting} s; отвъд това отговорът е грешка и никога част."
        ),
        "en": (
            f"A query may take up to {seconds} s and {memory} MiB of memory, an answer up to "
            f"{size} bytes, waiting up to {waiting} s; beyond that the answer is an error and "
            "never a part."
        ),
    }


def _endpoint(release: Release, service: str, limits: Limits) -> Iterator[ox.Triple]:
    about = f"{release.base}sparql"
    endpoint, dataset, union = (_node(f"{about}{part}") for part in ("", "#dataset", "#union"))
    formats = [_node(f"{_FORMAT_IRI}{_UNIQUE[told]}") for told in (*TABLE_FORMATS, *GRAPH_FORMATS)]
    yield from _facts(
        endpoint,
        ("rdf:type", _sd("Service")),
        (f"{SD}endpoint", _node(f"{service}sparql")),
        (f"{SD}supportedLanguage", _sd("SPARQL11Query")),
        (f"{SD}feature", _sd("UnionDefaultGraph")),
        (f"{SD}resultFormat", *formats),
        ("rdfs:comment", *(_in(lang, words) for lang, words in limits_in_words(limits).items())),
        (f"{SD}defaultDataset", dataset),
    )
    yield from _facts(
        dataset,
        ("rdf:type", _sd("Dataset")),
        (f"{SD}defaultGraph", union),
        ("dct:source", _node(f"{release.base}catalog/digigraph")),
    )
    yield from _facts(
        union, ("rdf:type", _sd("Graph")), ("void:triples", ox.Literal(release.triples))
    )
    for graph in release.graphs:
        tail = graph.iri.removeprefix(release.base).replace("/", "-")
        named, content = _node(f"{about}#{tail}"), _node(f"{about}#{tail}-content")
        yield from _facts(dataset, (f"{SD}namedGraph", named))
        yield from _facts(
            named,
            ("rdf:type", _sd("NamedGraph")),
            (f"{SD}name", _node(graph.iri)),
            (f"{SD}graph", content),
        )
        yield from _facts(
            content, ("rdf:type", _sd("Graph")), ("void:triples", ox.Literal(graph.triples))
        )


def _facts(subject: ox.NamedNode, *told: tuple[Any, ...]) -> Iterator[ox.Triple]:
    for name, *values in told:
        for value in values:
            yield ox.Triple(subject, _term(name), value)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _term(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local if prefix in PREFIXES else name)


def _in(language: str, words: str) -> ox.Literal:
    return ox.Literal(words, language=language)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))


def _date(value: str) -> ox.Literal:
    return _typed(value, "date")
