"""The reader keeps every statement of a profile, whoever typed it and whatever converted it."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digigraph import documents, reference, resources
from digigraph.documents.encoding import MAX_BYTES
from digigraph.errors import EncodingError, InputError
from digigraph.records import Kind, LineReason, Profile, Reading, Requirement, Severity, Span, Text

SAMPLES = Path(__file__).parent / "samples"
REAL = resources.folder("data") / "sources" / "33393020-93" / "document.txt"
CLEAN = REAL.read_text(encoding="utf-8")
FOOTER = "[www.eufunds.bg](http://www.eufunds.bg)"
BREAK = f"\n\n{FOOTER}\n\n"
NECESSARY = "Познава стандартите за качество в сферата на предлагане на спортни услуги и стоки"
STATEMENT = re.compile(rf"{NECESSARY}[^<]*")


def read(text: str) -> Reading:
    """Return the reading of a text."""
    return documents.read_text(text, reference.load())


def said(value: object) -> object:
    """Return what records say, without the places where they say it."""
    if isinstance(value, Text):
        return value.value
    if isinstance(value, tuple):
        return [said(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: said(getattr(value, f.name)) for f in fields_of(value)}
    return value


def differences(one: object, two: object, place: str = "") -> Iterator[str]:
    """Yield where two readings differ."""
    if isinstance(one, dict) and isinstance(two, dict):
        for name in one:
            yield from differences(one[name], two[name], f"{place}.{name}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for number, pair in enumerate(zip(one, two, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif one != two:
        yield f"{place}: {one!r} became {two!r}"


@cache
def of_clean(text: str) -> Profile:
    """Return the profile of an unchanged document."""
    profile = read(text).profile
    assert profile
    return profile


def assert_same(changed: str, clean: str = CLEAN) -> Reading:
    """Check that a changed document says what the clean one says, and is read whole."""
    reading = read(changed)
    assert [(p.line, p.kind, p.found) for p in reading.errors] == []
    assert list(differences(said(of_clean(clean)), said(reading.profile))) == []
    assert reading.coverage.whole
    return reading


def statements(one: Requirement) -> Iterator[Text]:
    """Yield the list statements of a competence."""
    for level in one.levels:
        yield from level.items
    yield from (*one.knowledge, *one.skills, *one.behaviours, *one.examples)


def texts(value: object) -> Iterator[Text]:
    """Yield every text within a record."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields_of(value):
            yield from texts(getattr(value, field.name))


def line_of(text: str, part: str, nth: int = 1) -> int:
    """Return the line of the nth occurrence of a part of a text."""
    return [n for n, line in enumerate(text.split("\n"), 1) if part in line][nth - 1]


def errors(reading: Reading) -> set[tuple[str, int, str, str, str]]:
    """Return what the errors of a reading say."""
    return {(p.kind, p.line, p.field, p.found, p.expected) for p in reading.errors}


@cache
def small() -> str:
    """Return the real document with only its first and its last competence."""
    lines = CLEAN.split("\n")
    second = line_of(CLEAN, "<b>1.2 Оценяване") - 1
    fourth = line_of(CLEAN, "#### IV")
    last = line_of(CLEAN, "<b>Управление на бизнес профили") - 1
    kept = [*lines[:second], *lines[fourth - 1 : fourth + 1], *lines[last:]]
    overview = ("1.1 Сърф", "Управление на бизнес")
    return "\n".join(
        line
        for line in kept
        if "Напреднало -" not in line
        or line.startswith(("<b>", "Изисквано"))
        or any(part in line for part in overview)
    )


# -- the real document ---------------------------------------------------------------------------

COUNTED_BY_HAND = {
    "1.1": ((4,), 3, 6, 4, 3),
    "1.2": ((2,), 5, 5, 4, 3),
    "2.2": ((3,), 5, 3, 3, 4),
    "3.1": ((2,), 3, 4, 4, 3),
    "4.2": ((3,), 6, 4, 4, 5),
    "5.2": ((3,), 3, 3, 3, 4),
    "работа със специализиран софтуер за обслужване на клиенти и анализ на клиентско поведение": (
        (2, 2, 2, 2, 2, 2, 2, 2), 4, 7, 5, 5,
    ),
    "оценка на клиентската удовлетвореност с дигитални инструменти": (
        (2, 2, 4, 3, 4, 3, 3, 3), 5, 4, 6, 4,
    ),
    "работа с платформи за автоматизирани имейли и промотиране на съдържание": (
        (2, 2, 2, 2, 2, 2, 2, 2), 4, 6, 3, 3,
    ),
    "управление на бизнес профили в социалните мрежи": (
        (3, 3, 3, 3, 3, 3, 2, 2), 4, 5, 4, 5,
    ),
}  # fmt: skip


def test_real_document_holds_the_statements_counted_by_hand() -> None:
    """The real document is read as 274 statements, each at its competence, kind and level."""
    profile = of_clean(CLEAN)

    found = {
        one.key: (
            tuple(len(level.items) for level in one.levels),
            *map(len, (one.knowledge, one.skills, one.behaviours, one.examples)),
        )
        for one in profile.requirements
    }

    assert found == COUNTED_BY_HAND
    assert sum(len(list(statements(one))) for one in profile.requirements) == 274 - 11
    assert len(profile.duties) == 11
    assert sum(bool(level.lead_in) for one in profile.requirements for level in one.levels) == 38
    assert read(CLEAN).coverage.whole


def test_real_document_counted_another_way() -> None:
    """The count agrees with that of the list tags and lead-ins in each field's rows."""
    kinds = {
        "duties": "Общо описание", "knowledge": "Необходими знания",
        "skills": "Необходими умения", "behaviours": "Поведения", "examples": "Примери",
        "levels": "Описание на изискваното|Основно ниво|Средно ниво|Напреднало ниво|Високо",
        "": "Наименование",
    }  # fmt: skip
    counts = dict.fromkeys(kinds, 0)
    kind = ""
    for line in CLEAN.split("\n"):
        label = re.sub(r"<[^>]*>", "", line.partition("\t")[0])
        kind = next((k for k, name in kinds.items() if re.match(name, label)), kind)
        counts[kind] += line.count("<li>")
    counts["levels"] += 1  # two statements run together in one item of level 6
    counts["skills"] += 1  # "Извършва анализ на лоялността …" stands before its list

    assert counts == {
        "duties": 11, "levels": 95, "knowledge": 42, "skills": 47, "behaviours": 40,
        "examples": 39, "": 0,
    }  # fmt: skip
    assert CLEAN.count("може да:") == 38


def test_real_document_says_who_where_and_how_well() -> None:
    """Sector, titles with their codes, areas and both stated levels are read as printed."""
    profile = of_clean(CLEAN)

    assert [(s.code, s.name.value) for s in profile.sectors] == [
        ("93", "Спортни и други дейности, свързани с развлечение и отдих")
    ]
    assert [(t.name.value, t.codes) for t in (*profile.occupations, *profile.alternatives)] == [
        ("Организатор, работа с клиенти", ("33393020",)),
        ("Специалист обслужване на клиенти", ()),
        ("Организатор клиентско обслужване", ()),
        ("Мениджър, ключови клиенти", ("24215025",)),
        ("Експерт бизнес развитие", ("24216002",)),
    ]
    assert profile.description.value.endswith("организатор работа с клиенти има следните функции:")
    ranks = [
        (one.area, one.overview and one.overview.rank, one.detail and one.detail.rank, one.similar)
        for one in profile.requirements
    ]
    assert ranks == [
        (1, 6, 6, None), (1, 6, 6, None), (2, 6, 6, None), (3, 6, 6, None), (4, 5, 5, None),
        (5, 5, 5, None), (1, 6, 6, "1.3"), (1, 6, 5, "1.2"), (1, 5, 5, "1.3"), (2, 6, 6, "2.6"),
    ]  # fmt: skip


def test_real_document_has_the_findings_of_its_editors() -> None:
    """What an editor should know of the real document is reported with its line, none refused."""
    found = {(p.kind, p.line) for p in read(CLEAN).problems if p.severity is Severity.WARNING}

    assert {
        ("Contradiction", 183), ("SectorAsDivision", 9), ("VariantName", 9), ("VariantName", 11),
        ("TitleWithoutCode", 11), ("MergedBulletsSplit", 158), ("ForeignLetter", 260),
        ("SimilarOutsideProfile", 149), ("SimilarOutsideProfile", 213),
        ("SimilarOutsideProfile", 242), ("VariantHeading", 44), ("VariantHeading", 45),
    } <= found  # fmt: skip
    assert "DuplicateText" in {kind for kind, _ in found}
    assert read(CLEAN).errors == ()


