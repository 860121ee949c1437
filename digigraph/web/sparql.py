"""The SPARQL Protocol over HTTP: one operation, `query`, in its three ways (S-01)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request

from digigraph import sparql
from digigraph.cache import key_of
from digigraph.description import describe_endpoint, limits_in_words
from digigraph.formats import GRAPH_FORMATS, HTML, Format
from digigraph.names import Names
from digigraph.pool import Job, Limits, Whole
from digigraph.store import formats_of
from digigraph.web.examples import Example, examples
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.site import (
    choose,
    client_has,
    page,
    revalidated,
    send,
    site,
    streamed,
    tagged,
)

bp = Blueprint("sparql", __name__)

ROWS_SHOWN = 1000
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE_PARAMETERS = ("update", "using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: the query and the graphs that are to be its dataset."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result: its text, its IRI if it is one, its language or datatype."""

    text: str
    iri: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SparqlView:
    """The query page: the form, the examples and, after a question, the answer."""

    query: str
    examples: Sequence[Example]
    limits: Limits
    answered: bool = False
    names: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    total: int = 0
    truth: bool | None = None
    graph: str = ""
    triples_shown: int = 0
    downloads: Sequence[tuple[str, str]] = ()

    @property
    def limits_in_words(self) -> dict[str, str]:
        """Return what the service grants a query, in each language."""
        return limits_in_words(self.limits)


@bp.after_request
def _with_policy(response: Response) -> Response:
    """Say how many queries run and wait at a time (S-06)."""
    limits = site().settings.limits
    room = limits.children + limits.waiting
    response.headers["RateLimit-Policy"] = f'"queries";q={room};qu="concurrent-requests"'
    return response


@bp.get("/sparql")
def ask_by_get() -> Response:
    """Answer a query in the URL; without one, show the form or describe the service."""
    parameters = _parameters(request.query_string)
    question = _question(parameters, parameters)
    return _without_query() if question is None else _answer(question)


@bp.post("/sparql")
def ask_by_post() -> Response:
    """Answer a query in a form or in the body."""
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise _wrong_type()
    in_url = _parameters(request.query_string)
    body = request.get_data()
    if request.mimetype == DIRECT:
        question = _question([*in_url, ("query", _text(body))], in_url)
    elif request.mimetype == FORM:
        in_body = _parameters(body)
        question = _question(in_body, in_body)
    elif request.mimetype == "application/sparql-update":
        raise _updates_are_forbidden()
    else:
        raise _wrong_type()
    if question is None:
        words = {"bg": "Липсва параметърът query.", "en": "The parameter query is missing."}
        raise Refused("bad-request", words)
    return _answer(question)


def _answer(question: Question) -> Response:
    form = sparql.check(question.query)
    offered = (*formats_of(form), HTML)
    chosen = choose(offered)
    if chosen is None:
        raise not_acceptable(offered)
    told = None if chosen.format is HTML else chosen.format
    key = key_of(
        site().release.dataset_digest,
        question.query,
        (question.default_graphs, question.named_graphs),
        chosen.format.name,
    )
    if told and client_has(key):
        return tagged(Response(content_type=told.content_type), key)
    body = site().answers.get(key)
    if body is None:
        answer = _ask(question, form, told)
        body = answer.small if told else answer.read()
        if body is None:
            return tagged(streamed(answer, chosen.format), key)
        site().answers.keep(key, body)
    if told is None:
        return revalidated(page("sparql.html", _answered(question, form, json.loads(body))))
    return tagged(Response(body, content_type=told.content_type), key)


def _ask(question: Question, form: str, told: Format | None) -> Whole:
    job = Job(
        question.query,
        form,
        told,
        question.default_graphs,
        question.named_graphs,
        ROWS_SHOWN,
    )
    # Some servers hand us the connection, so that we see the client leave; granian does not.
    client = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    return site().pool.ask(job, client=client)


def _without_query() -> Response:
    limits = site().settings.limits
    offered = (HTML, *GRAPH_FORMATS)
    chosen = choose(offered)
    if chosen is None:
        raise not_acceptable(offered)
    if chosen.format is HTML:
        shown = examples()
        return page("sparql.html", SparqlView(shown[0].text if shown else "", shown, limits))
    return send(describe_endpoint(site().release, site().service, limits, chosen.format), chosen)


def _question(
    parameters: Sequence[tuple[str, str]], dataset: Sequence[tuple[str, str]]
) -> Question | None:
    if any(
        name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in parameters
    ):
        raise _updates_are_forbidden()
    queries = [value for name, value in parameters if name == "query"]
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
    )


def _parameters(raw: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or form; raw and escaped letters are the same."""
    try:
        return parse_qsl(_text(raw), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        raise _not_utf8() from None


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _not_utf8() -> Refused:
    words = {"bg": "Заявката не е в UTF-8.", "en": "The request is not in UTF-8."}
    return Refused("bad-request", words)


def _wrong_type() -> Refused:
    sent = request.content_type or "-"
    words = {"bg": f"Изпратено е {sent}.", "en": f"What was sent is {sent}."}
    return Refused("unsupported-media-type", words, accepted=[FORM, DIRECT])


def _updates_are_forbidden() -> Refused:
    words = {"bg": "Данните не се променят оттук.", "en": "Data is not changed from here."}
    return Refused("query-forbidden", words)


def _answered(question: Question, form: str, found: dict[str, Any]) -> SparqlView:
    dataset = [("default-graph-uri", iri) for iri in question.default_graphs]
    dataset += [("named-graph-uri", iri) for iri in question.named_graphs]
    view: dict[str, Any] = {
        "query": question.query,
        "examples": examples(),
        "limits": site().settings.limits,
        "answered": True,
        "downloads": [
            (told.title, _link(question.query, dataset, told)) for told in formats_of(form)
        ],
    }
    if "graph" in found:
        shown = min(found["shown"], found["total"])
        return SparqlView(**view, graph=found["graph"], total=found["total"], triples_shown=shown)
    if "boolean" in found:
        return SparqlView(**view, truth=found["boolean"])
    rows = [[_cell(row.get(name)) for name in found["names"]] for row in found["rows"]]
    return SparqlView(**view, names=found["names"], rows=rows, total=found["total"])


def _link(query: str, dataset: list[tuple[str, str]], told: Format) -> str:
    return "/sparql?" + urlencode([("query", query), *dataset, ("format", told.name)])


def _cell(value: dict[str, str] | None) -> Cell:
    if value is None:
        return Cell("")
    if value["type"] == "uri":
        return Cell(_short(value["value"]), value["value"])
    return Cell(
        value["value"],
        note=value.get("xml:lang") or value.get("datatype", "").rpartition("#")[2],
    )


def _short(iri: str) -> str:
    """Return an IRI as readers write it: with a prefix of ours, or without our base."""
    base = site().release.base
    for prefix, namespace in Names(base).prefixes().items():
        if iri.startswith(namespace) and iri != namespace:
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(base) or iri
