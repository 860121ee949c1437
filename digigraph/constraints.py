"""The core constraints of SHACL as functions over what is said of a node (M-30).

A shape is compiled only if everything it says is known here; any other is left to pySHACL, so
that no constraint is ever passed over. A compiled constraint finds what pySHACL finds: where the
standard leaves room (order of values, well-formed literals), rdflib decides here as it does there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from digigraph.terms import Subject, Term, from_ox, to_ox

Values = Mapping[Term, None]
"""A set of terms that keeps its order."""
Said = Mapping[str, Values]
"""What is said of one node: its values by predicate."""


class Facts(Protocol):
    """What a constraint may ask about another node."""

    def is_a(self, node: Subject, name: str) -> bool:
        """Return whether a node is an instance of a class, or of a subclass of it."""


Check = Callable[[Values, Said, Facts], Iterable[Term | None]]
"""Returns the values that are wrong; None where no value is to blame."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint component of a shape, ready to be asked."""

    shape: URIRef
    source: URIRef
    check: Check


@dataclass(frozen=True, slots=True)
class Compiled:
    """The core constraints of a shape; `path` is empty where they are about the node itself."""

    path: str
    constraints: tuple[Constraint, ...]


SAID = frozenset({
    *(SH.name, SH.description, SH.message, SH.order, SH.severity, SH.group, SH.defaultValue),
    *(SH.targetClass, SH.property, SH.sparql, SH.path),
    *(RDF.type, RDFS.isDefinedBy, RDFS.label, RDFS.comment, RDFS.seeAlso, OWL.versionInfo),
})  # fmt: skip
"""What a shape says besides its core constraints."""


def compiled(published: Graph, shape: URIRef) -> Compiled | None:
    """Return the core constraints of a shape, or None if they are not all known here."""
    parameters: dict[Node, list[Node]] = {}
    for predicate, value in published.predicate_objects(shape):
        if predicate not in SAID:
            parameters.setdefault(predicate, []).append(value)
    paths = list(published.objects(shape, SH.path))
    nested = paths and published.value(shape, SH.property) is not None
    if nested or len(paths) > 1 or not all(isinstance(path, URIRef) for path in paths):
        return None
    found = []
    for predicate, values in parameters.items():
        build = _BUILDERS.get(predicate)
        about_values = predicate not in _OF_A_PATH or paths
        if build is None or not about_values:
            return None
        if len(values) > 1 and predicate not in _REPEATABLE:
            return None
        for value in values:
            check = build(value)
            if check is None:
                return None
            found.append(Constraint(shape, _component(predicate), check))
    return Compiled(str(paths[0]) if paths else "", tuple(found))


def _component(parameter: Node) -> URIRef:
    name = str(parameter).rpartition("#")[2]
    return SH[f"{name[0].upper()}{name[1:]}ConstraintComponent"]


def _integer(value: Node) -> int | None:
    if isinstance(value, Literal) and value.datatype == XSD.integer:
        return value.value if isinstance(value.value, int) else None
    return None


def _min_count(value: Node) -> Check | None:
    least = _integer(value)
    if least is None:
        return None
    return lambda values, said, facts: () if len(values) >= least else (None,)


def _max_count(value: Node) -> Check | None:
    most = _integer(value)
    if most is None:
        return None
    return lambda values, said, facts: () if len(values) <= most else (None,)


def _min_length(value: Node) -> Check | None:
    least = _integer(value)
    if least is None or least < 1:
        return None
    return lambda values, said, facts: [
        term for term in values if isinstance(term, ox.BlankNode) or len(term.value) < least
    ]


def _pattern(value: Node) -> Check | None:
    if not isinstance(value, Literal) or len(value) < 2:
        return None
    search = re.compile(str(value)).search
    return lambda values, said, facts: [
        term for term in values if isinstance(term, ox.BlankNode) or not search(term.value)
    ]


_KINDS: Mapping[Node, tuple[type, ...]] = {
    SH.IRI: (ox.NamedNode,),
    SH.Literal: (ox.Literal,),
    SH.BlankNode: (ox.BlankNode,),
    SH.BlankNodeOrIRI: (ox.BlankNode, ox.NamedNode),
    SH.BlankNodeOrLiteral: (ox.BlankNode, ox.Literal),
    SH.IRIOrLiteral: (ox.NamedNode, ox.Literal),
}


def _node_kind(value: Node) -> Check | None:
    kinds = _KINDS.get(value)
    if kinds is None:
        return None
    return lambda values, said, facts: [term for term in values if not isinstance(term, kinds)]


def _class(value: Node) -> Check | None:
    if not isinstance(value, URIRef):
        return None
    name = str(value)
    return lambda values, said, facts: [
        term for term in values if isinstance(term, ox.Literal) or not facts.is_a(term, name)
    ]


