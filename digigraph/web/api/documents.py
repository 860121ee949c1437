"""What the API says of itself: OpenAPI 3.1 for programs, a page for people (A-05).

Both are made of the table of endpoints, in the client's language, when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from digigraph.comparison import NEAREST
from digigraph.description import LICENCE
from digigraph.formats import HTML, JSON, PROBLEM, TURTLE
from digigraph.web.api.endpoint import PREFIX, Endpoint
from digigraph.web.api.endpoints import ENDPOINTS
from digigraph.web.api.examples import curl_of, example_of, path_of
from digigraph.web.api.lists import chosen_of, json_of
from digigraph.web.api.parameters import LANG, Parameter, format_of, read
from digigraph.web.api.schemas import SCHEMAS, ref
from digigraph.web.files import CURRENT
from digigraph.web.kinds import KINDS
from digigraph.web.links import LINKSET, Link, api_links, link_set
from digigraph.web.site import language, page, revalidated, site

VERSION = "1.0.0"
DOCUMENT = "openapi.json"
_OFFERED = (HTML, JSON)
_ALWAYS = (400, 406)

_TITLE = {"bg": "API на digigraph", "en": "digigraph API"}
_ABOUT = {
    "bg": "Профили на дигиталните компетентности, рамката DigComp 2.1 и сравнения между профили. "
    "Без ключ и без бисквитки. Записите са същите като в документите .json на самите неща, и са "
    "JSON-LD. Непознат параметър е грешка 400, която изброява познатите; всяка грешка е "
    "application/problem+json (RFC 9457). Списъците вървят на страници с limit и offset и със "
    "заглавка Link; всеки списък го има и като CSV.",
    "en": "Profiles of digital competences, the framework DigComp 2.1, and comparisons of "
    "profiles. No key and no cookies. Records are those of the things' own .json documents, and "
    "are JSON-LD. An unknown parameter is an error 400 that lists the known ones; every error is "
    "application/problem+json (RFC 9457). Lists come in pages, by limit and offset and with a "
    "Link header; each list is to be had as CSV too.",
}
FORMULA = {
    "bg": "Приликата на два профила a и b е Σ min(a(c), b(c)) / Σ max(a(c), b(c)) по всички "
    "компетентности c, където a(c) е изискваното ниво от 1 до 8, а 0 значи, че не се изисква "
    "(претеглен индекс на Жакар), закръглено до четири знака. 1 е едно и също, 0 е нищо общо. "
    f"Най-близките са до {NEAREST}, подредени по нея, после по броя на общите, после по IRI.",
    "en": "How alike two profiles a and b are is Σ min(a(c), b(c)) / Σ max(a(c), b(c)) over all "
    "competences c, where a(c) is the required level, 1 to 8, and 0 means not required (weighted "
    "Jaccard index), rounded to four digits. 1 is the same, 0 is nothing in common. The nearest "
    f"are up to {NEAREST}, ordered by it, then by how many are shared, then by IRI.",
}
OWN_LEVELS = {
    "bg": "Собствените нива на човек не се изпращат никъде: вземете изискваните нива от профила и "
    "сметнете при себе си. За всяка изисквана компетентност липсват max(0, изисквано − собствено) "
    "нива, а покритието е Σ min(изисквано, собствено) / Σ изисквано. Командата "
    "digigraph compare ПРОФИЛ --own ФАЙЛ прави същото на място, а /own-levels/ПРОФИЛ – в браузъра.",
    "en": "A person's own levels are sent nowhere: take the required levels from the profile and "
    "compute where you are. Of each required competence max(0, required − own) levels are "
    "missing, and what is covered is Σ min(required, own) / Σ required. The command "
    "digigraph compare PROFILE --own FILE does the same, in place, and /own-levels/PROFILE in the "
    "browser.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One endpoint as the page shows it."""

    endpoint: Endpoint
    title: str
    path: str
    call: str
    curl: str
    parameters: Sequence[tuple[Parameter, str, str]]


@dataclass(frozen=True, slots=True)
class OverviewView:
    """Everything that the page of the API shows."""

    title: str
    about: str
    formula: str
    own_levels: str
    document: str
    endpoints: Sequence[Shown]


def openapi() -> Response:
    """Return the OpenAPI document."""
    read((LANG, format_of(JSON.name)))
    return _sent(Response(json_of(described()), content_type=JSON.content_type))


def overview() -> Response:
    """Tell people what there is to be asked, or programs, as OpenAPI."""
    read((LANG, format_of(*(told.name for told in _OFFERED))))
    if chosen_of(_OFFERED, "").format is JSON:
        return _sent(Response(json_of(described()), content_type=JSON.content_type))
    lang = language()
    view = OverviewView(
        _TITLE[lang], _ABOUT[lang], FORMULA[lang], OWN_LEVELS[lang],
        f"{site().root}{DOCUMENT}", [_shown(endpoint, lang) for endpoint in ENDPOINTS],
    )  # fmt: skip
    return _sent(page("api.html", view))


