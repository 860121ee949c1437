"""The query editor's files: fetched at set-up, served with what a browser checks them by (S-11)."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from digigraph.errors import InputError
from digigraph.web import assets
from digigraph.web.gathering import LICENCES, gather

ROOT = Path(__file__).parents[1]
NO_EDITOR = "needs the editor's files: make serve, with npm installed"

SCRIPT, STYLE = b"var Yasqe = {};\n" * 100, b".yasqe { color: red }\n" * 100


def write_package(modules: Path, name: str, licence: str = "", **about: Any) -> Path:
    """Write a package of npm; without `licence` it brings no licence text."""
    folder = modules / name
    folder.mkdir(parents=True)
    told = {"name": name, "version": "1.2.3", "license": "MIT", **about}
    (folder / "package.json").write_text(json.dumps(told), encoding="utf-8")
    if licence:
        (folder / "LICENSE").write_text(licence, encoding="utf-8")
    return folder


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Return what npm leaves behind: the editor, what is inside its script, and another."""
    found = tmp_path / "node_modules"
    editor = write_package(found, "@zazuko/yasqe", author="Triply", contributors=[{"name": "Zaz"}])
    build = editor / "build"
    build.mkdir()
    (build / "yasqe.min.js").write_bytes(SCRIPT)
    (build / "yasqe.min.css").write_bytes(STYLE)
    sources = ["../src/index.ts", "../../../node_modules/codemirror/lib/codemirror.js"]
    (build / "yasqe.min.js.map").write_text(json.dumps({"sources": sources}), encoding="utf-8")
    write_package(found, "@zazuko/yasgui-utils", author="Triply")
    write_package(found, "codemirror", licence="Copyright (C) by Marijn")
    write_package(found, "elsewhere", licence="not shipped")
    return found


def test_what_is_gathered_is_told_by_a_manifest(modules: Path, tmp_path: Path) -> None:
    """The manifest has each file with its size and the SHA-384 that a browser checks."""
    into = tmp_path / "npm"

    gather(modules, into)

    told = json.loads((into / "manifest.json").read_bytes())["files"]
    assert [(t["role"], t["name"], t["from"], t["bytes"]) for t in told] == [
        ("script", "yasqe-1.2.3.js", "@zazuko/yasqe@1.2.3", len(SCRIPT)),
        ("style", "yasqe-1.2.3.css", "@zazuko/yasqe@1.2.3", len(STYLE)),
    ]
    for entry, body in zip(told, (SCRIPT, STYLE), strict=True):
        digest = b64encode(hashlib.sha384(body).digest()).decode()
        assert entry["integrity"] == f"sha384-{digest}"
        assert (into / entry["name"]).read_bytes() == body
        assert gzip.decompress((into / f"{entry['name']}.gz").read_bytes()) == body


def test_licences_travel_with_what_they_cover(modules: Path, tmp_path: Path) -> None:
    """Each package inside the script has its licence text, and no other package has."""
    into = tmp_path / "npm"

    gather(modules, into)

    said = (into / LICENCES).read_text(encoding="utf-8")
    assert "codemirror@1.2.3" in said
    assert "Copyright (C) by Marijn" in said
    assert "Copyright (c) Triply, Zaz" in said
    assert "Permission is hereby granted" in said
    assert "not shipped" not in said


