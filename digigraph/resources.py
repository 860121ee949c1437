"""Finds the four shipped folders wherever digigraph is installed.

A wheel carries them inside the package; a checkout keeps them beside it.
Everyone asks here; nobody else computes a path.
"""

from __future__ import annotations

from pathlib import Path

from digigraph.errors import InputError

FOLDERS = ("data", "ontology", "queries", "shapes")
AUTHORED_BASE = "https://w3id.org/digigraph/"
"""The base URI that is written in the shipped files."""


def folder(name: str) -> Path:
    """Return the shipped folder `name`: inside the package, else beside it.

    Raises `InputError` when neither is there.
    """
    package = Path(__file__).resolve().parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise InputError(package / name, "this folder is part of digigraph and is missing; reinstall")


def text(path: Path, base: str = AUTHORED_BASE) -> str:
    """Return the text of a shipped file, with `base` in place of the authored base URI (U-01)."""
    authored = path.read_text(encoding="utf-8")
    return authored if base == AUTHORED_BASE else authored.replace(AUTHORED_BASE, base)
