"""Links between what is served: as Link headers and as link sets (H-09, H-10).

RFC 8288 and RFC 9264; the relations are those of FAIR Signposting, levels 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digigraph.description import LICENCE, has_void
from digigraph.distributions import is_dump, is_licensed
from digigraph.document import Document
from digigraph.formats import GRAPH_FORMATS, HTML, JSON, JSON_LD, Format
from digigraph.names import TEXTS, VOID, Names
from digigraph.release import MANIFEST, Release, ReleaseFile
from digigraph.web.site import Site

LINKSET = Format("linkset", "application/linkset+json", "json", ("document",), (), (), "link set")
ABOUT = "https://schema.org/AboutPage"
DATASET = "https://schema.org/Dataset"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: where it leads, what it means there, and the media type of what is there."""

    target: str
    relation: str
    type: str = ""

    def header(self) -> str:
        """Return the link as a Link header has it."""
        told = f'<{self.target}>; rel="{self.relation}"'
        return f'{told}; type="{self.type}"' if self.type else told


def links_of(
    site: Site, document: Document, tail: str, variants: Sequence[Format]
) -> Iterator[str]:
    """Yield the Link headers of a document."""
    for link in document_links(site, document, tail, variants):
        yield link.header()


def document_links(
    site: Site, document: Document, tail: str, variants: Sequence[Format]
) -> Iterator[Link]:
    """Yield the links of a document: canonical IRI, variants, licence, types, collection, files."""
    yield Link(document.iri, "canonical")
    yield Link(document.iri, "cite-as")
    for told in variants:
        yield Link(f"{site.root}doc/{tail}.{told.extension}", "alternate", told.media_type)
    for told in GRAPH_FORMATS:
        yield Link(f"{site.root}doc/{tail}.{told.extension}", "describedby", told.media_type)
    yield Link(LICENCE, "license")
    if has_void(site.release):
        yield Link(f"{site.root}{VOID}", "describedby")
    yield Link(f"{site.release.base}catalog/digigraph", "collection")
    yield from _author(site)
    yield Link(ABOUT, "type")
    for value in document.values("rdf:type"):
        if value.value.startswith(Names(site.release.base).term("")):
            yield Link(value.value, "type")
    for file in _files_of(site.release, tail):
        yield Link(f"{site.root}dumps/{file.name}", "item", file.media_type)
    yield Link(f"{site.root}linkset/{tail}", "linkset", LINKSET.media_type)
    for successor in document.replaced_by:
        yield Link(successor, "successor-version")
    if document.page > 1:
        yield Link(f"{site.root}doc/{tail}?page={document.page - 1}", "prev")
    if document.more:
        yield Link(f"{site.root}doc/{tail}?page={document.page + 1}", "next")


_FOLDERS = {"profiles": "profile", TEXTS: "source"}
"""Folder of files that hold one thing alone -> what such a thing's document begins with."""


def landing_links(site: Site, twins: Sequence[Format], *, whole: bool = False) -> Iterator[Link]:
    """Yield the links of the landing page, which is the dataset's.

    In headers only the dumps are items, so that a proxy takes them; `whole` names every file.
    """
    root, release = site.root, site.release
    yield Link(f"{release.base}catalog/digigraph", "cite-as")
    for told in twins:
        yield Link(f"{root}?format={told.name}", "alternate", told.media_type)
    yield Link(LICENCE, "license")
    yield Link(ABOUT, "type")
    yield Link(DATASET, "type")
    yield from _author(site)
    yield Link(f"{root}sparql", "service")
    yield from api_links(site)
    for told in GRAPH_FORMATS:
        yield Link(f"{root}catalog.{told.extension}", "describedby", told.media_type)
    yield Link(f"{root}catalog.schema.jsonld", "describedby", JSON_LD.media_type)
    if has_void(release):
        yield Link(f"{root}{VOID}", "describedby", "text/turtle")
    yield Link(f"{root}dumps/{MANIFEST}", "describedby", JSON.media_type)
    for file in release.files:
        if whole or is_dump(file):
            yield Link(f"{root}dumps/{file.name}", "item", file.media_type)
    yield Link(f"{root}linkset", "linkset", LINKSET.media_type)


def api_links(site: Site) -> Iterator[Link]:
    """Yield where the API is described: for programs, for people, and beside others (RFC 8631)."""
    yield Link(f"{site.root}openapi.json", "service-desc", JSON.media_type)
    yield Link(f"{site.root}api/v1", "service-doc", HTML.media_type)
    yield Link(f"{site.root}.well-known/api-catalog", "api-catalog", LINKSET.media_type)


def file_links(site: Site, release: Release, name: str) -> Iterator[Link]:
    """Yield the links of a file: back to the page of the profile that it holds, or the dataset."""
    folder, _, rest = name.rpartition("/")
    if folder in _FOLDERS:
        yield Link(f"{site.root}doc/{_FOLDERS[folder]}/{rest.partition('.')[0]}", "collection")
    else:
        yield Link(site.root, "collection", HTML.media_type)
    if release.file(name) and is_licensed(name):
        yield Link(LICENCE, "license")


def link_set(links: Iterable[tuple[str, Link]]) -> dict[str, list[dict[str, object]]]:
    """Return links, each with where it is from, as a link set in JSON (RFC 9264, 4.2)."""
    found: dict[str, dict[str, object]] = {}
    for anchor, link in links:
        context = found.setdefault(anchor, {"anchor": anchor})
        targets = context.setdefault(link.relation, [])
        assert isinstance(targets, list)
        targets.append({"href": link.target, **({"type": link.type} if link.type else {})})
    return {"linkset": list(found.values())}


def _author(site: Site) -> Iterator[Link]:
    yield Link(Names(site.release.base).id("agent/digigraph"), "author")


def _files_of(release: Release, tail: str) -> Iterator[ReleaseFile]:
    """Yield the files that hold one thing alone."""
    folder, _, name = tail.rpartition("/")
    holding = {"profile": f"profiles/{name}.json", "source": f"{TEXTS}/{name}.txt"}
    if folder in holding:
        told = release.file(holding[folder])
        if told:
            yield told
