"""One table of the formats we speak, and the choice among them.

Everything here is a pure function of strings: what a client says (a suffix, a parameter, an
Accept header) against what a resource offers, in the server's order of preference (H-04).
Frameworks' own matching fails on `text/turtle;charset=utf-8`, which real clients send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["page", "graph", "dataset", "table", "boolean", "document"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write something down: its name, media type, file extension and what it can hold."""

    name: str
    media_type: str
    extension: str
    kinds: tuple[Kind, ...]
    aliases: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    title: str = ""

    @property
    def content_type(self) -> str:
        """Return the media type as a Content-Type header says it, with the charset of text."""
        return with_charset(self.media_type)


@dataclass(frozen=True, slots=True)
class Choice:
    """The format a client gets, and the JSON-LD profile it asked for, if it asked for one."""

    format: Format
    profile: str | None = None


HTML = Format("html", "text/html", "html", ("page",), ("application/xhtml+xml",), (), "HTML")
TURTLE = Format(
    "turtle",
    "text/turtle",
    "ttl",
    ("graph",),
    ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"),
    ("n3",),
    "Turtle",
)
JSON_LD = Format("jsonld", "application/ld+json", "jsonld", ("graph",), (), ("json-ld",), "JSON-LD")
N_TRIPLES = Format(
    "ntriples",
    "application/n-triples",
    "nt",
    ("graph",),
    ("text/plain",),
    ("n-triples",),
    "N-Triples",
)
RDF_XML = Format(
    "rdfxml",
    "application/rdf+xml",
    "rdf",
    ("graph",),
    ("application/xml", "text/xml"),
    ("rdf+xml", "rdf/xml", "xml"),
    "RDF/XML",
)
N_QUADS = Format("nquads", "application/n-quads", "nq", ("dataset",), (), ("n-quads",), "N-Quads")
TRIG = Format("trig", "application/trig", "trig", ("dataset",), ("application/x-trig",), (), "TriG")
RESULTS_JSON = Format(
    "json",
    "application/sparql-results+json",
    "srj",
    ("table", "boolean"),
    ("application/json", "text/json"),
    (),
    "JSON",
)
RESULTS_XML = Format(
    "xml",
    "application/sparql-results+xml",
    "srx",
    ("table", "boolean"),
    ("application/xml", "text/xml"),
    (),
    "XML",
)
CSV = Format("csv", "text/csv", "csv", ("table", "boolean"), (), (), "CSV")
TSV = Format("tsv", "text/tab-separated-values", "tsv", ("table", "boolean"), (), (), "TSV")
JSON = Format("json", "application/json", "json", ("document",), (), (), "JSON")
PROBLEM = Format("problem", "application/problem+json", "json", ("document",), (), (), "problem")

FORMATS = (
    HTML,
    TURTLE,
    JSON_LD,
    JSON,
    N_TRIPLES,
    RDF_XML,
    N_QUADS,
    TRIG,
    RESULTS_JSON,
    RESULTS_XML,
    CSV,
    TSV,
    PROBLEM,
)
"""Every format, in the server's order (H-04)."""

GRAPH_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
DUMP_FORMATS = (N_QUADS, N_TRIPLES, TURTLE, TRIG, RDF_XML, JSON_LD)
TABLE_FORMATS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)

_FILE_TYPES = {
    "gz": "application/gzip",
    "json": "application/json",
    "md": "text/markdown",
    "rq": "application/sparql-query",
    "toml": "application/toml",
    "txt": "text/plain",
    "zip": "application/zip",
    "zst": "application/zstd",
}
_RANGE = re.compile(r"(?P<type>[^\s;/\"]+)/(?P<subtype>[^\s;/\"]+)\Z")
_QUALITY = re.compile(r"(?:0?\.[0-9]+|0\.?|1(?:\.0*)?)\Z")
# Separators that do not stand inside a quoted string (RFC 9110, 5.6.4); linear on any input.
_PIECE = re.compile(r'(?:[^",;]|"(?:[^"\\]|\\.)*+"|")++|[,;]')


