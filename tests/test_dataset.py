"""The data from Python (D-05): what `digigraph.load()` gives is what the release says."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rdflib

import digigraph
from digigraph.errors import InputError, NotFound, QueryForbidden, ReleaseError, UsageError
from digigraph.model import Thing
from digigraph.release import Release


@pytest.fixture(scope="module")
def data(shipped_release: Release) -> digigraph.Dataset:
    """Return the shipped release as Python sees it."""
    return digigraph.load(shipped_release)


def test_what_can_be_loaded(shipped_release: Release) -> None:
    """A folder of releases, the folder of one, and a release are the same data."""
    folder = shipped_release.folder
    loaded = [digigraph.load(one) for one in (shipped_release, folder, folder.parent, str(folder))]

    assert {one.release.dataset_digest for one in loaded} == {shipped_release.dataset_digest}
    assert repr(loaded[0]) == f"<digigraph {shipped_release.version}: <1 profiles>>"


def test_a_folder_without_a_release(tmp_path: Path) -> None:
    """The error names the folder and says how to make one."""
    with pytest.raises(InputError, match="digigraph build"):
        digigraph.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ReleaseError, match="manifest"):
        digigraph.load(tmp_path)


def test_a_profile_with_its_requirements(data: digigraph.Dataset) -> None:
    """Ten requirements in the order of the document, three of them disputed."""
    (profile,) = data.profiles

    assert str(profile.title) == "Организатор, работа с клиенти"
    assert profile.title["en"] == "Organiser, customer relations"
    assert (profile.nkpd_2011, profile.kid_2008) == ("33393020", ("93",))
    assert len(profile.requirements) == 10
    assert profile.levels()["4.2"] == 5
    asked = data.query(
        "PREFIX dgc: <https://w3id.org/digigraph/def#> "
        "SELECT ?r ?level ?status "
        "{ ?r dgc:requiredLevel/dgc:rank ?level ; dgc:levelStatus ?status }"
    )
    assert isinstance(asked, list)
    assert {row["r"]: row["level"] for row in asked} == {
        one.iri: one.level for one in profile.requirements
    }
    assert {row["r"] for row in asked if str(row["status"]).endswith("#Disputed")} == {
        one.iri for one in profile.requirements if one.disputed
    }
    for one in profile.requirements:
        assert one.disputed is (one.min_level != one.max_level)


def test_every_statement_is_there_once(data: digigraph.Dataset) -> None:
    """The statements of the four kinds are those of the endpoint, in the order of the source."""
    (profile,) = data.profiles
    asked = data.query(
        "PREFIX dgc: <https://w3id.org/digigraph/def#> "
        "SELECT ?s { ?r dgc:hasStatement ?s . ?r a dgc:CompetenceRequirement }"
    )
    assert isinstance(asked, list)

    told: Counter[object] = Counter()
    for one in profile.requirements:
        for group in (one.knowledge, one.skills, one.behaviours, one.examples):
            assert [statement.position for statement in group] == list(range(1, len(group) + 1))
            told.update(statement.iri for statement in group)
            assert all(str(statement) and statement.cited_from for statement in group)

    assert told == Counter(row["s"] for row in asked)


@pytest.mark.parametrize(
    ("wanted", "kind", "end"),
    [
        ("1.2", "Competence", "digcomp21/1-2"),
        ("1.2-6", "CompetenceAtLevel", "digcomp21/1-2/level-6"),
        ("33393020", "Profile", "profile/p-37q68h4z"),
        ("3339-3020", "Profile", "profile/p-37q68h4z"),
        ("p-37q68h4z", "Profile", "profile/p-37q68h4z"),
        ("digcomp21/level-6", "Level", "digcomp21/level-6"),
        ("c-7961m7pd", "Competence", "competence/c-7961m7pd"),
        ("https://w3id.org/digigraph/id/digcomp21/5-4", "Competence", "digcomp21/5-4"),
    ],
)
def test_things_by_uri_and_by_code(
    data: digigraph.Dataset, wanted: str, kind: str, end: str
) -> None:
    """Codes that people have in hand lead to the thing."""
    found = data.get(wanted)

    assert type(found).__name__ == kind
    assert found.iri == f"https://w3id.org/digigraph/id/{end}"


@pytest.mark.parametrize(
    ("wanted", "end", "of", "called", "code"),
    [
        ("24215025", "nkpd11/24215025", "OccupationPosition", "Мениджър, ключови клиенти", ""),
        ("digcomp21/area-1", "digcomp21/area-1", "CompetenceArea", "Грамотност", "1"),
        ("93", "nace2/93", "", "Спорт", "93"),
    ],
)
def test_things_of_other_kinds(
    data: digigraph.Dataset, wanted: str, end: str, of: str, called: str, code: str
) -> None:
    """Positions, areas, sectors and the rest have a type, names and a code too."""
    found = data.get(wanted)

    assert isinstance(found, Thing)
    assert found.iri.endswith(end)
    assert not of or of in found.types
    assert found.label["bg"].startswith(called)
    assert found.notation == (code or wanted)


@pytest.mark.parametrize("wanted", ["9.9", "", "<>", "no such thing", "12345678"])
def test_what_is_not_there(data: digigraph.Dataset, wanted: str) -> None:
    """It is an error of its own, which is also a `LookupError`."""
    with pytest.raises(NotFound, match="has the code or URI"):
        data.get(wanted)
    with pytest.raises(LookupError):
        data.at_levels(wanted)


def test_competences_and_levels(data: digigraph.Dataset) -> None:
    """21 of the framework, 4 of the profile; eight levels, and each competence at each of them."""
    kinds = Counter(one.kind for one in data.competences)

    assert kinds == {"general": 21, "specific": 4}
    assert [level.rank for level in data.levels] == list(range(1, 9))
    for one in data.competences:
        assert [at.rank for at in data.at_levels(one)] == list(range(1, 9))
        assert one.area.startswith("https://w3id.org/digigraph/id/digcomp21/area-")
    assert data.at_levels("1.2")[5].code == "1.2-6"


def test_objects_do_not_change(data: digigraph.Dataset) -> None:
    """They are frozen, hashable and equal to themselves when read again."""
    (profile,) = data.profiles
    again = digigraph.load(data.release).profiles[0]

    assert profile == again
    assert len({profile, again}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.iri = "x"  # type: ignore[misc]  # that it cannot be set is what is tested


def test_answers_of_every_form(data: digigraph.Dataset) -> None:
    """Rows with Python's numbers, a truth value, a graph; updates are refused."""
    assert data.query("SELECT (1 AS ?i) (1.5 AS ?d) (true AS ?t) ?none {}") == [
        {"i": 1, "d": 1.5, "t": True, "none": None}
    ]
    assert data.query("ASK { ?s ?p ?o }") is True
    graph = data.query("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 5")
    assert isinstance(graph, rdflib.Graph)
    assert len(graph) == 5
    with pytest.raises(QueryForbidden):
        data.query("DELETE WHERE { ?s ?p ?o }")


