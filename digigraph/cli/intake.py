"""The commands for editors: check a document, validate data, look at the register."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from digigraph.accounts import account_of, counts
from digigraph.cli.output import Console, reading_json
from digigraph.errors import InputError
from digigraph.records import Reading, Severity

_ORDER = [Severity.ERROR, Severity.WARNING, Severity.INFO]


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.option(
    "--fail-on", type=click.Choice([str(s) for s in _ORDER]), default="error", show_default=True,
    help="The least severity that makes the exit code 1.",
)  # fmt: skip
@click.pass_obj
def check(console: Console, documents: tuple[str, ...], as_json: bool, fail_on: str) -> None:
    """Read documents and report every problem in them; publish nothing.

    "-" reads a document from standard input.

    \b
    Examples:
      digigraph check profile.txt
      digigraph --lang bg check data/sources/*/document.txt
      digigraph check --json --fail-on warning profile.txt | jq '.documents[].problems'
    """
    from digigraph import documents as reader
    from digigraph import reference

    known = reference.load()
    read: list[tuple[str, Reading]] = []
    unreadable: list[tuple[str, str]] = []
    for number, name in enumerate(documents, 1):
        console.progress("documents", number, len(documents))
        try:
            path = _document(name)
            _refuse_other(path)
            read.append((name, reader.read(path, known)))
        except InputError as error:
            unreadable.append((name, str(error)))
    console.done()
    if as_json:
        console.json(
            {
                "documents": [
                    *(reading_json(name, account_of(reading)) for name, reading in read),
                    *(
                        {"path": name, "accepted": False, "unreadable": message}
                        for name, message in unreadable
                    ),
                ]
            }
        )
    else:
        _report(console, read, unreadable)
    levels = _ORDER[: _ORDER.index(Severity(fail_on)) + 1]
    found = any(p.severity in levels for _, reading in read for p in reading.problems)
    sys.exit(3 if unreadable else 1 if found else 0)


def _refuse_other(path: Path) -> None:
    """Raise `InputError` naming what a file is that is neither the text form nor YAML."""
    from digigraph.intake.extract import read_file
    from digigraph.intake.kinds import SUFFIXES, Kind, kind_of

    content = read_file(path) if path.is_file() else b""
    kind = kind_of(path, content) if content.strip() else Kind.TEXT
    if kind in (Kind.DOCX, Kind.ODT, Kind.PDF):
        raise InputError(
            path,
            f"this is a file of the format {SUFFIXES[kind].upper()}; `digigraph add` reads it and "
            "reports on it, `check` reads the text form and YAML",
        )


def _document(name: str) -> Path:
    if name != "-":
        return Path(name)
    with tempfile.NamedTemporaryFile("wb", suffix=".txt", delete=False) as stream:
        stream.write(sys.stdin.buffer.read())
    return Path(stream.name)


def _report(
    console: Console, read: list[tuple[str, Reading]], unreadable: list[tuple[str, str]]
) -> None:
    for name, reading in read:
        for problem in reading.problems:
            console.data(console.problem(name, problem))
    for _, message in unreadable:
        console.data(message)
    for name, reading in read:
        number = {s: sum(p.severity is s for p in reading.problems) for s in _ORDER}
        verdict = "accepted" if reading.profile else "refused"
        texts = counts(reading)
        held = f"; {', '.join(f'{n} {k}' for k, n in texts.items())}" if texts else ""
        console.say(
            f"{name}: {verdict}: {number[Severity.ERROR]} errors, {number[Severity.WARNING]} "
            f"warnings, {number[Severity.INFO]} remarks{held}"
        )


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "turtle"]), default="text",
    show_default=True, help="Form of the report; turtle is a SHACL validation report.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(["violation", "warning", "info"]), default="violation",
    show_default=True, help="The least severity that makes the exit code 1.",
)  # fmt: skip
@click.option("--base", default=None, help="Base URI of the data [default: the published one].")
@click.pass_obj
def validate(
    console: Console, files: tuple[Path, ...], form: str, fail_on: str, base: str | None
) -> None:
    """Validate files of this vocabulary against the published shapes.

    Any Turtle, JSON-LD, N-Quads, N-Triples, TriG or RDF/XML file will do, whoever made it.

    \b
    Examples:
      digigraph validate profile.ttl
      digigraph --lang bg validate --fail-on warning dump.jsonld
      digigraph validate --format turtle profile.ttl > report.ttl
    """
    from digigraph.cli.reports import print_reports
    from digigraph.resources import AUTHORED_BASE
    from digigraph.validation import Severity as Grave
    from digigraph.validation import validate_file

    reports = [(path, validate_file(path, base or AUTHORED_BASE)) for path in files]
    print_reports(console, reports, form)
    grave: Grave = fail_on  # type: ignore[assignment]  # click has checked the choice
    sys.exit(0 if all(report.conforms(grave) for _, report in reports) else 1)


@click.group(name="import")
def import_() -> None:
    """Bring in what digigraph may not ship, from a file that you have.

    \b
    Examples:
      digigraph import digcomp levels.csv
    """


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder that keeps the texts [default: the shipped one].",
)  # fmt: skip
@click.pass_obj
def digcomp(console: Console, file: Path, data: Path | None) -> None:
    """Keep the official DigComp 2.1 level texts of FILE for every later build.

    FILE is CSV or TSV with the columns competence, level, language, text, source: one row for
    each text, in order.

    \b
    Examples:
      digigraph import digcomp levels.csv
      digigraph import digcomp --data /srv/data levels.tsv
    """
    from digigraph import descriptors, reference, resources

    known = reference.load().competences
    new = descriptors.keep(descriptors.read(file, known), data or resources.folder("data"), known)
    console.say(f"{new} new texts; raise the version in data/release.toml and build")
