"""What is noticed in a profile once it is read, whatever form it was written in."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from digigraph.documents.competences import Described
from digigraph.documents.context import Context
from digigraph.documents.fields import LEAD_INS, Field
from digigraph.documents.overview import Listed
from digigraph.documents.problems import LIMIT
from digigraph.documents.sheet import Cell, Role
from digigraph.records import Kind, Requirement, Severity, Span, Text
from digigraph.text import foreign_words, skeleton


def note_contradiction(context: Context, one: Requirement) -> None:
    """Report two levels that the document gives for one competence."""
    if one.overview and one.detail and one.overview.rank != one.detail.rank:
        text = (
            f"II: „{one.overview.text.value}“; "
            f"{'III' if one.kind is Kind.GENERAL else 'IV'}: „{one.detail.text.value}“"
        )
        context.problems.add(
            "Contradiction", one.detail.text.spans[0].line, Field.REQUIRED_LEVEL.value, text,
            spans=one.overview.text.spans + one.detail.text.spans, about=one.key,
        )  # fmt: skip


def note_area(context: Context, row: Listed, one: Described | None) -> None:
    """Report another area in the detailed section than in the overview."""
    if one and one.area is not None and one.area != row.area and row.kind is Kind.SPECIFIC:
        assert one.area_text is not None
        context.problems.add(
            "NameCodeMismatch", one.area_text.spans[0].line, Field.AREA.value, one.area_text.value,
            f"{row.area}: {context.reference.areas[row.area].bg} (II)", spans=one.area_text.spans,
        )  # fmt: skip


def note_similar(context: Context, requirements: tuple[Requirement, ...]) -> None:
    """Report a similar competence that the profile does not require."""
    general = {one.key for one in requirements if one.kind is Kind.GENERAL}
    for one in requirements:
        if one.similar and one.similar not in general and one.similar_text:
            context.problems.add(
                "SimilarOutsideProfile", one.similar_text.spans[0].line, Field.SIMILAR.value,
                one.similar, spans=one.similar_text.spans, about=one.key,
            )  # fmt: skip


def note_lead_ins(context: Context, requirements: tuple[Requirement, ...]) -> None:
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


def note_duplicates(context: Context, requirements: tuple[Requirement, ...]) -> None:
    """Report a statement that a requirement has twice."""
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


def note_foreign(context: Context) -> None:
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
