"""The engines of our own: from memory and from the index come the same answers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from test_pool import ENGINES, LIMITS, made_for

from digigraph.catalog import queries
from digigraph.choice import MOST, engine_for
from digigraph.errors import OutOfMemory, UsageError
from digigraph.formats import CSV
from digigraph.pool import Job, Limits
from digigraph.release import Release
from digigraph.sparql import check
from digigraph.store import formats_of


def test_the_engines_agree(shipped_release: Release) -> None:
    """Each published query has the same answer from memory and from the index."""
    pools = [made_for(shipped_release, Limits(children=1), engine) for engine in ENGINES]
    try:
        found = queries("examples", shipped_release.base)
        assert found
        for query in found.values():
            form = check(query.text)
            job = Job(query.text, form, formats_of(form)[0])
            disk, memory = (pool.ask(job).read() for pool in pools)
            assert disk == memory, query.name
    finally:
        for pool in pools:
            pool.close()


def test_a_small_release_is_held_in_memory(sample_release: Release) -> None:
    """`auto` is memory while the release is small enough for every child, and else the index."""
    small = replace(sample_release, quads=MOST // 2, triples=MOST // 2)
    for release, memory_mb, held in (
        (sample_release, 96, True),
        (small, 1024, True),
        (small, 96, False),
        (replace(small, quads=MOST), 4096, False),
    ):
        limits = replace(LIMITS, memory_mb=memory_mb)
        assert bool(made_for(release, limits, "auto").dumps) == held
        assert not made_for(release, limits, "disk").dumps
        assert made_for(release, limits, "memory").dumps
    with pytest.raises(UsageError, match="rdflib"):
        engine_for(sample_release, LIMITS, "rdflib")


def test_what_a_query_may_take_is_beyond_the_release(shipped_release: Release) -> None:
    """The memory of a query does not shrink by what the release takes in memory (S-05)."""
    limits = replace(LIMITS, children=1, seconds=20, memory_mb=24)
    pools = [made_for(shipped_release, limits, engine) for engine in ENGINES]
    text = "SELECT (STRLEN(?b) AS ?n) { BIND('0123456789' AS ?a0) "
    text += "".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1}) " for n in range(19))
    query = text + "BIND(?a19 AS ?b) }"  # ten MB altogether
    try:
        for pool in pools:
            assert pool.ask(Job(query, "SELECT", CSV)).read() == b"n\r\n5242880\r\n"
            more = query.replace("?n)", "?n) (CONCAT(?b, ?b, ?b, ?b) AS ?c)")
            with pytest.raises(OutOfMemory):
                pool.ask(Job(more, "SELECT", CSV))
    finally:
        for pool in pools:
            pool.close()


def test_an_engine_that_is_none(sample_release: Release) -> None:
    """A server told to use an engine that there is not ends at once, and says which there are."""
    command = [sys.executable, "-m", "digigraph", "serve", "--port", "0", "--engine", "rdflib"]
    ended = subprocess.run(
        [*command, "--releases", str(sample_release.folder.parent)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "auto, memory, disk" in ended.stderr
    assert "Traceback" not in ended.stderr
