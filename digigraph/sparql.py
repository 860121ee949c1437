"""Reads the words of a SPARQL query before the engine does.

The engine sends requests wherever SERVICE points and overflows its stack on deep nesting, and
no argument of it prevents either. So a query is read here first, by the lexical rules of
SPARQL 1.1 section 19.8, and refused if it asks for what a closed, read-only service does not do.

The engine reads without a separate lexical step: to it `SERVICE:x {` and `trueSERVICE<x> {` are
service calls, and `1<2)SERVICE#>` is a comparison and a comment, not an IRI. Where the two
readings could differ we refuse; what this reader does not understand never reaches the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from digigraph.errors import QueryError, QueryForbidden


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = _words("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH")

MAX_DEPTH = 256
"""The deepest query we pass on, in operators; a bracket counts four, a member of a list two.

Measured with pyoxigraph 0.5.13 on a 2 MiB stack, such as server threads have: 512 operators in
a chain and 128 brackets in each other pass, 1024 and 256 abort the process.
"""
BRACKET, MEMBER = 4, 2

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHAR = _BASE + "_0-9\u00b7\u0300-\u036f\u203f\u2040\\-"
_VAR = _BASE + "_0-9\u00b7\u0300-\u036f\u203f\u2040"
_LOCAL = rf"(?:[{_CHAR}:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL_NAME = rf"(?:{_LOCAL}++(?:\.++{_LOCAL}++)*+)?"
_ESCAPE = r"\\(?:[tbnrf\"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
_IRI = r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>"
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n]|\#[^\r\n]*+)++)
  | (?P<iri>{_IRI})
  | (?P<var>[?$][{_VAR}]++)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^\"\\]|{_ESCAPE}))*+\"\"\"
      | '''(?:'{{0,2}}(?:[^'\\]|{_ESCAPE}))*+'''
      | \"(?!\"\")(?:[^\"\\\r\n]|{_ESCAPE})*+\"
      | '(?!'')(?:[^'\\\r\n]|{_ESCAPE})*+')
  | (?P<lang>@[A-Za-z]++(?:--?[A-Za-z0-9]++)*+)
  | (?P<bnode>_:[{_VAR}][{_CHAR}]*+(?:\.++[{_CHAR}]++)*+)
  | (?P<number>(?:[0-9]++(?:\.[0-9]++)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
  | (?P<name>[{_BASE}][{_CHAR}.]*+)
  | (?P<local>:{_LOCAL_NAME})
  | (?P<op>\^\^|\|\||&&|!=|>=|<<|>>|\{{\||\|\}}|[{{}}()\[\],;.=!>*/+\-^|?~])
    """,
    re.VERBOSE,
)
_LOCAL_PART = re.compile(rf":{_LOCAL_NAME}")
# Less-than stands only after a term inside an expression; anywhere else "<" begins an IRI.
_LESS = re.compile(r"(?P<op><=|<)")

_SHOWN = re.compile(r"[\w?$:@<.-]{1,40}|\S")

KEYWORDS = _words(
    """
    A ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT
    CONSTRUCT CONTAINS COPY COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT
    DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG HASLANGDIR
    HAVING HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG
    LANGDIR LANGMATCHES LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT
    NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM
    SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER
    STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM
    TIMEZONE TO TRIPLE TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES VERSION WHERE WITH YEAR
    """
)
_CHAIN_WORDS = _words("AS BIND EXISTS FILTER GRAPH LATERAL MINUS OPTIONAL SELECT UNION VALUES")
_CHAIN_OPS = frozenset(("||", "&&", "!", "+", "-", "*", "/", "^", "|", "?", ".", ";"))
OPENERS = {"(": ")", "{": "}", "[": "]", "<<": ">>", "{|": "|}"}
CLOSERS = frozenset(OPENERS.values())
TERMS = frozenset(("iri", "pname", "var", "string", "lang", "bnode", "number"))


