"""The one normaliser: what is indexed and what is asked for become the same terms (A-01).

A term is the Latin key of the sharp stem of a Bulgarian word, that of its wide stem after a `w`,
an English stem after an `x`, or digits. Keys have no w and no x, so that these never meet. White
space, case, stress marks, soft hyphens and letters that look alike make no difference; words that
carry nothing are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from digigraph.search import latin, stems
from digigraph.text import cyrillic

LONGEST_WORD = 40
"""Letters of a word; what is longer is no word, and only its beginning counts."""

STOP = frozenset({
    "и", "в", "във", "на", "за", "с", "със", "от", "по", "до", "при", "да", "се", "е", "са", "си",
    "ѝ", "му", "им", "че", "като", "или", "чрез", "между", "към", "ще", "а", "но", "the", "a", "an",
    "of", "and", "to", "in", "for", "on", "with", "by", "or", "through",
})  # fmt: skip
"""Words that carry nothing; "не" and "it" do."""

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300\u0301\u00ad])*")
_JOINED = re.compile(r"[a-z]+(?:-[a-z]+)+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_MARKS = dict.fromkeys(map(ord, "\u0301\u00ad"))
_FOREIGN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A word of a query: the terms that it may be, and what a whole word may begin with."""

    word: str
    terms: tuple[str, ...]
    wide: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    """What a mistyped one is compared in: its terms, and its keys as it is spelt."""


def plain(text: str) -> str:
    """Return text in NFC without stress marks and soft hyphens, in lower case."""
    marked = unicodedata.normalize("NFD", text).translate(_MARKS)
    return unicodedata.normalize("NFC", marked).casefold()


class Reading(NamedTuple):
    """A word of a text that is to be found."""

    term: str
    wide: str
    """The wide term; only Bulgarian words have one."""
    spelling: str
    """The key of the word as it is spelt, with its ending; numbers have none."""


def readings(text: str) -> list[Reading]:
    """Return the words of a text that carry something."""
    found = [one for word in _WORD.findall(text) if (one := _reading(word)).term]
    if "-" in text:
        joined = _JOINED.findall(plain(text))
        found += [_reading(word.replace("-", "")) for word in joined]
    return found


def terms_of(text: str) -> list[str]:
    """Return the terms of a text."""
    return [one.term for one in readings(text)]


@lru_cache(maxsize=65536)
def _reading(written: str) -> Reading:
    word = _clean(written)
    term = term_of(word)
    return Reading(term, wide_of(word), spelt(word) if term and not term.isdigit() else "")


def spelt(word: str) -> str:
    """Return the key of a word in its clean form as it is spelt, with its ending."""
    return _only(latin.key(word)) if _CYRILLIC.search(word) else f"x{_only(unaccented(word))}"


def marked_words(text: str) -> Iterator[tuple[Reading, int, int]]:
    """Yield each word of a text that carries something, and where in the text it is."""
    for found in _WORD.finditer(text):
        if (one := _reading(found.group())).term:
            yield one, found.start(), found.end()


@lru_cache(maxsize=65536)
def term_of(word: str) -> str:
    """Return the term of a word in its clean form; nothing for one that carries nothing."""
    if word in STOP:
        return ""
    if _CYRILLIC.search(word):
        return _only(latin.key(stems.sharp(word)))
    if word.isdigit():
        return _only(word)
    stem = _only(stems.english(unaccented(word)))
    return f"x{stem}" if stem else ""


@lru_cache(maxsize=65536)
def wide_of(word: str) -> str:
    """Return the wide term of a Bulgarian word in its clean form, nothing for others."""
    if word in STOP or not _CYRILLIC.search(word):
        return ""
    stem = _only(latin.key(stems.wide(word)))
    return f"w{stem}" if stem else ""


def asked_words(text: str, known: Callable[[str], bool], most: int) -> list[Asked]:
    """Return the first words of a query that carry something, `most` at most.

    A word in Latin letters may be English, or Bulgarian in one of several spellings: those that
    `known` tells of are kept, or the likeliest where it tells of none.
    """
    found: dict[tuple[str, ...], Asked] = {}
    for word in _words(text):
        if _carries(word, known):
            one = _asked(word, known)
            found.setdefault(one.terms, one)
        if len(found) == most:
            break
    return list(found.values())


def names_of(text: str) -> tuple[str, ...]:
    """Return the forms in which a whole name is compared.

    A text in Latin letters is English, after an `x`, or Bulgarian: its first form is what it is
    where it is published, the others are what it may be where it is asked for.

    >>> names_of("Авторско право"), names_of("avtorsko  PRAVO!")
    (('avtorsko pravo',), ('xavtorsko pravo', 'avtorsko pravo'))
    """
    words = list(_words(text))
    if not words:
        return ()
    if any(_CYRILLIC.search(word) for word in words):
        return (" ".join(latin.key(word) for word in words),)
    guesses = [word if word.isdigit() else _guess(word) for word in words]
    return (f"x{' '.join(words)}", " ".join(latin.key(guess) for guess in guesses))


def _guess(word: str) -> str:
    return (latin.cyrillic_of(word) or [word])[0]


def _asked(word: str, known: Callable[[str], bool]) -> Asked:
    if word.isdigit():
        return Asked(word, (word,))
    if _CYRILLIC.search(word) or not word.isascii():
        term, own, root = term_of(word), spelt(word), wide_of(word)
        return Asked(word, (term,), (root,) if root else (), _beginnings([own]), (term, own))
    read = latin.cyrillic_of(word)
    english = term_of(word)
    sharp = _known([english, *(term_of(one) for one in read)], known)
    right = [one for one in read if known(term_of(one))] or read
    wide = _known([wide_of(one) for one in right], known)
    begin = [f"x{word}", *(spelt(one) for one in read[:4])]
    return Asked(
        word, sharp, wide, _beginnings(begin), tuple(dict.fromkeys((*sharp[:2], *begin[:2])))
    )


def _known(terms: list[str], known: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the terms that are known, each once, or the first few where none is."""
    told = [term for term in dict.fromkeys(terms) if term]
    return tuple(term for term in told if known(term)) or tuple(told[:4])


def _carries(word: str, known: Callable[[str], bool]) -> bool:
    """Tell whether a word of a query is to be looked for."""
    if word in STOP:
        return False
    if not word.isascii() or word.isdigit():
        return bool(term_of(word))
    meant = latin.cyrillic_of(word)
    return not (meant and meant[0] in STOP) or known(term_of(word))


def _beginnings(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if len(key.removeprefix("x")) >= 3))


def _words(text: str) -> Iterator[str]:
    return (_clean(found.group()) for found in _WORD.finditer(text))


@lru_cache(maxsize=65536)
def _clean(word: str) -> str:
    said = word[: 2 * LONGEST_WORD]
    return plain(cyrillic(said) if _CYRILLIC.search(said) else said)[:LONGEST_WORD]


def unaccented(word: str) -> str:
    """Return a word in Latin letters without their accents.

    >>> unaccented("café")
    'cafe'
    """
    return "".join(
        one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one)
    )


def _only(term: str) -> str:
    """Return a term in letters and digits of ASCII alone: nothing that FTS5 reads otherwise."""
    return _FOREIGN.sub("", term)
