"""The command as people and scripts use it: streams, exit codes, JSON, help (D-02, D-03)."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from digigraph import resources
from digigraph.release import Release

DOCUMENT = resources.folder("data") / "sources/33393020-93/document.txt"
COMMANDS = ("check", "build", "validate", "query", "serve", "ids", "import", "show")


def run(*words: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command and return what came of it, both streams as text."""
    done = subprocess.run(
        [sys.executable, "-m", "digigraph", *words],
        input=given, capture_output=True, env={**os.environ, "LANG": "C.UTF-8", **environment},
        check=False,
    )  # fmt: skip
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples(command: str) -> None:
    """Every command's help has examples."""
    done = run(command, "--help")

    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"digigraph {command}" in done.stdout or f"{command}" in done.stdout


def test_version_tells_software_data_and_libraries() -> None:
    """`--version` names the software, the data release and the libraries (D-04)."""
    done = run("--version")

    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[:2]] == ["digigraph", "data"]
    assert "pyoxigraph" in done.stdout


def test_check_reports_on_stdout_and_sums_up_on_stderr() -> None:
    """Problems are data, one a line with file and line; the summary is a message."""
    done = run("--lang", "bg", "check", str(DOCUMENT))

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert all(line.startswith(f"{DOCUMENT}:") for line in lines)
    assert any("Contradiction" in line and ":183:" in line for line in lines)
    assert "accepted: 0 errors" in done.stderr
    assert "11 functions" in done.stderr


def test_check_as_json_has_a_stable_shape() -> None:
    """`--json` gives each problem with place, field, found, expected and both messages."""
    (document,) = json.loads(run("check", "--json", str(DOCUMENT)).stdout)["documents"]

    assert document["accepted"] is True
    assert document["counts"] == {
        "functions": 11, "requirements": 10, "lead_ins": 38, "level_statements": 95,
        "knowledge": 42, "skills": 47, "behaviours": 40, "examples": 39,
    }  # fmt: skip
    assert document["coverage"]["lines"] == [191, 191]
    assert set(document["problems"][0]) == {
        "severity", "kind", "line", "field", "found", "expected", "message",
    }  # fmt: skip
    assert set(document["problems"][0]["message"]) == {"bg", "en"}


def test_check_reads_standard_input() -> None:
    """ "-" is a document on standard input."""
    done = run("check", "-", given=DOCUMENT.read_bytes())

    assert done.returncode == 0
    assert "accepted" in done.stderr


def test_check_fails_on_the_severity_asked_for() -> None:
    """Warnings make the exit code 1 only when they are asked to."""
    assert run("check", "--fail-on", "warning", str(DOCUMENT)).returncode == 1


def test_check_of_a_broken_document(tmp_path: Path) -> None:
    """Every error is reported in one run, and the exit code is 1."""
    broken = tmp_path / "broken.txt"
    text = DOCUMENT.read_text(encoding="utf-8")
    broken.write_text(
        text.replace("5.2 Идентифициране", "5.9 Идентифициране").replace(
            "Напреднало -5", "Средно -5"
        ),
        encoding="utf-8",
    )

    done = run("check", str(broken))

    assert done.returncode == 1
    assert "UnknownCompetence" in done.stdout
    assert "BandLevelMismatch" in done.stdout
    assert "refused" in done.stderr


def test_check_of_something_unreadable_beside_a_document(tmp_path: Path) -> None:
    """A missing file is exit code 3, and the others are still reported."""
    done = run("check", str(tmp_path / "missing.txt"), str(DOCUMENT))

    assert done.returncode == 3
    assert "missing.txt" in done.stdout
    assert "accepted" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{\\rtf1\\ansi}", "this is an RTF file; save it as DOCX or ODT"),
        (b"<?xml version='1.0'?>\n<office:document/>", "flat OpenDocument file (.fodt); save it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Word 97–2003; save it as DOCX"),
        (b"%PDF-1.7\n", "this is a file of the format PDF; `digigraph add` reads it"),
    ],
)
def test_check_says_what_another_file_is(content: bytes, said: str, tmp_path: Path) -> None:
    """A file in another format is no bad profile: it is named, with what to do about it."""
    path = tmp_path / "profile.txt"
    path.write_bytes(content)

    done = run("check", str(path))

    assert done.returncode == 3
    assert said in done.stdout
    assert "NotAProfile" not in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nonsense"], 2),
        (["check"], 2),
        (["build", "--issued", "yesterday"], 2),
        (["build", "--base", "ftp://x"], 2),
        (["query"], 2),
        (["query", "--releases", "/nonexistent", "ASK {}"], 3),
        (["validate", "/nonexistent.ttl"], 3),
    ],
)
def test_exit_codes(words: list[str], code: int) -> None:
    """2 is wrong usage, 3 is input missing; both say why on stderr and nothing on stdout."""
    done = run(*words)

    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_validate_of_a_file_of_our_own_making(shipped_release: Release) -> None:
    """The published dump conforms to the published shapes."""
    done = run("validate", str(shipped_release.folder / "digigraph.nq"))

    assert done.returncode == 0, done.stdout


