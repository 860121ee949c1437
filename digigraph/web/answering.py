"""One question, one answer: the way that `/sparql` and `/queries/<name>` share.

The guard, the pool, the limits, the cache, the ETag and the formats are the same for both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Response, g, request

from digigraph import sparql
from digigraph.cache import key_of_query
from digigraph.formats import CSV, HTML, Format
from digigraph.pool import Job, Whole
from digigraph.store import formats_of
from digigraph.web.marks import GONE, HELD, Held
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.site import (
    Site,
    choose,
    client_has,
    may_be_kept,
    revalidated,
    site,
    streamed,
    tagged,
)

ROWS_SHOWN = 1000
_SHORT, _REMEMBERED = 4096, 512
"""The longest query whose form is remembered, in letters, and of how many it is."""
_MOST_FIELDS = 1000
BOM = b"\xef\xbb\xbf"
"""What makes a spreadsheet read a CSV file as UTF-8."""

Page = Callable[[str, dict[str, Any]], Response]
"""Makes a page of the form of a query and the excerpt of its answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: the query and the graphs that are to be its dataset.

    `name` is what a file with the answer is called, `suffix` the format that the address names.
    `is_sent` says that the client sent the query, and that nothing but its answer depends on it.
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    name: str = "answer"
    suffix: str = ""
    is_sent: bool = False


def answer(question: Question, show: Page) -> Response:
    """Return the answer to a question in the format that the client prefers (H-04, S-01)."""
    g.query = question.query
    form = form_of(question.query, bool(site().settings.service_allow.strip()))
    offered = (*formats_of(form), HTML)
    chosen = choose(offered, question.suffix)
    if chosen is None:
        if question.is_sent:  # that it cannot be read is the worse fault, and is told first
            ask(question, form, None, only_read=True).close()
        raise not_acceptable(offered)
    told = None if chosen.format is HTML else chosen.format
    first = BOM if _wants_bom(chosen.format) else b""
    key = key_of_query(
        source_of(site()),
        question.query,
        (question.default_graphs, question.named_graphs),
        chosen.format.name + ("-bom" if first else ""),
    )
    if told and client_has(key):
        return _named(tagged(Response(content_type=told.content_type), key), question, told)
    body = site().answers.get(key)
    if body is None:
        found = ask(question, form, told)
        body = found.small if told else found.read()
        if body is None:
            return _named(
                tagged(streamed(found, chosen.format, first), key), question, chosen.format
            )
        body = first + body
        site().answers.keep(key, body)
    if told is None:
        response = revalidated(show(form, json.loads(body)))
        if key is not None:
            may_be_kept("")
        return response
    response = tagged(Response(body, content_type=told.content_type), key)
    if key is not None and not first:
        may_be_kept(key, _job(question, form, told) if question.is_sent else None)
    return _named(response, question, told)


def source_of(used: Site) -> str:
    """Return what names the source of an answer: the release, and the kind of the engine.

    Without ORDER BY, engines of two kinds have the same rows in another order.
    """
    return f"{used.release.dataset_digest} {used.pool.kind}"


def form_of(query: str, service: bool) -> str:
    """Return the form of a query that `sparql.check` lets through; short ones are remembered."""
    check = _form_of if len(query) <= _SHORT else sparql.check
    return check(query, service=service)


_form_of = lru_cache(maxsize=_REMEMBERED)(sparql.check)


def _job(question: Question, form: str, told: Format | None, *, only_read: bool = False) -> Job:
    graphs = question.default_graphs, question.named_graphs
    return Job(question.query, form, told, *graphs, ROWS_SHOWN, only_read)


def ask(question: Question, form: str, told: Format | None, *, only_read: bool = False) -> Whole:
    """Return the whole answer from the engine; without a format, an excerpt for a page.

    The answer to a query that is `only_read` is empty, if there is no error.
    """
    job = _job(question, form, told, only_read=only_read)
    # Our bridge tells that the client has left; other servers hand us the connection.
    found = (request.environ.get(name) for name in (GONE, "gunicorn.socket", "werkzeug.socket"))
    client = next((told for told in found if told is not None), None)
    held: Held | None = request.environ.get(HELD)
    if held and held.job == job:
        return held.asked.finish(client)
    return site().pool.ask(job, client=client)


def with_policy(response: Response) -> Response:
    """Say how many queries run and wait at a time (S-06)."""
    limits = site().settings.limits
    room = limits.children + limits.waiting
    response.headers["RateLimit-Policy"] = f'"queries";q={room};qu="concurrent-requests"'
    return response


def parameters_of(raw: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or form; raw and escaped letters are the same."""
    try:
        return pairs_of(raw)
    except ValueError:
        raise _not_utf8() from None


def pairs_of(raw: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or form, in their order, the empty ones too.

    Raises `ValueError` if they are not UTF-8 or more than anybody needs.
    """
    if raw.count(b"&") >= _MOST_FIELDS:
        raise ValueError("too many parameters")
    raw.decode()  # a letter that is half raw and half escaped is none
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [(_letters(name), _letters(value)) for name, _, value in pairs]


def _letters(raw: bytes) -> str:
    """Return the text of a name or value in a form, raw and escaped letters alike."""
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode()


def text_of(raw: bytes) -> str:
    """Return what was sent as text; raise `Refused` where it is not in UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _not_utf8() -> Refused:
    words = {"bg": "Заявката не е в UTF-8.", "en": "The request is not in UTF-8."}
    return Refused("bad-request", words)


def _wants_bom(told: Format) -> bool:
    """Tell whether `bom=1` asks for a mark before CSV; raise `Refused` where it means nothing."""
    asked = request.args.get("bom")
    if asked is None and request.mimetype == "application/x-www-form-urlencoded":
        asked = request.form.get("bom")
    if asked in (None, "", "0"):
        return False
    if asked != "1" or told is not CSV:
        words = {
            "bg": "bom=1 слага знак за UTF-8 пред CSV; иначе няма смисъл.",
            "en": "bom=1 puts a UTF-8 mark before CSV; otherwise it means nothing.",
        }
        raise Refused("bad-request", words)
    return True


def _named(response: Response, question: Question, told: Format) -> Response:
    """Name the file that a client may keep, for old clients in ASCII (RFC 6266)."""
    name = re.sub(r"[^\w.-]+", "-", question.name)[:100]
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")
    said = f'inline; filename="{plain}.{told.extension}"'
    if plain != name:
        said += f"; filename*=UTF-8''{quote(name)}.{told.extension}"
    response.headers["Content-Disposition"] = said
    return response
