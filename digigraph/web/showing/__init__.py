"""Pages that show a thing as people read it, for the kinds of things that have such a page.

Every other thing has the plain page, `thing.html`, which says all that its document says.
"""

from __future__ import annotations

from collections.abc import Callable

from digigraph.things import Document, Things
from digigraph.web.showing.competence import CompetenceView
from digigraph.web.showing.level import LevelView
from digigraph.web.showing.profile import ProfileView
from digigraph.web.showing.source import SourceView
from digigraph.web.showing.vocabulary import VocabularyView
from digigraph.web.words import ThingView

Shown = tuple[str, ThingView]
"""The template of a page, and what it shows."""

_PAGES: dict[str, tuple[str, Callable[[ThingView, Things], ThingView]]] = {
    "dgc:OccupationProfile": ("profile.html", ProfileView.of),
    "dgc:Competence": ("competence.html", CompetenceView.of),
    "dgc:CompetenceAtLevel": ("level.html", LevelView.of),
    "dgc:SourceDocument": ("source.html", SourceView.of),
    "owl:Ontology": ("vocabulary.html", VocabularyView.of),
}
"""Class -> its page."""


def shown(plain: ThingView, things: Things) -> Shown:
    """Return how a thing is shown; later pages of a document are plain."""
    document: Document = plain.document
    if document.iri in (f"{plain.base}shapes",):
        return "thing.html", plain
    if document.page == 1 and not document.is_retired:
        types = {value.value for value in document.values("rdf:type")}
        for name, (template, made) in _PAGES.items():
            if document.names.expanded(name) in types:
                return template, made(plain, things)
    return "thing.html", plain
