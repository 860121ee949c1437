"""Single values of the template: levels, codes and names, however they were typed.

A value is parsed, not matched: "Напреднало - 6", "Напреднало -6" and "средно – 4" are the same
statement.  Whatever cannot be read for certain is None, and the caller reports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digigraph.text import skeleton, tidy

BAND_STEMS = ("основн", "средн", "напреднал", "специализиран")
_COMPETENCE = re.compile(
    r"^\s*([0-9]{1,2})\s*[.,]\s*([0-9]{1,2})(?!\d)\s*[.):–—-]*\s*(.*)$", re.DOTALL
)
_AREA = re.compile(r"^\s*(\d{1,2})\s*[:.)–—-]*\s*(.*)$", re.DOTALL)
_SECTOR = re.compile(
    r"^\s*[„“\"(]*\s*(?:(?:сектор|раздел|група|клас|код|КИД(?:\s?-?\s?2008)?)\b[\s:№–-]*){0,3}"
    r"([A-ZА-Я](?![А-Яа-яA-Za-z])|\d{2}(?:\s?[.,]?\s?\d{1,2})?)(?!\d)[\s.:)–—-]*(.*)$",
    re.DOTALL | re.IGNORECASE,
)
_POSITION = re.compile(r"(?<![\d.,])(\d(?:[\s\u00a0\u2010-\u2015\u2212-]?\d){7})(?![\d])")
_CODE_WORDS = re.compile(
    r"(?i)[\s,;:(–—-]*\b(?:със?\s+)?код(?:ове)?(?:\s+(?:по|от|съгл\.?|съгласно))?(?:\s+НКПД(?:\s*[-–]?\s*2011)?)?\s*[:№-]*\s*$"
)
_CODE_FIRST = re.compile(
    r"(?i)\W*(?:код\w*)?\W*(?:по|от|съгл\w*\.?)?\W*(?:НКПД(?:\s*[-–]?\s*2011)?)?\W*"
)
_NEAR = 80
_TRIM = " \t\u00a0,;:()–—-"
_QUOTES = "„“”\"'«»"


@dataclass(frozen=True, slots=True)
class LevelValue:
    """A stated level: ranks found, and the bands (1 to 4) named."""

    ranks: tuple[int, ...]
    bands: tuple[int, ...]


def level(text: str) -> LevelValue:
    """Return the ranks and bands that a text like "Напреднало - 6" names."""
    key = skeleton(text)
    ranks = tuple(dict.fromkeys(int(n[-9:]) for n in re.findall(r"\d+", key)))
    bands = tuple(
        number for number, stem in enumerate(BAND_STEMS, 1) if re.search(rf"\b{stem}", key)
    )
    return LevelValue(ranks, bands)


def band_of(rank: int) -> int:
    """Return the band, 1 to 4, of a level, 1 to 8."""
    return (rank + 1) // 2


def competence(text: str) -> tuple[str | None, str]:
    """Split "1.3. Управление на …" into code "1.3" and name; the code is None if there is none."""
    found = _COMPETENCE.match(text)
    if not found:
        return None, tidy(text)
    return f"{int(found[1])}.{int(found[2])}", tidy(found[3])


def area(text: str) -> tuple[int | None, str]:
    """Split "1: Грамотност, свързана с …" into the area's number and its name."""
    found = _AREA.match(text)
    return (int(found[1]), tidy(found[2])) if found else (None, tidy(text))


def sector(text: str) -> tuple[str | None, str]:
    """Split a KID-2008 code, as "93", "93.1", "93.11" or "R", from the name beside it."""
    found = _SECTOR.match(unquoted(text))
    if not found:
        return None, unquoted(text)
    code = re.sub(r"[\s.,]", "", found[1]).upper()
    return code.translate(str.maketrans("АВСЕНКМОРТ", "ABCEHKMOPT")), unquoted(found[2])


def unquoted(text: str) -> str:
    """Return a name without the quotation marks around all of it."""
    name = _trimmed(tidy(text))
    if len(name) > 1 and name[0] in _QUOTES and name[-1] in _QUOTES:
        name = name[1:-1].strip()
    return name


def _trimmed(text: str) -> str:
    """Return a text without punctuation at its ends; a bracket that closes one within stays."""
    name = text.strip(_TRIM)
    if name.count("(") > name.count(")") and text.rstrip(" \t\u00a0,;:").endswith(f"{name})"):
        name = f"{name})"
    return name


@dataclass(frozen=True, slots=True)
class TitleValue:
    """One title within a text, `start` to `end`, its name there, and the codes beside it."""

    start: int
    end: int
    name: str
    name_start: int
    name_end: int
    codes: tuple[str, ...]


def titles(text: str) -> list[TitleValue]:
    """Split a text at its NKPD-2011 codes into titles; a text without codes is one title.

    A code belongs to the title before it ("Мениджър, код 24215025"), or, when the text begins
    with a code ("33393020 - Организатор"), to the title after it.  Commas never split a title.
    """
    found = list(_POSITION.finditer(text))
    if not found:
        return [_title(text, 0, len(text), ())]
    leading = not text[: found[0].start()].strip(_TRIM + _QUOTES) or bool(
        _CODE_FIRST.fullmatch(text[: found[0].start()])
    )
    groups = _groups(text, [(m.start(), m.end(), re.sub(r"\D", "", m[1])) for m in found])
    result = []
    for number, (start, end, codes) in enumerate(groups):
        if leading:
            stop = groups[number + 1][0] if number + 1 < len(groups) else len(text)
            result.append(_title(text, end, stop, codes, whole_start=start))
        else:
            begin = groups[number - 1][1] if number else 0
            result.append(_title(text, begin, start, codes, whole_end=end))
    if not leading and text[groups[-1][1] :].strip(_TRIM + ".)"):
        result.append(_title(text, groups[-1][1], len(text), ()))
    return result


def _groups(text: str, codes: list[tuple[int, int, str]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Put codes together that only commas, slashes or "и" divide."""
    groups: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, code in codes:
        between = text[groups[-1][1] : start] if groups else "x"
        if groups and not between.replace("и", "").strip(_TRIM + "/\\"):
            groups[-1] = (groups[-1][0], end, (*groups[-1][2], code))
        else:
            groups.append((start, end, (code,)))
    return groups


def _title(
    text: str,
    start: int,
    end: int,
    codes: tuple[str, ...],
    *,
    whole_start: int | None = None,
    whole_end: int | None = None,
) -> TitleValue:
    part = text[start:end]
    part = part[:-_NEAR] + _CODE_WORDS.sub("", part[-_NEAR:])
    left = len(part) - len(part.lstrip(_TRIM + "."))
    name = _trimmed(part)
    name = name.lstrip(".").strip()
    begin = start + left
    return TitleValue(
        start if whole_start is None else whole_start,
        end if whole_end is None else whole_end,
        unquoted(name),
        begin,
        begin + len(name),
        codes,
    )
