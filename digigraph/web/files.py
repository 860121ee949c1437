"""The files of releases, and the JSON-LD context, as they are on disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request, send_file
from werkzeug.http import parse_range_header

from digigraph.csvw import FOLDER as TABLES
from digigraph.errors import DigigraphError
from digigraph.formats import HTML, JSON, JSON_LD, media_type_of
from digigraph.jsonld import context_document
from digigraph.release import MANIFEST, SUMS, Release, open_release, version_key
from digigraph.web.links import file_links
from digigraph.web.packing import DIGEST, digest_of
from digigraph.web.problems import not_acceptable
from digigraph.web.site import choose, matched, page, revalidated, send, site

bp = Blueprint("files", __name__)

CURRENT = "public, max-age=300, stale-while-revalidate=86400"
FOR_EVER = "public, max-age=31536000, immutable"
PACKED = 1_000_000
"""Bytes up to which a file without a compressed twin is packed for who takes gzip."""


@bp.get("/dumps/<path:name>")
def dump(name: str) -> Response:
    """Return a file of the release that is served."""
    return _file(site().release, name, CURRENT)


@bp.get("/release/<version>/<path:name>")
def snapshot(version: str, name: str) -> Response:
    """Return a file of any release that is kept; it never changes (V-02)."""
    return _file(_kept(version), name, FOR_EVER)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release as its page shows it."""

    release: Release
    folder: str


@bp.get("/release")
def all_releases() -> Response:
    """Send the client to what changed from release to release."""
    return _see("changes")


@bp.get("/release/<version>")
def one_release(version: str) -> Response:
    """List the files of a release that is kept, for people and programs (V-02)."""
    release = _kept(version)
    offered = (HTML, JSON)
    chosen = choose(offered)
    if chosen is None:
        raise not_acceptable(offered)
    if chosen.format is HTML:
        shown = ReleaseView(release, f"{site().root}release/{version}/")
        return revalidated(page("release.html", shown))
    return send(release.path(MANIFEST).read_bytes(), chosen)


@bp.get("/quality.csv")
def quality_as_csv() -> Response:
    """Return the findings as a table (Q-06)."""
    return _file(site().release, f"{TABLES}/findings.csv", CURRENT)


@bp.get("/context/v1.jsonld")
def context() -> Response:
    """Return the JSON-LD context (H-16)."""
    response = Response(context_document(site().release.base), content_type=JSON_LD.media_type)
    response.headers["Cache-Control"] = FOR_EVER
    return revalidated(response)


@bp.get("/logo.svg")
def logo() -> Response:
    """Return the picture that the vocabulary names as its logo."""
    body = (Path(current_app.static_folder or "") / "logo.svg").read_bytes()
    response = Response(body, content_type="image/svg+xml")
    response.headers["Cache-Control"] = CURRENT
    return revalidated(response)


def without_odd_range() -> None:
    """Let a request for ranges that we do not send be one for the whole (RFC 9110, 14.2).

    A unit that is not known, what is no range, and several ranges at once are ignored.
    """
    told = parse_range_header(request.environ.get("HTTP_RANGE"))
    if told is None or told.units != "bytes" or len(told.ranges) != 1:
        request.environ.pop("HTTP_RANGE", None)


def without_any_version() -> None:
    """Let a request for whatever version there is be one without a condition (RFC 9110, 13.1.1)."""
    if request.if_match.star_tag:
        request.environ.pop("HTTP_IF_MATCH", None)


def _kept(version: str) -> Release:
    """Return a release that is kept, or answer 404."""
    current = site().release
    if version == current.version:
        return current
    try:
        version_key(version)
        return open_release(site().settings.releases / version)
    except DigigraphError:
        abort(404)


def _see(place: str) -> Response:
    response = Response(status=303)
    response.headers["Location"] = site().root + place
    return response


def _file(release: Release, name: str, caching: str) -> Response:
    told = release.file(name)
    if told is not None:
        digest = told.sha256
    elif name in (MANIFEST, SUMS):
        digest = hashlib.sha256(release.path(name).read_bytes()).hexdigest()
    else:
        abort(404)
    path = release.path(name).resolve()  # a relative path would be taken from the package
    issued = datetime.combine(release.issued, time(), UTC)
    has_twin = release.file(f"{name}.gz") is not None
    if has_twin or "Range" in request.headers or path.stat().st_size > PACKED:
        response = send_file(
            path, mimetype=media_type_of(name), conditional=True, etag=digest, last_modified=issued
        )
        del response.headers["Expires"]
        matched(response)
    else:
        response = _whole(path, media_type_of(name), digest, issued)
    if not has_twin:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = caching
    response.headers[DIGEST] = digest_of(bytes.fromhex(digest))
    links = [link.header() for link in file_links(site(), release, name)]
    response.headers.extend({"Link": links})
    return response


def _whole(path: Path, media_type: str, digest: str, issued: datetime) -> Response:
    """Return a file in memory, as one that has no compressed twin may be packed on its way."""
    response = Response(path.read_bytes(), mimetype=media_type)
    response.set_etag(digest)
    response.last_modified = issued
    response.accept_ranges = "bytes"
    response.make_conditional(request)
    return matched(response)
