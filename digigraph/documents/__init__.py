"""Documents -> records: reads a profile of digital skills from the text form of its template.

The reader loses, cuts, joins and invents nothing: every character of the document is cited by
a value or accounted for by a reason, and whatever is uncertain is reported, never decided in
silence.
"""

from __future__ import annotations

from pathlib import Path

from digigraph.documents.context import Context
from digigraph.documents.encoding import decode, digest, read_bytes
from digigraph.documents.problems import Problems
from digigraph.documents.sheet import Sheet
from digigraph.documents.statements import Lexicon
from digigraph.documents.template import profile_of
from digigraph.records import Reading
from digigraph.reference import Reference

__all__ = ["read", "read_text"]


def read(path: Path, reference: Reference) -> Reading:
    """Return what the document at `path` says, with every problem found in it.

    Raises `InputError` (or `EncodingError`) when there is no text to read.
    """
    return read_text(decode(path, read_bytes(path)), reference)


def read_text(text: str, reference: Reference) -> Reading:
    """Return what a text says; lines end with line feeds, letters are in NFC."""
    sheet = Sheet.of(text)
    problems = Problems()
    context = Context(sheet, problems, reference, Lexicon(text))
    profile = profile_of(context)
    reading = Reading(
        profile=profile,
        problems=problems.sorted(),
        accounted=tuple(sheet.accounted()),
        coverage=sheet.coverage(),
        line_count=len(sheet.lines),
        text_digest=digest(text),
    )
    return reading if not reading.errors else _without_profile(reading)


def _without_profile(reading: Reading) -> Reading:
    return Reading(
        None, reading.problems, reading.accounted, reading.coverage, reading.line_count,
        reading.text_digest,
    )  # fmt: skip
