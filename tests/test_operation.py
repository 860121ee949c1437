"""Operation: what those who run the service see of it (H-18, S-13)."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from conftest import BASE, write_sample
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from servers import Server, serving
from test_limits import CHEAP, LONG, ask, children, deleted, fetch, front
from test_pool import PRODUCT, RUNAWAY, is_gone, until

from digigraph.engine import Job
from digigraph.pool import AHEAD, SPARE
from digigraph.release import Release, open_release
from digigraph.store import formats_of
from digigraph.web import Settings, create_app
from digigraph.web.live import Live

SECRET = "SELECT ?secret { ?secret ?p 6 }"
LARGE = f"SELECT ?a ?f ?i ?l {PRODUCT} LIMIT 100000"

NEW = "SELECT ?s { ?s <http://www.w3.org/2000/01/rdf-schema#label> 'x' }"

TRUTH = Job("ASK {}", "ASK", formats_of("ASK")[0])
CHUNKS = b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n"


def target(query: str) -> str:
    """Return the path and query string that ask a query."""
    return f"/sparql?{urlencode({'query': query, 'format': 'csv'})}"


def connect(url: str, sent: bytes, seconds: float = 20) -> socket.socket:
    """Return a connection to a server that something was sent on."""
    place = urlsplit(url)
    made = socket.create_connection((place.hostname, place.port), timeout=seconds)
    made.sendall(sent)
    return made


def answer_to(url: str, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of what a server says to some bytes, until it closes."""
    with connect(url, sent) as made:
        said = b"".join(iter(lambda: made.recv(65_536), b""))
    said = said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def get(url: str) -> str:
    """Return what is at a URL, as text."""
    with urllib.request.urlopen(url, timeout=20) as response:
        text: str = response.read().decode()
        return text


def status(url: str) -> dict[str, Any]:
    """Return what a running server tells of itself."""
    told: dict[str, Any] = json.loads(get(f"{url}status"))
    return told


# --- clients that leave, that are slow, that are odd ------------------------------------------


@pytest.fixture(scope="module")
def running(sample_release: Release) -> Iterator[tuple[Server, str]]:
    """Yield a running server with one child, few threads and little patience, and its URL."""
    options = {"children": 1, "threads": 4, "request-seconds": 1.5, "max-query-bytes": 50_000}
    told = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    server = serving(sample_release.folder.parent, *told)
    with server as url:
        until(lambda: len(children(server)) == 1 + SPARE + AHEAD)
        yield server, url


def test_a_client_that_leaves_stops_its_query(running: tuple[Server, str]) -> None:
    """Who closes the connection gives the processor back long before the time limit (S-05)."""
    server, url = running
    before = status(url)["unanswered"]["abandoned"]
    request = f"GET {target(RUNAWAY.query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with connect(url, request), connect(url, request):
        until(lambda: status(url)["children"]["at_work"] == 1 == status(url)["waiting"])
        busy = [pid for pid in children(server) if os.getpriority(os.PRIO_PROCESS, pid)]

    assert len(busy) == 1
    until(lambda: is_gone(busy[0]), patience=5)
    until(lambda: status(url)["unanswered"]["abandoned"] == before + 2)
    assert fetch(url, CHEAP)[0] == 200
    assert status(url)["unanswered"]["time"] == 0
    assert status(url)["waited_seconds"] > 0


