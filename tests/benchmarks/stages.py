"""What each stage of a build takes as documents grow in number, and a build after one changed.

`BENCH_PROFILES="1 10 100"` says how many; 1,000 takes minutes and about 20 GB, 10,000 about an
hour and 200 GB. Memory is that of the build and its workers together, at its highest, without the
pages of files that they read, which the system takes back when it needs them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from .releases import made_data

STAGES = {
    "start": "registers and settings",
    "documents": "read the documents",
    "graph": "state and judge each",
    "counting": "survey all lines",
    "validation": "count, and judge the whole",
    "release": "write the dumps",
    "index": "index, and check the whole",
    "files": "tables, profiles, search, sums",
}
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Run:
    """One build: seconds of each stage, of processors in all, memory in MiB, and what it told."""

    profiles: int
    seconds: Mapping[str, float]
    processors: float
    memory: int
    told: Mapping[str, Any]


def main() -> None:
    """Print a table of stages for each number of profiles, and one of builds after a change."""
    wanted = [int(n) for n in os.environ.get("BENCH_PROFILES", "1 10").split()]
    first: list[Run] = []
    second: list[Run] = []
    for count in wanted:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
            cold, warm = builds(count, Path(folder))
            first.append(cold)
            second.append(warm)
            print("\n".join(["", f"{count} profiles", "", *table([cold])]), flush=True)
    print("\n".join(["", "## Nothing kept", "", *table(first)]))
    print("\n".join(["", "## One document changed", "", *table(second)]))


def builds(count: int, folder: Path) -> tuple[Run, Run]:
    """Build so many profiles, then again with one of them changed."""
    data, into = made_data(count, folder / "data"), folder / "releases"
    cold = run(count, data, into, "2030.1.0")
    document = max((data / "sources").glob("*/document.txt"))
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace(" чрез ", " със "), "utf-8")
    warm = run(count, data, into, "2030.2.0")
    shutil.rmtree(into)
    return cold, warm


def run(count: int, data: Path, into: Path, version: str) -> Run:
    """Build in processes of their own, and watch what they take."""
    asked = [sys.executable, "-m", f"{__package__}.building", str(data), str(into), version]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, start_new_session=True) as process:
        watch = _Watch(process.pid)
        watch.start()
        assert process.stdout
        answer = process.stdout.read()
        watch.ended.set()
        watch.join()
    assert process.returncode == 0, "the build failed"
    told = json.loads(answer)
    order = [stage for stage in (*STAGES, "end") if stage in told["began"]]
    seconds = {
        stage: told["began"][after] - told["began"][stage] for stage, after in pairwise(order)
    }
    return Run(count, seconds, watch.processors, watch.most >> 20, told)


def table(runs: Sequence[Run]) -> list[str]:
    """Return runs side by side, each with its growth: seconds against the run before it.

    A growth of 1 is linear: as much more time as there are more profiles.
    """
    head = ["", *(f"{one.profiles}" for one in runs)]
    rows = [head, ["---", *["---:"] * len(runs)]]
    for stage, words in STAGES.items():
        rows.append([words, *_cells(runs, [one.seconds.get(stage, 0.0) for one in runs])])
    rows.append(["whole build", *_cells(runs, [sum(one.seconds.values()) for one in runs])])
    rows.append(["seconds of processors", *_cells(runs, [one.processors for one in runs])])
    for words, name in (("quads", "quads"), ("triples", "triples")):
        rows.append([words, *(f"{one.told[name]:,}" for one in runs)])
    rows.append(["peak memory, MiB", *(f"{one.memory:,}" for one in runs)])
    rows.append(["release on disk, MiB", *(f"{one.told['size'] >> 20:,}" for one in runs)])
    rows.append(["kept parts, MiB", *(f"{one.told['kept'] / 2**20:,.1f}" for one in runs)])
    rows.append(["documents used again", *(f"{one.told['reused']:,}" for one in runs)])
    return [f"| {' | '.join(row)} |" for row in rows]


def _cells(runs: Sequence[Run], seconds: Sequence[float]) -> list[str]:
    cells = [f"{seconds[0]:.2f} s"]
    for number in range(1, len(runs)):
        more = runs[number].profiles / runs[number - 1].profiles
        growth = seconds[number] / seconds[number - 1] / more if seconds[number - 1] else 0.0
        cells.append(f"{seconds[number]:.2f} s ({growth:.2f})")
    return cells


class _Watch(threading.Thread):
    """Looks every tenth of a second at what the processes of a session take (Linux)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.ended, self.most = threading.Event(), 0
        self._session = session
        self._taken: dict[str, int] = {}

    @property
    def processors(self) -> float:
        """Return the seconds of processors that all processes have taken."""
        return sum(self._taken.values()) / _TICKS

    def run(self) -> None:
        while not self.ended.wait(0.1):
            held = 0
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    told = stat.read_text().rpartition(")")[2].split()
                    pages = stat.with_name("statm").read_text().split()
                except OSError:
                    continue
                if int(told[3]) == self._session:
                    self._taken[stat.parent.name] = int(told[11]) + int(told[12])
                    held += (int(pages[1]) - int(pages[2])) * _PAGE
            self.most = max(self.most, held)


if __name__ == "__main__":
    main()
