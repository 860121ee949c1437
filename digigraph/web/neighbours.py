"""What a thing is linked to, one step away, in the words of a reader (X-07).

A requirement is a link between a profile and a competence, with its level. How many neighbours
are told is bounded, and of those left out the number is told, however large the graph is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from digigraph.listing import Listing
from digigraph.things import Things

KINDS = (
    "dgc:OccupationProfile", "dgc:Competence", "dgc:CompetenceArea", "dgc:OccupationPosition",
    "dgc:OccupationGroup",
)  # fmt: skip
"""The classes of the things that have neighbours to show."""


@dataclass(frozen=True, slots=True)
class Way:
    """A property that is followed, and what it is called in each direction, in both languages.

    What is called nothing on the way back is not followed there.
    """

    name: str
    out: tuple[str, str]
    back: tuple[str, str] = ("", "")


WAYS = (
    Way("dgc:occupation", ("длъжност", "position"), ("профил", "profile")),
    Way("dgc:economicActivity", ("сектор", "sector"), ("профил в сектора", "profile in it")),
    Way("dgc:alsoNamedAs", ("назовава и", "also names"), ("назована в", "named in")),
    Way("skos:broader", ("част от", "part of"), ("обхваща", "holds")),
    Way("dgc:area", ("област", "area"), ("специфична в нея", "specific, in it")),
    Way("dgc:similarTo", ("сходна с", "similar to"), ("сходна специфична", "similar, specific")),
    Way("skos:exactMatch", ("същото като", "the same as"), ("същото като", "the same as")),
    Way("skos:closeMatch", ("близко до", "close to"), ("близко до", "close to")),
    Way("skos:broadMatch", ("част от по-широкото", "within the broader"),
        ("обхваща по-тясното", "with the narrower")),
    Way("skos:narrowMatch", ("обхваща по-тясното", "with the narrower"),
        ("част от по-широкото", "within the broader")),
    Way("skos:relatedMatch", ("свързано с", "related to"), ("свързано с", "related to")),
    Way("dct:source", ("прочетен от", "read from")),
)  # fmt: skip
NEEDS = 3
"""Before which of the ways the competences of a profile stand."""


@dataclass(frozen=True, slots=True)
class Link:
    """One way on: what it means (in Bulgarian, in English), and where it leads."""

    how: tuple[str, str]
    iri: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The links of one kind: the first of them, and how many there are in all."""

    links: Sequence[Link]
    total: int


class Neighbours:
    """The links of the things of a release."""

    def __init__(self, listing: Listing) -> None:
        """Remember where to read."""
        self._listing = listing
        self._things: Things = listing.things

    def of(self, iri: str, most: int, without: frozenset[str] = frozenset()) -> list[Bundle]:
        """Return what a thing is linked to, by kind, at most so many of each; each thing once."""
        found, seen = [], {iri, *without}
        for bundle in self._bundles(iri, most + len(seen)):
            links = [link for link in bundle.links if link.iri not in seen]
            hidden = len(bundle.links) - len(links)
            seen.update(link.iri for link in links[:most])
            if links:
                found.append(Bundle(links[:most], bundle.total - hidden))
        return found

    def _bundles(self, iri: str, most: int) -> Iterator[Bundle]:
        said: dict[str, list[str]] = {}
        for triple in self._things.said_of(iri):
            if isinstance(triple.object, ox.NamedNode):
                said.setdefault(triple.predicate.value, []).append(triple.object.value)
        for place, way in enumerate(WAYS):
            if place == NEEDS:
                yield from self._needs(iri, most)
            targets = sorted(said.get(self._things.names.expanded(way.name), ()))
            yield _bundle(way.out, [one for one in targets if self._is_shown(one, way)], most)
            if way.back[0]:
                # The levels of a competence are parts of it, not neighbours.
                own, back = f"{iri}/level-", self._things.subjects(way.name, iri)
                yield _bundle(way.back, [one for one in back if not one.startswith(own)], most)

    def _is_shown(self, iri: str, way: Way) -> bool:
        """Tell whether a link is one between things; a web page that was read is none."""
        return way.name != "dct:source" or iri.startswith(self._things.names.id(""))

    def _needs(self, iri: str, most: int) -> Iterator[Bundle]:
        """Yield the competences of a profile, or the profiles of a competence."""
        needs = self._listing.requirements.of(iri)
        links = [Link(_level(need.level), need.competence) for need in needs[:most]]
        yield Bundle(links, len(needs))
        asking = self._listing.requirements.asking(iri)
        links = [Link(_asked(level), one) for one, level in islice(asking.items(), most)]
        yield Bundle(links, len(asking))


def _bundle(how: tuple[str, str], iris: Sequence[str], most: int) -> Bundle:
    return Bundle([Link(how, iri) for iri in iris[:most]], len(iris))


def _level(level: int) -> tuple[str, str]:
    return f"изисква, на ниво {level}", f"requires, at level {level}"


def _asked(level: int) -> tuple[str, str]:
    return f"изисква се на ниво {level} от", f"required at level {level} by"
