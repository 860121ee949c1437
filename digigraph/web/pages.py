"""The landing page and its machine twins, and what problem types mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort
from markupsafe import Markup

from digigraph.description import LICENCE, has_void, summary
from digigraph.formats import DUMP_FORMATS, GRAPH_FORMATS, HTML, JSON, Format
from digigraph.release import Release, ReleaseFile
from digigraph.resources import AUTHORED_BASE
from digigraph.web.api.lists import listing_here
from digigraph.web.catalog import catalogue_here
from digigraph.web.examples import Example, examples
from digigraph.web.links import landing_links
from digigraph.web.problems import not_acceptable, problem_type
from digigraph.web.schema import in_page, structured_data
from digigraph.web.site import choose, page, revalidated, send, site

bp = Blueprint("pages", __name__)

TWINS = (HTML, *GRAPH_FORMATS, JSON)
FEATURED = "requirements-of-profile"


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump in one format: the file, its compressed twin and what it holds."""

    told: Format
    plain: ReleaseFile
    packed: ReleaseFile


@dataclass(frozen=True, slots=True)
class LandingView:
    """Everything the landing page shows."""

    release: Release
    endpoint: str
    dumps: Sequence[Dump]
    example: Example | None
    base_is_registered: bool
    licence: str
    has_void: bool
    structured: Markup


@bp.get("/")
def landing() -> Response:
    """Tell a person and a program where everything is."""
    chosen = choose(TWINS)
    if chosen is None:
        raise not_acceptable(TWINS)
    release, service = site().release, site().service
    if chosen.format is HTML:
        response = revalidated(page("landing.html", _landing()))
    elif chosen.format is JSON:
        response = send(summary(release, service), chosen)
    else:
        told = catalogue_here().written(chosen.format, site().settings.limits)
        response = send(told, chosen)
    response.headers.extend({"Link": [link.header() for link in landing_links(site(), TWINS)]})
    return response


@dataclass(frozen=True, slots=True)
class AboutView:
    """What the page about the project shows."""

    profiles: int
    competences: int
    citation: str


@bp.get("/about")
def about() -> Response:
    """Say what this is, how to cite it, and what holds of the rights."""
    listing, release = listing_here(), site().release
    citation = (
        f"The digigraph maintainers. ({release.issued.year}). digigraph: profiles of digital "
        f"competences (release {release.version}) [Data set]. {release.base}catalog/digigraph"
    )
    view = AboutView(len(listing.profiles()), len(listing.competences()), citation)
    return revalidated(page("about.html", view))


@bp.get("/problem/<slug>")
def problem(slug: str) -> Response:
    """Say what a type of problem means and what to do about it."""
    view = problem_type(slug)
    if view is None:
        abort(404)
    return page("problem.html", view)


def _landing() -> LandingView:
    release = site().release
    dumps = []
    for told in DUMP_FORMATS:
        plain = release.file(f"digigraph.{told.extension}")
        packed = release.file(f"digigraph.{told.extension}.gz")
        if plain and packed:
            dumps.append(Dump(told, plain, packed))
    by_name = {example.name: example for example in examples()}
    return LandingView(
        release=release,
        endpoint=f"{site().service}sparql",
        dumps=dumps,
        example=by_name.get(FEATURED) or next(iter(by_name.values()), None),
        base_is_registered=release.base != AUTHORED_BASE,
        licence=LICENCE,
        has_void=has_void(release),
        structured=in_page(structured_data(catalogue_here())),
    )