# -- what always holds -----------------------------------------------------------------------------


def assert_evidence(text: str, reading: Reading) -> None:
    """Check that every span quotes its line and every line is cited or accounted for."""
    lines = text.split("\n")
    cited: set[int] = set()
    for found in texts(reading.profile):
        assert found.spans or not found.value
        for span in found.spans:
            cited.add(span.line)
            assert span.quote == lines[span.line - 1][span.first - 1 : span.last]
    for problem in reading.problems:
        assert 1 <= problem.line <= len(lines)
        for span in problem.spans:
            assert span.quote == lines[span.line - 1][span.first - 1 : span.last]
    reasons = {a.line: a.reason for a in reading.accounted}
    assert all(isinstance(reason, LineReason) for reason in reasons.values())
    if reading.profile:
        assert reading.coverage.whole
        left = {n for n, line in enumerate(lines, 1) if line.strip()} - cited - set(reasons)
        assert left == set()


def test_every_value_quotes_its_lines() -> None:
    """Each value cites exact stretches of lines; every line is cited or accounted for."""
    assert_evidence(CLEAN, read(CLEAN))


def test_a_repeated_quote_is_told_apart() -> None:
    """A quote that its line repeats comes with what stands before and after it."""
    for found in texts(of_clean(CLEAN)):
        for span in found.spans:
            line = CLEAN.split("\n")[span.line - 1]
            assert line.count(span.prefix + span.quote + span.suffix) == 1


def test_nothing_in_a_cell_is_lost_or_invented() -> None:
    """The quotes of a line, put together, are the text of its value cells, bullets aside."""
    quotes: dict[int, set[Span]] = {}
    for found in texts(of_clean(CLEAN)):
        for span in found.spans:
            quotes.setdefault(span.line, set()).add(replace(span, prefix="", suffix=""))

    for number, line in enumerate(CLEAN.split("\n"), 1):
        if number not in quotes:
            continue
        marks = bytearray(len(line))
        for span in quotes[number]:
            marks[span.first - 1 : span.last] = b"\x01" * len(span.quote)
        rest = "".join(letter for letter, mark in zip(line, marks, strict=True) if not mark)
        rest = re.sub(r"<[^>]*>|•|Подниво \d:|\s", "", rest)
        label = re.sub(r"<[^>]*>|\s", "", line.partition("\t")[0])
        assert rest in ("", label)


def test_statement_is_its_quotes_folded() -> None:
    """A statement's text is that of its quotes: no letter more, less or other."""
    for found in texts(of_clean(CLEAN)):
        quoted = re.sub(r"<[^>]*>|\s", "", "".join(span.quote for span in found.spans))
        assert re.sub(r"\s", "", found.value) in (quoted, quoted.strip("„“"))


def test_statements_hold_no_markup() -> None:
    """No statement holds a tag, an entity, a bullet, a footer or white space at an end."""
    for found in texts(of_clean(CLEAN)):
        assert not re.search(r"[<>•\t\n]|&\w+;|eufunds|\s\s|^\s|\s$", found.value)
        assert unicodedata.is_normalized("NFC", found.value)


def test_reading_is_deterministic() -> None:
    """The same text gives the same reading."""
    assert read(CLEAN) == read(CLEAN)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from(
                ("", " ", "\n", "\t", BREAK, BREAK + "\t", "•", "<li>", "</ul>", "</p>", "<p>",
                 "<br>", "1. ", "**", "&", "<", "Подниво 3:", "9", "\u00a0", "\u00ad", "x", "Ж")
            ),
            st.integers(0, 30),
        ),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_damage_never_breaks_the_promises(damage: list[tuple[float, str, int]]) -> None:
    """Whatever is put in or cut out, quotes are exact and no profile is published half read."""
    text = small()
    for place, added, cut in damage:
        at = int(place * len(text))
        text = text[:at] + added + text[at + cut :]
    text = unicodedata.normalize("NFC", text)

    reading = read(text)

    assert_evidence(text, reading)
    assert (reading.profile is None) == bool(reading.errors)
    assert reading == read(text)


# -- page breaks anywhere --------------------------------------------------------------------------

CONTINUED: dict[str, tuple[str, Callable[[str], str]]] = {
    "list": ("</li> </ul>", lambda rest: f"\t<ul> <li>{rest}"),
    "paragraph": ("</li> </ul>", lambda rest: f"\t<p>{rest.replace('</li>', '</p> <ul>', 1)}"),
    "text after a tab": ("", lambda rest: f"\t{rest}"),
    "bare text": ("", lambda rest: rest),
}
ITEM = re.compile(r"<li>• ?(.*?)</li>")


def with_breaks(
    text: str,
    places: Callable[[str], list[int]],
    close: str,
    begin: Callable[[str], str],
    *,
    every: int = 1,
    first: int = 0,
) -> str:
    """Return a text with page breaks at the places of each table row outside section II."""
    lines = text.split("\n")
    two, three = line_of(text, "## II.") - 1, line_of(text, "### III.") - 1
    done = []
    count = 0
    for number, line in enumerate(lines):
        found = places(line) if "\t" in line and not two < number < three else []
        parts = []
        at = 0
        for place in found:
            count += 1
            if count % every == first:
                parts.append(line[at:place])
                at = place
        parts.append(line[at:])
        changed = parts[0]
        for part in parts[1:]:
            changed += close + BREAK + begin(part.strip())
        done.append(changed)
    return "\n".join(done)


def nth_blank(pattern: re.Pattern[str], nth: int) -> Callable[[str], list[int]]:
    """Return where the nth blank within each match of a pattern stands in a line."""

    def places(line: str) -> list[int]:
        found = []
        for match in pattern.finditer(line):
            blanks = [match.start(1) + m.start() for m in re.finditer(r"(?<=\S) (?=\S)", match[1])]
            found += blanks[nth : nth + 1]
        return found

    return places


@pytest.mark.parametrize("nth", [0, 1, 2, 4, 6, 9, 13, 23])
@pytest.mark.parametrize("way", CONTINUED)
def test_page_break_within_a_statement(way: str, nth: int) -> None:
    """A statement cut by a page is one statement, however the rest is marked."""
    close, begin = CONTINUED[way]
    changed = with_breaks(CLEAN, nth_blank(ITEM, nth), close, begin, every=2, first=nth % 2)

    assert_same(changed)


@pytest.mark.parametrize(
    ("at", "close", "begin"),
    [
        (r"(?<=</li>) (?=<li>)", " </ul>", lambda rest: f"\t<ul> {rest}"),
        (r"(?<=</li>) (?=<li>)", "", lambda rest: f"\t<ul> {rest}"),
        (r"(?<=</li>) (?=<li>)", "", lambda rest: f"\t{rest}"),
        (r"(?<=</li>) (?=<li>)", "", lambda rest: rest),
        (r"(?=</li> <li>•)", "", lambda rest: f"\t<p>{rest.removeprefix('</li> <li>')}"),
        (r"(?=</li> <li>•)", "", lambda rest: rest.removeprefix("</li> <li>")),
        (r"(?=<p>Подниво [2468])", "", lambda rest: f"\t{rest}"),
        (r"(?=<p>Подниво [2468])", "", lambda rest: re.sub(r"^<p>(.*?)</p>", r"\1", rest)),
        (r"(?<=може да:)(?!</p>)|(?<=може да:</p>)", "", lambda rest: f"\t{rest}"),
        (r"(?<=може да:)(?!</p>)|(?<=може да:</p>)", "", lambda rest: rest),
        (r"(?<=<li>•)", "</li> </ul>", lambda rest: f"\t<ul> <li>{rest}"),
    ],
    ids=["closed list", "list left open", "item", "item without tab", "p", "bare bullet",
         "level", "level bare", "after lead-in", "after lead-in bare", "bullet left behind"],
)  # fmt: skip
def test_page_break_between_statements(at: str, close: str, begin: Callable[[str], str]) -> None:
    """Where a page ends between two statements, they stay two."""

    def places(line: str) -> list[int]:
        return [m.start() for m in re.finditer(at, line) if m.start() > line.index("\t") + 1]

    assert_same(with_breaks(CLEAN, places, close, begin))


