"""The published shapes as a rulebook, taken apart for whoever judges what they say.

One text is the truth: the `sh:select` of a published shape is the query that runs.
SHACL asks it once for each focus node, which is slow; here the focus nodes are facts in a graph
of their own, the query joins them, and one question finds every breach (M-30 to M-32).
What SHACL cannot say of a graph as a whole (names, form of the text) is judged here too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import pyoxigraph as ox
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from digigraph import resources
from digigraph.constraints import Compiled, Said, compiled
from digigraph.errors import DigigraphError, InputError
from digigraph.terms import Subject, Term, from_ox, graph_of

FOCUS_GRAPH = ox.NamedNode("urn:x-digigraph:focus")
JUDGED_BY = ox.NamedNode("urn:x-digigraph:judged-by")

QUOTES = ("#exact", "#prefix", "#suffix", "#foundText", "#verbatim")
"""Ends of the properties whose value is the source's own characters, in whatever form."""

OF_FORM = ("NoBlankNodes", "KnownIri", "NormalForm")
"""The shapes about a graph as a whole, which have no targets."""

UNKNOWN = (
    SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf, SH.target, SH.deactivated, SH.rule,
    SH.js,
)  # fmt: skip
"""What no shape of ours may say, because nothing here would heed it."""

type_of = RDF.type


