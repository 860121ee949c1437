"""Bulgarian in Latin letters: the key that every spelling of a word leads to, and back (A-01).

The key is the official transliteration (Transliteration Act, 2009) with what people do not tell
apart made one: й, ь and и; ъ and а; doubled letters. Latin typing, official or informal, is first
turned into the Cyrillic words that it may mean, so that it is stemmed as Bulgarian is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

MOST = 24
"""How many Cyrillic words are tried for one in Latin letters."""

_KEY = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sht", "ъ": "a", "ь": "i", "ю": "iu", "я": "ia", "ѝ": "i", "ѐ": "e",
}  # fmt: skip
_KEYS = str.maketrans(_KEY)
_TWICE = re.compile(r"([a-z])\1+")

_WAYS = {
    "sht": ("щ",), "6t": ("щ",), "tch": ("ч",), "sh": ("ш",), "ch": ("ч",), "zh": ("ж",),
    "dj": ("дж",), "ts": ("ц",), "tz": ("ц",), "ck": ("к",), "ph": ("ф",), "kh": ("х",),
    "yu": ("ю",), "ju": ("ю", "жу", "жъ"), "iu": ("ю",), "ya": ("я",), "ja": ("я", "жа", "жъ"),
    "ia": ("ия", "я"), "io": ("ьо", "ио"), "yo": ("ьо", "йо"), "iya": ("ия",), "iia": ("ия",),
    "ija": ("ия",), "iq": ("ия",), "a": ("а", "ъ"), "b": ("б",), "c": ("ц", "к"), "C": ("к", "ц"),
    "d": ("д",), "e": ("е",), "f": ("ф",), "g": ("г",), "h": ("х",), "i": ("и",), "j": ("ж", "й"),
    "k": ("к",), "l": ("л",), "m": ("м",), "n": ("н",), "o": ("о",), "p": ("п",), "q": ("я",),
    "r": ("р",), "s": ("с",), "t": ("т",), "u": ("у", "ъ"), "v": ("в",), "w": ("в",),
    "x": ("кс", "х"), "y": ("й", "ъ", "и"), "z": ("з",), "4": ("ч",), "6": ("ш",), "`": ("ъ",),
}  # fmt: skip
"""What people write for which letters, the likeliest first; C is a c that is hard in English."""
_PIECE = re.compile("|".join(sorted(map(re.escape, _WAYS), key=len, reverse=True)))
_HARD = re.compile(r"c(?=[aoulrtnk]|\Z)")


def key(word: str) -> str:
    """Return the Latin key of a Cyrillic word in lower case; what is no letter stays.

    >>> key("данни"), key("търговия"), key("тарговиа")
    ('dani', 'targovia', 'targovia')
    """
    return _TWICE.sub(r"\1", word.translate(_KEYS))


def cyrillic_of(word: str) -> list[str]:
    """Return the Cyrillic words that a Latin one may be, the likeliest first, `MOST` at most.

    >>> cyrillic_of("kliq")[0], cyrillic_of("mreji")[0], "търг" in cyrillic_of("tyrg")
    ('клия', 'мрежи', True)
    """
    return list(_cyrillic_of(word))


@lru_cache(maxsize=4096)
def _cyrillic_of(word: str) -> tuple[str, ...]:
    pieces = _PIECE.findall(_HARD.sub("C", word))
    if len("".join(pieces)) < len(word):
        return ()
    ways = [_WAYS[piece] for piece in pieces]
    return tuple(dict.fromkeys(islice(_by_likelihood(ways), MOST)))


def _by_likelihood(ways: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the spellings with no second choice, then with one, with two, and with all."""
    unsure = [place for place, way in enumerate(ways) if len(way) > 1]
    first = [way[0] for way in ways]
    yield "".join(first)
    for place in unsure:
        for other in ways[place][1:]:
            yield "".join([*first[:place], other, *first[place + 1 :]])
    last = unsure[-4:]
    chosen = [ways[n] if n in last else ways[n][:1] for n in range(len(ways))]
    for whole in product(*chosen):
        yield "".join(whole)