@pytest.mark.parametrize("tab", ["\t", ""])
def test_next_page_ends_a_statement_and_begins_a_level(tab: str) -> None:
    """Of two paragraphs on a new page the first ends a statement, the second begins a level."""
    pattern = re.compile(r"<li>• ([^<]*)</li> </ul> <p>Подниво")

    changed = with_breaks(
        CLEAN, nth_blank(pattern, 2), "</li> </ul>",
        lambda rest: f"{tab}<p>{rest.replace('</li> </ul>', '</p>', 1)}",
    )  # fmt: skip

    assert_same(changed)


@pytest.mark.parametrize("nth", [0, 1, 3, 7, 12])
@pytest.mark.parametrize("begin", [lambda r: f"\t{r}", lambda r: f"\t<p>{r}", lambda r: r])
def test_page_break_within_a_lead_in(nth: int, begin: Callable[[str], str]) -> None:
    """A lead-in, and the "Подниво 7:" before it, is made whole again."""
    pattern = re.compile(r"(?:<p>|\t)((?:(?!<p>|\t).)*?може да:)")

    assert_same(with_breaks(CLEAN, nth_blank(pattern, nth), "", begin))


@pytest.mark.parametrize("nth", [0, 1, 2, 8, 40])
@pytest.mark.parametrize("begin", [lambda r: f"\t{r}", lambda r: f"\t<p>{r}</p>", lambda r: r])
def test_page_break_within_a_single_value(nth: int, begin: Callable[[str], str]) -> None:
    """A name, code, level, title or description cut by a page is made whole again."""
    pattern = re.compile(r"^[^\t]*\t(?!.*<)(.*)$")

    assert_same(with_breaks(CLEAN, nth_blank(pattern, nth), "", begin))


