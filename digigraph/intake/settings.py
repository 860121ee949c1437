"""`source.toml` of a document that was added: only what it says itself, or who added it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from digigraph.intake.examine import Examined

_TITLE_BG = "Профил на дигиталните умения/компетентности на ключова длъжност/професия"
_TITLE_EN = "Profile of the digital skills/competences of a key position/occupation"
_RIGHTS_BG = (
    "При приемането не е посочен лиценз. За цитирания текст не се предявяват права и не се дава "
    "лиценз."
)
_RIGHTS_EN = (
    "No licence was stated on receipt. No licence is claimed or granted for the quoted text."
)
_DATED = {
    "given": ("посочена при приемането", "as stated on receipt"),
    "file": ("тази на последната промяна на файла", "that of the file's last change"),
}


def source_toml(name: str, original: str, found: Examined, received: date, how: str) -> str:
    """Return the text of `source.toml` for the file called `name`, kept as `original`.

    `how` says where the date of receipt comes from: "given" or "file".
    """
    dated_bg, dated_en = _DATED[how]
    origin_bg = f"Приет от файла „{name}“; датата на получаване е {dated_bg}."
    origin_en = f"Taken from the file “{name}”; the date of receipt is {dated_en}."
    if not found.publisher:
        origin_bg += " Издател не е посочен."
        origin_en += " No publisher is named."
    code = " ".join(found.codes[:1])
    lines = [
        "# Written when the document was added; the document is kept byte for byte.",
        f"document = {_quoted(original)}",
        f"media_type = {_quoted(found.kind)}",
        f"sha256 = {_quoted(found.sha256)}",
        f"publisher = {_quoted(found.publisher)}"
        + ("" if found.publisher else " # not named in the document"),
        f"received = {received.isoformat()}",
        *_both("title", f"{_TITLE_BG}: {found.occupation}", f"{_TITLE_EN}: NKPD-2011 {code}"),
        *_both("origin", origin_bg, origin_en),
        *_both("rights", _RIGHTS_BG, _RIGHTS_EN),
    ]
    if found.text:
        digest = hashlib.sha256(found.text.encode("utf-8")).hexdigest()
        lines += [
            "",
            "# The lines that evidence points at: derived from the document, kept beside it.",
            "[text]",
            'file = "document.txt"',
            f"sha256 = {_quoted(digest)}",
            f"bg = {_quoted(found.derived_bg)}",
            f"en = {_quoted(found.derived_en)}",
        ]
    return "\n".join(lines) + "\n"


def _both(name: str, bg: str, en: str) -> list[str]:
    return ["", f"[{name}]", f"bg = {_quoted(bg)}", f"en = {_quoted(en)}"]


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML; JSON's escapes are all TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
