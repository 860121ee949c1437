"""The page of a profile: levels as a picture, then the words, then where they come from (X-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from digigraph.framing import tree
from digigraph.model import Profile, Requirement, Statement, Words
from digigraph.reading import profile_of
from digigraph.web.showing.frames import WIDTH, frame, height_of, picture
from digigraph.web.showing.quotes import Quote, anchor_of, quotes_of
from digigraph.web.showing.radars import RadarView, radar_of
from digigraph.web.showing.view import ShownView
from digigraph.web.site import site
from digigraph.web.words import Word

STEPS = 8
TABS = (
    ("knowledge", "Знания", "Knowledge"),
    ("skills", "Умения", "Skills"),
    ("behaviours", "Поведения", "Behaviours"),
    ("examples", "Примери", "Examples"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A text with the passages that it comes from."""

    text: Words
    iri: str
    quotes: Sequence[Quote]

    @property
    def anchor(self) -> str:
        """Return what the text is called on the page."""
        return anchor_of(self.iri)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the four kinds of statements about a requirement."""

    name: str
    bg: str
    en: str
    texts: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Source:
    """What one part of the document says of a level."""

    label: Words
    level: int
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement as a row of the strip."""

    requirement: Requirement
    anchor: str
    area: int
    """The number of its DigComp area, 1 to 5; 0 where none is known."""
    band: Word
    tabs: Sequence[Tab]
    sources: Sequence[Source]

    @property
    def steps(self) -> list[str]:
        """Return the eight steps: `full`, `open` where only one passage asks for it, `none`."""
        one = self.requirement
        full = min(one.level, one.min_level)
        return [
            "full" if n <= full else "open" if n <= one.max_level else "none"
            for n in range(1, STEPS + 1)
        ]


@dataclass(frozen=True)
class ProfileView(ShownView):
    """A profile as its page shows it."""

    @cached_property
    def _tree(self) -> dict[str, Any]:
        return tree(self.document, self.document.lines, self.base)

    @cached_property
    def profile(self) -> Profile:
        """The profile."""
        return profile_of(self._tree, self.base)

    @cached_property
    def strip(self) -> list[Row]:
        """The requirements, in the order of the document."""
        told = {one["id"]: one for one in self._tree["requirements"]}
        return [self._row(one, told[one.iri]) for one in self.profile.requirements]

    @cached_property
    def duties(self) -> list[Said]:
        """What the occupation does."""
        duties = sorted(self._tree.get("hasDuty", []), key=lambda one: int(one["position"]))
        return [self._said_of(one) for one in duties]

    @property
    def others_named(self) -> list[Word]:
        """Other positions that the document names, each with its code."""
        return [self.word(v) for v in self.document.values("dgc:alsoNamedAs")]

    @property
    def names(self) -> list[str]:
        """Other names of the occupation."""
        return sorted(v.value for v in self.document.values("skos:altLabel"))

    @property
    def occupations(self) -> list[Word]:
        """The position of the classification, with its code."""
        return [self.word(v) for v in self.document.values("dgc:occupation")]

    @property
    def sectors(self) -> list[Word]:
        """The economic activities, with their codes."""
        return [self.word(v) for v in self.document.values("dgc:economicActivity")]

    @property
    def sources(self) -> list[Word]:
        """The documents that the profile was read from."""
        return [self.word(v) for v in self.document.values("dct:source")]

    @property
    def embedded(self) -> list[tuple[str, str]]:
        """The HTML that shows the strip elsewhere: in a frame, and as a picture."""
        address = f"{site().service}embed/{self.tail}"
        asked, title = f"?lang={self.language}", self.title
        labels = [(row.requirement.code, row.requirement.label) for row in self.strip]
        names = [f"{code} {label.get(self.language) or label}" for code, label in labels]
        told = frame(address + asked, title, WIDTH, height_of(title, names))
        return [("iframe", told), ("img", picture(f"{address}.svg{asked}", title))]

    @cached_property
    def radar(self) -> RadarView:
        """The profile over the competences of the framework."""
        return radar_of([self.document.iri])

    @property
    def disputed(self) -> list[Row]:
        """The requirements whose level the document states in two ways."""
        return [row for row in self.strip if row.requirement.disputed]

    def _row(self, one: Requirement, told: dict[str, Any]) -> Row:
        tabs = [
            Tab(name, bg, en, [self._said(text) for text in getattr(one, name)])
            for name, bg, en in TABS
        ]
        sources = [self._source(evidence) for evidence in told.get("evidence", [])]
        band = told.get("requiredLevel", {}).get("inBand", {}).get("id", "")
        return Row(
            one,
            f"req-{one.iri.rpartition('/')[2]}",
            self._area(one),
            self.heading(band) if band else Word(""),
            tabs,
            sources,
        )

    def _area(self, one: Requirement) -> int:
        if one.code:
            return int(one.code[0])
        wanted = self.document.names.term("area")
        found = [t.object for t in self.things.said_of(one.competence)
                 if t.predicate.value == wanted]  # fmt: skip
        tails = [v.value.rpartition("area-")[2] for v in found if isinstance(v, ox.NamedNode)]
        return next((int(tail) for tail in tails if tail.isdigit()), 0)

    def _said(self, one: Statement) -> Said:
        return Said(one.text, one.iri, quotes_of(one.cited_from, self.things))

    def _said_of(self, told: dict[str, Any]) -> Said:
        spans = [one["id"] for one in told.get("wasDerivedFrom", [])]
        label = {name: "\n".join(texts) for name, texts in told["label"].items()}
        return Said(Words(label), told["id"], quotes_of(spans, self.things))

    def _source(self, told: dict[str, Any]) -> Source:
        spans = [one["id"] for one in told.get("wasDerivedFrom", [])]
        label = {name: "\n".join(texts) for name, texts in told.get("label", {}).items()}
        return Source(Words(label), int(told["says"]), quotes_of(spans, self.things))
