"""What changed from release to release: a page, the same as JSON, and a feed (V-07, RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort

from digigraph.changelog import CHANGES, FILES, Told, changes_told, releases_told
from digigraph.changes import KINDS, Change
from digigraph.formats import HTML, JSON, Format
from digigraph.release import ReleaseFile
from digigraph.web.problems import not_acceptable
from digigraph.web.site import choose, language, page, revalidated, send, site

bp = Blueprint("changes", __name__)

ATOM = Format("atom", "application/atom+xml", "atom", ("document",), (), (), "Atom")
TWINS = (HTML, JSON, ATOM)
SHOWN = 50
"""How many changes of one kind the page shows; the file has them all."""

_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind: what it is, how many, and the first of them."""

    bg: str
    en: str
    breaking: bool
    count: int
    shown: Sequence[Change]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Everything that the page of changes shows."""

    releases: Sequence[Told]
    groups: Sequence[Group]
    files: Sequence[ReleaseFile]
    twins: Sequence[Format]

    def kind(self, name: str) -> tuple[str, str, bool]:
        """Return what a kind of change is in bg and en, and whether it may break something."""
        return KINDS[name]

    def here(self, iri: str) -> str:
        """Return where an IRI leads from here; ours lead to this service."""
        base = site().release.base
        return site().root + iri.removeprefix(base) if iri.startswith(base) else iri


@bp.get("/changes")
@bp.get("/changes.<suffix>")
def listing(suffix: str = "") -> Response:
    """Tell what changed, in the format that the client prefers."""
    if suffix and not any(told.extension == suffix for told in TWINS):
        abort(404)
    chosen = choose(TWINS, suffix)
    if chosen is None:
        raise not_acceptable(TWINS)
    if chosen.format is JSON:
        response = send(_json(), chosen)
    elif chosen.format is ATOM:
        response = send(_feed(), chosen)
        response.headers["Content-Language"] = language()
    else:
        response = revalidated(page("changes.html", _view()))
    for told in TWINS:
        link = f'<{site().root}changes.{told.extension}>; rel="alternate"; type="{told.media_type}"'
        response.headers.add("Link", link)
    return response


def _json() -> bytes:
    """Return `changes.json` as the release has it."""
    release = site().release
    if not release.file(CHANGES):
        abort(404)
    return release.path(CHANGES).read_bytes()


def _view() -> ChangesView:
    release = site().release
    groups = []
    for kind, same in groupby(changes_told(release), key=lambda change: change.kind):
        every = list(same)
        bg, en, breaking = KINDS[kind]
        groups.append(Group(bg, en, breaking, len(every), every[:SHOWN]))
    files = [file for name in FILES if (file := release.file(name))]
    return ChangesView(releases_told(release), groups, files, TWINS)


def _feed() -> bytes:
    """Return the feed: an entry for each release and for each thing that one of them retired."""
    base, service, lang = site().release.base, site().service, language()
    releases = releases_told(site().release)
    feed = ET.Element("feed", {"xmlns": _ATOM, _XML_LANG: lang})
    title = "digigraph: промени" if lang == "bg" else "digigraph: changes"
    _text(feed, "title", title)
    _text(feed, "id", f"{base}changes")
    issued = releases[0].issued if releases else site().release.issued.isoformat()
    _text(feed, "updated", _midnight(issued))
    _text(ET.SubElement(feed, "author"), "name", "digigraph")
    _link(feed, "self", f"{service}changes.atom?lang={lang}", ATOM)
    _link(feed, "alternate", f"{service}changes?lang={lang}", HTML)
    for told in releases:
        entry = _entry(feed, f"{base}release/{told.version}", told.issued)
        release = "Издание" if lang == "bg" else "Release"
        _text(entry, "title", f"{release} {told.version}")
        _link(entry, "alternate", f"{service}release/{told.version}/CHANGELOG.md")
        _text(entry, "summary", "\n".join(_sentences(told, lang)))
        for change in told.retired:
            iri = change.entity
            entry = _entry(feed, f"{base}release/{told.version}#{_tail(iri, base)}", told.issued)
            _text(entry, "title", f"{KINDS[change.kind][lang == 'en']}: {change.name(lang)}")
            _link(entry, "alternate", service + _tail(iri, base))
            now = " ".join(change.successors)
            _text(entry, "summary", f"{iri} → {now}" if now else iri)
    ET.indent(feed)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _sentences(told: Told, lang: str) -> Iterator[str]:
    note = told.notes.get(lang) or next(iter(told.notes.values()), "")
    if note:
        yield note
    for kind, count in told.summary.items():
        yield f"{KINDS[kind][lang == 'en']}: {count}"
    if not note and not told.summary:
        yield told.version


def _entry(feed: ET.Element, iri: str, issued: str) -> ET.Element:
    entry = ET.SubElement(feed, "entry")
    _text(entry, "id", iri)
    _text(entry, "updated", _midnight(issued))
    return entry


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _NOT_IN_XML.sub("\ufffd", text)


def _link(parent: ET.Element, relation: str, href: str, told: Format | None = None) -> None:
    media_type = {"type": told.media_type} if told else {}
    ET.SubElement(parent, "link", {"rel": relation, "href": href, **media_type})


def _tail(iri: str, base: str) -> str:
    return iri.removeprefix(base)


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"
