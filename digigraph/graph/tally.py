"""Counts what a dataset holds: its classes, properties and links, each triple once.

One pass over the quads gives every IRI and literal a number and keeps four numbers a quad, packed
into one; sorted, they stand subject by subject, and a triple that two graphs state is met twice
in a row. What is counted then is the *kind* of a node (the set of its classes, or its datatype
and language), of which there are few; classes are told apart at the very end. So neither memory
nor time depends on how long the texts are.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import pyoxigraph as ox

from digigraph.names import PREFIXES

RDF_TYPE = f"{PREFIXES['rdf']}type"

_NODE, _NAME = 32, 16
"""Bits of a number: of a node, and of a property or graph."""

_NODES, _NAMES = (1 << _NODE) - 1, (1 << _NAME) - 1

Kind = frozenset[str] | tuple[str, str]
"""What a node is: the classes of an IRI, or the datatype and language of a literal."""


@dataclass(slots=True)
class Sizes:
    """How much a set of triples holds, in the terms of VoID."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    properties: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a dataset: in whole, graph by graph, and part by part.

    A part is named by class of subject, property, and class, datatype or language of object; a
    node of several classes counts in each. `entities` are subjects under the prefix that was
    asked for; `links` counts triples by property and by the prefix their object begins with.
    """

    whole: Sizes
    graphs: Mapping[str, Sizes]
    entities: int
    class_entities: Mapping[str, int]
    class_triples: Mapping[str, int]
    property_triples: Mapping[str, int]
    property_subjects: Mapping[str, int]
    triples: Mapping[tuple[str, str], int]
    subjects: Mapping[tuple[str, str], int]
    to_class: Mapping[tuple[str, str, str], int]
    to_datatype: Mapping[tuple[str, str, str], int]
    to_language: Mapping[tuple[str, str, str], int]
    links: Mapping[tuple[str, str], int]


def tally(quads: Iterable[ox.Quad], *, entities: str, spaces: Sequence[str] = ()) -> Tally:
    """Count the triples of all named graphs together and of each; a repeated quad counts once.

    `entities` and `spaces` are prefixes of IRIs: of what the dataset describes, and of what it
    may link to; an IRI links into the first space that it begins with.
    """
    return _Counting(entities, spaces).of(quads)


class _Counting:
    """The numbers given to nodes and names, and what is known of each."""

    def __init__(self, entities: str, spaces: Sequence[str]) -> None:
        self._entities, self._spaces = entities, spaces
        self._nodes: dict[str | bytes, int] = {}
        self._properties: dict[str, int] = {}
        self._graphs: dict[str, int] = {}
        self._kinds: list[Kind] = [frozenset()]
        self._kind_numbers: dict[Kind, int] = {frozenset(): 0}
        self._grown: dict[tuple[int, str], int] = {}
        self._kind_of = array("I")  # node -> kind
        self._space_of = bytearray()  # node -> 0, or 1 + its place in spaces
        self._is_entity = bytearray()
        self._keys: list[int] = []

    def of(self, quads: Iterable[ox.Quad]) -> Tally:
        self._number(quads)
        self._keys.sort()
        return self._count()

    def _number(self, quads: Iterable[ox.Quad]) -> None:
        properties, graphs, keys = self._properties, self._graphs, self._keys
        for quad in quads:
            subject = self._iri(_name(quad.subject))
            name = quad.predicate.value
            value = quad.object
            if isinstance(value, ox.Literal):
                node = self._literal(value)
            else:
                node = self._iri(_name(value))
                if name == RDF_TYPE:
                    self._kind_of[subject] = self._grow(self._kind_of[subject], _name(value))
            number = properties.setdefault(name, len(properties))
            graph = graphs.setdefault(_name(quad.graph_name), len(graphs))
            keys.append(((subject << _NAME | number) << _NODE | node) << _NAME | graph)

    def _iri(self, iri: str) -> int:
        number = self._nodes.get(iri)
        if number is None:
            number = self._nodes[iri] = len(self._nodes)
            self._kind_of.append(0)
            space = next((n for n, s in enumerate(self._spaces, 1) if iri.startswith(s)), 0)
            self._space_of.append(space)
            self._is_entity.append(iri.startswith(self._entities))
        return number

    def _literal(self, value: ox.Literal) -> int:
        told = blake2b(str(value).encode(), digest_size=16).digest()
        number = self._nodes.get(told)
        if number is None:
            number = self._nodes[told] = len(self._nodes)
            self._kind_of.append(self._kind((value.datatype.value, value.language or "")))
            self._space_of.append(0)
            self._is_entity.append(0)
        return number

    def _grow(self, kind: int, name: str) -> int:
        grown = self._grown.get((kind, name))
        if grown is None:
            classes = self._kinds[kind]
            assert isinstance(classes, frozenset), "only an IRI has classes"
            grown = self._grown[kind, name] = self._kind(classes | {name})
        return grown

    def _kind(self, kind: Kind) -> int:
        number = self._kind_numbers.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
        return number

    def _count(self) -> Tally:
        properties, graphs, iris = list(self._properties), list(self._graphs), list(self._nodes)
        whole, by_graph = Sizes(), [Sizes() for _ in graphs]
        as_object = bytearray(len(iris))
        in_graph = [bytearray(len(iris)) for _ in graphs]
        parts: Counter[tuple[int, int, int]] = Counter()
        subjects: Counter[tuple[int, int]] = Counter()
        members: Counter[int] = Counter()
        links: Counter[tuple[int, int]] = Counter()
        type_number = self._properties.get(RDF_TYPE, -1)
        entities, key_before, subject_before, pair_before = 0, -1, -1, -1
        graphs_of_subject: set[int] = set()
        for key in self._keys:
            if key == key_before:
                continue
            triple, graph = key >> _NAME, key & _NAMES
            pair, node = triple >> _NODE, triple & _NODES
            subject, number = pair >> _NAME, pair & _NAMES
            if subject != subject_before:
                graphs_of_subject.clear()
                whole.subjects += 1
                entities += self._is_entity[subject]
                members[self._kind_of[subject]] += 1
            if graph not in graphs_of_subject:
                graphs_of_subject.add(graph)
                by_graph[graph].subjects += 1
            here = by_graph[graph]
            here.triples += 1
            here.properties.add(properties[number])
            in_graph[graph][node] = 1
            if number == type_number:
                here.classes.add(str(iris[node]))
            if triple != key_before >> _NAME:
                whole.triples += 1
                as_object[node] = 1
                kind = self._kind_of[subject]
                parts[kind, number, self._kind_of[node]] += 1
                if pair != pair_before:
                    subjects[kind, number] += 1
                if self._space_of[node]:
                    links[number, self._space_of[node]] += 1
            key_before, subject_before, pair_before = key, subject, pair
        whole.objects = sum(as_object)
        for sizes, marks in zip(by_graph, in_graph, strict=True):
            sizes.objects = sum(marks)
            whole.properties |= sizes.properties
            whole.classes |= sizes.classes
        return self._told(whole, dict(zip(graphs, by_graph, strict=True)), entities,
                          parts, subjects, members, links)  # fmt: skip

    def _told(
        self,
        whole: Sizes,
        graphs: dict[str, Sizes],
        entities: int,
        parts: Counter[tuple[int, int, int]],
        subjects: Counter[tuple[int, int]],
        members: Counter[int],
        links: Counter[tuple[int, int]],
    ) -> Tally:
        """Return the counts by name: what was counted by kind, for each class of the kind."""
        names = list(self._properties)
        found: dict[str, Counter[str]] = defaultdict(Counter)
        pairs: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        ends: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
        for kind, count in members.items():
            for one in self._classes(kind):
                found["class_entities"][one] += count
        for (kind, number), count in subjects.items():
            found["property_subjects"][names[number]] += count
            for one in self._classes(kind):
                pairs["subjects"][one, names[number]] += count
        for (kind, number, end), count in parts.items():
            name, value = names[number], self._kinds[end]
            found["property_triples"][name] += count
            for one in self._classes(kind):
                found["class_triples"][one] += count
                pairs["triples"][one, name] += count
                for where, what in _ends(value):
                    ends[where][one, name, what] += count
        return Tally(
            whole, graphs, entities,
            found["class_entities"], found["class_triples"],
            found["property_triples"], found["property_subjects"],
            pairs["triples"], pairs["subjects"],
            ends["class"], ends["datatype"], ends["language"],
            {(names[n], self._spaces[space - 1]): count for (n, space), count in links.items()},
        )  # fmt: skip

    def _classes(self, kind: int) -> frozenset[str]:
        classes = self._kinds[kind]
        assert isinstance(classes, frozenset), "a literal is no subject"
        return classes


def _name(node: object) -> str:
    """Return the IRI of a node; one without an IRI, which is never published, by its label."""
    return node.value if isinstance(node, ox.NamedNode) else str(node)


def _ends(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the parts that an object of a kind falls into."""
    if isinstance(kind, frozenset):
        yield from (("class", name) for name in kind)
        return
    datatype, language = kind
    yield "datatype", datatype
    if language:
        yield "language", language