@pytest.mark.parametrize("shape", ["value first", "value last", "value cut", "bare", "bare rest"])
@pytest.mark.parametrize("nth", [0, 1, 2, 4, 7, 10])
def test_page_break_within_a_field_name(shape: str, nth: int) -> None:
    """A field name cut by a page is one field with one value."""
    text = small()
    lines = text.split("\n")
    overview = range(line_of(text, "## II.") - 1, line_of(text, "### III."))
    for number, line in enumerate(lines):
        label, tab, value = line.partition("\t")
        core = re.sub(r"<[^>]*>", "", label)
        blanks = [m.start() for m in re.finditer(" ", core)]
        if not tab or number in overview or len(blanks) <= nth:
            continue
        one, two = core[: blanks[nth]], core[blanks[nth] + 1 :]
        if label.startswith("<b>"):
            one, two = f"<b>{one}</b>", f"<b>{two}</b>"
        half = value.find(" ", len(value) // 2)
        if "<" in value or half < 0:
            half = 0
        lines[number] = {
            "value first": f"{one}\t{value}{BREAK}{two}\t",
            "value last": f"{one}\t{BREAK}{two}\t{value}",
            "value cut": f"{one}\t{value[:half]}{BREAK}{two}\t{value[half:]}",
            "bare": f"{one}{BREAK}{two}\t{value}",
            "bare rest": f"{one}\t{value}{BREAK}{two}",
        }[shape]

    assert_same("\n".join(lines), text)


OVERVIEW = [line for line in CLEAN.split("\n") if line.count("\t") == 2 and "Напреднало" in line]


@pytest.mark.parametrize("row", OVERVIEW, ids=range(len(OVERVIEW)))
def test_page_break_within_a_row_of_section_two(row: str) -> None:
    """A row of section II cut in any cell, the rest in a row of its own, is one row."""
    cells = row.split("\t")
    for column, cell in enumerate(cells):
        words = cell.split(" ")
        for at in {1, len(words) // 2} - {0, len(words)}:
            upper, lower = [*cells], ["", "", ""]
            upper[column], lower[column] = " ".join(words[:at]), " ".join(words[at:])
            if at == 1:
                lower[column + 1 :], upper[column + 1 :] = upper[column + 1 :], lower[column + 1 :]
            changed = "\t".join(upper) + BREAK + "\t".join(lower)

            assert_same(CLEAN.replace(row, changed))


def test_page_break_before_every_row() -> None:
    """A page may end before any row, that of section II and its headings included."""
    lines = CLEAN.split("\n")
    for first in (0, 1):
        changed = [
            f"{FOOTER}\n\n{line}" if line.strip() and number % 2 == first else line
            for number, line in enumerate(lines)
        ]

        assert_same("\n".join(changed))


@pytest.mark.parametrize("hyphen", ["", "-"])
@pytest.mark.parametrize(
    "cut", ["инфор|мация", "кли|ентите", "спе|циализираните", "съдър|жание", "управле|нието",
            "дигитал|ни", "и|нформация"]
)  # fmt: skip
def test_page_break_within_a_word(cut: str, hyphen: str) -> None:
    """A word that the document knows is made whole when a page cut it in two."""
    word = cut.replace("|", "")
    halves = cut.replace("|", f"{hyphen}{BREAK}\t")
    place = next(m.start(1) for m in re.finditer(rf"<li>•[^<]*? ({word}) [^<]*</li>", CLEAN))

    assert_same(CLEAN[:place] + halves + CLEAN[place + len(word) :])


def test_page_break_within_a_word_of_its_own() -> None:
    """A cut word that occurs nowhere else loses no letter, and the doubt is reported."""
    changed = CLEAN.replace("фърмуера", f"фърм{BREAK}\tуера")

    reading = read(changed)

    assert reading.profile
    examples = [text.value for text in reading.profile.requirements[4].examples]
    assert examples[2] == "Редовни актуализации на софтуера и фърм уера"
    doubts = [p for p in reading.problems if p.kind == "UncertainBoundary"]
    assert [p.about for p in doubts if "уера" in p.found] == ["4.2/examples/3"]


def test_grade_cut_before_its_dash() -> None:
    """The dash of "най - подходящите" is no bullet when a page begins with it."""
    changed = CLEAN.replace("най - подходящите дигитални", f"най{BREAK}\t- подходящите дигитални")

    assert_same(changed)


def test_doubtful_continuation_is_reported() -> None:
    """Unmarked text with a capital after a page, nothing hanging before it, is a finding."""
    changed = CLEAN.replace("чрез функции за филтриране", f"чрез{BREAK}\tCRM функции за филтриране")
    changed = changed.replace(
        "<li>• Изготвя анализи, справки и отчети", f"</ul>{BREAK}\tИзготвя анализи"
    )

    kinds = {p.kind for p in read(changed).problems}

    assert "UncertainBoundary" in kinds


# -- footers, headers ------------------------------------------------------------------------------

FOOTERS = [
    "www.eufunds.bg", "http://www.eufunds.bg", "https://www.eufunds.bg/", "<www.eufunds.bg>",
    "WWW.EUFUNDS.BG", "**www.eufunds.bg**", "<b>www.eufunds.bg</b>", "eufunds.bg",
    '<a href="http://www.eufunds.bg">www.eufunds.bg</a>', "\twww.eufunds.bg", "www.eufunds.bg\t",
    "| www.eufunds.bg |", "<p>www.eufunds.bg</p>", "12", "- 12 -", "стр. 12", "Стр. 12 от 30",
    "Page 3 of 9", "3 / 9", "Страница | 3", "www.eufunds.bg 12", "12 | www.eufunds.bg",
    f"{FOOTER} 14", "\f", "---", "www.eufunds.bg\n\n12", "![](image1.png)", "<img src='x.png'>",
    "<footer>www.eufunds.bg</footer>", "<!-- page 3 -->", "\\newpage", "----- www.eufunds.bg -----",
]  # fmt: skip
PRINTED = re.compile(rf"(?m)^(?:-+ )?{re.escape(FOOTER)}(?: -+)?$")


@pytest.mark.parametrize("footer", FOOTERS)
def test_footer_of_another_form(footer: str) -> None:
    """Whatever a converter makes of the footers, the records stay as they are."""
    assert_same(PRINTED.sub(lambda _: footer, small()), small())


@pytest.mark.parametrize("header", ["Европейски съюз", "Проект BG05M9OP001 „Умения“ {}"])
@pytest.mark.parametrize("form", ["{0}\n\n{1}", "{1}\n\n{0}", "{1}"])
def test_running_header(header: str, form: str) -> None:
    """A line that repeats beside the page breaks is no content, and is reported once."""
    pages = iter(range(1, 99))
    changed = PRINTED.sub(
        lambda _: form.format("www.eufunds.bg", header.format(next(pages))), CLEAN
    )

    reading = assert_same(changed)

    assert [p.severity for p in reading.problems if p.kind == "UnparsedText"] == [Severity.WARNING]
    assert LineReason.RUNNING_HEADER in {a.reason for a in reading.accounted}


def test_footer_link_within_a_statement() -> None:
    """The running footer as a link in the middle of a line is taken out, and reported."""
    changed = CLEAN.replace("чрез функции за филтриране", f"чрез {FOOTER} функции за филтриране")

    reading = assert_same(changed)

    assert [p.found for p in reading.problems if p.kind == "UnparsedText"] == [FOOTER]


@pytest.mark.parametrize(
    "address", ["(www.)", "www.example.bg", "https://example.bg/a?b=c", "office@firma.bg",
                "[сайта](http://example.bg)", "www.eufunds.bg", "(www.eufunds.bg)"]
)  # fmt: skip
def test_address_in_a_sentence(address: str) -> None:
    """An address inside a sentence is content."""
    statement = f"{NECESSARY} в {address} и другаде"

    profile = read(STATEMENT.sub(lambda _: statement, CLEAN)).profile

    assert profile
    assert profile.requirements[1].knowledge[0].value == statement


def test_line_that_repeats_is_content_elsewhere() -> None:
    """Text that goes on after several pages with the same word is no running header."""
    changed = CLEAN.replace("информация и данни\n", f"информация и{BREAK}данни\n")

    assert_same(changed)


# -- names of fields and levels --------------------------------------------------------------------

LOOK_ALIKE = str.maketrans("АВЕКМНОРСТХаеорсху", "ABEKMHOPCTXaeopcxy")
NAMES: dict[str, Callable[[str], str]] = {
    "plain": lambda n: n,
    "Markdown bold": lambda n: f"**{n}**",
    "bold with a colon": lambda n: f"<strong>{n}:</strong>",
    "a colon after it": lambda n: f"<b>{n}</b>:",
    "capitals": lambda n: f"<b>{n.upper()}</b>",
    "small letters": str.lower,
    "no-break spaces": lambda n: n.replace(" ", "\u00a0"),
    "two blanks": lambda n: n.replace(" ", "  "),
    "paragraph": lambda n: f"<p><b>{n}</b></p>",
    "Latin look-alikes": lambda n: n.translate(LOOK_ALIKE),
    "one Latin letter": lambda n: n.replace("о", "o", 1),
    "decomposed": lambda n: unicodedata.normalize("NFD", n),
    "abbreviated": lambda n: n.replace("дигиталната", "дигит.").replace("компетентност", "комп."),
    "съгласно": lambda n: n.replace("съгл.", "съгласно"),
    "brackets": lambda n: n.replace(", съгл. DigComp 2.1", " (DigComp 2.1)"),
    "without its source": lambda n: re.sub(r",? ?(съгл\.|от) ?(DigComp|КИД|НКПД).*", "", n),
    "Dig Comp": lambda n: n.replace("DigComp ", "Dig Comp"),
    "ДигКомп": lambda n: n.replace("DigComp", "ДигКомп"),
    "letters left out": lambda n: n.replace("нн", "н").replace("ее", "е"),
    "letters swapped": lambda n: n.replace("знания", "занния").replace("умения", "уменя"),
    "slashes apart": lambda n: n.replace("/", " / "),
    "half of a double name": lambda n: n.replace("длъжността/професията", "длъжността"),
    "numbered": lambda n: f"1. {n}",
    "a bullet": lambda n: f"• {n}",
    "a heading": lambda n: f"### {n}",
    "a span": lambda n: f'<span style="x">{n}</span>',
    "bold in two": lambda n: f"<b>{n[:7]}</b><b>{n[7:]}</b>",
    "a line break": lambda n: n.replace(" ", " <br>", 1),
    "a full stop": lambda n: f"{n}.",
    "a dash": lambda n: f"{n} -",
    "first word": lambda n: re.sub(r"^(Поведения|Примери).*", r"\1", n),
    "last word": lambda n: re.sub(r"^Необходими (\w)", lambda m: m[1].upper(), n),
}


@pytest.mark.parametrize("form", NAMES)
def test_field_name_of_another_form(form: str) -> None:
    """A field is known by its name however that is typed; variants are reported."""
    label = re.compile(r"^(?:<p>)?(?:<b>)?([^\t<\n]+)(?:</b>)?(?:</p>)?(?=\t)", re.MULTILINE)
    head, rest = small().split("## II.")
    two, rest = rest.split("### III.")

    def changed(text: str) -> str:
        return label.sub(lambda m: m[0] if m[0] == "--" else NAMES[form](m[1]), text)

    reading = assert_same(f"{changed(head)}## II.{two}### III.{changed(rest)}", small())

    if form in ("abbreviated", "letters left out", "first word", "Dig Comp in two"):
        assert "VariantHeading" in {p.kind for p in reading.problems}


def test_field_name_unknown() -> None:
    """A field that the template does not have is an error that names the fields it has."""
    changed = CLEAN.replace("<b>Необходими умения</b>", "<b>Съвсем друго</b>", 1)

    found = {(p.kind, p.line, p.found) for p in read(changed).errors}

    line = line_of(changed, "Съвсем друго")
    assert ("UnknownField", line, "Съвсем друго") in found
    assert any(kind == "MissingField" for kind, _, _ in found)


@pytest.mark.parametrize(
    "form",
    ["Подниво {}", "Под-ниво {}", "Под-ниво {}:", "Под ниво {}:", "Подниво {} -", "Подниво {} –",
     "Подниво {}.", "ПОДНИВО {}:", "подниво {};", "<b>Подниво {}:</b>", "**Подниво {}:**",
     "<strong>Подниво {}</strong>:", "Подниво\u00a0{}:", "Подниво{}:", "Подниво  {} :",
     "Пoднивo {}:", "Ниво {}:", "Подниво № {}:", "Подниво {}),", "Подниво ({}):", "Подннво {}:",
     "Поднива {}:", "Под\u00adниво {}:", "<u>Подниво {}:</u>", "Подниво {}:<br>"],
)  # fmt: skip
def test_level_name_of_another_form(form: str) -> None:
    """A level's part of a description is known by its number however its name is typed."""
    assert_same(re.sub(r"Подниво (\d):", lambda m: form.format(m[1]), small()), small())


@pytest.mark.parametrize(
    "form",
    ["Напреднало - {}", "Напреднало -{}", "Напреднало-{}", "напреднало – {}", "НАПРЕДНАЛО — {}",
     "Напреднало\u00a0-\u00a0{}", "Напреднало {}", "Напреднало ({})", "Напреднало, {}",
     "Напреднало ниво, подниво {}", "{} - Напреднало", "<b>Напреднало - {}</b>", "Hапреднало - {}",
     "**Напреднало - {}**", "<p>Напреднало - {}</p>", "Напреднало - {} (DigComp 2.1)",
     "Напреднало &ndash; {}", "Напреднало&nbsp;-&nbsp;{}", "Напреднало \u2011 {}", "{}"],
)  # fmt: skip
def test_required_level_of_another_form(form: str) -> None:
    """A required level is its number, however it and its band are typed."""
    clean = of_clean(small())
    changed = re.sub(r"(?<=\t)Напреднало - ?(\d)", lambda m: form.format(m[1]), small())
    changed = re.sub(r"(?<=\t)Напреднало -(\d)", lambda m: form.format(m[1]), changed)

    profile = read(changed).profile

    assert profile
    assert [one.rank for one in profile.requirements] == [one.rank for one in clean.requirements]


def test_required_levels_of_other_bands() -> None:
    """Every level from 1 to 8 is read with its own band."""
    bands = ("Основно", "Средно", "Напреднало", "Високо специализирано")
    for rank in range(1, 9):
        level = f"{bands[(rank - 1) // 2]}-{rank}"

        profile = read(re.sub(r"(?<=\t)Напреднало - ?\d", level, small())).profile

        assert profile
        assert {one.rank for one in profile.requirements} == {rank}


# -- lists -----------------------------------------------------------------------------------------


def numbered(form: str, between: str, before: str = "") -> Callable[[list[str]], str]:
    """Return a way to write a list: each item in a form, with something between."""
    return lambda items: (
        before
        + between.join(
            form.format(item, number, "абвгдежзийклмно"[number - 1])
            for number, item in enumerate(items, 1)
        )
    )


LISTS: dict[str, Callable[[list[str]], str]] = {
    "ul": lambda items: f"<ul>{''.join(f'<li>{i}</li>' for i in items)}</ul>",
    "capital tags": lambda items: f"<UL>{' '.join(f'<LI>• {i}</LI>' for i in items)}</UL>",
    "ol": lambda items: f"<ol> {' '.join(f'<li>{i}</li>' for i in items)} </ol>",
    "items left open": lambda items: f"<ul> {' '.join(f'<li>• {i}' for i in items)} </ul>",
    "paragraphs in items": lambda x: f"<ul>{''.join(f'<li><p>• {i}</p></li>' for i in x)}</ul>",
    "nested": lambda x: f"<ul>{''.join(f'<li><ul><li>{i}</li></ul></li>' for i in x)}</ul>",
    "bold": lambda items: f"<ul>{' '.join(f'<li><b>• {i}</b></li>' for i in items)}</ul>",
    "one tag a line": lambda x: "<ul>\n" + "\n".join(f"<li>• {i}\n</li>" for i in x) + "\n</ul>",
    "p with bullets": numbered("<p>• {0}</p>", " "),
    "p with tight bullets": numbered("<p>•{0}</p>", " "),
    "p with other bullets": numbered("<p>\uf0b7\u00a0{0}</p>", " "),
    "p with entities": numbered("<p>&bull; {0}</p>", " "),
    "p with dashes": numbered("<p>- {0}</p>", " "),
    "p with tight dashes": numbered("<p>–{0}</p>", " "),
    "p with numbers": numbered("<p>{1}. {0}</p>", " "),
    "p with letters": numbered("<p>{2}) {0}</p>", " "),
    "p": numbered("<p>{0}</p>", " "),
    "br with bullets": numbered("• {0}", "<br>"),
    "br with dashes": numbered("- {0}", "<br/> "),
    "br with numbers": numbered("{1}) {0}", "<br>"),
    "bullets in a row": numbered("• {0}", " "),
    "lines with bullets": numbered("• {0}", "\n"),
    "lines with dashes": numbered("- {0}", "\n"),
    "lines with numbers": numbered("{1}. {0}", "\n", "\n"),
    "rows with bullets": numbered("\t• {0}", "\n"),
    "paragraphs with bullets": numbered("• {0}", "\n\n"),
    "first before the list": lambda x: (
        f"<p>{x[0]}</p> <ul>{''.join(f'<li>• {i}</li>' for i in x[1:])}</ul>"
    ),
    "first bare before the list": lambda x: (
        f"{x[0]} <ul>{''.join(f'<li>• {i}</li>' for i in x[1:])}</ul>"
    ),
}
CLOSED = re.compile(r"<ul[^>]*> ?(.*?) ?</ul>")


@pytest.mark.parametrize("form", LISTS)
def test_list_of_another_form(form: str) -> None:
    """A list holds the same statements however it is marked."""
    text = small().replace(f'{BREAK}\t<ul style="list-style-type: none"> <li>', " <li>")
    text = re.sub(r" </ul>\n\n\[www[^\n]*\n+\t<ul[^>]*> ", " ", text)

    def changed(match: re.Match[str]) -> str:
        return LISTS[form]([i.lstrip("• ") for i in re.findall(r"<li>(.*?)</li>", match[1])])

    assert_same(CLOSED.sub(changed, text), text)


def test_items_that_are_empty() -> None:
    """An empty item is no statement."""
    changed = CLEAN.replace("</li> </ul>", "</li> <li></li> <li> • </li> </ul>")

    assert_same(changed)


@pytest.mark.parametrize(
    "statement",
    [
        "Познава чл. 125 от Кодекса на труда; чл. 126, ал. 2, т. 3", "2 години опит",
        "3D моделиране", "1.2 версия на софтуера", "1. версия", "5) пет", "Word, Excel; Access",
        "Знания (CRM; ERP) и др.", "Познава „Политика за поверителност“; ISO 9001:2015",
        "Познава - доколкото може - нормите", "а) и б) от наредбата", "Ниво 2 на сертификата",
        "чл. 5. Познава", "C# и C++", "Познава < 5 и > 3", "Познава AT&T и R&D",
        "Познава x_1 и y_2", "Умее 2 * 3 * 4", "(в скоби)", "[в скоби]", "напр. малка буква",
        "Познава формати .doc, .xls и .pdf", "№ 5 е важно", "1) първо, 2) второ и 3) трето",
        "Познава a | b", "Необходими знания", "Основно ниво", "Познава Подниво 3: смисъл",
        "може да: ползва", "„Цитат“", "Да", "5", "2025", "Познава. Прилага? Умее!",
        "Познава <title> и <head>",
    ],
)  # fmt: skip
def test_statement_is_never_split_or_shortened(statement: str) -> None:
    """Commas, stops, numbers and brackets neither divide a statement nor fall off it."""
    changed = STATEMENT.sub(lambda _: statement, small_of("1.2"))

    profile = read(changed).profile

    assert profile
    assert [text.value for text in profile.requirements[0].knowledge][:2] == [
        statement,
        "Познава методите и принципите за ефективно съхранение на събраните и селектирани "
        "информация и документи.",
    ]


@cache
def small_of(code: str) -> str:
    """Return the real document with one of its general competences in place of the first."""
    start = CLEAN.index("### III.")
    first = CLEAN.index("\n\n", start) + 2
    wanted = CLEAN.index("<b>Наименование и код", CLEAN.index(f"<b>{code} ") - 200)
    after = (
        CLEAN.index("--\t---", wanted) if code == "1.1" else CLEAN.index("2.2 Споделяне", wanted)
    )
    block = CLEAN[wanted : CLEAN.rindex("\n\n", wanted, after)]
    four = small().index("#### IV")
    overview = next(line for line in OVERVIEW if line.split("\t")[1].startswith(code))
    head = small()[: small().index("### III.")].replace(
        next(line for line in OVERVIEW if "1.1 " in line), f"1: Грамотност{overview}"
    )
    assert first < wanted
    return "\n\n".join((f"{head}### {III}", block, small()[four:]))


WORDS = st.lists(
    st.text("абвгдежзиклмнопрстуфхцчшщъюя", min_size=2, max_size=9), min_size=1, max_size=9
)


@settings(max_examples=30, deadline=None)
@given(
    WORDS, st.lists(st.sampled_from([",", ";", ".", " 12", " (а)", ":", " 3.4", "%"]), max_size=4)
)
def test_any_words_are_one_statement(words: list[str], marks: list[str]) -> None:
    """An item of whatever words and marks is one statement, verbatim."""
    for number, mark in enumerate(marks):
        words[number % len(words)] += mark
    statement = " ".join(words).capitalize()

    profile = read(STATEMENT.sub(lambda _: statement, small_of("1.2"))).profile

    assert profile
    assert profile.requirements[0].knowledge[0].value == statement


def test_statement_that_begins_another() -> None:
    """A statement that is the beginning of another is a statement of its own."""
    changed = STATEMENT.sub("Познава</li> <li>• Познава методите", CLEAN)

    profile = read(changed).profile

    assert profile
    found = [text.value for text in profile.requirements[1].knowledge]
    assert found[:2] == ["Познава", "Познава методите"]
    assert len(found) == 6


def test_statement_that_repeats() -> None:
    """A statement that stands twice is kept twice and reported."""
    changed = CLEAN.replace("<li>• оценява нуждите от информация</li>", "<li>• ясно</li>" * 2)

    reading = read(changed)

    assert reading.profile
    items = [text.value for text in reading.profile.requirements[0].levels[0].items]
    assert items[:2] == ["ясно", "ясно"]
    assert any(p.kind == "DuplicateText" and p.about == "1.1/level-6/2" for p in reading.problems)


def test_run_together_statements() -> None:
    """Two statements in one item are split where another item opens with the same word."""
    item = "Проучва пазарните тенденции Сравнява източниците на информация и цени"
    changed = CLEAN.replace("Проучва пазарните тенденции и иновации в спортния сектор", item)
    changed = changed.replace("• Разграничава умело", "• Сравнява умело")

    reading = read(changed)

    assert reading.profile
    skills = [text.value for text in reading.profile.requirements[0].skills]
    assert skills[2:4] == [
        "Проучва пазарните тенденции",
        "Сравнява източниците на информация и цени",
    ]
    split = [p for p in reading.problems if p.kind == "MergedBulletsSplit"]
    assert "1.1/skills/4" in [p.about for p in split]


def test_run_together_statements_in_doubt() -> None:
    """Where it is not certain that an item holds two statements it stays one, and is reported."""
    item = "Проучва пазарните тенденции Разграничава всички източници на информация"
    changed = CLEAN.replace("Проучва пазарните тенденции и иновации в спортния сектор", item)

    reading = read(changed)

    assert reading.profile
    assert reading.profile.requirements[0].skills[2].value == item
    assert [p.about for p in reading.problems if p.kind == "MergedBullets"] == ["1.1/skills/3"]


def test_proper_name_within_a_statement() -> None:
    """A capital letter alone does not divide a statement."""
    statement = "Работи с Microsoft Office и Word Online на Майкрософт България"

    profile = read(STATEMENT.sub(statement, CLEAN)).profile

    assert profile
    assert profile.requirements[1].knowledge[0].value == statement


# -- codes -----------------------------------------------------------------------------------------

OCCUPATION = "33393020 - Организатор, работа с клиенти"
TITLES = (
    "Специалист обслужване на клиенти Организатор клиентско обслужване Мениджър, ключови "
    "клиенти, код 24215025 Експерт бизнес развитие, код 24216002"
)
SECTOR = "93 „Спортни и други дейности, свързани с развлечение и отдих“"


@pytest.mark.parametrize(
    "typed",
    ["3339-3020 - Организатор, работа с клиенти", "3339 3020 Организатор, работа с клиенти",
     "3339\u20113020 – Организатор, работа с клиенти",
     "<b>33393020</b> Организатор, работа с клиенти",
     "Организатор, работа с клиенти, код 33393020", "Организатор, работа с клиенти (33393020)",
     "код 33393020 Организатор, работа с клиенти", "33393020: „Организатор, работа с клиенти“",
     "НКПД-2011: 33393020 Организатор, работа с клиенти",
     "33393020<br>Организатор, работа с клиенти"],
)  # fmt: skip
def test_occupation_code_of_another_form(typed: str) -> None:
    """An NKPD code is its eight digits, with blanks or dashes, before or after the title."""
    profile = read(small().replace(OCCUPATION, typed)).profile

    assert profile
    assert [(t.name.value, t.codes) for t in profile.occupations] == [
        ("Организатор, работа с клиенти", ("33393020",))
    ]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("Мениджър, ключови клиенти, код 2421-5025",
         [("Мениджър, ключови клиенти", ("24215025",))]),
        ("Мениджър, кодове 24215025, 24216002", [("Мениджър", ("24215025", "24216002"))]),
        ("Мениджър, кодове 24215025 и 24216002 Експерт",
         [("Мениджър", ("24215025", "24216002")), ("Експерт", ())]),
        ("Мениджър, код 24215025; Експерт, код 2421 6002",
         [("Мениджър", ("24215025",)), ("Експерт", ("24216002",))]),
        ("<ul><li>Специалист</li><li>Организатор</li></ul>",
         [("Специалист", ()), ("Организатор", ())]),
        ("Специалист<br>Мениджър, код 24215025",
         [("Специалист", ()), ("Мениджър", ("24215025",))]),
        ("24215025 Мениджър 24216002 Експерт",
         [("Мениджър", ("24215025",)), ("Експерт", ("24216002",))]),
        ("Специалист „Ключови клиенти“ (B2B), код 24215025",
         [("Специалист „Ключови клиенти“ (B2B)", ("24215025",))]),
        ("няма", []),
    ],
)  # fmt: skip
def test_alternative_titles(typed: str, titles: list[tuple[str, tuple[str, ...]]]) -> None:
    """A title has the codes beside it: one, several or none; commas do not divide it."""
    reading = read(small().replace(TITLES, typed))

    assert reading.profile
    found = [(title.name.value, title.codes) for title in reading.profile.alternatives]
    assert found == titles
    without = [p.found for p in reading.problems if p.kind == "TitleWithoutCode"]
    assert sorted(without) == sorted(name for name, codes in titles if not codes)


