"""Every URI answers: 303 from a thing to its document, and the document in each format.

The document about `{BASE}id/X` is `doc/X`; that of any other IRI of ours, as `{BASE}def`, is at
`doc/` with the same tail. A suffix names the format (H-01 to H-03).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, abort, g, request

from digigraph.cache import key_of
from digigraph.description import at_service
from digigraph.formats import (
    GRAPH_FORMATS,
    HTML,
    JSON,
    JSON_LD,
    TURTLE,
    Choice,
    Format,
    negotiate,
)
from digigraph.framing import frame
from digigraph.jsonld import context_iri
from digigraph.names import VOID
from digigraph.release import open_release
from digigraph.things import PAGE, Document, Things
from digigraph.views import OWN, VIEWS, profile_iri, view
from digigraph.web.files import CURRENT
from digigraph.web.links import links_of
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.site import LANGUAGES, language, page, site, tagged
from digigraph.web.words import ThingView
from digigraph.writers import (
    COMPACTED,
    EXPANDED,
    FLATTENED,
    FRAMED,
    JSON_LD_NS,
    lines_of,
    write_graph,
)

bp = Blueprint("things", __name__)

VARIANTS = (HTML, *GRAPH_FORMATS[:2], JSON, *GRAPH_FORMATS[2:])
ROOTS = (".well-known", "catalog", "def", "graph", "mappings", "shapes")
"""First parts of our IRIs, besides `id`, that name things with a document."""

PAGES = {VOID: "void.html"}
"""Documents that have a page of their own making."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a document names: its tail, and the format and language if it says."""

    tail: str
    suffix: str = ""
    language: str = ""


@bp.get("/id/<path:tail>")
def thing(tail: str) -> Response:
    """Send the client from a thing to its document, whatever it accepts (H-01)."""
    return see_document(f"id/{tail}", tail)


@bp.get("/<any(catalog, def, graph, mappings, shapes):root>")
@bp.get("/<any(catalog, def, graph, mappings, shapes):root>/<path:tail>")
def other_thing(root: str, tail: str = "") -> Response:
    """Send the client from a vocabulary, a shape, a graph or a mapping to its document."""
    whole = f"{root}/{tail}" if tail else root
    return see_document(whole, whole)


@bp.get("/doc/<path:tail>")
def document(tail: str) -> Response:
    """Return the document about a thing, in the format that the client prefers (H-02)."""
    asked = _asked(tail)
    iri = subject_of(asked.tail)
    if iri is None:
        abort(404)
    seen_as = _view()
    chosen = _chosen(asked, VARIANTS if seen_as == OWN else GRAPH_FORMATS)
    number = _page_number()
    if asked.language:
        g.language = asked.language
    lang = language()
    key = key_of(
        site().release.dataset_digest,
        f"{iri} {number} {lang if chosen.format is HTML else ''}",
        (),
        f"{chosen.format.name} {chosen.profile} {seen_as}",
    )
    answers = site().answers
    body, links = answers.get(key), answers.get(f"{key} links")
    if body is None or links is None:
        found = things_here().document(iri, number)
        if found is None:
            abort(404)
        if seen_as == OWN:
            body = _written(found, asked.tail, chosen, lang)
        else:
            triples = view(seen_as, found, things_here())
            body = write_graph(lines_of(triples, first=iri), chosen, site().release.base)
        links = "\n".join(
            (*links_of(site(), found, asked.tail, VARIANTS), *_profiles(asked.tail, seen_as))
        ).encode()
        answers.keep(key, body)
        answers.keep(f"{key} links", links)
    response = tagged(Response(body, content_type=_content_type(chosen)), key)
    _say_which(response, asked, chosen, lang)
    for link in links.decode().split("\n"):
        response.headers.add("Link", link)
    return response


def see_document(name: str, tail: str) -> Response:
    """Send the client from the IRI that ends with `name` to its document (H-01)."""
    if not things_here().knows(f"{site().release.base}{name}"):
        abort(404)
    response = Response(status=303)
    response.headers["Location"] = f"{site().root}doc/{quote(tail)}"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def subject_of(tail: str) -> str | None:
    """Return the IRI that the document of this tail is about."""
    base = site().release.base
    names = [f"{base}id/{tail}"]
    if tail.partition("/")[0] in ROOTS:
        names.append(base + tail)
    things = things_here()
    return next((iri for iri in names if things.knows(iri)), None)


def _asked(tail: str) -> Asked:
    stem, _, suffix = tail.rpartition(".")
    if not stem or not any(told.extension == suffix for told in VARIANTS):
        return Asked(tail)
    if suffix == HTML.extension:
        for lang in LANGUAGES:
            if stem.endswith(f".{lang}"):
                return Asked(stem.removesuffix(f".{lang}"), suffix, lang)
    return Asked(stem, suffix)


