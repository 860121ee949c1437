"""The command that proves that pages, endpoint and files are the same graph."""

from __future__ import annotations

from pathlib import Path

import click

from digigraph.cli.output import Console
from digigraph.verdicts import Report


@click.command()
@click.argument("target", metavar="URL|DIR")
@click.option(
    "--full", is_flag=True,
    help="Compare every statement and every document of a service, however many.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.pass_obj
def verify(console: Console, target: str, full: bool, as_json: bool) -> None:
    """Prove that pages, endpoint and files are the same graph, and name what differs.

    DIR is a release or a folder of releases: sizes and SHA-256, every dump in every format, the
    compressed twins, the tables and trees, and the index. URL is a running service: its files as
    well, what its endpoint says of every graph, its documents in every format, and its catalogue.

    A page has to say every value of its document, and its main part no text besides; which value
    stands beside which property is compared in the machine formats, not in the page.

    Exit code 1 if anything differs, 3 if there is no release, 4 if the service fails.

    \b
    Examples:
      digigraph verify releases
      digigraph verify releases/2026.11.0 --json
      digigraph verify http://127.0.0.1:8000/
      digigraph verify --full https://data.example.org/kg/
    """
    if target.startswith(("http://", "https://")):
        from digigraph.visiting import check_service

        reports = [check_service(target, everything=full, progress=console.progress)]
    else:
        from digigraph.checking import check_folder

        if full:
            raise click.UsageError("--full is for a service; of a folder everything is compared")
        reports = check_folder(Path(target), console.progress)
    console.done()
    if as_json:
        console.json({"reports": [_json(report) for report in reports]})
    else:
        for report in reports:
            _print(console, report)
    if any(report.differences for report in reports):
        raise SystemExit(1)


def _print(console: Console, report: Report) -> None:
    bulgarian = console.language == "bg"
    for one in report.differences:
        console.data(one.said(console.language))
        for statement in one.statements:
            console.data(f"    {statement}")
    words = _COUNTED_BG if bulgarian else _COUNTED
    counted = ", ".join(f"{report.compared.get(k, 0)} {w}" for k, w in words.items())
    console.say(f"{report.of}: {report.version}: {counted}")
    for name, share in report.share.items():
        part = "част от" if bulgarian else "part of"
        console.say(f"  {part} {words[_OF[name]]}: {share:.1%} (--full)")
    if not report.differences:
        same = "няма разлики" if bulgarian else "no differences"
        console.say(f"{report.of}: {same}")


_COUNTED = {
    "files": "files",
    "dumps": "dumps",
    "twins": "compressed twins",
    "regenerated": "tables and trees",
    "statements": "statements",
    "asked": "statements asked of the endpoint",
    "documents": "documents",
}
_COUNTED_BG = {
    "files": "файла",
    "dumps": "пълни файла с данни",
    "twins": "компресирани файла",
    "regenerated": "таблици и дървета",
    "statements": "твърдения",
    "asked": "твърдения, питани през SPARQL",
    "documents": "документа",
}
_OF = {"endpoint": "asked", "documents": "documents"}


def _json(report: Report) -> dict[str, object]:
    """Return a report as JSON: the stable schema of `verify --json`."""
    return {
        "of": report.of,
        "version": report.version,
        "same": not report.differences,
        "compared": report.compared,
        "share": report.share,
        "differences": [
            {
                "kind": one.kind,
                "place": one.place,
                "graph": one.graph,
                "subject": one.subject,
                "count": one.count,
                "statements": list(one.statements),
                "message": {"bg": one.said("bg"), "en": one.said("en")},
            }
            for one in report.differences
        ],
    }
