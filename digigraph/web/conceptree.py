"""The framework as a tree: areas, competences and levels, each a link (X-07).

The page is a nested list; a script makes of it a tree as the ARIA Authoring Practices have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response

from digigraph.web.api.lists import listing_here
from digigraph.web.framework import areas_here, scheme_here
from digigraph.web.site import language, page, revalidated, site

bp = Blueprint("conceptree", __name__)


@dataclass(frozen=True, slots=True)
class Branch:
    """One concept of the tree, with what is below it."""

    code: str
    label: str
    link: str
    area: int
    asking: int
    """How many profiles require it; 0 where none does, and for what is not required itself."""
    below: Sequence[Branch] = ()


@dataclass(frozen=True, slots=True)
class TreeView:
    """The tree, from its root, and how many concepts it has."""

    root: Branch
    total: int


@bp.get("/tree")
def tree() -> Response:
    """Show the framework as a tree."""
    label, link = scheme_here()
    levels = _levels()
    areas = []
    for area in areas_here():
        competences = [
            Branch(one.code, one.label, one.link, 0, one.asking, _ladder(one.iri, levels))
            for one in area.spokes
        ]
        number = area.number
        areas.append(Branch(str(number), area.label, area.link, number, 0, competences))
    root = Branch("", label, link, 0, 0, areas)
    return revalidated(page("tree.html", TreeView(root, _size(root))))


def _ladder(competence: str, levels: Sequence[str]) -> list[Branch]:
    listing, here = listing_here(), site()
    asking = Counter(listing.requirements.asking(competence).values())
    place = here.root + competence.removeprefix(here.release.base)
    return [
        Branch("", name, f"{place}/level-{rank}?lang={language()}", 0, asking[rank])
        for rank, name in enumerate(levels, 1)
    ]


def _levels() -> list[str]:
    listing, lang = listing_here(), language()
    return [listing.name(iri, lang) or listing.name(iri, "bg") for iri in listing.levels]


def _size(branch: Branch) -> int:
    return 1 + sum(map(_size, branch.below))
