"""The JSON API: what its own description promises, held against what it answers."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pyoxigraph as ox
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from three import FIRST, RETIRED, SECOND, SHIPPED, THIRD, TRADER

from digigraph.jsonld import context_document
from digigraph.release import Release
from digigraph.tables import TABLES
from digigraph.web import Settings, create_app
from digigraph.web.api.endpoint import PREFIX, Endpoint
from digigraph.web.api.endpoints import ENDPOINTS
from digigraph.web.api.examples import example_of, path_of

BASE = "https://w3id.org/digigraph/"
SERVICE = "https://data.example.org/kg/"
FUZZED = int(os.environ.get("API_EXAMPLES", "8"))
"""How many requests of each kind are made up for each endpoint; more are tried by hand."""
LISTS = [one for one in ENDPOINTS if one.is_list and not any(p.required for p in one.parameters)]


@pytest.fixture(scope="module")
def app(three_profiles: Release) -> Iterator[Flask]:
    """Yield the application over three profiles, under a path of another site."""
    place = three_profiles.folder.parent
    app = create_app(Settings(releases=place, service=SERVICE, access_log=""), three_profiles)
    yield app
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def site(app: Flask) -> FlaskClient:
    """Return a client of it."""
    return app.test_client()


@pytest.fixture(scope="module")
def described(site: FlaskClient) -> dict[str, Any]:
    """Return the OpenAPI document."""
    found: dict[str, Any] = json.loads(site.get("/openapi.json").data)
    return found


def got(site: FlaskClient, path: str) -> Any:
    """Return the JSON at an address under `/api/v1`."""
    answer = site.get(PREFIX + path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


def short(iris: list[str]) -> list[str]:
    """Return the ends of IRIs."""
    return [one.rpartition("/")[2] for one in iris]


def ids(told: dict[str, Any]) -> list[str]:
    """Return the ends of the IRIs of the items of a list."""
    return short([one["id"] for one in told["items"]])


def fits(described: dict[str, Any], name: str, told: object) -> None:
    """Hold JSON against a schema of the OpenAPI document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    Draft202012Validator(schema).validate(told)


def links(site: FlaskClient, path: str) -> dict[str, str]:
    """Return relation -> target of the Link headers of an answer."""
    told = site.get(path).headers.getlist("Link")
    return {one.split('rel="')[1].split('"')[0]: one[1 : one.index(">")] for one in told}


# --- OpenAPI -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["bg", "en"])
def test_openapi_is_valid(site: FlaskClient, lang: str) -> None:
    """The document is OpenAPI 3.1, in both languages, and every text in it is in that one."""
    told = json.loads(site.get(f"/openapi.json?lang={lang}").data)

    validate(told)
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": SERVICE.rstrip("/")}]
    cyrillic = [any("а" <= letter <= "я" for letter in text) for text in _texts(told["paths"])]
    assert all(cyrillic) if lang == "bg" else not any(cyrillic)


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ("summary", "description") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value)


