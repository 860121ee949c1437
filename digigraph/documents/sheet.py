"""The lines of a document, and what has been made of every character of them.

Nothing is lost because everything is accounted for: whoever uses a stretch of text marks it
with a role, and at the end whatever is unmarked and not blank is a problem to report (Q-03).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from digigraph.records import Accounted, Coverage, LineReason, Span, Text
from digigraph.text import tidy


class Role(IntEnum):
    """What a character of the document is."""

    NOTHING = 0
    MARKUP = 1
    BULLET = 2
    FOOTER = 3
    HEADER = 4
    SEPARATOR = 5
    TITLE = 6
    SECTION = 7
    COLUMNS = 8
    FIELD = 9
    VALUE = 10


_REASONS = {
    Role.FOOTER: LineReason.FOOTER,
    Role.HEADER: LineReason.RUNNING_HEADER,
    Role.SEPARATOR: LineReason.SEPARATOR,
    Role.TITLE: LineReason.TITLE,
    Role.SECTION: LineReason.SECTION,
    Role.COLUMNS: LineReason.COLUMNS,
    Role.FIELD: LineReason.FIELD,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of one line: characters `start` to `end` (from 0, end excluded)."""

    line: int
    start: int
    end: int


_LONG_LINE = 10_000
_SHORT = 2_000
"""Shorter texts are remembered as plain ones: a cell is looked at often."""
_TAG_NAMES = """
a b blockquote body br caption center code col colgroup div em figure font footer h1 h2 h3 h4 h5 h6
header hr html i img li ol p pre s small span strong sub sup table tbody td tfoot th thead tr u ul
"""
_TAGS = frozenset(_TAG_NAMES.split())
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<!--[^<>]*-->|\*\*|__")
_MARKS = re.compile(r"[<&]|\*\*|__")
_BLANK = re.compile(r"(?:\s|&nbsp;|&#160;|[\u200b\u2060\ufeff\u00ad])*")


@dataclass(frozen=True, slots=True)
class Token:
    """A tag (`tag` is its name, "/li" when it closes) or, with `tag` "", a stretch of text."""

    tag: str
    cell: Cell


