"""A release over HTTP.

`create_app` needs a release folder and nothing else: neither the SHACL engine nor a document
reader is loaded. Errors have one table, in `digigraph.web.problems`.
"""

from __future__ import annotations

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from digigraph.cache import Answers
from digigraph.errors import UsageError
from digigraph.pool import Pool
from digigraph.release import Release
from digigraph.web import files, pages, problems, sparql
from digigraph.web.server import serve
from digigraph.web.site import Settings, Site

__all__ = ["Settings", "create_app", "serve"]

# Percent-encoding makes three bytes of one; a form has a few other fields.
_FORM_FACTOR, _FORM_EXTRA = 3, 65_536

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Link, Location, Content-Location, ETag, Retry-After, RateLimit, RateLimit-Policy"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


def create_app(settings: Settings, release: Release) -> Flask:
    """Return the WSGI application that serves a release."""
    if settings.base and settings.base != release.base:
        raise UsageError(
            f"the release has the base URI {release.base}, not {settings.base}; "
            "build it again with the base you want"
        )
    app = Flask(__name__)
    app.extensions["digigraph"] = Site(
        settings, release, Pool(release, settings.limits), Answers(settings.cache_bytes)
    )
    app.config["MAX_CONTENT_LENGTH"] = settings.max_query_bytes * _FORM_FACTOR + _FORM_EXTRA
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.url_map.strict_slashes = True
    for blueprint in (sparql.bp, files.bp, pages.bp):
        app.register_blueprint(blueprint)
    problems.install(app)
    app.before_request(_without_trailing_slash)
    app.before_request(_preflight)
    app.after_request(_with_headers)
    return app


def _without_trailing_slash() -> AnyResponse | None:
    """Send the client to the one address of a resource (H-15)."""
    path = "/" + request.path.strip("/")
    if request.path == path or not isinstance(request.routing_exception, NotFound):
        return None
    query = request.query_string.decode("latin-1")
    return redirect(f"{path}?{query}" if query else path, 308)


def _preflight() -> Response | None:
    """Answer OPTIONS on every resource alike (H-08)."""
    unknown = isinstance(request.routing_exception, NotFound)
    if request.method != "OPTIONS" or unknown:
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    allowed = ", ".join(sorted(_allowed()))
    response.headers["Allow"] = allowed
    response.headers["Access-Control-Allow-Methods"] = allowed
    response.headers.update(_PREFLIGHT)
    return response


def _allowed() -> set[str]:
    error = request.routing_exception
    if isinstance(error, MethodNotAllowed):
        return set(error.valid_methods or ())
    if isinstance(error, RequestRedirect):
        return {"GET", "HEAD", "OPTIONS"}
    from flask import current_app

    adapter = current_app.create_url_adapter(request)
    return set(adapter.allowed_methods()) if adapter else set()


def _with_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
