"""A file's bytes -> the text that is read, how it was derived, and where each line came from."""

from __future__ import annotations

import importlib.metadata
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digigraph.documents import publisher_of
from digigraph.documents.encoding import decode, is_yaml
from digigraph.errors import InputError
from digigraph.intake.form import lines_of
from digigraph.intake.kinds import MAX_BYTES, Kind, kind_of
from digigraph.intake.parts import Content, Note, Paragraph, Place

_PUBLISHER = re.compile(r"^\s*(?:Издател|Publisher)\s*:\s*(\S.{0,200})$", re.IGNORECASE)
_LIBRARIES = {Kind.DOCX: "python-docx", Kind.ODT: "lxml", Kind.HTML: "lxml", Kind.PDF: "pdfplumber"}
_NAMES = {Kind.DOCX: "DOCX", Kind.ODT: "ODT", Kind.HTML: "HTML", Kind.PDF: "PDF"}


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file in the text form, and what is known of how it came about.

    For the text form itself, and for YAML, `text` is the document's own, `places` is empty and so
    are the two sentences on the derivation.
    """

    kind: Kind
    text: str
    places: tuple[Place, ...] = ()
    notes: tuple[Note, ...] = ()
    publisher: str = ""
    derived_bg: str = ""
    derived_en: str = ""

    def place(self, line: int) -> Place:
        """Return where in the file a line of the text comes from."""
        return self.places[line - 1] if 0 < line <= len(self.places) else Place()


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; raise `InputError` when missing, no file, or too large."""
    try:
        if not path.is_file():
            raise InputError(path, "is no file" if path.exists() else "is not there")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise InputError(path, f"more than {MAX_BYTES:,} bytes; a profile has about a million")
    return content


def extract(path: Path, content: bytes) -> Extract:
    """Return the text form of a file; `path` is for messages only.

    Raises `InputError` naming what the file is, or the page and the reason why not.
    """
    kind = kind_of(path, content)
    if kind is Kind.TEXT:
        text = decode(path, content)
        if is_yaml(text):
            return Extract(Kind.YAML, text, publisher=publisher_of(text))
        return Extract(kind, text, publisher=_named(text.split("\n")[:40]))
    found = _reader(kind)(path, content)
    lines, places = lines_of(found)
    text = "\n".join(lines)
    if not text.strip():
        raise InputError(path, "there is no text in it; is it a scan?")
    text = decode(path, unicodedata.normalize("NFC", text).encode("utf-8"))
    library = f"{_LIBRARIES[kind]} {importlib.metadata.version(_LIBRARIES[kind])}"
    return Extract(
        kind,
        text,
        tuple(places),
        tuple(found.notes),
        found.publisher or _named(_front(found)),
        f"Редовете са извлечени от файла {_NAMES[kind]} с {library}; абзаците, клетките и "
        "точките са запазени, а буквите не са променяни.",
        f"The lines were extracted from the {_NAMES[kind]} file with {library}; paragraphs, cells "
        "and items are kept and no letter was changed.",
    )


def _front(content: Content) -> list[str]:
    return [part.text for part, _ in content.parts[:40] if isinstance(part, Paragraph)]


def _named(lines: list[str]) -> str:
    """Return the publisher that a document's first lines name in so many words, or ""."""
    found = next((m for line in lines if (m := _PUBLISHER.match(line))), None)
    return " ".join(found[1].split()) if found else ""


def _reader(kind: Kind) -> Callable[[Path, bytes], Content]:
    """Return the reader of a format; its library is loaded when the first file needs it."""
    if kind is Kind.DOCX:
        from digigraph.intake import word

        return word.read
    if kind is Kind.ODT:
        from digigraph.intake import opendocument

        return opendocument.read
    if kind is Kind.HTML:
        from digigraph.intake import hypertext

        return hypertext.read
    from digigraph.intake import pdf

    return pdf.read
