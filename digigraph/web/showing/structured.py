"""The thing of a page as schema.org has it, for search engines (X-16)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

SCHEMA = "https://schema.org/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def structured(triples: Iterable[ox.Triple], first: str) -> str:
    """Return triples in the terms of schema.org as JSON-LD, one thing first."""
    nodes: dict[str, dict[str, Any]] = {first: {"@id": first}}
    for triple in sorted(triples, key=str):
        subject, value = triple.subject, triple.object
        if not isinstance(subject, ox.NamedNode):
            continue
        node = nodes.setdefault(subject.value, {"@id": subject.value})
        if triple.predicate.value == _TYPE and isinstance(value, ox.NamedNode):
            node["@type"] = value.value.removeprefix(SCHEMA)
        elif isinstance(value, (ox.NamedNode, ox.Literal)):
            name = triple.predicate.value.removeprefix(SCHEMA)
            node.setdefault(name, []).append(_value(value))
    told = {"@context": SCHEMA, "@graph": list(nodes.values())}
    return json.dumps(told, ensure_ascii=False)


def _value(value: ox.NamedNode | ox.Literal) -> Any:
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    if value.language:
        return {"@language": value.language, "@value": value.value}
    return value.value