@pytest.mark.parametrize(
    ("typed", "sectors"),
    [
        ("R „Култура, спорт и развлечения“", [("R", "Култура, спорт и развлечения")]),
        ("Сектор R - Култура", [("R", "Култура")]),
        ("93 Спортни дейности", [("93", "Спортни дейности")]),
        ("„93 Спортни дейности“", [("93", "Спортни дейности")]),
        ("93.1 „Спортни дейности“", [("931", "Спортни дейности")]),
        ("93.11 - Експлоатация", [("9311", "Експлоатация")]),
        ("код 93.11 Експлоатация", [("9311", "Експлоатация")]),
        ("93 „А“<br>94 „Б“", [("93", "А"), ("94", "Б")]),
        ("93 „А“; 94 „Б“", [("93", "А"), ("94", "Б")]),
    ],
)
def test_sector_code_of_another_form(typed: str, sectors: list[tuple[str, str]]) -> None:
    """A sector is a section, division, group or class; less than a class is reported."""
    reading = read(small().replace(SECTOR, typed))

    assert reading.profile
    assert [(s.code, s.name.value) for s in reading.profile.sectors] == sectors
    coarse = [p for p in reading.problems if p.kind == "SectorAsDivision"]
    assert len(coarse) == sum(len(code) < 4 for code, _ in sectors)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (SECTOR, "Спортни дейности", "CodeInvalid"),
        (OCCUPATION, "Организатор, работа с клиенти", "CodeInvalid"),
        (OCCUPATION, "333930 Организатор", "CodeInvalid"),
        (OCCUPATION, "99993020 Организатор", "CodeInvalid"),
        (OCCUPATION, "33393020", "MissingField"),
    ],
)
def test_code_that_cannot_be(old: str, new: str, kind: str) -> None:
    """A sector or an occupation without a valid code and a name is refused."""
    reading = read(small().replace(old, new))

    line = line_of(small(), old)
    assert [(p.kind, p.line, p.found) for p in reading.errors] == [(kind, line, new)]


