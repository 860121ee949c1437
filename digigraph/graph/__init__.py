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
from digigraph.graph.findings import describe_coverage, describe_finding, describe_metrics
from digigraph.graph.identity import (
    Facts,
    Identity,
    Speakers,
    facts_from,
    facts_of,
    identified,
    keys_of,
)
from digigraph.graph.mappings import called, describe_mappings
from digigraph.graph.profiles import ProfileGraph, Shared
from digigraph.graph.retired import COUNTED, describe_gone, describe_history, graph_of
from digigraph.graph.tally import Tally
from digigraph.graph.void import describe_void
from digigraph.graph.writer import Writer
from digigraph.history import Former
from digigraph.labels import Labels
from digigraph.mappings import MappingSet
from digigraph.names import Names
from digigraph.records import Profile, Reading, Severity, Source
from digigraph.reference import Reference
from digigraph.retired import Retired

__all__ = [
    "COUNTED",
    "Document",
    "Edition",
    "Facts",
    "Identity",
    "Shared",
    "Speakers",
    "dataset_part",
    "document_part",
    "examples_part",
    "facts_from",
    "facts_of",
    "frame_part",
    "graph_of",
    "identified",
    "keys_of",
    "retired_part",
    "speakers",
    "static_part",
    "void_part",
]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read without error, with the identifiers of what it describes."""

    source: Source
    reading: Reading
    identity: Identity

    @property
    def profile(self) -> Profile:
        """The profile; a document with errors never becomes a `Document`."""
        assert self.reading.profile is not None
        return self.reading.profile


def document_part(
    document: Document, *, names: Names, reference: Reference, labels: Labels, shared: Shared
) -> Writer:
    """Return all that one document adds to the dataset, as the pen that wrote it."""
    told = document.reading.source or document.source
    writer = Writer(names, told.received)
    source = names.id(f"source/{document.identity.source_id}")
    describe_source(writer, source, told, document.reading)
    part = ProfileGraph(
        writer, source, reference, labels, shared,
        {key: names.id(f"competence/{one}") for key, one in document.identity.competence_ids},
        merged={key: (own, name) for key, own, name in document.identity.merged},
    )  # fmt: skip
    part.write(names.id(f"profile/{document.identity.profile_id}"), document.profile)
    for problem in document.reading.problems:
        if problem.severity is not Severity.ERROR:
            describe_finding(writer, source, problem, part.about)
    describe_coverage(writer, source, document.reading.coverage)
    return writer


def dataset_part(
    edition: Edition,
    documents: Sequence[Identity],
    mappings: Sequence[MappingSet],
    former: Sequence[Former],
    descriptors: Sequence[Descriptor],
    labels: Labels,
    static: Iterable[ox.Quad],
    *,
    names: Names,
) -> set[ox.Quad]:
    """Return the dataset's description, its scheme, its metrics, the mappings and all releases.

    `static` is the shipped part, which names most of what is mapped.
    """
    writer = Writer(names, edition.issued)
    sources = [names.id(f"source/{document.source_id}") for document in documents]
    describe_dataset(writer, edition, sources)
    describe_competence_scheme(writer)
    describe_metrics(writer)
    describe_descriptors(writer, descriptors)
    notes = (" ".join(told.split()) for told in (edition.notes_bg, edition.notes_en))
    present = Former(edition.version, edition.issued.isoformat(), edition.software, *notes)
    describe_history(writer, former, present)
    known = called(static, labels, names)
    for mapping_set in mappings:
        describe_mappings(writer, mapping_set, labels, known)
    return writer.quads()


def retired_part(
    gone: Iterable[tuple[Retired, str, bool]], edition: Edition, names: Names
) -> set[ox.Quad]:
    """Return the tombstones: each thing that is gone, its successor, and whether withdrawn."""
    writer = Writer(names, edition.issued)
    for one, successor, withdrawn in gone:
        describe_gone(writer, one, successor, withdrawn=withdrawn)
    return writer.quads()


def examples_part(edition: Edition, names: Names) -> set[ox.Quad]:
    """Return the example queries as data (S-09)."""
    writer = Writer(names, edition.issued)
    describe_examples(writer)
    return writer.quads()


def void_part(
    edition: Edition, documents: Sequence[Identity], counted: Tally, names: Names
) -> set[ox.Quad]:
    """Return the description of the dataset in VoID (S-08), of which all other graphs are counted.

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
        examples += [names.occupation(document.code)] if document.code else []
    describe_void(writer, edition, counted, examples)
    return writer.quads()


def speakers(descriptors: Sequence[Descriptor], names: Names) -> Speakers:
    """Return who has spoken before the first document: the framework, of what it words itself."""
    return Speakers(names, worded(Writer(names, date.min), descriptors))


def frame_part(names: Names) -> set[ox.Quad]:
    """Return what every document is judged beside: the shipped part, the scheme, the metrics."""
    writer = Writer(names, date.min)
    describe_competence_scheme(writer)
    describe_metrics(writer)
    return static_part(names) | writer.quads()


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
