"""A small whole world for the shapes, and the cases that say how it may be broken.

`shapes/base.ttl` is the world, which conforms. Every other file there is a case:
`<Shape>.<situation>.ttl` says in triples how that world differs (`t:loses` takes all values of a
property from a subject; other triples are added) and what is then found (`t:fails`, on the node,
names the shapes; `t:conforms` says that nothing is).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rdflib import Graph, Namespace
from rdflib.term import Node

from digigraph.terms import graph_of
from digigraph.validation import read

BASE = "https://w3id.org/digigraph/"
SHAPE = Namespace(f"{BASE}shapes#")
DGC = Namespace(f"{BASE}def#")
TEST = Namespace(f"{BASE}shapes/test#")
FOLDER = Path(__file__).parent / "shapes"
CASES = sorted(path for path in FOLDER.iterdir() if path.name != "base.ttl")


@cache
def case(path: Path) -> Graph:
    """Return the triples of a case file, directions and all."""
    return graph_of(read(path))


def world() -> Graph:
    """Return a fresh copy of the world that conforms."""
    return Graph() + case(FOLDER / "base.ttl")


def world_of(*paths: Path) -> Graph:
    """Return the world as a case changes it, or several do one after another."""
    graph = world()
    for patch in map(case, paths):
        for subject, lost in patch.subject_objects(TEST.loses):
            graph.remove((subject, lost, None))
        for subject, predicate, value in patch:
            if subject != TEST.case and not str(predicate).startswith(TEST):
                graph.add((subject, predicate, value))
    return graph


def expected(path: Path) -> set[tuple[Node, Node]]:
    """Return the (node, shape) pairs that the case says are found."""
    return set(case(path).subject_objects(TEST.fails))