def catalogue() -> Response:
    """Return what APIs there are here, as a link set (RFC 9727)."""
    read(())
    here = site()
    links = [link for link in api_links(here) if link.relation.startswith("service-")]
    told = link_set(
        (f"{here.service}{PREFIX.lstrip('/')}", replace(link, target=_whole(link.target)))
        for link in links
    )
    sparql = Link(f"{here.service}sparql?format=turtle", "service-desc", TURTLE.media_type)
    told["linkset"] += link_set([(f"{here.service}sparql", sparql)])["linkset"]
    kind = f'{LINKSET.media_type}; profile="https://www.rfc-editor.org/info/rfc9727"'
    return _sent(Response(json_of(told), content_type=kind))


def _whole(path: str) -> str:
    """Return the whole address of a path at this service."""
    return site().service + path.removeprefix(site().root)


def described() -> dict[str, Any]:
    """Return the OpenAPI document of the API (OpenAPI 3.1), in the client's language."""
    lang = language()
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        told = paths.setdefault(f"{PREFIX}{endpoint.path}", {})
        told[endpoint.method.lower()] = _operation(endpoint, lang)
    contact = site().settings.contact
    info = {
        "title": _TITLE[lang],
        "version": VERSION,
        "description": f"{_ABOUT[lang]}\n\n{FORMULA[lang]}\n\n{OWN_LEVELS[lang]}",
        "license": {"name": "CC BY 4.0", "url": LICENCE},
    }
    if contact.startswith("mailto:"):
        info["contact"] = {"email": contact.removeprefix("mailto:")}
    elif contact:
        info["contact"] = {"url": contact}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": site().service.rstrip("/")}],
        "externalDocs": {"url": f"{site().service}{PREFIX.lstrip('/')}"},
        "security": [],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "responses": {"Problem": _problem(lang)}},
    }


def _operation(endpoint: Endpoint, lang: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.bg if lang == "bg" else endpoint.en,
        "parameters": [_parameter(parameter, lang) for parameter in endpoint.parameters],
    }
    if endpoint.body:
        content = {"schema": ref(endpoint.body), "example": endpoint.body_example}
        told["requestBody"] = {"required": True, "content": {JSON.media_type: content}}
    told["responses"] = _responses(endpoint, lang)
    return told


def _parameter(parameter: Parameter, lang: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.bg if lang == "bg" else parameter.en,
        "required": parameter.required,
        "schema": parameter.schema,
    }
    value = example_of(parameter)
    return told if value is None else {**told, "example": value}


def _responses(endpoint: Endpoint, lang: str) -> dict[str, Any]:
    content: dict[str, Any] = {JSON.media_type: {"schema": ref(endpoint.answer)}}
    for told in endpoint.formats:
        content.setdefault(told.content_type, {"schema": {"type": "string"}})
    found = {"bg": "Отговорът.", "en": "The answer."}[lang]
    responses: dict[str, Any] = {"200": {"description": found, "content": content}}
    if endpoint.method == "GET":
        responses["200"]["headers"] = _headers(endpoint, lang)
        same = {"bg": "Клиентът вече има този отговор.", "en": "The client has this answer."}
        responses["304"] = {"description": same[lang]}
    for status in (*_ALWAYS, *endpoint.others):
        if status == 303:
            where = {"bg": "Адресът е в Location.", "en": "The address is in Location."}
            responses["303"] = {"description": where[lang]}
        else:
            responses[str(status)] = {"$ref": "#/components/responses/Problem"}
    responses["default"] = {"$ref": "#/components/responses/Problem"}
    return responses


def _headers(endpoint: Endpoint, lang: str) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    words = {
        "ETag": {"bg": "Името на отговора, за If-None-Match.",
                 "en": "What names the answer, for If-None-Match."},
        "Link": {"bg": "first, prev, next и last, и контекстът на JSON-LD.",
                 "en": "first, prev, next and last, and the JSON-LD context."},
    }  # fmt: skip
    names = ("ETag", "Link") if endpoint.is_list else ("ETag",)
    return {name: {"description": words[name][lang], **text} for name in names}


def _problem(lang: str) -> dict[str, Any]:
    kind = KINDS["bad-request"]
    return {
        "description": f"RFC 9457: {kind.advice[lang]}",
        "content": {PROBLEM.media_type: {"schema": ref("Problem")}},
    }


def _shown(endpoint: Endpoint, lang: str) -> Shown:
    parameters = []
    for told in endpoint.parameters:
        words, expected = (told.bg, told.expected[0]) if lang == "bg" else (
            told.en, told.expected[1]
        )  # fmt: skip
        parameters.append((told, words, expected))
    path, root = path_of(endpoint) or "", site().root.rstrip("/")
    call = f"{root}{path}" if path and endpoint.method == "GET" else ""
    title = endpoint.bg if lang == "bg" else endpoint.en
    curl = curl_of(endpoint, site().service) or ""
    return Shown(endpoint, title, f"{PREFIX}{endpoint.path}", call, curl, parameters)


def _sent(response: Response) -> Response:
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = CURRENT
    for link in api_links(site()):
        response.headers.add("Link", link.header())
    return revalidated(response)
