"""Compares digigraph with its peers over HTTP: one release, one client, one run.

Each question is put to every engine in turn, round after round, so that whatever else the
machine does falls on all of them. Cold: other values and another text each time, so that no kept
answer helps. Warm: the same text again. An engine that fails a question, or takes too long, is
left out of it, and the question out of its ratios.
"""

from __future__ import annotations

import json
import math
import os
import random
import statistics
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from digigraph.release import Release

from . import client, load
from .answers import comparable, differ
from .engines import Engine, engines
from .questions import Question, questions
from .releases import KEPT, release_of
from .report import markdown, ratio

PATIENCE = 25.0
"""Seconds after which the client gives an engine up on a question."""

TOO_SLOW = 8
"""How many times as long as another an engine may take, on the mean, to be put under load."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: rounds of each question, seconds for each of them and of load."""

    profiles: int = 100
    rounds: int = 20
    seconds: float = 1.0
    load_seconds: float = 4.0
    engines: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    seed: int = 1


@dataclass
class Outcome:
    """What was found: seconds by engine, way and question, and what did not go as it should."""

    release: Release
    times: dict[str, dict[str, dict[str, list[float]]]] = field(
        default_factory=lambda: defaultdict(lambda: {"cold": {}, "warm": {}})
    )
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    load: list[load.Load] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)


@dataclass
class _Runner:
    """An engine with a connection to it, and the questions that it has failed."""

    engine: Engine
    line: client.Connection
    failed: set[str] = field(default_factory=set)

    def close(self) -> None:
        self.line.close()

    def ask(self, query: str) -> tuple[float, bytes]:
        sent = client.request(self.engine.path, query)
        start = time.perf_counter()
        answer = self.line.ask(sent)
        taken = time.perf_counter() - start
        if answer.status != 200:
            raise client.Broken(f"status {answer.status}: {answer.body[:80]!r}")
        return taken, answer.body


def main() -> None:
    """Compare over `BENCH_PROFILES` profiles (100), and write the tables into `.bench/`."""
    plan = Plan(
        profiles=int(os.environ.get("BENCH_PROFILES", "100")),
        rounds=int(os.environ.get("BENCH_ROUNDS", "20")),
        load_seconds=float(os.environ.get("BENCH_LOAD_SECONDS", "4")),
        engines=tuple(filter(None, os.environ.get("BENCH_ENGINES", "").split(","))),
        questions=tuple(filter(None, os.environ.get("BENCH_QUESTIONS", "").split(","))),
    )
    compare(plan, KEPT)


def compare(plan: Plan, kept: Path) -> Outcome:
    """Make or find the release, measure, and write `http-N.md` and `http-N.json` into `kept`."""
    release = release_of(plan.profiles, kept)
    outcome = Outcome(release)
    asked = [one for one in questions(release) if not plan.questions or one.name in plan.questions]
    with ExitStack() as running:
        found = engines(release, release.folder.parent, plan.engines)
        runners = []
        for engine in found:
            running.enter_context(engine)
            outcome.notes[engine.name] = engine.note
            runners.append(_Runner(engine, client.Connection(engine.port, PATIENCE)))
            running.callback(runners[-1].close)
        for number, question in enumerate(asked, 1):
            print(f"{number}/{len(asked)} {question.name}", flush=True)
            _measure(question, runners, plan, outcome)
        for runner in runners:
            outcome.memory[runner.engine.name] = runner.engine.memory_mib()
        _load(asked, runners, plan, outcome)
    told = markdown(outcome)
    (kept / f"http-{plan.profiles}.md").write_text(told, encoding="utf-8")
    (kept / f"http-{plan.profiles}.json").write_text(
        _as_json(outcome, plan.profiles), encoding="utf-8"
    )
    print(told, flush=True)
    return outcome


