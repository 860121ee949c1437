"""The command `digigraph`: data on stdout, messages on stderr, exit codes as published (D-02).

0 success · 1 ran, and found problems · 2 wrong usage · 3 input missing or unreadable ·
4 a remote service failed · 130 interrupted.  Each command imports what it needs when it runs,
so that `serve` never loads the document readers' or the validator's libraries.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import keyword
import os
import sys
from pathlib import Path

import click

from digigraph import __version__
from digigraph.cli.output import Console
from digigraph.errors import DigigraphError

RELEASES = Path("releases")


_MODULES = {
    "add": "add",
    "build": "publish",
    "check": "intake",
    "compare": "compare",
    "diff": "changes",
    "export": "export",
    "ids": "ids",
    "import": "intake",
    "load": "load",
    "mcp": "agents",
    "query": "publish",
    "search": "search",
    "serve": "serving",
    "show": "publish",
    "validate": "intake",
    "verify": "verify",
}
"""Each command, and the module that it is loaded from when it is asked for."""


class _Commands(click.Group):
    """A group whose failures end in a sentence and the exit code of their class."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found = getattr(importlib.import_module(f"digigraph.cli.{module}"), name)
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DigigraphError as error:
            ctx.ensure_object(Console).done()
            click.echo(f"digigraph: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def _versions(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from digigraph.build import inputs

    click.echo(f"digigraph {__version__}")
    click.echo(f"data {inputs().edition.version}")
    for library in ("rdflib", "pyoxigraph", "pyshacl", "Flask", "click", "granian"):
        click.echo(f"{library} {importlib.metadata.version(library)}")
    ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 success, 1 problems found, 2 wrong usage, 3 input missing or unreadable, "
    "4 remote service failed, 130 interrupted.",
)
@click.option("-q", "--quiet", count=True, help="Say less; only results and errors.")
@click.option("-v", "--verbose", count=True, help="Say more.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
    help="Colour messages; NO_COLOR is honoured.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["bg", "en"]), help="Language of messages [default: from LANG].",
)  # fmt: skip
@click.option(
    "--version", is_flag=True, callback=_versions, expose_value=False, is_eager=True,
    help="Show the versions of software, data and libraries.",
)  # fmt: skip
@click.pass_context
def cli(ctx: click.Context, quiet: int, verbose: int, color: str, lang: str | None) -> None:
    """Turn competence profiles into linked data, and serve it.

    \b
    Examples:
      digigraph check profile.txt         read a document and report, publish nothing
      digigraph build                     make a release of the data, in ./releases
      digigraph serve                     serve the newest release on http://127.0.0.1:8000
    """
    bulgarian = os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("bg")
    ctx.obj = Console(verbose - quiet, color, lang or ("bg" if bulgarian else "en"))


def main() -> None:
    """Run the command; an interrupted one ends with 130."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    sys.exit(code if isinstance(code, int) else 0)
