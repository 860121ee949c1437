"""What pages say of things: values in words, in the reader's language, with links that lead on."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.document import LABELS, Document
from digigraph.formats import Format
from digigraph.things import BRIEF


def link_of(iri: str, base: str, root: str) -> str:
    """Return where an IRI leads from a service under `root`: ours lead to it, others stay.

    >>> link_of("https://x.example/id/a", "https://x.example/", "/kg/")
    '/kg/id/a'
    """
    return root + iri.removeprefix(base) if iri.startswith(base) else iri


@dataclass(frozen=True, slots=True)
class Word:
    """One value as a page shows it: what it reads, its language, and where it leads."""

    text: str
    language: str = ""
    link: str = ""
    code: str = ""
    term: str = ""
    """Its prefixed name, as "skos:notation", where it is a term of a vocabulary in words."""


@dataclass(frozen=True, slots=True)
class Words:
    """Says the values of a document in a language, with links that lead here."""

    document: Document
    language: str
    base: str
    root: str

    def word(self, value: ox.NamedNode | ox.Literal) -> Word:
        """Return a value in words, in the language of the page where it has one."""
        if isinstance(value, ox.Literal):
            kind = "" if value.language else value.datatype.value.rpartition("#")[2]
            return Word(value.value, value.language or "", code="" if kind == "string" else kind)
        text, lang = self.document.label(value.value, self.language)
        codes = self.document.values("skos:notation", value.value)
        code = codes[0].value if codes else ""
        short = self.short(value.value)
        is_term = text and ":" in short and "/" not in short
        term = short if is_term else ""
        return Word(text or short, lang, self.link(value.value), code, term)

    def heading(self, iri: str) -> Word:
        """Return what a subject is called, or its IRI."""
        return self.word(ox.NamedNode(iri))

    def short(self, iri: str) -> str:
        """Return an IRI with a prefix, or without our base."""
        for prefix, namespace in self.document.names.prefixes().items():
            if iri.startswith(namespace) and iri != namespace:
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri.removeprefix(self.base)

    def link(self, iri: str) -> str:
        """Return where an IRI leads from here; ours lead to this service."""
        return link_of(iri, self.base, self.root)


@dataclass(frozen=True, slots=True)
class ThingView(Words):
    """A document as its page shows it."""

    tail: str
    variants: tuple[Format, ...]
    kept: str
    """The query that makes this page another one than the first: its number, or that it has all."""

    @property
    def title(self) -> str:
        """Return what the thing is called, or the end of its address."""
        return self.document.label(self.document.iri, self.language)[0] or self.tail

    @property
    def next(self) -> int | None:
        """Return the number of the next page, if there is one."""
        return self.document.page + 1 if self.document.more else None

    @property
    def others(self) -> list[str]:
        """Return the other subjects that the document describes, more than by their names."""
        known = {self.document.names.expanded(name) for name in BRIEF}
        said = self.document.said
        return [iri for iri in said if iri != self.document.iri and not said[iri].keys() <= known]

    def rows(self, iri: str) -> list[tuple[Word, list[Word]]]:
        """Return the properties of a subject with their values, in words."""
        found = self.document.said[iri]
        ordered = sorted(found.items(), key=lambda told: (told[0] not in self._first, told[0]))
        return [(self.word(ox.NamedNode(name)), [self.word(v) for v in vs]) for name, vs in ordered]

    @property
    def _first(self) -> set[str]:
        names = ("rdf:type", *LABELS, "skos:notation", "skos:definition", "dct:description")
        return {self.document.names.expanded(name) for name in names}
