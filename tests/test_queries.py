"""The published examples: each is valid, answers as expected, and answers alike elsewhere.

The expected answers are files; `digigraph query NAME --format csv` (`nt` for a CONSTRUCT) writes
one anew. S-09, S-10.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from conftest import BASE, quads_of

from digigraph.catalog import Parameter, queries, read
from digigraph.errors import InputError
from digigraph.formats import CSV, N_TRIPLES, RESULTS_JSON, Format
from digigraph.parameters import with_values
from digigraph.release import Release
from digigraph.store import Store, Term, iri_term, literal_term

EXPECTED = Path(__file__).parent / "queries"
EXAMPLES = queries("examples")
FORMS = {
    name: re.search(r"^(SELECT|ASK|CONSTRUCT)", query.text, re.MULTILINE)
    for name, query in EXAMPLES.items()
}
SELECTS = sorted(name for name, form in FORMS.items() if form and form[1] == "SELECT")
CONSTRUCTS = sorted(name for name, form in FORMS.items() if form and form[1] == "CONSTRUCT")
ASKS = sorted(name for name, form in FORMS.items() if form and form[1] == "ASK")
PARAMETERS = [(name, key) for name in EXAMPLES for key in EXAMPLES[name].parameters]
FREE = [p for p in PARAMETERS if not EXAMPLES[p[0]].parameters[p[1]].has_default]
HELD = sorted(set(PARAMETERS) - set(FREE))
TWELVE = {
    "requirements-of-profile", "profiles-needing-level", "comparison-of-profiles",
    "statements-of-requirement", "ladder-of-competence", "areas-with-counts", "disputed-levels",
    "findings-by-type", "paths-to-esco", "mappings-by-confidence", "matrix-of-levels",
    "changes-since-release",
}  # fmt: skip
"""The questions of S-10, in its order."""

XSD = "http://www.w3.org/2001/XMLSchema#"

SLOW_IN_RDFLIB = {
    "esco-skills-of-profile": "any property from a competence to a skill: 2 to 3 s, the same rows",
}
"""Example -> why rdflib is not asked each time: it takes over 2 s."""

PAIR = """
<id/profile/p-1> a dgc:OccupationProfile ; dgc:requires <id/c/1>, <id/c/2> .
<id/profile/p-2> a dgc:OccupationProfile ; dgc:requires <id/c/2>, <id/c/3> .
<id/r/1> dgc:requirementOf <id/profile/p-1> ; dgc:requiresCompetence <id/c/1> ;
    dgc:requiredLevel <id/l/5> .
<id/r/2> dgc:requirementOf <id/profile/p-1> ; dgc:requiresCompetence <id/c/2> ;
    dgc:requiredLevel <id/l/5> .
<id/r/3> dgc:requirementOf <id/profile/p-2> ; dgc:requiresCompetence <id/c/2> ;
    dgc:requiredLevel <id/l/7> .
<id/r/4> dgc:requirementOf <id/profile/p-2> ; dgc:requiresCompetence <id/c/3> ;
    dgc:requiredLevel <id/l/7> .
<id/l/5> dgc:rank 5 . <id/l/7> dgc:rank 7 .
<id/c/1> skos:prefLabel "А"@bg . <id/c/2> skos:prefLabel "Б"@bg . <id/c/3> skos:prefLabel "В"@bg .
"""
RETIRED = """
<id/competence/c-1> rdfs:label "c-1"@bg ; dct:modified "2027-01-01"^^xsd:date ;
    adms:status dgc:Deprecated ; owl:deprecated true ; dct:isReplacedBy <id/competence/c-2> .
<id/competence/c-2> a dgc:SpecificCompetence ; skos:prefLabel "Б"@bg, "B"@en ;
    dct:modified "2026-11-23"^^xsd:date ; adms:status dgc:Published .