def test_the_readme_shows_what_works(site: FlaskClient) -> None:
    """Each call of the README's section answers as it stands (A-05)."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"^curl -s 'http://127.0.0.1:8000{PREFIX}.*$", readme, re.MULTILINE)
    calls = [shlex.split(line) for line in found]

    for words in calls:
        path = words[2].removeprefix("http://127.0.0.1:8000")
        if "-d" in words:
            answer = site.post(path, data=words[-1], content_type="application/json")
        else:
            answer = site.get(path)
        assert answer.status_code == 200, words
        assert answer.mimetype == "text/csv" or json.loads(answer.data).get("total", 1) > 0
    assert len(calls) == 7


def test_what_is_routed_is_described(app: Flask, described: dict[str, Any]) -> None:
    """Nothing answers under `/api/v1` that the document does not have, and the other way round."""
    routed = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<", "{").replace(">", "}")
        if path.startswith(f"{PREFIX}/") and "{any(" not in path:
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            routed |= {(path, method.lower()) for method in methods}
    told = {(path, method) for path, of in described["paths"].items() for method in of}

    assert routed == told


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_each_example_answers(
    app: Flask, site: FlaskClient, described: dict[str, Any], endpoint: Endpoint
) -> None:
    """The call that is shown, and each example of a parameter, answer in the promised shape."""
    with app.test_request_context("/"):
        path = path_of(endpoint)
        values = {p.name: example_of(p) for p in endpoint.parameters if p.place == "query"}
    assert path
    required = {p.name for p in endpoint.parameters if p.required}
    bare = path.partition("?")[0]
    first = f"{bare}?" + "&".join(f"{n}={values[n]}" for n in required if n in values)
    calls = [path, first]
    calls += [f"{first}&{n}={v}" for n, v in values.items() if v is not None and n not in required]

    for call in calls:
        if endpoint.method == "POST":
            answer = site.post(call, json=endpoint.body_example)
        else:
            answer = site.get(call)
        assert answer.status_code == 200, call
        if answer.mimetype == "application/json":
            fits(described, endpoint.answer, json.loads(answer.data))
        else:
            assert answer.mimetype == "text/csv"


def test_every_parameter_is_described(described: dict[str, Any]) -> None:
    """What is read from a request and what is described come from one definition."""
    for endpoint in ENDPOINTS:
        told = described["paths"][PREFIX + endpoint.path][endpoint.method.lower()]
        assert [one["name"] for one in told["parameters"]] == [p.name for p in endpoint.parameters]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_made_up_requests(app: Flask, endpoint: Endpoint, mode: GenerationMode) -> None:
    """Whatever is asked, the answer has a status, a type and a shape that are promised (A-05)."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    operation = schema[PREFIX + endpoint.path][endpoint.method]
    quiet = settings(
        max_examples=FUZZED, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip

    @quiet
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Accept-Encoding": "identity"})
        assert answer.status_code < 500
        case.validate_response(answer)

    asked()


def test_it_can_be_found(site: FlaskClient) -> None:
    """The landing page and the API catalogue lead to the description (RFC 8631, RFC 9727)."""
    told = json.loads(site.get("/.well-known/api-catalog").data)
    (api,) = [one for one in told["linkset"] if one["anchor"] == f"{SERVICE}api/v1"]

    found = links(site, "/")
    assert found["service-desc"] == "/kg/openapi.json"
    assert found["service-doc"] == "/kg/api/v1"
    assert api["service-desc"][0]["href"] == f"{SERVICE}openapi.json"


@pytest.mark.parametrize("lang", ["bg", "en"])
def test_the_page_is_made_of_the_table(site: FlaskClient, lang: str) -> None:
    """People find every endpoint and parameter, an example of each, and the formula; offline."""
    page = site.get(f"{PREFIX}?lang={lang}").text

    for endpoint in ENDPOINTS:
        assert f"{endpoint.method} {PREFIX}{endpoint.path}" in page
        assert (endpoint.bg if lang == "bg" else endpoint.en) in page
        assert all(f"<code>{p.name}</code>" in page for p in endpoint.parameters)
    assert page.count("curl -s") == len(ENDPOINTS)
    assert "Σ min(a(c), b(c)) / Σ max(a(c), b(c))" in page
    assert site.get(f"{PREFIX}/").status_code == 308
    as_json = site.get(PREFIX, headers={"Accept": "application/json"})
    assert json.loads(as_json.data)["openapi"].startswith("3.1")


# --- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", LISTS, ids=lambda one: one.name)
def test_pages_make_up_the_list(
    site: FlaskClient, described: dict[str, Any], endpoint: Endpoint
) -> None:
    """Following `next` gives each item once, in one order; `last` is where it ends (A-03)."""
    whole = got(site, f"{endpoint.path}?limit=200")
    seen, path = [], f"{PREFIX}{endpoint.path}?limit=2"
    while path:
        told = json.loads(site.get(path).data)
        fits(described, endpoint.answer, told)
        assert told["total"] == whole["total"]
        seen += told["items"]
        found = links(site, path)
        last, path = path, found.get("next", "").removeprefix("/kg")

    assert seen == whole["items"]
    assert len(seen) == whole["total"] == len(set(ids(whole)))
    assert found["last"].removeprefix("/kg") == last or "offset" not in last
    assert parse_qs(urlsplit(found["prev"]).query)["limit"] == ["2"]
    assert "prev" not in links(site, found["first"].removeprefix("/kg"))


@pytest.mark.parametrize(
    ("name", "table"),
    [("profiles", "profiles"), ("competences", "competences"), ("levels", "levels")],
)
def test_a_list_as_csv_is_the_table_of_the_release(
    site: FlaskClient, three_profiles: Release, name: str, table: str
) -> None:
    """The same columns and rows as `csv/`, by suffix, `format` and Accept; `bom=1` marks it."""
    expected = three_profiles.path(f"csv/{table}.csv").read_bytes()
    answers = [
        site.get(f"{PREFIX}/{name}.csv?limit=200"),
        site.get(f"{PREFIX}/{name}?format=csv&limit=200"),
        site.get(f"{PREFIX}/{name}?limit=200", headers={"Accept": "text/csv"}),
    ]

    assert [answer.data for answer in answers] == [expected] * 3
    marked = site.get(f"{PREFIX}/{name}.csv?limit=200&bom=1").data
    assert marked == b"\xef\xbb\xbf" + expected
    header = next(csv.reader(io.StringIO(expected.decode())))
    assert header == next(one.header for one in TABLES if one.name == table)


def test_the_matrix(site: FlaskClient, three_profiles: Release) -> None:
    """Levels by code, profile by profile; the CSV is that of the release."""
    told = got(site, "/matrix")
    rows = {one["id"].rpartition("/")[2]: one for one in told["items"]}

    assert rows[SECOND]["levels"] == {n.replace("-", "."): level for n, level in TRADER.items()}
    general = {n.replace("-", "."): v for n, v in SHIPPED.items() if n[0] != "c"}
    assert rows[FIRST]["levels"] == general
    assert rows[FIRST]["specificCompetences"] == len(SHIPPED) - len(general)
    assert [one["notation"] for one in told["competences"]][:3] == ["1.1", "1.2", "1.3"]
    expected = three_profiles.path("csv/matrix.csv").read_bytes()
    assert site.get(f"{PREFIX}/matrix.csv").data == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", [FIRST, SECOND, THIRD]),
        ("sector=93", [FIRST]),
        ("sector=47", [SECOND, THIRD]),
        ("sector=01", []),
        ("occupation=3339", [FIRST]),
        ("occupation=52212001", [SECOND]),
        ("competence=1.1", [FIRST, SECOND]),
        ("competence=1-2&level=4", [FIRST, SECOND]),
        (f"competence={quote(BASE)}id/digcomp21/1-2&level=6", [FIRST]),
        ("competence=nothing", []),
        ("level=7", [SECOND]),
        ("area=2", [FIRST, SECOND, THIRD]),
        ("area=2&level=6", [FIRST]),
        ("area=2&competence=1.2", []),
        ("sector=47&competence=2.1&level=4", [SECOND]),
    ],
)
def test_filters_of_profiles(site: FlaskClient, asked: str, expected: list[str]) -> None:
    """A profile stands in the list when all that is asked holds."""
    assert ids(got(site, f"/profiles?{asked}")) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("scheme=digcomp21&area=4", ["4-1", "4-2", "4-3", "4-4"]),
        ("scheme=nothing", []),
        (
            f"scheme={BASE}id/digcomp21&area={BASE}id/digcomp21/area-2",
            ["2-1", "2-2", "2-3", "2-4", "2-5", "2-6"],
        ),
        (f"area={BASE}id/digcomp21/area-2&kind=specific", ["c-gj8xfnjp"]),
        (f"scheme={BASE}id/nothing", []),
        ("level=7", ["5-2"]),
        ("kind=general&level=6", ["1-1", "1-2", "2-2", "3-1", "5-2"]),
        ("kind=specific", ["c-7961m7pd", "c-g66mpmtj", "c-gj8xfnjp", "c-qayqf27g"]),
        ("kind=specific&area=5", []),
    ],
)
def test_filters_of_competences(site: FlaskClient, asked: str, expected: list[str]) -> None:
    """A competence stands in the list when all that is asked holds."""
    assert ids(got(site, f"/competences?{asked}")) == expected


