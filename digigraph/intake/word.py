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
from digigraph.intake.parts import Content, Paragraph, Place, Row, Table
from digigraph.intake.styles import Styles
from digigraph.intake.unread import Passed, Unread, notes

_WRAPPERS = {qn(f"w:{n}") for n in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_VERSIONS = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRUCK = {qn("w:del"), qn("w:moveFrom")}
_PASSED = {
    qn("w:drawing"): Unread.PICTURE,
    qn("w:pict"): Unread.PICTURE,
    qn("w:object"): Unread.EMBEDDED,
    qn("w:altChunk"): Unread.EMBEDDED,
    qn("w:subDoc"): Unread.EMBEDDED,
    qn("w:sym"): Unread.SYMBOL,
    qn("w:footnoteReference"): Unread.FOOTNOTE,
    qn("w:endnoteReference"): Unread.FOOTNOTE,
    f"{_MATH}oMath": Unread.FORMULA,
    _VERSIONS: Unread.VERSIONS,
}
_LEFT_OUT = {*_STRUCK, *_PASSED, qn("w:pPr"), qn("w:rPr"), qn("w:instrText")}
_TEXTS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
_P, _TBL, _TR, _TC, _T = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "t"))
_DEEPEST = 40
_LONGEST_ROW = 100


def read(path: Path, content: bytes) -> Content:
    """Return what a DOCX holds; raise `InputError` when Word's parts cannot be made out."""
    try:
        document = docx.Document(io.BytesIO(content))
        styles = Styles(document)
    except (KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise InputError(path, f"the DOCX is damaged ({error}); save it again in Word") from error
    found = Content()
    _blocks(document.element.body, styles, found, 0)
    return found


def _passed(element: Any, styles: Styles) -> Passed:
    """Yield what a reader of Word sees in an element and is not taken as text."""
    thing = _PASSED.get(element.tag)
    if thing:
        inner = "".join(one.text or "" for one in element.iter(f"{_MATH}t"))
        boxed = next(element.iter(qn("w:txbxContent")), None) is not None
        if thing is Unread.VERSIONS and next(element.iter(_T), None) is None:
            thing = Unread.PICTURE
        yield (Unread.TEXT_BOX, "") if boxed else (thing, inner)
    elif element.tag == _P:
        if styles.list_of(element) in styles.counted and any(map(str.strip, _texts(element))):
            yield Unread.NUMBER, ""
        for child in element:
            yield from _passed(child, styles)
    elif element.tag not in _LEFT_OUT:
        for child in element:
            yield from _passed(child, styles)


def _children(element: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the blocks, rows or cells of an element, those in wrappers included."""
    for child in element:
        if child.tag in _WRAPPERS and depth < _DEEPEST:
            yield from _children(child, depth + 1)
        elif child.tag in (_P, _TBL, _TC, qn("w:altChunk"), _VERSIONS) or (
            child.tag == _TR and child.find(f"{qn('w:trPr')}/{qn('w:del')}") is None
        ):
            yield child


def _blocks(element: Any, styles: Styles, found: Content, depth: int) -> None:
    for child in _children(element):
        if child.tag not in (_TBL, _TR, _TC):
            found.notes += notes(_passed(child, styles), found.next_paragraph())
        if child.tag == _P:
            found.add(_paragraph(child, styles))
        elif child.tag == _TBL:
            frame = _frame(child)
            if frame is not None and depth < _DEEPEST:
                _blocks(frame, styles, found, depth + 1)
            else:
                table = _table(child, styles, sum(1 for _ in found.tables()) + 1)
                for count, row in enumerate(_children(child), 1):
                    place = Place(table=table.number, row=count)
                    found.notes += notes(_passed(row, styles), place)
                found.add(table)


def _frame(table: Any) -> Any:
    """Return the one cell of a table that is only a frame around other tables, or None."""
    cells = [cell for row in _children(table) for cell in _children(row)]
    if len(cells) == 1 and any(child.tag == _TBL for child in _children(cells[0])):
        return cells[0]
    return None


def _table(element: Any, styles: Styles, number: int) -> Table:
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


def _paragraphs(cell: Any, styles: Styles) -> Iterator[Paragraph]:
    for child in _children(cell):
        if child.tag == _P:
            yield _paragraph(child, styles)
        elif child.tag == _TBL:
            for row in _children(child):
                for inner in _children(row):
                    yield from _paragraphs(inner, styles)


def _paragraph(element: Any, styles: Styles) -> Paragraph:
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
