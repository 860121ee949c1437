"""What search finds and how fast: the judged queries and 100,000 statements, beside plain FTS5.

Plain FTS5 is SQLite's own full text (unicode61) over the same names, codes and texts, asked for
all the words and, where that gives fewer than ten, for any of them.
"""

from __future__ import annotations

import random
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from digigraph import build
from digigraph.lines import Lines
from digigraph.names import ESCO_ISCO, NACE2, Names
from digigraph.release import Release
from digigraph.search import FILE, Search
from digigraph.search.entries import STATEMENTS, Entries, Entry
from digigraph.search.index import write_entries
from digigraph.search.reading import Index

from .report import p99

JUDGED = Path(__file__).parents[1] / "search" / "judged.tsv"
FIRST = 10
MANY = 100_000
_SYLLABLES = ("ба", "во", "га", "де", "жи", "зо", "ки", "лу", "ме", "но", "пе", "ро", "си", "тъ")
_WORDS = re.compile(r"\w+")

Asks = Callable[[str], Sequence[str]]
"""A query in, the IRIs of its first hits out."""


@dataclass(frozen=True)
class Judged:
    """A query, of which kind it is, and what must be found for it."""

    query: str
    kind: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """How well some queries are answered: each between 0 and 1."""

    queries: int
    recall: float
    """The mean share of what is expected that is among the ten first hits."""
    rank: float
    """The mean reciprocal rank of the first hit that is expected."""


def judged(base: str) -> list[Judged]:
    """Return the judged queries, with the IRIs that are expected."""
    lines = JUDGED.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [
        Judged(q, kind, tuple(_iri(one, base) for one in told.split())) for q, kind, told in rows
    ]


def _iri(short: str, base: str) -> str:
    scheme, _, code = short.partition("/")
    return {"nace2": NACE2, "isco": ESCO_ISCO.removesuffix("C")}.get(
        scheme, f"{base}id/{scheme}/"
    ) + code


def figures(asks: Asks, rows: Iterable[Judged]) -> Figures:
    """Return how well judged queries are answered."""
    recalls, ranks = [], []
    for row in rows:
        found = list(asks(row.query))[:FIRST]
        recalls.append(sum(iri in found for iri in row.expected) / len(row.expected))
        places = [found.index(iri) + 1 for iri in row.expected if iri in found]
        ranks.append(1 / min(places) if places else 0.0)
    return Figures(len(recalls), statistics.mean(recalls), statistics.mean(ranks))


def ours(search: Search) -> Asks:
    """Return our search."""
    return lambda query: [hit.iri for hit in search.search(query, limit=FIRST).hits]


