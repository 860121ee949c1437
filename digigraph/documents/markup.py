"""Cells of a table -> blocks: the paragraphs and list items that a converter left in them.

Converters write lists as `<ul>`, `<ol>`, bulleted paragraphs, `<br>`, dashes or numbers, and
cut them at page breaks.  This module says what is there, in order; whether a block begins a
statement or goes on with one is decided in `statements`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from digigraph.documents.sheet import Cell, Role, Sheet, Token

BULLETS = "•∙●○▪■□◦‣➢►▶✓✔❖⮚\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf02d"
_MARKER = re.compile(
    rf"\s*(?:(?P<bullet>[{BULLETS}·]|&bull;|&#8226;|&middot;|[*–—-](?=[\s\w„“\"(])|o(?=\s))"
    r"|(?P<number>\d{1,2})[.)](?=\s)|(?P<letter>[а-яa-z])\)(?=\s))\s*"
)
_INLINE = re.compile(rf"(?<=\s)(?=[{BULLETS}]\s*\S)|(?<=\S)(?=[{BULLETS}]\s)")
_SUB_LEVEL = re.compile(
    r"\s(?=[*_]*[ПпPp][оo]д\s?-?\s?[нН]и[вB][оo]\s*[1-9]\s*(?:[:.–—-]\s*|\s)[А-Я])"
)


_NEW_LIST = re.compile(r"\s*<[uo]l\b", re.IGNORECASE)


DASHES = ("-", "–", "—", "*", "o")
_ONE = re.compile(r"(?:^|[:;.]\s)1\s?[.)]\s")
_GRADE = re.compile(r"\b(?:най|по)$", re.IGNORECASE)


class Joint(Enum):
    """What stands between a block and the one before it."""

    START = "the beginning of the field"
    PAGE = "a page break"
    ROW = "a new row of the table with an empty first cell"
    WRAP = "a line break of the file"
    BREAK = "a <br>"
    NONE = "nothing but mark-up"


@dataclass
class Block:
    """A paragraph or a list item: where its text is, and how it was marked."""

    item: bool
    joint: Joint
    list_number: int
    inside_item: bool = False
    marker: str = ""
    number: int | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line on which the block begins."""
        return self.cells[0].line


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a field, and the tags that nobody closed, each with its line.

    `unclosed` are open where the field ends, `abandoned` where a new page opened its own list.
    """

    blocks: tuple[Block, ...]
    unclosed: tuple[tuple[str, int], ...]
    abandoned: tuple[tuple[str, int], ...]


def blocks_of(sheet: Sheet, cells: Iterable[tuple[Cell, Joint]]) -> Blocks:
    """Return the blocks of a field from its cells in order; accounts for mark-up and bullets."""
    builder = _Builder(sheet)
    for cell, joint in cells:
        builder.feed(cell, joint)
    marked = [without_marker(sheet, block) for block in builder.done]
    for block, following in pairwise(marked):
        if block.cells or following.marker or not following.cells:
            continue
        if following.inside_item or not sheet.plain(following.cells[0])[:1].islower():
            following.marker = block.marker
    numbered = _keep_real_numbers(sheet, [block for block in marked if block.cells])
    numbered = _keep_real_dashes(sheet, numbered)
    return Blocks(tuple(numbered), tuple(builder.stack), tuple(builder.abandoned))


class _Builder:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.done: list[Block] = []
        self.stack: list[tuple[str, int]] = []
        self.abandoned: list[tuple[str, int]] = []
        self.lists = 0
        self.cells: list[Cell] = []
        self.joint = Joint.START
        self.fresh_item = False

    def feed(self, cell: Cell, joint: Joint) -> None:
        self.flush()
        self.joint = joint
        if self.stack and _NEW_LIST.match(self.sheet.raw(cell)):
            self.abandoned += self.stack
            self.stack = []
        for token in self.sheet.tokens(cell):
            if token.tag:
                self.sheet.mark(token.cell, Role.MARKUP)
                self.tag(token)
            else:
                self.words(token.cell)
        self.flush()

    def tag(self, token: Token) -> None:
        name = token.tag
        if name.lstrip("/") in ("b", "strong", "i", "em", "u", "s", "span", "font", "a", "small",
                                "sub", "sup", "code"):  # fmt: skip
            return
        self.flush()
        if name == "br":
            self.joint = _stronger(self.joint, Joint.BREAK)
        elif name in ("ul", "ol", "li", "p"):
            if name in ("ul", "ol"):
                self.lists += 1
            if name == "li":
                self.fresh_item = True
                self.close("li")
            elif name == "p":
                self.close("p")
            self.stack.append((name, token.cell.line))
        elif name in ("/ul", "/ol"):
            self.close(name[1:])
        elif name in ("/li", "/p"):
            self.close(name[1:])
            if name == "/li":
                self.fresh_item = False

    def close(self, name: str) -> None:
        """Close the innermost `name`; a list item or paragraph is closed within its list only."""
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at][0] == name:
                del self.stack[at:]
                return
            if name in ("li", "p") and self.stack[at][0] in ("ul", "ol"):
                return

    def words(self, cell: Cell) -> None:
        raw = self.sheet.raw(cell)
        at = 0
        cuts = sorted(
            {m.start() for m in _INLINE.finditer(raw)} | {m.end() for m in _SUB_LEVEL.finditer(raw)}
        )
        for cut in cuts:
            if raw[at:cut].strip() or self.cells:
                self.add(Cell(cell.line, cell.start + at, cell.start + cut))
                self.flush()
                at = cut
        self.add(Cell(cell.line, cell.start + at, cell.end))

    def add(self, cell: Cell) -> None:
        if self.cells or not self.sheet.is_blank(cell):
            self.cells.append(cell)

    def flush(self) -> None:
        cells = _merged(self.sheet, self.cells)
        self.cells = []
        if not cells:
            return
        in_item = any(name == "li" for name, _ in self.stack)
        block = Block(in_item and self.fresh_item, self.joint, self.lists, in_item)
        block.cells = cells
        self.fresh_item = False
        self.joint = Joint.NONE
        self.done.append(block)


def _stronger(before: Joint, now: Joint) -> Joint:
    return before if before in (Joint.START, Joint.PAGE, Joint.ROW) else now


def _merged(sheet: Sheet, cells: list[Cell]) -> list[Cell]:
    """Join the stretches of one line, across inline tags, into one cell each line."""
    by_line: dict[int, Cell] = {}
    for cell in cells:
        if sheet.is_blank(cell):
            continue
        had = by_line.get(cell.line)
        by_line[cell.line] = Cell(cell.line, had.start, cell.end) if had else cell
    return [sheet.trimmed(cell) for cell in by_line.values()]


def without_marker(sheet: Sheet, block: Block) -> Block:
    """Take the bullet, dash, number or letter off the front of a block."""
    first = block.cells[0]
    for token in sheet.tokens(first):
        if token.tag or sheet.is_blank(token.cell):
            continue
        found = _MARKER.match(sheet.raw(token.cell))
        if not found:
            break
        if found["number"]:
            block.number = int(found["number"])
        block.marker = found.group().strip()
        end = token.cell.start + found.end()
        sheet.mark(Cell(first.line, token.cell.start, end), Role.BULLET)
        rest = sheet.trimmed(Cell(first.line, end, first.end))
        block.cells = ([] if sheet.is_blank(rest) else [rest]) + block.cells[1:]
        break
    return block


def _keep_real_numbers(sheet: Sheet, blocks: list[Block]) -> list[Block]:
    """Put a number back into its text unless the blocks count 1, 2, 3 … one after another."""
    expected = 1
    counting = (
        len(blocks) == 1
        or any(block.number == 2 for block in blocks)
        or all(block.marker for block in blocks)
    )
    for before, block in pairwise((None, *blocks)):
        if block is None or block.number is None:
            continue
        if before and _ONE.search(" ".join(map(sheet.plain, before.cells))):
            expected = 2
        counted = block.number == expected or block.number == 1
        if counted and (block.number > 1 or counting):
            expected = block.number + 1
            continue
        put_back(sheet, block)
    return blocks


def put_back(sheet: Sheet, block: Block) -> None:
    """Make the marker of a block, if it has one, a part of its text again."""
    first = block.cells[0]
    line = sheet.lines[first.line - 1]
    start = line.rfind(block.marker, 0, first.start)
    if not block.marker or start < 0:
        return
    roles = sheet.roles[first.line - 1]
    for at in range(start, first.start):
        if roles[at] == Role.BULLET:
            roles[at] = Role.NOTHING
    block.cells[0] = Cell(first.line, start, first.end)
    block.marker, block.number = "", None


def _keep_real_dashes(sheet: Sheet, blocks: list[Block]) -> list[Block]:
    """Put a dash back into its text where a page was cut before it: "най / - подходящите".

    That is so after "най" and "по", and where the other items have another bullet; after a page
    or a row also where they are items of a list that need none.
    """
    styles = Counter(block.marker for block in blocks if block.marker)
    unmarked = sum(block.item and not block.marker for block in blocks)
    before = ""
    for block in blocks:
        new_row = block.joint in (Joint.PAGE, Joint.ROW, Joint.WRAP, Joint.BREAK)
        if new_row and block.marker in DASHES:
            lower = sheet.plain(block.cells[0])[:1].islower()
            others = unmarked if block.joint in (Joint.PAGE, Joint.ROW) else 0
            rare = styles[block.marker] * 2 < styles.total() + others
            if lower and (rare or _GRADE.search(before)):
                put_back(sheet, block)
        before = sheet.plain(block.cells[-1])
    return blocks
