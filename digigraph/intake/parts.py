"""What every format comes down to: paragraphs, and tables of cells that hold paragraphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its text, "\\n" for a line break, and whether it is an item or a heading."""

    text: str
    item: bool = False
    heading: bool = False


@dataclass(slots=True)
class Row:
    """A row of a table, one entry for each column; a merged cell stands once, then empty ones.

    `number` counts the rows of the table from 1.
    """

    cells: list[list[Paragraph]]
    number: int


@dataclass(slots=True)
class Table:
    """A table and its place among the tables of its page or document, from 1."""

    number: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageEnd:
    """The end of a page, with the footer's text that was found there, maybe none."""

    footer: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file a line comes from; 0 where the format does not have such a thing."""

    page: int = 0
    paragraph: int = 0
    table: int = 0
    row: int = 0

    def words(self, language: str) -> str:
        """Return the place in words, such as "page 3, table 2, row 5", in "bg" or "en"."""
        names = _NAMES[language]
        values = (self.page, self.paragraph, self.table, self.row)
        return ", ".join(f"{n} {v}" for n, v in zip(names, values, strict=True) if v)


_NAMES = {
    "bg": ("страница", "абзац", "таблица", "ред"),
    "en": ("page", "paragraph", "table", "row"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """What a format could not give as it should be: a sentence in both languages, with a place."""

    bg: str
    en: str
    place: Place = Place()


@dataclass(slots=True)
class Content:
    """All that a file holds, in order, and what is told beside it."""

    parts: list[tuple[Paragraph | Table | PageEnd, int]] = field(default_factory=list)
    """Each part with its page, 0 where the format has none."""
    notes: list[Note] = field(default_factory=list)
    publisher: str = ""

    def add(self, part: Paragraph | Table | PageEnd, page: int = 0) -> None:
        """Put a part at the end."""
        self.parts.append((part, page))

    def next_paragraph(self) -> Place:
        """Return the place of a paragraph that would be added now."""
        return Place(paragraph=1 + sum(isinstance(part, Paragraph) for part, _ in self.parts))

    def tables(self) -> Iterator[Table]:
        """Yield the tables in order."""
        return (part for part, _ in self.parts if isinstance(part, Table))
