"""What the source says, word for word, and where: the proof behind every text on a page (X-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.things import Things

LINES = 1_000
"""How many lines of a document its page shows; the first of each page is 1 more than a multiple."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One passage of a source document: its line, from 1, the words, and the passage's IRI."""

    line: int
    text: str
    iri: str
    document: str
    """The end of the document's IRI, as its page has it."""

    @property
    def page(self) -> str:
        """Return what the address of the page that has the line says of it, "" or `&from=`."""
        first = (self.line - 1) // LINES * LINES + 1
        return f"&from={first}" if first > 1 else ""


def anchor_of(statement: str) -> str:
    """Return where a statement stands on the page that shows it: the end of its IRI."""
    return statement.rpartition("/")[2]


def quotes_of(spans: Iterable[str], things: Things) -> list[Quote]:
    """Return the passages that some spans of source documents stand for, in their order."""
    return [quote_of(span, things) for span in spans]


def quote_of(span: str, things: Things) -> Quote:
    """Return the passage that a span of a source document stands for."""
    document = next(iter(_values(span, "oa:hasSource", things)), "")
    tail = things.names.tail(document)
    return Quote(_line(span, things), _exact(span, things), span, tail)


def _line(span: str, things: Things) -> int:
    return int(next(iter(_values(span, "dgc:line", things)), "0"))


def _exact(span: str, things: Things) -> str:
    selectors = _values(span, "oa:hasSelector", things)
    return next((t for one in selectors for t in _values(one, "oa:exact", things)), "")


def _values(iri: str, name: str, things: Things) -> list[str]:
    wanted = things.names.expanded(name)
    found = [triple.object for triple in things.said_of(iri) if triple.predicate.value == wanted]
    return sorted(v.value for v in found if isinstance(v, (ox.NamedNode, ox.Literal)))
