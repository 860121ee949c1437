"""Several cells as one string, so that a text cut by pages can be looked at whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from digigraph.documents.sheet import Cell, Sheet


@dataclass(frozen=True, slots=True)
class Strip:
    """The text of several cells as one string in which every position leads back to its cell."""

    text: str
    parts: tuple[tuple[int, Cell], ...]

    def cells(self, start: int, end: int) -> list[Cell]:
        """Return the cells that characters `start` to `end` come from."""
        found = []
        begin = max(0, bisect_right(self.parts, start, key=lambda part: part[0]) - 1)
        for offset, cell in self.parts[begin:]:
            if offset >= end:
                break
            first = max(start, offset)
            last = min(end, offset + cell.end - cell.start)
            if first < last:
                found.append(
                    Cell(cell.line, cell.start + first - offset, cell.start + last - offset)
                )
        return found


def strip(sheet: Sheet, cells: Sequence[Cell]) -> Strip:
    """Return the strip of some cells, one blank between two."""
    parts: list[tuple[int, Cell]] = []
    texts: list[str] = []
    length = 0
    for cell in cells:
        text = sheet.masked(cell)
        parts.append((length, cell))
        texts.append(text)
        length += len(text) + 1
    return Strip(" ".join(texts), tuple(parts))
