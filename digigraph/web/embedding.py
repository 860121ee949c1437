"""Pictures of profiles for pages of others: the level strip, in a frame, as SVG, by oEmbed (X-21),
and the radar as SVG (X-06)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from urllib.parse import unquote, urlencode

from flask import Blueprint, Response, abort, g, request

from digigraph.formats import JSON
from digigraph.requirements import Need
from digigraph.web.api.lists import listing_here
from digigraph.web.compare import profiles_named
from digigraph.web.drawing import drawn
from digigraph.web.problems import Refused
from digigraph.web.radar import MOST
from digigraph.web.showing.facts import Facts
from digigraph.web.showing.frames import WIDTH, frame, height_of
from digigraph.web.showing.radars import Measured, Picture, radar_of
from digigraph.web.site import LANGUAGES, language, page, revalidated, site
from digigraph.web.wheel import COLOURS

bp = Blueprint("embedding", __name__)

STEPS = 8
ROW, LINE = 30, 17
"""How high a row of the picture is, and each further line of a name, in CSS pixels."""
LETTERS, MOST_LETTERS = 48, 76
"""How many letters of a name, and of the title, fit in a line of the picture."""
FRAMED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors *"
"""What stands in frames of other sites may stand in any, and has no script."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One requirement: its name, the level, the stated levels, and the number of its area."""

    name: str
    code: str
    level: int
    lowest: int
    highest: int
    area: int

    @property
    def steps(self) -> list[str]:
        """Return the eight steps: `full`, `open` where only one passage asks for it, `none`."""
        full = min(self.level, self.lowest)
        return [
            "full" if n <= full else "open" if n <= self.highest else "none"
            for n in range(1, STEPS + 1)
        ]

    @property
    def lines(self) -> list[str]:
        """Return its code and name as the lines of the picture."""
        return wrap(f"{self.code} {self.name}".strip(), LETTERS) or [""]

    @property
    def colour(self) -> str:
        """Return the colour of its area in the light theme."""
        return COLOURS[self.area]


@dataclass(frozen=True, slots=True)
class StripView:
    """A profile as a strip of levels; width and height are of the picture."""

    iri: str
    title: str
    bars: Sequence[Bar]
    width: int = WIDTH
    row: int = ROW
    line: int = LINE

    @property
    def lines(self) -> list[str]:
        """Return the title as the lines of the picture."""
        return wrap(self.title, MOST_LETTERS) or [""]

    @property
    def places(self) -> list[int]:
        """Return how far down each bar begins, and last how high the whole picture is."""
        places = [self.row + self.line * (len(self.lines) - 1)]
        for bar in self.bars:
            places.append(places[-1] + self.row + self.line * (len(bar.lines) - 1))
        return places


@bp.get("/embed/profile/<name>")
def framed(name: str) -> Response:
    """Return the strip as a small page for a frame."""
    response = revalidated(page("embed.html", _strip(name)))
    response.headers["Content-Security-Policy"] = FRAMED
    return response


@bp.get("/embed/profile/<name>.svg")
def picture(name: str) -> Response:
    """Return the strip as a picture that says in words what it shows."""
    return drawn("strip.svg", _strip(name))


