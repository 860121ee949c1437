"""Text of a PDF that stands outside its ruled tables and was read into a field all the same.

Where a table has no lines its rows come as paragraphs, and would go on with the last field of the
table before: two fields become one and nobody is told. So this is an error, with the page.
"""

from __future__ import annotations

from digigraph.intake.extract import Extract
from digigraph.intake.kinds import Kind
from digigraph.records import LineReason, Reading

_QUOTED = 120


def strays(given: Extract, reading: Reading) -> dict[int, str]:
    """Return the first such text of each page of a PDF that has any."""
    if given.kind is not Kind.PDF or any(one.kind == "NotAProfile" for one in reading.problems):
        return {}
    aside = {one.line for one in reading.accounted if one.reason is not LineReason.FIELD}
    told = {one.line for one in reading.errors}
    found: dict[int, str] = {}
    for number, (line, place) in enumerate(
        zip(given.text.split("\n"), given.places, strict=False), 1
    ):
        if place.paragraph and line.strip() and number not in aside | told:
            found.setdefault(place.page, line.strip()[:_QUOTED])
    return found