@dataclass
class Sheet:
    """A document's lines, with a role for every character."""

    lines: list[str]
    roles: list[bytearray] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing accounted for."""
        self.roles = [bytearray(len(line)) for line in self.lines]

    @classmethod
    def of(cls, text: str) -> Sheet:
        """Return the sheet of a text with line feeds; a last line feed ends a line."""
        return cls(text.split("\n"))

    def raw(self, cell: Cell) -> str:
        """Return the exact text of a cell, mark-up included."""
        return self.lines[cell.line - 1][cell.start : cell.end]

    def plain(self, cell: Cell) -> str:
        """Return the text of a cell without mark-up, entities resolved, white space folded."""
        raw = self.raw(cell)
        return _plain(raw) if len(raw) < _SHORT else _plain.__wrapped__(raw)

    def tokens(self, cell: Cell) -> Iterator[Token]:
        """Split a cell into tags and stretches of text."""
        line = self.lines[cell.line - 1]
        at = cell.start
        for found in _TAG.finditer(line, cell.start, cell.end):
            name = (found[2] or "").lower()
            if name and name not in _TAGS:
                continue
            if found.start() > at:
                yield Token("", Cell(cell.line, at, found.start()))
            yield Token(
                (found[1] or "") + (name or "b"), Cell(cell.line, found.start(), found.end())
            )
            at = found.end()
        if at < cell.end:
            yield Token("", Cell(cell.line, at, cell.end))

    def masked(self, cell: Cell) -> str:
        """Return the text of a cell with blanks for mark-up, every character in its place."""
        parts = (
            " " * (t.cell.end - t.cell.start) if t.tag else self.raw(t.cell)
            for t in self.tokens(cell)
        )
        return "".join(parts)

    def trimmed(self, cell: Cell) -> Cell:
        """Return the cell without white space at its ends."""
        raw = self.raw(cell)
        lead = _BLANK.match(raw)
        start = cell.start + (lead.end() if lead else 0)
        end = cell.end
        line = self.lines[cell.line - 1]
        while end > start and (line[end - 1].isspace() or line[end - 1] in "\u200b\u2060\ufeff"):
            end -= 1
        return Cell(cell.line, start, end)

    def mark(self, cell: Cell, role: Role) -> None:
        """Account for the characters of a cell that are not accounted for yet."""
        row = self.roles[cell.line - 1]
        for at in range(cell.start, cell.end):
            if not row[at]:
                row[at] = role

    def mark_text(self, cell: Cell, role: Role) -> None:
        """Account for a cell: its tags as mark-up, the rest as `role`."""
        for token in self.tokens(cell):
            self.mark(token.cell, Role.MARKUP if token.tag else role)

    def text(self, cells: Iterable[Cell], role: Role = Role.VALUE) -> Text:
        """Return the text of the cells as a value with its evidence, and account for them."""
        taken = [self.trimmed(cell) for cell in cells]
        taken = [cell for cell in taken if cell.end > cell.start]
        for cell in taken:
            self.mark_text(cell, role)
        value = tidy(" ".join(self.plain(cell) for cell in taken))
        return Text(value, tuple(self.span(cell) for cell in taken))

    def span(self, cell: Cell) -> Span:
        """Return the evidence for a cell; a quote that its line repeats gets its surroundings."""
        line = self.lines[cell.line - 1]
        quote = line[cell.start : cell.end]
        prefix = suffix = ""
        width = 0
        widest = 256 if len(line) < _LONG_LINE else 32
        while width < widest and (
            len(line) >= _LONG_LINE or _occurs_again(line, prefix + quote + suffix)
        ):
            width += 32
            prefix = line[max(0, cell.start - width) : cell.start]
            suffix = line[cell.end : cell.end + width]
        return Span(cell.line, cell.start + 1, cell.end, quote, prefix, suffix)

    def is_blank(self, cell: Cell) -> bool:
        """Whether a cell holds no text."""
        return not self.plain(cell)

    def left_over(self) -> Iterator[Cell]:
        """Yield every stretch that nobody accounted for and that is not blank."""
        for number, (line, roles) in enumerate(zip(self.lines, self.roles, strict=True), 1):
            if all(roles):
                continue
            at = 0
            while (at := roles.find(0, at)) >= 0:
                end = at
                while end < len(line) and not roles[end]:
                    end += 1
                cell = self.trimmed(Cell(number, at, end))
                if cell.end > cell.start:
                    yield cell
                at = end

    def accounted(self) -> list[Accounted]:
        """Return every non-empty line that holds no value, with the reason (Q-03)."""
        found = []
        for number, roles in enumerate(self.roles, 1):
            present = set(roles)
            if Role.VALUE in present:
                continue
            reason = next(
                (_REASONS[role] for role in Role if role in present and role in _REASONS), None
            )
            if reason is None and self.lines[number - 1].strip() and Role.NOTHING not in present:
                reason = LineReason.SEPARATOR
            if reason:
                found.append(Accounted(number, reason))
        return found

    def coverage(self) -> Coverage:
        """Return how much of the document is accounted for."""
        missing = list(self.left_over())
        lines = sum(1 for line in self.lines if line.strip())
        characters = sum(len(line) - sum(map(str.isspace, line)) for line in self.lines)
        lost = sum(
            cell.end - cell.start - sum(map(str.isspace, self.raw(cell))) for cell in missing
        )
        lost_lines = len({cell.line for cell in missing})
        return Coverage(lines, lines - lost_lines, characters, characters - lost)


@lru_cache(maxsize=4096)
def _plain(raw: str) -> str:
    if not _MARKS.search(raw):
        return tidy(raw)
    parts, at = [], 0
    for found in _TAG.finditer(raw):
        name = (found[2] or "b").lower()
        if name in _TAGS:
            breaks = (found[1] or "") + name in _BREAKING
            parts += [raw[at : found.start()], " " * breaks]
            at = found.end()
    return tidy(html.unescape("".join([*parts, raw[at:]])))


def _occurs_again(line: str, text: str) -> bool:
    """Whether a text stands in a line more than once, overlaps counted."""
    return line.find(text, line.find(text) + 1) >= 0


_BREAKING = frozenset(
    t
    for name in ("br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table")
    for t in (name, "/" + name)
)
