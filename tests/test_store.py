"""The only gate for SPARQL: datasets, answers, refusals (S-02, S-03, S-04)."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyoxigraph as ox
import pytest
from conftest import BASE, sample_quads
from test_sparql import SERVICE_CALLS

from digigraph.errors import DigigraphError, QueryError, QueryForbidden
from digigraph.formats import CSV, GRAPH_FORMATS, N_TRIPLES, RESULTS_JSON, TABLE_FORMATS, TURTLE
from digigraph.release import Release
from digigraph.store import Store

COUNT = "SELECT (COUNT(*) AS ?n) "
ALL, NAMED = "{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }"
FRAMEWORK, STUBS = f"{BASE}graph/framework", f"{BASE}graph/stubs"
QUADS = len(set(sample_quads()))


@pytest.fixture(scope="module")
def store(sample_release: Release) -> Store:
    """Return the sample, ready to be asked."""
    return Store(sample_release)


def count(store: Store, query: str, **dataset: list[str]) -> int:
    """Return the one number of an answer."""
    told = json.loads(store.ask(query, **dataset).write(RESULTS_JSON))
    return int(told["results"]["bindings"][0]["n"]["value"])


def test_the_default_graph_is_the_union(store: Store) -> None:
    """Without GRAPH a query sees every graph; a triple of two graphs is one triple (S-03)."""
    assert count(store, COUNT + ALL) == QUADS - 1


def test_named_graphs_are_addressable(store: Store) -> None:
    """GRAPH reaches each named graph, and nothing but the named graphs (S-04)."""
    assert count(store, COUNT + NAMED) == QUADS
    assert count(store, f"{COUNT}{{ GRAPH <{STUBS}> {ALL} }}") == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{COUNT}FROM <{STUBS}> {ALL}", 2),
        (f"{COUNT}FROM <{STUBS}> {NAMED}", 0),
        (f"{COUNT}FROM NAMED <{STUBS}> {NAMED}", 2),
        (f"{COUNT}FROM NAMED <{STUBS}> {ALL}", 0),
        (f"{COUNT}FROM <file:///etc/passwd> {ALL}", 0),
    ],
)
def test_the_query_names_its_dataset(store: Store, query: str, expected: int) -> None:
    """FROM and FROM NAMED are the whole dataset; what they name is never fetched."""
    assert count(store, query) == expected


@pytest.mark.parametrize(
    ("pattern", "dataset", "expected"),
    [
        (ALL, {"default_graphs": [STUBS]}, 2),
        (NAMED, {"default_graphs": [STUBS]}, 0),
        (NAMED, {"named_graphs": [STUBS]}, 2),
        (ALL, {"named_graphs": [STUBS]}, 0),
        (ALL, {"default_graphs": ["http://example.org/none"]}, 0),
        (f"FROM <{FRAMEWORK}> {ALL}", {"default_graphs": [STUBS]}, 2),
    ],
)
def test_the_request_names_the_dataset(
    store: Store, pattern: str, dataset: dict[str, list[str]], expected: int
) -> None:
    """The graphs of a request are the whole dataset, also over the query's own."""
    assert count(store, COUNT + pattern, **dataset) == expected


def test_a_graph_that_is_no_iri(store: Store) -> None:
    """A graph whose name is no IRI is the client's mistake."""
    with pytest.raises(QueryError, match="not an IRI"):
        store.ask(COUNT + ALL, default_graphs=["no iri"])


def test_each_form_has_its_formats(store: Store) -> None:
    """Tables and truths are written as results, graphs as RDF (S-01)."""
    for query in ("SELECT * { ?s ?p ?o }", "ASK { ?s ?p ?o }"):
        for told in TABLE_FORMATS:
            assert store.ask(query).write(told)
        assert store.ask(query).formats == TABLE_FORMATS
    for query in ("CONSTRUCT WHERE { ?s ?p ?o }", f"DESCRIBE <{BASE}id/digcomp21/1-2>"):
        for told in GRAPH_FORMATS:
            assert store.ask(query).write(told)
        assert store.ask(query).formats == GRAPH_FORMATS


def test_a_constructed_graph_is_a_set_in_order(store: Store) -> None:
    """A constructed triple is written once, and the same question has the same bytes."""
    query = "CONSTRUCT { <a:b> <a:b> ?p } WHERE { ?s ?p ?o }"
    lines = store.ask(query).write(N_TRIPLES).splitlines()

    assert lines == sorted(set(lines))
    assert lines == [
        f"<a:b> <a:b> {predicate} .".encode()
        for predicate in sorted({str(quad.predicate) for quad in sample_quads()})
    ]


def test_turtle_declares_what_it_uses(store: Store) -> None:
    """An answer in Turtle has the prefixes that it needs and no others."""
    told = store.ask(f"DESCRIBE <{BASE}id/digcomp21/level-6>").write(TURTLE).decode()

    assert "@prefix dgc:" in told
    assert "@prefix prov:" not in told
    assert "dgc:rank 6" in told


def test_cyrillic_comes_through(store: Store) -> None:
    """Text is text, in the query and in the answer."""
    query = 'SELECT ?s { ?s ?p ?o FILTER(CONTAINS(STR(?o), "Оценяване")) }'

    assert store.ask(query).write(CSV).decode().split() == ["s", f"{BASE}id/digcomp21/1-2"]


def test_a_syntax_error_has_its_place(store: Store) -> None:
    """What the engine cannot read is told with line, column and word."""
    with pytest.raises(QueryError) as caught:
        store.ask("SELECT * {\n  ?s ex:p ?o\n}")

    assert (caught.value.line, caught.value.column, caught.value.token) == (2, 6, "ex:p")


@pytest.mark.parametrize("update", ["DROP ALL", "INSERT DATA { <a:b> <a:b> <a:b> }"])
def test_the_store_is_only_read(store: Store, update: str) -> None:
    """Updates are refused, and the index is open for reading only."""
    with pytest.raises(QueryForbidden):
        store.ask(update)
    with pytest.raises(RuntimeError, match="read-write"):
        store.open().add(sample_quads()[0])


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Yield a web server on the loopback, and the list of what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        do_GET = do_POST  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()
        thread.join()


def test_no_query_makes_the_service_ask_others(
    store: Store, listener: tuple[str, list[str]]
) -> None:
    """No spelling of SERVICE that the engine would follow sends a request anywhere (S-02)."""
    url, asked = listener
    with pytest.raises(OSError, match="500"):
        list(ox.Store().query(SERVICE_CALLS[0].replace("http://h/", url)))
    assert asked == ["/"]

    for query in SERVICE_CALLS:
        with pytest.raises(DigigraphError):
            store.ask(query.replace("http://h/", url)).write(RESULTS_JSON)

    assert asked == ["/"]


def test_several_threads_and_a_fork(store: Store) -> None:
    """The index is opened in each process for itself, and threads share it."""
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(count(store, COUNT + ALL))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [QUADS - 1] * 8

    child = os.fork()
    if child == 0:
        os._exit(0 if count(store, COUNT + ALL) == QUADS - 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