def test_a_body_that_does_not_come(running: tuple[Server, str]) -> None:
    """A request that never ends holds no thread, and is answered 408 at its time."""
    _, url = running
    begun = [
        connect(url, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nASK")
        for _ in range(12)
    ]
    assert fetch(url, CHEAP)[0] == 200
    begun.pop().close()

    said = begun[0].recv(65_536)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert f"{BASE}problem/request-timeout".encode() in said
    for made in begun:
        made.close()


@pytest.mark.parametrize("length", ["Content-Length: 400000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_long(running: tuple[Server, str], length: str) -> None:
    """A body over the limit is refused with 413, of whatever kind it is."""
    _, url = running
    chunk = b"61a80\r\n" + b"x" * 400_000 + b"\r\n0\r\n\r\n"
    body = chunk if "chunked" in length else b"x" * 400_000
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{length}\r\nConnection: close\r\n"
    kind = "Content-Type: application/sparql-query\r\n\r\n"

    assert answer_to(url, head.encode() + kind.encode() + body)[0] == 413


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"GET {target('ASK {}').replace('csv', 'json')}", b""),
        ("POST /sparql?format=json\nContent-Length: 6", b"ASK {}"),
        (
            "POST /sparql?format=json\nTransfer-Encoding: chunked",
            b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n",
        ),
        ("POST /sparql?format=json\nContent-Length: 6\nExpect: 100-continue", b"ASK {}"),
    ],
)
def test_each_way_to_send_a_query(running: tuple[Server, str], head: str, body: bytes) -> None:
    """Length, chunks and `Expect: 100-continue` bring the same query."""
    _, url = running
    first, *headers = head.split("\n")
    lines = [f"{first} HTTP/1.1", "Host: x", "Connection: close", *headers]
    lines += ["Content-Type: application/sparql-query", "", ""]

    found, told, said = answer_to(url, "\r\n".join(lines).encode() + body)

    assert found == 200
    assert int(told["content-length"]) == len(said)
    assert b"true" in said


def test_letters_as_they_are_and_escaped(running: tuple[Server, str]) -> None:
    """Raw UTF-8 in a URL and the same letters percent-encoded are one query (S-01)."""
    _, url = running
    query = 'SELECT ("нещо" AS ?ю) {}'
    raw = query.replace(" ", "%20").replace('"', "%22").replace("{}", "%7B%7D")
    told = [
        answer_to(url, f"GET /sparql?format=csv&query={text} HTTP/1.0\r\n\r\n".encode())[2]
        for text in (raw, quote(query))
    ]

    assert told[0] == told[1] == "ю\r\nнещо\r\n".encode()


def test_a_head_and_a_known_answer_have_no_body(running: tuple[Server, str]) -> None:
    """HEAD has the length of GET; who has the answer gets 304; a part is a part."""
    _, url = running

    def dump(method: str, header: str = "X: y") -> tuple[int, dict[str, str], bytes]:
        line = f"{method} /dumps/digigraph.nt HTTP/1.1\r\nHost: x\r\n{header}\r\n"
        return answer_to(url, f"{line}Connection: close\r\n\r\n".encode())

    whole, head = dump("GET"), dump("HEAD")
    known, part = dump("GET", f"If-None-Match: {whole[1]['etag']}"), dump("GET", "Range: bytes=5-9")

    assert (head[0], head[1]["content-length"], head[2]) == (200, str(len(whole[2])), b"")
    assert (known[0], known[2]) == (304, b"")
    assert (part[0], part[2]) == (206, whole[2][5:10])


def test_requests_follow_each_other_on_a_connection(running: tuple[Server, str]) -> None:
    """A connection is kept open from one request to the next."""
    _, url = running
    with connect(url, b"") as made:
        for _ in range(3):
            made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert made.recv(65_536).endswith(b"ok\n")


def test_http_2_is_not_spoken(running: tuple[Server, str]) -> None:
    """A client that begins with HTTP/2 gets no frame of it, and disturbs nobody."""
    _, url = running
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    with connect(url, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings) as made:
        said = b"".join(iter(lambda: made.recv(65_536), b""))

    assert not said or said.startswith(b"HTTP/1.1 400 ")
    assert fetch(url, CHEAP)[0] == 200