@dataclass(frozen=True, slots=True)
class Words:
    """What a shape says of itself: how grave a breach is, at which property, and what to do."""

    severity: str
    path: URIRef | None
    message_bg: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A published `sh:sparql` constraint as one query about all focus nodes of its shape."""

    shape: URIRef
    query: str


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule as it was found; `source` is the constraint component."""

    shape: URIRef
    focus: Node
    path: URIRef | None
    value: Node | None
    source: URIRef


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The shapes under one base: as published, and taken apart.

    `core` has the core constraints that are compiled; `left` are the shapes with a constraint
    that is not, which pySHACL judges whole. `targets` gives each shape the classes it judges:
    its own, and those of the shapes it is a property of.
    """

    base: str
    published: Graph
    core: Mapping[URIRef, Compiled]
    left: frozenset[URIRef]
    rules: tuple[Rule, ...]
    targets: Mapping[URIRef, frozenset[URIRef]]
    words: Mapping[URIRef, Words]

    def shape(self, name: str) -> URIRef:
        """Return the IRI of the shape called `name`."""
        return URIRef(f"{self.base}shapes#{name}")

    def of_left(self) -> Graph:
        """Return what the shapes left to pySHACL say, with all that they name, and no targets.

        The `sh:sparql` of a shape with targets is asked as a rule, so it is not in there.
        """
        graph = Graph(bind_namespaces="none")
        todo: list[Node] = [*self.left]
        while todo:
            node = todo.pop()
            ours = bool(self.targets.get(cast(URIRef, node)))
            for predicate, value in self.published.predicate_objects(node):
                if predicate == SH.targetClass or (ours and predicate == SH.sparql):
                    continue
                if (node, predicate, value) not in graph:
                    graph.add((node, predicate, value))
                    todo.append(value)
        return graph


def quads(path: Path, source: str | bytes, syntax: ox.RdfFormat) -> list[ox.Quad]:
    """Return the quads of a file; a syntax error becomes one that names the file and line."""
    try:
        return list(ox.parse(source, format=syntax))
    except SyntaxError as error:
        raise InputError(path, f"cannot be read: {error.msg}", line=error.lineno) from None


def shipped(name: str, base: str) -> Graph:
    """Return all that the Turtle files of a shipped folder say, under `base`."""
    graph = Graph(bind_namespaces="none")
    for path in sorted(resources.folder(name).rglob("*.ttl")):
        graph += graph_of(quads(path, resources.text(path, base), ox.RdfFormat.TURTLE))
    return graph


@lru_cache(maxsize=4)
def rulebook(base: str = resources.AUTHORED_BASE) -> Rulebook:
    """Read the shipped shapes under `base` and take them apart."""
    return taken_apart(shipped("shapes", base), base)


def taken_apart(published: Graph, base: str = resources.AUTHORED_BASE) -> Rulebook:
    """Return the rulebook of a shapes graph; raise if it says something that nobody would judge."""
    shapes = set(published.subjects(type_of, SH.NodeShape))
    shapes |= set(published.subjects(type_of, SH.PropertyShape))
    if not shapes:
        raise InputError(resources.folder("shapes"), "holds no shape; reinstall digigraph")
    named = sorted(cast("set[URIRef]", shapes))
    for shape, said, _ in published:
        if said in UNKNOWN:
            raise DigigraphError(f"{shape}: {said} is not known here; use sh:targetClass")
    targets = {shape: _target_classes(published, shape) for shape in named}
    core = {shape: compiled(published, shape) for shape in named if targets[shape]}
    book = Rulebook(
        base=base,
        published=published,
        core={shape: one for shape, one in core.items() if one and one.constraints},
        left=frozenset(shape for shape, one in core.items() if one is None),
        rules=tuple(_rules(published, [shape for shape in named if targets[shape]])),
        targets=targets,
        words={shape: _words(published, shape) for shape in named},
    )
    judged = {*core, *map(book.shape, OF_FORM), *(book.of_left().subjects() if book.left else ())}
    meant = {*named, *published.subjects(SH.targetClass), *published.objects(None, SH.property)}
    if forgotten := sorted(map(str, meant - judged)):
        raise DigigraphError(
            f"{forgotten[0]}: nobody would judge this shape; give it a type and a sh:targetClass"
        )
    return book


_OTHERWISE = (
    r"\b(MINUS|VALUES|SERVICE)\b|\bSELECT\b.*\bSELECT\b|[$?](PATH|shapesGraph|currentShape)\b"
)


def set_wise(select: str, prefixes: Mapping[str, str], shape: str) -> str:
    """Return the query that asks a published `sh:select` about all focus nodes of `shape`.

    The focus nodes stand first in the outermost group, so the answer is that of the published
    text with `$this` bound to each of them in turn; what would make the two differ is refused.
    """
    forbidden = re.search(_OTHERWISE, select, re.S)
    head, brace, body = select.partition("{")
    if forbidden or not brace or "$this" not in head:
        raise DigigraphError(
            f"{shape}: its query must project $this, with no MINUS, VALUES, SERVICE, sub-SELECT, "
            "$PATH, $shapesGraph or $currentShape"
        )
    names = "".join(f"PREFIX {name}: <{space}>\n" for name, space in sorted(prefixes.items()))
    focus = f"GRAPH {FOCUS_GRAPH} {{ ?this {JUDGED_BY} <{shape}> }}"
    return names + f"{head}{{ {focus}{body}".replace("$this", "?this")


def breaches_of_rules(
    book: Rulebook, store: ox.Store, wanted: Iterable[URIRef]
) -> Iterator[Breach]:
    """Yield what the `sh:sparql` constraints of some shapes find: one query for each constraint.

    The store holds the focus nodes of each in `FOCUS_GRAPH`; all its graphs are one graph here.
    """
    asked = set(wanted)
    for rule in book.rules:
        if rule.shape not in asked:
            continue
        answer = store.query(rule.query, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QuerySolutions), "set_wise asks SELECT"
        with_value = "value" in {variable.value for variable in answer.variables}
        for row in answer:
            value = row["value"] if with_value else None
            yield Breach(
                shape=rule.shape,
                focus=from_ox(row["this"]),
                path=book.words[rule.shape].path,
                value=None if value is None else from_ox(value),
                source=SH.SPARQLConstraintComponent,
            )


def breaches_of_form(
    book: Rulebook, facts: Mapping[Subject, Said], described: Collection[Subject]
) -> Iterator[Breach]:
    """Yield nodes without a name, unknown IRIs under our base and texts not in NFC.

    An unknown IRI is reported once where it is described, else at each place that names it.
    """
    form = _Form(book, described)
    for subject, said in facts.items():
        yield from form.of_term(subject, subject, "")
        for path, values in said.items():
            if path not in form.paths:
                yield from form.of_path(path, subject)
            own_words = not path.endswith(QUOTES)
            for value in values:
                if not isinstance(value, ox.Literal):
                    yield from form.of_term(value, subject, path)
                elif own_words and not _normal(value.value):
                    text = from_ox(value)
                    yield Breach(form.normal, from_ox(subject), URIRef(path), text, form.normal)


class _Form:
    def __init__(self, book: Rulebook, described: Collection[Subject]) -> None:
        self._nameless, self._known, self.normal = map(book.shape, OF_FORM)
        self._pattern = re.compile(str(book.published.value(self._known, SH.pattern)))
        self._described, self._base, self._sound = described, book.base, set[Term]()
        self.paths = set[str]()

    def of_path(self, path: str, subject: Subject) -> Iterator[Breach]:
        """Yield what is wrong with the name of a predicate; `paths` are those that are sound."""
        breaches = [*self.of_term(ox.NamedNode(path), subject, path)]
        if not breaches:
            self.paths.add(path)
        yield from breaches

    def of_term(self, term: Term, subject: Subject, path: str) -> Iterator[Breach]:
        """Yield what is wrong with the name of a term, at the place where it stands."""
        if term in self._sound:
            return
        if isinstance(term, ox.BlankNode):
            node = from_ox(term)
            yield Breach(self._nameless, node, None, node, SH.NodeKindConstraintComponent)
        elif term.value.startswith(self._base) and not self._pattern.search(term.value):
            described = isinstance(term, ox.NamedNode) and term in self._described
            yield Breach(
                shape=self._known,
                focus=from_ox(term if described else subject),
                path=None if described or not path else URIRef(path),
                value=from_ox(term),
                source=SH.PatternConstraintComponent,
            )
        else:
            self._sound.add(term)


def _normal(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def _target_classes(shapes: Graph, shape: URIRef) -> frozenset[URIRef]:
    owners = {shape, *shapes.subjects(SH.property, shape)}
    return frozenset(
        cast(URIRef, name) for owner in owners for name in shapes.objects(owner, SH.targetClass)
    )


def _rules(shapes: Graph, named: Iterable[URIRef]) -> Iterator[Rule]:
    for shape in named:
        for constraint in shapes.objects(shape, SH.sparql):
            prefixes = {
                str(shapes.value(entry, SH.prefix)): str(shapes.value(entry, SH.namespace))
                for header in shapes.objects(constraint, SH.prefixes)
                for entry in shapes.objects(header, SH.declare)
            }
            select = str(shapes.value(constraint, SH.select))
            yield Rule(shape, set_wise(select, prefixes, shape))


def _words(shapes: Graph, shape: URIRef) -> Words:
    severity = shapes.value(shape, SH.severity, default=SH.Violation)
    path = shapes.value(shape, SH.path)
    messages = {
        text.language: str(text)
        for text in shapes.objects(shape, SH.message)
        if isinstance(text, Literal)
    }
    return Words(
        severity=str(severity).rpartition("#")[2].lower(),
        path=None if path is None else URIRef(str(path)),
        message_bg=messages.get("bg", ""),
        message_en=messages.get("en", ""),
    )
