"""A comparison as JSON, as a table and as triples; the numbers are those of `comparison`.

In RDF it is what the profiles themselves say of their requirements, two kinds of collections
(what all share, what one alone asks for), and how alike two profiles are, in the terms of the
Similarity Ontology. No term of ours is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import pyoxigraph as ox

from digigraph.comparison import Compared, Comparison, Near, compare, likeness, nearest
from digigraph.framing import LISTS
from digigraph.jsonld import context_iri
from digigraph.listing import PROFILE, Listing
from digigraph.requirements import Need
from digigraph.stating import both, facts, node, term, typed

SIMILARITY = "http://purl.org/ontology/similarity/"
"""The Similarity Ontology: `Similarity`, `element` and `weight`, which is 0 to 1."""

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_HEAD = (
    "competence", "code", "name_bg", "name_en", "kind", "group", "difference",
)  # fmt: skip
_PER_PROFILE = ("level", "min_level", "max_level", "level_status", "statements")
_BAND = "/band-"


class SideBySide:
    """Two to four profiles of a release, compared; its IRI is the same in whatever order."""

    def __init__(self, profiles: Sequence[str], listing: Listing) -> None:
        """Compare profiles, given by their IRIs; raises `UsageError` as `compare` does."""
        self.listing, self.things = listing, listing.things
        self.found: Comparison = compare(profiles, listing.requirements)
        self.short = {iri: iri.rpartition("/")[2] for iri in self.found.profiles}
        self.iri = f"{self.things.release.base}compare/{','.join(self.short.values())}"
        self._counts: dict[str, Counter[str]] = {}

    def json(self) -> dict[str, Any]:
        """Return the comparison as JSON has it; its profiles are in the framed shape."""
        found, short = self.found, self.short
        return {
            "@context": [context_iri(self.things.release.base), {"profiles": "@included"}],
            "id": self.iri,
            "profiles": [self._profile(iri) for iri in found.profiles],
            "competences": [self._row(row) for row in found.competences],
            "shared": [row.competence for row in found.shared],
            "only": {short[p]: [row.competence for row in found.only(p)] for p in found.profiles},
            "differing": [row.competence for row in found.differing],
            "similarity": [
                {"between": [short[left], short[right]], "score": score, "shared": shared}
                for left, right, score, shared in self.pairs()
            ],
        }

    def rows(self) -> list[list[str]]:
        """Return the comparison as a table: a header, and a row for each competence."""
        header = [*_HEAD]
        for short in self.short.values():
            header += [f"{name}_{short}" for name in _PER_PROFILE]
        header += [f"gap_{self.short[iri]}" for iri in self.found.profiles[1:]]
        return [header, *(self._cells(row) for row in self.found.competences)]

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the comparison as RDF."""
        this, found = node(self.iri), self.found
        titles = [self.listing.name(p, "bg") for p in found.profiles]
        in_english = [self.listing.name(p, "en") or bg for p, bg in self._with(titles)]
        yield from facts(
            this,
            ("rdf:type", term("foaf:Document")),
            ("dct:title", *both("Сравнение: " + " – ".join(titles), "Comparison: "
                                + " – ".join(in_english))),
            ("dct:license", node(_LICENCE)),
            ("dct:isPartOf", node(f"{self.things.release.base}catalog/digigraph")),
            ("foaf:topic", *(node(p) for p in found.profiles)),
        )  # fmt: skip
        yield from self._collection(
            "shared", [], "Във всички профили", "In all profiles", found.shared
        )
        for iri, bg, en in zip(found.profiles, titles, in_english, strict=True):
            yield from self._collection(
                f"only-{self.short[iri]}", [iri], f"Само в „{bg}“", f"Only in “{en}”",
                found.only(iri),
            )  # fmt: skip
        for left, right, score, _ in self.pairs():
            yield from self._similarity(left, right, score)
        for iri in found.profiles:
            yield from self._stated(iri)

    def pairs(self) -> Iterator[tuple[str, str, float, int]]:
        """Yield each two profiles with how alike they are and how many competences they share."""
        levels = {p: self.listing.requirements.levels(p) for p in self.found.profiles}
        for left, right in combinations(self.found.profiles, 2):
            shared = len(levels[left].keys() & levels[right].keys())
            yield left, right, likeness(levels[left], levels[right]), shared

    def near(self, profile: str) -> list[Near]:
        """Return the profiles of the release that are most like one."""
        return nearest(profile, self.listing.requirements)

    def counts(self, need: Need) -> Counter[str]:
        """Return how many statements a requirement has, by the list that they stand in."""
        if need.requirement not in self._counts:
            self._counts[need.requirement] = Counter(self._kinds(need.requirement))
        return self._counts[need.requirement]

    def size(self, profile: str) -> tuple[int, int]:
        """Return how many requirements a profile has, and how many statements they have."""
        needs = self.listing.requirements.of(profile)
        return len(needs), sum(self.counts(need).total() for need in needs)

    def words(self, row: Compared) -> dict[str, str]:
        """Return in words, by language, how the levels of a competence differ."""
        return {lang: self._words(row, lang) for lang in ("bg", "en")}

    def title(self, iri: str, lang: str) -> str:
        """Return what a profile or competence is called, in a language if it has a name in it."""
        return self.listing.name(iri, lang) or self.listing.name(iri, "bg") or iri

    def _words(self, row: Compared, lang: str) -> str:
        names = {p: self.title(p, lang) for p in row.needs}
        if row.difference is None:
            (name,) = names.values()
            return f"само в „{name}“" if lang == "bg" else f"only in “{name}”"
        level = "ниво" if lang == "bg" else "level"
        quoted = "„{}“: {} {}" if lang == "bg" else "“{}”: {} {}"
        told = "; ".join(quoted.format(names[p], level, n.level) for p, n in row.needs.items())
        if not row.difference:
            return f"еднакво; {told}" if lang == "bg" else f"the same; {told}"
        return f"разлика {row.difference}; {told}" if lang == "bg" else (
            f"difference {row.difference}; {told}"
        )  # fmt: skip

    def _with(self, titles: Sequence[str]) -> Iterator[tuple[str, str]]:
        return zip(self.found.profiles, titles, strict=True)

    def _profile(self, iri: str) -> dict[str, Any]:
        item = self.listing.item(PROFILE, iri)
        needs = self.listing.requirements.of(iri)
        counts: Counter[str] = sum((self.counts(need) for need in needs), Counter())
        near = [
            {"id": one.profile, "title": self._title(one.profile), "score": one.score,
             "shared": one.shared}
            for one in self.near(iri)
        ]  # fmt: skip
        return {
            "id": item["id"],
            "type": item["type"],
            "short": self.short[iri],
            **{name: item[name] for name in ("title", "occupation", "economicActivity")},
            "requirements": [self._requirement(need) for need in needs],
            "counts": {"requirements": len(needs), **{n: counts[n] for n in LISTS.values()}},
            "nearest": near,
        }

    def _requirement(self, need: Need) -> dict[str, Any]:
        """Return a requirement in the shape that it has in the framed JSON of its profile."""
        counts = self.counts(need)
        return {
            "id": need.requirement,
            "competence": self._competence(need.competence),
            "level": need.level or None,
            "band": self._band(need.level),
            "levelStatus": need.status or None,
            "minLevel": need.lowest or None,
            "maxLevel": need.highest or None,
            "counts": {name: counts[name] for name in LISTS.values()},
        }

    def _row(self, row: Compared) -> dict[str, Any]:
        return {
            **self._competence(row.competence),
            "group": row.group,
            "levels": {self.short[p]: need.level for p, need in row.needs.items()},
            "difference": row.difference,
            "gaps": {self.short[p]: gap for p, gap in row.gaps.items()},
            "words": self.words(row),
        }

    def _cells(self, row: Compared) -> list[str]:
        told = self._competence(row.competence)
        names = told.get("prefLabel", {})
        difference = "" if row.difference is None else str(row.difference)
        cells = [row.competence, told.get("notation", ""), names.get("bg", ""), names.get("en", "")]
        cells += [told.get("kind", ""), row.group, difference]
        for profile in self.found.profiles:
            need = row.needs.get(profile)
            cells += _level_cells(need, self.counts(need)) if need else [""] * len(_PER_PROFILE)
        gaps = row.gaps
        return [*cells, *(str(gaps.get(profile, "")) for profile in self.found.profiles[1:])]

    def _competence(self, iri: str) -> dict[str, Any]:
        told = self.listing.mention(iri)
        return {**told, "kind": told["kind"].lower()} if "kind" in told else told

    def _band(self, level: int) -> str | None:
        for iri in self.listing.levels:
            said = self.listing.mention(iri)
            if said.get("rank") == level:
                return str(said.get("inBand", {}).get("id", "")).rpartition(_BAND)[2] or None
        return None

    def _title(self, iri: str) -> dict[str, str]:
        return {lang: text for lang in ("bg", "en") if (text := self.listing.name(iri, lang))}

    def _kinds(self, requirement: str) -> Iterator[str]:
        leading = self.things.names.term("hasStatement")
        lists = {self.things.names.term(name): told for name, told in LISTS.items()}
        for triple in self.things.said_of(requirement):
            if triple.predicate.value == leading and isinstance(triple.object, ox.NamedNode):
                said = self.things.said_of(triple.object.value)
                types = [t.object.value for t in said if isinstance(t.object, ox.NamedNode)]
                yield from (lists[value] for value in types if value in lists)

    def _collection(
        self, name: str, of: Sequence[str], bg: str, en: str, rows: Sequence[Compared]
    ) -> Iterator[ox.Triple]:
        yield from facts(
            node(f"{self.iri}#{name}"),
            ("rdf:type", term("skos:Collection")),
            ("skos:prefLabel", *both(bg, en)),
            ("dct:isPartOf", node(self.iri)),
            ("dct:relation", *(node(profile) for profile in of)),
            ("skos:member", *(node(row.competence) for row in rows)),
        )

    def _similarity(self, left: str, right: str, score: float) -> Iterator[ox.Triple]:
        this = node(f"{self.iri}#{self.short[left]},{self.short[right]}")
        told: Mapping[str, Sequence[ox.NamedNode | ox.Literal]] = {
            "element": (node(left), node(right)),
            "weight": (typed(_decimal(score), "decimal"),),
        }
        yield from facts(this, ("rdf:type", node(f"{SIMILARITY}Similarity")))
        for name, values in told.items():
            for value in values:
                yield ox.Triple(this, node(f"{SIMILARITY}{name}"), value)

    def _stated(self, profile: str) -> Iterator[ox.Triple]:
        """Yield what a profile and its requirements say that was compared, and the names."""
        names = self.things.names
        wanted = {names.expanded(name) for name in _STATED}
        yield ox.Triple(node(profile), term("rdf:type"), node(names.expanded(PROFILE)))
        yield from self.things.brief(profile)
        for need in self.listing.requirements.of(profile):
            link = node(names.term("hasRequirement"))
            yield ox.Triple(node(profile), link, node(need.requirement))
            for triple in self.things.said_of(need.requirement):
                if triple.predicate.value in wanted:
                    yield triple
                    if isinstance(triple.object, ox.NamedNode):
                        yield from self.things.brief(triple.object.value)


_STATED = (
    "rdf:type", "dgc:requiresCompetence", "dgc:requiredLevel", "dgc:levelStatus",
    "dgc:minLevelRank", "dgc:maxLevelRank",
)  # fmt: skip


def _level_cells(need: Need, counts: Counter[str]) -> list[str]:
    levels = [str(level) if level else "" for level in (need.level, need.lowest, need.highest)]
    return [*levels, need.status, str(counts.total())]


def _decimal(score: float) -> str:
    """Return a score as the store would write it: canonical, so that nothing changes it."""
    return f"{score:.4f}".rstrip("0").rstrip(".")