def test_gathering_twice_gives_the_same_bytes(modules: Path, tmp_path: Path) -> None:
    """No clock is read, and nothing of an earlier version is left behind."""
    into, again = tmp_path / "npm", tmp_path / "again"
    gather(modules, into)
    (into / "yasqe-0.0.1.js").write_text("old", encoding="utf-8")

    gather(modules, into)
    gather(modules, again)

    assert {p.name: p.read_bytes() for p in into.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


@pytest.mark.parametrize("missing", ["build/yasqe.min.css", "package.json"])
def test_a_file_that_npm_did_not_bring_is_named(
    modules: Path, tmp_path: Path, missing: str
) -> None:
    """The set-up stops and says what to run."""
    (modules / "@zazuko/yasqe" / missing).unlink()

    with pytest.raises(InputError, match="npm ci"):
        gather(modules, tmp_path / "npm")


def test_a_package_without_a_licence_is_not_shipped(modules: Path, tmp_path: Path) -> None:
    """What we may not pass on is not gathered."""
    shutil.rmtree(modules / "codemirror")
    write_package(modules, "codemirror", license="UNLICENSED")

    with pytest.raises(InputError, match="licence"):
        gather(modules, tmp_path / "npm")


def test_files_that_are_not_what_the_manifest_tells_count_as_missing(
    modules: Path, tmp_path: Path
) -> None:
    """A page never names a file that a browser would refuse for its integrity."""
    whole, changed = tmp_path / "whole", tmp_path / "changed"
    gather(modules, whole)
    gather(modules, changed)
    with (changed / "yasqe-1.2.3.js").open("ab") as script:
        script.write(b"//")

    assert assets.assets(whole)["script"].name == "yasqe-1.2.3.js"
    assert assets.assets(changed) == {}
    assert assets.assets(tmp_path / "nothing") == {}


def test_the_lock_names_versions_and_digests_and_no_registry() -> None:
    """Each version is pinned with its digest; where it comes from is the reader's own setting."""
    told = json.loads((ROOT / "package.json").read_bytes())
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {k: v for k, v in json.loads(lock)["packages"].items() if k}

    wanted = {**told["dependencies"], **told["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert (
        wanted.items()
        <= {
            name.removeprefix("node_modules/"): at["version"] for name, at in packages.items()
        }.items()
    )
    assert all(about["integrity"].startswith("sha512-") for about in packages.values())
    assert not [about for about in packages.values() if "resolved" in about]
    assert "registry" not in lock


def test_set_up_without_npm_goes_on(tmp_path: Path) -> None:
    """Where npm is missing the step says so on standard error and succeeds."""
    for name in ("Makefile", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "digigraph" / "web").mkdir(parents=True)
    (tmp_path / "digigraph" / "web" / "gathering.py").touch()
    for made in ("pyproject.toml", "constraints.txt", ".venv/ready"):
        (tmp_path / made).parent.mkdir(exist_ok=True)
        (tmp_path / made).touch()
    tools = tmp_path / "bin"
    tools.mkdir()
    make, shell = shutil.which("make"), shutil.which("sh")
    assert make
    assert shell
    (tools / "sh").symlink_to(shell)

    done = subprocess.run(
        [make, "digigraph/web/npm/manifest.json"], cwd=tmp_path,
        env={**os.environ, "PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr.count("npm is not installed")) == (0, 1)
    assert not (tmp_path / "digigraph" / "web" / "npm").exists()


class TestServed:
    """The files over HTTP, where they were fetched."""

    @pytest.fixture(autouse=True)
    def fetched(self) -> None:
        """Skip where npm did not bring the editor."""
        if not assets.assets():
            pytest.skip(NO_EDITOR)

    @pytest.mark.parametrize("role", ["script", "style"])
    def test_a_file_is_small_on_the_way_and_kept_for_ever(
        self, client: FlaskClient, role: str
    ) -> None:
        """It goes out as gzip to those who take it, and its versioned name never changes (H-11)."""
        path = f"/{assets.assets()[role].link}"

        packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
        plain = client.get(path)
        again = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})

        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert again.status_code == 304
        for response in (packed, plain):
            assert "immutable" in response.headers["Cache-Control"]
            assert "Accept-Encoding" in response.headers["Vary"]

    def test_pages_name_the_files_with_their_digest(self, client: FlaskClient) -> None:
        """`/sparql` has them with `integrity`; no other page loads them."""
        page = client.get("/sparql", headers={"Accept": "text/html"}).text
        other = client.get("/", headers={"Accept": "text/html"}).text

        for told in assets.assets().values():
            assert f'"/{told.link}" integrity="{told.integrity}"' in page
            assert told.link not in other

    def test_the_policy_of_the_page_allows_nothing_in_line(self, client: FlaskClient) -> None:
        """The editor needs no exception from the content security policy (H-17)."""
        policy = client.get("/sparql", headers={"Accept": "text/html"}).headers[
            "Content-Security-Policy"
        ]

        assert "script-src 'self'" in policy
        assert "unsafe" not in policy

    @pytest.mark.parametrize("name", ["manifest.json", "LICENCES.txt", "nothing.js", "../site.py"])
    def test_nothing_else_is_served_from_there(self, client: FlaskClient, name: str) -> None:
        """Only what the manifest tells can be had."""
        assert client.get(f"/assets/{name}").status_code == 404


@pytest.mark.parametrize("lang", ["bg", "en"])
def test_the_programs_of_a_query_can_be_had(client: FlaskClient, lang: str) -> None:
    """A form with a query gives the programs that ask it; an update, a problem (S-02)."""
    path = f"/sparql/snippets?lang={lang}"

    told = client.post(path, data={"query": "SELECT ('<ѝ>' AS ?x) {}"})
    accept = {"Accept": "application/problem+json"}
    wrong = client.post(path, data={"query": "CLEAR ALL"}, headers=accept)
    missing = client.post(path, data={}, headers=accept)

    assert told.text.count("<details") == 5
    assert told.text.count("&lt;ѝ&gt;") == 4  # R has it in a URL
    assert (wrong.status_code, wrong.mimetype) == (403, "application/problem+json")
    assert (missing.status_code, missing.mimetype) == (400, "application/problem+json")


def test_the_page_without_the_files_is_a_plain_form(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where npm brought nothing, `/sparql` asks and answers as a form (S-11)."""
    monkeypatch.setattr("digigraph.web.editor.assets", dict)

    form = client.get("/sparql?lang=en", headers={"Accept": "text/html"}).text
    answer = client.get("/sparql?query=SELECT(1 AS ?n){}", headers={"Accept": "text/html"}).text

    assert '<form action="/sparql" method="get">' in form
    assert "/assets/" not in form
    assert "editor.js" not in form
    assert "<td>1" in answer
