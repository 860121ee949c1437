"""Words that a page break cut in two, made whole on the page where they begin."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from digigraph.intake.parts import Content, PageEnd, Paragraph, Row, Table
from digigraph.intake.wrapped import Spelling, is_cut, joined


def mend(content: Content, known: Spelling) -> None:
    """Move the second half of each cut word from the first row of a page to the row before it."""
    parts = [part for part, _ in content.parts if not isinstance(part, PageEnd)]
    for before, after in pairwise(parts):
        if isinstance(before, Table) and isinstance(after, Table) and before.rows and after.rows:
            _mend_row(before.rows[-1], after.rows[0], known)


def _mend_row(before: Row, after: Row, known: Spelling) -> None:
    for first, second in zip(before.cells, after.cells, strict=False):
        if first and second and is_cut(first[-1].text, second[0].text):
            half, _, rest = second[0].text.partition(" ")
            first[-1] = replace(first[-1], text=joined(first[-1].text, half, known))
            second[:1] = [Paragraph(rest)] if rest.strip() else []
