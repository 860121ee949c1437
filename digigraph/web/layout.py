"""Where things stand in the picture of a neighbourhood: three columns, joined by lines (X-07).

The thing stands on the left, what is one step away in the middle, what is two steps away on the
right, each once. A name that is too long for its box is cut there; the list below has it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.web.around import Near
    from digigraph.web.words import Word

WIDTH = 1000
COLUMNS = (0, 350, 700)
BOX = 290
"""How wide a box is; columns begin at `COLUMNS`."""
TALL, LOW, GAP = 42, 26, 8
"""How high a box is with two lines and with one, and what is between two."""
ROOM = 270
"""How wide a line of text in a box may be."""
WIDE, USUAL, THIN = 10.6, 8.4, 5.2
"""How wide letters of the size that is used are: capitals and broad ones, others, and thin ones."""
BROAD, NARROW = frozenset("mwжмфшщюы@%—…"), frozenset(" .,;:/()-'ijlftrIJ")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing: its place, and what stands in it."""

    x: int
    y: float
    height: int
    how: str
    text: str
    title: str
    language: str
    link: str
    column: int

    @property
    def base(self) -> float:
        """Return how far down its name stands: below how it is linked, else in the middle."""
        return round(self.y + (self.height - 9 if self.how else self.height / 2 + 4.5), 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture: boxes, lines, what is told of those that are left out, and the size."""

    boxes: Sequence[Box]
    edges: Sequence[str]
    notes: Sequence[tuple[int, float, int]]
    """Where it is told that things are left out: x, y, and how many."""
    width: int
    height: float
    box: int = BOX


def drawing(iri: str, word: Word, near: Sequence[Near], left_out: int) -> Drawing:
    """Return the picture of a thing with what is near it."""
    first = {one.iri: place for place, one in enumerate(near)}
    second: dict[str, Near] = {}
    for one in near:
        for other in one.behind:
            if other.iri not in first:
                second.setdefault(other.iri, other)
    middle = len(near) * (TALL + GAP) + (2 * GAP if left_out else 0)
    right = len(second) * (LOW + GAP)
    height = max(middle, right, TALL + GAP) + GAP
    places = {one: GAP / 2 + (height - middle) / 2 + n * (TALL + GAP) for one, n in first.items()}
    order = sorted(second, key=lambda one: _middle_of(one, near, places))
    behind = {one: GAP / 2 + (height - right) / 2 + n * (LOW + GAP) for n, one in enumerate(order)}
    boxes = [_box(0, (height - TALL) / 2, TALL, "", word)]
    boxes += [_box(1, places[one.iri], TALL, one.how, one.word) for one in near]
    boxes += [_box(2, behind[one], LOW, "", second[one].word) for one in order]
    edges = [_edge(0, height / 2, places[one.iri] + TALL / 2) for one in near]
    for one in near:
        start = places[one.iri] + TALL / 2
        edges += [_edge(1, start, behind[o.iri] + LOW / 2) for o in one.behind if o.iri in behind]
    notes = [(COLUMNS[1], (height + middle) / 2 - 2, left_out)] if left_out else []
    return Drawing(boxes, edges, notes, COLUMNS[-1] + BOX, round(height, 1))


def _middle_of(iri: str, near: Sequence[Near], places: dict[str, float]) -> tuple[float, str]:
    """Return how far down, on average, those stand that lead to a thing: so fewer lines cross."""
    found = [places[one.iri] for one in near if any(other.iri == iri for other in one.behind)]
    return sum(found) / len(found), iri


def _box(column: int, y: float, height: int, how: str, word: Word) -> Box:
    whole = f"{word.code} {word.text}".strip()
    text = whole
    while _width(text) > ROOM:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    told = f"{how}: {whole}" if how else whole
    return Box(
        COLUMNS[column], round(y, 1), height, how, text, told, word.language, word.link, column
    )


def _width(text: str) -> float:
    return sum(
        THIN if letter in NARROW else WIDE if letter.isupper() or letter in BROAD else USUAL
        for letter in text
    )


def _edge(column: int, begin: float, end: float) -> str:
    start, stop = COLUMNS[column] + BOX, COLUMNS[column + 1]
    half = (start + stop) / 2
    return f"M{start} {begin:.1f} C{half:g} {begin:.1f} {half:g} {end:.1f} {stop} {end:.1f}"
