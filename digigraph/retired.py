"""What earlier releases have published and this one does not, so that it goes on answering (V-05).

`data/retired.tsv` is append-only: a line says which IRIs are gone, what they were, what came in
their place, in which release they were last, and what they were called.  The thousands of places
in a replaced document share a line, as `id/source/d-v02ry7z3/{L1/line,L1/1-20}`, and are named
after their place, so a new edition of a document costs the register about 12 kB.  A thing that
comes back is simply published again; its line stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from digigraph.errors import RegistryError

FILE = "retired.tsv"
COLUMNS = ("iris", "kind", "successor", "last_release", "bg", "en")
_BRACES = re.compile(r"(?P<stem>[^{}]*)\{(?P<ends>[^{}]+)\}")
_TAIL = re.compile(r"[^\s{},<>\"]+")


@dataclass(frozen=True, slots=True)
class Retired:
    """One thing that is gone; `iri` and `successor` are what follows the base.

    `kind` is its most particular class, as "dgc:SkillStatement"; `bg` and `en` are empty where
    the name follows from the IRI.
    """

    iri: str
    kind: str
    successor: str
    last_release: str
    bg: str = ""
    en: str = ""

    @property
    def labels(self) -> tuple[str, str]:
        """Return what it was called, in bg and en; either may be empty."""
        return (self.bg, self.en) if self.bg or self.en else name_of_place(self.iri)


@dataclass
class Retirements:
    """The register of what is gone: its lines as they are, and what they say."""

    lines: list[str] = field(default_factory=list)
    by_iri: dict[str, Retired] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Retirements:
        """Return the register in a file, empty if there is none; raise `RegistryError`."""
        if not path.exists():
            return cls()
        found = cls()
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[0].split("\t") != list(COLUMNS) or lines[-1]:
            expected = ", ".join(COLUMNS)
            raise RegistryError(f"{path}: expected the columns {expected} and whole lines")
        for number, line in enumerate(lines[1:-1], 2):
            parts = line.split("\t")
            if len(parts) != len(COLUMNS):
                raise RegistryError(f"{path}:{number}: expected {len(COLUMNS)} columns")
            tails = list(expanded(parts[0]))
            if not tails or not all(_TAIL.fullmatch(tail) for tail in tails):
                raise RegistryError(f"{path}:{number}: {parts[0]!r} is not what follows a base")
            found._keep(line, [Retired(tail, *parts[1:]) for tail in tails])
        return found

    def add(self, gone: Iterable[Retired]) -> int:
        """Append what is not known to be gone since that release; return how many lines."""
        before = len(self.lines)
        known = self.by_iri
        news = [
            one
            for one in gone
            if one.iri not in known or known[one.iri].last_release != one.last_release
        ]
        for row in _rows(sorted(news, key=_order)):
            cells = (row[0].kind, row[0].successor, row[0].last_release, row[0].bg, row[0].en)
            self._keep("\t".join((compacted([one.iri for one in row]), *cells)), row)
        return len(self.lines) - before

    def text(self) -> str:
        """Return the register as the text of its file."""
        return "".join(f"{line}\n" for line in ("\t".join(COLUMNS), *self.lines))

    def _keep(self, line: str, gone: Iterable[Retired]) -> None:
        self.lines.append(line)
        self.by_iri |= {one.iri: one for one in gone}


def _order(one: Retired) -> tuple[str, ...]:
    return (one.last_release, folder_of(one.iri), one.kind, one.successor, one.bg, one.en, one.iri)


def _rows(gone: Iterable[Retired]) -> Iterator[list[Retired]]:
    for _, same in groupby(gone, key=lambda one: _order(one)[:-1]):
        yield list(same)


def folder_of(tail: str) -> str:
    """Return the part of an IRI that its compact form shares with others.

    >>> folder_of("id/source/d-v02ry7z3/L1/1-20"), folder_of("def#Level")
    ('id/source/d-v02ry7z3/', 'def#')
    """
    hash_, slash = tail.find("#"), tail.find("/", len("id/source/"))
    return tail[: hash_ + 1] if hash_ > 0 else tail[: slash + 1]


def compacted(tails: list[str]) -> str:
    """Return IRIs of one folder as one text.

    >>> compacted(["def#a", "def#b"]), compacted(["def#a"])
    ('def#{a,b}', 'def#a')
    """
    if len(tails) == 1:
        return tails[0]
    stem = folder_of(tails[0])
    return f"{stem}{{{','.join(tail.removeprefix(stem) for tail in tails)}}}"


def expanded(text: str) -> Iterator[str]:
    """Yield the IRIs of a compact text.

    >>> list(expanded("def#{a,b}"))
    ['def#a', 'def#b']
    """
    found = _BRACES.fullmatch(text)
    if not found:
        yield text
        return
    for end in found["ends"].split(","):
        yield found["stem"] + end


_PLACE = re.compile(r".*/L(?P<line>\d+)(/(?P<first>\d+)-(?P<last>\d+))?(?P<rest>/quote|/line)?")
_EVIDENCE = re.compile(r".*/evidence/(?P<name>[^/]+)")


def name_of_place(tail: str) -> tuple[str, str]:
    """Return the name of a place in a document, or of evidence, in bg and en; else empty texts."""
    if place := _PLACE.fullmatch(tail):
        bg, en = f"Ред {place['line']}", f"Line {place['line']}"
        if place["first"]:
            bg += f", знаци {place['first']}–{place['last']}"
            en += f", characters {place['first']}–{place['last']}"
        quote = place["rest"] == "/quote"
        return (f"{bg}: цитат", f"{en}: quote") if quote else (bg, en)
    if named := _EVIDENCE.fullmatch(tail):
        name = named["name"]
        return f"Извор на стойността: {name}", f"Evidence of the value: {name}"
    return "", ""
