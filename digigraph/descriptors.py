"""The framework's own wording of its levels, from a file that the user has (M-06).

digigraph ships no official level texts.  Whoever has them brings a table with the columns
competence, level, language, text and source; it is checked whole and kept in
`data/descriptors.tsv`, from which every later build states it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from digigraph.errors import InputError
from digigraph.text import tidy

FILE = "descriptors.tsv"


@dataclass(frozen=True, slots=True, order=True)
class Descriptor:
    """One text of one competence at one level, and where its wording comes from."""

    competence: str
    level: int
    language: str
    text: str
    source: str


COLUMNS = tuple(field.name for field in fields(Descriptor))


def read(path: Path, competences: Container[str]) -> list[Descriptor]:
    """Return the texts in a CSV or TSV file in its order; raise `InputError` naming all faults.

    `competences` are the codes that the framework has, as "1.1".
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(path, "is not UTF-8; save it as CSV in UTF-8") from error
    head = content.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(content), delimiter="\t" if "\t" in head else ",", strict=True)
    found: list[Descriptor] = []
    faults: list[str] = []
    try:
        names = [name.strip() for name in next(rows, [])]
        if names != list(COLUMNS):
            raise InputError(path, f"expected the columns {', '.join(COLUMNS)}", line=1)
        for row in rows:
            if any(cell.strip() for cell in row):
                _take(row, rows.line_num, competences, found, faults)
    except csv.Error as error:
        raise InputError(path, f"is not CSV: {error}", line=rows.line_num) from error
    if not found and not faults:
        faults.append("no row after the heading")
    if faults:
        raise InputError(path, "\n".join(faults))
    return found


def _take(
    row: list[str],
    line: int,
    competences: Container[str],
    found: list[Descriptor],
    faults: list[str],
) -> None:
    if len(row) != len(COLUMNS):
        faults.append(f"line {line}: expected {len(COLUMNS)} cells, found {len(row)}")
        return
    competence, level, language, text, source = (tidy(cell) for cell in row)
    wrong = []
    if competence not in competences:
        wrong.append(f"competence {competence!r}; expected a code from 1.1 to 5.4")
    if level not in tuple("12345678"):
        wrong.append(f"level {level!r}; expected 1 to 8")
    if language not in ("bg", "en"):
        wrong.append(f"language {language!r}; expected bg or en")
    wrong += [f"{name} is empty" for name, cell in (("text", text), ("source", source)) if not cell]
    if wrong:
        faults.append(f"line {line}: {'; '.join(wrong)}")
        return
    found.append(Descriptor(competence, int(level), language, text, source))


def keep(descriptors: Sequence[Descriptor], data: Path, competences: Container[str]) -> int:
    """Add texts to those that are kept in the data folder; return how many are new.

    Raises `InputError`, and changes nothing, when other texts are kept for the same competence,
    level and language: an earlier wording is not replaced in silence.
    """
    path = data / FILE
    had = read(path, competences) if path.exists() else []
    held = {_place(one) for one in had}
    new = [one for one in descriptors if one not in had]
    clash = sorted({_place(one) for one in new} & held)
    if clash:
        listed = ", ".join(f"{c} level {level} ({language})" for c, level, language in clash)
        raise InputError(path, f"holds other texts for {listed}; remove those rows first")
    kept = [*had, *dict.fromkeys(new)]
    kept.sort(key=_place)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(one) for one in kept)
    beside = path.with_suffix(".new")
    beside.write_text(stream.getvalue(), encoding="utf-8", newline="\n")
    beside.replace(path)
    return len(kept) - len(had)


def _place(one: Descriptor) -> tuple[str, int, str]:
    return one.competence, one.level, one.language
