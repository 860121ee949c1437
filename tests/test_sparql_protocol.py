"""The SPARQL 1.1 Protocol, asked by clients that we did not write (S-01 to S-07, H-04, H-08)."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from conftest import BASE, sample_quads
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ASK, SELECT = "ASK { ?s ?p ?o }", "SELECT ?s { ?s ?p 6 }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p 6 }"
STUBS = f"{BASE}graph/stubs"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    """Ask by GET."""
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": query, **more}, headers=headers)


def post(client: FlaskClient, body: str | bytes, content_type: str, url: str = "/sparql") -> Any:
    """Send a body by POST."""
    return client.post(url, data=body, content_type=content_type)


def problem(response: TestResponse, status: int, slug: str) -> Mapping[str, Any]:
    """Return a problem document, having checked that it is one (H-14)."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    told: Mapping[str, Any] = json.loads(response.data)
    assert told["type"] == f"{BASE}problem/{slug}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["instance"].startswith("urn:uuid:")
    return told


def test_query_get(client: FlaskClient) -> None:
    """A query in the URL is answered."""
    response = get(client, ASK)

    assert response.status_code == 200
    assert response.json == {"head": {}, "boolean": True}


def test_query_post_form(client: FlaskClient) -> None:
    """A query in a form is answered."""
    assert post(client, urlencode({"query": ASK}), FORM).json["boolean"] is True


def test_query_post_direct(client: FlaskClient) -> None:
    """A query as the body is answered."""
    assert post(client, ASK, DIRECT).json["boolean"] is True


@pytest.mark.parametrize("parameter", ["; charset=utf-8", ';charset="UTF-8"'])
def test_query_post_with_a_charset(client: FlaskClient, parameter: str) -> None:
    """A charset parameter does not confuse the content type."""
    assert post(client, ASK, DIRECT + parameter).status_code == 200
    assert post(client, urlencode({"query": ASK}), FORM + parameter).status_code == 200


def test_the_dataset_by_each_way_of_asking(client: FlaskClient) -> None:
    """default-graph-uri selects the default graph, in the URL, a form and beside a body."""
    query, graph = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default-graph-uri": STUBS}

    responses = [
        get(client, query, "text/csv", **graph),
        post(client, urlencode({"query": query, "format": "csv", **graph}), FORM),
        post(client, query, DIRECT, f"/sparql?format=csv&{urlencode(graph)}"),
    ]
    assert [response.text.split() for response in responses] == [["n", "2"]] * 3


def test_named_graphs_leave_the_default_graph_empty(client: FlaskClient) -> None:
    """named-graph-uri, given twice, selects two named graphs and an empty default graph."""
    graphs = [("named-graph-uri", STUBS), ("named-graph-uri", f"{BASE}graph/framework")]
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) { { GRAPH ?g { ?s ?p ?o } } UNION { ?a ?b ?c } }"
    response = client.get(f"/sparql?{urlencode([('query', query), *graphs])}&format=csv")

    assert response.text.split() == ["n", "2"]


# --- the W3C's cases, by their names in its manifest ---------------------------------------------

FRAMEWORK = f"{BASE}graph/framework"
PROFILE = f"<{BASE}id/profile/p-0000sample>"
ISCO = "<http://data.europa.eu/esco/isco/C3339>"


def ask(client: FlaskClient, query: str, *dataset: tuple[str, str], direct: bool = False) -> bool:
    """Return what an ASK with a dataset answers, by GET or by POST of the query itself."""
    if direct:
        response = post(client, query, DIRECT, f"/sparql?{urlencode(dataset)}")
    else:
        response = client.get(f"/sparql?{urlencode([('query', query), *dataset])}")
    assert response.status_code == 200, response.text
    assert response.content_type == "application/sparql-results+json"
    answer: bool = response.json["boolean"]
    return answer


