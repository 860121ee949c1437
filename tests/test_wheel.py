"""What is shipped works on its own: an installed wheel, an empty folder, no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest
from servers import Server, unused_port
from SPARQLWrapper import JSON, SPARQLWrapper

from digigraph.web.assets import FOLDER, MANIFEST
from digigraph.web.gathering import LICENCES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of the project, built as for a release."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
            "--wheel-dir", str(folder), str(ROOT),
        ],
        check=True,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_carries_the_four_folders(wheel: Path) -> None:
    """Data, ontology, shapes and queries travel inside the package, and nothing else does."""
    names = zipfile.ZipFile(wheel).namelist()

    for folder in ("data", "ontology", "shapes", "queries"):
        assert any(name.startswith(f"digigraph/{folder}/") for name in names)
    assert "digigraph/py.typed" in names
    assert "digigraph/data/sources/33393020-93/document.txt" in names
    assert not [name for name in names if "test" in name or "__pycache__" in name]


def test_the_wheel_carries_the_editor_and_its_licences(wheel: Path) -> None:
    """What npm fetched travels as it is, with licence texts; nothing else of npm does (S-11)."""
    if not (FOLDER / MANIFEST).exists():
        pytest.skip("needs the editor's files: make serve, with npm installed")
    archive = zipfile.ZipFile(wheel)
    fetched = {f"digigraph/web/npm/{path.name}": path.read_bytes() for path in FOLDER.iterdir()}

    carried = {name: archive.read(name) for name in archive.namelist() if "/npm/" in name}

    assert carried == fetched
    assert b"codemirror@" in carried[f"digigraph/web/npm/{LICENCES}"]
    assert not [name for name in archive.namelist() if "node_modules" in name]


def test_an_installed_wheel_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """`digigraph serve` builds and serves the shipped data with no checkout near."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site),
         str(wheel)],
        check=True,
    )  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(site)}
    where = subprocess.run(
        [sys.executable, "-c", "import digigraph; print(digigraph.__file__)"],
        cwd=empty, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert where.stdout.startswith(str(site))
    port = unused_port()
    command = [sys.executable, "-m", "digigraph", "serve", "--port", str(port)]
    with Server(command, port, cwd=empty, env=environment, patience=90) as url:
        endpoint = SPARQLWrapper(f"{url}sparql", returnFormat=JSON)
        endpoint.setQuery(
            "PREFIX dgc: <https://w3id.org/digigraph/def#> SELECT ?r { ?p dgc:hasRequirement ?r }"
        )
        assert len(endpoint.queryAndConvert()["results"]["bindings"]) == 10
        for path in ("", "dumps/digigraph.ttl", "dumps/digigraph.jsonld.gz", "dumps/SHA256SUMS"):
            with urllib.request.urlopen(url + path, timeout=10) as response:
                assert response.status == 200
                assert response.read()
