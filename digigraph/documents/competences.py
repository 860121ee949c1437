"""Sections III and IV: each competence with its levels, knowledge, skills and examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digigraph.documents.context import Context
from digigraph.documents.fields import STATEMENTS, Field, Section
from digigraph.documents.levels import all_levels, required_level
from digigraph.documents.rows import Entry
from digigraph.documents.sheet import Role
from digigraph.records import Kind, Level, LevelDescription, Text
from digigraph.text import skeleton


@dataclass(frozen=True, slots=True)
class Described:
    """One competence as section III or IV describes it."""

    kind: Kind
    key: str
    name: Text
    area: int | None
    area_text: Text | None
    description: Text | None
    level: Level | None
    similar: str | None
    similar_text: Text | None
    levels: tuple[LevelDescription, ...]
    statements: dict[Field, tuple[Text, ...]]
    line: int


def groups(entries: Sequence[Entry], first: Field) -> list[list[Entry]]:
    """Divide the entries of a section at each naming of a competence."""
    found: list[list[Entry]] = []
    for entry in entries:
        if entry.field is first or not found:
            found.append([])
        found[-1].append(entry)
    return found


def described(context: Context, entries: Sequence[Entry], section: Section) -> Described | None:
    """Return the competence that a group of entries describes; reports all that is wrong."""
    kind = Kind.GENERAL if section is Section.III else Kind.SPECIFIC
    naming = Field.COMPETENCE if kind is Kind.GENERAL else Field.OWN_COMPETENCE
    fields = _fields(context, entries, section)
    line = entries[0].line
    entry = fields.get(naming)
    name = context.whole(entry) if entry else None
    if name is None:
        context.problems.add("MissingField", line, naming.value, section.value)
    key: str | None = None
    if name and kind is Kind.GENERAL:
        key = context.competence(name, naming.value)
    elif name:
        key = skeleton(name.value)
    about = key or (skeleton(name.value) if name else f"line {line}")
    shown = name.value if name else about
    area_text = _scalar(context, fields, Field.AREA, shown, about)
    area = context.area(area_text, Field.AREA.value) if area_text else None
    description = _scalar(context, fields, Field.DESCRIPTION, shown, about)
    level_text = _scalar(context, fields, Field.REQUIRED_LEVEL, shown, about)
    level = context.level(level_text, Field.REQUIRED_LEVEL.value, line) if level_text else None
    similar_text = similar = None
    if kind is Kind.SPECIFIC:
        similar_text = _scalar(context, fields, Field.SIMILAR, shown, about)
        similar = context.competence(similar_text, Field.SIMILAR.value) if similar_text else None
        levels = all_levels(context, fields, about, shown, line)
    else:
        levels = required_level(context, fields, about, shown, level)
    statements = {f: _statements(context, fields, f, about, shown, line) for f in STATEMENTS}
    if kind is Kind.GENERAL and key and area_text:
        check_area(context, key, area, area_text)
    if key is None or name is None:
        return None
    return Described(
        kind, key, name, area, area_text, description, level, similar, similar_text, levels,
        statements, line,
    )  # fmt: skip


def check_area(context: Context, code: str, area: int | None, text: Text) -> None:
    """Report an area that is not that of a competence of DigComp."""
    if area is not None and area != int(code[0]):
        context.problems.add(
            "NameCodeMismatch", text.spans[0].line, Field.AREA.value, text.value,
            f"{code[0]}: {context.reference.areas[int(code[0])].bg}", spans=text.spans,
        )  # fmt: skip


def _fields(context: Context, entries: Sequence[Entry], section: Section) -> dict[Field, Entry]:
    found: dict[Field, Entry] = {}
    filled: set[Field] = set()
    for entry in entries:
        had = found.get(entry.field)
        if had is None:
            found[entry.field] = entry
            if _has_text(context, entry):
                filled.add(entry.field)
        elif had.exact == entry.exact and entry.field not in filled:
            had.values += entry.values
            if _has_text(context, entry):
                filled.add(entry.field)
        else:
            context.problems.add("RepeatedField", entry.line, entry.field.value, section.value)
            for cell, _ in entry.values:
                context.sheet.mark_text(cell, Role.FIELD)
    return found


def _has_text(context: Context, entry: Entry) -> bool:
    return any(not context.sheet.is_blank(cell) for cell, _ in entry.values)


def _scalar(
    context: Context, fields: dict[Field, Entry], wanted: Field, shown: str, about: str
) -> Text | None:
    entry = fields.get(wanted)
    text = context.whole(entry, about) if entry else None
    if text is None:
        line = entry.line if entry else next(iter(fields.values())).line
        context.missing(wanted, shown, line)
    return text


def _statements(
    context: Context, fields: dict[Field, Entry], wanted: Field, about: str, shown: str, line: int
) -> tuple[Text, ...]:
    entry = fields.get(wanted)
    if entry is None:
        context.missing(wanted, shown, line)
        return ()
    blocks = context.blocks(entry).blocks
    cells = [cell for block in blocks for cell in block.cells]
    if not cells or context.is_placeholder(cells):
        context.missing(wanted, shown, entry.line)
        return ()
    return context.statements(blocks, wanted.value, f"{about}/{wanted.name.lower()}")
