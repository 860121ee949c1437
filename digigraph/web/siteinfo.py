"""What a site says of itself to robots, researchers and people: H-17, U-06, C-06, H-10.

`/robots.txt` (RFC 9309), `/sitemap.xml` (sitemaps.org), `/.well-known/security.txt` (RFC 9116),
`/policy`, and `/linkset` (RFC 9264).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort

from digigraph.release import open_release
from digigraph.web.bodies import variants_of
from digigraph.web.examples import examples
from digigraph.web.files import CURRENT
from digigraph.web.links import LINKSET, Link, document_links, file_links, landing_links, link_set
from digigraph.web.nearby import things_here
from digigraph.web.pages import TWINS
from digigraph.web.site import page, revalidated, site
from digigraph.web.things import subject_of

bp = Blueprint("siteinfo", __name__)

MOST_URLS = 50_000
"""How many URLs one sitemap may name, and how many sitemaps an index."""
VALID = timedelta(days=365)
"""How long after its release a site's security.txt holds, as RFC 9116 recommends."""
PAGES = (
    "", "about", "profiles", "framework", "tree", "matrix", "compare", "quality", "downloads",
    "queries", "changes", "policy", "catalog", "sparql", "api/v1",
)  # fmt: skip
CLASSES = (
    "dgc:OccupationProfile", "dgc:Competence", "dgc:CompetenceArea", "dgc:CompetenceAtLevel",
    "dgc:ProficiencyLevel", "dgc:ProficiencyBand", "dgc:OccupationPosition",
    "dgc:OccupationGroup", "skos:ConceptScheme", "owl:Ontology", "sssom:MappingSet",
    "dcat:Dataset",
)  # fmt: skip
"""What has a page that a reader may look for; statements and lines stand in these pages."""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """What the policy page tells: the base of all names, where the service is, whom to ask."""

    base: str
    service: str
    contact: str


@bp.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out of what is made anew for each question (H-17)."""
    root = site().root
    lines = [
        "User-agent: *",
        f"Disallow: {root}sparql?",
        f"Disallow: {root}queries/*?",
        f"Disallow: {root}lookup?",
        f"Disallow: {root}api/v1/",
        f"Disallow: {root}compare/",
        f"Disallow: {root}radar/",
        f"Disallow: {root}around/",
        f"Disallow: {root}visits",
        "Allow: /",
        "",
        f"Sitemap: {site().service}sitemap.xml",
        "",
    ]
    return _text("\n".join(lines))


@bp.get("/.well-known/security.txt")
def security() -> Response:
    """Say where to report a weakness (RFC 9116); without an address there is no such file.

    It expires a year after the release, so that a site that nobody tends stops promising.
    """
    contact = site().settings.contact
    if not contact:
        abort(404)
    expires = site().release.issued + VALID
    service = site().service
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: bg, en",
        f"Canonical: {service}.well-known/security.txt",
        f"Policy: {service}policy",
        "",
    ]
    return _text("\n".join(lines))


@bp.get("/policy")
def policy() -> Response:
    """Tell what is promised of the addresses, and who answers (U-06)."""
    here = site()
    view = PolicyView(here.release.base, here.service, here.settings.contact)
    response = revalidated(page("policy.html", view))
    response.headers["Cache-Control"] = CURRENT
    return response


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Return all pages, or where the parts of a large sitemap are (C-06)."""
    pages = _pages(site().release.folder)
    if len(pages) <= MOST_URLS:
        return _xml(_url_set(pages))
    issued = site().release.issued.isoformat()
    parts = (len(pages) + MOST_URLS - 1) // MOST_URLS
    places = [(f"{site().service}sitemap-{n}.xml", issued) for n in range(1, parts + 1)]
    return _xml(_document("sitemapindex", "sitemap", places))


@bp.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """Return one part of a large sitemap."""
    pages = _pages(site().release.folder)
    first = (number - 1) * MOST_URLS
    if len(pages) <= MOST_URLS or number < 1 or first >= len(pages):
        abort(404)
    return _xml(_url_set(pages[first : first + MOST_URLS]))


@bp.get("/linkset")
def dataset_links() -> Response:
    """Return the links of the dataset's page and of every file (H-10, level 2)."""
    here = site()
    links = [(here.service, link) for link in landing_links(here, TWINS, whole=True)]
    for file in here.release.files:
        anchor = f"{here.service}dumps/{file.name}"
        links += [(anchor, link) for link in file_links(here, here.release, file.name)]
    return _link_set(links)


@bp.get("/linkset/<path:tail>")
def document_link_set(tail: str) -> Response:
    """Return the links of a document, and of the files that hold its thing alone."""
    iri = subject_of(tail)
    document = things_here().document(iri) if iri else None
    if document is None:
        abort(404)
    here = site()
    links = list(document_links(here, document, tail, variants_of(document.iri)))
    told = [(f"{here.service}doc/{quote(tail)}", link) for link in links]
    for item in (link.target for link in links if link.relation == "item"):
        name = item.removeprefix(f"{here.root}dumps/")
        anchor = f"{here.service}dumps/{name}"
        told += [(anchor, link) for link in file_links(here, here.release, name)]
    return _link_set(told)


def _link_set(links: list[tuple[str, Link]]) -> Response:
    """Return links as a link set; what is at this service is told with its whole address."""
    service, root = site().service, site().root
    whole = [
        (anchor, replace(link, target=service + link.target.removeprefix(root)))
        if link.target.startswith("/")
        else (anchor, link)
        for anchor, link in links
    ]
    told = link_set(whole)
    body = json.dumps(told, ensure_ascii=False, indent=1)
    return _cached(Response(body, content_type=LINKSET.media_type))


@lru_cache(maxsize=2)
def _pages(folder: Path) -> tuple[str, ...]:
    """Return the pages of a release: ours by their names, those of things by the IRIs of these."""
    base, things = open_release(folder).base, things_here()
    told = {iri for name in CLASSES for iri in things.of_class(name)}
    examined = [iri for iri in sorted(told) if iri.startswith(base) and "#" not in iri]
    return (*PAGES, *(f"queries/{example.name}" for example in examples()), *examined)


def _url_set(pages: Iterable[str]) -> str:
    """Return pages as a sitemap, each with the day on which it was last changed."""
    here, things = site(), things_here()
    issued, base = here.release.issued.isoformat(), here.release.base

    def place(page: str) -> tuple[str, str]:
        if not page.startswith(base):
            return here.service + page, issued
        tail = page.removeprefix(base).removeprefix("id/")
        day = things.value(page, "dct:modified")
        return f"{here.service}doc/{quote(tail)}", day or issued

    return _document("urlset", "url", map(place, pages))


def _document(kind: str, part: str, places: Iterable[tuple[str, str]]) -> str:
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    rows = "".join(
        f"<{part}><loc>{escape(place)}</loc><lastmod>{day}</lastmod></{part}>\n"
        for place, day in places
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{namespace}">\n'
    return f"{head}{rows}</{kind}>\n"


def _text(body: str) -> Response:
    return _cached(Response(body, content_type="text/plain; charset=utf-8"))


def _xml(body: str) -> Response:
    return _cached(Response(body, content_type="application/xml"))


def _cached(response: Response) -> Response:
    response.headers["Cache-Control"] = CURRENT
    return revalidated(response)
