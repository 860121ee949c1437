"""Writes profiles of the template, as many as wanted: other occupations, in words of our own.

The same numbers give the same bytes on every machine. The documents have the shape of the
shipped one: ten requirements, some 270 list statements, now and then two levels that disagree.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from digigraph import reference
from digigraph.documents.fields import BANDS, LEAD_INS, STATEMENTS, Field, Section
from digigraph.documents.values import band_of

BAND_NAMES = ("Основно", "Средно", "Напреднало", "Високо специализирано")

ROLES = (
    "Специалист", "Координатор", "Организатор", "Експерт", "Техник", "Консултант", "Отговорник",
    "Сътрудник", "Ръководител", "Планировчик", "Проверяващ", "Наставник",
)  # fmt: skip
TRADES = (
    ("складова дейност", "52", "Складове и товари"),
    ("градски транспорт", "49", "Превоз по суша"),
    ("оранжерии", "01", "Земеделие и градини"),
    ("дограма", "16", "Изделия от дърво"),
    ("хлебни изделия", "10", "Храни"),
    ("шивашки цех", "14", "Облекло"),
    ("кариери", "08", "Добив на камък"),
    ("водоснабдяване", "36", "Вода"),
    ("сметосъбиране", "38", "Отпадъци"),
    ("строителни обекти", "41", "Строеж на сгради"),
    ("автосервиз", "45", "Автомобили"),
    ("детски играчки", "47", "Магазини"),
    ("хотелско настаняване", "55", "Хотели"),
    ("ресторанти", "56", "Хранене"),
    ("книгоиздаване", "58", "Издателства"),
    ("киносалони", "59", "Филми"),
    ("телефонни услуги", "61", "Съобщения"),
    ("застраховки", "65", "Застраховане"),
    ("имоти под наем", "68", "Имоти"),
    ("счетоводство", "69", "Сметки и право"),
    ("проектантско бюро", "71", "Чертежи и изпитвания"),
    ("лаборатория", "72", "Изследвания"),
    ("пътувания", "79", "Пътувания"),
    ("охрана", "80", "Охрана"),
    ("училища", "85", "Обучение"),
    ("болници", "86", "Здраве"),
    ("домове за стари хора", "87", "Грижи"),
    ("музеи", "91", "Артистична и творческа дейност"),
    ("сцена и концерти", "90", "Артистична и творческа дейност"),
    ("ремонт на машини", "33", "Поправки"),
)
"""What is worked at, a KID-2008 division and a short name for it; the names are our own."""

VERBS = (
    "Подрежда", "Сверява", "Описва", "Проследява", "Обобщава", "Предава", "Отбелязва", "Подготвя",
    "Пресмята", "Поправя", "Сравнява", "Разпределя", "Съставя", "Наглежда", "Допълва", "Изпраща",
    "Показва", "Обяснява", "Подновява", "Пази", "Намира", "Въвежда", "Изчислява", "Договаря",
)  # fmt: skip
NOUNS = (
    "Подреждане", "Сверка", "Описание", "Проследяване", "Обобщение", "Предаване", "Подготовка",
    "Пресмятане", "Поправка", "Сравнение", "Разпределяне", "Съставяне", "Подновяване", "Търсене",
)  # fmt: skip
HOW = ("внимателно", "навреме", "точно", "сам", "заедно с колеги", "всяка сутрин", "без пропуски")
KNOWS = ("Познава", "Разбира", "Различава", "Помни", "Знае как се подреждат", "Посочва")
OBJECTS = (
    "заявките за деня", "сметките на бригадата", "чертежите на обекта", "графика на смените",
    "показанията на уредите", "снимките от огледа", "списъците с доставки", "писмата на гостите",
    "картоните на машините", "бележките от срещата", "отчетите за разхода", "таблиците с цени",
    "заповедите за път", "протоколите от проверка", "каталога с части", "обажданията за повреди",
    "договорите с наематели", "плановете за седмицата", "отзивите на посетители", "пробите",
    "наличностите в склада", "адресите за доставка", "кодовете за достъп", "видеозаписите",
)  # fmt: skip
TOOLS = (
    "електронна таблица", "обща папка в облака", "мобилно приложение", "баркод четец",
    "вътрешен портал", "електронна поща", "карта с координати", "система за заявки",
    "табло с показатели", "софтуер за чертане", "електронен дневник", "видеовръзка",
    "онлайн анкета", "база данни", "електронен подпис", "чат на екипа", "сензори по мрежа",
    "шаблон за справки", "програма за графици", "архив със снимки", "двустепенна защита",
)  # fmt: skip
AIMS = (
    "преди началото на смяната", "за месечния преглед", "при промяна на реда", "за нов обект",
    "когато има забавяне", "за проверка от втори човек", "при голям брой поръчки", "за архива",
    "по искане на клиент", "за обучение на новите", "при авария", "за сравнение с минала година",
    "в края на деня", "за избор на доставчик", "при липса на връзка", "за спестяване на хартия",
)  # fmt: skip
SYSTEMS = (
    "система за проследяване на товари", "софтуер за смени", "регистър на уредите",
    "приложение за огледи", "програма за рецепти", "табло за разход на енергия",
    "платформа за отзиви", "електронен магазин", "система за пропуски", "карта на мрежата",
    "архив на чертежи", "приложение за заявки", "дневник на машините", "портал за доставчици",
)  # fmt: skip

SOURCE = """document = "document.txt"
media_type = "text/plain"
publisher = ""
received = {received}

