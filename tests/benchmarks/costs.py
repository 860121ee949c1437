"""Where the time of a request goes: each step on its own, over every question, one after another.

A step is measured as the server does it, in this process and without HTTP; the last rows are
whole requests. What a whole request takes beyond its steps is Flask, granian and the sockets.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from digigraph import sparql
from digigraph.cache import key_of
from digigraph.release import Release
from digigraph.store import Store, formats_of
from digigraph.web import create_app
from digigraph.web.site import Settings

from . import client
from .engines import engines
from .questions import Question, questions
from .releases import KEPT, release_of

RUNS = 7
SLOW = 0.25
"""Seconds beyond which a question is left out: its evaluation hides everything else."""


def main() -> None:
    """Print a table of steps over `BENCH_PROFILES` profiles (100)."""
    release = release_of(int(os.environ.get("BENCH_PROFILES", "100")), KEPT)
    for name, steps in costs(release, RUNS).items():
        shown = sorted(steps)
        print(
            f"{name:<48} median {statistics.median(shown) * 1e3:8.3f} ms"
            f"  least {shown[0] * 1e3:8.3f}  most {shown[-1] * 1e3:8.3f}",
            flush=True,
        )


def costs(release: Release, runs: int) -> dict[str, list[float]]:
    """Return the median seconds of each step, for each question that is not slow."""
    chance, store = random.Random(1), Store(release)
    app = create_app(Settings(releases=release.folder.parent, access_log=""), release)
    found: dict[str, list[float]] = {}
    (engine,) = engines(release, release.folder.parent, ["digigraph disk"])
    with engine, app.test_client() as inside:
        line = client.Connection(engine.port, 60)

        def in_app(query: str) -> None:
            inside.post(
                "/sparql", data={"query": query}, headers={"Accept": client.accept(query)}
            ).get_data()

        def over_http(query: str) -> None:
            line.ask(client.request(engine.path, query))

        for question in questions(release):
            query = question.draw(chance)
            if _seconds(partial(_direct, store, query)) > SLOW:
                continue
            works = _steps(query, store, release)
            for place, ask in (("without HTTP", in_app), ("over HTTP", over_http)):
                works[f"a whole request, cold, {place}"] = _Fresh(ask, question, chance)
                works[f"a whole request, warm, {place}"] = partial(ask, query)
            for name, work in works.items():
                found.setdefault(name, []).append(_median(work, runs))
        line.close()
    app.extensions["digigraph"].pool.close()
    return found


@dataclass
class _Fresh:
    """Asks a question with other values, and another text, each time."""

    ask: Callable[[str], None]
    question: Question
    chance: random.Random
    turn: int = 0

    def __call__(self) -> None:
        self.turn += 1
        self.ask(f"{self.question.draw(self.chance)}\n# {id(self)}.{self.turn}\n")


def _steps(query: str, store: Store, release: Release) -> dict[str, Callable[[], object]]:
    told = formats_of(sparql.check(query))[0]
    return {
        "the guard reads the query": partial(sparql.check, query),
        "the key of the answer": partial(
            key_of, release.dataset_digest, query, ((), ()), told.name
        ),
        "the engine, in this process": partial(_direct, store, query),
    }


def _direct(store: Store, query: str) -> bytes:
    form = "CONSTRUCT" if client.accept(query) == client.GRAPH else "SELECT"
    return store.evaluate(form, query).write(formats_of(form)[0])


def _median(work: Callable[[], object], runs: int) -> float:
    work()
    return statistics.median(_seconds(work) for _ in range(runs))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