"""


@pytest.fixture(scope="module")
def store(shipped_release: Release) -> Store:
    """Return the shipped data, ready to be asked."""
    return Store(shipped_release)


@pytest.fixture(scope="module")
def engine(shipped_release: Release) -> ox.Store:
    """Return the dump of the shipped data in the bare engine."""
    found = ox.Store()
    found.bulk_load(path=str(shipped_release.folder / "digigraph.nq"), format=ox.RdfFormat.N_QUADS)
    return found


@pytest.fixture(scope="module")
def dataset(shipped_release: Release) -> rdflib.Dataset:
    """Return the dump of the shipped data in rdflib, its default graph the union."""
    found = rdflib.Dataset(default_union=True)
    with (shipped_release.folder / "digigraph.nq").open("rb") as dump:
        found.parse(dump, format="nquads")
    return found


def told(store: Store, name: str, written: Format, **values: Term) -> bytes:
    """Return the answer to an example in a format."""
    text = with_values(EXAMPLES[name], values) if values else EXAMPLES[name].text
    return store.ask(text).write(written)


def rows(store: Store, name: str, **values: Term) -> list[dict[str, dict[str, str]]]:
    """Return the rows of an answer in order, each cell as the results format writes it."""
    found = json.loads(told(store, name, RESULTS_JSON, **values))["results"]["bindings"]
    assert isinstance(found, list)
    return found


def term(parameter: Parameter) -> Term:
    """Return the example value of a parameter."""
    if parameter.value.startswith("<"):
        return iri_term(parameter.plain)
    datatype = {"level": "integer", "day": "date"}.get(parameter.kind.name)
    return literal_term(parameter.plain, datatype and f"{XSD}{datatype}")


def expected(name: str) -> Path:
    """Return the file with the expected answer."""
    return EXPECTED / f"{name}.{'nt' if name in CONSTRUCTS else 'csv'}"


def small(turtle: str, name: str) -> list[list[str | None]]:
    """Return the rows of an example over a few triples."""
    store = ox.Store()
    store.extend(quads_of(turtle, "profiles"))
    found = store.query(EXAMPLES[name].text, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [[cut(cell) for cell in row] for row in found]


def cut(cell: object) -> str | None:
    """Return a cell as text, an address of ours without what all of them begin with."""
    if cell is None:
        return None
    assert isinstance(cell, ox.NamedNode | ox.Literal)
    return cell.value.removeprefix(f"{BASE}id/")


def plain(cell: object) -> str | None:
    """Return a term as text in which pyoxigraph and rdflib agree."""
    if cell is None:
        return None
    if isinstance(cell, ox.NamedNode | rdflib.URIRef):
        return str(cell).strip("<>")
    if isinstance(cell, ox.Literal):
        return f"{cell.value}@{cell.language or ''}"
    assert isinstance(cell, rdflib.Literal)
    return f"{cell}@{(cell.language or '').lower()}"


def test_each_question_of_the_list_has_an_example() -> None:
    """The twelve questions of S-10, and more, are published as examples."""
    assert set(EXAMPLES) >= TWELVE
    assert len(EXAMPLES) >= 20
    assert CONSTRUCTS
    assert ASKS


def test_each_example_has_an_expected_answer() -> None:
    """Every example has one expected answer, and no file is left over (S-09)."""
    assert {path.name for path in EXPECTED.iterdir()} == {expected(name).name for name in EXAMPLES}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_answer_is_the_expected_one(store: Store, name: str) -> None:
    """An example's answer over the shipped data equals its file, byte for byte (S-09, S-10)."""
    answer = told(store, name, N_TRIPLES if name in CONSTRUCTS else CSV)

    again = f"digigraph query {name} --format {expected(name).suffix[1:]} > {expected(name)}"
    assert answer == expected(name).read_bytes(), f"if the new answer is right: {again}"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_answer_is_not_empty(store: Store, name: str) -> None:
    """An example as it stands, no parameter bound, answers over all the data (S-09)."""
    if name in SELECTS:
        assert rows(store, name)
    elif name in CONSTRUCTS:
        assert told(store, name, N_TRIPLES)
    else:
        assert json.loads(told(store, name, RESULTS_JSON))["boolean"] is True


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_answer_is_the_same_twice(store: Store, shipped_release: Release, name: str) -> None:
    """An answer depends on the data only: a store opened anew gives the same bytes."""
    written = N_TRIPLES if name in CONSTRUCTS else CSV

    assert told(store, name, written) == told(Store(shipped_release), name, written)


