"""The notebooks run from their first cell to their last, offline, and show what they promise."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(path.name for path in ROOT.glob("*.ipynb"))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the notebooks and of what they read."""
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("work") / "notebooks"))


def test_there_are_notebooks() -> None:
    """They are found."""
    assert "job-titles.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_output_is_kept(name: str) -> None:
    """A notebook in the repository is what a person wrote, and nothing that a run left."""
    told = nbformat.read(ROOT / name, as_version=4)

    nbformat.validate(told)
    assert not [cell for cell in told.cells if cell.get("outputs") or cell.get("execution_count")]


def test_from_job_titles_to_uris_and_levels(
    workplace: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inflected, in Latin letters, English and a code: all find the profile, and its levels."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(cache))
    monkeypatch.setitem(os.environ, "IPYTHONDIR", str(cache / "ipython"))
    told = nbformat.read(workplace / "job-titles.ipynb", as_version=4)

    client = NotebookClient(told, timeout=120, resources={"metadata": {"path": str(workplace)}})
    client.execute()

    shown = [
        text
        for cell in told.cells
        for output in cell.get("outputs", ())
        for text in [output.get("text", ""), *output.get("data", {}).values()]
    ]
    assert any("5 of 6 titles have a profile" in text for text in shown)
    assert any("<table" in text and "Организатор, работа с клиенти" in text for text in shown)
    last = told.cells[-1].outputs[-1]["data"]["text/plain"]
    assert "Водолаз" in last
    assert "клиенти" not in last
