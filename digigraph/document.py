"""A document about a thing: the lines that it has, and what pages and programs ask of it (H-07)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from digigraph.names import Names
from digigraph.sides import by_subject

LABELS = ("skos:prefLabel", "rdfs:label", "dct:title")
NAMES = ("sh:name", "sh:prefix")
"""What names a thing that has no label: a shape, a prefix."""

Value = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Document:
    """What is said about one thing, and whether there is more of it on a next page."""

    iri: str
    page: int
    more: bool
    lines: list[bytes]
    """Its triples as lines of N-Triples, in order, those of the thing itself first."""
    words: list[bytes]
    """What the properties are called; pages show it, data does not repeat it."""
    names: Names

    @cached_property
    def said(self) -> dict[str, dict[str, list[Value]]]:
        """Subject -> property -> values: the thing itself first, the rest in order."""
        return {self.iri: {}} | by_subject(self.lines)

    @cached_property
    def _by_subject(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for line in (*self.lines, *self.words):
            found.setdefault(line[: line.index(b">")], []).append(line)
        return found

    @cached_property
    def _known(self) -> dict[str, dict[str, list[Value]]]:
        """What was asked of a subject before; few are, of all that a document tells of."""
        return {}

    def values(self, name: str, iri: str | None = None) -> list[Value]:
        """Return the values of a property, as "dct:title", of the thing or of another."""
        iri = iri or self.iri
        if iri not in self._known:
            lines = self._by_subject.get(f"<{iri}".encode(), ())
            self._known[iri] = by_subject(sorted(lines)).get(iri, {})
        return self._known[iri].get(self.names.expanded(name), [])

    def label(self, iri: str, language: str) -> tuple[str, str]:
        """Return what a thing is called and in which language: the wanted one, if it has it."""
        asked = iri, language
        if asked not in self._called:
            self._called[asked] = self._label(iri, language)
        return self._called[asked]

    @cached_property
    def _called(self) -> dict[tuple[str, str], tuple[str, str]]:
        """What a subject was called before; a page names the same properties on every row."""
        return {}

    def _label(self, iri: str, language: str) -> tuple[str, str]:
        for name in (*LABELS, *NAMES):
            given = [v for v in self.values(name, iri) if isinstance(v, ox.Literal)]
            for wanted in (language, "bg", "en"):
                if found := next((v for v in given if v.language == wanted), None):
                    return found.value, wanted
            if given:
                return given[0].value, given[0].language or ""
        return "", ""

    @property
    def replaced_by(self) -> list[str]:
        """Return the successors of a thing that was retired (V-05)."""
        return [value.value for value in self.values("dct:isReplacedBy")]

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether the thing was removed for legal reasons (V-05)."""
        return ox.NamedNode(self.names.term("Withdrawn")) in self.values("adms:status")

    @property
    def is_retired(self) -> bool:
        """Tell whether the thing is kept only for those who link to it (V-05)."""
        return any(value.value == "true" for value in self.values("owl:deprecated"))
