"""The registers in `data/`, appended to in the moment before a release is published (V-04).

So whatever ends a build, no release stands whose identifiers are not on file; and no build is
published on top of what another one, or an editor, has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digigraph import history, retired
from digigraph.inputs import Inputs, inputs
from digigraph.promises import BuildRefused
from digigraph.registry import Registry, locked, write_whole


def registers(data: Path) -> dict[str, str]:
    """Return the registers in `data` as they are now; one that is missing is empty."""
    found = {name: data / name for name in ("ids.tsv", retired.FILE, history.FILE)}
    return {
        name: path.read_text(encoding="utf-8") if path.exists() else ""
        for name, path in found.items()
    }


def extended(
    data: Path,
    registry: Registry,
    register: retired.Retirements,
    former: list[history.Former],
) -> dict[str, str]:
    """Return the registers with what a release promises; one that stays as it is may be empty."""
    return {
        "ids.tsv": registry.text(),
        retired.FILE: register.text() if register.lines else "",
        history.FILE: history.appended(data / history.FILE, former),
    }


def promise(made_from: Inputs, before: Mapping[str, str], texts: Mapping[str, str]) -> None:
    """Append to the registers what a release promises, just before it is published.

    Raises `BuildRefused` where the release would not be of the data as they are now.
    """
    data, edition = made_from.data, made_from.edition
    with locked(data):
        now = inputs(data, base=made_from.base, version=edition.version, issued=edition.issued)
        here = registers(data)
        same = all(here[name] in (before[name], text) for name, text in texts.items())
        if now.digest != made_from.digest or not same:
            raise BuildRefused(
                f"{data} was changed while it was read, so nothing was published; "
                "build again when nobody writes to it"
            )
        for name, text in texts.items():
            if text and here[name] != text:
                write_whole(data / name, text)
