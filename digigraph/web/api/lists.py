"""The lists of the release that is served: profiles, competences, levels and the matrix (A-03).

Items are the framed JSON of the things' documents, as far as a list tells of them; a thing's own
address answers with the whole document. What is written is kept as other answers are.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, request

from digigraph.cache import key_of
from digigraph.csvw import write_rows
from digigraph.formats import CSV, JSON, JSON_LD, Choice, Format
from digigraph.jsonld import context_iri
from digigraph.listing import COMPETENCE, LEVEL, PROFILE, Listing
from digigraph.web.answering import BOM as MARK
from digigraph.web.api.endpoint import LISTED, Endpoint
from digigraph.web.api.paging import page_links, page_of
from digigraph.web.api.parameters import BOM, Given, read
from digigraph.web.files import CURRENT
from digigraph.web.nearby import things_here
from digigraph.web.problems import not_acceptable
from digigraph.web.site import choose, client_has, site, tagged
from digigraph.writers import JSON_LD_NS

Rows = list[list[str]]

_MAKING = threading.Lock()


def listing_here() -> Listing:
    """Return the lists of the release that is served."""
    with _MAKING:
        return _listing(site().release.folder)


@lru_cache(maxsize=3)
def _listing(folder: Path) -> Listing:
    return Listing(things_here())


def profiles(endpoint: Endpoint, suffix: str) -> Response:
    """Return the profiles for which the filters hold."""
    given = read(endpoint.parameters)
    found = listing_here().profiles(
        sector=given.text("sector"),
        occupation=given.text("occupation"),
        competence=given.text("competence"),
        area=given.text("area"),
        level=given.number("level") or 0,
    )
    return of_class(PROFILE, found, given, suffix)


def competences(endpoint: Endpoint, suffix: str) -> Response:
    """Return the competences for which the filters hold."""
    given = read(endpoint.parameters)
    found = listing_here().competences(
        scheme=given.text("scheme"),
        area=given.text("area"),
        kind=given.text("kind"),
        level=given.number("level") or 0,
    )
    return of_class(COMPETENCE, found, given, suffix)


def levels(endpoint: Endpoint, suffix: str) -> Response:
    """Return the proficiency levels."""
    given = read(endpoint.parameters)
    return of_class(LEVEL, listing_here().levels, given, suffix)


def matrix(endpoint: Endpoint, suffix: str) -> Response:
    """Return at what level each profile requires each framework competence."""
    given = read(endpoint.parameters)
    found = listing_here().profiles(
        sector=given.text("sector"), occupation=given.text("occupation")
    )
    shown = page_of(found, given)

    def as_json() -> dict[str, Any]:
        return {**_head(len(found)), **_matrix(shown)}

    return paged(given, len(found), suffix, as_json, lambda: listing_here().matrix_rows(shown))


def of_class(kind: str, found: Sequence[str], given: Given, suffix: str) -> Response:
    """Return a page of the things of a class."""
    listing, shown = listing_here(), page_of(found, given)

    def as_json() -> dict[str, Any]:
        items = [listing.item(kind, iri) for iri in shown]
        return {**_head(len(found)), "items": items}

    return paged(given, len(found), suffix, as_json, lambda: listing.rows(kind, shown))


def paged(
    given: Given,
    total: int,
    suffix: str,
    as_json: Callable[[], dict[str, Any]],
    as_rows: Callable[[], Rows],
) -> Response:
    """Return a page of a list, with links to the others."""
    response = answered(given, suffix, as_json, as_rows)
    for link in page_links(total, given):
        response.headers.add("Link", link.header())
    return response


def answered(
    given: Given,
    suffix: str,
    as_json: Callable[[], dict[str, Any]],
    as_rows: Callable[[], Rows],
    *,
    offered: Sequence[Format] = LISTED,
) -> Response:
    """Return what is asked for in the format that the client prefers, with ETag (H-11)."""
    chosen = chosen_of(offered, suffix)
    marked = chosen.format is CSV and given.text(BOM.name) == "1"
    key = _key(given, chosen.format, marked=marked)
    body: bytes | None = b"" if client_has(key) else site().answers.get(key)
    if body is None:
        body = _written(chosen.format, as_json, as_rows)
        if marked:
            body = MARK + body
        site().answers.keep(key, body)
    response = tagged(Response(body, content_type=chosen.format.content_type), key)
    response.headers["Cache-Control"] = CURRENT
    response.vary.add("Accept-Encoding")
    if chosen.format is JSON:
        context, relation = context_iri(site().release.base), f"{JSON_LD_NS}context"
        link = f'<{context}>; rel="{relation}"; type="{JSON_LD.media_type}"'
        response.headers.add("Link", link)
    return response


def chosen_of(offered: Sequence[Format], suffix: str) -> Choice:
    """Return the format that the client gets; raise `Refused` where none of them fits."""
    chosen = choose(offered, suffix)
    if chosen is None:
        raise not_acceptable(tuple(offered))
    return chosen


def json_of(told: Any) -> bytes:
    """Return JSON as all documents of ours are written."""
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def csv_of(rows: Rows) -> bytes:
    """Return rows as CSV (RFC 4180)."""
    out = io.BytesIO()
    write_rows(out, rows)
    return out.getvalue()


def _key(given: Given, told: Format, *, marked: bool) -> str:
    asked = json.dumps([request.path.rpartition(".")[0] or request.path, *_values(given)])
    return key_of(site().release.dataset_digest, asked, (), f"{told.name}{'-bom' * marked}")


def _values(given: Given) -> list[tuple[str, str | int]]:
    """Return the values that an answer depends on."""
    return sorted((n, v) for n, v in given.values.items() if n not in ("lang", "format", "bom"))


def _written(
    told: Format, as_json: Callable[[], dict[str, Any]], as_rows: Callable[[], Rows]
) -> bytes:
    return csv_of(as_rows()) if told is CSV else json_of(as_json())


def _head(total: int) -> dict[str, Any]:
    """Return how a list begins; as JSON-LD its items are what it says."""
    base = site().release.base
    return {"@context": [context_iri(base), {"items": "@included"}], "total": total}


def _matrix(shown: Sequence[str]) -> dict[str, Any]:
    listing = listing_here()
    columns = {iri: listing.mention(iri) for iri in listing.framework}
    items = []
    for iri in shown:
        required = listing.requirements.levels(iri)
        levels = {
            told.get("notation", column.rpartition("/")[2]): required[column]
            for column, told in columns.items()
            if required.get(column)
        }
        specific = sum(column not in columns for column in required)
        title = listing.item(PROFILE, iri)["title"]
        items.append({"id": iri, "title": title, "levels": levels, "specificCompetences": specific})
    return {"competences": list(columns.values()), "items": items}
