"""What somebody writes who shows the level strip of a profile on a page of their own (X-21)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH = 640
"""How wide a frame and a picture of the strip are, in CSS pixels."""

_HEAD, _LETTER, _LINE, _ROW = 32, 10.5, 26, 46
"""About a frame: what its head takes beside its lines, how wide a letter is, how high a line is,
and what a row takes beside the lines of its name."""
_MARGINS = 56


def height_of(title: str, names: Sequence[str], width: int = WIDTH) -> int:
    """Return how high a frame has to be so that all its rows are seen, as long as names are."""
    letters = max(8, int((width - _MARGINS) / _LETTER))
    rows = (_ROW + _LINE * math.ceil(len(name) / letters) for name in names)
    return _HEAD + _LINE * math.ceil((len(title) + 20) / letters) + sum(rows)


def frame(address: str, title: str, width: int, height: int) -> str:
    """Return the HTML that shows the strip in a frame."""
    return (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" '
        f'title="{escape(title)}" loading="lazy"></iframe>'
    )


def picture(address: str, title: str) -> str:
    """Return the HTML that shows the strip as a picture."""
    return f'<img src="{escape(address)}" alt="{escape(title)}" width="{WIDTH}" loading="lazy">'