def test_validate_of_somebody_elses_file(tmp_path: Path) -> None:
    """A file with a broken rule is told what to do, in words, JSON and as a SHACL report."""
    path = tmp_path / "theirs.ttl"
    path.write_text(
        "@prefix dgc: <https://w3id.org/digigraph/def#> .\n"
        "<https://example.org/p> a dgc:OccupationProfile .\n",
        encoding="utf-8",
    )

    text, as_json, as_turtle = (
        run("validate", "--format", form, str(path)) for form in ("text", "json", "turtle")
    )

    assert {text.returncode, as_json.returncode, as_turtle.returncode} == {1}
    assert "https://example.org/p" in text.stdout
    (report,) = json.loads(as_json.stdout)["files"]
    assert report["conforms"] is False
    assert rdflib.Graph().parse(data=as_turtle.stdout, format="turtle")


def test_query_by_name_of_an_example(shipped_release: Release) -> None:
    """The name of a published example runs it; CSV goes to stdout as it is."""
    done = run(
        "query", "--releases", str(shipped_release.folder.parent), "--format", "csv",
        "requirements-of-profile",
    )  # fmt: skip

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 0
    assert [row["rank"] for row in rows] == ["6", "6", "6", "6", "5", "5", "6", "5", "5", "6"]


def test_query_with_a_fault(shipped_release: Release) -> None:
    """A syntax error is exit code 2 and names line and column."""
    done = run("query", "--releases", str(shipped_release.folder.parent), "SELECT ?x WHERE { ?x }")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "line 1" in done.stderr


@pytest.mark.parametrize("thing", ["33393020", "1.2", "digcomp21/1-2", "p-37q68h4z", "1.2-6"])
def test_show_finds_a_thing_by_code_or_identifier(shipped_release: Release, thing: str) -> None:
    """A code that people have in hand leads to its thing."""
    done = run("show", "--releases", str(shipped_release.folder.parent), thing)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("https://w3id.org/digigraph/id/")


def test_show_of_nothing(shipped_release: Release) -> None:
    """An unknown code is exit code 3."""
    done = run("show", "--releases", str(shipped_release.folder.parent), "99999999")

    assert done.returncode == 3


def test_show_as_json(shipped_release: Release) -> None:
    """`--json` groups the values by property."""
    done = run("show", "--json", "--releases", str(shipped_release.folder.parent), "1.2")

    told = json.loads(done.stdout)
    assert told["id"] == "https://w3id.org/digigraph/id/digcomp21/1-2"
    assert {"value": "1.2"} in [
        {"value": value["value"]} for value in told["properties"]["skos:notation"]
    ]


def test_ids_lists_the_register() -> None:
    """The register is listed row by row, narrowed by a prefix, also as JSON."""
    rows = run("ids", "c-").stdout.splitlines()
    told = json.loads(run("ids", "--json").stdout)

    assert len(rows) == 4
    assert [entry["id"][:2] for entry in told] == ["p-", "c-", "c-", "c-", "c-", "d-"]


def test_colour_only_where_it_is_wanted() -> None:
    """Output that is no terminal has no escape codes unless they are asked for."""
    assert "\x1b[" not in run("check", str(DOCUMENT)).stdout
    assert "\x1b[" in run("--color", "always", "check", str(DOCUMENT)).stdout


def test_a_reader_that_stops_early() -> None:
    """A closed pipe ends the command quietly."""
    done = subprocess.run(
        f"{sys.executable} -m digigraph check {DOCUMENT} | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "Traceback" not in done.stderr