class Token(NamedTuple):
    """One word of a query: its kind, its text and where it starts, counted from 0."""

    kind: str
    text: str
    start: int

    @property
    def ends_term(self) -> bool:
        """Tell whether a term or a bracket ends here, so that an operator may follow."""
        return (
            self.kind in TERMS
            or self.text in CLOSERS
            or (self.kind == "word" and self.text.upper() in ("TRUE", "FALSE"))
        )


_NOTHING = Token("op", "", 0)
_PLAIN = TERMS - {"lang"}


@dataclass(slots=True)
class _Frame:
    """What stands between one bracket and its partner, and how deep it makes the query."""

    kind: Literal["pattern", "expression", "list", "data"]
    above: int = 0
    chain: int = 0
    below: int = 0
    data_next: bool = False
    head: bool = False
    describes: bool = False

    @property
    def depth(self) -> int:
        """Return how deep the query is on the longest way through this frame."""
        return self.above + self.chain + self.below


@dataclass(slots=True)
class _Reader:
    """Reads one query; knows which bracket it is in, because "<" means two things."""

    text: str
    frames: list[_Frame] = field(default_factory=lambda: [_Frame("pattern", head=True)])
    last: Token = _NOTHING
    before: Token = _NOTHING

    def tokens(self) -> Iterator[Token]:
        place, text, end = 0, self.text, len(self.text)
        while place < end:
            match = (self._less(place) if text[place] == "<" else None) or _TOKEN.match(text, place)
            if match is None:
                raise error_at(text, place, "this is not a word of SPARQL")
            kind, start, place = str(match.lastgroup), place, match.end()
            if kind == "space":
                continue
            if kind == "name":
                found = self._names(match)
                place = found[-1].start + len(found[-1].text)
            else:
                found = [Token("pname" if kind == "local" else kind, match[0], start)]
            for token in found:
                self._follow(token)
                yield token
                self.before, self.last = self.last, token

    def _less(self, place: int) -> re.Match[str] | None:
        comparison = self.frames[-1].kind == "expression" and self.last.ends_term
        return _LESS.match(self.text, place) if comparison else None

    def _names(self, match: re.Match[str]) -> list[Token]:
        """Return the prefixed name, or else the keywords and the dots between them."""
        run, start = match[0], match.start()
        if local := _LOCAL_PART.match(self.text, match.end()):
            if run.endswith("."):
                raise error_at(self.text, start, "a prefix does not end with a dot")
            return [Token("pname", run + local[0], start)]
        found = []
        for part in re.split(r"(\.)", run) if "." in run else (run,):
            if part == ".":
                found.append(Token("op", part, start))
            elif part and part.upper() in KEYWORDS:
                found.append(Token("word", part, start))
            elif part:
                raise error_at(self.text, start, f"“{part[:60]}” is not a word of SPARQL")
            start += len(part)
        return found

    def _follow(self, token: Token) -> None:
        """Keep the brackets and the depth up to date."""
        frame = self.frames[-1]
        if token.kind in _PLAIN and frame.kind == "pattern" and not frame.describes:
            return  # a term in a pattern makes nothing deeper
        if token.kind == "op" and token.text in OPENERS:
            self._open(token, frame)
        elif token.kind == "op" and token.text in CLOSERS:
            if len(self.frames) > 1:
                self.frames.pop()
                outer = self.frames[-1]
                outer.below = max(outer.below, frame.chain + frame.below + BRACKET)
        elif frame.kind != "data":
            word = token.text.upper() if token.kind == "word" else ""
            frame.data_next |= word == "VALUES"
            frame.head |= word == "SELECT"
            frame.chain += self._deeper_by(token, word, frame)
        if self.frames[-1].depth > MAX_DEPTH:
            raise error_at(self.text, token.start, "the query is nested or chained too deeply")

    def _deeper_by(self, token: Token, word: str, frame: _Frame) -> int:
        if token.kind == "op":
            return token.text in _CHAIN_OPS or (token.text == "," and frame.kind == "pattern")
        frame.describes = word == "DESCRIBE" or (frame.describes and not word)
        if token.kind == "lang" or token.kind not in TERMS:
            return word in _CHAIN_WORDS
        # Each member of a collection is two triples; the engine joins all that it describes.
        member = frame.kind != "pattern" and self.last.ends_term
        return MEMBER * member if frame.kind == "list" else member or frame.describes

    def _open(self, token: Token, frame: _Frame) -> None:
        kind: Literal["pattern", "expression", "list", "data"] = "pattern"
        if token.text == "(":
            kind = self._kind_of_parenthesis(frame)
            # Each of SELECT (…) (…) or HAVING (…) (…) wraps the rest.
            frame.chain += MEMBER if frame.kind == "list" else frame.head
        elif token.text == "{" and frame.data_next:
            kind, frame.data_next = "data", False
        else:
            frame.chain += 1
        self.frames.append(_Frame(kind, above=frame.above + frame.chain + BRACKET))

    def _kind_of_parenthesis(self, frame: _Frame) -> Literal["expression", "list"]:
        if frame.kind != "pattern":
            return "expression" if frame.kind == "expression" else "list"
        after_word = self.last.kind == "word" and self.last.text != "a"
        if frame.head or after_word or self.before.text.upper() == "FILTER":
            return "expression"
        return "list"


