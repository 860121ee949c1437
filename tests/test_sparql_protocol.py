"""The SPARQL 1.1 Protocol, asked by clients that we did not write (S-01 to S-07, H-04, H-08)."""

from __future__ import annotations

import csv
import http.client
import io
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from conftest import BASE, sample_quads
from flask.testing import FlaskClient
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper
from werkzeug.test import TestResponse

ASK, SELECT = "ASK { ?s ?p ?o }", "SELECT ?s { ?s ?p 6 }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p 6 }"
STUBS = f"{BASE}graph/stubs"
REQUIREMENTS = f"""
PREFIX dgc: <{BASE}def#>
SELECT ?competence ?level WHERE {{
  ?requirement dgc:requirementOf <{BASE}id/profile/p-0000sample> ;
    dgc:requiresCompetence ?competence ; dgc:requiredLevel ?level . }}
"""
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


def test_query_dataset_default_graph(client: FlaskClient) -> None:
    """default-graph-uri selects the default graph, in the URL, a form and beside a body."""
    query, graph = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default-graph-uri": STUBS}

    responses = [
        get(client, query, "text/csv", **graph),
        post(client, urlencode({"query": query, "format": "csv", **graph}), FORM),
        post(client, query, DIRECT, f"/sparql?format=csv&{urlencode(graph)}"),
    ]
    assert [response.text.split() for response in responses] == [["n", "2"]] * 3


def test_query_dataset_named_graphs(client: FlaskClient) -> None:
    """named-graph-uri, given twice, selects two named graphs and an empty default graph."""
    graphs = [("named-graph-uri", STUBS), ("named-graph-uri", f"{BASE}graph/framework")]
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) { { GRAPH ?g { ?s ?p ?o } } UNION { ?a ?b ?c } }"
    response = client.get(f"/sparql?{urlencode([('query', query), *graphs])}&format=csv")

    assert response.text.split() == ["n", "2"]


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
    assert "<script" not in form.text

    answer = get(client, "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o", "text/html")
    assert '<th scope="col">s</th>' in answer.text
    assert "id/digcomp21/1-2" in answer.text
    assert "нов ред &amp; &lt;б&gt;" in answer.text
    assert "format=csv" in answer.text


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the clients' own
class TestClients:
    """Clients that we did not write, against a running server."""

    @pytest.mark.parametrize("method", ["GET", POST])
    @pytest.mark.parametrize("how", [None, POSTDIRECTLY])
    def test_sparqlwrapper_gets_the_requirements_of_a_profile(
        self, server: str, method: str, how: str | None
    ) -> None:
        """SPARQLWrapper gets the requirements of a profile, by each way of asking."""
        wrapper = Wrapper(f"{server}sparql")
        wrapper.setQuery(REQUIREMENTS)
        wrapper.setReturnFormat(JSON)
        wrapper.setMethod(method)
        if how and method == POST:
            wrapper.setRequestMethod(how)

        rows = wrapper.queryAndConvert()["results"]["bindings"]
        assert [(r["competence"]["value"], r["level"]["value"]) for r in rows] == [
            (f"{BASE}id/digcomp21/1-2", f"{BASE}id/digcomp21/level-6")
        ]

    @pytest.mark.parametrize("told", [JSON, XML, CSV, TSV])
    def test_sparqlwrapper_reads_every_table_format(self, server: str, told: str) -> None:
        """SPARQLWrapper's own names of formats lead to what it can convert."""
        wrapper = Wrapper(f"{server}sparql", returnFormat=told)
        wrapper.setQuery(REQUIREMENTS)

        assert wrapper.queryAndConvert()

    @pytest.mark.parametrize("told", [XML, RDFXML, TURTLE, N3, JSONLD])
    def test_sparqlwrapper_reads_every_graph_format(self, server: str, told: str) -> None:
        """A constructed graph arrives in each format that SPARQLWrapper asks for."""
        wrapper = Wrapper(f"{server}sparql", returnFormat=told)
        wrapper.setQuery(CONSTRUCT)

        found = wrapper.queryAndConvert()
        if isinstance(found, (bytes, str)):
            found = rdflib.Graph().parse(data=found, format="turtle")
        assert len(found) == 2

    def test_rdflib_reads_the_endpoint_as_a_store(self, server: str) -> None:
        """rdflib's SPARQLStore matches patterns and runs queries over the endpoint."""
        graph = rdflib.Graph(SPARQLStore(f"{server}sparql"))
        competence = rdflib.URIRef(f"{BASE}id/digcomp21/1-2")

        assert rdflib.Literal("1.2") in set(graph.objects(competence, rdflib.SKOS.notation))
        assert len(list(graph.query(REQUIREMENTS))) == 1
        assert len(graph) == len(set(sample_quads())) - 1


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
