"""Lines -> entries: each field of the template with all the rows that belong to it.

Page breaks may fall anywhere, so a row with an empty first cell, a bare line and a field name
that goes on after a footer are all put back to the field they belong to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as given
from itertools import pairwise

from digigraph.documents import fields
from digigraph.documents.fields import Field, Section
from digigraph.documents.markup import Joint
from digigraph.documents.pages import Row, rows_of
from digigraph.documents.problems import Problems
from digigraph.documents.sheet import Cell, Role, Sheet
from digigraph.records import Span

_BOLD = re.compile(r"\s*(?:<p>)?\s*(?:<(?:b|strong)>(.*?)</(?:b|strong)>|\*\*(.+?)\*\*)", re.I)
_COLON = re.compile(r"^([^:<>]{6,150}):\s*(?=\S)")


@dataclass
class Entry:
    """A field of the template as one document fills it in."""

    section: Section
    field: Field
    label: list[Cell]
    label_text: str
    exact: bool
    values: list[tuple[Cell, Joint]] = given(default_factory=list)
    ambiguous: bool = False

    @property
    def line(self) -> int:
        """The line on which the field stands."""
        return self.label[0].line


@dataclass
class Layout:
    """A document taken apart: entries of sections I, III and IV, rows of II, what was found."""

    entries: list[Entry] = given(default_factory=list)
    overview: list[Row] = given(default_factory=list)
    sections: dict[Section, int] = given(default_factory=dict)
    title_line: int | None = None
    half_name: Cell | None = None


def layout(sheet: Sheet, problems: Problems) -> Layout:
    """Return the entries and rows of a document; reports rows that fit nowhere."""
    found = Layout()
    section: Section | None = None
    for row, following in pairwise((*rows_of(sheet, problems), None)):
        assert row is not None
        texts = [sheet.plain(cell) for cell in row.cells]
        filled = [text for text in texts if text]
        if not filled:
            if found.entries and found.entries[-1].section is section:
                found.entries[-1].values.append((row.cells[-1], row.joint))
            continue
        heading = _heading(filled[0], section, found) if len(filled) == 1 else None
        if heading:
            _mark(sheet, row, Role.SECTION)
            if heading in found.sections:
                problems.add("RepeatedSection", row.line, heading.value, filled[0])
            found.sections.setdefault(heading, row.line)
            section = heading
        elif section is None:
            _front_matter(sheet, row, filled, found, problems)
        elif section is Section.II:
            found.overview.append(row)
        elif following and _opens_name(sheet, row, following, section):
            found.half_name = row.cells[0]
        else:
            _place(sheet, row, texts, section, found, problems)
    for entry in [entry for entry in found.entries if entry.ambiguous]:
        cells = [*entry.label, *(cell for cell, _ in entry.values)]
        _report_unknown(sheet, cells, entry.label_text, entry.section, problems)
        found.entries.remove(entry)
    return found


def _heading(text: str, section: Section | None, found: Layout) -> Section | None:
    heading = fields.heading(text)
    if not heading:
        return None
    if re.match(r"[\s#*_]*[IVXІХ1-4]{1,3}\s*[.)]", text) or text.lstrip().startswith("#"):
        return heading
    last = found.entries[-1] if found.entries else None
    inside = section or Section.I
    if last and last.section is section and fields.joined(last.label_text, text, inside):
        return None
    return heading if fields.match_line(text, inside) is None else None


def _front_matter(
    sheet: Sheet, row: Row, filled: list[str], found: Layout, problems: Problems
) -> None:
    text = " ".join(filled)
    _mark(sheet, row, Role.TITLE)
    if found.title_line is None and fields.is_title(text.lstrip("# ")):
        found.title_line = row.line
    else:
        problems.add("UnparsedText", row.line, "", text[:120], spans=_spans(sheet, row))


def _place(
    sheet: Sheet, row: Row, texts: list[str], section: Section, found: Layout, problems: Problems
) -> None:
    """Put one row of sections I, III or IV to the field it fills in."""
    last = found.entries[-1] if found.entries and found.entries[-1].section is section else None
    if len(row.cells) == 1:
        row, texts = _label_in_front(sheet, row, texts[0], section, last)
    if len(row.cells) > 1 and texts[0]:
        _place_named(sheet, row, texts[0], section, found, problems)
        return
    if last is None:
        for cell in row.cells:
            sheet.mark_text(cell, Role.TITLE)
        problems.add("UnparsedText", row.line, section.value, " ".join(texts)[:120], grave=True)
        return
    joint = row.joint
    last.values += [(cell, joint) for cell, text in zip(row.cells, texts, strict=True) if text]


def _place_named(
    sheet: Sheet, row: Row, name: str, section: Section, found: Layout, problems: Problems
) -> None:
    """Put a row whose first cell holds a name, or a part of one, to its field."""
    last = found.entries[-1] if found.entries and found.entries[-1].section is section else None
    label = [found.half_name, row.cells[0]] if found.half_name else [row.cells[0]]
    found.half_name = None
    name = " ".join(sheet.plain(cell) for cell in label)
    whole = fields.joined(last.label_text, name, section) if last else None
    if whole and last:
        last.label += label
        last.field, last.exact, last.ambiguous = whole.field, whole.exact, False
        last.label_text = f"{last.label_text} {name}"
        last.values += [(cell, row.joint) for cell in row.cells[1:]]
        sheet.mark_text(row.cells[0], Role.FIELD)
        return
    match = fields.match(name, section)
    if match is None and len(label) > 1:
        match = fields.joined(sheet.plain(label[0]), sheet.plain(label[1]), section)
    candidates = fields.begins(name, section) if match is None else ()
    if candidates:
        match = fields.Match(candidates[0], 0.0, 0.0, exact=False)
    if match is None:
        _report_unknown(sheet, row.cells, name, section, problems)
        return
    for cell in label:
        sheet.mark_text(cell, Role.FIELD)
    entry = Entry(section, match.field, label, name, match.exact)
    entry.ambiguous = len(candidates) > 1
    entry.values = [(cell, Joint.START) for cell in row.cells[1:]]
    found.entries.append(entry)


def _report_unknown(
    sheet: Sheet, cells: list[Cell], name: str, section: Section, problems: Problems
) -> None:
    expected = "; ".join(f"„{f.value}“" for f in fields.FIELDS[section])
    spans = tuple(sheet.span(sheet.trimmed(c)) for c in cells if not sheet.is_blank(c))
    problems.add("UnknownField", cells[0].line, section.value, name[:160], expected, spans=spans)
    for cell in cells:
        sheet.mark_text(cell, Role.FIELD)


def _opens_name(sheet: Sheet, row: Row, following: Row, section: Section) -> bool:
    """Whether a bare line is the first part of the field name that the next row goes on with."""
    if len(row.cells) > 1 or len(following.cells) == 1:
        return False
    first, second = sheet.plain(row.cells[0]), sheet.plain(following.cells[0])
    if not second or fields.match_line(first, section):
        return False
    return bool(fields.begins(first, section) and fields.joined(first, second, section))


def _label_in_front(
    sheet: Sheet, row: Row, text: str, section: Section, last: Entry | None
) -> tuple[Row, list[str]]:
    """Give a line without a tab two cells: its field name, if it begins with one, and the rest."""
    cell = row.cells[0]
    raw = sheet.raw(cell)
    goes_on = row.joint is Joint.PAGE and last and fields.joined(last.label_text, text, section)
    if goes_on or fields.match_line(text, section):
        cells = [cell, Cell(cell.line, cell.end, cell.end)]
    else:
        cells = []
        for pattern in (_BOLD, _COLON):
            found = pattern.match(raw)
            if not found:
                continue
            label = Cell(cell.line, cell.start, cell.start + found.end())
            if fields.match_line(sheet.plain(label), section):
                cells = [label, Cell(cell.line, label.end, cell.end)]
                break
        if not cells:
            cells = [Cell(cell.line, cell.start, cell.start), cell]
    return Row(row.line, cells, row.joint), [sheet.plain(c) for c in cells]


def _spans(sheet: Sheet, row: Row) -> tuple[Span, ...]:
    return tuple(sheet.span(sheet.trimmed(c)) for c in row.cells if not sheet.is_blank(c))


def _mark(sheet: Sheet, row: Row, role: Role) -> None:
    for cell in row.cells:
        sheet.mark_text(cell, role)
    line = sheet.lines[row.line - 1]
    sheet.mark(Cell(row.line, 0, len(line)), role)