def test_query_dataset_default_graph(client: FlaskClient) -> None:
    """One default-graph-uri is the whole default graph."""
    stubs = ("default-graph-uri", STUBS)

    assert ask(client, f"ASK {{ {ISCO} ?p ?o }}", stubs, direct=True)
    assert not ask(client, f"ASK {{ {PROFILE} ?p ?o }}", stubs, direct=True)


@pytest.mark.parametrize("direct", [False, True])
def test_query_dataset_default_graphs_get_post(client: FlaskClient, direct: bool) -> None:
    """query_dataset_default_graphs_get, _post: several are merged into one default graph."""
    both = [("default-graph-uri", STUBS), ("default-graph-uri", FRAMEWORK)]

    assert ask(client, f"ASK {{ {PROFILE} ?p ?o . {ISCO} ?q ?r }}", *both, direct=direct)
    assert not ask(client, "ASK { GRAPH ?g { ?s ?p ?o } }", *both, direct=direct)


@pytest.mark.parametrize("direct", [False, True])
def test_query_dataset_named_graphs_get_post(client: FlaskClient, direct: bool) -> None:
    """query_dataset_named_graphs_get, _post: GRAPH sees the graphs that are named."""
    both = [("named-graph-uri", STUBS), ("named-graph-uri", FRAMEWORK)]
    query = f"ASK {{ GRAPH ?a {{ {PROFILE} ?p ?o }} GRAPH ?b {{ {ISCO} ?q ?r }} }}"

    assert ask(client, query, *both, direct=direct)
    assert not ask(client, query, both[0], direct=direct)


def test_query_dataset_full(client: FlaskClient) -> None:
    """Default and named graphs are told apart."""
    dataset = [("default-graph-uri", STUBS), ("named-graph-uri", FRAMEWORK)]
    response = post(
        client,
        "SELECT DISTINCT ?g ?x { ?x ?y ?o GRAPH ?g { ?s ?p ?o2 } } ORDER BY ?x",
        DIRECT,
        f"/sparql?{urlencode(dataset)}",
    )

    rows = response.json["results"]["bindings"]
    assert [(row["g"]["value"], row["x"]["value"]) for row in rows] == [
        (FRAMEWORK, ISCO.strip("<>")),
        (FRAMEWORK, f"{BASE}id/digcomp21/1-2"),
    ]


def test_query_multiple_dataset(client: FlaskClient) -> None:
    """The dataset of the protocol goes before the one in the query (section 2.1.4)."""
    query = f"ASK FROM <{FRAMEWORK}> {{ {PROFILE} ?p ?o }}"

    assert ask(client, query, direct=True)
    assert not ask(client, query, ("default-graph-uri", STUBS), direct=True)


def test_query_content_type_select(client: FlaskClient) -> None:
    """SELECT answers in one of the formats for results."""
    told = post(client, "SELECT (1 AS ?value) {}", DIRECT).content_type

    assert told == "application/sparql-results+json"


def test_query_content_type_ask(client: FlaskClient) -> None:
    """ASK answers in one of the formats for results."""
    assert post(client, "ASK {}", DIRECT).content_type == "application/sparql-results+json"


def test_query_content_type_describe(client: FlaskClient) -> None:
    """DESCRIBE answers in a format of RDF, for what is unknown too."""
    response = post(client, "DESCRIBE <http://example.org/>", DIRECT)

    assert (response.status_code, response.mimetype) == (200, "text/turtle")


def test_query_content_type_construct(client: FlaskClient) -> None:
    """CONSTRUCT answers in a format of RDF."""
    response = post(client, "CONSTRUCT { <a:s> <a:p> 1 } WHERE {}", DIRECT)

    assert response.mimetype == "text/turtle"
    assert len(rdflib.Graph().parse(data=response.text, format="turtle")) == 1


@pytest.mark.parametrize("name", ["json", "xml"])
def test_query_content_negotiation(client: FlaskClient, name: str) -> None:
    """query_content_negotiation_json, _xml: a format that is asked for is the one that comes."""
    media_type = f"application/sparql-results+{name}"

    assert get(client, "ASK {}", media_type).content_type == media_type


