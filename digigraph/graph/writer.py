"""The pen: turns names and values into quads, each in its named graph.

Every minted thing gets its identity block here (M-13), so none can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pyoxigraph as ox

from digigraph.names import PREFIXES, Names

_XSD = PREFIXES["xsd"]


@dataclass
class Writer:
    """Collects the quads of one part of a dataset; the same statement is kept once."""

    names: Names
    modified: date
    quads: set[ox.Quad] = field(default_factory=set)
    _nodes: dict[str, ox.NamedNode] = field(default_factory=dict)
    _graphs: dict[str, ox.NamedNode] = field(default_factory=dict)

    def node(self, name: str) -> ox.NamedNode:
        """Return the node of a prefixed name such as "skos:Concept", or of a whole IRI."""
        node = self._nodes.get(name)
        if node is None:
            node = self._nodes[name] = _node(self.names, name)
        return node

    def add(self, graph: str, subject: str, predicate: str, *values: str | ox.Literal) -> None:
        """State `subject predicate value` for each value in the graph `graph/{graph}`."""
        graph_node = self._graphs.get(graph)
        if graph_node is None:
            graph_node = self._graphs[graph] = self.node(self.names.graph(graph))
        subject_node, predicate_node = self.node(subject), self.node(predicate)
        for value in values:
            node = self.node(value) if isinstance(value, str) else value
            self.quads.add(ox.Quad(subject_node, predicate_node, node, graph_node))

    def types(self, graph: str, subject: str, *classes: str) -> None:
        """State the classes of a thing."""
        self.add(graph, subject, "rdf:type", *classes)

    def identity(
        self,
        graph: str,
        subject: str,
        *,
        bg: str,
        en: str,
        part_of: str = "",
        scheme: str = "",
        label: str = "rdfs:label",
        modified: date | None = None,
    ) -> None:
        """State the identity block of a minted thing (M-13): labels, identifier, status, date.

        `modified` is given for a thing that several parts state, so that all give it one date.
        """
        self.add(graph, subject, label, text(bg, "bg"))
        if en:
            self.add(graph, subject, label, text(en, "en"))
        self.add(graph, subject, "dct:identifier", ox.Literal(self.names.tail(subject)))
        self.add(graph, subject, "adms:status", "dgc:Published")
        self.add(graph, subject, "dct:modified", day(modified or self.modified))
        if part_of:
            self.add(graph, subject, "dct:isPartOf", part_of)
        if scheme:
            self.add(graph, subject, "skos:inScheme", scheme)


def _node(names: Names, name: str) -> ox.NamedNode:
    prefix, colon, local = name.partition(":")
    if colon and prefix == "dgc":
        return ox.NamedNode(names.term(local))
    if colon and prefix in PREFIXES:
        return ox.NamedNode(PREFIXES[prefix] + local)
    return ox.NamedNode(name)


def text(value: str, language: str) -> ox.Literal:
    """Return a text in a language."""
    return ox.Literal(value, language=language)


def plain(value: str) -> ox.Literal:
    """Return a text without a language."""
    return ox.Literal(value)


def number(value: int) -> ox.Literal:
    """Return an xsd:integer in its canonical form."""
    return ox.Literal(str(value), datatype=ox.NamedNode(f"{_XSD}integer"))


def decimal(value: float) -> ox.Literal:
    """Return an xsd:decimal in the form in which the store keeps it."""
    return ox.Literal(
        f"{value:.4f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{_XSD}decimal")
    )


def truth(value: bool) -> ox.Literal:
    """Return an xsd:boolean."""
    return ox.Literal(str(value).lower(), datatype=ox.NamedNode(f"{_XSD}boolean"))


def day(value: date) -> ox.Literal:
    """Return an xsd:date."""
    return ox.Literal(value.isoformat(), datatype=ox.NamedNode(f"{_XSD}date"))


def notation(value: str, datatype: str) -> ox.Literal:
    """Return a code as a typed notation (M-15); `datatype` is the IRI."""
    return ox.Literal(value, datatype=ox.NamedNode(datatype))
