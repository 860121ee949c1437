"""The template: sheet -> profile, with everything that an editor should know about it."""

from __future__ import annotations

from rapidfuzz import fuzz

from digigraph.documents.competences import Described, described, groups
from digigraph.documents.context import MANY, SAME, Context
from digigraph.documents.fields import FIELDS, Field, Section
from digigraph.documents.notes import (
    note_area,
    note_contradiction,
    note_duplicates,
    note_foreign,
    note_lead_ins,
    note_similar,
)
from digigraph.documents.occupation import by_field, sectors, summary, titles
from digigraph.documents.overview import Listed, overview
from digigraph.documents.rows import Entry, Layout, layout
from digigraph.records import Kind, Profile, Requirement


def profile_of(context: Context) -> Profile | None:
    """Return the profile of a document, or None where an error left a part of it out."""
    found = layout(context.sheet, context.problems)
    if not found.sections:
        context.problems.add("NotAProfile", 1, "", "")
        return None
    for section in Section:
        if section not in found.sections:
            context.problems.add("MissingSection", max(found.sections.values()), section.value, "")
    general, specific = (_competences(context, found, s) for s in (Section.III, Section.IV))
    listed = overview(context, found.overview, [d.name.value for d in specific])
    if Section.II in found.sections and not listed:
        context.problems.add(
            "MissingField", found.sections[Section.II], Section.II.value, Section.II.value
        )
    requirements = _requirements(context, listed, [*general, *specific])
    profile = _profile(context, found, requirements)
    _note_open_tags(context, found)
    _note_headings(context, found)
    note_lead_ins(context, requirements)
    note_similar(context, requirements)
    note_duplicates(context, requirements)
    note_foreign(context)
    for cell in context.sheet.left_over():
        context.problems.add(
            "NotAccountedFor", cell.line, "", context.sheet.plain(cell)[:120] or "…",
            spans=(context.sheet.span(cell),),
        )  # fmt: skip
    return profile


def _competences(context: Context, found: Layout, section: Section) -> list[Described]:
    entries = [entry for entry in found.entries if entry.section is section]
    if section in found.sections and not entries:
        context.problems.add("MissingField", found.sections[section], section.value, section.value)
    first = Field.COMPETENCE if section is Section.III else Field.OWN_COMPETENCE
    done: dict[str, Described] = {}
    for group in groups(entries, first):
        one = described(context, group, section)
        if one is None:
            continue
        if one.key in done:
            context.problems.add(
                "CompetenceRepeated", one.line, first.value, one.name.value, section.value
            )
            continue
        done[one.key] = one
    return list(done.values())


def _requirements(
    context: Context, listed: tuple[Listed, ...], detailed: list[Described]
) -> tuple[Requirement, ...]:
    """Bring together what the overview and the detailed sections say of one competence."""
    left = list(detailed)
    found: list[Requirement] = []
    for row in listed:
        one = _same(row, left)
        if one:
            left.remove(one)
        if one is None or one.level is None:
            place = Section.III if row.kind is Kind.GENERAL else Section.IV
            if one is None:
                context.problems.add(
                    "SingleSource", row.line, Section.II.value, row.name.value, place.value,
                    spans=row.name.spans, about=row.key,
                )  # fmt: skip
        requirement = requirement_of(row, one)
        if requirement:
            found.append(requirement)
            note_contradiction(context, requirement)
            note_area(context, row, one)
    for one in left:
        context.problems.add(
            "SingleSource", one.line, Section.II.value, one.name.value, Section.II.value,
            spans=one.name.spans, about=one.key,
        )  # fmt: skip
        requirement = requirement_of(None, one)
        if requirement:
            found.append(requirement)
    return tuple(found)


def _same(row: Listed, detailed: list[Described]) -> Described | None:
    same_kind = [one for one in detailed if one.kind is row.kind]
    for one in same_kind:
        if one.key == row.key:
            return one
    if row.kind is Kind.GENERAL or len(same_kind) > MANY:
        return None
    near = [(fuzz.ratio(row.key, one.key), one) for one in same_kind]
    best = max(near, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= SAME else None


def requirement_of(row: Listed | None, one: Described | None) -> Requirement | None:
    """Return what the overview and the detailed section say of one competence, as one record."""
    name = one.name if one else row.name if row else None
    overview_level = row.level if row else None
    detail = one.level if one else None
    area = (one.area if one else None) or (row.area if row else None)
    if name is None or area is None or not (overview_level or detail):
        return None
    kind = one.kind if one else row.kind if row else Kind.GENERAL
    key = one.key if one else row.key if row else ""
    texts = one.statements if one else {}
    return Requirement(
        kind=kind,
        key=key,
        name=name,
        area=area,
        overview=overview_level,
        detail=detail,
        area_text=one.area_text if one else None,
        overview_name=row.name if row else None,
        overview_area=row.area_text if row else None,
        description=one.description if one else None,
        similar=one.similar if one else None,
        similar_text=one.similar_text if one else None,
        levels=one.levels if one else (),
        knowledge=texts.get(Field.KNOWLEDGE, ()),
        skills=texts.get(Field.SKILLS, ()),
        behaviours=texts.get(Field.BEHAVIOURS, ()),
        examples=texts.get(Field.EXAMPLES, ()),
    )


def _profile(
    context: Context, found: Layout, requirements: tuple[Requirement, ...]
) -> Profile | None:
    entries = [entry for entry in found.entries if entry.section is Section.I]
    fields = by_field(context, entries, Section.I)
    if Section.I in found.sections:
        for wanted in FIELDS[Section.I]:
            if wanted not in fields:
                context.problems.add(
                    "MissingField", found.sections[Section.I], wanted.value, Section.I.value
                )
    sector, occupation, others, opening = (fields.get(f) for f in FIELDS[Section.I])
    activities = sectors(context, sector) if sector else ()
    occupations = titles(context, occupation, need_code=True) if occupation else ()
    alternatives = titles(context, others, need_code=False) if others else ()
    description, duties = summary(context, opening) if opening else (None, ())
    for entry, value in ((sector, activities), (occupation, occupations), (opening, description)):
        if entry and not value and not context.problems.has_error(entry.line):
            context.problems.add("MissingField", entry.line, entry.field.value, Section.I.value)
    if not (activities and occupations and description and requirements):
        return None
    return Profile(activities, occupations, alternatives, description, duties, requirements)


def _note_open_tags(context: Context, found: Layout) -> None:
    for number, entry in enumerate(found.entries):
        last = number == len(found.entries) - 1
        context.note_unclosed(entry, last=last)


def _note_headings(context: Context, found: Layout) -> None:
    """Report each way in which a field's name differs from print, once, with all its places."""
    variants: dict[tuple[str, str], list[Entry]] = {}
    for entry in found.entries:
        if not entry.exact:
            variants.setdefault((entry.field.value, entry.label_text), []).append(entry)
    for (printed, typed), entries in variants.items():
        spans = tuple(
            context.sheet.span(context.sheet.trimmed(cell)) for e in entries for cell in e.label
        )
        context.problems.add(
            "VariantHeading", entries[0].line, printed, typed, printed, spans=spans
        )
