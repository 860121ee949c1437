"""Namespaces and URI policy: the only module that knows what a URI of ours looks like (U-03).

IRIs are built from one configured base and nothing else: never from a host header (U-02).
A code that an authority has frozen stands in the IRI; what we name ourselves has an opaque id.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from digigraph.resources import AUTHORED_BASE

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base-32 digits without i, l, o and u, which readers confuse (Crockford)."""

TEXTS = "sources"
"""The folder of a release that has the text of each document."""

BANDS = ("foundation", "intermediate", "advanced", "highly-specialised")

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "esco": "http://data.europa.eu/esco/model#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "ldqd": "http://www.w3.org/2016/05/ldqd#",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes of every document we write; `dgc` is added for the configured base."""

VOID, EXAMPLES = ".well-known/void", ".well-known/sparql-examples"
"""The graphs in which the dataset describes itself (S-08, S-09)."""

ESCO_ISCO = "http://data.europa.eu/esco/isco/C"
NACE2 = "http://data.europa.eu/ux2/nace2/"


def short_hash(key: str, length: int) -> str:
    """Return `length` base-32 digits of the SHA-256 of `key` (V-04)."""
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest(), "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(digits)


@dataclass(frozen=True, slots=True)
class Names:
    """Every IRI that digigraph mints, under one base that ends with a slash."""

    base: str = AUTHORED_BASE

    def term(self, name: str) -> str:
        """Return the IRI of a vocabulary term."""
        return f"{self.base}def#{name}"

    def id(self, tail: str) -> str:
        """Return the IRI of a thing from its identifier."""
        return f"{self.base}id/{tail}"

    def graph(self, name: str) -> str:
        """Return the IRI of a named graph (S-04); two of them stand where RFC 8615 puts them.

        >>> Names().graph("profiles"), Names().graph(VOID)
        ('https://w3id.org/digigraph/graph/profiles', 'https://w3id.org/digigraph/.well-known/void')
        """
        return self.base + (name if name in (VOID, EXAMPLES) else f"graph/{name}")

    def tail(self, iri: str) -> str:
        """Return the identifier (`dct:identifier`) of one of our IRIs."""
        tail = iri.removeprefix(self.base)
        return tail.removeprefix("id/")

    def framework_competence(self, code: str) -> str:
        """Return the IRI of a DigComp 2.1 competence from its code, as "1.2"."""
        return self.id(f"digcomp21/{code.replace('.', '-')}")

    def area(self, number: int) -> str:
        """Return the IRI of a DigComp 2.1 area."""
        return self.id(f"digcomp21/area-{number}")

    def level(self, rank: int) -> str:
        """Return the IRI of a DigComp 2.1 proficiency level, 1 to 8."""
        return self.id(f"digcomp21/level-{rank}")

    def occupation(self, code: str) -> str:
        """Return the IRI of an NKPD-2011 position (eight digits) or group (one to four)."""
        return self.id(f"nkpd11/{code}")

    def expanded(self, compact: str) -> str:
        """Return the IRI of a prefixed name.

        >>> Names().expanded("skos:prefLabel")
        'http://www.w3.org/2004/02/skos/core#prefLabel'
        """
        prefix, _, local = compact.partition(":")
        return self.term(local) if prefix == "dgc" else PREFIXES[prefix] + local

    def prefixes(self) -> dict[str, str]:
        """Return prefix to namespace, `dgc` for our vocabulary among them."""
        return dict(_prefixes(self.base))


@lru_cache(maxsize=16)
def _prefixes(base: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**PREFIXES, "dgc": f"{base}def#"}.items()))
