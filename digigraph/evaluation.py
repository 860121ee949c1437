"""What the engine answers to a query, and how an answer is written.

Each query process loads this and little more, because what it loads is what a killed one's
successor takes to be ready; the guard is in `digigraph.store`. Answers are whole or they are
errors: nothing is handed out before the engine has finished.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox

from digigraph.errors import DigigraphError, QueryError, ResultTooLarge
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
from digigraph.wellformed import WellFormed

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
_DUMPS = {".nq": ox.RdfFormat.N_QUADS, ".nt": ox.RdfFormat.N_TRIPLES}

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
    _rows: int | None = field(default=None, repr=False)

    def write(self, told: Format) -> bytes:
        """Return the whole answer in a format of `formats`; a table can be written once."""
        whole = io.BytesIO()
        self.write_to(whole, told)
        return whole.getvalue()

    def write_to(self, output: IO[bytes] | io.RawIOBase, told: Format) -> None:
        """Write the answer piece by piece; an error of `output.write` ends it.

        What a format has no way to say raises `QueryFailed`, as what the engine cannot finish does.
        """
        if told in (RDF_XML, RESULTS_XML):
            output = WellFormed(output, told, _no_xml)
        try:
            if isinstance(self._found, tuple):
                # N-Triples has no prefixes; to look for them is half the work of a small graph.
                used = None if told is N_TRIPLES else _used(self._found, self._prefixes)
                ox.serialize(
                    self._found, cast(IO[bytes], output), format=_GRAPHS[told], prefixes=used
                )
            else:
                self._found.serialize(cast(IO[bytes], output), format=_TABLES[told])
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryFailed(f"the query could not be finished: {error}") from error

    def excerpt(self, shown: int) -> dict[str, Any]:
        """Return the first rows or triples and how many there are, as SPARQL's JSON has them."""
        if isinstance(self._found, ox.QueryBoolean):
            return {"boolean": bool(self._found)}
        if isinstance(self._found, tuple):
            first = write_triples(self._found[:shown], TURTLE, self._prefixes).decode()
            return {"graph": first, "shown": shown, "total": len(self._found)}
        names = [variable.value for variable in self._found.variables]
        rows, total = [], 0
        try:
            for total, row in enumerate(self._found, 1):
                if self._rows is not None and total > self._rows:
                    raise ResultTooLarge(self._rows, "rows")
                if total <= shown:
                    rows.append({n: _json_term(row[n]) for n in names if row[n] is not None})
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryFailed(f"the query could not be finished: {error}") from error
        return {"names": names, "rows": rows, "total": total}