@pytest.mark.parametrize("path", ["/profiles", "/competences", "/levels", "/matrix"])
def test_a_list_is_json_ld_of_what_the_release_says(
    site: FlaskClient, three_profiles: Release, path: str
) -> None:
    """Items say in JSON-LD what the store says, and nothing besides (H-16)."""
    told = got(site, f"{path}?limit=200")
    told["@context"][0] = json.loads(context_document())["@context"]
    found = list(ox.parse(json.dumps(told), format=ox.RdfFormat.JSON_LD))
    store = ox.Store.read_only(str(three_profiles.store))

    assert len(found) > told["total"]
    assert not [quad for quad in found if quad not in store]


# --- single things -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "document", "schema"),
    [
        (f"/profiles/{FIRST}", f"/doc/profile/{FIRST}.json", "ProfileDocument"),
        (f"/profiles/{SECOND}.json", f"/doc/profile/{SECOND}.json", "ProfileDocument"),
        ("/competences/1-2", "/doc/digcomp21/1-2.json", "Competence"),
        ("/competences/c-gj8xfnjp", "/doc/competence/c-gj8xfnjp.json", "Competence"),
    ],
)
def test_a_thing_is_its_document(
    site: FlaskClient, described: dict[str, Any], path: str, document: str, schema: str
) -> None:
    """One shape: the very bytes, links and ETag of the document in JSON (A-03)."""
    answer, expected = site.get(PREFIX + path), site.get(document)

    assert answer.data == expected.data
    assert answer.headers["ETag"] == expected.headers["ETag"]
    assert answer.headers.getlist("Link") == expected.headers.getlist("Link")
    fits(described, schema, json.loads(answer.data))


