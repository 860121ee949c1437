"""Writes the tables of a release as CSV, with CSVW metadata that says what each column is (C-05).

UTF-8 and RFC 4180: a comma, quotes where they are needed, CR LF at the end of a row. Rows stand in
the order of their URIs; only those and one row at a time are held in memory.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.lines import Lines, Value, value_of
from digigraph.names import Names
from digigraph.tables import SEPARATOR, TABLES, Column, Table

FOLDER = "csv"
METADATA = "csv-metadata.json"
MATRIX = "matrix"

REMEMBERED = 4_000
"""Of how many things it is remembered what they say; many rows lead to the same levels."""

_OF_MATRIX = (
    "dgc:hasRequirement", "dgc:requiresCompetence", "dgc:requiredLevel", "dgc:rank",
)  # fmt: skip
"""What the matrix is made of, besides names and codes."""


class Rows:
    """The rows of the tables, out of the index and the sorted dump of a release.

    A thing is looked up once, whatever its columns are; what many rows lead to is remembered.
    """

    def __init__(self, store: ox.Store, lines: Lines, base: str) -> None:
        """Take an open index and an open dump."""
        self._store, self._lines, self._names = store, lines, Names(base)
        paths = [column.path for table in TABLES for column in table.columns]
        told = {step for path in (*paths, *_OF_MATRIX) for step in path.split("/")}
        self._short = {f"<{self._names.expanded(name)}>".encode(): name for name in told}
        self._said = lru_cache(maxsize=REMEMBERED)(self._looked_up)

    def of(self, table: Table) -> Iterator[list[str]]:
        """Yield the rows of a table as text, in the order of their URIs."""
        return self.each(table, self.instances(table.row))

    def each(self, table: Table, iris: Iterable[str]) -> Iterator[list[str]]:
        """Yield the rows of some things of a table as text."""
        for iri in iris:
            yield [iri, *(self._cell(iri, column) for column in table.columns)]

    def matrix(self, profiles: Iterable[str] | None = None) -> Iterator[list[str]]:
        """Yield profile by profile the level that it requires of each framework competence.

        The first row is the header: `uri`, the profile's name, and the competences' codes. Without
        `profiles` there is a row for each of them.
        """
        codes = {
            iri: self._first(iri, "skos:notation")
            for iri in self.instances("dgc:FrameworkCompetence")
        }
        yield ["uri", "title_bg", *codes.values(), "specific"]
        if profiles is None:
            profiles = self.instances("dgc:OccupationProfile")
        for profile in profiles:
            levels: dict[str, str] = {}
            specific = 0
            for requirement in self._values(profile, "dgc:hasRequirement"):
                competence = self._first(requirement.text, "dgc:requiresCompetence")
                rank = self._first(self._first(requirement.text, "dgc:requiredLevel"), "dgc:rank")
                if competence in codes:
                    levels[competence] = rank
                else:
                    specific += 1
            title = self._cell(profile, _TITLE)
            yield [profile, title, *(levels.get(iri, "") for iri in codes), str(specific)]

    def _cell(self, iri: str, column: Column) -> str:
        *way, last = column.path.split("/")
        nodes = [iri]
        for step in way:
            nodes = [far.text for near in nodes for far in self._values(near, step)]
        texts = [
            _local(value.text) if column.local else value.text
            for node in nodes
            for value in self._values(node, last, column.language)
            if not column.only or re.search(column.only, value.datatype or value.text)
        ]
        if column.language or not column.many:
            return texts[0] if texts else ""
        return SEPARATOR.join(texts)

    def _first(self, iri: str, name: str) -> str:
        return next((value.text for value in self._values(iri, name)), "")

    def _values(self, iri: str, name: str, language: str = "") -> list[Value]:
        """Return the values of a property of a thing in order, all or those in a language."""
        found = self._said(iri).get(name, ())
        if language:
            ending = f'"@{language} .\n'.encode()
            found = [written for written in found if written.endswith(ending)]
        return [value_of(written) for written in found]

    def _looked_up(self, iri: str) -> dict[str, list[bytes]]:
        """Return the values of a thing as they are written, in order, by the property's name."""
        found: dict[str, list[bytes]] = {}
        for line in self._lines.of(iri):
            _, named, written = line.split(b" ", 2)
            if name := self._short.get(named):
                found.setdefault(name, []).append(written)
        return found

    def instances(self, name: str) -> list[str]:
        """Return the IRIs of the things of a class, as "dgc:Statement", in order."""
        kind, wanted = (ox.NamedNode(self._names.expanded(one)) for one in ("rdf:type", name))
        found = self._store.quads_for_pattern(None, kind, wanted, ox.DefaultGraph())
        return sorted(q.subject.value for q in found if isinstance(q.subject, ox.NamedNode))


_TITLE = Column("title_bg", "наименование (bg)", "title (bg)", "dct:title", language="bg")


CHUNK = 2_000
"""How many rows are written together, maybe in a process of their own."""


@dataclass(frozen=True, slots=True)
class Rowing:
    """Rows of a table to be written to a file: of which things, out of which index and dump."""

    store: Path
    union: Path
    base: str
    table: str
    iris: Sequence[str]
    to: Path


