"""Records -> graph: the quads of a dataset, in the named graphs of S-04.

Static files and documents are written by separate parts, so that a part can be built and
validated on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from digigraph import resources
from digigraph.descriptors import Descriptor
from digigraph.errors import InputError
from digigraph.graph.dataset import (
    Edition,
    describe_competence_scheme,
    describe_dataset,
)
from digigraph.graph.descriptors import describe_descriptors, worded
from digigraph.graph.evidence import describe_source
from digigraph.graph.examples import describe_examples
from digigraph.graph.findings import describe_coverage, describe_finding
from digigraph.graph.mappings import describe_mappings
from digigraph.graph.profiles import ProfileGraph, Shared
from digigraph.graph.retired import describe_former, describe_gone, graph_of
from digigraph.graph.void import describe_void
from digigraph.graph.writer import Writer
from digigraph.history import Former
from digigraph.labels import Labels
from digigraph.mappings import MappingSet
from digigraph.names import Names
from digigraph.records import Kind, Profile, Reading, Severity, Source
from digigraph.reference import Reference
from digigraph.registry import Registry, competence_key, profile_key, source_key
from digigraph.retired import Retired

__all__ = [
    "Document",
    "Edition",
    "Shared",
    "dataset_part",
    "document_part",
    "examples_part",
    "graph_of",
    "identified",
    "keys_of",
    "retired_part",
    "shared_by_all",
    "static_part",
    "void_part",
]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read without error, with the identifiers of what it describes."""

    source: Source
    reading: Reading
    source_id: str
    profile_id: str
    competence_ids: tuple[tuple[str, str], ...]

    @property
    def profile(self) -> Profile:
        """The profile; a document with errors never becomes a `Document`."""
        assert self.reading.profile is not None
        return self.reading.profile


def keys_of(source: Source, reading: Reading) -> tuple[str, str]:
    """Return the natural keys of the profile and of the source; nothing is minted."""
    profile = reading.profile
    assert profile is not None, "only a document without errors has keys"
    codes = [code for title in profile.occupations for code in title.codes]
    sectors = [sector.code for sector in profile.sectors]
    return profile_key(codes, sectors, source.publisher), source_key(reading.text_digest)


def identified(source: Source, reading: Reading, registry: Registry, release: str) -> Document:
    """Return a document with its identifiers; those seen for the first time are minted."""
    profile = reading.profile
    assert profile is not None, "only a document without errors is identified"
    profile_, source_ = keys_of(source, reading)
    profile_id = registry.mint("p-", profile_, release)
    competences = tuple(
        (one.key, registry.mint("c-", competence_key(profile_id, one.name.value), release))
        for one in profile.requirements
        if one.kind is Kind.SPECIFIC
    )
    source_id = registry.mint("d-", source_, release)
    return Document(source, reading, source_id, profile_id, competences)


def document_part(
    document: Document, *, names: Names, reference: Reference, labels: Labels, shared: Shared
) -> set[ox.Quad]:
    """Return all that one document adds to the dataset."""
    writer = Writer(names, document.source.received)
    source = names.id(f"source/{document.source_id}")
    describe_source(writer, source, document.source, document.reading)
    part = ProfileGraph(
        writer, source, reference, labels, shared,
        {key: names.id(f"competence/{one}") for key, one in document.competence_ids},
    )  # fmt: skip
    part.write(names.id(f"profile/{document.profile_id}"), document.profile)
    for problem in document.reading.problems:
        if problem.severity is not Severity.ERROR:
            describe_finding(writer, source, problem, part.about)
    describe_coverage(writer, source, document.reading.coverage)
    return writer.quads


def dataset_part(
    edition: Edition,
    documents: Sequence[Document],
    mappings: Sequence[MappingSet],
    former: Sequence[Former],
    descriptors: Sequence[Descriptor],
    *,
    names: Names,
    labels: Labels,
) -> set[ox.Quad]:
    """Return the dataset's description, its scheme, the mapping sets and the former builds."""
    writer = Writer(names, edition.issued)
    sources = [names.id(f"source/{document.source_id}") for document in documents]
    describe_dataset(writer, edition, sources)
    describe_competence_scheme(writer)
    describe_descriptors(writer, descriptors)
    for one in former:
        describe_former(writer, one)
    for mapping_set in mappings:
        describe_mappings(writer, mapping_set, labels)
    return writer.quads


def retired_part(
    gone: Iterable[tuple[Retired, str, bool]], edition: Edition, names: Names
) -> set[ox.Quad]:
    """Return the tombstones: each thing that is gone, its successor, and whether withdrawn."""
    writer = Writer(names, edition.issued)
    for one, successor, withdrawn in gone:
        describe_gone(writer, one, successor, withdrawn=withdrawn)
    return writer.quads


def examples_part(edition: Edition, names: Names) -> set[ox.Quad]:
    """Return the example queries as data (S-09)."""
    writer = Writer(names, edition.issued)
    describe_examples(writer)
    return writer.quads


def void_part(
    edition: Edition, documents: Sequence[Document], quads: Iterable[ox.Quad], names: Names
) -> set[ox.Quad]:
    """Return the description of the dataset in VoID (S-08); `quads` are all of its other graphs.

    Its examples are a level, a competence and a competence at a level of the framework, and the
    first profile with what it asks for and where it comes from.
    """
    writer = Writer(names, edition.issued)
    competence = names.framework_competence("1.2")
    examples = [names.level(6), competence, f"{competence}/level-6"]
    for document in documents[:1]:
        examples += [names.id(f"profile/{document.profile_id}")]
        examples += [names.id(f"source/{document.source_id}")]
        examples += [names.id(f"competence/{one}") for _, one in document.competence_ids[:1]]
        codes = [code for title in document.profile.occupations for code in title.codes]
        examples += [names.occupation(code) for code in codes[:1]]
    describe_void(writer, edition, quads, examples)
    return writer.quads


def shared_by_all(descriptors: Sequence[Descriptor], names: Names) -> Shared:
    """Return what the documents of one build share, before the first of them."""
    return Shared(worded=worded(Writer(names, date.min), descriptors))


def static_part(names: Names) -> set[ox.Quad]:
    """Return the shipped vocabulary, schemes, stubs and shapes, each in its graph."""
    ontology, shapes = resources.folder("ontology"), resources.folder("shapes")
    files: list[tuple[str, list[Path]]] = [
        ("vocabulary", [ontology / "digigraph.ttl"]),
        ("framework", [ontology / "schemes" / "digcomp21.ttl"]),
        ("classifications", [ontology / "schemes" / "nkpd11.ttl"]),
        ("stubs", sorted((ontology / "stubs").glob("*.ttl"))),
        ("shapes", sorted(shapes.glob("*.ttl"))),
    ]
    quads: set[ox.Quad] = set()
    for name, paths in files:
        graph = ox.NamedNode(names.graph(name))
        for path in paths:
            quads |= {
                ox.Quad(quad.subject, quad.predicate, quad.object, graph)
                for quad in parsed(path, names.base)
            }
    return quads


def parsed(path: Path, base: str) -> list[ox.Quad]:
    """Return the triples of a shipped Turtle file, under `base`."""
    try:
        return list(ox.parse(resources.text(path, base), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise InputError(path, f"is not Turtle: {error.msg}", line=error.lineno) from error