@pytest.mark.parametrize("name", SELECTS)
def test_the_order_is_stated_and_total(store: Store, name: str) -> None:
    """A SELECT ends in ORDER BY, and no two of its rows are equal (S-09)."""
    answer = [json.dumps(row, sort_keys=True) for row in rows(store, name)]

    assert EXAMPLES[name].text.rstrip().splitlines()[-1].startswith("ORDER BY ")
    assert len(set(answer)) == len(answer)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_no_condition_is_tried_row_by_row(name: str) -> None:
    """An example leaves out with MINUS; it has no FILTER NOT EXISTS, which engines try per row."""
    assert not re.search(r"\bEXISTS\b", EXAMPLES[name].text, re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_only_data_are_asked(name: str) -> None:
    """An example calls no other service and names no dataset of its own (S-02, S-03)."""
    assert not re.search(r"\b(SERVICE|FROM)\b", re.sub(r"#\+.*", "", EXAMPLES[name].text))


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
def test_the_parameter_is_in_the_answer(store: Store, name: str, key: str) -> None:
    """A parameter is a variable that a SELECT projects and whose example value the data hold."""
    query = EXAMPLES[name]

    if name in SELECTS:
        columns = json.loads(told(store, name, RESULTS_JSON))["head"]["vars"]
        assert key in columns
        assert any(row[key]["value"] == query.parameters[key].plain for row in rows(store, name))
    else:
        assert re.search(rf"\?{key}\b", query.text)
        held = f"ASK {{ {query.parameters[key].value} ?property ?value }}"
        assert json.loads(store.ask(held).write(RESULTS_JSON))["boolean"] is True


@pytest.mark.parametrize(("name", "key"), FREE)
def test_a_bound_parameter_selects_its_rows(store: Store, name: str, key: str) -> None:
    """Binding a parameter gives the rows of the whole answer that have its value, in order."""
    value = term(EXAMPLES[name].parameters[key])

    if name in SELECTS:
        whole = [row for row in rows(store, name) if row[key]["value"] == value.value]
        assert rows(store, name, **{key: value}) == whole
    elif name in CONSTRUCTS:
        part = told(store, name, N_TRIPLES, **{key: value}).splitlines()
        assert part
        assert set(part) <= set(told(store, name, N_TRIPLES).splitlines())
    else:
        assert json.loads(told(store, name, RESULTS_JSON, **{key: value}))["boolean"] is True


@pytest.mark.parametrize(("name", "key"), HELD)
def test_a_default_is_what_the_text_holds(store: Store, name: str, key: str) -> None:
    """A parameter with a default, given that default, answers as the text does as it stands."""
    value = term(EXAMPLES[name].parameters[key])

    assert told(store, name, CSV, **{key: value}) == told(store, name, CSV)


@pytest.mark.parametrize(("name", "key"), FREE)
def test_binding_in_the_text_is_binding_by_the_engine(store: Store, name: str, key: str) -> None:
    """A parameter held in the text gives what the engine's own binding of the variable gives."""
    written = N_TRIPLES if name in CONSTRUCTS else CSV
    value = {key: term(EXAMPLES[name].parameters[key])}

    by_engine = store.ask(EXAMPLES[name].text, values=value).write(written)

    assert told(store, name, written, **value) == by_engine


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
def test_a_parameter_bound_to_nothing_known(store: Store, name: str, key: str) -> None:
    """A value that the data do not hold gives an empty answer, not everything."""
    nothing = iri_term("https://example.org/nothing")

    if name in SELECTS:
        assert rows(store, name, **{key: nothing}) == []
    elif name in CONSTRUCTS:
        assert told(store, name, N_TRIPLES, **{key: nothing}) == b""
    else:
        assert json.loads(told(store, name, RESULTS_JSON, **{key: nothing}))["boolean"] is False


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_bare_engine_answers_alike(engine: ox.Store, store: Store, name: str) -> None:
    """The dump in the bare engine gives the same answer, in the same order (S-03)."""
    found = engine.query(EXAMPLES[name].text, use_default_graph_as_union=True)

    if isinstance(found, ox.QueryTriples):
        lines = "".join(sorted(f"{triple} .\n" for triple in set(found)))
        assert lines.encode() == told(store, name, N_TRIPLES)
    else:
        assert found.serialize(format=ox.QueryResultsFormat.CSV) == told(store, name, CSV)


@pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")  # rdflib's own
@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - set(SLOW_IN_RDFLIB)))
def test_another_engine_answers_alike(engine: ox.Store, dataset: rdflib.Dataset, name: str) -> None:
    """An engine that we did not write, rdflib, gives the same rows: the example is standard."""
    ours = engine.query(EXAMPLES[name].text, use_default_graph_as_union=True)
    theirs = dataset.query(EXAMPLES[name].text)

    if isinstance(ours, ox.QueryBoolean):
        assert bool(ours) is theirs.askAnswer
    elif isinstance(ours, ox.QueryTriples):
        assert {tuple(map(plain, triple)) for triple in ours} == {
            tuple(map(plain, triple)) for triple in theirs
        }
    else:
        assert Counter(tuple(map(plain, row)) for row in ours) == Counter(
            tuple(map(plain, row)) for row in theirs
        )


