"""Puts a query so that every engine means the same by it as the embedded one does.

The dataset goes beside the query and never in it: engines differ in what the default graph is,
in which of the two they believe, and in what a dataset without one of its halves means. Graphs
that are not of the release are left out; to the embedded engine they are empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import IO, cast
from urllib.parse import urljoin

import pyoxigraph as ox

from digigraph.depth import Shallow
from digigraph.endpoints import Places
from digigraph.engine import Job
from digigraph.evaluation import QueryFailed, iri_term
from digigraph.names import PREFIXES
from digigraph.release import Release
from digigraph.sparql import Token, tokens

_STRING = f"{PREFIXES['xsd']}string"
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OWN_WORDS = re.compile(r"(?:bif|sql):|.*openlinksw\.com", re.IGNORECASE | re.DOTALL)
"""Names of functions and predicates that Virtuoso keeps for itself."""


@dataclass(frozen=True, slots=True)
class Put:
    """A query as it is sent, and the graphs that are its dataset; none of the lists is empty."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def parameters(self) -> list[tuple[str, str]]:
        """Return the dataset as parameters of the SPARQL Protocol."""
        return [("default-graph-uri", iri) for iri in self.default_graphs] + [
            ("named-graph-uri", iri) for iri in self.named_graphs
        ]


def put(job: Job, release: Release, kind: str) -> Put:
    """Return a query as an engine of a kind is to be asked it.

    Raises `QueryError` for what cannot name a graph, `QueryFailed` for an engine's own words.
    """
    said = _Said.of(job.query)
    if kind == "virtuoso" and (own := next(filter(_OWN_WORDS.match, said.iris), None)):
        raise QueryFailed(f"“{own[:80]}” is a word of one engine and no SPARQL")
    default, named = job.default_graphs, job.named_graphs
    if not default and not named:
        default, named = tuple(said.default), tuple(said.named)
    places = Places(release.base)
    known = {graph.iri for graph in release.graphs}
    if default or named or said.dataset:
        for iri in (*default, *named):
            iri_term(iri)
        default = tuple(iri for iri in dict.fromkeys(default) if iri in known)
        named = tuple(iri for iri in dict.fromkeys(named) if iri in known)
    else:
        default, named = (places.union,), tuple(sorted(known))
    if kind == "virtuoso":
        # It counts one row in a graph that is named in the query and not in the dataset.
        said.cuts += [(*place, f"<{places.none}>") for iri, place in said.asked if iri not in named]
        named += (places.none,)
    if not said.asks_graphs:
        named = ()
    text = said.with_cuts()
    text = described(text) if job.form == "DESCRIBE" else text
    return Put(text, default or (places.none,), named or (places.none,))


@dataclass(slots=True)
class _Said:
    """What the words of a query say of names, graphs and strings."""

    query: str
    base: str = ""
    asks_graphs: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    iris: list[str] = field(default_factory=list)
    default: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    asked: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    cuts: list[tuple[int, int, str]] = field(default_factory=list)

    @classmethod
    def of(cls, query: str) -> _Said:
        """Read a query."""
        said = cls(query)
        words = list(tokens(query))
        said.asks_graphs = any(_word(word) == "GRAPH" for word in words)
        for number, word in enumerate(words):
            said._follow(words[max(0, number - 3) : number], word)
        return said

    @property
    def dataset(self) -> bool:
        """Tell whether the query names graphs with FROM."""
        return bool(self.default or self.named)

    def with_cuts(self) -> str:
        """Return the query without what is said elsewhere or otherwise."""
        text = self.query
        for start, end, instead in sorted(self.cuts, reverse=True):
            text = text[:start] + instead + text[end:]
        return text

    def _follow(self, before: Sequence[Token], word: Token) -> None:
        iri = self._iri(word)
        if iri is None:
            return
        self.iris.append(iri)
        last = [_word(one) for one in before[-2:]]
        end = word.start + len(word.text)
        if last[-1:] == ["BASE"]:
            self.base = iri
        elif last[:1] == ["PREFIX"] and word.kind == "iri":
            self.prefixes[before[-1].text.partition(":")[0]] = iri
        elif last[-1:] == ["FROM"]:
            self.default.append(iri)
            self.cuts.append((before[-1].start, end, " "))
        elif last == ["FROM", "NAMED"]:
            self.named.append(iri)
            self.cuts.append((before[-2].start, end, " "))
        elif last[-1:] == ["GRAPH"]:
            self.asked.append((iri, (word.start, end)))
        elif last[-1:] == ["^^"] and iri == _STRING:
            # RDF 1.1 makes it the same as a plain string; RDF 1.0 does not.
            self.cuts.append((before[-1].start, end, " "))

    def _iri(self, word: Token) -> str | None:
        """Return the IRI that a word is, resolved as section 4.1 of SPARQL 1.1 says."""
        if word.kind == "iri":
            text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), word.text[1:-1])
            return urljoin(self.base, text) if self.base and ":" not in text else text
        if word.kind == "pname":
            prefix, _, local = word.text.partition(":")
            return self.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
        return None


def _word(token: Token) -> str:
    return token.text.upper() if token.kind == "word" else token.text


def described(query: str) -> str:
    """Return DESCRIBE as the CONSTRUCT that says the same: the triples that begin with a thing.

    `DESCRIBE *` stays as it is.

    >>> described("DESCRIBE <x:y>")
    'CONSTRUCT { <x:y> ?p0 ?o0 } WHERE { { <x:y> ?p0 ?o0 } }'
    """
    words = list(tokens(query))
    start = next(n for n, word in enumerate(words) if _word(word) == "DESCRIBE")
    things = [word.text for word in takewhile(_is_thing, words[start + 1 :])]
    after = words[start + 1 + len(things) :]
    if not things:
        return query
    rest = query[after[0].start :] if after else "{}"
    mark = ""
    while any(f"?{letter}{mark}" in query for letter in "apo"):
        mark += "_"
    triples, groups = [], []
    for number, thing in enumerate(things):
        about, found = thing, ""
        if thing[0] in "?$":
            about = f"?a{mark}{number}"
            found = f"{{ {{ SELECT ({thing} AS {about}) {rest} }} FILTER(BOUND({about})) }} "
        triples.append(f"{about} ?p{mark}{number} ?o{mark}{number}")
        groups.append(f"{{ {found}{triples[-1]} }}")
    template, pattern = " . ".join(triples), " UNION ".join(groups)
    return f"{query[: words[start].start]}CONSTRUCT {{ {template} }} WHERE {{ {pattern} }}"


def _is_thing(word: Token) -> bool:
    return word.kind in ("var", "iri", "pname")


def table(body: IO[bytes], form: str) -> ox.QuerySolutions | ox.QueryBoolean:
    """Return a table, read as it is used, or the answer to ASK, which some tell as a table.

    Raises `SyntaxError` for what is no JSON of SPARQL Query Results.
    """
    shallow = cast(IO[bytes], Shallow(body))
    found = ox.parse_query_results(shallow, format=ox.QueryResultsFormat.JSON)
    if form != "ASK" or isinstance(found, ox.QueryBoolean):
        return found
    said = b"false" if next(found, None) is None else b"true"
    told = b'{"head":{},"boolean":' + said + b"}"
    return ox.parse_query_results(told, format=ox.QueryResultsFormat.JSON)
