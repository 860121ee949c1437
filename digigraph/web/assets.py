"""The query editor's files, which `digigraph.web.gathering` fetched at set-up, if it did (S-11).

Without them every page works all the same: `/sparql` is then a plain form.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha384
from pathlib import Path

from flask import Blueprint, Response, abort, request

from digigraph.web.files import FOR_EVER
from digigraph.web.site import revalidated

bp = Blueprint("assets", __name__)

FOLDER = Path(__file__).parent / "npm"
MANIFEST = "manifest.json"

_TYPES = {"script": "text/javascript", "style": "text/css"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: what it is for ("script" or "style"), its name, size in bytes and SHA-384."""

    role: str
    name: str
    size: int
    integrity: str

    @property
    def link(self) -> str:
        """Return where it is served, under the root of the service."""
        return f"assets/{self.name}"


def integrity_of(body: bytes) -> str:
    """Return what a browser checks a file by (W3C Subresource Integrity)."""
    return "sha384-" + b64encode(sha384(body).digest()).decode()


@lru_cache(maxsize=4)
def assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Return the files by what they are for; nothing where they were not fetched.

    What the manifest does not tell, or tells otherwise than it is, counts as not there: a page
    never names a file that a browser would refuse.
    """
    try:
        told = json.loads((folder / MANIFEST).read_bytes())["files"]
        found = [Asset(t["role"], t["name"], t["bytes"], t["integrity"]) for t in told]
        bodies = {asset.name: (folder / asset.name).read_bytes() for asset in found}
    except FileNotFoundError:
        return {}
    if any(integrity_of(bodies[asset.name]) != asset.integrity for asset in found):
        return {}
    by_role = {asset.role: asset for asset in found}
    return by_role if by_role.keys() == _TYPES.keys() else {}


@bp.get("/assets/<name>")
def asset(name: str) -> Response:
    """Return one of the files; its name has its version, so it never changes (H-11)."""
    known = next((asset for asset in assets().values() if asset.name == name), None)
    if known is None:
        abort(404)
    packed = request.accept_encodings["gzip"] > 0
    body = (FOLDER / (f"{name}.gz" if packed else name)).read_bytes()
    response = Response(body, mimetype=_TYPES[known.role])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_EVER
    return revalidated(response)
