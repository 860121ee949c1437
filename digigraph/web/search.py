"""Search and suggestions over the release that is served (A-01, A-02)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response

from digigraph.errors import Overloaded, SearchTimeout, SearchUnavailable
from digigraph.release import open_release
from digigraph.search import Filters, Hit, Search
from digigraph.web.api.endpoint import Endpoint
from digigraph.web.api.lists import Rows, answered, paged
from digigraph.web.api.paging import bounds
from digigraph.web.api.parameters import Given, read
from digigraph.web.problems import Refused
from digigraph.web.site import site

_HEADER = ["id", "type", "notation", "label_bg", "label_en", "scheme", "score", "snippet"]
_BRIEF = ("id", "url", "type", "prefLabel", "notation", "score")
_OPENING, _TURN = threading.Lock(), threading.Lock()


def searcher() -> Search:
    """Return the search of the release that is served; raise `Refused` where it has no index."""
    try:
        with _OPENING:
            return _search(site().release.folder)
    except SearchUnavailable:
        words = {
            "bg": "Изданието, което се предлага тук, няма указател за търсене.",
            "en": "The release that is served here has no index to be searched.",
        }
        raise Refused("search-unavailable", words) from None


@lru_cache(maxsize=3)
def _search(folder: Path) -> Search:
    return Search.open(open_release(folder))


@contextmanager
def in_turn() -> Iterator[Callable[[], None]]:
    """Hold the turn of those who ask for many things at once; call what it yields before each.

    One request at a time is worked on in a process; the next waits as queries do (A-08). Raises
    `Overloaded` where the turn does not come, `SearchTimeout` where the time of a query is up.
    """
    limits = site().settings.limits
    if not _TURN.acquire(timeout=limits.waiting_seconds):
        raise Overloaded(limits.waiting_seconds)
    late = time.monotonic() + limits.seconds

    def within() -> None:
        if time.monotonic() > late:
            raise SearchTimeout(limits.seconds)

    try:
        yield within
    finally:
        _TURN.release()


def search(endpoint: Endpoint, suffix: str) -> Response:
    """Return what a text finds: things by name and code, statements by their words."""
    given = read(endpoint.parameters)
    limit, offset = bounds(given)
    found = searcher().search(given.text("q"), _filters(given), limit=limit, offset=offset)

    def as_json() -> dict[str, Any]:
        return {"total": found.total, "items": [_told(hit) for hit in found.hits]}

    def as_rows() -> Rows:
        return [_HEADER, *map(_row, found.hits)]

    return paged(given, found.total, suffix, as_json, as_rows)


def suggest(endpoint: Endpoint, suffix: str) -> Response:
    """Return what begins with a text, for a box that completes what is typed."""
    given = read(endpoint.parameters)
    most = given.number("limit") or 0
    found = searcher().suggest(given.text("prefix"), _filters(given), limit=most)

    def as_json() -> dict[str, Any]:
        return {"items": [brief(hit) for hit in found]}

    def as_rows() -> Rows:
        return [_HEADER, *map(_row, found)]

    return answered(given, suffix, as_json, as_rows)


def _filters(given: Given) -> Filters:
    """Return what hits are to be."""
    kind, level = given.text("type"), given.number("level")
    return Filters(
        types=(kind,) if kind else (),
        scheme=given.text("scheme"),
        sector=given.text("sector"),
        area=given.text("area"),
        level=str(level) if level else "",
    )


def brief(hit: Hit) -> dict[str, Any]:
    """Return a hit as a suggestion tells of it."""
    told = _told(hit)
    return {name: told[name] for name in _BRIEF if name in told}


def _told(hit: Hit) -> dict[str, Any]:
    """Return a hit as a search tells of it (A-01), with its address here."""
    here, told = site(), hit.json()
    own = hit.iri.startswith(here.release.base)
    url = here.service + hit.iri.removeprefix(here.release.base) if own else hit.iri
    return {"id": hit.iri, "url": url, **told}


def _row(hit: Hit) -> list[str]:
    names = [hit.names.get(language, "") for language in ("bg", "en")]
    said = hit.snippet.text if hit.snippet else ""
    return [hit.iri, hit.type, hit.notation, *names, hit.scheme, f"{hit.score / 100:.3f}", said]
