"""Puts a release into an engine over HTTP: beside the old one first, then in its place.

Each graph is sent by the SPARQL 1.1 Graph Store Protocol into a graph beside the old ones and
counted there. One SPARQL Update then moves all of them, drops what is gone and says which
release there is. Until that update the old data is whole; what was interrupted goes on where it
stopped. An engine that does not make one step of one update says meanwhile that it holds
nothing, and whoever reads with our guard waits.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from digigraph.dumps import NAME
from digigraph.endpoints import (
    DIGEST,
    KIND,
    LOAD,
    PART,
    VERSION,
    Held,
    Places,
)
from digigraph.errors import EngineUnavailable, UsageError
from digigraph.graphstore import Store, wrong
from digigraph.quads import graph_of_line
from digigraph.release import Release

ONE_STEP = 500_000
"""The most triples that are moved in one update: to move four times as many Oxigraph took more
than ten minutes and 8 GB, and Virtuoso refused."""

_TOO_LARGE = "SR325"
"""What Virtuoso says of a transaction beyond its TransactionAfterImageLimit."""

PIECE = 20_000
"""How many triples are sent at once."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load has done: whether anything changed, what is there now, and what was dropped."""

    changed: bool
    held: Held
    sent: int = 0
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A graph to be loaded: its name, the one beside it, and how many triples it has."""

    graph: str
    beside: str
    triples: int
    lines: Callable[[], Iterator[bytes]] = field(repr=False)


def load(
    release: Release,
    engine: Store,
    *,
    again: bool = False,
    progress: Progress = lambda *_: None,
) -> Outcome:
    """Put a release into an engine; where it is there already nothing is done, unless `again`.

    Raises `EngineUnavailable` where the engine refuses, does not answer, or has not kept what
    it was sent; the release that was there is then whole still, but for an engine that is
    stopped in the middle of the last step.
    """
    places = Places(release.base)
    before = engine.held(places)
    if before.is_of(release) and not again:
        return Outcome(changed=False, held=before)
    parts = _parts(release, places)
    _clear_other_plans(engine, places, {part.beside for part in parts})
    engine.update(_insert(places.plan, [(PART, part.beside) for part in parts]))
    sent = _send(engine, parts, progress)
    gone = _gone(engine, places, {part.graph for part in parts})
    now = Held(release.dataset_digest, release.version, _load_name(), engine.ends.kind)
    progress("switch", 0, 1)
    told = _state(places, parts, now)
    if not (
        _in_one_step(engine, parts, [*_switch(places, parts, gone), told])
        and _is_whole(engine, places, parts)
    ):
        _graph_by_graph(engine, places, parts, gone)
        _check(engine, places, parts)
        engine.update(told)
        _check(engine, places, parts)
    if engine.held(places) != now:
        raise wrong("the engine has not kept what the last step wrote")
    progress("switch", 1, 1)
    return Outcome(changed=True, held=now, sent=sent, dropped=tuple(gone))


def _parts(release: Release, places: Places) -> list[Part]:
    """Return every graph of a release, and the union of them all."""
    dump, union = release.path(f"{NAME}.nq"), release.path(f"{NAME}.nt")

    def lines_of(graph: str) -> Callable[[], Iterator[bytes]]:
        return lambda: _lines(dump, graph)

    found = [
        Part(g.iri, places.staged(release.dataset_digest, number), g.triples, lines_of(g.iri))
        for number, g in enumerate(release.graphs, 1)
    ]
    if clash := places.ours() & {part.graph for part in found}:
        raise UsageError(f"the release has a graph of the name {min(clash)}, which is taken")
    beside = places.staged(release.dataset_digest, 0)
    return [*found, Part(places.union, beside, release.triples, lambda: _lines(union))]


def _lines(dump: Path, graph: str = "") -> Iterator[bytes]:
    """Yield the N-Triples lines of one graph of a dump in N-Quads, or all lines of one without."""
    with dump.open("rb") as lines:
        for line in lines:
            if not graph:
                yield line
            elif graph_of_line(line) == graph:
                yield line[: line.rindex(b" <")] + b" .\n"


def _send(engine: Store, parts: list[Part], progress: Progress) -> int:
    """Send what is not there yet, and return how many triples that was."""
    total, done, sent = sum(part.triples for part in parts), 0, 0
    for part in parts:
        if engine.count(part.beside) != part.triples:
            for size in _pieces(engine, part.beside, part):
                sent += size
                progress("load", done + sent, total)
            _count(engine, part.beside, part.triples)
        else:
            done += part.triples
    return sent


def _pieces(engine: Store, graph: str, part: Part) -> Iterator[int]:
    """Send a part into a graph, piece by piece, and yield how many triples each has."""
    lines, first = part.lines(), True
    while piece := list(islice(lines, PIECE)):
        engine.put(graph, piece, first=first)
        first = False
        yield len(piece)


def _is_whole(engine: Store, places: Places, parts: list[Part]) -> bool:
    """Tell whether a step kept all: Virtuoso can lose what was in the old graph and the new."""
    try:
        _check(engine, places, parts)
    except EngineUnavailable:
        return False
    return True


def _check(engine: Store, places: Places, parts: list[Part]) -> None:
    """Count what is in its place; where that is wrong the engine holds nothing any more."""
    try:
        for part in parts:
            _count(engine, part.graph, part.triples)
    except EngineUnavailable:
        engine.drop([places.state])
        raise


def _count(engine: Store, graph: str, expected: int) -> None:
    found = engine.count(graph)
    if found != expected:
        raise wrong(f"<{graph}> has {found} triples where {expected} were sent")


def _clear_other_plans(engine: Store, places: Places, wanted: set[str]) -> None:
    """Drop what loads of other releases have left beside the data."""
    if left := [graph for graph in engine.parts(places.plan) if graph not in wanted]:
        engine.drop([*left, places.plan])


def _gone(engine: Store, places: Places, wanted: set[str]) -> list[str]:
    """Return the graphs of the release before that this one does not have."""
    return [graph for graph in engine.parts(places.state) if graph not in wanted]


def _switch(places: Places, parts: list[Part], gone: list[str]) -> list[str]:
    """Return the operations that put the new graphs into the place of the old ones."""
    return [
        f"DROP SILENT GRAPH <{places.state}>",
        *(f"MOVE <{part.beside}> TO <{part.graph}>" for part in parts),
        *(f"DROP SILENT GRAPH <{graph}>" for graph in gone),
        f"DROP SILENT GRAPH <{places.plan}>",
    ]


def _state(places: Places, parts: list[Part], now: Held) -> str:
    """Return the operation that says what the engine holds from now on."""
    told = [(DIGEST, now.digest), (VERSION, now.version), (LOAD, now.load), (KIND, now.kind)]
    return _insert(places.state, [*told, *((PART, part.graph) for part in parts)])


def _in_one_step(engine: Store, parts: list[Part], orders: list[str]) -> bool:
    """Carry the last step out as one update; tell whether it was not too large for that."""
    if sum(part.triples for part in parts) > ONE_STEP:
        return False
    try:
        engine.update(" ;\n".join(orders))
    except EngineUnavailable as error:
        if _TOO_LARGE in str(error):
            return False
        raise
    return True


def _graph_by_graph(engine: Store, places: Places, parts: list[Part], gone: list[str]) -> None:
    """Put each graph into its place, while the engine says that it holds nothing."""
    engine.drop([places.state])
    for part in parts:
        engine.drop([part.graph])
        _count(engine, part.graph, 0)
        for _ in _pieces(engine, part.graph, part):
            pass
    _drop_for_good(engine, [*(part.beside for part in parts), *gone])
    engine.drop([places.plan])


def _drop_for_good(engine: Store, graphs: list[str]) -> None:
    """Drop graphs until they are gone: an engine that gave up a step may still be undoing it."""
    left = graphs
    for wait in (0.0, 0.2, 1.0, 3.0):
        time.sleep(wait)
        engine.drop(left)
        left = [graph for graph in left if engine.count(graph)]
        if not left:
            return


def _insert(graph: str, told: Iterable[tuple[str, str]]) -> str:
    lines = (
        f"<{graph}> <{name}> " + (f"<{value}>" if name == PART else json.dumps(value)) + " ."
        for name, value in told
    )
    return f"INSERT DATA {{ GRAPH <{graph}> {{ {' '.join(lines)} }} }}"


def _load_name() -> str:
    """Return a name that no other load has."""
    return f"{time.time_ns():x}-{os.urandom(4).hex()}"
