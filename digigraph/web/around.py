"""What a thing is linked to in two steps: a picture with links, and the same as a list (X-07).

Both have the same bounds, however large the graph is: what is left out is counted, and the page
of the thing leads to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from flask import Blueprint, Response, abort

from digigraph.names import ESCO_ISCO, NACE2
from digigraph.web.api.lists import listing_here
from digigraph.web.drawing import drawn
from digigraph.web.layout import Drawing, drawing
from digigraph.web.nearby import things_here
from digigraph.web.neighbours import KINDS, Bundle, Neighbours
from digigraph.web.site import language, page, revalidated, site
from digigraph.web.things import subject_of
from digigraph.web.words import Word, link_of

bp = Blueprint("around", __name__)

FIRST, OF_A_KIND = 18, 12
"""How many things stand one step away, and how many of them may be linked in the same way."""
SECOND, FURTHER = 4, 24
"""How many things stand behind each of those, and how many in all."""

OTHERS = {ESCO_ISCO: "ISCO-08", NACE2: "NACE 2", "http://data.europa.eu/esco/": "ESCO"}
"""How IRIs of others begin, and what they are of; names there are often those of ours."""


@dataclass(frozen=True, slots=True)
class Near:
    """A thing near another: how it is linked, what it is called, and what is behind it."""

    how: str
    iri: str
    word: Word
    behind: Sequence[Near] = ()
    left_out: int = 0
    """How many things are linked to it besides, and not told."""


@dataclass(frozen=True, slots=True)
class AroundView:
    """A thing with what is around it, as a list and as a picture."""

    iri: str
    word: Word
    tail: str
    near: Sequence[Near]
    left_out: int
    drawing: Drawing


@bp.get("/around/<path:tail>")
def around(tail: str) -> Response:
    """Show what a thing is linked to: as a page, or with `.svg` the picture alone."""
    stem = tail.removesuffix(".svg")
    iri = subject_of(stem)
    if iri is None or not any(things_here().says(iri, "rdf:type", kind) for kind in KINDS):
        abort(404)
    view = _view(iri, stem)
    if stem != tail:
        return drawn("around.svg", view)
    return revalidated(page("around.html", view))


def _view(iri: str, tail: str) -> AroundView:
    neighbours = Neighbours(listing_here())
    chosen, left_out = _chosen(neighbours.of(iri, OF_A_KIND), FIRST)
    behind = [_chosen(neighbours.of(one, SECOND, frozenset({iri})), SECOND) for _, one in chosen]
    told = _told([links for links, _ in behind], {one for _, one in chosen})
    near = []
    for (how, one), (links, more) in zip(chosen, behind, strict=True):
        kept = [Near(way, other, _word(other)) for way, other in links if other in told]
        near.append(Near(how, one, _word(one), kept, more + len(links) - len(kept)))
    word = _word(iri)
    return AroundView(iri, word, tail, near, left_out, drawing(iri, word, near, left_out))


def _told(behind: Sequence[Sequence[tuple[str, str]]], first: set[str]) -> set[str]:
    """Return which of the things two steps away are told: the first ones behind each in turn."""
    found: dict[str, None] = {}
    for turn in zip_longest(*behind):
        found |= {link[1]: None for link in turn if link and link[1] not in first}
    return first | set(list(found)[:FURTHER])


def _chosen(bundles: Sequence[Bundle], most: int) -> tuple[list[tuple[str, str]], int]:
    """Return the first links of each kind in turn, kind by kind, and how many are left out."""
    total = sum(bundle.total for bundle in bundles)
    turns = zip_longest(*(bundle.links for bundle in bundles))
    picked = [link for turn in turns for link in turn if link][:most]
    kept = [link for bundle in bundles for link in bundle.links if link in picked]
    place = 0 if language() == "bg" else 1
    return [(link.how[place], link.iri) for link in kept], total - len(kept)


def _word(iri: str) -> Word:
    listing, here, lang = listing_here(), site(), language()
    code = str(listing.mention(iri).get("notation", ""))
    of = next((name for start, name in OTHERS.items() if iri.startswith(start)), "")
    code = f"{of} {code}".strip()
    link = link_of(iri, here.release.base, here.root)
    link = f"{link}?lang={lang}" if link != iri else link
    for wanted in (lang, "bg", "en", ""):
        if name := listing.name(iri, wanted):
            return Word(name, wanted, link, code)
    return Word(listing.things.names.tail(iri), "", link, code)
