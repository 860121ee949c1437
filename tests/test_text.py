"""Bulgarian text: what is published is only tidied, what is compared is folded."""

from __future__ import annotations

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph import text as module
from digigraph.text import cyrillic, foreign_words, skeleton, tidy, transliterate, words

ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
BULGARIAN = st.text("абвгдежзийклмнопрстуфхцчшщъьюяАБВГДЕЖЗИЙ ")


@pytest.mark.parametrize(
    ("typed", "published"),
    [
        ("  две \t думи\n", "две думи"),
        ("две\u00a0\u200bдуми", "две думи"),
        ("й\u0306".replace("й", "и"), "й"),
        ("пре\u00adнос", "пренос"),
        ("\ufeffдума", "дума"),
        ("„Цитат“ - 1.2; чл. 5", "„Цитат“ - 1.2; чл. 5"),
        ("", ""),
    ],
)
def test_tidy(typed: str, published: str) -> None:
    """Published text is in NFC, its white space folded, and nothing else is changed."""
    assert tidy(typed) == published


@given(ANY)
def test_tidy_twice(typed: str) -> None:
    """Tidying what is tidy changes nothing."""
    once = tidy(typed)

    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(BULGARIAN)
def test_tidy_keeps_the_letters(typed: str) -> None:
    """Tidying loses, adds and moves no letter."""
    assert tidy(typed).split() == typed.split()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Подниво", "ПОДНИВО"),
        ("Подниво", "Пoднивo"),
        ("съгл. НКПД-2011", "СЪГЛ НKПД – 2011"),
        ("длъжността/професията", "длъжността / професията"),
        ("най - подходящ", "най-подходящ"),
        ("компетентности́", "компетентности"),
        ("умения\u00a0и", "Умения  и"),
        ("на владеење", "на владеене"),
    ],
)
def test_skeletons_that_agree(one: str, other: str) -> None:
    """Case, spacing, punctuation, stress and look-alike letters do not tell two texts apart."""
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("знания", "умения"), ("1.1", "1.2"), ("й", "и"), ("web", "веб"), ("CRM", "СРМ дума")],
)
def test_skeletons_that_differ(one: str, other: str) -> None:
    """Other letters and digits tell two texts apart."""
    assert skeleton(one) != skeleton(other)


@given(ANY)
def test_skeleton_of_a_skeleton(typed: str) -> None:
    """A skeleton has no white space at its ends and folds no further in case or blanks."""
    once = skeleton(typed)

    assert once == once.strip()
    assert "  " not in once


@pytest.mark.parametrize(
    ("typed", "read"),
    [("Koд", "Код"), ("DigComp", "DigComp"), ("KИД-2008", "КИД-2008"), ("web сайт", "web сайт")],
)
def test_look_alike_letters(typed: str, read: str) -> None:
    """A Latin letter within a Cyrillic word is read as the Cyrillic one that it looks like."""
    assert cyrillic(typed) == read


@pytest.mark.parametrize(
    ("typed", "foreign"),
    [
        ("владеење на език", ["владеење"]),
        ("Познавa и aнализира", ["Познавa", "aнализира"]),
        ("web сайт, CRM и DigComp", []),
        ("ѝ и й", []),
        ("език ы, ё и э", ["ы", "ё", "э"]),
        ("3D, Word2", []),
        ("", []),
    ],
)
def test_foreign_words(typed: str, foreign: list[str]) -> None:
    """A word is foreign that mixes alphabets or has a Cyrillic letter that is not Bulgarian."""
    assert foreign_words(typed) == foreign


@given(BULGARIAN)
def test_bulgarian_has_no_foreign_words(typed: str) -> None:
    """Plain Bulgarian has no foreign words."""
    assert foreign_words(typed) == []


def test_words() -> None:
    """The words of a text come in lower case, without digits and marks."""
    assert words("Най-добрият, 2 пъти (CRM)!") == ["най", "добрият", "пъти", "crm"]


@pytest.mark.parametrize(
    ("bulgarian", "latin"),
    [
        ("Професия", "Profesia"),
        ("ЩЪРКЕЛ", "SHTARKEL"),
        ("Жълъд", "Zhalad"),
        ("компетентност 1.1", "kompetentnost 1.1"),
        ("Използва web", "Izpolzva web"),
        ("ѝ", "i"),
    ],
)
def test_transliterate(bulgarian: str, latin: str) -> None:
    """Bulgarian is written in Latin letters by the Transliteration Act."""
    assert transliterate(bulgarian) == latin


@given(BULGARIAN)
def test_transliterated_is_ascii(typed: str) -> None:
    """What was Bulgarian has only ASCII letters afterwards."""
    assert transliterate(typed).isascii()


def test_examples_in_the_module() -> None:
    """The examples in the docstrings hold."""
    assert doctest.testmod(module).failed == 0
