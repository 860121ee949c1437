"""Where the API answers: each endpoint of the table, with its CSV and JSON suffixes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from digigraph.web import search
from digigraph.web.api import bulk, lists, singles
from digigraph.web.api.documents import catalogue, openapi, overview
from digigraph.web.api.endpoint import PREFIX, Endpoint
from digigraph.web.api.endpoints import ENDPOINTS

bp = Blueprint("api", __name__)

_LISTS: dict[str, Callable[[Endpoint, str], Response]] = {
    "profiles": lists.profiles,
    "competences": lists.competences,
    "levels": lists.levels,
    "matrix": lists.matrix,
    "compare": singles.compare,
    "lookup": bulk.lookup,
    "search": search.search,
    "suggest": search.suggest,
}
_SINGLES: dict[str, Callable[[Endpoint, str, str], Response]] = {
    "profile": singles.profile,
    "competence": singles.competence,
}
"""What answers for each endpoint."""


def _add(endpoint: Endpoint) -> None:
    if answer := _LISTS.get(endpoint.name):
        named = answer

        def listed(suffix: str = "") -> Response:
            return named(endpoint, suffix)

        for rule in (endpoint.rule, f"{endpoint.rule}.<any({_suffixes(endpoint)}):suffix>"):
            bp.add_url_rule(PREFIX + rule, endpoint.name, listed, methods=[endpoint.method])
    elif single := _SINGLES.get(endpoint.name):
        one = single

        def found(name: str) -> Response:
            stem, _, suffix = name.rpartition(".")
            known = stem and suffix in [told.extension for told in endpoint.formats]
            return one(endpoint, suffix, stem) if known else one(endpoint, "", name)

        bp.add_url_rule(PREFIX + endpoint.rule, endpoint.name, found)


def _suffixes(endpoint: Endpoint) -> str:
    return ", ".join(told.extension for told in endpoint.formats)


for _endpoint in ENDPOINTS:
    _add(_endpoint)
bp.add_url_rule(PREFIX, "overview", overview)
bp.add_url_rule("/openapi.json", "openapi", openapi)
bp.add_url_rule("/.well-known/api-catalog", "catalogue", catalogue)