def plain(entries: Iterable[Entry]) -> Asks:
    """Return plain FTS5 over the same things."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(iri UNINDEXED, code, name, other, text)")
    db.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", map(_plain_row, entries))
    db.execute("INSERT INTO t(t) VALUES ('optimize')")

    def asks(query: str) -> Sequence[str]:
        words = [f'"{word}"' for word in _WORDS.findall(query)]
        found: dict[str, None] = {}
        for match in (" AND ".join(words), " OR ".join(words)):
            if match and len(found) < FIRST:
                rows = db.execute(
                    "SELECT iri FROM t WHERE t MATCH ? ORDER BY bm25(t, 0, 10, 10, 5, 1) LIMIT ?",
                    (match, FIRST),
                )
                found |= dict.fromkeys(iri for (iri,) in rows)
        return list(found)

    return asks


def _plain_row(entry: Entry) -> tuple[str, str, str, str, str]:
    other = " ".join(text for text, _ in (*entry.others, *entry.hints))
    name, text = " ".join(entry.names.values()), " ".join(entry.texts.values())
    return entry.iri, " ".join(entry.codes), name, other, text


def entries_of(release: Release) -> list[Entry]:
    """Return the things of a release that can be found."""
    store, lines = ox.Store.read_only(str(release.store)), Lines(release.union)
    found = Entries(store, lines, Names(release.base))
    return [*found.named(), *found.statements(), *found.at_levels()]


def table(rows: Sequence[Judged], ways: dict[str, Asks]) -> str:
    """Return the figures of each way for each kind of query, in Markdown."""
    kinds = [*dict.fromkeys(row.kind for row in rows)]
    heads = " | ".join(f"{way}: recall@{FIRST} | {way}: MRR" for way in ways)
    lines = [f"| queries | number | {heads} |", f"| --- | --- |{' --- | --- |' * len(ways)}"]
    for kind in (*kinds, "all"):
        some = [row for row in rows if kind in (row.kind, "all")]
        told = [figures(asks, some) for asks in ways.values()]
        cells = " | ".join(f"{one.recall:.3f} | {one.rank:.3f}" for one in told)
        lines.append(f"| {kind} | {len(some)} | {cells} |")
    return "\n".join(lines)


def made_up(entries: Sequence[Entry], many: int) -> Iterator[Entry]:
    """Yield the named things, then many statements in the words of the real ones.

    Every statement is a real one with every third word another and with one rare word more, so
    that common words are in as large a share of the texts as they really are.
    """
    some = random.Random(20261124)
    yield from (entry for entry in entries if entry.type not in STATEMENTS)
    real = [entry for entry in entries if entry.type in STATEMENTS]
    words = [word for entry in real for text in entry.names.values() for word in text.split()]
    rare = ["".join(some.choices(_SYLLABLES, k=4)) for _ in range(many // 4)]
    for number in range(many):
        old = real[number % len(real)]
        text = next(iter(old.names.values())).split()
        told = [some.choice(words) if some.random() < 0.33 else word for word in text]
        told.insert(some.randrange(len(told) + 1), some.choice(rare))
        yield replace(old, iri=f"{old.iri}-{number}", names={"bg": " ".join(told)})


def times(asks: Asks, rows: Sequence[Judged]) -> list[float]:
    """Return how many seconds of the processor each query takes, once the index is warm."""
    found = []
    for timed in (False, True):
        for row in rows:
            begun = time.process_time()
            asks(row.query)
            if timed:
                found.append(time.process_time() - begun)
    return found


def at_scale(entries: Sequence[Entry], rows: Sequence[Judged], base: str, many: int) -> str:
    """Return how fast `many` statements are searched, beside plain FTS5."""
    with tempfile.TemporaryDirectory() as folder:
        made = list(made_up(entries, many))
        begun = time.process_time()
        write_entries(Path(folder) / FILE, made, base)
        written = time.process_time() - begun
        search = Search(Index(Path(folder)), base)
        size = (Path(folder) / FILE).stat().st_size
        prefixes = [Judged(r.query[:n], r.kind, ()) for r in rows for n in (1, 3) if r.query[:n]]
        told = {
            "search": times(ours(search), rows),
            "suggest": times(lambda text: [hit.iri for hit in search.suggest(text)], prefixes),
            "plain FTS5": times(plain(made), rows),
        }
    lines = ["| way | median ms | mean ms | p99 ms | longest ms |", "| --- |" + " --- |" * 4]
    for way, took in told.items():
        parts = (statistics.median(took), statistics.mean(took), p99(took), max(took))
        lines.append(f"| {way} | {' | '.join(f'{1000 * part:.2f}' for part in parts)} |")
    ratio = sum(told["search"]) / sum(told["plain FTS5"])
    about = f"{many:,} statements: written in {written:.0f} s, {size / 1e6:.0f} MB"
    return f"{about}; search takes {ratio:.2f} of plain FTS5's time\n\n" + "\n".join(lines)


def main() -> None:
    """Print the figures of the judged queries and the times."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = build.build(build.inputs(), Path(folder))
        assert outcome.release
        entries, base = entries_of(outcome.release), outcome.release.base
        rows, search = judged(base), Search.open(outcome.release)
        print(table(rows, {"digigraph": ours(search), "plain FTS5": plain(entries)}), "\n")
    print(at_scale(entries, rows, base, MANY), flush=True)