def write_chunk(task: Rowing) -> Path:
    """Write some rows of a table, or of the matrix; return the file."""
    rows = opened(task.store, task.union, task.base)
    with task.to.open("wb") as out:
        if task.table == MATRIX:
            _, *matrix = rows.matrix(task.iris)
            write_rows(out, matrix)
        else:
            table = next(one for one in TABLES if one.name == task.table)
            write_rows(out, rows.each(table, task.iris))
    return task.to


@lru_cache(maxsize=1)
def opened(store: Path, union: Path, base: str) -> Rows:
    """Return the rows of a release, opened once in each process."""
    return Rows(ox.Store.read_only(str(store)), Lines(union), base)


def write_tables(
    folder: Path, store: Path, union: Path, base: str, version: str, crew: Crew
) -> None:
    """Write every table and the metadata into `folder`, which is made."""
    folder.mkdir()
    rows = opened(store, union, base)
    header = next(rows.matrix([]))
    tasks = []
    for name, kind, head in (
        *((table.name, table.row, table.header) for table in TABLES),
        (MATRIX, "dgc:OccupationProfile", header),
    ):
        with (folder / f"{name}.csv").open("wb") as out:
            write_rows(out, [head])
        iris = rows.instances(kind)
        for first in range(0, len(iris), CHUNK):
            place = folder / f".{name}-{first}"
            tasks.append(Rowing(store, union, base, name, iris[first : first + CHUNK], place))
    for task, written in zip(tasks, crew.do(write_chunk, tasks, few=40), strict=True):
        with (folder / f"{task.table}.csv").open("ab") as out, written.open("rb") as chunk:
            shutil.copyfileobj(chunk, out)
        written.unlink()
    told = json.dumps(metadata(base, version, header), ensure_ascii=False, indent=1) + "\n"
    (folder / METADATA).write_text(told, encoding="utf-8")


def metadata(base: str, version: str, matrix: list[str]) -> dict[str, Any]:
    """Return the CSVW description of the tables: a table group (W3C, 2015)."""
    names = Names(base)
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "@id": f"{base}release/{version}/{FOLDER}/{METADATA}",
        "dc:title": [
            {"@value": "digigraph: таблици", "@language": "bg"},
            {"@value": "digigraph: tables", "@language": "en"},
        ],
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dcat:version": version,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tables": [*(_described(table, names) for table in TABLES), _matrix(matrix, names)],
    }


def _described(table: Table, names: Names) -> dict[str, Any]:
    foreign = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{_LINKED[column.path]}.csv", "columnReference": "uri"},
        }
        for column in table.columns
        if column.path in _LINKED and not column.many
    ]
    return {
        "url": f"{table.name}.csv",
        "dc:title": [
            {"@value": table.bg, "@language": "bg"},
            {"@value": table.en, "@language": "en"},
        ],
        "tableSchema": {
            "primaryKey": "uri",
            "aboutUrl": "{+uri}",
            "columns": [_URI, *(_column(column, names) for column in table.columns)],
            **({"foreignKeys": foreign} if foreign else {}),
        },
    }


_URI = {"name": "uri", "titles": {"bg": ["uri"], "en": ["uri"]}, "datatype": "anyURI",
        "required": True, "suppressOutput": True}  # fmt: skip
_LINKED = {
    "dgc:requirementOf": "profiles",
    "dgc:requiresCompetence": "competences",
    "dgc:ofCompetence": "competences",
}
"""Paths whose values are rows of another table."""


def _column(column: Column, names: Names) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        # The first title is what the header of the file says.
        "titles": [column.name],
        "dc:title": [
            {"@value": column.bg, "@language": "bg"},
            {"@value": column.en, "@language": "en"},
        ],
        "datatype": column.datatype,
    }
    if "/" not in column.path and not column.local:
        told["propertyUrl"] = names.expanded(column.path)
        if column.datatype == "anyURI" and not column.many:
            told["valueUrl"] = f"{{+{column.name}}}"
    else:
        told["suppressOutput"] = True
    if column.language:
        told["lang"] = column.language
    if column.many and not column.language:
        told["separator"] = SEPARATOR
    return told


def _matrix(header: list[str], names: Names) -> dict[str, Any]:
    title = [
        {"@value": "Матрица: профили и общи компетентности", "@language": "bg"},
        {"@value": "Matrix: profiles and framework competences", "@language": "en"},
    ]
    columns: list[dict[str, Any]] = [_URI, _column(_TITLE, names)]
    for number, code in enumerate(header[2:], 3):
        columns.append(
            {"name": f"c{number}", "titles": [code], "datatype": "integer", "suppressOutput": True}
        )
    schema = {"primaryKey": "uri", "aboutUrl": "{+uri}", "columns": columns}
    return {"url": f"{MATRIX}.csv", "dc:title": title, "tableSchema": schema}


def write_rows(out: IO[bytes], *parts: Iterable[list[str]]) -> None:
    """Write rows as CSV (RFC 4180)."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for part in parts:
        writer.writerows(part)
    text.flush()
    text.detach()


def _local(iri: str) -> str:
    return re.split(r"[#/]", iri)[-1].removeprefix("band-")