def test_a_client_that_leaves_a_large_answer(running: tuple[Server, str]) -> None:
    """What was to be sent is let go: no file and no thread stays behind."""
    server, url = running
    files = Path(f"/proc/{front(server)}/fd")
    before = deleted(files)
    for _ in range(6):
        with connect(url, f"GET {target(LARGE)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as made:
            assert made.recv(100).startswith(b"HTTP/1.1 200")

    until(lambda: deleted(files) <= before)
    assert fetch(url, CHEAP)[0] == 200


# --- how it is --------------------------------------------------------------------------------


def test_alive_and_ready(sample_release: Release) -> None:
    """`/healthz` says that the process lives, `/readyz` that it would answer a query (H-18)."""
    app = create_app(Settings(access_log=""), sample_release)
    client, pool = app.test_client(), app.extensions["digigraph"].pool
    before = client.get("/readyz", headers={"Accept-Language": "bg"})
    pool.start()
    until(lambda: pool.counts().ready > 0)

    assert client.get("/healthz").status_code == 200
    assert (before.status_code, before.mimetype) == (503, "application/problem+json")
    assert json.loads(before.data)["title"] == "Услугата още не е готова"
    assert client.get("/readyz").status_code == 200
    pool.close()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/status"])
def test_the_state_is_open_and_never_kept(client: FlaskClient, path: str) -> None:
    """What is true only now is kept by nobody; anyone may ask, from any page."""
    response = client.get(path)
    asked = client.options(path)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert (asked.status_code, asked.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_the_status(client: FlaskClient, sample_release: Release) -> None:
    """`/status` tells the release, the versions, and how the service is doing (H-18)."""
    told = json.loads(client.get("/status").data)

    assert told["release"]["version"] == sample_release.version
    assert told["release"]["digest"] == sample_release.dataset_digest
    assert told["release"]["triples"] == sample_release.triples
    assert told["release"]["issued"] == "2026-11-01"
    assert set(told["software"]) >= {"digigraph", "python", "pyoxigraph"}
    assert set(told["children"]) == {"ready", "starting", "at_work", "started"}
    assert told["uptime_seconds"] >= 0
    assert told["cache"]["room"] == Settings().cache_bytes


def numbers(text: str) -> dict[tuple[str, str], float]:
    """Return the numbers of all processes together, by name and by the label beside the process."""
    found: dict[tuple[str, str], float] = {}
    for metric in text_string_to_metric_families(text):
        for told in metric.samples:
            assert told.labels["process"]
            labels = {n: v for n, v in told.labels.items() if n not in ("process", "endpoint")}
            key = told.name, " ".join(labels.values())
            found[key] = found.get(key, 0) + told.value
    return found


def test_the_metrics(sample_release: Release) -> None:
    """With `metrics` on, each query is counted by what became of it, and each request."""
    settings = Settings(metrics=True, access_log="", query_seconds=1.0, children=1)
    app = create_app(settings, sample_release)
    client = app.test_client()
    etag = ask(client, CHEAP).headers["ETag"]
    ask(client, CHEAP)
    ask(client, CHEAP, If_None_Match=etag)
    for query in ("ASK {", "ASK { SERVICE <http://x/> {} }", RUNAWAY.query):
        ask(client, query)
    client.get("/nowhere")

    response = client.get("/metrics")
    app.extensions["digigraph"].pool.close()
    told = numbers(response.text)

    assert response.mimetype == "text/plain"
    for outcome in ("ok", "cached", "not-modified", "malformed", "forbidden", "timeout"):
        assert told["digigraph_queries_total", outcome] == 1, outcome
    assert told["digigraph_query_seconds_count", ""] == 6
    assert told["digigraph_query_seconds_bucket", "0.5"] == 5
    assert told["digigraph_requests_total", "404"] == 1
    assert told["digigraph_queries_stopped_total", "time"] == 1
    assert told["digigraph_cache_hits_total", ""] == 1
    assert told["digigraph_children_started_total", ""] >= 1
    assert sample_release.dataset_digest in response.text
    assert ("digigraph_queries_waiting", "") in told
    assert ("digigraph_queries_waited_seconds_total", "") in told


def test_the_metrics_are_off_unless_asked_for(client: FlaskClient) -> None:
    """Without `metrics` there is nothing at `/metrics`."""
    assert client.get("/metrics").status_code == 404


def test_the_metrics_of_all_processes(sample_release: Release) -> None:
    """Whichever process is asked, it tells the numbers of all of them."""
    server = serving(sample_release.folder.parent, "--workers", "2", "--metrics", "true")
    with server as url:
        before = numbers(get(f"{url}metrics"))["digigraph_requests_total", "200"]
        for _ in range(20):
            assert fetch(url, CHEAP)[0] == 200
        text = get(f"{url}metrics")

    assert len(set(re.findall(r'process="(\d+)"', text))) == 2
    # The question for the numbers before is itself counted after it is answered.
    assert numbers(text)["digigraph_requests_total", "200"] == before + 21
    assert numbers(text)["digigraph_children_started_total", ""] >= 2


# --- the log ----------------------------------------------------------------------------------


def logged(place: Path) -> list[dict[str, Any]]:
    """Return the lines of a log."""
    return [json.loads(line) for line in place.read_text("utf-8").splitlines()]


def test_the_log(sample_release: Release, tmp_path: Path) -> None:
    """Each request is one line of JSON, without address, query string or query text (S-13)."""
    place = tmp_path / "access.log"
    app = create_app(Settings(access_log=str(place)), sample_release)
    client = app.test_client()
    first = ask(client, SECRET)
    ask(client, SECRET)
    client.post("/sparql", data={"query": SECRET}, headers={"X-Forwarded-For": "203.0.113.7"})
    wrong = json.loads(ask(client, "ASK {").data)
    until(lambda: len(logged(place)) == 4)
    place.rename(tmp_path / "access.log.1")
    client.head("/status")
    until(place.exists)
    app.extensions["digigraph"].pool.close()
    lines = logged(tmp_path / "access.log.1")

    assert [line["outcome"] for line in lines] == ["ok", "cached", "ok", "malformed"]
    assert [line["cached"] for line in lines] == [False, True, False, False]
    assert [line["status"] for line in lines] == [200, 200, 200, 400]
    assert lines[0]["bytes"] == len(first.data)
    assert {line["path"] for line in lines} == {"/sparql"}
    assert lines[3]["request"] == wrong["instance"]
    assert len({line["request"] for line in lines}) == 4
    text = (tmp_path / "access.log.1").read_text("utf-8")
    assert not re.search(r"secret|ASK|203\.0\.113|127\.0\.0|\?", text)
    (after,) = logged(place)
    assert (after["method"], after["status"], after["bytes"]) == ("HEAD", 200, 0)


def test_the_log_with_queries(sample_release: Release, tmp_path: Path) -> None:
    """Only where the settings say so does the log tell what was asked."""
    place = tmp_path / "access.log"
    app = create_app(Settings(access_log=str(place), log_queries=True), sample_release)
    ask(app.test_client(), SECRET)
    app.extensions["digigraph"].pool.close()

    until(lambda: len(logged(place)) == 1)
    assert logged(place)[0]["query"] == SECRET


def test_the_log_of_a_server(running: tuple[Server, str]) -> None:
    """A server logs on standard error unless it is told otherwise."""
    server, url = running
    fetch(url, SECRET)
    line = '"path": "/sparql"'
    before = server.messages().count(line)
    fetch(url, SECRET)
    until(lambda: server.messages().count(line) > before)
    text = server.messages()

    assert '"outcome": "ok"' in text
    assert "secret" not in text


# --- a new release ----------------------------------------------------------------------------


def digest(url: str) -> str:
    """Return the digest of the release that a server serves."""
    found: str = status(url)["release"]["digest"]
    return found


def put(folder: Path, version: str, more: str = "") -> Release:
    """Put a release of its own content beside others."""
    return write_sample(folder, version, digest=version, more=more)


def test_a_new_release_is_picked_up(tmp_path: Path) -> None:
    """A newer release is served soon, and no request is dropped while it takes its place."""
    first = put(tmp_path, "2026.11.0")
    server = serving(tmp_path, "--reload-seconds", "0.1", "--cache-bytes", "0")
    found: list[int] = []
    stop = threading.Event()

    def load(url: str) -> None:
        while not stop.is_set():
            found.append(fetch(url, LONG if len(found) % 5 == 0 else CHEAP)[0])

    with server as url:
        assert digest(url) == first.dataset_digest
        old = children(server)
        threads = [threading.Thread(target=load, args=[url]) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(found) > 20)
        second = put(tmp_path, "2026.11.1", "<id/x> rdfs:label 'x' .")
        until(lambda: digest(url) == second.dataset_digest)
        there = len(found)
        until(lambda: len(found) > there + 20)
        until(lambda: all(is_gone(child) for child in old))
        stop.set()
        for thread in threads:
            thread.join()
        assert b"/id/x" in fetch(url, NEW)[1]

    assert second.dataset_digest != first.dataset_digest
    assert set(found) == {200}


def test_a_new_release_on_request(tmp_path: Path) -> None:
    """With no looks of its own, a server looks at SIGHUP, and ends no process for it."""
    put(tmp_path, "2026.11.0")
    server = serving(tmp_path, "--reload-seconds", "0")
    with server as url:
        second = put(tmp_path, "2026.11.1", "<id/x> rdfs:label 'x' .")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: digest(url) == second.dataset_digest)
        assert status(url)["uptime_seconds"] > 0


def test_a_request_keeps_its_release(tmp_path: Path) -> None:
    """What began with a release ends with it; its engine is closed only then."""
    app = create_app(Settings(releases=tmp_path, access_log=""), put(tmp_path, "2026.11.0"))
    live: Live = app.extensions["digigraph"]
    used = live.enter()
    put(tmp_path, "2026.11.1")
    change = threading.Thread(target=live.look)
    change.start()
    until(lambda: live.site.release.version == "2026.11.1")

    assert used.pool.ask(TRUTH).read()
    assert change.is_alive()
    live.leave(used)
    change.join(20)
    assert not change.is_alive()
    assert ask(app.test_client(), CHEAP).status_code == 200
    live.close()


@pytest.mark.parametrize("wrong", ["base", "sums", "manifest", "index"])
def test_a_release_that_is_not_fit(
    wrong: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken release, or one of another base, is refused with the reason; the old one stays."""
    app = create_app(Settings(releases=tmp_path, access_log=""), put(tmp_path, "2026.11.0"))
    live: Live = app.extensions["digigraph"]
    folder = put(tmp_path, "2026.11.1").folder
    manifest = folder / "manifest.json"
    kept = manifest.read_text("utf-8")
    if wrong == "base":
        manifest.write_text(kept.replace(BASE, "https://example.org/"), "utf-8")
    elif wrong == "sums":
        (folder / "digigraph.nt").write_text("", "utf-8")
    elif wrong == "manifest":
        manifest.write_text("{", "utf-8")
    else:
        (folder / "store").rename(folder / "shop")

    assert not live.look()
    assert not live.look()
    assert live.site.release.version == "2026.11.0"
    (said,) = [told for told in caplog.records if "not served" in told.message]
    assert "2026.11.1" in said.message
    if wrong == "base":  # whatever it was, the next one is looked at anew
        put(tmp_path, "2026.11.2")
        assert live.look()
        assert open_release(tmp_path / "2026.11.2") == live.site.release
    live.close()


# --- the end ----------------------------------------------------------------------------------


def test_a_stop_lets_requests_finish(sample_release: Release) -> None:
    """Who was being answered when the stop came gets the whole answer."""
    server = serving(sample_release.folder.parent, "--cache-bytes", "0")
    with server as url:
        request = f"GET {target(LARGE)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with connect(url, request) as made:
            until(lambda: status(url)["children"]["at_work"] == 1)
            server.process.terminate()
            said = b"".join(iter(lambda: made.recv(65_536), b""))
        assert server.process.wait(20) == 0

    head, _, body = said.partition(b"\r\n\r\n")
    assert int(re.findall(rb"content-length: (\d+)", head)[0]) == len(body) > 1_000_000
