"""A person's own levels from a file: CSV rows of code and level, or a JSON object.

Nothing is left out in silence: all rows that cannot be used are told at once, by line.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digigraph.errors import InputError

if TYPE_CHECKING:
    from digigraph.listing import Listing

_EXPECTED = "expected rows of code and level, as “1.2,5”, or a JSON object, as {“1.2”: 5}"
_SEPARATORS = ",;\t"
_LEVELS = frozenset("012345678")
"""A level that one has, or 0 for none."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One level as it stands in the file; `line` is None in JSON, where rows have names."""

    line: int | None
    name: str
    level: str


def own_levels(path: Path, listing: Listing) -> dict[str, int]:
    """Return competence -> level; raise `InputError` with every row that cannot be used."""
    rows = list(_rows(path, _text(path)))
    if rows and rows[0].line is not None and _is_header(rows[0], listing):
        rows = rows[1:]
    found: dict[str, int] = {}
    first: dict[str, _Row] = {}
    faults: list[tuple[_Row, str]] = []
    for row in rows:
        iris = listing.competence(row.name)
        wrong = list(_wrong(row, iris, next((first[iri] for iri in iris if iri in first), None)))
        faults += [(row, one) for one in wrong]
        first |= {iri: row for iri in iris if iri not in first}
        if not wrong:
            found |= dict.fromkeys(iris, int(row.level))
    if not rows:
        raise InputError(path, f"no levels here; {_EXPECTED}")
    if faults:
        raise _refusal(path, faults)
    return found


def _wrong(row: _Row, iris: list[str], before: _Row | None) -> Iterator[str]:
    if not iris:
        yield f"no competence has the code “{row.name}”"
    if before is not None:
        where = f" on line {before.line}" if before.line is not None else ""
        yield f"“{row.name}” is there already{where}, as “{before.name}”; keep one of them"
    if row.level not in _LEVELS:
        yield f"“{row.name}”: a level is 1 to 8, or 0 for none; found “{row.level}”"


def _refusal(path: Path, faults: list[tuple[_Row, str]]) -> InputError:
    if len(faults) == 1:
        ((row, told),) = faults
        return InputError(path, told, line=row.line)
    lines = [f"line {row.line}: {told}" if row.line else told for row, told in faults]
    listed = "".join(f"\n  {line}" for line in lines)
    return InputError(path, f"{len(faults)} faults, nothing was compared:{listed}")


def _is_header(row: _Row, listing: Listing) -> bool:
    return not any(map(str.isdigit, row.level)) and not listing.competence(row.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(path, "this is no UTF-8 text; save it as CSV UTF-8", line=line) from None


def _rows(path: Path, text: str) -> Iterator[_Row]:
    return _from_json(path, text) if text.lstrip().startswith("{") else _from_csv(path, text)


def _from_json(path: Path, text: str) -> Iterator[_Row]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except json.JSONDecodeError as error:
        raise InputError(path, f"this is no JSON; {_EXPECTED}", line=error.lineno) from None
    except RecursionError:
        raise InputError(path, f"this is no JSON object of levels; {_EXPECTED}") from None
    for name, level in pairs:
        yield _Row(None, str(name).strip(), _shown(level))


def _shown(level: Any) -> str:
    return level.strip() if isinstance(level, str) else json.dumps(level, ensure_ascii=False)[:40]


def _from_csv(path: Path, text: str) -> Iterator[_Row]:
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    told = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in told:
            if not any(map(str.strip, cells)):
                continue
            if len(cells) < 2:
                raise InputError(path, f"one cell alone; {_EXPECTED}", line=told.line_num)
            yield _Row(told.line_num, cells[0].strip(), cells[1].strip())
    except csv.Error:
        raise InputError(
            path, f"the quotes do not close; {_EXPECTED}", line=told.line_num
        ) from None
