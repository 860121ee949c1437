"""Values for the parameters of a published query: what people write, as terms, in its text.

People have codes in hand ("1.2", "33393020", "p-37q68h4z"); the data know what they stand for.
A value is written into the text as one term and read back before it is used, so that no value
can be more than a value; the text is plain SPARQL that any engine answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from digigraph import sparql
from digigraph.catalog import Kind, Parameter, Query
from digigraph.codes import with_code, with_identifier
from digigraph.errors import DigigraphError, QueryError
from digigraph.release import open_release
from digigraph.store import Term, iri_term, literal_term
from digigraph.things import Things

LEVELS = range(1, 9)
LONGEST = 200
"""Characters of a text, and of what is repeated from a request."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DOTTED = re.compile(r"\d-\d")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter, in bg and en."""

    parameter: str
    bg: str
    en: str


class WrongValues(DigigraphError):
    """Parameters that the query does not have, or values that they do not take: all of them."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; the message tells them in English."""
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.en for problem in problems))


def values_of(query: Query, given: Sequence[tuple[str, str]], things: Things) -> dict[str, Term]:
    """Return the terms that a query's parameters have in what people write, as name and value.

    An empty value is none. Raises `WrongValues` with everything that is wrong.
    """
    problems = list(_misnamed(query, [name for name, _ in given]))
    values: dict[str, Term] = {}
    for name, value in given:
        parameter, said = query.parameters.get(name), value.strip()
        if parameter is None or not said:
            continue
        found = _terms(parameter.kind, said, things)
        if len(found) == 1:
            values[name] = found[0]
        else:
            problems.append(_wrong(parameter, said, found))
    if problems:
        raise WrongValues(problems)
    return values


def with_values(query: Query, values: Mapping[str, Term]) -> str:
    """Return the text of a query, without its header, with parameters held to values."""
    return query.bound({name: written(term) for name, term in values.items()})


def written(term: Term) -> str:
    """Return a term as SPARQL writes it; raise `QueryError` if that could be read as more.

    >>> written(literal_term('"} DROP ALL {"'))
    '"\\\\"} DROP ALL {\\\\""'
    """
    text = str(term)
    shape = [token.kind for token in sparql.tokens(text)]
    if shape not in (["iri"], ["string"], ["string", "op", "iri"]):
        raise QueryError(f"“{text[:LONGEST]}” is not one term")
    return text


def short(parameter: Parameter, iri: str, base: str) -> str:
    """Return the shortest form of a value that leads to it, as "1.2" or "p-37q68h4z"."""
    for stem in sorted(parameter.kind.stems, key=len, reverse=True):
        if iri.startswith(base + stem):
            tail = iri.removeprefix(base + stem)
            return tail.replace("-", ".") if _DOTTED.fullmatch(tail) else tail
    return iri


def _misnamed(query: Query, names: Sequence[str]) -> Iterator[Problem]:
    known = ", ".join(query.parameters)
    for name in dict.fromkeys(names):
        shown = name[:LONGEST]
        if name not in query.parameters:
            yield Problem(
                shown,
                f"„{shown}“: няма такъв параметър; "
                + (f"има {known}" if known else "няма никакви"),
                f"“{shown}”: no such parameter; "
                + (f"there are {known}" if known else "there are none"),
            )
        elif names.count(name) > 1:
            yield Problem(shown, f"{name}: дайте го веднъж", f"{name}: give it once")


def _wrong(parameter: Parameter, said: str, found: Sequence[Term]) -> Problem:
    shown, several = said[:LONGEST], ", ".join(term.value for term in found)
    bg = f"може да е {several}" if found else f"очаква се {parameter.kind.bg}"
    en = f"it may be {several}" if found else f"expected {parameter.kind.en}"
    name = parameter.name
    return Problem(name, f"{name}: „{shown}“: {bg}", f"{name}: “{shown}”: {en}")


def _terms(kind: Kind, said: str, things: Things) -> list[Term]:
    """Return the terms that a value can mean: one if all is well."""
    if kind.name == "text":
        fit = len(said) <= LONGEST and said.isprintable()
        return [literal_term(said)] if fit else []
    if kind.name == "level":
        fit = said.isascii() and said.isdigit() and int(said[:9]) in LEVELS
        return [literal_term(str(int(said[:9])), f"{_XSD}integer")] if fit else []
    if kind.name == "day":
        day = _day(said, things)
        return [literal_term(day.isoformat(), f"{_XSD}date")] if day else []
    bare = said[1:-1] if said[0] == "<" and said[-1] == ">" else said
    named = [bare] if "://" in bare else list(_named(kind, bare, things))
    return [iri_term(iri) for iri in sorted(set(named)) if _fits(kind, iri, things)]


def _day(said: str, things: Things) -> date | None:
    """Return a day, or that of a release that stands beside the one that is asked."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        pass
    if not re.fullmatch(r"\d{4}\.\d{1,2}\.\d{1,4}", said):
        return None
    try:
        return open_release(things.release.folder.parent / said).issued
    except DigigraphError:
        return None


def _named(kind: Kind, said: str, things: Things) -> Iterator[str]:
    for stem in kind.stems:
        for form in (said, said.replace(".", "-")):
            yield f"{things.release.base}{stem}{form}"
    for iri in (*with_code(things, said), *with_identifier(things, said)):
        yield iri
        if kind.name == "profile":  # a profile is known by the code of its position
            yield from things.subjects("dgc:occupation", iri)


def _fits(kind: Kind, iri: str, things: Things) -> bool:
    if kind.name == "graph":
        return iri in {graph.iri for graph in things.release.graphs}
    if kind.of:
        return things.says(iri, kind.property, kind.of)
    return things.knows(iri)
