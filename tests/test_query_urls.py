"""Published queries at addresses of their own, and programs that ask them (S-09, S-10, S-12)."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import rdflib
from conftest import BASE
from flask.testing import FlaskClient
from servers import serving
from werkzeug.test import TestResponse

from digigraph import sparql
from digigraph.catalog import KINDS, queries
from digigraph.parameters import WrongValues, values_of, with_values, written
from digigraph.release import Release
from digigraph.store import literal_term
from digigraph.things import Things
from digigraph.web import Settings, create_app
from digigraph.web.snippets import snippets

EXPECTED = Path(__file__).parent / "queries"
EXAMPLES = queries("examples")
PROFILE = "p-37q68h4z"
NEEDING = "/queries/profiles-needing-level"
TABLES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "html": "text/html",
}
GRAPHS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "html": "text/html",
}
HOSTILE = [
    'x" } DROP ALL #', "x\\", '\\"', '"""', "} UNION { ?s ?p ?o } {", "?requirement", "{{", "''",
    "имейл\u201d <a>", "<https://example.org/> }", "$&", "\\g<0>", "VALUES ?word { 1 }",
    "SERVICE <http://127.0.0.1/> {}", "%00", "<script>alert(1)</script>",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the application over the shipped data."""
    app = create_app(Settings(releases=shipped_release.folder.parent), shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].close()


@pytest.fixture(scope="module")
def address(shipped_release: Release) -> Iterator[str]:
    """Yield the URL of a production server over the shipped data."""
    with serving(shipped_release.folder.parent) as url:
        yield url


@pytest.fixture(scope="module")
def things(shipped_release: Release) -> Things:
    """Return the things of the shipped data."""
    return Things(shipped_release)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Ask for a path; a header's underscores are hyphens."""
    return client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})


def rows(response: TestResponse) -> list[dict[str, str]]:
    """Return the rows of an answer in CSV."""
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


# --- the list ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "word"), [("bg", "Готови заявки"), ("en", "Ready queries")])
def test_the_list_for_people(shipped: FlaskClient, lang: str, word: str) -> None:
    """The page lists each query in the reader's language, and no link on it is broken."""
    page = get(shipped, f"/queries?lang={lang}", Accept="text/html")

    assert word in page.text
    for query in EXAMPLES.values():
        assert html.escape(query.title[lang], quote=False) in html.unescape(page.text)
        assert f'href="/queries/{query.name}?lang={lang}"' in page.text
    for link in set(re.findall(r'href="(/queries[^"]*)"', page.text)):
        assert get(shipped, html.unescape(link)).status_code in (200, 303), link


def test_the_list_for_programs(shipped: FlaskClient) -> None:
    """In JSON each query has its words, parameters and addresses, which answer."""
    told = json.loads(get(shipped, "/queries", Accept="application/json").data)["queries"]

    assert [one["name"] for one in told] == list(EXAMPLES)
    for one in told:
        assert one["title"] == EXAMPLES[one["name"]].title
        for parameter in one["parameters"]:
            assert set(parameter["label"]) == {"bg", "en"}
            assert parameter["type"] in KINDS
            assert parameter["example"]
        here = one["example"].removeprefix("http://127.0.0.1:8000")
        assert get(shipped, here).status_code == 200, here
    level = next(one for one in told if one["name"] == "profiles-needing-level")["parameters"][1]
    assert (level["name"], level["type"], level["default"]) == ("level", "level", "6")


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("media_type", ["text/turtle", "application/rdf+xml"])
def test_the_list_as_linked_data(shipped: FlaskClient, media_type: str) -> None:
    """RDF clients are led to the collection of examples, where each query is (S-09)."""
    response = shipped.get("/queries", headers={"Accept": media_type}, follow_redirects=True)

    assert response.mimetype == media_type
    found = rdflib.Graph().parse(data=response.data, format=media_type)
    executable = rdflib.URIRef("http://www.w3.org/ns/shacl#SPARQLExecutable")
    assert len(set(found.subjects(rdflib.RDF.type, executable))) == len(EXAMPLES)


def test_a_list_without_the_collection(client: FlaskClient) -> None:
    """A release that does not hold the collection offers the page and JSON only."""
    refused = get(client, "/queries", Accept="text/turtle")

    assert refused.status_code == 406
    assert [choice["format"] for choice in refused.json["choices"]] == ["html", "json"]