def test_bad_query_wrong_media_type(client: FlaskClient) -> None:
    """A query that is sent as plain text is 415."""
    problem(post(client, "ASK {}", "text/plain"), 415, "unsupported-media-type")


def test_bad_query_missing_direct_type(client: FlaskClient) -> None:
    """A query that is sent without saying what it is is 415."""
    problem(client.post("/sparql", data=b"ASK {}"), 415, "unsupported-media-type")


def test_bad_query_non_utf8_by_its_charset(client: FlaskClient) -> None:
    """bad_query_non_utf8: UTF-16 is refused, whether the request says so or not."""
    body = "ASK {}".encode("utf-16")

    problem(post(client, body, f"{DIRECT}; charset=UTF-16"), 415, "unsupported-media-type")
    problem(post(client, body, DIRECT), 400, "bad-request")


UPDATE = "application/sparql-update"
USING = f"using-graph-uri={quote(STUBS, safe='')}"
UPDATES: dict[str, tuple[str, str, str | bytes | None, str | None]] = {
    "update_get": ("GET", "?update=CLEAR%20ALL", None, None),
    "bad_update_get": ("GET", "?update=CLEAR%20ALL&query=ASK%7B%7D", None, None),
    "bad_multiple_updates": ("POST", "", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),
    "bad_update_syntax": ("POST", "", "update=CLEAR%20XYZ", FORM),
    "bad_update_dataset_conflict": (
        "POST", "", f"{USING}&update=WITH%20%3Ca:b%3E%20DELETE%20%7B%7D%20WHERE%20%7B%7D", FORM,
    ),
    "update_post_form": ("POST", "", "update=CLEAR%20ALL", FORM),
    "update_post_direct": ("POST", "", "CLEAR ALL", UPDATE),
    "update_base_uri": ("POST", "", "BASE <a:b/> INSERT DATA { GRAPH <g> { <s> <p> 1 } }", UPDATE),
    "update_dataset_default_graph": ("POST", f"?{USING}", "INSERT {} WHERE {}", UPDATE),
    "update_dataset_default_graphs": ("POST", f"?{USING}&{USING}", "INSERT {} WHERE {}", UPDATE),
    "update_dataset_named_graphs": (
        "POST", f"?using-named-graph-uri={quote(STUBS, safe='')}", "INSERT {} WHERE {}", UPDATE,
    ),
    "update_dataset_full": (
        "POST", f"?{USING}&using-named-graph-uri=a:b", "INSERT {} WHERE {}", UPDATE,
    ),
    "as_a_query": ("POST", "", "CLEAR ALL", DIRECT),
}  # fmt: skip
"""Case -> method, query string, body and content type of an update."""


@pytest.mark.parametrize("name", UPDATES)
def test_update_cases(client: FlaskClient, name: str) -> None:
    """An update, right or wrong, is 403 here and changes nothing (S-02)."""
    method, search, body, content_type = UPDATES[name]
    before = get(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text

    response = client.open(f"/sparql{search}", method=method, data=body, content_type=content_type)

    problem(response, 403, "query-forbidden")
    assert get(client, "SELECT (COUNT(*)  AS ?n) { ?s ?p ?o }", "text/csv").text == before


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"CLEAR NAMED", "text/plain"),
        (b"update=CLEAR%20NAMED", None),
        (b"CLEAR NAMED", None),
        ("CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16"),
    ],
    ids=[
        "bad_update_wrong_media_type", "bad_update_missing_form_type",
        "bad_update_missing_direct_type", "bad_update_non_utf8",
    ],
)  # fmt: skip
def test_update_cases_of_a_wrong_type(
    client: FlaskClient, body: bytes, content_type: str | None
) -> None:
    """An update that does not say that it is one is 415."""
    response = client.post("/sparql", data=body, content_type=content_type)

    problem(response, 415, "unsupported-media-type")


