"""Section II: the two tables that list the competences and the level of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from digigraph.documents import fields, values
from digigraph.documents.context import MANY, SAME, Context
from digigraph.documents.fields import Section
from digigraph.documents.pages import Row
from digigraph.documents.sheet import Cell, Role
from digigraph.records import Kind, Level, Text
from digigraph.text import skeleton

NAME = Section.II.value
_FRAGMENTS = tuple(
    skeleton(text)
    for text in (
        "Общи дигитални компетентности, съгласно DigComp 2.1",
        "Специфични за длъжността/професията дигитални компетентности",
        "Област на компетентност, съгл. DigComp 2.1",
        "Наименование на общата дигитална компетентност",
        "Наименование на специфичната дигитална компетентност",
        "Изисквано ниво и подниво, съгл. DigComp 2.1",
    )
)
_LINES = 8
"""Lines that a name may be cut into."""
_HEADING_TAIL = re.compile(r"(?:съгл\w* ?)?(?:dig ?comp ?)?(?:2 1)?")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the overview: a competence and the level it is required at."""

    kind: Kind
    key: str
    area: int
    name: Text
    area_text: Text | None
    level: Level | None
    line: int


@dataclass
class _Draft:
    kind: Kind
    area: list[Cell]
    name: list[Cell] = field(default_factory=list)
    level: list[Cell] = field(default_factory=list)
    own_area: bool = True


def overview(context: Context, rows: Sequence[Row], known: Sequence[str]) -> tuple[Listed, ...]:
    """Return the rows of both tables; `known` are the names that section IV describes."""
    drafts = _drafts(context, rows, [skeleton(name) for name in known[:MANY]])
    found: list[Listed] = []
    seen: set[tuple[Kind, str]] = set()
    for draft in drafts:
        listed = _listed(context, draft)
        if listed is None:
            continue
        if (listed.kind, listed.key) in seen:
            context.problems.add(
                "CompetenceRepeated", listed.line, NAME, listed.name.value, Section.II.value,
                spans=listed.name.spans,
            )  # fmt: skip
            continue
        seen.add((listed.kind, listed.key))
        found.append(listed)
    return tuple(found)


def _drafts(context: Context, rows: Sequence[Row], known: list[str]) -> list[_Draft]:
    kind = Kind.GENERAL
    area: list[Cell] = []
    drafts: list[_Draft] = []
    fresh = False
    heading: list[str] = []
    for row in rows:
        texts = [context.sheet.plain(cell) for cell in row.cells]
        is_heading = _is_heading(texts) or _ends_heading(heading, texts)
        heading = [text for text in texts if text] if is_heading else []
        if is_heading:
            table = fields.table_kind(texts)
            if table:
                if table == "specific" and kind is Kind.GENERAL:
                    area = []
                kind = Kind.SPECIFIC if table == "specific" else Kind.GENERAL
            for cell in row.cells:
                context.sheet.mark_text(cell, Role.COLUMNS)
            continue
        area_cell, name_cell, level_cell = _columns(row, texts)
        area_text, name, level = (
            context.sheet.plain(cell) if cell else "" for cell in (area_cell, name_cell, level_cell)
        )
        if area_text and area_cell:
            if re.match(r"\d", area_text) or not area:
                area, fresh = [area_cell], True
            else:
                area.append(area_cell)
        same_kind = bool(drafts) and drafts[-1].kind is kind
        if name and name_cell:
            if same_kind and not _is_new(context, drafts[-1], name, level, known):
                drafts[-1].name.append(name_cell)
            else:
                drafts.append(_Draft(kind, area, [name_cell], own_area=fresh))
                fresh = False
        if level and level_cell and drafts:
            drafts[-1].level.append(level_cell)
    return drafts


