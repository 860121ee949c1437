"""The documents in `data/sources/`: where each came from, and its bytes as received (Q-01)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from digigraph.errors import InputError
from digigraph.records import Source

_TEXTS = ("title", "rights", "origin")
_DERIVED = ("file", "sha256", "bg", "en")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document to read: its lines, its bytes as received, and what `source.toml` says of it.

    `path` is the file whose lines are read and cited: the document itself where it is a text,
    else the text that was derived from it and is kept beside it.
    """

    path: Path
    content: bytes
    source: Source


def find(folder: Path) -> list[Path]:
    """Return the `source.toml` files below a folder, in order of path."""
    found = sorted(folder.glob("*/source.toml"))
    if not found:
        raise InputError(folder, "no document here; expected folders, each with a source.toml")
    return found


def load(settings: Path) -> SourceFile:
    """Return the document that a `source.toml` describes; raise `InputError` naming all faults."""
    try:
        values = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(settings, f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(settings, f"is not TOML: {error}") from error
    faults = _faults(values)
    if faults:
        raise InputError(settings, "; ".join(faults))
    path = settings.parent / values["document"]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error
    sha256 = hashlib.sha256(content).hexdigest()
    if (expected := values.get("sha256", sha256)) != sha256:
        raise InputError(
            path,
            f"is not what was received: source.toml has the checksum {expected}, the file has "
            f"{sha256}. Put the file back as it was received; a changed document is taken in with "
            "digigraph add",
        )
    derived = values.get("text")
    if derived:
        path = _derived(settings, derived)
    return SourceFile(
        path,
        content,
        Source(
            title_bg=values["title"]["bg"],
            title_en=values["title"]["en"],
            rights_bg=values["rights"]["bg"],
            rights_en=values["rights"]["en"],
            origin_bg=values["origin"]["bg"],
            origin_en=values["origin"]["en"],
            publisher=values.get("publisher", ""),
            received=values["received"],
            media_type=values["media_type"],
            sha256=sha256,
            byte_size=len(content),
            derived_bg=derived["bg"] if derived else "",
            derived_en=derived["en"] if derived else "",
            text_sha256=derived["sha256"] if derived else "",
        ),
    )


def _derived(settings: Path, derived: Mapping[str, str]) -> Path:
    """Return the file of the derived text, which must be as it was derived."""
    path = settings.parent / derived["file"]
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error
    if digest != derived["sha256"]:
        raise InputError(
            path,
            f"was changed after it was derived from the document: source.toml has the checksum "
            f"{derived['sha256']}, the file has {digest}. Put the file back; a changed document is "
            "taken in with digigraph add",
        )
    return path


def _faults(values: Mapping[str, object]) -> list[str]:
    faults = []
    for name in ("document", "media_type"):
        if not isinstance(values.get(name), str) or not values[name]:
            faults.append(f"{name}: expected a text")
    document = values.get("document")
    if isinstance(document, str) and Path(document).name != document:
        faults.append("document: expected the name of a file in the same folder")
    if not isinstance(values.get("publisher", ""), str):
        faults.append("publisher: expected a text")
    if type(values.get("received")) is not date:
        faults.append("received: expected a date such as 2026-11-23")
    for name in _TEXTS:
        texts = values.get(name)
        if not isinstance(texts, dict) or not all(
            isinstance(texts.get(language), str) and texts[language] for language in ("bg", "en")
        ):
            faults.append(f"[{name}]: expected a text for bg and one for en")
    faults += _derived_faults(values)
    known = {"document", "media_type", "publisher", "received", "sha256", "text", *_TEXTS}
    faults += [
        f"{name}: unknown; expected {', '.join(sorted(known))}"
        for name in values
        if name not in known
    ]
    return faults


def _derived_faults(values: Mapping[str, object]) -> list[str]:
    if not isinstance(values.get("sha256", ""), str):
        return ["sha256: expected a text"]
    if "text" not in values:
        return []
    derived = values["text"]
    if not isinstance(derived, dict) or not all(
        isinstance(derived.get(name), str) and derived[name] for name in _DERIVED
    ):
        return [f"[text]: expected texts for {', '.join(_DERIVED)}"]
    if Path(derived["file"]).name != derived["file"]:
        return ["[text]: file: expected the name of a file in the same folder"]
    return []
