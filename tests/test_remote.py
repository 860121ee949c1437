"""A release in an engine over HTTP: the same answers, errors and limits as from the embedded one.

Oxigraph's server is always asked, Virtuoso where it is installed. What no real engine does on
demand is done by one that a test plays (S-05, S-06).
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import engines
import pytest
from conftest import write_sample
from engines import made, store_of
from flask.testing import FlaskClient
from servers import serving
from test_limits import fetch
from test_pool import until
from werkzeug.test import TestResponse

from digigraph import sparql
from digigraph.catalog import queries
from digigraph.dialect import described
from digigraph.engine import Abandoned, Job, Limits
from digigraph.errors import (
    EngineUnavailable,
    Overloaded,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)
from digigraph.evaluation import QueryFailed
from digigraph.evaluation import read as read_query
from digigraph.formats import CSV, N_TRIPLES
from digigraph.loading import load
from digigraph.release import Release
from digigraph.remote import Remote
from digigraph.web import Settings, create_app

EXAMPLES = queries("examples")
FRAMEWORK = "https://w3id.org/digigraph/graph/framework"
STUBS = "https://w3id.org/digigraph/graph/stubs"
PRODUCT = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
TSV = "text/tab-separated-values"


@contextmanager
def application(release: Release, **settings: Any) -> Iterator[FlaskClient]:
    """Yield a client of an application over a release."""
    app = create_app(Settings(cache_bytes=0, access_log="", **settings), release)
    app.extensions["digigraph"].pool.start()
    try:
        yield app.test_client()
    finally:
        app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def engine(request: pytest.FixtureRequest, shipped_release: Release) -> Iterator[engines.Engine]:
    """Yield a real engine that holds the shipped release."""
    with made(request.param) as running:
        load(shipped_release, store_of(running))
        yield running


@pytest.fixture(scope="module")
def here(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the embedded engine."""
    with application(shipped_release) as client:
        yield client


@pytest.fixture(scope="module")
def there(engine: engines.Engine, shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the same application over the real engine."""
    with application(shipped_release, engine=engine.url) as client:
        yield client


def ask(client: FlaskClient, query: str, accept: str = TSV, **more: Any) -> TestResponse:
    """Ask by POST."""
    told = {"query": query, **more}
    return client.post("/sparql", data=told, headers={"Accept": accept})


# --- the same answers -------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_each_example_has_the_same_answer(name: str, here: FlaskClient, there: FlaskClient) -> None:
    """Status, headers and bytes of each published example are the embedded engine's (S-10)."""
    graph = re.search(r"^CONSTRUCT", EXAMPLES[name].text, re.MULTILINE)
    for accept in ("text/turtle", "application/ld+json") if graph else (TSV, "application/json"):
        expected, found = (ask(client, EXAMPLES[name].text, accept) for client in (here, there))

        assert (found.status_code, found.data) == (200, expected.data)
        assert {h: v for h, v in found.headers.items() if h != "X-Request-Id"} == {
            h: v for h, v in expected.headers.items() if h != "X-Request-Id"
        }


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {}),
        ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", {}),
        (f"SELECT (COUNT(*) AS ?n) FROM <{FRAMEWORK}> {{ ?s ?p ?o }}", {}),
        (f"SELECT (COUNT(*) AS ?n) FROM <{FRAMEWORK}> FROM <{STUBS}> {{ ?s ?p ?o }}", {}),
        ("BASE <https://w3id.org/digigraph/> PREFIX g: <graph/> "
         "SELECT (COUNT(*) AS ?n) FROM g:framework { ?s ?p ?o }", {}),
        ("SELECT (COUNT(*) AS ?n) FROM <http://example.org/none> { ?s ?p ?o }", {}),
        (f"SELECT (COUNT(*) AS ?n) FROM NAMED <{FRAMEWORK}> {{ ?s ?p ?o }}", {}),
        (f"SELECT ?g (COUNT(*) AS ?n) FROM NAMED <{STUBS}> {{ GRAPH ?g {{ ?s ?p ?o }} }} "
         "GROUP BY ?g", {}),
        (f"SELECT (COUNT(*) AS ?n) FROM <{STUBS}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", {}),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default-graph-uri": FRAMEWORK}),
        (f"SELECT (COUNT(*) AS ?n) FROM <{STUBS}> {{ ?s ?p ?o }}",
         {"default-graph-uri": FRAMEWORK}),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {"named-graph-uri": FRAMEWORK}),
        ("SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/digigraph/graph/loaded> { ?s ?p ?o } }",
         {}),
        ("SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/digigraph/graph/union> { ?s ?p ?o } }",
         {}),
        (f"SELECT (COUNT(*) AS ?n) {{ {{ GRAPH <x:y> {{ ?s ?p ?o }} }} UNION "
         f"{{ GRAPH <{STUBS}> {{ ?s ?p ?o }} }} }}", {}),
    ],
)  # fmt: skip
def test_the_dataset_is_the_same(
    query: str, graphs: dict[str, str], here: FlaskClient, there: FlaskClient
) -> None:
    """The union by default, else what is named; no graph that is not of the release (S-03)."""
    assert ask(there, query, **graphs).data == ask(here, query, **graphs).data


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("DESCRIBE <https://w3id.org/digigraph/id/digcomp21/1-2>", "application/n-triples"),
        ('DESCRIBE ?x ?none { ?x <http://www.w3.org/2004/02/skos/core#notation> "1.2" }',
         "application/n-triples"),
        (f"CONSTRUCT {{ ?s ?p ?o }} FROM <{FRAMEWORK}> {{ ?s ?p ?o }}", "application/n-triples"),
        ('SELECT ?s { ?s ?p "1.2"^^<http://www.w3.org/2001/XMLSchema#string> } ORDER BY ?s', TSV),
        ('SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), "дигитал")) }', TSV),
        ("SELECT ?o (LANG(?o) AS ?l) { ?s ?p ?o FILTER(LANG(?o) = 'bg') } ORDER BY STR(?o) LIMIT 9",
         TSV),
        ("ASK { ?s ?p ?o }", TSV),
        ("ASK { <x:y> ?p ?o }", "application/json"),
        ("ASK { <x:y> ?p ?o }", "text/html"),
        ("SELECT * { VALUES (?a ?b) { (1 'x'@bg) (UNDEF <a:b>) } }", "application/json"),
    ],
)  # fmt: skip
def test_what_engines_do_each_in_their_way(
    query: str, accept: str, here: FlaskClient, there: FlaskClient
) -> None:
    """Descriptions, strings, letters, languages and yes-or-no answers agree."""
    expected, found = ask(here, query, accept), ask(there, query, accept)

    assert (found.status_code, found.data) == (200, expected.data)


