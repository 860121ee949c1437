"""Paragraphs and tables -> the lines of the text form, each with its place in the file.

A row is a line, tabs stand between its cells, and the paragraphs of a cell are `<p>` and `<li>`:
what the first document came as, so that one reader reads all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from digigraph.intake.parts import Content, PageEnd, Paragraph, Place, Row, Table

_SPACE = re.compile(r"[^\S\n]+")
_SPECIAL = re.compile(r"&(?=#|\w)|<(?=[/!A-Za-z])|\*\*|__")
_ESCAPES = {"&": "&amp;", "<": "&lt;", "**": "&#42;&#42;", "__": "&#95;&#95;"}
_LEFT_OUT = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


def lines_of(content: Content) -> tuple[list[str], list[Place]]:
    """Return the lines of the text form and the place of each of them."""
    lines: list[str] = []
    places: list[Place] = []
    paragraph = 0

    def put(line: str, place: Place) -> None:
        lines.append(line)
        places.append(place)

    for part, page in content.parts:
        if isinstance(part, Paragraph):
            paragraph += 1
            text = _text(part).replace("<br>", " ")
            if text:
                put("### " + text if part.heading else text, Place(page, paragraph))
                put("", Place(page))
        elif isinstance(part, PageEnd):
            put(part.footer or str(page), Place(page))
            put("", Place(page))
        else:
            for row in part.rows:
                if any(cell for cell in row.cells):
                    put(_row(row), Place(page, 0, part.number, row.number))
            put("", Place(page))
    return lines, places


def plain(table: Table) -> list[list[str]]:
    """Return the bare texts of a table, for comparing."""
    return [[" ".join(p.text for p in cell) for cell in row.cells] for row in table.rows]


def _row(row: Row) -> str:
    return "\t".join(_cell(cell) for cell in row.cells)


def _cell(cell: Iterable[Paragraph]) -> str:
    filled = [(p.item, text) for p in cell if (text := _text(p))]
    if len(filled) == 1 and not filled[0][0]:
        return filled[0][1]
    parts = []
    for item, group in groupby(filled, key=lambda pair: pair[0]):
        if item:
            parts.append(f"<ul> {' '.join(f'<li>{text}</li>' for _, text in group)} </ul>")
        else:
            parts += [f"<p>{text}</p>" for _, text in group]
    return " ".join(parts)


def _text(paragraph: Paragraph) -> str:
    bare = _SPACE.sub(" ", paragraph.text.translate(_LEFT_OUT))
    bare = _SPECIAL.sub(lambda found: _ESCAPES[found.group()], bare)
    return "<br>".join(part for line in bare.split("\n") if (part := line.strip()))
