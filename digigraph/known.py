"""What is known while something is judged: a part of the dataset beside what all parts share.

The shared part is indexed once for each process. A part is laid beside it, judged, and taken away
again, so that memory does not grow with the number of parts (M-30). One `Known` serves one thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import pyoxigraph as ox
from rdflib import URIRef

from digigraph.constraints import Constraint, Said, Values
from digigraph.rules import (
    FOCUS_GRAPH,
    JUDGED_BY,
    Breach,
    Rulebook,
    breaches_of_form,
    breaches_of_rules,
)
from digigraph.terms import Facts, Subject, Term, from_ox

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
BESIDE = ox.NamedNode("urn:x-digigraph:beside")

RENEWED = 200_000
"""After how many statements laid beside it the store is made anew; about 90 MB."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What nodes of certain types are judged by: shapes, and their core constraints by path."""

    shapes: tuple[URIRef, ...]
    by_path: tuple[tuple[str, tuple[Constraint, ...]], ...]


class Classes:
    """The class hierarchy, and which shapes judge the instances of some types."""

    def __init__(self, book: Rulebook, *facts: Mapping[Subject, Said]) -> None:
        """Read the hierarchy from what is said."""
        self._book = book
        self._below: dict[str, set[str]] = {}
        for said in (one for some in facts for one in some.items() if SUBCLASS in one[1]):
            for above in said[1][SUBCLASS]:
                self._below.setdefault(above.value, set()).add(said[0].value)
        self._kinds: dict[str, frozenset[str]] = {}
        self._plans: dict[frozenset[str], Plan] = {}

    def kinds(self, name: str) -> frozenset[str]:
        """Return a class and all that are below it."""
        if name not in self._kinds:
            found, todo = {name}, [name]
            while todo:
                new = self._below.get(todo.pop(), set()) - found
                found |= new
                todo += new
            self._kinds[name] = frozenset(found)
        return self._kinds[name]

    def plan(self, types: frozenset[str]) -> Plan:
        """Return what judges a node of these types."""
        if types not in self._plans:
            shapes = tuple(
                shape
                for shape, names in self._book.targets.items()
                if any(not types.isdisjoint(self.kinds(str(name))) for name in names)
            )
            by_path: dict[str, list[Constraint]] = {}
            for shape in shapes:
                if core := self._book.core.get(shape):
                    by_path.setdefault(core.path, []).extend(core.constraints)
            told = tuple((path, tuple(some)) for path, some in by_path.items())
            self._plans[types] = Plan(shapes, told)
        return self._plans[types]


class Known:
    """What is known of the whole dataset, whichever part of it is judged."""

    def __init__(self, quads: Iterable[ox.Quad], book: Rulebook) -> None:
        """Index what is known; the graphs that it is said in do not matter."""
        self.book = book
        self.facts = said_in(quads)
        self.classes = Classes(book, self.facts)
        self.store = self._stored()
        self._laid = 0

    def _stored(self) -> ox.Store:
        store = ox.Store()
        store.bulk_extend(_quads(self.facts, ox.DefaultGraph()))
        return store

    @contextmanager
    def beside(self, part: Facts, ntriples: bytes = b"") -> Iterator[Scope]:
        """Lay a part beside what is known, for as long as it is judged.

        Without blank nodes it may be given as `ntriples` too, which is quicker.
        """
        if self._laid > RENEWED:  # a store in memory never gives back what was in it
            self.store, self._laid = self._stored(), 0
        self._laid += sum(len(values) for said in part.values() for values in said.values())
        scope = Scope(self, part)
        try:
            if ntriples:
                self.store.load(ntriples, ox.RdfFormat.N_TRIPLES, to_graph=BESIDE)
            else:
                self.store.extend(_quads(part, BESIDE))
            yield scope
        finally:
            for name in (BESIDE, FOCUS_GRAPH):
                self.store.remove_graph(name)


