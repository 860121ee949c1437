"""Things by the codes that people have in hand, and by their identifiers (U-04)."""

from __future__ import annotations

import re
from itertools import product

import pyoxigraph as ox

from digigraph.things import Things

SCHEMES = ("skos:inScheme", "rdfs:isDefinedBy")
"""What leads to the scheme of a thing; things of others have the second alone."""

_TYPES = {"nkpd11": "NKPD2011", "kid08": "KID2008"}
"""Word for a classification -> datatype of its codes."""

_CODED = {"digcomp21": "digcomp21", "nkpd11": "nkpd11", "competences": "competence"}
"""Scheme -> kind of what has a code that its IRI ends with."""

_KINDS = ("profile", "competence", "source", "statement", "quality", "digcomp21", "nkpd11")

_SEPARATORS = re.compile(r"(?<=\d)[\s-](?=\d{4}\Z)")
"""What people put between the two halves of an NKPD code: "3339-3020"."""

_AT_LEVEL = re.compile(r"-(\d)\Z")
"""How the code of a competence at a level ends: "c-gj8xfnjp-1"."""


def with_code(things: Things, code: str, scheme: str = "") -> list[str]:
    """Return the IRIs of the things that carry a notation, in a scheme if one is named.

    A scheme is named by its IRI or by the last part of it, as "nkpd11" and "isco"; that of codes
    with a datatype also by the datatype or its word, as "kid08".
    """
    names, found = things.names, set()
    wanted = {scheme, names.id(scheme)}
    types = [("", None), *((word, ox.NamedNode(names.term(name))) for word, name in _TYPES.items())]
    for written, (word, datatype) in product({code, _SEPARATORS.sub("", code)}, types):
        typed = datatype and wanted & {word, datatype.value, _TYPES[word]}
        for iri in things.bearing("skos:notation", ox.Literal(written, datatype=datatype)):
            if not scheme or typed or wanted & _schemes(things, iri):
                found.add(iri)
    return sorted(found)


def with_former_code(things: Things, code: str, scheme: str = "") -> list[str]:
    """Return the IRIs of the things that had a code while they were published (V-05).

    What is kept of them has no notation; the code follows from the IRI.
    """
    tail = _AT_LEVEL.sub(r"/level-\1", code.replace(".", "-"))
    asked = {scheme, things.names.id(scheme)}
    iris = [
        things.names.id(f"{kind}/{tail}")
        for name, kind in _CODED.items()
        if not scheme or {name, things.names.id(name)} & asked
    ]
    return [iri for iri in iris if things.is_retired(iri)]


def with_identifier(things: Things, identifier: str) -> list[str]:
    """Return the IRIs of the things that have an identifier, or its last part."""
    tails = (identifier, *(f"{kind}/{identifier}" for kind in _KINDS))
    iris = (things.names.id(tail) for tail in tails)
    return [iri for iri in iris if things.knows(iri)]


def _schemes(things: Things, iri: str) -> set[str]:
    """Return the schemes of a thing: their IRIs, and of those of others also the last parts."""
    leading = {things.names.expanded(name) for name in SCHEMES}
    said = things.said_of(iri)
    iris = {
        triple.object.value
        for triple in said
        if triple.predicate.value in leading and isinstance(triple.object, ox.NamedNode)
    }
    return iris | {one.rpartition("/")[2] for one in iris if not one.startswith(things.names.base)}
