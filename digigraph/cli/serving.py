"""The command that serves; its options are the fields of the one `Settings`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from digigraph.cli.output import Console
from digigraph.web import Settings
from digigraph.web import serve as run


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(dataclasses.fields(Settings)):
        kind: Any = click.Path(path_type=Path, file_okay=False)
        if not isinstance(field.default, Path):
            kind = type(field.default)
        option = click.option(
            f"--{field.name.replace('_', '-')}", type=kind, default=field.default,
            show_default=True, help=field.metadata["help"],
        )  # fmt: skip
        function = option(function)
    return function


@click.command()
@_options
@click.pass_obj
def serve(console: Console, /, **values: Any) -> None:
    """Serve the newest release: pages, dumps and a SPARQL endpoint.

    Where there is no release yet, the shipped data is built first.

    \b
    Examples:
      digigraph serve
      digigraph serve --host 0.0.0.0 --port 9000 --workers 2
      digigraph serve --releases /srv/releases --service https://data.example.org/
    """
    settings = Settings(**values)
    from digigraph.release import newest_release

    if newest_release(settings.releases) is None:
        _build_shipped(console, settings)
    run(settings, announce=console.say)


def _build_shipped(console: Console, settings: Settings) -> None:
    """Build the shipped data into the folder of releases, in a process of its own.

    The server stays without the libraries of the build.
    """
    import subprocess
    import sys

    console.say(f"no release in {settings.releases}; building the shipped data")
    base = ["--base", settings.base] if settings.base else []
    done = subprocess.run(
        [sys.executable, "-m", "digigraph", "build", "--into", str(settings.releases), *base],
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)