def test_comparison_of_two_profiles() -> None:
    """A comparison has what either profile requires; zero is what it does not require (S-10)."""
    found = [row for row in small(PAIR, "comparison-of-profiles") if row[0] != row[1]]

    assert found[:3] == [
        ["profile/p-1", "profile/p-2", "c/1", "А", "5", "0", "-5"],
        ["profile/p-1", "profile/p-2", "c/2", "Б", "5", "7", "2"],
        ["profile/p-1", "profile/p-2", "c/3", "В", "0", "7", "7"],
    ]
    assert [row[:3] for row in found[3:]] == [
        ["profile/p-2", "profile/p-1", f"c/{number}"] for number in (1, 2, 3)
    ]


def test_changes_name_what_replaces_an_address() -> None:
    """A deprecated address is among the changes, the latest first, with its replacement (S-10)."""
    found = small(RETIRED, "changes-since-release")

    published, deprecated = (f"{BASE}def#{status}" for status in ("Published", "Deprecated"))
    assert [row[1:] for row in found] == [
        ["2027-01-01", "competence/c-1", "c-1", deprecated, "competence/c-2"],
        ["2026-11-23", "competence/c-2", "Б", published, None],
    ]


def test_changes_begin_after_the_day(store: Store) -> None:
    """What was changed on the day of a release is in it, and not among what came after (S-10)."""
    day = {key: literal_term(key, f"{XSD}date") for key in ("2026-11-22", "2026-11-23")}

    assert rows(store, "changes-since-release", since=day["2026-11-22"])
    assert rows(store, "changes-since-release", since=day["2026-11-23"]) == []


def test_a_competence_that_nobody_requires(store: Store) -> None:
    """The ASK example says no of a competence that no profile requires."""
    unasked = iri_term(f"{BASE}id/digcomp21/1-3")

    answer = told(store, "is-competence-required", RESULTS_JSON, competence=unasked)

    assert json.loads(answer)["boolean"] is False


def test_the_sizes_are_those_of_the_release(store: Store, shipped_release: Release) -> None:
    """The example on graphs counts what the manifest of the release counts (S-04)."""
    manifest = json.loads((shipped_release.folder / "manifest.json").read_text(encoding="utf-8"))

    sizes = {
        row["graph"]["value"]: int(row["triples"]["value"])
        for row in rows(store, "graphs-with-sizes")
    }

    assert sizes == {graph["iri"]: graph["triples"] for graph in manifest["graphs"]}


HEADER = """#+ title@bg: Да
#+ title@en: Yes
#+ question@bg: Да?
#+ question@en: Yes?
#+ parameter: level = 6
#+ level@bg: Ниво
#+ level@en: Level
#+ level@is: level
SELECT ?level
WHERE {
  VALUES ?level { 6 }
}
ORDER BY ?level
"""


def test_a_header_that_can_be_read(tmp_path: Path) -> None:
    """A parameter has a label in both languages, a kind and a value (S-09)."""
    (tmp_path / "levels.rq").write_text(HEADER, encoding="utf-8")

    parameter = read(tmp_path / "levels.rq").parameters["level"]

    assert (parameter.label["bg"], parameter.kind.name, parameter.plain) == ("Ниво", "level", "6")
    assert parameter.has_default


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("#+ level@is: rank", "#+ level@is: level"),
        ("#+ grade@is: level", "#+ level@is: level"),
        ("#+ level: level", "#+ level@is: level"),
        ("#+ title@bg: Да", "#+ level@bg: Ниво"),
        ("#+ parameter: level = six", "#+ parameter: level = 6"),
        ("#+ parameter: level = 7", "#+ parameter: level = 6"),
        ("#+ parameter: level", "#+ parameter: level = 6"),
        ("VALUES ?rank { 6 }\n}\nSELECT {", "VALUES ?level { 6 }"),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read(tmp_path: Path, wrong: str, right: str) -> None:
    """A fault in what is said of a parameter stops the programme and names the file."""
    faulty = HEADER.replace(right, wrong)
    if "SELECT {" in wrong:  # no opening of a pattern is left, and no VALUES of the parameter
        faulty = faulty.replace("WHERE {", "{")
    (tmp_path / "levels.rq").write_text(faulty, encoding="utf-8")

    with pytest.raises(InputError, match=r"levels\.rq"):
        read(tmp_path / "levels.rq")
