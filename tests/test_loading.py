"""A release is put into an engine over HTTP: whole, in one step, and as often as one likes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import engines
import pyoxigraph as ox
import pytest
from conftest import write_sample
from engines import made, store_of
from servers import unused_port
from test_remote import job

from digigraph import loading
from digigraph.endpoints import Places
from digigraph.engine import Limits
from digigraph.errors import EngineUnavailable
from digigraph.graphstore import Store
from digigraph.loading import load
from digigraph.release import Release
from digigraph.remote import Remote

FOREIGN = "http://example.org/foreign"


@pytest.fixture(params=["oxigraph", "virtuoso"])
def engine(request: pytest.FixtureRequest) -> Iterator[engines.Engine]:
    """Yield a real engine that is empty."""
    with made(request.param) as running:
        yield running


@pytest.fixture
def oxigraph() -> Iterator[engines.Engine]:
    """Yield an Oxigraph server that is empty."""
    with engines.oxigraph() as running:
        yield running


def graphs_in(store: Store) -> dict[str, int]:
    """Return how many triples each graph of ours and of strangers has in an engine."""
    rows = store.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    ours = ("https://w3id.org/digigraph/", "http://example.org/")
    return {row["g"]: int(row["n"]) for row in rows if row["g"].startswith(ours)}


def expected(release: Release) -> dict[str, int]:
    """Return what is to be in an engine, the state of it apart."""
    graphs = {graph.iri: graph.triples for graph in release.graphs}
    return {**graphs, Places(release.base).union: release.triples}


def without_state(found: dict[str, int], release: Release) -> dict[str, int]:
    """Return graphs without the one that says what is held."""
    return {iri: n for iri, n in found.items() if iri != Places(release.base).state}


def command(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `digigraph load`."""
    return subprocess.run(
        [sys.executable, "-m", "digigraph", "load", *words],
        capture_output=True, text=True, env={**os.environ, **env}, check=False,
    )  # fmt: skip


def test_each_triple_arrives(engine: engines.Engine, sample_release: Release) -> None:
    """Every graph of the release is there and says the same, and nothing is left beside it."""
    outcome = load(sample_release, store_of(engine))

    assert outcome.changed
    assert outcome.held.digest == sample_release.dataset_digest
    assert without_state(graphs_in(store_of(engine)), sample_release) == expected(sample_release)
    remote = Remote(sample_release, Limits(), engine.url)
    for graph in sample_release.graphs:
        query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph.iri}> {{ ?s ?p ?o }} }}"
        with sample_release.path("digigraph.nq").open("rb") as dump:
            quads = list(ox.parse(dump, format=ox.RdfFormat.N_QUADS))
        wanted = {str(q.triple) for q in quads if q.graph_name.value == graph.iri}  # type: ignore[union-attr]
        found = remote.ask(job(query)).read()
        assert {str(t.triple) for t in ox.parse(found, format=ox.RdfFormat.N_TRIPLES)} == wanted
    remote.close()


def test_twice_is_once(engine: engines.Engine, sample_release: Release) -> None:
    """The same release is not loaded again, unless one insists; then it is a load of its own."""
    store = store_of(engine)
    first = load(sample_release, store)
    second = load(sample_release, store)
    third = load(sample_release, store, again=True)

    assert (second.changed, second.held) == (False, first.held)
    assert third.changed
    assert third.held.load != first.held.load
    assert without_state(graphs_in(store), sample_release) == expected(sample_release)


def test_a_newer_release_replaces_the_older(
    engine: engines.Engine, sample_release: Release, tmp_path: Path
) -> None:
    """Graphs that are gone are dropped; what others keep in the engine is left alone."""
    store = store_of(engine)
    foreign = f"INSERT DATA {{ GRAPH <{FOREIGN}> {{ <x:a> <x:b> 'c' }} }}"
    store.update(foreign)
    load(sample_release, store)
    one_graph = write_sample(tmp_path, "2026.12.0", "newer")
    smaller = Release(**{
        **{name: getattr(one_graph, name) for name in Release.__dataclass_fields__},
        "graphs": one_graph.graphs[:1],
        "dataset_digest": "0" * 64,
    })  # fmt: skip
    outcome = load(smaller, store)

    assert outcome.dropped == (one_graph.graphs[1].iri,)
    assert graphs_in(store)[FOREIGN] == 1
    told = without_state(graphs_in(store), smaller)
    assert told == {**expected(smaller), FOREIGN: 1}


