"""Requests per second with several clients at a time, by `wrk`, which is no burden on the server.

The questions are mixed: those that the engines answer within `QUICK` seconds. `wrk` is a package
of Debian; without it there are no figures of load.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from . import client
from .engines import Engine

CLIENTS = (1, 8, 32)
QUICK = 0.05
SCRIPT = Path(__file__).with_name("load.lua")
PATHS = Path(__file__).with_name("paths.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine did under load; times in milliseconds."""

    engine: str
    way: str
    clients: int
    per_second: float
    median_ms: float
    p99_ms: float
    errors: int

    def row(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def measure(
    engine: Engine, queries: Sequence[str], way: str, clients: int, seconds: float
) -> Load | None:
    """Return what an engine does in so many seconds; nothing where `wrk` is not installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as bodies:
        bodies.writelines(urlencode({"query": one}) + "\n" for one in queries)
        bodies.flush()

        def run(duration: float) -> str:
            command = [
                *(wrk, "-t1", f"-c{clients}", f"-d{max(1, round(duration))}s", "--timeout", "20s"),
                *("-H", f"Accept: {client.TABLE}"),
                *("-H", "Content-Type: application/x-www-form-urlencoded"),
                *("-s", str(SCRIPT), f"http://127.0.0.1:{engine.port}{engine.path}"),
                *("--", bodies.name, way),
            ]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        if way == "warm":
            run(1)
        told = next(line for line in run(seconds).splitlines() if line.startswith("RESULT"))
    requests, micros, errors, median, p99 = map(int, told.split()[1:])
    rate = requests / (micros / 1e6)
    return Load(engine.name, way, clients, rate, median / 1000, p99 / 1000, errors)


def documents(port: int, paths: Sequence[str], clients: int, seconds: float) -> float | None:
    """Return documents per second for so many clients; nothing where `wrk` is not installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.writelines(f"{path}\n" for path in paths)
        wanted.flush()
        command = [
            *(wrk, "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "20s"),
            *("-H", "Accept: text/turtle", "-s", str(PATHS), f"http://127.0.0.1:{port}/"),
            *("--", wanted.name),
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = next(line for line in said.splitlines() if line.startswith("RESULT"))
    requests, micros, errors = map(int, told.split()[1:])
    if errors:
        raise RuntimeError(f"{errors} of {requests} requests failed")
    return requests / (micros / 1e6)
