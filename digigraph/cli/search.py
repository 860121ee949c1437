"""The command that searches a release: names, codes and statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console
from digigraph.errors import InputError, UsageError

if TYPE_CHECKING:
    from digigraph.search import Hit


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--type", "kind", help="Only what is of this class, as Competence or Statement.")
@click.option("--scheme", default="", help="Only what is in this scheme, as digcomp21, or by IRI.")
@click.option("--sector", default="", help="Only what is of this sector, by its KID-2008 code.")
@click.option("--area", default="", help="Only what is of this area, by number or IRI.")
@click.option("--level", type=click.IntRange(1, 8), help="Only what is of this very level.")
@click.option(
    "--lang", type=click.Choice(["bg", "en"]),
    help="Language of the names that are shown [default: that of messages].",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True,
    help="How many hits are shown at most.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Show as JSON on stdout.")
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that holds the releases.",
)  # fmt: skip
@click.pass_obj
def search(
    console: Console,
    text: tuple[str, ...],
    kind: str | None,
    scheme: str,
    sector: str,
    area: str,
    level: int | None,
    lang: str | None,
    limit: int,
    as_json: bool,
    releases: Path,
) -> None:
    """Search the newest release: names and codes of things, words of statements.

    Words may be inflected, in Latin letters, in English, or mistyped. Exit code 1 says that
    nothing was found.

    \b
    Examples:
      digigraph search клиентите
      digigraph search lichni danni --type Statement --limit 5
      digigraph search 3339-3020 --json
    """
    from digigraph.release import newest_release
    from digigraph.search import Filters, Search
    from digigraph.search.entries import GROUPS, TYPES

    if kind is not None and kind not in (*TYPES, *GROUPS):
        raise UsageError(f"no type {kind!r}; there are {', '.join((*TYPES, *GROUPS))}")
    release = newest_release(releases) if releases.is_dir() else None
    if release is None:
        raise InputError(releases, "no release here; make one with: digigraph build")
    filters = Filters((kind,) if kind else (), scheme, sector, area, str(level or ""))
    found = Search.open(release).search(" ".join(text), filters, limit=limit)
    if as_json:
        console.json({"total": found.total, "items": [hit.json() for hit in found.hits]})
    else:
        for hit in found.hits:
            _print(console, hit, release.base, lang or console.language)
        console.say(f"{len(found.hits)} of {found.total} hits")
    if not found.hits:
        click.get_current_context().exit(1)


def _print(console: Console, hit: Hit, base: str, language: str) -> None:
    name = " ".join(part for part in (hit.notation, hit.label(language)) if part)
    console.data(f"{hit.iri.removeprefix(f'{base}id/')}  {hit.type}  {name}")
    if hit.owner:
        _, names = hit.owner
        console.data(f"    {names.get(language) or next(iter(names.values()), '')}")
