"""Counts sorted lines bucket by bucket, in any process, so that the counts can be joined.

What is counted is the *kind* of a node (the set of its classes, or its datatype and language), of
which there are few. What a bucket does not know, the kind of an object that is described
elsewhere and whether another bucket has the same object, is told by 64-bit hashes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from digigraph.names import PREFIXES

_TYPE = f"<{PREFIXES['rdf']}type>".encode()
_STRING = (f"{PREFIXES['xsd']}string", "")
_NAMELESS = b"_:"
_LANGUAGE_STRING = f"{PREFIXES['rdf']}langString"

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


@dataclass(slots=True)
class Hashes:
    """Hashes in order, each with a number or two."""

    hashes: array[int]
    first: array[int]
    second: array[int] = field(default_factory=lambda: array("I"))

    def between(self, low: int, high: int) -> slice:
        """Return where the hashes from `low` to before `high` stand."""
        return slice(bisect_left(self.hashes, low), bisect_left(self.hashes, high))


@dataclass(slots=True)
class Survey:
    """What was counted in one bucket; kinds, properties and graphs are numbered within it.

    `described` has the kind of each subject, `objects` the graphs that name it as a bit each,
    `foreign` the place in `ways` and how often, of objects that are described elsewhere; a way
    tells too whether those are entities. `classless` are entities that nothing says the class of,
    `nameless` the nodes without an IRI.
    """

    kinds: list[Kind]
    names: list[str]
    graphs: dict[str, Sizes]
    triples: int
    entities: int
    members: Counter[int]
    subjects: Counter[tuple[int, int]]
    ends: Counter[tuple[int, int, int]]
    links: Counter[tuple[str, str]]
    described: Hashes
    objects: Hashes
    foreign: Hashes
    ways: list[tuple[int, int, bool]]
    classless: int
    nameless: int


def packed(found: Survey) -> tuple[dict[str, Any], list[bytes]]:
    """Return a survey as JSON and bytes, from which `unpacked` makes it again."""
    told = {
        "kinds": [sorted(kind) if isinstance(kind, frozenset) else {"literal": kind}
                  for kind in found.kinds],
        "names": found.names,
        "graphs": {
            graph: [[one.triples, one.subjects, one.objects],
                    sorted(one.properties), sorted(one.classes)]
            for graph, one in found.graphs.items()
        },
        "numbers": [found.triples, found.entities, found.classless, found.nameless],
        "counts": [
            [(key, many) for key, many in counts.items()]
            for counts in (found.members, found.subjects, found.ends, found.links)
        ],
        "ways": found.ways,
    }  # fmt: skip
    arrays = [
        column
        for hashes in (found.described, found.objects, found.foreign)
        for column in (hashes.hashes, hashes.first, hashes.second)
    ]
    told["codes"] = [column.typecode for column in arrays]
    return told, [column.tobytes() for column in arrays]


def unpacked(told: Mapping[str, Any], pieces: Sequence[bytes]) -> Survey:
    """Return the survey that was packed."""
    columns = [array(code, piece) for code, piece in zip(told["codes"], pieces, strict=True)]
    described, objects, foreign = (Hashes(*columns[at : at + 3]) for at in (0, 3, 6))
    members, *pairs = told["counts"]
    by_subject, ends, links = (Counter({tuple(key): n for key, n in some}) for some in pairs)
    graphs = {
        name: Sizes(triples, subjects, objects, set(properties), set(classes))
        for name, ((triples, subjects, objects), properties, classes) in told["graphs"].items()
    }
    triples, entities, classless, nameless = told["numbers"]
    return Survey(
        [tuple(one["literal"]) if isinstance(one, dict) else frozenset(one)
         for one in told["kinds"]],
        told["names"], graphs,
        triples, entities, Counter(dict(members)), by_subject, ends, links,
        described, objects, foreign,
        [tuple(way) for way in told["ways"]], classless, nameless,
    )  # fmt: skip


def hash_of(token: bytes) -> int:
    """Return the 64-bit hash of a term as it is written in a line."""
    return int.from_bytes(blake2b(token, digest_size=8).digest(), "big")


def survey(lines: Sequence[bytes], *, entities: str, spaces: Sequence[str] = ()) -> Survey:
    """Count sorted lines of N-Quads in which every subject is whole.

    `entities` and `spaces` are prefixes of IRIs: of what the dataset describes, and of what it
    may link to; an IRI links into the first space that it begins with.
    """
    return _Surveying(lines, f"<{entities}".encode(), spaces).done()


class _Surveying:
    """The kinds of the subjects of a bucket, and the counts so far."""

    def __init__(self, lines: Sequence[bytes], entities: bytes, spaces: Sequence[str]) -> None:
        self._lines, self._entities = lines, entities
        self._spaces = [(f"<{space}".encode(), space) for space in spaces]
        self._starts = tuple(start for start, _ in self._spaces)
        self._kinds: dict[Kind, int] = {frozenset(): 0}
        self._suffixes: dict[bytes, int] = {}

    def done(self) -> Survey:
        kind_of = self._subjects()
        names: dict[bytes, int] = {}
        graphs: dict[bytes, int] = {}
        sizes: list[Sizes] = []
        used: list[tuple[set[bytes], set[bytes]]] = []
        members, subjects = Counter[int](), Counter[tuple[int, int]]()
        ends, links = Counter[tuple[int, int, int]](), Counter[tuple[str, str]]()
        objects: dict[bytes, int] = {}
        foreign = Counter[tuple[int, int, bytes]]()
        triples = entities = classless = nameless = 0
        subject = name = value = b""
        seen: set[int] = set()
        kind = number = 0
        for line in self._lines:
            one = line.index(b" ")
            two = line.index(b" ", one + 1)
            three = line.rindex(b" <")
            before = subject, name, value
            subject, name, value = line[:one], line[one + 1 : two], line[two + 1 : three]
            if subject != before[0]:
                kind = kind_of[subject]
                members[kind] += 1
                if subject.startswith(self._entities):
                    entities += 1
                    classless += kind == 0
                nameless += subject.startswith(_NAMELESS)
                seen = set()
            if name != before[1] or subject != before[0]:
                number = names.setdefault(name, len(names))
                subjects[kind, number] += 1
            graph = graphs.setdefault(line[three + 2 : -4], len(graphs))
            if graph == len(sizes):
                sizes.append(Sizes())
                used.append((set(), set()))
            here = sizes[graph]
            if graph not in seen:
                seen.add(graph)
                here.subjects += 1
            here.triples += 1
            used[graph][0].add(name)
            if name == _TYPE:
                used[graph][1].add(value)
            objects[value] = objects.get(value, 0) | 1 << graph
            if value == before[2] and name == before[1] and subject == before[0]:
                continue
            triples += 1
            if value[0] == 34:  # a quotation mark
                ends[kind, number, self._literal(value)] += 1
                continue
            if value in kind_of:
                ends[kind, number, kind_of[value]] += 1
            else:
                foreign[kind, number, value] += 1
                nameless += value.startswith(_NAMELESS)
            if value.startswith(self._starts):
                space = next(space for start, space in self._spaces if value.startswith(start))
                links[name[1:-1].decode(), space] += 1
        for here, (properties, classes) in zip(sizes, used, strict=True):
            here.properties = {one[1:-1].decode() for one in properties}
            here.classes = {one[1:-1].decode() for one in classes}
        told = {one: (one[0], one[1], one[2].startswith(self._entities)) for one in foreign}
        ways = sorted(set(told.values()))
        places = {way: place for place, way in enumerate(ways)}
        return Survey(
            list(self._kinds), [name[1:-1].decode() for name in names],
            {graph.decode(): sizes[place] for graph, place in graphs.items()},
            triples, entities, members, subjects, ends, links,
            _hashes((hash_of(token), of) for token, of in kind_of.items()),
            _hashes(((hash_of(token), mask) for token, mask in objects.items()), "Q"),
            _hashes((hash_of(one[2]), places[told[one]], foreign[one]) for one in foreign),
            ways, classless, nameless,
        )  # fmt: skip

    def _subjects(self) -> dict[bytes, int]:
        """Return the kind of every subject."""
        found: dict[bytes, set[str]] = {}
        subject, classes = b"", set[str]()
        for line in self._lines:
            end = line.index(b" ")
            if line[:end] != subject:
                subject = line[:end]
                classes = found[subject] = set()
            if line.startswith(_TYPE, end + 1):
                start = end + len(_TYPE) + 3
                classes.add(line[start : line.index(b">", start)].decode())
        return {subject: self._kind(frozenset(classes)) for subject, classes in found.items()}

    def _literal(self, value: bytes) -> int:
        suffix = value[value.rindex(b'"') + 1 :]
        number = self._suffixes.get(suffix)
        if number is None:
            told = suffix.decode()
            kind = _STRING if not told else (_LANGUAGE_STRING, told[1:])
            if told.startswith("^^"):
                kind = told[3:-1], ""
            number = self._suffixes[suffix] = self._kind(kind)
        return number

    def _kind(self, kind: Kind) -> int:
        return self._kinds.setdefault(kind, len(self._kinds))


def _hashes(rows: Iterable[tuple[int, ...]], size: str = "I") -> Hashes:
    columns = list(zip(*sorted(rows), strict=True)) or [(), ()]
    return Hashes(array("Q", columns[0]), *(array(size, column) for column in columns[1:]))
