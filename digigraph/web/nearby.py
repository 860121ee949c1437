"""The things of the release that is served, and those that a code which nothing has is near to."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from digigraph.document import LABELS
from digigraph.nearness import Nearest
from digigraph.release import open_release
from digigraph.things import Things
from digigraph.web.site import LANGUAGES, site

KINDS = (
    "dgc:OccupationProfile", "dgc:SpecificCompetence", "dgc:ProficiencyBand", "dgc:SourceDocument",
    "skos:ConceptScheme",
)  # fmt: skip
"""What people have an identifier of, besides all that has a notation."""

_MAKING = threading.Lock()
_LEVEL = re.compile(r"/competence/[^/]+/level-")
_START = re.compile(r"/?(?:id/|doc/)?")
_SUFFIX = re.compile(r"(?:\.(?:bg|en))?\.[a-z]{2,6}\Z")


def things_here() -> Things:
    """Return the things of the release that is served."""
    return _things(site().release.folder)


def near_path(path: str) -> list[dict[str, Any]]:
    """Return the things whose addresses are most like a path that leads nowhere."""
    tail = _SUFFIX.sub("", _START.sub("", path, count=1))
    within, _, last = tail.rpartition("/")
    return near(tail, tail.partition("/")[2], last) or near(within)


def near(*codes: str) -> list[dict[str, Any]]:
    """Return the things with the codes most like these: IRI, address here and names."""
    with _MAKING:
        known = _nearest(site().release.folder)
    return [told_of(iri) for iri in known.to(*codes)]


def told_of(iri: str) -> dict[str, Any]:
    """Return a thing as a problem names it: IRI, address here and names."""
    return {
        "id": iri,
        "url": site().service + iri.removeprefix(site().release.base),
        "label": _names(things_here(), iri),
    }


def _names(things: Things, iri: str) -> dict[str, str]:
    """Return what a thing is called, by language; names are remembered."""
    labels = {things.names.expanded(name) for name in LABELS}
    found: dict[str, str] = {}
    for triple in things.brief(iri):
        if triple.predicate.value in labels and isinstance(triple.object, ox.Literal):
            found.setdefault(triple.object.language or "", triple.object.value)
    return {lang: found[lang] for lang in LANGUAGES if lang in found}


@lru_cache(maxsize=3)
def _things(folder: Path) -> Things:
    return Things(open_release(folder))


@lru_cache(maxsize=3)
def _nearest(folder: Path) -> Nearest:
    return Nearest(_codes(_things(folder)))


def _codes(things: Things) -> Iterator[tuple[str, str]]:
    """Yield each thing with each code that people have of it.

    The levels of specific competences are left out: each is near to its competence, and there are
    eight of them for each.
    """
    base, tail = things.release.base, things.names.tail
    iris: dict[str, None] = {}
    for iri, code in things.each("skos:notation"):
        if iri.startswith(base) and not _LEVEL.search(iri):
            iris[iri] = None
            yield iri, code
    for kind in KINDS:
        iris |= dict.fromkeys(iri for iri in things.of_class(kind) if iri.startswith(base))
    iris |= dict.fromkeys(iri for iri, _ in things.each("rdfs:isDefinedBy") if iri.startswith(base))
    for iri in iris:
        yield iri, tail(iri)
        yield iri, re.split("[/#]", tail(iri), maxsplit=1)[-1]
