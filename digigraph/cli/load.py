"""The command that puts a release into an engine over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from digigraph.cli.output import Console
from digigraph.errors import InputError


@click.command()
@click.option("--to", "address", required=True, help="Address of the engine: http://host:port/.")
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="The folder that holds the releases.",
)  # fmt: skip
@click.option("--release", "version", help="Version of the release [default: the newest].")
@click.option(
    "--engine-kind", type=click.Choice(["auto", "oxigraph", "virtuoso", "generic"]),
    default="auto", show_default=True, help="What the engine is; auto asks it.",
)  # fmt: skip
@click.option("--update-url", default="", help="Where it takes SPARQL Update, if not as usual.")
@click.option("--gsp-url", default="", help="Where it takes graphs (Graph Store Protocol).")
@click.option("--user", default="", help="Who may write there.")
@click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False),
    help="File whose first line is the password [default: DIGIGRAPH_ENGINE_PASSWORD].",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Load even what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
@click.pass_obj
def load(
    console: Console,
    address: str,
    releases: Path,
    version: str | None,
    engine_kind: str,
    update_url: str,
    gsp_url: str,
    user: str,
    password_file: Path | None,
    again: bool,
    as_json: bool,
) -> None:
    """Put a release into an engine that speaks SPARQL 1.1 over HTTP.

    The graphs are written beside the old ones, counted, and put into their place in one step.
    A load that was interrupted goes on where it stopped; the same release twice does nothing.

    \b
    Examples:
      digigraph load --to http://127.0.0.1:7878/
      digigraph load --to http://db.example.org:8890/ --user dba --password-file secret
      digigraph serve --engine http://127.0.0.1:7878/
    """
    from digigraph import loading
    from digigraph.graphstore import Store, password_of
    from digigraph.release import newest_release, open_release

    release = open_release(releases / version) if version else newest_release(releases)
    if release is None:
        raise InputError(releases, "no release here; make one with: digigraph build")
    password = password_of(password_file) if user else ""
    engine = Store.at(address, engine_kind, update_url, gsp_url, user, password)
    outcome = loading.load(release, engine, again=again, progress=console.progress)
    console.done()
    if as_json:
        told = {"changed": outcome.changed, "sent": outcome.sent, "dropped": outcome.dropped}
        console.json({"to": engine.ends.query, **told, "held": asdict(outcome.held)})
    elif outcome.changed:
        for graph in outcome.dropped:
            console.say(f"dropped <{graph}>")
        console.say(f"release {release.version} is in {engine.ends.query}: {outcome.sent} triples")
    else:
        console.say(f"release {release.version} is in {engine.ends.query} already")
