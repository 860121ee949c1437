"""The commands that make a release and answer from it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console, problem_json, reading_json
from digigraph.errors import DigigraphError, InputError

if TYPE_CHECKING:
    from digigraph.build import Inputs, Refused
    from digigraph.catalog import Query
    from digigraph.release import Release

_RELEASES = click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that holds the releases.",
)  # fmt: skip


@click.command()
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that the release is put into.",
)  # fmt: skip
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder with sources, mappings and ids.tsv [default: the shipped one].",
)  # fmt: skip
@click.option("--release", "version", help="Version of the release [default: data/release.toml].")
@click.option(
    "--issued",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date of issue [default: data/release.toml].",
)
@click.option("--base", default=None, help="Base URI of everything [default: the published one].")
@click.option(
    "--workers", type=click.IntRange(min=1),
    help="Processes that share the work [default: one for each processor].",
)  # fmt: skip
@click.option(
    "--parts", type=click.Path(path_type=Path, file_okay=False),
    help="The folder of what is kept for the next build [default: .parts in --into].",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.pass_obj
def build(
    console: Console,
    into: Path,
    data: Path | None,
    version: str | None,
    issued: datetime | None,
    base: str | None,
    workers: int | None,
    parts: Path | None,
    as_json: bool,
) -> None:
    """Make a validated, versioned release of the data.

    A document with errors is left out and reported; a violation of the shapes stops the build.
    Whatever goes wrong, the releases that are there stay as they are.
    What was worked out for a document is kept and used again while the document is the same.

    \b
    Examples:
      digigraph build
      digigraph build --into /srv/releases --release 2026.12.0 --issued 2026-12-01
      digigraph build --base https://example.org/competences/
    """
    from digigraph.build import build as make
    from digigraph.build import inputs
    from digigraph.cli.reports import print_findings
    from digigraph.resources import AUTHORED_BASE

    made_from = inputs(
        data, base=_base(base or AUTHORED_BASE), version=version,
        issued=issued.date() if issued else None,
    )  # fmt: skip
    try:
        outcome = make(made_from, into, progress=console.progress, workers=workers, kept=parts)
    except DigigraphError as error:
        console.done()
        if as_json:
            console.json(_failure(made_from, error))
        raise
    console.done()
    release = outcome.release
    if as_json:
        console.json(
            {
                "release": str(release.folder) if release else None,
                "version": made_from.edition.version,
                "unchanged": outcome.unchanged,
                "minted": list(outcome.minted),
                "replaced": dict(outcome.replaced),
                "retired": outcome.retired,
                "reused": outcome.reused,
                "documents": [reading_json(path, reading) for path, reading in outcome.readings],
                "refused": [_refused_json(one) for one in outcome.refused],
                "validation": json.loads(outcome.report.to_json()),
                "error": None,
            }
        )
    else:
        for one in outcome.refused:
            console.say(f"refused: {one.path}", level=-1)
            if one.error:
                console.say(f"  {one.error}", level=-1)
            for problem in one.reading.errors if one.reading else ():
                console.say(f"  {console.problem(one.path, problem)}", level=-1)
        print_findings(console, outcome.report)
        if release and outcome.unchanged:
            console.say(f"release {release.version} is up to date: {release.folder}")
        elif release:
            for old, new in outcome.replaced:
                console.say(f"source {old} is replaced by {new}, a newer edition of its document")
            if outcome.retired:
                console.say(
                    f"what is gone was appended to {made_from.data / 'retired.tsv'}: keep that file"
                )
            if outcome.minted:
                console.say(
                    f"minted {len(outcome.minted)} identifiers, appended to "
                    f"{made_from.data / 'ids.tsv'}: keep that file"
                )
            console.say(f"release {release.version}: {release.folder}")
    sys.exit(0 if release and not outcome.refused else 1)


def _failure(made_from: Inputs, error: DigigraphError) -> dict[str, object]:
    """Return the report of a build that made nothing, of which `error` says why."""
    from digigraph.build import BuildRefused

    refused = error.refused if isinstance(error, BuildRefused) else ()
    return {
        "release": None,
        "version": made_from.edition.version,
        "unchanged": False,
        "minted": [],
        "replaced": {},
        "retired": 0,
        "reused": 0,
        "documents": [],
        "refused": [_refused_json(one) for one in refused],
        "validation": None,
        "error": str(error),
    }


def _refused_json(one: Refused) -> dict[str, object]:
    return {
        "path": str(one.path),
        "error": str(one.error) if one.error else None,
        "problems": [problem_json(p) for p in (one.reading.errors if one.reading else ())],
    }


def _base(base: str) -> str:
    if not base.startswith(("http://", "https://")) or not base.endswith("/"):
        raise click.BadParameter(
            "expected an http(s) URI that ends with a slash", param_hint="--base"
        )
    return base


@click.command()
@click.argument("query", required=False)
@click.option(
    "-f", "--file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Read the query from a file.",
)  # fmt: skip
@click.option(
    "--format", "form", default=None,
    help="csv, tsv, json, xml for tables; turtle, nt, jsonld, rdf for graphs "
    "[default: aligned columns, or turtle].",
)  # fmt: skip
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE",
    help="Give a parameter of a published example a value: an IRI, a code or an identifier.",
)  # fmt: skip
@_RELEASES
@click.pass_obj
def query(
    console: Console,
    query: str | None,
    file: Path | None,
    form: str | None,
    given: tuple[str, ...],
    releases: Path,
) -> None:
    """Ask the newest release a SPARQL query.

    QUERY is the text, the name of a published example, or "-" for standard input.

    \b
    Examples:
      digigraph query requirements-of-profile
      digigraph query profiles-needing-level --set competence=1.2 --set level=6
      digigraph query --format csv 'SELECT ?kind (COUNT(*) AS ?n) { ?s a ?kind } GROUP BY ?kind'
      digigraph query -f question.rq
    """
    from digigraph.catalog import queries

    if (query is None) == (file is None):
        raise click.UsageError("give a query, the name of an example, or --file")
    release = _newest(releases)
    examples = queries("examples", release.base)
    if given and query not in examples:
        raise click.UsageError("--set is for the parameters of a published example")
    if file:
        text = file.read_text(encoding="utf-8")
    elif query == "-":
        text = sys.stdin.read()
    else:
        assert query is not None
        text = _with_values(examples[query], given, release) if query in examples else query
    from digigraph.cli.reports import print_answer
    from digigraph.store import Store

    print_answer(console, Store(release).ask(text), form)


@click.command()
@click.argument("thing")
@click.option("--json", "as_json", is_flag=True, help="Show as JSON on stdout.")
@_RELEASES
@click.pass_obj
def show(console: Console, thing: str, as_json: bool, releases: Path) -> None:
    """Show one thing of the newest release: by URI, identifier or code.

    \b
    Examples:
      digigraph show 33393020
      digigraph show 1.2
      digigraph show digcomp21/1-2/level-6
    """
    from digigraph.cli.reports import print_thing

    release = _newest(releases)
    print_thing(console, release, thing, as_json=as_json)


def _with_values(query: Query, given: tuple[str, ...], release: Release) -> str:
    """Return the text of an example with the values that were given as NAME=VALUE."""
    from digigraph.parameters import values_of, with_values
    from digigraph.things import Things

    pairs = [(name, value) for one in given for name, _, value in [one.partition("=")]]
    return with_values(query, values_of(query, pairs, Things(release)))


def _newest(releases: Path) -> Release:
    """Return the newest release in a folder, or say how to make one."""
    from digigraph.release import newest_release

    release = newest_release(releases) if releases.is_dir() else None
    if release is None:
        raise InputError(releases, "no release here; make one with: digigraph build")
    return release
