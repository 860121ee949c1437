"""What pages weigh and how long the server takes for them, as profiles grow in number.

A row for each kind of page: bytes as they are and as gzip, and milliseconds of the server, with
nothing kept from the request before; then what the largest release takes beside the smallest. A
page that does not grow with the data has a ratio near 1. `BENCH_PROFILES="1 100"` says how many.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient

from digigraph.release import Release
from digigraph.web import create_app
from digigraph.web.site import Settings

from .releases import KEPT, release_of

RUNS = 5
PROFILE, OTHER = "p-37q68h4z", "digcomp21/1-2"
PAGES = {
    "start": "/",
    "profile": f"/doc/profile/{PROFILE}",
    "competence": f"/doc/{OTHER}",
    "level": f"/doc/{OTHER}/level-6",
    "area": "/doc/digcomp21/area-1",
    "position": "/doc/nkpd11/33393020",
    "source": "/doc/source/d-v02ry7z3",
    "vocabulary": "/doc/def",
    "profiles": "/profiles",
    "matrix": "/matrix",
    "framework": "/framework",
    "tree": "/tree",
    "neighbourhood": f"/around/{OTHER}",
    "radar": f"/radar/{PROFILE}.svg",
    "search": "/search?q=данни",
    "quality": "/quality",
    "downloads": "/downloads",
    "compare": "/compare",
    "changes": "/changes",
    "catalog": "/catalog",
    "queries": "/queries",
    "own levels": f"/own-levels/{PROFILE}",
    "strip in a frame": f"/embed/profile/{PROFILE}",
}
"""A page of each kind, by its name; all are there however many profiles are."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page takes: bytes as they are and as gzip, and seconds of the server."""

    plain: int
    packed: int
    seconds: float


def main() -> None:
    """Print a table for each number of profiles, and the ratios of the last to the first."""
    counts = [int(n) for n in os.environ.get("BENCH_PROFILES", "1 100").split()]
    counts = counts if len(counts) > 1 else [1, *counts]
    found = [pages(release_of(count, KEPT), RUNS) for count in counts]
    for count, told in zip(counts, found, strict=True):
        print("\n".join(["", f"{count} profiles", "", *table(told)]), flush=True)
    print("\n".join(["", f"{counts[-1]} / {counts[0]}", "", *ratios(found[0], found[-1])]))


def pages(release: Release, runs: int) -> dict[str, Page]:
    """Return what each kind of page takes over a release."""
    settings = Settings(releases=release.folder.parent, access_log="", cache_bytes=0)
    app = create_app(settings, release)
    with app.test_client() as inside:
        found = {name: _page(inside, path, runs) for name, path in PAGES.items()}
    app.extensions["digigraph"].pool.close()
    return found


def table(told: Mapping[str, Page]) -> list[str]:
    """Return a row for each kind of page, in Markdown."""
    rows = [
        f"| {name} | {one.plain} | {one.packed} | {one.seconds * 1e3:.1f} |"
        for name, one in told.items()
    ]
    return ["| page | bytes | gzip | ms |", "| --- | ---: | ---: | ---: |", *rows]


def ratios(few: Mapping[str, Page], many: Mapping[str, Page]) -> list[str]:
    """Return how much more each kind of page takes with many profiles, and all on average."""
    rows = [
        (name, many[name].packed / one.packed, many[name].seconds / one.seconds)
        for name, one in few.items()
    ]
    middle = [statistics.geometric_mean(row[place] for row in rows) for place in (1, 2)]
    rows.append(("all, geometric mean", *middle))
    shown = [f"| {name} | {size:.2f} | {seconds:.2f} |" for name, size, seconds in rows]
    return ["| page | gzip | ms |", "| --- | ---: | ---: |", *shown]


def _page(inside: FlaskClient, path: str, runs: int) -> Page:
    packed, seconds = _asked(inside, path, "gzip", runs)
    plain, _ = _asked(inside, path, "identity", 1)
    return Page(plain, packed, seconds)


def _asked(inside: FlaskClient, path: str, coding: str, runs: int) -> tuple[int, float]:
    """Return how many bytes a page has, and the median seconds, without the first request."""
    taken: list[float] = []
    size = 0
    for _ in range(runs + 1):
        start = time.perf_counter()
        answer = inside.get(path, headers={"Accept": "text/html", "Accept-Encoding": coding})
        size = len(answer.get_data())
        taken.append(time.perf_counter() - start)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return size, statistics.median(taken[1:])


if __name__ == "__main__":
    main()
