"""The commands about identifiers: list them, review competences with like names, merge them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console

if TYPE_CHECKING:
    from digigraph.registry import Registry
    from digigraph.reviews import Reviews, Row

_DATA = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder with ids.tsv [default: the shipped one].",
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")


class _Ids(click.Group):
    """A group that lists when no command of its own is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {*self.commands, "-h", "--help"}
        return super().parse_args(ctx, args if args and args[0] in known else ["list", *args])


@click.group(cls=_Ids, no_args_is_help=False)
def ids() -> None:
    """List the identifiers ever minted; review and merge competences with like names.

    Without a command it lists: digigraph ids [PREFIX] is digigraph ids list [PREFIX].

    \b
    Examples:
      digigraph ids
      digigraph ids c-
      digigraph ids review
      digigraph ids merge
    """


@ids.command(name="list")
@click.argument("prefix", required=False, default="")
@_JSON
@click.option(
    "--against", type=click.Path(path_type=Path, exists=True),
    help="An earlier register (ids.tsv) whose every row must still stand.",
)  # fmt: skip
@_DATA
@click.pass_obj
def list_(
    console: Console, prefix: str, as_json: bool, against: Path | None, data: Path | None
) -> None:
    """List the identifiers ever minted, and check that the register keeps its promises.

    PREFIX narrows the list: p- profiles, c- specific competences, d- sources.

    \b
    Examples:
      digigraph ids list
      digigraph ids list c-
      digigraph ids list --against releases/2026.11.0/ids.tsv
    """
    from digigraph.registry import Registry

    registry = _registry(data)
    if against:
        registry.check_extends(Registry.read(against), str(against))
        console.say(f"every row of {against} still stands")
    entries = [entry for entry in registry.entries if entry.id.startswith(prefix)]
    if as_json:
        console.json(
            [asdict(entry) | {"replaced_by": entry.replaced_by or None} for entry in entries]
        )
        return
    for entry in entries:
        console.data(entry.row())


@ids.command()
@_JSON
@click.option(
    "--least", type=click.FloatRange(0.5, 1.0), default=0.85, show_default=True,
    help="The least score of a pair, from 0 to 1.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(1, 100), default=3, show_default=True,
    help="Pairs that are offered of one competence at a time.",
)  # fmt: skip
@_DATA
@click.pass_obj
def review(console: Console, as_json: bool, least: float, most: int, data: Path | None) -> None:
    """Find competences of different profiles with like names, and offer them for review.

    They are written into data/ids-review.tsv, the likest first. For each pair write `same` or
    `different` under decision, and your name and the date. What was decided is never asked
    again; `digigraph ids merge` carries out what is the same. The exit code is 1 while pairs
    wait for a decision.

    The score is 1 - d / (a + b): of both names the stems of the words in order, without words
    that only join; a and b are their letters, d those that must go or come to make one the other.

    \b
    Examples:
      digigraph ids review
      digigraph ids review --least 0.95 --json
    """
    from digigraph.registry import write_whole
    from digigraph.reviews import FILE, Reviews

    path = _folder(data) / FILE
    reviews = Reviews.read(path)
    reviews = reviews.renewed(_found(console, _registry(data), reviews, least, most))
    if reviews.rows or path.exists():
        write_whole(path, reviews.text())
    open_ = reviews.of("")
    if as_json:
        from digigraph.alike import FORMULA

        console.json(
            {
                "file": str(path),
                "formula": FORMULA,
                "least": least,
                "decided": len(reviews.rows) - len(open_),
                "pairs": [_pair_json(row) for row in open_],
            }
        )
    else:
        for row in open_:
            console.data(
                f"{row.score}  {row.first}  {row.second}  {row.first_name} | {row.second_name}"
            )
    console.say(f"{len(open_)} pairs to decide, {len(reviews.rows) - len(open_)} decided: {path}")
    sys.exit(1 if open_ else 0)


def _found(
    console: Console, registry: Registry, reviews: Reviews, least: float, most: int
) -> list[Row]:
    """Return the pairs of competences in use that are alike and that nobody has decided on."""
    from digigraph.alike import Named, pairs
    from digigraph.reviews import Row, name_of, profile_of

    judged = reviews.judged()
    things = [
        Named(entry.id, name_of(entry), profile_of(entry))
        for entry in registry.entries
        if entry.id.startswith("c-") and entry.status == "active"
    ]
    alike = pairs(
        things, judged=lambda one, other: frozenset((one, other)) in judged, least=least,
        most=most, progress=lambda done, of: console.progress("comparing names", done, of),
    )  # fmt: skip
    rows = [
        Row(
            one.first.id,
            one.second.id,
            f"{one.score:.3f}",
            one.first.name,
            one.second.name,
            one.first.owner,
            one.second.owner,
        )
        for one in alike
    ]
    console.done()
    return rows


def _pair_json(row: Row) -> dict[str, object]:
    return {
        "score": row.likeness,
        "first": {"id": row.first, "name": row.first_name, "profile": row.first_profile},
        "second": {"id": row.second, "name": row.second_name, "profile": row.second_profile},
    }


@ids.command()
@_JSON
@_DATA
@click.pass_obj
def merge(console: Console, as_json: bool, data: Path | None) -> None:
    """Merge the competences that an editor found the same, the second into the first.

    The decisions are the lines with `same` in data/ids-review.tsv; a line may also be added by
    hand. In data/ids.tsv the second becomes deprecated, with the first as its successor; the next
    release says so, and the requirements keep their URIs. All decisions are carried out, or none.

    \b
    Examples:
      digigraph ids review
      digigraph ids merge
    """
    from digigraph.registry import write_whole
    from digigraph.reviews import FILE, Reviews, merged

    folder = _folder(data)
    registry = _registry(data)
    done = merged(registry, Reviews.read(folder / FILE))
    if done:
        write_whole(folder / "ids.tsv", registry.text())
    left = _mentions(folder, [old for old, _ in done])
    if as_json:
        console.json({"merged": dict(done), "mentioned": left})
    else:
        for old, new in done:
            console.data(f"{old}\t{new}")
    for place in left:
        console.say(f"{place} still names it; change it to the successor")
    console.say(
        f"{len(done)} competences merged"
        + ("; raise the version in data/release.toml and build" if done else "")
    )


def _mentions(folder: Path, merged: Sequence[str]) -> list[str]:
    """Return the places in labels and mappings that name what was merged."""
    found = []
    for path in (folder / "labels.tsv", *sorted((folder / "mappings").glob("*.sssom.tsv"))):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            found += [f"{path}:{number}: {one}" for one in merged if one in line]
    return found


def _folder(data: Path | None) -> Path:
    from digigraph import resources

    return data or resources.folder("data")


def _registry(data: Path | None) -> Registry:
    from digigraph.registry import Registry

    return Registry.read(_folder(data) / "ids.tsv")
