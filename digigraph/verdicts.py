"""What a comparison found: each difference by kind and place, with the statements it is about."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest
from typing import IO

import pyoxigraph as ox
from zstandard import ZstdError

from digigraph.errors import DigigraphError
from digigraph.quads import graph_of_line

SHOWN = 3
"""How many triples a difference shows; it counts all of them."""

WORDS = {
    "file": ("файлът не е този от описа: {detail}", "is not the file of the manifest: {detail}"),
    "unreadable": ("не може да се прочете: {detail}", "cannot be read: {detail}"),
    "missing": ("липсват {count} твърдения", "{count} statements are missing"),
    "extra": ("има {count} твърдения повече", "{count} statements too many"),
    "twin": ("разопакован не е като {detail}", "does not unpack to {detail}"),
    "regenerated": (
        "не е това, което индексът дава: {detail}", "is not what the index gives: {detail}",
    ),
    "count": ("описът казва друго: {detail}", "the manifest says otherwise: {detail}"),
    "answer": ("не отговаря както трябва: {detail}", "does not answer as it should: {detail}"),
    "release": ("е от друго издание: {detail}", "is of another release: {detail}"),
    "added": ("страницата казва и: {detail}", "the page says besides: {detail}"),
    "words": ("страницата не казва: {detail}", "the page does not say: {detail}"),
}  # fmt: skip
"""What each kind of difference is, in Bulgarian and in English."""

_READING = (SyntaxError, ValueError, OSError, EOFError, zlib.error, ZstdError, DigigraphError)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: of what kind, in which file or at which address.

    `statements` are the first of `count` that are missing or too many, as N-Triples or N-Quads.
    """

    kind: str
    place: str
    detail: str = ""
    count: int = 0
    statements: tuple[str, ...] = ()
    graph: str = ""

    @property
    def subject(self) -> str:
        """Return the IRI that the first statement is about."""
        return self.statements[0].partition(">")[0][1:] if self.statements else ""

    def said(self, language: str) -> str:
        """Return the difference as a sentence, "bg" or "en"."""
        words = WORDS[self.kind][0 if language == "bg" else 1]
        where = f" ({self.graph})" if self.graph else ""
        return f"{self.place}{where}: {words.format(detail=self.detail, count=self.count)}"


@dataclass
class Report:
    """What was compared and what differs."""

    of: str
    version: str = ""
    compared: dict[str, int] = field(default_factory=dict)
    share: dict[str, float] = field(default_factory=dict)
    """What part of the statements and documents was compared, where it was not all."""
    differences: list[Difference] = field(default_factory=list)

    def add(self, name: str, number: int = 1) -> None:
        """Count what was compared."""
        self.compared[name] = self.compared.get(name, 0) + number

    def differs(self, kind: str, place: str, detail: object = "") -> None:
        """Note a difference that no statement shows."""
        self.differences.append(Difference(kind, place, str(detail)))

    def compare(
        self, place: str, expected: Iterable[bytes], found: Iterable[bytes], graph: str = ""
    ) -> None:
        """Compare two sorted streams of statements and note what one has and the other has not."""
        sides = {"missing": _Side(), "extra": _Side()}
        for kind, line in _unlike(expected, found):
            sides[kind].add(line)
        for kind, side in sides.items():
            if side.count:
                shown = tuple(side.shown)
                self.differences.append(
                    Difference(kind, place, "", side.count, shown, graph or _graph_of(shown[0]))
                )

    @contextmanager
    def reading(self, place: str) -> Iterator[None]:
        """Note whatever cannot be read as a difference, and go on."""
        try:
            yield
        except _READING as error:
            self.differs("unreadable", place, error)


class _Side:
    def __init__(self) -> None:
        self.count, self.shown = 0, list[str]()

    def add(self, line: bytes) -> None:
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(line.decode(errors="replace").strip())


def _unlike(expected: Iterable[bytes], found: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    left, right = iter(expected), iter(found)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif other is None or (one is not None and one < other):
            assert one is not None, "the loop ends where both are at their end"
            yield "missing", one
            one = next(left, None)
        else:
            yield "extra", other
            other = next(right, None)


def first_unlike(expected: IO[bytes], found: IO[bytes]) -> str:
    """Return the first line in which two files differ, with its number; empty where none does."""
    for number, (one, other) in enumerate(zip_longest(expected, found), 1):
        if one != other:
            texts = [(line or b"").decode(errors="replace").strip() for line in (one, other)]
            same = takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
            start = max(sum(1 for _ in same) - 40, 0)
            shown = [text[start : start + 160] for text in texts]
            return f"{number}: {shown[0]!r} ≠ {shown[1]!r}"
    return ""


def _graph_of(line: str) -> str:
    # A line of N-Triples ends with its object, which may be an IRI too.
    quad = next(ox.parse(line, format=ox.RdfFormat.N_QUADS))
    return graph_of_line(f"{line}\n".encode()) if quad.graph_name != ox.DefaultGraph() else ""
