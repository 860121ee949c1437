"""Judges documents part by part and, with pySHACL, all at once; compares findings, time, memory.

Errors of every kind are planted: for each published property shape, one node that it judges loses
the values of its path, and another is given a wrong one. The reference is pySHACL over the whole
graph with the published shapes: core constraints about all nodes; `sh:sparql` constraints, which
it asks node by node and slowly, about nodes that were tampered with, for as long as the budget
lasts; rdflib orders a text before a number, where SPARQL has an error, so that a rule that
compares such a pair differs there.
`BENCH_PROFILES` documents (default 3); `BENCH_SECONDS` for the rules of pySHACL (default 60);
`BENCH_PYSHACL=0` leaves the reference out.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, SH, Graph
from rdflib.term import Node

from digigraph import documents, graph, reference, resources, rules, sources
from digigraph.findings import Finding, Report
from digigraph.judging import context_of, judge_part, settle
from digigraph.known import said_in
from digigraph.labels import Labels
from digigraph.names import Names
from digigraph.registry import Registry
from digigraph.terms import from_ox, graph_of
from digigraph.validation import load_shapes

from .profiles import write_profiles

SPARQL = SH.SPARQLConstraintComponent
RESULT = (SH.focusNode, SH.sourceShape, SH.resultPath, SH.value, SH.sourceConstraintComponent)
Row = tuple[Node | None, ...]
Part = list[ox.Quad]


def stated(folder: Path, count: int) -> Iterator[Part]:
    """Yield made-up documents as parts of a dataset."""
    names, known, registry = Names(), reference.load(), Registry()
    speakers = graph.speakers([], names)
    for settings in write_profiles(folder, count):
        given = sources.load(settings)
        reading = documents.read(given.path, known)
        facts = graph.facts_of(given.source, reading)
        identity = graph.identified(facts, registry, "2026.11.0")
        document = graph.Document(given.source, reading, identity)
        shared = speakers.before(identity, facts)
        yield [
            *graph.document_part(
                document, names=names, reference=known, labels=Labels({}), shared=shared
            )
        ]


def planted(parts: Sequence[Part], seed: int = 0) -> set[ox.NamedNode]:
    """Break the parts in every way, and return the nodes that were touched."""
    draw, book, touched = random.Random(seed), rules.rulebook(), set[ox.NamedNode]()
    kinds: dict[str, list[tuple[int, ox.NamedNode]]] = {}
    for number, part in enumerate(parts):
        for quad in sorted(part, key=str):
            if quad.predicate.value == str(RDF.type):
                kinds.setdefault(quad.object.value, []).append((number, quad.subject))
    for shape, words in sorted(book.words.items()):
        nodes = [one for name in sorted(book.targets[shape]) for one in kinds.get(str(name), ())]
        if not nodes or words.path is None:
            continue
        path = ox.NamedNode(words.path)
        number, node = draw.choice(nodes)
        kept = [q for q in parts[number] if (q.subject, q.predicate) != (node, path)]
        parts[number][:] = kept
        other, wrong = draw.choice(nodes)
        place = ox.NamedNode("urn:x-planted")
        for value in (ox.Literal("0"), ox.NamedNode("urn:x-wrong"), ox.Literal("о", language="bg")):
            parts[other].append(ox.Quad(wrong, path, value, place))
        touched |= {node, wrong}
    return touched


def of_pyshacl(
    whole: Graph, touched: set[ox.NamedNode], seconds: float
) -> tuple[set[Row], set[Node]]:
    """Return what pySHACL finds in a graph, and the nodes that it was asked `sh:sparql` about."""
    core, ruled = Graph() + load_shapes(), Graph() + load_shapes()
    for shape in set(ruled.subjects(SH.path, None)) - set(ruled.subjects(SH.sparql, None)):
        ruled.remove((shape, None, None))
        ruled.remove((None, SH.property, shape))
    core.remove((None, SH.sparql, None))
    start, found = time.perf_counter(), _rows(whole, core)
    print(f"pySHACL, core constraints: {time.perf_counter() - start:.1f} s", flush=True)
    focus: set[Node] = set()
    end = time.perf_counter() + seconds
    for node in sorted(touched, key=str):
        if time.perf_counter() > end:
            break
        found |= _rows(whole, ruled, [node.value])
        focus.add(from_ox(node))
    return found, focus


def _rows(whole: Graph, shapes: Graph, nodes: list[str] | None = None) -> set[Row]:
    import pyshacl

    _, results, _ = pyshacl.validate(whole, shacl_graph=shapes, focus_nodes=nodes)
    assert isinstance(results, Graph)
    return {
        tuple(results.value(one, part) for part in RESULT)
        for one in results.subjects(RDF.type, SH.ValidationResult)
    }


def comparable(findings: Sequence[Finding], focus: set[Node]) -> set[Row]:
    """Return findings as pySHACL has them: of shapes with targets, rules only about `focus`."""
    targets = rules.rulebook().targets
    return {
        (one.focus, one.shape, one.path, one.value, one.source)
        for one in findings
        if targets[one.shape] and (one.source != SPARQL or one.focus in focus)
    }


def compare(count: int, *, reference_too: bool = True, tell: bool = True) -> tuple[Report, int]:
    """Judge so many documents both ways, tell how, and return our report and the differences."""
    common = [*graph.frame_part(Names())]
    with tempfile.TemporaryDirectory() as folder:
        parts = list(stated(Path(folder), count))
    touched = planted(parts)
    before, start = _peak(), time.process_time()
    context = context_of(common, resources.AUTHORED_BASE)
    verdicts = [judge_part(context, said_in(part)) for part in parts]
    judging = time.process_time() - start
    report = settle(context, verdicts, parts.__getitem__)
    ours, more = time.process_time() - start, _peak() - before
    say = print if tell else _silent
    say(f"{count} documents, {sum(map(len, parts))} quads, {len(touched)} nodes tampered with")
    say(f"part by part: {judging / count:.2f} s a document, {ours:.1f} s in all, {more} MiB more")
    say(f"findings: {len(report.findings)} by {len({f.shape for f in report.findings})} shapes")
    if not reference_too:
        return report, 0
    start = time.process_time()
    whole = graph_of(quad for part in (common, *parts) for quad in part)
    seconds = float(os.environ.get("BENCH_SECONDS", "60"))
    theirs, focus = of_pyshacl(whole, touched, seconds)
    taken = time.process_time() - start
    mine = comparable(report.findings, focus)
    say(f"pySHACL: {taken:.1f} s; {_peak() - before - more} MiB more; rules at {len(focus)} nodes")
    say(f"ours / pySHACL: {ours / taken:.4f}")
    say(
        f"missed: {len(theirs - mine)}, too many: {len(mine - theirs)}, equal: {len(mine & theirs)}"
    )
    for name, rows in (("missed", theirs - mine), ("too many", mine - theirs)):
        for row in sorted(map(str, rows))[:20]:
            say(f"  {name}: {row}")
    return report, len(mine ^ theirs)


def _peak() -> int:
    """Return the largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _silent(_: str) -> None:
    """Say nothing."""


def main() -> None:
    """Compare as the environment says."""
    count = int(os.environ.get("BENCH_PROFILES", "3"))
    compare(count, reference_too=os.environ.get("BENCH_PYSHACL", "1") != "0")


if __name__ == "__main__":
    main()