[title]
bg = "Съставен профил {number}"
en = "Made-up profile {number}"

[origin]
bg = "Съставен за измерване; не описва истинска длъжност."
en = "Made up for measuring; describes no real occupation."

[rights]
bg = "Без ограничения."
en = "No restrictions."
"""

FIRST = date(2026, 8, 1)
"""The day on which the first of them was received."""


@dataclass(frozen=True, slots=True)
class Need:
    """One competence of a made-up profile: its name, area and levels; `similar` if it is own."""

    name: str
    area: int
    level: int
    listed: int
    similar: str = ""


def write_profiles(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write documents with their `source.toml` below a folder, and return the latter."""
    written = []
    for number in range(count):
        place = folder / f"made-up-{number:05}"
        place.mkdir(parents=True)
        (place / "document.txt").write_text(document(number, seed), encoding="utf-8")
        (place / "source.toml").write_text(source(number), encoding="utf-8")
        written.append(place / "source.toml")
    return written


def source(number: int) -> str:
    """Return the `source.toml` of a profile; they were received on many days, in no order."""
    return SOURCE.format(number=number, received=FIRST + timedelta(days=number * 37 % 90))


def document(number: int, seed: int = 0) -> str:
    """Return the text of one profile; each number has an occupation code of its own."""
    draw = random.Random(f"{seed}/{number}")
    trade, division, sector = draw.choice(TRADES)
    needs = [*_general(draw), *_specific(draw, trade)]
    lines = ["## Профил на дигиталните умения/компетентности на ключова длъжност/професия", ""]
    lines += _occupation(draw, number, trade, f"{division} „{sector}“")
    lines += _overview(needs)
    for section, own in ((Section.III, False), (Section.IV, True)):
        lines += [f"### {section.value}", ""]
        for place, need in enumerate(one for one in needs if bool(one.similar) is own):
            lines += [*_described(draw, need), "", f"стр. {place + 3}", ""]
    return "\n".join(lines)


def _general(draw: random.Random) -> Iterator[Need]:
    known = reference.load().competences
    for code in sorted(draw.sample(sorted(known), 6)):
        yield _need(draw, f"{code} {known[code].bg}", int(code[0]))


def _specific(draw: random.Random, trade: str) -> Iterator[Need]:
    known = reference.load().competences
    for system in draw.sample(SYSTEMS, 4):
        code = draw.choice(sorted(known))
        name = f"Работа с {system} ({trade})"
        yield _need(draw, name, int(code[0]), f"{code} {known[code].bg}")


def _need(draw: random.Random, name: str, area: int, similar: str = "") -> Need:
    level = min(8, max(1, round(draw.gauss(5, 1.5))))
    listed = level % 8 + 1 if draw.random() < 0.03 else level
    return Need(name, area, level, listed, similar)


