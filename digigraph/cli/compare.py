"""The command that puts profiles side by side, or a profile beside a person's own levels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console
from digigraph.errors import InputError, UsageError

if TYPE_CHECKING:
    from digigraph.comparison import Gap
    from digigraph.listing import Listing
    from digigraph.sidebyside import SideBySide


@click.command()
@click.argument("profiles", nargs=-1, required=True)
@click.option(
    "--own", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A person's own levels: CSV rows of code and level, or a JSON object. Stays here.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Show as JSON on stdout.")
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that holds the releases.",
)  # fmt: skip
@click.pass_obj
def compare(
    console: Console, profiles: tuple[str, ...], own: Path | None, as_json: bool, releases: Path
) -> None:
    """Compare two to four profiles of the newest release, by identifier, IRI or code.

    With --own, compare one profile with a person's own levels: what is missing, and how much of
    what is required is there. The file is read here and sent nowhere; a row that cannot be used
    is told, with its line, and nothing is compared.

    \b
    Examples:
      digigraph compare p-37q68h4z p-0d8j2k4m
      digigraph compare 33393020 p-0d8j2k4m --json
      digigraph compare p-37q68h4z --own my-levels.csv
    """
    from digigraph.listing import Listing
    from digigraph.release import newest_release
    from digigraph.things import Things

    release = newest_release(releases) if releases.is_dir() else None
    if release is None:
        raise InputError(releases, "no release here; make one with: digigraph build")
    listing = Listing(Things(release))
    found = [_profile(name, listing) for name in profiles]
    if own is not None:
        if len(found) != 1:
            raise UsageError("--own compares one profile with a person's own levels")
        _print_gaps(console, found[0], _gaps(found[0], own, listing), listing, as_json=as_json)
        return
    from digigraph.sidebyside import SideBySide

    beside = SideBySide(found, listing)
    if as_json:
        console.json(beside.json())
    else:
        _print(console, beside)


def _profile(name: str, listing: Listing) -> str:
    found = listing.profile(name)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(iri.rpartition("/")[2] for iri in found)
        raise UsageError(f"several profiles have the code {name}: {listed}; name one of them")
    raise InputError(name, f"release {listing.things.release.version} has no such profile")


def _print(console: Console, beside: SideBySide) -> None:
    """Print a comparison as columns: a row for each competence, then how alike they are."""
    bulgarian = console.language == "bg"
    header, *rows = beside.rows()
    name = header.index("name_bg" if bulgarian else "name_en")
    wanted = [header.index("code"), name, header.index("group"), header.index("difference")]
    wanted += [n for n, title in enumerate(header) if title.startswith(("level_p-", "gap_p-"))]
    told = [[header[place] for place in wanted]]
    told += [[row[place] or "–" for place in wanted] for row in rows]
    console.table(told)
    for left, right, score, shared in beside.pairs():
        both = f"{beside.short[left]} – {beside.short[right]}"
        words = "прилика {}, общи {}" if bulgarian else "alike {}, shared {}"
        console.data(f"{both}: {words.format(score, shared)}")


def _gaps(profile: str, own: Path, listing: Listing) -> list[Gap]:
    from digigraph.cli.ownlevels import own_levels
    from digigraph.comparison import gaps

    return gaps(listing.requirements.levels(profile), own_levels(own, listing))


def _print_gaps(
    console: Console, profile: str, found: list[Gap], listing: Listing, *, as_json: bool
) -> None:
    from digigraph.comparison import reach

    share = reach(found)
    if as_json:
        told = [
            {"competence": g.competence, "required": g.required, "own": g.own, "missing": g.missing}
            for g in found
        ]
        console.json({"profile": profile, "reach": share, "competences": told})
        return
    bulgarian = console.language == "bg"
    header = ("компетентност", "изисквано", "собствено", "липсват")
    rows = [header if bulgarian else ("competence", "required", "own", "missing")]
    for gap in found:
        name = listing.name(gap.competence, "bg" if bulgarian else "en")
        rows.append((name or gap.competence, str(gap.required), str(gap.own), str(gap.missing)))
    console.table(rows)
    console.data(f"покрито: {share}" if bulgarian else f"reach: {share}")
