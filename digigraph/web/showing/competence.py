"""The page of a competence: the ladder of its levels, who requires it, its mappings (X-04)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from digigraph.web.api.lists import listing_here
from digigraph.web.overview import by_name
from digigraph.web.showing.facts import Facts
from digigraph.web.showing.quotes import Quote, anchor_of, quotes_of
from digigraph.web.showing.view import ShownView
from digigraph.web.words import Word

STEPS = range(1, 9)
SHOWN = 20
"""How many of the profiles that ask for a competence are named; the rest are behind a link."""

_FACETS = ("dgc:complexity", "dgc:autonomy", "dgc:cognitiveDomain")
_SURE = {
    "exactMatch": ("е същото като", "is the same as"),
    "closeMatch": ("е близко до", "is close to"),
    "broadMatch": ("е част от по-широкото", "is part of the broader"),
    "narrowMatch": ("обхваща", "covers"),
    "relatedMatch": ("е свързано с", "is related to"),
}
_CONFIDENCE = (
    (0.95, "много голяма", "very high"), (0.8, "голяма", "high"), (0.6, "средна", "medium"),
    (0.0, "малка", "low"),
)  # fmt: skip
"""From which confidence on it is called what."""
_WHY = {
    "ManualMappingCuration": ("прегледано от човек", "reviewed by a person"),
    "LexicalMatching": ("по думите на имената", "by the words of the names"),
    "SemanticSimilarityThresholdMatching": ("по сходство на смисъла", "by similarity of meaning"),
    "MappingReview": ("прегледано от човек", "reviewed by a person"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence of a descriptor, with its passages in the source."""

    text: str
    quotes: Sequence[Quote]
    iri: str

    @property
    def anchor(self) -> str:
        """Return what the sentence is called on the page."""
        return anchor_of(self.iri)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder."""

    rank: int
    iri: str
    level: Word
    lead_in: str
    items: Sequence[Item]
    facets: Sequence[str]
    asking: int
    """How many profiles ask for this level."""
    variants: Sequence[Item]
    """The first sentences by which other documents describe it."""
    all_variants: int
    """How many such sentences there are in all."""


@dataclass(frozen=True, slots=True)
class Match:
    """A mapping in words: how it relates, to what, how sure, and why."""

    how: str
    target: Word
    sure: str
    how_sure: str
    why: str
    comment: str
    iri: str


@dataclass(frozen=True)
class CompetenceView(ShownView):
    """A competence as its page shows it."""

    @property
    def code(self) -> str:
        """Return its code, if it has one."""
        return next((value.value for value in self.document.values("skos:notation")), "")

    @cached_property
    def area_iri(self) -> str:
        """Return the IRI of its area."""
        found = [*self.document.values("dgc:area"), *self.document.values("skos:broader")]
        return next((v.value for v in found if "/area-" in v.value), "")

    @property
    def area(self) -> int:
        """Return the number of its area, 1 to 5; 0 where none is known."""
        tail = self.area_iri.rpartition("area-")[2]
        return int(tail) if tail.isdigit() else 0

    @property
    def similar(self) -> list[Word]:
        """Return the general competences that the source calls similar (M-08)."""
        return [self.word(value) for value in self.document.values("dgc:similarTo")]

    @property
    def definition(self) -> tuple[str, str]:
        """Return its definition and the language of it."""
        found = [v for v in self.document.values("skos:definition") if isinstance(v, ox.Literal)]
        for wanted in (self.language, "bg", "en"):
            for value in found:
                if value.language == wanted:
                    return value.value, wanted
        return "", ""

    @cached_property
    def asking(self) -> dict[str, int]:
        """Profile -> the level that it asks for."""
        return dict(listing_here().requirements.asking(self.document.iri))

    @cached_property
    def profiles(self) -> list[tuple[Word, int]]:
        """The first of the profiles that ask for it, the highest level first, then by name."""
        named = by_name(self.asking, self.language)
        found = sorted(named, key=lambda iri: -self.asking[iri])[:SHOWN]
        return [(self._named(iri), self.asking[iri]) for iri in found]

    @cached_property
    def neighbours(self) -> tuple[Word | None, Word | None]:
        """The competences before and after it in the framework; a specific one has none."""
        order = [None, *listing_here().framework, None]
        if self.document.iri not in order:
            return None, None
        place = order.index(self.document.iri)
        before, after = order[place - 1], order[place + 1]
        return self._named(before) if before else None, self._named(after) if after else None

    @cached_property
    def ladder(self) -> list[Rung]:
        """The eight levels, the lowest first."""
        counts = Counter(self.asking.values())
        return [self._rung(rank, counts[rank]) for rank in STEPS]

    @property
    def most(self) -> int:
        """Return how many profiles ask for the level that most of them ask for."""
        return max((rung.asking for rung in self.ladder), default=0)

    @cached_property
    def matches(self) -> list[Match]:
        """What it is in other frameworks and classifications."""
        found = self.things.subjects("owl:annotatedSource", self.document.iri)
        told = [match for iri in found for match in self._match(iri)]
        return sorted(told, key=lambda one: (-float(one.sure or 0), one.iri))

    def _rung(self, rank: int, asking: int) -> Rung:
        iri = f"{self.document.iri}/level-{rank}"
        said = Facts(iri, self.things)
        level = said.first("dgc:atLevel")
        items = sorted(said.all("dgc:hasDescriptorItem"), key=self._position)
        others = said.all("dgc:hasVariantItem")
        about = Facts(level, self.things)
        return Rung(
            rank,
            iri,
            self._named(level),
            said.text("dgc:leadIn", "bg"),
            [self._item(item) for item in items],
            [] if items else [about.text(name, self.language) for name in _FACETS],
            asking,
            [self._item(item) for item in others[:SHOWN]],
            len(others),
        )

    def _item(self, iri: str) -> Item:
        said = Facts(iri, self.things)
        quotes = quotes_of(said.all("prov:wasDerivedFrom"), self.things)
        return Item(said.text("rdfs:label", "bg"), quotes, iri)

    def _position(self, iri: str) -> int:
        return int(Facts(iri, self.things).first("dgc:position") or 0)

    def _match(self, iri: str) -> Iterator[Match]:
        said = Facts(iri, self.things)
        target, relation = said.first("owl:annotatedTarget"), said.first("owl:annotatedProperty")
        words = _SURE.get(relation.rpartition("#")[2])
        if not target or words is None or said.first("sssom:predicate_modifier"):
            return
        why = _WHY.get(said.first("sssom:mapping_justification").rpartition("/")[2], ("", ""))
        label = said.first("sssom:object_label") or target
        bulgarian = self.language == "bg"
        yield Match(
            words[0] if bulgarian else words[1],
            Word(label, "en", self.link(target) if "://" in target else ""),
            said.first("sssom:confidence"),
            _how_sure(said.first("sssom:confidence"), bulgarian),
            why[0] if bulgarian else why[1],
            said.first("sssom:comment"),
            iri,
        )

    def _named(self, iri: str) -> Word:
        names = Facts(iri, self.things)
        for wanted in (self.language, "bg", "en"):
            if text := names.text("skos:prefLabel", wanted):
                return Word(text, wanted, self.link(iri), names.first("skos:notation"))
        return Word(self.short(iri), "", self.link(iri))


def _how_sure(confidence: str, bulgarian: bool) -> str:
    """Return a confidence, 0 to 1, in words; nothing for none."""
    if not confidence:
        return ""
    bg, en = next((bg, en) for least, bg, en in _CONFIDENCE if float(confidence) >= least)
    return bg if bulgarian else en
