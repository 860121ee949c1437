"""The one order of a release: canonical N-Quads, sorted by code point (V-03).

Without blank nodes that order is already a canonical form, so digests and differences are
trivial; every dump is written from it. Nothing here holds more in memory than one subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from digigraph.names import PREFIXES
from digigraph.parts import UnpublishableData, sorted_lines, union_lines

__all__ = ["Object", "Said", "Subject", "UnpublishableData", "by_subject", "graph_of_line",
           "object_of", "properties", "sorted_lines", "subjects", "union_lines"]  # fmt: skip

RDF_TYPE = f"{PREFIXES['rdf']}type"
XSD = PREFIXES["xsd"]
XSD_STRING = f"{XSD}string"
LANG_STRING = f"{PREFIXES['rdf']}langString"
_CLOSES = ord(">")


class Object(NamedTuple):
    """A value as a line has it: an IRI or a literal.

    `value` is the IRI or the lexical form, `datatype` is "" for an IRI, `language` is "" but for
    a text in a language, and `token` is how N-Triples writes it.
    """

    value: str
    datatype: str
    language: str
    token: str

    @property
    def is_iri(self) -> bool:
        """Tell whether it is an IRI."""
        return not self.datatype


Said = list[tuple[str, Object, str]]
"""What is said of a subject, in order: property, value, and the graph, or "" in N-Triples."""

Subject = tuple[str, list[tuple[str, list[Object]]]]
"""A subject's IRI, and its properties with their values, all in order."""


def graph_of_line(line: bytes) -> str:
    """Return the IRI of the graph that a line of N-Quads is in."""
    return line[line.rindex(b" <") + 2 : -4].decode()


def subjects(lines: Iterable[bytes]) -> Iterator[Subject]:
    """Yield subject by subject what sorted lines of N-Triples say."""
    for subject, said in by_subject(lines, named=False):
        yield subject, properties(said)


def properties(said: Said) -> list[tuple[str, list[Object]]]:
    """Return the properties of one subject; the same triple of two graphs is met twice in a row."""
    found: list[tuple[str, list[Object]]] = []
    name, before = "", None
    for other, value, _ in said:
        if other != name:
            name, values = other, [value]
            found.append((name, values))
        elif value is not before and value != before:
            values.append(value)
        before = value
    return found


def by_subject(lines: Iterable[bytes], *, named: bool = True) -> Iterator[tuple[str, Said]]:
    """Yield what canonical lines say of each subject: those of N-Quads if `named`, else N-Triples.

    The lines are ours: only IRIs and literals are let into a part.
    """
    of, verb, told, of_graph = b"", b"", b"", b""
    name, value, graph = "", _object(b"<>"), ""
    said: Said = []
    for line in lines:
        one, two, rest = line.split(b" ", 2)
        if one != of:
            if said:
                yield of[1:-1].decode(), said
            of, said = one, []
        if two != verb:
            verb, name = two, _object(two).value
        if named:
            rest, _, last = rest.rpartition(b" <")
            if last != of_graph:
                of_graph, graph = last, last[:-4].decode()
        else:
            rest = rest[:-3]
        if rest != told:
            told, value = rest, object_of(rest)
        said.append((name, value, graph))
    if said:
        yield of[1:-1].decode(), said


def object_of(token: bytes) -> Object:
    """Return the value that a token of canonical N-Triples writes."""
    return _object(token) if token[-1] == _CLOSES else _text(token)


def _text(token: bytes) -> Object:
    """Return the text that a token writes; most texts are met once."""
    end = token.rindex(b'"')
    told = token.decode()
    if b"\\" in token:
        (line,) = ox.parse(b"<a:> <a:> %b ." % token, format=ox.RdfFormat.N_TRIPLES)
        assert isinstance(line.object, ox.Literal), "it begins with a quotation mark"
        value = line.object.value
    else:
        value = token[1:end].decode()
    language = token[end + 2 :].decode()
    if token.startswith(b"^^", end + 1):
        return Object(value, language[2:-1], "", told)
    return Object(value, LANG_STRING if language else XSD_STRING, language, told)


@lru_cache(maxsize=1 << 16)
def _object(token: bytes) -> Object:
    """Return the IRI or the typed value that a token writes; most are met often."""
    if token.startswith(b"<"):
        told = token.decode()
        return Object(told[1:-1], "", "", told)
    return _text(token)
