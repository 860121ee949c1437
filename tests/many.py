"""A release of as many profiles as wanted, which holds what lists and pages read of them.

The classifications are the shipped ones. Each profile is of one sector and requires six general
competences and two of its own; names, codes and levels follow from its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from digigraph.names import Names
from digigraph.release import Release, write_release

SECTORS = ("47", "52", "55", "93")
CODES = tuple(
    f"{area}-{place}"
    for area, places in enumerate((3, 6, 4, 4, 4), 1)
    for place in range(1, places + 1)
)
"""The ends of the IRIs of the 21 competences."""
KEPT = ("framework", "classifications", "stubs", "vocabulary", "shapes")
"""The graphs of the shipped release that are taken over."""


def identifier(number: int) -> str:
    """Return the identifier of a profile."""
    return f"p-{number:08}"


def levels(number: int) -> dict[str, int]:
    """Return what a profile requires of the general competences."""
    chosen = sorted({(number * 5 + step * 4) % 21 for step in range(6)})
    return {CODES[place]: 1 + (number // 4 * 3 + place) % 8 for place in chosen}


def sector(number: int) -> str:
    """Return the sector of a profile."""
    return SECTORS[number % len(SECTORS)]


def many_profiles(shipped: Release, into: Path, count: int) -> Release:
    """Write the release."""
    return write_release(
        into,
        _quads(shipped, count),
        version=shipped.version,
        issued=date(2026, 11, 23),
        base=shipped.base,
        inputs_digest=f"many-{count}",
    )


def _quads(shipped: Release, count: int) -> Iterator[ox.Quad]:
    names = Names(shipped.base)
    kept = {ox.NamedNode(names.graph(name)) for name in KEPT}
    with shipped.path("digigraph.nq").open("rb") as lines:
        yield from (
            quad for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS) if quad.graph_name in kept
        )
    graph = ox.NamedNode(names.graph("profiles"))
    text = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in names.prefixes().items())
    text += "".join(_turtle(number) for number in range(count))
    for found in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=shipped.base):
        yield ox.Quad(found.subject, found.predicate, found.object, graph)


def _turtle(number: int) -> str:
    this = f"id/profile/{identifier(number)}"
    bg, en = f"Длъжност с поредно число {number:05}", f"Occupation with the number {number:05}"
    code = f"3339{number % 7 + 5001}"
    own = {f"c-{number:06}{n}": 1 + (number + n) % 8 for n in (1, 2)}
    needs = {f"digcomp21/{name}": level for name, level in levels(number).items()}
    needs |= {f"competence/{name}": level for name, level in own.items()}
    text = f"""
    <{this}> a dgc:OccupationProfile ; dct:identifier "profile/{identifier(number)}" ;
        dct:title "{bg}"@bg, "{en}"@en ; skos:prefLabel "{bg}"@bg, "{en}"@en ;
        dct:modified "2026-11-23"^^xsd:date ; dgc:occupation <id/nkpd11/{code}> ;
        dgc:economicActivity <http://data.europa.eu/ux2/nace2/{sector(number)}> .
    <id/nkpd11/{code}> a dgc:OccupationPosition ; skos:broader <id/nkpd11/3339> ;
        skos:notation "{code}"^^dgc:NKPD2011 .
    <http://data.europa.eu/ux2/nace2/{sector(number)}> skos:notation "{sector(number)}" .
    """
    for place, (need, level) in enumerate(needs.items(), 1):
        one = f"{this}/req/{need.rpartition('/')[2]}"
        text += f"""
        <{this}> dgc:hasRequirement <{one}> .
        <{one}> a dgc:CompetenceRequirement ; dgc:requirementOf <{this}> ;
            dgc:requiresCompetence <id/{need}> ; dgc:position {place} ;
            dgc:requiredLevel <id/digcomp21/level-{level}> ; dgc:levelStatus dgc:Agreed ;
            dgc:minLevelRank {level} ; dgc:maxLevelRank {level} .
        """
    for name in own:
        text += f"""
        <id/competence/{name}> a dgc:SpecificCompetence, dgc:Competence, skos:Concept ;
            dgc:area <id/digcomp21/area-1> ; skos:prefLabel "Своя {name}"@bg, "Own {name}"@en .
        """
    return text