class Scope:
    """A part of the dataset and what is known beside it."""

    def __init__(self, known: Known, part: Facts) -> None:
        """Take the part; `own` is what it says itself, `facts` also what is known of its nodes."""
        self.known, self.book = known, known.book
        self.own = part
        self.facts: dict[Subject, Said] = dict(self.own)
        for node in self.own.keys() & known.facts.keys():
            self.facts[node] = _merged(known.facts[node], part[node])
        deeper = any(SUBCLASS in said for said in self.own.values())
        self.classes = Classes(self.book, known.facts, self.own) if deeper else known.classes

    def said(self, node: Subject) -> Said:
        """Return all that is said of a node."""
        return self.facts.get(node) or self.known.facts.get(node) or {}

    def types(self, node: Subject) -> frozenset[str]:
        """Return the classes that a node says it is of."""
        return frozenset(kind.value for kind in self.said(node).get(TYPE, ()))

    def is_a(self, node: Subject, name: str) -> bool:
        """Return whether a node is an instance of a class, or of a subclass of it."""
        kinds = self.classes.kinds(name)
        return any(kind.value in kinds for kind in self.said(node).get(TYPE, ()))

    def judged(self, focus: Iterable[Subject]) -> dict[URIRef, list[Subject]]:
        """Return, for each shape, the nodes of `focus` that it judges."""
        found: dict[URIRef, list[Subject]] = {}
        for node in focus:
            for shape in self.classes.plan(self.types(node)).shapes:
                found.setdefault(shape, []).append(node)
        return found

    def breaches(
        self, focus: Collection[Subject], judged: Mapping[URIRef, Collection[Subject]]
    ) -> Iterator[Breach]:
        """Yield what compiled constraints, rules and the shapes of form find about `focus`."""
        for node in focus:
            yield from self._of_core(node)
        self.known.store.remove_graph(FOCUS_GRAPH)
        self.known.store.extend(
            ox.Quad(node, JUDGED_BY, ox.NamedNode(rule.shape), FOCUS_GRAPH)
            for rule in self.book.rules
            for node in judged.get(rule.shape, ())
        )
        yield from breaches_of_rules(self.book, self.known.store, judged)
        nameless = (node for node in self.own if isinstance(node, ox.BlankNode))
        facts = {node: self.said(node) for node in (*focus, *nameless)}
        yield from breaches_of_form(self.book, facts, self.own.keys() | facts.keys())

    def _of_core(self, node: Subject) -> Iterator[Breach]:
        said = self.said(node)
        for path, constraints in self.classes.plan(self.types(node)).by_path:
            values: Values = said.get(path, {}) if path else {cast(Term, node): None}
            for constraint in constraints:
                for value in constraint.check(values, said, self):
                    yield Breach(
                        shape=constraint.shape,
                        focus=from_ox(node),
                        path=URIRef(path) if path else None,
                        value=None if value is None else from_ox(value),
                        source=constraint.source,
                    )


def said_in(statements: Iterable[ox.Quad]) -> Facts:
    """Return what statements say, by node and predicate."""
    facts: Facts = {}
    for quad in statements:
        value = quad.object
        if isinstance(value, ox.Triple):
            from_ox(value)  # tells that it is not for us
        said = facts.setdefault(cast(Subject, quad.subject), {})
        said.setdefault(quad.predicate.value, {})[cast(Term, value)] = None
    return facts


def _quads(facts: Facts, graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    """Yield what is said as statements of a graph."""
    nodes: dict[str, ox.NamedNode] = {}
    for node, said in facts.items():
        for path, values in said.items():
            name = nodes.get(path) or nodes.setdefault(path, ox.NamedNode(path))
            for value in values:
                yield ox.Quad(node, name, value, graph)


def joined(one: Facts, other: Facts) -> Facts:
    """Return what both say."""
    both = {node: _merged(one[node], other[node]) for node in one.keys() & other.keys()}
    return {**one, **other, **both}


def _merged(
    one: Mapping[str, dict[Term, None]], other: Mapping[str, dict[Term, None]]
) -> dict[str, dict[Term, None]]:
    return {path: {**one.get(path, {}), **other.get(path, {})} for path in {**one, **other}}
