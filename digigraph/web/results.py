"""An answer as a page shows it: a table with links, a word, or a small graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from digigraph.names import Names
from digigraph.web.site import site


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result: its text, its IRI if it is one, its language or datatype.

    `link` is where the IRI leads from here; one of ours leads to this service.
    """

    text: str
    iri: str = ""
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The first rows or triples of an answer, how many there are, and where all of them are."""

    names: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    total: int = 0
    truth: bool | None = None
    graph: str = ""
    triples_shown: int = 0
    downloads: Sequence[tuple[str, str]] = ()


def result_of(found: dict[str, Any], downloads: Sequence[tuple[str, str]]) -> Result:
    """Return what a page shows of an excerpt, as `Answer.excerpt` has it."""
    if "graph" in found:
        shown = min(found["shown"], found["total"])
        return Result(
            graph=found["graph"], total=found["total"], triples_shown=shown, downloads=downloads
        )
    if "boolean" in found:
        return Result(truth=found["boolean"], downloads=downloads)
    names = Names(site().release.base).prefixes()
    rows = [[_cell(row.get(name), names) for name in found["names"]] for row in found["rows"]]
    return Result(found["names"], rows, found["total"], downloads=downloads)


def _cell(value: dict[str, str] | None, prefixes: dict[str, str]) -> Cell:
    if value is None:
        return Cell("")
    if value["type"] == "uri":
        return Cell(_short(value["value"], prefixes), value["value"], link=_link(value["value"]))
    return Cell(
        value["value"],
        note=value.get("xml:lang") or value.get("datatype", "").rpartition("#")[2],
    )


def _link(iri: str) -> str:
    base = site().release.base
    if iri.startswith(base):
        return site().root + iri.removeprefix(base)
    return iri if iri.startswith(("http://", "https://")) else ""


def _short(iri: str, prefixes: dict[str, str]) -> str:
    """Return an IRI as readers write it: with a prefix of ours, or without our base."""
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and iri != namespace:
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(site().release.base) or iri
