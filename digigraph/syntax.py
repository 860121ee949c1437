"""Says where a query that the engine refused is wrong.

The engine names the farthest place that any of its rules reached, which is often past the fault,
and lists its own grammar as what it expected. Here its place is kept where it is good, and the
commonest faults are found by reading the words once more. A guess never refuses a query: the
engine has refused it already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from digigraph.errors import QueryError
from digigraph.sparql import CLOSERS, OPENERS, TERMS, Token, error_at, tokens

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
# Among what the engine expected there may be a reason in words; the rest is its own grammar.
_REASON = re.compile(r"[A-Z][A-Za-z]+(?: [A-Za-z]+){2,}")
_OPERATORS = frozenset(("=", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "/", "!", "^^"))
_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">=", "&&", "||"))
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


def explain(query: str, message: str) -> QueryError:
    """Return the engine's complaint with the line, the column and the word at fault."""
    words = list(tokens(query))
    told = _PLACE.match(message)
    at_end = Token("end", "", len(query))
    faults = [(fault or at_end, what) for fault, what in _faults(words)]
    if faults:
        fault, what = min(faults, key=lambda found: found[0].start)
        return error_at(query, fault.start, what)
    if told is None or not words:
        return QueryError(f"the query cannot be read: {message[:200]}")
    lines = query.split("\n")
    place = sum(len(line) + 1 for line in lines[: int(told[1]) - 1]) + int(told[2]) - 1
    before = next((word for word in reversed(words) if word.start < place), words[0])
    if reason := _REASON.search(told[3]):
        # The engine had read the word already when it found fault with it.
        return error_at(query, before.start, reason[0][0].lower() + reason[0][1:])
    at = next((word for word in words if word.start + len(word.text) > place), None)
    if at is None:
        return error_at(query, before.start, "this is not expected here, or something is missing")
    return error_at(query, at.start, "this is not expected here")


def _faults(words: Sequence[Token]) -> Iterator[tuple[Token | None, str]]:
    yield from _brackets(words)
    yield from _prefixes(words)
    yield from _names_taken(words)
    based = any(word.kind == "word" and word.text.upper() == "BASE" for word in words)
    previous = words[0] if words else None
    statement = 0  # terms since a statement began; -1 where they are not counted
    closing = _constraints(words)
    for word in words[1:]:
        if word.kind == "iri" and not based and not _SCHEME.match(word.text):
            yield word, "a relative IRI needs a BASE line"
        if previous and previous.text in _OPERATORS and word.text in (")", "}", ","):
            yield word, f"something is missing after “{previous.text}”"
        if previous and previous.text in _OPERATORS and word.text in _COMPARISONS:
            yield word, f"something is missing between “{previous.text}” and “{word.text}”"
        if word.kind in TERMS or word.text == "a":
            statement += statement >= 0
            if word.kind == "lang" or (previous and previous.text == "^^"):
                statement -= statement > 0
        elif word.text in (".", "{", "}"):
            if statement == 2 and word.text != "{":
                yield word, "a triple has three terms; one is missing before this"
            statement = 0
        elif word.start in closing:
            statement = 0
        else:
            statement = -1
        previous = word


def _constraints(words: Sequence[Token]) -> set[int]:
    """Return where the brackets of FILTER and BIND close, after which a statement may begin."""
    found: set[int] = set()
    opened: list[bool] = []
    begun = False
    for word in words:
        if word.kind == "word" and word.text.upper() in ("FILTER", "BIND"):
            begun = True
        elif word.text == "(":
            opened.append(begun)
            begun = False
        elif word.text == ")" and opened and opened.pop():
            found.add(word.start)
        elif word.text == "{":
            begun = False
    return found


def _names_taken(words: Sequence[Token]) -> Iterator[tuple[Token | None, str]]:
    """Yield the variables that AS makes though they stand before it, in SELECT or in a group."""
    groups: list[set[str]] = [set()]
    brackets = 0
    for before, word in pairwise(words):
        names = before.kind == "word" and before.text.upper() == "AS"
        brackets += (word.text == "(") - (word.text == ")")
        if word.text == "{" or (word.kind == "word" and word.text.upper() == "SELECT"):
            groups.append(set())
        elif word.text == "}" and len(groups) > 1:
            groups.pop()
        elif word.kind == "var" and (names or not brackets):
            if names and word.text[1:] in groups[-1]:
                yield word, "this variable has a value already; AS makes a new one"
            groups[-1].add(word.text[1:])


def _prefixes(words: Sequence[Token]) -> Iterator[tuple[Token | None, str]]:
    declared: set[str] = set()
    declares = False
    for word in words:
        if word.kind == "pname":
            prefix = word.text.partition(":")[0]
            if declares:
                declared.add(prefix)
            elif prefix not in declared:
                yield word, "this prefix is not declared; add a PREFIX line for it"
        declares = word.kind == "word" and word.text.upper() == "PREFIX"


def _brackets(words: Sequence[Token]) -> Iterator[tuple[Token | None, str]]:
    opened: list[Token] = []
    for word in words:
        if word.kind != "op":
            continue
        if word.text in OPENERS:
            opened.append(word)
        elif word.text in CLOSERS and word.text != ">>":
            if not opened or OPENERS[opened[-1].text] != word.text:
                yield word, "this bracket closes none that is open"
                return
            opened.pop()
    if opened:
        yield None, f"the query ends too soon: “{opened[-1].text}” is not closed"
