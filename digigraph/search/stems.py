"""The stem of a word: what its forms have in common, in Bulgarian and in English.

Bulgarian has two stems, by a stemmer of our own. The sharp one takes off the article, the plural
and the gender: "клиентите", "клиента" and "клиент" meet. The wide one takes off the endings of
verbs, of the nouns from them and of adjectives too, so that "управление" and "управлява",
"клиент" and "клиентски" meet; what meets only there stands behind what meets before.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # it has no types

SHORTEST = 4
"""Words of fewer letters are their own stems."""

_ARTICLES = (
    ("ият", ""), ("ата", "а"), ("ята", "я"), ("тта", "т"), ("щта", "щ"), ("вта", "в"), ("лта", "л"),
    ("ото", "о"), ("ето", "е"), ("ите", "и"), ("ете", "е"), ("ът", ""), ("ят", ""),
)  # fmt: skip
"""The definite article after what it leans on: «работата», but not «работа»."""
_PLURALS = (("овете", ""), ("ищата", ""), ("лози", "лог"), ("ове", ""), ("ища", ""), ("еве", "й"))
_VERBS = re.compile(
    r"(?:ира|(?:[ая]|(?<=[^аеиоуъюя]))ва)"
    r"(?:[мтшнл]|ме|те|не|ни[ея]|н[аоие]|л[аои]|щ[аоие]?|йки|ха|хме|ше)?\Z"
)
"""The endings of the verbs in -ира- and -ва-, of their participles and of the nouns from them."""
_NOUNS = re.compile(
    r"(?:[еа]ни[еяйи]|[еа]не|айки|ейки|(?<!реклам)аци(?:[яий]|он(?:ен|н[аои]?))|(?<=.{5})е?ств[оаи])\Z"
)
_VOWELS = "аеиоуъюяйь"
_FLEETING = (
    (re.compile(r"(?<=..)иц\Z"), "ик"),
    (re.compile(r"(?<=...)[еъ](?=[^аеиоуъюя]\Z)"), ""),
)
"""What comes and goes between consonants, and what the plural makes of a consonant."""
_LAST = (
    (re.compile(r"(?<=...)ост\Z"), ""),
    (re.compile(r"(?<=..)ическ\Z"), "ик"),
    (re.compile(r"(?<=..)ичн\Z"), "ик"),
    (re.compile(r"(?<=..)иц\Z"), "ик"),
    (re.compile(r"(?<=..)нич\Z"), "ник"),
    (re.compile(r"(?<=...)ъ(?=[^аеиоуъюя]\Z)"), ""),
    (re.compile(r"(?<=....)ск\Z"), ""),
    (re.compile(r"(?<=[^аеиоуъюя])н\Z|(?<=...)ен\Z"), ""),
    (re.compile(r"(?<=...[^аеиоуъюяс])к\Z"), ""),
)
"""What is taken off a word without its endings, one after another."""

_ENGLISH = snowballstemmer.stemmer("english")
_ONE_AT_A_TIME = threading.Lock()


@lru_cache(maxsize=65536)
def sharp(word: str) -> str:
    """Return the sharp stem of a Bulgarian word in lower case.

    >>> [sharp(word) for word in ("данни", "данните", "клиентът", "клиентите", "клиентски")]
    ['данн', 'данн', 'клиент', 'клиент', 'клиентск']
    """
    if len(word) < SHORTEST:
        return word
    word = _without(_bare(word))
    for pattern, put in _FLEETING:
        word = pattern.sub(put, word)
    return word


@lru_cache(maxsize=65536)
def wide(word: str) -> str:
    """Return the wide stem of a Bulgarian word in lower case.

    >>> [wide(word) for word in ("управление", "управлява", "клиентска", "оценка", "оценяване")]
    ['управл', 'управл', 'клиент', 'оцен', 'оцен']
    """
    if len(word) < SHORTEST:
        return word
    word = _bare(word)
    for pattern in (_VERBS, _NOUNS):
        if (found := pattern.search(word)) and found.start() >= 3:
            word = word[: found.start()]
            break
    word = _without(word)
    for pattern, put in _LAST:
        if len(word) > 3:
            word = pattern.sub(put, word)
    return word


def _bare(word: str) -> str:
    """Return a word without the ending of its plural and without its article."""
    for endings in (_PLURALS, _ARTICLES):
        for ending, put in endings:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)] + put
                break
    return word


def _without(word: str) -> str:
    """Return a word without the vowels at its end."""
    while len(word) > 3 and word[-1] in _VOWELS:
        word = word[:-1]
    return word


@lru_cache(maxsize=65536)
def english(word: str) -> str:
    """Return the stem of an English word in lower case, British and American spelling alike.

    >>> english("organiser") == english("organizers"), english("managing") == english("manages")
    (True, True)
    """
    with _ONE_AT_A_TIME:
        stem: str = _ENGLISH.stemWord(word.replace("iz", "is").replace("yz", "ys"))
    return stem
