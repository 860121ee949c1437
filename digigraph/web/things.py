"""Every URI answers: 303 from a thing to its document, and the document in each format.

The document about `{BASE}id/X` is `doc/X`; that of any other IRI of ours, as `{BASE}def`, is at
`doc/` with the same tail. A suffix names the format (H-01 to H-03).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, g, request

from digigraph.cache import key_of
from digigraph.contents import LARGEST, size_of
from digigraph.document import Document
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
from digigraph.jsonld import context_iri
from digigraph.things import PAGE
from digigraph.views import OWN, VIEWS, profile_iri, view
from digigraph.web.bodies import QUADS, VARIANTS, first_line, is_whole, variants_of, written
from digigraph.web.files import CURRENT
from digigraph.web.links import links_of
from digigraph.web.nearby import things_here, told_of
from digigraph.web.problems import Refused, not_acceptable
from digigraph.web.site import LANGUAGES, language, site, tagged
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

ROOTS = (".well-known", "catalog", "def", "graph", "mappings", "shapes")
"""First parts of our IRIs, besides `id`, that name things with a document."""

KEPT = ("page", "_profile", "all", "from")
"""The parameters that make another variant."""


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
    offered = variants_of(iri)
    chosen = _chosen(asked, iri, offered if seen_as == OWN else GRAPH_FORMATS)
    number = _page_number()
    if asked.language:
        g.language = asked.language
    lang = language()
    here = site()
    key = key_of(
        here.release.dataset_digest,
        f"{iri} {number} {_seen(lang) if chosen.format is HTML else ''}",
        (),
        f"{chosen.format.name} {chosen.profile} {seen_as}",
    )
    answers = here.answers
    linked = f"{here.release.dataset_digest} {iri} {number} {seen_as} links"
    body, links = answers.get(key), answers.get(linked)
    if body is None or links is None:
        with here.making.turn():
            # Who had the turn before may have made the same.
            body, links = answers.peek(key), answers.peek(linked)
            if body is None or links is None:
                found = _found(iri, number)
                body = _made(found, asked.tail, chosen, lang, seen_as)
                links = links or _links(found, asked.tail, offered, seen_as)
                answers.keep(key, body)
                answers.keep(linked, links)
    response = tagged(Response(body, content_type=_content_type(chosen)), key)
    _say_which(response, asked, chosen, lang)
    for link in links.decode().split("\n"):
        response.headers.add("Link", link)
    return response


def _found(iri: str, number: int) -> Document:
    """Return a page of the document about a thing; refuse what was removed (V-05)."""
    found = things_here().document(iri, number)
    if found is None:
        abort(404)
    if found.is_withdrawn:
        raise _withdrawn(iri)
    return found


def _made(found: Document, tail: str, chosen: Choice, lang: str, seen_as: str) -> bytes:
    """Return a document as it is asked for: all of it, or a view of it (H-19)."""
    if seen_as == OWN:
        return written(found, tail, chosen, lang)
    triples = view(seen_as, found, things_here())
    return write_graph(lines_of(triples, first=found.iri), chosen, site().release.base)


def _seen(lang: str) -> str:
    """Return which page of a thing is asked for: its language, and what it is to show."""
    return f"{lang} {is_whole()} {first_line()}"


def _links(found: Document, tail: str, offered: tuple[Format, ...], seen_as: str) -> bytes:
    """Return the Link headers of a document, one a line; they are the same in each format."""
    own = links_of(site(), found, tail, offered)
    if seen_as != OWN:  # the next page is of the same view
        own = (link.replace("?page=", f"?_profile={seen_as}&page=") for link in own)
    return "\n".join((*own, *_profiles(tail, seen_as))).encode()


def see_document(name: str, tail: str) -> Response:
    """Send the client from the IRI that ends with `name` to its document (H-01)."""
    iri, things = f"{site().release.base}{name}", things_here()
    if not things.knows(iri):
        abort(404)
    if things.says(iri, "adms:status", "dgc:Withdrawn"):
        raise _withdrawn(iri)
    response = Response(status=303)
    asked = request.args.get("lang", "")
    kept = f"?lang={asked}" if asked in LANGUAGES else ""
    response.headers["Location"] = f"{site().root}doc/{quote(tail)}{kept}"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def refuse_slashes(tail: str) -> None:
    """Refuse the URI of a thing, here without the slashes that it has too many (U-03).

    With them it names nothing; to redirect would say that both name the same thing (V-05).
    """
    iri = f"{site().release.base}id/{tail}"
    if things_here().knows(iri):
        words = {
            "bg": f"URI на това нещо е без излишни наклонени черти: <{iri}>.",
            "en": f"The URI of this thing has no slash too many: <{iri}>.",
        }
        raise Refused("not-found", words, nearest=[told_of(iri)])


def _withdrawn(iri: str) -> Refused:
    """Return the refusal of what was removed for legal reasons (V-05)."""
    return Refused("gone", {"bg": f"Това беше <{iri}>.", "en": f"This was <{iri}>."})


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
    if not stem or not any(told.extension == suffix for told in (*VARIANTS, *QUADS)):
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


def _chosen(asked: Asked, iri: str, offered: tuple[Format, ...]) -> Choice:
    wanted = request.args.get("_mediatype") or request.args.get("format")
    accept = request.headers.get("Accept")

    def among(formats: tuple[Format, ...]) -> Choice | None:
        return negotiate(formats, suffix=asked.suffix or None, requested=wanted, accept=accept)

    chosen = among(offered)
    if chosen is None:
        size = size_of(site().release, iri)
        if size and size > LARGEST and among(QUADS):
            raise _too_large(size)
        if asked.suffix in [told.extension for told in QUADS]:
            abort(404)
        raise not_acceptable(offered)
    if chosen.format is JSON_LD and chosen.profile == FRAMED:
        return Choice(JSON, FRAMED)
    known = chosen.profile in (COMPACTED, EXPANDED, FLATTENED)
    return chosen if known else Choice(chosen.format)


def _too_large(size: int) -> Refused:
    dump = f"{site().service}dumps/digigraph.nq.gz"
    words = {
        "bg": f"Графът има {size} тройки, а документ побира до {LARGEST}; целият е в {dump}.",
        "en": f"The graph has {size} triples, a document holds {LARGEST}; it is whole in {dump}.",
    }
    return Refused("result-too-large", words, limit=LARGEST, unit="triples", dump=dump)


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 10**6):
        words = {
            "bg": f"Страницата е число от 1 нагоре, по {PAGE} на страница.",
            "en": f"A page is a number from 1 up; each holds {PAGE}.",
        }
        raise Refused("bad-request", words)
    return int(text)


def _content_type(chosen: Choice) -> str:
    if not chosen.profile:
        return chosen.format.content_type
    return f'{JSON_LD.media_type};profile="{chosen.profile}"'


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
    kept = [(name, request.args[name]) for name in KEPT if name in request.args]
    number = f"?{urlencode(kept)}" if kept else ""
    response.headers["Content-Location"] = f"{site().root}doc/{asked.tail}.{suffix}{number}"
    if told is JSON:
        context, relation = context_iri(site().release.base), f"{JSON_LD_NS}context"
        link = f'<{context}>; rel="{relation}"; type="{JSON_LD.media_type}"'
        response.headers.add("Link", link)
