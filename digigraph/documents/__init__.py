"""Documents -> records: reads a profile of digital skills from the text form of its template.

The reader loses, cuts, joins and invents nothing: every character of the document is cited by
a value or accounted for by a reason, and whatever is uncertain is reported, never decided in
silence.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from digigraph.documents.context import Context
from digigraph.documents.encoding import decode, digest, is_yaml, read_bytes
from digigraph.documents.problems import Problems
from digigraph.documents.sheet import Sheet
from digigraph.documents.statements import Lexicon
from digigraph.documents.template import profile_of
from digigraph.records import Reading
from digigraph.reference import Reference

__all__ = ["publisher_of", "read", "read_text", "text_of"]


def read(path: Path, reference: Reference) -> Reading:
    """Return what the document at `path` says, with every problem found in it.

    Raises `InputError` (or `EncodingError`) when there is no text to read.
    """
    return read_text(text_of(path), reference)


def text_of(path: Path) -> str:
    """Return the text of the document at `path`, whose lines and characters are cited."""
    return decode(path, read_bytes(path))


def publisher_of(text: str) -> str:
    """Return the publisher that a profile written as YAML names, or ""."""
    from digigraph.documents import authored

    return authored.publisher_of(text)


def read_text(text: str, reference: Reference) -> Reading:
    """Return what a text says, in the text form or as YAML.

    Lines end with line feeds, letters are in NFC.
    """
    if is_yaml(text):
        from digigraph.documents import authored

        return authored.read_text(text, reference)
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
    return reading if not reading.errors else replace(reading, profile=None)
