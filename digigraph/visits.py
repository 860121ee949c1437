"""Fetches documents of a running service in every format and compares them with its dump.

A document has to hold all that the dump says of its thing, and of what refers to it, nothing that
the dump does not say, and the same in each format, on all its pages together; its HTML has to say
the same words and lead to the same things, and says no others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from digigraph.catalogue import Catalogue
from digigraph.checking import PARSERS
from digigraph.formats import GRAPH_FORMATS, HTML, JSON, JSON_LD, N_TRIPLES, Format
from digigraph.jsonld import context_iri
from digigraph.names import EXAMPLES, VOID, Names
from digigraph.release import Release
from digigraph.session import Session
from digigraph.stating import DCAT_PREFIXES
from digigraph.things import REFERRING, Things
from digigraph.verdicts import Progress, Report
from digigraph.wording import Page, may_be_said, one_line

KINDS = ("id/", "def", "shapes", "mappings/", "graph/", "catalog", VOID, EXAMPLES)
"""How the IRIs of ours begin that have a document."""
FORMATS = (*GRAPH_FORMATS, JSON)
_NEXT = re.compile(r'<([^>]*)>; rel="next"')


@dataclass(frozen=True, slots=True)
class _Dump:
    """Where the dump says what about each thing, for one look at a time."""

    path: Path
    places: Mapping[str, tuple[int, int]]
    referring: Mapping[str, Sequence[tuple[int, int]]]

    def lines(self, iri: str) -> list[bytes]:
        """Return what the dump says of a thing, in order."""
        if iri not in self.places:
            return []
        return self._read([self.places[iri]])

    def lines_to(self, iri: str) -> list[bytes]:
        """Return by which statements other things refer to one, in order."""
        return self._read(self.referring.get(iri, ()))

    def _read(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        found: list[bytes] = []
        with self.path.open("rb") as file:
            for start, size in places:
                file.seek(start)
                found += file.read(size).splitlines(keepends=True)
        return found


def check_documents(
    web: Session, release: Release, ntriples: Path, most: int | None, report: Report, tell: Progress
) -> None:
    """Compare the documents of all things of a release, or of so many, kind by kind."""
    dump = _Dump(ntriples, *_places(ntriples, Names(release.base)))
    things = _things(dump.places, release.base)
    chosen = things if most is None or len(things) <= most else _some(things, most)
    visitor = _Visitor(web, release, dump, report)
    visitor.see_catalogue()
    for number, iri in enumerate(chosen, 1):
        tell("documents", number, len(chosen))
        visitor.visit(iri)
    report.add("documents", len(chosen))
    if things and len(chosen) < len(things):
        report.share["documents"] = len(chosen) / len(things)


class _Visitor:
    def __init__(self, web: Session, release: Release, dump: _Dump, report: Report) -> None:
        self.web, self.release, self.dump, self.report = web, release, dump, report
        self.base = release.base
        self.context = self._context()
        self.service = self._service()

    def visit(self, iri: str) -> None:
        """Fetch the document of a thing in each format and compare it."""
        place = quote(iri.removeprefix(self.base))
        status, headers, _ = self.web.get(place)
        if status != 303:
            self.report.differs("answer", place, f"{status} ≠ 303")
            return
        address = headers.get("location", "")
        whole = self.dump.lines(iri)
        first: set[bytes] | None = None
        for told in FORMATS:
            name = f"{address}.{told.extension}"
            with self.report.reading(name):
                lines = self._pages(name, told)
                if lines is None or lines == first:
                    continue  # what the first format said has been compared
                first = first or lines
                self._compare(name, iri, whole, lines)
        for lang in ("bg", "en"):
            self._page(f"{address}.{lang}.html?all=1", iri, whole, first or set())

    def see_catalogue(self) -> None:
        """Compare the catalogue with what the release and its files make of it.

        What it says of earlier releases, and of whom to write to, only the service knows.
        """
        place = f"catalog.{N_TRIPLES.extension}"
        status, _, body = self.web.get(place, N_TRIPLES.media_type)
        if status != 200:
            self.report.differs("answer", place, status)
            return
        with self.report.reading(place):
            triples = Catalogue(self.release, Things(self.release), self.service).triples()
            made = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
            read = ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
            told = ox.serialize((q.triple for q in read), format=ox.RdfFormat.N_TRIPLES) or b""
            expected, found = set(made.splitlines(True)), set(told.splitlines(True))
            more = {line for line in found - expected if self._only_there(line)}
            self.report.compare(place, sorted(expected), sorted(found - more))

    def _only_there(self, line: bytes) -> bool:
        """Tell whether a statement of the catalogue is of another release, or an address."""
        subject, name, value = line.decode().split(" ", 2)
        version = self.release.version
        tails = "catalog/release-", "release/"
        mine = f"catalog/release-{version.replace('.', '-')}>", f"release/{version}/"
        if name == f"<{DCAT_PREFIXES['vcard']}hasEmail>":
            return True
        roots = {self.base, self.service}
        others = tuple(f"<{root}{tail}" for root in roots for tail in tails)
        present = tuple(f"<{root}{tail}" for root in roots for tail in mine)
        return any(n.startswith(others) and not n.startswith(present) for n in (subject, value))

    def _pages(self, name: str, told: Format) -> set[bytes] | None:
        """Return what a document says on all its pages; None where one does not answer."""
        found: set[bytes] = set()
        seen: set[str] = set()
        place = name
        while place and place not in seen:
            seen.add(place)
            status, headers, body = self.web.get(place, told.media_type)
            if status != 200:
                self.report.differs("answer", place, status)
                return None
            found.update(self._lines(body, told))
            after = _NEXT.search(headers.get("link", ""))
            place = after[1] if after else ""
        return found

    def _compare(self, place: str, iri: str, whole: list[bytes], lines: set[bytes]) -> None:
        about, metadata = f"<{iri}> ".encode(), f"<{self.base}doc/".encode()
        said = sorted(line for line in lines if not line.startswith(metadata))
        self.report.compare(place, whole, [line for line in said if line.startswith(about)])
        others = [line for line in said if not line.startswith(about)]
        known: set[bytes] = set()
        for subject, _ in groupby(others, lambda line: line.partition(b"> ")[0][1:].decode()):
            known.update(self.dump.lines(subject))
        self.report.compare(place, (), [line for line in others if line not in known])
        if iri.startswith(f"{self.base}id/"):
            refer = self.dump.lines_to(iri)
            self.report.compare(place, refer, [line for line in refer if line in lines])
        wanted = f'"{self.release.version}" .\n'.encode()
        version = f"> <{Names(self.base).expanded('dcat:version')}> ".encode()
        for line in lines:
            if line.startswith(metadata) and version in line and not line.endswith(wanted):
                detail = line.partition(version)[2].decode().strip(" .\n")
                self.report.differs("release", place, f"{detail} ≠ {self.release.version}")

    def _lines(self, body: bytes, told: Format) -> Iterator[bytes]:
        if told in (JSON, JSON_LD):
            tree = json.loads(body)
            if tree.get("@context") != context_iri(self.base):
                raise ValueError("@context")
            body = json.dumps({**tree, "@context": self.context}).encode()
            told = JSON_LD
        triples = (quad.triple for quad in ox.parse(body, format=PARSERS[told], base_iri=self.base))
        text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        here, there = f"<{self.service}".encode(), f"<{self.base}".encode()
        for line in text.splitlines(keepends=True):
            # Where a machine fetches, a service names itself in place of the base (U-01).
            yield line.replace(here, there) if here != there and here in line else line

    def _page(self, place: str, iri: str, whole: Iterable[bytes], lines: set[bytes]) -> None:
        status, _, body = self.web.get(place, HTML.media_type)
        if status != 200:
            self.report.differs("answer", place, status)
            return
        page = Page(body.decode(errors="replace"))
        if f"digigraph {self.release.version} " not in page.text:
            self.report.differs("release", place, f"≠ {self.release.version}")
        if iri == f"{self.base}{VOID}":
            return  # a page of its own making
        for quad in ox.parse(b"".join(whole), format=ox.RdfFormat.N_TRIPLES):
            value = quad.object.value
            if isinstance(quad.object, ox.Literal):
                there = one_line(value) in page.text
            else:
                there = any(
                    link == value or (value.startswith(self.base) and link.endswith(tail))
                    for tail in [value.removeprefix(self.base)]
                    for link in page.links
                )
            if not there:
                self.report.differs("words", place, quad.triple)
        subjects = {line.partition(b"> ")[0][1:].decode() for line in lines}
        known = {*lines, *whole, *(line for one in subjects for line in self.dump.lines(one))}
        may = may_be_said(iri, known, self.dump.lines, Names(self.base))
        for text in sorted(page.main - may):
            self.report.differs("added", place, text)

    def _context(self) -> object:
        _, _, body = self.web.get("context/v1.jsonld")
        with self.report.reading("context/v1.jsonld"):
            return json.loads(body)["@context"]
        return {}

    def _service(self) -> str:
        """Return the address that the service has for itself."""
        _, _, body = self.web.get("", JSON.media_type)
        with self.report.reading(self.web.address):
            return str(json.loads(body)["sparql"]).removesuffix("sparql")
        return self.base


def _places(
    path: Path, names: Names
) -> tuple[dict[str, tuple[int, int]], dict[str, list[tuple[int, int]]]]:
    """Return where in sorted N-Triples each subject stands, and each statement that refers to one.

    A place is where it begins, and how many bytes it has.
    """
    leading = {f"<{names.expanded(name)}>".encode() for name in REFERRING}
    found: dict[str, tuple[int, int]] = {}
    referring: dict[str, list[tuple[int, int]]] = {}
    start = 0
    with path.open("rb") as lines:
        for subject, said in groupby(lines, lambda line: line.partition(b"> ")[0]):
            first = start
            for line in said:
                _, name, value = line.split(b" ", 2)
                if name in leading and value.startswith(b"<") and value[1:-4] != subject[1:]:
                    referring.setdefault(value[1:-4].decode(), []).append((start, len(line)))
                start += len(line)
            found[subject[1:].decode()] = (first, start - first)
    return found, referring


def _things(subjects: Iterable[str], base: str) -> list[str]:
    """Return the things that have a document of their own, those without a fragment."""
    starts = tuple(base + kind for kind in KINDS)
    return [iri for iri in subjects if iri.startswith(starts) and "#" not in iri]


def _some(things: list[str], most: int) -> list[str]:
    """Return some things of every kind, evenly: the kind is the shape of the IRI."""
    kinds: dict[str, list[str]] = {}
    for iri in things:
        kinds.setdefault(re.sub(r"[0-9a-z]*[0-9][0-9a-z]*", "0", iri), []).append(iri)
    share = max(most // len(kinds), 1)
    return [iri for same in kinds.values() for iri in same[:: -(-len(same) // share)]]
