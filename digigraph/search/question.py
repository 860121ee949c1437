"""One question to the text index: what is found, in which order, and how much (A-01, A-02).

The order is fixed while a release is served: the very code or name, codes that begin so, all the
words in names, in what is said of things, in statements; and where that is little, words that are
only begun, words as they may have been meant, and most of the words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from digigraph.nearness import squeezed
from digigraph.search import plan
from digigraph.search.normal import Asked, asked_words, names_of, plain
from digigraph.search.plan import Filters, Step
from digigraph.search.reading import Index

LONGEST = 1000
"""Characters of a question that are read."""
WORDS = 24
"""Words of a question that are looked for."""
ENOUGH = 10
"""Where so much is found, nothing that is only near is looked for."""
RANKED = 5_000
"""Of more hits than this the first things come first, whatever their words."""
_FEW = 50
_TRIED = 4
_SHORTEST = 4
"""Letters of a word that may be written together with another."""
_SLIPPED = 6
"""How many words of a question may be taken for mistyped."""

_CODES = re.compile(r"\d{4}[ -]\d{4}(?!\d)|(?=\S*\d)[\w./-]{2,}")
_LONG_NUMBER = re.compile(r"\d{4,}\Z")
_SEPARATORS = re.compile(r"[./-]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WORDLESS = re.compile(r"[\d\W_]+\Z")
_RANK = {plan.NAMES: "bm25(names, 10, 5, 1, 0)", plan.TEXTS: "bm25(texts, 1, 0)"}

Scored = tuple[int, float]
"""The number of a thing and its score, 0 to 100."""


class Question:
    """A question, put through one connection."""

    def __init__(self, index: Index, db: sqlite3.Connection, text: str, base: str) -> None:
        """Read the question: its code, if it is one, and its words."""
        self._index, self._db = index, db
        self._text = text[:LONGEST].encode("utf-8", "replace").decode("utf-8").strip()
        tail = plain(self._text).removeprefix(plain(base))
        self._code = _DASHES.sub("-", re.sub(r"\A(?:id|doc)/", "", tail))
        words = asked_words(self._text, self._known, WORDS)
        self.asked: list[Asked] = [part for one in words for part in self._parts(one)]

    def exact(self, filters: Filters) -> list[int]:
        """Return what has the whole text as its code or its name, or a part of it as its code."""
        found = list(self._with_code(self._code))
        for name in names_of(self._text):
            rows = self._db.execute(
                "SELECT thing FROM labels WHERE key = ? ORDER BY thing LIMIT ?", (name, _FEW)
            )
            found += [number for (number,) in rows]
        if not found:
            found = list(self._in_codes())
        return self._fitting(found, filters)

    def page(self, filters: Filters, offset: int, limit: int) -> tuple[int, list[Scored]]:
        """Return how much is found, and the hits from `offset` on."""
        exact = self.exact(filters)
        begun = [number for number in self._begun_codes(filters) if number not in exact]
        found = [*((number, 100.0) for number in exact), *((number, 95.0) for number in begun)]
        total, wanted = len(found), found[offset : offset + limit]
        told = [number for number, _ in found]
        if exact and (_WORDLESS.match(self._text) or "://" in self._text):
            return total, wanted
        for few in plan.rounds(self.asked, self._near):
            if few.late and total >= ENOUGH:
                break
            for step in few.steps:
                count = self._count(step, filters, told)
                if count > (first := max(0, offset - total)) and len(wanted) < limit:
                    room = (limit - len(wanted), first)
                    wanted += self._ranked(step, filters, told, count, room)
                total += count
        return total, wanted

    def best(self, filters: Filters) -> Iterator[Scored]:
        """Yield what the text may be the name or code of, in the order of a search."""
        told = set()
        for number in self.exact(filters):
            told.add(number)
            yield number, 100.0
        for number, score in self._alike(filters, plan.finishing, plan.WHOLLY):
            if number not in told:
                yield number, score

    def suggested(self, filters: Filters) -> Iterator[Scored]:
        """Yield what begins with the text, the likeliest first."""
        ways: tuple[tuple[float, Callable[[Filters], Iterable[int]]], ...] = (
            (100.0, self.exact),
            (90.0, self._begun_codes),
            (80.0, self._begun_names),
            (70.0, self._like),
        )
        told: set[int] = set()
        for score, way in ways:
            for number in way(filters):
                if number not in told:
                    told.add(number)
                    yield number, score

    def _like(self, filters: Filters) -> Iterator[int]:
        return (number for number, _ in self._alike(filters, plan.begun, 100))

    def _alike(
        self, filters: Filters, unfinished: Callable[[Sequence[Asked]], str], least: float
    ) -> Iterator[Scored]:
        """Yield what has the words in its names: all, begun, mistyped, or most of them.

        What has them beside its names comes too where it is worth `least`.
        """
        found = 0
        for few in plan.rounds(self.asked, self._near, unfinished):
            if few.late and found >= ENOUGH:
                return
            for step in few.steps:
                wanted = step.named or step.score >= least
                if wanted and (count := self._count(step, filters, ())):
                    found += count
                    yield from self._ranked(step, filters, (), count, (_FEW, 0))

    def _parts(self, one: Asked) -> list[Asked]:
        """Return a word, or the two words that it is, written as one, where only they are known."""
        if any(self._known(term) for term in (*one.terms, *one.wide)):
            return [one]
        for own in one.spellings[:_TRIED]:
            mark, letters = ("x", own[1:]) if own.startswith("x") else ("", own)
            for place in range(_SHORTEST, len(letters) - _SHORTEST + 1):
                halves = (mark + letters[:place], mark + letters[place:])
                terms = [term for half in halves if (term := self._spelt(half))]
                if len(terms) == len(halves):
                    return [
                        Asked(h, (t,), spellings=(h,)) for h, t in zip(halves, terms, strict=True)
                    ]
        return [one]

    def _spelt(self, key: str) -> str:
        """Return the term of a word that is spelt so in what there is to be found."""
        found = self._db.execute("SELECT term FROM spellings WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else ""

    def _near(self, one: Asked) -> list[str]:
        """Return the terms that a word may have been meant for, unless it is a known one."""
        place = self.asked.index(one)
        if place >= _SLIPPED or any(self._known(term) for term in one.terms):
            return []
        slips = self._index.slips(self._db)
        return [term for own in one.spellings[:_TRIED] for term in slips.near(own)]

    def _known(self, term: str) -> bool:
        found = self._db.execute("SELECT 1 FROM words WHERE term = ?", (term,))
        return bool(found.fetchone())

    def _with_code(self, code: str, *, written: bool = False) -> Iterator[int]:
        """Yield the things with a code, those first that have it as it is written."""
        rows = self._db.execute(
            "SELECT thing, written FROM codes WHERE key = ? "
            "ORDER BY written <> ?, place, thing LIMIT ?",
            (squeezed(code), code, _FEW),
        )
        return (number for number, own in rows if code and (own == code or not written))

    def _in_codes(self) -> Iterator[int]:
        """Yield the things with codes that are in the text, beside others or before more of them.

        A long number is a code however it is written; of a code that goes on, as that of a sector
        after that of an occupation does, the longest beginning counts that is one.
        """
        for part in islice(_CODES.findall(self._code), WORDS):
            ends = [found.start() for found in _SEPARATORS.finditer(part)]
            for end in (len(part), *reversed(ends[-_TRIED:])):
                code = part[:end]
                found = list(self._with_code(code, written=not _LONG_NUMBER.match(squeezed(code))))
                yield from found
                if found:
                    break

    def _begun_codes(self, filters: Filters) -> list[int]:
        """Return the things whose codes go on where the text ends, if it is one."""
        key = squeezed(self._code)
        if not (key and _WORDLESS.match(self._code)):
            return []
        return self._between("codes", key, filters)

    def _begun_names(self, filters: Filters) -> Iterator[int]:
        """Yield the things with a name that begins with the text."""
        for name in names_of(self._text):
            yield from self._between("labels", name, filters)

    def _between(self, table: str, start: str, filters: Filters) -> list[int]:
        rows = self._db.execute(
            f"SELECT thing FROM {table} WHERE key > ? AND key < ? ORDER BY key, thing LIMIT ?",
            (start, f"{start}\U0010ffff", _FEW if not filters.match else 20 * _FEW),
        )
        return self._fitting([number for (number,) in rows], filters)[:_FEW]

    def _fitting(self, numbers: Sequence[int], filters: Filters) -> list[int]:
        """Return those that the filters leave, each once."""
        found = list(dict.fromkeys(numbers))
        if not (filters.match and found):
            return found
        listed = ",".join(map(str, found))
        left = {
            number
            for table in (plan.NAMES, plan.TEXTS)
            for (number,) in self._db.execute(
                f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid IN ({listed})",
                (filters.match,),
            )
        }
        return [number for number in found if number in left]

    def _count(self, step: Step, filters: Filters, told: Sequence[int]) -> int:
        found = self._db.execute(
            f"SELECT count(*) FROM {step.table} WHERE {step.table} MATCH ?"
            f" AND rowid NOT IN ({','.join(map(str, told))})",
            (plan.filtered(step.match, filters),),
        )
        count: int = found.fetchone()[0]
        return count

    def _ranked(
        self,
        step: Step,
        filters: Filters,
        told: Sequence[int],
        count: int,
        room: tuple[int, int],
    ) -> list[Scored]:
        """Return hits of a step: `room` is how many, and how many of the best to pass over."""
        table, listed = step.table, ",".join(map(str, told))
        match = plan.filtered(step.match, filters)
        if count > RANKED:
            rows = self._db.execute(
                f"SELECT rowid, 0.0 FROM {table} WHERE {table} MATCH ? "
                f"AND rowid NOT IN ({listed}) ORDER BY rowid LIMIT ? OFFSET ?",
                (match, *room),
            )
        else:
            rows = self._db.execute(
                f"SELECT {table}.rowid, {_RANK[table]} * weight AS rank FROM {table} "
                f"JOIN things ON things.id = {table}.rowid WHERE {table} MATCH ? "
                f"AND {table}.rowid NOT IN ({listed}) ORDER BY 2, 1 LIMIT ? OFFSET ?",
                (match, *room),
            )
        return [(number, _score(step.score, -rank)) for number, rank in rows]


def _score(most: float, rank: float) -> float:
    """Return the score of a hit: within five points of the most that its step gives."""
    return most - 5 / (1 + max(rank, 0.0))
