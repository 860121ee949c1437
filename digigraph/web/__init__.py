"""A release over HTTP.

`create_app` needs a release folder and nothing else: neither the SHACL engine nor a document
reader is loaded. Errors have one table, in `digigraph.web.problems`.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from digigraph.release import Release
from digigraph.web import (
    around,
    assets,
    authoring,
    catalog,
    changes,
    compare,
    conceptree,
    downloads,
    editor,
    embedding,
    figures,
    files,
    finding,
    framework,
    live,
    log,
    lookup,
    operations,
    overview,
    own,
    packing,
    pages,
    problems,
    quality,
    queries,
    reconcile,
    siteinfo,
    sparql,
    things,
    wellknown,
)
from digigraph.web.api import routes as api
from digigraph.web.server import serve
from digigraph.web.site import Settings, site

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
_QUERY = "!$&'()*+,;=:@/?%-._~"
"""What stands in a query string as it is; an escape in it stays the escape that it was."""

_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


def create_app(settings: Settings, release: Release) -> Flask:
    """Return the WSGI application that serves a release."""
    app = Flask(__name__)
    live.install(app, settings, release)
    log.install(app, settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_query_bytes * _FORM_FACTOR + _FORM_EXTRA
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    for blueprint in (
        sparql.bp, files.bp, pages.bp, queries.bp, things.bp, lookup.bp, wellknown.bp,
        operations.bp, assets.bp, authoring.bp, catalog.bp, siteinfo.bp, changes.bp, editor.bp,
        api.bp, compare.bp, own.bp, reconcile.bp, finding.bp, framework.bp, overview.bp, quality.bp,
        downloads.bp, embedding.bp, conceptree.bp, around.bp,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    problems.install(app)
    figures.install(app)
    app.before_request(operations.refuse)
    app.before_request(_without_spare_slashes)
    app.before_request(_preflight)
    app.before_request(files.without_odd_range)
    app.before_request(files.without_any_version)
    packing.install(app)
    app.after_request(_with_headers)
    return app


def _without_spare_slashes() -> Response | None:
    """Send the client to the one address of a resource, where there is one (H-15).

    The URI of a thing is no address, and what is not it is told to be none (V-05).

    The address is written anew from the path that was asked for, never from the Host header, and
    every letter of it that could mean something else is escaped (U-02).
    """
    parts = [part for part in request.path.split("/") if part]
    path = "/" + "/".join(parts)
    if request.path == path or request.endpoint == reconcile.WITH_SLASH:
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(path, "GET"):
        return None
    if parts[0] == "id":
        things.refuse_slashes("/".join(parts[1:]))
        return None
    query = request.query_string.decode("latin-1")
    place = site().root + quote("/".join(parts))
    response = Response(status=308)
    del response.headers["Content-Type"]
    response.headers["Location"] = f"{place}?{quote(query, safe=_QUERY)}" if query else place
    return response


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
    adapter = current_app.create_url_adapter(request)
    return set(adapter.allowed_methods()) if adapter else set()


def _with_headers(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    for name, value in _HEADERS.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    return response
