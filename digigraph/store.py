"""Questions to a release: the only gate for SPARQL.

A query is read by `digigraph.sparql` before the engine sees it. The default graph is the union
of the named graphs (S-03), which the index holds, unless the request or the query names others.
Answers are whole or they are errors: nothing is handed out before the engine has finished.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from digigraph import sparql
from digigraph.errors import DigigraphError, QueryError
from digigraph.formats import (
    CSV,
    GRAPH_FORMATS,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    RESULTS_JSON,
    RESULTS_XML,
    TABLE_FORMATS,
    TSV,
    TURTLE,
    Format,
)
from digigraph.names import Names
from digigraph.release import Release
from digigraph.syntax import explain

_TABLES = {
    RESULTS_JSON: ox.QueryResultsFormat.JSON,
    RESULTS_XML: ox.QueryResultsFormat.XML,
    CSV: ox.QueryResultsFormat.CSV,
    TSV: ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    TURTLE: ox.RdfFormat.TURTLE,
    JSON_LD: ox.RdfFormat.JSON_LD,
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    RDF_XML: ox.RdfFormat.RDF_XML,
}


Term = ox.NamedNode | ox.Literal
"""A value that a variable of a query can be bound to."""


def iri_term(iri: str) -> Term:
    """Return an IRI as a value for a query; raise `QueryError` if it is none."""
    return _graph(iri)


def literal_term(text: str, datatype: str | None = None) -> Term:
    """Return a text, or a value of a datatype, as a value for a query."""
    return ox.Literal(text, datatype=ox.NamedNode(datatype) if datatype else None)


class QueryFailed(DigigraphError):
    """The engine could not finish a query that it could read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a question, ready to be written in one of its `formats`."""

    form: str
    formats: tuple[Format, ...]
    _found: ox.QuerySolutions | ox.QueryBoolean | tuple[ox.Triple, ...] = field(repr=False)
    _prefixes: dict[str, str] = field(repr=False)

    def write(self, told: Format) -> bytes:
        """Return the whole answer in a format of `formats`; a table can be written once."""
        try:
            if isinstance(self._found, tuple):
                return write_triples(self._found, told, self._prefixes)
            return self._found.serialize(format=_TABLES[told]) or b""
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryFailed(f"the query could not be finished: {error}") from error


class Store:
    """A release, opened read-only, in each process when it is first asked."""

    def __init__(self, release: Release) -> None:
        """Remember the release; the index is opened with the first question."""
        self.release = release
        self._lock = threading.Lock()
        self._opened: tuple[int, ox.Store] | None = None

    def ask(
        self,
        query: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        values: Mapping[str, Term] | None = None,
    ) -> Answer:
        """Return the answer to a query; the graphs, if any are given, are its whole dataset.

        `values` binds variables of the query by name, as terms and never as text; a SELECT must
        project them.

        Raises `QueryForbidden` for what a closed, read-only service does not do, `QueryError`
        where the query cannot be read, `QueryFailed` where it cannot be finished.
        """
        form = sparql.check(query)
        dataset: dict[str, Any] = {}
        if values:
            dataset["substitutions"] = {ox.Variable(name): term for name, term in values.items()}
        if default_graphs or named_graphs:
            dataset["default_graph"] = [_graph(iri) for iri in default_graphs]
            dataset["named_graphs"] = [_graph(iri) for iri in named_graphs]
        try:
            found = self._engine().query(query, **dataset)
            if isinstance(found, ox.QueryTriples):
                # A graph is a set; in order, so that the same question has the same bytes.
                triples = tuple(sorted(set(found), key=str))
                return Answer(form, GRAPH_FORMATS, triples, Names(self.release.base).prefixes())
            return Answer(form, TABLE_FORMATS, found, {})
        except SyntaxError as error:
            raise explain(query, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryFailed(f"the query could not be finished: {error}") from error

    def _engine(self) -> ox.Store:
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                self._opened = (os.getpid(), ox.Store.read_only(str(self.release.store)))
            return self._opened[1]


def write_triples(triples: Sequence[ox.Triple], told: Format, prefixes: dict[str, str]) -> bytes:
    """Return triples in a graph format, with those of the prefixes that they need."""
    text = "".join(map(str, triples))
    used = {prefix: namespace for prefix, namespace in prefixes.items() if f"<{namespace}" in text}
    return ox.serialize(triples, format=_GRAPHS[told], prefixes=used) or b""


def _graph(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        raise QueryError(f"“{iri[:200]}” is not an IRI, so it cannot name a graph") from None
