"""Small helpers with which descriptions are stated as triples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from digigraph.names import PREFIXES

DCAT_PREFIXES = {
    "dcatap": "http://data.europa.eu/r5r/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
"""Prefixes of the catalogue alone; the data does not use them."""
_NAMING = ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "vcard:fn")
_ALL = {**PREFIXES, **DCAT_PREFIXES}


def facts(subject: ox.NamedNode, *told: tuple[Any, ...]) -> Iterator[ox.Triple]:
    """Yield triples of a subject: each fact is a prefixed name and its values."""
    for name, *values in told:
        for value in values:
            yield ox.Triple(subject, term(name), value)


def with_names(
    said: Iterable[ox.Triple], brief: Callable[[str], Iterable[ox.Triple]]
) -> Iterator[ox.Triple]:
    """Yield triples, and what `brief` says of whatever they mention and do not name (H-07)."""
    whole = list(said)
    yield from whole
    naming = {term(name) for name in _NAMING}
    named = {triple.subject for triple in whole if triple.predicate in naming}
    for one in sorted({triple.object for triple in whole} - named, key=str):
        if isinstance(one, ox.NamedNode):
            yield from brief(one.value)


def concept(iri: ox.NamedNode, bg: str, en: str, scheme: str = "") -> Iterator[ox.Triple]:
    """Yield a concept with its names, and the scheme that it is in."""
    schemes = [node(scheme)] if scheme else []
    kind, names = ("rdf:type", term("skos:Concept")), ("skos:prefLabel", *both(bg, en))
    yield from facts(iri, kind, names, ("skos:inScheme", *schemes))


def node(iri: str) -> ox.NamedNode:
    """Return an IRI as a node."""
    return ox.NamedNode(iri)


def term(name: str) -> ox.NamedNode:
    """Return the node of a prefixed name."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode(_ALL[prefix] + local)


def in_language(language: str, words: str) -> ox.Literal:
    """Return a text in a language."""
    return ox.Literal(words, language=language)


def both(bg: str, en: str) -> tuple[ox.Literal, ox.Literal]:
    """Return a text in both languages."""
    return in_language("bg", bg), in_language("en", en)


def typed(value: str, datatype: str) -> ox.Literal:
    """Return a literal of an XSD datatype, as "date"."""
    return ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))
