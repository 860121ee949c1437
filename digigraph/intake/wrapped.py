"""Words at places -> the paragraphs of a cell: lines are joined where the page had wrapped them.

A line goes on with the one before when its first word would not have fitted there; a word cut at
the end of a line is made whole by asking how the document writes it elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from digigraph.intake.parts import Paragraph

BULLETS = "•∙●○▪■□◦‣➢►▶✓✔❖⮚·\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf02d"
_BULLET = re.compile(rf"^[{BULLETS}]\s*(?=\S)|^[{BULLETS}]$")
_LETTERS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT = re.compile(r"([^\W\d_]+)([-\u2010\u00ad])$")
_GRADE = re.compile(r"\b(?:най|по) [-\u2010–]$", re.IGNORECASE)
_SLACK = 1.5
_PADDING = 7.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box on the page, in points from the upper left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way between its top and its bottom."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """The words that stand beside each other, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with a blank between them."""
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        """The top of its highest word."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """The bottom of its lowest word."""
        return max(word.bottom for word in self.words)

    @property
    def right(self) -> float:
        """Where its last word ends."""
        return self.words[-1].x1


@dataclass
class Spelling:
    """How the document writes its words, for those that were cut at the end of a line.

    `hyphenated` says that words are cut in it at syllables; `cuts` are the words that were cut,
    `doubts` those of which the document does not tell how it writes them elsewhere.
    """

    counts: Counter[str]
    hyphenated: bool = False
    cuts: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, words: Iterable[str]) -> Spelling:
        """Count the words, whole and the parts of those with hyphens, but none that is cut."""
        counts: Counter[str] = Counter()
        for word in words:
            for found in _LETTERS.finditer(word):
                if not _CUT.search(word[: found.end() + 1]):
                    whole = found.group().casefold()
                    counts.update({whole, *whole.split("-")})
        return cls(counts)

    def again(self) -> Spelling:
        """Return the same words for a second look, now that the cuts are known."""
        syllables = any(self.counts["".join(cut)] > self.counts["-".join(cut)] for cut in self.cuts)
        return Spelling(self.counts, syllables)

    def joined(self, first: str, second: str) -> bool:
        """Whether two halves of a cut word are written without a hyphen."""
        halves = (first.casefold(), second.casefold())
        self.cuts.append(halves)
        whole, hyphened = self.counts["".join(halves)], self.counts["-".join(halves)]
        if halves[0] in ("най", "по"):
            return whole > hyphened
        if whole == hyphened:
            self.doubts.append(f"{first}{'' if self.hyphenated else '-'}{second}")
            return self.hyphenated
        return whole > hyphened


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Return the lines that words stand on, from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        if rows and word.middle - rows[-1][0].middle < (word.bottom - word.top) * 0.5:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Line(tuple(sorted(row, key=lambda word: word.x0))) for row in rows]


def paragraphs(
    words: Iterable[Word],
    right: float,
    known: Spelling,
    *,
    left: float | None = None,
    by_gap: bool = False,
) -> list[Paragraph]:
    """Return the paragraphs of some words.

    `right` is where lines end at most, for a cell with the width of its padding, which is that
    at its `left`; `by_gap` makes a larger distance between lines a new paragraph.
    """
    lines = lines_of(words)
    if not lines:
        return []
    if left is not None:
        right -= min(max(min(line.words[0].x0 for line in lines) - left, 0.0), _PADDING)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _begins(groups[-1][-1], line, right, by_gap=by_gap):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group, known) for group in groups]


def _begins(before: Line, line: Line, right: float, *, by_gap: bool) -> bool:
    """Whether a line begins a paragraph: it is marked, or its first word had room before it."""
    if _BULLET.match(line.text):
        return True
    if len(before.words) == 1 and before.words[0].text in BULLETS:
        return False
    if is_cut(before.text, line.text):
        return False
    height = line.words[0].bottom - line.words[0].top
    if by_gap and line.top - before.bottom > height * 0.8:
        return True
    first = line.words[0]
    width = (first.x1 - first.x0) * _breakable(first.text)
    return before.right + height * 0.25 + width < right - _SLACK


def _breakable(word: str) -> float:
    """Return the share of a word up to where it may be broken, at a hyphen or a stroke."""
    found = re.search(r"[-/\u2010](?=\w)", word)
    return found.end() / len(word) if found else 1.0


def _paragraph(lines: list[Line], known: Spelling) -> Paragraph:
    text = lines[0].text
    for line in lines[1:]:
        text = joined(text, line.text, known)
    marked = _BULLET.match(text)
    return Paragraph(text[marked.end() :] if marked else text, item=bool(marked))


def is_cut(text: str, following: str) -> bool:
    """Whether a text ends within a word that the following one goes on with."""
    return bool(_CUT.search(text)) and following[:1].islower()


def joined(text: str, following: str, known: Spelling) -> str:
    """Join a line to the text before it; a hyphen stays where the document writes it elsewhere."""
    if re.search(r"\w/$", text):
        return text + following
    cut = _CUT.search(text)
    rest = _LETTERS.match(following)
    grade = _GRADE.search(text)
    if grade and rest:
        known.doubts.append(f"{grade.group()} {rest.group()}")
    if not cut or not rest:
        return f"{text} {following}"
    if cut[2] == "\u00ad":
        return text[:-1] + following
    whole = known.joined(cut[1], rest.group())
    return text[:-1] + following if whole else text + following
