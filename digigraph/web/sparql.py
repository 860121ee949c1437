"""The SPARQL Protocol over HTTP: one operation, `query`, in its three ways (S-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from digigraph.description import describe_endpoint, limits_in_words
from digigraph.formats import CSV, GRAPH_FORMATS, HTML, TABLE_FORMATS, Format
from digigraph.pool import Limits
from digigraph.store import formats_of
from digigraph.web.answering import (
    Page,
    Question,
    answer,
    parameters_of,
    text_of,
    with_policy,
)
from digigraph.web.editor import Editor, editor
from digigraph.web.examples import Example, examples
from digigraph.web.nearby import things_here
from digigraph.web.pages import FEATURED
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.results import Result, result_of
from digigraph.web.site import choose, language, page, send, site
from digigraph.web.snippets import Snippet, snippets

bp = Blueprint("sparql", __name__)
bp.after_request(with_policy)

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE_PARAMETERS = ("update", "using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True, slots=True)
class SparqlView:
    """The query page: the form, the examples and, after a question, the answer."""

    query: str
    examples: Sequence[Example]
    limits: Limits
    result: Result | None = None

    @property
    def limits_in_words(self) -> dict[str, str]:
        """Return what the service grants a query, in each language."""
        return limits_in_words(self.limits)

    @property
    def editor(self) -> Editor | None:
        """Return the editor that stands in for the form, where its files are there."""
        return editor()

    @property
    def snippets(self) -> Sequence[Snippet]:
        """Return the query as programs ask it (S-12)."""
        return snippets(self.query, site().service) if self.query else ()


@bp.get("/sparql")
def ask_by_get() -> Response:
    """Answer a query in the URL; without one, show the form or describe the service."""
    parameters = parameters_of(request.query_string)
    question = _question(parameters, parameters)
    return _without_query() if question is None else answer(question, _page(question))


@bp.post("/sparql")
def ask_by_post() -> Response:
    """Answer a query in a form or in the body."""
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise _wrong_type()
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _wrong_type()
    in_url = parameters_of(request.query_string)
    body = request.get_data()
    if request.mimetype == DIRECT:
        question = _question([*in_url, ("query", text_of(body))], in_url)
    elif request.mimetype == FORM:
        both = [*in_url, *parameters_of(body)]
        question = _question(both, both)
    elif request.mimetype == "application/sparql-update":
        raise _updates_are_forbidden()
    else:
        raise _wrong_type()
    if question is None:
        raise _no_query()
    return answer(question, _page(question))


def _no_query() -> Refused:
    words = {"bg": "Липсва параметърът query.", "en": "The parameter query is missing."}
    return Refused("bad-request", words)


def _without_query() -> Response:
    limits = site().settings.limits
    offered = (HTML, *GRAPH_FORMATS)
    chosen = choose(offered)
    if chosen is None:
        if choose(TABLE_FORMATS):
            # Who wants results has forgotten the query; who wants nothing of ours has not.
            raise _no_query()
        raise not_acceptable(offered)
    if chosen.format is HTML:
        shown = examples()
        start = next((one.text for one in shown if one.name == FEATURED), "")
        return page("sparql.html", SparqlView(start, shown, limits))
    body = describe_endpoint(
        site().release,
        site().service,
        limits,
        chosen.format,
        federates=bool(site().settings.service_allow.strip()),
        brief=things_here().brief,
    )
    return send(body, chosen)


def _question(
    parameters: Sequence[tuple[str, str]], dataset: Sequence[tuple[str, str]]
) -> Question | None:
    if any(name in UPDATE_PARAMETERS for name, _ in parameters):
        raise _updates_are_forbidden()
    # Editors of some systems begin a file with this mark, which is no part of a query.
    queries = [value.removeprefix("\ufeff") for name, value in parameters if name == "query"]
    if not queries:
        return None
    if len(queries) > 1:
        words = {
            "bg": f"Параметърът query е даден {len(queries)} пъти; дайте го веднъж.",
            "en": f"The parameter query is given {len(queries)} times; give it once.",
        }
        raise Refused("bad-request", words)
    limit = site().settings.max_query_bytes
    if len(queries[0].encode()) > limit:
        words = {
            "bg": f"Най-дългата заявка, която се чете, е {limit} байта.",
            "en": f"The longest query that is read has {limit} bytes.",
        }
        raise Refused("request-too-large", words, limit=limit)
    return Question(
        queries[0],
        tuple(value for name, value in dataset if name == "default-graph-uri" and value),
        tuple(value for name, value in dataset if name == "named-graph-uri" and value),
        is_sent=True,
    )


def _wrong_type() -> Refused:
    packed = request.headers.get("Content-Encoding")
    sent = (request.content_type or "-") + (f", Content-Encoding: {packed}" if packed else "")
    words = {"bg": f"Изпратено е {sent}.", "en": f"What was sent is {sent}."}
    return Refused("unsupported-media-type", words, accepted=[FORM, DIRECT])


def _updates_are_forbidden() -> Refused:
    words = {"bg": "Данните не се променят оттук.", "en": "Data is not changed from here."}
    return Refused("query-forbidden", words)


def _page(question: Question) -> Page:
    """Return what shows the answer to a question under its form."""
    dataset = [("default-graph-uri", iri) for iri in question.default_graphs]
    dataset += [("named-graph-uri", iri) for iri in question.named_graphs]

    def show(form: str, found: dict[str, Any]) -> Response:
        downloads = [(t.title, _link(question.query, dataset, t)) for t in formats_of(form)]
        if form == "SELECT":
            excel = "CSV за Excel" if language() == "bg" else "CSV for Excel"
            downloads.append((excel, _link(question.query, dataset, CSV) + "&bom=1"))
        limits, result = site().settings.limits, result_of(found, downloads)
        return page("sparql.html", SparqlView(question.query, examples(), limits, result))

    return show


def _link(query: str, dataset: list[tuple[str, str]], told: Format) -> str:
    return f"{site().root}sparql?" + urlencode([("query", query), *dataset, ("format", told.name)])
