"""HTML -> paragraphs and tables, through lxml's forgiving reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from digigraph.errors import EncodingError, InputError
from digigraph.intake.parts import Content, Paragraph, Place, Row, Table
from digigraph.intake.unread import Passed, Unread, notes

_CHARSET = re.compile(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_BLOCK_NAMES = """
address article aside blockquote body caption center dd div dl dt fieldset figure footer form
h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PASSED = {
    **dict.fromkeys(("img", "svg", "canvas"), Unread.PICTURE),
    **dict.fromkeys(("object", "embed", "iframe", "video", "audio"), Unread.EMBEDDED),
    **dict.fromkeys(("input", "textarea", "select"), Unread.FORM_FIELD),
    "math": Unread.FORMULA,
}
_LEFT_OUT = frozenset(("script", "style", "head", "template", "noscript", "title", "del", *_PASSED))
_BUTTONS = frozenset(("hidden", "submit", "button", "reset", "image"))
_PUBLISHER = ("publisher", "dc.publisher", "dcterms.publisher", "citation_publisher")
_MOST = 100


def read(path: Path, content: bytes) -> Content:
    """Return what a page holds; raise `InputError` when it cannot be decoded or read."""
    text = _decoded(path, content)
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError(path, f"the page cannot be read: {error}") from error
    found = Content()
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() in _PUBLISHER and not found.publisher:
            found.publisher = " ".join((meta.get("content") or "").split())
    body = root.find("body")
    if body is not None:
        _walk(body, found)
    return found


def _decoded(path: Path, content: bytes) -> str:
    named = _CHARSET.search(content[:8192])
    names = [named[1].decode("ascii")] if named else []
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        names = ["utf-16"]
    for name in dict.fromkeys([*names, "utf-8-sig", "cp1251"]):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise EncodingError(path, "the page is neither in the encoding it names nor in UTF-8")


def _walk(element: html.HtmlElement, found: Content) -> None:
    """Add the blocks of an element; a table that frames other tables is looked into."""
    run: list[html.HtmlElement | str] = [element.text or ""]

    def flush() -> None:
        if any(isinstance(part, str) and part.strip() for part in run) or len(run) > 1:
            text = "".join(t for part in run for t in _inline(part))
            if text.strip():
                found.add(Paragraph(text, _in_item(element), element.tag in _HEADINGS))
        run.clear()

    for child in element:
        if not isinstance(child.tag, str) or child.tag in _LEFT_OUT:
            found.notes += notes(_passed(child), found.next_paragraph())
            run.append(child.tail or "")
            continue
        if child.tag in _BLOCKS:
            flush()
            if child.tag == "table" and not _is_frame(child):
                number = sum(1 for _ in found.tables()) + 1
                for count, row in enumerate(_rows(child), 1):
                    found.notes += notes(_passed(row), Place(table=number, row=count))
                found.add(_table(child, number))
            else:
                _walk(child, found)
        else:
            found.notes += notes(_passed(child), found.next_paragraph())
            run.append(child)
        run.append(child.tail or "")
    flush()


def _passed(element: html.HtmlElement) -> Passed:
    """Yield what a reader of the page sees in an element and is not taken as text."""
    thing = _PASSED.get(element.tag) if isinstance(element.tag, str) else None
    if thing is Unread.FORM_FIELD and element.tag == "input":
        if (element.get("type") or "").lower() not in _BUTTONS and element.get("value"):
            yield thing, element.get("value")
    elif thing and element.tag == "img":
        if element.get("alt") != "":
            yield thing, element.get("alt") or ""
    elif thing:
        yield thing, element.text_content()
    elif isinstance(element.tag, str) and element.tag not in _LEFT_OUT:
        for child in element:
            yield from _passed(child)


def _is_frame(table: html.HtmlElement) -> bool:
    cells = [cell for row in _rows(table) for cell in row if cell.tag in ("td", "th")]
    return len(cells) == 1 and cells[0].find(".//table") is not None


def _in_item(element: html.HtmlElement) -> bool:
    return element.tag == "li" or (element.tag == "p" and _first_of_item(element))


def _first_of_item(element: html.HtmlElement) -> bool:
    parent = element.getparent()
    if parent is None or parent.tag != "li" or (parent.text or "").strip():
        return False
    return next((child for child in parent if isinstance(child.tag, str)), None) is element


def _rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)


def _table(element: html.HtmlElement, number: int) -> Table:
    """Return a table with an empty cell wherever a merged one covers it."""
    table = Table(number)
    below: dict[int, int] = {}
    for count, row in enumerate(_rows(element), 1):
        cells: list[list[Paragraph]] = []
        following: dict[int, int] = {}

        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            _cover(cells, below, following)
            inner = Content()
            _walk(cell, inner)
            texts = [p for p in _flat(inner) if p.text.strip()]
            for column in range(_span(cell, "colspan")):
                following[len(cells)] = _span(cell, "rowspan") - 1
                cells.append([] if column else texts)
        _cover(cells, below, following)
        below = following
        table.rows.append(Row(cells[:_MOST], count))
    return table


def _cover(cells: list[list[Paragraph]], below: dict[int, int], following: dict[int, int]) -> None:
    """Put an empty cell wherever one of a row above reaches down."""
    while below.get(len(cells), 0) and len(cells) < _MOST:
        following[len(cells)] = below[len(cells)] - 1
        cells.append([])


def _flat(content: Content) -> Iterator[Paragraph]:
    for part, _ in content.parts:
        if isinstance(part, Paragraph):
            yield part
        elif isinstance(part, Table):
            yield from (p for row in part.rows for cell in row.cells for p in cell)


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), _MOST)) if value.isdecimal() else 1


def _inline(part: html.HtmlElement | str) -> Iterator[str]:
    """Yield the text of inline content; white space of the file is no line break."""
    if isinstance(part, str):
        yield re.sub(r"[\t\n\r\f ]+", " ", part)
        return
    if part.tag == "br":
        yield "\n"
        return
    if not isinstance(part.tag, str) or part.tag in _LEFT_OUT:
        return
    yield from _inline(part.text or "")
    for child in part:
        yield from _inline(child)
        yield from _inline(child.tail or "")
