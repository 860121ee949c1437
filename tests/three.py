"""A release of three profiles: the shipped one, and two that stand in Turtle here to be compared.

Their levels can be read off the text below, so what is expected of a comparison is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from digigraph.names import Names
from digigraph.release import Release, write_release

FIRST, SECOND, THIRD = "p-37q68h4z", "p-7trader0", "p-9helper0"
"""The shipped profile, a trader, and a helper; their identifiers are in this order."""

SHIPPED = {
    "1-1": 6, "1-2": 6, "2-2": 6, "3-1": 6, "4-2": 5, "5-2": 5,
    "c-7961m7pd": 5, "c-g66mpmtj": 5, "c-gj8xfnjp": 6, "c-qayqf27g": 6,
}  # fmt: skip
"""What the shipped profile requires, as its document says."""
TRADER = {"1-1": 6, "1-2": 4, "2-1": 5, "5-2": 7}
HELPER = {"1-2": 2, "2-1": 3}

_OWN = {SECOND: (TRADER, "Търговец", "Trader", "52212001", "47"),
        THIRD: (HELPER, "Помощник", "Helper", "96290001", "47")}  # fmt: skip
RETIRED = "p-0retired"
"""A profile that was, and whose place the shipped one has taken."""

_STATEMENTS = {"KnowledgeStatement": 2, "SkillStatement": 1}
"""How many statements of each kind each requirement of the two has."""


def three_profiles(shipped: Release, into: Path) -> Release:
    """Write the release."""
    return write_release(
        into,
        _quads(shipped),
        version=shipped.version,
        issued=date(2026, 11, 23),
        base=shipped.base,
        inputs_digest="three",
    )


def _quads(shipped: Release) -> Iterator[ox.Quad]:
    with shipped.path("digigraph.nq").open("rb") as lines:
        yield from ox.parse(lines, format=ox.RdfFormat.N_QUADS)
    names = Names(shipped.base)
    prefixes = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in names.prefixes().items())
    for profile, told in _OWN.items():
        text = prefixes + _turtle(profile, *told)
        for found in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=shipped.base):
            graph = ox.NamedNode(names.graph("profiles"))
            yield ox.Quad(found.subject, found.predicate, found.object, graph)


def _turtle(profile: str, levels: dict[str, int], bg: str, en: str, code: str, kid: str) -> str:
    needs = ", ".join(f"<id/profile/{profile}/req/{name}>" for name in levels)
    text = f"""
    <id/profile/{profile}> a dgc:OccupationProfile ; dct:identifier "profile/{profile}" ;
        dct:title "{bg}"@bg, "{en}"@en ; skos:prefLabel "{bg}"@bg, "{en}"@en ;
        dct:modified "2026-11-23"^^xsd:date ; dgc:occupation <id/nkpd11/{code}> ;
        dgc:economicActivity <http://data.europa.eu/ux2/nace2/{kid}> ; dgc:hasRequirement {needs} .
    <id/nkpd11/{code}> a dgc:OccupationPosition ; skos:notation "{code}"^^dgc:NKPD2011 .
    <http://data.europa.eu/ux2/nace2/{kid}> skos:notation "{kid}"^^dgc:KID2008 .
    """
    text += f"""
    <id/profile/{RETIRED}> a skos:Concept ; owl:deprecated true ;
        dct:isReplacedBy <id/profile/{FIRST}> .
    """
    for place, (name, level) in enumerate(levels.items(), 1):
        this = f"id/profile/{profile}/req/{name}"
        disputed = profile == SECOND and name == "5-2"
        lowest = level - 1 if disputed else level
        text += f"""
        <{this}> a dgc:CompetenceRequirement ; dgc:requirementOf <id/profile/{profile}> ;
            dgc:requiresCompetence <id/digcomp21/{name}> ; dgc:position {place} ;
            dgc:requiredLevel <id/digcomp21/level-{level}> ;
            dgc:levelStatus dgc:{"Disputed" if disputed else "Agreed"} ;
            dgc:minLevelRank {lowest} ; dgc:maxLevelRank {level} .
        """
        for kind, many in _STATEMENTS.items():
            for number in range(many):
                statement = f"id/statement/s-{profile[2:5]}{name.replace('-', '')}{kind[0]}{number}"
                text += f"""
                <{this}> dgc:hasStatement <{statement}> .
                <{statement}> a dgc:Statement, dgc:{kind} ; dgc:position {number + 1} ;
                    rdfs:label "Твърдение {number}"@bg .
                """
    return text
