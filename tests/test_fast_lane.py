"""What is answered before the application is what the application answers (S-01, H-11, S-13)."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from conftest import write_sample
from servers import serving
from test_limits import children
from test_operation import logged, numbers, status
from test_pool import RUNAWAY, is_gone, until

from digigraph.cache import Answers, Reply
from digigraph.formats import GRAPH_FORMATS, TABLE_FORMATS
from digigraph.pool import SPARE
from digigraph.release import Release

Told = tuple[int, dict[str, str], bytes]

SELECT = "SELECT ?s ?p { ?s ?p 6 } ORDER BY ?p"
CONSTRUCT = "CONSTRUCT { ?s ?p 6 } WHERE { ?s ?p 6 }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
HTML, TSV = "text/html", "text/tab-separated-values"
WAYS = ("GET", "form", "direct")


@pytest.fixture(scope="module")
def two(
    sample_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, Path]]:
    """Yield a server that keeps replies, one that keeps nothing, and the log of the first."""
    log = tmp_path_factory.mktemp("log") / "access.log"
    place, told = sample_release.folder.parent, ("--access-log", str(log), "--metrics", "true")
    service = ("--service", "http://example.org/kg/", "--query-seconds", "2")
    with (
        serving(place, *service, *told) as keeps,
        serving(place, *service, "--cache-bytes", "0", "--access-log", "") as forgets,
    ):
        yield keeps, forgets, log


def send(
    url: str, method: str, path: str, headers: Mapping[str, str] = {}, body: bytes | None = None
) -> Told:
    """Return status, headers and body of a reply, without its date and its request's number."""
    made = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    made.request(method, path, body, dict(headers))
    with made.getresponse() as response:
        found = response.read()
    made.close()
    told = [(name.lower(), value) for name, value in response.getheaders()]
    names = [name for name, _ in told if name != "link"]
    assert len(names) == len(set(names))
    assert "date" in names
    links = ", ".join(value for name, value in told if name == "link")
    found = re.sub(rb"urn:uuid:[0-9a-f-]+", b"urn:uuid:", found)
    return response.status, {**dict(told), "link": links, "date": ""}, found