def test_tables_as_files_and_as_data_frames(data: digigraph.Dataset, tmp_path: Path) -> None:
    """Codes stay text, ranks are numbers, and no folder is overwritten."""
    folder = data.to_csv(tmp_path / "tables")
    assert (folder / "csv-metadata.json").is_file()
    with pytest.raises(UsageError, match="is there already"):
        data.to_csv(folder)

    requirements = data.to_dataframe()
    levels = dict(zip(requirements["uri"], requirements["level"], strict=True))
    assert levels == {one.iri: one.level for one in data.profiles[0].requirements}
    assert data.to_dataframe("profiles")["kid_2008"].tolist() == ["93"]
    assert data.to_dataframe("matrix")["4.2"].tolist() == [5]
    with pytest.raises(UsageError, match="requirements"):
        data.to_dataframe("../../etc/passwd")


def test_the_release_as_an_rdflib_dataset(data: digigraph.Dataset) -> None:
    """It has the quads and the triples that the manifest counts, in the graphs that it names."""
    whole = data.graph()
    graphs = Counter(str(graph) for *_, graph in whole.quads((None, None, None, None)))

    assert len(whole) == data.release.triples
    assert graphs == {graph.iri: graph.triples for graph in data.release.graphs}


def test_a_profile_in_a_notebook(data: digigraph.Dataset) -> None:
    """The strip is well-formed, has a row for each requirement, and prints every level."""

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: Counter[str] = Counter()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.found[tag] += 1
            self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    (profile,) = data.profiles
    shown = profile._repr_html_()
    tags = Tags()
    tags.feed(shown)

    assert not tags.open
    assert tags.found["tr"] == 10
    assert tags.found["span"] == 80
    for one in profile.requirements:
        assert f"<td>{one.level}" in shown
    assert shown.count("спорно") == sum(one.disputed for one in profile.requirements)
    hostile = dataclasses.replace(profile, title=type(profile.title)({"bg": "<script>"}))
    assert "<script>" not in hostile._repr_html_()


