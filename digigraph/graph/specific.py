"""A specific competence: what the document that names it says, and one that was merged into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.graph.occupations import named
from digigraph.graph.writer import plain, text
from digigraph.records import Requirement
from digigraph.registry import competence_key

if TYPE_CHECKING:
    from digigraph.graph.profiles import ProfileGraph


def describe_specific(part: ProfileGraph, iri: str, one: Requirement, name: str) -> None:
    """State a specific competence and its eight levels (M-06, M-08)."""
    writer, add, names = part.writer, part.writer.add, part.writer.names
    graph, scheme = "competences", names.id("competences")
    english = part.labels.english(names.tail(iri)) or ""
    writer.types(graph, iri, "dgc:SpecificCompetence", "dgc:Competence", "skos:Concept")
    named(writer, graph, iri, name, english, scheme=scheme)
    add(graph, iri, "skos:topConceptOf", scheme)
    add(graph, scheme, "skos:hasTopConcept", iri)
    add(graph, iri, "dgc:kind", "dgc:Specific")
    for written in {t.value for t in (one.overview_name, one.name) if t} - {name}:
        add(graph, iri, "dgc:verbatim", plain(written))
    part.evidence(iri, "skos:prefLabel", "pref-label", one.overview_name, one.name)
    if one.description:
        add(graph, iri, "skos:definition", text(one.description.value, "bg"))
        part.evidence(iri, "skos:definition", "definition", one.description)
    for predicate in ("dgc:area", "skos:broadMatch"):
        add(graph, iri, predicate, names.area(one.area))
    part.evidence(iri, "dgc:area", "area", one.overview_area, one.area_text)
    if one.similar:
        for predicate in ("dgc:similarTo", "skos:relatedMatch"):
            add(graph, iri, predicate, names.framework_competence(one.similar))
        part.evidence(iri, "dgc:similarTo", "similar-to", one.similar_text)
    for rank in range(1, 9):
        level = f"{iri}/level-{rank}"
        writer.types(graph, level, "dgc:CompetenceAtLevel", "skos:Concept")
        writer.identity(
            graph, level, bg=f"{name} – ниво {rank}", en=f"{english or name}, level {rank}",
            scheme=scheme, label="skos:prefLabel",
        )  # fmt: skip
        add(graph, level, "skos:notation", plain(f"{iri.rsplit('/', 1)[1]}-{rank}"))
        add(graph, level, "dgc:ofCompetence", iri)
        add(graph, level, "dgc:atLevel", names.level(rank))
        add(graph, level, "skos:broader", iri)
        add(graph, iri, "skos:narrower", level)


def describe_merged(part: ProfileGraph, iri: str, one: Requirement, name: str) -> None:
    """State what this document adds to a competence that another document names."""
    own, kept = part.merged[one.key]
    if competence_key("", name) == competence_key("", kept):
        part.evidence(iri, "skos:prefLabel", f"pref-label-{own}", one.overview_name, one.name)
    else:
        part.writer.add("competences", iri, "skos:altLabel", text(name, "bg"))
        part.evidence(iri, "skos:altLabel", f"alt-label-{own}", one.overview_name, one.name)
    if one.similar:
        for predicate in ("dgc:similarTo", "skos:relatedMatch"):
            general = part.writer.names.framework_competence(one.similar)
            part.writer.add("competences", iri, predicate, general)
        part.evidence(iri, "dgc:similarTo", f"similar-to-{own}", one.similar_text)
