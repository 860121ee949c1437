"""The piece of a text in which the words of a query stand, and where they stand in it."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass

from digigraph.search.normal import marked_words

LONGEST = 180
"""Characters of a snippet, without the dots."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text, its language, and from where to where the words are in it."""

    text: str
    language: str
    marks: tuple[tuple[int, int], ...] = ()


def snippet(text: str, language: str, terms: Set[str], starts: Collection[str]) -> Snippet:
    """Return the piece of `text` that has the most words with these terms, or its beginning.

    A word counts also where its term starts with one of `starts`.
    """
    heads = tuple(starts)
    places = [
        (start, end)
        for own, start, end in marked_words(text)
        if own.term in terms or own.wide in terms or (heads and own.spelling.startswith(heads))
    ]
    first = _first(places)
    begin = _word_start(text, max(0, min(first - LONGEST // 4, len(text) - LONGEST)))
    end = _word_end(text, begin, min(len(text), begin + LONGEST))
    before, after = "… " * (begin > 0), " …" * (end < len(text))
    moved = len(before) - begin
    marks = [(s + moved, e + moved) for s, e in places if begin <= s and e <= end]
    return Snippet(f"{before}{text[begin:end]}{after}", language, tuple(marks))


def _first(places: list[tuple[int, int]]) -> int:
    """Return where the words are densest."""
    best, most = 0, 0
    for number, (start, _) in enumerate(places):
        held = sum(end - start <= LONGEST * 3 // 4 for _, end in places[number : number + 40])
        if held > most:
            best, most = start, held
    return best


def _word_start(text: str, place: int) -> int:
    if place == 0:
        return 0
    blank = text.find(" ", place, place + 30)
    return blank + 1 if blank >= 0 else place


def _word_end(text: str, begin: int, place: int) -> int:
    if place == len(text):
        return place
    blank = text.rfind(" ", begin, place)
    return blank if blank > begin + LONGEST // 2 else place
