"""Section I: the sector, the occupation with its titles, and what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz import fuzz

from digigraph.documents import values
from digigraph.documents.context import SAME, Context
from digigraph.documents.fields import Field, Section
from digigraph.documents.markup import DASHES, Joint, put_back
from digigraph.documents.rows import Entry
from digigraph.documents.sheet import Cell, Role
from digigraph.documents.strip import strip
from digigraph.records import Sector, Text, Title
from digigraph.text import skeleton

_NEXT_TITLE = re.compile(r"(?<=[а-я)])(?:[,;]?\s+)(?=[А-Я][а-я]{2,})")
_DUTIES = re.compile(r"\b(?:функции|задачи|задължения)(?:\s+са)?\s*:", re.IGNORECASE)
_NEXT_SECTOR = re.compile(r"[“”\"]\s*[;,]?\s*(?=(?:\d{2}(?:\.\d{1,2})?|[A-U])[\s–-]*[„\"])")
_LEVELS = {1: "сектор (section)", 2: "раздел (division)", 3: "група (group)"}


def by_field(context: Context, entries: Sequence[Entry], section: Section) -> dict[Field, Entry]:
    """Return the entries of a section by field; reports repeated ones."""
    found: dict[Field, Entry] = {}
    for entry in entries:
        if entry.field in found:
            context.problems.add("RepeatedField", entry.line, entry.field.value, section.value)
            for cell, _ in entry.values:
                context.sheet.mark_text(cell, Role.FIELD)
        else:
            found[entry.field] = entry
    return found


def sectors(context: Context, entry: Entry) -> tuple[Sector, ...]:
    """Return the economic activities of a profile; reports codes that cannot be."""
    found = []
    for cells in _sectors_apart(context, _parts(context, entry, r"\W*(?:[A-UА-Я]\b|\d)")):
        whole = context.text(cells)
        line = cells[0].line
        code, name = values.sector(whole.value)
        text = strip(context.sheet, cells)
        at = text.text.find(name)
        spans = context.text(text.cells(at, at + len(name))).spans if at >= 0 else whole.spans
        sector = sector_of(context, code, Text(name, spans), whole, line)
        if sector:
            found.append(sector)
    return tuple(found)


def sector_of(
    context: Context, code: str | None, name: Text, whole: Text, line: int
) -> Sector | None:
    """Return an economic activity; reports a code that cannot be, or is not known."""
    field, spans = Field.SECTOR.value, whole.spans
    division = (code or "")[:2]
    if code is None or not (
        re.fullmatch(r"[A-U]", code) or (division.isdigit() and 1 <= int(division) <= 99)
    ):
        context.problems.add(
            "CodeInvalid", line, field, whole.value, "„93“, „93.1“, „93.11“", spans=spans
        )
        return None
    official = context.reference.activities.get(code)
    if official is None:
        context.problems.add("UnverifiedCode", line, field, code, "NACE Rev. 2", spans=spans)
    elif official and skeleton(official) != skeleton(name.value):
        context.problems.add("VariantName", line, field, name.value, official, spans=spans)
    size = 1 if code.isalpha() else len(code)
    if size in _LEVELS:
        context.problems.add("SectorAsDivision", line, field, code, _LEVELS[size], spans=spans)
    return Sector(code, name, whole)


def _sectors_apart(context: Context, parts: list[list[Cell]]) -> Iterator[list[Cell]]:
    """Divide "93 „…“; 94 „…“": a quoted name, and then another code with a quoted name."""
    for cells in parts:
        whole = strip(context.sheet, cells)
        cuts = [0, *(found.end() for found in _NEXT_SECTOR.finditer(whole.text)), len(whole.text)]
        for start, end in pairwise(cuts):
            yield whole.cells(start, end)


def _parts(context: Context, entry: Entry, opening: str) -> list[list[Cell]]:
    """Return the cells of each value of a field; pages and lines may cut a value.

    A list item begins a value, and so does a paragraph that begins like `opening`.
    """
    parts: list[list[Cell]] = []
    for block in context.blocks(entry).blocks:
        if context.is_placeholder(block.cells):
            continue
        marked = block.item or bool(block.marker)
        own = block.joint in (Joint.NONE, Joint.BREAK, Joint.START)
        begins = re.match(opening, context.sheet.plain(block.cells[0]))
        if parts and block.marker in DASHES and not _has_letters(context, parts[-1]):
            put_back(context.sheet, block)
            marked = own = False
        whole = not parts or _has_letters(context, parts[-1])
        if parts and not marked and not (begins and own and whole):
            parts[-1] += block.cells
        else:
            parts.append(list(block.cells))
    return parts


def _has_letters(context: Context, cells: Sequence[Cell]) -> bool:
    return any(re.search(r"[^\W\d_]", context.sheet.plain(cell)) for cell in cells)


def titles(context: Context, entry: Entry, *, need_code: bool) -> tuple[Title, ...]:
    """Return the titles in a field with the codes beside them; reports what is doubtful."""
    found: list[Title] = []
    for cells in _parts(context, entry, r"[А-ЯA-Z]"):
        line = cells[0].line
        whole = strip(context.sheet, cells)
        for value in values.titles(whole.text):
            parts = _split(context, value, value.name_start, value.name_end, whole.text)
            for number, (start, end) in enumerate(parts):
                codes = value.codes if number == len(parts) - 1 else ()
                stretch = (start, end) if not codes else _with_codes(value, start, end)
                name = whole.text[start:end]
                text = context.text(whole.cells(*stretch))
                title = Title(
                    Text(values.unquoted(name), context.text(whole.cells(start, end)).spans),
                    codes,
                    text,
                )
                found.append(title)
                check_title(
                    context, entry.field, title, line, need_code=need_code, guessed=len(parts) > 1
                )
        for cell in cells:
            context.sheet.mark_text(cell, Role.VALUE)
    for title in found:
        if not title.name.value:
            context.problems.add(
                "MissingField", title.text.spans[0].line, entry.field.value, title.text.value,
                spans=title.text.spans,
            )  # fmt: skip
    return tuple(title for title in found if title.name.value)


def _with_codes(value: values.TitleValue, start: int, end: int) -> tuple[int, int]:
    return min(start, value.start) if start == value.name_start else start, max(end, value.end)


def _split(
    context: Context, value: values.TitleValue, start: int, end: int, text: str
) -> list[tuple[int, int]]:
    """Divide titles that run on without a stop; each begins with a capital letter.

    The name that the classification gives to the code tells where the last title begins.
    """
    official = next((n for c in value.codes if (n := context.reference.positions.get(c))), None)
    if official and fuzz.ratio(skeleton(text[start:end]), skeleton(official)) >= SAME:
        return [(start, end)]
    cuts = [start, *(start + m.end() for m in _NEXT_TITLE.finditer(text[start:end]))]
    parts = []
    for number, cut in enumerate(cuts):
        stop = cuts[number + 1] if number + 1 < len(cuts) else end
        while stop > cut and text[stop - 1] in " \t\u00a0,;":
            stop -= 1
        parts.append((cut, stop))
    return parts


def check_title(
    context: Context, field: Field, title: Title, line: int, *, need_code: bool,
    guessed: bool = False,
) -> None:  # fmt: skip
    """Report a title without a code, a code that cannot be or is not known, and another name."""
    name, spans = field.value, title.text.spans
    add = context.problems.add
    if not title.codes:
        if need_code:
            add("CodeInvalid", line, name, title.text.value, "„33393020“", spans=spans)
        else:
            add("TitleWithoutCode", line, name, title.name.value, spans=spans)
    for code in title.codes:
        if code[:4] not in context.reference.unit_groups:
            add(
                "CodeInvalid", line, name, title.text.value,
                "четири цифри на единична група по ISCO-08 / an ISCO-08 unit group first",
                spans=spans,
            )  # fmt: skip
            continue
        official = context.reference.positions.get(code)
        if official is None:
            add("UnverifiedCode", line, name, code, "НКПД-2011", spans=spans)
        elif official != title.name.value:
            add("VariantName", line, name, title.name.value, official, spans=spans)
    if guessed and not title.codes:
        add("UncertainBoundary", line, name, title.name.value, spans=spans)


def summary(context: Context, entry: Entry) -> tuple[Text | None, tuple[Text, ...]]:
    """Return the general description of an occupation and its functions."""
    opening, items = context.divide(context.blocks(entry).blocks, _DUTIES)
    description = context.text(opening) if opening else None
    return description, context.statements(items, entry.field.value, "duties")
