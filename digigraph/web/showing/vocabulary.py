"""The page of the vocabulary: every class and property, with its rules in words (M-30, M-33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from digigraph.web.showing.facts import Facts
from digigraph.web.showing.view import ShownView
from digigraph.web.words import Word

_KINDS = (
    ("classes", "Класове", "Classes", ("owl:Class", "rdfs:Class")),
    ("properties", "Свойства", "Properties",
     ("owl:ObjectProperty", "owl:DatatypeProperty", "rdf:Property", "owl:AnnotationProperty")),
    ("individuals", "Стойности и други", "Values and others", ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the shapes, in words."""

    text: str
    link: str
    severity: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the vocabulary."""

    name: str
    label: str
    comment: str
    status: str
    about: Sequence[tuple[str, Sequence[Word]]]
    rules: Sequence[Rule]


@dataclass(frozen=True)
class VocabularyView(ShownView):
    """The vocabulary as its page shows it."""

    @cached_property
    def groups(self) -> list[tuple[str, str, str, list[Term]]]:
        """The terms by kind, each kind in the order of names."""
        namespace = self.document.names.term("")
        terms = sorted(iri for iri in self.document.said if iri.startswith(namespace))
        left, found = set(terms), []
        for name, bg, en, classes in _KINDS:
            wanted = {self.document.names.expanded(one) for one in classes}
            chosen = [
                iri for iri in terms
                if iri in left and (not wanted or wanted & set(self._types(iri)))
            ]  # fmt: skip
            left -= set(chosen)
            found.append((name, bg, en, [self._term(iri) for iri in chosen]))
        return found

    def _types(self, iri: str) -> list[str]:
        return [value.value for value in self.document.values("rdf:type", iri)]

    def _term(self, iri: str) -> Term:
        told = Facts(iri, self.things)
        about = [
            (self.word_for(bg, en), [self.heading(one) for one in told.all(name)])
            for name, bg, en in (
                ("rdfs:subClassOf", "подклас на", "subclass of"),
                ("rdfs:subPropertyOf", "подсвойство на", "subproperty of"),
                ("rdfs:domain", "на", "of"),
                ("rdfs:range", "към", "to"),
            )
        ]
        return Term(
            iri.rpartition("#")[2],
            told.text("rdfs:label", self.language),
            told.text("rdfs:comment", self.language),
            told.first("vs:term_status"),
            [one for one in about if one[1]],
            [self._rule(shape) for shape in self._shapes.get(iri, ())],
        )

    def word_for(self, bg: str, en: str) -> str:
        """Return one of two words, by the language of the page."""
        return bg if self.language == "bg" else en

    @cached_property
    def _shapes(self) -> dict[str, list[str]]:
        """Term -> the shapes whose path or target it is."""
        found: dict[str, list[str]] = {}
        for name in ("sh:path", "sh:targetClass"):
            for shape, term in self.things.each(name):
                found.setdefault(term, []).append(shape)
        return {term: sorted(shapes) for term, shapes in found.items()}

    def _rule(self, shape: str) -> Rule:
        told = Facts(shape, self.things)
        text = told.text("sh:description", self.language) or told.text("sh:name", self.language)
        return Rule(text, self.link(shape), told.first("sh:severity").rpartition("#")[2])
