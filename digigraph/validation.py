"""Judges a graph by the published shapes and tells, in two languages, what to do (M-30 to M-32).

Core constraints are compiled, `sh:sparql` constraints are asked once about all nodes; a shape
with a constraint that is not compiled is handed to pySHACL with the list of nodes it is to judge,
so that nothing a shape says is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import pyoxigraph as ox
from rdflib import SH, Graph, URIRef
from rdflib.term import Node

from digigraph import resources, rules
from digigraph.errors import DigigraphError, InputError
from digigraph.findings import Finding, Report, Severity
from digigraph.known import Known, Scope, said_in
from digigraph.resources import AUTHORED_BASE
from digigraph.terms import Subject, from_ox, graph_of, quads_of

__all__ = ["Finding", "Report", "Severity", "load_shapes", "read", "validate", "validate_file"]

SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
}
"""The files that `validate_file` reads, by extension."""


def load_shapes(base: str = AUTHORED_BASE) -> Graph:
    """Return the shipped shapes under `base`, as they are published."""
    return Graph(bind_namespaces="none") + rules.rulebook(base).published


def validate(
    data: Graph,
    *,
    context: Graph | None = None,
    focus: Collection[str] | None = None,
    base: str = AUTHORED_BASE,
) -> Report:
    """Judge the nodes of `data`, or those in `focus`, with `context` known but not judged.

    A run that would judge nothing raises `DigigraphError`: silence is not conformance.
    """
    known = Known(quads_of(context or Graph()), rules.rulebook(base))
    return _validated(known, list(quads_of(data)), focus)


def validate_file(path: Path, base: str = AUTHORED_BASE) -> Report:
    """Judge an RDF file of this vocabulary, whoever made it, with the shipped schemes known."""
    try:
        known = Known(quads_of(rules.shipped("ontology", base)), rules.rulebook(base))
        return _validated(known, read(path, base), None)
    except InputError:
        raise
    except DigigraphError as error:
        raise InputError(path, str(error)) from None


def _validated(known: Known, statements: list[ox.Quad], focus: Collection[str] | None) -> Report:
    wanted = None if focus is None else {str(node) for node in focus}
    with known.beside(said_in(statements)) as scope:
        nodes = [node for node in scope.own if wanted is None or node.value in wanted]
        report = judged(scope, nodes)
    check_judged(report.focus_nodes, len(nodes), known.book)
    return report


def check_judged(judged_nodes: int, nodes: int, book: rules.Rulebook) -> None:
    """Raise `DigigraphError` if none of so many nodes was judged: silence is not conformance."""
    if not judged_nodes:
        raise DigigraphError(
            f"nothing was checked: none of {nodes} resources is of a class that a shape "
            f"describes; give each its rdf:type, as <{book.base}def#OccupationProfile>"
        )


def judged(scope: Scope, focus: Iterable[Subject]) -> Report:
    """Return what the shapes find about the nodes in `focus`, and how many of them they judge."""
    nodes = list(focus)
    by_shape = scope.judged(nodes)
    breaches = {*scope.breaches(nodes, by_shape), *_breaches_of_left(scope, by_shape)}
    findings = sorted((_finding(scope.book, breach) for breach in breaches), key=Finding.key)
    seen = set[Subject]().union(*by_shape.values())
    return Report(tuple(findings), focus_nodes=len(seen), shapes=len(by_shape))


def read(path: Path, base: str = AUTHORED_BASE) -> list[ox.Quad]:
    """Return the quads of an RDF file, known by its extension, without asking the network.

    In JSON-LD our own published context stands in from disk; any other must be embedded.
    """
    syntax = SYNTAXES.get(path.suffix.lower())
    if syntax is None:
        raise InputError(path, f"unknown kind of file; known are {', '.join(SYNTAXES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, f"cannot be opened: {error.strerror}") from None
    if syntax is ox.RdfFormat.JSON_LD:
        content = _with_own_context(content, base)
    try:
        return rules.quads(path, content, syntax)
    except InputError as error:
        if "LoadDocumentCallback" in error.reason:
            message = "names a JSON-LD context by its address; write the context into the file"
            raise InputError(path, message) from None
        raise


def _breaches_of_left(
    scope: Scope, nodes: Mapping[URIRef, Collection[Subject]]
) -> Iterator[rules.Breach]:
    """Yield what pySHACL finds by the shapes that are not compiled, if there are any."""
    left = scope.book.left & set(nodes)
    if not left:
        return
    import pyshacl  # here, so that nothing else loads it

    shapes = scope.book.of_left()
    for shape in left:
        for node in nodes[shape]:
            shapes.add((shape, SH.targetNode, from_ox(node)))
    graph = graph_of(quad for quad in scope.known.store if quad.graph_name != rules.FOCUS_GRAPH)
    _, results, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    if not isinstance(results, Graph):
        raise DigigraphError(f"the shapes cannot be applied: {text}")
    for result in results.objects(None, SH.result):
        path = results.value(result, SH.resultPath)
        yield rules.Breach(
            shape=cast(URIRef, results.value(result, SH.sourceShape)),
            focus=cast(Node, results.value(result, SH.focusNode)),
            path=path if isinstance(path, URIRef) else None,
            value=results.value(result, SH.value),
            source=cast(URIRef, results.value(result, SH.sourceConstraintComponent)),
        )


def _finding(book: rules.Rulebook, breach: rules.Breach) -> Finding:
    words = book.words.get(breach.shape)
    if words is None:
        raise DigigraphError(f"{breach.shape}: a shape that can be broken needs an IRI and a type")
    place = (breach.focus, breach.path, breach.value, breach.shape, breach.source)
    return Finding(cast(Severity, words.severity), *place, words.message_bg, words.message_en)


def _with_own_context(content: bytes, base: str) -> bytes:
    address = f"{base}context/v1.jsonld"
    copy = resources.folder("ontology") / "context" / "v1.jsonld"
    if address.encode() not in content or not copy.is_file():
        return content
    own = json.loads(resources.text(copy, base))["@context"]

    def stand_in(node: dict[str, object]) -> dict[str, object]:
        """Put the shipped context where its address stands."""
        given = node.get("@context")
        contexts = given if isinstance(given, list) else [given]
        if address in contexts:
            node["@context"] = [own if context == address else context for context in contexts]
        return node

    try:
        return json.dumps(json.loads(content, object_hook=stand_in)).encode()
    except ValueError:
        return content  # the parser will say where
