"""The index of a release as it is read: a few connections, a deadline, and one thing as a row.

Connections are shared by the threads of a server and lent to one at a time: that bounds the
memory and the processors that searching takes. A question that takes too long is stopped.
"""

from __future__ import annotations

import json
import sqlite3
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from digigraph.errors import SearchTimeout, SearchUnavailable
from digigraph.search.index import FILE, FORMAT
from digigraph.search.slips import Slips

CONNECTIONS = 4
SECONDS = 2.0
"""How long a question may take, and how long it may wait for a connection."""
_STEPS = 20_000
_MAPPED = 1 << 31


@dataclass(frozen=True, slots=True)
class Found:
    """A thing as the index has it."""

    number: int
    iri: str
    type: str
    names: dict[str, str]
    others: tuple[tuple[str, str], ...]
    notation: str
    scheme: str
    texts: dict[str, str]
    owner: int | None


class Index:
    """The index in the folder of a release, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Open it; raise `SearchUnavailable` where there is none that can be read."""
        self._path = folder / FILE
        self._idle: LifoQueue[sqlite3.Connection | None] = LifoQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(None)
        self._slips: Slips | None = None
        weakref.finalize(self, _close, self._idle)
        with self.connection() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
        if found != FORMAT:
            raise SearchUnavailable(self._path)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; what runs in it longer than it may raises `SearchTimeout`."""
        try:
            held = self._idle.get(timeout=SECONDS)
        except Empty:
            raise SearchTimeout(SECONDS) from None
        try:
            db = held = held or self._opened()
            until = time.monotonic() + SECONDS
            db.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
            yield db
        except sqlite3.OperationalError as error:
            if str(error) == "interrupted":
                raise SearchTimeout(SECONDS) from error
            raise
        finally:
            self._idle.put(held)

    def things(self, db: sqlite3.Connection, numbers: Sequence[int]) -> list[Found]:
        """Return things by their numbers, in the order asked for."""
        marks = ",".join("?" * len(numbers))
        rows = db.execute(
            "SELECT id, iri, type, called, also, notation, scheme, said, owner FROM things "
            f"WHERE id IN ({marks})",
            list(numbers),
        )
        found = {row[0]: _found(row) for row in rows}
        return [found[number] for number in numbers if number in found]

    def slips(self, db: sqlite3.Connection) -> Slips:
        """Return the terms, to be asked for what a mistyped one may have meant."""
        if self._slips is None:
            terms = db.execute("SELECT term, term, things FROM words")
            words = db.execute("SELECT key, term, times FROM spellings")
            self._slips = Slips(chain(terms, words))
        return self._slips

    def _opened(self) -> sqlite3.Connection:
        try:
            where = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            db = sqlite3.connect(where, uri=True, check_same_thread=False, isolation_level=None)
            db.execute(f"PRAGMA mmap_size = {_MAPPED}")
            db.execute("SELECT 1 FROM things LIMIT 1")
        except sqlite3.Error:
            raise SearchUnavailable(self._path) from None
        return db


def _close(idle: LifoQueue[sqlite3.Connection | None]) -> None:
    """Close the connections that are not lent."""
    while not idle.empty():
        if held := idle.get_nowait():
            held.close()


def _found(row: Sequence[Any]) -> Found:
    number, iri, kind, names, others, notation, scheme, texts, owner = row
    also = tuple((text, language) for text, language in _read(others) or ())
    told = (dict(_read(names) or {}), also, notation, scheme, dict(_read(texts) or {}))
    return Found(number, iri, kind, *told, owner)


def _read(told: str) -> Any:
    return json.loads(told) if told else None
