"""Limits and the cache over HTTP: a whole answer or an error, whatever is asked (S-05, S-06)."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import rdflib
from conftest import BASE
from flask.testing import FlaskClient
from servers import Server, serving
from test_pool import PRODUCT, RUNAWAY, STORMS, is_gone, until
from werkzeug.test import TestResponse

from digigraph.cache import Answers, key_of
from digigraph.pool import AHEAD, SPARE
from digigraph.release import Release
from digigraph.web import Settings, create_app

CHEAP = "SELECT ?s { ?s ?p 6 }"
LARGE = f"SELECT * {PRODUCT}"
GRAPH = "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = "SELECT ?a ?f ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"
CSV = "text/csv"
SHORT = {
    "query_seconds": 1.5, "query_memory_mb": 96, "max_answer_bytes": 300_000, "max_rows": 2000,
    "children": 1,
}  # fmt: skip
ROWS = f"SELECT (1 AS ?one) {PRODUCT}"
WORKER = "digigraph.worker"
TRIPLES = f"CONSTRUCT {{ <a:b> <a:c> ?id }} {PRODUCT[:-1]} BIND(STRUUID() AS ?id) }}"


@pytest.fixture(scope="module")
def limited(sample_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of an application with short limits."""
    settings = Settings(releases=sample_release.folder.parent, **SHORT)  # type: ignore[arg-type]
    app = create_app(settings, sample_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def ask(client: FlaskClient, query: str, accept: str = CSV, **headers: str) -> TestResponse:
    """Ask by GET; a header's underscores are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/sparql", query_string={"query": query}, headers={"Accept": accept, **named})


# --- problems ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        (RUNAWAY.query, 503, "query-timeout"),
        (LARGE, 422, "result-too-large"),
        (STORMS["text that doubles"], 422, "query-out-of-memory"),
        (GRAPH, 422, "result-too-large"),
        (ROWS, 422, "result-too-large"),
        (TRIPLES, 422, "result-too-large"),
        ("SELECT (<http://example.org/f>(1) AS ?y) {}", 422, "query-failed"),
    ],
)
def test_a_limit_is_a_problem(limited: FlaskClient, query: str, status: int, slug: str) -> None:
    """Each limit has its problem, with what was allowed, where the data are, when to retry."""
    accept = "text/turtle" if query.startswith("CONSTRUCT") else CSV
    response = ask(limited, query, accept)
    told = json.loads(response.data)

    assert (response.status_code, told["type"]) == (status, f"{BASE}problem/{slug}")
    assert response.mimetype == "application/problem+json"
    assert ("Retry-After" in response.headers) == (status == 503)
    if slug != "query-failed":
        assert told["dump"].endswith("/dumps/digigraph.nt.gz")
        assert str(told["limit"]).removesuffix(".0") in told["detail"]
    bulgarian = json.loads(ask(limited, query, accept, Accept_Language="bg").data)
    assert bulgarian["title"] != told["title"]


@pytest.mark.parametrize(
    ("query", "limit", "unit", "bulgarian"),
    [
        (LARGE, 300_000, "bytes", "байта"),
        (ROWS, 2000, "rows", "реда"),
        (TRIPLES, 2000, "triples", "тройки"),
    ],
)
def test_a_problem_names_its_limit(
    limited: FlaskClient, query: str, limit: int, unit: str, bulgarian: str
) -> None:
    """What is too large is told with the limit and what it counts, in words and for programs."""
    accept = "text/turtle" if query.startswith("CONSTRUCT") else CSV
    told = json.loads(ask(limited, query, accept).data)
    other = json.loads(ask(limited, query, accept, Accept_Language="bg").data)

    assert (told["limit"], told["unit"]) == (other["limit"], other["unit"]) == (limit, unit)
    assert f"{limit} {unit}" in told["detail"]
    assert f"{limit} {bulgarian}" in other["detail"]


def test_a_limit_in_a_browser(limited: FlaskClient) -> None:
    """A person is told on a page, and the way to all data is a link on the site."""
    page = ask(limited, RUNAWAY.query, "text/html")

    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "not finished in time" in page.text
    assert "/dumps/digigraph.nt.gz" in page.text


def test_too_many_at_once(sample_release: Release) -> None:
    """Who finds no place to wait is turned away with Retry-After (S-06)."""
    settings = Settings(max_waiting=0, waiting_seconds=2.5, children=1)
    app = create_app(settings, sample_release)
    pool = app.extensions["digigraph"].pool
    pool.start()
    until(lambda: pool.counts().ready == pool.size)
    taken = [pool.take(None, long=False) for _ in range(pool.size)]
    try:
        response = ask(app.test_client(), CHEAP)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "3")
        assert json.loads(response.data)["type"] == f"{BASE}problem/overloaded"
    finally:
        for child in taken:
            pool.give_back(child, alive=True)
        pool.close()


def test_the_limits_are_published(limited: FlaskClient) -> None:
    """The service description and the query page state the limits in force (S-06)."""
    response = limited.get("/sparql", headers={"Accept": "text/turtle"})
    told = rdflib.Graph().parse(data=response.text, format="turtle")
    comments = list(told.objects(predicate=rdflib.RDFS.comment))
    page = limited.get("/sparql?lang=en", headers={"Accept": "text/html"}).text

    assert {comment.language for comment in comments} == {"bg", "en"}  # type: ignore[attr-defined]
    assert response.headers["RateLimit-Policy"] == '"queries";q=101;qu="concurrent-requests"'
    for words in (*map(str, comments), page):
        assert "1.5 s" in words
        assert "96 MiB" in words
        assert "300\u202f000" in words
        assert "2\u202f000" in words
        assert "1\u202f000\u202f000" in words


def test_a_long_answer_on_the_page(limited: FlaskClient) -> None:
    """The page shows the first rows and says how many there are."""
    page = ask(limited, "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 1234", "text/html")

    assert page.text.count("<tr>") == 1001
    assert "234" in page.text.partition("Rows:")[2][:30]
    assert "Shown are the first" in page.text


# --- the cache --------------------------------------------------------------------------------


def test_an_answer_is_kept(sample_release: Release) -> None:
    """A question that was answered is answered again, and revalidated, without the engine."""
    app = create_app(Settings(), sample_release)
    client = app.test_client()
    first = ask(client, CHEAP)
    page = ask(client, CHEAP, "text/html")
    app.extensions["digigraph"].pool.close()

    again = ask(client, CHEAP)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ask(client, CHEAP, "text/html").data == page.data
    known = ask(client, CHEAP, If_None_Match=first.headers["ETag"])
    assert (known.status_code, known.data) == (304, b"")
    assert ask(client, CHEAP, "application/json").status_code == 503
    assert ask(client, CHEAP, If_None_Match="*").status_code == 304


def test_what_changes_is_not_kept(limited: FlaskClient) -> None:
    """An answer with the time or a random number in it has no ETag and is asked anew."""
    query = "SELECT (STRUUID() AS ?id) {}"
    first, second = ask(limited, query), ask(limited, query)

    assert "ETag" not in first.headers
    assert first.data != second.data


BLANK = (
    "CONSTRUCT { [] a ?t } WHERE { ?s a ?t }",
    "CONSTRUCT { _:b a ?t } WHERE { ?s a ?t }",
    "CONSTRUCT { ?s a (1) } WHERE { ?s a ?t }",
)


@pytest.mark.parametrize("query", BLANK)
def test_new_blank_nodes_have_no_etag(limited: FlaskClient, query: str) -> None:
    """What a template makes anew each time has no ETag: a strong one promises the same bytes."""
    assert "ETag" not in ask(limited, query, "text/turtle").headers


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?now ?service { ?now ?service 6 }",
        "SELECT (STRLEN('NOW() and SERVICE') AS ?n) {} # RAND()",
        "CONSTRUCT { ?s ?p 'BNODE' } WHERE { ?s ?p [] FILTER(?p != <a:b>) }",
    ],
)
def test_a_word_in_a_name_or_a_text_is_kept(limited: FlaskClient, query: str) -> None:
    """Only what a query does keeps its answer from being kept, not how it is spelt."""
    accept = "text/turtle" if query.startswith("CONSTRUCT") else CSV
    found = ask(limited, query, accept)

    assert ask(limited, query, accept, If_None_Match=found.headers["ETag"]).status_code == 304


def test_engines_of_two_kinds_name_their_answers_apart(sample_release: Release) -> None:
    """Memory and disk may order rows in two ways, so one ETag never stands for both."""
    tags = set()
    for engine in ("memory", "disk"):
        settings = Settings(releases=sample_release.folder.parent, engine=engine, children=1)
        app = create_app(settings, sample_release)
        tags.add(ask(app.test_client(), "SELECT * { ?s ?p ?o }").headers["ETag"])
        app.extensions["digigraph"].pool.close()

    assert len(tags) == 2


def test_no_room_for_large_answers(client: FlaskClient, sample_release: Release) -> None:
    """Answers that clients have not taken yet are bounded; a further one may be asked for later."""
    room = len(ask(client, LONG).data) * 3 // 2
    settings = Settings(releases=sample_release.folder.parent, sending_bytes=room, cache_bytes=0)
    app = create_app(settings, sample_release)
    client = app.test_client()
    first = ask(client, LONG)
    second, small = ask(client, LONG), ask(client, CHEAP)
    first.close()
    third = ask(client, LONG)

    assert [one.status_code for one in (first, small, third)] == [200, 200, 200]
    assert second.status_code == 503
    assert second.json["type"].endswith("problem/no-room")
    assert "Retry-After" in second.headers
    app.extensions["digigraph"].pool.close()


LITTLE_ROOM = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (280_000, 280_000)); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


def test_a_full_disk_is_not_the_fault_of_the_query(sample_release: Release) -> None:
    """A large answer that finds no room on the disk is a 503, to be asked for again; others go."""
    server = serving(sample_release.folder.parent, "--cache-bytes", "0", "--access-log", "")
    server.command = [sys.executable, "-c", LITTLE_ROOM, *server.command[1:]]
    with server as url:
        asked = f"{url}sparql?{urlencode({'query': LONG, 'format': 'csv'})}"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(asked)
        with urllib.request.urlopen(f"{url}sparql?{urlencode({'query': CHEAP})}") as cheap:
            assert cheap.status == 200
        told = json.load(caught.value)

    assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "10")
    assert told["type"].endswith("problem/no-room")
    assert "Traceback" not in server.said_last


def test_the_key_of_an_answer() -> None:
    """Release, query, dataset and format each make another key."""
    base = ("release", "ASK {}", (("d",), ("n",)), "json")
    others = [
        ("other", "ASK {}", (("d",), ("n",)), "json"),
        ("release", "ASK { }", (("d",), ("n",)), "json"),
        ("release", "ASK {}", (("d", "n"), ()), "json"),
        ("release", "ASK {}", (("d",), ("n",)), "xml"),
    ]

    assert len({key_of(*told) for told in (base, *others)}) == 5  # type: ignore[arg-type]


def test_the_cache_is_bounded() -> None:
    """What is kept never takes more room than there is; the least used goes first."""
    answers = Answers(10_000)
    answers.keep("much", b"x" * 2000)
    for number in range(50):
        answers.keep(str(number), b"x" * 500)
        answers.get("0")
        assert answers.size <= answers.room

    assert answers.get("much") is None
    assert answers.get("0") is not None
    assert answers.get("1") is None
    assert answers.get("49") is not None


# --- a running server -------------------------------------------------------------------------


def family(process: int) -> dict[int, tuple[int, str]]:
    """Return the processes that descend from one, each with its parent and its command line."""
    everybody, found = {}, {process: (0, "")}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stat = (place / "stat").read_text(encoding="utf-8")
            command = (place / "cmdline").read_text(encoding="utf-8")
            everybody[int(place.name)] = (int(stat.rsplit(")", 1)[1].split()[1]), command)
    for _ in range(4):
        found |= {pid: told for pid, told in everybody.items() if told[0] in found}
    return found


def children(server: Server) -> list[int]:
    """Return the processes of a server that answer queries, but not the one that makes them."""
    known = family(server.process.pid)
    workers = {pid: parent for pid, (parent, told) in known.items() if WORKER in told}
    return [pid for pid, parent in workers.items() if parent in workers]


def resident(process: int) -> int:
    """Return the memory that a process holds, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def front(server: Server) -> int:
    """Return the process that answers requests: it started what makes the children."""
    known = family(server.process.pid)
    workers = {pid: parent for pid, (parent, told) in known.items() if WORKER in told}
    return next(parent for parent in workers.values() if parent not in workers)


def deleted(opened: Path) -> int:
    """Return how many open files of a process have no name, by the folder that lists them."""
    found = []
    for file in opened.iterdir():
        with suppress(FileNotFoundError):  # closed in the meantime
            found.append(str(file.readlink()))
    return sum("(deleted)" in name for name in found)


def fetch(url: str, query: str, accept: str = CSV) -> tuple[int, bytes]:
    """Ask a running server and return status and body."""
    told = {"query": query}
    request = urllib.request.Request(f"{url}sparql?{urlencode(told)}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def at_work(url: str) -> int:
    """Return how many queries a running server says that it works on."""
    with urllib.request.urlopen(f"{url}status", timeout=20) as response:
        number: int = json.load(response)["children"]["at_work"]
    return number


@pytest.fixture
def stormy(sample_release: Release) -> Iterator[tuple[Server, str]]:
    """Yield a running server with short limits, and its URL."""
    options = {
        "query-seconds": 0.7, "query-memory-mb": 96, "max-answer-bytes": 30_000_000,
        "waiting-seconds": 2, "cache-bytes": 0,
    }  # fmt: skip
    told = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    server = serving(sample_release.folder.parent, *told)
    with server as url:
        until(lambda: len(children(server)) == 2 + SPARE + AHEAD)
        yield server, url


def test_an_attack(stormy: tuple[Server, str]) -> None:
    """Sixty-four hostile clients: no 500, no hang, and afterwards all is as it was (S-05)."""
    server, url = stormy
    address = (urlsplit(url).hostname, urlsplit(url).port)
    for _ in range(100):
        assert fetch(url, CHEAP)[0] == 200
    with ThreadPoolExecutor(64) as threads:
        crowd = threads.map(lambda _: fetch(url, CHEAP)[0], range(256))
        assert set(crowd) == {200}
    before, worker = resident(front(server)), front(server)
    queries: list[Any] = [STORMS[name] for name in STORMS] + [CHEAP, CHEAP, "ASK {", LONG]
    noise = random.Random(7)

    def storm(number: int) -> int:
        query = queries[number % len(queries)][:30_000]
        form = "text/turtle" if query.startswith("CONSTRUCT") else CSV
        return fetch(url, query, form)[0]

    with ExitStack() as stack:
        for _ in range(40):  # half-open: a request that never ends, and bytes that are none
            begun = stack.enter_context(socket.create_connection(address))
            begun.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nASK")
            stack.enter_context(socket.create_connection(address)).sendall(noise.randbytes(500))
        start = time.monotonic()
        with ThreadPoolExecutor(64) as threads:
            statuses = list(threads.map(storm, range(64)))
        lasted = time.monotonic() - start

    assert set(statuses) <= {200, 400, 422, 503}
    assert lasted < 30
    until(lambda: fetch(url, CHEAP)[0] == 200)
    until(lambda: len(children(server)) == 2 + SPARE + AHEAD)
    assert front(server) == worker
    assert resident(worker) < before + 40


def test_a_large_answer_to_a_slow_client(sample_release: Release) -> None:
    """A large answer passes through the server without filling its memory."""
    query = f"SELECT ('{'x' * 500}' AS ?long) {PRODUCT} LIMIT 160000"
    target = f"/sparql?{urlencode({'query': query})}"
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nConnection: close\r\n\r\n"
    server = serving(sample_release.folder.parent, "--max-answer-bytes", "200000000")
    with server as url:
        assert fetch(url, CHEAP)[0] == 200
        worker = front(server)
        before = most = resident(worker)
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as client:
            client.sendall(head.encode())
            got = number = 0
            while piece := client.recv(262_144):
                got += len(piece)
                number += 1
                if number % 16 == 0:
                    most = max(most, resident(worker))

    assert got > 80_000_000
    assert most < before + 40  # MiB, half of what passed


def test_a_client_that_leaves_in_the_middle(sample_release: Release) -> None:
    """What was spooled for a client that has gone is let go."""
    target = f"/sparql?{urlencode({'query': f'SELECT * {PRODUCT} LIMIT 60000'})}"
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n"
    with (server := serving(sample_release.folder.parent)) as url:
        assert fetch(url, CHEAP)[0] == 200
        opened = Path(f"/proc/{front(server)}/fd")
        until(lambda: len(children(server)) == 2 + SPARE + AHEAD)

        before = deleted(opened)
        for _ in range(3):
            with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as client:
                client.sendall(head.encode())
                assert client.recv(1000).startswith(b"HTTP/1.1 200")
                assert deleted(opened) == before + 1
            until(lambda: deleted(opened) == before)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_children_die_with_the_server(sample_release: Release, how: signal.Signals) -> None:
    """However the server ends, no child outlives it, even in the middle of a query."""
    server = serving(sample_release.folder.parent, "--query-seconds", "60", "--stop-seconds", "2")
    url = server.__enter__()
    until(lambda: len(children(server)) == 2 + SPARE + AHEAD)
    pids, worker = children(server), front(server)
    address = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_connection(address) as client:
        target = f"/sparql?{urlencode({'query': RUNAWAY.query})}"
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if how is signal.SIGKILL:
            os.kill(worker, how)
        else:
            server.process.send_signal(how)
        until(lambda: all(is_gone(pid) for pid in pids))
    server.process.terminate()
    server.process.wait(20)
    server.said.close()


def test_a_query_that_takes_longer_than_the_stop(sample_release: Release) -> None:
    """A query that runs when the server is stopped is answered with its problem before the end."""
    server = serving(sample_release.folder.parent, "--query-seconds", "60", "--stop-seconds", "3")
    target = f"/sparql?{urlencode({'query': RUNAWAY.query})}"
    with server as url:
        until(lambda: len(children(server)) == 2 + SPARE + AHEAD)
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as client:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            until(lambda: at_work(url) == 1)
            server.process.terminate()
            said = client.recv(65_536)

    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"problem/query-timeout" in said
    assert b"retry-after" in said.lower()
