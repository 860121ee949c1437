"""Measures what the pool of processes adds to a query: `python -m benchmarks.pool [RELEASES]`.

Each query is asked a few times directly and a few times through the pool, in turn, in one run;
the ratio is the figure. One child, so that what is measured is the way there and back.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from digigraph import build
from digigraph.catalog import queries
from digigraph.pool import Job, Limits, Pool
from digigraph.release import newest_release
from digigraph.sparql import check
from digigraph.store import Store, formats_of

ROUNDS, IN_A_ROW = 8, 10
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
    """Print the median of each query, both ways, and the geometric mean of the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        release = newest_release(into) or build.build(build.inputs(), into).release
        assert release
        texts = [PREFIXES + query for query in SMALL]
        texts += [query.text for query in queries("examples", release.base).values()]
        store, pool = Store(release), Pool(release, Limits(children=1))
        ratios, added, least = [], [], []
        for text in texts:
            told = formats_of(check(text))[0]

            def directly(text: str = text, told: object = told) -> bytes:
                return store.ask(text).write(told)  # type: ignore[arg-type]

            def pooled(text: str = text, told: object = told) -> bytes:
                return pool.ask(Job(text, check(text), told)).read()  # type: ignore[arg-type]

            assert sorted(directly()) == sorted(pooled())
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                for ask, found in zip((directly, pooled), times, strict=True):
                    found += [_seconds(ask) for _ in range(IN_A_ROW)]
            direct, through = (statistics.median(found) * 1000 for found in times)
            ratios.append(through / direct)
            added.append(through - direct)
            least.append(min(times[1]) / min(times[0]))
            print(
                f"{direct:8.3f} ms {through:8.3f} ms {through / direct:6.2f}  {text.split()[-8:]}"
            )
        pool.close()
    print(f"{len(ratios)} queries: ratio {statistics.geometric_mean(ratios):.3f}, "
          f"added {statistics.median(added):.3f} ms (medians); "
              f"ratio of the fastest runs {statistics.geometric_mean(least):.3f}")  # fmt: skip


def _seconds(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
