"""A question as FTS5 expressions: what has all the words first, then what comes near to it.

Each step asks for what the steps before did not find, so nothing is found twice and the number
of hits is the sum. Terms are letters and digits of ASCII and stand in quotes: nothing that a
client writes is read as an operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from digigraph.search.entries import GROUPS
from digigraph.search.index import facet
from digigraph.search.normal import Asked

NAMES, TEXTS = "names", "texts"
_MOST_LEFT_OUT = 6
"""Of how many words one may be left out; of more, any is enough."""


WHOLLY = 80
"""The score of the last step that asks for all the words as they are, beside names or in them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question to one table: what is to match, and how good the hits are."""

    table: str
    match: str
    score: float
    """What its best hits have at most."""
    named: bool = False
    """Whether it asks for names alone."""


@dataclass(frozen=True, slots=True)
class Round:
    """Questions that belong together; a late one is for where little was found before."""

    steps: tuple[Step, ...]
    late: bool = True


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits are to be: of one of some types, in a scheme, of a sector, an area, a level.

    A search takes the IRI of a scheme or of an area too.
    """

    types: tuple[str, ...] = ()
    scheme: str = ""
    sector: str = ""
    area: str = ""
    level: str = ""

    @property
    def match(self) -> str:
        """Return them as an expression; none of them is empty."""
        kinds = [kind for one in self.types for kind in GROUPS.get(one, (one,))]
        told = [_any(facet("type", one) for one in kinds)] if kinds else []
        for kind in ("scheme", "sector", "area", "level"):
            if value := getattr(self, kind):
                told.append(f'"{facet(kind, value)}"')
        return " AND ".join(f"facets : {one}" for one in told)


def filtered(match: str, filters: Filters) -> str:
    """Return an expression together with the filters."""
    return f"({match}) AND {filters.match}" if filters.match else match


def whole(asked: Sequence[Asked]) -> str:
    """Return the expression for all the words."""
    return " AND ".join(_any(one.terms) for one in asked)


def widened(asked: Sequence[Asked]) -> str:
    """Return the expression for all the words, or others of the same root."""
    return " AND ".join(_wide(one) for one in asked)


def begun(asked: Sequence[Asked]) -> str:
    """Return the expression for all the words, each of which may only be begun."""
    return " AND ".join(map(_begun, asked))


def finishing(asked: Sequence[Asked]) -> str:
    """Return the expression for all the words, the last of which may only be begun."""
    return " AND ".join([*(_wide(one) for one in asked[:-1]), _begun(asked[-1])])


def corrected(asked: Sequence[Asked], near: Callable[[Asked], Sequence[str]]) -> list[Asked]:
    """Return the words with the terms that they may have been meant for."""
    return [replace(one, terms=tuple(dict.fromkeys([*one.terms, *near(one)]))) for one in asked]


def most(asked: Sequence[Asked]) -> str:
    """Return the expression for all the words but one; of two or of many words, any of them."""
    words = [_wide(one) for one in asked]
    if len(words) <= 2 or len(words) > _MOST_LEFT_OUT:
        return " OR ".join(words)
    left = combinations(words, len(words) - 1)
    return " OR ".join(f"({' AND '.join(some)})" for some in left)


def some(asked: Sequence[Asked]) -> str:
    """Return the expression for any of the words."""
    return " OR ".join(_wide(one) for one in asked)


def rounds(
    asked: Sequence[Asked],
    near: Callable[[Asked], Sequence[str]],
    unfinished: Callable[[Sequence[Asked]], str] = finishing,
) -> Iterator[Round]:
    """Yield the questions for some words, the sharpest first; `unfinished` is for begun ones."""
    if not asked:
        return
    exact, known = whole(asked), widened(asked)
    wide = (
        Step(NAMES, f"({_named(known)}) NOT ({_named(exact)})", 85, named=True),
        Step(NAMES, f"({known}) NOT ({_named(known)})", WHOLLY),
    )
    texts = (Step(TEXTS, exact, 75), Step(TEXTS, f"({known}) NOT ({exact})", 70))
    yield Round((Step(NAMES, _named(exact), 90, named=True), *wide, *texts), late=False)
    begin = unfinished(asked)
    if begin != known:
        yield Round(_steps(begin, known, 65))
        known = begin
    meant = corrected(asked, near)
    if meant != list(asked):
        yield Round(_steps(widened(meant), known, 50))
        known = f"({known}) OR ({widened(meant)})"
    if len(asked) > 1:
        yield Round(_steps(most(meant), known, 35))
    if len(asked) > 2:
        yield Round(_steps(some(meant), f"({known}) OR ({most(meant)})", 20))


def _steps(match: str, without: str, score: float) -> tuple[Step, Step, Step]:
    """Return the questions for an expression: to names, to what is said of them, to texts."""
    rest = f"({match}) NOT ({without})"
    return (
        Step(NAMES, f"({_named(match)}) NOT ({without})", score, named=True),
        Step(NAMES, f"({rest}) NOT ({_named(match)})", score - 5),
        Step(TEXTS, rest, score - 10),
    )


def _named(match: str) -> str:
    return f"{{name other}} : ({match})"


def _begun(one: Asked) -> str:
    starts = [f"{_quoted(start)} *" for start in one.beginnings]
    return f"({' OR '.join([_wide(one), *starts])})" if starts else _wide(one)


def _wide(one: Asked) -> str:
    return _any((*one.terms, *one.wide))


def _any(terms: Iterable[str]) -> str:
    told = [_quoted(term) for term in terms]
    return told[0] if len(told) == 1 else f"({' OR '.join(told)})"


def _quoted(term: str) -> str:
    return f'"{term}"'
