"""Describes a release and its endpoint to programs, as RDF and as JSON.

Everything is computed from the release's manifest and from the tables the code uses, so a
description cannot promise what is not there. Names stand under the base URI; where the service
runs appears only where a machine has to fetch something (U-01).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
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
from digigraph.names import VOID, Names
from digigraph.pool import Limits
from digigraph.release import Release
from digigraph.stating import both, facts, in_language, node, term, with_names
from digigraph.store import write_triples

Brief = Callable[[str], Iterable[ox.Triple]]
"""Says of a thing what it is called."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
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
_FETCHED = frozenset(
    str(term(name)).encode()
    for name in ("void:sparqlEndpoint", "void:dataDump", "sd:endpoint", "schema:target")
)
"""What leads to where a machine fetches."""


def has_void(release: Release) -> bool:
    """Tell whether a release describes itself in VoID; each that `digigraph build` makes does."""
    return any(graph.iri == Names(release.base).graph(VOID) for graph in release.graphs)


def at_service(lines: Iterable[bytes], base: str, service: str) -> Iterator[bytes]:
    """Yield lines of N-Triples with this service for our base where a machine fetches (U-01).

    A release names its endpoint and its dumps under the base; a running service knows where they
    are.
    """
    ours, here = f" <{base}".encode(), f" <{service}".encode()
    for line in lines:
        name = line.split(b" ", 2)[1]
        yield line.replace(name + ours, name + here, 1) if name in _FETCHED else line


def describe_endpoint(
    release: Release,
    service: str,
    limits: Limits,
    told: Format,
    *,
    federates: bool = False,
    brief: Brief | None = None,
) -> bytes:
    """Return the SPARQL service description (S-07) as RDF, with what `brief` says of its graphs."""
    triples = list(endpoint(release, service, limits, federates, brief))
    return write_triples(triples, told, Names(release.base).prefixes())


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
        **({"void": f"{service}{VOID}"} if has_void(release) else {}),
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


def limits_in_words(limits: Limits) -> dict[str, str]:
    """Return the limits of the endpoint as one sentence in each language (S-06)."""
    seconds, memory = f"{limits.seconds:g}", limits.memory_mb
    told = limits.query_bytes, limits.answer_bytes, limits.rows
    length, size, rows = (f"{n:,}".replace(",", "\u202f") for n in told)
    waiting, most = f"{limits.waiting_seconds:g}", limits.waiting
    return {
        "bg": (
            f"Заявка може да има до {length} байта, да отнеме до {seconds} s и {memory} MiB памет, "
            f"отговорът – до {size} байта и {rows} реда или тройки. Наведнъж за дълго се "
            f"изпълняват до {limits.children} заявки, чакат до {most}, всяка до {waiting} s. "
            "Отвъд това отговорът е грешка и никога част."
        ),
        "en": (
            f"A query may have up to {length} bytes and take up to {seconds} s and {memory} MiB "
            f"of memory, an answer up to {size} bytes and {rows} rows or triples. Up to "
            f"{limits.children} queries run for long at a time, up to {most} wait, each up to "
            f"{waiting} s. Beyond that the answer is an error and never a part."
        ),
    }


def endpoint(
    release: Release,
    service: str,
    limits: Limits,
    federates: bool = False,
    brief: Brief | None = None,
) -> Iterator[ox.Triple]:
    """Yield the SPARQL service description (S-07); whatever it mentions is named in it (H-07)."""
    said = _endpoint(release, service, limits, federates)
    return with_names(said, brief) if brief else said


def _endpoint(
    release: Release, service: str, limits: Limits, federates: bool
) -> Iterator[ox.Triple]:
    about = f"{release.base}sparql"
    this, dataset, union = (node(f"{about}{part}") for part in ("", "#dataset", "#union"))
    formats = [node(f"{_FORMAT_IRI}{_UNIQUE[told]}") for told in (*TABLE_FORMATS, *GRAPH_FORMATS)]
    features = ("sd:UnionDefaultGraph", *(["sd:BasicFederatedQuery"] if federates else ()))
    # The partitions of the default graph and of each named one stand in the VoID description.
    void = [node(Names(release.base).graph(VOID))] if has_void(release) else []
    yield from facts(
        this,
        ("rdf:type", term("sd:Service")),
        ("rdfs:label", in_language("bg", "SPARQL услуга на digigraph")),
        ("rdfs:label", in_language("en", "SPARQL endpoint of digigraph")),
        ("sd:endpoint", node(f"{service}sparql")),
        ("sd:supportedLanguage", term("sd:SPARQL11Query")),
        ("sd:feature", *map(term, features)),
        ("sd:defaultEntailmentRegime", node("http://www.w3.org/ns/entailment/Simple")),
        ("sd:resultFormat", *formats),
        ("rdfs:comment", *(in_language(*words) for words in limits_in_words(limits).items())),
        ("sd:defaultDataset", dataset),
    )
    yield from facts(
        dataset,
        ("rdf:type", term("sd:Dataset")),
        ("rdfs:label", *both("Графите на услугата", "The graphs of the endpoint")),
        ("sd:defaultGraph", union),
        ("dct:source", node(f"{release.base}catalog/digigraph")),
        ("rdfs:seeAlso", *void),
    )
    yield from facts(
        union,
        ("rdf:type", term("sd:Graph")),
        ("rdfs:label", *both("Обединението на графите", "The union of the graphs")),
        ("void:triples", ox.Literal(release.triples)),
        ("rdfs:seeAlso", *void),
    )
    for graph in release.graphs:
        tail = graph.iri.removeprefix(release.base).replace("/", "-")
        named, content = node(f"{about}#{tail}"), node(f"{about}#{tail}-content")
        label = ("rdfs:label", *both(f"Граф {tail}", f"Graph {tail}"))
        within = ("rdfs:label", *both(f"Съдържанието на {tail}", f"The content of {tail}"))
        yield from facts(dataset, ("sd:namedGraph", named))
        yield from facts(
            named,
            ("rdf:type", term("sd:NamedGraph")),
            label,
            ("sd:name", node(graph.iri)),
            ("sd:graph", content),
        )
        yield from facts(
            content,
            ("rdf:type", term("sd:Graph")),
            within,
            ("void:triples", ox.Literal(graph.triples)),
            ("rdfs:seeAlso", *void),
        )
