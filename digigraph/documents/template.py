"""The template: sheet -> profile, with everything that an editor should know about it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from rapidfuzz import fuzz

from digigraph.documents.competences import Described, described, groups
from digigraph.documents.context import MANY, SAME, Context
from digigraph.documents.fields import FIELDS, LEAD_INS, Field, Section
from digigraph.documents.occupation import by_field, sectors, summary, titles
from digigraph.documents.overview import Listed, overview
from digigraph.documents.problems import LIMIT
from digigraph.documents.rows import Entry, Layout, layout
from digigraph.documents.sheet import Cell, Role
from digigraph.records import Kind, Profile, Requirement, Severity, Span, Text
from digigraph.text import foreign_words, skeleton


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
    _note_lead_ins(context, requirements)
    _note_similar(context, requirements)
    _note_duplicates(context, requirements)
    _note_foreign(context)
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
        requirement = _requirement(row, one)
        if requirement:
            found.append(requirement)
            _note_contradiction(context, requirement)
            _note_area(context, row, one)
    for one in left:
        context.problems.add(
            "SingleSource", one.line, Section.II.value, one.name.value, Section.II.value,
            spans=one.name.spans, about=one.key,
        )  # fmt: skip
        requirement = _requirement(None, one)
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


def _requirement(row: Listed | None, one: Described | None) -> Requirement | None:
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


def _note_contradiction(context: Context, one: Requirement) -> None:
    if one.overview and one.detail and one.overview.rank != one.detail.rank:
        text = (
            f"II: „{one.overview.text.value}“; "
            f"{'III' if one.kind is Kind.GENERAL else 'IV'}: „{one.detail.text.value}“"
        )
        context.problems.add(
            "Contradiction", one.detail.text.spans[0].line, Field.REQUIRED_LEVEL.value, text,
            spans=one.overview.text.spans + one.detail.text.spans, about=one.key,
        )  # fmt: skip


def _note_area(context: Context, row: Listed, one: Described | None) -> None:
    if one and one.area is not None and one.area != row.area and row.kind is Kind.SPECIFIC:
        assert one.area_text is not None
        context.problems.add(
            "NameCodeMismatch", one.area_text.spans[0].line, Field.AREA.value, one.area_text.value,
            f"{row.area}: {context.reference.areas[row.area].bg} (II)", spans=one.area_text.spans,
        )  # fmt: skip


def _note_similar(context: Context, requirements: tuple[Requirement, ...]) -> None:
    general = {one.key for one in requirements if one.kind is Kind.GENERAL}
    for one in requirements:
        if one.similar and one.similar not in general and one.similar_text:
            context.problems.add(
                "SimilarOutsideProfile", one.similar_text.spans[0].line, Field.SIMILAR.value,
                one.similar, spans=one.similar_text.spans, about=one.key,
            )  # fmt: skip


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


def _note_lead_ins(context: Context, requirements: tuple[Requirement, ...]) -> None:
    """Report each way in which a level's lead-in differs from the usual one, once."""
    variants: dict[tuple[int, str], list[Text]] = {}
    for one in requirements:
        for level in one.levels:
            usual = LEAD_INS[level.rank - 1]
            if level.lead_in and skeleton(level.lead_in.value) != skeleton(usual):
                variants.setdefault((level.rank, level.lead_in.value), []).append(level.lead_in)
    for (rank, typed), texts in variants.items():
        spans = tuple(span for text in texts for span in text.spans)
        context.problems.add(
            "VariantHeading", spans[0].line, f"подниво {rank}", typed, LEAD_INS[rank - 1],
            spans=spans,
        )  # fmt: skip


def _lists(one: Requirement) -> list[tuple[str, tuple[Text, ...]]]:
    return [
        *((f"level-{level.rank}", level.items) for level in one.levels),
        ("knowledge", one.knowledge),
        ("skills", one.skills),
        ("behaviours", one.behaviours),
        ("examples", one.examples),
    ]


def _note_duplicates(context: Context, requirements: tuple[Requirement, ...]) -> None:
    for one in requirements:
        seen: dict[str, str] = {}
        for name, items in _lists(one):
            for number, text in enumerate(items, 1):
                key = skeleton(text.value)
                place = f"{name}/{number}"
                if key in seen:
                    context.problems.add(
                        "DuplicateText", text.spans[0].line, "",
                        f"„{text.value[:80]}“ ({seen[key]} = {place})", spans=text.spans,
                        about=f"{one.key}/{place}",
                    )  # fmt: skip
                seen.setdefault(key, place)


def _note_foreign(context: Context) -> None:
    """Report every word with letters of another alphabet, at the value that holds it."""
    by_line = _by_line(context)
    counts = context.problems.counts
    for number, line in enumerate(context.sheet.lines, 1):
        at = 0
        for word in foreign_words(context.sheet.masked(Cell(number, 0, len(line)))):
            at = line.find(word, at)
            if at < 0 or counts.get(Severity.WARNING, 0) > LIMIT:
                break
            roles = context.sheet.roles[number - 1]
            if roles[at] not in (Role.VALUE, Role.FIELD):
                at += len(word)
                continue
            span = context.sheet.span(Cell(number, at, at + len(word)))
            context.problems.add(
                "ForeignLetter",
                number,
                "",
                word,
                spans=(span,),
                about=_about(by_line[number], span),
            )
            at += len(word)


def _by_line(context: Context) -> dict[int, list[tuple[int, int, str]]]:
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for about, span in context.places:
        found[span.line].append((span.first, span.last, about))
    for places in found.values():
        places.sort()
    return found


def _about(places: list[tuple[int, int, str]], span: Span) -> str:
    at = bisect_right(places, span.first, key=lambda place: place[0])
    near = [about for _, last, about in reversed(places[max(0, at - 8) : at]) if last >= span.last]
    return next(iter(near), "")
