"""A dataset in parts -> one report: the shipped files once, then each document beside them.

A document is judged with the framework known but not judged again, so that the cost of a
release grows with its documents and a verdict can be kept for as long as its document stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.catalog import queries
from digigraph.rules import graph_of
from digigraph.validation import Finding, Report, validate


@dataclass(frozen=True, slots=True)
class Breach:
    """A check over the whole dataset that returned a row: its name, its title and the row."""

    name: str
    title: str
    row: str


def check(quads: Iterable[ox.Quad], base: str) -> list[Breach]:
    """Return what the checks in `queries/checks/` find over the union of all graphs (M-32)."""
    store = ox.Store()
    store.bulk_extend(quads)
    found = []
    for query in queries("checks", base).values():
        answer = store.query(query.text, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QuerySolutions)
        found += [
            Breach(query.name, query.title["en"], " ".join(str(term) for term in row))
            for row in answer
        ]
    return found


Told = Callable[[int, int], None]


def judge(
    common: Iterable[ox.Quad],
    documents: Sequence[Iterable[ox.Quad]],
    *,
    base: str,
    progress: Told = lambda *_: None,
) -> Report:
    """Return one report on the common part and on every document beside it."""
    total = len(documents) + 1
    known = graph_of(common)
    progress(0, total)
    reports = [validate(known, base=base)]
    progress(1, total)
    for number, document in enumerate(documents, 2):
        reports.append(validate(graph_of(document), context=known, base=base))
        progress(number, total)
    findings = {finding for report in reports for finding in report.findings}
    return Report(
        tuple(sorted(findings, key=Finding.key)),
        focus_nodes=sum(report.focus_nodes for report in reports),
        shapes=max(report.shapes for report in reports),
    )
