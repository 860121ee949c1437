"""The framework as a wheel and as a list, and the wheel alone as a picture (X-05, X-21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, render_template

from digigraph.things import Things
from digigraph.web.api.lists import listing_here
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
    lang = language()

    def say(bg: str, en: str) -> str:
        return bg if lang == "bg" else en

    drawn = render_template("wheel.svg", view=_view(), lang=lang, say=say, site=site())
    response = Response(drawn, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return revalidated(response)


def _view() -> FrameworkView:
    listing, lang = listing_here(), language()
    things = things_here()
    areas = []
    for number, iri in enumerate(_areas(things), 1):
        spokes = [
            Spoke(
                _code(one, things),
                listing.name(one, lang) or listing.name(one, "bg"),
                _link(one),
                len(listing.requirements.asking(one)),
            )
            for one in things.subjects("skos:broader", iri)
        ]
        spokes.sort(key=lambda spoke: spoke.code)
        name = listing.name(iri, lang) or listing.name(iri, "bg")
        areas.append(Area(number, name, _link(iri), spokes))
    asking = "профили, които я изискват" if lang == "bg" else "profiles that require it"
    profiles = len(things.of_class("dgc:OccupationProfile"))
    return FrameworkView(areas, sectors(areas, asking), profiles)


def _areas(things: Things) -> list[str]:
    wanted = things.names.id(f"{SCHEME}/area-")
    return [iri for iri in things.of_class("dgc:CompetenceArea") if iri.startswith(wanted)]


def _code(iri: str, things: Things) -> str:
    notation = things.names.expanded("skos:notation")
    found = (t.object for t in things.said_of(iri) if t.predicate.value == notation)
    return next((value.value for value in found if isinstance(value, ox.Literal)), "")


def _link(iri: str) -> str:
    return f"{site().root}{iri.removeprefix(site().release.base)}?lang={language()}"
