"""All profiles: as a list, and as a matrix of the levels that they require (X-02).

Both are filtered, sorted and cut into pages here, so that no page grows with the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response

from digigraph.cache import key_of
from digigraph.formats import CSV
from digigraph.listing import PROFILE, Listing
from digigraph.requirements import Need
from digigraph.web.api.lists import csv_of, listing_here
from digigraph.web.api.parameters import LANG, Given, Parameter, read
from digigraph.web.site import language, page, revalidated, site, tagged

bp = Blueprint("overview", __name__)

SHOWN = 50
"""How many profiles stand on a page."""

FILTERS = (
    Parameter("sector", "Код на сектор по КИД-2008.", "Code of a sector in KID-2008.", least=0),
    Parameter("competence", "Компетентност: код или идентификатор.",
              "A competence: code or identifier.", least=0),
    Parameter("area", "Област от 1 до 5.", "An area, 1 to 5.", least=0, most=1),
    Parameter("level", "Ниво от 1 до 8 или по-високо.", "A level, 1 to 8, or above.", least=0,
              most=1),
)  # fmt: skip
SORT = Parameter("sort", "Подредба: name или код на компетентност.",
                 "Order: name, or the code of a competence.", least=0, default="name")  # fmt: skip
NUMBER = Parameter("page", "Страница.", "Page.", kind="whole", default=1, most=1_000_000)
_TAKEN = (*FILTERS, SORT, NUMBER, LANG)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a profile requires of a competence: the level, and where it is said; or nothing."""

    level: int = 0
    disputed: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One profile."""

    title: str
    language: str
    link: str
    code: str
    sector: str
    cells: Sequence[Cell]
    specific: int
    """How many specific competences it requires."""
    own: Cell
    """The first of those: a disputed one, where there is one."""
    asked: int
    """How many competences it requires in all."""


@dataclass(frozen=True, slots=True)
class Column:
    """One competence of the framework."""

    code: str
    label: str
    link: str
    area: int
    sort: str
    is_sorted: bool


@dataclass(frozen=True, slots=True)
class OverviewView:
    """What the list and the matrix show."""

    rows: Sequence[Row]
    columns: Sequence[Column]
    total: int
    first: int
    given: Mapping[str, str]
    sectors: Sequence[tuple[str, str]]
    areas: Sequence[tuple[str, str]]
    csv: str
    by_name: str
    before: str
    after: str


@bp.get("/profiles")
def profiles() -> Response:
    """Show the profiles as a list."""
    return revalidated(page("profiles.html", _view("profiles")))


@bp.get("/matrix")
def matrix() -> Response:
    """Show the profiles as a matrix."""
    return revalidated(page("matrix.html", _view("matrix")))


@bp.get("/profiles.csv", defaults={"name": "profiles"})
@bp.get("/matrix.csv", defaults={"name": "matrix"})
def table(name: str) -> Response:
    """Return all rows that the filters of a page leave, in its order, as CSV (X-02)."""
    given, listing, lang = read(_TAKEN), listing_here(), language()
    told = [(one.name, given.text(one.name)) for one in (*FILTERS, SORT)]
    key = key_of(site().release.dataset_digest, f"{name}.csv {lang} {told}", (), CSV.name)
    body = site().answers.get(key)
    if body is None:
        found = _found(given, listing, lang)
        rows = listing.matrix_rows(found) if name == "matrix" else listing.rows(PROFILE, found)
        body = csv_of(rows)
        site().answers.keep(key, body)
    response = tagged(Response(body, content_type=CSV.content_type), key)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _found(given: Given, listing: Listing, lang: str) -> Sequence[str]:
    """Return all profiles for which the filters hold, in the order that is asked for."""
    found = listing.profiles(
        sector=given.text("sector"),
        competence=given.text("competence"),
        area=given.text("area"),
        level=_level(given),
    )
    return _ordered(found, given.text("sort"), listing, lang)


def _view(name: str) -> OverviewView:
    given, listing, lang = read(_TAKEN), listing_here(), language()
    ordered = _found(given, listing, lang)
    number = given.number("page") or 1
    start = (number - 1) * SHOWN
    shown = ordered[start : start + SHOWN]
    facts = _facts(site().release.folder, lang)
    kept = {one.name: given.text(one.name) for one in FILTERS if given.text(one.name)}

    def link(**more: str) -> str:
        told = {**kept, "sort": given.text("sort"), "lang": lang, **more}
        return f"{site().root}{name}?{urlencode({k: v for k, v in told.items() if v})}"

    codes = [column.code for column in facts.columns]
    return OverviewView(
        rows=list(_rows(shown, codes, listing, lang)),
        columns=[
            Column(c.code, c.label, c.link, c.area, link(sort=c.code), given.text("sort") == c.code)
            for c in facts.columns
        ],
        total=len(ordered),
        first=start + 1,
        given={**{one.name: given.text(one.name) for one in FILTERS}, "sort": given.text("sort")},
        sectors=facts.sectors,
        areas=facts.areas,
        csv=link().replace(f"/{name}?", f"/{name}.csv?", 1),
        by_name=link(sort="name"),
        before=link(page=str(number - 1)) if number > 1 else "",
        after=link(page=str(number + 1)) if start + SHOWN < len(ordered) else "",
    )


def _level(given: Given) -> int:
    text = given.text("level")
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 8 else 0


def _ordered(found: Sequence[str], sort: str, listing: Listing, lang: str) -> Sequence[str]:
    """Return profiles by name, or by the level that they require of a competence, highest first."""
    named = by_name(found, lang)
    wanted = listing.competence(sort) if sort not in ("", "name") else []
    if not wanted:
        return named
    levels = listing.requirements.asking(wanted[0])
    return sorted(named, key=lambda iri: -levels.get(iri, 0))


def by_name(found: Iterable[str], lang: str) -> list[str]:
    """Return profiles in the order of their names."""
    names = _names(site().release.folder, lang)
    return sorted(found, key=lambda iri: (names.get(iri, ""), iri))


def _rows(found: Sequence[str], codes: Sequence[str], listing: Listing, lang: str) -> Iterator[Row]:
    root, base = site().root, site().release.base
    place = {listing.things.names.framework_competence(code): n for n, code in enumerate(codes)}
    for iri in found:
        told = listing.item("dgc:OccupationProfile", iri)
        needs = listing.requirements.of(iri)
        cells = [Cell()] * len(codes)
        own = []
        for need in needs:
            cell = _cell(need, root, base, iri, lang)
            if need.competence in place:
                cells[place[need.competence]] = cell
            else:
                own.append(cell)
        spoken = lang if lang in told["title"] else "bg"
        sectors = [one.get("notation", "") for one in told.get("economicActivity", [])]
        occupation = told.get("occupation") or {}
        yield Row(
            told["title"].get(spoken, ""),
            spoken,
            f"{root}{iri.removeprefix(base)}?lang={lang}",
            occupation.get("notation", "") if isinstance(occupation, dict) else "",
            ", ".join(filter(None, sectors)),
            cells,
            len(own),
            max(own, key=lambda cell: cell.disputed, default=Cell()),
            len(needs),
        )


def _cell(need: Need, root: str, base: str, iri: str, lang: str) -> Cell:
    tail = f"doc/{iri.removeprefix(base).removeprefix('id/')}"
    anchor = f"req-{need.requirement.rpartition('/')[2]}"
    return Cell(need.level, need.lowest != need.highest, f"{root}{tail}?lang={lang}#{anchor}")


@dataclass(frozen=True, slots=True)
class _Facts:
    columns: Sequence[Column]
    sectors: Sequence[tuple[str, str]]
    areas: Sequence[tuple[str, str]]


@lru_cache(maxsize=4)
def _names(_folder: Path, lang: str) -> dict[str, str]:
    """Return the names of the profiles of a release, to sort by."""
    listing = listing_here()
    found = {iri: listing.name(iri, lang) or listing.name(iri, "bg") for iri in listing.profiles()}
    return {iri: name.casefold() for iri, name in found.items()}


@lru_cache(maxsize=4)
def _facts(_folder: Path, lang: str) -> _Facts:
    """Return what is the same on every page of a release: columns, and what can be filtered by."""
    listing = listing_here()
    things, base, root = listing.things, site().release.base, site().root

    def called(iri: str) -> str:
        return listing.name(iri, lang) or listing.name(iri, "bg") or listing.name(iri, "en")

    columns = []
    for iri in listing.framework:
        code = str(listing.mention(iri).get("notation", ""))
        area = int(code[0]) if code[:1].isdigit() else 0
        link = root + iri.removeprefix(base)
        columns.append(Column(code, called(iri), link, area, "", False))
    found = {value for _, value in things.each("dgc:economicActivity")}
    sectors = sorted((str(listing.mention(iri).get("notation", "")), called(iri)) for iri in found)
    areas = [(iri.rpartition("-")[2], called(iri)) for iri in things.of_class("dgc:CompetenceArea")]
    return _Facts(columns, sectors, areas)
