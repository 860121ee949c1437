"""The tables, the profiles as JSON and the other packs of a release (C-04, C-05)."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import csvw
import pyoxigraph as ox
import pytest

from digigraph.csvw import FOLDER, METADATA
from digigraph.dumps import NAME
from digigraph.packs import ONTOLOGIES, write_packs
from digigraph.release import Release, open_release
from digigraph.store import Store
from digigraph.tables import SEPARATOR, TABLES

BASE = "https://w3id.org/digigraph/"
ALL = [table.name for table in TABLES]


def rows(release: Release, name: str) -> list[dict[str, str]]:
    """Return the rows of a table as a spreadsheet would read them."""
    with release.path(f"{FOLDER}/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def answer(release: Release, pattern: str) -> int:
    """Return how many rows a pattern has, by the engine that the endpoint has."""
    query = f"PREFIX dgc: <{BASE}def#> PREFIX sssom: <https://w3id.org/sssom/> "
    found = Store(release).ask(f"{query} SELECT (COUNT(DISTINCT ?row) AS ?n) {{ {pattern} }}")
    return int(found.excerpt(1)["rows"][0]["n"]["value"])


@pytest.mark.parametrize("table", TABLES, ids=ALL)
def test_a_table_has_a_row_for_each_thing_of_its_class(
    shipped_release: Release, table: object
) -> None:
    """As many as the endpoint counts, each once, by URI, in order."""
    name, kind = table.name, table.row  # type: ignore[attr-defined] # the parameter's type
    found = [row["uri"] for row in rows(shipped_release, name)]

    assert len(found) == answer(shipped_release, f"?row a {kind}")
    assert found == sorted(set(found))
    assert all(uri.startswith(BASE) for uri in found)


@pytest.mark.parametrize("table", TABLES, ids=ALL)
def test_no_column_is_empty_in_every_row(shipped_release: Release, table: object) -> None:
    """A path that leads nowhere would be a column that lies."""
    name = table.name  # type: ignore[attr-defined] # the parameter's type
    found = rows(shipped_release, name)
    empty = {column for column in found[0] if not any(row[column] for row in found)}
    assert not empty


def test_cells_hold_what_the_data_says(shipped_release: Release) -> None:
    """Codes are text, levels are numbers, names are in their language."""
    (profile,) = rows(shipped_release, "profiles")
    assert profile["nkpd_2011"] == "33393020"
    assert profile["kid_2008"] == "93"
    assert profile["title_bg"] == "Организатор, работа с клиенти"
    asked = {row["competence_code"] or row["kind"]: row for row in rows(
        shipped_release, "requirements")}  # fmt: skip
    assert (asked["1.2"]["level"], asked["1.2"]["band"]) == ("6", "advanced")
    disputed = [r for r in rows(shipped_release, "requirements") if r["level_status"] == "Disputed"]
    assert [(r["level"], r["min_level"], r["max_level"]) for r in disputed] == [("5", "5", "6")]
    kinds = [row["kind"] for row in rows(shipped_release, "statements")]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "DutyStatement": 11, "LevelDescriptorItem": 95, "KnowledgeStatement": 42,
        "SkillStatement": 47, "BehaviourIndicator": 40, "UseExample": 39,
    }  # fmt: skip


def test_the_matrix_agrees_with_the_requirements(shipped_release: Release) -> None:
    """One row a profile, one column a framework competence, the required level in the cell."""
    (row,) = rows(shipped_release, "matrix")
    asked = {
        one["competence_code"]: one["level"]
        for one in rows(shipped_release, "requirements")
        if one["kind"] == "General"
    }

    assert len(row) == 2 + 21 + 1
    assert {code: row[code] for code in row if "." in code and row[code]} == asked
    assert row["specific"] == "4"


def test_files_follow_the_standard_for_csv(shipped_release: Release) -> None:
    """UTF-8 without a mark, CR LF after each row (RFC 4180)."""
    for name in (*ALL, "matrix"):
        raw = shipped_release.path(f"{FOLDER}/{name}.csv").read_bytes()
        assert raw.endswith(b"\r\n")
        assert not raw.startswith(b"\xef\xbb\xbf")
        raw.decode("utf-8")


def test_a_csvw_reader_opens_every_table(shipped_release: Release) -> None:
    """A library reads the metadata, converts each cell by its datatype and finds no fault."""
    group = csvw.TableGroup.from_file(shipped_release.path(f"{FOLDER}/{METADATA}"))

    assert {table.local_name for table in group.tables} == {f"{n}.csv" for n in (*ALL, "matrix")}
    for table in group.tables:
        read = list(table)
        assert len(read) == len(rows(shipped_release, table.local_name.removesuffix(".csv")))
    group.check_referential_integrity(strict=True)
    levels = {row["uri"]: row["rank"] for row in group.tabledict["levels.csv"]}
    assert sorted(levels.values()) == list(range(1, 9))


def test_a_csvw_reader_sees_a_broken_table(shipped_release: Release, tmp_path: Path) -> None:
    """The metadata is strict enough for a damaged file to be noticed."""
    folder = tmp_path / FOLDER
    shutil.copytree(shipped_release.path(FOLDER), folder)
    file = folder / "levels.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",8,", ",eight,", 1), "utf-8")

    with pytest.raises(ValueError, match=r"levels\.csv:9:2"):
        list(csvw.TableGroup.from_file(folder / METADATA).tabledict["levels.csv"])


def test_several_values_never_hold_the_separator(shipped_release: Release) -> None:
    """A cell with several values comes apart where it was put together."""
    for table in TABLES:
        many = [column for column in table.columns if column.many and not column.language]
        for row in rows(shipped_release, table.name):
            for column in many:
                if column.datatype == "anyURI" and row[column.name]:
                    parts = row[column.name].split(SEPARATOR)
                    assert all(part.startswith("http") for part in parts)


def test_the_zip_holds_the_tables(shipped_release: Release) -> None:
    """The pack is the folder, byte for byte."""
    with zipfile.ZipFile(shipped_release.path("digigraph-csv.zip")) as packed:
        assert packed.testzip() is None
        for name in packed.namelist():
            assert packed.read(name) == shipped_release.path(name).read_bytes()
        assert len(packed.namelist()) == len(TABLES) + 2


def test_profiles_as_json_are_the_documents(shipped_release: Release) -> None:
    """One file a profile and one array of them; each is JSON-LD with its context inside."""
    whole = json.loads(shipped_release.path("profiles.json").read_bytes())
    (tree,) = whole["@graph"]
    name = tree["id"].rpartition("/")[2]
    alone = json.loads(shipped_release.path(f"profiles/{name}.json").read_bytes())

    assert alone == {"@context": whole["@context"], **tree}
    said = {q.triple for q in ox.parse(json.dumps(alone), format=ox.RdfFormat.JSON_LD)}
    dump = shipped_release.path(f"{NAME}.nt")
    assert said <= {q.triple for q in ox.parse(path=dump, format=ox.RdfFormat.N_TRIPLES)}
    assert len(tree["requirements"]) == 10


@pytest.mark.parametrize("graph", ONTOLOGIES)
def test_vocabulary_and_shapes_are_files_of_their_own(shipped_release: Release, graph: str) -> None:
    """Each is its named graph, whole."""
    read = ox.parse(path=shipped_release.path(ONTOLOGIES[graph]), format=ox.RdfFormat.TURTLE)
    told = next(g for g in shipped_release.graphs if g.iri == f"{BASE}graph/{graph}")

    assert len({quad.triple for quad in read}) == told.triples


def test_the_same_index_makes_the_same_packs(shipped_release: Release, tmp_path: Path) -> None:
    """Same input, same bytes (V-03)."""
    copy = tmp_path / shipped_release.version
    copy.mkdir()
    shutil.copytree(shipped_release.store, copy / "store")
    for name in ("manifest.json", f"{NAME}.nt"):
        shutil.copy(shipped_release.path(name), copy)
    write_packs(open_release(copy))

    made = [p.relative_to(copy).as_posix() for p in copy.rglob("*") if p.is_file()]
    packs = [name for name in made if not name.startswith("store/")]
    assert len(packs) > len(TABLES)
    for name in packs:
        assert (copy / name).read_bytes() == shipped_release.path(name).read_bytes(), name
