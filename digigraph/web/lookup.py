"""Codes that people have in hand lead somewhere (U-04)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from digigraph.codes import SCHEMES, with_code, with_former_code, with_identifier
from digigraph.formats import HTML, JSON, negotiate
from digigraph.web.nearby import near, things_here
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.site import LANGUAGES, language, page, site
from digigraph.web.words import Word, Words, link_of

bp = Blueprint("lookup", __name__)


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """The things that share a code."""

    things: Sequence[Word]


PARAMETERS = ("notation", "scheme", "id", "lang", "format", "_mediatype")


@bp.get("/lookup")
def lookup() -> Response:
    """Send the client to the thing that has a code or an identifier; 300 where several have it."""
    asked = _asked(request.args)
    things = things_here()
    if asked["id"]:
        found = with_identifier(things, asked["id"])
    else:
        found = with_code(things, asked["notation"], asked["scheme"])
        if not found and not asked["scheme"]:
            found = with_identifier(things, asked["notation"])
        found = found or with_former_code(things, asked["notation"], asked["scheme"])
    if not found:
        said = asked["id"] or asked["notation"]
        words = {
            "bg": f"Няма нищо с код „{said[:100]}“.",
            "en": f"Nothing has the code “{said[:100]}”.",
        }
        raise Refused("not-found", words, nearest=near(f"{asked['scheme']}/{said}", said))
    if len(found) == 1:
        response = Response(status=303)
        # Things of others, as a class of NACE, are where their publishers have them.
        response.headers["Location"] = link_of(found[0], site().release.base, site().root)
    else:
        response = _choices(found)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _asked(told: MultiDict[str, str]) -> dict[str, str]:
    """Return the parameters, or raise with everything that is wrong with them."""
    unknown = ", ".join(sorted(set(told) - set(PARAMETERS)))[:200]
    repeated = ", ".join(name for name in PARAMETERS if len(told.getlist(name)) > 1)
    asked = {name: told.get(name, "").strip() for name in PARAMETERS[:3]}
    if unknown or repeated or bool(asked["notation"]) == bool(asked["id"]):
        words = {
            "bg": "Искат се notation (и по избор scheme) или id."
            + (f" Непознати параметри: {unknown}." if unknown else "")
            + (f" Дадени повече от веднъж: {repeated}." if repeated else ""),
            "en": "It takes notation (and a scheme, if you like) or id."
            + (f" Unknown parameters: {unknown}." if unknown else "")
            + (f" Given more than once: {repeated}." if repeated else ""),
        }
        raise Refused("bad-request", words, parameters=list(PARAMETERS[:3]))
    return asked


def _choices(found: list[str]) -> Response:
    """List the things that share a code (RFC 9110, 15.4.1)."""
    offered = (HTML, JSON)
    wanted = request.args.get("_mediatype") or request.args.get("format")
    chosen = negotiate(offered, requested=wanted, accept=request.headers.get("Accept"))
    if chosen is None:
        raise not_acceptable(offered)
    documents = [document for iri in found if (document := things_here().document(iri))]
    if chosen.format is HTML:
        said = [Words(one, language(), site().release.base, site().root) for one in documents]
        return page("choices.html", ChoicesView([w.heading(w.document.iri) for w in said]), 300)
    told = [
        {
            "id": one.iri,
            "label": {
                lang: text
                for lang in LANGUAGES
                for text, said_in in (one.label(one.iri, lang),)
                if said_in == lang
            },
            "scheme": [value.value for name in SCHEMES for value in one.values(name)],
        }
        for one in documents
    ]
    body = json.dumps({"choices": told}, ensure_ascii=False, indent=2) + "\n"
    response = Response(body, 300, content_type=JSON.content_type)
    response.vary.add("Accept")
    return response
