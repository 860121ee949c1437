"""`data/labels.tsv`: the names that editors give in another language, by identifier (M-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digigraph.errors import InputError


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that editors supply, by identifier and language (`data/labels.tsv`)."""

    texts: Mapping[tuple[str, str], str]

    def english(self, identifier: str) -> str | None:
        """Return the English label of a thing, or None."""
        return self.texts.get((identifier, "en"))

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Return the identifiers that have a label but do not exist."""
        return sorted({identifier for identifier, _ in self.texts} - set(known))


COLUMNS = ("id", "language", "label")


def read(path: Path) -> Labels:
    """Return the labels in a file; raise `InputError` naming every bad line."""
    faults: list[str] = []
    texts: dict[tuple[str, str], str] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[0].split("\t") != list(COLUMNS):
        faults.append(f"line 1: expected the columns {', '.join(COLUMNS)}, tab-separated")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != len(COLUMNS) or not all(part.strip() for part in parts):
            faults.append(f"line {number}: expected an id, a language and a label")
        elif parts[1] not in ("bg", "en"):
            faults.append(f"line {number}: language {parts[1]!r}; expected bg or en")
        elif (parts[0], parts[1]) in texts:
            faults.append(f"line {number}: {parts[0]} has a label already")
        else:
            texts[parts[0], parts[1]] = parts[2].strip()
    if faults:
        raise InputError(path, "; ".join(faults))
    return Labels(texts)
