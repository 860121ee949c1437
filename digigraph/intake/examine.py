"""One file examined: what it is, what it says, and why it cannot be taken; run in a child."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path

from digigraph.documents import read_text
from digigraph.documents.problems import problem
from digigraph.errors import InputError
from digigraph.intake.extract import Extract, extract, read_file
from digigraph.intake.kinds import SUFFIXES, Kind
from digigraph.intake.parts import Note, Place
from digigraph.intake.strays import strays
from digigraph.records import Problem, Profile, Reading, Severity, Text
from digigraph.reference import Reference
from digigraph.registry import profile_key

_UNKNOWN = (
    "Документът не назовава издателя си; посочете го с --publisher, ако е известен.",
    "The document does not name its publisher; give it with --publisher if it is known.",
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something found in a file: where, in which field, what was found and what was expected.

    `line` is the line of the extracted text, `place` that in the file, in words of bg and en.
    """

    severity: str
    kind: str
    line: int
    place_bg: str
    place_en: str
    field: str
    found: str
    expected: str
    bg: str
    en: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file turned out to be; everything is text and numbers, to be written as JSON.

    `refused` says why it cannot be read; `profile` is the key of what it describes, "" when it
    is refused or has errors; `meaning` is a digest of its statements, whatever their layout.
    """

    sha256: str
    kind: str = ""
    suffix: str = ""
    refused: str = ""
    remarks: tuple[Remark, ...] = ()
    statements: int = 0
    codes: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    occupation: str = ""
    publisher: str = ""
    profile: str = ""
    meaning: str = ""
    text_digest: str = ""
    text: str = field(default="", repr=False)
    derived_bg: str = ""
    derived_en: str = ""

    def brief(self) -> Examined:
        """Return it without its text and, where it is a profile, without its findings."""
        return replace(self, text="", remarks=() if self.profile else self.remarks)

    @property
    def reasons(self) -> tuple[Remark, ...]:
        """The errors, each a reason to refuse the file."""
        return tuple(r for r in self.remarks if r.severity == Severity.ERROR)

    @property
    def findings(self) -> tuple[Remark, ...]:
        """What is published with the profile, or told about the file."""
        return tuple(r for r in self.remarks if r.severity != Severity.ERROR)


def examine(path: Path, known: Reference, publisher: str = "") -> Examined:
    """Return what a file is and says; a refusal is an answer too, never an exception.

    `publisher` is what is known of it from elsewhere; else the document may name it. A profile
    that was exported keeps the publisher that it had.
    """
    sha256 = ""
    try:
        content = read_file(path)
        sha256 = hashlib.sha256(content).hexdigest()
        given = extract(path, content)
        reading = read_text(given.text, known)
    except InputError as error:
        place = f"line {error.line}: " if error.line else ""
        return Examined(sha256, refused=f"{place}{error.reason}")
    publisher = reading.source.publisher if reading.source else publisher or given.publisher
    remarks = list(_remarks(given, reading))
    if not publisher:
        remarks.append(_remark("UnknownPublisher", Note(*_UNKNOWN)))
    derived = given.kind not in (Kind.TEXT, Kind.YAML)
    base = Examined(
        sha256,
        given.kind.value,
        SUFFIXES[given.kind],
        remarks=tuple(remarks),
        publisher=publisher,
        text_digest=reading.text_digest,
        text=given.text if derived else "",
        derived_bg=given.derived_bg,
        derived_en=given.derived_en,
    )
    return base if reading.profile is None or base.reasons else _of_profile(base, reading.profile)


def _of_profile(base: Examined, profile: Profile) -> Examined:
    codes = tuple(code for title in profile.occupations for code in title.codes)
    sectors = tuple(sector.code for sector in profile.sectors)
    return replace(
        base,
        codes=codes,
        sectors=sectors,
        occupation=profile.occupations[0].name.value if profile.occupations else "",
        statements=statements(profile),
        profile=profile_key(codes, sectors, base.publisher),
        meaning=meaning(profile),
    )


def statements(profile: Profile) -> int:
    """Return how many duties, level items, knowledge, skills, behaviours and examples there are."""
    asked = profile.requirements
    return len(profile.duties) + sum(
        len(one.knowledge) + len(one.skills) + len(one.behaviours) + len(one.examples)
        + sum(len(level.items) for level in one.levels)
        for one in asked
    )  # fmt: skip


def meaning(profile: Profile) -> str:
    """Return the SHA-256 of what a profile says, without where and in which layout it stood."""
    return hashlib.sha256("\n".join(_said(profile)).encode()).hexdigest()


def _said(value: object) -> Iterable[str]:
    if isinstance(value, Text):
        yield value.value
    elif is_dataclass(value):
        for one in fields(value):
            yield one.name
            yield from _said(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _said(item)
        yield "."
    else:
        yield str(value)


def _remarks(given: Extract, reading: Reading) -> Iterable[Remark]:
    for place, found in strays(given, reading).items():
        told = problem("TextOutsideTables", 0, "", found, "клетка на таблица / a cell of a table")
        yield _of_problem(told, place)
    for told in reading.problems:
        yield _of_problem(told, given.place(told.line))
    for note in given.notes:
        yield _remark("Layout", note)


def _of_problem(told: Problem, place: Place) -> Remark:
    return Remark(
        str(told.severity), told.kind, told.line, place.words("bg"), place.words("en"),
        told.field, told.found, told.expected, told.message_bg, told.message_en,
    )  # fmt: skip


def _remark(kind: str, note: Note) -> Remark:
    place = note.place
    return Remark(
        str(Severity.WARNING), kind, 0, place.words("bg"), place.words("en"), "", "", "",
        note.bg, note.en,
    )  # fmt: skip