def test_profiles_side_by_side(three_profiles: Release) -> None:
    """What two profiles share and how they differ, by URI or object, in any order."""
    data = digigraph.load(three_profiles)
    first, second, *_ = data.profiles
    told = data.compare(first, second.iri)
    again = data.compare(second, first.id.rpartition("/")[2])

    assert told.iri == again.iri
    assert told.json() == again.json()
    levels = {one.competence: one.level for one in first.requirements}
    shared = {one.competence for one in second.requirements} & set(levels)
    assert set(told.json()["shared"]) == shared
    header, *rows = told.rows()
    assert len(rows) == len({one.competence for p in (first, second) for one in p.requirements})
    assert header[0] in told._repr_html_()
    with pytest.raises(UsageError, match="2 to 4"):
        data.compare(first)
    with pytest.raises(NotFound, match="no profile"):
        data.compare(first, "1.2")


def test_words_find_things(data: digigraph.Dataset) -> None:
    """Inflected, in Latin letters, in English: the profile; a table of hits in a notebook."""
    (profile,) = data.profiles
    for words in ("клиентите", "klienti", "customer relations organiser"):
        hits = data.search(words, type="OccupationProfile")
        assert hits[0].iri == profile.iri
    assert "<table" in data.search("данните")._repr_html_()
    best = data.match("33393020", type="OccupationProfile")
    assert best is not None
    assert (best.iri, best.score) == (profile.iri, 100.0)
    assert data.match("qqqq") is None


def test_a_search_that_cannot_be_meant(data: digigraph.Dataset) -> None:
    """A type that there is not is refused by name, and so are fewer hits than one."""
    for way in (data.search, data.match):
        with pytest.raises(UsageError, match=r"'Proffile'.*OccupationProfile"):
            way("клиент", type="Proffile")
    with pytest.raises(UsageError, match="limit"):
        data.search("клиент", limit=-1)
    with pytest.raises(UsageError, match="offset"):
        data.search("клиент", offset=-1)


def test_without_an_argument_the_shipped_data_is_loaded(tmp_path: Path) -> None:
    """It is built once into the user's cache and then opened, with no network and no checkout."""
    code = "import digigraph; print(len(digigraph.load().profiles), digigraph.__version__)"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True,
            text=True, check=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip

    assert ran == [f"1 {digigraph.__version__}\n"] * 2
    assert len(list((tmp_path / "cache").glob("digigraph/*/*/manifest.json"))) == 1


def test_names_that_are_not_there() -> None:
    """The package has the doors that it names, and no others."""
    assert set(digigraph.__all__) == {"Dataset", "DigigraphError", "__version__", "load"}
    assert all(getattr(digigraph, name) for name in digigraph.__all__)
    with pytest.raises(AttributeError, match="no attribute 'loads'"):
        _ = digigraph.loads
