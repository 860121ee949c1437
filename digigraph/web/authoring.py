"""The schema that a profile written as YAML names as its own."""

from __future__ import annotations

from flask import Blueprint, Response

from digigraph.authoring import FILE, MEDIA_TYPE, schema_document
from digigraph.web.files import FOR_EVER
from digigraph.web.site import revalidated, site

bp = Blueprint("authoring", __name__)


@bp.get(f"/{FILE}")
def schema() -> Response:
    """Return the JSON Schema of the authoring format; it never changes."""
    response = Response(schema_document(site().release.base), content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = FOR_EVER
    return revalidated(response)
