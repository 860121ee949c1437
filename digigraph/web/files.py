"""The files of releases, and the JSON-LD context, as they are on disk."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, time

from flask import Blueprint, Response, abort, send_file

from digigraph.errors import DigigraphError
from digigraph.formats import JSON_LD, media_type_of
from digigraph.jsonld import context_document
from digigraph.release import MANIFEST, SUMS, Release, open_release, version_key
from digigraph.web.site import revalidated, site

bp = Blueprint("files", __name__)

CURRENT = "public, max-age=300, stale-while-revalidate=86400"
FOR_EVER = "public, max-age=31536000, immutable"


@bp.get("/dumps/<path:name>")
def dump(name: str) -> Response:
    """Return a file of the release that is served."""
    return _file(site().release, name, CURRENT)


@bp.get("/release/<version>/<path:name>")
def snapshot(version: str, name: str) -> Response:
    """Return a file of any release that is kept; it never changes (V-02)."""
    current = site().release
    if version == current.version:
        return _file(current, name, FOR_EVER)
    try:
        version_key(version)
        kept = open_release(site().settings.releases / version)
    except DigigraphError:
        abort(404)
    return _file(kept, name, FOR_EVER)


@bp.get("/context/v1.jsonld")
def context() -> Response:
    """Return the JSON-LD context (H-16)."""
    response = Response(context_document(site().release.base), content_type=JSON_LD.media_type)
    response.headers["Cache-Control"] = FOR_EVER
    return revalidated(response)


def _file(release: Release, name: str, caching: str) -> Response:
    told = release.file(name)
    if told is not None:
        digest = told.sha256
    elif name in (MANIFEST, SUMS):
        digest = hashlib.sha256(release.path(name).read_bytes()).hexdigest()
    else:
        abort(404)
    response = send_file(
        release.path(name).resolve(),  # a relative path would be taken from the package
        mimetype=media_type_of(name),
        conditional=True,
        etag=digest,
        last_modified=datetime.combine(release.issued, time(), UTC),
    )
    response.expires = None
    response.headers["Cache-Control"] = caching
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(digest)).decode()}:"
    return response
