"""The README tells the truth: what it shows is run, and what it lists is there."""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import serving

from digigraph import mappings, resources
from digigraph.cli import cli
from digigraph.release import Release
from digigraph.web import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """Return the commands of the tour, without their prompts."""
    (tour,) = blocks("console")
    return [line.removeprefix("$ ") for line in tour.splitlines()]


@pytest.fixture(scope="module")
def served(shipped_release: Release) -> Iterator[str]:
    """Yield the URL of a server over the shipped release."""
    with serving(shipped_release.folder.parent) as url:
        yield url


def test_it_opens_with_the_two_commands() -> None:
    """A newcomer reads `make serve` and `make test` first."""
    lines = [line.strip() for line in README.splitlines() if line.strip()]

    assert lines[0] == "# digigraph"
    assert lines[1].startswith("make serve")
    assert lines[2].startswith("make test")


@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_tour_works(
    command: str, served: str, shipped_release: Release, tmp_path: Path
) -> None:
    """Every command that the README shows succeeds and says something."""
    words = shlex.split(command.replace("http://127.0.0.1:8000/", served))
    if words[0].endswith("digigraph"):
        words[:1] = [sys.executable, "-m", "digigraph"]
    (tmp_path / "data").symlink_to(resources.folder("data"))
    (tmp_path / "releases").symlink_to(shipped_release.folder.parent)

    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout or (tmp_path / "digigraph.ttl.gz").stat().st_size > 10_000


def test_the_python_example_works(served: str) -> None:
    """The SPARQLWrapper example prints the ten requirements with their levels."""
    example = blocks("python")[0]

    done = subprocess.run(
        [sys.executable, "-c", example.replace("http://127.0.0.1:8000/", served)],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip

    lines = done.stdout.splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("6 ")


def test_the_example_of_the_package_works(shipped_release: Release) -> None:
    """What the README shows of `digigraph.load()` runs, over a release that is at hand."""
    example = blocks("python")[1]
    loading = "digigraph.load()"
    assert loading in example

    subprocess.run(
        [
            sys.executable, "-W", "error", "-c",
            example.replace(loading, f"digigraph.load({str(shipped_release.folder)!r})", 1)
            + "\nassert profile.levels()['4.2'] == 5",
        ],
        capture_output=True, check=True,
    )  # fmt: skip


def test_each_setting_is_a_row_and_an_option() -> None:
    """Settings, the options of `serve` and the README's table are one list."""
    (table,) = re.findall(r"\| option \| default \| meaning \|\n\| --- .*?\n((?:\|.*\n)+)", README)
    rows = [
        re.findall(r"^\| `--([\w-]+)` \| `([^`]*)` \| (.*) \|$", line)[0]
        for line in table.splitlines()
    ]
    serve = cli.get_command(None, "serve")  # type: ignore[arg-type]
    assert serve

    assert rows == [
        (field.name.replace("_", "-"), str(field.default), field.metadata["help"])
        for field in dataclasses.fields(Settings)
    ]
    assert [parameter.name for parameter in serve.params] == [
        field.name for field in dataclasses.fields(Settings)
    ]


def test_each_command_is_listed() -> None:
    """The table of commands names every command there is."""
    listed = re.findall(r"^\| `digigraph (\w+)", README, re.MULTILINE)

    assert sorted(listed) == cli.list_commands(None)  # type: ignore[arg-type]


def test_the_counts_are_those_of_the_data() -> None:
    """The numbers in the README are counted again."""
    sets = (resources.folder("data") / "mappings").glob("*.sssom.tsv")
    rows = sum(len(mappings.read(path).mappings) for path in sets)

    assert f"{rows} mapping rows" in README
    assert "274 list statements" in README
