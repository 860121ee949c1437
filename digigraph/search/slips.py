"""What a mistyped word may have meant: the words of a release that are a slip or two away.

All are compared, by length: a few ten thousand short words cost a few milliseconds, and a slip in
the middle of a short word is found too, which shares no trigram with the right one.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST = 6
"""How many terms are told for one word."""
HELD = 200_000
"""How many words are looked through; of a larger release those that come most often."""
_SHORTEST, _LONG = 3, 6


class Slips:
    """The words of a release, to be asked for what one that is not among them is near to."""

    def __init__(self, words: Iterable[tuple[str, str, int]]) -> None:
        """Take words, each with its term and how often it comes."""
        often = sorted(words, key=lambda one: (-one[2], one[0]))[:HELD]
        self._terms = {word: (term, times) for word, term, times in reversed(often)}
        self._by_length: dict[int, list[str]] = {}
        for word in self._terms:
            if not word.isdigit():
                self._by_length.setdefault(len(word), []).append(word)

    def near(self, word: str) -> list[str]:
        """Return the terms of the words that differ by a slip, of long ones by two, nearest first.

        A slip is a letter lost, added, another, or two turned. English and Bulgarian stay apart.
        """
        english = word.startswith("x")
        letters = len(word) - english
        if letters < _SHORTEST or word.isdigit():
            return []
        slips = 2 if letters >= _LONG else 1
        found: list[tuple[int, bool, int, str]] = []
        for length in range(len(word) - slips, len(word) + slips + 1):
            for near, far, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips,
                limit=None,
            ):  # fmt: skip
                term, times = self._terms[near]
                if near.startswith("x") == english:
                    found.append((int(far), near[:2] != word[:2], -times, term))
        return list(dict.fromkeys(term for *_, term in sorted(found)))[:MOST]
