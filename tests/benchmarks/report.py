"""The comparison as tables in Markdown: each question, the ratios, the load, what went wrong."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .http import Outcome

Times = Mapping[str, Sequence[float]]
AIMS = (
    ("cold", "Oxigraph server", "at most", 1.2),
    ("cold", "Virtuoso", "at most", 1.0),
    ("cold", "rdflib-endpoint", "at most", 1.0),
    ("warm", "Oxigraph server", "at most", 1 / 3),
)
"""What digigraph is to reach: how, against whom, and its share of their time."""


def p99(times: Sequence[float]) -> float:
    """Return the time that 99 of 100 requests stay within; the longest of fewer than 100."""
    return sorted(times)[math.ceil(len(times) * 0.99) - 1]


def ratio(ours: Times, theirs: Times) -> tuple[float, int]:
    """Return the geometric mean of our medians against theirs, and over how many questions.

    Only what both answered counts; with nothing in common the ratio is not a number.
    """
    both = [name for name in ours if name in theirs]
    if not both:
        return math.nan, 0
    ratios = [statistics.median(ours[n]) / statistics.median(theirs[n]) for n in both]
    return statistics.geometric_mean(ratios), len(both)


def markdown(outcome: Outcome) -> str:
    """Return everything that was found, as Markdown."""
    names = list(outcome.notes)
    lines = [f"# Over HTTP: {outcome.release.quads} quads", ""]
    for way in ("cold", "warm"):
        times = {name: outcome.times[name][way] for name in names}
        lines += [f"## {way}: milliseconds, median / 99 %", "", *_questions(names, times), ""]
    lines += ["## Ratios: geometric mean of medians; below 1 is faster", "", *_ratios(outcome)]
    if outcome.load:
        lines += ["", "## Requests per second (99 % within ms)", "", *_load(outcome)]
    lines += ["", "## Engines", ""]
    lines += [f"- {n}: {outcome.notes[n]}; {outcome.memory.get(n, 0)} MiB held" for n in names]
    for title, rows in (
        ("Failed, and left out of both sides of a ratio", outcome.failures),
        ("Other answers than the first engine's", outcome.differences),
    ):
        lines += ["", f"## {title}", ""]
        lines += [f"- {engine}: {name}: {why}" for engine, name, why in rows] or ["- none"]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, ruled, *rows)]


def _questions(names: Sequence[str], times: Mapping[str, Times]) -> list[str]:
    asked = sorted({name for found in times.values() for name in found})
    rows = []
    for question in asked:
        cells = []
        for name in names:
            taken = times[name].get(question)
            cells.append(
                f"{statistics.median(taken) * 1e3:.2f} / {p99(taken) * 1e3:.2f}" if taken else "–"
            )
        rows.append([question, *cells])
    return _table(["question", *names], rows)


def _ratios(outcome: Outcome) -> list[str]:
    ours = [name for name in outcome.notes if name.startswith("digigraph")]
    aims = {(way, peer): (words, share) for way, peer, words, share in AIMS}
    rows = []
    for way in ("cold", "warm"):
        for one in ours:
            for peer in outcome.notes:
                if peer == one:
                    continue
                found, count = ratio(outcome.times[one][way], outcome.times[peer][way])
                words, share = aims.get((way, peer), ("", math.nan))
                aim = f"{words} {share:.2f}: {'yes' if found <= share else 'no'}" if words else ""
                rows.append([f"{way}: {one} / {peer}", f"{found:.2f}", str(count), aim])
    return _table(["", "ratio", "questions", "aim"], rows)


def _load(outcome: Outcome) -> list[str]:
    columns = sorted({(one.way, one.clients) for one in outcome.load})
    found = {(one.engine, one.way, one.clients): one for one in outcome.load}
    rows = []
    for name in outcome.notes:
        cells = []
        for column in columns:
            one = found.get((name, *column))
            errors = f", {one.errors} errors" if one and one.errors else ""
            cells.append(f"{one.per_second:.0f} ({one.p99_ms:.1f}{errors})" if one else "–")
        rows.append([name, *cells])
    return _table(["", *(f"{way}, {clients} clients" for way, clients in columns)], rows)