# -- encodings -------------------------------------------------------------------------------------


def read_bytes(folder: Path, content: bytes) -> Reading:
    """Return the reading of a file with some bytes."""
    path = folder / "document.txt"
    path.write_bytes(content)
    return documents.read(path, reference.load())


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CLEAN.encode(),
        CLEAN.replace("\n", "\r\n").encode(),
        CLEAN.replace("\n", "\r").encode(),
        CLEAN.replace("\n", "\r\n").encode("utf-16"),
        b"\xff\xfe" + CLEAN.encode("utf-16-le"),
        b"\xfe\xff" + CLEAN.encode("utf-16-be"),
        CLEAN.encode("utf-16-le"),
        CLEAN.encode("utf-16-be"),
        unicodedata.normalize("NFD", CLEAN).encode(),
        CLEAN.replace("\n", "  \n").encode() + b"\n\n",
    ],
    ids=["BOM", "CRLF", "CR", "UTF-16 CRLF", "UTF-16 LE BOM", "UTF-16 BE BOM", "UTF-16 LE",
         "UTF-16 BE", "decomposed", "blanks at line ends"],
)  # fmt: skip
def test_another_encoding(tmp_path: Path, content: bytes) -> None:
    """The same text in another encoding gives the same records and the same digest."""
    clean = read(CLEAN)

    reading = read_bytes(tmp_path, content)

    assert list(differences(said(clean.profile), said(reading.profile))) == []
    assert reading.text_digest == clean.text_digest
    assert reading.coverage.whole


def test_windows_1251(tmp_path: Path) -> None:
    """A text that windows-1251 can hold gives the same records from it."""
    text = CLEAN.replace("ѝ", "и")

    reading = read_bytes(tmp_path, text.encode("cp1251"))

    assert reading == read(text)


MOJIBAKE = {
    **{f"UTF-8 as {e}": CLEAN.encode().decode(e, "ignore").encode()
       for e in ("latin-1", "cp1252", "cp1251", "cp866", "koi8-r", "mac-cyrillic")},
    **{f"windows-1251 as {e}": CLEAN.encode("cp1251", "ignore").decode(e, "ignore").encode()
       for e in ("latin-1", "cp1252", "cp866", "koi8-r", "mac-cyrillic")},
    **{e: CLEAN.replace("ѝ", "и").encode(e, "ignore")
       for e in ("koi8-r", "cp866", "mac-cyrillic", "iso8859-5", "cp855")},
    "a lost letter": CLEAN.encode("cp1251", "replace"),
    "U+FFFD": CLEAN.replace("знания", "зна\ufffdия", 1).encode(),
    "question marks": CLEAN.replace("знания", "зна??я", 1).encode(),
    "a bad byte": CLEAN.encode()[:50_000] + b"\xd0" + CLEAN.encode()[50_000:],
    "two encodings": CLEAN.encode()[:50_001] + CLEAN[30_000:].encode("cp1251", "ignore"),
    "NUL": CLEAN.encode() + b"\x00",
    "half a UTF-16 letter": CLEAN.encode("utf-16")[:-1],
}  # fmt: skip


