"""The catalogue at `/catalog`, in every format, and for search engines of data (C-01, C-06)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, g

from digigraph.cache import key_of
from digigraph.catalogue import Catalogue
from digigraph.errors import DigigraphError
from digigraph.formats import GRAPH_FORMATS, HTML, JSON_LD, N_QUADS, TRIG
from digigraph.release import Release, open_release, releases, version_key
from digigraph.web.files import CURRENT
from digigraph.web.nearby import things_here
from digigraph.web.problems import not_acceptable
from digigraph.web.schema import structured_data
from digigraph.web.site import LANGUAGES, Site, choose, page, revalidated, send, site, tagged

bp = Blueprint("catalog", __name__)

TWINS = (HTML, *GRAPH_FORMATS, TRIG, N_QUADS)


@bp.get("/catalog")
def catalog() -> Response:
    """Return the catalogue in the format that the client prefers."""
    return _catalog("")


@bp.get("/catalog.<suffix>")
def catalog_as(suffix: str) -> Response:
    """Return the catalogue in the format of a suffix; a page may have its language before it."""
    lang, _, last = suffix.rpartition(".")
    if lang in LANGUAGES and last == HTML.extension:
        g.language, suffix = lang, last
    return _catalog(suffix)


@bp.get("/catalog.schema.jsonld")
def schema_org() -> Response:
    """Return the dataset and its catalogue in the terms of schema.org."""
    response = send(structured_data(catalogue_here()).encode(), JSON_LD)
    response.headers["Cache-Control"] = CURRENT
    return response


def catalogue_here() -> Catalogue:
    """Return the catalogue of the release that is served."""
    here = site()
    return Catalogue(here.release, things_here(), here.service, here.settings.contact, _older(here))


def _catalog(suffix: str) -> Response:
    chosen = choose(TWINS, suffix)
    if suffix and (chosen is None or chosen.format.extension != suffix):
        abort(404)
    if chosen is None:
        raise not_acceptable(TWINS)
    catalogue = catalogue_here()
    if chosen.format is HTML:
        response = revalidated(page("catalog.html", catalogue))
    else:
        older = ", ".join(before.version for before in catalogue.older)
        what = f"catalog {catalogue.service} {catalogue.contact} {older}"
        key = key_of(site().release.dataset_digest, what, (), chosen.format.name)
        body = site().answers.get(key) or catalogue.written(chosen.format)
        site().answers.keep(key, body)
        response = tagged(Response(body, content_type=chosen.format.content_type), key)
    root = site().root
    response.headers["Content-Location"] = f"{root}catalog.{chosen.format.extension}"
    response.headers["Cache-Control"] = CURRENT
    links = [
        f'<{root}catalog.{t.extension}>; rel="alternate"; type="{t.media_type}"' for t in TWINS
    ]
    links.append(f'<{root}catalog.schema.jsonld>; rel="describedby"; type="{JSON_LD.media_type}"')
    response.headers.extend({"Link": links})
    return response


def _older(here: Site) -> tuple[Release, ...]:
    folders = releases(here.settings.releases)
    names = tuple(str(folder) for folder in folders)
    return _before(names, here.release.version)


@lru_cache(maxsize=4)
def _before(folders: tuple[str, ...], version: str) -> tuple[Release, ...]:
    found = []
    for folder in folders:
        try:
            kept = open_release(Path(folder))
        except DigigraphError:
            continue
        if version_key(kept.version) < version_key(version):
            found.append(kept)
    return tuple(found)
