"""Text that stands outside the tables of a file and was read into one of their fields.

Where a table of a PDF has no lines its rows come as paragraphs, and would go on with the last field
of the table before; so would a closing remark below a table of any format.  Two things become one
and nobody is told: so this is an error, with the place.
"""

from __future__ import annotations

from digigraph.documents import fields
from digigraph.documents.fields import Section
from digigraph.intake.extract import Extract
from digigraph.intake.kinds import Kind
from digigraph.intake.parts import Place
from digigraph.records import LineReason, Reading

_QUOTED = 120


def strays(given: Extract, reading: Reading) -> dict[Place, str]:
    """Return such texts by their place: of a PDF the first of each page."""
    if any(one.kind == "NotAProfile" for one in reading.problems):
        return {}
    is_pdf = given.kind is Kind.PDF
    reasons = {one.line: one.reason for one in reading.accounted}
    told = {one.line for one in reading.errors}
    found: dict[Place, str] = {}
    below_table = False
    for number, (line, place) in enumerate(
        zip(given.text.split("\n"), given.places, strict=False), 1
    ):
        text = line.strip()
        if not text or number in told:
            continue
        reason = reasons.get(number)
        if place.paragraph and (
            reason in (None, LineReason.FIELD) if is_pdf
            else below_table and not reason and not _has_name(text)
        ):  # fmt: skip
            found.setdefault(Place(page=place.page) if is_pdf else place, text[:_QUOTED])
        else:
            below_table = bool(place.table)
    return found


def _has_name(text: str) -> bool:
    """Whether a paragraph begins with the name of a field, which is then its own."""
    name = text.partition(":")[0]
    return any(fields.match_line(name, one) for one in Section if one is not Section.II)
