"""Finds what changed between two releases, as triples and as what it means to a reader (V-06).

Dumps are sorted and have no blank nodes, so the triples that differ come from one pass over both.
A change of the wording of a statement is a statement that is gone and a new one in its place: the
two are paired. What a statement is cited from may move from line to line; that is counted only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from digigraph.changes import KINDS, Change, Differences
from digigraph.differing import differing
from digigraph.errors import UsageError
from digigraph.pairing import Place, paired, place_of
from digigraph.sides import (
    LABELS,
    OF_THE_RELEASE,
    QUIET,
    SOURCES,
    TERMS,
    TEXTS,
    Said,
    Side,
    by_subject,
    same_shape,
    side_of,
)

if TYPE_CHECKING:
    from digigraph.release import Release


def compare_releases(before: Release, after: Release) -> Differences:
    """Return what changed between two releases of one base; raise `UsageError` for two bases."""
    if before.base != after.base:
        raise UsageError(
            f"{before.version} is under {before.base} and {after.version} under {after.base}; "
            "only releases of one base can be compared"
        )
    return compare(side_of(before), side_of(after))


def compare(before: Side, after: Side) -> Differences:
    """Return what changed from one release to another, in order of kind and thing."""
    removed: list[bytes] = []
    added: list[bytes] = []
    for line, is_new in differing(before.ntriples, after.ntriples):
        (added if is_new else removed).append(line)
    reader = _Reader(before, after, by_subject(removed), by_subject(added))
    order = {kind: number for number, kind in enumerate(KINDS)}
    changes = sorted(reader.changes(), key=lambda c: (order[c.kind], c.entity, str(c.before)))
    return Differences(
        before.version, after.version, tuple(added), tuple(removed), tuple(changes), reader.evidence
    )


class _Reader:
    """Reads the meaning out of the triples that differ."""

    def __init__(
        self, before: Side, after: Side, gone: dict[str, Said], new: dict[str, Said]
    ) -> None:
        self._before, self._after, self._gone, self._new = before, after, gone, new
        self._names = after.names
        self._quiet, self._labels, self._texts, self._sources = (
            {self._names.expanded(name) for name in names}
            for names in (QUIET, LABELS, TEXTS, SOURCES)
        )
        self.evidence = 0

    def changes(self) -> Iterator[Change]:
        """Yield each change; a thing whose owner is new or gone is not told apart from it."""
        gone: dict[str, Place] = {}
        new: dict[str, Place] = {}
        for iri in sorted(self._gone.keys() | self._new.keys()):
            was, now = self._before.has(iri), self._after.has(iri)
            side = self._after if now else self._before
            types = set(side.values(iri, "rdf:type"))
            if self._tail(iri).startswith(OF_THE_RELEASE) or not (was or now):
                continue
            if types & self._sources:
                self.evidence += 1
            elif was and now:
                yield from self._changed(iri, types)
            elif place := place_of(iri, partial(side.values, iri), self._names, self._moved):
                (new if now else gone)[iri] = place
            elif now:
                yield from self._added(iri, types)
            else:
                yield from self._removed(iri, types)
        yield from self._placed(gone, new)

    def _added(self, iri: str, types: set[str]) -> Iterator[Change]:
        side, term = self._after, self._names.term
        if term("OccupationProfile") in types:
            yield Change("profile-added", iri, side.label(iri), about=iri)
        elif term("CompetenceRequirement") in types:
            profile = side.value(iri, "dgc:requirementOf")
            if self._before.has(profile) and not self._renamed(iri):
                yield self._required("competence-added", iri, side)
        elif self._tail(iri).startswith(TERMS):
            yield Change("term-added", iri, side.label(iri))
        elif term("SourceDocument") in types:
            if not self._replaces(iri):
                yield Change("document-added", iri, side.label(iri))
        elif term("SpecificCompetence") not in types and self._stands_alone(
            iri, side, self._before
        ):
            yield Change("added", iri, side.label(iri))

    def _removed(self, iri: str, types: set[str]) -> Iterator[Change]:
        side, term = self._before, self._names.term
        successors = tuple(self._after.values(iri, "dct:isReplacedBy"))
        kind = "merged" if successors else "deprecated" if self._after.knows(iri) else "removed"
        if term("CompetenceRequirement") in types:
            if successors and self._after.value(successors[0], "dgc:requiresCompetence"):
                if self._rank(side, iri) != self._rank(self._after, successors[0]):
                    yield self._level(iri, successors[0])
            elif self._after.has(side.value(iri, "dgc:requirementOf")):
                yield self._required("competence-removed", iri, side)
        elif term("SourceDocument") in types and successors:
            yield Change("document-replaced", iri, side.label(iri), successors=successors)
        elif self._tail(iri).startswith(TERMS):
            in_place = self._after.knows(iri) and not self._after.value(iri, "dct:type")
            kind = "deprecated" if in_place else "term-removed"
            yield Change(kind, iri, side.label(iri), successors=successors)
        elif self._stands_alone(iri, side, self._after):
            yield Change(kind, iri, side.label(iri), successors=successors)

    def _changed(self, iri: str, types: set[str]) -> Iterator[Change]:
        gone, new = self._gone.get(iri, {}), self._new.get(iri, {})
        touched = (gone.keys() | new.keys()) - self._quiet
        label, term = self._after.label(iri), self._names.term
        if term("LevelAssertion") in types:
            if term("assertedLevel") in touched:
                yield from self._stated(iri)
        elif term("CompetenceRequirement") in types:
            yield from self._requirement(iri, touched)
        elif self._names.expanded("owl:Axiom") in types:
            if touched - self._labels:
                yield self._mapping("mapping-changed", iri, iri)
        elif self._tail(iri).startswith(TERMS):
            if touched:
                yield Change("term-changed", iri, label, after=self._short(touched))
        elif not types & {term(name) for name in ("Statement", "Finding", "CompetenceAtLevel")}:
            yield from self._named_or_told(iri, touched)
        elif term("CompetenceAtLevel") in types and term("leadIn") in touched:
            yield self._text(iri, "dgc:leadIn")

    def _named_or_told(self, iri: str, touched: set[str]) -> Iterator[Change]:
        label = self._after.label(iri)
        if touched & self._labels:
            before, after = self._before.label(iri), label
            if before == after:
                before, after = ({"bg": ", ".join(side.values(iri, "skos:altLabel"))}
                                 for side in (self._before, self._after))  # fmt: skip
            yield Change("label", iri, label, before, after)
        for name in TEXTS:
            if self._names.expanded(name) in touched:
                yield self._text(iri, name)
        if rest := touched - self._labels - self._texts:
            yield Change("changed", iri, label, after=self._short(rest))

    def _requirement(self, iri: str, touched: set[str]) -> Iterator[Change]:
        if self._names.term("requiredLevel") in touched:
            yield self._level(iri, iri)
        elif self._names.term("levelStatus") in touched:
            before, after = (
                side.value(iri, "dgc:levelStatus").rpartition("#")[2]
                for side in (self._before, self._after)
            )
            competence = self._after.value(iri, "dgc:requiresCompetence")
            yield Change("level-status", competence, self._after.label(competence), before, after,
                         self._after.value(iri, "dgc:requirementOf"))  # fmt: skip
        for name in ("dct:description", "dgc:leadIn"):
            if self._names.expanded(name) in touched:
                yield self._text(iri, name)

    def _stated(self, iri: str) -> Iterator[Change]:
        """Yield that one place of a document states another level, if nothing followed from it."""
        requirement = iri.rpartition("/")[0]
        told = self._new.get(requirement, {}).keys() | self._gone.get(requirement, {}).keys()
        if not told & {self._names.term("requiredLevel"), self._names.term("levelStatus")}:
            before, after = (
                int(side.value(side.value(iri, "dgc:assertedLevel"), "dgc:rank") or 0)
                for side in (self._before, self._after)
            )
            about = self._after.value(requirement, "dgc:requirementOf")
            yield Change("level-stated", iri, self._after.label(iri), before, after, about)

    def _level(self, iri: str, now: str) -> Change:
        before, after = self._rank(self._before, iri), self._rank(self._after, now)
        competence = self._after.value(now, "dgc:requiresCompetence")
        return Change(
            "level-raised" if after > before else "level-lowered",
            competence,
            self._after.label(competence),
            before,
            after,
            self._after.value(now, "dgc:requirementOf"),
        )

    def _required(self, kind: str, iri: str, side: Side) -> Change:
        competence = side.value(iri, "dgc:requiresCompetence")
        rank = self._rank(side, iri)
        before, after = (rank, None) if side is self._before else (None, rank)
        profile = side.value(iri, "dgc:requirementOf")
        return Change(kind, competence, side.label(competence), before, after, profile)

    def _placed(self, gone: dict[str, Place], new: dict[str, Place]) -> Iterator[Change]:
        """Pair what is gone with what stands in its place now, and tell of each pair once."""
        pairs = paired(gone.values(), new.values())
        left = {iri: place for iri, place in new.items() if iri not in pairs.values()}
        moved = {place.sort: iri for iri, place in left.items()}
        for iri, place in gone.items():
            now = pairs.get(iri) or moved.pop(place.sort, None)
            left.pop(now or "", None)
            yield from self._of_place(iri, now, place)
        for iri, place in left.items():
            yield from self._of_place(None, iri, place)

    def _of_place(self, was: str | None, now: str | None, place: Place) -> Iterator[Change]:
        if place.group[0] == "mapping":
            kind = "changed" if was and now else "removed" if was else "added"
            change = self._mapping(f"mapping-{kind}", was, now)
            if change.before != change.after:
                yield change
        elif self._names.term("Finding") in place.group:
            kind = "kept" if was and now else "settled" if was else "added"
            side, iri = (self._after, now) if now else (self._before, was)
            assert iri, "a change is of something"
            successors = (now,) if was and now else ()
            about = side.value(iri, "dct:isPartOf")
            yield Change(
                f"finding-{kind}", was or iri, side.label(iri), about=about, successors=successors
            )
        else:
            yield from self._statement(was, now)

    def _statement(self, was: str | None, now: str | None) -> Iterator[Change]:
        owners = (
            self._before.value(was, "dgc:statementOf") if was else "",
            self._after.value(now, "dgc:statementOf") if now else "",
        )
        before = self._before.value(was, "rdfs:label") if was else None
        after = self._after.value(now, "rdfs:label") if now else None
        if was and now and self._moved(owners[0]) != owners[1]:
            label, place = {"bg": after or ""}, self._tail(owners[1])
            yield Change(
                "statement-moved", was, label, self._tail(owners[0]), place, owners[1], (now,)
            )
        elif was and now:
            if before != after:
                yield Change("wording", was, {}, before, after, owners[1], (now,))
        elif was and self._after.has(owners[0]):
            yield Change("statement-removed", was, {}, before=before, about=owners[0])
        elif now and self._before.has(owners[1]):
            yield Change("statement-added", now, {}, after=after, about=owners[1])

    def _mapping(self, kind: str, was: str | None, now: str | None) -> Change:
        iri, side = (now, self._after) if now else (was, self._before)
        assert iri, "a change is of something"
        before = self._row(self._before, was) if was else None
        after = self._row(self._after, now) if now else None
        if was == now:
            touched = self._new.get(iri, {}).keys() | self._gone.get(iri, {}).keys()
            before, after = None, ", ".join(self._short(touched - self._quiet))
        successors = (now,) if was and now and was != now else ()
        about = side.value(iri, "dct:isPartOf")
        return Change(kind, was or iri, side.label(iri), before, after, about, successors)

    def _text(self, iri: str, name: str) -> Change:
        before, after = (" ".join(s.values(iri, name)) for s in (self._before, self._after))
        return Change("description", iri, self._after.label(iri), before, after)

    def _row(self, side: Side, iri: str) -> str:
        parts = ("owl:annotatedSource", "owl:annotatedProperty", "owl:annotatedTarget")
        values = [self._moved(side.value(iri, name)) for name in parts]
        return " ".join(self._tail(self._short([value])[0]) for value in values)

    def _moved(self, iri: str) -> str:
        """Return what stands for a thing now that another has replaced it."""
        gone = iri.startswith(self._names.base) and not self._after.has(iri)
        return (self._after.value(iri, "dct:isReplacedBy") if gone else "") or iri

    def _renamed(self, requirement: str) -> bool:
        """Tell whether a new requirement stands for one whose competence was merged."""
        return bool(self._replaces(requirement))

    def _replaces(self, iri: str) -> list[str]:
        """Return what was in the release before and is replaced by a new thing."""
        return [old for old in self._after.pointing(iri, "dct:isReplacedBy")
                if self._before.has(old) and same_shape(old, iri)]  # fmt: skip

    def _stands_alone(self, iri: str, side: Side, other: Side) -> bool:
        """Tell whether a thing came or went by itself, not with what it is a part of."""
        owners = side.values(iri, "dct:isPartOf") + side.values(iri, "dgc:ofCompetence")
        return iri.startswith(self._names.base) and all(other.has(owner) for owner in owners)

    def _tail(self, iri: str) -> str:
        return iri.removeprefix(self._names.base)

    def _short(self, iris: Iterable[str]) -> list[str]:
        spaces = self._names.prefixes().items()
        return sorted(
            next((f"{p}:{iri[len(ns) :]}" for p, ns in spaces if iri.startswith(ns)), iri)
            for iri in iris
        )

    @staticmethod
    def _rank(side: Side, iri: str) -> int:
        return int(side.value(side.value(iri, "dgc:requiredLevel"), "dgc:rank") or 0)
