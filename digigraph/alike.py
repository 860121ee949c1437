"""Like names: which of many names may be names of one thing, and how like they are.

The score of two names is 1 − d / (a + b).  Of each name the words are taken in lower case with
look-alike letters made Cyrillic, quotation marks, dashes and brackets left out; words that only
join others are dropped, of each other word the stem is taken, and the stems are put in order.
a and b are the letters and blanks of the two, d is how many must be taken out or put in to make
one of the other.  So 1 is the same name but for case, signs, order of the words and inflection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from digigraph.search.stems import sharp
from digigraph.text import skeleton

FORMULA = "1 - d / (a + b)"
LEAST = 0.85
MOST = 3
_JOINING_WORDS = "а без в във до за и или към на над от по под при с след със"
_JOINING = frozenset(_JOINING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Named:
    """A thing, its name, and to what it belongs: things of one owner are never the same."""

    id: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things with like names, the earlier one first; `score` is from 0 to 1."""

    first: Named
    second: Named
    score: float


def form(name: str) -> str:
    """Return what names are compared by.

    >>> form("Управление на „Клиентските“ профили"), form("профил - клиентски: управление")
    ('клиентск профил управлн', 'клиентск профил управлн')
    """
    words = skeleton(name).split()
    kept = [word for word in words if word not in _JOINING] or words
    return " ".join(sorted(map(sharp, kept)))


def like(one: str, other: str) -> float:
    """Return how like two names are, from 0 to 1."""
    return _rounded(fuzz.ratio(form(one), form(other)))


def pairs(
    things: Sequence[Named],
    *,
    judged: Callable[[str, str], bool],
    least: float = LEAST,
    most: int = MOST,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[Pair]:
    """Yield the pairs that score at least `least`, each with the earlier of `things` first.

    Of each thing the `most` best earlier ones are told, and of those with one and the same form
    only the first, because what is the same as it is the same as the others. `judged` says of
    two identifiers whether they were decided on.
    """
    forms: dict[str, list[Named]] = {}
    known: list[str] = []
    for number, thing in enumerate(things, 1):
        progress(number, len(things))
        own = form(thing.name)
        same = _first(forms.get(own, ()), thing, judged)
        if same:
            yield Pair(same, thing, 1.0)
        if own in forms:
            forms[own].append(thing)
            continue
        yield from _near(thing, own, known, forms, judged, least, most)
        forms[own] = [thing]
        known.append(own)


def _near(
    thing: Named,
    own: str,
    known: list[str],
    forms: dict[str, list[Named]],
    judged: Callable[[str, str], bool],
    least: float,
    most: int,
) -> Iterator[Pair]:
    found = process.extract(
        own, known, scorer=fuzz.ratio, processor=None, score_cutoff=100 * least, limit=None
    )
    told = 0
    for other, score, _ in found:
        if told == most:
            return
        first = _first(forms[other], thing, judged)
        if first:
            told += 1
            yield Pair(first, thing, _rounded(score))


def _first(
    others: Sequence[Named], thing: Named, judged: Callable[[str, str], bool]
) -> Named | None:
    """Return the first of others that may be the same as a thing and was not decided on."""
    return next(
        (one for one in others if one.owner != thing.owner and not judged(one.id, thing.id)), None
    )


def _rounded(score: float) -> float:
    return int(score * 10 + 1e-6) / 1000
