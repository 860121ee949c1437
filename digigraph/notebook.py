"""Profiles as HTML for a notebook: a picture first, the numbers in it (D-05, X-01).

It leans on no style sheet and no script, since a notebook has none of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.model import Profile, Requirement

STEPS = 8
_FULL, _OPEN, _EMPTY = "#1f5fa8", "#e0a100", "#d8dde3"
_CELL = "display:inline-block;width:14px;height:12px;margin-right:2px;background:"


def level_strip(profile: Profile) -> str:
    """Return a row for each requirement: eight steps, filled to the level, with the number.

    Steps that only one of two passages of the source asks for have another colour, and the row
    says so in words.
    """
    codes = " · ".join(escape(code) for code in (profile.nkpd_2011, *profile.kid_2008) if code)
    rows = "".join(map(_row, profile.requirements))
    return (
        f'<table lang="bg"><caption><a href="{escape(profile.iri)}">{escape(str(profile.title))}'
        f"</a> {codes}</caption><tbody>{rows}</tbody></table>"
    )


def table(header: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "") -> str:
    """Return a plain table; everything in it is text."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(_shown(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(one: Requirement) -> str:
    steps = "".join(
        f'<span style="{_CELL}{_colour(one, step)}"></span>' for step in range(1, STEPS + 1)
    )
    said = f"{one.level}"
    if one.disputed:
        said += f" (спорно: {one.min_level}–{one.max_level})"
    return (
        f"<tr><th>{escape(one.code)}</th>"
        f'<td style="text-align:left">{escape(str(one.label))}</td>'
        f'<td style="white-space:nowrap" aria-hidden="true">{steps}</td><td>{said}</td></tr>'
    )


def _colour(one: Requirement, step: int) -> str:
    if step <= min(one.level, one.min_level):
        return _FULL
    return _OPEN if step <= one.max_level else _EMPTY


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)
