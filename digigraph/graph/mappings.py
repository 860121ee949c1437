"""Mapping sets: every row as a node, and the SKOS triples that follow from the reviewed ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph import mappings
from digigraph.graph.writer import Writer, day, decimal, plain, text
from digigraph.labels import Labels
from digigraph.mappings import MappingSet, is_publishable
from digigraph.names import Names, short_hash
from digigraph.resources import AUTHORED_BASE

_CYRILLIC = re.compile("[А-Яа-я]")
_QUOTES = {"bg": "„“", "en": "“”"}


@dataclass(frozen=True, slots=True)
class Called:
    """What things are called, by IRI and language."""

    texts: Mapping[tuple[str, str], str]

    def name(self, iri: str, given: str, language: str) -> str:
        """Return a name in a language; that of a row is quoted where it is in the other one.

        >>> Called({}).name("", "use a mouse", "bg"), Called({}).name("", "use a mouse", "en")
        ('„use a mouse“', 'use a mouse')
        """
        if known := self.texts.get((iri, language)):
            return known
        spoken = "bg" if _CYRILLIC.search(given) else "en"
        return given.join(_QUOTES[language]) if given and spoken != language else given or iri


def called(said: Iterable[ox.Quad], labels: Labels, names: Names) -> Called:
    """Return what statements and editors call things."""
    texts: dict[tuple[str, str], str] = {}
    wanted = [names.expanded(name) for name in ("rdfs:label", "skos:prefLabel")]
    for wish in wanted:  # the preferred label comes last, and stays
        for quad in said:
            word, subject = quad.object, quad.subject
            if quad.predicate.value == wish and isinstance(word, ox.Literal) and word.language:
                assert isinstance(subject, ox.NamedNode), "published data has no others"
                texts[subject.value, word.language] = word.value
    ours = {(names.id(tail), lang): label for (tail, lang), label in labels.texts.items()}
    return Called(texts | ours)


def describe_mappings(
    writer: Writer, mapping_set: MappingSet, labels: Labels, known: Called
) -> None:
    """State a mapping set in its graph, rejected and missing matches too (Q-07 to Q-09)."""
    graph = f"mappings/{mapping_set.name}"
    iri = f"{writer.names.base}{graph}"
    add = writer.add
    title_bg = labels.texts.get((graph, "bg"), mapping_set.title)
    writer.types(graph, iri, "sssom:MappingSet")
    writer.identity(
        graph, iri, bg=title_bg, en=mapping_set.title,
        part_of=f"{writer.names.base}catalog/digigraph",
    )  # fmt: skip
    add(graph, iri, "dct:title", text(title_bg, "bg"), text(mapping_set.title, "en"))
    add(graph, iri, "dct:description", text(mapping_set.description, "en"))
    add(graph, iri, "dct:license", mapping_set.license)
    add(graph, iri, "sssom:mapping_set_version", plain(mapping_set.version))
    add(graph, iri, "dct:issued", day(mapping_set.date))
    for mapping in mapping_set.mappings:
        _describe(writer, graph, iri, mapping, known)


def _describe(
    writer: Writer, graph: str, mapping_set: str, one: mappings.Mapping, known: Called
) -> None:
    add, names = writer.add, writer.names
    ours = {
        iri: iri.replace(AUTHORED_BASE, names.base, 1)
        for iri in (one.subject, one.object, *one.authors, *one.reviewers)
        if iri
    }
    ends = "|".join(
        (one.subject or one.subject_label, one.predicate, one.object or one.object_label)
    )
    iri = f"{mapping_set}/m-{short_hash(f'{ends}|{one.negated}', 12)}"
    writer.types(graph, iri, "sssom:Mapping", "owl:Axiom")
    arrow = "↛" if one.negated else "→"
    bg, en = (
        f"{known.name(ours.get(one.subject or '', ''), one.subject_label, language)} {arrow} "
        f"{known.name(ours.get(one.object or '', ''), one.object_label, language)}"
        for language in ("bg", "en")
    )
    writer.identity(graph, iri, bg=bg, en=en, part_of=mapping_set)
    add(graph, mapping_set, "sssom:mappings", iri)
    add(graph, iri, "owl:annotatedProperty", one.predicate)
    source = ours[one.subject] if one.subject else plain(one.subject_label)
    target = ours[one.object] if one.object else plain(one.object_label)
    add(graph, iri, "owl:annotatedSource", source)
    add(graph, iri, "owl:annotatedTarget", target)
    add(graph, iri, "sssom:mapping_justification", one.justification)
    if one.negated:
        add(graph, iri, "sssom:predicate_modifier", plain("Not"))
    if one.confidence is not None:
        add(graph, iri, "sssom:confidence", decimal(float(one.confidence)))
    add(graph, iri, "sssom:author_id", *(ours[author] for author in one.authors))
    add(graph, iri, "sssom:reviewer_id", *(ours[reviewer] for reviewer in one.reviewers))
    add(graph, iri, "sssom:mapping_date", day(one.date))
    slots: dict[str, str] = {
        "subject_label": one.subject_label,
        "object_label": one.object_label,
        "subject_source_version": one.subject_source_version,
        "object_source_version": one.object_source_version,
        "mapping_cardinality": one.cardinality,
        "comment": one.comment,
    }
    for slot, value in slots.items():
        if value:
            add(graph, iri, f"sssom:{slot}", ox.Literal(value))
    if is_publishable(one) and one.subject and one.object:
        add(graph, ours[one.subject], one.predicate, ours[one.object])
