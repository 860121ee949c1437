"""A profile beside a reader's own levels: the page has the numbers, the browser does the rest.

Nothing of what a reader chooses is sent, stored or put into the address; no endpoint takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response

from digigraph.web.api.lists import listing_here
from digigraph.web.api.parameters import LANG, read
from digigraph.web.compare import profiles_named
from digigraph.web.files import CURRENT
from digigraph.web.site import language, page, revalidated, site

bp = Blueprint("own", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One competence that a profile requires: where it leads, what it is called, the level."""

    link: str
    code: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class OwnView:
    """Everything that the page shows."""

    short: str
    title: str
    rows: Sequence[Row]


@bp.get("/own-levels/<name>")
def own_levels(name: str) -> Response:
    """Show what a profile requires, beside fields for one's own levels."""
    read((LANG,))
    (profile,) = profiles_named([name])
    short, lang, listing = profile.rpartition("/")[2], language(), listing_here()
    if short != name:
        response = Response(status=303)
        response.headers["Location"] = f"{site().root}own-levels/{short}?lang={lang}"
        return response

    def called(iri: str) -> str:
        return listing.name(iri, lang) or listing.name(iri, "bg") or iri

    rows = [
        Row(
            link=site().root + need.competence.removeprefix(site().release.base),
            code=listing.mention(need.competence).get("notation", ""),
            name=called(need.competence),
            level=need.level,
        )
        for need in listing.requirements.of(profile)
    ]
    response = revalidated(page("own.html", OwnView(short, called(profile), rows)))
    response.headers["Cache-Control"] = CURRENT
    return response