class Index:
    """A release as the engine reads it, opened in each process when it is first asked."""

    def __init__(self, folder: Path, base: str, *, dumps: Sequence[Path] = ()) -> None:
        """Remember where the index is; with `dumps`, they are read into memory instead of it."""
        self.folder, self.base, self.dumps = folder, base, tuple(dumps)
        self._lock = threading.Lock()
        self._opened: tuple[int, ox.Store] | None = None

    def evaluate(
        self,
        form: str,
        query: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        values: Mapping[str, Term] | None = None,
        limit: int | None = None,
        rows: int | None = None,
    ) -> Answer:
        """Return the answer to a query that `sparql.check` has read, which told its form.

        A graph of more than `rows` triples, or `limit` bytes of N-Triples, raises
        `ResultTooLarge`, as does an excerpt of a table of more rows. Otherwise it raises what
        `Store.ask` does.
        """
        dataset: dict[str, Any] = {}
        if values:
            dataset["substitutions"] = {ox.Variable(name): term for name, term in values.items()}
        if default_graphs or named_graphs:
            dataset["default_graph"] = [_graph(iri) for iri in default_graphs]
            dataset["named_graphs"] = [_graph(iri) for iri in named_graphs]
        try:
            found = self.open().query(query, **dataset)
            return answer_of(form, found, self.base, limit=limit, rows=rows)
        except SyntaxError as error:
            # Few queries are at fault, and every query process would wait for this at its start.
            from digigraph.syntax import explain

            raise explain(query, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryFailed(f"the query could not be finished: {error}") from error

    def open(self) -> ox.Store:
        """Return the index, opened read-only by this process, or the dumps in its memory.

        What is in memory is there in a fork too; the index has threads of its own, which are not.
        """
        with self._lock:
            if self._opened is None or (not self.dumps and self._opened[0] != os.getpid()):
                self._opened = (os.getpid(), self._open())
            return self._opened[1]

    def _open(self) -> ox.Store:
        if not self.dumps:
            return ox.Store.read_only(str(self.folder))
        store = ox.Store()
        for dump in self.dumps:
            # They were checked when the release was written; once more takes a third longer.
            store.load(path=dump, format=_DUMPS[dump.suffix], lenient=True)
        return store


def _no_xml() -> QueryFailed:
    return QueryFailed(
        "the answer has a character or a property that XML cannot say; ask for another format"
    )


def read(query: str) -> None:
    """Raise what the embedded engine would say of a query that it cannot read or does not know.

    Its parser reads the query and nothing is evaluated: a value is bound to a variable that the
    query does not have, which is noticed between the two.
    """
    name = "none"
    while name in query:
        name += "x"
    try:
        ox.Store().query(query, substitutions={ox.Variable(name): ox.NamedNode("none:none")})
    except SyntaxError as error:
        from digigraph.syntax import explain

        raise explain(query, str(error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        if f"?{name} " not in str(error):
            raise QueryFailed(f"the query could not be finished: {error}") from error


def answer_of(
    form: str,
    found: ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple],
    base: str,
    *,
    limit: int | None = None,
    rows: int | None = None,
) -> Answer:
    """Return what an engine found as an answer; a graph is read, a table not yet.

    A graph of more than `rows` triples, or `limit` bytes of N-Triples, raises `ResultTooLarge`.
    """
    if isinstance(found, (ox.QuerySolutions, ox.QueryBoolean)):
        return Answer(form, TABLE_FORMATS, found, {}, rows)
    triples = _in_order(found, limit, rows)
    return Answer(form, GRAPH_FORMATS, triples, Names(base).prefixes())


def write_triples(triples: Sequence[ox.Triple], told: Format, prefixes: dict[str, str]) -> bytes:
    """Return triples in a graph format, with those of the prefixes that they need."""
    used = _used(triples, prefixes)
    return ox.serialize(triples, format=_GRAPHS[told], prefixes=used) or b""


def formats_of(form: str) -> tuple[Format, ...]:
    """Return the formats that the answer to a query of this form can be had in."""
    return GRAPH_FORMATS if form in ("CONSTRUCT", "DESCRIBE") else TABLE_FORMATS


def _in_order(
    found: Iterable[ox.Triple], limit: int | None, rows: int | None
) -> tuple[ox.Triple, ...]:
    """Return the triples as a set, in order, so that the same question has the same bytes."""
    triples: dict[str, ox.Triple] = {}
    size = 0
    for triple in found:
        text = str(triple)
        if text not in triples:
            triples[text] = triple
            size += len(text)
            if limit is not None and size > limit:
                raise ResultTooLarge(limit)
            if rows is not None and len(triples) > rows:
                raise ResultTooLarge(rows, "triples")
    return tuple(triples[text] for text in sorted(triples))


def _used(triples: Sequence[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    text = "".join(map(str, triples))
    return {prefix: namespace for prefix, namespace in prefixes.items() if f"<{namespace}" in text}


def _json_term(term: Any) -> dict[str, str]:
    """Return a term as SPARQL 1.1 Query Results JSON writes it."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if not isinstance(term, ox.Literal):
        return {"type": "bnode", "value": str(term)}
    told = {"type": "literal", "value": term.value}
    if term.language:
        return {**told, "xml:lang": term.language}
    if term.datatype.value.endswith("#string"):
        return told
    return {**told, "datatype": term.datatype.value}


def _graph(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        raise QueryError(f"“{iri[:200]}” is not an IRI, so it cannot name a graph") from None