def _is_heading(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    if fields.is_column_heading(texts):
        return True
    keys = [skeleton(text) for text in filled]
    return bool(keys) and all(
        any(
            (len(key) >= 6 and key in head) or (len(key) >= 4 and head.startswith(key))
            for head in _FRAGMENTS
        )
        for key in keys
    )


def _ends_heading(before: list[str], texts: list[str]) -> bool:
    """Whether a row holds only the rest of the headings in the row before it."""
    filled = [text for text in texts if text]
    return bool(before and filled) and all(
        _HEADING_TAIL.fullmatch(skeleton(text))
        or any(skeleton(f"{part} {text}") in _FRAGMENTS for part in before)
        for text in filled
    )


def _columns(row: Row, texts: list[str]) -> tuple[Cell | None, Cell | None, Cell | None]:
    """Tell the columns of a row apart, also when a converter dropped an empty one."""
    cells: list[Cell | None] = list(row.cells)
    if len(cells) >= 3:
        return cells[0], cells[1], cells[2]
    looks = ["level" if _is_level(t) else "area" if _is_area(t) else "name" for t in texts]
    by_look: dict[str, Cell | None] = {"area": None, "name": None, "level": None}
    for look, cell, text in zip(looks, cells, texts, strict=True):
        if text:
            by_look[look] = cell
    return by_look["area"], by_look["name"], by_look["level"]


def _is_level(text: str) -> bool:
    value = values.level(text)
    return (bool(value.bands) and len(text) < 60) or bool(re.fullmatch(r"\W*\d\W*", text))


def _is_area(text: str) -> bool:
    return bool(re.match(r"\s*\d\s*[:)–—-]", text)) or bool(re.match(r"\s*\d\.\s+\D", text))


def _is_new(context: Context, last: _Draft, name: str, level: str, known: list[str]) -> bool:
    """Whether a name begins a row of its own or goes on with the name in the row before."""
    if last.kind is Kind.GENERAL and values.competence(name)[0]:
        return True
    if last.level and level:
        return True
    before = " ".join(context.sheet.plain(cell) for cell in last.name[-_LINES:])
    joined = [skeleton(f"{before} {name}"), skeleton(f"{before}{name}")]
    if last.kind is Kind.SPECIFIC and known:
        alone = max(fuzz.ratio(skeleton(before), k) for k in known)
        both = max(fuzz.ratio(j, k) for j in joined for k in known)
        if max(alone, both) >= SAME:
            return alone >= both
        key = skeleton(name)
        if any(fuzz.ratio(key, k) >= SAME or k.startswith(key) for k in known):
            return True
    if last.kind is Kind.GENERAL:
        return False
    return bool(last.level) and not name[:1].islower()


def is_elsewhere(context: Context, code: str, number: int | None, label: str, name: Text) -> bool:
    """Whether a row names another area, by number and label, than its competence has; tells so."""
    if number is None or number == int(code[0]):
        return False
    context.problems.add(
        "NameCodeMismatch", name.spans[0].line, NAME, f"{label} / {code}",
        f"{code[0]}: {context.reference.areas[int(code[0])].bg}", spans=name.spans,
    )  # fmt: skip
    return True


def _listed(context: Context, draft: _Draft) -> Listed | None:
    sheet, problems = context.sheet, context.problems
    line = draft.name[0].line
    name = context.text(draft.name)
    area_text = context.text(draft.area) if draft.area else None
    level_text = context.text(draft.level) if draft.level else None
    level = context.level(level_text, NAME, line)
    number = context.area(area_text, NAME) if area_text and draft.own_area else (
        values.area(area_text.value)[0] if area_text else None
    )  # fmt: skip
    if draft.kind is Kind.GENERAL:
        code = context.competence(name, NAME)
        if code is None:
            return None
        label = sheet.plain(draft.area[0]) if draft.area else ""
        if is_elsewhere(context, code, number, label, name):
            return None
        return Listed(draft.kind, code, int(code[0]), name, area_text, level, line)
    if number is None:
        if area_text is None:
            problems.add("MissingField", line, NAME, name.value)
        return None
    return Listed(draft.kind, skeleton(name.value), number, name, area_text, level, line)