# --- the same errors --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x {",
        "SELECT ?x { ?x no:such ?y }",
        "SELECT ?x { SERVICE <http://example.org/> { ?x ?y ?z } }",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "SELECT (<http://example.org/f>(1) AS ?y) {}",
        "SELECT (<bif:sequence_next>('x') AS ?y) {}",
        "ASK FROM <nowhere> {}",
        "ASK " + "{" * 400 + "}" * 400,
    ],
)
def test_the_errors_are_the_same(query: str, here: FlaskClient, there: FlaskClient) -> None:
    """What cannot be read or is not allowed is told in the same words, and asks no engine."""
    expected, found = (json.loads(ask(client, query).data) for client in (here, there))

    assert {**found, "instance": ""} == {**expected, "instance": ""}
    assert found["status"] in (400, 403, 422)


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        (f"SELECT (COUNT(*) AS ?n) {PRODUCT}", 503, "query-timeout"),
        ("SELECT ?s { ?s ?p ?o } LIMIT 5001", 422, "result-too-large"),
        ("SELECT ?o ?p { ?s ?p ?o } LIMIT 4000", 422, "result-too-large"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 6000", 422, "result-too-large"),
    ],
)
def test_a_limit_is_a_problem(
    query: str, status: int, slug: str, engine: engines.Engine, shipped_release: Release
) -> None:
    """At the limits of time, rows and bytes there is an error, at once, and never a part."""
    limits = {"query_seconds": 2.0, "max_rows": 5000, "max_answer_bytes": 300_000}
    accept = "application/n-triples" if query.startswith("CONSTRUCT") else TSV
    with application(shipped_release, engine=engine.url, **limits) as client:
        until(lambda: client.get("/readyz").status_code == 200)
        begun = time.monotonic()
        response = ask(client, query, accept)
        lasted = time.monotonic() - begun

    told = json.loads(response.data)
    assert (response.status_code, told["type"].rpartition("/")[2]) == (status, slug)
    assert ("Retry-After" in response.headers) == (status == 503)
    assert lasted < 3.5


