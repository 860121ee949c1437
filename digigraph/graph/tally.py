"""Joins what was counted bucket by bucket: the classes, properties and links of a dataset.

Each triple counts once. What a bucket did not know of its neighbours is settled here, one range
of hashes after another, so that memory grows neither with the texts nor with all the IRIs at
once. Classes are told apart at the very end.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digigraph.graph.survey import Kind, Sizes, Survey

_RANGE = 2_000_000
"""About how many hashes are held in a dictionary at once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a dataset: in whole, graph by graph, and part by part.

    A part is named by class of subject, property, and class, datatype or language of object; a
    node of several classes counts in each. `entities` are subjects under the prefix that was
    asked for; `links` counts triples by property and by the prefix their object begins with.
    `dangling` counts what names an entity that is of no class, or is one; `nameless` are blank.
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
    dangling: int
    nameless: int


def tally(surveys: Sequence[Survey]) -> Tally:
    """Return the counts of all buckets together; a repeated quad is in one of them, once."""
    return _Joining(surveys).done()


def subjects_of(surveys: Sequence[Survey]) -> array[int]:
    """Return the hashes of all subjects, in order."""
    found = array("Q")
    for low, high in _ranges(sum(len(one.described.hashes) for one in surveys)):
        part = [h for s in surveys for h in s.described.hashes[s.described.between(low, high)]]
        found.extend(sorted(part))
    return found


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    many = count // _RANGE + 1
    for number in range(many):
        yield (number << 64) // many, (number + 1 << 64) // many


class _Joining:
    """The surveys of all buckets, with one numbering of kinds and properties."""

    def __init__(self, surveys: Sequence[Survey]) -> None:
        self._surveys, self._dangling = surveys, sum(one.classless for one in surveys)
        self._kinds: list[Kind] = [frozenset()]
        numbers: dict[Kind, int] = {frozenset(): 0}
        names: dict[str, int] = {}
        self._kind_of: list[list[int]] = []
        self._name_of: list[list[int]] = []
        for one in surveys:
            self._kind_of.append([numbers.setdefault(kind, len(numbers)) for kind in one.kinds])
            self._name_of.append([names.setdefault(name, len(names)) for name in one.names])
        self._kinds, self._properties = list(numbers), list(names)
        self._graphs = sorted({graph for one in surveys for graph in one.graphs})

    def done(self) -> Tally:
        whole, entities = Sizes(), 0
        graphs = {graph: Sizes() for graph in self._graphs}
        members, links = Counter[int](), Counter[tuple[str, str]]()
        subjects, parts = Counter[tuple[int, int]](), Counter[tuple[int, int, int]]()
        for one, kinds, names in zip(self._surveys, self._kind_of, self._name_of, strict=True):
            whole.triples += one.triples
            whole.subjects += len(one.described.hashes)
            entities += one.entities
            links.update(one.links)
            for kind, count in one.members.items():
                members[kinds[kind]] += count
            for (kind, name), count in one.subjects.items():
                subjects[kinds[kind], names[name]] += count
            for (kind, name, end), count in one.ends.items():
                parts[kinds[kind], names[name], kinds[end]] += count
            for graph, sizes in one.graphs.items():
                graphs[graph].triples += sizes.triples
                graphs[graph].subjects += sizes.subjects
                graphs[graph].properties |= sizes.properties
                graphs[graph].classes |= sizes.classes
        for sizes in graphs.values():
            whole.properties |= sizes.properties
            whole.classes |= sizes.classes
        for low, high in _ranges(sum(len(one.objects.hashes) for one in self._surveys)):
            self._ends(low, high, parts)
            masks = self._masks(low, high)
            whole.objects += sum(masks.values())
            for mask, count in masks.items():
                for place, graph in enumerate(self._graphs):
                    graphs[graph].objects += count if mask >> place & 1 else 0
        return self._told(whole, graphs, entities, parts, subjects, members, links)

    def _ends(self, low: int, high: int, parts: Counter[tuple[int, int, int]]) -> None:
        """Settle the kinds of the objects that are described in another bucket, or nowhere."""
        kinds: dict[int, int] = {}
        for one, kind_of in zip(self._surveys, self._kind_of, strict=True):
            at = one.described.between(low, high)
            for token, kind in zip(one.described.hashes[at], one.described.first[at], strict=True):
                kinds[token] = kind_of[kind]
        for one, kind_of, names in zip(self._surveys, self._kind_of, self._name_of, strict=True):
            told, at = one.foreign, one.foreign.between(low, high)
            rows = zip(told.hashes[at], told.first[at], told.second[at], strict=True)
            for token, way, many in rows:
                kind, name, is_entity = one.ways[way]
                end = kinds.get(token, 0)
                parts[kind_of[kind], names[name], end] += many
                self._dangling += is_entity and end == 0

    def _masks(self, low: int, high: int) -> Counter[int]:
        """Return how many objects each set of graphs names."""
        masks: dict[int, int] = {}
        for one in self._surveys:
            places = [1 << self._graphs.index(graph) for graph in one.graphs]
            moved: dict[int, int] = {}
            at = one.objects.between(low, high)
            for token, mask in zip(one.objects.hashes[at], one.objects.first[at], strict=True):
                if mask not in moved:
                    moved[mask] = sum(p for n, p in enumerate(places) if mask >> n & 1)
                masks[token] = masks.get(token, 0) | moved[mask]
        return Counter(masks.values())

    def _told(
        self,
        whole: Sizes,
        graphs: dict[str, Sizes],
        entities: int,
        parts: Counter[tuple[int, int, int]],
        subjects: Counter[tuple[int, int]],
        members: Counter[int],
        links: Counter[tuple[str, str]],
    ) -> Tally:
        """Return the counts by name: what was counted by kind, for each class of the kind."""
        names = self._properties
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
            links, self._dangling, sum(one.nameless for one in self._surveys),
        )  # fmt: skip

    def _classes(self, kind: int) -> frozenset[str]:
        classes = self._kinds[kind]
        assert isinstance(classes, frozenset), "a literal is no subject"
        return classes


def _ends(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the parts that an object of a kind falls into."""
    if isinstance(kind, frozenset):
        yield from (("class", name) for name in kind)
        return
    datatype, language = kind
    yield "datatype", datatype
    if language:
        yield "language", language
