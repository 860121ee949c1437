"""Sources, spans and evidence: where in which document each published value stands (Q-01, Q-02)."""

from __future__ import annotations

from collections.abc import Sequence

from digigraph.graph.writer import Writer, day, number, plain, text
from digigraph.records import LineReason, Reading, Source, Span

GRAPH = "evidence"
RFC_5147 = "http://tools.ietf.org/rfc/rfc5147"

_REASONS = {
    LineReason.FOOTER: ("колонтитул на страница", "page footer"),
    LineReason.RUNNING_HEADER: ("текст в горния край на страница", "running header"),
    LineReason.SEPARATOR: ("разделител", "separator"),
    LineReason.TITLE: ("заглавие на документа", "document title"),
    LineReason.SECTION: ("заглавие на раздел", "section heading"),
    LineReason.COLUMNS: ("заглавия на колони", "column headings"),
    LineReason.FIELD: ("име на поле", "field name"),
}


def describe_source(writer: Writer, iri: str, source: Source, reading: Reading) -> None:
    """State a document's description, its checksum and the lines that hold no statement."""
    add, names = writer.add, writer.names
    writer.types(GRAPH, iri, "dgc:SourceDocument", "prov:Entity")
    writer.identity(GRAPH, iri, bg=source.title_bg, en=source.title_en, part_of=dataset(writer))
    add(GRAPH, iri, "dct:title", text(source.title_bg, "bg"), text(source.title_en, "en"))
    add(GRAPH, iri, "dct:rights", text(source.rights_bg, "bg"), text(source.rights_en, "en"))
    add(GRAPH, iri, "dct:provenance", f"{iri}/provenance")
    add(GRAPH, iri, "dct:dateAccepted", day(source.received))
    add(GRAPH, iri, "dct:format", plain(source.media_type))
    add(GRAPH, iri, "dct:language", plain("bg"))
    add(GRAPH, iri, "dcat:byteSize", number(source.byte_size))
    add(GRAPH, iri, "dgc:lineCount", number(reading.line_count))
    add(GRAPH, iri, "spdx:checksum", f"{iri}/checksum")
    if source.publisher:
        add(GRAPH, iri, "dct:publisher", plain(source.publisher))
    writer.types(GRAPH, f"{iri}/provenance", "dct:ProvenanceStatement")
    bg, en = _origin(source)
    writer.identity(GRAPH, f"{iri}/provenance", bg=bg, en=en, part_of=iri)
    writer.types(GRAPH, f"{iri}/checksum", "spdx:Checksum")
    add(GRAPH, f"{iri}/checksum", "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    add(GRAPH, f"{iri}/checksum", "spdx:checksumValue", plain(source.sha256))
    writer.identity(
        GRAPH, f"{iri}/checksum", bg="Контролна сума SHA-256", en="SHA-256 checksum", part_of=iri
    )
    for line in reading.accounted:
        place = f"{iri}/L{line.line}"
        bg, en = _REASONS[line.reason]
        writer.types(GRAPH, place, "dgc:AccountedLine", "oa:SpecificResource")
        writer.identity(
            GRAPH, place, bg=f"Ред {line.line}: {bg}", en=f"Line {line.line}: {en}", part_of=iri
        )
        add(GRAPH, place, "dgc:accountedAs", names.term(line.reason.value))
        add(GRAPH, place, "dgc:line", number(line.line))
        add(GRAPH, place, "oa:hasSource", iri)
        add(GRAPH, place, "oa:hasSelector", _line_selector(writer, iri, line.line))


def _origin(source: Source) -> tuple[str, str]:
    """Return where a document came from and, where its lines were derived, how: bg and en."""
    if not source.text_sha256:
        return source.origin_bg, source.origin_en
    return (
        f"{source.origin_bg} {source.derived_bg} Редовете, които доказателствата цитират, са на "
        f"извлечения текст (SHA-256 {source.text_sha256}).",
        f"{source.origin_en} {source.derived_en} The lines that evidence cites are those of the "
        f"extracted text (SHA-256 {source.text_sha256}).",
    )


def dataset(writer: Writer) -> str:
    """Return the IRI of the dataset that everything is part of."""
    return f"{writer.names.base}catalog/digigraph"


def spans(writer: Writer, source: str, places: Sequence[Span]) -> list[str]:
    """State each span of a document with its two selectors; return the IRIs of the spans."""
    found = []
    for place in dict.fromkeys(places):
        iri = f"{source}/L{place.line}/{place.first}-{place.last}"
        found.append(iri)
        where_bg = f"Ред {place.line}, знаци {place.first}–{place.last}"
        where_en = f"Line {place.line}, characters {place.first}–{place.last}"
        writer.types(GRAPH, iri, "dgc:SourceSpan", "oa:SpecificResource", "prov:Entity")
        writer.identity(GRAPH, iri, bg=where_bg, en=where_en, part_of=source)
        writer.add(GRAPH, iri, "oa:hasSource", source)
        writer.add(GRAPH, iri, "dgc:line", number(place.line))
        writer.add(GRAPH, iri, "oa:hasSelector", _line_selector(writer, source, place.line))
        writer.add(GRAPH, iri, "oa:hasSelector", f"{iri}/quote")
        writer.types(GRAPH, f"{iri}/quote", "oa:TextQuoteSelector")
        writer.add(GRAPH, f"{iri}/quote", "oa:exact", plain(place.quote))
        if place.prefix:
            writer.add(GRAPH, f"{iri}/quote", "oa:prefix", plain(place.prefix))
        if place.suffix:
            writer.add(GRAPH, f"{iri}/quote", "oa:suffix", plain(place.suffix))
        writer.identity(
            GRAPH, f"{iri}/quote", bg=f"{where_bg}: цитат", en=f"{where_en}: quote", part_of=iri
        )
    return found


def _line_selector(writer: Writer, source: str, line: int) -> str:
    """State the selector of a whole line; RFC 5147 counts positions between lines, from 0."""
    iri = f"{source}/L{line}/line"
    writer.types(GRAPH, iri, "oa:FragmentSelector")
    writer.add(GRAPH, iri, "rdf:value", plain(f"line={line - 1},{line}"))
    writer.add(GRAPH, iri, "dct:conformsTo", RFC_5147)
    writer.identity(GRAPH, iri, bg=f"Ред {line}", en=f"Line {line}", part_of=source)
    return iri


def evidence(
    writer: Writer, source: str, subject: str, predicate: str, name: str, places: Sequence[Span],
    *, owner: str = "",
) -> None:  # fmt: skip
    """State that the value of `predicate` on `subject` was read from the places.

    The evidence is named `{owner}/evidence/{name}`, where the owner is the subject unless it is
    somebody else's IRI.
    """
    iri = f"{owner or subject}/evidence/{name}"
    writer.types(GRAPH, iri, "dgc:Evidence", "prov:Entity")
    writer.identity(
        GRAPH, iri, bg=f"Извор на стойността: {name}", en=f"Evidence of the value: {name}",
        part_of=owner or subject,
    )  # fmt: skip
    writer.add(GRAPH, iri, "dgc:evidenceFor", subject)
    writer.add(GRAPH, iri, "dgc:evidenceProperty", predicate)
    writer.add(GRAPH, subject, "dgc:hasEvidence", iri)
    writer.add(GRAPH, iri, "prov:wasDerivedFrom", *spans(writer, source, places))