def _view() -> str:
    """Return the view that the client asks for, by its word or its IRI (H-19)."""
    base = site().release.base
    known = {name: name for name in (OWN, *VIEWS)}
    told = known | {profile_iri(name, base): name for name in known}
    asked = request.args.get("_profile", OWN)
    if asked not in told:
        listed = ", ".join(known)
        words = {
            "bg": f"Няма изглед „{asked[:100]}“. Има: {listed}.",
            "en": f"There is no view “{asked[:100]}”. There are: {listed}.",
        }
        raise Refused("bad-request", words, profiles=list(known))
    return told[asked]


def _profiles(tail: str, seen_as: str) -> Iterator[str]:
    """Yield the Link headers of this view and of the others (RFC 6906, RFC 8288)."""
    base = site().release.base
    yield f'<{profile_iri(seen_as, base)}>; rel="profile"'
    for name in (OWN, *VIEWS):
        if name != seen_as:
            address = f"{site().root}doc/{tail}.{TURTLE.extension}?_profile={name}"
            yield (
                f'<{address}>; rel="alternate"; formats="{profile_iri(name, base)}"; '
                f'type="{TURTLE.media_type}"'
            )


def _chosen(asked: Asked, offered: tuple[Format, ...]) -> Choice:
    wanted = request.args.get("_mediatype") or request.args.get("format")
    accept = request.headers.get("Accept")
    chosen = negotiate(offered, suffix=asked.suffix or None, requested=wanted, accept=accept)
    if chosen is None:
        raise not_acceptable(offered)
    if chosen.format is JSON_LD and chosen.profile == FRAMED:
        return Choice(JSON)
    known = chosen.profile in (COMPACTED, EXPANDED, FLATTENED)
    return chosen if known else Choice(chosen.format)


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 10**6):
        words = {
            "bg": f"Страницата е число от 1 нагоре, по {PAGE} на страница.",
            "en": f"A page is a number from 1 up; each holds {PAGE}.",
        }
        raise Refused("bad-request", words)
    return int(text)


def _written(found: Document, tail: str, chosen: Choice, lang: str) -> bytes:
    base = site().release.base
    if chosen.format is HTML:
        shown = ThingView(found, lang, base, site().root, tail, VARIANTS)
        return page(PAGES.get(tail, "thing.html"), shown).get_data()
    told = at_service(found.triples, base, site().service)
    lines = lines_of((*told, *_metadata(found, tail)), first=found.iri)
    if chosen.format is JSON:
        return frame(found, lines, base)
    return write_graph(lines, chosen, base)


def _metadata(found: Document, tail: str) -> Iterator[ox.Triple]:
    """Yield what is said about the document itself (H-07)."""
    release, names = site().release, found.names
    this = ox.NamedNode(f"{release.base}doc/{tail}")
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", ox.NamedNode(names.expanded("foaf:Document"))),
        ("foaf:primaryTopic", ox.NamedNode(found.iri)),
        ("dct:license", ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")),
        ("dct:isPartOf", ox.NamedNode(f"{release.base}catalog/digigraph")),
        ("dcat:version", ox.Literal(release.version)),
    ]
    date = ox.NamedNode(names.expanded("xsd:date"))
    said.append(("dct:issued", ox.Literal(release.issued.isoformat(), datatype=date)))
    said += [("dct:modified", value) for value in found.values("dct:modified")]
    for name, value in said:
        yield ox.Triple(this, ox.NamedNode(names.expanded(name)), value)


def _content_type(chosen: Choice) -> str:
    profile = f';profile="{chosen.profile}"' if chosen.profile else ""
    return chosen.format.content_type + profile


def _say_which(response: Response, asked: Asked, chosen: Choice, lang: str) -> None:
    """Say which variant this is, where another client could have got another (H-02)."""
    told: Format = chosen.format
    response.headers["Cache-Control"] = CURRENT
    response.vary.update(("Accept", "Accept-Encoding"))
    if told is HTML:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = lang
    else:
        response.headers.pop("Content-Language", None)
    suffix = f"{lang}.html" if told is HTML else told.extension
    kept = [(name, request.args[name]) for name in ("page", "_profile") if name in request.args]
    number = f"?{urlencode(kept)}" if kept else ""
    response.headers["Content-Location"] = f"{site().root}doc/{asked.tail}.{suffix}{number}"
    if told is JSON:
        context, relation = context_iri(site().release.base), f"{JSON_LD_NS}context"
        link = f'<{context}>; rel="{relation}"; type="{JSON_LD.media_type}"'
        response.headers.add("Link", link)


def things_here() -> Things:
    """Return the things of the release that is served."""
    return _things(site().release.folder)


@lru_cache(maxsize=3)
def _things(folder: Path) -> Things:
    return Things(open_release(folder))
