"""A dataset in parts -> one report, as if all of it had been judged at once.

`context_of` prepares what all parts share, once for each process. `judge_part` judges one part
beside it and returns a `Verdict`, which can be pickled and kept as JSON (`kept`, `Verdict.of`); it
holds for as long as the part and the context stand. `settle` makes one report of all verdicts:
what several parts speak of is judged by what all of them say, and parts that speak of each
other's things are judged again together. `judge` does all three.

Which shapes need other parts? Core constraints look at the node, its values and the classes of
its values; rules also at what names the node (`borders.reach` reads from their text how far). So
a part is judged alone but for (1) nodes on its border, judged again over all that is said of
them; (2) an identifier that two parts describe, or that one names and the other describes: these
parts become one; (3) a new finding on a border node: whoever names that node is judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph import rules
from digigraph.borders import Verdict, is_own, outlook, quads_of_lines, reach, root
from digigraph.catalog import queries
from digigraph.findings import Finding, Report
from digigraph.known import Known, Scope, joined, said_in
from digigraph.terms import Facts, Subject, from_ox
from digigraph.validation import check_judged, judged


@dataclass(frozen=True, slots=True)
class Breach:
    """A check over the whole dataset that returned a row: its name, its title and the row."""

    name: str
    title: str
    row: str


def checks(base: str) -> list[str]:
    """Return the names of the checks in `queries/checks/`."""
    return list(queries("checks", base))


def check(store: ox.Store, name: str, base: str) -> list[Breach]:
    """Return what a check in `queries/checks/` finds in the index of a release (M-32).

    Its default graph is the union of all graphs.
    """
    query = queries("checks", base)[name]
    answer = store.query(query.text)
    assert isinstance(answer, ox.QuerySolutions)
    return [Breach(name, query.title["en"], " ".join(str(term) for term in row)) for row in answer]


Told = Callable[[int, int], None]
Part = Collection[ox.Quad]


def context_of(quads: Iterable[ox.Quad], base: str) -> Known:
    """Return what is known beside every part, ready to be used in this thread."""
    return Known(quads, rules.rulebook(base))


def judge_part(context: Known, part: Facts, ntriples: bytes = b"") -> Verdict:
    """Return the verdict on one part, by what it says and what is known beside it.

    Without blank nodes it may be given as `ntriples` too, which is quicker.
    """
    with context.beside(part, ntriples) as scope:
        whole = judged(scope, scope.own)
        check_judged(whole.focus_nodes, len(scope.own), context.book)
        shared = [node for node in scope.own if not is_own(node, context)]
        names = {from_ox(node) for node in shared}
        count = len(set[Subject]().union(*scope.judged(shared).values()))
        claims, mentions, lines = outlook(scope)
    mine = tuple(one for one in whole.findings if one.focus not in names)
    others = tuple(one for one in whole.findings if one.focus in names)
    return Verdict(
        Report(mine, whole.focus_nodes - count, whole.shapes),
        Report(others, count, whole.shapes),
        *(tuple(sorted(some)) for some in (claims, mentions, lines)),
    )


def judge(
    common: Iterable[ox.Quad],
    documents: Sequence[Iterable[ox.Quad]],
    *,
    base: str,
    progress: Told = lambda *_: None,
) -> Report:
    """Return one report on the common part and on every document beside it."""
    total = len(documents) + 1
    parts = [
        document if isinstance(document, Collection) else [*document] for document in documents
    ]
    progress(0, total)
    context = context_of(common, base)
    verdicts = []
    for number, part in enumerate(parts, 1):
        verdicts.append(judge_part(context, said_in(part)))
        progress(number, total)
    report = settle(context, verdicts, parts.__getitem__)
    progress(total, total)
    return report


def settle(context: Known, verdicts: Sequence[Verdict], part: Callable[[int], Part]) -> Report:
    """Return one report on the context and on all parts, from the verdicts on these.

    `part` returns the statements of a part by its number; it is asked only for the few parts
    that must be judged again. The context may know more than the one of the verdicts, but not
    of what a part describes as its own.
    """
    groups = _groups(verdicts)
    settled = list(verdicts)
    for group in (some for some in groups if len(some) > 1):
        settled[group[0]] = judge_part(context, _joined(group, part))
        for number in group[1:]:
            settled[number] = _NOTHING
    lines = sorted({line for verdict in settled for line in verdict.lines})
    border, common = _of_border(context, quads_of_lines(lines))
    found = {*border.findings, *common.findings}
    for group in groups:
        verdict = settled[group[0]]
        if _news(verdict, border):
            settled[group[0]] = _again(context, _joined(group, part), lines, verdict)
    for verdict in settled:
        found |= set(verdict.report.findings)
    reports = [verdict.report for verdict in settled]
    return Report(
        tuple(sorted(found, key=Finding.key)),
        focus_nodes=border.focus_nodes + common.focus_nodes + sum(r.focus_nodes for r in reports),
        shapes=max(report.shapes for report in (border, common, *reports)),
    )


def _joined(group: Sequence[int], part: Callable[[int], Part]) -> Facts:
    return said_in(quad for number in group for quad in part(number))


_EMPTY = Report((), 0, 0)
_NOTHING = Verdict(_EMPTY, _EMPTY, (), (), ())


def _of_border(context: Known, said: Part) -> tuple[Report, Report]:
    """Return the report on what the parts say of shared nodes, and on the rest of the context."""
    far = reach(context.book).back
    with context.beside(said_in(said)) as scope:
        border = {node for node in scope.own if not is_own(node, context)}
        border |= _named_by(scope, far)
        report = judged(scope, border)
    with context.beside({}) as scope:
        rest = judged(scope, [node for node in context.facts if node not in border])
    return report, rest


def _named_by(scope: Scope, paths: Collection[str]) -> set[Subject]:
    """Return the nodes of the context that the parts name in a way that a rule looks back on."""
    named = {
        value for said in scope.own.values() for path in paths & said.keys() for value in said[path]
    }
    return {node for node in scope.known.facts if node in named}


def _again(context: Known, part: Facts, lines: Sequence[str], before: Verdict) -> Verdict:
    """Return a verdict with the part's own nodes judged by all that is said of the border."""
    with context.beside(joined(part, said_in(quads_of_lines(lines)))) as scope:
        own = [node for node in part if is_own(node, context)]
        report = judged(scope, own)
    return Verdict(report, before.border, before.claims, before.mentions, before.lines)


def _news(verdict: Verdict, border: Report) -> bool:
    """Return whether all parts together see nodes that this one speaks of otherwise than it did."""
    spoken_of = {*verdict.mentions, *(line[1:].partition(">")[0] for line in verdict.lines)}
    here = {finding for finding in border.findings if str(finding.focus) in spoken_of}
    return here != set(verdict.border.findings)


def _groups(verdicts: Sequence[Verdict]) -> list[list[int]]:
    """Return the numbers of the parts, those together that speak of each other's identifiers."""
    above = list(range(len(verdicts)))

    def top(number: int) -> int:
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    owner: dict[str, int] = {}
    for number, verdict in enumerate(verdicts):
        for claim in verdict.claims:
            above[top(number)] = top(owner.setdefault(claim, number))
    for number, verdict in enumerate(verdicts):
        for iri in verdict.mentions:
            claim = root(ox.NamedNode(iri))
            if claim in owner:
                above[top(number)] = top(owner[claim])
    groups: dict[int, list[int]] = {}
    for number in range(len(verdicts)):
        groups.setdefault(top(number), []).append(number)
    return list(groups.values())
