"""Questions to a release: the only gate for SPARQL.

A query is read by `digigraph.sparql` before the engine sees it. The default graph is the union
of the named graphs (S-03), which the index holds, unless the request or the query names others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digigraph import sparql
from digigraph.evaluation import (
    Answer,
    Index,
    QueryFailed,
    Term,
    formats_of,
    iri_term,
    literal_term,
    write_triples,
)
from digigraph.release import Release

__all__ = [
    "Answer",
    "QueryFailed",
    "Store",
    "Term",
    "formats_of",
    "iri_term",
    "literal_term",
    "write_triples",
]


class Store(Index):
    """A release, opened read-only, in each process when it is first asked."""

    def __init__(self, release: Release) -> None:
        """Remember the release; the index is opened with the first question."""
        super().__init__(release.store, release.base)
        self.release = release

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
        return self.evaluate(
            form, query, default_graphs=default_graphs, named_graphs=named_graphs, values=values
        )
