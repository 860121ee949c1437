"""The Reconciliation Service API 0.2 (W3C Community Group, 2023): a column of names -> our URIs.

Everything is in the client's language by Accept-Language, and open to pages of other sites (H-08).
JSONP is left out: CORS does what it was for. Batches are read whole, and all that is wrong with
one is told at once. Parameters that are not ours are passed over: suggest boxes send some that
are of older services.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from digigraph import __version__
from digigraph.entities import (
    BROADER,
    DEFAULT_TYPES,
    PROPERTIES,
    PROPERTY,
    TYPES,
    Entities,
    Property,
)
from digigraph.formats import JSON
from digigraph.reconciliation import MOST, Reconciler
from digigraph.search.plan import Filters
from digigraph.web.api.parameters import shown_of
from digigraph.web.batches import QUERIES, queries_of, wanted_extension
from digigraph.web.nearby import things_here
from digigraph.web.problems import Refused
from digigraph.web.search import in_turn, searcher
from digigraph.web.site import LANGUAGES, language, page, revalidated, site

bp = Blueprint("reconcile", __name__)

WITH_SLASH = "reconcile.slashed"
"""The one address that answers with a slash and without, as clients have it written down."""

VERSIONS = ("0.2",)
PREVIEW = {"width": 400, "height": 300}
"""The frame that a preview fits: see `preview.css`."""
TOLD = ("notation", "sector", "area", "level", "occupation", "isco")
"""The properties that a preview shows, a line for each, above the beginning of the definition."""
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
"""A preview stands in the frames of other sites."""

SUGGESTED = 10
"""How many things are suggested."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a small frame shows of an entity."""

    iri: str
    name: str
    types: Sequence[str]
    facts: Sequence[tuple[str, str]]
    definition: str


@bp.route("/reconcile", methods=["GET", "POST"])
@bp.route("/reconcile/", methods=["GET", "POST"], endpoint="slashed")
def service() -> Response:
    """Answer a batch of queries or of data extension; without either, say what this service is."""
    given = request.form if request.method == "POST" else request.args
    asked = [name for name in ("queries", "extend") if name in given]
    if len(asked) > 1 or (request.method == "POST" and not asked):
        words = {
            "bg": "Иска се queries или extend, като поле на формуляр.",
            "en": "It takes queries or extend, as a field of a form.",
        }
        raise Refused("bad-request", words, parameters=["queries", "extend"])
    if not asked:
        return _json(_manifest(language()))
    if asked == ["extend"]:
        return _json(_extended(given["extend"]))
    return _json(_reconciled(given["queries"]))


@bp.get("/reconcile/suggest/entity")
def suggest_entity() -> Response:
    """Suggest entities, of a type if one is given, by the beginning of a name, a code or an id."""
    prefix, cursor, lang = *_prefix(), language()
    reconciler = _reconciler()
    entities = reconciler.entities
    wanted = _wanted_type()
    exact = entities.iri(prefix) if prefix else None
    fits = exact and (not wanted or wanted in entities.types(exact))
    found = _begun(prefix, wanted) if prefix else []
    iris = list(dict.fromkeys([*([exact] if exact and fits else []), *found]))
    return _json(
        {
            "result": [
                {
                    "id": entities.id(iri),
                    "name": entities.name(iri, lang),
                    "notable": reconciler.types_of(iri, lang),
                }
                for iri in iris[cursor : cursor + SUGGESTED]
            ]
        }
    )


@bp.get("/reconcile/suggest/type")
def suggest_type() -> Response:
    """Suggest types by a part of their name, or by their id."""
    prefix, cursor = _prefix()
    entities = _reconciler().entities
    found = [t for t in TYPES if _like(prefix, t, *(entities.type_name(t, x) for x in LANGUAGES))]
    return _json({"result": [_type(name) for name in found[cursor : cursor + SUGGESTED]]})


@bp.get("/reconcile/suggest/property")
def suggest_property() -> Response:
    """Suggest properties, those of a type if one is given, by a part of their name or their id."""
    prefix, cursor = _prefix()
    wanted = _wanted_type()
    own = [p for p in PROPERTIES if not wanted or wanted in p.types]
    found = [p for p in own if _like(prefix, p.id, p.bg, p.en)]
    return _json({"result": [_named(p) for p in found[cursor : cursor + SUGGESTED]]})


@bp.get("/reconcile/properties")
def propose_properties() -> Response:
    """Propose the properties that entities of a type can be extended with."""
    limit = _number(request.args.get("limit", ""), len(PROPERTIES))
    wanted = request.args.get("type", "")
    found = [p for p in PROPERTIES if not wanted or wanted in p.types][:limit]
    told: dict[str, Any] = {"limit": limit, "properties": [_named(p) for p in found]}
    return _json({**told, "type": wanted} if wanted else told)


