"""Tombstones: what is said of things that earlier releases had and this one has not (V-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from digigraph.graph.writer import Writer, day, plain, text, truth
from digigraph.history import Former
from digigraph.names import EXAMPLES, VOID, Names
from digigraph.retired import Retired, name_of_place

GRAPH = "retired"

_DOCUMENTS = {"def": "vocabulary", "shapes": "shapes", EXAMPLES: EXAMPLES}
"""Documents whose parts are named with a #; their tombstones must stand in the same document."""

COUNTED = ("graph/", VOID, "sparql")
"""How the IRIs begin whose tombstones stand with the statistics of the dataset."""


def graph_of(tail: str) -> str:
    """Return the graph that the tombstone of an IRI stands in; `tail` is what follows the base.

    >>> graph_of("def#Level"), graph_of("id/statement/s-1"), graph_of("graph/profiles")
    ('vocabulary', 'retired', '.well-known/void')
    """
    document, hash_, _ = tail.partition("#")
    if tail.startswith(COUNTED):
        return VOID
    return _DOCUMENTS.get(document, GRAPH) if hash_ else GRAPH


def describe_gone(writer: Writer, one: Retired, successor: str, *, withdrawn: bool) -> None:
    """State what became of a thing: that it is gone, since when, and what is there instead.

    `successor` is an IRI or empty. Places in a document say no more than they must; a class that
    is asked for does not bring tombstones, because what a thing was is in `dct:type`.
    """
    names, add = writer.names, writer.add
    graph = graph_of(one.iri)
    iri = f"{names.base}{one.iri}"
    bg, en = one.labels
    if not bg and not en:
        name = names.tail(iri).rpartition("/")[2]
        bg, en = f"{name} (вече не се използва)", f"{name} (no longer in use)"
    writer.types(graph, iri, "prov:Entity")
    if one.kind:
        add(graph, iri, "dct:type", one.kind)
    for label, language in ((bg, "bg"), (en, "en")):
        if label:
            add(graph, iri, "rdfs:label", text(label, language))
    add(graph, iri, "owl:deprecated", truth(True))
    if successor:
        add(graph, iri, "dct:isReplacedBy", successor)
    in_bg, in_en = "", ""
    if one.last_release:
        in_bg, in_en = f" в издание {one.last_release}", f" in release {one.last_release}"
    add(
        graph, iri, "skos:historyNote",
        text(f"Публикувано за последно{in_bg}; пази се заради връзките към него.", "bg"),
        text(f"Last published{in_en}; kept for those who link to it.", "en"),
    )  # fmt: skip
    if not any(name_of_place(one.iri)):
        add(graph, iri, "dct:identifier", plain(names.tail(iri)))
        add(graph, iri, "adms:status", names.term("Withdrawn" if withdrawn else "Deprecated"))
        add(graph, iri, "dct:isPartOf", f"{names.base}catalog/digigraph")


def describe_history(writer: Writer, former: Sequence[Former], present: Former) -> None:
    """State the releases, oldest first, and how those before this one were built (V-01).

    They are history and not retired; how the present one is built stands with the dataset.
    """
    dataset = f"{writer.names.base}catalog/digigraph"
    for one, before in zip((*former, present), (None, *former), strict=True):
        this = _describe_release(writer, one, before)
        build = _release(writer.names, one, "build")
        writer.add("catalog", this, "prov:wasGeneratedBy", build)
        writer.add("catalog", build, "prov:generated", this)
        if one is not present:
            _describe_build(writer, one, build)
    for latest in former[-1:]:
        writer.add(
            "catalog", dataset, "dcat:previousVersion", _release(writer.names, latest, "release")
        )


def _describe_release(writer: Writer, one: Former, before: Former | None) -> str:
    """State a release and the one before it; return its IRI."""
    names, add = writer.names, writer.add
    dataset, this = f"{names.base}catalog/digigraph", _release(names, one, "release")
    writer.types("catalog", this, "dcat:Dataset", "prov:Entity")
    writer.identity(
        "catalog", this, part_of=dataset,
        bg=f"Издание {one.version}", en=f"Release {one.version}",
    )  # fmt: skip
    add("catalog", this, "dcat:version", plain(one.version))
    add("catalog", this, "dct:issued", day(date.fromisoformat(one.issued)))
    add("catalog", this, "dcat:isVersionOf", dataset)
    add("catalog", dataset, "dcat:hasVersion", this)
    for note, language in ((one.notes_bg, "bg"), (one.notes_en, "en")):
        if note:
            add("catalog", this, "adms:versionNotes", text(note, language))
    if before:
        add("catalog", this, "dcat:previousVersion", _release(names, before, "release"))
    return this


def _describe_build(writer: Writer, one: Former, build: str) -> None:
    """State the activity that built an earlier release."""
    names, add = writer.names, writer.add
    dataset = f"{names.base}catalog/digigraph"
    writer.types("catalog", build, "prov:Activity")
    writer.identity(
        "catalog", build, part_of=dataset,
        bg=f"Изграждане на издание {one.version} с {one.software}",
        en=f"Build of release {one.version} with {one.software}",
    )  # fmt: skip
    add("catalog", build, "dct:issued", day(date.fromisoformat(one.issued)))
    add("catalog", build, "prov:wasAssociatedWith", names.id("agent/digigraph"))
    add("catalog", build, "prov:generated", dataset)


def _release(names: Names, former: Former, what: str) -> str:
    return f"{names.base}catalog/{what}-{former.version.replace('.', '-')}"
