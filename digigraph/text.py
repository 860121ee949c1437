"""Bulgarian text: normal form, comparison form, foreign letters, transliteration.

Published text is changed in two ways only, NFC and folded white space (`tidy`).
Everything else here is for comparing, and what it returns is never published as the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BULGARIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъьюяѝ")
"""The letters of Bulgarian, lower case; ѝ is the pronoun, a letter of its own in print."""

_LOOK_ALIKE = str.maketrans(
    # Latin letters that print like Cyrillic ones, and letters of other Cyrillic alphabets.
    "ABCEHKMOPTXYaceopxykmtњљџѕіїјёыэѐѓќ",
    "АВСЕНКМОРТХУасеорхукмтнлцсиийеъеегк",
)
_WORD = re.compile(r"[^\W\d_]+")
_NO_WIDTH = "\u200b\u2060\ufeff"
_NOT_WORD = re.compile(r"[\W_]+")
_STRESS = dict.fromkeys(map(ord, "\u0301\u00ad"))

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya", "ѝ": "i",
}  # fmt: skip


def tidy(text: str) -> str:
    """Return `text` in NFC with runs of white space folded to one blank and none at the ends."""
    told = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    for sign in _NO_WIDTH:
        told = told.replace(sign, " ")
    return " ".join(told.split())


def skeleton(text: str) -> str:
    """Return the form in which two spellings of the same words compare equal.

    Lower case, look-alike letters of other alphabets as Cyrillic within Cyrillic words, stress
    marks, punctuation and every kind of dash and space folded to one blank.
    """
    return _skeleton(text) if len(text) <= 200 else _skeleton.__wrapped__(text)


@lru_cache(maxsize=4096)
def _skeleton(text: str) -> str:
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_STRESS))
    return _NOT_WORD.sub(" ", cyrillic(plain).casefold()).strip()


def cyrillic(text: str) -> str:
    """Return `text` with the look-alike letters in its Cyrillic words as Cyrillic."""
    return _WORD.sub(lambda word: _as_cyrillic(word.group()), text)


@lru_cache(maxsize=16384)
def _as_cyrillic(word: str) -> str:
    folded = word.translate(_LOOK_ALIKE)
    if any(letter in BULGARIAN for letter in word.casefold()) or not re.search("[a-zA-Z]", folded):
        return folded
    return word


def foreign_words(text: str) -> list[str]:
    """Return the words of `text` that mix alphabets or hold a Cyrillic letter not in Bulgarian."""
    return [word for word in _WORD.findall(text) if _is_foreign(word)]


@lru_cache(maxsize=16384)
def _is_foreign(word: str) -> bool:
    letters = set(word.casefold())
    cyrillic = {letter for letter in letters if "\u0400" <= letter <= "\u04ff"}
    return bool(cyrillic and (cyrillic - BULGARIAN or letters - cyrillic - {"\u0300", "\u0301"}))


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return [word.casefold() for word in _WORD.findall(text)]


def transliterate(text: str) -> str:
    """Return Bulgarian `text` in Latin letters by the Transliteration Act of 2009.

    >>> transliterate("България, София, Щръклево, актьор, синьо")
    'Bulgaria, Sofia, Shtraklevo, aktyor, sinyo'
    """
    return _WORD.sub(lambda word: _latin_word(word.group()), text)


def _latin_word(word: str) -> str:
    lower = word.casefold()
    if lower == "българия":
        latin = "bulgaria"
    elif lower.endswith("ия"):
        latin = "".join(_LATIN.get(letter, letter) for letter in lower[:-2]) + "ia"
    else:
        latin = "".join(_LATIN.get(letter, letter) for letter in lower)
    if word.isupper() and len(word) > 1:
        return latin.upper()
    return latin.capitalize() if word[:1].isupper() else latin
