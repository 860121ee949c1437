"""Compresses what is made for a request, where the client takes gzip (H-12, RFC 9110 8.4, 12.5.3).

Files are left as they are where they are long, have a compressed twin, or only a range of them is
asked for. A compressed answer has an ETag of its own; what the server keeps of it is the compressed
form, made once.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator

from flask import Flask, Response, request
from werkzeug.wsgi import ClosingIterator
from zlib_ng import zlib_ng

SMALLEST = 1000
"""Bytes of an answer below which packing saves nothing worth the work."""
DIGEST = "Repr-Digest"
_LEVEL, _STREAM_LEVEL, _GZIP = 6, 2, 31
_END = "-gzip"
_TYPES = ("+json", "+xml", "/json", "/xml", "/javascript", "/n-triples", "/n-quads", "/trig")


def install(app: Flask) -> None:
    """Let an application compress its answers."""
    app.before_request(_take_tags)
    app.after_request(_pack)


def digest_of(sha256: bytes) -> str:
    """Return what `Repr-Digest` says of bytes with a SHA-256 (RFC 9530)."""
    return f"sha-256=:{b64encode(sha256).decode()}:"


def _take_tags() -> None:
    """Let the handlers know a packed form, which has a tag of its own, by the tag of the plain."""
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known and _takes_gzip():
        plain = known.replace(f'{_END}"', '"')
        request.environ["HTTP_IF_NONE_MATCH"] = plain
        request.environ["digigraph.known"] = known


def _pack(response: Response) -> Response:
    if response.status_code == 304:
        known = request.environ.get("digigraph.known", "")
        etag = response.get_etag()[0]
        if etag and f'"{etag}{_END}"' in known:
            response.set_etag(etag + _END)
            response.vary.add("Accept-Encoding")
        return response
    streamed = isinstance(response.response, ClosingIterator)
    if not _may_be_packed(response, streamed):
        return response
    response.vary.add("Accept-Encoding")
    if not _takes_gzip():
        return response
    if streamed:
        pieces = response.response
        assert isinstance(pieces, ClosingIterator)
        response.response = ClosingIterator(_packed(pieces), pieces.close)
        response.headers.pop("Content-Length", None)
    else:
        response.set_data(zlib_ng.compress(response.get_data(), _LEVEL, _GZIP))
        if DIGEST in response.headers:  # it is of what is sent, coding and all (RFC 9530, 3.1)
            response.headers[DIGEST] = digest_of(hashlib.sha256(response.get_data()).digest())
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)  # ranges are of the plain form
    etag, weak = response.get_etag()
    if etag:
        response.set_etag(etag + _END, weak=bool(weak))
    return response


def _may_be_packed(response: Response, streamed: bool) -> bool:
    """Tell whether an answer is made here, long enough, textual, whole and not packed yet."""
    if response.status_code in (204, 206) or "Content-Encoding" in response.headers:
        return False
    kind = response.mimetype or ""
    if not (kind.startswith("text/") or kind.endswith(_TYPES)):
        return False
    if streamed:
        return True
    if response.direct_passthrough or response.is_streamed:
        return False
    return (response.calculate_content_length() or 0) >= SMALLEST


def _takes_gzip() -> bool:
    """Tell whether the client takes gzip and does not like the plain form better."""
    given = request.accept_encodings
    named = {name.lower() for name, _ in given}
    plain = given.quality("identity") if "identity" in named else 0
    return given.quality("gzip") > 0 and given.quality("gzip") >= plain


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a long answer packed, piece by piece."""
    packer = zlib_ng.compressobj(_STREAM_LEVEL, wbits=_GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
