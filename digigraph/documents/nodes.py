"""YAML -> a tree of plain values in which every place leads back to its lines.

What is written is what is read: no aliases, tags or second documents, no key twice, and no word
that another program would take for a number, a date or a truth value (`no`, `1.2`) without its
quotation marks.  JSON is YAML, and is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from digigraph.documents.problems import Problems
from digigraph.documents.sheet import Cell, Sheet

DEEPEST = 12
"""Levels of nesting; a profile has eight."""
MOST = 200_000
"""Parts of a file; an exported profile has about ten thousand."""

Path = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+")
"""What YAML 1.2 and JSON take for a number and YAML 1.1 does not."""
_BREAK = re.compile("[\x85\u2028\u2029]")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#")
_LAYOUT = re.compile(r"[\s\-:,\[\]{}|>+\d?\"'.]*|%YAML[ \t].*")


@dataclass
class Tree:
    """The values of a file, and the node of each of them; of a key it is the node of its value."""

    data: Any = None
    nodes: dict[Path, yaml.Node] = field(default_factory=dict)
    keys: dict[Path, yaml.ScalarNode] = field(default_factory=dict)
    repeated: list[yaml.Node] = field(default_factory=list)
    """The keys that a mapping had already, and their values; nobody reads them."""

    def scalars(self) -> Iterator[yaml.ScalarNode]:
        """Yield every scalar of the file, keys too."""
        for read in (*self.keys.values(), *self.nodes.values()):
            if isinstance(read, yaml.ScalarNode):
                yield read
        left = list(self.repeated)
        while left:
            node = left.pop()
            if isinstance(node, yaml.ScalarNode):
                yield node
            elif isinstance(node, yaml.MappingNode):
                left += [one for pair in node.value for one in pair]
            else:
                left += node.value

    def line(self, path: Path) -> int:
        """Return the line of a place, or of the nearest one around it that is there."""
        while path not in self.nodes and path:
            path = path[:-1]
        key = self.keys.get(path)
        node = key or self.nodes.get(path)
        return node.start_mark.line + 1 if node else 1


def parsed(text: str, problems: Problems) -> Tree | None:
    """Return the tree of a text, or None where it is no YAML that is read; problems say why."""
    found = _BREAK.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        problems.add("NotYaml", line, "", f"U+{ord(found.group()):04X}", "U+000A")
        return None
    try:
        if not _is_plain(text, problems):
            return None
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = str(getattr(error, "problem", "") or error).split("\n")[0]
        problems.add("NotYaml", mark.line + 1 if mark else 1, "", said, "YAML 1.2")
        return None
    tree = Tree()
    tree.data = _value(tree, root, (), problems) if root else None
    return tree


def _is_plain(text: str, problems: Problems) -> bool:
    """Whether nothing stands in a file but mappings, lists and texts, no deeper than a profile."""
    before = len(problems.kept)
    depth = documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent):
            problems.add("NotAllowed", line, "", f"*{anchor}", _WRITTEN_OUT)
        elif anchor:
            problems.add("NotAllowed", line, "", f"&{anchor}", _WRITTEN_OUT)
        elif tag:
            problems.add("NotAllowed", line, "", str(tag), _NO_TAG)
        elif isinstance(event, yaml.DocumentStartEvent) and documents == 2:
            problems.add("NotAllowed", line, "", "---", _ONE)
        if depth > DEEPEST or number > MOST:
            problems.add("NotAllowed", line, "", "…", _SMALLER)
            return False
    return len(problems.kept) == before


_WRITTEN_OUT = "самата стойност / the value itself"
_NO_TAG = "стойност без етикет / a value without a tag"
_ONE = "един профил във файл / one profile in a file"
_SMALLER = (
    f"до {DEEPEST} нива и {MOST} части / at most {DEEPEST} levels of nesting and {MOST} parts"
)


def _value(tree: Tree, node: yaml.Node, path: Path, problems: Problems) -> Any:
    tree.nodes[path] = node
    if isinstance(node, yaml.MappingNode):
        return _mapping(tree, node, path, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_value(tree, one, (*path, n), problems) for n, one in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode), "there are three kinds of nodes"
    return _scalar(node, path, problems)


def _mapping(tree: Tree, node: yaml.MappingNode, path: Path, problems: Problems) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            problems.add("WrongShape", line, "", "[…]", "ключ / a key")
        elif key.value in found:
            place = "/".join(map(str, path)) or "$"
            problems.add("RepeatedField", line, key.value, place)
            tree.repeated += [key, value]
        else:
            tree.keys[*path, key.value] = key
            found[key.value] = _value(tree, value, (*path, key.value), problems)
    return found


def _scalar(node: yaml.ScalarNode, path: Path, problems: Problems) -> str | int | None:
    """Return a text, a whole number, or None; reports what another program would read as else."""
    value: str = node.value
    if node.style:
        return value
    if node.tag == f"{_TAG}null":
        return None
    if node.tag == f"{_TAG}int" and _NUMBER.fullmatch(value):
        return int(value)
    if node.tag != f"{_TAG}str" or _NUMBER_ELSEWHERE.fullmatch(value):
        name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        problems.add("QuotesNeeded", node.start_mark.line + 1, name, value, f'"{value}"')
    return value


def cells_of(sheet: Sheet, node: yaml.ScalarNode) -> list[Cell]:
    """Return where the text of a scalar stands: one cell a line, quotation marks left out."""
    start, end = node.start_mark, node.end_mark
    if node.style in ("|", ">"):
        last = end.line + (end.column > 0)
        rows = [Cell(n + 1, 0, len(sheet.lines[n])) for n in range(start.line + 1, last)]
    else:
        quoted = 1 if node.style else 0
        rows = []
        for n in range(start.line, end.line + 1):
            first = start.column + quoted if n == start.line else 0
            stop = end.column - quoted if n == end.line else len(sheet.lines[n])
            rows.append(Cell(n + 1, first, stop))
    trimmed = (sheet.trimmed(cell) for cell in rows)
    return [cell for cell in trimmed if cell.end > cell.start]


def comments(sheet: Sheet) -> Iterator[Cell]:
    """Yield the comments among what nobody has accounted for yet."""
    for cell in sheet.left_over():
        line = sheet.lines[cell.line - 1]
        found = _COMMENT.search(line, cell.start, cell.end)
        if found:
            yield sheet.trimmed(Cell(cell.line, found.start(), len(line)))


def is_layout(text: str) -> bool:
    """Whether a stretch between the values holds nothing but signs of YAML."""
    return bool(_LAYOUT.fullmatch(text))
