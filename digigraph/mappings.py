"""SSSOM tables -> mapping records (Q-07 … Q-09).

A table of `data/mappings/` follows SSSOM 1.1: metadata in `#` lines, then rows complete in
themselves. The reader is strict and knows only the slots we use, because a slot that is misspelt
and passed over would be a statement lost; every problem of a file is told at once.
"""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from digigraph.errors import InputError

SKOS = "http://www.w3.org/2004/02/skos/core#"
MATCHES = {f"{SKOS}{kind}Match" for kind in ("broad", "close", "exact", "narrow", "related")}
MANUAL_CURATION = "https://w3id.org/semapv/vocab/ManualMappingCuration"
NO_TERM_FOUND = "https://w3id.org/sssom/NoTermFound"
LITERAL = "rdfs literal"
"""The type of a subject or object that has a label and no identifier."""

_TITLES = ("id", "title", "description", "version")
SET_SLOTS = ("sssom_version", "curie_map", *(f"mapping_set_{title}" for title in _TITLES))
SET_SLOTS = (*SET_SLOTS, "license", "publication_date")
_PARTS = ("id", "label", "type", "source", "source_version")
_ENDS = (f"{end}_{part}" for end in ("subject", "object") for part in _PARTS)
ROW_SLOTS = (*_ENDS, "predicate_id", "predicate_modifier", "mapping_justification", "author_id")
ROW_SLOTS = (*ROW_SLOTS, "reviewer_id", "mapping_cardinality", "cardinality_scope")
ROW_SLOTS = (*ROW_SLOTS, "mapping_date", "confidence", "comment")
_SHAPES = {
    "predicate_id": re.compile(".+"),
    "predicate_modifier": re.compile("Not|"),
    "mapping_justification": re.compile("semapv:.+"),
    "mapping_cardinality": re.compile("[1n]:[1n]|1:0|"),
    "object_source_version": re.compile(".+"),
    "confidence": re.compile(r"1(\.0+)?|0(\.\d+)?|"),
}
"""What a cell must look like."""
_SLOT = re.compile(r"(\w+):(?: (.+))?")
_PREFIX = re.compile(r"  ([A-Za-z][\w-]*): (https?://\S+)")
_VALUE = re.compile(r'"([^"\\]*)"|([^\s"\'&*!|>%@`#?{}\[\],-](?:(?!: | #|:$).)*)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One row: what is mapped to what, how, why and by whom; identifiers are whole IRIs.

    `subject` or `object` is None where the thing has only a label (a literal mapping); `object`
    is `NO_TERM_FOUND` where one looked and there is none (Q-08). Other texts are as written.
    """

    subject: str | None
    predicate: str
    object: str | None
    justification: str
    negated: bool
    confidence: Decimal | None
    authors: tuple[str, ...]
    reviewers: tuple[str, ...]
    date: datetime.date
    subject_label: str
    object_label: str
    subject_source: str | None
    subject_source_version: str
    object_source: str | None
    object_source_version: str
    cardinality: str
    cardinality_scope: str
    comment: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSet:
    """A mapping file: what it says of itself, and its rows in their order."""

    name: str
    id: str
    title: str
    description: str
    license: str
    version: str
    date: datetime.date
    curie_map: dict[str, str]
    mappings: tuple[Mapping, ...]


def is_publishable(mapping: Mapping) -> bool:
    """Tell whether a SKOS triple may be derived from `mapping` (Q-09).

    The row is not negated, a human made or reviewed it, its predicate is a SKOS match, and both
    ends have an identifier.
    """
    by_hand = bool(mapping.authors) and mapping.justification == MANUAL_CURATION
    ends = (mapping.subject, mapping.object)
    return (
        not mapping.negated
        and (by_hand or bool(mapping.reviewers))
        and mapping.predicate in MATCHES
        and not any(end in (None, NO_TERM_FOUND) for end in ends)
    )


def read(path: Path) -> MappingSet:
    """Return the mapping set of a file; `InputError` lists every problem, one a line."""
    try:
        return parse(path.read_bytes().decode("utf-8-sig"), path)
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(path, f"is not UTF-8: byte {error.start} cannot be read") from error


def parse(text: str, path: Path) -> MappingSet:
    """Return the mapping set that `text` holds; `path` is the file to name in errors."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    table = _Table()
    for number, line in enumerate(lines, start=1):
        if not unicodedata.is_normalized("NFC", line):
            table.complain(number, "write the text in Unicode normal form C (NFC)")
    head = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    about = table.metadata(lines[:head])
    name = about["mapping_set_id"].rpartition("/")[2]
    if path.name != f"{name}.sssom.tsv":
        table.complain(1, f"mapping_set_id must end in the name of the file, not in {name!r}")
    date = table.day(1, "publication_date", about["publication_date"])
    mappings = tuple(table.mapping(line, cells) for line, cells in table.rows(lines, head))
    if not mappings:
        table.complain(head + 1, "the table has no row to read")
    if table.problems:
        told = [f"line {line}: {problem}" for line, problem in sorted(table.problems)]
        raise InputError(path, "\n".join([f"{len(told)} problem(s) in this mapping set", *told]))
    titles = {title: about[f"mapping_set_{title}"] for title in _TITLES}
    rest = {"license": about["license"], "name": name}
    return MappingSet(**titles, **rest, date=date, curie_map=table.prefixes, mappings=mappings)


@dataclass(slots=True)
class _Table:
    """One file while it is read: its prefixes, the mappings met, and all that is wrong with it."""

    prefixes: dict[str, str] = field(default_factory=dict)
    met: dict[tuple[str, ...], int] = field(default_factory=dict)
    problems: set[tuple[int, str]] = field(default_factory=set)

    def complain(self, line: int, problem: str) -> None:
        """Keep a problem, to be told with all the others."""
        self.problems.add((line, problem))

    def metadata(self, head: list[str]) -> dict[str, str]:
        """Return the slots of the `#` lines: `key: value`, and prefixes under `curie_map:`."""
        about: dict[str, str] = {}
        for number, line in enumerate((line[1:] for line in head), start=1):
            prefix, slot = _PREFIX.fullmatch(line), _SLOT.fullmatch(line)
            value = _VALUE.fullmatch((slot and slot[2]) or "")
            if prefix and next(reversed(about), "") == "curie_map":
                if self.prefixes.setdefault(prefix[1], prefix[2]) != prefix[2]:
                    self.complain(number, f"prefix {prefix[1]!r} has two meanings")
            elif slot is None or (value is None) != (line == "curie_map:"):
                self.complain(number, "write '#key: value', the value plain or in double quotes")
            elif slot[1] not in SET_SLOTS or slot[1] in about:
                self.complain(number, f"{slot[1]!r} is unknown or repeated")
            else:
                about[slot[1]] = (value[1] or value[2]) if value else ""
        for missing in (slot for slot in SET_SLOTS if slot not in about):
            self.complain(1, f"the metadata lack {missing!r}")
        return dict.fromkeys(SET_SLOTS, "") | about

    def rows(self, lines: list[str], head: int) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row that has all its cells, with its line number."""
        table = csv.reader(lines[head:], delimiter="\t", strict=True)
        try:
            columns = next(table, [])
            for column in (c for c in columns if c not in ROW_SLOTS or columns.count(c) > 1):
                self.complain(head + 1, f"column {column!r} is unknown or repeated")
            for cells in (cells for cells in table if cells):
                if len(cells) == len(columns):
                    yield head + table.line_num, dict(zip(columns, cells, strict=True))
                else:
                    found = f"{len(cells)} cells under {len(columns)} columns"
                    self.complain(head + table.line_num, found)
        except csv.Error as error:
            self.complain(head + table.line_num, f"is not a row of a table: {error}")

    def mapping(self, line: int, cells: dict[str, str]) -> Mapping:
        """Return the mapping that a row states, and keep what is wrong with it."""
        cells = dict.fromkeys(ROW_SLOTS, "") | cells
        shaped = {slot: bool(shape.fullmatch(cells[slot])) for slot, shape in _SHAPES.items()}
        for slot in (slot for slot, fits in shaped.items() if not fits):
            self.complain(line, f"{slot} cannot be {cells[slot]!r}")
        if not (cells["author_id"] or cells["reviewer_id"]):
            self.complain(line, "say who made the mapping: author_id or reviewer_id")
        subject, target = self.end(line, "subject", cells), self.end(line, "object", cells)
        if (target == NO_TERM_FOUND) != (cells["mapping_cardinality"] == "1:0"):
            self.complain(line, "sssom:NoTermFound and mapping_cardinality 1:0 go together")
        ends = (subject or cells["subject_label"], target or cells["object_label"])
        if (first := self.met.setdefault((*ends, cells["predicate_id"]), line)) != line:
            self.complain(line, f"repeats or contradicts line {first}")
        confidence = cells["confidence"] if shaped["confidence"] else ""
        return Mapping(
            subject=subject,
            predicate=self.iri(line, cells["predicate_id"]) or "",
            object=target,
            justification=self.iri(line, cells["mapping_justification"]) or "",
            negated=cells["predicate_modifier"] == "Not",
            confidence=Decimal(confidence) if confidence else None,
            authors=self.iris(line, cells["author_id"]),
            reviewers=self.iris(line, cells["reviewer_id"]),
            date=self.day(line, "mapping_date", cells["mapping_date"]),
            subject_label=cells["subject_label"],
            object_label=cells["object_label"],
            subject_source=self.iri(line, cells["subject_source"]),
            subject_source_version=cells["subject_source_version"],
            object_source=self.iri(line, cells["object_source"]),
            object_source_version=cells["object_source_version"],
            cardinality=cells["mapping_cardinality"],
            cardinality_scope=cells["cardinality_scope"],
            comment=cells["comment"],
            line=line,
        )

    def end(self, line: int, end: str, cells: dict[str, str]) -> str | None:
        """Return the subject or object of a row: an IRI, or None for a literal."""
        literal = cells[f"{end}_type"] == LITERAL
        if literal == bool(cells[f"{end}_id"]) or (literal and not cells[f"{end}_label"]):
            self.complain(line, f"give {end}_id, or {end}_label alone with {end}_type {LITERAL!r}")
        return self.iri(line, cells[f"{end}_id"])

    def iri(self, line: int, curie: str) -> str | None:
        """Return the IRI that a CURIE stands for, or None where the cell is empty."""
        prefix, colon, local = curie.partition(":")
        if curie and not (colon and prefix in self.prefixes and re.fullmatch(r"\S+", local)):
            self.complain(line, f"{curie!r} is not a CURIE with a prefix of the curie_map")
        return self.prefixes.get(prefix, "") + local if curie else None

    def iris(self, line: int, curies: str) -> tuple[str, ...]:
        """Return the IRIs of a cell that may hold several CURIEs, set apart by `|`."""
        return tuple(iri for curie in curies.split("|") if (iri := self.iri(line, curie)))

    def day(self, line: int, slot: str, text: str) -> datetime.date:
        """Return the day that is written as 2026-11-23."""
        try:
            return datetime.datetime.strptime(text, "%Y-%m-%d").date()
        except ValueError:
            self.complain(line, f"{slot} cannot be {text!r}; write a day as 2026-11-23")
            return datetime.date.min
