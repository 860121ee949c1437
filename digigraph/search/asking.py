"""Search, suggestions and best matches over the text index of a release (A-01, A-02)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from digigraph.search.entries import STATEMENTS
from digigraph.search.normal import Asked, names_of, terms_of
from digigraph.search.plan import Filters
from digigraph.search.question import Question, Scored
from digigraph.search.reading import Found, Index
from digigraph.search.snippets import Snippet, snippet

if TYPE_CHECKING:
    from digigraph.release import Release

SURE = 100.0
"""The score of the very code or the very name; all else has less."""
_ALL = Filters()


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its IRI, its type, what it is called, and why it was found."""

    iri: str
    type: str
    names: dict[str, str]
    others: tuple[tuple[str, str], ...]
    notation: str
    scheme: str
    score: float
    """From 0 to 100."""
    snippet: Snippet | None = None
    owner: tuple[str, dict[str, str]] | None = None
    """The profile or the competence that it is part of, with its names."""

    def label(self, language: str) -> str:
        """Return what it is called, in a language if it has a name there."""
        return self.names.get(language) or next(iter(self.names.values()), "")

    def json(self) -> dict[str, Any]:
        """Return it as search tells of it in JSON; there the score is from 0 to 1 (A-01)."""
        told: dict[str, Any] = {"id": self.iri, "type": self.type, "prefLabel": self.names}
        others: dict[str, list[str]] = {}
        for text, language in self.others:
            others.setdefault(language, []).append(text)
        told |= {"altLabel": others, "notation": self.notation, "scheme": self.scheme}
        if self.owner:
            iri, names = self.owner
            told["partOf"] = {"id": iri, "prefLabel": names}
        if self.snippet:
            marks = [list(mark) for mark in self.snippet.marks]
            piece = {"text": self.snippet.text, "lang": self.snippet.language, "marks": marks}
            told["snippet"] = piece
        told["score"] = round(self.score / 100, 3)
        return {name: told[name] for name in told if told[name] or name == "prefLabel"}


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, and how much was found in all."""

    total: int
    hits: tuple[Hit, ...]


class Search:
    """The text index of a release; safe to be asked by many threads at a time.

    Every method raises `SearchTimeout` where an answer would take too long.
    """

    def __init__(self, index: Index, base: str) -> None:
        """Take an index and the base of its IRIs; `open` does it for a release."""
        self._index, self._base = index, base

    @classmethod
    def open(cls, release: Release) -> Search:
        """Return the search of a release; raise `SearchUnavailable` where it has no index."""
        return cls(Index(release.folder), release.base)

    def search(
        self, text: str, filters: Filters = _ALL, *, limit: int = 10, offset: int = 0
    ) -> Page:
        """Return the hits from `offset` on, `limit` at most."""
        with self._index.connection() as db:
            question = Question(self._index, db, text, self._base)
            total, found = question.page(self._named(filters), offset, limit)
            return Page(total, tuple(self._hits(db, found, question.asked)))

    def suggest(self, prefix: str, filters: Filters = _ALL, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return what begins so: codes, names, words of names; last what is nearly so (A-02)."""
        with self._index.connection() as db:
            question = Question(self._index, db, prefix, self._base)
            found = list(islice(question.suggested(self._named(filters)), limit))
            return tuple(self._hits(db, found, ()))

    def best(self, text: str, filters: Filters = _ALL, *, limit: int = 5) -> tuple[Hit, ...]:
        """Return the named things that a text most likely means, in the order of a search.

        The score of the very code or name is 100. All else has less: half of it says how well the
        words were found, as in a search, half how alike the text and the nearest name are; and
        none has more than one before it.
        """
        with self._index.connection() as db:
            question = Question(self._index, db, text, self._base)
            found = dict(islice(question.best(self._named(filters)), limit))
            things = self._index.things(db, list(found))
        hits, most = [], SURE
        for thing in things:
            said = found[thing.number]
            if said < SURE:
                most = min(most, (said + _likeness(text, thing)) / 2)
            hits.append(_hit(thing, most))
        return tuple(hits)

    def _named(self, filters: Filters) -> Filters:
        """Return filters in which a scheme and an area have names where they had IRIs of ours."""
        own = f"{self._base}id/"
        area = filters.area
        if area.startswith(own):
            area = area.rpartition("/area-")[2]
        return replace(filters, scheme=filters.scheme.removeprefix(own), area=area)

    def _hits(
        self, db: sqlite3.Connection, found: Sequence[Scored], asked: Sequence[Asked]
    ) -> Iterator[Hit]:
        scores = dict(found)
        things = self._index.things(db, list(scores))
        wanted = sorted({thing.owner for thing in things if thing.owner is not None})
        owners = {one.number: (one.iri, one.names) for one in self._index.things(db, wanted)}
        for thing in things:
            owner = owners.get(thing.owner) if thing.owner is not None else None
            told = _snippet(thing, asked) if asked else None
            yield _hit(thing, scores[thing.number], told, owner)


def _hit(
    thing: Found,
    score: float,
    told: Snippet | None = None,
    owner: tuple[str, dict[str, str]] | None = None,
) -> Hit:
    return Hit(
        thing.iri, thing.type, thing.names, thing.others, thing.notation, thing.scheme,
        round(score, 1), told, owner,
    )  # fmt: skip


def _snippet(thing: Found, asked: Sequence[Asked]) -> Snippet | None:
    """Return the piece of a statement, or of a description, that has the words."""
    texts = thing.names if thing.type in STATEMENTS else thing.texts
    terms = {term for one in asked for term in (*one.terms, *one.wide)}
    starts = asked[-1].beginnings
    told = [snippet(text, language, terms, starts) for language, text in texts.items()]
    return max(told, key=lambda one: len(one.marks), default=None)


def _likeness(text: str, thing: Found) -> float:
    """Return how alike a text and the nearest name of a thing are, below `SURE`."""
    said = {_sorted(terms_of(text)), *(_sorted(name.split()) for name in names_of(text))}
    best = 0.0
    for name in (*thing.names.values(), *(name for name, _ in thing.others)):
        for own in (_sorted(terms_of(name)), *(_sorted(one.split()) for one in names_of(name))):
            best = max(best, *(fuzz.ratio(one, own) for one in said))
    return min(best, SURE - 1)


def _sorted(words: Sequence[str]) -> str:
    return " ".join(sorted(words))
