"""The house: which room may import which, and which library has which door."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import digigraph

PACKAGE = Path(digigraph.__file__).parent

HALL = {
    "authoring", "errors", "resources", "names", "formats", "catalog", "text", "pairing",
    "parts", "crew", "kept",
}  # fmt: skip
READING = {
    "depth", "alike",
    "release", "store", "sparql", "syntax", "description", "web", "dumps", "quads", "turtle",
    "rdfxml", "jsonld", "engine", "choice", "spool", "rows", "evaluation", "pool", "child",
    "worker", "wire", "sandbox", "cache", "things", "writers", "parameters", "framing",
    "calls", "federation", "outside",
    "views", "checking", "visiting", "verdicts", "session", "visits",
    "waiting", "keeper", "nursery", "outcome", "wellformed",
    "remote", "turns", "endpoints", "exchange", "dialect", "loading", "graphstore",
    "catalogue", "authorities", "distributions", "mentions", "stating", "tables",
    "csvw", "packs", "changes", "differences", "sides", "changelog", "disk",
    "fragments", "manifests", "indexing", "differing",
    "comparison", "listing", "requirements", "sidebyside",
    "dataset", "model", "notebook", "reading", "shipped", "agents", "gathered",
    "entities", "reconciliation", "nearness", "contents", "codes",
    "wording", "lines", "document",
    "search",
}  # fmt: skip
WRITING = {
    "records", "reference", "documents", "registry", "reviews", "labels", "sources", "mappings",
    "graph",
    "rules", "validation", "judging", "terms", "constraints", "findings", "known", "borders",
    "registers", "build", "descriptors", "retired", "history", "promises",
    "intake", "accounts", "making", "identifying", "inputs", "counting", "described",
    "accompanying",
}  # fmt: skip
FRONT = {"cli", "__main__", "__init__"}

DOORS = {
    "pyshacl": {"validation"},
    "flask": {"web"},
    "granian": {"web"},
    "prometheus_client": {"web"},
    "click": {"cli"},
    "rapidfuzz": {"alike", "documents", "search"},
    "snowballstemmer": {"search"},
    "rdflib": {
        "validation",
        "rules",
        "terms",
        "constraints",
        "findings",
        "known",
        "borders",
        "dataset",
    },
    "pandas": {"dataset"},
    "mcp": {"agents"},
    "SPARQLWrapper": {"exchange"},
    "docx": {"intake"},
    "lxml": {"intake"},
    "pdfplumber": {"intake"},
    "jsonschema": {"documents"},
    "yaml": {"documents"},
}
"""Library -> the rooms that may import it."""


@cache
def rooms() -> dict[str, set[str]]:
    """Return each room with the names of everything it imports."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).parts
        if parts[0] in ("data", "ontology", "queries", "shapes"):
            continue
        room = parts[0].removesuffix(".py")
        names = found.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                if node.module == "digigraph":
                    names |= {f"digigraph.{alias.name}" for alias in node.names}
    return found


def ours(imports: set[str]) -> set[str]:
    """Return the rooms of ours that are imported."""
    return {name.split(".")[1] for name in imports if name.startswith("digigraph.")}


def test_every_room_has_its_place() -> None:
    """Each module stands in the hall, in a wing or at the front door, and is listed here."""
    assert set(rooms()) == HALL | READING | WRITING | FRONT


@pytest.mark.parametrize("room", sorted(READING - HALL))
def test_the_reading_wing_knows_nothing_of_the_writing_wing(room: str) -> None:
    """What runs for years imports the hall and itself only; the wings meet at `release`."""
    assert ours(rooms()[room]) - {"__version__"} <= READING | HALL


@pytest.mark.parametrize("room", sorted(HALL))
def test_the_hall_imports_only_the_hall(room: str) -> None:
    """Plain knowledge leans on nothing but plain knowledge."""
    assert ours(rooms()[room]) - {"__version__"} <= HALL


def test_the_writing_wing_meets_the_reading_wing_at_release_only() -> None:
    """One wing writes releases, the other reads them."""
    for room in WRITING - READING:
        assert ours(rooms()[room]) & (READING - HALL - WRITING) <= {"release"}, room


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_library_has_its_own_door(library: str) -> None:
    """An engine can be replaced by opening one room."""
    users = {
        room
        for room, imports in rooms().items()
        if any(name.split(".")[0] == library for name in imports)
    }

    assert users == DOORS[library]


def test_serving_loads_neither_the_validator_nor_a_document_reader() -> None:
    """A server process holds only what it answers with."""
    code = (
        "import sys, digigraph.web; "
        "print([m for m in ('pyshacl', 'rdflib', 'digigraph.documents', "
        "'digigraph.build') if m in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_no_room_is_a_heap() -> None:
    """A module over 320 lines is two rooms; the limit is a little above the aim of 300."""
    long = {
        path.name: lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 320
    }

    assert not long
