"""Documents about things: what one fetch of a URI brings (H-07).

A document is made of index look-ups whose number depends on the document alone, never on the
size of the graph: the thing with its parts, the first of what refers to it, and the names of
whatever it mentions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.document import LABELS, Document, Value
from digigraph.lines import Lines, in_order, triples_of
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
BRIEF = (*LABELS, "skos:notation", "dgc:rank", "dgc:band", "dgc:kind")
"""What a document says of a thing that it only mentions."""
_SHORT = 16_384
"""The most bytes about a thing that are read for its names alone."""


class Things:
    """The things of a release, each with its document."""

    def __init__(self, release: Release) -> None:
        """Remember the release; its index is opened with the first question."""
        self.release = release
        self.names = Names(release.base)
        self._opened: ox.Store | None = None
        self._lines: Lines | None = None
        self._lock = threading.Lock()
        self._brief = lru_cache(maxsize=NAMED)(self._brief_of)
        self._latest = lru_cache(maxsize=LATEST)(self._gathered)

    def knows(self, iri: str) -> bool:
        """Tell whether there is a document about a thing."""
        return iri in self._whole_graphs or bool(self._about(iri))

    def document(self, iri: str, page: int = 1) -> Document | None:
        """Return the document about a thing, or None where nothing is said about it.

        The vocabulary, the shapes, each mapping set, the description of the dataset and the
        example queries are documents of their own: all of them.
        """
        return self._latest(iri, page)

    def _gathered(self, iri: str, page: int) -> Document | None:
        if graph := self._whole_graphs.get(iri):
            return self._document(iri, 1, False, {iri: self._about(iri)}, self.content(graph))
        about = {iri: self._about(iri)}
        if not about[iri]:
            return None
        if page == 1:
            self._add_parts(about, iri)
        first = (page - 1) * PAGE
        referring = list(islice(self._referring(iri), first, first + PAGE + 1))
        if page > 1 and not referring:
            return None
        about |= {subject: self._about(subject) for subject in referring[:PAGE]}
        return self._document(iri, page, len(referring) > PAGE, about)

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
        wanted = f"<{self.names.expanded(value)}> .\n".encode()
        return any(line.split(b" ", 2)[2] == wanted for line in self._about(iri, name))

    def is_retired(self, iri: str) -> bool:
        """Tell whether a thing is kept only for those who link to it (V-05)."""
        deprecated = self._about(iri, "owl:deprecated")
        return any(line.split(b" ", 2)[2].startswith(b'"true"') for line in deprecated)

    def said_of(self, iri: str) -> list[ox.Triple]:
        """Return what is said of a thing itself, in order."""
        return list(triples_of(self._about(iri)))

    def brief(self, iri: str) -> list[ox.Triple]:
        """Return what a document says of a thing that it only mentions: names, then codes."""
        return list(triples_of(self.naming(iri)))

    def naming(self, iri: str) -> Sequence[bytes]:
        """Return the lines of what a document says of a thing that it only mentions."""
        return self._brief(iri)

    def content(self, graph: str) -> set[bytes]:
        """Return all that a named graph says, as lines of N-Triples."""
        whole = self.index.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        text = ox.serialize((quad.triple for quad in whole), format=ox.RdfFormat.N_TRIPLES)
        return set((text or b"").splitlines(keepends=True))

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

    def _document(
        self,
        iri: str,
        page: int,
        more: bool,
        about: Mapping[str, Sequence[bytes]],
        besides: Iterable[bytes] = (),
    ) -> Document:
        """Return the document that says all of some things, and what they mention is called."""
        said = {line for lines in about.values() for line in lines}.union(besides)
        objects = _objects(said)
        named = self._named(objects - about.keys())
        whole = said | named | self._named(_objects(named) - objects)
        properties = {line.split(b" ", 2)[1] for line in whole}
        words = self._named(name[1:-1].decode() for name in properties) - whole
        return Document(iri, page, more, in_order(whole, iri), in_order(words), self.names)

    def _add_parts(self, about: dict[str, list[bytes]], iri: str) -> None:
        """Add what is said of the parts of a thing, and of their parts."""
        leading = self._leading
        asserting = f"<{self.names.term('hasLevelAssertion')}>".encode()
        cited = f"<{self.names.expanded('prov:wasDerivedFrom')}>".encode()
        edge, assertions = [iri], set[str]()
        for _ in range(DEEPEST):
            parts, asserted = set[str](), set[str]()
            for subject in edge:
                for line in about[subject]:
                    _, name, value = line.split(b" ", 2)
                    # A level is published with the words that it was read from.
                    if name in leading or (name == cited and subject in assertions):
                        parts.add(_iri_in(value))
                    if name == asserting:
                        asserted.add(_iri_in(value))
            assertions |= asserted
            edge = sorted(parts - about.keys())
            about |= {part: self._about(part) for part in edge}

    def _referring(self, iri: str) -> Iterator[str]:
        seen, node = {iri}, ox.NamedNode(iri)
        for way in self._ways:
            for quad in self._match(None, way, node):
                subject = _iri(quad.subject)
                if subject not in seen:
                    seen.add(subject)
                    yield subject

    def _named(self, iris: Iterable[str]) -> set[bytes]:
        """Return what things are called, and their codes."""
        return {line for iri in iris for line in self._brief(iri)}

    def _brief_of(self, iri: str) -> Sequence[bytes]:
        """Return names and codes; of a thing that much is said of, each is looked up by itself."""
        about = self.lines.few_of(iri, _SHORT)
        if about is None:
            return [line for name in BRIEF for line in self._about(iri, name)]
        said: dict[bytes, list[bytes]] = {}
        for line in about:
            said.setdefault(line.split(b" ", 2)[1], []).append(line)
        return [line for name in self._names_in_brief for line in said.get(name, ())]

    @cached_property
    def _ways(self) -> list[ox.NamedNode]:
        return [self._node(name) for name in REFERRING]

    @cached_property
    def _leading(self) -> frozenset[bytes]:
        return frozenset(f"<{self.names.expanded(name)}>".encode() for name in PARTS)

    @cached_property
    def _names_in_brief(self) -> list[bytes]:
        return [f"<{self.names.expanded(name)}>".encode() for name in BRIEF]

    def _about(self, iri: str, name: str = "") -> list[bytes]:
        """Return the lines about a thing, or those of a property of it, as "dct:title"."""
        return self.lines.of(iri, self.names.expanded(name) if name else "")

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

    @property
    def lines(self) -> Lines:
        """Return the sorted dump, opened when it is first asked for."""
        with self._lock:
            if self._lines is None:
                self._lines = Lines(self.release.union)
            return self._lines


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""


def _objects(lines: Iterable[bytes]) -> set[str]:
    """Return the IRIs that are values."""
    values = {line.split(b" ", 2)[2] for line in lines if line.endswith(b"> .\n")}
    return {_iri_in(value) for value in values if value[:1] == b"<"}


def _iri_in(value: bytes) -> str:
    """Return the IRI that a value is, as a line ends with it; nothing for a literal."""
    return value[1:-4].decode() if value[:1] == b"<" else ""
