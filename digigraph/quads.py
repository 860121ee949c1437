"""The one order of a release: canonical N-Quads, sorted by code point (V-03).

Without blank nodes that order is already a canonical form, so digests and differences are
trivial; every dump is written from it. Nothing here holds more in memory than one subject, or
one run of lines to sort.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path

import pyoxigraph as ox

from digigraph.errors import DigigraphError
from digigraph.names import PREFIXES

RDF_TYPE = f"{PREFIXES['rdf']}type"
XSD = PREFIXES["xsd"]
XSD_STRING = f"{XSD}string"
RUN = 200_000
"""How many lines are sorted at once before they are laid aside on disk."""

Object = ox.NamedNode | ox.Literal
Subject = tuple[str, list[tuple[str, list[Object]]]]
"""A subject's IRI, and its properties with their values, all in order."""


class UnpublishableData(DigigraphError):
    """A statement that we do not publish: with a blank node, or in no named graph."""


def sorted_lines(quads: Iterable[ox.Quad], workspace: Path) -> Iterator[bytes]:
    """Yield the canonical N-Quads lines of the quads, each once, in the order of code points."""
    with ExitStack() as laid_aside:
        runs: list[Iterable[bytes]] = []
        source = iter(quads)
        while chunk := list(islice(source, RUN)):
            lines = ox.serialize(map(_publishable, chunk), format=ox.RdfFormat.N_QUADS)
            run = sorted((lines or b"").splitlines(keepends=True))
            if len(chunk) < RUN and not runs:
                runs.append(run)
                break
            file = laid_aside.enter_context(tempfile.TemporaryFile(dir=workspace))
            file.writelines(run)
            file.seek(0)
            runs.append(file)
        yield from (line for line, _ in groupby(heapq.merge(*runs)))


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


def _publishable(quad: ox.Quad) -> ox.Quad:
    named = isinstance(quad.subject, ox.NamedNode) and isinstance(
        quad.object, (ox.NamedNode, ox.Literal)
    )
    if named and isinstance(quad.graph_name, ox.NamedNode):
        return quad
    missing = "is in no named graph" if named else "has a node without an IRI"
    raise UnpublishableData(
        f"this statement {missing} and cannot be published; name what it is about: {quad}"
    )


def _parsed(lines: Iterable[bytes]) -> Iterator[tuple[str, str, Object]]:
    source = iter(lines)
    while batch := b"".join(islice(source, 10_000)):
        for quad in ox.parse(batch, format=ox.RdfFormat.N_QUADS):
            # The lines are ours: `sorted_lines` let only IRIs and literals through.
            yield quad.subject.value, quad.predicate.value, quad.object