# --- one query --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_each_query_runs_at_its_address(shipped: FlaskClient, name: str) -> None:
    """The address answers what the text answers, byte for byte, and has a page (S-09)."""
    expected = next(EXPECTED.glob(f"{name}.*"))
    answer = get(shipped, f"/queries/{name}{expected.suffix}")
    page = get(shipped, f"/queries/{name}?lang=bg", Accept="text/html")

    assert answer.data == expected.read_bytes()
    assert EXAMPLES[name].title["bg"] in html.unescape(page.text)
    assert page.headers["Content-Language"] == "bg"


def test_an_address_is_a_query_that_is_sent(shipped: FlaskClient) -> None:
    """The text at `.rq`, sent to /sparql, is the same question: same bytes, same ETag."""
    text = get(shipped, f"{NEEDING}.rq?competence=1.2&level=6")
    sent = shipped.get("/sparql", query_string={"query": text.text.strip(), "format": "csv"})
    run = get(shipped, f"{NEEDING}.csv?competence=1.2&level=6")

    assert text.mimetype == "application/sparql-query"
    assert run.data == sent.data
    assert run.headers["ETag"] == sent.headers["ETag"]
    assert run.headers["Cache-Control"] == sent.headers["Cache-Control"]
    assert run.headers["RateLimit-Policy"] == sent.headers["RateLimit-Policy"]


@pytest.mark.parametrize(
    ("name", "suffix", "media_type"),
    [("requirements-of-profile", *told) for told in TABLES.items()]
    + [("is-competence-required", *told) for told in TABLES.items()]
    + [("graph-of-profile", *told) for told in GRAPHS.items()],
)
def test_formats(shipped: FlaskClient, name: str, suffix: str, media_type: str) -> None:
    """Each format is had by suffix, by ?format= and by Accept; a Link names each (H-04, H-09)."""
    path = f"/queries/{name}"
    by_suffix, by_name = get(shipped, f"{path}.{suffix}"), get(shipped, f"{path}?format={suffix}")
    by_accept = get(shipped, path, Accept=media_type)

    for response in (by_suffix, by_name, by_accept):
        assert response.mimetype == media_type
        assert response.data == by_suffix.data
        assert "Accept" in response.vary
        links = ", ".join(response.headers.getlist("Link"))
        assert f'<{path}.{suffix}>; rel="alternate"; type="{media_type}"' in links


def test_a_format_that_does_not_fit(shipped: FlaskClient) -> None:
    """A graph is no table: 406 with what there is."""
    for path, headers in [
        ("/queries/graph-of-profile.csv", {}),
        ("/queries/requirements-of-profile.ttl", {}),
        ("/queries/requirements-of-profile", {"Accept": "image/png"}),
        ("/queries/requirements-of-profile?format=docx", {}),
    ]:
        refused = get(shipped, path, **headers)
        assert refused.status_code == 406, path
        assert refused.json["choices"]


def test_no_such_query(shipped: FlaskClient) -> None:
    """An unknown name is 404 and names what is like it; an unknown suffix is part of a name."""
    for name in ("requirement-of-profile", "requirements-of-profile.docx", ".csv"):
        refused = get(shipped, f"/queries/{name}", Accept="application/json")
        assert refused.status_code == 404
        assert set(refused.json["queries"]) <= set(EXAMPLES)
    assert get(shipped, "/queries/requirement-of-profile").json["queries"][0] == (
        "requirements-of-profile"
    )


