"""ODT -> paragraphs and tables: the OpenDocument 1.3 elements that hold text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from digigraph.errors import InputError
from digigraph.intake.parts import Content, Paragraph, Place, Row, Table
from digigraph.intake.unread import Passed, Unread, notes

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TEXT_BOX, _OBJECT = f"{_DRAW}text-box", f"{_DRAW}object"
_LEFT_OUT = {f"{_TEXT}note", f"{_TEXT}tracked-changes", f"{_OFFICE}annotation"}
_WRAPPERS = {
    f"{_TEXT}section", f"{_TABLE}table-header-rows", f"{_TABLE}table-rows",
    f"{_TABLE}table-row-group", f"{_TEXT}index-body",
}  # fmt: skip
_MOST = 100


def read(path: Path, content: bytes) -> Content:
    """Return what an ODT holds; raise `InputError` when its content is no XML."""
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            root = etree.fromstring(package.read("content.xml"), strict)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, OSError) as error:
        raise InputError(path, f"the ODT is damaged ({error}); save it again") from error
    found = Content()
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise InputError(path, "the ODT has no text; is it another kind of document?")
    for element in _flat(body):
        if element.tag == f"{_TABLE}table":
            number = sum(1 for _ in found.tables()) + 1
            for count, row in enumerate(_rows(element), 1):
                found.notes += notes(_passed(row), Place(table=number, row=count))
            found.add(_table(element, number))
        else:
            found.notes += notes(_passed(element), found.next_paragraph())
            for paragraph in _paragraphs(element, item=False):
                found.add(paragraph)
    return found


def _flat(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _flat(child)
        else:
            yield child


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    return (row for row in _flat(table) if row.tag == f"{_TABLE}table-row")


def _passed(element: etree._Element) -> Passed:
    """Yield what a reader of the document sees in an element and is not taken as text."""
    if element.tag == f"{_TEXT}note":
        body = element.find(f"{_TEXT}note-body")
        yield Unread.FOOTNOTE, "" if body is None else "".join(map(str, body.itertext()))
    elif _is_drawn(element):
        if next(element.iter(_TEXT_BOX, f"{_TEXT}p"), None) is not None:
            yield Unread.TEXT_BOX, ""
        elif next(element.iter(_OBJECT, f"{_OBJECT}-ole"), None) is not None:
            yield Unread.EMBEDDED, ""
        else:
            yield Unread.PICTURE, ""
    elif element.tag not in _LEFT_OUT:
        for child in element:
            yield from _passed(child)


def _is_drawn(element: etree._Element) -> bool:
    return (
        isinstance(element.tag, str)
        and element.tag.startswith(_DRAW)
        and (element.tag != f"{_DRAW}a")
    )


def _table(element: etree._Element, number: int) -> Table:
    table = Table(number)
    for row in _rows(element):
        cells = []
        for cell in row:
            again = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            texts = [p for child in cell for p in _paragraphs(child, item=False)]
            cells += [texts] + [[] for _ in range(min(again, _MOST) - 1)]
        table.rows.append(Row(cells[:_MOST], len(table.rows) + 1))
    return table


def _paragraphs(element: etree._Element, *, item: bool) -> Iterator[Paragraph]:
    """Yield the paragraphs of a block, those of lists and of nested tables included."""
    if element.tag in (f"{_TEXT}p", f"{_TEXT}h"):
        yield Paragraph("".join(_texts(element)), item, element.tag == f"{_TEXT}h")
    elif element.tag not in _LEFT_OUT and isinstance(element.tag, str) and not _is_drawn(element):
        fresh = element.tag in (f"{_TEXT}list-item", f"{_TEXT}list-header")
        for child in element:
            # only the first paragraph of a list item carries its bullet
            yield from _paragraphs(child, item=fresh or (item and not _is_text(child)))
            fresh = fresh and not _is_text(child)


def _is_text(element: etree._Element) -> bool:
    return element.tag in (f"{_TEXT}p", f"{_TEXT}h")


def _texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab"):
            yield " "
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str) and not _is_drawn(child):
            yield from _texts(child)
        yield child.tail or ""
