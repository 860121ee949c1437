"""DOCX -> paragraphs and tables, through python-docx.

Word wraps what it shows in revisions, fields, links and content controls; what stands in the text
is taken wherever it is, and what was struck out in a revision is not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from digigraph.errors import InputError
from digigraph.intake.parts import Content, Note, Paragraph, Row, Table

_WRAPPERS = {qn(f"w:{n}") for n in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_LEFT_OUT = {
    qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:drawing"),
    qn("w:pict"), qn("w:object"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
    "AlternateContent",
}  # fmt: skip
_TEXTS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
_P, _TBL, _TR, _TC, _T = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "t"))
_DEEPEST = 40
_LONGEST_ROW = 100


def read(path: Path, content: bytes) -> Content:
    """Return what a DOCX holds; raise `InputError` when Word's parts cannot be made out."""
    try:
        document = docx.Document(io.BytesIO(content))
        styles = _Styles(document)
    except (KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise InputError(path, f"the DOCX is damaged ({error}); save it again in Word") from error
    found = Content()
    _blocks(document.element.body, styles, found, 0)
    if next(document.element.body.iter(qn("w:txbxContent")), None) is not None:
        found.notes.append(
            Note("Текст в текстово поле не е прочетен.", "Text in a text box was not read.")
        )
    return found


class _Styles:
    """What a paragraph's style says of it: whether it is a heading or an item of a list."""

    def __init__(self, document: Any) -> None:
        self.heading: set[str] = set()
        self.item: set[str] = set()
        for style in document.styles.element.iter(qn("w:style")):
            chain = list(self._chain(document, style))
            name = style.get(qn("w:styleId"), "")
            names = " ".join(str(one.name_val or "").lower() for one in chain)
            if names.startswith(("heading", "title")) or " heading" in names:
                self.heading.add(name)
            elif any(one.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None for one in chain):
                self.item.add(name)

    def _chain(self, document: Any, style: Any) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            yield style
            based = style.find(qn("w:basedOn"))
            if based is None:
                return
            wanted = based.get(qn("w:val"))
            following = [
                s for s in document.styles.element.iter(qn("w:style"))
                if s.get(qn("w:styleId")) == wanted
            ]  # fmt: skip
            if not following:
                return
            style = following[0]


def _children(element: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the blocks, rows or cells of an element, those in wrappers included."""
    for child in element:
        if child.tag in _WRAPPERS and depth < _DEEPEST:
            yield from _children(child, depth + 1)
        elif child.tag in (_P, _TBL, _TR, _TC):
            yield child


def _blocks(element: Any, styles: _Styles, found: Content, depth: int) -> None:
    for child in _children(element):
        if child.tag == _P:
            found.add(_paragraph(child, styles))
        elif child.tag == _TBL:
            frame = _frame(child)
            if frame is not None and depth < _DEEPEST:
                _blocks(frame, styles, found, depth + 1)
            else:
                found.add(_table(child, styles, sum(1 for _ in found.tables()) + 1))


def _frame(table: Any) -> Any:
    """Return the one cell of a table that is only a frame around other tables, or None."""
    cells = [cell for row in _children(table) for cell in _children(row)]
    if len(cells) == 1 and any(child.tag == _TBL for child in _children(cells[0])):
        return cells[0]
    return None


def _table(element: Any, styles: _Styles, number: int) -> Table:
    table = Table(number)
    for count, row in enumerate(_children(element), 1):
        cells: list[list[Paragraph]] = [[] for _ in range(_skipped(row))]
        for cell in _children(row):
            goes_on, span = _merged(cell)
            cells.append([] if goes_on else list(_paragraphs(cell, styles)))
            cells += [[] for _ in range(span - 1)]
        table.rows.append(Row(cells[:_LONGEST_ROW], count))
    return table


def _skipped(row: Any) -> int:
    before = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
    return min(_number(before), _LONGEST_ROW) if before is not None else 0


def _merged(cell: Any) -> tuple[bool, int]:
    """Return whether a cell goes on with the one above it, and over how many columns it goes."""
    settings = cell.find(qn("w:tcPr"))
    if settings is None:
        return False, 1
    down, across = settings.find(qn("w:vMerge")), settings.find(qn("w:gridSpan"))
    goes_on = down is not None and down.get(qn("w:val"), "continue") == "continue"
    return goes_on, max(1, min(_number(across), _LONGEST_ROW)) if across is not None else 1


def _number(element: Any) -> int:
    value = element.get(qn("w:val"), "1")
    return int(value) if value.isdecimal() else 1


def _paragraphs(cell: Any, styles: _Styles) -> Iterator[Paragraph]:
    for child in _children(cell):
        if child.tag == _P:
            yield _paragraph(child, styles)
        elif child.tag == _TBL:
            for row in _children(child):
                for inner in _children(row):
                    yield from _paragraphs(inner, styles)


def _paragraph(element: Any, styles: _Styles) -> Paragraph:
    settings = element.find(qn("w:pPr"))
    style, numbered = "", None
    if settings is not None:
        named = settings.find(qn("w:pStyle"))
        style = named.get(qn("w:val"), "") if named is not None else ""
        numbered = settings.find(f"{qn('w:numPr')}/{qn('w:numId')}")
    item = numbered.get(qn("w:val")) != "0" if numbered is not None else style in styles.item
    return Paragraph("".join(_texts(element)), item=item, heading=style in styles.heading)


def _texts(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == _T:
            yield child.text or ""
        elif child.tag in _TEXTS:
            yield _TEXTS[child.tag]
        elif child.tag not in _LEFT_OUT and len(child):
            yield from _texts(child)
