"""One profile or competence, a comparison, and a bulk look-up (A-03, A-07)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Response

from digigraph.formats import JSON, TURTLE
from digigraph.sidebyside import SideBySide
from digigraph.web.api.endpoint import Endpoint
from digigraph.web.api.lists import answered, chosen_of, listing_here
from digigraph.web.api.parameters import read
from digigraph.web.compare import IDS, address_of, profiles_of
from digigraph.web.nearby import near
from digigraph.web.problems import Refused
from digigraph.web.site import site
from digigraph.web.things import document


def profile(endpoint: Endpoint, suffix: str, name: str) -> Response:
    """Return a profile as its document has it in JSON; a code leads to what has it."""
    read(endpoint.parameters)
    chosen_of(endpoint.formats, suffix)
    things = listing_here().things
    if things.knows(things.names.id(f"profile/{name}")):
        return document(f"profile/{name}.{JSON.extension}")
    found = listing_here().profile(name)
    if len(found) > 1:
        return _see(f"profiles?{urlencode({'occupation': name})}")
    if not found:
        raise _unknown(name)
    return _see(f"profiles/{found[0].rpartition('/')[2]}")


def competence(endpoint: Endpoint, suffix: str, name: str) -> Response:
    """Return a competence as its document has it in JSON; a code leads to what has it."""
    read(endpoint.parameters)
    chosen_of(endpoint.formats, suffix)
    names = listing_here().things.names
    found = listing_here().competence(name)
    retired = names.id(f"competence/{name}")
    if not found and listing_here().things.knows(retired):
        found = [retired]
    if not found:
        raise _unknown(name)
    if len(found) > 1:
        return _see(f"lookup?{urlencode({'notation': name})}", "")
    tail = names.tail(found[0])
    if tail.rpartition("/")[2] != name:
        return _see(f"competences/{tail.rpartition('/')[2]}")
    return document(f"{tail}.{JSON.extension}")


def compare(endpoint: Endpoint, suffix: str) -> Response:
    """Return two to four profiles side by side, with a link to their lasting address."""
    given = read(endpoint.parameters)
    found = SideBySide(profiles_of(given.text(IDS.name)), listing_here())
    response = answered(given, suffix, found.json, found.rows)
    response.headers.add("Link", f'<{found.iri}>; rel="canonical"')
    turtle = f"{address_of(found)}.{TURTLE.extension}"
    response.headers.add("Link", f'<{turtle}>; rel="alternate"; type="{TURTLE.media_type}"')
    return response


def _unknown(name: str) -> Refused:
    words = {
        "bg": f"Няма нищо с код или идентификатор „{name[:100]}“.",
        "en": f"Nothing has the code or identifier “{name[:100]}”.",
    }
    return Refused("not-found", words, nearest=near(name))


def _see(place: str, under: str = "api/v1/") -> Response:
    response = Response(status=303)
    response.headers["Location"] = f"{site().root}{under}{quote(place, safe='/?=&%')}"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
