"""The shipped profile as other people keep it: a Word file, and what LibreOffice makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from lxml import html

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(
    OFFICE is None,
    reason="LibreOffice is missing: apt-get install --no-install-recommends "
    "libreoffice-writer-nogui fonts-liberation",
)

_FOOTER = re.compile(r"^[-\s]*\[www\.eufunds\.bg\]")
_SEPARATOR = re.compile(r"^[\s-]+$")
Piece = tuple[bool, str]
"""Whether it is an item of a list, and its text."""


def rows_of(text: str) -> Iterator[list[str] | str]:
    """Yield the headings and the rows of the text form, each row whole again across its pages."""
    row: list[str] | None = None
    broken = False
    for line in text.split("\n"):
        if _FOOTER.match(line):
            broken = True
        elif not line.strip() or (_SEPARATOR.match(line) and "--" in line):
            continue
        elif "\t" not in line:
            if row:
                yield row
            row, broken = None, False
            yield line.strip("# ")
        else:
            cells = line.split("\t")
            rest = cells[0].startswith("<b>компетентност, съгл")
            if row and broken and len(cells) == 2 and (rest or not cells[0].strip()):
                row[0] = f"{row[0]} {cells[0]}".strip()
                row[1] = f"{row[1]}\f{cells[1]}"
            else:
                if row:
                    yield row
                row = cells
            broken = False
    if row:
        yield row


def pieces(cell: str) -> list[Piece]:
    """Return the paragraphs and items of a cell; a form feed in it is where a page ended."""
    found: list[Piece] = []
    for number, part in enumerate(cell.split("\f")):
        root = html.fragment_fromstring(f"<div>{part}</div>")
        here: list[Piece] = []
        if (root.text or "").strip():
            here.append((False, root.text or ""))
        for element in root:
            if element.tag in ("ul", "ol"):
                here += [(True, item.text_content()) for item in element.iter("li")]
            elif element.tag == "p":
                here.append((False, element.text_content()))
            elif here and not here[-1][0]:
                here[-1] = (False, here[-1][1] + element.text_content())
            else:
                here.append((False, element.text_content()))
            if (element.tail or "").strip():
                if element.tag == "b":
                    here[-1] = (False, here[-1][1] + (element.tail or ""))
                else:
                    here.append((False, element.tail or ""))
        here = [(item, " ".join(text.split())) for item, text in here if text.strip()]
        if number and found and here and _goes_on(here[0]):
            item, text = found.pop()
            here[0] = (item, f"{text} {here[0][1]}")
        found += here
    return [(item, re.sub(r"^•\s*", "", text) if item else text) for item, text in found]


def _goes_on(piece: Piece) -> bool:
    return not piece[0] and piece[1][:1].islower()


def write_docx(text: str, path: Path, *, nested: bool = False) -> Path:
    """Write the text form as a Word file with tables, lists, a footer and bold names."""
    document: Any = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.footer.paragraphs[0].text = "www.eufunds.bg"
    document.styles["Normal"].font.name = "Liberation Sans"
    document.styles["Normal"].font.size = Pt(10)
    table: Any = None
    for part in rows_of(text):
        if isinstance(part, str):
            level = 0 if part.startswith("Профил") else 1
            document.add_heading(part, level)
            table = None
            continue
        first = re.sub(r"<[^>]*>", "", part[0])
        if (
            table is None
            or len(table.columns) != len(part)
            or first.startswith("Наименование и код на дигит")
            or first == "Наименование на дигиталната компетентност"
        ):
            if table is not None:
                document.add_paragraph()
            table = document.add_table(rows=0, cols=len(part))
            table.style = "Table Grid"
        row = table.add_row()
        if len(part) == 3 and part[1:] == ["", ""]:
            row.cells[0].merge(row.cells[2]).text = first
            continue
        for cell, value in zip(row.cells, part, strict=True):
            _fill(cell, pieces(value), bold="<b>" in value, nested=nested)
        if len(part) == 3 and not first and part[1]:
            _continue_above(row.cells[0])
        elif len(part) == 3:
            _begin_merge(row.cells[0])
    document.save(str(path))
    return path


def _fill(cell: Any, texts: list[Piece], *, bold: bool, nested: bool) -> None:
    paragraph = cell.paragraphs[0]
    for number, (item, text) in enumerate(texts):
        if number:
            paragraph = cell.add_paragraph()
        if item:
            deeper = nested and number % 3 == 2
            paragraph.style = "List Bullet 2" if deeper else "List Bullet"
        half = len(text) // 2
        paragraph.add_run(text[:half]).bold = bold
        paragraph.add_run(text[half:]).bold = bold


def _begin_merge(cell: Any) -> None:
    element = OxmlElement("w:vMerge")
    element.set(qn("w:val"), "restart")
    cell._tc.get_or_add_tcPr().append(element)


def _continue_above(cell: Any) -> None:
    cell._tc.get_or_add_tcPr().append(OxmlElement("w:vMerge"))


def converted(path: Path, into: Path, form: str) -> Path:
    """Return the file that LibreOffice makes of another, in `form`: pdf, odt, html or docx."""
    assert OFFICE is not None
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [OFFICE, "--headless", f"-env:UserInstallation=file://{into}/office", "--convert-to", form,
         "--outdir", str(into), str(path)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return into / f"{path.stem}.{form}"