def test_query_with_an_iri_in_cyrillic(client: FlaskClient) -> None:
    """Percent-encoded and raw letters of a URL mean the same, as in a form and a body."""
    query = 'ASK { FILTER("данни" = "\\u0434анни") }'

    unescaped = {"QUERY_STRING": f"query={query}".replace(" ", "+").encode().decode("latin-1")}
    raw = client.get("/sparql", environ_overrides=unescaped)
    assert raw.json == get(client, query).json == post(client, query, DIRECT).json
    assert raw.json["boolean"] is True


def test_head(client: FlaskClient) -> None:
    """HEAD says what GET would, without the body."""
    whole = get(client, SELECT)
    response = client.head("/sparql", query_string={"query": SELECT})

    assert response.data == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
        assert response.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml;q=0.8, text/csv;q=0.5", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("query", [SELECT, ASK])
def test_result_formats(
    client: FlaskClient, query: str, accept: str | None, content_type: str
) -> None:
    """SELECT and ASK answer in JSON, XML, CSV and TSV, and as a page in a browser."""
    response = get(client, query, accept)

    assert (response.status_code, response.content_type) == (200, content_type)
    assert "Accept" in response.vary


@pytest.mark.parametrize(
    ("accept", "content_type", "told"),
    [
        (None, "text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
        ("text/turtle;q=0.9", "text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/ld+json", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_graph_formats(
    client: FlaskClient, accept: str | None, content_type: str, told: ox.RdfFormat
) -> None:
    """CONSTRUCT answers in Turtle, N-Triples, JSON-LD and RDF/XML, all the same graph."""
    response = get(client, CONSTRUCT, accept)
    six = {quad.triple for quad in sample_quads() if quad.object == ox.Literal(6)}

    assert response.content_type == content_type
    assert {quad.triple for quad in ox.parse(response.data, format=told)} == six


@pytest.mark.parametrize(
    ("query", "name", "media_type"),
    [
        (SELECT, "json", "application/sparql-results+json"),
        (SELECT, "xml", "application/sparql-results+xml"),
        (SELECT, "csv", "text/csv"),
        (SELECT, "tsv", "text/tab-separated-values"),
        (SELECT, "html", "text/html"),
        (CONSTRUCT, "turtle", "text/turtle"),
        (CONSTRUCT, "jsonld", "application/ld+json"),
        (CONSTRUCT, "nt", "application/n-triples"),
        (CONSTRUCT, "rdfxml", "application/rdf+xml"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_format_parameter(client: FlaskClient, query: str, name: str, media_type: str) -> None:
    """?format= decides over Accept, in the URL and in a form."""
    assert get(client, query, "text/html", format=name).mimetype == media_type
    in_form = post(client, urlencode({"query": query, "format": name}), FORM)
    assert in_form.mimetype == media_type


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
def test_not_acceptable_lists_the_choices(client: FlaskClient, query: str) -> None:
    """Where nothing fits the answer is 406 with what could be had."""
    told = problem(get(client, query, "image/png"), 406, "not-acceptable")

    assert {"format", "media_type"} == set(told["choices"][0])
    assert len(told["choices"]) == 5
    problem(get(client, query, format="docx"), 406, "not-acceptable")


WAYS = {
    "get": ("GET", None),
    "head": ("HEAD", None),
    "post_form": ("POST", FORM),
    "post_direct": ("POST", DIRECT),
}
"""Way of asking -> its method and the type of its body."""


def by(client: FlaskClient, way: str, query: str, accept: str, **more: str) -> TestResponse:
    """Ask in a way."""
    method, kind = WAYS[way]
    told = {"query": query, **more} if kind != DIRECT else more
    in_body = {FORM: urlencode(told), DIRECT: query}.get(kind or "")
    return client.open(
        "/sparql",
        method=method,
        query_string=None if kind == FORM else told,
        data=in_body,
        content_type=kind,
        headers={"Accept": accept},
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT ?s { ?s ?p }", 400),
        ("ASK { ?s ?p ?o", 400),
        ("CONSTRUCT { ?s ?p 6 WHERE { ?s ?p 6 }", 400),
        ("DESCRIBE no:prefix", 400),
        ("nothing at all", 400),
        (
            f"SELECT (COUNT(*) AS ?n) {{ {' . '.join(f'?a{n} ?b{n} ?c{n}' for n in range(9))} }}",
            406,
        ),
        (SELECT, 406),
        (ASK, 406),
        (CONSTRUCT, 406),
        ("INSERT DATA { <a:b> <a:b> 1 }", 403),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
    ],
)
def test_of_two_faults_the_worse_is_told(
    client: FlaskClient, way: str, query: str, status: int
) -> None:
    """What cannot be read is 400, what is forbidden 403, whatever format is asked for.

    A query that can be read is not answered where no format fits.
    """
    slug = {400: "malformed-query", 403: "query-forbidden", 406: "not-acceptable"}[status]
    for response in (
        by(client, way, query, "image/png"),
        by(client, way, query, "*/*", format="x"),
    ):
        if way == "head":
            assert (response.status_code, response.data) == (status, b"")
        else:
            told = problem(response, status, slug)
            assert ("line" in told) == (status == 400)


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_that_nobody_could_read(client: FlaskClient, name: str) -> None:
    """That data are not changed from here is told first (S-02)."""
    method, url, body, kind = UPDATES[name]
    response = client.open(
        f"/sparql{url}",
        method=method,
        data=body,
        content_type=kind,
        headers={"Accept": "image/png"},
    )

    problem(response, 403, "query-forbidden")


CANNOT = {
    "a control character": ("SELECT ('\\u0001' AS ?x) {}", "xml"),
    "no character": ("SELECT ('\\uFFFF' AS ?x) {}", "xml"),
    "in a later row": (
        "SELECT ?x { VALUES ?n { 1 2 } BIND(IF(?n = 2, '\\u000B', 'a') AS ?x) }", "xml"
    ),
    "in a graph": ("CONSTRUCT { <a:b> <http://x.org/y> ?x } { BIND('\\u0001' AS ?x) }", "rdf"),
    "a property without a name": ("CONSTRUCT { <a:b> <http://x.org/1> 1 } {}", "rdf"),
    "a namespace as property": (
        "CONSTRUCT { <a:b> <http://www.w3.org/2004/02/skos/core#> <a:c> } {}", "rdf"
    ),
}  # fmt: skip
"""What no XML can say -> a query whose answer has it, and the format."""


@pytest.mark.parametrize("name", CANNOT)
def test_what_no_xml_can_say(client: FlaskClient, name: str) -> None:
    """It is an error that says so, and not a document that nobody can read (S-06)."""
    query, told = CANNOT[name]
    accept = {"xml": "application/sparql-results+xml", "rdf": "application/rdf+xml"}[told]
    response = get(client, query, accept)
    other = get(client, query, "application/sparql-results+json, text/turtle")

    assert "another format" in problem(response, 422, "query-failed")["detail"]
    assert other.status_code == 200


def test_what_xml_can_say(client: FlaskClient) -> None:
    """What only looks like what it cannot say is written, and read again as it was."""
    text = "<a: b='c'/> \\t < : > & \\U0001F600 \\uFFFD \\u007F"
    rows = get(client, f'SELECT ("{text}" AS ?x) {{}}', "application/sparql-results+xml")
    graph = get(
        client,
        f'CONSTRUCT {{ <a:b> <http://x.org/1y> "{text}" }} {{}}',
        "application/rdf+xml",
    )
    wanted = text.encode().decode("unicode_escape")

    (found,) = ElementTree.fromstring(rows.data).iterfind(".//{*}literal")
    assert found.text == wanted
    (triple,) = ox.parse(graph.data, format=ox.RdfFormat.RDF_XML)
    assert triple.object == ox.Literal(wanted)


def test_conditional_request(client: FlaskClient) -> None:
    """An answer has a strong ETag; who has it already gets 304 (H-11)."""
    first = get(client, SELECT)
    again = client.get(
        "/sparql", query_string={"query": SELECT}, headers={"If-None-Match": first.headers["ETag"]}
    )

    assert not first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert get(client, SELECT, "text/csv").headers["ETag"] != first.headers["ETag"]


def test_preflight(client: FlaskClient) -> None:
    """A browser of any origin may ask (H-08)."""
    response = client.options("/sparql", headers={"Origin": "https://example.org"})

    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Headers"] == "Accept, Content-Type"
    assert response.headers["Access-Control-Max-Age"] == "86400"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_bad_query_method(client: FlaskClient, method: str) -> None:
    """Other methods are refused with those that are answered (H-15)."""
    response = client.open("/sparql", method=method)

    problem(response, 405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_bad_multiple_queries(client: FlaskClient) -> None:
    """Two queries in one request are a mistake, however they are sent."""
    twice = urlencode([("query", ASK), ("query", ASK)])

    problem(client.get(f"/sparql?{twice}"), 400, "bad-request")
    problem(post(client, twice, FORM), 400, "bad-request")
    problem(post(client, ASK, DIRECT, f"/sparql?{urlencode({'query': ASK})}"), 400, "bad-request")


def test_what_stands_in_the_address_of_a_form_counts_too(client: FlaskClient) -> None:
    """A dataset in the URL is the dataset; a second query or an update there is refused."""
    graph = f"{BASE}graph/stubs"
    asked = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}

    def post(in_url: dict[str, str], form: dict[str, str]) -> TestResponse:
        return client.post("/sparql", query_string=in_url, data=form)

    by_url = post({"default-graph-uri": graph}, asked)
    assert by_url.data == post({}, {**asked, "default-graph-uri": graph}).data
    assert by_url.data != post({}, asked).data
    assert post({"query": "ASK {}"}, asked).status_code == 400
    assert post({"update": "CLEAR ALL"}, asked).status_code == 403


def test_what_an_editor_puts_before_a_query(client: FlaskClient) -> None:
    """The mark of UTF-8 that some editors write is no part of a query."""
    assert client.get("/sparql", query_string={"query": "\ufeffASK {}"}).status_code == 200


def test_a_packed_body_is_not_read(client: FlaskClient) -> None:
    """A body in an encoding is refused as what it is, not as text that is wrong."""
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}
    refused = client.post("/sparql", data=b"\x1f\x8b\x08", headers=headers)

    assert refused.status_code == 415
    assert "gzip" in refused.json["detail"]


def test_bad_query_missing_form_type(client: FlaskClient) -> None:
    """A form or query that is sent as something else is 415 with what is read."""
    for content_type in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        told = problem(post(client, ASK, content_type), 415, "unsupported-media-type")
        assert told["accepted"] == [FORM, DIRECT]
    problem(post(client, ASK, f"{DIRECT}; charset=utf-16"), 415, "unsupported-media-type")


def test_bad_query_missing(client: FlaskClient) -> None:
    """A form without a query, and an empty query, are mistakes."""
    problem(post(client, "a=b", FORM), 400, "bad-request")
    problem(get(client, ""), 400, "malformed-query")
    problem(post(client, "", DIRECT), 400, "malformed-query")


@pytest.mark.parametrize("escaped", ["%ff%fe", "%D0", "ASK%7B%7D%80"])
def test_bad_query_non_utf8(client: FlaskClient, escaped: str) -> None:
    """Bytes that are not UTF-8 are a mistake, never replaced by other letters."""
    from urllib.parse import unquote_to_bytes

    problem(client.get(f"/sparql?query={escaped}"), 400, "bad-request")
    problem(post(client, f"query={escaped}", FORM), 400, "bad-request")
    problem(post(client, unquote_to_bytes(escaped), DIRECT), 400, "bad-request")


def test_bad_query_syntax(client: FlaskClient) -> None:
    """A syntax error is 400 with line, column and the offending word (S-06)."""
    told = problem(get(client, "SELECT * {\n ?s ex:p ?o }"), 400, "malformed-query")

    assert (told["line"], told["column"], told["token"]) == (2, 5, "ex:p")
    assert "Line 2, column 5" in told["detail"]


def test_bad_query_syntax_in_the_language_of_the_client(client: FlaskClient) -> None:
    """Errors speak the client's language too."""
    response = client.get(
        "/sparql?query=SELECT", headers={"Accept-Language": "bg-BG,bg;q=0.9,en;q=0.5"}
    )

    told = problem(response, 400, "malformed-query")
    assert "Ред 1, колона 1" in told["detail"]
    assert response.headers["Content-Language"] == "bg"
    assert "Accept-Language" in response.vary


def test_bad_query_in_a_browser(client: FlaskClient) -> None:
    """A browser gets the same problem as a page."""
    response = get(client, "SELECT", "text/html,*/*;q=0.8")

    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert "Traceback" not in response.text


@pytest.mark.parametrize("update", ["DROP ALL", "INSERT DATA { <a:b> <a:b> <a:b> }"])
def test_updates_are_refused(client: FlaskClient, update: str) -> None:
    """Updates are 403 however they are sent (S-02)."""
    for response in (
        get(client, update),
        post(client, update, DIRECT),
        post(client, urlencode({"update": update}), FORM),
        client.get("/sparql", query_string={"update": update}),
        post(client, update, "application/sparql-update"),
    ):
        problem(response, 403, "query-forbidden")


def test_service_is_refused(client: FlaskClient) -> None:
    """A query that would make us ask others is 403 (S-02)."""
    query = "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"

    problem(get(client, query), 403, "query-forbidden")


def test_query_too_long(client: FlaskClient) -> None:
    """A query beyond the limit is refused with the limit, before it is read."""
    long = "ASK { ?s ?p '" + "я" * 60_000 + "' }"

    for response in (post(client, long, DIRECT), post(client, urlencode({"query": long}), FORM)):
        assert problem(response, 413, "request-too-large")["limit"] == 100_000
    problem(post(client, b"x" * 2_000_000, DIRECT), 413, "request-too-large")


def test_a_long_query_within_the_limit(client: FlaskClient) -> None:
    """Percent-encoding a query three times as long does not make it too long."""
    query = "ASK { ?s ?p '" + "я" * 45_000 + "' }"

    assert post(client, urlencode({"query": query}), FORM).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {" + "{" * 5_000 + "}" * 5_000 + "}",
        "SELECT * { ?s ?p ?o FILTER(" + "!" * 50_000 + "true) }",
        "SELECT * { ?s ?p " + "[ ?p " * 9_000,
        "(" * 90_000,
        '"' * 90_000,
        "\x00\x01\x02",
        "ASK { ?s ?p '\ud83d\ude00'".encode("utf-16", "surrogatepass").decode("utf-16") * 9,
    ],
    ids=range(7),
)
def test_hostile_queries(client: FlaskClient, query: str) -> None:
    """What is deep, random or broken is the client's mistake, and the service goes on."""
    problem(post(client, query, DIRECT), 400, "malformed-query")
    assert get(client, ASK).status_code == 200


def test_random_bytes(client: FlaskClient) -> None:
    """Bytes without meaning are 400 as a body, as a form and in the URL."""
    import random

    for seed in range(50):
        noise = random.Random(seed).randbytes(200)
        assert post(client, noise, DIRECT).status_code == 400
        assert post(client, b"query=" + noise, FORM).status_code == 400
        assert client.get("/sparql?query=" + quote(noise)).status_code == 400


def test_service_description(client: FlaskClient) -> None:
    """Without a query an RDF client gets the service description (S-07)."""
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    told = rdflib.Graph().parse(data=response.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")

    service = told.value(predicate=rdflib.RDF.type, object=sd.Service)
    assert (service, sd.supportedLanguage, sd.SPARQL11Query) in told
    assert (service, sd.feature, sd.UnionDefaultGraph) in told
    assert len(list(told.objects(service, sd.resultFormat))) == 8
    assert {str(name) for name in told.objects(predicate=sd.name)} == {
        f"{BASE}graph/framework",
        STUBS,
    }
    assert not [node for triple in told for node in triple if isinstance(node, rdflib.BNode)]


@pytest.mark.parametrize("media_type", ["application/ld+json", "application/rdf+xml"])
def test_service_description_in_other_formats(client: FlaskClient, media_type: str) -> None:
    """The description is the same graph in every graph format."""
    turtle = client.get("/sparql", headers={"Accept": "text/turtle"})
    other = client.get("/sparql", headers={"Accept": media_type})

    assert other.mimetype == media_type
    told = ox.RdfFormat.from_media_type(media_type)
    assert set(ox.parse(other.data, format=told)) == set(
        ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)
    )


def test_form_without_javascript(client: FlaskClient) -> None:
    """A browser gets a form, and after asking the rows of the answer in a table."""
    form = client.get("/sparql", headers={"Accept": "text/html"})
    assert '<form action="/sparql" method="get">' in form.text
    assert not re.search(r"<script(?! src=)|<textarea[^>]*(hidden|disabled)", form.text)

    answer = get(client, "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o", "text/html")
    assert '<th scope="col">s</th>' in answer.text
    assert "id/digcomp21/1-2" in answer.text
    assert "нов ред &amp; &lt;б&gt;" in answer.text
    assert "format=csv" in answer.text


def test_running_server_speaks_plain_http(server: str) -> None:
    """The production server answers GET, HEAD, OPTIONS, both POSTs and raw Cyrillic alike."""
    address = urlsplit(server)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    escaped = urlencode({"query": "ASK { FILTER('я' = 'я') }"})
    requests: list[tuple[str, str, bytes | None, dict[str, str], int]] = [
        ("GET", f"/sparql?{escaped}", None, {}, 200),
        ("HEAD", f"/sparql?{escaped}", None, {}, 200),
        ("OPTIONS", "/sparql", None, {}, 204),
        ("POST", "/sparql", escaped.encode(), {"Content-Type": FORM}, 200),
        ("POST", "/sparql", "ASK { FILTER('я' = 'я') }".encode(), {"Content-Type": DIRECT}, 200),
        ("GET", "/sparql?query=SELECT", None, {}, 400),
        ("GET", "/sparql?query=%FF", None, {}, 400),
        ("PUT", "/sparql", b"x", {}, 405),
    ]
    for method, path, body, headers, status in requests:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()

        assert response.status == status, (method, path, content)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        if method == "HEAD":
            assert content == b""
            assert int(response.headers["Content-Length"]) > 0
    connection.close()

    with socket.create_connection((address.hostname, address.port), timeout=10) as plain:
        target = "/sparql?format=csv&query=ASK{FILTER('я'='%D1%8F')}"
        plain.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"true")


def test_csv_is_what_the_standard_says(client: FlaskClient) -> None:
    """CSV has CRLF line ends, a header of variables, and quotes what needs it."""
    query = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } ORDER BY ?s ?o"
    response = get(client, query, "text/csv")

    rows = list(csv.reader(io.StringIO(response.data.decode("utf-8"), newline="")))
    assert rows[0] == ["s", "o"]
    assert [f"{BASE}id/profile/p-0000sample", 'Проба "с кавички" \\ и\r\nнов ред & <б>'] in rows