def test_items_are_parts_of_the_documents(site: FlaskClient) -> None:
    """What a list says of a thing has the names and values that its document has."""
    for path in ("/profiles", "/competences?area=1"):
        for item in got(site, path)["items"]:
            kind = path[1:].partition("?")[0]
            whole = got(site, f"/{kind}/{item['id'].rpartition('/')[2]}")
            for name, value in item.items():
                assert _within(value, whole[name]), (item["id"], name)


def _within(part: Any, whole: Any) -> bool:
    """Tell whether each value of one tree is in the other; a thing that was told is its IRI."""
    if isinstance(part, dict):
        named = isinstance(whole, dict) and whole.keys() == {"id"} == {"id"} & part.keys()
        return named or all(_within(value, whole.get(name)) for name, value in part.items())
    if isinstance(part, list):
        return all(any(_within(one, other) for other in whole) for one in part)
    return bool(part == whole)


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("/profiles/33393020", f"/profiles/{FIRST}"),
        ("/profiles/3339-3020", f"/profiles/{FIRST}"),
        ("/competences/1.2", "/competences/1-2"),
        ("/competences/1.2.json", "/competences/1-2"),
    ],
)
def test_a_code_leads_to_the_thing(site: FlaskClient, asked: str, place: str) -> None:
    """As at `/lookup`, a code answers with the address of what has it."""
    answer = site.get(PREFIX + asked)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/kg{PREFIX}{place}")


@pytest.mark.parametrize("path", ["/profiles/p-37q68h4y", "/competences/1.9", "/profiles/x.csv"])
def test_what_is_not_there(site: FlaskClient, described: dict[str, Any], path: str) -> None:
    """404, with what it may have been."""
    answer = site.get(PREFIX + path)
    problem = json.loads(answer.data)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    fits(described, "Problem", problem)
    assert problem["nearest"] or path == "/profiles/x.csv"


def test_a_retired_profile_still_answers(site: FlaskClient) -> None:
    """Its address says what took its place (V-05)."""
    told = got(site, f"/profiles/{RETIRED}")

    assert told["isReplacedBy"][0]["id"] == f"{BASE}id/profile/{FIRST}"


# --- comparison and look-up ----------------------------------------------------------------------


def test_a_comparison_is_that_of_its_address(site: FlaskClient) -> None:
    """In whatever order it is asked for, it is the one of `/compare/…`, which it links to."""
    path = f"{PREFIX}/compare?ids={SECOND},33393020"

    assert site.get(path).data == site.get(f"/compare/{FIRST},{SECOND}.json").data
    assert links(site, path)["canonical"] == f"{BASE}compare/{FIRST},{SECOND}"
    csv_path = f"{PREFIX}/compare.csv?ids={SECOND},{FIRST}"
    assert site.get(csv_path).data == site.get(f"/compare/{FIRST},{SECOND}.csv").data


