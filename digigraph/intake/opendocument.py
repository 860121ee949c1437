"""ODT -> paragraphs and tables: the OpenDocument 1.3 elements that hold text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from digigraph.errors import InputError
from digigraph.intake.parts import Content, Paragraph, Row, Table

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
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
            found.add(_table(element, sum(1 for _ in found.tables()) + 1))
        else:
            for paragraph in _paragraphs(element, item=False):
                found.add(paragraph)
    return found


def _flat(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _flat(child)
        else:
            yield child


def _table(element: etree._Element, number: int) -> Table:
    table = Table(number)
    for row in _flat(element):
        if row.tag != f"{_TABLE}table-row":
            continue
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
    elif element.tag not in _LEFT_OUT and isinstance(element.tag, str):
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
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
            yield from _texts(child)
        yield child.tail or ""
