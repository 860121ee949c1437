"""Pages that show a thing as people read it, for the kinds of things that have such a page.

Every other thing has the plain page, `thing.html`, which says all that its document says, and
how to link to it; what is retired, and a later page of a document, has no such link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from digigraph.document import Document
from digigraph.things import Things
from digigraph.web.showing.competence import CompetenceView
from digigraph.web.showing.level import LevelView
from digigraph.web.showing.profile import ProfileView
from digigraph.web.showing.source import SourceView
from digigraph.web.showing.view import ShownView
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


def shown(plain: ThingView, things: Things, *, whole: bool = False, line: int = 1) -> Shown:
    """Return how a thing is shown; later pages of a document are plain, and `whole` ones.

    The page of a source document begins with its `line`.
    """
    document: Document = plain.document
    if document.page > 1 or document.is_retired:
        return "thing.html", plain
    types = {value.value for value in document.values("rdf:type")}
    for name, (template, made) in _PAGES.items():
        if document.names.expanded(name) in types and not whole and not _is_shapes(plain):
            view = made(plain, things)
            return template, replace(view, first=line) if isinstance(view, SourceView) else view
    return "thing.html", plain if whole else ShownView.of(plain, things)


def _is_shapes(plain: ThingView) -> bool:
    """Tell the ontology of our shapes, which is no vocabulary to read."""
    return plain.document.iri == f"{plain.base}shapes"
