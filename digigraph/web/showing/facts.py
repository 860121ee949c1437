"""What is said of one thing, for pages that show some of it."""

from __future__ import annotations

import pyoxigraph as ox

from digigraph.document import Value
from digigraph.things import Things


class Facts:
    """What is said of one thing, property by property."""

    def __init__(self, iri: str, things: Things) -> None:
        """Look the thing up; nothing is said of an empty IRI."""
        self._names = things.names
        self._values: dict[str, list[Value]] = {}
        for triple in things.said_of(iri) if iri else ():
            if isinstance(triple.object, (ox.NamedNode, ox.Literal)):
                self._values.setdefault(triple.predicate.value, []).append(triple.object)

    def all(self, name: str) -> list[str]:
        """Return the values of a property, as "dct:title", in order."""
        return sorted(v.value for v in self._values.get(self._names.expanded(name), ()))

    def first(self, name: str) -> str:
        """Return the first value of a property, or an empty text."""
        return next(iter(self.all(name)), "")

    def text(self, name: str, language: str) -> str:
        """Return the text of a property in a language, or an empty one."""
        found = self._values.get(self._names.expanded(name), ())
        texts = (v.value for v in found if getattr(v, "language", "") == language)
        return next(texts, "")
