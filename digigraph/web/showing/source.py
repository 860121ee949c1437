"""The page of a source document: its lines, word for word, each with an address (X-01, Q-01)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from digigraph.web.showing.quotes import Quote, quote_of
from digigraph.web.showing.view import ShownView

_CHARACTERS = re.compile(r"/L\d+(?:-\d+)?/(\d+)-(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, numbered from 1, as its passages in order."""

    number: int
    passages: Sequence[Quote]


@dataclass(frozen=True)
class SourceView(ShownView):
    """A source document as its page shows it."""

    @cached_property
    def lines(self) -> list[Line]:
        """The lines that have text; what one passage holds is not repeated by another."""
        spans = self.things.subjects("oa:hasSource", self.document.iri)
        found: dict[int, list[tuple[int, int, Quote]]] = {}
        for span in spans:
            quote = quote_of(span, self.things)
            place = _CHARACTERS.search(span)
            begin, end = (int(place[1]), int(place[2])) if place else (0, 1 << 30)
            found.setdefault(quote.line, []).append((begin, -end, quote))
        lines = (Line(number, _apart(found[number])) for number in sorted(found) if number)
        return [line for line in lines if line.passages]


def _apart(passages: list[tuple[int, int, Quote]]) -> list[Quote]:
    """Return the passages of a line in order, without those that stand inside another."""
    kept: list[Quote] = []
    reached = -1
    for _, end, quote in sorted(passages, key=lambda one: one[:2]):
        if -end > reached and quote.text:
            kept.append(quote)
            reached = -end
    return kept
