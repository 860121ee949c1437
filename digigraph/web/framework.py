"""The framework as a wheel and as a list, and the wheel alone as a picture (X-05, X-21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response

from digigraph.listing import Listing
from digigraph.things import Things
from digigraph.web.api.lists import listing_here
from digigraph.web.drawing import drawn
from digigraph.web.nearby import things_here
from digigraph.web.site import language, page, revalidated, site
from digigraph.web.wheel import SIZE, Area, Sector, Spoke, sectors

bp = Blueprint("framework", __name__)

SCHEME = "digcomp21"


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """What the page of the framework shows."""

    areas: Sequence[Area]
    sectors: Sequence[Sector]
    profiles: int
    size: int = SIZE


@bp.get("/framework")
def framework() -> Response:
    """Show the framework: five areas, their competences, and how many profiles ask for each."""
    return revalidated(page("framework.html", _view()))


@bp.get("/framework.svg")
def picture() -> Response:
    """Return the wheel alone."""
    return drawn("wheel.svg", _view())


def _view() -> FrameworkView:
    areas = areas_here()
    asking = "профили, които я изискват" if language() == "bg" else "profiles that require it"
    profiles = len(things_here().of_class("dgc:OccupationProfile"))
    return FrameworkView(areas, sectors(areas, asking), profiles)


def scheme_here() -> tuple[str, str]:
    """Return what the framework is called in the language of the page, and where it leads."""
    iri = things_here().names.id(SCHEME)
    return _called(iri, listing_here()), _link(iri)


def areas_here() -> list[Area]:
    """Return the areas of the framework with their competences, in the language of the page."""
    listing, things = listing_here(), things_here()
    areas = []
    for number, iri in enumerate(_areas(things), 1):
        spokes = [
            Spoke(
                one,
                _code(one, things),
                _called(one, listing),
                _link(one),
                len(listing.requirements.asking(one)),
            )
            for one in things.subjects("skos:broader", iri)
        ]
        spokes.sort(key=lambda spoke: spoke.code)
        areas.append(Area(number, _called(iri, listing), _link(iri), spokes))
    return areas


def _called(iri: str, listing: Listing) -> str:
    return listing.name(iri, language()) or listing.name(iri, "bg")


def _areas(things: Things) -> list[str]:
    wanted = things.names.id(f"{SCHEME}/area-")
    return [iri for iri in things.of_class("dgc:CompetenceArea") if iri.startswith(wanted)]


def _code(iri: str, things: Things) -> str:
    notation = things.names.expanded("skos:notation")
    found = (t.object for t in things.said_of(iri) if t.predicate.value == notation)
    return next((value.value for value in found if isinstance(value, ox.Literal)), "")


def _link(iri: str) -> str:
    return f"{site().root}{iri.removeprefix(site().release.base)}?lang={language()}"
