"""What is said in a document about a thing, written in each format that it can be had in (H-03)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import request

from digigraph.contents import LARGEST, graphs_of, size_of
from digigraph.description import LICENCE, at_service
from digigraph.document import Document
from digigraph.formats import GRAPH_FORMATS, HTML, JSON, N_QUADS, TRIG, Choice, Format
from digigraph.framing import frame
from digigraph.lines import in_order
from digigraph.names import VOID
from digigraph.web.nearby import things_here
from digigraph.web.showing import shown
from digigraph.web.site import page, site
from digigraph.web.words import ThingView
from digigraph.writers import write_graph, write_quads

VARIANTS = (HTML, *GRAPH_FORMATS[:2], JSON, *GRAPH_FORMATS[2:])
QUADS = (TRIG, N_QUADS)
"""What the documents of graphs and datasets can be had in besides (H-03)."""
PAGES = {VOID: "void.html"}
"""Documents that have a page of their own making."""


def variants_of(iri: str) -> tuple[Format, ...]:
    """Return the formats that the document of a thing can be had in."""
    size = size_of(site().release, iri)
    return VARIANTS if size is None or size > LARGEST else (*VARIANTS, *QUADS)


def is_whole() -> str:
    """Return whether a page is to say all that the data does, property by property."""
    return "all" if request.args.get("all") == "1" else ""


def first_line() -> int:
    """Return the line that the page of a source document is to begin with, 1 if it says none."""
    text = request.args.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 10**6 else 1


def written(found: Document, tail: str, chosen: Choice, lang: str) -> bytes:
    """Return a document in a format; a page is in a language."""
    base = site().release.base
    if chosen.format is HTML:
        variants = variants_of(found.iri)
        plain = ThingView(found, lang, base, site().root, tail, variants, _kept(found))
        if tail in PAGES:
            return page(PAGES[tail], plain).get_data()
        return page(
            *shown(plain, things_here(), whole=bool(is_whole()), line=first_line())
        ).get_data()
    if chosen.format in QUADS:
        graphs = graphs_of(found, things_here(), _metadata(found, tail))
        return write_quads(
            {g: at_service(said, base, site().service) for g, said in graphs.items()},
            chosen.format,
            base,
        )
    told = at_service(found.lines, base, site().service)
    lines = in_order((*told, *_metadata(found, tail)), found.iri)
    if chosen.format is JSON:
        return frame(found, lines, base)
    return write_graph(lines, chosen, base)


def _kept(found: Document) -> str:
    told = {"page": found.page if found.page > 1 else "", "all": 1 if is_whole() else ""}
    kept = urlencode({name: value for name, value in told.items() if value})
    return f"?{kept}" if kept else ""


def _metadata(found: Document, tail: str) -> Iterator[bytes]:
    """Yield the lines of what is said about the document itself (H-07)."""
    release, names = site().release, found.names
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", ox.NamedNode(names.expanded("foaf:Document"))),
        ("foaf:primaryTopic", ox.NamedNode(found.iri)),
        ("dct:license", ox.NamedNode(LICENCE)),
        ("dct:isPartOf", ox.NamedNode(f"{release.base}catalog/digigraph")),
        ("dcat:version", ox.Literal(release.version)),
    ]
    date = ox.NamedNode(names.expanded("xsd:date"))
    said.append(("dct:issued", ox.Literal(release.issued.isoformat(), datatype=date)))
    said += [("dct:modified", value) for value in found.values("dct:modified")]
    for name, value in said:
        yield f"<{release.base}doc/{tail}> <{names.expanded(name)}> {value} .\n".encode()
    for told in (f"{release.base}catalog/digigraph", names.expanded("foaf:Document"), LICENCE):
        yield from things_here().naming(told)
