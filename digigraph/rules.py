"""The published shapes as a rulebook, and the rules that are judged over a whole graph at once.

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
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from digigraph import resources
from digigraph.errors import DigigraphError, InputError

FOCUS_GRAPH = ox.NamedNode("urn:x-digigraph:focus")
JUDGED_BY = ox.NamedNode("urn:x-digigraph:judged-by")

QUOTES = ("#exact", "#prefix", "#suffix", "#foundText", "#verbatim")
"""Ends of the properties whose value is the source's own characters, in whatever form."""

SAID = {
    *(SH.name, SH.description, SH.message, SH.order, SH.severity, RDFS.isDefinedBy),
    *(SH.targetClass, SH.property, SH.sparql),
}
"""What a shape says besides its core constraints."""

type_of = RDF.type
Triple = tuple[Node, Node, Node]


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
    """One broken rule as an engine found it; `source` is the constraint component."""

    shape: URIRef
    focus: Node
    path: URIRef | None
    value: Node | None
    source: URIRef


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The shapes under one base: as published, and taken apart for the two engines.

    `core` holds only the constraints that a SHACL engine judges, with no targets; `targets`
    gives each shape the classes it judges: its own, and those of the shapes it is a property of.
    """

    base: str
    published: Graph
    core: Graph
    rules: tuple[Rule, ...]
    targets: Mapping[URIRef, frozenset[URIRef]]
    words: Mapping[URIRef, Words]

    def shape(self, name: str) -> URIRef:
        """Return the IRI of the shape called `name`."""
        return URIRef(f"{self.base}shapes#{name}")


def quads(path: Path, source: str | bytes, syntax: ox.RdfFormat) -> list[ox.Quad]:
    """Return the quads of a file; a syntax error becomes one that names the file and line."""
    try:
        return list(ox.parse(source, format=syntax))
    except SyntaxError as error:
        raise InputError(path, f"cannot be read: {error.msg}", line=error.lineno) from None


def graph_of(statements: Iterable[ox.Quad]) -> Graph:
    """Return the statements of all named graphs as one rdflib graph, every lexical form kept."""
    graph = Graph(bind_namespaces="none")
    for quad in statements:
        graph.add((_from_ox(quad.subject), _from_ox(quad.predicate), _from_ox(quad.object)))
    return graph


def shipped(name: str, base: str) -> Graph:
    """Return all that the Turtle files of a shipped folder say, under `base`."""
    graph = Graph(bind_namespaces="none")
    for path in sorted(resources.folder(name).rglob("*.ttl")):
        graph += graph_of(quads(path, resources.text(path, base), ox.RdfFormat.TURTLE))
    return graph


@lru_cache(maxsize=4)
def rulebook(base: str = resources.AUTHORED_BASE) -> Rulebook:
    """Read the shipped shapes under `base` and take them apart."""
    published = shipped("shapes", base)
    shapes = set(published.subjects(type_of, SH.NodeShape))
    shapes |= set(published.subjects(type_of, SH.PropertyShape))
    if not shapes:
        raise InputError(resources.folder("shapes"), "holds no shape; reinstall digigraph")
    named = sorted(cast("set[URIRef]", shapes))
    targets = {shape: _target_classes(published, shape) for shape in named}
    core = Graph(bind_namespaces="none")
    for shape in named:
        for triple in published.triples((shape, None, None)):
            if targets[shape] and triple[1] not in SAID:
                core.add(triple)
    return Rulebook(
        base=base,
        published=published,
        core=core,
        rules=tuple(_rules(published, named)),
        targets=targets,
        words={shape: _words(published, shape) for shape in named},
    )


def set_wise(select: str, prefixes: Mapping[str, str], shape: str) -> str:
    """Return the query that asks a published `sh:select` about all focus nodes of `shape`.

    The focus nodes stand first in the outermost group, so the answer is that of the published
    text with `$this` bound to each of them in turn; what would make the two differ is refused.
    """
    forbidden = re.search(r"\b(MINUS|VALUES|SERVICE)\b|\bSELECT\b.*\bSELECT\b", select, re.S)
    head, brace, body = select.partition("{")
    if forbidden or not brace or "$this" not in head:
        raise DigigraphError(
            f"{shape}: its query must project $this, with no MINUS, VALUES, SERVICE or sub-SELECT"
        )
    names = "".join(f"PREFIX {name}: <{space}>\n" for name, space in sorted(prefixes.items()))
    focus = f"GRAPH {FOCUS_GRAPH} {{ ?this {JUDGED_BY} <{shape}> }}"
    return names + f"{head}{{ {focus}{body}".replace("$this", "?this")


def judged(book: Rulebook, graph: Graph, focus: Collection[Node]) -> dict[URIRef, set[Node]]:
    """Return, for each shape, the nodes of `focus` that are instances of a class it targets."""
    instances: dict[URIRef, set[Node]] = {}
    for name in frozenset().union(*book.targets.values()):
        kinds = set(graph.transitive_subjects(RDFS.subClassOf, name))
        members = {node for kind in kinds for node in graph.subjects(type_of, kind)}
        instances[name] = members.intersection(focus)
    nodes = {
        shape: set[Node]().union(*(instances[name] for name in classes))
        for shape, classes in book.targets.items()
    }
    return {shape: found for shape, found in nodes.items() if found}


def breaches_of_rules(
    book: Rulebook, graph: Graph, nodes: Mapping[URIRef, Collection[Node]]
) -> Iterator[Breach]:
    """Yield what the `sh:sparql` constraints find among `nodes`, one query for each constraint."""
    store = ox.Store()
    store.extend(ox.Quad(*(_to_ox(term) for term in triple)) for triple in graph)  # type: ignore[arg-type] # a triple of an rdflib graph is one of ox
    wanted = {rule.shape for rule in book.rules} & set(nodes)
    store.extend(
        ox.Quad(_to_ox(node), JUDGED_BY, ox.NamedNode(shape), FOCUS_GRAPH)  # type: ignore[arg-type] # a subject is never a literal
        for shape in wanted
        for node in nodes[shape]
    )
    for rule in book.rules:
        if rule.shape not in wanted:
            continue
        answer = cast("ox.QuerySolutions", store.query(rule.query))
        with_value = "value" in {variable.value for variable in answer.variables}
        for row in answer:
            value = row["value"] if with_value else None
            yield Breach(
                shape=rule.shape,
                focus=_from_ox(row["this"]),
                path=book.words[rule.shape].path,
                value=None if value is None else _from_ox(value),
                source=SH.SPARQLConstraintComponent,
            )


def breaches_of_form(book: Rulebook, statements: Collection[Triple]) -> Iterator[Breach]:
    """Yield nodes without a name, unknown IRIs under our base and texts not in NFC.

    An unknown IRI is reported once where it is described, else at each place that names it.
    """
    nameless, known, normal = map(book.shape, ("NoBlankNodes", "KnownIri", "NormalForm"))
    pattern = re.compile(str(book.published.value(known, SH.pattern)))
    subjects = {subject for subject, _, _ in statements}
    unknown: dict[Node, bool] = {}
    for subject, predicate, value in statements:
        path = cast(URIRef, predicate)
        own_words = isinstance(value, Literal) and not path.endswith(QUOTES)
        if own_words and not unicodedata.is_normalized("NFC", str(value)):
            yield Breach(normal, subject, path, value, normal)
        for term in (subject, predicate, value):
            if isinstance(term, BNode):
                yield Breach(nameless, term, None, term, SH.NodeKindConstraintComponent)
            elif isinstance(term, URIRef):
                if term not in unknown:
                    unknown[term] = term.startswith(book.base) and not pattern.search(term)
                if unknown[term]:
                    described = term in subjects
                    yield Breach(
                        shape=known,
                        focus=term if described else subject,
                        path=None if described else path,
                        value=term,
                        source=SH.PatternConstraintComponent,
                    )


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


def _from_ox(term: object) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
        return Literal(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
    raise DigigraphError(f"{term}: RDF 1.2 terms are not part of this vocabulary; use RDF 1.1")


def _to_ox(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return (
            ox.Literal(str(term), datatype=ox.NamedNode(term.datatype))
            if (term.datatype)
            else ox.Literal(str(term))
        )
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))
