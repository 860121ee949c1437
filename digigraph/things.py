"""Documents about things: what one fetch of a URI brings (H-07).

A document is made of index look-ups whose number depends on the document alone, never on the
size of the graph: the thing with its parts, the first of what refers to it, and the names of
whatever it mentions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.names import EXAMPLES, VOID, Names

if TYPE_CHECKING:
    from digigraph.release import Release

PAGE = 200
"""How many of what refers to a thing stand in one document (H-07)."""

DEEPEST = 20
"""How many steps from a thing its parts are followed; each member of a list is a step."""

PARTS = (
    "dgc:hasRequirement", "dgc:hasLevelAssertion", "dgc:hasStatement", "dgc:hasDuty",
    "dgc:hasDescriptorItem", "dgc:hasVariantItem", "dgc:hasEvidence", "spdx:checksum",
    "dct:provenance", "oa:hasSelector", "oa:hasBody", "dqv:hasQualityMeasurement",
    "skos:memberList", "rdf:rest",
)  # fmt: skip
"""What leads from a thing to a part of it, which has no life of its own."""

REFERRING = (
    "dgc:requiresCompetence", "dgc:requiredDescriptor", "dgc:similarTo", "dgc:area",
    "dgc:occupation", "dgc:alsoNamedAs", "dct:source", "prov:wasDerivedFrom", "oa:hasTarget",
    "dct:isReplacedBy", "owl:annotatedSource", "owl:annotatedTarget",
)  # fmt: skip
"""Who says one of these of a thing stands in its document, with all that it says."""

NAMED = 20_000
"""Of how many things the names are remembered; documents mention the same ones again."""

LATEST = 4
"""How many documents are remembered: who asks for one format often asks for the next."""
LABELS = ("skos:prefLabel", "rdfs:label", "dct:title")
NAMES = ("sh:name", "sh:prefix")
"""What names a thing that has no label: a shape, a prefix."""
BRIEF = (*LABELS, "skos:notation", "dgc:rank", "dgc:band", "dgc:kind")
"""What a document says of a thing that it only mentions."""
Value = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Document:
    """What is said about one thing, and whether there is more of it on a next page."""

    iri: str
    page: int
    more: bool
    triples: frozenset[ox.Triple]
    words: frozenset[ox.Triple]
    """What the properties are called; pages show it, data does not repeat it."""
    names: Names

    @cached_property
    def said(self) -> dict[str, dict[str, list[Value]]]:
        """Subject -> property -> values: the thing itself first, the rest in order."""
        return self._grouped(self.triples, {self.iri: {}})

    @cached_property
    def _worded(self) -> dict[str, dict[str, list[Value]]]:
        return self._grouped((*self.triples, *self.words), {})

    @staticmethod
    def _grouped(
        triples: Iterable[ox.Triple], found: dict[str, dict[str, list[Value]]]
    ) -> dict[str, dict[str, list[Value]]]:
        for triple in sorted(triples, key=str):
            properties = found.setdefault(_iri(triple.subject), {})
            value = triple.object
            assert isinstance(value, (ox.NamedNode, ox.Literal)), "published data has no others"
            properties.setdefault(triple.predicate.value, []).append(value)
        return found

    def values(self, name: str, iri: str | None = None) -> list[Value]:
        """Return the values of a property, as "dct:title", of the thing or of another."""
        return self._worded.get(iri or self.iri, {}).get(self.names.expanded(name), [])

    def label(self, iri: str, language: str) -> tuple[str, str]:
        """Return what a thing is called and in which language: the wanted one, if it has it."""
        for name in (*LABELS, *NAMES):
            given = [v for v in self.values(name, iri) if isinstance(v, ox.Literal)]
            for wanted in (language, "bg", "en"):
                if found := next((v for v in given if v.language == wanted), None):
                    return found.value, wanted
            if given:
                return given[0].value, given[0].language or ""
        return "", ""

    @property
    def replaced_by(self) -> list[str]:
        """Return the successors of a thing that was retired (V-05)."""
        return [value.value for value in self.values("dct:isReplacedBy")]

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether the thing was removed for legal reasons (V-05)."""
        return ox.NamedNode(self.names.term("Withdrawn")) in self.values("adms:status")

    @property
    def is_retired(self) -> bool:
        """Tell whether the thing is kept only for those who link to it (V-05)."""
        return any(value.value == "true" for value in self.values("owl:deprecated"))


