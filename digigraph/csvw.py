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
from digigraph.names import Names
from digigraph.tables import SEPARATOR, TABLES, Column, Table

FOLDER = "csv"
METADATA = "csv-metadata.json"
MATRIX = "matrix"

Value = ox.NamedNode | ox.Literal


class Rows:
    """The rows of the tables, out of the index of a release."""

    def __init__(self, store: ox.Store, base: str) -> None:
        """Take an open index."""
        self._store, self._names = store, Names(base)

    def of(self, table: Table) -> Iterator[list[str]]:
        """Yield the rows of a table as text, in the order of their URIs."""
        return self.each(table, self.instances(table.row))

    def each(self, table: Table, iris: Iterable[str]) -> Iterator[list[str]]:
        """Yield the rows of some things of a table as text."""
        paths = [self._path(column) for column in table.columns]
        for iri in iris:
            cells = [
                self._cell(iri, column, path)
                for column, path in zip(table.columns, paths, strict=True)
            ]
            yield [iri, *cells]

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
            for requirement in self._step([profile], self._node("dgc:hasRequirement")):
                competence = self._first(requirement, "dgc:requiresCompetence")
                rank = self._first(self._first(requirement, "dgc:requiredLevel"), "dgc:rank")
                if competence in codes:
                    levels[competence] = rank
                else:
                    specific += 1
            title = self._cell(profile, _TITLE, self._path(_TITLE))
            yield [profile, title, *(levels.get(iri, "") for iri in codes), str(specific)]

    def _cell(self, iri: str, column: Column, path: list[ox.NamedNode]) -> str:
        *way, last = path
        at = self._way([iri], way)
        values = [v for node in at for v in self._values(node, last) if _fits(v, column)]
        texts = [_local(v.value) if column.local else v.value for v in values]
        if column.language or not column.many:
            return texts[0] if texts else ""
        return SEPARATOR.join(texts)

    def _way(self, nodes: list[str], way: Iterable[ox.NamedNode]) -> list[str]:
        for step in way:
            nodes = self._step(nodes, step)
        return nodes

    def _step(self, nodes: list[str], step: ox.NamedNode) -> list[str]:
        return [v.value for node in nodes for v in self._values(node, step)]

    def _values(self, iri: str, predicate: ox.NamedNode) -> list[Value]:
        found = self._store.quads_for_pattern(ox.NamedNode(iri), predicate, None, ox.DefaultGraph())
        values: list[Value] = []
        for quad in found:
            assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
            values.append(quad.object)
        return sorted(values, key=str) if len(values) > 1 else values

    def _first(self, iri: str, name: str) -> str:
        return next((v.value for v in self._values(iri, self._node(name))), "") if iri else ""

    def instances(self, name: str) -> list[str]:
        """Return the IRIs of the things of a class, as "dgc:Statement", in order."""
        found = self._store.quads_for_pattern(
            None, self._node("rdf:type"), self._node(name), ox.DefaultGraph()
        )
        return sorted(q.subject.value for q in found if isinstance(q.subject, ox.NamedNode))

    def _path(self, column: Column) -> list[ox.NamedNode]:
        return [self._node(step) for step in column.path.split("/")]

    def _node(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(self._names.expanded(name))


_TITLE = Column("title_bg", "наименование (bg)", "title (bg)", "dct:title", language="bg")


CHUNK = 2_000
"""How many rows are written together, maybe in a process of their own."""


@dataclass(frozen=True, slots=True)
class Rowing:
    """Rows of a table to be written to a file: of which things, out of which index."""

    store: Path
    base: str
    table: str
    iris: Sequence[str]
    to: Path


def write_chunk(task: Rowing) -> Path:
    """Write some rows of a table, or of the matrix; return the file."""
    rows = Rows(opened(task.store), task.base)
    with task.to.open("wb") as out:
        if task.table == MATRIX:
            _, *matrix = rows.matrix(task.iris)
            write_rows(out, matrix)
        else:
            table = next(one for one in TABLES if one.name == task.table)
            write_rows(out, rows.each(table, task.iris))
    return task.to


@lru_cache(maxsize=1)
def opened(store: Path) -> ox.Store:
    """Return an index that was opened for reading, once in each process."""
    return ox.Store.read_only(str(store))


def write_tables(folder: Path, store: Path, base: str, version: str, crew: Crew) -> None:
    """Write every table and the metadata into `folder`, which is made."""
    folder.mkdir()
    rows = Rows(opened(store), base)
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
            tasks.append(Rowing(store, base, name, iris[first : first + CHUNK], place))
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


def _fits(value: Value, column: Column) -> bool:
    if column.language:
        return isinstance(value, ox.Literal) and value.language == column.language
    if column.only:
        told = value.datatype.value if isinstance(value, ox.Literal) else value.value
        return re.search(column.only, told) is not None
    return True


def _local(iri: str) -> str:
    return re.split(r"[#/]", iri)[-1].removeprefix("band-")
