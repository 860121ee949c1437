"""The pool: a query is over at its limits, and the pool is whole again afterwards (S-05, S-06)."""

from __future__ import annotations

import gc
import json
import math
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import BASE

from digigraph.child import Child
from digigraph.choice import engine_for
from digigraph.engine import REASONS, Client, Counts
from digigraph.errors import (
    DigigraphError,
    OutOfMemory,
    Overloaded,
    QueryError,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
)
from digigraph.formats import CSV, N_TRIPLES, TABLE_FORMATS, TURTLE
from digigraph.pool import AHEAD, BRIEF, SPARE, Abandoned, Job, Limits, Pool
from digigraph.release import Release
from digigraph.store import QueryFailed, Store, formats_of
from digigraph.waiting import Lines

CHEAP = Job("SELECT ?s { ?s ?p 6 }", "SELECT", CSV)
PRODUCT = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
RUNAWAY = Job(f"SELECT (COUNT(*) AS ?n) {PRODUCT}", "SELECT", CSV)
# A good tenth of a second of work, and an end.
SLOW = Job(f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {PRODUCT} LIMIT 500000 }} }}", "SELECT", CSV)
LIMITS = Limits(seconds=1.5, memory_mb=96, answer_bytes=1_000_000, children=2, waiting_seconds=5)
ENGINES = ("disk", "memory")
# Each of them would take hours, or more memory than there is.
STORMS = {
    "a count over a product": f"SELECT (COUNT(*) AS ?n) {PRODUCT}",
    "a product": f"SELECT * {PRODUCT}",
    "ORDER BY over a product": f"SELECT * {PRODUCT} ORDER BY ?c ?f ?i",
    "DISTINCT over a product": f"SELECT DISTINCT ?a ?d ?g ?j ?m {PRODUCT}",
    "GROUP_CONCAT over a product": f"SELECT (GROUP_CONCAT(?c) AS ?x) {PRODUCT}",
    "a product of values": "SELECT (MAX(?t) AS ?x) {"
    + "".join(f"VALUES ?v{n} {{ {'1 ' * 30} }}" for n in range(9))
    + " BIND(?v0 AS ?t) }",
    "text that doubles": "SELECT ?z { BIND('0123456789' AS ?a0) "
    + "".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1}) " for n in range(40))
    + "BIND(STRLEN(?a40) AS ?z) }",
    "a regular expression": f"SELECT (COUNT(*) AS ?n) {PRODUCT[:-1]} "
    "FILTER(!REGEX(CONCAT(STR(?a), STR(?e), STR(?i)), '((a*)*)*((.*)(.*)(.*))*x$')) }",
    "a huge CONSTRUCT": f"CONSTRUCT {{ ?a ?e ?l }} {PRODUCT}",
    "deep nesting": "SELECT * " + "{" * 9_000 + "}" * 9_000,
    "a long chain": "ASK { FILTER(" + "1 + " * 99_000 + "1 = 2) }",
}


@pytest.fixture(scope="module")
def pool(sample_release: Release) -> Iterator[Pool]:
    """Yield a pool with short limits."""
    made = Pool(sample_release, LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="module", params=ENGINES)
