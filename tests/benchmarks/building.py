"""Builds a data folder and prints, as JSON, when each stage began and what came out.

`python -m tests.benchmarks.building DATA INTO VERSION` is a process of its own, so that what it
and its workers take can be told from anything else.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from digigraph import build


def main(data: Path, into: Path, version: str) -> None:
    """Build, and print what is known of it."""
    began: dict[str, float] = {}
    start = time.perf_counter()

    def told(stage: str, done: int, total: int) -> None:
        began.setdefault(stage, time.perf_counter() - start)

    told("start", 0, 0)
    outcome = build.build(build.inputs(data, version=version), into, progress=told)
    told("end", 0, 0)
    release = outcome.release
    assert release, outcome.report.to_text("en")
    files = [path.stat().st_size for path in release.folder.rglob("*") if path.is_file()]
    print(
        json.dumps(
            {
                "began": began,
                "triples": release.triples,
                "quads": release.quads,
                "size": sum(files),
                "kept": sum(path.stat().st_size for path in (into / build.PARTS).glob("??/*")),
                "documents": len(outcome.readings),
                "reused": outcome.reused,
                "refused": len(outcome.refused),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