@dataclass(frozen=True, slots=True)
class _MediaRange:
    main: str
    sub: str
    quality: float
    profile: str | None

    def specificity(self, media_type: str) -> int:
        """Return how closely this range names `media_type`; 0 is not at all."""
        if self.main == "*":
            return 1 if self.sub == "*" else 0
        main, _, sub = media_type.partition("/")
        if self.main != main or self.sub not in ("*", sub):
            return 0
        return 2 if self.sub == "*" else 3 + (self.profile is not None)


def negotiate(
    offered: Sequence[Format],
    *,
    suffix: str | None = None,
    requested: str | None = None,
    accept: str | None = None,
) -> Choice | None:
    """Return what a client gets of the `offered` formats, or None where nothing fits (H-04).

    A suffix, the extension or the name of a format, decides; else the parameter, by name,
    extension or media type; else Accept.

    >>> negotiate(GRAPH_FORMATS, accept="text/turtle;charset=utf-8").format.name
    'turtle'
    """
    if suffix:
        wanted = suffix.lower()
        return next((Choice(f) for f in offered if wanted in (f.extension, f.name)), None)
    if requested:
        return _by_name(offered, requested)
    if accept is None or not accept.strip():
        return Choice(offered[0]) if offered else None
    return _by_accept(offered, list(_media_ranges(accept)))


def named(name: str, offered: Sequence[Format] = FORMATS) -> Format | None:
    """Return the format of that name, nickname or extension."""
    for told in offered:
        if name in (told.name, told.extension, *told.nicknames):
            return told
    return None


def media_type_of(file_name: str) -> str:
    """Return the media type of a file from its extension; a `.gz` is a file in its own right.

    >>> media_type_of("digigraph.ttl"), media_type_of("digigraph.ttl.gz")
    ('text/turtle', 'application/gzip')
    """
    extension = file_name.rpartition(".")[2].lower() if "." in file_name else "txt"
    known = {told.extension: told.media_type for told in reversed(FORMATS)} | _FILE_TYPES
    return known.get(extension, "application/octet-stream")


def with_charset(media_type: str) -> str:
    """Return a media type with the charset that everything textual of ours has."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _by_name(offered: Sequence[Format], requested: str) -> Choice | None:
    # In a query string a plus sign means a space, and few clients escape it.
    wanted = requested.partition(";")[0].strip().replace(" ", "+").lower()
    found = named(wanted, offered)
    if found is None:
        found = next((f for f in offered if wanted in (f.media_type, *f.aliases)), None)
    return Choice(found) if found else None


def _by_accept(offered: Sequence[Format], ranges: Sequence[_MediaRange]) -> Choice | None:
    best: tuple[float, int, Choice] | None = None
    for told in offered:
        closest, said = _closest(told, ranges)
        if said is None or said.quality == 0:
            continue
        if best is None or (said.quality, closest) > best[:2]:
            profile = said.profile if told is JSON_LD else None
            best = (said.quality, closest, Choice(told, profile))
    return best[2] if best else None


def _closest(told: Format, ranges: Sequence[_MediaRange]) -> tuple[int, _MediaRange | None]:
    """Return the range that names a format most closely; an alias counts only by its full name."""
    found: tuple[int, _MediaRange | None] = (0, None)
    for media_type in (told.media_type, *told.aliases):
        for media_range in ranges:
            closeness = media_range.specificity(media_type)
            by_full_name = media_type == told.media_type or closeness >= 3
            if by_full_name and closeness > found[0]:
                found = (closeness, media_range)
    return found


def _media_ranges(accept: str) -> Iterator[_MediaRange]:
    """Yield the readable ranges of an Accept header; an unreadable one is dropped alone."""
    ranges: list[list[str]] = [[""]]
    for piece in _PIECE.findall(accept):
        if piece == ",":
            ranges.append([""])
        elif piece == ";":
            ranges[-1].append("")
        else:
            ranges[-1][-1] += piece
    for said, *parameters in ranges:
        # Java's own client says a bare "*" for anything.
        match = _RANGE.match("*/*" if said.strip() == "*" else said.strip().lower())
        quality, profile = 1.0, None
        for parameter in parameters:
            name, _, value = (part.strip() for part in parameter.partition("="))
            if name.lower() == "q":
                quality = float(value) if _QUALITY.match(value) else -1.0
            elif name.lower() == "profile":
                profile = value.strip('"')
        if match and quality >= 0:
            yield _MediaRange(match["type"], match["subtype"], quality, profile)