@pytest.mark.parametrize("content", MOJIBAKE.values(), ids=MOJIBAKE)
def test_letters_lost_or_garbled(tmp_path: Path, content: bytes) -> None:
    """A text whose letters cannot be told for certain is an encoding error that names the file."""
    with pytest.raises(EncodingError, match=r"document\.txt"):
        read_bytes(tmp_path, content)


# -- truncated and foreign files -------------------------------------------------------------------


def test_truncated_anywhere(tmp_path: Path) -> None:
    """A document cut off anywhere is refused, unless only its last footer is missing."""
    content = CLEAN.encode()
    end = content.rindex(b"</ul>") + len(b"</ul>")
    for length in [*range(1_000, end, 1_000), end - 1, end - 6]:
        try:
            reading = read_bytes(tmp_path, content[:length])
        except EncodingError:
            continue

        assert reading.errors, length
        assert reading.profile is None


@pytest.mark.parametrize("missing", range(0, 45, 4))
def test_last_footer_cut_off(tmp_path: Path, missing: int) -> None:
    """Of a footer that is cut off at the end nothing gets into the last statement."""
    reading = read_bytes(tmp_path, CLEAN.encode()[: len(CLEAN.encode()) - missing])

    assert list(differences(said(of_clean(CLEAN)), said(reading.profile))) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\t \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe", "empty"),
        (bytes(range(256)) * 40, "binary"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "binary"),
        (b"x" * (MAX_BYTES + 1), "bytes"),
        (b"a" * 200_000, "characters"),
        (("всяка\n" * 90_000).encode(), "lines"),
    ],
    ids=["empty", "blank", "BOM", "UTF-16 BOM", "binary", "zip", "large", "endless line", "lines"],
)  # fmt: skip
def test_file_that_is_no_text(tmp_path: Path, content: bytes, says: str) -> None:
    """A file that holds no text of a profile's size is an input error that says why."""
    with pytest.raises(InputError, match=says):
        read_bytes(tmp_path, content)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder are input errors."""
    for path in (tmp_path, tmp_path / "missing.txt"):
        with pytest.raises(InputError):
            documents.read(path, reference.load())


def test_text_that_is_no_profile() -> None:
    """A text without any section of the template is refused in one sentence."""
    reading = read("Писмо\n\nДо всички, които са с добри умения и знания.\n")

    assert [p.kind for p in reading.errors] == ["NotAProfile"]
    assert reading.profile is None


GARBAGE = {
    "noise": "(random.randbytes(20 << 20))",
    "one endless line": "('а' * (2 << 20)).encode()",
    "less-than signs": "b'<' * (4 << 20)",
    "items": "b'<li>' * (1 << 20)",
    "tabs": "b'\\t' * (4 << 20)",
    "the document repeated": "text.encode() * 9",
    "field names": "('Необходими знания\\n' * 120_000).encode()",
    "items in a profile": "(head + ('<li>• а' * 6_000 + '\\n') * 7).encode()",
    "lines in a profile": "(head + 'текст на ред\\n' * 4_900).encode()",
    "bullets in a profile": "(head + ('• ' * 20_000 + '\\n') * 6).encode()",
    "numbers in a profile": "(head + ('<p>1. а</p>' * 4_000 + '\\n') * 6).encode()",
    "brackets in a profile": "(head + ('[x](y) (' * 5_000 + '\\n') * 12).encode()",
    "names in a profile": "(head + ('Наименование\\tx\\n' * 4_900)).encode()",
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_soon(tmp_path: Path, content: str) -> None:
    """Garbage of any kind is refused within 30 seconds and 512 MiB."""
    script = f"""
import random, resource, sys
from pathlib import Path
from digigraph import documents, reference
from digigraph.errors import DigigraphError
text = Path({str(REAL)!r}).read_text(encoding="utf-8")
head = text[:text.index("Необходими знания")] + "Необходими знания\\t"
path = Path({str(tmp_path / "document.txt")!r})
path.write_bytes({content})
known = reference.load()
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
try:
    refused = bool(documents.read(path, known).errors)
except DigigraphError:
    refused = True
usage = resource.getrusage(resource.RUSAGE_SELF)
assert refused
assert usage.ru_utime - before < 30, usage
assert usage.ru_maxrss < 512 * 1024, usage
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-800:]


# -- errors ----------------------------------------------------------------------------------------