def _datatype(value: Node) -> Check | None:
    if not isinstance(value, URIRef) or value in (RDFS.Literal, RDFS.Datatype):
        return None
    wanted = str(value)
    return lambda values, said, facts: [
        term
        for term in values
        if not isinstance(term, ox.Literal)
        or term.datatype.value != wanted
        or not _well_formed(term.value, wanted)
    ]


_PYTHON_TYPES: Mapping[str, tuple[str, ...]] = {
    str(XSD.integer): ("int",),
    str(XSD.float): ("float",),
    str(XSD.decimal): ("Decimal",),
    str(XSD.boolean): ("bool",),
    str(XSD.date): ("date", "datetime"),
    str(XSD.time): ("time",),
    str(XSD.dateTime): ("datetime",),
}
"""What rdflib makes of a well-formed literal, for the datatypes of SPARQL."""


@lru_cache(maxsize=4096)
def _well_formed(lexical: str, datatype: str) -> bool:
    if datatype in (str(XSD.string), str(RDF.langString)):
        return True
    literal = Literal(lexical, datatype=URIRef(datatype), normalize=False)
    if literal.ill_typed is True:
        return False
    kinds = _PYTHON_TYPES.get(datatype)
    return kinds is None or type(literal.value).__name__ in kinds


def _unique_lang(value: Node) -> Check | None:
    if not isinstance(value, Literal) or value.value is not True:
        return None

    def check(values: Values, said: Said, facts: Facts) -> Iterable[None]:
        if len(values) < 2:
            return ()
        tags = [term.language for term in values if isinstance(term, ox.Literal)]
        counted = Counter(tag.lower() for tag in tags if tag)
        return (None,) if counted and max(counted.values()) > 1 else ()

    return check


def _bound(value: Node, *, least: bool) -> Check | None:
    number = _integer(value)
    if number is None:
        return None
    bound = Literal(number)

    def within(term: Term) -> bool:
        if not isinstance(term, ox.Literal):
            return False
        if term.datatype == _INTEGER and _well_formed(term.value, _INTEGER.value):
            return int(term.value) >= number if least else int(term.value) <= number
        return _ordered(term, bound, least=least)

    return lambda values, said, facts: [term for term in values if not within(term)]


_INTEGER = ox.NamedNode(str(XSD.integer))


def _ordered(term: ox.Literal, bound: Literal, *, least: bool) -> bool:
    """Return whether a literal that is no plain integer is within a bound, as rdflib orders."""
    literal = from_ox(term)
    assert isinstance(literal, Literal)
    if isinstance(literal.value, str):
        return False
    try:
        if literal.eq(bound):
            return True
        return (literal > bound) is least
    except (TypeError, NotImplementedError):
        return False


def _min_inclusive(value: Node) -> Check | None:
    return _bound(value, least=True)


def _max_inclusive(value: Node) -> Check | None:
    return _bound(value, least=False)


def _has_value(value: Node) -> Check | None:
    wanted = to_ox(value)
    return lambda values, said, facts: () if wanted in values else (None,)


def _equals(value: Node) -> Check | None:
    other = str(value)

    def check(values: Values, said: Said, facts: Facts) -> Iterable[Term]:
        others = said.get(other, {})
        return () if values == others else [*(values.keys() ^ others.keys())]

    return check


def _disjoint(value: Node) -> Check | None:
    other = str(value)
    return lambda values, said, facts: [term for term in values if term in said.get(other, ())]


def _less_than_or_equals(value: Node) -> Check | None:
    other = str(value)

    def check(values: Values, said: Said, facts: Facts) -> Iterable[Term]:
        others = [_comparable(term) for term in said.get(other, ())]
        return [term for term in values if not _none_above(_comparable(term), others)]

    return check


def _comparable(term: Term) -> str | Node:
    if isinstance(term, ox.NamedNode):
        return term.value
    literal = from_ox(term)
    plain = isinstance(literal, Literal) and isinstance(literal.value, str)
    return str(literal) if plain else literal


def _none_above(one: str | Node, others: Iterable[str | Node]) -> bool:
    try:
        return all((type(one) is str) is (type(o) is str) and one <= o for o in others)  # type: ignore[operator] # a blank node raises, and is no less
    except TypeError:
        return False


_BUILDERS: Mapping[Node, Callable[[Node], Check | None]] = {
    SH.minCount: _min_count,
    SH.maxCount: _max_count,
    SH.minLength: _min_length,
    SH.pattern: _pattern,
    SH.nodeKind: _node_kind,
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.uniqueLang: _unique_lang,
    SH.minInclusive: _min_inclusive,
    SH.maxInclusive: _max_inclusive,
    SH.hasValue: _has_value,
    SH.equals: _equals,
    SH.disjoint: _disjoint,
    SH.lessThanOrEquals: _less_than_or_equals,
}
_OF_A_PATH = {SH.minCount, SH.maxCount, SH.uniqueLang, SH.lessThanOrEquals}
_REPEATABLE = {SH["class"], SH.pattern, SH.hasValue, SH.equals, SH.disjoint, SH.lessThanOrEquals}
