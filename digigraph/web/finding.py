"""The search page: words in, things out; complete without a script (X-10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from markupsafe import Markup, escape

from digigraph.search import Filters, Hit
from digigraph.search.entries import STATEMENTS
from digigraph.web.nearby import things_here
from digigraph.web.search import searcher
from digigraph.web.showing.quotes import anchor_of
from digigraph.web.site import language, page, revalidated, site

bp = Blueprint("finding", __name__)

SHOWN = 20
LONGEST = 200
DESCRIPTOR = "LevelDescriptorItem"
KINDS = ("OccupationProfile", "Competence", "OccupationPosition", "Statement")
"""The types that a reader can keep to."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found, as the page shows it."""

    title: str
    language: str
    link: str
    kind: str
    code: str
    snippet: Markup
    within: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of things that a reader can keep to, and where that leads."""

    name: str
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SearchView:
    """What the search page shows."""

    text: str
    kind: str
    total: int
    first: int
    results: Sequence[Result]
    choices: Sequence[Choice]
    before: str
    after: str


@bp.get("/search")
def search_page() -> Response:
    """Show what some words find."""
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    kind = request.args.get("type", "")
    kind = kind if kind in KINDS else ""
    number = request.args.get("page", "1")
    start = SHOWN * (int(number) - 1) if number.isascii() and number.isdigit() else 0
    start = min(max(0, start), 100_000)
    total = 0
    hits: Sequence[Hit] = ()
    if text:
        filters = Filters(types=(kind,) if kind else ())
        found = searcher().search(text, filters, limit=SHOWN, offset=start)
        total, hits = found.total, found.hits
    view = SearchView(
        text=text,
        kind=kind,
        total=total,
        first=start + 1,
        results=list(_results(hits)),
        choices=list(_choices(text, kind)),
        before=_link(text, kind, start // SHOWN) if start else "",
        after=_link(text, kind, start // SHOWN + 2) if start + SHOWN < total else "",
    )
    response = revalidated(page("search.html", view))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _results(hits: Sequence[Hit]) -> Iterator[Result]:
    lang, here = language(), site()
    for hit in hits:
        spoken = next((name for name in (lang, "bg", "en") if name in hit.names), "")
        title = hit.names.get(spoken, "")
        target, place = _place(hit)
        within = ""
        if hit.owner:
            _, names = hit.owner
            within = names.get(lang) or names.get("bg", "")
        snippet = Markup("")
        if hit.snippet and hit.type in STATEMENTS:
            title, snippet = "", _marked(hit.snippet.text, hit.snippet.marks)
        elif hit.snippet:
            snippet = _marked(hit.snippet.text, hit.snippet.marks)
        base = here.release.base
        ours = target.startswith(base)
        link = f"{here.root}{target.removeprefix(base)}?lang={lang}{place}" if ours else target
        yield Result(title, spoken, link, _kind(hit.type), hit.notation, snippet, within)


def _place(hit: Hit) -> tuple[str, str]:
    """Return the thing whose page shows what was found, and where on it, as "#s-…".

    A statement stands on the page of its profile, a sentence that defines a level on that of the
    competence; a sentence of another document about the same level has a page of its own.
    """
    if hit.type not in STATEMENTS or not hit.owner:
        return hit.iri, ""
    if hit.type == DESCRIPTOR and not things_here().subjects("dgc:hasDescriptorItem", hit.iri):
        return hit.iri, ""
    return hit.owner[0], f"#{anchor_of(hit.iri)}"


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """Return a text as HTML, with what was looked for marked."""
    pieces, at = [], 0
    for begin, end in marks:
        pieces += [escape(text[at:begin]), Markup("<mark>"), escape(text[begin:end])]
        pieces.append(Markup("</mark>"))
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def _choices(text: str, chosen: str) -> Iterator[Choice]:
    everything = "Всичко" if language() == "bg" else "Everything"
    yield Choice(everything, _link(text, "", 1), not chosen)
    for kind in KINDS:
        yield Choice(_kind(kind), _link(text, kind, 1), kind == chosen)


def _kind(name: str) -> str:
    """Return what a class is called, as the vocabulary has it."""
    things, lang = things_here(), language()
    said = things.brief(things.names.term(name))
    texts = {getattr(t.object, "language", ""): getattr(t.object, "value", "") for t in said}
    return texts.get(lang) or texts.get("bg") or name


def _link(text: str, kind: str, number: int) -> str:
    told = {"q": text, "type": kind, "page": str(number) if number > 1 else "", "lang": language()}
    return f"{site().root}search?{urlencode({k: v for k, v in told.items() if v})}"
