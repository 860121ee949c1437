"""Blocks -> statements: where one ends and the next begins.

A marked item always begins a statement.  A paragraph after a page break goes on with the one
before unless it plainly begins another; where that is not certain the reading is reported.
Two statements that a typist ran together in one item stay one, and are reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from digigraph.documents.markup import BULLETS, Block, Joint
from digigraph.documents.sheet import Cell, Role, Sheet
from digigraph.documents.strip import strip
from digigraph.records import Text
from digigraph.text import tidy, words

_FUNCTION_WORDS = """
а без в във върху да до за заедно зад и или които който която което към като край между на над
най не нито но от относно по под поради посредством пред преди при през с със след според спрямо
срещу съгласно така тези този тази това у чрез че
"""
_HANGING = frozenset(_FUNCTION_WORDS.split())
_ABBREVIATION = re.compile(
    r"(?:\b(?:др|т\.\s?н|т\.\s?ч|т\.\s?е|напр|вкл|чл|ал|т|стр|бр|съгл|вж|ед|мн|проф|инж|г|лв|и\s?др)\.)$",
    re.IGNORECASE,
)


@dataclass
class Draft:
    """A statement while it is put together: its cells, and how sure its limits are."""

    cells: list[Cell] = field(default_factory=list)
    split: bool = False
    doubt: str = ""
    brackets: int = 0
    quotes: int = 0

    def take(self, sheet: Sheet, block: Block) -> None:
        """Let the statement go on with the text of a block."""
        for cell in block.cells:
            text = sheet.raw(cell)
            self.brackets += text.count("(") - text.count(")")
            self.quotes += text.count("„") - text.count("“") - text.count("”")
        self.cells.extend(block.cells)


_OPENING = re.compile(
    rf"(?:<li[^<>]*>|<p[^<>]*>|<br[^<>]*>|^|(?<=\t)|[{BULLETS}·]|&bull;)[ \u00a0]{{0,8}}"
    rf"(?:(?:[{BULLETS}·*–—-]|&bull;|\d{{1,2}}[.)]|[а-я]\))[ \t\u00a0]{{0,8}})?([А-Я][а-я]{{2,}})",
    re.MULTILINE,
)
_NEAR = 200
_RUN_ON = re.compile(r"(?<=[а-я)“\"])\s+(?=([А-Я][а-я]{2,})\s)")


class Lexicon:
    """The words of a document: how often each stands there, and how often it opens an item."""

    def __init__(self, text: str) -> None:
        """Count the words of the text."""
        self.counts = Counter(words(text))
        self.openings = Counter(word.casefold() for word in _OPENING.findall(text))

    def run_on(self, text: str, *, least: int) -> list[int]:
        """Return where in `text` another statement begins with no stop before it.

        That is at a capitalised word that opens at least `least` items of the document, with
        three words or more on either side.
        """
        cuts = []
        start = 0
        for found in _RUN_ON.finditer(text):
            if self.openings[found[1].casefold()] < least:
                continue
            before = text[max(start, found.start() - _NEAR) : found.start()]
            after = text[found.end() : found.end() + _NEAR]
            if len(words(before)) >= 3 <= len(words(after)):
                cuts.append(found.end())
                start = found.end()
        return cuts

    def cut(self, before: str, after: str) -> str | None:
        """Return what joins two halves of a word that a page break cut, or None if it is none."""
        left = re.search(r"([^\W\d_]+)(-?)$", before)
        right = re.match(r"[^\W\d_]+", after)
        if not left or not right or not right.group()[0].islower():
            return None
        first, second = left[1].casefold(), right.group().casefold()
        if left[2]:
            grade = first in ("по", "най") and self.counts[second] > 1
            return "drop" if self.counts[first + second] and not grade else ""
        new = self.counts[second] <= 1 or (self.counts[first] <= 1 and first not in _HANGING)
        return "" if new and self.counts[first + second] else None

    def may_be_cut(self, before: str, after: str) -> bool:
        """Whether the halves may be one word although nothing else in the document says so."""
        left = re.search(r"([^\W\d_]+)(-?)$", before)
        right = re.match(r"[^\W\d_]+", after)
        if not left or not right or not right.group()[0].islower():
            return False
        return self.cut(before, after) == ("" if left[2] else None) and all(
            self.counts[part.casefold()] <= 1 and part.casefold() not in _HANGING
            for part in (left[1], right.group())
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """How a list field is typed: capital letters, bullets, and how many items each list has."""

    capital: bool
    bullets: bool
    items: Counter[int]
    marked: Counter[int]


def drafts(sheet: Sheet, blocks: Sequence[Block]) -> list[Draft]:
    """Group the blocks of a list field into statements, in order."""
    style = _Style(
        _capital_style(sheet, blocks),
        any(block.marker for block in blocks),
        Counter(block.list_number for block in blocks if block.item),
        Counter(block.list_number for block in blocks if block.item and block.marker),
    )
    done: list[Draft] = []
    for block in blocks:
        if not done:
            done.append(Draft())
            done[-1].take(sheet, block)
            continue
        joins, doubt = _goes_on(sheet, done[-1], block, style)
        if joins:
            last = done[-1]
            last.take(sheet, block)
            last.split = last.split or block.joint in (Joint.PAGE, Joint.ROW)
            last.doubt = last.doubt or doubt
        else:
            done.append(Draft(doubt=doubt))
            done[-1].take(sheet, block)
    return done


def _goes_on(sheet: Sheet, last: Draft, block: Block, style: _Style) -> tuple[bool, str]:
    """Whether `block` continues the statement before it, and the doubt there is about that."""
    if block.marker:
        return False, ""
    before = sheet.plain(last.cells[-1])
    after = sheet.plain(block.cells[0])
    lower = after[:1].islower() or not after[:1].isalpha()
    bracket = last.brackets > 0 or last.quotes > 0
    ended = bool(re.search(r"[.;!?]$", before)) and not _ABBREVIATION.search(before) and not bracket
    hanging = _is_hanging(before)
    if block.item:
        return _item_goes_on(block, style, lower=lower, ended=ended, hanging=hanging)
    if block.inside_item and block.joint in (Joint.PAGE, Joint.ROW):
        return True, ""
    if block.inside_item and block.joint is Joint.NONE:
        return True, "" if lower else "paragraphs"
    if block.joint is Joint.BREAK or (block.joint is Joint.WRAP and not lower):
        if style.bullets:
            return True, "" if lower else "line"
        return lower and style.capital and not ended, ""
    if block.joint in (Joint.PAGE, Joint.ROW, Joint.WRAP):
        if hanging:
            return True, ""
        if lower:
            if ended and not style.capital:
                return False, "after a full stop"
            return True, "after a full stop" if ended else ""
        acronym = bool(re.match(r"[A-ZА-Я]{2,}|[A-Za-z]", after))
        if (acronym or bracket) and not ended:
            return True, "acronym" if acronym else "bracket"
        return False, "" if ended else "capital letter"
    return lower and style.capital and not ended, "paragraph" if lower and style.capital else ""


def _item_goes_on(
    block: Block, style: _Style, *, lower: bool, ended: bool, hanging: bool
) -> tuple[bool, str]:
    """Whether the first, unmarked item of a new page goes on with the item before the page."""
    if block.joint not in (Joint.PAGE, Joint.ROW):
        return False, ""
    alone = style.items[block.list_number] == 1
    if not lower:
        odd = bool(style.marked[block.list_number]) or (style.bullets and alone)
        return hanging and odd, "list item" if odd else ""
    if style.marked[block.list_number] or (hanging and alone):
        return True, ""
    if hanging or (style.capital and not ended):
        return True, "list item" if hanging else ""
    if style.capital or (style.bullets and alone and not ended):
        return not ended, "list item"
    return False, ""


def _is_hanging(before: str) -> bool:
    if re.search(r"[,(„/–—-]$", before):
        return True
    last = re.search(r"([^\W\d_]+)$", before)
    return bool(last and last[1].casefold() in _HANGING)


def _capital_style(sheet: Sheet, blocks: Iterable[Block]) -> bool:
    """Whether the items of a list begin with capital letters, by majority."""
    starts = [
        sheet.plain(block.cells[0])[:1]
        for block in blocks
        if block.marker or block.item or block.joint is Joint.START
    ]
    return sum(s.isupper() for s in starts) * 2 > len(starts)


def text_of(sheet: Sheet, cells: Sequence[Cell], lexicon: Lexicon) -> Text:
    """Return the statement in the cells, a word that was cut between two of them made whole."""
    parts: list[str] = []
    spans = []
    for cell in cells:
        trimmed = sheet.trimmed(cell)
        part = sheet.plain(trimmed)
        if not part:
            continue
        sheet.mark_text(trimmed, Role.VALUE)
        spans.append(sheet.span(trimmed))
        joint = lexicon.cut(parts[-1][-_NEAR:], part[:_NEAR]) if parts else ""
        if joint is None:
            parts.append(" ")
        elif joint == "drop":
            parts[-1] = parts[-1][:-1]
        parts.append(part)
    return Text(tidy("".join(parts)), tuple(spans))


def pieces(sheet: Sheet, cells: Sequence[Cell], lexicon: Lexicon) -> list[list[Cell]]:
    """Divide the cells of one item where a second statement was certainly run on to the first.

    Certain is a capitalised word, after a small letter and no stop, that opens two other items.
    """
    whole = strip(sheet, cells)
    cuts = [0, *lexicon.run_on(whole.text, least=2), len(whole.text)]
    return [whole.cells(start, end) for start, end in pairwise(cuts)]
