"""The wheel of the framework: areas inside, competences around, shaded by who requires them (X-05).

A plain picture of paths, without styles or scripts of its own, so that it prints, is linked to
and stands in pages of other sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

SIZE = 480
"""Width and height, in units of the picture."""
INNER, MIDDLE, OUTER = 62.0, 118.0, 226.0
GAP = 1.5
FAINT = 0.14
"""How much of its colour a competence has that nobody requires."""

COLOURS = ("#566072", "#07437f", "#ab6816", "#795dc5", "#009c8e", "#681437")
"""The colours of the areas, from 1 on, as the light theme has them; the first is for no area."""
THEMES = {
    "light": ("#ffffff", COLOURS),
    "dark": ("#12161d", ("#a3adbd", "#3c85d5", "#e58e4a", "#c1acfc", "#a4f7cd", "#b75963")),
}
"""Theme -> the ground that the wheel is drawn on, and the colours of the areas on it."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """One competence: its code, what it is called, where it leads, and how many require it."""

    iri: str
    code: str
    label: str
    link: str
    asking: int


@dataclass(frozen=True, slots=True)
class Area:
    """One area with its competences, in order."""

    number: int
    label: str
    link: str
    spokes: Sequence[Spoke]


@dataclass(frozen=True, slots=True)
class Sector:
    """One piece of the wheel, ready to be drawn."""

    path: str
    x: float
    y: float
    text: str
    title: str
    link: str
    area: int
    strength: float
    """How strong its colour is, 0 to 1."""

    @property
    def colour(self) -> str:
        """Return its colour in the light theme."""
        return COLOURS[self.area]

    @property
    def inks(self) -> dict[str, str]:
        """Return in which of black and white its text is readable, by theme."""
        return {
            theme: _ink(ground, colours[self.area], self.strength)
            for theme, (ground, colours) in THEMES.items()
        }


def _ink(ground: str, colour: str, strength: float) -> str:
    """Return which of black and white has more contrast with a colour on a ground (WCAG 2.2)."""
    mixed = [g + (c - g) * strength for g, c in zip(_parts(ground), _parts(colour), strict=True)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in mixed]
    luminance = sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"


def _parts(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def sectors(areas: Sequence[Area], asking: str) -> list[Sector]:
    """Return the pieces of the wheel; `asking` is what stands before a number of profiles."""
    spokes = [spoke for area in areas for spoke in area.spokes]
    most = max((spoke.asking for spoke in spokes), default=0) or 1
    turn = 2 * pi / max(1, len(spokes))
    found, at = [], -pi / 2
    for area in areas:
        wide = turn * len(area.spokes)
        found.append(
            _sector(
                at, wide, INNER, MIDDLE, str(area.number), area.label, area.link, area.number, 1.0
            )
        )
        for number, spoke in enumerate(area.spokes):
            strength = FAINT + (1 - FAINT) * spoke.asking / most
            title = f"{spoke.code} {spoke.label}; {asking}: {spoke.asking}"
            begin = at + number * turn
            found.append(
                _sector(
                    begin, turn, MIDDLE + GAP, OUTER, spoke.code, title, spoke.link, area.number,
                    round(strength, 3),
                )
            )  # fmt: skip
        at += wide
    return found


def _sector(
    begin: float, wide: float, near: float, far: float, text: str, title: str, link: str,
    area: int, strength: float,
) -> Sector:  # fmt: skip
    end, half = begin + wide, begin + wide / 2
    large = int(wide > pi)
    path = (
        f"M{_at(near, begin)} L{_at(far, begin)} A{far:g} {far:g} 0 {large} 1 {_at(far, end)} "
        f"L{_at(near, end)} A{near:g} {near:g} 0 {large} 0 {_at(near, begin)} Z"
    )
    middle = (near + far) / 2
    x, y = middle * cos(half), middle * sin(half)
    return Sector(path, round(x, 1), round(y, 1), text, title, link, area, strength)


def _at(radius: float, angle: float) -> str:
    return f"{radius * cos(angle):.2f} {radius * sin(angle):.2f}"
