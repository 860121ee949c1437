"""Bytes of a document -> its text, never guessing.

An encoding is accepted only when it decodes every byte and the result reads as a Bulgarian
profile; otherwise the error says what was tried.  The text is NFC with one kind of line ending,
so that the same document in another encoding gives the same records and identifiers.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from digigraph.errors import EncodingError, InputError

MAX_BYTES = 1024 * 1024
"""A profile has about 0.1 MB; ten times that is no profile."""

MAX_LINES = 5_000
"""Lines with text; a profile has about two hundred."""
MAX_LINE = 50_000
"""Characters of one line; the longest row of a profile has about three thousand."""

MAX_YAML_BYTES = 4 * MAX_BYTES
MAX_YAML_LINES = 40_000
"""A profile that was exported as YAML holds each text and the words it was read from.

Its lines may have any length: JSON often is one line.
"""
_YAML = re.compile(
    r"^\s*(?:\{\s*)?[\"']?(?:\$schema|sectors|occupations|requirements)[\"']?\s*:", re.MULTILINE
)

_JSON = re.compile(r"\s*\{")
_JSON_FIELD = re.compile(r"[{,]\s*\"(?:\$schema|sectors|occupations|requirements)\"\s*:")

_SIGNS = ("компетентно", "дигитал", "ниво", "длъжност", "професия", "умения", "знания")
_LOST = re.compile(r"[А-Яа-я]\?+[а-я]|[а-я]\?{3,}")
_LOST_WORD = re.compile(r"(?<=\s)\?(?=[\s.,;:)<])")
_ENOUGH = 1000
_SAMPLE = 200_000
_GARBLED = (
    "the letters are garbled: a Cyrillic text was saved in a wrong encoding; "
    "convert the original again, to UTF-8"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a document; raise `InputError` if missing, empty or too large."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(path, "this is a folder; name the documents in it")
        content = path.read_bytes() if size <= MAX_YAML_BYTES else b""
        if size > MAX_BYTES and not is_yaml(content.decode("utf-8", "replace")):
            raise InputError(
                path,
                f"{size:,} bytes; a profile has at most {MAX_BYTES:,}. Is it another kind of file?",
            )
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error
    if not content.strip():
        raise InputError(path, "the document is empty")
    return content


def decode(path: Path, content: bytes) -> str:
    """Return the text of a document: NFC, lines ended by a line feed, no byte-order mark.

    Raises `EncodingError` when the bytes are not a text in UTF-8, UTF-16 or windows-1251, or
    are a text whose letters were lost in an earlier conversion.
    """
    text = _decoded(path, content)
    _check_shape(path, text)
    lost = re.search("\ufffd", text) or _LOST.search(text)
    if lost:
        raise _lost(path, text, lost)
    if _has_no_ya(text):
        raise EncodingError(path, _GARBLED)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise EncodingError(
            path,
            f"control character U+{ord(control.group()):04X}; this is not a text document",
            line=line,
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not text.strip():
        raise InputError(path, "the document is empty")
    return unicodedata.normalize("NFC", text)


def _check_shape(path: Path, text: str) -> None:
    """Raise `InputError` for a text of more or longer lines than any profile has."""
    count, most, longest = 0, MAX_LINES, MAX_LINE
    if is_yaml(text):
        most, longest = MAX_YAML_LINES, MAX_YAML_BYTES
        if len(text) > MAX_YAML_BYTES:
            raise InputError(
                path,
                f"{len(text):,} characters; a profile as YAML has at most {MAX_YAML_BYTES:,}",
            )
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        count += bool(line.strip())
        if len(line) > longest or count > most:
            found = f"a line of {len(line):,} characters" if len(line) > longest else "many lines"
            raise InputError(
                path,
                f"{found}; a profile has at most {most:,} lines of {longest:,} characters. "
                "Is it another kind of file?",
                line=number,
            )


def _lost(path: Path, text: str, found: re.Match[str]) -> EncodingError:
    return EncodingError(
        path,
        f"letters were lost in a conversion („{found.group()}“); convert the original again, "
        "to UTF-8",
        line=text.count("\n", 0, found.start()) + 1,
    )


def _has_no_ya(text: str) -> bool:
    """Whether я never occurs: Mac Cyrillic and windows-1251 differ in it and in the capitals."""
    return "я" not in text and len(re.findall("[а-ю]", text)) > _ENOUGH


def is_yaml(text: str) -> bool:
    """Whether a text is a profile written as YAML (or JSON) and not in the template's form."""
    return bool(_YAML.search(text) or (_JSON.match(text) and _JSON_FIELD.search(text)))


def digest(text: str) -> str:
    """Return the SHA-256 of the text, the natural key of a source: its bytes may be re-encoded."""
    lines = (line.rstrip() for line in text.strip().split("\n"))
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return _strict(path, content, "utf-32")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(path, content, "utf-16")
    if content.startswith(b"\xef\xbb\xbf"):
        return _strict(path, content, "utf-8-sig")
    head = content[:4096]
    if b"\x00" in head:
        for encoding in ("utf-16-le", "utf-16-be"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if _is_bulgarian(text):
                return text
        raise EncodingError(path, "binary content; expected a text document in UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _windows_1251(path, content, error)
    if not _is_bulgarian(text) and _is_mojibake(text):
        raise EncodingError(path, _GARBLED)
    return text


def _strict(path: Path, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise EncodingError(
            path, f"begins like {encoding.upper()} but byte {error.start} is not; save it as UTF-8"
        ) from error


def _windows_1251(path: Path, content: bytes, error: UnicodeDecodeError) -> str:
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        text = ""
    if _is_bulgarian(text):
        lost = _LOST_WORD.search(text)
        if lost:
            raise _lost(path, text, lost)
        return text
    line = content.count(b"\n", 0, error.start) + 1
    raise EncodingError(
        path,
        f"byte {error.start} (0x{content[error.start]:02X}) is not UTF-8, and the text is not "
        "Bulgarian in windows-1251; save the document as UTF-8",
        line=line,
    ) from error


def _is_bulgarian(text: str) -> bool:
    lower = text.casefold()
    return sum(sign in lower for sign in _SIGNS) >= 2


def _is_mojibake(text: str) -> bool:
    sample = text[:_SAMPLE]
    for wrong in ("latin-1", "cp1252", "cp1251", "cp866", "koi8-r", "mac_cyrillic", "iso8859-5"):
        content = sample.encode(wrong, "ignore")
        for right in ("utf-8", "cp1251", "cp866", "koi8-r"):
            if right != wrong and _is_bulgarian(content.decode(right, "ignore")):
                return True
    return False
