"""The page of a competence at one level: its descriptor, and who requires it (X-04)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from digigraph.web.api.lists import listing_here
from digigraph.web.overview import by_name
from digigraph.web.showing.competence import SHOWN, CompetenceView, Rung
from digigraph.web.showing.view import ShownView
from digigraph.web.words import ThingView, Word


@dataclass(frozen=True)
class LevelView(ShownView):
    """A competence at a level as its page shows it."""

    @property
    def competence(self) -> str:
        """Return the IRI of the competence."""
        return next(value.value for value in self.document.values("dgc:ofCompetence"))

    @property
    def rank(self) -> int:
        """Return the level, 1 to 8."""
        return int(self.document.iri.rpartition("-")[2])

    @property
    def named(self) -> Word:
        """Return the competence, with a link to it."""
        return self.heading(self.competence)

    @cached_property
    def rung(self) -> Rung:
        """The level as it stands on the ladder of the competence."""
        document = self.things.document(self.competence)
        assert document is not None, "a level is of a competence"
        plain = ThingView(
            document, self.language, self.base, self.root, self.tail, self.variants, self.kept
        )
        return CompetenceView.of(plain, self.things).ladder[self.rank - 1]

    @cached_property
    def asking(self) -> list[Word]:
        """The first of the profiles that ask for this very level, by name."""
        return [self._profile(iri) for iri in self._all[:SHOWN]]

    @property
    def total(self) -> int:
        """Return how many profiles ask for this very level."""
        return len(self._all)

    @cached_property
    def _all(self) -> list[str]:
        levels = listing_here().requirements.asking(self.competence)
        found = (iri for iri, level in levels.items() if level == self.rank)
        return by_name(found, self.language)

    def _profile(self, iri: str) -> Word:
        listing = listing_here()
        if own := listing.name(iri, self.language):
            return Word(own, self.language, self.link(iri))
        return Word(listing.name(iri, "bg"), "bg", self.link(iri))

    @property
    def levels(self) -> list[str]:
        """Return the levels of the same competence, from 1 on."""
        return [f"{self.competence}/level-{rank}" for rank in range(1, 9)]
