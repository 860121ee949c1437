"""The text index of a release: a SQLite file with FTS5, written once and then only read.

It holds terms (`normal.py`), not words, so that one analysis serves texts and questions. It is
rebuilt from the release and says nothing that is not there; like `store/` it is no published
file, because its bytes depend on the version of SQLite.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from digigraph.lines import Lines
from digigraph.names import Names
from digigraph.nearness import squeezed
from digigraph.search.entries import AT_LEVEL, STATEMENTS, Entries, Entry
from digigraph.search.normal import names_of, readings

FILE = "search.sqlite"
"""Its name in the folder of a release."""
FORMAT = 2
"""Raised whenever the tables or the terms change; an index of another format is not read."""

_TABLES = """
CREATE TABLE things(
    id INTEGER PRIMARY KEY, iri TEXT, type TEXT, called TEXT, also TEXT, notation TEXT,
    scheme TEXT, said TEXT, owner INTEGER, weight REAL
);
CREATE TABLE codes(
    key TEXT, thing INTEGER, written TEXT, place INTEGER, PRIMARY KEY (key, thing, written)
) WITHOUT ROWID;
CREATE TABLE labels(key TEXT, thing INTEGER, PRIMARY KEY (key, thing)) WITHOUT ROWID;
CREATE TABLE words(term TEXT PRIMARY KEY, things INTEGER) WITHOUT ROWID;
CREATE TABLE spellings(key TEXT PRIMARY KEY, term TEXT, times INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE names USING fts5(name, other, about, facets, content='', tokenize='ascii');
CREATE VIRTUAL TABLE texts USING fts5(body, facets, content='', tokenize='ascii');
"""
_FAST = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;
PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;
"""
_BATCH = 2000

WEIGHTS = {"OccupationProfile": 2.0, "FrameworkCompetence": 1.5, "SpecificCompetence": 1.5,
           "CompetenceArea": 1.3, AT_LEVEL: 0.5}  # fmt: skip
"""By how much hits of a type stand before others that are equally good; others have 1."""


def write_index(path: Path, store: Path, union: Path, base: str) -> None:
    """Write the index of the release whose store and sorted dump are given."""
    entries = Entries(ox.Store.read_only(str(store)), Lines(union), Names(base))
    write_entries(path, _all(entries), base)


def write_entries(path: Path, entries: Iterable[Entry], base: str) -> None:
    """Write an index of things, in the order in which they come; memory stays bounded."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(_FAST + _TABLES)
        writer = _Writer(db, Names(base))
        db.execute("BEGIN")
        for number, entry in enumerate(entries, 1):
            writer.write(number, entry)
            if number % _BATCH == 0:
                writer.flush()
        writer.flush()
        writer.finish()
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")


@lru_cache(maxsize=4096)
def facet(kind: str, value: str) -> str:
    """Return the term that a thing of a type, a scheme, a sector, an area or a level has.

    >>> facet("sector", "93.1"), facet("type", "UseExample")
    ('qs931', 'qtuseexample')
    """
    mark = {"type": "t", "scheme": "c", "sector": "s", "area": "a", "level": "l"}[kind]
    return f"q{mark}" + "".join(one for one in value.casefold() if one.isascii() and one.isalnum())


def _all(entries: Entries) -> Iterator[Entry]:
    yield from entries.named()
    yield from entries.statements()
    yield from entries.at_levels()


class _Writer:
    """Turns things into rows, and counts the terms that they have."""

    def __init__(self, db: sqlite3.Connection, names: Names) -> None:
        self._db, self._names = db, names
        self._owners: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._spelt: Counter[tuple[str, str]] = Counter()
        self._rows: dict[str, list[tuple[object, ...]]] = {}

    def write(self, number: int, entry: Entry) -> None:
        if entry.type in STATEMENTS or entry.type == AT_LEVEL:
            terms = self._terms(entry.names.values())
            self._add("texts", number, _joined(terms), self._facets(entry))
        else:
            terms = self._write_names(number, entry)
            self._owners[entry.iri] = number
        self._call(number, entry.spoken)
        self._counts.update(set(terms))
        for place, codes in enumerate((entry.codes, entry.further)):
            for code in codes:
                self._add("codes", squeezed(code), number, code.casefold(), place)
        self._add(
            "things", number, entry.iri, entry.type, _json(entry.names), _json(entry.others),
            entry.notation, entry.scheme, _json(entry.texts), self._owners.get(entry.owner),
            WEIGHTS.get(entry.type, 1.0),
        )  # fmt: skip

    def _write_names(self, number: int, entry: Entry) -> list[str]:
        name = self._terms(entry.names.values())
        told = [text for text, language in entry.others if not language.endswith("-latn")]
        other = self._terms(told)
        rest = self._terms([*(text for text, _ in entry.hints), *entry.texts.values()])
        self._add("names", number, *map(_joined, (name, other, rest)), self._facets(entry))
        self._call(number, [*entry.names.values(), *told])
        return [*name, *other, *rest]

    def _call(self, number: int, texts: Iterable[str]) -> None:
        """Let whole texts lead to a thing as its name."""
        for key in sorted({key for text in texts for key in names_of(text)[:1]}):
            self._add("labels", key, number)

    def _terms(self, texts: Iterable[str]) -> list[str]:
        found: list[str] = []
        for text in texts:
            read = readings(text)
            found += [one for term, wide, _ in read for one in (term, wide) if one]
            self._spelt.update([(spelling, term) for term, _, spelling in read if spelling])
        return found

    def _facets(self, entry: Entry) -> str:
        scheme = self._names.tail(entry.scheme)
        told = [facet("type", entry.type), *([facet("scheme", scheme)] if scheme else [])]
        for kind, values in (
            ("sector", entry.sectors), ("area", entry.areas), ("level", entry.levels),
        ):  # fmt: skip
            told += sorted(facet(kind, value) for value in values if value)
        return _joined(told)

    def _add(self, table: str, *values: object) -> None:
        self._rows.setdefault(table, []).append(values)

    def flush(self) -> None:
        for table, rows in self._rows.items():
            marks = ", ".join("?" * len(rows[0]))
            fields = {"names": "(rowid, name, other, about, facets)",
                      "texts": "(rowid, body, facets)"}.get(table, "")  # fmt: skip
            self._db.executemany(f"INSERT OR IGNORE INTO {table}{fields} VALUES ({marks})", rows)
        self._rows.clear()

    def finish(self) -> None:
        counted = sorted(self._counts.items())
        self._db.executemany("INSERT INTO words VALUES (?, ?)", counted)
        often = sorted(self._spelt.items(), key=lambda one: (-one[1], one[0]))
        told = ((key, term, times) for (key, term), times in often)
        self._db.executemany("INSERT OR IGNORE INTO spellings VALUES (?, ?, ?)", told)
        for table in ("names", "texts"):
            self._db.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")


def _joined(terms: Iterable[str]) -> str:
    return " ".join(terms)


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) if told else ""