def ask(url: str, query: str, way: str = "GET", **headers: str) -> Told:
    """Ask a query in one of the `WAYS`; a header's underscores are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    form = urlencode({"query": query})
    if way == "GET":
        return send(url, "GET", f"/sparql?{form}", named)
    if way == "form":
        return send(url, "POST", "/sparql", {**named, **FORM}, form.encode())
    return send(url, "POST", "/sparql", {**named, **DIRECT}, query.encode())


def hits(url: str) -> int:
    """Return how many replies or answers a server has found kept."""
    found: int = status(url)["cache"]["hits"]
    return found


FORMATS = [(SELECT, told.media_type) for told in TABLE_FORMATS]
FORMATS += [(CONSTRUCT, told.media_type) for told in GRAPH_FORMATS]
FORMATS += [(SELECT, HTML), (CONSTRUCT, HTML), ("ASK { ?s ?p 6 }", "*/*")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("query", "accept"), FORMATS)
def test_the_same_reply_however_it_comes(
    two: tuple[str, str, Path], query: str, accept: str, way: str
) -> None:
    """First, again, and with another query: the bytes and headers of a server that keeps none."""
    keeps, forgets, _ = two
    for language in ("bg", "en"):
        asked = {"Accept": accept, "Accept_Language": language}
        first = ask(keeps, query, way, **asked)
        before = hits(keeps)
        again = ask(keeps, query, way, **asked)

        assert first[0] == 200
        assert first == again == ask(forgets, query, way, **asked)
        assert hits(keeps) == before + 1
        for more in ("# one", "#\tдве"):
            other = f"{query} {more}"
            new = ask(keeps, other, way, **asked)
            assert new == ask(keeps, other, way, **asked) == ask(forgets, other, way, **asked)


@pytest.mark.parametrize("path", ["/queries/profiles?lang=bg", "/doc/digcomp21/1-2"])
def test_documents_and_published_queries(two: tuple[str, str, Path], path: str) -> None:
    """They are given again like the answers to queries, in each format and language."""
    keeps, forgets, _ = two
    for accept in (HTML, "text/csv", "text/turtle", "application/ld+json"):
        for language in ("bg", "en"):
            asked = {"Accept": accept, "Accept-Language": language}
            told = [send(url, "GET", path, asked) for url in (keeps, keeps, keeps, forgets)]
            assert told[0] == told[1] == told[2] == told[3]


def test_what_a_reply_depends_on_is_not_mixed(two: tuple[str, str, Path]) -> None:
    """Format, language, method and dataset, wherever they are said, each make another reply."""
    keeps, forgets, _ = two
    tail = urlencode({"query": SELECT})
    graph = quote("https://w3id.org/digigraph/graph/stubs")
    additions = ["", "&format=csv", "&format=csv&bom=1", f"&default-graph-uri={graph}", "&lang=bg"]
    bodies = [(FORM, tail.encode()), (DIRECT, SELECT.encode()), (FORM, SELECT.encode())]
    asked = [
        ("GET", f"/sparql?{tail}{more}", {"Accept": accept, "Accept-Language": language}, None)
        for more in additions
        for accept in ("text/csv", HTML, "application/json, text/html;q=0.5", "text/turtle")
        for language in ("bg", "en")
    ]
    posts = [
        ("POST", f"/sparql{more}", kind, body)
        for more in ("", "?format=xml", f"?default-graph-uri={graph}")
        for kind, body in bodies
    ]
    posts.append(("POST", "/sparql", FORM, f"{tail}&format=tsv&query=ASK".encode()))
    for _ in range(2):
        for one in (*asked, *posts):
            assert send(keeps, *one) == send(forgets, *one), one


def test_who_has_the_reply_gets_304(two: tuple[str, str, Path]) -> None:
    """The ETag of a kept reply is compared as the application does; POST has none (H-11)."""
    keeps, forgets, _ = two
    etag = ask(keeps, SELECT, Accept=TSV)[1]["etag"]
    for known in (etag, f"W/{etag}", "*", f'"a", {etag}', '"other"', etag.strip('"')):
        told = [ask(url, SELECT, Accept=TSV, If_None_Match=known) for url in (keeps, forgets)]
        assert told[0] == told[1]
        assert told[0][0] == (200 if known == '"other"' else 304), known
    assert ask(keeps, SELECT, "form", Accept=TSV, If_None_Match="*")[0] == 200
    past = ask(keeps, SELECT, Accept=TSV, If_Match='"other"')
    assert past == ask(forgets, SELECT, Accept=TSV, If_Match='"other"')


@pytest.mark.parametrize("accept", ["text/turtle", HTML])
def test_a_304_says_which_variant_the_client_has(two: tuple[str, str, Path], accept: str) -> None:
    """What a 200 says of the variant stands in the 304 of a kept document (RFC 9110, 15.4.5)."""
    asked = "GET", "/doc/digcomp21/1-2"
    whole = [send(two[0], *asked, {"Accept": accept}) for _ in range(2)][1][1]

    told = [
        send(url, *asked, {"Accept": accept, "If-None-Match": whole["etag"]}) for url in two[:2]
    ]

    assert told[0] == told[1]
    assert told[0][0] == 304
    for name in ("content-location", "vary", "etag", "cache-control", "link"):
        assert told[0][1][name] == whole[name], name


@pytest.mark.parametrize("way", WAYS)
def test_long_answers_and_short_ones_are_packed_alike(two: tuple[str, str, Path], way: str) -> None:
    """A new answer is compressed, and says what it varies on, as the application has it (H-12)."""
    keeps, forgets, _ = two
    for coding in ("gzip", "identity", "gzip;q=0"):
        asked = {"Accept": TSV, "Accept_Encoding": coding, "Accept_Language": "x-packing"}
        for number, rows in enumerate((2, 60, 3, 70, 60)):
            query = f"SELECT * {{ ?s ?p ?o }} ORDER BY ?s ?p ?o LIMIT {rows} # {number}"
            told = [ask(url, query, way, **asked) for url in (keeps, forgets, keeps)]
            assert told[0] == told[1] == told[2]
            packed = told[0][1].get("content-encoding") == "gzip"
            assert packed == (coding == "gzip" and rows > 9)
            etag = told[0][1].get("etag", "none")
            assert (way == "GET") == (etag != "none")


def test_head_has_the_headers_of_get(two: tuple[str, str, Path]) -> None:
    """HEAD says the length of what GET brings, and brings nothing."""
    keeps, _, _ = two
    path = f"/sparql?{urlencode({'query': SELECT + ' # head'})}"
    before = send(keeps, "HEAD", path)
    whole = send(keeps, "GET", path)
    after = send(keeps, "HEAD", path)

    assert before == after == (200, whole[1], b"")
    assert int(whole[1]["content-length"]) == len(whole[2])


@pytest.mark.parametrize("way", WAYS)
def test_what_changes_is_not_kept(two: tuple[str, str, Path], way: str) -> None:
    """The time, a random number and an error are asked anew, and said not to be kept."""
    keeps, _, _ = two
    ask(keeps, "SELECT (1 AS ?now) {}", way)
    for word in ("STRUUID()", "now()", "RAND()"):
        told = [ask(keeps, f"SELECT ({word} AS ?now) {{}}", way) for _ in range(2)]
        assert told[0][2] != told[1][2]
        assert all("etag" not in one[1] for one in told)
        assert told[0][1]["cache-control"] == "no-store"
    before = hits(keeps)
    for query, code in (("ASK {", 400), ("ASK { SERVICE <http://x/> {} }", 403), ("", 400)):
        assert [ask(keeps, query, way)[0] for _ in range(2)] == [code, code]
    assert hits(keeps) == before


@pytest.mark.parametrize("way", WAYS)
def test_limits_hold_in_the_lane(two: tuple[str, str, Path], way: str) -> None:
    """A question of a known kind that never ends is stopped, and told as the others are."""
    keeps, _, _ = two
    ask(keeps, SELECT, way, Accept="text/csv")
    before = status(keeps)["unanswered"]["time"]

    found = ask(keeps, RUNAWAY.query, way, Accept="text/csv")

    assert found[0] == 503
    assert json.loads(found[2])["type"].endswith("problem/query-timeout")
    assert status(keeps)["unanswered"]["time"] == before + 1
    until(lambda: status(keeps)["children"]["ready"] == 2 + SPARE)


def test_many_at_once(two: tuple[str, str, Path]) -> None:
    """More questions than processes, long and short answers: each gets its own."""
    keeps, _, _ = two

    def one(number: int) -> bool:
        rows = (5000 if number % 10 == 0 else 700 if number % 5 == 0 else 0) + number
        query = f"SELECT ?b ?e ?h {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} LIMIT {rows} # {number}"
        if rows == number:
            query = f"SELECT ({number} AS ?n) {{}}"
        status, _, body = ask(keeps, query, ("GET", "form")[number % 2], Accept="text/csv")
        right = b"n\r\n%d\r\n" % number if rows == number else body
        return (status, body) == (200, right) and body.count(b"\r\n") in (2, rows + 1)

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(one, range(120)))
    counts = status(keeps)
    assert (counts["children"]["at_work"], counts["waiting"]) == (0, 0)


def test_a_query_process_that_is_gone(sample_release: Release) -> None:
    """Between two questions a process may die: the next is answered all the same."""
    with (server := serving(sample_release.folder.parent)) as url:
        for number in range(4):
            until(lambda: status(url)["children"]["ready"] == 2 + SPARE)
            assert ask(url, f"{SELECT} # {number}")[0] == 200
            for child in (killed := children(server)):
                os.kill(child, signal.SIGKILL)
            until(lambda: all(is_gone(child) for child in killed))
            assert ask(url, f"{SELECT} # again {number}")[0] == 200


def test_it_is_logged_and_counted(two: tuple[str, str, Path]) -> None:
    """A kept reply is a line of the log and a number of the metrics like any other (S-13)."""
    keeps, _, log = two
    query = f"{SELECT} # логнато"
    before = numbers(send(keeps, "GET", "/metrics")[2].decode())
    etag = ask(keeps, query, Accept="text/csv")[1]["etag"]
    length = len(ask(keeps, query, Accept="text/csv")[2])
    ask(keeps, query, Accept="text/csv", If_None_Match=etag)
    after = numbers(send(keeps, "GET", "/metrics")[2].decode())

    for outcome in ("ok", "cached", "not-modified"):
        name = "digigraph_queries_total", outcome
        assert after[name] == before.get(name, 0) + 1, outcome
    outcomes = ["ok", "cached", "not-modified"]
    until(lambda: [line["outcome"] for line in queries(log)][-3:] == outcomes)
    lines = queries(log)[-3:]
    assert [line["bytes"] for line in lines] == [length, length, 0]
    assert [line["cached"] for line in lines] == [False, True, True]
    assert len({line["request"] for line in lines}) == 3
    assert "логнато" not in log.read_text("utf-8")


def queries(log: Path) -> list[dict[str, object]]:
    """Return the lines of a log that are of queries."""
    return [line for line in logged(log) if line["path"] == "/sparql"]


def test_another_release_has_other_replies(tmp_path: Path) -> None:
    """A change of the release empties nothing and mixes nothing, in the middle of traffic."""
    write_sample(tmp_path, "2026.11.0", digest="one")
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with serving(tmp_path, "--reload-seconds", "0.2") as url:
        stop, seen = threading.Event(), list[bytes]()

        def traffic() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                seen.extend(ask(url, f"{count} # {n}")[2] for n in ("", str(number)))

        thread = threading.Thread(target=traffic)
        thread.start()
        first = ask(url, count)
        write_sample(tmp_path, "2026.11.1", digest="two", more="<id/new> dgc:rank 9 .")
        until(lambda: status(url)["release"]["version"] == "2026.11.1")
        second = ask(url, count)
        stop.set()
        thread.join()

    assert first[1]["etag"] != second[1]["etag"]
    assert first[2] != second[2]
    assert set(seen) == {first[2], second[2]}


def test_replies_and_answers_share_their_room() -> None:
    """A reply refers to the answer that is its body; who forgets the answer forgets the reply."""
    answers = Answers(20_000)
    answers.keep("answer", b"x" * 2000)
    size = answers.size
    answers.keep(b"request", Reply(200, ((b"Vary", b"Accept"),), "answer"))
    assert answers.size < size + 1500
    found = answers.reply(b"request")
    assert found
    assert found[1] == b"x" * 2000
    assert answers.reply(b"other") is None
    for number in range(40):
        answers.keep(b"%d" % number, Reply(200, (), b"y" * 1000))
        assert answers.size <= answers.room
    assert answers.get("answer") is None
    assert answers.reply(b"request") is None