def test_methods(shipped: FlaskClient) -> None:
    """HEAD says what GET would, OPTIONS what is allowed, and POST is not."""
    for path in ("/queries", f"{NEEDING}.csv", f"{NEEDING}?lang=en"):
        whole, head = get(shipped, path), shipped.head(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole.data))
        assert set(shipped.options(path).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        assert shipped.post(path).status_code == 405


def test_an_answer_that_the_client_has(shipped: FlaskClient) -> None:
    """A conditional request is answered with 304 in each format (H-11)."""
    for path in (f"{NEEDING}.csv?level=6", f"{NEEDING}.html?level=6", "/queries?format=json"):
        first = get(shipped, path)
        again = get(shipped, path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")


# --- for a spreadsheet ------------------------------------------------------------------------


def test_csv_for_a_spreadsheet(shipped: FlaskClient) -> None:
    """`bom=1` puts a UTF-8 mark before CSV, here and at /sparql; it is another answer (S-12)."""
    text = EXAMPLES["profiles"].body
    for plain, marked in [
        (get(shipped, "/queries/profiles.csv"), get(shipped, "/queries/profiles.csv?bom=1")),
        (
            shipped.get("/sparql", query_string={"query": text, "format": "csv"}),
            shipped.post("/sparql", data={"query": text, "format": "csv", "bom": "1"}),
        ),
    ]:
        assert marked.data == b"\xef\xbb\xbf" + plain.data
        assert marked.data.decode("utf-8-sig") == plain.text
    assert (
        get(shipped, "/queries/profiles.csv").headers["ETag"]
        != get(shipped, "/queries/profiles.csv?bom=1").headers["ETag"]
    )


def test_a_long_csv_for_a_spreadsheet(shipped: FlaskClient) -> None:
    """An answer that is sent piece by piece has its mark and its length too."""
    text = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    plain = shipped.get("/sparql", query_string={"query": text, "format": "csv"})
    marked = shipped.get("/sparql", query_string={"query": text, "format": "csv", "bom": "1"})

    assert len(plain.data) > 1_000_000
    assert marked.data == b"\xef\xbb\xbf" + plain.data
    assert marked.headers["Content-Length"] == str(len(marked.data))


@pytest.mark.parametrize("asked", ["format=json&bom=1", "format=csv&bom=yes", "format=html&bom=1"])
def test_a_mark_that_means_nothing(shipped: FlaskClient, asked: str) -> None:
    """A mark before another format, or another value, is refused and not ignored."""
    assert get(shipped, f"/queries/profiles?{asked}").status_code == 400


def test_the_file_has_a_useful_name(shipped: FlaskClient) -> None:
    """A file is named after the query and its values, in ASCII and as it is (RFC 6266)."""
    file = get(shipped, f"{NEEDING}.csv?competence=1.2&level=6").headers["Content-Disposition"]
    assert file == 'inline; filename="profiles-needing-level-1.2-6.csv"'
    cyrillic = get(shipped, f"/queries/statements-with-word.tsv?word={quote('a/б')}")
    assert cyrillic.headers["Content-Disposition"] == (
        'inline; filename="statements-with-word-a.tsv"; '
        f"filename*=UTF-8''statements-with-word-a-{quote('б')}.tsv"
    )


# --- parameters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("requirements-of-profile", ("profile", PROFILE, "33393020", "3339-3020",
                                     f"profile/{PROFILE}", f"{BASE}id/profile/{PROFILE}",
                                     f"<{BASE}id/profile/{PROFILE}>")),
        ("is-competence-required", ("competence", "1.1", "1-1", "digcomp21/1-1",
                                    f"{BASE}id/digcomp21/1-1")),
        ("ladder-of-competence", ("competence", "c-g66mpmtj", f"{BASE}id/competence/c-g66mpmtj")),
        ("areas-with-counts", ("area", "3", "area-3", f"{BASE}id/digcomp21/area-3")),
        ("paths-to-esco", ("position", "33393020", f"{BASE}id/nkpd11/33393020")),
        ("coverage-of-documents", ("document", "d-v02ry7z3", f"{BASE}id/source/d-v02ry7z3")),
        ("findings-by-type", ("type", "Contradiction", f"{BASE}def#Contradiction")),
        ("graphs-with-sizes", ("graph", "profiles", f"{BASE}graph/profiles")),
        ("mappings-by-confidence", ("set", "nkpd11-esco", f"{BASE}mappings/nkpd11-esco")),
        ("changes-since-release", ("since", "2026.11.0", "2026-11-23")),
    ],
)  # fmt: skip
def test_codes_that_people_have(shipped: FlaskClient, path: str, values: tuple[str, ...]) -> None:
    """A code, an identifier and a whole IRI are the same value, and select its rows."""
    name, *said = values
    answers = [get(shipped, f"/queries/{path}.json?{urlencode({name: value})}") for value in said]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    found = json.loads(answers[0].data)
    bound = [row[name]["value"] for row in found.get("results", {"bindings": []})["bindings"]]
    assert set(bound) <= {said[-1].strip("<>")}


def test_values_in_the_address(shipped: FlaskClient) -> None:
    """Who needs competence 1.2 at a level: yes at the level that is required, no above it."""
    at_six = rows(get(shipped, f"{NEEDING}.csv?competence=1.2&level=6"))
    above = rows(get(shipped, f"{NEEDING}.csv?competence=1.2&level=8"))

    assert [(row["level"], row["profile"]) for row in at_six] == [
        ("6", f"{BASE}id/profile/{PROFILE}")
    ]
    assert above == []


