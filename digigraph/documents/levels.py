"""What a competence means at each level: the rows of levels, their lead-ins and their items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from digigraph.documents import values
from digigraph.documents.context import BAND_NAMES, Context
from digigraph.documents.fields import BANDS, Field
from digigraph.documents.markup import Block, put_back
from digigraph.documents.rows import Entry
from digigraph.documents.sheet import Cell, Role
from digigraph.records import Level, LevelDescription
from digigraph.text import skeleton

_SUB_LEVEL = re.compile(r"^([а-я]{3,7} ?[а-я]{2,9}|ниво)(?: ?(?:номер|n|no))? ?(\d+|[iv]+)\b")
_SUB_LEVEL_AFTER = re.compile(r"^(\d+)(?: ?[а-я]{1,2})? ?под ?ниво\b")
_SUB_LEVEL_WORDS = ("подниво", "под ниво", "ниво")
_SUB_LEVEL_RAW = re.compile(
    r"(?:\s*\d{1,2}\s*[.)–-]*\s*(?:[а-я]{1,2}\s+)?[Пп]од[\s-]?ниво"
    r"|[^\d:]{,16}?(?:\b\d{1,2}|\b[IV]+\b)|[^\d]{,14}?\d{1,2})\s*[:.;,)–—-]*\s*"
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_CAN = re.compile(r"[мmМM][оoОO]ж[еeЕE]\s+[дД][аaАA]\s*[:;.,–—-]*", re.IGNORECASE)
_OPTIONAL = (Field.LEVELS, *BANDS)


@dataclass
class _Segment:
    """One level's part of a description: rank, where it begins, the band it stands under."""

    rank: int
    line: int
    band: int | None
    blocks: list[Block] = field(default_factory=list)


def required_level(
    context: Context, fields: dict[Field, Entry], about: str, shown: str, level: Level | None
) -> tuple[LevelDescription, ...]:
    """Return the one level that section III describes: the required one."""
    entry = fields.get(Field.LEVEL_TEXT)
    blocks = list(context.blocks(entry).blocks) if entry else []
    if not entry or not blocks:
        line = entry.line if entry else next(iter(fields.values())).line
        context.missing(Field.LEVEL_TEXT, shown, line)
        return ()
    stated = _rank(context, blocks[0])
    if stated is not None:
        blocks = _without_prefix(context, blocks)
        if level and stated != level.rank:
            context.problems.add(
                "BandLevelMismatch", entry.line, Field.LEVEL_TEXT.value, str(stated),
                str(level.rank),
            )  # fmt: skip
    rank = level.rank if level else 1
    segment = _Segment(rank, entry.line, None, blocks)
    described = _description(context, segment, Field.LEVEL_TEXT.value, about, shown)
    return (described,) if described and level else ()


def all_levels(
    context: Context, fields: dict[Field, Entry], about: str, shown: str, line: int
) -> tuple[LevelDescription, ...]:
    """Return the eight levels of a specific competence, in order of rank."""
    segments: list[_Segment] = []
    for wanted in _OPTIONAL:
        entry = fields.get(wanted)
        if entry is None:
            if wanted is not Field.LEVELS and Field.LEVELS not in fields:
                context.missing(wanted, shown, line)
            continue
        band = BANDS.index(wanted) + 1 if wanted in BANDS else None
        segments += _segments(context, entry, band, segments[-1] if segments else None)
    found: dict[int, LevelDescription] = {}
    for segment in segments:
        _check_band(context, segment)
        described = _description(context, segment, level_name(segment.rank), about, shown)
        if described is None:
            continue
        if segment.rank in found:
            context.problems.add(
                "LevelRepeated", segment.line, level_name(segment.rank), str(segment.rank), "1 – 8"
            )
        found.setdefault(segment.rank, described)
    for rank in range(1, 9):
        if rank not in found and not any(s.rank == rank for s in segments):
            context.problems.add("MissingField", line, level_name(rank), shown)
    return tuple(found[rank] for rank in sorted(found))


def level_name(rank: int) -> str:
    """Return what the part of the template that describes a level is called."""
    return f"{BANDS[values.band_of(min(max(rank, 1), 8)) - 1].value}, подниво {rank}"


