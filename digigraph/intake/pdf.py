"""PDF -> paragraphs and tables, through pdfplumber: ruled tables, page by page.

A PDF holds letters at places and no paragraphs. Tables are found by their ruled lines; what
stands in a cell is put together in `wrapped`. A page whose layout defeats this is named with the
reason, and a page without any text refuses the file: something of the profile would be lost.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from digigraph.errors import InputError
from digigraph.intake.pagebreaks import mend
from digigraph.intake.parts import Content, Note, PageEnd, Paragraph, Place, Row, Table
from digigraph.intake.unread import Unread, notes
from digigraph.intake.wrapped import Line, Spelling, Word, lines_of, paragraphs

MAX_PAGES = 200
"""Pages of one file; a profile has about thirty."""
_MARGIN = 0.12
"""Share of a page's height, at its foot, in which a running footer stands."""
_NARROW = 0.35
_NAMELESS = re.compile(r"\(cid:\d+\)")
"""What stands for a shape where the font has no ToUnicode table (ISO 32000-2, 9.10.3)."""
Box = tuple[float, float, float, float]
_Boxes = list[tuple[Box, list[list[Box | None]]]]
_Taken = tuple[int, Any, list[Word], _Boxes]
"""The number of a page, the page, its words, and the boxes of its tables and their cells."""


def read(path: Path, content: bytes) -> Content:
    """Return what a PDF holds.

    Raises `InputError` naming the page and the reason where a page cannot be read.
    """
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            return _content(path, document)
    except PdfminerException as error:
        inner = error.args[0] if error.args else error
        if isinstance(inner, PDFPasswordIncorrect | PDFEncryptionError):
            raise InputError(
                path, "the file is encrypted with a password; save it without one"
            ) from error
        raise _damaged(path, inner) from error
    except (PDFException, PSException, ValueError, TypeError, KeyError, AttributeError,
            IndexError, AssertionError, OverflowError, RecursionError) as error:  # fmt: skip
        raise _damaged(path, error) from error


def _damaged(path: Path, error: object) -> InputError:
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return InputError(path, f"the PDF is damaged ({said}); get or make it again")


def _content(path: Path, document: Any) -> Content:
    if not document.pages:
        raise InputError(path, "the PDF has no page; get it again")
    if len(document.pages) > MAX_PAGES:
        raise InputError(path, f"{len(document.pages)} pages; a profile has at most {MAX_PAGES}")
    pages = []
    blank = []
    pictures = []
    for number, page in enumerate(document.pages, 1):
        words = [
            _word(found)
            for found in page.extract_words(x_tolerance_ratio=0.15, keep_blank_chars=False)
        ]
        if not words and (page.images or page.curves or page.rects):
            blank.append(number)
        pages.append((number, page, words, _boxes(page)))
        pictures += [(number, _rounded(one)) for one in page.images]
        page.close()
    nameless = [n for n, _, words, _ in pages if any(_NAMELESS.search(w.text) for w in words)]
    if nameless:
        raise InputError(path, _no_letters(nameless))
    if blank:
        raise InputError(path, _no_text(blank))
    if not any(boxes for _, _, _, boxes in pages):
        raise InputError(path, _no_lines([n for n, _, words, _ in pages if words]))
    footers = _footers([(page.height, lines_of(words)) for _, page, words, _ in pages])
    known = Spelling.of(word.text for _, _, words, _ in pages for word in words)
    found = _put_together(pages, footers, known)
    if known.cuts:
        known = known.again()
        found = _put_together(pages, footers, known)
    for number in _pictures(pictures):
        found.notes += notes([(Unread.PICTURE, "")], Place(page=number))
    if known.doubts:
        found.notes.append(_doubts(known.doubts))
    return found


def _rounded(image: dict[str, Any]) -> Box:
    left, top, right, bottom = (round(float(image[n])) for n in ("x0", "top", "x1", "bottom"))
    return left, top, right, bottom


def _pictures(found: Sequence[tuple[int, Box]]) -> list[int]:
    """Return the pages with pictures; one that stands on every page counts on the first."""
    first = {box: number for number, box in reversed(found)}
    return sorted(set(first.values()))


def _put_together(pages: Sequence[_Taken], footers: set[str], known: Spelling) -> Content:
    found = Content()
    for number, page, words, boxes in pages:
        _page(number, float(page.height), words, boxes, footers, known, found)
    mend(found, known)
    return found


def _doubts(words: Sequence[str]) -> Note:
    shown = ", ".join(f"„{word}“" for word in dict.fromkeys(words))
    return Note(
        f"Думи, разделени в края на ред, са прочетени така; проверете ги: {shown}.",
        f"Words cut at the end of a line were read like this; check them: {shown}.",
    )