class Things:
    """The things of a release, each with its document."""

    def __init__(self, release: Release) -> None:
        """Remember the release; its index is opened with the first question."""
        self.release = release
        self.names = Names(release.base)
        self._opened: ox.Store | None = None
        self._lock = threading.Lock()
        self.brief = lru_cache(maxsize=NAMED)(self._brief_of)
        self._latest = lru_cache(maxsize=LATEST)(self._gathered)

    def knows(self, iri: str) -> bool:
        """Tell whether there is a document about a thing."""
        return iri in self._whole_graphs or any(self._about(iri))

    def document(self, iri: str, page: int = 1) -> Document | None:
        """Return the document about a thing, or None where nothing is said about it.

        The vocabulary, the shapes, each mapping set, the description of the dataset and the
        example queries are documents of their own: all of them.
        """
        return self._latest(iri, page)

    def _gathered(self, iri: str, page: int) -> Document | None:
        if graph := self._whole_graphs.get(iri):
            said = self.content(graph) | set(self._about(iri))
            return self._document(iri, 1, False, said)
        about = set(self._about(iri))
        if not about:
            return None
        said = about | set(self._parts(about, iri)) if page == 1 else about
        first = (page - 1) * PAGE
        referring = list(islice(self._referring(iri), first, first + PAGE + 1))
        if page > 1 and not referring:
            return None
        for subject in referring[:PAGE]:
            said.update(self._about(subject))
        return self._document(iri, page, len(referring) > PAGE, said)

    def of_class(self, name: str) -> list[str]:
        """Return the IRIs of the things of a class, as "dgc:OccupationProfile", in order."""
        found = self._match(None, self._node("rdf:type"), self._node(name))
        return sorted(_iri(quad.subject) for quad in found)

    def each(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield whatever has a property, as "dct:modified", with each value of it."""
        for quad in self._match(None, self._node(name)):
            yield _iri(quad.subject), getattr(quad.object, "value", "")

    def value(self, iri: str, name: str) -> str:
        """Return the first value of a property of a thing, as "dct:modified", or nothing."""
        found = self._match(ox.NamedNode(iri), self._node(name))
        return next((str(getattr(quad.object, "value", "")) for quad in found), "")

    def bearing(self, name: str, value: ox.Literal) -> list[str]:
        """Return the IRIs of what has a property, as "skos:notation", with a value."""
        return [_iri(quad.subject) for quad in self._match(None, self._node(name), value)]

    def says(self, iri: str, name: str, value: str) -> bool:
        """Tell whether a thing has a property, as "rdf:type", with a value, as "dgc:Competence"."""
        wanted = (self._node(name), self._node(value))
        return any((t.predicate, t.object) == wanted for t in self._about(iri))

    def is_retired(self, iri: str) -> bool:
        """Tell whether a thing is kept only for those who link to it (V-05)."""
        deprecated = self.names.expanded("owl:deprecated")
        return any(
            triple.predicate.value == deprecated and getattr(triple.object, "value", "") == "true"
            for triple in self._about(iri)
        )

    def said_of(self, iri: str) -> list[ox.Triple]:
        """Return what is said of a thing itself, in no order."""
        return list(self._about(iri))

    def content(self, graph: str) -> set[ox.Triple]:
        """Return all that a named graph says."""
        whole = self.index.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        return {quad.triple for quad in whole}

    def graphs_with(self, triple: ox.Triple) -> list[str]:
        """Return the IRIs of the named graphs that say something."""
        said = (triple.subject, triple.predicate, triple.object)
        found = (_iri(quad.graph_name) for quad in self.index.quads_for_pattern(*said, None))
        return [iri for iri in found if iri]

    def subjects(self, name: str, iri: str) -> list[str]:
        """Return the IRIs of the things whose property leads to a thing, in order."""
        node = ox.NamedNode(iri)
        return sorted({_iri(quad.subject) for quad in self._match(None, self._node(name), node)})

    @cached_property
    def _whole_graphs(self) -> dict[str, str]:
        """Document -> the graph that is its content."""
        base = self.release.base
        graphs = {graph.iri for graph in self.release.graphs}
        wanted = {
            f"{base}def": self.names.graph("vocabulary"),
            f"{base}shapes": self.names.graph("shapes"),
            **{self.names.graph(name): self.names.graph(name) for name in (VOID, EXAMPLES)},
        }
        sets = self.names.graph("mappings/")
        wanted |= {f"{base}mappings/{g.removeprefix(sets)}": g for g in graphs if sets in g}
        return {iri: graph for iri, graph in wanted.items() if graph in graphs}

    def _document(self, iri: str, page: int, more: bool, said: set[ox.Triple]) -> Document:
        objects = {t.object for t in said if isinstance(t.object, ox.NamedNode)}
        names = set(self._labels(objects))
        bands = {t.object for t in names if isinstance(t.object, ox.NamedNode)} - objects
        whole = said | names | set(self._labels(bands))
        words = set(self._labels({t.predicate for t in whole})) - whole
        return Document(iri, page, more, frozenset(whole), frozenset(words), self.names)

    def _parts(self, about: Iterable[ox.Triple], iri: str) -> Iterator[ox.Triple]:
        leading = {self.names.expanded(name) for name in PARTS}
        asserting = self.names.term("hasLevelAssertion")
        cited = self.names.expanded("prov:wasDerivedFrom")
        seen, edge = {iri}, list(about)
        assertions: set[str] = set()
        for _ in range(DEEPEST):
            parts = {_iri(t.object) for t in edge if t.predicate.value in leading}
            # A level is published with the words that it was read from.
            parts |= {
                _iri(t.object)
                for t in edge
                if t.predicate.value == cited and _iri(t.subject) in assertions
            }
            assertions |= {_iri(t.object) for t in edge if t.predicate.value == asserting}
            parts -= seen
            edge = [triple for part in sorted(parts) for triple in self._about(part)]
            seen |= parts
            yield from edge

    def _referring(self, iri: str) -> Iterator[str]:
        seen = {iri}
        for name in REFERRING:
            for quad in self._match(None, self._node(name), ox.NamedNode(iri)):
                subject = _iri(quad.subject)
                if subject not in seen:
                    seen.add(subject)
                    yield subject

    def _labels(self, nodes: Iterable[ox.NamedNode]) -> Iterator[ox.Triple]:
        """Yield what things are called, and their codes."""
        for node in nodes:
            yield from self.brief(node.value)

    def _brief_of(self, iri: str) -> tuple[ox.Triple, ...]:
        node, named = ox.NamedNode(iri), map(self._node, BRIEF)
        return tuple(quad.triple for name in named for quad in self._match(node, name))

    def _about(self, iri: str) -> Iterator[ox.Triple]:
        try:
            node = ox.NamedNode(iri)
        except ValueError:  # not an IRI, so nothing is said about it
            return iter(())
        return (quad.triple for quad in self._match(node))

    def _match(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None = None,
        value: Value | None = None,
    ) -> Iterator[ox.Quad]:
        return self.index.quads_for_pattern(subject, predicate, value, ox.DefaultGraph())

    def _node(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(self.names.expanded(name))

    @property
    def index(self) -> ox.Store:
        """Return the index, opened read-only, for rooms that walk it themselves."""
        with self._lock:
            if self._opened is None:
                self._opened = ox.Store.read_only(str(self.release.store))
            return self._opened


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""
