"""What a mistyped code may have meant: the things whose codes are one slip away (U-04, H-15).

The codes of a release are gathered once. A question then costs as many look-ups in memory as one
slip can be made in it, which is bounded by `LONGEST`, and reads nothing: who asks for what is not
there, a thousand times a second, does not make us search.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain, islice

LONGEST = 32
"""The longest code that is looked at, in letters and digits; what is longer was not mistyped."""
MOST = 5
"""How many things are told."""
HELD = 100_000
"""How many codes are kept."""

_ALIKE = str.maketrans("oilавекмнорстухѐ", "011abekmh0pctyxe")
"""Letters that are taken for others: our own identifiers have no i, l and o, and Cyrillic ones look
like Latin."""
_LETTERS = "0123456789abcdefghjkmnpqrstuvwxyz"


class Nearest:
    """The codes of things, to be asked for one that is not among them."""

    def __init__(self, codes: Iterable[tuple[str, str]]) -> None:
        """Take each IRI with each code that people have of it."""
        self._things: dict[str, tuple[str, ...]] = {}
        for iri, code in islice(codes, HELD):
            key = squeezed(code)
            known = self._things.get(key, ())
            if 0 < len(key) <= LONGEST and iri not in known and len(known) < MOST:
                self._things[key] = (*known, iri)
        self._order = sorted(self._things)

    def to(self, *codes: str) -> list[str]:
        """Return the IRIs of the things with the codes most like these, the likeliest first.

        Codes that differ only in case, in what stands between letters and digits, or by letters
        that look alike are the same; then those one slip away; then those that go on.
        """
        keys = [key for key in dict.fromkeys(map(squeezed, codes)) if 0 < len(key) <= LONGEST]
        ways = (_same, _slips)
        near = (self._things.get(one, ()) for way in ways for key in keys for one in way(key))
        further = (self._things[one] for key in keys for one in self._going_on(key))
        found = dict.fromkeys(chain(chain.from_iterable(near), chain.from_iterable(further)))
        return list(islice(found, MOST))

    def _going_on(self, key: str) -> Iterator[str]:
        """Yield a few codes that begin like this one: all of it, or all but its last letter."""
        for start in (key, key[:-1]):
            if len(start) < 3:
                return
            place = bisect_left(self._order, start)
            after = islice(self._order, place, place + MOST)
            yield from (one for one in after if one.startswith(start))


def squeezed(code: str) -> str:
    """Return a code without what people write differently.

    >>> squeezed("digcomp21/1.2"), squeezed("DigComp21 1-2"), squeezed("3339-3020")
    ('d1gc0mp2112', 'd1gc0mp2112', '33393020')
    """
    kept = (letter for letter in code[: 4 * LONGEST].casefold() if letter.isalnum())
    return "".join(kept).translate(_ALIKE)


def _same(key: str) -> Iterator[str]:
    yield key


def _slips(key: str) -> Iterator[str]:
    """Yield what one slip makes of a code, the last letters first.

    A letter is too many, two are turned, one is wrong, or one is lost.
    """
    if len(key) < 2:
        return
    cuts = [(key[:place], key[place:]) for place in range(len(key), -1, -1)]
    yield from (before + after[1:] for before, after in cuts if after)
    yield from (b + after[1] + after[0] + after[2:] for b, after in cuts if len(after) > 1)
    yield from (b + letter + after[1:] for b, after in cuts if after for letter in _LETTERS)
    yield from (before + letter + after for before, after in cuts for letter in _LETTERS)