def _no_text(pages: Sequence[int]) -> str:
    which = f"page {pages[0]} has" if len(pages) == 1 else f"pages {_few(pages)} have"
    return (
        f"{which} no text, only a picture (a scan); expected a PDF with text: "
        "make it from the original document, or run text recognition over it"
    )


def _no_lines(pages: Sequence[int]) -> str:
    which = f"page {pages[0]} has" if len(pages) == 1 else f"pages {_few(pages)} have"
    return (
        f"{which} text but no ruled table; the fields of the template are told by the lines "
        "between the cells: make the PDF with them, or give the original document"
    )


def _no_letters(pages: Sequence[int]) -> str:
    which = f"page {pages[0]} is" if len(pages) == 1 else f"pages {_few(pages)} are"
    return (
        f"{which} set in a font that does not say which letters its shapes stand for; make the PDF "
        "again from the original document, or run text recognition over it"
    )


def _few(pages: Sequence[int]) -> str:
    shown = ", ".join(map(str, pages[:10]))
    return f"{shown} and {len(pages) - 10} more" if len(pages) > 10 else shown


def _word(found: dict[str, Any]) -> Word:
    return Word(
        found["text"], float(found["x0"]), float(found["x1"]), float(found["top"]),
        float(found["bottom"]),
    )  # fmt: skip


def _boxes(page: Any) -> _Boxes:
    """Return the tables of a page in order: the box of each, and the boxes of its cells."""
    tables = sorted(page.find_tables(), key=lambda table: (table.bbox[1], table.bbox[0]))
    return [(table.bbox, [list(row.cells) for row in table.rows]) for table in tables]


def _footers(pages: Sequence[tuple[float, list[Line]]]) -> set[str]:
    """Return the texts, numbers aside, that stand last on most pages, below every table."""
    counts: dict[str, int] = {}
    for height, lines in pages:
        for line in lines[-3:]:
            if line.top > height * (1 - _MARGIN):
                key = _numberless(line.text)
                counts[key] = counts.get(key, 0) + 1
    return {key for key, count in counts.items() if count * 2 > len(pages) and count > 1}


def _numberless(text: str) -> str:
    return "".join("#" if letter.isdigit() else letter for letter in text)


def _page(
    number: int,
    height: float,
    words: list[Word],
    boxes: _Boxes,
    footers: set[str],
    known: Spelling,
    found: Content,
) -> None:
    """Add the parts of one page from top to bottom, and its footer as the end of the page."""
    outside = [word for word in words if not any(_within(word, box) for box, _ in boxes)]
    last = max((box[3] for box, _ in boxes), default=0.0)
    footer = [
        line for line in lines_of(outside)
        if line.top > max(last, height * (1 - _MARGIN)) and _numberless(line.text) in footers
    ]  # fmt: skip
    at_foot = min((line.top for line in footer), default=height) - 0.5
    outside = [word for word in outside if word.top < at_foot]
    top = 0.0
    for count, (box, rows) in enumerate(boxes, 1):
        _between(outside, top, box[1], number, known, found)
        found.add(_table(count, rows, words, known), number)
        top = box[3]
    _between(outside, top, at_foot, number, known, found)
    _remark(number, words, outside, found)
    found.add(PageEnd(" ".join(line.text for line in footer)), number)


def _between(
    words: list[Word], top: float, bottom: float, page: int, known: Spelling, found: Content
) -> None:
    here = [word for word in words if top <= word.middle < bottom]
    if here:
        right = max(word.x1 for word in here)
        for paragraph in paragraphs(here, right, known, by_gap=True):
            found.add(Paragraph(paragraph.text), page)


def _table(number: int, rows: list[list[Box | None]], words: list[Word], known: Spelling) -> Table:
    table = Table(number)
    for count, boxes in enumerate(rows, 1):
        cells = []
        for box in boxes:
            inside = [word for word in words if _within(word, box)] if box else []
            cells.append(paragraphs(inside, box[2], known, left=box[0]) if box else [])
        table.rows.append(Row(cells, count))
    return table


def _within(word: Word, box: Box) -> bool:
    across = (word.x0 + word.x1) / 2
    return box[0] <= across <= box[2] and box[1] <= word.middle <= box[3]


def _remark(number: int, words: list[Word], outside: list[Word], found: Content) -> None:
    """Say it where most of a page stands outside its ruled tables: a table without lines."""
    if len(outside) > 60 and len(outside) > len(words) * _NARROW:
        found.notes.append(
            Note(
                f"На страница {number} {len(outside)} от {len(words)} думи стоят извън таблиците "
                "с линии; очакват се полета на образеца в клетки с линии.",
                f"On page {number}, {len(outside)} of {len(words)} words stand outside the ruled "
                "tables; the fields of the template are expected in ruled cells.",
                Place(page=number),
            )
        )
