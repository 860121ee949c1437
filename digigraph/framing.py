"""Framed JSON: a document as one tree, which is JSON-LD too and says the same (H-03, H-06).

Whatever a thing points at stands in its place: in full where it is met first, by its name
wherever it has no more than that. What the tree does not reach follows under `@included`.
A thing with one code has it as `notation`, whatever authority gave it; that word and `level`,
`band`, `says`, `document`, `lines` and `quote` are for programs that read the tree, and the context
leaves them out; evidence has `document` because `source` means `dct:source` there. Words for a kind
or a status begin with a small letter. A profile has the fixed shape that most programs want: its
requirements with level, band, knowledge, skills, behaviours and examples side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from digigraph.document import Document
from digigraph.jsonld import Context, context_iri, published_context
from digigraph.quads import subjects
from digigraph.things import BRIEF

Node = dict[str, Any]

LISTS = {
    "KnowledgeStatement": "knowledge",
    "SkillStatement": "skills",
    "BehaviourIndicator": "behaviours",
    "UseExample": "examples",
}
"""Class of a statement -> the list that it stands in."""

_NAMES = ("prefLabel", "title")
"""What a thing has once in each language; in a tree each is one text."""

_WORDS = ("kind", "levelStatus")
"""What has a value that the context also knows by a word in small letters."""

_PROFILE = "OccupationProfile"
_LINES = re.compile(r"/L(\d+(?:-\d+)?)/")


def frame(document: Document, lines: list[bytes], base: str) -> bytes:
    """Return a document as a tree with its subject at the root.

    `lines` are its sorted N-Triples, with whatever is to be said besides of the document itself.
    """
    told = {"@context": context_iri(base), **tree(document, lines, base)}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def tree(document: Document, lines: list[bytes], base: str) -> Node:
    """Return the tree of a document, without its context."""
    context = published_context(base)
    nodes = {subject[0]: context.node(subject) for subject in subjects(lines)}
    growing = _Tree(context, nodes)
    root = growing.whole(document.iri)
    if _PROFILE in root.get("type", ()):
        root = _profile(root)
    if rest := [growing.whole(iri) for iri in sorted(nodes) if iri not in growing.told]:
        root["@included"] = rest
    return root


def summary(document: Document, lines: list[bytes], base: str) -> Node:
    """Return what a list says of a thing: its tree as far as the document goes, nothing besides.

    A profile has the names of its fixed shape; its requirements are in its own document alone.
    """
    context = published_context(base)
    nodes = {subject[0]: context.node(subject) for subject in subjects(lines)}
    root = _Tree(context, nodes).whole(document.iri)
    if _PROFILE not in root.get("type", ()):
        return root
    shaped = _profile(root)
    return {name: shaped[name] for name in shaped if name not in ("requirements", "rdf:type")}


class _Tree:
    """Nodes on their way into a tree: each in full once."""

    def __init__(self, context: Context, nodes: Mapping[str, Node]) -> None:
        self._links = {
            name
            for name, told in context.source.items()
            if isinstance(told, dict) and told.get("@type") == "@id"
        }
        self._codes = [
            name
            for name, told in context.source.items()
            if isinstance(told, dict) and told.get("@id") == "skos:notation"
        ]
        self._nodes = nodes
        self._brief = {"id", "type"} | {
            name
            for name, told in context.source.items()
            if isinstance(told, dict) and told.get("@id") in BRIEF
        }
        self.told: set[str] = set()

    def whole(self, iri: str) -> Node:
        """Return a node with all that it says, and its neighbours in it."""
        self.told.add(iri)
        node = self._nodes.get(iri, {"id": iri})
        codes = {code for name in self._codes for code in node.get(name, ())}
        first = {"id": iri, **({"notation": min(codes)} if len(codes) == 1 else {})}
        return first | {name: self._shaped(name, value) for name, value in node.items()}

    def _shaped(self, name: str, value: Any) -> Any:
        if name in self._links:
            return self._linked(value)
        if name in _WORDS:
            return _lower_first(value)
        return _one_each(value) if name in _NAMES else value

    def _linked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._linked(one) for one in value]
        iri: str = value
        known = self._nodes.get(iri)
        if known is None or (iri in self.told and not known.keys() <= self._brief):
            return {"id": iri}
        return self.whole(iri)


def _profile(root: Node) -> Node:
    """Return a profile in its fixed shape: the names that programs look for come first."""
    requirements = sorted(root.pop("hasRequirement", []), key=_position)
    occupations = root.pop("occupation", [])
    return {
        "id": root.pop("id"),
        "type": _PROFILE,
        "title": root.pop("title", {}),
        "occupation": occupations[0] if len(occupations) == 1 else occupations,
        "economicActivity": root.pop("economicActivity", []),
        "requirements": [_requirement(dict(one)) for one in requirements],
        "rdf:type": [{"id": word} for word in root.pop("type") if word != _PROFILE],
        **root,
    }


def _requirement(node: Node) -> Node:
    """Return a requirement in its fixed shape; what the data does not say is null."""
    level = node.get("requiredLevel", {})
    shaped: Node = {
        "id": node.pop("id"),
        "competence": node.pop("requiresCompetence", {}),
        "level": level.get("rank"),
        "band": level.get("inBand", {}).get("id", "").rpartition("/band-")[2] or None,
        "levelStatus": node.pop("levelStatus", None),
        "minLevel": node.pop("minLevelRank", None),
        "maxLevel": node.pop("maxLevelRank", None),
        **{name: [] for name in LISTS.values()},
    }
    others = []
    for statement in sorted(node.pop("hasStatement", []), key=_position):
        kind = next((LISTS[name] for name in statement.get("type", ()) if name in LISTS), None)
        if kind is None:
            others.append(statement)
            continue
        text = _one_each(statement.pop("label", {}))
        shaped[kind].append({"id": statement.pop("id"), "text": text, **statement})
    shaped["evidence"] = [_assertion(one) for one in node.pop("hasLevelAssertion", [])]
    return {**shaped, **({"hasStatement": others} if others else {}), **node}


def _position(node: Node) -> tuple[int, str]:
    return int(node.get("position", 0)), str(node["id"])


def _assertion(node: Node) -> Node:
    spans = node.get("wasDerivedFrom", [])
    quotes = [
        text
        for span in spans
        for one in span.get("hasSelector", [])
        for text in one.get("exact", ())
    ]
    cited = [_LINES.search(span["id"] + "/") for span in spans]
    sources = [one["id"] for span in spans for one in span.get("hasSource", [])]
    return {
        "id": node.pop("id"),
        "document": next((iri.rpartition("/")[2] for iri in sources), ""),
        "lines": ", ".join(found[1] for found in cited if found),
        "quote": " … ".join(quotes),
        "says": node.get("assertedLevel", {}).get("rank"),
        **node,
    }


def _one_each(by_language: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return texts by language, each as itself where it is the only one."""
    return {lang: texts[0] if len(texts) == 1 else texts for lang, texts in by_language.items()}


def _lower_first(word: str) -> str:
    return word[:1].lower() + word[1:]
