"""Each published query at an address of its own, which runs it; its parameters are in the URL.

The text with its values goes the way of any query that is sent to `/sparql` (S-09, S-10, S-12).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from digigraph import sparql
from digigraph.catalog import RESERVED, Query
from digigraph.formats import (
    CSV,
    GRAPH_FORMATS,
    HTML,
    JSON,
    TABLE_FORMATS,
    Format,
    media_type_of,
    with_charset,
)
from digigraph.names import EXAMPLES, Names
from digigraph.parameters import WrongValues, short, values_of, with_values
from digigraph.store import Term, formats_of
from digigraph.web.answering import Page, Question, answer, parameters_of, with_policy
from digigraph.web.choices import Choice, choices
from digigraph.web.examples import published
from digigraph.web.nearby import things_here
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.results import Result, result_of
from digigraph.web.site import choose, language, page, revalidated, send, site
from digigraph.web.snippets import Snippet, snippets

bp = Blueprint("queries", __name__)
bp.after_request(with_policy)

TEXT = "rq"
"""The suffix of a query's own text."""
_SUFFIXES = {
    name for told in (HTML, *TABLE_FORMATS, *GRAPH_FORMATS) for name in (told.name, told.extension)
} | {TEXT}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a form shows it: its value now, an example, and what can be chosen."""

    name: str
    label: str
    expected: str
    value: str
    example: str
    has_default: bool
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class QueryView:
    """One published query: its form, its answer, and how programs ask it."""

    name: str
    title: str
    question: str
    address: str
    fields: Sequence[Field]
    result: Result
    text: str
    in_editor: str
    snippets: Sequence[Snippet]
    other_language: str


@dataclass(frozen=True, slots=True)
class Card:
    """One published query in the list."""

    name: str
    title: str
    question: str
    link: str
    example: str
    downloads: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class QueriesView:
    """The list of published queries."""

    cards: Sequence[Card]
    twins: Sequence[tuple[str, str]]


@bp.get("/queries")
def listing() -> Response:
    """List the published queries: as a page, as JSON, or in RDF as the SIB collection has them."""
    collection = Names(site().release.base).graph(EXAMPLES)
    in_rdf = GRAPH_FORMATS if things_here().knows(collection) else ()
    offered = (HTML, JSON, *in_rdf)
    chosen = choose(offered)
    if chosen is None:
        raise not_acceptable(offered)
    found = published(site().release.base).values()
    if chosen.format is HTML:
        twins = [(told.title, f"{site().root}queries?format={told.name}") for told in offered[1:]]
        return revalidated(page("queries.html", QueriesView([_card(q) for q in found], twins)))
    if chosen.format is JSON:
        told = {"queries": [_told(query) for query in found]}
        return send((json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode(), chosen)
    response = Response(status=303)
    response.headers["Location"] = f"{site().root}doc/{EXAMPLES}.{chosen.format.extension}"
    response.vary.add("Accept")
    return response


@bp.get("/queries/<name>")
def run(name: str) -> Response:
    """Run a published query with the parameters in the URL (S-09)."""
    stem, _, suffix = name.rpartition(".")
    if suffix not in _SUFFIXES or not stem:
        stem, suffix = name, ""
    query = published(site().release.base).get(stem)
    if query is None:
        raise _unknown(stem)
    values = _values(query)
    text = with_values(query, values)
    if suffix == TEXT:
        media_type = media_type_of(f"{stem}.{TEXT}")
        return revalidated(Response(text + "\n", content_type=with_charset(media_type)))
    said = _said(query, values)
    question = Question(text, name="-".join((stem, *said.values())), suffix=suffix)
    response = answer(question, _page(query, text, said))
    for told in (*formats_of(sparql.check(text)), HTML):
        link = f'<{_address(stem, said, told)}>; rel="alternate"; type="{told.media_type}"'
        response.headers.add("Link", link)
    return response


def _unknown(name: str) -> Refused:
    known = list(published(site().release.base))
    near = get_close_matches(name, known) or known
    where = f"{site().service}queries"
    words = {
        "bg": f"Няма такава заявка. Може би: {', '.join(near)}. Всички са на {where}.",
        "en": f"There is no such query. Perhaps: {', '.join(near)}. All are at {where}.",
    }
    return Refused("not-found", words, queries=near)


def _values(query: Query) -> dict[str, Term]:
    """Return the values in the URL; raise `Refused` with all that is wrong with them."""
    given = [(n, v) for n, v in parameters_of(request.query_string) if n not in RESERVED]
    try:
        return values_of(query, given, things_here())
    except WrongValues as error:
        words = {
            "bg": "; ".join(problem.bg for problem in error.problems) + ".",
            "en": "; ".join(problem.en for problem in error.problems) + ".",
        }
        lang = language()
        told = [
            {"parameter": one.parameter, "problem": one.bg if lang == "bg" else one.en}
            for one in error.problems
        ]
        raise Refused(
            "bad-request", words, parameters=list(query.parameters), problems=told
        ) from None


def _said(query: Query, values: Mapping[str, Term]) -> dict[str, str]:
    """Return values as people write them."""
    base = site().release.base
    return {n: short(query.parameters[n], term.value, base) for n, term in values.items()}


def _address(name: str, said: Mapping[str, str], told: Format | None = None, **more: str) -> str:
    """Return the path of a query with its values, in a format if one is named."""
    suffix = ""
    if told is not None:
        suffix = f".{told.name if told in TABLE_FORMATS else told.extension}"
    pairs = {**said, **more}
    tail = "?" + urlencode(pairs, quote_via=quote, safe="") if pairs else ""
    return f"{site().root}queries/{name}{suffix}{tail}"


def _downloads(name: str, said: Mapping[str, str], form: str) -> list[tuple[str, str]]:
    found = [(told.title, _address(name, said, told)) for told in formats_of(form)]
    if form == "SELECT":
        excel = "CSV за Excel" if language() == "bg" else "CSV for Excel"
        found.append((excel, _address(name, said, CSV, bom="1")))
    return found


def _page(query: Query, text: str, said: Mapping[str, str]) -> Page:
    """Return what shows the answer to a published query under its form."""

    def show(form: str, found: dict[str, Any]) -> Response:
        lang, base = language(), site().release.base
        now = {n: short(p, p.plain, base) for n, p in query.parameters.items() if p.has_default}
        fields = [
            Field(
                name=name,
                label=parameter.label[lang],
                expected=parameter.kind.bg if lang == "bg" else parameter.kind.en,
                value=said.get(name, now.get(name, "")),
                example=short(parameter, parameter.plain, base),
                has_default=parameter.has_default,
                choices=choices(parameter, said.get(name, "")),
            )
            for name, parameter in query.parameters.items()
        ]
        path = _address(query.name, said)
        service = site().service.removesuffix(site().root)
        view = QueryView(
            name=query.name,
            title=query.title[lang],
            question=query.question[lang],
            address=f"{site().root}queries/{query.name}",
            fields=fields,
            result=result_of(found, _downloads(query.name, said, form)),
            text=text,
            in_editor=f"{site().root}sparql?" + urlencode({"query": text, "lang": lang}),
            snippets=snippets(text, site().service, service + path),
            other_language=_address(query.name, said, lang="en" if lang == "bg" else "bg"),
        )
        return page("query.html", view)

    return show


def _examples_of(query: Query) -> dict[str, str]:
    base = site().release.base
    return {name: short(p, p.plain, base) for name, p in query.parameters.items()}


def _card(query: Query) -> Card:
    lang = language()
    form = sparql.check(query.body)
    return Card(
        name=query.name,
        title=query.title[lang],
        question=query.question[lang],
        link=_address(query.name, {}, lang=lang),
        example=_address(query.name, _examples_of(query), lang=lang) if query.parameters else "",
        downloads=[(told.title, _address(query.name, {}, told)) for told in formats_of(form)],
    )


def _told(query: Query) -> dict[str, Any]:
    """Return a query as JSON tells it."""
    form, base = sparql.check(query.body), site().release.base
    host = site().service.removesuffix(site().root)
    parameters = []
    for name, parameter in query.parameters.items():
        example = short(parameter, parameter.plain, base)
        parameters.append(
            {
                "name": name,
                "label": dict(parameter.label),
                "type": parameter.kind.name,
                "expected": {"bg": parameter.kind.bg, "en": parameter.kind.en},
                "default": example if parameter.has_default else None,
                "example": example,
            }
        )
    return {
        "name": query.name,
        "url": host + _address(query.name, {}),
        "form": form,
        "title": dict(query.title),
        "question": dict(query.question),
        "parameters": parameters,
        "example": host + _address(query.name, _examples_of(query)),
        "links": {
            told.media_type: host + _address(query.name, {}, told)
            for told in (HTML, *formats_of(form))
        },
        "text": f"{host}{site().root}queries/{query.name}.{TEXT}",
    }
