"""What the styles and the lists of a Word file say of its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn

_DEEPEST = 40


class Styles:
    """What a paragraph's style says of it: whether it is a heading or an item of a list.

    `counted` has the levels of lists whose items are counted, by the number of the list.
    """

    def __init__(self, document: Any) -> None:
        """Read the styles and the lists of a document."""
        self.heading: set[str] = set()
        self.item: set[str] = set()
        self.lists: dict[str, tuple[str, str]] = {}
        self.counted = _counted(document)
        for style in document.styles.element.iter(qn("w:style")):
            chain = list(self._chain(document, style))
            name = style.get(qn("w:styleId"), "")
            names = " ".join(str(one.name_val or "").lower() for one in chain)
            if names.startswith(("heading", "title")) or " heading" in names:
                self.heading.add(name)
            settings = [one.find(f"{qn('w:pPr')}/{qn('w:numPr')}") for one in chain]
            lists = [_list_of(one) for one in settings if one is not None]
            if lists:
                self.lists[name] = lists[0]
                if name not in self.heading:
                    self.item.add(name)

    def _chain(self, document: Any, style: Any) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            yield style
            based = style.find(qn("w:basedOn"))
            if based is None:
                return
            wanted = based.get(qn("w:val"))
            following = [
                s for s in document.styles.element.iter(qn("w:style"))
                if s.get(qn("w:styleId")) == wanted
            ]  # fmt: skip
            if not following:
                return
            style = following[0]

    def list_of(self, paragraph: Any) -> tuple[str, str] | None:
        """Return the number of the list that a paragraph stands in, and its level there."""
        settings = paragraph.find(qn("w:pPr"))
        if settings is None:
            return None
        numbered = settings.find(qn("w:numPr"))
        if numbered is not None and numbered.find(qn("w:numId")) is not None:
            return _list_of(numbered)
        return self.lists.get(_value(settings, "pStyle", ""))


def _list_of(numbered: Any) -> tuple[str, str]:
    """Return the number of a list and the level in it that a `w:numPr` names."""
    number, level = (numbered.find(qn(f"w:{name}")) for name in ("numId", "ilvl"))
    return (
        number.get(qn("w:val"), "0") if number is not None else "0",
        level.get(qn("w:val"), "0") if level is not None else "0",
    )


def _counted(document: Any) -> set[tuple[str, str]]:
    """Return the lists and levels that show numbers or letters and no bullets."""
    part = next(
        (one.target_part for one in document.part.rels.values() if one.reltype == RT.NUMBERING),
        None,
    )
    root = part.element if part is not None else []
    levels = {
        (one.get(qn("w:abstractNumId")), level.get(qn("w:ilvl"), "0"))
        for one in root if one.tag == qn("w:abstractNum")
        for level in one.iter(qn("w:lvl"))
        if _value(level, "numFmt", "decimal") not in ("bullet", "none")
        and re.search(r"%\d", _value(level, "lvlText", ""))
    }  # fmt: skip
    return {
        (one.get(qn("w:numId")), level)
        for one in root if one.tag == qn("w:num")
        for abstract, level in levels if abstract == _value(one, "abstractNumId", "")
    }  # fmt: skip


def _value(element: Any, name: str, default: str) -> str:
    child = element.find(qn(f"w:{name}"))
    return str(child.get(qn("w:val"), default)) if child is not None else default