def each(sample_release: Release, request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Yield a pool with short limits, of each engine."""
    made = made_for(sample_release, LIMITS, request.param)
    yield made
    made.close()


def made_for(release: Release, limits: Limits, engine: str = "disk") -> Pool:
    """Return a pool over an engine of our own."""
    made = engine_for(release, limits, engine)
    assert isinstance(made, Pool)
    return made


def until(told: Callable[[], bool], patience: float = 10) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience
    while not told():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)


def whole(pool: Pool) -> bool:
    """Tell whether as many children are ready as there should be: more than run for long."""
    return len(pool.processes()) == pool.limits.children + SPARE + AHEAD


def descriptors() -> int:
    """Return how many files this process has open."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def is_gone(process: int) -> bool:
    """Tell whether a process is no more, not even as a zombie."""
    return not Path(f"/proc/{process}").exists()


@pytest.mark.parametrize("told", formats_of("SELECT"), ids=lambda told: told.name)
def test_the_same_table_as_directly(each: Pool, sample_release: Release, told: object) -> None:
    """A table through the pool is byte for byte what the store answers."""
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
    for text, form in ((query, "SELECT"), ("ASK { ?s ?p 6 }", "ASK")):
        direct = Store(sample_release).ask(text).write(told)  # type: ignore[arg-type]
        assert each.ask(Job(text, form, told)).read() == direct  # type: ignore[arg-type]


@pytest.mark.parametrize("told", formats_of("CONSTRUCT"), ids=lambda told: told.name)
def test_the_same_graph_as_directly(each: Pool, sample_release: Release, told: object) -> None:
    """A graph through the pool is byte for byte what the store answers."""
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    direct = Store(sample_release).ask(query).write(told)  # type: ignore[arg-type]

    assert each.ask(Job(query, "CONSTRUCT", told)).read() == direct  # type: ignore[arg-type]


def test_a_dataset(each: Pool) -> None:
    """The graphs that a request names are the whole dataset (S-01)."""
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    stubs = Job(count, "SELECT", CSV, default_graphs=(f"{BASE}graph/stubs",))

    assert each.ask(stubs).read() == b"n\r\n2\r\n"


def test_a_large_answer(pool: Pool) -> None:
    """A large answer comes whole out of a file without a name, and the file is closed."""
    pool.ask(CHEAP)
    until(lambda: whole(pool))
    before = descriptors()
    query = "SELECT ?a ?f ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 3000"
    answer = pool.ask(Job(query, "SELECT", CSV))
    pieces = list(answer)

    assert answer.small is None
    assert answer.size == sum(map(len, pieces)) > 65_536
    assert max(map(len, pieces)) <= 65_536
    assert b"".join(pieces).count(b"\n") > 3000
    assert descriptors() == before


def test_a_query_that_the_engine_cannot_read(pool: Pool) -> None:
    """The child tells line, column and token, and answers on (S-06)."""
    with pytest.raises(QueryError) as caught:
        pool.ask(Job("SELECT * {\n  ?s ex:p ?o\n}", "SELECT", CSV))

    assert (caught.value.line, caught.value.column, caught.value.token) == (2, 6, "ex:p")


@pytest.mark.parametrize("name", STORMS)
def test_a_storm(each: Pool, name: str) -> None:
    """It is an error within the limit and half a second, and a cheap query is answered after."""
    query = STORMS[name]
    form = query.split()[0]
    took = []
    for _ in range(3):  # others may keep the processor from us, but not every time
        start = time.monotonic()
        with pytest.raises((QueryTimeout, OutOfMemory, ResultTooLarge, QueryLost, QueryError)):
            each.ask(Job(query, form, formats_of(form)[0]))
        took.append(time.monotonic() - start)
        if took[-1] < LIMITS.seconds + 0.5:
            break

    assert min(took) < LIMITS.seconds + 0.5
    assert each.ask(CHEAP).read().startswith(b"s\r\n")


def test_after_the_storms(pool: Pool) -> None:
    """As many children as before, none of them large, no zombie, no open file (S-05)."""
    pool.ask(CHEAP)
    until(lambda: whole(pool))
    before, first = descriptors(), set(pool.processes())
    for query in ("ORDER BY over a product", "a huge CONSTRUCT", "deep nesting"):
        form = STORMS[query].split()[0]
        with pytest.raises((QueryTimeout, OutOfMemory, ResultTooLarge, QueryLost)):
            pool.ask(Job(STORMS[query], form, formats_of(form)[0]))
    until(lambda: whole(pool))

    assert descriptors() == before
    assert all(is_gone(process) for process in first - set(pool.processes()))
    for process in pool.processes():
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        assert pages * os.sysconf("SC_PAGE_SIZE") < 100 << 20


def test_runaways_beside_cheap_queries(pool: Pool) -> None:
    """While as many burn as there are children, others are answered; then they are gone (S-05)."""
    pool.ask(CHEAP)
    until(lambda: whole(pool))
    before = set(pool.processes())
    with ThreadPoolExecutor(2) as others:
        runaways = [others.submit(pool.ask, RUNAWAY) for _ in range(2)]
        answers = 0
        while not all(one.done() for one in runaways):
            answers += bool(pool.ask(CHEAP).size)
        assert all(isinstance(one.exception(), QueryTimeout) for one in runaways)
    assert answers > 2
    until(lambda: whole(pool) and len(before - set(pool.processes())) == 2)
    gone = before - set(pool.processes())
    assert all(is_gone(process) for process in gone)


def test_an_answer_at_the_limit(sample_release: Release) -> None:
    """An answer of as many bytes as are allowed is sent; of one more, nothing is (S-06)."""
    size = Store(sample_release).ask(CHEAP.query).write(CSV)
    for limit, fits in ((len(size), True), (len(size) - 1, False)):
        pool = Pool(sample_release, replace(LIMITS, answer_bytes=limit, children=1))
        try:
            if fits:
                assert pool.ask(CHEAP).read() == size
            else:
                with pytest.raises(ResultTooLarge, match=str(limit)):
                    pool.ask(CHEAP)
        finally:
            pool.close()


def test_a_child_killed_while_idle(pool: Pool) -> None:
    """A child that somebody kills is replaced, and nobody notices."""
    pool.ask(CHEAP)
    until(lambda: whole(pool))
    killed = set(pool.processes())
    for process in killed:
        os.kill(process, signal.SIGKILL)
    until(lambda: not killed & set(pool.processes()))

    for _ in range(4):
        assert pool.ask(CHEAP).size
    until(lambda: whole(pool))
    assert not killed & set(pool.processes())
    assert all(is_gone(process) for process in killed)


def test_a_child_killed_at_work(sample_release: Release) -> None:
    """Who asked is told that the query was lost, and the next one is answered."""
    pool = Pool(sample_release, replace(LIMITS, children=1, seconds=20))
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        with ThreadPoolExecutor(1) as others:
            asked = others.submit(pool.ask, RUNAWAY)
            os.kill(working(pool), signal.SIGKILL)
            assert isinstance(asked.exception(timeout=2), QueryLost)
        assert pool.ask(CHEAP).size
    finally:
        pool.close()


def busy(process: int) -> bool:
    """Tell whether a process is computing."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1][1] == "R"


def working(pool: Pool, *others: Child) -> int:
    """Return the process that computes for a question, once there is one; others are not meant."""

    def found() -> list[int]:
        children = list(pool._lent)
        return [one.process for one in children if one not in others]

    until(lambda: any(map(busy, found())))
    return found()[0]


def test_a_long_query_gives_way(sample_release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that is not quick goes on with a lower priority, and its child serves only it."""
    monkeypatch.setattr("digigraph.child.QUICK", 0.03)
    pool = Pool(sample_release, replace(LIMITS, children=1, seconds=60))
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        with ThreadPoolExecutor(1) as others, client_by("eventfd") as (client, leave):
            asked = others.submit(pool.ask, RUNAWAY, client=client)
            process = working(pool)
            until(lambda: os.getpriority(os.PRIO_PROCESS, process) == 10)
            leave()
            assert isinstance(asked.exception(), Abandoned)
        until(lambda: whole(pool) and process not in pool.processes())
        before = set(pool.processes())
        assert pool.ask(SLOW).read() == b"n\r\n500000\r\n"
        until(lambda: whole(pool) and len(before - set(pool.processes())) == 1)
        assert pool.ask(CHEAP).size
    finally:
        pool.close()


@contextmanager
def client_by(how: str) -> Iterator[tuple[Client, Callable[[], object]]]:
    """Yield what tells that a client goes, and what makes it go."""
    if how == "eventfd":
        number = os.eventfd(0)
        try:
            yield number, lambda: os.eventfd_write(number, 1)
        finally:
            os.close(number)
    elif how == "socket":
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.send(b"the next request, which means nothing")
            yield ours, theirs.close
    else:
        reading, writing = os.pipe()
        with os.fdopen(reading) as ours, os.fdopen(writing, "wb", 0) as ends:
            yield ours, ends.close if how == "a closed pipe" else lambda: ends.write(b".")


@contextmanager
def all_taken(pool: Pool) -> Iterator[None]:
    """Keep all processes of a pool of one child from others, one of them for long."""
    taken = [pool.take(None, long=number == 0) for number in range(1 + SPARE)]
    yield
    for child in taken:
        pool.give_back(child, alive=True)


CLIENTS = ("socket", "eventfd", "a closed pipe", "a pipe")


@pytest.mark.parametrize("how", CLIENTS)
def test_a_client_that_leaves(sample_release: Release, how: str) -> None:
    """A query that nobody waits for any more is stopped, and its child is replaced."""
    pool = Pool(sample_release, replace(LIMITS, children=1, seconds=20))
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        with client_by(how) as (client, leave), ThreadPoolExecutor(1) as others:
            assert pool.ask(CHEAP, client=client).size
            asked = others.submit(pool.ask, RUNAWAY, client=client)
            process = working(pool)
            leave()
            assert isinstance(asked.exception(timeout=2), Abandoned)
            until(lambda: is_gone(process), 2)
            until(lambda: pool.counts().ready == 3, 5)
            with pytest.raises(Abandoned):
                pool.ask(RUNAWAY, client=client)
        assert pool.ask(CHEAP).size
        assert pool.counts().unanswered["abandoned"] == 2
    finally:
        pool.close()


@pytest.mark.parametrize("how", CLIENTS)
def test_a_client_that_leaves_the_line(sample_release: Release, how: str) -> None:
    """Who waits and goes makes room at once; those behind lose neither place nor child."""
    pool = Pool(sample_release, replace(LIMITS, children=1, waiting=2))
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        before = descriptors()
        with client_by(how) as (client, leave), ThreadPoolExecutor(2) as others:
            with all_taken(pool):
                first = others.submit(pool.ask, CHEAP, client=client)
                until(lambda: pool.counts().waiting == 1)
                second = others.submit(pool.ask, CHEAP)
                until(lambda: pool.counts().waiting == 2)
                leave()
                assert isinstance(first.exception(timeout=1), Abandoned)
                assert pool.counts().waiting == 1
                assert not second.done()
            assert second.result().size
        assert descriptors() == before
        assert pool.counts().started == 1 + SPARE + AHEAD
    finally:
        pool.close()


def test_a_client_that_is_closed(pool: Pool) -> None:
    """What should tell that the client goes, but is closed itself, is a client that went."""
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(Abandoned):
        pool.ask(RUNAWAY, client=ours)


def test_too_many_wait(sample_release: Release) -> None:
    """Who finds the line full is turned away at once, who waits too long after that time."""
    pool = Pool(sample_release, replace(LIMITS, children=1, waiting=1, waiting_seconds=0.5))
    try:
        pool.start()
        until(lambda: whole(pool))
        with ThreadPoolExecutor(1) as others, all_taken(pool):
            waiting = others.submit(pool.ask, CHEAP)
            until(lambda: pool.counts().waiting == 1)
            with pytest.raises(Overloaded):
                pool.ask(CHEAP)
            assert not waiting.done()
            with pytest.raises(Overloaded):
                waiting.result()
    finally:
        pool.close()


def test_many_at_once(pool: Pool) -> None:
    """Sixty-four threads, more than there are children: each is answered."""
    limits = replace(LIMITS, waiting=64)
    crowded = Pool(pool.release, limits)
    try:
        with ThreadPoolExecutor(64) as threads:
            answers = list(threads.map(lambda _: crowded.ask(CHEAP).read(), range(640)))
        assert set(answers) == {pool.ask(CHEAP).read()}
    finally:
        crowded.close()


def test_the_idle_are_asked_in_turn(pool: Pool) -> None:
    """The child that has been idle longest is asked first, so that none is forgotten."""
    order, number = [], pool.size + AHEAD
    pool.start()
    until(lambda: len(pool._idle) == number)
    for _ in range(2 * number):
        order.append(pool._idle[0])
        pool.ask(CHEAP)

    assert order[:number] == order[number:]
    assert len(set(order)) == number


def test_a_child_has_no_network(pool: Pool) -> None:
    """Past the guard, SERVICE still reaches nobody: the kernel refuses the socket (S-02)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"
        with pytest.raises(QueryFailed):
            pool.ask(Job(query, "SELECT", CSV)).read()
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_children_end_with_the_pool(sample_release: Release) -> None:
    """Closing ends the children at work too, and frees everything."""
    before, threads = descriptors(), threading.active_count()
    pool = Pool(sample_release, replace(LIMITS, seconds=20))
    pool.ask(CHEAP)
    until(lambda: whole(pool))
    processes = pool.processes()
    with ThreadPoolExecutor(1) as others:
        asked = others.submit(pool.ask, RUNAWAY)
        until(lambda: any(busy(process) for process in processes))
        pool.close()
        assert isinstance(asked.exception(timeout=2), QueryLost)

    assert all(is_gone(process) for process in processes)
    assert (descriptors(), threading.active_count()) == (before, threads)
    with pytest.raises(Overloaded):
        pool.ask(CHEAP)


def test_an_excerpt(pool: Pool) -> None:
    """A page gets the first rows or triples, and how many there are."""
    rows = json.loads(pool.ask(Job("SELECT ?s { ?s ?p ?o }", "SELECT", None, shown=3)).read())
    construct = Job("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", None, shown=2)
    graph = json.loads(pool.ask(construct).read())
    whole_graph = pool.ask(replace(construct, told=N_TRIPLES)).read()

    assert (len(rows["rows"]), rows["total"] > 3) == (3, True)
    assert graph["total"] == whole_graph.count(b"\n")
    assert json.loads(pool.ask(Job("ASK {}", "ASK", None)).read()) == {"boolean": True}
    assert pool.ask(replace(construct, told=TURTLE)).size > len(graph["graph"])


# --- limits, counts and storms ------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_too_many_rows(sample_release: Release, engine: str) -> None:
    """Rows of a table and triples of a graph are bounded, on a page too; nothing is cut (S-06)."""
    pool = made_for(sample_release, replace(LIMITS, children=1, rows=20), engine)
    try:
        for told in (*TABLE_FORMATS, None):
            assert pool.ask(Job("SELECT * { ?s ?p ?o } LIMIT 20", "SELECT", told)).size
            with pytest.raises(ResultTooLarge) as caught:
                pool.ask(Job("SELECT * { ?s ?p ?o } LIMIT 21", "SELECT", told))
            assert (caught.value.limit, caught.value.unit) == (20, "rows")
        some = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT "
        for told in (*formats_of("CONSTRUCT"), None):
            assert pool.ask(Job(f"{some}20", "CONSTRUCT", told)).size
            with pytest.raises(ResultTooLarge) as caught:
                pool.ask(Job(f"{some}21", "CONSTRUCT", told))
            assert (caught.value.limit, caught.value.unit) == (20, "triples")
        assert pool.counts().started == 1 + SPARE + AHEAD
        assert pool.counts().unanswered["rows"] == 10
    finally:
        pool.close()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", ["?l", "?x"])
def test_a_graph_without_end(sample_release: Release, engine: str, value: str) -> None:
    """A graph that needs more memory than there may be is told as such, and nothing is lost."""
    limits = replace(LIMITS, children=1, seconds=90, answer_bytes=10**9, rows=10**9, memory_mb=32)
    query = (
        f"CONSTRUCT {{ ?a ?e {value} }} {PRODUCT[:-1]} "
        "BIND(CONCAT(STR(?a), STR(?e), STR(?h), STRUUID()) AS ?x) }"
    ).replace("?l }", "?x }", 1 if value == "?l" else 0)
    pool = made_for(sample_release, limits, engine)
    try:
        for told in (N_TRIPLES, TURTLE, None):
            with pytest.raises(OutOfMemory):
                pool.ask(Job(query, "CONSTRUCT", told))
        assert pool.ask(CHEAP).size
    finally:
        pool.close()


def test_counts(sample_release: Release) -> None:
    """What the pool does and has done can be read at any time."""
    pool = Pool(sample_release, replace(LIMITS, waiting=0, children=2))
    none = dict.fromkeys(("memory", "lost", "abandoned", "rows", "room"), 0)
    try:
        assert pool.counts() == Counts(0, 0, 0, 0, 0, 0, dict.fromkeys(REASONS, 0))
        pool.start()
        until(lambda: whole(pool))
        with ThreadPoolExecutor(4) as others:
            asked = [others.submit(pool.ask, RUNAWAY) for _ in range(4)]
            until(lambda: pool.counts().at_work == 4)
            assert (pool.counts().ready, pool.counts().starting, pool.counts().started) == (0, 0, 6)
            with pytest.raises(Overloaded):
                pool.ask(CHEAP)
            # Two have run to their limit; there was no place and no line for the others.
            ends = sorted(type(one.exception()).__name__ for one in asked)
            assert ends == ["Overloaded", "Overloaded", "QueryTimeout", "QueryTimeout"]
        until(lambda: pool.counts().started == 10 and whole(pool))
        pool.ask(CHEAP)
        with pytest.raises(QueryError):
            pool.ask(replace(CHEAP, query="SELECT"))
        with pytest.raises(ResultTooLarge):
            pool.ask(Job(f"SELECT * {PRODUCT}", "SELECT", CSV))
        told = pool.counts()
        assert (told.answers, told.started, told.waiting) == (1, 10, 0)
        expected = {**none, "time": 2, "overloaded": 3, "refused": 1, "bytes": 1}
        assert told.unanswered == expected
    finally:
        pool.close()


# --- the young beside those that take long --------------------------------------------------------


@pytest.fixture
def full(
    sample_release: Release, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Pool, list[Child]]]:
    """Yield a pool whose places for long are taken, as is a child more, and those children.

    What gives way there does so by the processor's time, on a busy machine too.
    """
    monkeypatch.setattr("digigraph.child.QUICK", 10)
    made = Pool(sample_release, replace(LIMITS, children=1, seconds=60, waiting_seconds=60))
    made.ask(CHEAP)
    until(lambda: whole(made))
    yield made, [made.take(None, long=long) for long in (True, False)]
    made.close()


@pytest.mark.parametrize("way", ["ask", "begin"])
def test_who_gives_way_begins_anew(full: tuple[Pool, list[Child]], way: str) -> None:
    """A question that is young no more leaves its child, and is answered once there is a place."""
    pool, taken = full
    with ThreadPoolExecutor(1) as others:
        begun = pool.begin(SLOW) if way == "begin" else None
        asked = others.submit(begun.finish) if begun else others.submit(pool.ask, SLOW)
        until(lambda: pool.counts().waiting == 1)
        until(lambda: pool.counts().ready == 1)
        assert pool.ask(CHEAP).size
        assert (pool.counts().waiting, pool.counts().at_work) == (1, 2)
        until(lambda: pool.counts().started == 1 + SPARE + AHEAD + 1)
        pool.give_back(taken[0], alive=True)
        assert asked.result().read() == b"n\r\n500000\r\n"
    told = pool.counts()
    assert (told.answers, sum(told.unanswered.values()), told.waiting) == (3, 0, 0)


def test_a_client_that_leaves_the_second_line(full: tuple[Pool, list[Child]]) -> None:
    """Who gave way and goes is counted once, and leaves no trace."""
    pool, taken = full
    with client_by("eventfd") as (client, leave), ThreadPoolExecutor(1) as others:
        asked = others.submit(pool.ask, RUNAWAY, client=client)
        until(lambda: pool.counts().waiting == 1)
        leave()
        assert isinstance(asked.exception(timeout=10), Abandoned)
    for child in taken:
        pool.give_back(child, alive=True)
    until(lambda: pool.counts().started == 1 + SPARE + AHEAD + 1)
    until(lambda: pool.counts().ready == 1 + SPARE)
    told = pool.counts()
    assert (told.waiting, told.at_work) == (0, 0)
    assert (told.answers, told.unanswered["abandoned"]) == (1, 1)
    assert sum(told.unanswered.values()) == 1


def test_a_question_lingers(full: tuple[Pool, list[Child]]) -> None:
    """As long as another child is idle a question keeps its own; then only for its moment."""
    pool, taken = full
    pool.give_back(taken.pop(), alive=True)
    child = pool.take(None, long=False)

    assert pool.may_linger(child, 60)
    other = pool.take(None, long=False)
    assert not pool.may_linger(child, 60)
    assert pool.may_linger(child, BRIEF / 2)
    assert not pool.may_stay(child)
    pool.give_back(taken.pop(), alive=True)
    assert pool.may_linger(child, 60)
    assert pool.may_stay(child)
    assert not pool.may_stay(other)


def test_what_is_asked_once(sample_release: Release) -> None:
    """A question that asks others is not begun twice: it waits for a place, and keeps it."""
    pool = Pool(sample_release, replace(LIMITS, children=1, waiting_seconds=60), gateway=9)
    once = replace(CHEAP, query=f"{CHEAP.query} # http://127.0.0.1:9/ticket/0")
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        taken = pool.take(None, long=True)
        assert pool.begin(once) is None
        with ThreadPoolExecutor(1) as others:
            asked = others.submit(pool.ask, once)
            until(lambda: pool.counts().waiting == 1)
            assert pool.counts().ready == 2
            assert pool.ask(CHEAP).size
            assert not asked.done()
            pool.give_back(taken, alive=True)
            assert asked.result().size
    finally:
        pool.close()


def test_from_both_ends() -> None:
    """Who came last is called in turn with who waits longest, but in a quiet line nobody is."""
    lines: Lines[str] = Lines(8)
    tickets = [lines.join(long=False) for _ in range(8)]

    def order(both_ends: bool, number: int) -> list[int]:
        return [tickets.index(lines.next_young(both_ends=both_ends)) for _ in range(number)]

    assert order(False, 2) == [0, 1]
    assert order(True, 4) == [7, 2, 6, 3]
    assert order(False, 2) == [4, 5]


def test_whoever_comes_in_a_rush(full: tuple[Pool, list[Child]]) -> None:
    """While questions have to give way, the last to come does not wait for all the others."""
    pool, _ = full
    child = pool.take(None, long=False)
    assert not pool.may_stay(child)
    with ThreadPoolExecutor(3) as others:
        asked = []
        for wanted in (1, 2, 3):
            asked.append(others.submit(pool.take, None, long=False))
            until(lambda wanted=wanted: pool.counts().waiting == wanted)  # type: ignore[misc]
        for chosen in (2, 0, 1):
            pool.give_back(child, alive=True)
            until(asked[chosen].done)
            child = asked[chosen].result()
            assert pool.counts().waiting == sum(not one.done() for one in asked)


def test_a_full_line_has_room_for_the_young(full: tuple[Pool, list[Child]]) -> None:
    """A quarter of the line is left to those who come; who gives way then is turned away."""
    pool, _ = full
    tickets = [pool._lines.join(long=True) for _ in range(80)]
    with pytest.raises(Overloaded):
        pool.ask(RUNAWAY)

    assert sum(ticket is not None for ticket in tickets) == 75
    until(lambda: pool.counts().ready == 1)
    assert pool.ask(CHEAP).size


def test_a_pool_that_is_about_to_stop(sample_release: Release) -> None:
    """From then on no question runs or waits beyond the time that is left."""
    pool = Pool(sample_release, replace(LIMITS, children=1, seconds=60, waiting_seconds=60))
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        with ThreadPoolExecutor(2) as others, all_taken(pool):
            waiting = others.submit(pool.ask, CHEAP)
            until(lambda: pool.counts().waiting == 1)
            pool.finish_by(time.monotonic())
            assert isinstance(waiting.exception(), Overloaded)
        pool.finish_by(math.inf)
        until(lambda: pool.counts().ready == 3)
        with ThreadPoolExecutor(1) as others:
            asked = others.submit(pool.ask, RUNAWAY)
            working(pool)
            pool.finish_by(time.monotonic() + 0.3)
            error = asked.exception()
        assert isinstance(error, QueryTimeout)
        assert error.seconds < 30
    finally:
        pool.close()


def test_what_makes_the_children_is_killed(sample_release: Release) -> None:
    """It is replaced, and so are they; nobody notices who does not ask just then."""
    pool = Pool(sample_release, LIMITS)
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        children = set(pool.processes())
        stat = Path(f"/proc/{min(children)}/stat").read_text(encoding="ascii")
        os.kill(int(stat.rsplit(")", 1)[1].split()[1]), signal.SIGKILL)
        until(lambda: not children & set(pool.processes()))
        until(lambda: whole(pool))
        until(lambda: pool.counts().ready == pool.size)
        assert pool.ask(CHEAP).size
    finally:
        pool.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_each_child_has_its_own_chance(sample_release: Release, engine: str) -> None:
    """What is made by chance is not the same in two children, though they began as one."""
    pool = made_for(sample_release, LIMITS, engine)
    chance = Job("SELECT (STRUUID() AS ?u) (RAND() AS ?r) (BNODE() AS ?b) {}", "SELECT", CSV)
    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        found = [pool.ask(chance).read().split(b"\r\n")[1] for _ in range(pool.size)]
        columns = list(zip(*(row.split(b",") for row in found), strict=True))
        assert [len(set(column)) for column in columns] == [pool.size] * 3
    finally:
        pool.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_children_killed_under_sixty_four_threads(sample_release: Release, engine: str) -> None:
    """Whatever kills the children, each question has its answer or an error, and all is well."""
    limits = replace(LIMITS, seconds=60, waiting=64, waiting_seconds=60)
    pool = made_for(sample_release, limits, engine)
    noise, over = random.Random(11), threading.Event()
    right = Store(sample_release).ask(CHEAP.query).write(CSV)
    large = Job("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 2000", "SELECT", CSV)
    hog = Job(STORMS["text that doubles"], "SELECT", CSV)

    def killer() -> None:
        while not over.wait(0.3):
            with suppress(IndexError, ProcessLookupError):
                os.kill(noise.choice(pool.processes()), signal.SIGKILL)

    def ask(number: int) -> bytes | DigigraphError:
        job = hog if number % 24 == 23 else large if number % 6 == 1 else CHEAP
        try:
            return pool.ask(job).read()
        except (QueryLost, OutOfMemory) as error:
            return error

    try:
        pool.ask(CHEAP)
        until(lambda: whole(pool))
        before = descriptors()
        with ThreadPoolExecutor(65) as threads:
            kills = threads.submit(killer)
            try:
                found = list(threads.map(ask, range(240)))
            finally:
                over.set()
            kills.result()
        cheap = [one for number, one in enumerate(found) if number % 6 != 1]
        assert {one for one in cheap if isinstance(one, bytes)} == {right}
        assert all(isinstance(one, DigigraphError) for one in found[23::24])
        until(lambda: whole(pool) and pool.counts().starting == 0)
        until(lambda: descriptors() == before)
        told = pool.counts()
        assert told.answers == 1 + sum(isinstance(one, bytes) for one in found)
        assert told.answers + sum(told.unanswered.values()) == 241
    finally:
        over.set()
        pool.close()
