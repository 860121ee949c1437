"""The concepts of others that a catalogue speaks in: EU authority tables, ADMS, IANA (C-02).

One row for each that is used, with its class and its name in both languages; a catalogue repeats
them, so that it can be read and checked without another fetch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.description import LICENCE
from digigraph.stating import both, concept, facts, node, term

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
THEMES = f"{EU}data-theme"


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of an authority: where it stands, what class DCAT-AP wants of it, its names."""

    iri: str
    kind: str
    bg: str
    en: str

    @property
    def scheme(self) -> str:
        """Return the IRI of the table that it is in."""
        return self.iri.rpartition("/")[0]


def _row(tail: str, kind: str, bg: str, en: str) -> Concept:
    return Concept(EU + tail, kind, bg, en)


BULGARIAN = _row("language/BUL", "dct:LinguisticSystem", "български", "Bulgarian")
ENGLISH = _row("language/ENG", "dct:LinguisticSystem", "английски", "English")
BULGARIA = _row("country/BGR", "dct:Location", "България", "Bulgaria")
PUBLIC = _row("access-right/PUBLIC", "dct:RightsStatement", "публичен", "public")
IRREGULAR = _row("frequency/IRREG", "dct:Frequency", "нередовно", "irregular")
STABLE = _row("planned-availability/STABLE", "skos:Concept", "стабилна", "stable")
EDUCATION = _row(
    "data-theme/EDUC", "skos:Concept",
    "Образование, култура и спорт", "Education, culture and sport",
)  # fmt: skip
SOCIETY = _row("data-theme/SOCI", "skos:Concept", "Население и общество", "Population and society")

FILE_TYPES = {
    extension: _row(f"file-type/{code}", "dct:MediaTypeOrExtent", name, name)
    for extension, code, name in (
        ("csv", "CSV", "CSV"),
        ("json", "JSON", "JSON"),
        ("md", "TXT", "TXT"),
        ("jsonld", "JSON_LD", "JSON-LD"),
        ("nq", "RDF_N_QUADS", "N-Quads"),
        ("nt", "RDF_N_TRIPLES", "N-Triples"),
        ("rdf", "RDF_XML", "RDF/XML"),
        ("trig", "RDF_TRIG", "TriG"),
        ("tsv", "TSV", "TSV"),
        ("ttl", "RDF_TURTLE", "Turtle"),
    )
}
"""File extension -> the file type; an extension that is not here has none that we know."""

ATTRIBUTION = "http://purl.org/adms/licencetype/Attribution"
LICENCE_TYPES = "http://purl.org/adms/licencetype/1.0"
LICENCE_CODE = f"{EU}licence/CC_BY_4_0"

USED = (
    BULGARIAN, ENGLISH, BULGARIA, PUBLIC, IRREGULAR, STABLE, EDUCATION, SOCIETY,
    *FILE_TYPES.values(),
)  # fmt: skip


def repeated() -> Iterator[ox.Triple]:
    """Yield what the concepts and the licence are called, and where they belong."""
    titles = both("Теми на данните", "Data themes")
    yield from facts(node(THEMES), ("rdf:type", term("skos:ConceptScheme")), ("dct:title", *titles))
    for one in USED:
        yield from concept(node(one.iri), one.bg, one.en, one.scheme)
        yield from facts(node(one.iri), ("rdf:type", term(one.kind)))
    yield from facts(
        node(LICENCE),
        ("rdf:type", term("dct:LicenseDocument")),
        ("dct:title", *both("CC BY 4.0", "CC BY 4.0")),
        ("dct:type", node(ATTRIBUTION)),
        ("skos:exactMatch", node(LICENCE_CODE)),
    )
    algorithm = term("spdx:checksumAlgorithm_sha256")
    yield from facts(algorithm, ("rdf:type", term("spdx:ChecksumAlgorithm")))
    yield from concept(node(ATTRIBUTION), "признание", "attribution", LICENCE_TYPES)
