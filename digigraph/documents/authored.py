"""A profile written as YAML -> records: the same records and the same checks as the text form.

A file is its own source: its values are cited by their lines.  One with a `source` is a profile
that was exported, and its values are cited where they stand in the document it was read from.
"""

from __future__ import annotations

from dataclasses import replace

from digigraph.documents.context import Context
from digigraph.documents.encoding import digest
from digigraph.documents.form import Form
from digigraph.documents.nodes import Tree, cells_of, comments, is_layout, parsed
from digigraph.documents.notes import (
    note_area,
    note_contradiction,
    note_duplicates,
    note_foreign,
    note_lead_ins,
    note_similar,
)
from digigraph.documents.overview import NAME
from digigraph.documents.problems import Problems
from digigraph.documents.restated import Restated, mixed
from digigraph.documents.schema import complain
from digigraph.documents.sheet import Cell, Role, Sheet
from digigraph.documents.statements import Lexicon
from digigraph.documents.template import requirement_of
from digigraph.records import Profile, Reading, Requirement
from digigraph.reference import Reference

_MODELINE = "yaml-language-server"


def read_text(text: str, reference: Reference) -> Reading:
    """Return what a profile written as YAML says, with every problem found in it."""
    sheet, problems = Sheet.of(text), Problems()
    tree = parsed(text, problems)
    profile: Profile | None = None
    if tree is not None:
        complain(tree, problems)
        context = Context(sheet, problems, reference, Lexicon(_listed(tree)))
        form = Form(context, tree)
        profile = _profile(form)
        note_foreign(context)
        mixed(tree, problems)
        restated = Restated.of(form) if form.is_exported else None
        if restated and profile:
            return restated.told(profile, problems.sorted())
    _account(sheet, tree, problems)
    found = Reading(
        profile=profile,
        problems=problems.sorted(),
        accounted=tuple(sheet.accounted()),
        coverage=sheet.coverage(),
        line_count=len(sheet.lines),
        text_digest=digest(text),
    )
    return found if not found.errors else replace(found, profile=None)


def publisher_of(text: str) -> str:
    """Return the publisher that a profile written as YAML names, or ""."""
    tree = parsed(text, Problems())
    data = tree.data if tree and isinstance(tree.data, dict) else {}
    source = data.get("source")
    told = (source if isinstance(source, dict) else data).get("publisher")
    return " ".join(told.split()) if isinstance(told, str) else ""


def _listed(tree: Tree) -> str:
    """Return the items of all lists as lines with bullets, for the lexicon."""
    items = [
        str(one) for path in tree.nodes if isinstance(one := _at(tree, path), str)
        if path and isinstance(path[-1], int)
    ]  # fmt: skip
    return "\n".join(f"• {item}" for item in items)


def _at(tree: Tree, path: tuple[str | int, ...]) -> object:
    return getattr(tree.nodes[path], "value", None)


def _profile(form: Form) -> Profile | None:
    sectors, occupations = form.sectors(), form.titles("occupations")
    alternatives = form.titles("alternatives")
    description = form.text(("description",))
    duties = form.statements(("duties",), "duties")
    requirements = _requirements(form)
    note_lead_ins(form.context, requirements)
    note_similar(form.context, requirements)
    note_duplicates(form.context, requirements)
    if not (sectors and occupations and description and requirements):
        return None
    return Profile(sectors, occupations, alternatives, description, duties, requirements)


def _requirements(form: Form) -> tuple[Requirement, ...]:
    """Return what the profile requires; each competence once, its two levels side by side."""
    found: list[Requirement] = []
    problems = form.context.problems
    pairs = [form.requirement(n) for n in range(form.count("requirements"))]
    has_overview = any(row for row, _ in pairs)
    seen = set()
    for row, one in pairs:
        first = one or row
        if first is None:
            continue
        if first.key in seen:
            problems.add("CompetenceRepeated", first.line, NAME, first.name.value, NAME)
            continue
        seen.add(first.key)
        if one is None or (row is None and has_overview):
            problems.add(
                "SingleSource", first.line, NAME, first.name.value, form.other(row),
                spans=first.name.spans, about=first.key,
            )  # fmt: skip
        requirement = requirement_of(row, one)
        if requirement:
            found.append(requirement)
            note_contradiction(form.context, requirement)
            if row:
                note_area(form.context, row, one)
    return tuple(found)


def _account(sheet: Sheet, tree: Tree | None, problems: Problems) -> None:
    """Account for all that is no value: keys, comments and the signs of YAML."""
    if tree is None:
        for cell in list(sheet.left_over()):
            sheet.mark(cell, Role.MARKUP)
        return
    for node in tree.scalars():
        for cell in cells_of(sheet, node):
            sheet.mark(cell, Role.FIELD)
    for cell in list(comments(sheet)):
        if _MODELINE in sheet.raw(cell):
            sheet.mark(cell, Role.FIELD)
            continue
        span = sheet.span(cell)
        problems.add("UnparsedText", cell.line, "", span.quote[:120], spans=(span,))
        sheet.mark(cell, Role.VALUE)
    for cell in list(sheet.left_over()):
        if is_layout(sheet.raw(cell)):
            sheet.mark(cell, Role.MARKUP)
        else:
            problems.add(
                "NotAccountedFor", cell.line, "", sheet.raw(cell)[:120], spans=(sheet.span(cell),)
            )
    for number, line in enumerate(sheet.lines, 1):
        sheet.mark(Cell(number, 0, len(line)), Role.MARKUP)
