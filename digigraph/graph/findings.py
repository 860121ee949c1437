"""Findings: what a reader noticed in a document, published with the data (Q-04)."""

from __future__ import annotations

from collections.abc import Mapping

from digigraph.documents.problems import FINDING_CLASS
from digigraph.graph.evidence import spans
from digigraph.graph.writer import Writer, day, number, plain, text
from digigraph.names import short_hash
from digigraph.records import Coverage, Problem, Severity

GRAPH = "quality"

_DIMENSION = {
    "Contradiction": "consistency",
    "DuplicateText": "conciseness",
    "MissingField": "completeness",
    "TitleWithoutCode": "completeness",
    "UnparsedText": "completeness",
    "SectorAsDivision": "completeness",
    "SimilarOutsideProfile": "consistency",
    "VariantName": "semanticAccuracy",
    "UnverifiedCode": "semanticAccuracy",
}
_OF_THE_DOCUMENT = frozenset(("VariantHeading", "UnparsedText", "MalformedMarkup"))


def describe_finding(
    writer: Writer, source: str, problem: Problem, about: Mapping[str, str]
) -> None:
    """State one warning or remark on a document, its target and where it was seen."""
    cls = FINDING_CLASS.get(problem.kind, problem.kind)
    target = source if cls in _OF_THE_DOCUMENT else _target(problem.about, about, source)
    names, add = writer.names, writer.add
    key = f"{names.tail(source)}|{problem.kind}|{problem.line}|{problem.found}|{problem.about}"
    iri = names.id(f"quality/q-{short_hash(key, 12)}")
    writer.types(GRAPH, iri, f"dgc:{cls}", "dgc:Finding", "dqv:QualityAnnotation", "oa:Annotation")
    add(GRAPH, iri, "oa:hasTarget", target)
    add(GRAPH, iri, "oa:motivatedBy", "dqv:qualityAssessment")
    add(GRAPH, iri, "dqv:inDimension", f"ldqd:{_DIMENSION.get(cls, 'syntacticValidity')}")
    add(GRAPH, target, "dqv:hasQualityAnnotation", iri)
    add(GRAPH, iri, "rdfs:label", text(problem.message_bg, "bg"), text(problem.message_en, "en"))
    add(GRAPH, iri, "adms:status", "dgc:Open")
    add(GRAPH, iri, "dct:identifier", plain(names.tail(iri)))
    add(GRAPH, iri, "dct:isPartOf", source)
    add(GRAPH, iri, "dct:modified", day(writer.modified))
    severity = "sh:Warning" if problem.severity is Severity.WARNING else "sh:Info"
    add(GRAPH, iri, "dgc:severity", severity)
    add(GRAPH, iri, "dgc:line", number(problem.line))
    if problem.found:
        add(GRAPH, iri, "dgc:foundText", plain(problem.found))
    if problem.expected:
        add(GRAPH, iri, "dgc:expectedText", plain(problem.expected))
    if problem.spans:
        add(GRAPH, iri, "prov:wasDerivedFrom", *spans(writer, source, problem.spans))
    body = f"{iri}/body"
    add(GRAPH, iri, "oa:hasBody", body)
    writer.types(GRAPH, body, "oa:TextualBody")
    add(GRAPH, body, "rdf:value", text(problem.message_bg, "bg"), text(problem.message_en, "en"))
    writer.identity(GRAPH, body, bg="Текст на констатацията", en="Text of the finding", part_of=iri)


def _target(place: str, about: Mapping[str, str], source: str) -> str:
    while place not in about:
        if "/" not in place:
            return about.get("", source)
        place = place.rsplit("/", 1)[0]
    return about[place]


_METRICS = {
    "lines": (
        "Дял на непразните редове, които са цитирани или обяснени, в проценти",
        "Share of non-empty lines that are cited or accounted for, per cent",
    ),
    "characters": (
        "Дял на знаците, които са цитирани или обяснени, в проценти",
        "Share of characters that are cited or accounted for, per cent",
    ),
}


def describe_metrics(writer: Writer) -> None:
    """State what is measured of every document (Q-03)."""
    names, add = writer.names, writer.add
    for name, (bg, en) in _METRICS.items():
        metric = names.id(f"quality/metric-{name}-covered")
        writer.types(GRAPH, metric, "dqv:Metric")
        writer.identity(GRAPH, metric, bg=bg, en=en, part_of=f"{names.base}catalog/digigraph")
        add(GRAPH, metric, "dqv:inDimension", "ldqd:completeness")
        add(GRAPH, metric, "dqv:expectedDataType", "xsd:integer")


def describe_coverage(writer: Writer, source: str, coverage: Coverage) -> None:
    """State how much of a document is accounted for, as DQV measurements (Q-03)."""
    names, add = writer.names, writer.add
    counts = {
        "lines": (coverage.lines_covered, coverage.lines),
        "characters": (coverage.characters_covered, coverage.characters),
    }
    for name, (covered, total) in counts.items():
        metric = names.id(f"quality/metric-{name}-covered")
        bg, en = _METRICS[name]
        iri = f"{source}/coverage-{name}"
        writer.types(GRAPH, iri, "dqv:QualityMeasurement")
        writer.identity(GRAPH, iri, bg=bg, en=en, part_of=source)
        add(GRAPH, iri, "dqv:isMeasurementOf", metric)
        add(GRAPH, iri, "dqv:computedOn", source)
        add(GRAPH, iri, "dqv:value", number(100 * covered // total if total else 0))
        add(GRAPH, source, "dqv:hasQualityMeasurement", iri)
