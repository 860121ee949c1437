"""What profiles require of the competences of the framework, as a radar and as a table (X-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from digigraph.requirements import Need
from digigraph.web.api.lists import listing_here
from digigraph.web.radar import MOST, Radar, radar
from digigraph.web.site import language, site

LETTERS = {"bg": "АБВГ", "en": "ABCD"}
"""What stands for the profiles of a comparison in a picture, by language."""
WRAPPED = 54
"""How many letters of a name fit in a line below the picture."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A profile as a picture names it: by its letter, if there are several, and its name."""

    iri: str
    letter: str
    name: str
    language: str

    @property
    def lines(self) -> list[str]:
        """Return how it is named below a picture, as lines."""
        return wrap(f"{self.letter} {self.name}".strip(), WRAPPED) or [""]


@dataclass(frozen=True, slots=True)
class Picture:
    """One radar, the profiles that are its lines, and where it is a picture of its own."""

    radar: Radar
    profiles: Sequence[Shown]
    address: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One competence of the framework, and what each profile requires of it."""

    code: str
    name: str
    language: str
    link: str
    area: int
    needs: Sequence[Need | None]


@dataclass(frozen=True, slots=True)
class RadarView:
    """Profiles over the framework: of up to three one radar, of more one each, and the table."""

    pictures: Sequence[Picture]
    rows: Sequence[Measured]
    profiles: Sequence[Shown]
    further: Sequence[int]
    """How many other competences each profile requires: those are no axes."""


def radar_of(profiles: Sequence[str]) -> RadarView:
    """Return how profiles are shown over the framework, in the language of the page."""
    lang = language()
    shown = [_shown(iri, place, len(profiles), lang) for place, iri in enumerate(profiles)]
    rows = _rows(profiles, lang)
    together = [shown] if len(profiles) <= MOST else [[one] for one in shown]
    needs = listing_here().requirements
    further = [
        len(needs.of(iri)) - sum(row.needs[place] is not None for row in rows)
        for place, iri in enumerate(profiles)
    ]
    return RadarView([_picture(some, shown, rows) for some in together], rows, shown, further)


def _picture(some: Sequence[Shown], every: Sequence[Shown], rows: Sequence[Measured]) -> Picture:
    places = [every.index(one) for one in some]
    series = [[need.level if (need := row.needs[n]) else 0 for row in rows] for n in places]
    names = ",".join(one.iri.rpartition("/")[2] for one in some)
    drawn = radar([(row.code, row.area) for row in rows], series)
    return Picture(drawn, some, f"{site().root}radar/{names}.svg?lang={language()}")


def _shown(iri: str, place: int, many: int, lang: str) -> Shown:
    name, spoken = _named(iri, lang)
    return Shown(iri, LETTERS[lang][place] if many > 1 else "", name, spoken)


def _rows(profiles: Sequence[str], lang: str) -> list[Measured]:
    listing, here = listing_here(), site()
    needs = [{need.competence: need for need in listing.requirements.of(p)} for p in profiles]
    rows = []
    for iri in listing.framework:
        code = str(listing.mention(iri).get("notation", ""))
        area = int(code[0]) if code[:1].isdigit() else 0
        link = f"{here.root}{iri.removeprefix(here.release.base)}?lang={lang}"
        held = [told.get(iri) for told in needs]
        rows.append(Measured(code, *_named(iri, lang), link, area, held))
    return sorted(rows, key=lambda row: row.code)


def _named(iri: str, lang: str) -> tuple[str, str]:
    """Return what a thing is called and in which language."""
    listing = listing_here()
    for wanted in (lang, "bg", "en"):
        if name := listing.name(iri, wanted):
            return name, wanted
    return iri.rpartition("/")[2], ""
