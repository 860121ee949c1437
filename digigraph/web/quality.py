"""What was found in the documents: how many of each kind, and each with its quotes (X-08)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response

from digigraph.things import Things
from digigraph.web.api.parameters import LANG, Parameter, read
from digigraph.web.nearby import things_here
from digigraph.web.showing.facts import Facts
from digigraph.web.showing.quotes import Quote, quotes_of
from digigraph.web.site import language, page, revalidated, site

bp = Blueprint("quality", __name__)

SHOWN = 50
_GENERAL = ("Finding",)
_KIND = Parameter("type", "Вид констатации.", "A kind of findings.", least=0)
_NUMBER = Parameter("page", "Страница.", "Page.", kind="whole", default=1, most=1_000_000)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the page shows it."""

    iri: str
    link: str
    kind: str
    severity: str
    status: str
    message: str
    language: str
    target: str
    target_name: str
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of findings, and how many there are."""

    name: str
    title: str
    about: str
    count: int
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class QualityView:
    """What the page shows."""

    kinds: Sequence[Kind]
    total: int
    found: Sequence[Finding]
    chosen: int
    first: int
    contact: str
    before: str
    after: str


@bp.get("/quality")
def quality() -> Response:
    """Show the findings, of one kind or of all, some on a page."""
    given, things, lang = read((_KIND, _NUMBER, LANG)), things_here(), language()
    kinds = _kinds(site().release.folder)
    wanted = given.text(_KIND.name)
    iris = [iri for iri, kind in kinds.items() if not wanted or kind == wanted]
    number = given.number(_NUMBER.name) or 1
    start = (number - 1) * SHOWN
    counts = Counter(kinds.values())
    view = QualityView(
        kinds=[_kind(name, counts[name], name == wanted, things, lang) for name in sorted(counts)],
        total=len(kinds),
        found=list(_findings(iris[start : start + SHOWN], kinds, things, lang)),
        chosen=len(iris),
        first=start + 1,
        contact=site().settings.contact,
        before=_link(wanted, number - 1, lang) if number > 1 else "",
        after=_link(wanted, number + 1, lang) if start + SHOWN < len(iris) else "",
    )
    return revalidated(page("quality.html", view))


@lru_cache(maxsize=3)
def _kinds(_folder: Path) -> dict[str, str]:
    """Return each finding of a release with its kind: open contradictions come first."""
    things = things_here()
    terms = things.names.term("")
    kinds: dict[str, str] = {}
    for iri in things.of_class("dgc:Finding"):
        types = [v.removeprefix(terms) for v in Facts(iri, things).all("rdf:type")]
        own = [name for name in types if "/" not in name and name not in _GENERAL]
        kinds[iri] = own[0] if own else _GENERAL[0]
    return dict(sorted(kinds.items(), key=lambda one: (one[1] != "Contradiction", one)))


def _findings(
    iris: Sequence[str], kinds: dict[str, str], things: Things, lang: str
) -> Iterator[Finding]:
    for iri in iris:
        told = Facts(iri, things)
        spoken = lang if told.text("rdfs:label", lang) else "bg"
        target = told.first("oa:hasTarget")
        yield Finding(
            iri=iri,
            link=_here(iri),
            kind=_named(things.names.term(kinds[iri]), things, lang),
            severity=told.first("dgc:severity").rpartition("#")[2],
            status=_named(told.first("adms:status"), things, lang),
            message=told.text("rdfs:label", spoken),
            language=spoken,
            target=_here(target),
            target_name=_named(target, things, lang),
            quotes=sorted(
                quotes_of(told.all("prov:wasDerivedFrom"), things), key=lambda one: one.line
            ),
        )


def _kind(name: str, count: int, chosen: bool, things: Things, lang: str) -> Kind:
    told = Facts(things.names.term(name), things)
    title = told.text("rdfs:label", lang) or name
    return Kind(name, title, told.text("rdfs:comment", lang), count, _link(name, 1, lang), chosen)


def _named(iri: str, things: Things, lang: str) -> str:
    told = Facts(iri, things)
    names = (told.text(name, one) for one in (lang, "bg", "en")
             for name in ("skos:prefLabel", "rdfs:label", "dct:title"))  # fmt: skip
    return next(filter(None, names), iri.rpartition("/")[2])


def _here(iri: str) -> str:
    base = site().release.base
    if not iri.startswith(base):
        return iri
    return f"{site().root}{iri.removeprefix(base)}?lang={language()}"


def _link(kind: str, number: int, lang: str) -> str:
    told = {"type": kind, "page": str(number) if number > 1 else "", "lang": lang}
    return f"{site().root}quality?{urlencode({k: v for k, v in told.items() if v})}"