@dataclass(frozen=True, slots=True)
class RadarPicture:
    """A radar as a picture: what is drawn, and the names below it."""

    picture: Picture
    rows: Sequence[Measured]
    line: int = LINE
    colours: Sequence[str] = COLOURS

    @property
    def places(self) -> list[int]:
        """Return how far down each name begins, and last how high the names end."""
        places = [self.picture.radar.size // 2 + ROW // 2]
        for one in self.picture.profiles:
            places.append(places[-1] + ROW + self.line * (len(one.lines) - 1))
        return places

    @property
    def height(self) -> int:
        """Return how high the whole picture is."""
        return self.places[-1] + self.picture.radar.size // 2


@bp.get("/radar/<named>.svg")
def radar_picture(named: str) -> Response:
    """Return one to three profiles as a radar that says in words what it shows (X-06)."""
    asked = [name for part in named.split(",") if (name := part.strip())]
    profiles = profiles_named(list(dict.fromkeys(asked)))
    if not 1 <= len(profiles) <= MOST:
        words = {
            "bg": f"Един радар показва от 1 до {MOST} профила; дадени са {len(profiles)}.",
            "en": f"A radar shows 1 to {MOST} profiles; there are {len(profiles)}.",
        }
        raise Refused("bad-request", words)
    own = ",".join(iri.rpartition("/")[2] for iri in profiles)
    if named != own:
        told = f"?lang={language()}" if "lang" in request.args else ""
        return Response(status=303, headers={"Location": f"{site().root}radar/{own}.svg{told}"})
    found = radar_of(profiles)
    return drawn("radar.svg", RadarPicture(found.pictures[0], found.rows))


@bp.get("/oembed")
def oembed() -> Response:
    """Tell a site that was given the address of a profile how to show it (oembed.com)."""
    asked = unquote(request.args.get("url", ""))
    if request.args.get("format", "json") != "json":
        words = {"bg": "oEmbed тук е само JSON.", "en": "oEmbed is JSON only here."}
        raise Refused("bad-request", words)
    name = asked.partition("?")[0].partition("#")[0].rpartition("/")[2]
    name = name.removesuffix(".html").removesuffix(".bg").removesuffix(".en")
    starts = (site().release.base, site().service)
    if not asked.startswith(starts) or "profile/" not in asked:
        abort(404)
    view = _strip(name)
    width = _at_most("maxwidth", WIDTH)
    names = [f"{bar.code} {bar.name}" for bar in view.bars]
    height = _at_most("maxheight", height_of(view.title, names, width))
    place = f"{site().service}embed/profile/{name}?{urlencode({'lang': language()})}"
    told = {
        "version": "1.0",
        "type": "rich",
        "title": view.title,
        "provider_name": "digigraph",
        "provider_url": site().service,
        "html": frame(place, view.title, width, height),
        "width": width,
        "height": height,
    }
    body = json.dumps(told, ensure_ascii=False) + "\n"
    response = Response(body, content_type=JSON.content_type)
    response.vary.add("Accept-Language")
    return revalidated(response)


def _at_most(name: str, own: int) -> int:
    """Return a size in pixels, or what the client can take at most if that is less."""
    text = request.args.get(name, "")
    return min(own, int(text)) if text.isascii() and text.isdigit() and int(text[:6]) else own


def _strip(name: str) -> StripView:
    listing = listing_here()
    iri = listing.things.names.id(f"profile/{name}")
    if iri not in listing.profile(name):
        abort(404)
    if request.args.get("lang", "") in LANGUAGES:
        g.language = request.args["lang"]
    lang = language()
    needs = sorted(listing.requirements.of(iri), key=lambda need: _position(need.requirement))
    title = listing.name(iri, lang) or listing.name(iri, "bg")
    return StripView(iri, title, [_bar(need, lang) for need in needs])


def _position(requirement: str) -> int:
    return int(Facts(requirement, listing_here().things).first("dgc:position") or 0)


def _bar(need: Need, lang: str) -> Bar:
    listing = listing_here()
    told = Facts(need.competence, listing.things)
    code = told.first("skos:notation")
    areas = [*told.all("dgc:area"), *told.all("skos:broader")]
    numbers = [iri.rpartition("area-")[2] for iri in areas if "/area-" in iri]
    area = int(numbers[0]) if numbers and numbers[0].isdigit() else 0
    name = listing.name(need.competence, lang) or listing.name(need.competence, "bg")
    lowest, highest = need.lowest or need.level, need.highest or need.level
    return Bar(name, code, need.level, lowest, highest, area if area < len(COLOURS) else 0)
