"""Up to a thousand codes or labels at once: the best match and alternatives of each (A-07)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, request

from digigraph.formats import CSV
from digigraph.parameters import Problem
from digigraph.search import Filters, Hit
from digigraph.web.answering import BOM as MARK
from digigraph.web.api.endpoint import Endpoint
from digigraph.web.api.lists import chosen_of, csv_of, json_of
from digigraph.web.api.parameters import (
    BOM,
    LIMIT,
    LONGEST,
    Given,
    read,
    refusal,
    shown_of,
)
from digigraph.web.problems import Refused
from digigraph.web.search import brief, in_turn, searcher

MOST = 1000
"""How many codes or labels one request may ask for."""

_BODY = "body"
"""What a problem with the body is called where problems name parameters."""
_TOLD = 20
"""How many problems of a body are told, beside how many there are."""
_HEADER = ["query", "id", "notation", "label_bg", "label_en", "scheme", "score", "alternatives"]


def lookup(endpoint: Endpoint, suffix: str) -> Response:
    """Return the best match of each code or label that is sent."""
    given = read(endpoint.parameters)
    chosen = chosen_of(endpoint.formats, suffix)
    items = _items(_texts(endpoint), given)
    if chosen.format is CSV:
        body = csv_of([_HEADER, *map(_row, items)])
        if given.text(BOM.name) == "1":
            body = MARK + body
    else:
        body = json_of({"total": len(items), "items": items})
    response = Response(body, content_type=chosen.format.content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["RateLimit-Policy"] = '"lookups";q=1;qu="concurrent-requests"'
    response.vary.add("Accept")
    return response


def _texts(endpoint: Endpoint) -> list[str]:
    """Return what is to be looked up; raise `Refused` with all that is wrong with it."""
    if request.mimetype != "application/json":
        words = {
            "bg": "Изпратете масив от низове като application/json.",
            "en": "Send an array of strings as application/json.",
        }
        raise Refused("unsupported-media-type", words)
    try:
        told = json.loads(request.get_data())
    except (ValueError, RecursionError):
        told = None
    problems = list(_problems(told))
    if problems:
        raise refusal(problems, [p.name for p in endpoint.parameters])
    return [str(text) for text in told]


def _problems(told: Any) -> Iterator[Problem]:
    if not isinstance(told, list):
        yield Problem(
            _BODY,
            f"тялото: очаква се масив в JSON, до {MOST} низа",
            f"the body: expected an array in JSON of up to {MOST} strings",
        )
        return
    if len(told) > MOST:
        yield Problem(
            _BODY,
            f"тялото: до {MOST} низа; дадени са {len(told)}",
            f"the body: up to {MOST} strings; there are {len(told)}",
        )
    wrong = [number for number, text in enumerate(told) if not _fits(text)]
    for number in wrong[:_TOLD]:
        shown = shown_of(json.dumps(told[number], ensure_ascii=True)[:LONGEST])
        yield Problem(
            f"{_BODY}[{number}]",
            f"[{number}]: {shown}: очаква се низ, 1 – {LONGEST} знака",
            f"[{number}]: {shown}: expected a string of 1 – {LONGEST} letters",
        )
    if len(wrong) > _TOLD:
        more = len(wrong) - _TOLD
        yield Problem(_BODY, f"и още {more} такива", f"and {more} more of that kind")


def _fits(text: Any) -> bool:
    # A surrogate that is alone is in JSON and in no text.
    return (
        isinstance(text, str)
        and 1 <= len(text) <= LONGEST
        and not any("\ud800" <= letter <= "\udfff" for letter in text)
    )


def _items(texts: list[str], given: Given) -> list[dict[str, Any]]:
    """Return what is found for each text, within the time that a query has."""
    found: dict[str, dict[str, Any]] = {}
    with in_turn() as within:
        for text in dict.fromkeys(texts):
            within()
            found[text] = _looked_up(text, given)
    return [found[text] for text in texts]


def _looked_up(text: str, given: Given) -> dict[str, Any]:
    """Return the best match of a text, and as many others as are wanted."""
    most = (given.number(LIMIT.name) or 0) + 1
    kind = given.text("type")
    wanted = Filters(types=(kind,) if kind else (), scheme=given.text("scheme"))
    found = [_told(hit) for hit in searcher().best(text, wanted, limit=most)]
    return {"query": text, "match": found[0] if found else None, "alternatives": found[1:]}


def _told(hit: Hit) -> dict[str, Any]:
    """Return a match in the shape that a search has."""
    told = brief(hit)
    return {**told, "scheme": hit.scheme} if hit.scheme else told


def _row(item: dict[str, Any]) -> list[str]:
    match = item["match"] or {}
    names = match.get("prefLabel", {})
    cells = [match.get("id", ""), match.get("notation", ""), names.get("bg", ""), names.get("en")]
    others = "|".join(other["id"] for other in item["alternatives"])
    score = str(match["score"]) if match else ""
    return [item["query"], *(c or "" for c in cells), match.get("scheme", ""), score, others]
