"""What every part of the reader works with, and the checks that several of them share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz

from digigraph.documents import values
from digigraph.documents.fields import Field
from digigraph.documents.markup import DASHES, Block, Blocks, blocks_of, put_back, without_marker
from digigraph.documents.problems import Problems
from digigraph.documents.rows import Entry
from digigraph.documents.sheet import Cell, Role, Sheet
from digigraph.documents.statements import Draft, Lexicon, drafts, pieces, text_of
from digigraph.records import Level, Span, Text
from digigraph.reference import Label, Reference
from digigraph.text import skeleton

_FRAMEWORK = re.compile(r"(?i)dig\s?comp\w*\s*2[.,]\s*\d")
PLACEHOLDER = re.compile(r"(?i)[\s–—.*-]*|няма|неприложимо|n/?a")
MANY = 200
"""Competences beyond which names are compared no more by likeness: no profile has so many."""
SAME = 92
"""Likeness, of 100, from which two names are one name with a typing error."""


@dataclass
class Context:
    """One document being read."""

    sheet: Sheet
    problems: Problems
    reference: Reference
    lexicon: Lexicon
    places: list[tuple[str, Span]] = field(default_factory=list)
    open_tags: dict[int, Blocks] = field(default_factory=dict)

    def blocks(self, entry: Entry) -> Blocks:
        """Return the blocks of a field, anew each time; their open tags are remembered."""
        found = self.open_tags[id(entry)] = blocks_of(self.sheet, entry.values)
        return found

    def text(self, cells: Sequence[Cell], about: str = "") -> Text:
        """Return the text of cells as one value, remembering what it is about."""
        text = text_of(self.sheet, cells, self.lexicon)
        self.places += [(about, span) for span in text.spans]
        for one, two in pairwise(cells):
            halves = self.sheet.plain(one), self.sheet.plain(two)
            if one.line != two.line and self.lexicon.may_be_cut(*halves):
                found = f"{halves[0][-40:]} | {halves[1][:40]}"
                self.problems.add(
                    "UncertainBoundary", two.line, "", found, spans=text.spans, about=about
                )
        return text

    def whole(self, entry: Entry, about: str = "") -> Text | None:
        """Return all of a field as one text, or None when it is empty."""
        blocks = self.blocks(entry).blocks
        for block in blocks[1:]:
            if not block.item and block.marker in DASHES:
                put_back(self.sheet, block)
        cells = [cell for block in blocks for cell in block.cells]
        if not cells or self.is_placeholder(cells):
            return None
        return self.text(cells, about)

    def is_placeholder(self, cells: Sequence[Cell]) -> bool:
        """Whether cells hold only a dash or "няма"; accounts for them if so."""
        plain = " ".join(self.sheet.plain(cell) for cell in cells).strip()
        if not PLACEHOLDER.fullmatch(plain):
            return False
        for cell in cells:
            self.sheet.mark_text(cell, Role.SEPARATOR)
        return True

    def divide(
        self, blocks: Sequence[Block], end: re.Pattern[str]
    ) -> tuple[list[Cell], list[Block]]:
        """Divide the blocks of a field into its opening, up to `end`, and the items after it.

        A marked block is an item, and so is all that follows one or follows `end`.
        """
        opening: list[Cell] = []
        items: list[Block] = []
        ended = False
        for block in blocks:
            if ended or block.marker or block.item:
                ended = True
                items.append(block)
                continue
            found = next(
                (
                    (index, match.end())
                    for index, cell in enumerate(block.cells)
                    if (match := end.search(self.sheet.masked(cell)))
                ),
                None,
            )
            if not found:
                opening += block.cells
                continue
            ended = True
            index, length = found
            cell = block.cells[index]
            cut = cell.start + length
            opening += [*block.cells[:index], Cell(cell.line, cell.start, cut)]
            tail = self.sheet.trimmed(Cell(cell.line, cut, cell.end))
            rest = block.cells[index + 1 :]
            block.cells = rest if self.sheet.is_blank(tail) else [tail, *rest]
            items.append(block)
        return opening, self._unmarked(items)

    def _unmarked(self, items: list[Block]) -> list[Block]:
        """Take the bullet off an item that stood behind the opening in one paragraph with it."""
        if items and items[0].cells and not items[0].marker:
            without_marker(self.sheet, items[0])
            if items[0].number and not any(other.number == 2 for other in items[1:]):
                put_back(self.sheet, items[0])
        return [item for item in items if item.cells]

    def statements(self, blocks: Sequence[Block], name: str, about: str) -> tuple[Text, ...]:
        """Return the statements of a list field; reports cuts and doubts."""
        found: list[Text] = []
        for draft in drafts(self.sheet, blocks):
            parts = pieces(self.sheet, draft.cells, self.lexicon)
            for part in parts:
                place = f"{about}/{len(found) + 1}"
                text = self.text(part, place)
                found.append(text)
                self._note(draft, text, name, place, merged=len(parts) > 1 and part is not parts[0])
        return tuple(found)

    def _note(self, draft: Draft, text: Text, name: str, place: str, *, merged: bool) -> None:
        """Report what is doubtful about the limits of one statement."""
        kinds = {
            "SplitAcrossPages": draft.split and len(text.spans) > 1,
            "UncertainBoundary": bool(draft.doubt),
            "MergedBulletsSplit": merged,
            "MergedBullets": bool(self.lexicon.run_on(text.value, least=1)),
        }
        for kind, present in kinds.items():
            if present:
                self.problems.add(
                    kind, text.spans[0].line, name, text.value[:80], spans=text.spans, about=place
                )

    def missing(self, wanted: Field, shown: str, line: int) -> None:
        """Report a field that is not there or empty; `shown` names what it is missing for."""
        self.problems.add("MissingField", line, wanted.value, shown)

    def level(self, text: Text | None, name: str, line: int) -> Level | None:
        """Return the level that a text states; reports one that cannot be."""
        if text is None:
            self.problems.add("MissingField", line, name, "")
            return None
        value = values.level(_FRAMEWORK.sub("", text.value))
        example = "„Напреднало - 6“"
        if len(value.ranks) != 1 or not 1 <= value.ranks[0] <= 8:
            self.problems.add(
                "LevelOutOfRange", text.spans[0].line, name, text.value, example, spans=text.spans
            )
            return None
        rank = value.ranks[0]
        if value.bands and value.bands != (values.band_of(rank),):
            self.problems.add(
                "BandLevelMismatch", text.spans[0].line, name, text.value,
                f"„{BAND_NAMES[values.band_of(rank) - 1]} - {rank}“", spans=text.spans,
            )  # fmt: skip
            return None
        return Level(rank, text)

    def competence(self, text: Text, name: str) -> str | None:
        """Return the DigComp code that a text names; reports an unknown or mismatched one."""
        code, title = values.competence(text.value)
        names = self.reference.competences
        line = text.spans[0].line
        if code is None:
            same = [c for c, label in names.items() if _likeness(title, label) >= SAME]
            if len(same) == 1:
                self.problems.add(
                    "MissingCode", line, name, text.value, _shown(same[0], names), spans=text.spans
                )
                return same[0]
        if code is None or code not in names:
            self.problems.add(
                "UnknownCompetence", line, name, text.value, "1.1 – 5.4", spans=text.spans
            )
            return None
        self._check_name(text, title, code, names[code], name)
        return code if self._agrees(title, code) else None

    def _agrees(self, title: str, code: str) -> bool:
        names = self.reference.competences
        own = _likeness(title, names[code])
        other = max(_likeness(title, label) for c, label in names.items() if c != code)
        if not title or own >= SAME:
            return True
        if other >= 85 and other > own:
            return False
        return own >= 50 or names[code].own

    def _check_name(self, text: Text, title: str, code: str, label: Label, name: str) -> None:
        line = text.spans[0].line
        if not self._agrees(title, code):
            self.problems.add(
                "NameCodeMismatch", line, name, text.value,
                _shown(code, self.reference.competences), spans=text.spans,
            )  # fmt: skip
        elif title and skeleton(title) not in (skeleton(label.bg), skeleton(label.en)):
            self.problems.add(
                "VariantName", line, name, text.value, f"{code} {label.bg}", spans=text.spans
            )

    def area(self, text: Text, name: str) -> int | None:
        """Return the number of the DigComp area that a text names; reports a wrong one."""
        number, title = values.area(text.value)
        areas = self.reference.areas
        if number is None:
            same = [n for n, label in areas.items() if _likeness(title, label) >= SAME]
            number = same[0] if same else None
        if number is None or number not in areas:
            shown = "; ".join(f"{n}: {label.bg}" for n, label in areas.items())
            self.problems.add(
                "UnknownArea", text.spans[0].line, name, text.value, shown, spans=text.spans
            )
            return None
        if title and _likeness(title, areas[number]) < 70:
            best = max(_likeness(title, label) for label in areas.values())
            kind = "NameCodeMismatch" if best >= 85 else "VariantName"
            self.problems.add(
                kind, text.spans[0].line, name, text.value, f"{number}: {areas[number].bg}",
                spans=text.spans,
            )  # fmt: skip
            return number if kind == "VariantName" else None
        return number

    def note_unclosed(self, entry: Entry, *, last: bool) -> None:
        """Report the tags that a field leaves open; at the document's end that is an error."""
        blocks = self.open_tags.get(id(entry)) or self.blocks(entry)
        for tag, line in blocks.abandoned if last else (*blocks.abandoned, *blocks.unclosed):
            if tag in ("ul", "ol"):
                self.problems.add("MalformedMarkup", line, entry.field.value, f"<{tag}>")
        for tag, line in blocks.unclosed if last else ():
            self.problems.add("OpenList", line, entry.field.value, f"<{tag}>")


BAND_NAMES = ("Основно", "Средно", "Напреднало", "Високо специализирано")


def _likeness(title: str, label: Label) -> float:
    key = skeleton(title)
    return max(fuzz.ratio(key, skeleton(label.bg)), fuzz.ratio(key, skeleton(label.en)))


def _shown(code: str, names: object) -> str:
    assert isinstance(names, dict)
    label = names[code]
    return f"„{code} {label.bg}“"
