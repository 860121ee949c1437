"""The fields of the template, recognised however their names were typed.

The names come with typing errors, abbreviations, other case, Latin look-alikes, bold marks and
colons.  A name is compared word by word with the names that may stand in its section; it is
accepted only when one field explains nearly all of it and clearly better than any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rapidfuzz import fuzz

from digigraph.text import cyrillic, skeleton


class Section(Enum):
    """The four sections of the template; the value is the heading."""

    I = "I. Описание на длъжността/професията"  # noqa: E741 - the template's own numeral
    II = "II. Рамка (списък) на дигиталните компетентности на длъжността/професията"
    III = "III. Описание на общите дигитални компетентности"
    IV = "IV. Описание на специфичните дигитални компетентности"


class Field(Enum):
    """A field of the template; the value is its name in print."""

    SECTOR = "Код и наименование на Икономическа дейност/сектор, съгл. КИД-2008"
    OCCUPATION = "Код и наименование на длъжността/професията, съгл. НКПД-2011"
    ALTERNATIVES = "Алтернативни наименования и код на длъжността/професията"
    SUMMARY = "Общо описание на длъжността/професията"
    COMPETENCE = "Наименование и код на дигиталната компетентност, съгл. DigComp 2.1"
    OWN_COMPETENCE = "Наименование на дигиталната компетентност"
    AREA = "Наименование и код на област на компетентност, съгл. DigComp 2.1"
    DESCRIPTION = "Описание на дигиталната компетентност, съгл. DigComp 2.1"
    SIMILAR = "Сходна обща дигитална компетентност от DigComp 2.1"
    REQUIRED_LEVEL = (
        "Изисквано за длъжността/професията ниво и подниво на владеене на дигиталната "
        "компетентност, съгл. DigComp 2.1"
    )
    LEVEL_TEXT = "Описание на изискваното ниво и подниво на владеене, съгл. DigComp 2.1"
    LEVELS = "Описание на нивата и поднивата на владеене на дигиталната компетентност"
    BAND_1 = "Основно ниво"
    BAND_2 = "Средно ниво"
    BAND_3 = "Напреднало ниво"
    BAND_4 = "Високо специализирано ниво"
    KNOWLEDGE = "Необходими знания"
    SKILLS = "Необходими умения"
    BEHAVIOURS = "Поведения, които характеризират владеенето на дигиталната компетентност"
    EXAMPLES = "Примери за използване, свързани с приложимостта на дигиталната компетентност"


BANDS = (Field.BAND_1, Field.BAND_2, Field.BAND_3, Field.BAND_4)
STATEMENTS = (Field.KNOWLEDGE, Field.SKILLS, Field.BEHAVIOURS, Field.EXAMPLES)

FIELDS: dict[Section, tuple[Field, ...]] = {
    Section.I: (Field.SECTOR, Field.OCCUPATION, Field.ALTERNATIVES, Field.SUMMARY),
    Section.II: (),
    Section.III: (
        Field.COMPETENCE, Field.AREA, Field.DESCRIPTION, Field.REQUIRED_LEVEL, Field.LEVEL_TEXT,
        *STATEMENTS,
    ),
    Section.IV: (
        Field.OWN_COMPETENCE, Field.AREA, Field.DESCRIPTION, Field.SIMILAR, Field.REQUIRED_LEVEL,
        Field.LEVELS, *BANDS, *STATEMENTS,
    ),
}  # fmt: skip

LEAD_INS = (
    "На основно ниво на владеене и с напътствие, може да:",
    "На основно ниво и самостоятелно, с подходящо напътствие, когато е необходимо, може да:",
    "Самостоятелно и решавайки ясни проблеми, може да:",
    "Независимо, в съответствие със собствените си нужди и решавайки ясно дефинирани и "
    "нерутинни проблеми, може да:",
    "Освен да напътства останалите, може да:",
    "На напреднало ниво на владеене, в съответствие със собствените си нужди и тези на "
    "останалите и в сложен контекст, може да:",
    "На високо специализирано ниво на владеене може да:",
    "На най-напредналото и специализирано ниво на владеене може да:",
)
"""The lead-in of each of the eight levels, spelling normalised."""

_SOURCE = r"(?:dig\s?(?:comp|сомр)\w*|диг\s?комп\w*|кид|нкпд)"  # сомр: as `cyrillic` reads "comp"
_TAIL = re.compile(
    rf"\s*(?:,|\()?\s*(?:съгл\w*|съобр\w*|по|от)?\.?\s*{_SOURCE}[\s\-–]*[\d.,\s]*\)?\s*$"
)
_TAIL_PART = re.compile(rf"\W*(?:съгл\w*\.?|по|от)?\W*{_SOURCE}?[\s\d.,–-]*\W*", re.IGNORECASE)
_OPEN_TAIL = re.compile(rf"{_SOURCE}\W*$", re.IGNORECASE)
_WORDS = re.compile(r"\w+\.?")
_LONGEST = 400
"""Characters beyond which a text is no name of a field, however it was typed."""

_SMALL = frozenset(("на", "и", "за", "с", "които", "от", "по"))


@dataclass(frozen=True, slots=True)
class Match:
    """A recognised field; `exact` when only case, space and punctuation differ from print."""

    field: Field
    score: float
    coverage: float
    exact: bool


def match(text: str, section: Section) -> Match | None:
    """Return the field that `text` names in `section`, or None."""
    return _best(text, FIELDS[section], need_whole=False)


def match_line(text: str, section: Section) -> Match | None:
    """Return the field that a line without a second cell names in full, or None."""
    return _best(text, FIELDS[section], need_whole=True)


def joined(first: str, second: str, section: Section) -> Match | None:
    """Return the field that two halves spell together better than either does alone, if any."""
    alone = [match(part, section) for part in (first, second)]
    best = max((found.score for found in alone if found), default=0.0)
    for whole in (f"{first} {second}", f"{first.rstrip('-')}{second}"):
        found = match(whole, section)
        if not found or found.score <= best:
            continue
        if found.coverage > 0.9 or begins(whole, section):
            return found
    named = re.search(r"[^\W\d_]", second) or _OPEN_TAIL.search(first)
    if alone[0] and named and len(second) <= 60 and _TAIL_PART.fullmatch(second):
        return Match(alone[0].field, 1.0, 1.0, exact=alone[0].exact)
    return None


def begins(text: str, section: Section) -> tuple[Field, ...]:
    """Return the fields of whose names `text` may be the first part, the rest cut off."""
    core = _core(text[:_LONGEST])
    names = {field: _core(field.value) for field in FIELDS[section]}
    exact = tuple(field for field, name in names.items() if name.startswith(core))
    return exact or tuple(
        field for field, name in names.items() if fuzz.ratio(core, name[: len(core)]) >= 88
    )


def _best(text: str, fields: tuple[Field, ...], *, need_whole: bool) -> Match | None:
    return _compared(text, fields, need_whole) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _compared(text: str, fields: tuple[Field, ...], need_whole: bool) -> Match | None:
    core = _core(text)
    if not core or len(core) > 160:
        return None
    described = any(_likeness(word, "описание") for word in core.split())
    scored = sorted(
        (
            (_score(core, _core(field.value)), field)
            for field in fields
            if described or field not in (Field.LEVEL_TEXT, Field.LEVELS)
        ),
        key=lambda pair: -pair[0][0],
    )
    if not scored:
        return None
    (score, quality, coverage), field = scored[0]
    runner_up = scored[1][0][0] if len(scored) > 1 else 0.0
    floor = 0.85 if need_whole else 0.12
    if quality < 0.82 or coverage < floor or score - runner_up < 0.02:
        return None
    return Match(field, score, coverage, _plain(text) == _plain(field.value))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", _untailed(text.replace("**", "")).casefold()))


def _untailed(text: str) -> str:
    return _TAIL.sub("", re.sub(r"[\s*_:.–—-]+$", "", cyrillic(text).casefold()))


@lru_cache(maxsize=4096)
def _core(text: str) -> str:
    """Return the comparison form, without "съгл. DigComp 2.1"; a full stop of a cut word stays."""
    plain = _untailed(text.replace("**", " ").replace("__", " "))
    parts = []
    for word in _WORDS.findall(re.sub(r"(?<=\w)\.(?=\w)", ". ", plain)):
        folded = skeleton(word)
        parts.append(folded + "." if word.endswith(".") and len(folded) > 1 else folded)
    return " ".join(part for part in parts if part).rstrip(".")


def _score(name: str, field: str) -> tuple[float, float, float]:
    """Return (score, share of the name explained, share of the field found), words in order."""
    typed, printed = name.split(), field.split()
    weight_typed = sum(map(_weight, typed))
    weight_printed = sum(map(_weight, printed))
    best = [[(0.0, 0.0)] * (len(printed) + 1) for _ in range(len(typed) + 1)]
    for i, word in enumerate(typed, 1):
        for j, target in enumerate(printed, 1):
            here = max(best[i - 1][j], best[i][j - 1])
            likeness = _likeness(word, target)
            if likeness:
                gained, found = best[i - 1][j - 1]
                here = max(
                    here, (gained + likeness * _weight(word), found + likeness * _weight(target))
                )
            best[i][j] = here
    gained, found = best[-1][-1]
    quality = gained / weight_typed if weight_typed else 0.0
    coverage = found / weight_printed if weight_printed else 0.0
    whole = fuzz.ratio(name.replace(" ", ""), field.replace(" ", "")) / 100
    if whole >= 0.9:
        quality, coverage = max(quality, whole), max(coverage, whole)
    return 0.6 * quality + 0.4 * coverage, quality, coverage


def _weight(word: str) -> float:
    return 0.5 if word in _SMALL else float(len(word.rstrip(".")))


def _likeness(word: str, target: str) -> float:
    if word == target:
        return 1.0
    bare = word.rstrip(".")
    if word.endswith(".") and len(bare) >= 2 and target.startswith(bare):
        return 0.97
    if len(bare) >= 4 and target.startswith(bare):
        return 0.9
    likeness = fuzz.ratio(bare, target) / 100
    return likeness if likeness >= 0.72 else 0.0


def heading(text: str) -> Section | None:
    """Return the section that a line is the heading of, or None."""
    return _heading(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _heading(text: str) -> Section | None:
    bare = re.sub(r"^[\s#*_]*(?:[ivхIVXІ1-4]{1,3}\s*[.):\-–]+)?\s*", "", text)
    key = skeleton(bare)
    if not 8 <= len(key) <= 120:
        return None
    best: tuple[float, Section] | None = None
    for section in Section:
        target = skeleton(section.value.split(".", 1)[1])
        likeness = fuzz.ratio(key, target)
        if best is None or likeness > best[0]:
            best = (likeness, section)
    return best[1] if best and best[0] >= 84 else None


def is_title(text: str) -> bool:
    """Whether a line is the title of the document."""
    key = skeleton(text)
    return (
        len(key) < 160
        and fuzz.partial_ratio("профил на дигиталните умения компетентности", key) >= 85
        and key.startswith("проф")
    )


def is_column_heading(texts: list[str]) -> bool:
    """Whether a row of section II names its columns or its table and states nothing."""
    first = skeleton(next((text for text in texts if text.strip()), ""))
    heads = (
        "общи дигитални компетентности",
        "специфични за длъжността професията дигитални компетентности",
        "област на компетентност",
        "наименование на общата дигитална компетентност",
        "наименование на специфичната дигитална компетентност",
        "изисквано ниво и подниво",
    )
    core = re.sub(r"\s(?:съгл\w*|по|от)?\s?digcomp.*$", "", first)
    if len(core) < 100 and re.match(r"(?:общи|специфични)\b.*\bкомпетентности", core):
        return True
    return any(fuzz.ratio(core, head) >= 84 for head in heads)


def table_kind(texts: list[str]) -> str | None:
    """Return "general" or "specific" when a row is the heading of that table of section II."""
    key = skeleton(" ".join(texts))
    if "специфичн" in key:
        return "specific"
    if "общи" in key or "общата" in key:
        return "general"
    return None
