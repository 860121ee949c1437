"""Errors as problem documents (RFC 9457), or as pages for people, in the client's language (H-14).

One table, in `digigraph.web.kinds`, says what each kind of error is called and what to do about
it; one table here says which of our errors is of which kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from digigraph.errors import (
    DigigraphError,
    EngineUnavailable,
    NoRoom,
    OutOfMemory,
    Overloaded,
    QueryError,
    QueryForbidden,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
    SearchTimeout,
)
from digigraph.formats import HTML, JSON, PROBLEM, Format, negotiate
from digigraph.pool import Abandoned
from digigraph.store import QueryFailed
from digigraph.web.kinds import KINDS, Words
from digigraph.web.log import request_id
from digigraph.web.nearby import near_path
from digigraph.web.reasons import of_limit, of_refusal, retry_after
from digigraph.web.site import language, page, site

KIND_OF: dict[type[DigigraphError], str] = {
    QueryError: "malformed-query",
    QueryForbidden: "query-forbidden",
    QueryFailed: "query-failed",
    QueryTimeout: "query-timeout",
    ResultTooLarge: "result-too-large",
    OutOfMemory: "query-out-of-memory",
    NoRoom: "no-room",
    QueryLost: "query-lost",
    EngineUnavailable: "engine-unavailable",
    Overloaded: "overloaded",
    Abandoned: "query-lost",
    SearchTimeout: "search-timeout",
}
"""Our error classes and what they are to a client."""

_BY_STATUS = {kind.status: slug for slug, kind in reversed(KINDS.items())}


class Refused(DigigraphError):
    """A request that cannot be answered, for one of the `KINDS` of reasons."""

    def __init__(self, slug: str, detail: Words, **members: Any) -> None:
        """Keep the kind, what is the matter in both languages, and facts for programs."""
        self.slug, self.detail, self.members = slug, detail, members
        super().__init__(detail["en"])


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One problem, as a document says it and as a page shows it."""

    slug: str
    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)


def not_acceptable(offered: tuple[Format, ...]) -> Refused:
    """Return the refusal that lists what could be had instead."""
    choices = [{"format": told.name, "media_type": told.media_type} for told in offered]
    listed = ", ".join(told.media_type for told in offered)
    words = {"bg": f"Има: {listed}.", "en": f"There are: {listed}."}
    return Refused("not-acceptable", words, choices=choices)


def install(app: Flask) -> None:
    """Answer every error of the application with a problem."""
    app.register_error_handler(DigigraphError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def problem_type(slug: str) -> ProblemView | None:
    """Return what a problem type means, for the page at its URI."""
    if slug not in KINDS:
        return None
    kind, lang = KINDS[slug], language()
    return ProblemView(slug, _type(slug), kind.title[lang], kind.status, kind.advice[lang])


def _ours(error: DigigraphError) -> Response:
    if isinstance(error, Refused):
        return _answer(error.slug, error.detail[language()], error.members)
    slug = next((KIND_OF[c] for c in type(error).__mro__ if c in KIND_OF), None)
    if slug is None:
        return _unexpected(error)
    if isinstance(error, QueryError):
        response = _answer(slug, *_of_query(error))
    elif isinstance(error, QueryForbidden):
        response = _answer(slug, of_refusal(error), advise=False)
    elif limited := of_limit(error):
        response = _answer(slug, *limited)
    else:
        sentence = str(error)[:1].upper() + str(error)[1:] + "."
        response = _answer(slug, sentence if language() == "en" else "")
    if (seconds := retry_after(error)) is not None:
        response.headers["Retry-After"] = str(seconds)
        response.headers["Cache-Control"] = "no-store"
    if isinstance(error, Abandoned):
        g.problem = "abandoned"
    return response


def _of_query(error: QueryError) -> tuple[str, dict[str, Any]]:
    place = {"line": error.line, "column": error.column, "token": error.token}
    members = {name: value for name, value in place.items() if value is not None}
    if language() == "en" or error.line is None:
        return str(error)[:1].upper() + str(error)[1:] + ".", members
    at = f" при „{error.token}“" if error.token else ""
    return f"Ред {error.line}, колона {error.column}: заявката не може да се прочете{at}.", members


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or not error.code or error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # Flask's own response class
    slug = _BY_STATUS.get(error.code, "bad-request" if error.code < 500 else "internal-error")
    members = {"nearest": near_path(request.path)} if error.code == 404 else {}
    response = _answer(slug, "", members)
    response.status_code = error.code
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range", "Retry-After"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    from flask import current_app

    current_app.logger.error("%s %s", request.method, request.path, exc_info=error)
    return _answer("internal-error", "")


def _type(slug: str) -> str:
    return f"{site().release.base}problem/{slug}"


def _answer(
    slug: str, detail: str, members: Mapping[str, Any] | None = None, *, advise: bool = True
) -> Response:
    kind, lang = KINDS[slug], language()
    g.problem = slug
    view = ProblemView(
        slug=slug,
        type=_type(slug),
        title=kind.title[lang],
        status=kind.status,
        detail=f"{detail} {kind.advice[lang]}".strip() if advise else detail,
        instance=request_id(),
        members=members or {},
    )
    chosen = negotiate((PROBLEM, JSON, HTML), accept=request.headers.get("Accept"))
    if chosen and chosen.format is HTML:
        return page("problem.html", view, view.status)
    told = {
        "type": view.type,
        "title": view.title,
        "status": view.status,
        "detail": view.detail,
        "instance": view.instance,
        **view.members,
    }
    body = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    response = Response(body, view.status, content_type=PROBLEM.media_type)
    response.headers["Content-Language"] = lang
    response.vary.update(("Accept", "Accept-Language"))
    return response
