"""The same terms in two libraries: pyoxigraph judges, rdflib is what findings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from digigraph.errors import DigigraphError

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Subject = ox.NamedNode | ox.BlankNode
Facts = dict[Subject, dict[str, dict[Term, None]]]
"""What is said of each node, by predicate; values keep the order in which they were met."""

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def from_ox(term: object) -> Node:
    """Return the term for rdflib, its lexical form kept; raise on terms of RDF 1.2."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        plain = datatype == _STRING
        return Literal(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
    raise DigigraphError(f"{term}: RDF 1.2 terms are not part of this vocabulary; use RDF 1.1")


def to_ox(term: Node) -> Term:
    """Return the term for pyoxigraph."""
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        datatype = ox.NamedNode(term.datatype or _STRING)
        return ox.Literal(str(term), datatype=datatype)
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))


def graph_of(statements: Iterable[ox.Quad]) -> Graph:
    """Return the statements of all named graphs as one rdflib graph, every lexical form kept."""
    graph = Graph(bind_namespaces="none")
    for quad in statements:
        graph.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
    return graph


def quads_of(graph: Graph) -> Iterator[ox.Quad]:
    """Yield the triples of an rdflib graph."""
    for subject, predicate, value in graph:
        yield ox.Quad(
            cast(Subject, to_ox(subject)), cast(ox.NamedNode, to_ox(predicate)), to_ox(value)
        )
