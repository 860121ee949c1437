"""Answers of different engines, made comparable: the same rows, in whatever order they came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from . import client

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(f"{XSD}{name}" for name in ("integer", "int", "long", "decimal", "double"))
PLACES = 6
"""Decimal places that numbers are compared to; engines round a mean differently."""


def comparable(query: str, body: bytes) -> Counter[Hashable]:
    """Return the rows or triples of a whole answer, each as often as it came.

    Numbers are compared as numbers, xsd:string counts as no datatype, and a graph is a set.
    """
    if client.accept(query) == client.GRAPH:
        triples = ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        return Counter({str(quad.triple) for quad in triples})
    found = json.loads(body)
    if "boolean" in found:
        return Counter([found["boolean"]])
    if found["head"].get("vars") == ["__ASK_RETVAL"]:  # how Virtuoso 7 says true or false
        return Counter([bool(found["results"]["bindings"])])
    return Counter(
        frozenset((name, _term(value)) for name, value in row.items())
        for row in found["results"]["bindings"]
    )


def differ(one: Counter[Hashable], other: Counter[Hashable]) -> str:
    """Return in a few words how two answers differ; empty if they do not."""
    if one == other:
        return ""
    missing, more = sum((one - other).values()), sum((other - one).values())
    return f"{one.total()} rows against {other.total()}: {missing} missing, {more} more"


def _term(value: Mapping[str, str]) -> Hashable:
    kind = "literal" if value["type"] == "typed-literal" else value["type"]
    datatype, text = value.get("datatype", ""), value["value"]
    if datatype in NUMBERS:
        try:
            return round(Decimal(text), PLACES).normalize()
        except InvalidOperation:
            return text
    if datatype == f"{XSD}string":
        datatype = ""
    return kind, text, datatype, value.get("xml:lang", "").lower()
