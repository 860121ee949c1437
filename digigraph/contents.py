"""Documents in quads: what a document says, each statement in the named graphs that hold it.

Graphs and datasets have such documents (H-03, S-04). That of a graph holds its content too, whole,
where it is not too large for a document; larger ones are in the dumps.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from digigraph.document import Document
from digigraph.lines import triples_of
from digigraph.release import Release
from digigraph.things import Things

LARGEST = 25_000
"""The most triples of a graph that a document holds, some 4 MB of N-Quads."""

_TELLING = re.compile(r"(?:def|shapes|catalog/digigraph|mappings/[^/]+)\Z")
ABOUT_ITSELF = ""
"""The graph of what a document says of itself: the default one."""


def size_of(release: Release, iri: str) -> int | None:
    """Return the size, in triples, of what an IRI names; None for what holds no statements.

    The dataset, the vocabulary, the shapes and the mapping sets tell of graphs without being one;
    their size is that of their documents, which is not counted.
    """
    graphs = {graph.iri: graph.triples for graph in release.graphs}
    if iri in graphs:
        return graphs[iri]
    return 0 if _TELLING.match(iri.removeprefix(release.base)) else None


def graphs_of(
    document: Document, things: Things, metadata: Iterable[bytes]
) -> dict[str, set[bytes]]:
    """Return the lines of a document by the IRI of the graph; its metadata in the default one."""
    found: dict[str, set[bytes]] = defaultdict(set)
    found[ABOUT_ITSELF].update(metadata)
    for line, triple in zip(document.lines, triples_of(document.lines), strict=True):
        for graph in things.graphs_with(triple):
            found[graph].add(line)
    if any(graph.iri == document.iri for graph in things.release.graphs):
        found[document.iri] |= things.content(document.iri)
    return dict(found)
