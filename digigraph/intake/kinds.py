"""Bytes -> which format they are, told by what they hold; a name only settles what is a page.

What cannot be read is refused here with what to do about it; nothing is unpacked before its
unpacked size is known to be bounded.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum
from pathlib import Path

from digigraph.errors import InputError

MAX_BYTES = 32 * 1024 * 1024
"""A profile as PDF with pictures has about 1 MB."""
MAX_UNPACKED = 64 * 1024 * 1024
MAX_ENTRIES = 2_000


class Kind(Enum):
    """A format that is read; the value is its media type."""

    TEXT = "text/plain"
    YAML = "application/yaml"
    HTML = "text/html"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ODT = "application/vnd.oasis.opendocument.text"
    PDF = "application/pdf"


SUFFIXES = {
    Kind.TEXT: "txt",
    Kind.YAML: "yaml",
    Kind.HTML: "html",
    Kind.DOCX: "docx",
    Kind.ODT: "odt",
    Kind.PDF: "pdf",
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(rb"\s*(?:<!--|<[a-z][a-z0-9]*\b)", re.IGNORECASE)
_CELL = re.compile(rb"<t[dh]\b", re.IGNORECASE)
_ROW = re.compile(rb"\S[ \t]*\t[ \t]*\S|^[ \t]*\|", re.MULTILINE)
_SUFFIXES_OF_PAGES = (".html", ".htm", ".xhtml")
_SAVED_AS = {
    rb"\s*\{\\rtf": "this is an RTF file",
    rb"(?:\s*<\?xml[^>]*>)?\s*(?:<!--.*?-->\s*)*<office:document\b":
        "this is a flat OpenDocument file (.fodt)",
    rb"\s*<\?xml[^>]*>\s*(?:<\?mso-application[^>]*>\s*)?<(?:w:wordDocument|pkg:package)\b":
        "this is a file of Word as XML",
    rb"\s*MIME-Version:": "this is a web page with its pictures in one file (MHTML)",
}  # fmt: skip
_FOREIGN = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x7fELF": "ELF",
}


def kind_of(path: Path, content: bytes) -> Kind:
    """Return the format of a file's bytes; raise `InputError` for what is none that is read."""
    if not content.strip(b"\x00\t\n\r "):
        raise InputError(path, "the file is empty")
    if content.startswith(_OLE):
        raise InputError(path, _ole(content))
    for start, name in _FOREIGN.items():
        if content.startswith(start):
            raise InputError(
                path, f"this is a {name} file; expected DOCX, ODT, HTML, PDF or the text form"
            )
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(path, content)
    head = _bare(content[:8192])
    for pattern, name in _SAVED_AS.items():
        if re.match(pattern, head, re.IGNORECASE | re.DOTALL):
            raise InputError(path, f"{name}; save it as DOCX or ODT")
    return Kind.HTML if _HTML.match(head) or _is_fragment(path, content) else Kind.TEXT


def _bare(content: bytes) -> bytes:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "ignore").encode()
    return content.removeprefix(b"\xef\xbb\xbf")


def _is_fragment(path: Path, content: bytes) -> bool:
    """Whether a text is a part of a page and not the text form, which has tags in its cells too.

    It begins with a tag and has cells of HTML; one with the suffix of a page has these or no rows
    of the text form.
    """
    text = _bare(content)
    has_cells = bool(_CELL.search(text))
    if path.suffix.lower() in _SUFFIXES_OF_PAGES:
        return has_cells or not _ROW.search(text)
    return has_cells and bool(_FRAGMENT.match(text))


def _ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "the file is encrypted with a password; save it without one"
    return "this is a file of Word 97–2003; save it as DOCX"


def _packed(path: Path, content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
                raise InputError(
                    path,
                    f"unpacks to {unpacked:,} bytes in {len(entries):,} parts; a profile has at "
                    f"most {MAX_UNPACKED:,} in {MAX_ENTRIES:,}. Is it another kind of file?",
                )
            if any(entry.flag_bits & 1 for entry in entries):
                raise InputError(path, "the file is encrypted with a password; save it without one")
            if "word/document.xml" in names:
                return Kind.DOCX
            if "content.xml" in names and "mimetype" in names:
                _check_open_document(path, package, names)
                return Kind.ODT
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise InputError(path, f"the file is damaged ({error}); get it again") from error
    raise InputError(
        path, "this is an archive and no document; expected DOCX, ODT, HTML, PDF or the text form"
    )


def _check_open_document(path: Path, package: zipfile.ZipFile, names: set[str]) -> None:
    media_type = package.read("mimetype")[:100].decode("latin-1").strip()
    if not media_type.startswith(Kind.ODT.value):
        raise InputError(path, f"this is {media_type}; expected a text document")
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in package.read(manifest):
        raise InputError(path, "the file is encrypted with a password; save it without one")