@pytest.mark.long
def test_what_only_one_engine_knows_is_no_sparql(shipped_release: Release) -> None:
    """Virtuoso's own words are refused, however they are written."""
    with made("virtuoso") as running:
        load(shipped_release, store_of(running))
        with application(shipped_release, engine=running.url) as client:
            for query in (
                'SELECT ?s { ?s ?p ?o . ?o <bif:contains> "x" }',
                "PREFIX b: <b\\u0069f:> SELECT ?s { ?s ?p ?o . ?o b:contains 'x' }",
                "PREFIX o: <http://www.openlinksw.com/schemas/> SELECT ?s { ?s o:x ?o }",
            ):
                response = ask(client, query)
                assert (response.status_code, b"query-failed" in response.data) == (422, True)


def test_rows_that_virtuoso_cuts_are_an_error(sample_release: Release) -> None:
    """Its packaged configuration cuts answers without a word; here it is an error (S-06)."""
    made("virtuoso")
    with engines.virtuoso(rows=20) as running:
        load(sample_release, store_of(running))
        with application(sample_release, engine=running.url) as client:
            whole = ask(client, "SELECT ?s { ?s ?p ?o } LIMIT 19")
            cut = ask(client, "SELECT ?s { ?s ?p ?o }")

    assert (whole.status_code, len(whole.data.splitlines())) == (200, 20)
    assert (cut.status_code, b"result-too-large" in cut.data) == (422, True)


# --- an engine that a test plays --------------------------------------------------------------

Play = Callable[[BaseHTTPRequestHandler], None]
STATE = (
    '{"head":{"vars":["p","o"]},"results":{"bindings":[%s]}}',
    '{"p":{"type":"uri","value":"http://purl.org/dc/terms/%s"},'
    '"o":{"type":"literal","value":"%s"}}',
)
ROWS = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"1"}}]}}'


