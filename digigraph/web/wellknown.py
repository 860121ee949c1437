"""What stands under `/.well-known/` (RFC 8615): the dataset's description of itself.

Its names are IRIs like all others: they lead by 303 to documents, which `digigraph.web.things`
writes in every format. There alone, and in no release, addresses of this service stand (U-01).
"""

from __future__ import annotations

from flask import Blueprint, Response

from digigraph.names import EXAMPLES, VOID
from digigraph.web.things import see_document

bp = Blueprint("wellknown", __name__)


@bp.get(f"/{VOID}")
def void() -> Response:
    """Send the client to the description of the dataset in VoID (S-08)."""
    return see_document(VOID, VOID)


@bp.get(f"/{EXAMPLES}")
@bp.get(f"/{EXAMPLES}/<name>")
def examples(name: str = "") -> Response:
    """Send the client to all example queries, or to one of them (S-09)."""
    tail = f"{EXAMPLES}/{name}" if name else EXAMPLES
    return see_document(tail, tail)
