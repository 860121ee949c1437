"""The one order of a release: canonical N-Quads, sorted by code point (V-03).

Without blank nodes that order is already a canonical form, so digests and differences are
trivial; every dump is written from it. Nothing here holds more in memory than one subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

import pyoxigraph as ox

from digigraph.names import PREFIXES
from digigraph.parts import UnpublishableData, sorted_lines

__all__ = ["Object", "Subject", "UnpublishableData", "graph_of_line", "sorted_lines", "subjects",
           "union_lines"]  # fmt: skip

RDF_TYPE = f"{PREFIXES['rdf']}type"
XSD = PREFIXES["xsd"]
XSD_STRING = f"{XSD}string"

Object = ox.NamedNode | ox.Literal
Subject = tuple[str, list[tuple[str, list[Object]]]]
"""A subject's IRI, and its properties with their values, all in order."""


def graph_of_line(line: bytes) -> str:
    """Return the IRI of the graph that a line of N-Quads is in."""
    return line[line.rindex(b" <") + 2 : -4].decode()


def union_lines(quad_lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the N-Triples lines of all graphs together; equal triples stand side by side."""
    triples = (line[: line.rindex(b" <")] + b" .\n" for line in quad_lines)
    return (line for line, _ in groupby(triples))


def subjects(lines: Iterable[bytes]) -> Iterator[Subject]:
    """Yield subject by subject what sorted lines of N-Triples or N-Quads say."""
    for subject, triples in groupby(_parsed(lines), lambda triple: triple[0]):
        by_property = groupby(triples, lambda triple: triple[1])
        yield subject, [(name, [triple[2] for triple in same]) for name, same in by_property]


def _parsed(lines: Iterable[bytes]) -> Iterator[tuple[str, str, Object]]:
    source = iter(lines)
    while batch := b"".join(islice(source, 10_000)):
        for quad in ox.parse(batch, format=ox.RdfFormat.N_QUADS):
            # The lines are ours: `sorted_lines` let only IRIs and literals through.
            yield quad.subject.value, quad.predicate.value, quad.object
