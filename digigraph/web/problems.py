"""Errors as problem documents (RFC 9457), or as pages for people, in the client's language (H-14).

One table says what each kind of error is called and what to do about it; one table says which
of our errors is of which kind.
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
from digigraph.web.log import request_id
from digigraph.web.nearby import near_path
from digigraph.web.reasons import of_limit, of_refusal, retry_after
from digigraph.web.site import language, page, site

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, its title and what to do, in both languages."""

    status: int
    title: Words
    advice: Words


def _kind(status: int, bg: str, en: str, advice_bg: str, advice_en: str) -> Kind:
    return Kind(status, {"bg": bg, "en": en}, {"bg": advice_bg, "en": advice_en})


KINDS: dict[str, Kind] = {
    "bad-request": _kind(
        400, "Неразбираема заявка", "Bad request",
        "Поправете адреса или параметрите и опитайте отново.",
        "Correct the address or the parameters and try again.",
    ),
    "malformed-query": _kind(
        400, "Заявката на SPARQL не може да се прочете", "The SPARQL query cannot be read",
        "Поправете посоченото място и изпратете заявката отново.",
        "Correct the place that is named and send the query again.",
    ),
    "query-forbidden": _kind(
        403, "Такава заявка не се изпълнява тук", "Such a query is not answered here",
        "Услугата само чете (SELECT, ASK, CONSTRUCT, DESCRIBE) и със SERVICE пита само услугите, "
        "които са ѝ позволени.",
        "The service is read-only (SELECT, ASK, CONSTRUCT, DESCRIBE), and with SERVICE it asks "
        "only the endpoints that it is allowed to.",
    ),
    "not-found": _kind(
        404, "Тук няма нищо", "There is nothing here",
        "Проверете адреса или потърсете по код; началната страница показва какво има.",
        "Check the address, or look a code up; the start page shows what there is.",
    ),
    "method-not-allowed": _kind(
        405, "Този метод не се приема тук", "This method is not answered here",
        "Използвайте някой от методите в заглавката Allow.",
        "Use one of the methods in the Allow header.",
    ),
    "not-acceptable": _kind(
        406, "Няма такъв формат", "There is no such format",
        "Изберете някой от изброените формати с Accept или ?format=.",
        "Choose one of the listed formats with Accept or ?format=.",
    ),
    "gone": _kind(
        410, "Съдържанието е свалено", "The content was removed",
        "Свалено е по правни причини и няма да се върне; адресът няма да значи нищо друго.",
        "It was removed for legal reasons and will not return; the address will mean nothing else.",
    ),
    "request-timeout": _kind(
        408, "Заявката не пристигна навреме", "The request did not arrive in time",
        "Изпратете заявката отново, наведнъж.",
        "Send the request again, at once.",
    ),
    "request-too-large": _kind(
        413, "Заявката е твърде дълга", "The request is too long",
        "Съкратете заявката или изтеглете файла с данните.",
        "Shorten the query, or download the dump.",
    ),
    "unsupported-media-type": _kind(
        415, "Този вид съдържание не се приема", "This content type is not read here",
        "Изпратете заявка като application/x-www-form-urlencoded или application/sparql-query, "
        "списък на API като application/json, в UTF-8.",
        "Send a query as application/x-www-form-urlencoded or application/sparql-query, "
        "a list for the API as application/json, in UTF-8.",
    ),
    "range-not-satisfiable": _kind(
        416, "Файлът няма такава част", "The file has no such range",
        "Поискайте част в рамките на размера от Content-Range.",
        "Ask for a range within the size in Content-Range.",
    ),
    "result-too-large": _kind(
        422, "Отговорът е твърде голям", "The answer is too large",
        "Поискайте по-малко (LIMIT) или изтеглете файла с данните.",
        "Ask for less (LIMIT), or download the dump.",
    ),
    "query-out-of-memory": _kind(
        422, "Заявката се нуждае от твърде много памет", "The query needs too much memory",
        "Опростете заявката (ORDER BY, DISTINCT и GROUP BY държат всичко в паметта) "
        "или изтеглете файла с данните.",
        "Simplify the query (ORDER BY, DISTINCT and GROUP BY hold everything in memory), "
        "or download the dump.",
    ),
    "overloaded": _kind(
        503, "Твърде много заявки наведнъж", "Too many queries at once",
        "Опитайте отново след времето в Retry-After.",
        "Try again after the time in Retry-After.",
    ),
    "not-ready": _kind(
        503, "Услугата още не е готова", "The service is not ready yet",
        "Опитайте отново след няколко секунди.",
        "Try again in a few seconds.",
    ),
    "query-timeout": _kind(
        503, "Заявката не завърши навреме", "The query was not finished in time",
        "Опростете заявката или изтеглете файла с данните; по-късно същата заявка може да успее.",
        "Simplify the query, or download the dump; the same query may succeed later.",
    ),
    "query-lost": _kind(
        503, "Заявката беше прекъсната", "The query was interrupted",
        "Опитайте отново; ако се повтори, опростете заявката.",
        "Try again; if it is interrupted again, simplify the query.",
    ),
    "engine-unavailable": _kind(
        503, "Хранилището не е на разположение", "The engine is not available",
        "Опитайте отново след времето в Retry-After; страниците и файловете с данните са тук.",
        "Try again after the time in Retry-After; pages and dumps are here meanwhile.",
    ),
    "query-failed": _kind(
        422, "Заявката не можа да бъде изпълнена докрай", "The query could not be finished",
        "Опростете заявката или изтеглете файла с данните.",
        "Simplify the query, or download the dump.",
    ),
    "search-unavailable": _kind(
        503, "Тук не може да се търси", "There is no search here",
        "Потърсете по код с /lookup или питайте на SPARQL; указателят се прави с digigraph build.",
        "Look a code up with /lookup, or ask in SPARQL; digigraph build makes the index.",
    ),
    "search-timeout": _kind(
        503, "Търсенето не завърши навреме", "The search was not finished in time",
        "Търсете с по-малко думи или по-късно.",
        "Search for fewer words, or later.",
    ),
    "internal-error": _kind(
        500, "Грешка при нас", "An error of ours",
        "Опитайте по-късно; ако се повтори, съобщете номера на заявката.",
        "Try again later; if it persists, report the number of the request.",
    ),
}  # fmt: skip

KIND_OF: dict[type[DigigraphError], str] = {
    QueryError: "malformed-query",
    QueryForbidden: "query-forbidden",
    QueryFailed: "query-failed",
    QueryTimeout: "query-timeout",
    ResultTooLarge: "result-too-large",
    OutOfMemory: "query-out-of-memory",
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