def test_an_empty_value_is_none(shipped: FlaskClient) -> None:
    """A form with an empty field asks for all; a parameter with a default keeps it."""
    assert (
        get(shipped, f"{NEEDING}.csv?competence=&level=").data
        == get(shipped, f"{NEEDING}.csv").data
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("bg", ["„leve“: няма такъв параметър", "очаква се компетентност", "число от 1 до 8"]),
        ("en", ["“leve”: no such parameter", "expected a competence", "a number, 1 to 8"]),
    ],
)
def test_all_problems_at_once(shipped: FlaskClient, lang: str, words: list[str]) -> None:
    """Everything that is wrong is told in one answer, with the parameters that there are."""
    refused = get(
        shipped, f"{NEEDING}?leve=6&competence=9.9&level=9", Accept="*/*", Accept_Language=lang
    )

    assert refused.status_code == 400
    assert refused.json["type"] == f"{BASE}problem/bad-request"
    assert refused.json["parameters"] == ["competence", "level"]
    assert [one["parameter"] for one in refused.json["problems"]] == ["leve", "competence", "level"]
    assert all(word in refused.json["detail"] for word in words)


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("requirements-of-profile", "profile", "1.1"),
        ("requirements-of-profile", "profile", f"{BASE}id/digcomp21/1-1"),
        ("requirements-of-profile", "profile", "https://example.org/none"),
        ("requirements-of-profile", "profile", "http://not an iri"),
        ("profiles-needing-level", "level", "0"),
        ("profiles-needing-level", "level", "six"),
        ("profiles-needing-level", "level", "٦"),
        ("profiles-needing-level", "level", "9" * 5000),
        ("changes-since-release", "since", "2026-02-30"),
        ("changes-since-release", "since", "1999.1.0"),
        ("changes-since-release", "since", "../2026.11.0"),
        ("statements-with-word", "word", "x" * 201),
        ("statements-with-word", "word", "a\nb"),
        ("graphs-with-sizes", "graph", "none"),
        ("evidence-of-thing", "thing", "urn:nothing"),
    ],
)
def test_a_value_that_does_not_fit(
    shipped: FlaskClient, path: str, parameter: str, value: str
) -> None:
    """A value of another kind, or that the data do not know, is 400 with what was expected."""
    refused = get(shipped, f"/queries/{path}.csv?{urlencode({parameter: value})}")

    assert refused.status_code == 400
    expected = EXAMPLES[path].parameters[parameter].kind.en
    assert f"expected {expected}" in refused.json["detail"]
    assert len(refused.data) < 3000


def test_a_value_given_twice(shipped: FlaskClient) -> None:
    """A parameter is given once; bytes that are no UTF-8 are refused as at /sparql."""
    assert "give it once" in get(shipped, f"{NEEDING}?level=6&level=7").json["detail"]
    assert get(shipped, f"{NEEDING}?level=%FF").status_code == 400


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_never_more_than_a_value(
    shipped: FlaskClient, things: Things, value: str
) -> None:
    """Whatever stands in a value, the query differs in one string and finds that very text."""
    query = EXAMPLES["statements-with-word"]
    text = with_values(query, values_of(query, [("word", value)], things))
    before, after = list(sparql.tokens(query.body)), list(sparql.tokens(text))
    answer = get(shipped, f"/queries/{query.name}.csv?{urlencode({'word': value})}")
    page = get(shipped, f"/queries/{query.name}.html?{urlencode({'word': value})}")

    differing = [(a.kind, b.kind) for a, b in zip(before, after, strict=True) if a[:2] != b[:2]]
    assert differing == [("string", "string")]
    assert all(row["word"] == value for row in rows(answer))
    assert page.status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_names_nothing(things: Things, value: str) -> None:
    """Where a thing is expected, such a value names none and never reaches a query."""
    for name, parameter in [("requirements-of-profile", "profile"), ("evidence-of-thing", "thing")]:
        with pytest.raises(WrongValues):
            values_of(EXAMPLES[name], [(parameter, value)], things)


@pytest.mark.parametrize("value", [*HOSTILE, "a\nb\r\tc", "\x00", "\U0001f600"])
def test_a_term_is_written_as_one_word(value: str) -> None:
    """A text is written as one string of SPARQL, whatever is in it."""
    assert [token.kind for token in sparql.tokens(written(literal_term(value)))] == ["string"]


# --- the page ---------------------------------------------------------------------------------