def _check_band(context: Context, segment: _Segment) -> None:
    if not 1 <= segment.rank <= 8:
        context.problems.add(
            "LevelOutOfRange", segment.line, Field.LEVELS.value, str(segment.rank), "„Подниво 6:“"
        )
    elif segment.band and values.band_of(segment.rank) != segment.band:
        context.problems.add(
            "BandLevelMismatch", segment.line, BANDS[segment.band - 1].value,
            f"{BAND_NAMES[segment.band - 1]} - {segment.rank}",
            f"{BAND_NAMES[values.band_of(segment.rank) - 1]} - {segment.rank}",
        )  # fmt: skip


def _segments(
    context: Context, entry: Entry, band: int | None, last: _Segment | None
) -> list[_Segment]:
    found: list[_Segment] = []
    for block in _with_whole_names(context, context.blocks(entry).blocks):
        rank = _rank(context, block)
        if rank is not None:
            found.append(_Segment(rank, block.line, band))
            found[-1].blocks += _without_prefix(context, [block])
        elif found:
            found[-1].blocks.append(block)
        elif last is not None and not block.marker:
            last.blocks.append(block)
        else:
            text = context.text(block.cells).value
            context.problems.add("NotAccountedFor", block.line, entry.field.value, text[:120])
    return found


def _with_whole_names(context: Context, blocks: Sequence[Block]) -> list[Block]:
    """Put "Подниво" and the "7:" of the next page into one block."""
    done: list[Block] = []
    for block in blocks:
        if done and len(done[-1].cells) == 1:
            before = context.sheet.plain(done[-1].cells[0])
            if skeleton(before) in _SUB_LEVEL_WORDS and _rank(context, done[-1], block):
                put_back(context.sheet, block)
                done[-1].cells += block.cells
                continue
        done.append(block)
    return done


def _rank(context: Context, *blocks: Block) -> int | None:
    cells = [cell for block in blocks for cell in block.cells][:2]
    if skeleton(context.sheet.plain(cells[0])) not in _SUB_LEVEL_WORDS:
        del cells[1:]
    text = skeleton(" ".join(context.sheet.plain(cell)[:60] for cell in cells))
    after = _SUB_LEVEL_AFTER.match(text)
    if after:
        return int(after[1])
    found = _SUB_LEVEL.match(text)
    if not found:
        return None
    marked = blocks[0].item or blocks[0].marker
    if (found[1] == "ниво" and marked) or (found[1] != "ниво" and not _is_sub_level(found[1])):
        return None
    number = found[2]
    if number.isdigit():
        return int(number)
    return _ROMAN.index(number) + 1 if number in _ROMAN else None


def _is_sub_level(word: str) -> bool:
    return fuzz.ratio(word.replace(" ", ""), "подниво") >= 80


def _without_prefix(context: Context, blocks: list[Block]) -> list[Block]:
    """Take "Подниво 7:" off the front of the first block; it is the name of a field."""
    block = blocks[0]
    if skeleton(context.sheet.plain(block.cells[0])) in _SUB_LEVEL_WORDS:
        context.sheet.mark_text(block.cells.pop(0), Role.FIELD)
    first = block.cells[0]
    found = _SUB_LEVEL_RAW.match(context.sheet.masked(first))
    assert found, "the block was recognised by its number"
    cut = first.start + found.end()
    context.sheet.mark_text(Cell(first.line, first.start, cut), Role.FIELD)
    rest = Cell(first.line, cut, first.end)
    cells = ([] if context.sheet.is_blank(rest) else [context.sheet.trimmed(rest)]) + block.cells[
        1:
    ]
    if not cells:
        return blocks[1:]
    block.cells, block.marker, block.item = cells, "", False
    return blocks


def _description(
    context: Context, segment: _Segment, name: str, about: str, shown: str
) -> LevelDescription | None:
    """Divide the blocks of one level into the lead-in and the items."""
    opening, rest = context.divide(segment.blocks, _CAN)
    place = f"{about}/level-{segment.rank}"
    if opening and not rest and not _CAN.search(" ".join(map(context.sheet.masked, opening))):
        opening, rest = [], list(segment.blocks)
    items = context.statements(rest, name, place)
    lead_in = context.text(opening, place) if opening else None
    if lead_in is None:
        context.problems.add("MissingLeadIn", segment.line, name, str(segment.rank))
    if not items:
        context.problems.add("MissingField", segment.line, name, shown)
        return None
    return LevelDescription(segment.rank, lead_in, items)
