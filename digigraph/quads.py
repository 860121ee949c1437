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
    """Yield subject by subject what sorted lines of N-Triples or N-Quads say, a statement each."""
    subject, name = b"", b""
    properties: list[tuple[str, list[Object]]] = []
    source = iter(lines)
    while batch := list(islice(source, 10_000)):
        parsed = ox.parse(b"".join(batch), format=ox.RdfFormat.N_QUADS)
        for line, quad in zip(batch, parsed, strict=True):
            of, named, _ = line.split(b" ", 2)
            if of != subject:
                if properties:
                    yield subject[1:-1].decode(), properties
                subject, name, properties = of, b"", []
            if named != name:
                name = named
                properties.append((name[1:-1].decode(), []))
            # The lines are ours: `sorted_lines` let only IRIs and literals through.
            properties[-1][1].append(quad.object)
    if properties:
        yield subject[1:-1].decode(), properties