def looked_up(site: FlaskClient, texts: object, query: str = "") -> list[dict[str, Any]]:
    """Return what a look-up finds for each text."""
    answer = site.post(f"{PREFIX}/lookup{query}", json=texts)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.data)["items"]
    return found


def test_codes_and_labels_are_looked_up(site: FlaskClient, described: dict[str, Any]) -> None:
    """Each gets its best match; what has none says so; the order is that of the request (A-07)."""
    texts = [
        "1.2", "33393020", "3339-3020", "p-37q68h4z", "c-gj8xfnjp",
        "Оценяване на данни, информация и дигитално съдържание",
        "evaluating data, information and digital content",
        "zzzz qqqq xxxx", "1.2",
    ]  # fmt: skip
    answer = site.post(f"{PREFIX}/lookup", json=texts)
    told = json.loads(answer.data)
    found = [
        one["match"] and one["match"]["id"].removeprefix(f"{BASE}id/") for one in told["items"]
    ]

    fits(described, "Lookup", told)
    assert [one["query"] for one in told["items"]] == texts
    assert found == [
        "digcomp21/1-2", "profile/p-37q68h4z", "profile/p-37q68h4z", "profile/p-37q68h4z",
        "competence/c-gj8xfnjp", "digcomp21/1-2", "digcomp21/1-2", None, "digcomp21/1-2",
    ]  # fmt: skip
    assert all(one["match"] is None or one["match"]["score"] == 1 for one in told["items"])


def test_what_is_told_of_a_hit_narrows_the_next_question(site: FlaskClient) -> None:
    """The scheme of a hit and the IRI of an area are filters as they are returned."""
    (first, *_) = got(site, "/search?q=клиент&type=OccupationPosition")["items"]
    again = got(site, f"/search?q=клиент&scheme={first['scheme']}")
    area = got(site, f"/search?q=данни&type=Competence&area={BASE}id/digcomp21/area-4")["items"]
    (one,) = looked_up(site, ["33393020"], f"?scheme={first['scheme']}")

    assert first["id"] in [hit["id"] for hit in again["items"]]
    assert {hit["scheme"] for hit in again["items"]} == {first["scheme"]} == {f"{BASE}id/nkpd11"}
    assert [hit["notation"][0] for hit in area] == ["4"] * len(area)
    assert area
    assert one["match"]["id"] == f"{BASE}id/nkpd11/33393020"


def test_a_look_up_can_be_narrowed(site: FlaskClient) -> None:
    """With `scheme` or `type` only such things are found; `limit` bounds the alternatives."""
    (free,) = looked_up(site, ["33393020"])
    (kind,) = looked_up(site, ["33393020"], "?type=OccupationPosition")
    (scheme,) = looked_up(site, ["33393020"], "?scheme=nkpd11&limit=0")

    position = f"{BASE}id/nkpd11/33393020"
    assert position in [other["id"] for other in free["alternatives"]]
    assert kind["match"]["id"] == scheme["match"]["id"] == position
    assert len(free["alternatives"]) <= 3
    assert scheme["alternatives"] == []


def test_a_look_up_has_the_time_of_a_query(three_profiles: Release) -> None:
    """What is not done by then is an error, never a part (S-06)."""
    place = three_profiles.folder.parent
    app = create_app(Settings(releases=place, query_seconds=0, access_log=""), three_profiles)
    answer = app.test_client().post(f"{PREFIX}/lookup", json=["1.2", "1.3"])
    app.extensions["digigraph"].pool.close()

    assert answer.status_code == 503
    assert json.loads(answer.data)["type"].endswith("problem/search-timeout")


def test_a_look_up_as_csv(site: FlaskClient) -> None:
    """A row for each text, in order."""
    answer = site.post(f"{PREFIX}/lookup?format=csv", json=["1.2", "zzzz qqqq xxxx"])
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert [row["query"] for row in rows] == ["1.2", "zzzz qqqq xxxx"]
    assert [row["id"] for row in rows] == [f"{BASE}id/digcomp21/1-2", ""]
    assert rows[0]["label_bg"].startswith("Оценяване")


