"""The `.rq` files as values: documentation, example, link target and test at once.

A query is valid SPARQL as it stands.  Its header is read strictly: a query with a header that
cannot be read stops the programme, so none ever vanishes quietly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digigraph import resources
from digigraph.errors import InputError

_LINE = re.compile(r"#\+ (title|question)@(bg|en): (\S.*)|#\+ (parameter): (\w+) = (\S.*)")


@dataclass(frozen=True, slots=True)
class Query:
    """One published query: its name, what it answers in bg and en, its parameters and text."""

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    parameters: Mapping[str, str]
    text: str


def queries(kind: str, base: str = resources.AUTHORED_BASE) -> dict[str, Query]:
    """Return the queries of `queries/{kind}` by name, in order of name."""
    folder = resources.folder("queries") / kind
    return {path.stem: read(path, base) for path in sorted(folder.glob("*.rq"))}


def read(path: Path, base: str = resources.AUTHORED_BASE) -> Query:
    """Return the query in a file; raise `InputError` on a header that cannot be read."""
    text = resources.text(path, base)
    texts: dict[str, dict[str, str]] = {"title": {}, "question": {}}
    parameters: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("#+"):
            break
        found = _LINE.fullmatch(line)
        if not found:
            raise InputError(
                path, "expected “#+ title@bg: …”, “#+ question@en: …” or “#+ parameter: x = …”",
                line=number,
            )  # fmt: skip
        if found[4]:
            parameters[found[5]] = found[6]
        else:
            texts[found[1]][found[2]] = found[3]
    for name, given in texts.items():
        if set(given) != {"bg", "en"}:
            raise InputError(path, f"the header needs {name}@bg and {name}@en", line=1)
    return Query(path.stem, texts["title"], texts["question"], parameters, text)
