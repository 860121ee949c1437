"""The catalogue of a release in DCAT-AP 3.0.1: what there is, where, whose, under what terms.

What the release says of the dataset itself is repeated from its store, word for word; files come
from the manifest, services from the settings (C-01 to C-03). Names stand under the base, at
`{BASE}catalog#…` where they have no document of their own; only what a machine fetches has the
address of the service (U-01). It is served from here and not from the store, because there
`dcat:byteSize` would lose its datatype, xsd:nonNegativeInteger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from digigraph import authorities as eu
from digigraph.description import LICENCE, endpoint, has_void
from digigraph.distributions import distribution, file_node, is_dump, is_licensed
from digigraph.document import Document, Value
from digigraph.formats import N_QUADS, TRIG, Format
from digigraph.mentions import DCAT_AP, SKOS, mentioned, services
from digigraph.names import VOID, Names
from digigraph.pool import Limits
from digigraph.release import Release, ReleaseFile
from digigraph.stating import DCAT_PREFIXES, both, facts, in_language, node, term, typed, with_names
from digigraph.store import write_triples
from digigraph.things import Things
from digigraph.writers import lines_of, write_quads


@dataclass(frozen=True)
class Catalogue:
    """What a catalogue is made from; `contact` is an address for questions, if there is one.

    `older` are the releases before this one that are kept, oldest first.
    """

    release: Release
    things: Things
    service: str
    contact: str = ""
    older: Sequence[Release] = ()

    @property
    def dataset(self) -> str:
        """Return the IRI of the dataset."""
        return f"{self.release.base}catalog/digigraph"

    @cached_property
    def told(self) -> Document | None:
        """Return what the release says of the dataset."""
        return self.things.document(self.dataset)

    def said(self, name: str) -> list[Value]:
        """Return the values of a property of the dataset, as its release says them."""
        return self.told.values(name) if self.told else []

    def words(self, name: str, language: str) -> str:
        """Return the text of the dataset in a language; without one, the name of the dataset."""
        found = (v.value for v in self.said(name) if getattr(v, "language", "") == language)
        return next(found, "digigraph")

    def written(self, told: Format, limits: Limits | None = None) -> bytes:
        """Return the catalogue as RDF; with limits, the description of the endpoint too.

        Where a format has graphs, it stands in one that is named like the catalogue.
        """
        triples = list(self.triples())
        if limits:
            triples += endpoint(self.release, self.service, limits, brief=self.things.brief)
        if told in (TRIG, N_QUADS):
            graphs = {f"{self.release.base}catalog": lines_of(triples)}
            return write_quads(graphs, told, self.release.base)
        prefixes = {**Names(self.release.base).prefixes(), **DCAT_PREFIXES}
        return write_triples(triples, told, prefixes)

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the catalogue, with the names that the release has of what it mentions."""
        return with_names(self._told(), self.things.brief)

    def _told(self) -> Iterator[ox.Triple]:
        parts = {f"{self.release.base}{tail}": name for tail, name in self._parts()}
        yield from self._catalog(list(parts))
        yield from self._dataset(list(parts))
        for iri, name in parts.items():
            yield from self._part(iri, name)
        for kept in (*self.older, self.release):
            yield from self._version(kept)
        yield from services(self)
        for file in self._forms:
            yield from self._stated(self.release, file)
        yield from mentioned(self)

    def here(self, name: str) -> ox.NamedNode:
        """Return the IRI of what has no document but the catalogue."""
        return node(f"{self.release.base}catalog#{name}")

    @property
    def _forms(self) -> list[ReleaseFile]:
        """Return the files that are the dataset in some form; the texts of documents are not."""
        return [file for file in self.release.files if is_licensed(file.name)]

    def _parts(self) -> Iterator[tuple[str, str]]:
        """Yield the tails of what can be used without the dataset, each with its file."""
        for tail, name in (("def", "vocabulary.ttl"), ("shapes", "shapes.ttl")):
            if self.release.file(name):
                yield tail, name
        for file in self.release.files:
            if file.name.endswith(".sssom.tsv"):
                yield file.name.removesuffix(".sssom.tsv"), file.name

    def _catalog(self, parts: list[str]) -> Iterator[ox.Triple]:
        this, page = node(f"{self.release.base}catalog"), node(self.service)
        datasets = [
            self.dataset,
            *parts,
            *(self._of(kept).value for kept in (*self.older, self.release)),
        ]
        yield from facts(
            this,
            ("rdf:type", term("dcat:Catalog")),
            ("dct:title", *both("Каталог на digigraph", "Catalogue of digigraph")),
            ("dct:description", *both(
                "Наборите от данни, файловете и услугите на digigraph.",
                "The datasets, files and services of digigraph.",
            )),
            ("dcat:dataset", *map(node, datasets)),
            ("dcat:service", self.here("sparql"), self.here("http")),
            ("dcat:record", self.here("record")),
            ("dcat:themeTaxonomy", node(eu.THEMES)),
            ("foaf:homepage", page),
            *self._common(),
        )  # fmt: skip
        yield from facts(page, ("rdf:type", term("foaf:Document")))
        status = node(Names(self.release.base).term("Published"))
        yield from facts(
            self.here("record"),
            ("rdf:type", term("dcat:CatalogRecord")),
            ("dct:title", *both("Записът за digigraph", "The record of digigraph")),
            ("foaf:primaryTopic", node(self.dataset)),
            ("dct:conformsTo", node(DCAT_AP)),
            ("dct:language", node(eu.BULGARIAN.iri), node(eu.ENGLISH.iri)),
            ("adms:status", status),
            *self._dates(),
        )
        yield from facts(
            status,
            ("rdf:type", term("skos:Concept")),
            ("skos:prefLabel", *both("публикувано", "published")),
        )

    def _common(self) -> list[tuple[Any, ...]]:
        """Return what is the same of the catalogue, its datasets and its services."""
        return [
            *self._dates(),
            ("dct:publisher", self.agent),
            ("dct:license", node(LICENCE)),
            ("dct:language", node(eu.BULGARIAN.iri), node(eu.ENGLISH.iri)),
            ("dct:spatial", node(eu.BULGARIA.iri)),
        ]

    def _dates(self, release: Release | None = None) -> list[tuple[Any, ...]]:
        issued = typed((release or self.release).issued.isoformat(), "date")
        return [("dct:issued", issued), ("dct:modified", issued)]

    @property
    def agent(self) -> ox.NamedNode:
        """Return who publishes all of this."""
        return node(Names(self.release.base).id("agent/digigraph"))

    def resource(self) -> list[tuple[Any, ...]]:
        """Return what is the same of every dataset and service."""
        return [
            ("dcat:theme", *self.said("dcat:theme")),
            ("dcat:keyword", *self.said("dcat:keyword")),
            ("dcat:contactPoint", self.here("contact")),
            ("dct:accessRights", node(eu.PUBLIC.iri)),
        ]

    def _described(self, version: str) -> list[tuple[Any, ...]]:
        """Return what is the same of every dataset."""
        return [
            ("rdf:type", term("dcat:Dataset"), term("dcat:Resource")),
            *self.resource(),
            *(told for told in self._common() if told[0] not in ("dct:issued", "dct:modified")),
            ("dct:accrualPeriodicity", node(eu.IRREGULAR.iri)),
            ("dct:temporal", self.here("period")),
            ("dct:provenance", self.here("provenance")),
            ("dct:rights", self.here("rights")),
            ("dcat:landingPage", node(self.service)),
            ("dcat:version", ox.Literal(version)),
        ]

    def _dataset(self, parts: list[str]) -> Iterator[ox.Triple]:
        base = self.release.base
        void = [node(f"{self.service}dumps/{f.name}") for f in self.release.files if is_dump(f)]
        before = [self._of(kept) for kept in self.older]
        yield from facts(
            node(self.dataset),
            *self._described(self.release.version),
            *self._dates(),
            ("rdf:type", term("void:Dataset")),
            ("dct:title", *both(self.words("dct:title", "bg"), self.words("dct:title", "en"))),
            ("dct:description", *both(
                self.words("dct:description", "bg"), self.words("dct:description", "en")
            )),
            ("dct:identifier", ox.Literal("catalog/digigraph")),
            ("dct:conformsTo", *self.standards()),
            ("adms:versionNotes", *self.said("adms:versionNotes")),
            ("prov:wasGeneratedBy", *self.said("prov:wasGeneratedBy")),
            ("dct:hasPart", *map(node, parts)),
            ("dcat:hasVersion", *before, self._of(self.release)),
            ("dcat:previousVersion", *before[-1:]),
            ("dcat:distribution", *(file_node(self.release, f) for f in self._forms)),
            ("void:sparqlEndpoint", node(f"{self.service}sparql")),
            ("void:uriSpace", ox.Literal(f"{base}id/")),
            ("void:dataDump", *void),
            ("foaf:homepage", node(self.service)),
        )  # fmt: skip
        for build in self.said("prov:wasGeneratedBy"):
            yield from facts(node(build.value), ("rdf:type", term("prov:Activity")))
            yield from self.things.brief(build.value)
        if has_void(self.release):
            yield from facts(
                node(Names(base).graph(VOID)),
                ("rdf:type", term("void:DatasetDescription")),
                ("foaf:primaryTopic", node(self.dataset)),
            )

    def standards(self) -> list[ox.NamedNode]:
        """Return what the data keeps to."""
        own = [value for value in self.said("dct:conformsTo") if isinstance(value, ox.NamedNode)]
        return [*own, node(SKOS)]

    def _part(self, iri: str, name: str) -> Iterator[ox.Triple]:
        """Yield a dataset in its own right that is a part of this: vocabulary, shapes, mappings."""
        document = self.things.document(iri)
        file = self.release.file(name)
        if document is None or file is None:
            return
        titles = {lang: document.label(iri, lang)[0] for lang in ("bg", "en")}
        about = [v for v in document.values("dct:description") if isinstance(v, ox.Literal)]
        spoken = {v.language for v in about}
        about += [in_language(lang, text) for lang, text in titles.items() if lang not in spoken]
        versions = [
            *document.values("owl:versionInfo"),
            *document.values("sssom:mapping_set_version"),
        ]
        yield from facts(
            node(iri),
            *self._described(next((v.value for v in versions), self.release.version)),
            *self._dates(),
            ("dct:title", *(in_language(lang, text) for lang, text in titles.items())),
            ("dct:description", *about),
            ("dct:isPartOf", node(self.dataset)),
            ("dcat:distribution", file_node(self.release, file)),
        )

    def _of(self, release: Release) -> ox.NamedNode:
        return node(f"{self.release.base}catalog/release-{release.version.replace('.', '-')}")

    def _version(self, kept: Release) -> Iterator[ox.Triple]:
        """Yield a release, which stays where it is (V-02), with its dumps."""
        files = [file for file in kept.files if is_dump(file)]
        yield from facts(
            self._of(kept),
            *self._described(kept.version),
            *self._dates(kept),
            ("dct:title", *both(
                f"{self.words('dct:title', 'bg')}, издание {kept.version}",
                f"{self.words('dct:title', 'en')}, release {kept.version}",
            )),
            ("dct:description", *both(
                f"Издание {kept.version}, което остава непроменено.",
                f"Release {kept.version}, which stays as it is.",
            )),
            ("dcat:isVersionOf", node(self.dataset)),
            ("dcat:distribution", *(file_node(kept, file) for file in files)),
        )  # fmt: skip
        for file in files if kept is not self.release else ():
            yield from self._stated(kept, file)

    def _stated(self, release: Release, file: ReleaseFile) -> Iterator[ox.Triple]:
        rights, http = self.here("rights"), self.here("http")
        yield from distribution(release, file, self.service, rights, http, self.standards())

    @cached_property
    def since(self) -> str:
        """Return the day on which the first document was received, or that of the release."""
        days = [day for _, day in self.things.each("dct:dateAccepted")]
        return min([*days, self.release.issued.isoformat()])