def tokens(query: str) -> Iterator[Token]:
    """Yield the words of a query without spaces and comments; raise `QueryError` where none is."""
    return _Reader(query).tokens()


def check(query: str, *, service: bool = False) -> str:
    """Return the form of a query (SELECT, ASK, CONSTRUCT or DESCRIBE) that may go to the engine.

    Raises `QueryForbidden` for updates and SERVICE, `QueryError` for what cannot be read. With
    `service` the calls pass; an engine that lets some through looks at where each goes.

    >>> check("ASK { ?s ?p 'SERVICE' }")
    'ASK'
    """
    form, last, before = None, _NOTHING, _NOTHING
    for token in tokens(query):
        if token.kind == "word" or last.kind == "pname":
            _refuse_service(query, token, last, before, known=service)
        if form is None:
            form = _form(query, token)
        before, last = last, token
    if form is None:
        raise error_at(query, len(query), "expected SELECT, ASK, CONSTRUCT or DESCRIBE")
    return form


def _form(query: str, token: Token) -> str | None:
    word = token.text.upper() if token.kind == "word" else ""
    if word in FORMS:
        return word
    if word in UPDATES:
        raise QueryForbidden(
            f"{word} changes data, and this service is read-only: "
            "ask with SELECT, ASK, CONSTRUCT or DESCRIBE",
            "update",
            word=word,
        )
    prologue = word in ("PREFIX", "BASE", "VERSION") or token.kind in ("iri", "pname", "string")
    if not prologue:
        message = "expected PREFIX, BASE, SELECT, ASK, CONSTRUCT or DESCRIBE"
        raise error_at(query, token.start, message)
    return None


def _refuse_service(query: str, token: Token, last: Token, before: Token, *, known: bool) -> None:
    if not known and token.kind == "word" and token.text.upper() == "SERVICE":
        raise QueryForbidden(
            "SERVICE is not answered here: this service sends no requests to others; "
            "download the dump and federate on your side",
            "service",
        )
    if last.kind != "pname":
        return
    prefix = last.text.partition(":")[0].upper()
    # The engine takes "SERVICEx:y {" for a call, unless a keyword says that a name follows.
    names_a_graph = before.kind == "word" and before.text.upper() in ("GRAPH", "FROM", "NAMED")
    glued_service = "SERVICE" in prefix and token.text == "{" and not names_a_graph
    glued_filter = "FILTER" in prefix and token.text == "("
    if glued_service or glued_filter:
        message = f"“{last.text[:60]}” can be read in two ways; rename the prefix"
        raise error_at(query, last.start, message)


def error_at(query: str, place: int, message: str) -> QueryError:
    """Return a `QueryError` with the line, the column and the word at `place` (from 0)."""
    line, column = query.count("\n", 0, place) + 1, place - query.rfind("\n", 0, place)
    shown = _SHOWN.match(query, place)
    return QueryError(
        f"line {line}, column {column}: {message}",
        line=line,
        column=column,
        token=shown[0] if shown else None,
    )
