"""A change between two releases, and what it means to those who rely on the data (V-06)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Words = Mapping[str, str]

KINDS = {
    "profile-added": ("Нов профил", "New profile", False),
    "level-raised": ("Изискваното ниво е по-високо", "The required level is higher", True),
    "level-lowered": ("Изискваното ниво е по-ниско", "The required level is lower", True),
    "level-status": ("Съгласието за нивото е друго", "The agreement on a level is another", False),
    "level-stated": ("Едно от двете места дава друго ниво", "One of two places states another "
                     "level", False),
    "competence-added": ("Профилът изисква още една компетентност", "A profile requires a further "
                         "competence", False),
    "competence-removed": ("Профилът вече не изисква компетентност", "A profile no longer "
                           "requires a competence", True),
    "merged": ("Слято с друго", "Merged into another", True),
    "deprecated": ("Оттеглено", "Deprecated", True),
    "removed": ("Вече го няма", "Removed", True),
    "statement-moved": ("Твърдението е преместено", "A statement was moved", True),
    "statement-removed": ("Твърдението вече го няма", "A statement is gone", True),
    "statement-added": ("Ново твърдение", "New statement", False),
    "wording": ("Само други думи", "Wording only", False),
    "label": ("Друго име", "Another name", False),
    "description": ("Друго описание", "Another description", False),
    "mapping-removed": ("Съответствието вече го няма", "A mapping is gone", True),
    "mapping-changed": ("Съответствието е променено", "A mapping has changed", True),
    "mapping-added": ("Ново съответствие", "New mapping", False),
    "document-replaced": ("Документът има по-ново издание", "A document has a newer edition",
                          False),
    "document-added": ("Нов документ", "New document", False),
    "finding-added": ("Нова констатация", "New finding", False),
    "finding-settled": ("Констатацията вече я няма", "A finding is settled", False),
    "finding-kept": ("Констатацията остава и след повторното четене", "A finding stands after "
                     "another reading", False),
    "term-removed": ("Терминът вече го няма", "A term is gone", True),
    "term-changed": ("Терминът е променен", "A term has changed", False),
    "term-added": ("Нов термин", "New term", False),
    "added": ("Ново", "Added", False),
    "changed": ("Променено", "Changed", False),
}  # fmt: skip
"""Each kind of change, in the order in which they are told: what it is in bg and en, and whether
it can break what others rely on."""

RETIRING = ("merged", "deprecated", "removed", "term-removed", "document-replaced")
"""Kinds after which an IRI answers with its successor, or as a thing that is kept for its links."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one thing; `about` is the profile, competence or mapping set it belongs to."""

    kind: str
    entity: str
    label: Words
    before: Any = None
    after: Any = None
    about: str = ""
    successors: tuple[str, ...] = ()

    @property
    def breaking(self) -> bool:
        """Tell whether what others keep or compute may be wrong now."""
        return KINDS[self.kind][2]

    @property
    def detail(self) -> str:
        """Return what it was and what it is, as "6 → 5", or "" where that takes more words."""
        texts = [_short(value) for value in (self.before, self.after)]
        if texts[0] == texts[1]:
            return ""
        if all(texts):
            return " → ".join(texts)
        return texts[0] or texts[1]

    def name(self, language: str) -> str:
        """Return what the thing is called, or the end of its IRI."""
        other = next(iter(self.label.values()), "")
        return self.label.get(language) or other or self.entity.rpartition("/")[2]

    def told(self) -> dict[str, Any]:
        """Return the change as `changes.json` has it."""
        said = {
            "change": self.kind,
            "breaking": self.breaking,
            "entity": self.entity,
            "label": dict(self.label),
            "about": self.about,
            "before": self.before,
            "after": self.after,
            "successors": list(self.successors),
        }
        return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def change_from(told: Mapping[str, Any]) -> Change:
    """Return the change that `changes.json` tells."""
    return Change(
        told["change"],
        told["entity"],
        told.get("label", {}),
        told.get("before"),
        told.get("after"),
        told.get("about", ""),
        tuple(told.get("successors", ())),
    )


@dataclass(frozen=True, slots=True)
class Differences:
    """All that changed: lines of N-Triples added and removed, and what they mean."""

    before: str
    after: str
    added: tuple[bytes, ...] = field(repr=False)
    removed: tuple[bytes, ...] = field(repr=False)
    changes: tuple[Change, ...]
    moved_evidence: int

    @property
    def breaking(self) -> bool:
        """Tell whether any change is breaking."""
        return any(change.breaking for change in self.changes)

    @property
    def summary(self) -> dict[str, int]:
        """Return how many changes there are of each kind, in the order in which they are told."""
        counts = Counter(change.kind for change in self.changes)
        return {kind: counts[kind] for kind in KINDS if counts[kind]}

    def told(self) -> dict[str, Any]:
        """Return the comparison as `changes.json` and `diff --json` have it (V-06)."""
        return {
            "from": self.before,
            "to": self.after,
            "breaking": self.breaking,
            "triples": {"added": len(self.added), "removed": len(self.removed)},
            "evidence": {"changed": self.moved_evidence},
            "summary": self.summary,
            "changes": [change.told() for change in self.changes],
        }


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("bg") or next(iter(value.values()), "")
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= 120 else f"{text[:119]}…"
