"""The command that tells what changed between two releases."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console
from digigraph.errors import InputError

if TYPE_CHECKING:
    from digigraph.changes import Differences
    from digigraph.release import Release


@click.command()
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.option("--exit-code", is_flag=True, help="End with 1 if anything changed.")
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that holds the releases.",
)  # fmt: skip
@click.pass_obj
def diff(
    console: Console,
    before: str | None,
    after: str | None,
    as_json: bool,
    exit_code: bool,
    releases: Path,
) -> None:
    """Tell what changed from one release to another, and what it means.

    BEFORE and AFTER are versions in --releases or folders of releases; without them, the newest
    two are compared. What can break what others rely on is marked with "!".

    \b
    Examples:
      digigraph diff
      digigraph diff 2026.11.0 2026.12.0
      digigraph diff --json --exit-code old/2026.11.0 new/2026.12.0
    """
    from digigraph.differences import compare_releases

    if (before is None) != (after is None):
        raise click.UsageError("give two releases, or none for the newest two")
    if before is None or after is None:
        older, newer = _newest_two(releases)
    else:
        older, newer = _release(before, releases), _release(after, releases)
    found = compare_releases(older, newer)
    if as_json:
        console.json(found.told())
    else:
        _print(console, found)
    sys.exit(1 if exit_code and (found.added or found.removed) else 0)


def _newest_two(folder: Path) -> tuple[Release, Release]:
    from digigraph.release import open_release, releases

    found = releases(folder)
    if len(found) < 2:
        raise InputError(folder, f"two releases are needed to compare, found {len(found)}")
    return open_release(found[-2]), open_release(found[-1])


def _release(named: str, folder: Path) -> Release:
    """Return the release that is named by a version or by the path of its folder."""
    from digigraph.release import open_release, releases

    by_version = {path.name: path for path in releases(folder)}
    path = by_version.get(named, Path(named))
    if not path.is_dir():
        known = ", ".join(by_version) or "none"
        raise InputError(path, f"no such release; the versions in {folder} are: {known}")
    return open_release(path)


def _print(console: Console, found: Differences) -> None:
    from digigraph.changelog import COUNTED
    from digigraph.changes import KINDS

    bulgarian = console.language == "bg"
    console.data(f"{found.before} -> {found.after}")
    console.data(f"triples: +{len(found.added)} -{len(found.removed)}")
    console.data(f"changed places in documents: {found.moved_evidence}")
    if not found.changes:
        console.data("nothing changed that has a meaning to readers")
    for kind, same in groupby(found.changes, key=lambda change: change.kind):
        every = list(same)
        mark = "!" if every[0].breaking else " "
        console.data(f"\n{mark} {KINDS[kind][0 if bulgarian else 1]}: {len(every)}")
        for change in every if console.verbosity > 0 or kind not in COUNTED else ():
            label = change.name(console.language) if change.label else ""
            parts = (label, change.detail, f"<{change.entity}>", *_now(change.successors))
            console.data(f"    {'  '.join(part for part in parts if part)}")


def _now(successors: tuple[str, ...]) -> list[str]:
    return [f"-> <{successor}>" for successor in successors]
