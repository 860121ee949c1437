"""What was published goes on answering: identifiers, and every other IRI of earlier releases.

A document that a newer edition has replaced retires its source by itself; dropping a profile or
a competence is an editor's decision, written into `data/ids.tsv`. Whatever else the last release
said something about and this one does not is put on the register of retired things (V-05).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.described import Described, Said, described_in
from digigraph.errors import DigigraphError
from digigraph.graph import COUNTED, Edition, Identity, graph_of, retired_part
from digigraph.names import VOID, Names
from digigraph.pairing import Place, paired, place_of
from digigraph.registry import Entry, Registry
from digigraph.release import Release
from digigraph.retired import Retired, Retirements

if TYPE_CHECKING:
    from digigraph.identifying import Refused

_GENERAL = ("dgc:Statement", "dgc:Finding", "dgc:Competence", "prov:Entity", "owl:Axiom",
            "oa:Annotation", "oa:SpecificResource")  # fmt: skip
_NOT_OURS_TO_RETIRE = ("release/", "catalog/", "doc/")
"""Files of releases, which stay where they are, and what describes the present release."""

FOLDERS = {"p": "profile", "c": "competence", "d": "source"}
_CLASSES = {
    "p": "dgc:OccupationProfile",
    "c": "dgc:SpecificCompetence",
    "d": "dgc:SourceDocument",
}

_ID = re.compile(r"\b[pcd]-[0-9a-hjkmnp-tv-z]{8}\b")
_LINE = re.compile(r"/L\d+(/.*)?\Z")


class BuildRefused(DigigraphError):
    """A build that would break a promise or publish invalid data.

    `refused` are the documents that were left out before.
    """

    def __init__(self, message: str, refused: Sequence[Refused] = ()) -> None:
        """Keep the documents, and name each that could not be read, with the reason."""
        self.refused = tuple(refused)
        unread = "".join(f"\n  {one.error}" for one in refused if one.error)
        super().__init__(message + (unread and f"\nThese were left out:{unread}"))


def keep_ids(
    accepted: Sequence[Identity], registry: Registry, previous: Release | None, release: str
) -> tuple[tuple[str, str], ...]:
    """Retire the sources that newer editions replace, and return each with its successor.

    Raises `RegistryError` where the register lost a row, and `BuildRefused` where a profile or a
    competence that was published would be gone, or where nobody can tell what replaces a source.
    """
    if previous:
        older = Registry.parse((previous.folder / "ids.tsv").read_text(encoding="utf-8"))
        registry.check_extends(older, f"release {previous.version}")
    present = {document.profile_id for document in accepted}
    present |= {one for document in accepted for _, one in document.competence_ids}
    sources = {document.source_id for document in accepted}
    for entry in registry.retired:
        if entry.id in sources:
            registry.revise(entry.id, "active", "")
    missing = [
        entry
        for entry in registry.entries
        if entry.status == "active" and entry.id not in present | sources
    ]
    replaced = _replaced([e.id for e in missing if e.id[0] == "d"], accepted, registry, previous)
    gone = [entry for entry in missing if entry.id not in replaced]
    if gone:
        listed = "\n".join(f"  {entry.id}  {entry.key}" for entry in gone)
        new = [entry for entry in registry.entries if entry.first_release == release]
        rows = "".join(f"\n  {entry.row()}" for entry in new if entry.id[0] != "d")
        raise BuildRefused(
            "these identifiers were published and would be gone:\n"
            f"{listed}\n"
            "Mend or restore their documents; to retire one, change its status in data/ids.tsv, "
            "and name its successor in the last column if it has one."
            + (rows and f"\nNew in this build; append the row of a successor first:{rows}")
        )
    for old, successor in replaced.items():
        registry.revise(old, "deprecated", successor)
    return tuple(replaced.items())


def _replaced(
    missing: Sequence[str],
    accepted: Sequence[Identity],
    registry: Registry,
    previous: Release | None,
) -> dict[str, str]:
    """Return which present source replaces which missing one: that of the same profile."""
    by_profile = {document.profile_id: document.source_id for document in accepted}
    names = Names(previous.base) if previous else Names()
    found = {}
    if missing and previous:
        store = ox.Store.read_only(str(previous.store))
        told = ox.NamedNode(names.expanded("dct:source"))
        for old in missing:
            source = ox.NamedNode(names.id(f"source/{old}"))
            for quad in store.quads_for_pattern(None, told, source, ox.DefaultGraph()):
                profile = _iri(quad.subject).rpartition("/")[2]
                if profile in by_profile:
                    found[old] = by_profile[profile]
    rows = [entry.id for entry in registry.entries]
    first = {document.source_id for document in accepted if not found}
    newer = [one for one in first if missing and rows.index(one) > rows.index(missing[0])]
    if len(missing) == len(newer) == 1 and not found:
        found[missing[0]] = newer[0]
    return found


@dataclass(frozen=True, slots=True)
class Promises:
    """What earlier releases published, and what became of it."""

    register: Retirements
    registry: Registry
    previous: Release | None
    names: Names
    edition: Edition
    before: list[tuple[Described, dict[str, Said], dict[str, Said]]] = field(default_factory=list)
    """What the earlier release described, once it was looked at."""

    def tombstones(
        self, present: Described, *, statistics: Described | None = None
    ) -> set[ox.Quad]:
        """Return the tombstones of all that is not described; new ones go on the register.

        With the statistics of the dataset (VoID), which count the other tombstones too, it is
        theirs: those of what they described once.
        """
        subjects = present if statistics is None else statistics
        self._retire(subjects, of_statistics=statistics is not None)
        gone = [
            (one, self._now(tail, subjects), self._status(tail) == "withdrawn")
            for tail, one in (*self.register.by_iri.items(), *self._unrecorded())
            if self.names.base + tail not in subjects and _counts(tail) == (statistics is not None)
        ]
        return retired_part(gone, self.edition, self.names)

    def look_back(self, present: Described) -> None:
        """Find in the earlier release what is not described any more."""
        if not self.previous or self.previous.base != self.names.base:
            return
        starts = [f"{self.names.base}{start}" for start in COUNTED]
        found = described_in(self.previous.path("digigraph.nt"), present, starts)
        self.before.append(found)

    def _retire(self, present: Described, *, of_statistics: bool) -> None:
        if not self.before or not self.previous:
            return
        earlier, missing, counted = self.before[0]
        candidates = counted if of_statistics else missing
        gone: dict[str, Said] = {}
        for iri, said in candidates.items():
            tail = iri.removeprefix(self.names.base)
            if iri in present or tail == iri or tail.startswith(_NOT_OURS_TO_RETIRE):
                continue
            if self.names.expanded("owl:deprecated") not in said or not self._knows(tail):
                gone[iri] = said
        new = dict(present.said_beside(earlier)) if gone else {}
        successors = _Successors(self.names, self.registry, present, gone, new)
        self.register.add(
            successors.retired(iri, said, self.previous.version) for iri, said in gone.items()
        )

    def _knows(self, tail: str) -> bool:
        return tail in self.register.by_iri or self._entry(tail) is not None

    def _entry(self, tail: str) -> Entry | None:
        folder, _, identifier = tail.removeprefix("id/").partition("/")
        if FOLDERS.get(identifier[:1]) != folder or identifier not in self.registry:
            return None
        entry = self.registry.entry(identifier)
        return entry if entry.status != "active" else None

    def _status(self, tail: str) -> str:
        entry = self._entry(tail)
        return entry.status if entry else ""

    def _unrecorded(self) -> Iterator[tuple[str, Retired]]:
        """Yield what an editor retired when no earlier release was at hand to tell of it."""
        for entry in self.registry.retired:
            tail = f"id/{FOLDERS[entry.id[0]]}/{entry.id}"
            if tail not in self.register.by_iri:
                yield tail, Retired(tail, _CLASSES[entry.id[0]], "", "")

    def _now(self, tail: str, subjects: Described) -> str:
        """Return the IRI of what stands for a thing today, or "" if nothing does."""
        seen = set()
        while tail and self.names.base + tail not in subjects:
            if tail in seen:
                return ""
            seen.add(tail)
            if entry := self._entry(tail):
                now = self.registry.present(entry.id)
                tail = f"id/{FOLDERS[now[0]]}/{now}" if now else ""
            else:
                one = self.register.by_iri.get(tail)
                tail = one.successor if one else ""
        return self.names.base + tail if tail else ""


def _counts(tail: str) -> bool:
    return graph_of(tail) == VOID


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""


class _Successors:
    """Finds what came in the place of what is gone."""

    def __init__(
        self,
        names: Names,
        registry: Registry,
        present: Described,
        gone: Mapping[str, Said],
        new: Mapping[str, Said],
    ) -> None:
        self._names, self._present = names, present
        self._merged = {e.id: registry.present(e.id) for e in registry.retired}
        self._gone = gone
        self._pairs = paired(self._places(gone), self._places(new))

    def retired(self, iri: str, said: Said, last: str) -> Retired:
        """Return the line of the register for a thing that is gone."""
        tail = iri.removeprefix(self._names.base)
        bg, en = (self._label(said, language) for language in ("bg", "en"))
        successor = self._successor(iri, said).removeprefix(self._names.base)
        row = Retired(tail, self._kind(said), successor, last)
        return row if all(row.labels) else Retired(tail, row.kind, successor, last, bg, en)

    def _successor(self, iri: str, said: Said) -> str:
        if told := self._values(said, "dct:isReplacedBy"):
            return told[0]
        if iri in self._pairs:
            return self._pairs[iri]
        here = _LINE.sub("", self._moved(iri))
        while here.count("/") > self._names.base.count("/") and "#" not in here:
            if here in self._present:
                return here
            if here in self._pairs:
                return self._pairs[here]
            here = here.rpartition("/")[0]
        for name in ("dgc:statementOf", "dgc:ofCompetence", "dct:isPartOf"):
            for owner in self._values(said, name):
                if (now := self._moved(owner)) in self._present and "/id/" in now:
                    return now
                if owner in self._gone and (found := self._successor(owner, self._gone[owner])):
                    return found
        return ""

    def _moved(self, iri: str) -> str:
        """Return an IRI with what was merged in it renamed."""
        return _ID.sub(lambda one: self._merged.get(one[0]) or one[0], iri)

    def _places(self, things: Mapping[str, Said]) -> Iterator[Place]:
        for iri, said in things.items():
            place = place_of(iri, partial(self._values, said), self._names, self._moved)
            if place:
                yield place

    def _values(self, said: Said, name: str) -> list[str]:
        return [value.value for value in said.get(self._names.expanded(name), ())]

    def _kind(self, said: Said) -> str:
        """Return the most particular class of a thing, or what a tombstone says it was."""
        kinds = self._values(said, "dct:type") or self._values(said, "rdf:type")
        short = sorted(self._short(kind) for kind in kinds)
        short.sort(key=lambda name: (name in _GENERAL, not name.startswith("dgc:")))
        return short[0] if short else ""

    def _short(self, iri: str) -> str:
        for prefix, namespace in self._names.prefixes().items():
            if iri.startswith(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri

    def _label(self, said: Said, language: str) -> str:
        for name in ("skos:prefLabel", "rdfs:label", "dct:title"):
            for value in said.get(self._names.expanded(name), ()):
                if isinstance(value, ox.Literal) and value.language == language:
                    return " ".join(value.value.split())
        return ""