@pytest.mark.parametrize(
    ("body", "kind", "status", "told"),
    [
        (b'["1.2"]', "text/plain", 415, "application/json"),
        (b"{}", "application/json", 400, "body"),
        (b"[1.2]", "application/json", 400, "[0]"),
        (b'["", {}, "x", null]', "application/json", 400, "[3]"),
        (b'["\\ud800"]', "application/json", 400, "[0]"),
        (b"[" * 100_000, "application/json", 400, "body"),
        (b'["1.2"', "application/json", 400, "body"),
        (b"\xff", "application/json", 400, "body"),
        (json.dumps(["x"] * 1001).encode(), "application/json", 400, "1001"),
        (json.dumps(["x" * 201]).encode(), "application/json", 400, "[0]"),
        (b'["' + b"x" * 4_000_000 + b'"]', "application/json", 413, ""),
    ],
)
def test_what_cannot_be_looked_up(
    site: FlaskClient, body: bytes, kind: str, status: int, told: str
) -> None:
    """All that is wrong with a body is said at once."""
    answer = site.post(f"{PREFIX}/lookup", data=body, content_type=kind)
    problem = json.loads(answer.data)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert told in json.dumps(problem)


def test_a_thousand_at_once(site: FlaskClient) -> None:
    """A registry looks all its codes up in one request."""
    found = looked_up(site, ["1.2", "33393020"] * 500)

    assert len(found) == 1000
    assert {one["match"]["id"] for one in found} == {
        f"{BASE}id/digcomp21/1-2", f"{BASE}id/profile/{FIRST}",
    }  # fmt: skip


# --- one way of answering ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["bg", "en"])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_unknown_parameters_are_refused(
    site: FlaskClient, described: dict[str, Any], endpoint: Endpoint, lang: str
) -> None:
    """400 names every one of them and lists those that there are, in the client's language."""
    path = PREFIX + endpoint.path.replace("{name}", FIRST)
    asked = f"{path}?colour=red&lang={lang}&size=1&{'lang=' + lang}"
    answer = site.open(asked, method=endpoint.method, json=[])
    problem = json.loads(answer.data)

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    fits(described, "Problem", problem)
    assert {one["parameter"] for one in problem["problems"]} >= {"colour", "size", "lang"}
    known = [p.name for p in endpoint.parameters if p.place == "query"]
    assert problem["parameters"] == known
    assert ("няма такъв" if lang == "bg" else "no such") in problem["detail"]


def test_all_problems_are_told_at_once(site: FlaskClient) -> None:
    """Whoever corrects a request corrects it once (A-06)."""
    asked = "limit=0&offset=-1&area=x&level=9&format=tsv&lang=de&nothing=1"
    problem = json.loads(site.get(f"{PREFIX}/profiles?{asked}").data)

    named = [one["parameter"] for one in problem["problems"]]
    assert sorted(named) == ["area", "format", "lang", "level", "limit", "nothing", "offset"]


@pytest.mark.parametrize("path", ["/profiles", "/competences.csv", "/levels", "/matrix"])
def test_an_answer_is_revalidated(site: FlaskClient, path: str) -> None:
    """ETag and 304; HEAD has the headers of GET; every origin may read it (H-08, H-11)."""
    answer, head = site.get(PREFIX + path), site.head(PREFIX + path)
    again = site.get(PREFIX + path, headers={"If-None-Match": answer.headers["ETag"]})
    options = site.options(PREFIX + path)

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"] == head.headers["ETag"]
    assert head.data == b""
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in answer.headers["Access-Control-Expose-Headers"]
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert site.post(PREFIX + path).status_code == 405


def test_the_etag_is_that_of_the_answer(site: FlaskClient) -> None:
    """Another page, filter or format has another name; the language of messages has none."""
    paths = ["/profiles", "/profiles?limit=1", "/profiles?offset=1", "/profiles.csv",
             "/profiles.csv?bom=1", "/profiles?sector=47", "/competences"]  # fmt: skip
    tags = {site.get(PREFIX + path).headers["ETag"] for path in paths}

    assert len(tags) == len(paths)
    assert site.get(f"{PREFIX}/profiles?lang=bg").headers["ETag"] in tags


@pytest.mark.parametrize("path", ["/profiles", f"/compare?ids={FIRST},{SECOND}"])
def test_a_format_that_there_is_not(site: FlaskClient, path: str) -> None:
    """406 lists the formats that there are."""
    answer = site.get(PREFIX + path, headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert {one["format"] for one in json.loads(answer.data)["choices"]} == {"json", "csv"}