def _occupation(draw: random.Random, number: int, trade: str, sector: str) -> list[str]:
    groups = sorted(reference.load().unit_groups)
    code = f"{groups[number * 7 % len(groups)]}{5001 + number // len(groups)}"
    name = f"{draw.choice(ROLES)}, {trade}"
    duties = _list(_sentence(draw, VERBS) for _ in range(11))
    opening = f"Работи в областта „{trade}“ и отговаря за {draw.choice(OBJECTS)}."
    return [
        f"### {Section.I.value}",
        "",
        _row(Field.SECTOR, sector),
        _row(Field.OCCUPATION, f"{code} - {name}"),
        _row(Field.ALTERNATIVES, f"{draw.choice(ROLES)} по {trade}"),
        _row(Field.SUMMARY, f"{opening} Има следните функции: {duties}"),
        "",
        "стр. 1",
        "",
    ]


def _overview(needs: Sequence[Need]) -> list[str]:
    lines = [f"### {Section.II.value}", ""]
    tables = (
        ("Общи дигитални компетентности, съгласно DigComp 2.1", "общата", False),
        ("Специфични за длъжността/професията дигитални компетентности", "специфичната", True),
    )
    for title, kind, own in tables:
        lines.append(f"{title}\t\t")
        lines.append(
            f"Област на компетентност\tНаименование на {kind} дигитална компетентност"
            "\tИзисквано ниво и подниво"
        )
        for need in needs:
            if bool(need.similar) is own:
                lines.append(f"{_area(need)}\t{need.name}\t{_level(need.listed)}")
    return [*lines, "", "стр. 2", ""]


def _described(draw: random.Random, need: Need) -> list[str]:
    named = Field.OWN_COMPETENCE if need.similar else Field.COMPETENCE
    rows = [
        _row(named, need.name),
        _row(Field.AREA, _area(need)),
        _row(Field.DESCRIPTION, f"{_sentence(draw, VERBS)}. {_sentence(draw, VERBS)}."),
    ]
    if need.similar:
        rows.append(_row(Field.SIMILAR, need.similar))
    rows.append(_row(Field.REQUIRED_LEVEL, _level(need.level)))
    if need.similar:
        rows.append(_row(Field.LEVELS, ""))
        for band, field in enumerate(BANDS, 1):
            texts = (f"<p>Подниво {n}: {_can(draw, n)}" for n in (2 * band - 1, 2 * band))
            rows.append(_row(field, " ".join(texts)))
    else:
        rows.append(_row(Field.LEVEL_TEXT, f"<p>{_can(draw, need.level)}"))
    for field, openings in zip(STATEMENTS, (KNOWS, VERBS, VERBS, NOUNS), strict=True):
        how = HOW if field is Field.BEHAVIOURS else ()
        many = draw.randint(3, 5)
        rows.append(_row(field, _list(_sentence(draw, openings, how) for _ in range(many))))
    return rows


def _can(draw: random.Random, level: int) -> str:
    texts = _list(_sentence(draw, VERBS).lower() for _ in range(draw.randint(2, 3)))
    return f"{LEAD_INS[level - 1]}</p> {texts}"


def _sentence(draw: random.Random, openings: Sequence[str], how: Sequence[str] = ()) -> str:
    parts = [draw.choice(openings), *([draw.choice(how)] if how else []), draw.choice(OBJECTS)]
    parts += ["чрез", draw.choice(TOOLS)]
    parts += [draw.choice(AIMS)]
    return " ".join(parts)


def _list(texts: Iterator[str]) -> str:
    return "<ul> " + " ".join(f"<li>• {text}</li>" for text in texts) + " </ul>"


def _row(field: Field, value: str) -> str:
    return f"<b>{field.value}</b>\t{value}"


def _area(need: Need) -> str:
    return f"{need.area}: {reference.load().areas[need.area].bg}"


def _level(rank: int) -> str:
    return f"{BAND_NAMES[band_of(rank) - 1]} - {rank}"
