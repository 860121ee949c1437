"""Measures what the pool of processes adds to a query: `python -m benchmarks.pool [RELEASES]`.

Each query is asked a few times directly and a few times through the pool, in turn, in one run;
the ratio is the figure. One child, so that what is measured is the way there and back. Without a
pause the direct way finds the processor's caches warm with nothing but itself, which no server
does; so all is measured once more with a pause before each query.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from digigraph import build
from digigraph.catalog import queries
from digigraph.choice import engine_for
from digigraph.evaluation import Index, formats_of
from digigraph.pool import Job, Limits, Pool
from digigraph.release import Release, newest_release
from digigraph.sparql import check

ROUNDS, IN_A_ROW = 6, 10
PAUSE = 0.002
PREFIXES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dgc: <https://w3id.org/digigraph/def#>
"""
SMALL = (
    "ASK { ?s ?p ?o }",
    "SELECT * { ?s ?p ?o } LIMIT 10",
    "SELECT ?c ?n { ?c skos:notation ?n } LIMIT 100",
    "SELECT ?c { ?c a dgc:FrameworkCompetence } ORDER BY ?c",
    "SELECT ?c ?l { ?c a dgc:FrameworkCompetence ; skos:prefLabel ?l } ORDER BY ?c ?l",
    "SELECT (COUNT(*) AS ?n) { ?r a dgc:CompetenceRequirement }",
    "SELECT ?r ?l { ?r a dgc:CompetenceRequirement ; dgc:requiredLevel/dgc:rank ?l } ORDER BY ?r",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s a ?t } } GROUP BY ?g ORDER BY ?g",
    "SELECT ?b { ?c skos:notation '1.2' ; skos:broader+ ?b } ORDER BY ?b",
    "SELECT ?c { ?c skos:prefLabel ?l FILTER(CONTAINS(LCASE(?l), 'data')) } ORDER BY ?c LIMIT 20",
    "SELECT DISTINCT ?t { ?s a ?t } ORDER BY ?t",
    "CONSTRUCT { ?c skos:prefLabel ?l } WHERE { ?c a dgc:FrameworkCompetence; skos:prefLabel ?l }",
    "DESCRIBE ?c { ?c skos:notation '1.2' }",
)


def main() -> None:
    """Print the geometric means of the ratios, of both engines, and the engines compared."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        release = newest_release(into) or build.build(build.inputs(), into).release
        assert release
        texts = [PREFIXES + query for query in SMALL]
        texts += [query.text for query in queries("examples", release.base).values()]
        direct = {engine: _medians(texts, *_both(release, engine)) for engine in ("disk", "memory")}
    faster = [disk / memory for disk, memory in zip(*direct.values(), strict=True)]
    examples = faster[len(SMALL) :]
    print(
        f"memory, asked directly, is {statistics.geometric_mean(faster):.2f} times as fast as disk "
        f"over all queries, {statistics.geometric_mean(examples):.2f} times over the examples"
    )


def _both(release: Release, engine: str) -> tuple[Index, Pool]:
    """Return an engine to be asked directly, and the same engine in the pool."""
    pool = engine_for(release, Limits(children=1), engine)
    assert isinstance(pool, Pool)
    return Index(release.store, release.base, dumps=pool.dumps), pool


def _medians(texts: Sequence[str], index: Index, pool: Pool) -> list[float]:
    """Compare the two ways and print it; return the seconds that each query takes directly."""
    kept = []
    for pause in (0.0, PAUSE):
        ratios, added, found = [], [], []
        for text in texts:
            form = check(text)
            job = Job(text, form, formats_of(form)[0])
            ways = (partial(_directly, index, job), partial(_pooled, pool, job))
            assert sorted(ways[0]()) == sorted(ways[1]())
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                for way, taken in zip(ways, times, strict=True):
                    taken += [_seconds(way, pause) for _ in range(IN_A_ROW)]
            direct, through = map(statistics.median, times)
            ratios.append(through / direct)
            added.append((through - direct) * 1000)
            found.append(direct)
        short = [ratio for ratio, taken in zip(ratios, found, strict=True) if taken < 0.001]
        print(
            f"{'memory' if pool.dumps else 'disk'}, {pause * 1000:g} ms between queries: "
            f"{len(ratios)} queries, ratio {statistics.geometric_mean(ratios):.3f} "
            f"({len(short)} below 1 ms: {statistics.geometric_mean(short):.3f}), "
            f"added {statistics.median(added):.3f} ms (median)"
        )
        kept.append(found)
    pool.close()
    return kept[0]


def _directly(index: Index, job: Job) -> bytes:
    assert job.told
    return index.evaluate(check(job.query), job.query).write(job.told)


def _pooled(pool: Pool, job: Job) -> bytes:
    check(job.query)
    return pool.ask(job).read()


def _seconds(ask: Callable[[], object], pause: float) -> float:
    if pause:
        time.sleep(pause)
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
