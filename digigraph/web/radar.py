"""A radar of the levels that up to three profiles require, one axis for each competence (X-06).

It is never the only view: a table says the same. Lines are told apart by colour, by dashes and
by the shape of their marks; marks on one place lie inside each other, so that each is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, pi, sin

MOST = 3
"""How many lines a radar can have and still be read."""
SIZE = 400
"""Width and height, in units of the picture."""
NOTHING, HIGHEST = 22.0, 148.0
"""How far from the middle a competence stands that is not required, and level 8."""
CODES, RIM = 168.0, 188.0
"""How far out the codes stand, and the arcs of the areas."""
STEPS = 8
RINGS = (2, 4, 6, 8)
"""The levels that have a ring with a number."""
BETWEEN = 0.04
"""What is left free between two arcs, in radians."""

COLOURS = ("#0b57a8", "#b04a00", "#1d2430")
"""The colours of the lines as the light theme has them."""
DASHES = ("none", "9 4", "2 4")
_REACH = (6.5, 4.5, 3.4)
"""How far the marks of each line reach from their place."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One competence: its code, its area, the end of its axis and the place of its code."""

    code: str
    area: int
    end: tuple[float, float]
    text: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """The levels of one profile: a closed line, and a mark for each that is required."""

    number: int
    """Which line it is, from 1: it decides the colour, the dashes and the marks."""
    path: str
    marks: Sequence[str]

    @property
    def colour(self) -> str:
        """Return its colour in the light theme."""
        return COLOURS[self.number - 1]

    @property
    def dash(self) -> str:
        """Return its dashes."""
        return DASHES[self.number - 1]

    @property
    def sample(self) -> str:
        """Return its mark as it stands in a legend, around 0, 0."""
        return _mark(self.number, 0, 0)


@dataclass(frozen=True, slots=True)
class Radar:
    """A radar, ready to be drawn."""

    axes: Sequence[Axis]
    arcs: Sequence[tuple[int, str]]
    rings: Sequence[tuple[int, float]]
    lines: Sequence[Line]
    size: int = SIZE
    """Its width and height."""


def radar(codes: Sequence[tuple[str, int]], series: Sequence[Sequence[int]]) -> Radar:
    """Return the radar of some series of levels, 0 to 8, one for each code with its area."""
    turn = 2 * pi / max(1, len(codes))
    angles = [-pi / 2 + turn * (place + 0.5) for place in range(len(codes))]
    axes = [
        Axis(code, area, _at(HIGHEST, angle), _at(CODES, angle))
        for (code, area), angle in zip(codes, angles, strict=True)
    ]
    arcs, begin = [], -pi / 2
    for area, held in groupby(codes, key=lambda one: one[1]):
        end = begin + turn * len(list(held))
        arcs.append((area, _arc(begin + BETWEEN / 2, end - BETWEEN / 2)))
        begin = end
    lines = [_line(number, levels, angles) for number, levels in enumerate(series[:MOST], 1)]
    return Radar(axes, arcs, [(level, round(_far(level), 2)) for level in RINGS], lines)


def _line(number: int, levels: Sequence[int], angles: Sequence[float]) -> Line:
    places = [_at(_far(level), angle) for level, angle in zip(levels, angles, strict=True)]
    path = "M" + " L".join(f"{x:g} {y:g}" for x, y in places) + " Z"
    marks = [_mark(number, *at) for at, level in zip(places, levels, strict=True) if level]
    return Line(number, path, marks)


def _far(level: int) -> float:
    return NOTHING + (HIGHEST - NOTHING) * level / STEPS


def _at(radius: float, angle: float) -> tuple[float, float]:
    return round(radius * cos(angle), 1), round(radius * sin(angle), 1)


def _arc(begin: float, end: float) -> str:
    (x, y), (to_x, to_y) = _at(RIM, begin), _at(RIM, end)
    return f"M{x:g} {y:g} A{RIM:g} {RIM:g} 0 {int(end - begin > pi)} 1 {to_x:g} {to_y:g}"


def _mark(number: int, x: float, y: float) -> str:
    """Return a circle for the first line, a square for the second, a triangle for the third."""
    far = _REACH[number - 1]
    if number == 1:
        round_ = f"a{far:g} {far:g} 0 1 1"
        return f"M{x - far:g} {y:g} {round_} {2 * far:g} 0 {round_} {-2 * far:g} 0 Z"
    if number == 2:
        return f"M{x - far:g} {y - far:g} h{2 * far:g} v{2 * far:g} h{-2 * far:g} Z"
    return f"M{x:g} {y - far:g} l{far:g} {1.75 * far:g} h{-2 * far:g} Z"