def test_the_page_of_a_query(shipped: FlaskClient) -> None:
    """The form holds the values, links lead to files, to the editor and to what is named."""
    page = html.unescape(get(shipped, f"{NEEDING}.html?competence=1.2&level=6&lang=en").text)

    assert '<option value="1.2" selected>1.2 Evaluating data' in page
    assert '<option value="6" selected>' in page
    assert '<form action="/queries/profiles-needing-level" method="get">' in page
    assert f'href="/id/profile/{PROFILE}"' in page
    for suffix in ("json", "xml", "csv", "tsv"):
        assert f'href="{NEEDING}.{suffix}?competence=1.2&level=6"' in page
    assert f'href="{NEEDING}.csv?competence=1.2&level=6&bom=1"' in page
    assert f'href="{NEEDING}?competence=1.2&level=6&lang=bg"' in page
    for link in set(re.findall(r'href="(/(?:queries|sparql)[^"]*)"', page)):
        assert get(shipped, link.replace("\n", "%0A")).status_code == 200, link


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_choice_can_be_chosen(shipped: FlaskClient, things: Things, name: str) -> None:
    """Each option of each form is a value that the query takes."""
    page = get(shipped, f"/queries/{name}.html").text
    chosen = re.findall(r'<select[^>]*name="(\w+)"(.*?)</select>', page, re.DOTALL)

    for parameter, options in chosen:
        values = [html.unescape(value) for value in re.findall(r'value="([^"]+)"', options)]
        assert values
        for value in values:
            assert values_of(EXAMPLES[name], [(parameter, value)], things)
    kinds = {parameter.kind.name for parameter in EXAMPLES[name].parameters.values()}
    assert len(chosen) >= len(kinds & {"profile", "competence", "level", "area", "graph"})


# --- from programs ----------------------------------------------------------------------------

ASKED = {
    "SELECT": ("profiles-needing-level", [("competence", "1.2"), ("level", "6")]),
    "ASK": ("is-competence-required", [("competence", "1.1")]),
    "CONSTRUCT": ("graph-of-profile", [("profile", PROFILE)]),
    "a text with quotes": ("statements-with-word", [("word", 'a"b`$\\{x}')]),
}
PROOF = {"SELECT": PROFILE, "ASK": "true", "CONSTRUCT": "dgc:hasRequirement"}


@pytest.mark.parametrize("published", [True, False], ids=["by-its-address", "by-its-text"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("language", ["sh", "python", "javascript"])
def test_programs_run_as_they_stand(
    address: str, things: Things, language: str, asked: str, published: bool
) -> None:
    """The commands and programs of a page run unchanged and print the answer (S-12)."""
    name, given = ASKED[asked]
    text = with_values(EXAMPLES[name], values_of(EXAMPLES[name], given, things))
    url = f"{address}queries/{name}?{urlencode(given)}" if published else ""
    runs = {
        "sh": ["sh", "-c"],
        "python": [sys.executable, "-c"],
        "javascript": ["node", "--input-type=module", "-e"],
    }[language]
    if not shutil.which(runs[0]):
        pytest.skip(f"{runs[0]} is not here")

    for snippet in snippets(text, address, url):
        if snippet.language == language:
            done = subprocess.run(
                [*runs, snippet.text], capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, done.stderr
            assert PROOF.get(asked, "").lower() in done.stdout.replace("True", "true").lower()


@pytest.mark.parametrize("asked", ASKED)
def test_the_program_in_r(shipped: FlaskClient, things: Things, asked: str) -> None:
    """In R an address is read as a data frame, or as lines of Turtle; the address answers."""
    name, given = ASKED[asked]
    text = with_values(EXAMPLES[name], values_of(EXAMPLES[name], given, things))
    service = "http://127.0.0.1:8000/"
    for url in ("", f"{service}queries/{name}?{urlencode(given)}"):
        (program,) = [s.text for s in snippets(text, service, url) if s.language == "r"]
        reads = "readLines" if asked == "CONSTRUCT" else "read.csv"

        named = re.match(r'address <- "([^"\\]+)"\n', program)
        assert named
        assert f'{reads}(address, encoding = "UTF-8")' in program
        answer = get(shipped, named[1].removeprefix("http://127.0.0.1:8000"))
        assert answer.mimetype == ("text/turtle" if asked == "CONSTRUCT" else "text/csv")


def test_the_command_takes_the_same_values(shipped: FlaskClient, shipped_release: Release) -> None:
    """`digigraph query NAME --set` means what the address means, and refuses alike."""
    command = [
        *(sys.executable, "-m", "digigraph", "query", "profiles-needing-level"),
        *("--format", "csv", "--releases", str(shipped_release.folder.parent)),
    ]
    run = subprocess.run(
        [*command, "--set", "competence=1.2", "--set", "level=6"], capture_output=True, check=True
    )
    wrong = subprocess.run(
        [*command, "--set", "competence=9.9", "--set", "lev=6"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.stdout == get(shipped, f"{NEEDING}.csv?competence=1.2&level=6").data
    assert wrong.returncode == 2
    assert "expected a competence" in wrong.stderr
    assert "no such parameter" in wrong.stderr
