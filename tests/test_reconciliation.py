"""The Reconciliation Service API 0.2 as its clients use it (A-04)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from servers import serving

from digigraph.entities import PROPERTIES, TYPES
from digigraph.release import Release
from digigraph.web import Settings, create_app

PROFILE = "profile/p-37q68h4z"
TITLE = "Организатор, работа с клиенти"
SCHEMAS = "RECONCILIATION_SCHEMAS"


@pytest.fixture(scope="module")
def url(shipped_release: Release) -> Iterator[str]:
    """Yield the address of the reconciliation service of a server of the shipped data."""
    with serving(shipped_release.folder.parent, "--waiting-seconds", "60") as found:
        yield f"{found}reconcile"


def ask(url: str, **queries: object) -> dict[str, list[dict[str, Any]]]:
    """Return the candidates of each query of a batch that is sent as OpenRefine sends it."""
    answer = requests.post(url, data={"queries": json.dumps(queries)}, timeout=30)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    conforms("reconciliation-query-batch", queries)
    conforms("reconciliation-result-batch", told)
    return {name: one["result"] for name, one in told.items()}


def conforms(schema: str, told: object) -> None:
    """Check JSON against a schema of the specification, where its folder is at hand."""
    folder = os.environ.get(SCHEMAS)
    if not folder:
        return
    resources = []
    for path in Path(folder).glob("*.json"):
        found = json.loads(path.read_bytes())
        found["$schema"] = "http://json-schema.org/draft-07/schema#"
        resources.append((path.name, Resource.from_contents(found)))
        resources.append((found["$id"], Resource.from_contents(found)))
    found = json.loads((Path(folder) / f"{schema}.json").read_bytes())
    found["$schema"] = "http://json-schema.org/draft-07/schema#"
    if schema == "manifest":
        found["properties"].pop("authentication")  # it refers to a document of another site
    registry: Registry[Any] = Registry().with_resources(resources)
    jsonschema.Draft7Validator(found, registry=registry).validate(told)


@pytest.mark.skipif(
    SCHEMAS not in os.environ,
    reason=f"needs the folder of the JSON Schemas of the specification in {SCHEMAS}",
)
def test_the_schemas_are_looked_at(url: str) -> None:
    """A manifest without what is required does not pass, so the other tests check something."""
    told = requests.get(url, timeout=30).json()
    conforms("manifest", told)
    with pytest.raises(jsonschema.ValidationError):
        conforms("manifest", {**told, "versions": ["0.1"]})
    with pytest.raises(jsonschema.ValidationError):
        conforms("reconciliation-result-batch", {"q0": {"result": [{"id": "x"}]}})


@pytest.mark.parametrize("end", ["", "/"])
def test_the_manifest(url: str, end: str) -> None:
    """The four required members, and where the rest of the service is; with a slash or without."""
    answer = requests.get(url + end, headers={"Origin": "http://127.0.0.1:3333"}, timeout=30)
    told = answer.json()

    assert not answer.history
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert told["versions"] == ["0.2"]
    assert told["identifierSpace"] == "https://w3id.org/digigraph/id/"
    assert told["schemaSpace"] == "https://w3id.org/digigraph/def#"
    assert "{{id}}" in told["view"]["url"]
    assert "{{id}}" in told["preview"]["url"]
    assert {one["id"] for one in told["defaultTypes"]} <= set(TYPES)
    conforms("manifest", told)
    for one in told["defaultTypes"]:
        conforms("type", one)
    again = requests.get(url + end, headers={"If-None-Match": answer.headers["ETag"]}, timeout=30)
    assert again.status_code == 304


def test_what_openrefine_does(url: str) -> None:
    """From the address alone: preflight, manifest, types, queries, a preview, new columns."""
    origin = {"Origin": "http://127.0.0.1:3333"}
    preflight = requests.options(
        url, headers={**origin, "Access-Control-Request-Method": "POST"}, timeout=30
    )
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    manifest = requests.get(url, headers=origin, timeout=30).json()

    suggest = manifest["suggest"]
    address = suggest["type"]["service_url"] + suggest["type"]["service_path"]
    types = requests.get(address, params={"prefix": "профил"}, timeout=30).json()
    kind = types["result"][0]["id"]
    assert kind == "OccupationProfile"

    rows = ["Организатор работа с клиенти", "organiser, customer relations", "33393020", "няма го"]
    found = ask(url, **{f"q{n}": {"query": r, "type": kind} for n, r in enumerate(rows)})
    assert [one[0]["id"] if one else None for one in found.values()] == [PROFILE] * 3 + [None]
    assert found["q2"][0]["match"] is True

    preview = manifest["preview"]["url"].replace("{{id}}", quote(PROFILE, safe=""))
    frame = requests.get(preview, headers={"Accept-Language": "bg"}, timeout=30)
    assert frame.headers["Content-Type"].startswith("text/html")
    assert TITLE in frame.text
    assert len(frame.content) < 10_000

    place = manifest["extend"]["propose_properties"]
    proposed = requests.get(
        place["service_url"] + place["service_path"], params={"type": kind}, timeout=30
    ).json()
    conforms("data-extension-property-proposal", proposed)
    wanted = [one["id"] for one in proposed["properties"]]
    assert {"notation", "sector", "level", "competence", "isco", "esco"} <= set(wanted)
    query = {"ids": [PROFILE], "properties": [{"id": one} for one in wanted]}
    conforms("data-extension-query", query)
    told = requests.post(url, data={"extend": json.dumps(query)}, timeout=30).json()
    conforms("data-extension-response", told)
    row = told["rows"][PROFILE]
    assert row["notation"] == [{"str": "33393020"}]
    assert row["sector"] == [{"str": "93"}]
    assert row["isco"] == [{"str": "3339"}]
    assert all(one["str"].startswith("http://data.europa.eu/esco/") for one in row["esco"])
    assert [one["int"] for one in row["level"][:6]] == [6, 6, 6, 6, 5, 5]
    assert [one["id"] for one in row["competence"][:2]] == ["digcomp21/1-1", "digcomp21/1-2"]
    assert len(row["level"]) == len(row["competence"]) == 10

    here = manifest["view"]["url"].replace("{{id}}", PROFILE)
    assert here.startswith(f"{url.removesuffix('reconcile')}id/")
    assert requests.get(here, headers={"Accept": "text/turtle"}, timeout=30).status_code == 200
    escaped = here.replace(PROFILE, quote(PROFILE, safe=""))
    assert requests.get(escaped, headers={"Accept": "text/turtle"}, timeout=30).status_code == 200


def test_names_and_codes_are_certain(url: str) -> None:
    """A name or a code of an entity gives it with the score 100, first and as a match."""
    found = ask(
        url,
        name={"query": TITLE, "type": "OccupationProfile"},
        code={"query": "1.2", "type": "Competence"},
        level={"query": "1.2-6", "type": "CompetenceAtLevel"},
        english={"query": "Managing business profiles on social networks"},
    )

    for one in found.values():
        assert one[0]["score"] == 100
        assert one[0]["match"] is True
        assert not any(other["match"] for other in one[1:])
    assert found["code"][0]["id"] == "digcomp21/1-2"
    assert found["code"][0]["description"] == "1.2"


def test_results_are_in_order_and_within_their_limit(url: str) -> None:
    """The best come first, never more than asked for; types are as wanted."""
    found = ask(
        url,
        few={"query": "дигитално съдържание", "limit": 2},
        typed={"query": "клиенти", "type": ["SpecificCompetence"]},
        unknown={"query": "клиенти", "type": "Q5"},
    )

    assert len(found["few"]) == 2
    for one in found.values():
        scores = [candidate["score"] for candidate in one]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 100 for score in scores)
    assert found["typed"]
    for candidate in found["typed"]:
        assert "SpecificCompetence" in [kind["id"] for kind in candidate["type"]]
    assert found["unknown"] == []


def test_properties_refine(url: str) -> None:
    """What agrees raises the score, what does not lowers it; by id, by code and by name alike."""
    base = {"query": TITLE, "type": "OccupationProfile"}
    found = ask(
        url,
        agrees={**base, "properties": [{"pid": "notation", "v": "33393020"}]},
        differs={**base, "properties": [{"pid": "notation", "v": "11111111"}]},
        unknown={**base, "properties": [{"pid": "height", "v": 7}]},
        number={**base, "properties": [{"pid": "level", "v": 6}]},
        several={
            **base,
            "properties": [
                {"pid": "competence", "v": ["9.9", {"id": "digcomp21/1-1", "name": "x"}]},
                {"pid": "sector", "v": 93},
            ],
        },
        alone={"properties": [{"pid": "notation", "v": "33393020"}], "type": "OccupationProfile"},
        area={"type": "Competence", "properties": [{"pid": "area", "v": "digcomp21/area-1"}]},
    )

    for name in ("agrees", "number", "several", "alone"):
        assert found[name][0]["id"] == PROFILE, name
        assert found[name][0]["score"] == 100, name
    assert found["differs"][0]["score"] == pytest.approx(66.67)
    assert found["differs"][0]["match"] is False
    assert found["unknown"][0]["score"] == pytest.approx(66.67)
    assert {"digcomp21/1-1", "digcomp21/1-2", "digcomp21/1-3"} <= {o["id"] for o in found["area"]}


def test_strictness_of_types(url: str) -> None:
    """`any` wants one of the types, `all` each of them, `should` prefers them."""
    types = ["Competence", "SpecificCompetence"]
    query = {"query": "социални мрежи", "type": types}
    found = ask(
        url,
        any=query,
        all={**query, "type_strict": "all"},
        should={"query": TITLE, "type": "Competence", "type_strict": "should"},
    )

    assert all("SpecificCompetence" in [t["id"] for t in o["type"]] for o in found["all"])
    assert {one["id"] for one in found["all"]} <= {one["id"] for one in found["any"]}
    assert found["should"][0]["score"] < 100


def test_a_preferred_type_comes_first(url: str) -> None:
    """OpenRefine prefers a type with every query: what is of it is found and comes first."""
    query = {"query": "клиенти", "type": "SpecificCompetence", "type_strict": "should"}
    found = ask(url, one={**query, "limit": 1}, more={**query, "limit": 20})

    assert [t["id"] for t in found["one"][0]["type"]] == ["SpecificCompetence", "Competence"]
    fitting = ["SpecificCompetence" in [t["id"] for t in one["type"]] for one in found["more"]]
    assert fitting == sorted(fitting, reverse=True)
    assert PROFILE in [one["id"] for one in found["more"]]


@pytest.mark.parametrize(
    ("kind", "pid", "value", "wanted"),
    [
        ("OccupationProfile", "notation", "3339-3020", PROFILE),
        ("OccupationProfile", "competence", "1.2", PROFILE),
        ("OccupationProfile", "competence", {"id": "digcomp21/1-2"}, PROFILE),
        ("OccupationProfile", "level", 6, PROFILE),
        ("OccupationProfile", "isco", "3339", PROFILE),
        ("OccupationProfile", "sector", "93", PROFILE),
        ("OccupationProfile", "name_bg", TITLE, PROFILE),
        ("FrameworkCompetence", "name_en", "netiquette", "digcomp21/2-5"),
        ("Competence", "area", "Безопасност", "digcomp21/4-1"),
        ("CompetenceAtLevel", "level", 8, "digcomp21/1-1/level-8"),
    ],
)
def test_properties_alone_find(url: str, kind: str, pid: str, value: object, wanted: str) -> None:
    """Without a text any property finds, by code however it is written, by id and by name."""
    told = ask(url, q={"type": kind, "properties": [{"pid": pid, "v": value}], "limit": 100})

    assert wanted in [one["id"] for one in told["q"]]
    assert {one["score"] for one in told["q"]} == {100}


def test_what_agrees_with_more_properties_comes_first(url: str) -> None:
    """Two properties that both agree are better than one of them."""
    properties = [{"pid": "level", "v": 6}, {"pid": "competence", "v": "1.2"}]
    told = ask(url, q={"type": "CompetenceAtLevel", "properties": properties})

    assert told["q"][0]["id"] == "digcomp21/1-2/level-6"
    assert [one["score"] for one in told["q"][:2]] == [100, 50]


def test_one_text_that_is_too_long(url: str) -> None:
    """It finds nothing, and the rest of the batch is answered."""
    told = ask(url, long={"query": "клиент " * 100}, short={"query": TITLE})

    assert told["long"] == []
    assert told["short"][0]["id"] == PROFILE


def test_a_batch_has_the_time_of_a_query(shipped_release: Release) -> None:
    """Queries and extensions that take longer are stopped and say so, as look-ups do."""
    settings = Settings(releases=shipped_release.folder.parent, query_seconds=1e-9)
    app = create_app(settings, shipped_release)
    web = app.test_client()
    sent = {
        "queries": {"q0": {"query": "клиент"}},
        "extend": {"ids": [PROFILE], "properties": [{"id": "level"}]},
    }
    told = [web.post("/reconcile", data={k: json.dumps(v)}) for k, v in sent.items()]
    app.extensions["digigraph"].pool.close()

    assert [one.status_code for one in told] == [503, 503]
    assert all(one.mimetype == "application/problem+json" for one in told)


@pytest.mark.parametrize(
    ("prefix", "first"),
    [("Организ", PROFILE), ("1.2", "digcomp21/1-2"), (PROFILE, PROFILE), ("p-37q68h4z", PROFILE)],
)
def test_entities_are_suggested(url: str, prefix: str, first: str) -> None:
    """By the beginning of a name, by code and by id; the next ones with a cursor."""
    told = requests.get(f"{url}/suggest/entity", params={"prefix": prefix}, timeout=30).json()

    conforms("suggest-entities-response", told)
    assert first in [one["id"] for one in told["result"][:2]]
    rest = requests.get(
        f"{url}/suggest/entity", params={"prefix": prefix, "cursor": 1}, timeout=30
    ).json()
    assert rest["result"][:1] == told["result"][1:2]


def test_types_and_properties_are_suggested(url: str) -> None:
    """By any part of their names in either language, and by their ids."""
    for kind, prefix, wanted in (
        ("type", "Occupation", "OccupationProfile"),
        ("property", "КИД", "sector"),
        ("property", "sector", "sector"),
        ("property", "", PROPERTIES[0].id),
    ):
        told = requests.get(f"{url}/suggest/{kind}", params={"prefix": prefix}, timeout=30).json()
        schema = {"type": "suggest-types-response", "property": "suggest-properties-response"}
        conforms(schema[kind], told)
        assert wanted in [one["id"] for one in told["result"]]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"queries": "{"}, "queries: expected a JSON object"),
        ({"queries": "[" * 100_000}, "a JSON object"),
        ({"queries": "[]"}, "a JSON object"),
        ({"queries": json.dumps({f"q{n}": {"query": "x"} for n in range(51)})}, "at most 50"),
        ({"queries": '{"q0": 1}'}, "q0: expected an object"),
        ({"queries": '{"q0": {}}'}, "query or properties"),
        ({"queries": '{"q0": {"query": 1}}'}, "q0.query"),
        ({"queries": '{"q0": {"query": "x", "limit": "many"}}'}, "q0.limit"),
        ({"queries": '{"q0": {"query": "x", "limit": NaN}}'}, "q0.limit"),
        ({"queries": '{"q0": {"query": "x", "type_strict": "no"}}'}, "any, should or all"),
        ({"queries": '{"q0": {"query": "x", "colour": "red"}}'}, "q0.colour"),
        ({"queries": '{"q0": {"query": "x", "properties": [{"pid": 1}]}}'}, "properties[0]"),
        ({"queries": '{"q0": {"query": 1, "limit": 0}, "q1": 2}'}, "q1: expected an object"),
        ({"extend": '{"ids": "x"}'}, "ids: expected a list"),
        ({"extend": '{"ids": [], "properties": [{}]}'}, "properties: expected"),
        ({"queries": "{}", "extend": "{}"}, "queries or extend"),
        ({}, "queries or extend"),
    ],
)
def test_what_is_wrong_is_told(url: str, sent: dict[str, str], words: str) -> None:
    """Everything at once, with its place in the batch, as a problem document."""
    answer = requests.post(url, data=sent, headers={"Accept-Language": "en"}, timeout=30)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "prefix", "of", "wanted", "others"),
    [
        ("entity", "Организ", "OccupationProfile", PROFILE, "nkpd11/"),
        ("type", "Occup", "", "OccupationProfile", "Competence"),
        ("property", "", "CompetenceAtLevel", "level", "sector"),
    ],
)
def test_suggest_boxes_of_openrefine(
    url: str, kind: str, prefix: str, of: str, wanted: str, others: str
) -> None:
    """What they send beside the prefix is passed over; a type bounds what is suggested."""
    sent = {"spell": "always", "exact": "false", "scoring": "schema", "prefixed": "true"}
    answer = requests.get(
        f"{url}/suggest/{kind}", params={"prefix": prefix, **sent, "type": of}, timeout=30
    )

    assert answer.status_code == 200, answer.text
    told = [one["id"] for one in answer.json()["result"]]
    assert wanted in told
    assert not any(one.startswith(others) for one in told)


def test_unknown_parameters_and_entities(url: str) -> None:
    """A parameter that there is none of is passed over; an entity that is not there is 404."""
    told = requests.get(f"{url}/suggest/type", params={"prefiks": "x", "prefix": "pro"}, timeout=30)
    assert told.status_code == 200
    gone = requests.get(f"{url}/preview", params={"id": "profile/p-00000000"}, timeout=30)
    assert gone.status_code == 404
    row = requests.get(
        url,
        params={"extend": '{"ids": ["x/../y"], "properties": [{"id": "level"}, {"id": "z"}]}'},
        timeout=30,
    ).json()
    conforms("data-extension-response", row)
    assert row["rows"] == {"x/../y": {"level": [], "z": []}}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["query", "type", "limit", "properties", "pid", "v", "ids", "id", "q0"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(field=st.sampled_from(["queries", "extend"]), value=JSON_VALUES, name=st.text(max_size=3))
def test_nothing_that_is_sent_breaks_it(url: str, field: str, value: object, name: str) -> None:
    """Whatever a client sends is answered or refused, and answers are as the schemas have them."""
    sent = {name: value} if field == "queries" else value
    answer = requests.post(url, data={field: json.dumps(sent)}, timeout=30)

    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        schema = "reconciliation-result-batch" if field == "queries" else "data-extension-response"
        conforms(schema, answer.json())


def test_many_clients_at_a_time(url: str) -> None:
    """Sixteen clients with full batches all get the same, valid answers."""
    batch = {
        f"q{n}": {"query": text, "limit": 5}
        for n, text in enumerate([TITLE, "данни", "klienti", "1.2", "мрежи"] * 4)
    }

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(url, **batch), range(32)))

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["q0"][0]["id"] == PROFILE
