"""Lines -> rows: the tables of a document without the footers and headers of its pages.

A footer is a line with nothing but an address or a page number; inside a sentence an address is
content, except the document's own footer set there as a link.  A header is a line that repeats
beside the page breaks.  Whatever is taken out of the text on such grounds alone is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digigraph.documents import fields, values
from digigraph.documents.fields import Section
from digigraph.documents.markup import Joint
from digigraph.documents.problems import Problems
from digigraph.documents.sheet import Cell, Role, Sheet

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_ADDRESS = r"(?:https?://)?(?:www\.\s?)?[a-z0-9][a-z0-9.-]*\.[a-z]{2,}/?"
_PAGE = r"(?:(?:стр\w*\.?|с\.|page)[\s|:–—-]*)?\d{1,4}(?:\s*(?:/|от|of)\s*\d{1,4})?"
_FOOTER = re.compile(
    rf"{_PAGE}|\\(?:new|clear)?page(?:break)?|(?:{_PAGE}[\s|–—-]+)?{_ADDRESS}(?:[\s|–—-]+{_PAGE})?",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\s*(?:!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>)\s*", re.IGNORECASE)
_LIST_TAG = re.compile(r"</?(?:ul|ol|li|p)\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s|:–—=_*+-]+")
_INLINE_FOOTER = re.compile(
    r"(?:-{2,}\s*)?\[(?:https?://)?www\.eufunds\.bg/?\]\([^()\s]*\)(?:\s*-{2,})?", re.IGNORECASE
)
_LINKED = re.compile(r"(?:(?<!-)-{2,}+\s*+)?\[([^\[\]]+)\]\([^()\s]*\)(?:\s*-{2,})?")
_NO_HEADER = re.compile(
    r"(?:под\s?-?\s?)?ниво\b|(?:основно|средно|напреднало|високо)\b|.*(?:може да|[:;,])\W*$",
    re.IGNORECASE,
)


@dataclass
class Row:
    """One row of a table: its cells, and what stands between it and the row before."""

    line: int
    cells: list[Cell]
    joint: Joint


def rows_of(sheet: Sheet, problems: Problems) -> Iterator[Row]:
    """Yield the rows of the tables and the other lines, footers and separators accounted for."""
    broken = False
    running = _running_headers(sheet)
    _report_headers(sheet, running, problems)
    addresses = _addresses(sheet)
    before = ""
    cut_off = _cut_off_footer(sheet)
    for number, line in enumerate(sheet.lines, 1):
        whole = Cell(number, 0, len(line))
        if sheet.is_blank(whole):
            sheet.mark(whole, Role.MARKUP)
            broken = broken or "\f" in line or bool(_IMAGE.fullmatch(line))
            if _LIST_TAG.search(line):
                yield Row(number, [whole], Joint.PAGE if broken else Joint.WRAP)
            continue
        if number == cut_off or (is_footer(sheet, whole) and not _is_rank_of(before, line)):
            sheet.mark(whole, Role.FOOTER)
            broken = True
            continue
        if number in running:
            sheet.mark(whole, Role.HEADER)
            broken = True
            continue
        if _SEPARATOR.fullmatch(line):
            sheet.mark(whole, Role.SEPARATOR)
            continue
        before = line
        broken = broken or line.startswith("\f")
        joint = Joint.PAGE if broken else Joint.ROW if line[:1] in "\t|" else Joint.WRAP
        broken = False
        cells = []
        for cell in _cells(sheet, whole):
            parts = list(_without_footers(sheet, cell, addresses, problems))
            cells.append((cell, parts))
        if any(len(parts) > 1 for _, parts in cells):
            yield from _rows_around_footers(number, cells, joint)
        else:
            yield Row(number, [parts[0] if parts else cell for cell, parts in cells], joint)


def _rows_around_footers(
    number: int, cells: list[tuple[Cell, list[Cell]]], joint: Joint
) -> Iterator[Row]:
    yield Row(number, [parts[0] if parts else cell for cell, parts in cells], joint)
    for cell, parts in cells:
        for part in parts[1:]:
            yield Row(number, [Cell(number, cell.start, cell.start), part], Joint.PAGE)


def _cells(sheet: Sheet, whole: Cell) -> Iterator[Cell]:
    """Yield the cells of a line: between tabs, or between pipes when the line begins with one."""
    line = sheet.lines[whole.line - 1]
    divider = "\t"
    start, end = 0, len(line)
    if line.lstrip().startswith("|"):
        divider = "|"
        start = line.index("|") + 1
        stripped = line.rstrip()
        end = len(stripped) - 1 if stripped.endswith("|") else len(line)
        sheet.mark(Cell(whole.line, start - 1, start), Role.MARKUP)
        if end < len(line):
            sheet.mark(Cell(whole.line, end, end + 1), Role.MARKUP)
    while True:
        at = line.find(divider, start, end)
        stop = end if at < 0 else at
        yield Cell(whole.line, start, stop)
        if at < 0:
            return
        sheet.mark(Cell(whole.line, at, at + 1), Role.MARKUP)
        start = at + 1


def is_footer(sheet: Sheet, whole: Cell) -> bool:
    """Whether a line holds nothing but an address, a page number or an image."""
    line = sheet.lines[whole.line - 1]
    if len(line) > 300:
        return False
    bare = _bare(sheet, whole)
    page = _FOOTER.fullmatch(bare)
    return bool(_IMAGE.fullmatch(line) or (page and ("\t" not in line or not bare.isdigit())))


def _cut_off_footer(sheet: Sheet) -> int | None:
    """Return the last line that is not blank if it is the first part of a footer of before."""
    last = next((n for n in range(len(sheet.lines), 0, -1) if sheet.lines[n - 1].strip()), 0)
    text = sheet.lines[last - 1].strip() if last else ""
    if not text or len(text) > 300:
        return None
    cut = any(
        line.strip().startswith(text) and is_footer(sheet, Cell(n, 0, len(line)))
        for n, line in enumerate(sheet.lines[: last - 1], 1)
    )
    return last if cut else None


def _bare(sheet: Sheet, whole: Cell) -> str:
    return _LINK.sub(r"\1", sheet.plain(whole)).strip(" \t-–—_*|#.•<>")


def _is_rank_of(before: str, line: str) -> bool:
    """Whether a line is the "- 6" of "Напреднало" on the line before, and no page number."""
    if not re.fullmatch(r"\s*[–—-]?\s*[1-8]\s*", line):
        return False
    level = values.level(before.rpartition("\t")[2][-60:])
    return bool(level.bands) and not level.ranks


def _addresses(sheet: Sheet) -> frozenset[str]:
    """Return the addresses that stand alone on lines of this document: its running footers."""
    found = set()
    for number, line in enumerate(sheet.lines, 1):
        if len(line) < 300 and ("www." in line or "http" in line):
            whole = Cell(number, 0, len(line))
            if is_footer(sheet, whole):
                found.add(_bare(sheet, whole).lower())
    return frozenset(found)


def _without_footers(
    sheet: Sheet, cell: Cell, addresses: frozenset[str], problems: Problems
) -> Iterator[Cell]:
    """Yield the parts of a cell around a running footer that was set inside it as a link."""
    raw = sheet.raw(cell)
    at = 0
    if "](" in raw:
        for found in re.finditer(
            r"(?:(?<!-)-{2,}+\s*+)?\[([^\[\]]+)\]\([^()\s]*\)(?:\s*-{2,})?", raw
        ):
            if not _INLINE_FOOTER.fullmatch(found.group()) and found[1].lower() not in addresses:
                continue
            footer = Cell(cell.line, cell.start + found.start(), cell.start + found.end())
            sheet.mark(footer, Role.FOOTER)
            problems.add("UnparsedText", cell.line, "", found.group(), spans=(sheet.span(footer),))
            if raw[at : found.start()].strip():
                yield Cell(cell.line, cell.start + at, cell.start + found.start())
            at = found.end()
    if raw[at:].strip() or not at:
        yield Cell(cell.line, cell.start + at, cell.end)


def _running_headers(sheet: Sheet) -> dict[int, str]:
    """Return the lines that repeat beside page breaks, or as paragraphs where there are none."""
    beside: dict[str, list[int]] = {}
    alone: dict[str, list[int]] = {}
    pages = 0
    after_footer = False
    last: tuple[int, str] | None = None
    for number, line in enumerate(sheet.lines, 1):
        whole = Cell(number, 0, len(line))
        if sheet.is_blank(whole):
            continue
        if is_footer(sheet, whole):
            pages += not after_footer
            if last and not after_footer:
                beside.setdefault(last[1], []).append(last[0])
            after_footer, last = True, None
            continue
        text = _header_text(sheet, whole)
        if text:
            if after_footer:
                beside.setdefault(text, []).append(number)
            around = sheet.lines[max(0, number - 2) : number - 1] + sheet.lines[number : number + 1]
            if not any(other.strip() for other in around):
                alone.setdefault(text, []).append(number)
        last = (number, text) if text and not after_footer else None
        after_footer = after_footer and "\t" not in line
    least = max(3, pages * 2 // 5)
    found = beside if pages else alone
    return {n: text for text, numbers in found.items() if len(numbers) >= least for n in numbers}


def _header_text(sheet: Sheet, whole: Cell) -> str:
    """Return a line, its numbers aside, if it may be the header of a page, or else ""."""
    line = sheet.lines[whole.line - 1]
    if "\t" in line or "|" in line or "<li" in line or len(line) > 300:
        return ""
    text = sheet.plain(whole)
    if not re.match(r"[\W\d]*[A-ZА-Я]", text) or text[:1] in "•-–—*" or _NO_HEADER.match(text):
        return ""
    if fields.heading(text) or any(
        fields.match_line(text, section) for section in Section if section is not Section.II
    ):
        return ""
    return re.sub(r"\d+", "#", text)


def _report_headers(sheet: Sheet, running: dict[int, str], problems: Problems) -> None:
    reported = set()
    for number, text in running.items():
        if text not in reported:
            span = sheet.span(sheet.trimmed(Cell(number, 0, len(sheet.lines[number - 1]))))
            problems.add("UnparsedText", number, "", span.quote[:120], spans=(span,))
            reported.add(text)