def _measure(question: Question, runners: list[_Runner], plan: Plan, outcome: Outcome) -> None:
    chance = random.Random(f"{plan.seed}/{question.name}")
    _agree(question.draw(chance), question.name, runners, outcome)
    used = 0.0
    for turn in range(plan.rounds):
        query = f"{question.draw(chance)}\n# {turn}\n"
        used += _round(query, question.name, "cold", _rotated(runners, turn), outcome)
        if used > plan.seconds * len(runners) and turn >= 2:
            break
    query = f"{question.draw(chance)}\n# warm\n"
    used = _round(query, question.name, "", runners, outcome)
    for turn in range(plan.rounds):
        used += _round(query, question.name, "warm", _rotated(runners, turn), outcome)
        if used > plan.seconds * len(runners) and turn >= 2:
            break


def _agree(query: str, name: str, runners: list[_Runner], outcome: Outcome) -> None:
    """Compare the answers of all engines to one question, once; no time is taken."""
    first = None
    for runner in runners:
        _recover(runner)
        body = _tried(runner, query, name, outcome)[1]
        if body is None:
            continue
        try:
            rows = comparable(query, body)
        except (ValueError, KeyError, SyntaxError) as error:
            _fail(runner, name, f"cannot be read: {str(error)[:80]}", outcome)
            continue
        if first is None:
            first = rows
        elif difference := differ(first, rows):
            outcome.differences.append((runner.engine.name, name, difference))


def _recover(runner: _Runner) -> None:
    """Wait until an engine answers something small: it may still mend what the last one broke."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            runner.ask("ASK { ?s ?p ?o }")
            return
        except client.Broken:
            time.sleep(0.5)


def _round(query: str, name: str, way: str, runners: list[_Runner], outcome: Outcome) -> float:
    """Put one question to each engine once; return the seconds that it took in all."""
    total = 0.0
    for runner in runners:
        taken, body = _tried(runner, query, name, outcome)
        total += taken
        if body is not None and way:
            outcome.times[runner.engine.name][way].setdefault(name, []).append(taken)
    return total


def _tried(runner: _Runner, query: str, name: str, outcome: Outcome) -> tuple[float, bytes | None]:
    if name in runner.failed:
        return 0.0, None
    try:
        return runner.ask(query)
    except client.Broken as error:
        _fail(runner, name, str(error), outcome)
        runner.engine.restart()
        runner.line = client.Connection(runner.engine.port, PATIENCE)
        return 0.0, None


def _fail(runner: _Runner, name: str, why: str, outcome: Outcome) -> None:
    runner.failed.add(name)
    outcome.failures.append((runner.engine.name, name, why))
    for way in outcome.times[runner.engine.name].values():
        way.pop(name, None)


def _rotated(runners: list[_Runner], turn: int) -> list[_Runner]:
    """Return the engines beginning with another one each turn."""
    at = turn % len(runners)
    return runners[at:] + runners[:at]


def _load(asked: list[Question], runners: list[_Runner], plan: Plan, outcome: Outcome) -> None:
    """Measure requests per second over the tables that all engines answer quickly.

    An engine that takes many times as long as another is left out of it, and does not narrow
    what the others are asked.
    """
    cold = {runner.engine.name: outcome.times[runner.engine.name]["cold"] for runner in runners}
    fit = [
        runner
        for runner in runners
        if all(not ratio(cold[runner.engine.name], other)[0] > TOO_SLOW for other in cold.values())
    ]
    quick = [
        one
        for one in asked
        if client.accept(one.text) == client.TABLE
        and all(
            statistics.median(cold[runner.engine.name].get(one.name, [math.inf])) < load.QUICK
            for runner in fit
        )
    ]
    if not quick or plan.load_seconds <= 0:
        return
    chance = random.Random(plan.seed)
    drawn = [quick[n % len(quick)].draw(chance) for n in range(max(200, len(quick)))]
    for runner in fit:
        runner.line.close()
        for way in ("cold", "warm"):
            for clients in load.CLIENTS:
                found = load.measure(runner.engine, drawn, way, clients, plan.load_seconds)
                if found:
                    outcome.load.append(found)


def _as_json(outcome: Outcome, profiles: int) -> str:
    told = {
        "profiles": profiles,
        "quads": outcome.release.quads,
        "seconds": outcome.times,
        "failures": outcome.failures,
        "differences": outcome.differences,
        "load": [one.row() for one in outcome.load],
        "memory_mib": outcome.memory,
        "notes": outcome.notes,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()
