"""Releases of as many profiles as wanted, built as any other and kept in `.bench/`.

The shipped document is the first profile, the others are made up.
"""

from __future__ import annotations

import hashlib
import resource
import shutil
import time
from pathlib import Path

from digigraph import build, resources
from digigraph.release import Release, newest_release

from .profiles import write_profiles

KEPT = Path(__file__).parents[2] / ".bench"


def release_of(count: int, kept: Path = KEPT) -> Release:
    """Return a release of so many profiles: the kept one if nothing changed that it is made of."""
    folder = kept / f"release-{count}-{_digest()[:12]}"
    if found := newest_release(folder):
        return found
    for old in kept.glob(f"release-{count}-*"):
        shutil.rmtree(old)
    data = made_data(count, kept / f"data-{count}")
    start = time.perf_counter()
    release = _write(data, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"made a release of {count} profiles: {release.quads} quads, "
        f"{time.perf_counter() - start:.1f} s, at most {peak} MiB",
        flush=True,
    )
    shutil.rmtree(data)
    return release


def made_data(count: int, folder: Path) -> Path:
    """Write a data folder with so many documents, as `digigraph build --data` takes it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(resources.folder("data"), folder)
    write_profiles(folder / "sources", count - 1)
    return folder


def _write(data: Path, into: Path) -> Release:
    outcome = build.build(build.inputs(data), into)
    assert outcome.release, outcome.report.to_text("en")
    shutil.rmtree(into / build.PARTS)
    return outcome.release


def _digest() -> str:
    """Return a digest of what a release is made of: the generator, the code and the data."""
    total = hashlib.sha256(build.inputs().digest.encode())
    for path in (Path(__file__), Path(__file__).with_name("profiles.py")):
        total.update(path.read_bytes())
    return total.hexdigest()