def send(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer a request whole; the underscores of a header are hyphens."""
    request.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def played(release: Release, play: Play, tls: Path | None = None) -> Iterator[str]:
    """Yield the URL of an engine that holds a release and answers questions as `play` does.

    With a file that holds a key and its certificate it speaks HTTPS.
    """
    told = {"identifier": release.dataset_digest, "source": "once", "type": "generic"}
    state = (STATE[0] % ",".join(STATE[1] % pair for pair in told.items())).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            send(self, b"")

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.close_connection = True
            try:
                if "graph/loaded" in form["query"][0]:
                    send(self, state)
                else:
                    play(self)
            except OSError:
                pass  # the other side has gone, as it should

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def job(query: str) -> Job:
    """Return a query as a job."""
    form = sparql.check(query)
    return Job(query, form, N_TRIPLES if form == "CONSTRUCT" else CSV)


SELECT = "SELECT ?n { ?s ?p ?n }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"


def drip(request: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, for ever."""
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while True:
        request.wfile.write(b" ")
        time.sleep(0.05)


def short(request: BaseHTTPRequestHandler) -> None:
    """Send less than was promised."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(ROWS) + 50))
    request.end_headers()
    request.wfile.write(ROWS)


def broken_chunks(request: BaseHTTPRequestHandler) -> None:
    """Send whole triples, and then no last chunk."""
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    body = b"<a:a> <a:b> <a:c> .\n"
    request.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))


def unframed(request: BaseHTTPRequestHandler) -> None:
    """Send triples and close, which may be their end or not."""
    request.send_response(200)
    request.end_headers()
    request.wfile.write(b"<a:a> <a:b> <a:c> .\n")


def half_a_table(request: BaseHTTPRequestHandler) -> None:
    """Send rows of a table that does not end."""
    send(request, ROWS[:-3])


def deep(request: BaseHTTPRequestHandler) -> None:
    """Send a term inside a term inside a term, deeper than the library's stack."""
    send(request, ROWS[:-3] + b',{"n":' + b'{"type":"triple","value":{"subject":' * 3000)


@pytest.mark.parametrize(
    ("query", "play", "expected"),
    [
        (SELECT, drip, QueryTimeout),
        (SELECT, deep, EngineUnavailable),
        (SELECT, lambda _: time.sleep(3), QueryTimeout),
        (SELECT, short, EngineUnavailable),
        (SELECT, half_a_table, EngineUnavailable),
        (CONSTRUCT, broken_chunks, EngineUnavailable),
        (CONSTRUCT, unframed, EngineUnavailable),
        (SELECT, lambda it: send(it, b"<html>"), EngineUnavailable),
        (SELECT, lambda it: send(it, b"", 302, Location="http://127.0.0.1:1/"), EngineUnavailable),
        (SELECT, lambda it: send(it, b"gone", 502), EngineUnavailable),
        (SELECT, lambda it: send(it, b"who are you", 401), EngineUnavailable),
        (SELECT, lambda it: send(it, b"no", 400), QueryFailed),
        (SELECT, lambda it: send(it, b"Virtuoso S1T00 Error timeout", 500), QueryTimeout),
        (SELECT, lambda it: send(it, ROWS, X_SPARQL_MaxRows="1"), ResultTooLarge),
        (SELECT, lambda it: send(it, ROWS, X_SQL_State="S1TAT"), QueryTimeout),
        (SELECT, lambda it: send(it, ROWS, X_SQL_State="42000"), QueryFailed),
        (SELECT, lambda it: send(it, ROWS + b" " * 400_000), ResultTooLarge),
    ],
)
def test_a_part_is_an_error(
    query: str, play: Play, expected: type[Exception], sample_release: Release
) -> None:
    """Whatever an engine does in the middle of an answer, no part of it is an answer (S-06)."""
    limits = Limits(seconds=1.0, answer_bytes=10_000)
    with played(sample_release, play) as url:
        remote = Remote(sample_release, limits, url)
        begun = time.monotonic()
        with pytest.raises(expected):
            remote.ask(job(query))
        assert time.monotonic() - begun < 2.5
        assert remote.counts().at_work == 0
        remote.close()


def test_over_tls(sample_release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS has the same answers and the same clock; an unknown certificate is no engine."""
    pem = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(pem), "-out", str(tmp_path / "certificate")],
        check=True, capture_output=True,
    )  # fmt: skip
    with pem.open("ab") as both:
        both.write((tmp_path / "certificate").read_bytes())
    plays = iter((lambda it: send(it, ROWS), drip))
    with played(sample_release, lambda it: next(plays)(it), pem) as url:
        remote = Remote(sample_release, Limits(seconds=1.5), url)
        with pytest.raises(EngineUnavailable, match="certificate"):
            remote.ask(job(SELECT))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
        assert remote.ask(job(SELECT)).read() == b"n\r\n1\r\n"
        with pytest.raises(QueryTimeout):
            remote.ask(job(SELECT))
        remote.close()


def test_whose_client_leaves_gives_way(sample_release: Release) -> None:
    """At work and in line alike a question ends with its client (S-05)."""
    ours, theirs = socket.socketpair()
    with ours, theirs, played(sample_release, drip) as url, ThreadPoolExecutor(2) as threads:
        remote = Remote(sample_release, Limits(seconds=30.0, children=1, waiting=1), url)
        first = threads.submit(remote.ask, job(SELECT), client=ours)
        until(lambda: remote.counts().at_work == 1 and not remote.counts().trouble)
        second = threads.submit(remote.ask, job(SELECT), client=ours)
        until(lambda: remote.counts().waiting == 1)
        with pytest.raises(Overloaded):
            remote.ask(job(SELECT))
        theirs.close()
        for one in (first, second):
            assert isinstance(one.exception(5), Abandoned)
        counts = remote.counts()
        assert (counts.ready, counts.at_work, counts.waiting) == (1, 0, 0)
        assert (counts.unanswered["abandoned"], counts.unanswered["overloaded"]) == (2, 1)
        remote.close()


def test_questions_go_on_in_the_order_they_came(sample_release: Release) -> None:
    """A few are asked at a time; the others wait in line, and no longer than they may."""
    seen: list[str] = []
    go = threading.Event()

    def play(request: BaseHTTPRequestHandler) -> None:
        go.wait(5)
        send(request, ROWS)

    with played(sample_release, play) as url, ThreadPoolExecutor(5) as threads:
        limits = Limits(children=1, waiting=4, waiting_seconds=4)
        remote = Remote(sample_release, limits, url)

        def one(name: str) -> None:
            remote.ask(job(SELECT)).close()
            seen.append(name)

        for number, name in enumerate("abcde"):
            threads.submit(one, name)
            until(lambda: sum(remote.counts().__getattribute__(n) for n in ("at_work", "waiting"))
                  == number + 1)  # noqa: B023 # asked at once  # fmt: skip
        go.set()
        until(lambda: len(seen) == 5)
        remote.close()
    assert seen == list("abcde")


def test_what_is_closed_ends(sample_release: Release) -> None:
    """To close breaks off what is under way, and nothing is asked any more."""
    with played(sample_release, drip) as url, ThreadPoolExecutor(1) as threads:
        remote = Remote(sample_release, Limits(seconds=30.0), url)
        remote.start()
        under_way = threads.submit(remote.ask, job(SELECT))
        until(lambda: remote.counts().at_work == 1)
        time.sleep(0.2)
        remote.close()
        remote.close()
        assert isinstance(under_way.exception(5), QueryLost)
        with pytest.raises(Overloaded):
            remote.ask(job(SELECT))


# --- what the engine holds --------------------------------------------------------------------


def test_it_must_hold_this_very_release(sample_release: Release, tmp_path: Path) -> None:
    """Not there, empty, another release, this release, gone, back: the service says so each time.

    Pages and dumps are served in any case.
    """
    other = write_sample(tmp_path / "other", digest="other", more="<id/x> skos:notation 'x' .")
    with made("oxigraph") as running:
        running.stop()
        with application(sample_release, engine=running.url) as client:

            def told() -> tuple[int, str]:
                response = ask(client, "ASK { ?s ?p ?o }")
                if response.status_code == 200:
                    return 200, client.get("/readyz").text.strip()
                assert json.loads(response.data)["type"].endswith("/engine-unavailable")
                assert response.headers["Retry-After"]
                assert running.url not in response.text
                ready = client.get("/readyz?lang=bg")
                assert ready.status_code == 503
                assert "Хранилището" in ready.text
                return 503, json.loads(ready.data)["reason"]

            assert told() == (503, "unreachable")
            with client.get("/dumps/digigraph.nt") as dump:
                assert dump.status_code == 200
            running.start()
            assert told() == (503, "other-release")
            load(other, store_of(running))
            assert told() == (503, "other-release")
            load(sample_release, store_of(running))
            assert told() == (200, "ready")
            running.stop()
            assert told() == (503, "unreachable")
            running.start()
            load(sample_release, store_of(running))
            assert told() == (200, "ready")


def test_a_newer_release(tmp_path: Path) -> None:
    """A server follows: as soon as both the folder and the engine have it, and says what lacks."""
    first = write_sample(tmp_path / "releases", "2026.11.0")
    query = "SELECT ?n { <https://w3id.org/digigraph/id/x> ?p ?n }"
    with made("oxigraph") as running:
        load(first, store_of(running))
        options = ("--engine", running.url, "--reload-seconds", "0.2")
        with serving(tmp_path / "releases", *options) as url:
            assert fetch(url, query) == (200, b"n\r\n")
            newer = write_sample(
                tmp_path / "releases", "2026.12.0", "newer", "<id/x> skos:notation 'new' ."
            )
            time.sleep(0.6)
            assert fetch(url, query) == (200, b"n\r\n")
            load(newer, store_of(running))
            until(lambda: fetch(url, query) == (200, b"n\r\nnew\r\n"))


@pytest.mark.parametrize(
    "address", ["http://", "ftp://x/", "http://u:p@127.0.0.1/", "http://x/?q=1", "http://x:99999/"]
)
def test_what_cannot_be_an_engine(address: str, sample_release: Release) -> None:
    """An address that is none, or that has a password in it, is wrong usage."""
    with pytest.raises(UsageError):
        Remote(sample_release, Limits(), address)


# --- how a query is put -----------------------------------------------------------------------


def test_to_read_a_query_is_not_to_answer_it() -> None:
    """The parser is asked, and no engine works: a product of nine billion rows takes no time."""
    values = " ".join(["1"] * 2000)
    parts = " ".join(f"VALUES ?{name} {{ {values} }}" for name in "abc")
    begun = time.monotonic()
    for form in ("ASK", "SELECT *", "CONSTRUCT { ?a ?a ?a }", "DESCRIBE ?a"):
        read_query(f"{form} {{ {parts} FILTER(?a + ?b + ?c < 0) }}")

    assert time.monotonic() - begun < 2


def test_a_description_is_what_begins_with_the_thing() -> None:
    """DESCRIBE is asked as a CONSTRUCT, where its things are named."""
    query = "PREFIX x: <x:> DESCRIBE x:a ?a0 FROM <x:g> WHERE { ?a0 ?p0 1 } LIMIT 2"

    assert described(query) == (
        "PREFIX x: <x:> CONSTRUCT { x:a ?p_0 ?o_0 . ?a_1 ?p_1 ?o_1 } WHERE { { x:a ?p_0 ?o_0 } "
        "UNION { { { SELECT (?a0 AS ?a_1) FROM <x:g> WHERE { ?a0 ?p0 1 } LIMIT 2 } "
        "FILTER(BOUND(?a_1)) } ?a_1 ?p_1 ?o_1 } }"
    )
    assert described("DESCRIBE * { ?s ?p ?o }") == "DESCRIBE * { ?s ?p ?o }"
