"""The page of a source document: its lines, word for word, each with an address (X-01, Q-01).

The text is a file of the release. A release of an earlier version has none; then the passages
that the data quotes are all there is to show, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from digigraph.names import TEXTS
from digigraph.release import ReleaseFile
from digigraph.web.showing.quotes import LINES, Quote, quote_of
from digigraph.web.showing.view import ShownView

_CHARACTERS = re.compile(r"/L\d+(?:-\d+)?/(\d+)-(\d+)\Z")
_END = 1 << 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line, and whether the data quotes it."""

    text: str
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, numbered from 1, as its pieces in order."""

    number: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class SourceView(ShownView):
    """A source document as its page shows it."""

    first: int = field(default=1, kw_only=True)
    """The number of the first line that is shown."""

    @property
    def file(self) -> ReleaseFile | None:
        """The file of the release that has the text of the document, if it has one."""
        return self.things.release.file(f"{TEXTS}/{self.tail.rpartition('/')[2]}.txt")

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of this page: of the text, or what is quoted of each where there is none."""
        last = self.first + LINES - 1
        quoted = self._quoted
        if self.file is None:
            shown = ((number, quoted[number]) for number in sorted(quoted) if number)
            lines = [Line(number, [*_passages(told)]) for number, told in shown]
            return [line for line in lines if line.pieces and self.first <= line.number <= last]
        text = self._text[self.first - 1 : last]
        return [
            Line(number, [*_marked(line, quoted.get(number, ()))])
            for number, line in enumerate(text, self.first)
        ]

    @property
    def before(self) -> int:
        """The first line of the page before this; 0 where there is none."""
        return max(1, self.first - LINES) if self.first > 1 else 0

    @property
    def after(self) -> int:
        """The first line of the next page; 0 where there is none."""
        following = self.first + LINES
        return following if following <= max(len(self._text), *self._quoted, 0) else 0

    @cached_property
    def _text(self) -> tuple[str, ...]:
        file = self.file
        return _lines_of(self.things.release.path(file.name)) if file else ()

    @cached_property
    def _quoted(self) -> dict[int, list[tuple[int, int, Quote]]]:
        """What is quoted of each line: from which character to before which, from 0."""
        found: dict[int, list[tuple[int, int, Quote]]] = {}
        for span in self.things.subjects("oa:hasSource", self.document.iri):
            quote = quote_of(span, self.things)
            if quote.text:
                place = _CHARACTERS.search(span)
                begin, end = (int(place[1]) - 1, int(place[2])) if place else (0, _END)
                found.setdefault(quote.line, []).append((begin, end, quote))
        return found


@lru_cache(maxsize=8)
def _lines_of(path: Path) -> tuple[str, ...]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return tuple(lines if lines[-1] else lines[:-1])


def _marked(line: str, quoted: Sequence[tuple[int, int, Quote]]) -> Iterator[Piece]:
    """Yield a line whole, as what is quoted of it and what is not."""
    reached = 0
    for begin, end in _apart(quoted):
        if begin > reached:
            yield Piece(line[reached:begin], is_quoted=False)
        yield Piece(line[max(begin, reached) : end])
        reached = end
    if line[reached:]:
        yield Piece(line[reached:], is_quoted=False)


def _apart(quoted: Sequence[tuple[int, int, Quote]]) -> Iterator[tuple[int, int]]:
    """Yield what the passages of a line cover, as stretches in order."""
    reached = 0
    for begin, end in sorted((begin, end) for begin, end, _ in quoted):
        if end > reached:
            yield max(begin, reached), end
            reached = end


def _passages(quoted: Sequence[tuple[int, int, Quote]]) -> Iterator[Piece]:
    """Yield the passages of a line in order, without those that stand inside another."""
    reached = 0
    for _, end, quote in sorted(quoted, key=lambda one: (one[0], -one[1])):
        if end > reached:
            yield Piece(quote.text)
            reached = end
