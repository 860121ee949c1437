"""The parts of a profile written as YAML, one by one, with the checks of the document reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from yaml import MappingNode, ScalarNode, SequenceNode

from digigraph.documents.competences import Described, check_area
from digigraph.documents.context import PLACEHOLDER, SAME, Context
from digigraph.documents.fields import STATEMENTS, Field, Section
from digigraph.documents.levels import level_name
from digigraph.documents.nodes import Path, Tree, cells_of
from digigraph.documents.occupation import check_title, sector_of
from digigraph.documents.overview import NAME, Listed, is_elsewhere
from digigraph.documents.schema import label
from digigraph.documents.sheet import Role
from digigraph.records import Kind, Level, LevelDescription, Sector, Span, Text, Title
from digigraph.text import skeleton, tidy

_SECTOR = re.compile(r"[A-U]|\d{2}(?:\.?\d{1,2})?")
_POSITION = re.compile(r"\d{8}")
_ROW_ONLY = {"kind", "overview"}


@dataclass
class Form:
    """One file being read: its tree, and what the checks need."""

    context: Context
    tree: Tree
    found: dict[Text, Path] = field(default_factory=dict)
    """Every text that was read, with its place."""

    @property
    def is_exported(self) -> bool:
        """Whether the file restates a document that is not itself."""
        return isinstance(self.tree.data, dict) and "source" in self.tree.data

    def count(self, *path: str | int) -> int:
        """Return how many items the list at a place has."""
        node = self.tree.nodes.get(path)
        return len(node.value) if isinstance(node, SequenceNode) else 0

    def word(self, *path: str | int) -> str:
        """Return the bare text of a scalar at a place, or ""."""
        node = self.tree.nodes.get(path)
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def text(self, path: Path, about: str = "") -> Text | None:
        """Return the text at a place with where it stands, or None where there is none."""
        if isinstance(self.tree.nodes.get(path), MappingNode):
            path = (*path, "text")
        value = tidy(self.word(*path))
        if not value or (self.word(*path) in ("~", "null") and not self._is_quoted(path)):
            return None
        place = path[:-1] if path[-1] == "text" else path
        alone = not isinstance(place[-1], int) or self.count(*place[:-1]) == 1
        if alone and PLACEHOLDER.fullmatch(value):
            self.context.problems.add("MissingField", self.tree.line(path), label(path), value)
            return None
        text = Text(value, self._spans(path))
        self.context.places += [(about, span) for span in text.spans]
        self.found[text] = path
        return text

    def _is_quoted(self, path: Path) -> bool:
        node = self.tree.nodes.get(path)
        return isinstance(node, ScalarNode) and bool(node.style)

    def _spans(self, path: Path) -> tuple[Span, ...]:
        node = self.tree.nodes[path]
        assert isinstance(node, ScalarNode), "only a scalar has a text"
        sheet = self.context.sheet
        cells = cells_of(sheet, node)
        for cell in cells:
            sheet.mark(cell, Role.VALUE)
        return tuple(sheet.span(cell) for cell in cells)

    def statements(self, path: Path, about: str) -> tuple[Text, ...]:
        """Return the statements of a list; reports two that seem to be run together."""
        found: list[Text] = []
        for number in range(self.count(*path)):
            place = f"{about}/{len(found) + 1}"
            text = self.text((*path, number), place)
            if text is None:
                continue
            found.append(text)
            if not self.is_exported and self.context.lexicon.run_on(text.value, least=1):
                self.context.problems.add(
                    "MergedBullets", text.spans[0].line, label(path), text.value[:80],
                    spans=text.spans, about=place,
                )  # fmt: skip
        return tuple(found)

    def sectors(self) -> tuple[Sector, ...]:
        """Return the economic activities."""
        found = []
        for number in range(self.count("sectors")):
            path: Path = ("sectors", number)
            code, name = self.word(*path, "code"), self.text((*path, "name"))
            if name is None or not _SECTOR.fullmatch(code):
                continue
            whole = self._whole(path, [(*path, "code")], name)
            sector = sector_of(
                self.context, code.replace(".", ""), name, whole, self.tree.line(path)
            )
            found += [sector] if sector else []
        return tuple(found)

    def titles(self, key: str) -> tuple[Title, ...]:
        """Return the titles of a list with the codes beside them."""
        field = Field.OCCUPATION if key == "occupations" else Field.ALTERNATIVES
        found = []
        for number in range(self.count(key)):
            path: Path = (key, number)
            places = [(*path, "codes", n) for n in range(self.count(*path, "codes"))]
            codes = tuple(self.word(*place) for place in places)
            name = self.text((*path, "name"))
            if name is None or not all(_POSITION.fullmatch(code) for code in codes):
                continue
            title = Title(name, codes, self._whole(path, places, name))
            if codes or field is Field.ALTERNATIVES:
                line = self.tree.line(path)
                check_title(self.context, field, title, line, need_code=False)
                found.append(title)
        return tuple(found)

    def _whole(self, path: Path, codes: list[Path], name: Text) -> Text:
        """Return codes and name as one text: as it was copied, or else put together."""
        copied = self.text((*path, "text"))
        if copied:
            return copied
        if self.is_exported:
            self.context.problems.add("MissingField", self.tree.line(path), label(path), "text:")
        spans = [span for place in codes for span in self._spans(place)]
        words = [self.word(*place) for place in codes]
        return Text(" ".join([*words, name.value]), tuple(sorted((*spans, *name.spans))))

    def other(self, row: Listed | None) -> str:
        """Return the section in which the level of a competence is missing."""
        if row is None:
            return NAME
        place = Section.III if row.kind is Kind.GENERAL else Section.IV
        return str(place.value)

    def requirement(self, number: int) -> tuple[Listed | None, Described | None]:
        """Return what the overview and the detailed part say of one competence."""
        path: Path = ("requirements", number)
        node, kind = self.tree.nodes.get(path), self.word(*path, "kind")
        if not isinstance(node, MappingNode) or kind not in list(Kind):
            return None, None
        keys = {key.value for key, _ in node.value if isinstance(key, ScalarNode)}
        row = self._listed((*path, "overview"), Kind(kind)) if "overview" in keys else None
        one = self._described(path, Kind(kind)) if keys - _ROW_ONLY else None
        if row and one and row.key != one.key and not _alike(row, one):
            self.context.problems.add(
                "NameCodeMismatch", row.line, NAME, row.name.value, one.name.value,
                spans=row.name.spans,
            )  # fmt: skip
        return row, one

    def _listed(self, path: Path, kind: Kind) -> Listed | None:
        name, area_text = self.text((*path, "competence")), self.text((*path, "area"))
        level_text = self.text((*path, "level"))
        line, context = self.tree.line(path), self.context
        level = context.level(level_text, NAME, line) if level_text else None
        number = context.area(area_text, NAME) if area_text else None
        if name is None:
            return None
        if kind is Kind.SPECIFIC:
            if area_text is None:
                context.problems.add("MissingField", line, NAME, f"{name.value}; area:")
            if number is None:
                return None
            return Listed(kind, skeleton(name.value), number, name, area_text, level, line)
        code = context.competence(name, NAME)
        if code is None:
            return None
        if area_text and is_elsewhere(context, code, number, area_text.value, name):
            return None
        return Listed(kind, code, int(code[0]), name, area_text, level, line)

    def _described(self, path: Path, kind: Kind) -> Described | None:
        context, general = self.context, kind is Kind.GENERAL
        naming = Field.COMPETENCE if general else Field.OWN_COMPETENCE
        name = self.text((*path, "competence"))
        key = None
        if name:
            key = context.competence(name, naming.value) if general else skeleton(name.value)
        about = key or (skeleton(name.value) if name else "")
        line = self.tree.line(path)
        area_text = self.text((*path, "area"), about)
        area = context.area(area_text, Field.AREA.value) if area_text else None
        if general and key and area_text:
            check_area(context, key, area, area_text)
        level_text = self.text((*path, "level"), about)
        field = Field.REQUIRED_LEVEL.value
        level = context.level(level_text, field, line) if level_text else None
        similar_text = None if general else self.text((*path, "similar"), about)
        similar = context.competence(similar_text, Field.SIMILAR.value) if similar_text else None
        shown = name.value if name else about
        levels = self._levels((*path, "levels"), kind, level, about, shown)
        statements = {
            one: self.statements((*path, one.name.lower()), f"{about}/{one.name.lower()}")
            for one in STATEMENTS
        }
        description = self.text((*path, "description"), about)
        if key is None or name is None:
            return None
        return Described(
            kind, key, name, area, area_text, description, level, similar, similar_text, levels,
            statements, line,
        )  # fmt: skip

    def _levels(
        self, path: Path, kind: Kind, level: Level | None, about: str, shown: str
    ) -> tuple[LevelDescription, ...]:
        found: dict[int, LevelDescription] = {}
        add, general = self.context.problems.add, kind is Kind.GENERAL
        for number in range(self.count(*path)):
            place = (*path, number)
            line, stated = self.tree.line(place), self.word(*place, "level")
            if stated not in ("1", "2", "3", "4", "5", "6", "7", "8"):
                continue
            rank = int(stated)
            name = Field.LEVEL_TEXT.value if general else level_name(rank)
            if general and level and rank != level.rank:
                add("BandLevelMismatch", line, name, stated, str(level.rank))
            if rank in found:
                add("LevelRepeated", line, name, stated, "1 – 8")
            where = f"{about}/level-{rank}"
            items = self.statements((*place, "items"), where)
            lead_in = self.text((*place, "lead_in"), where)
            if lead_in is None:
                add("MissingLeadIn", line, name, stated)
            found.setdefault(rank, LevelDescription(rank, lead_in, items))
        if not general and path in self.tree.nodes:
            for rank in sorted(set(range(1, 9)) - found.keys()):
                add("MissingField", self.tree.line(path), level_name(rank), f"{shown}; levels:")
        return tuple(found[rank] for rank in sorted(found))


def _alike(row: Listed, one: Described) -> bool:
    return row.kind is Kind.SPECIFIC and fuzz.ratio(row.key, one.key) >= SAME