@bp.get("/reconcile/preview")
def preview() -> Response:
    """Show an entity in a small frame."""
    entities, lang = _reconciler().entities, language()
    wanted = request.args.get("id", "")
    iri = entities.iri(wanted)
    if iri is None:
        words = {
            "bg": f"Няма нищо с идентификатор „{shown_of(wanted)}“.",
            "en": f"Nothing has the id “{shown_of(wanted)}”.",
        }
        raise Refused("not-found", words)
    properties = [PROPERTY[name] for name in TOLD]
    told = [(one.name(lang), ", ".join(_shown(entities, one, iri, lang))) for one in properties]
    types = [entities.type_name(name, lang) for name in entities.types(iri)]
    definition = " ".join(_shown(entities, PROPERTY["definition_bg"], iri, lang))
    facts = [fact for fact in told if fact[1]]
    view = Preview(iri, entities.name(iri, lang), types, facts, definition)
    response = page("preview.html", view)
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


def _shown(entities: Entities, told: Property, iri: str, lang: str) -> list[str]:
    values = list(dict.fromkeys(entities.values(iri, told)))[:10]
    return [entities.name(one, lang) for one in values] if told.kind == "entity" else values


def _manifest(lang: str) -> dict[str, Any]:
    base, place = site().release.base, f"{site().service}reconcile"
    suggest = {
        kind: {"service_url": place, "service_path": f"/suggest/{kind}"}
        for kind in ("entity", "type", "property")
    }
    return {
        "versions": list(VERSIONS),
        "name": "digigraph: профили на дигиталните умения"
        if lang == "bg"
        else "digigraph: profiles of digital skills",
        "identifierSpace": f"{base}id/",
        "schemaSpace": f"{base}def#",
        "documentation": f"{site().service}api/v1/",
        "logo": f"{site().service}logo.svg",
        "serviceVersion": __version__,
        "defaultTypes": [_type(name) for name in DEFAULT_TYPES],
        "view": {"url": f"{site().service}id/{{{{id}}}}"},
        "preview": {"url": f"{place}/preview?id={{{{id}}}}", **PREVIEW},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": place, "service_path": "/properties"},
            "property_settings": [],
        },
        "batchSize": QUERIES,
    }


def _reconciled(text: str) -> dict[str, Any]:
    """Return the candidates of each query of a batch, within the time that a query has."""
    batch = queries_of(text)
    reconciler, lang = _reconciler(), language()
    told: dict[str, Any] = {}
    with in_turn() as within:
        for name, one in batch.items():
            within()
            told[name] = {"result": reconciler.told(one, lang)}
    return told


def _extended(text: str) -> dict[str, Any]:
    """Return the values of properties of entities; for what is not there, an empty list."""
    ids, properties = wanted_extension(text)
    reconciler, lang = _reconciler(), language()
    rows: dict[str, Any] = {}
    with in_turn() as within:
        for name in ids:
            within()
            iri = reconciler.entities.iri(name)
            rows[name] = {
                one: reconciler.cells(iri, PROPERTY[one], lang) if iri and one in PROPERTY else []
                for one in properties
            }
    return {"meta": [_meta(one) for one in properties], "rows": rows}


def _meta(name: str) -> dict[str, Any]:
    told = PROPERTY.get(name)
    if told is None:
        return {"id": name, "name": name}
    of = {"area": "CompetenceArea", "competence": "Competence", "occupation": "OccupationPosition"}
    return {**_named(told), **({"type": _type(of[name])} if name in of else {})}


def _named(told: Property) -> dict[str, str]:
    return {"id": told.id, "name": told.name(language())}


def _type(name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": name, "name": _reconciler().entities.type_name(name, language())}
    return {**told, "broader": [_type(BROADER[name])]} if name in BROADER else told


def _reconciler() -> Reconciler:
    return _made(site().release.folder)


@lru_cache(maxsize=2)
def _made(_folder: Path) -> Reconciler:
    """Return what answers for the release in a folder; another release is another folder."""
    entities = Entities(things_here())
    index = searcher()

    def named(text: str, types: Sequence[str], many: int) -> list[tuple[str, float]]:
        found = index.best(text, Filters(types=tuple(types or TYPES)), limit=many)
        return [(hit.iri, hit.score) for hit in found]

    return Reconciler(entities, named)


def _begun(prefix: str, wanted: str) -> list[str]:
    """Return the entities, of a type if one is wanted, that begin so, the best first."""
    filters = Filters(types=(wanted,) if wanted else TYPES)
    return [hit.iri for hit in searcher().suggest(prefix, filters, limit=MOST)]


def _prefix() -> tuple[str, int]:
    said = request.args
    return said.get("prefix", "").strip(), _number(said.get("cursor", ""), 0)


def _wanted_type() -> str:
    """Return the type that is asked for; one that is not ours bounds nothing."""
    said = request.args.get("type", "")
    return said if said in TYPES else ""


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def _like(prefix: str, *names: str) -> bool:
    folded = prefix.casefold()
    return any(folded in name.casefold() for name in names)


def _json(told: object) -> Response:
    response = Response(json.dumps(told, ensure_ascii=False) + "\n", content_type=JSON.content_type)
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return revalidated(response)
