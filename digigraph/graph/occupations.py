"""Names of what the documents bring, and the positions of NKPD-2011 that only they bring."""

from __future__ import annotations

from datetime import date

from digigraph.graph.writer import Writer, notation, text
from digigraph.labels import Labels
from digigraph.names import ESCO_ISCO
from digigraph.reference import Reference
from digigraph.text import transliterate

OWN_LABEL_BG = "Английското наименование е превод на digigraph, а не официално наименование."
OWN_LABEL_EN = "The English name is digigraph's own translation, not an official name."


def closed(name: str) -> str:
    """Return a name without the full stop that some documents set after it."""
    return name.rstrip(". ")


def named(
    writer: Writer, graph: str, iri: str, bg: str, en: str, *, part_of: str = "", scheme: str = ""
) -> None:
    """State the names of a thing; the English one is ours and says so (M-11)."""
    writer.identity(
        graph, iri, bg=bg, en=en, part_of=part_of, scheme=scheme, label="skos:prefLabel"
    )
    if en:
        writer.add(graph, iri, "dgc:labelStatus", "dgc:OwnTranslation")
        writer.add(
            graph, iri, "skos:editorialNote", text(OWN_LABEL_BG, "bg"), text(OWN_LABEL_EN, "en")
        )
    writer.add(graph, iri, "skos:hiddenLabel", text(transliterate(bg), "bg-latn"))


def describe_position(
    writer: Writer, code: str, name: str, labels: Labels, reference: Reference
) -> None:
    """State a position of NKPD-2011 that the shipped scheme does not hold, and its groups.

    Any number of documents may bring a group: its date is that of the scheme, and of no document.
    """
    graph, names = "classifications", writer.names
    scheme = names.id("nkpd11")
    iri = names.occupation(code)
    writer.types(graph, iri, "dgc:OccupationPosition", "skos:Concept")
    named(writer, graph, iri, name, labels.english(f"nkpd11/{code}") or "", scheme=scheme)
    writer.add(graph, iri, "skos:notation", notation(code, names.term("NKPD2011")))
    writer.add(graph, iri, "skos:broadMatch", ESCO_ISCO + code[:4])
    below = iri
    for length in (4, 3, 2, 1):
        group = names.occupation(code[:length])
        writer.add(graph, below, "skos:broader", group)
        writer.add(graph, group, "skos:narrower", below)
        if any(known.startswith(code[:length]) for known in reference.positions):
            return
        _group(writer, graph, group, code[:length], scheme, reference.classified)
        below = group


_GROUPS = {
    1: ("Клас", "Major group"),
    2: ("Подклас", "Sub-major group"),
    3: ("Група", "Minor group"),
    4: ("Единична група", "Unit group"),
}


def _group(writer: Writer, graph: str, iri: str, code: str, scheme: str, modified: date) -> None:
    bg, en = _GROUPS[len(code)]
    writer.types(graph, iri, "dgc:OccupationGroup", "skos:Concept")
    writer.identity(
        graph, iri, bg=f"{bg} {code} по НКПД-2011", en=f"{en} {code} of NKPD-2011", scheme=scheme,
        label="skos:prefLabel", modified=modified,
    )  # fmt: skip
    writer.add(graph, iri, "dgc:labelStatus", "dgc:OwnTranslation")
    writer.add(graph, iri, "skos:notation", notation(code, writer.names.term("NKPD2011")))
    if len(code) == 1:
        writer.add(graph, iri, "skos:topConceptOf", scheme)
        writer.add(graph, scheme, "skos:hasTopConcept", iri)
