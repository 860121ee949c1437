"""The pen: turns names and values into statements, each in its named graph.

Every minted thing gets its identity block here (M-13), so none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import pyoxigraph as ox

from digigraph.names import PREFIXES, Names
from digigraph.terms import Facts

_XSD = PREFIXES["xsd"]

Value = ox.NamedNode | ox.Literal


@dataclass
class Writer:
    """Collects what one part of a dataset states; the same statement is kept once."""

    names: Names
    modified: date
    _said: dict[str, dict[str, dict[Value, tuple[str, ...]]]] = field(default_factory=dict)
    """Subject -> property -> value -> the graphs in which it is said."""
    _nodes: dict[str, ox.NamedNode] = field(default_factory=dict)
    _iris: dict[str, str] = field(default_factory=dict)
    _graphs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def node(self, name: str) -> ox.NamedNode:
        """Return the node of a prefixed name such as "skos:Concept", or of a whole IRI."""
        node = self._nodes.get(name)
        if node is None:
            node = self._nodes[name] = _node(self.names, name)
        return node

    def iri(self, name: str) -> str:
        """Return the IRI of a prefixed name, or a whole IRI as it is."""
        iri = self._iris.get(name)
        if iri is None:
            iri = self._iris[name] = self.node(name).value
        return iri

    def add(self, graph: str, subject: str, predicate: str, *values: str | ox.Literal) -> None:
        """State `subject predicate value` for each value in the graph `graph/{graph}`."""
        here = self._graphs.get(graph)
        if here is None:
            here = self._graphs[graph] = (self.iri(self.names.graph(graph)),)
        said = self._said.setdefault(self.iri(subject), {}).setdefault(self.iri(predicate), {})
        for value in values:
            node = self.node(value) if isinstance(value, str) else value
            before = said.setdefault(node, here)
            if before is not here and here[0] not in before:
                said[node] = before + here

    def lines(self) -> list[bytes]:
        """Return the canonical N-Quads lines of all that was stated, in order."""
        return sorted(
            f"<{subject}> <{name}> {told} <{graph}> .\n".encode()
            for subject, said in self._said.items()
            for name, values in said.items()
            for told, graphs in ((str(value), graphs) for value, graphs in values.items())
            for graph in graphs
        )

    def facts(self) -> Facts:
        """Return what was stated of each subject, whatever the graph."""
        return {
            ox.NamedNode(subject): {name: dict.fromkeys(values) for name, values in said.items()}
            for subject, said in self._said.items()
        }

    def quads(self) -> set[ox.Quad]:
        """Return all that was stated."""
        return set(self._quads())

    def _quads(self) -> Iterator[ox.Quad]:
        for subject, said in self._said.items():
            for name, values in said.items():
                for value, graphs in values.items():
                    for graph in graphs:
                        yield ox.Quad(
                            ox.NamedNode(subject), ox.NamedNode(name), value, ox.NamedNode(graph)
                        )

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


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=64)
def day(value: date) -> ox.Literal:
    """Return an xsd:date."""
    return ox.Literal(value.isoformat(), datatype=ox.NamedNode(f"{_XSD}date"))


def notation(value: str, datatype: str) -> ox.Literal:
    """Return a code as a typed notation (M-15); `datatype` is the IRI."""
    return ox.Literal(value, datatype=ox.NamedNode(datatype))