class Failing(Store):
    """A store that breaks after some pieces."""

    pieces = 3

    def put(self, graph: str, lines: Iterable[bytes], *, first: bool) -> None:
        """Send a piece, or fail."""
        if not self.pieces:
            raise EngineUnavailable("unreachable", "it broke")
        self.pieces -= 1
        super().put(graph, lines, first=first)


def test_an_interrupted_load(
    engine: engines.Engine, sample_release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves the old data whole, and goes on where it stopped."""
    store = store_of(engine)
    load(sample_release, store)
    newer = write_sample(tmp_path, "2026.12.0", "newer", "<id/x> skos:notation 'x' .")
    monkeypatch.setattr(loading, "PIECE", 10)
    failing = Failing(store.ends, *(engine.login or ()))
    with pytest.raises(EngineUnavailable):
        load(newer, failing)

    old = Remote(sample_release, Limits(), engine.url)
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert old.ask(job(count)).read() == b"n\r\n%d\r\n" % sample_release.triples
    old.close()
    failing.pieces = 5
    with pytest.raises(EngineUnavailable):
        load(newer, failing)
    outcome = load(newer, store)
    assert outcome.sent < newer.quads + newer.triples
    assert without_state(graphs_in(store), newer) == expected(newer)


@pytest.mark.long
def test_more_than_one_transaction_takes(
    shipped_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Virtuoso cannot switch in one step, each graph is put into its place by itself.

    Now and then Virtuoso brings back some triples of graphs that stood beside, as it undoes the
    step that it gave up. No query of ours sees them.
    """
    made("virtuoso")
    by_graph, used = loading._graph_by_graph, []
    monkeypatch.setattr(loading, "_graph_by_graph", lambda *told: used.append(by_graph(*told)))
    with engines.virtuoso(log=6_000_000) as running:
        store = store_of(running)
        first = load(shipped_release, store)
        second = load(shipped_release, store, again=True)

        assert used
        assert first.held.load != second.held.load
        found = without_state(graphs_in(store), shipped_release)
        in_place = {name: size for name, size in found.items() if "/graph/staged/" not in name}
        assert in_place == expected(shipped_release)


def test_what_another_load_has_left(
    engine: engines.Engine, sample_release: Release, tmp_path: Path
) -> None:
    """What was sent of a release that is not wanted any more is dropped."""
    newer = write_sample(tmp_path, "2026.12.0", "newer", "<id/x> skos:notation 'x' .")
    store = store_of(engine)
    failing = Failing(store.ends, *(engine.login or ()))
    failing.pieces = 1
    with pytest.raises(EngineUnavailable):
        load(newer, failing)
    load(sample_release, store)

    assert without_state(graphs_in(store), sample_release) == expected(sample_release)


def test_nobody_reads_two_releases_at_once(engine: engines.Engine, tmp_path: Path) -> None:
    """While releases are loaded again and again each answer is of one of them, or an error."""
    releases = [
        write_sample(tmp_path / name, digest=name, more=f"<id/x> skos:notation '{name}' .")
        for name in ("one", "two")
    ]
    query = """SELECT ?n ?m {
        <https://w3id.org/digigraph/id/x> ?p ?n
        GRAPH <https://w3id.org/digigraph/graph/stubs> { <https://w3id.org/digigraph/id/x> ?q ?m }
    }"""
    store = store_of(engine)
    load(releases[0], store)
    stop, seen = threading.Event(), dict.fromkeys(("one", "two"), 0)

    def read(name: str, release: Release) -> None:
        remote = Remote(release, Limits(), engine.url)
        while not stop.is_set():
            try:
                answer = remote.ask(job(query)).read()
            except EngineUnavailable as error:
                if error.why != "other-release":
                    seen[f"wrong: {error}"] = 1
                continue
            if answer != f"n,m\r\n{name},{name}\r\n".encode():
                seen[f"wrong: {answer!r}"] = 1
            seen[name] += 1
        remote.close()

    readers = [
        threading.Thread(target=read, args=(name, release))
        for name, release in zip(seen, releases, strict=True)
    ]
    for reader in readers:
        reader.start()
    try:
        for turn in range(1, 7):
            load(releases[turn % 2], store)
    finally:
        stop.set()
        for reader in readers:
            reader.join()

    assert set(seen) == {"one", "two"}
    assert all(seen.values())


# --- the command ------------------------------------------------------------------------------


def test_the_command(oxigraph: engines.Engine, sample_release: Release, tmp_path: Path) -> None:
    """It says what it did, as JSON too, and takes a release by its version."""
    place = ("--releases", str(sample_release.folder.parent), "--to", oxigraph.url)
    first = command(*place)
    second = command(*place, "--release", sample_release.version, "--json")
    missing = command("--releases", str(tmp_path), "--to", oxigraph.url)

    assert (first.returncode, first.stdout) == (0, "")
    assert f"release {sample_release.version} is in {oxigraph.url}query" in first.stderr
    told = json.loads(second.stdout)
    assert (told["changed"], told["held"]["kind"]) == (False, "oxigraph")
    assert missing.returncode == 3


def test_who_may_write(sample_release: Release, tmp_path: Path) -> None:
    """A password comes from a file or the environment, is never shown, and is needed."""
    secret = tmp_path / "secret"
    secret.write_text("dba\n", encoding="utf-8")
    with made("virtuoso") as running:
        place = ("--releases", str(sample_release.folder.parent), "--to", running.url)
        nobody = command(*place)
        lost = command(*place, "--user", "dba")
        wrong = command(*place, "--user", "dba", DIGIGRAPH_ENGINE_PASSWORD="hunter2")
        right = command(*place, "--user", "dba", "--password-file", str(secret))

    assert (nobody.returncode, "--password-file" in nobody.stderr) == (4, True)
    assert (lost.returncode, "--password-file" in lost.stderr) == (2, True)
    assert (wrong.returncode, "401" in wrong.stderr, "hunter2" in wrong.stderr) == (4, True, False)
    assert right.returncode == 0


def test_a_remote_failure_has_its_exit_code(sample_release: Release) -> None:
    """Nobody there is 4, with what to do; an address that is none is 2 (D-02)."""
    releases = str(sample_release.folder.parent)
    silent = command("--releases", releases, "--to", f"http://127.0.0.1:{unused_port()}/")
    no_url = command("--releases", releases, "--to", "nowhere")

    assert (silent.returncode, "start the engine" in silent.stderr) == (4, True)
    assert no_url.returncode == 2


def test_an_engine_that_does_not_say_what_it_is(
    oxigraph: engines.Engine, sample_release: Release
) -> None:
    """Addresses given in full are enough; wrong ones are told with what to give."""
    place = ("--releases", str(sample_release.folder.parent), "--to", f"{oxigraph.url}query")
    generic = (*place, "--engine-kind", "generic")
    wrong = command(*generic, "--update-url", f"{oxigraph.url}no", "--gsp-url", oxigraph.url)
    short = command(*generic)
    right = command(
        *generic, "--update-url", f"{oxigraph.url}update", "--gsp-url", f"{oxigraph.url}store"
    )

    assert (wrong.returncode, "--update-url" in wrong.stderr) == (4, True)
    assert (short.returncode, "--update-url" in short.stderr) == (2, True)
    assert right.returncode == 0
    remote = Remote(sample_release, Limits(), f"{oxigraph.url}query")
    assert remote.ask(job("ASK { ?s ?p ?o }")).read().strip() == b"true"
    remote.close()
