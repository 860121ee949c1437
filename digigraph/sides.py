"""One release as a side of a comparison: its sorted triples, and look-ups in its index.

Here stands too what of a release is told, and what follows from other things and is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.names import EXAMPLES, VOID, Names

if TYPE_CHECKING:
    from digigraph.release import Release

QUIET = (
    "dct:modified", "dct:identifier", "dct:issued", "prov:wasDerivedFrom", "dct:isPartOf",
    "dct:source", "dct:replaces", "dgc:hasEvidence", "dqv:hasQualityAnnotation",
    "dqv:hasQualityMeasurement", "dgc:requires", "dgc:requiresAtLeast", "dgc:requiredDescriptor",
    "dgc:hasRequirement", "dgc:hasLevelAssertion", "dgc:hasStatement", "dgc:hasDuty",
    "dgc:hasDescriptorItem", "dgc:hasVariantItem", "skos:narrower", "skos:hasTopConcept",
    "skos:hiddenLabel", "sssom:mappings", "dgc:minLevelRank", "dgc:maxLevelRank", "dgc:position",
    "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch",
    "skos:relatedMatch",
)  # fmt: skip
"""Properties that follow from others, and mean nothing when they change alone."""

SOURCES = ("dgc:SourceSpan", "dgc:Evidence", "dgc:AccountedLine", "oa:TextQuoteSelector",
            "oa:FragmentSelector", "oa:TextualBody", "spdx:Checksum", "dct:ProvenanceStatement",
            "dqv:QualityMeasurement")  # fmt: skip
LABELS = ("skos:prefLabel", "skos:altLabel", "dct:title", "rdfs:label")
TEXTS = ("dct:description", "skos:definition", "skos:scopeNote", "dgc:leadIn", "rdfs:comment")
OF_THE_RELEASE = ("catalog/", "release/", "graph/", VOID, f"{EXAMPLES}#")
"""What describes the dataset as a whole; that it changes is no news of a thing in it."""

TERMS = ("def#", "shapes#")

Value = ox.NamedNode | ox.Literal

Said = dict[str, list[Value]]
"""Property -> values."""


class Side:
    """One release of the two: its sorted triples, and look-ups in its index."""

    def __init__(self, version: str, base: str, ntriples: Path, store: Path) -> None:
        """Open the index; the sorted triples are not read yet."""
        self.version, self.names, self.ntriples = version, Names(base), ntriples
        self._store = ox.Store.read_only(str(store))

    def values(self, iri: str, name: str) -> list[str]:
        """Return the values of a property, as text, in order."""
        return sorted(term.value for term in self._objects(iri, name))

    def value(self, iri: str, name: str) -> str:
        """Return the one value of a property, or ""."""
        return next(iter(self.values(iri, name)), "")

    def knows(self, iri: str) -> bool:
        """Tell whether anything is said about a thing."""
        return any(self._match(iri, None))

    def label(self, iri: str) -> dict[str, str]:
        """Return what a thing is called, by language."""
        for name in ("skos:prefLabel", "dct:title", "rdfs:label"):
            found = {
                value.language: value.value
                for value in self._objects(iri, name)
                if isinstance(value, ox.Literal) and value.language
            }
            if found:
                return dict(sorted(found.items()))
        return {}

    def has(self, iri: str) -> bool:
        """Tell whether a thing is there, and not only kept for those who link to it."""
        return self.knows(iri) and self.value(iri, "owl:deprecated") != "true"

    def pointing(self, iri: str, name: str) -> list[str]:
        """Return what has a property with this value, in order."""
        node, named = ox.NamedNode(iri), ox.NamedNode(self.names.expanded(name))
        found = self._store.quads_for_pattern(None, named, node, ox.DefaultGraph())
        return sorted(q.subject.value for q in found if isinstance(q.subject, ox.NamedNode))

    def _objects(self, iri: str, name: str) -> list[Value]:
        found = self._match(iri, self.names.expanded(name))
        return [q.object for q in found if isinstance(q.object, (ox.NamedNode, ox.Literal))]

    def _match(self, iri: str, name: str | None) -> Iterator[ox.Quad]:
        predicate = ox.NamedNode(name) if name else None
        return self._store.quads_for_pattern(ox.NamedNode(iri), predicate, None, ox.DefaultGraph())


def side_of(release: Release) -> Side:
    """Return a release as one side of a comparison."""
    return Side(release.version, release.base, release.path("digigraph.nt"), release.store)


def by_subject(lines: Iterable[bytes]) -> dict[str, Said]:
    """Return what lines of N-Triples say of each subject."""
    found: dict[str, Said] = {}
    for triple in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES):
        assert isinstance(triple.subject, ox.NamedNode), "published data has no others"
        assert isinstance(triple.object, (ox.NamedNode, ox.Literal)), "published data has no others"
        said = found.setdefault(triple.subject.value, {})
        said.setdefault(triple.predicate.value, []).append(triple.object)
    return found


def same_shape(one: str, other: str) -> bool:
    """Tell whether two IRIs name things of one kind: as deep, in the same folder."""
    return (
        one.count("/") == other.count("/")
        and one.rpartition("/")[0].rpartition("/")[2]
        == (other.rpartition("/")[0].rpartition("/")[2])
    )