II, III, IV = (
    "II. Рамка (списък) на дигиталните компетентности на длъжността/професията",
    "III. Описание на общите дигитални компетентности",
    "IV. Описание на специфичните дигитални компетентности",
)
NAME = "Наименование и код на дигиталната компетентност, съгл. DigComp 2.1"
AREA = "Наименование и код на област на компетентност, съгл. DigComp 2.1"
LEVEL = (
    "Изисквано за длъжността/професията ниво и подниво на владеене на дигиталната компетентност, "
    "съгл. DigComp 2.1"
)
FIRST = "1.1 Сърфиране, търсене и филтриране на данни, информация и дигитално съдържание"
MISTAKES: dict[str, tuple[str, str, int, tuple[str, str, str, str]]] = {
    "unknown code": (
        f"<b>{FIRST}</b>", f"<b>7.1{FIRST[3:]}</b>", 1,
        ("UnknownCompetence", NAME, f"7.1{FIRST[3:]}", "1.1 – 5.4"),
    ),
    "unknown code in the overview": (
        "\t4.2 Защита на личните", "\t4.9 Защита на личните", 1,
        ("UnknownCompetence", II, "4.9 Защита на личните данни и поверителност", "1.1 – 5.4"),
    ),
    "level 9": (
        ", съгл. DigComp 2.1.\tНапреднало - 6", ", съгл. DigComp 2.1.\tНапреднало - 9", 1,
        ("LevelOutOfRange", LEVEL, "Напреднало - 9", "„Напреднало - 6“"),
    ),
    "level 0 in the overview": (
        "информация и дигитално съдържание\tНапреднало - 6",
        "информация и дигитално съдържание\tОсновно - 0", 1,
        ("LevelOutOfRange", II, "Основно - 0", "„Напреднало - 6“"),
    ),
    "two levels": (
        ", съгл. DigComp 2.1.\tНапреднало - 6", ", съгл. DigComp 2.1.\tНапреднало - 5 или 6", 1,
        ("LevelOutOfRange", LEVEL, "Напреднало - 5 или 6", "„Напреднало - 6“"),
    ),
    "band and level": (
        ", съгл. DigComp 2.1.\tНапреднало - 6", ", съгл. DigComp 2.1.\tСредно - 6", 1,
        ("BandLevelMismatch", LEVEL, "Средно - 6", "„Напреднало - 6“"),
    ),
    "code and name": (
        f"<b>{FIRST}</b>", f"<b>1.3{FIRST[3:]}</b>", 1,
        ("NameCodeMismatch", NAME, f"1.3{FIRST[3:]}",
         "„1.3 Управление на данни, информация и дигитално съдържание“"),
    ),
    "area and code": (
        "\t1: Грамотност, свързана с информация и данни\n<b>О", "\t4: Безопасност\n<b>О", 1,
        ("NameCodeMismatch", AREA, "4: Безопасност",
         "1: Грамотност, свързана с информация и данни"),
    ),
    "area's number and name": (
        "\t4: Безопасност\n", "\t4: Решаване на проблеми\n", 1,
        ("NameCodeMismatch", AREA, "4: Решаване на проблеми", "4: Безопасност"),
    ),
    "band and sub-level": (
        "<p>Подниво 1: На основно", "<p>Подниво 5: На основно", 1,
        ("BandLevelMismatch", "Основно ниво", "Основно - 5", "Напреднало - 5"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused(mistake: str) -> None:
    """A value that cannot be is an error with its line, field, what was found and expected."""
    old, new, nth, (kind, field, found, expected) = MISTAKES[mistake]
    changed = CLEAN.replace(old, new, nth)

    reading = read(changed)

    pairs = zip(CLEAN.split("\n"), changed.split("\n"), strict=True)
    line = next(n for n, (was, now) in enumerate(pairs, 1) if was != now)
    assert (kind, line, field, found, expected) in errors(reading)
    assert reading.profile is None


@pytest.mark.parametrize(("heading", "name"), [("## II.", II), ("### III.", III), ("#### IV.", IV)])
def test_section_missing(heading: str, name: str) -> None:
    """A section that is missing is an error that names it."""
    start = CLEAN.index(heading)
    following = re.search(r"^#+ I", CLEAN[start + len(heading) :], re.MULTILINE)
    end = start + len(heading) + following.start() if following else len(CLEAN)

    found = {(p.kind, p.field, p.expected) for p in read(CLEAN[:start] + CLEAN[end:]).errors}

    assert ("MissingSection", name, name) in found


@pytest.mark.parametrize("number", range(len(small().split("\n"))))
def test_field_missing(number: int) -> None:
    """A field that is missing or empty is an error that names it and its competence."""
    lines = small().split("\n")
    label, tab, value = lines[number].partition("\t")
    name = re.sub(r"<[^>]*>", "", label)
    within = number < line_of(small(), "## II.") or number > line_of(small(), "### III.")
    if not (tab and name and within) or name == "--" or name.startswith("Описание на нивата"):
        return
    without = [line for at, line in enumerate(lines) if at != number]
    empty = [*lines[:number], f"{label}\t", *lines[number + 1 :]]
    while empty[number + 1 : number + 2] and (
        empty[number + 1].startswith(("\t", FOOTER, "-----")) or not empty[number + 1].strip()
    ):
        del empty[number + 1]
        if len(without) > number:
            del without[number]

    optional = name.startswith("Алтернативни")
    for changed in (without,) if optional else (without, empty):
        found = read("\n".join(changed)).errors

        assert "MissingField" in {p.kind for p in found}, value[:40]
        assert all(p.line and p.field and p.expected for p in found)


def test_list_open_at_the_end() -> None:
    """A document that ends inside a list is refused at the line where that list begins."""
    changed = CLEAN[: CLEAN.rindex("</li> </ul>")]

    line = line_of(changed, "Регулярен контрол")
    found = {(p.kind, p.line, p.found) for p in read(changed).errors}
    assert found == {("OpenList", line, "<ul>"), ("OpenList", line, "<li>")}


def test_all_errors_are_told_at_once() -> None:
    """A document with many faults is refused once, with all of them, in order of lines."""
    path = SAMPLES / "many-faults.txt"

    reading = documents.read(path, reference.load())

    assert [(p.kind, p.line) for p in reading.errors] == [
        ("MissingField", 3), ("CodeInvalid", 5), ("CodeInvalid", 6), ("UnknownCompetence", 13),
        ("LevelOutOfRange", 14), ("MissingSection", 16), ("NameCodeMismatch", 19),
        ("BandLevelMismatch", 21), ("UnknownField", 23), ("MissingField", 25), ("OpenList", 27),
        ("OpenList", 27),
    ]  # fmt: skip
    for problem in reading.errors:
        assert problem.field
        assert problem.found
        assert problem.expected
        assert problem.message_bg
        assert problem.message_en
    assert reading.profile is None


def test_competence_described_twice() -> None:
    """A competence that is described or listed twice is an error."""
    row = next(line for line in OVERVIEW if "2.2 " in line)
    changed = CLEAN.replace(row, f"{row}\n{row}")

    assert [(p.kind, p.line) for p in read(changed).errors] == [
        ("CompetenceRepeated", line_of(changed, row, 2))
    ]


def test_level_missing_or_twice() -> None:
    """Of a specific competence all eight levels are described, each once."""
    found = {(p.kind, p.field) for p in read(CLEAN.replace("Подниво 4:", "Подниво 3:", 1)).errors}

    assert found == {
        ("LevelRepeated", "Средно ниво, подниво 3"), ("MissingField", "Средно ниво, подниво 4")
    }  # fmt: skip


# -- warnings --------------------------------------------------------------------------------------


def test_levels_that_differ_between_sections() -> None:
    """Two stated levels of one competence are both kept and reported, the detailed one in force."""
    changed = CLEAN.replace(
        "информация и дигитално съдържание\tНапреднало - 6",
        "информация и дигитално съдържание\tОсновно-2", 1,
    )  # fmt: skip

    reading = read(changed)

    assert reading.profile
    one = reading.profile.requirements[0]
    assert one.overview
    assert one.detail
    assert (one.overview.rank, one.detail.rank, one.rank) == (2, 6, 6)
    assert ("Contradiction", "1.1") in {(p.kind, p.about) for p in reading.problems}


def test_competence_in_one_section_only() -> None:
    """A competence that only the overview lists, or only a description, is kept and reported."""
    row = next(line for line in OVERVIEW if "2.2 " in line)

    reading = read(CLEAN.replace(f"{row}\n", ""))

    assert reading.profile
    assert {p.about for p in reading.problems if p.kind == "SingleSource"} == {"2.2"}
    assert [one.key for one in reading.profile.requirements if not one.overview] == ["2.2"]


def test_foreign_letters() -> None:
    """A word with letters of another alphabet is published as it stands, and reported."""
    changed = STATEMENT.sub("Познавa стандартите", CLEAN)

    reading = read(changed)

    assert reading.profile
    assert reading.profile.requirements[1].knowledge[0].value == "Познавa стандартите"
    assert [
        (p.line, p.about, p.spans[0].quote)
        for p in reading.problems
        if p.kind == "ForeignLetter" and p.found == "Познавa"
    ] == [(line_of(changed, "Познавa"), "1.2/knowledge/1", "Познавa")]


def test_name_that_differs_from_the_classification() -> None:
    """A competence, sector or title named otherwise than in its scheme is kept and reported."""
    changed = CLEAN.replace(
        "4.2 Защита на личните данни и поверителност", "4.2 Защита на лични данни"
    )

    reading = read(changed)

    assert reading.profile
    assert any(
        p.kind == "VariantName" and p.expected == "4.2 Защита на личните данни и поверителност"
        for p in reading.problems
    )


def test_code_left_out_of_a_known_name() -> None:
    """A DigComp name without its code is known by the name, and reported."""
    reading = read(CLEAN.replace(f"<b>{FIRST}</b>", f"<b>{FIRST[4:]}</b>"))

    assert reading.profile
    assert reading.profile.requirements[0].key == "1.1"
    assert "MissingCode" in {p.kind for p in reading.problems}


# -- another typist --------------------------------------------------------------------------------


def test_another_hand() -> None:
    """A profile in other habits of typing is read as the statements that a person sees in it."""
    reading = documents.read(SAMPLES / "another-hand.txt", reference.load())

    assert reading.errors == ()
    assert reading.coverage.whole
    profile = reading.profile
    assert profile
    assert [(s.code, s.name.value) for s in profile.sectors] == [
        ("R", "Култура, спорт и развлечения")
    ]
    assert [t.codes for t in (*profile.occupations, *profile.alternatives)] == [
        ("33393020",), ("24215025", "24216002")
    ]  # fmt: skip
    assert [text.value for text in profile.duties] == [
        "Води преговори (2 и повече страни)", "Изготвя 3D оферти, версия 1.2, и др.",
        "Води преговори",
    ]  # fmt: skip
    general, specific = profile.requirements
    assert (general.kind, general.key, general.rank) == (Kind.GENERAL, "4.2", 4)
    assert said(general.overview_name) == "4.2 Защита на личните данни и поверителност"
    assert [text.value for text in statements(general)] == [
        "пази данни;", "чл. 5 прилага;", "пази данни на клиенти",
        "Познава закона", "Познава закона за данните", "Пази пароли", "Сменя пароли",
        "Внимава", "Проверява два пъти", "Смяна на парола",
    ]  # fmt: skip
    assert (specific.kind, specific.key, specific.rank) == (Kind.SPECIFIC, "видеомонтаж", 2)
    assert [[text.value for text in level.items] for level in specific.levels] == [
        ["гледа"], ["реже"], ["лепи", "смесва и озвучава;"], ["надписва"], ["учи"], ["съветва"],
        ["създава"], ["изобретява"],
    ]  # fmt: skip


def test_every_sample_is_used() -> None:
    """Each sample document belongs to a test of this file."""
    named = Path(__file__).read_text(encoding="utf-8")

    for path in SAMPLES.glob("*.txt"):
        assert f'"{path.name}"' in named
