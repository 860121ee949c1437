"""The command that serves AI agents."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from digigraph.cli.output import Console
from digigraph.engine import Limits
from digigraph.errors import UsageError


@click.command()
@click.option("--http", is_flag=True, help="Speak streamable HTTP at /mcp instead of stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
@click.option(
    "--query-seconds", default=20.0, show_default=True, type=click.FloatRange(0.1),
    help="How long a query may take.",
)  # fmt: skip
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False),
    help="Folder of releases, or the folder of one [default: the data that came with digigraph].",
)  # fmt: skip
@click.pass_obj
def mcp(
    console: Console, http: bool, host: str, port: int, query_seconds: float, releases: Path | None
) -> None:
    """Serve a release to AI agents, by the Model Context Protocol.

    \b
    Examples:
      digigraph mcp                       over stdin and stdout, as desktop clients start it
      digigraph mcp --http --port 8001    for clients that ask http://127.0.0.1:8001/mcp
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("the package mcp is not installed: pip install 'digigraph[mcp]'")
    from digigraph.agents import run
    from digigraph.dataset import load

    release = load(releases).release
    if http:
        console.say(f"release {release.version} for agents on http://{host}:{port}/mcp")
    run(
        release,
        Limits(seconds=query_seconds),
        "http" if http else "stdio",
        host=host,
        port=port,
    )
