"""The dataset counted and described in VoID, in a graph of its own (S-08).

Counted is the union of all the other graphs, each triple once: a description that counted itself
would never be finished. Classes, properties and what they lead to are nested as completion in
query editors wants them: class of subject, property, class or datatype of object. Every partition
is a part of the one document, so its IRI has a fragment that is made from the names in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.formats import DUMP_FORMATS, media_type_of
from digigraph.graph.dataset import Edition, describe_publication
from digigraph.graph.survey import Sizes
from digigraph.graph.tally import Tally
from digigraph.graph.writer import Writer, number, plain, text
from digigraph.names import ESCO_ISCO, EXAMPLES, NACE2, VOID, short_hash

GRAPH = VOID
ABOUT_BG = (
    "Броят се твърденията във всички именувани графи заедно, всяка тройка по веднъж, без самото "
    "това описание. Ресурс с няколко класа се брои във всеки от тях. Единици (void:entities) са "
    "ресурсите под void:uriSpace; на дял по клас – ресурсите от класа."
)
ABOUT_EN = (
    "What is counted is the statements of all named graphs together, each triple once, without "
    "this description itself. A resource of several classes counts in each. Entities are the "
    "resources under void:uriSpace; of a class partition, the resources of the class."
)
_LOCAL = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset that we link to: the end of its IRI with us, its URI space, home and titles."""

    slug: str
    space: str
    home: str
    bg: str
    en: str


_ESCO_HOME = "https://esco.ec.europa.eu/"
TARGETS = (
    Target("esco-skill", "http://data.europa.eu/esco/skill/", _ESCO_HOME,
           "Умения в ESCO", "ESCO skills"),
    Target("esco-occupation", "http://data.europa.eu/esco/occupation/", _ESCO_HOME,
           "Професии в ESCO", "ESCO occupations"),
    Target("isco08", ESCO_ISCO, _ESCO_HOME, "Групи на ISCO-08 в ESCO", "ISCO-08 groups in ESCO"),
    Target("nace2", NACE2, "https://op.europa.eu/en/web/eu-vocabularies",
           "Икономически дейности по NACE Rev. 2", "NACE Rev. 2 economic activities"),
)  # fmt: skip
LINKS = (
    "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch",
    "skos:relatedMatch", "dgc:economicActivity",
)  # fmt: skip
"""The properties that link a thing of ours to a thing of another dataset."""

GRAPHS = {
    "catalog": ("Каталог", "Catalogue"),
    "classifications": ("Класификации", "Classifications"),
    "competences": ("Специфични компетентности", "Specific competences"),
    "evidence": ("Доказателства", "Evidence"),
    "framework": ("Рамка DigComp 2.1", "Framework DigComp 2.1"),
    "profiles": ("Профили", "Profiles"),
    "quality": ("Качество", "Quality"),
    "shapes": ("Форми (SHACL)", "Shapes (SHACL)"),
    "vocabulary": ("Речник", "Vocabulary"),
}
"""Graph -> what it is called, in Bulgarian and in English."""

SELF_NAMED = ("stubs", EXAMPLES)
"""Graphs that say themselves what they are called."""


def describe_void(
    writer: Writer, edition: Edition, counted: Tally, examples: Sequence[str]
) -> None:
    """State what the dataset holds by what was counted in all of its other graphs.

    `examples` are IRIs of things worth looking at first.
    """
    part = _Description(writer, counted)
    part.describe_document()
    part.describe_access(edition)
    describe_publication(writer, GRAPH, edition)
    writer.add(GRAPH, part.dataset, "void:exampleResource", *examples)
    part.describe_sizes()
    part.describe_graphs()
    part.describe_partitions()
    part.describe_linksets()


class _Description:
    """Writes a tally down; every part of it is named here."""

    def __init__(self, writer: Writer, counted: Tally) -> None:
        self._writer, self._names, self._counted = writer, writer.names, counted
        self._prefixes = {ns: prefix for prefix, ns in writer.names.prefixes().items()}
        self.document = writer.names.graph(GRAPH)
        self.dataset = f"{writer.names.base}catalog/digigraph"

    def describe_document(self) -> None:
        """State what this description is, and what it counts."""
        bg, en = "Описание на набора от данни (VoID)", "Description of the dataset (VoID)"
        self._writer.types(GRAPH, self.document, "void:DatasetDescription", "foaf:Document")
        self._whole(self.document, bg, en)
        self._add(self.document, "dct:title", text(bg, "bg"), text(en, "en"))
        self._add(self.document, "dct:description", text(ABOUT_BG, "bg"), text(ABOUT_EN, "en"))
        self._add(self.document, "foaf:primaryTopic", self.dataset)

    def describe_access(self, edition: Edition) -> None:
        """State where the dataset is asked and had, by names; where they lead is not our matter."""
        endpoint = f"{self._names.base}sparql"
        self._writer.types(GRAPH, endpoint, "sd:Service")
        self._whole(endpoint, "SPARQL услуга на digigraph", "SPARQL endpoint of digigraph")
        self._add(endpoint, "sd:endpoint", endpoint)
        self._add(endpoint, "sd:supportedLanguage", "sd:SPARQL11Query")
        self._add(endpoint, "sd:feature", "sd:UnionDefaultGraph")
        self._add(self.dataset, "void:sparqlEndpoint", endpoint)
        for told in DUMP_FORMATS:
            for packed in ("", ".gz", ".zst"):
                name = f"digigraph.{told.extension}{packed}"
                dump = f"{self._names.base}release/{edition.version}/{name}"
                media = f"https://www.iana.org/assignments/media-types/{media_type_of(name)}"
                self._writer.types(GRAPH, dump, "foaf:Document")
                self._whole(dump, f"Файл с данни {name}", f"Dump {name}")
                self._add(dump, "dcat:mediaType", media)
                self._add(self.dataset, "void:dataDump", dump)

    def describe_sizes(self) -> None:
        """State the counts of the whole, and the vocabularies that its terms are from."""
        whole = self._counted.whole
        self._writer.types(GRAPH, self.dataset, "void:Dataset")
        self._add(self.dataset, "void:uriSpace", plain(self._names.id("")))
        self._add(self.dataset, "void:entities", number(self._counted.entities))
        self._sizes(self.dataset, whole)
        terms = whole.properties | whole.classes
        used = {ns for ns in self._prefixes if any(term.startswith(ns) for term in terms)}
        ours = self._names.term("")
        self._add(self.dataset, "void:vocabulary", *(ns.rstrip("#") if ns == ours else ns
                                                     for ns in sorted(used)))  # fmt: skip

    def describe_graphs(self) -> None:
        """State each named graph as a subset, with its own counts."""
        for graph, sizes in sorted(self._counted.graphs.items()):
            tail = graph.removeprefix(self._names.graph("")).removeprefix(self._names.base)
            bg, en = GRAPHS.get(tail, (f"Граф {tail}", f"Graph {tail}"))
            if tail.startswith("mappings/"):
                bg, en = (f"{word} {tail.partition('/')[2]}" for word in ("Съпоставки", "Mappings"))
            self._writer.types(GRAPH, graph, "void:Dataset")
            if tail not in SELF_NAMED:
                self._whole(graph, bg, en)
            self._sizes(graph, sizes)
            self._add(self.dataset, "void:subset", graph)

    def describe_partitions(self) -> None:
        """State what each class and property holds, and what the properties of a class lead to."""
        told = self._counted
        for name, count in sorted(told.property_triples.items()):
            part = self._part(self.dataset, "void:propertyPartition", "property", name)
            self._add(part, "void:property", name)
            self._add(part, "void:triples", number(count))
            self._add(part, "void:distinctSubjects", number(told.property_subjects[name]))
        for name, count in sorted(told.class_entities.items()):
            part = self._part(self.dataset, "void:classPartition", "class", name)
            self._add(part, "void:class", name)
            self._add(part, "void:entities", number(count))
            self._add(part, "void:triples", number(told.class_triples[name]))
        by_pair = _by_pair(told)
        for (kind, name), count in sorted(told.triples.items()):
            owner = self._iri("class", kind)
            part = self._part(owner, "void:propertyPartition", "class", kind, name)
            self._add(part, "void:property", name)
            self._add(part, "void:triples", number(count))
            self._add(part, "void:distinctSubjects", number(told.subjects[kind, name]))
            for link, key, end, many in by_pair[kind, name]:
                slug = key.rpartition(":")[2]
                leaf = self._part(part, link, "class", kind, name, slug, end)
                value = plain(end) if slug == "language" else end
                self._add(leaf, key, value)
                self._add(leaf, "void:triples", number(many))

    def describe_linksets(self) -> None:
        """State, for each dataset that we link to, how many links there are and by which names."""
        properties = {self._names.expanded(link) for link in LINKS}
        for target in TARGETS:
            links = {
                name: count
                for (name, space), count in sorted(self._counted.links.items())
                if space == target.space and name in properties
            }
            if links:
                self._linkset(target, links)

    def _linkset(self, target: Target, links: Mapping[str, int]) -> None:
        other = f"{self.document}#target/{target.slug}"
        self._writer.types(GRAPH, other, "void:Dataset")
        self._whole(other, target.bg, target.en)
        self._add(other, "dct:title", text(target.bg, "bg"), text(target.en, "en"))
        self._add(other, "void:uriSpace", plain(target.space))
        self._add(other, "foaf:homepage", target.home)
        linkset = f"{self.document}#links/{target.slug}"
        self._writer.types(GRAPH, linkset, "void:Linkset")
        self._whole(linkset, f"Връзки: {target.bg}", f"Links: {target.en}")
        self._add(self.dataset, "void:subset", linkset)
        self._add(linkset, "void:subjectsTarget", self.dataset)
        self._add(linkset, "void:objectsTarget", other)
        self._add(linkset, "void:triples", number(sum(links.values())))
        for name, count in links.items():
            self._add(linkset, "void:linkPredicate", name)
            part = f"{linkset}/{self._short(name)}"
            self._described(part, linkset, "void:propertyPartition", f"{target.slug} {name}")
            self._add(part, "void:property", name)
            self._add(part, "void:triples", number(count))

    def _sizes(self, iri: str, sizes: Sizes) -> None:
        self._add(iri, "void:triples", number(sizes.triples))
        self._add(iri, "void:distinctSubjects", number(sizes.subjects))
        self._add(iri, "void:distinctObjects", number(sizes.objects))
        self._add(iri, "void:properties", number(len(sizes.properties)))
        self._add(iri, "void:classes", number(len(sizes.classes)))

    def _part(self, owner: str, link: str, *path: str) -> str:
        iri = self._iri(*path)
        self._described(iri, owner, link, " ".join(map(self._word, path)))
        return iri

    def _described(self, iri: str, owner: str, link: str, words: str) -> None:
        self._writer.types(GRAPH, iri, "void:Dataset")
        self._add(iri, "rdfs:label", text(f"Дял: {words}", "bg"), text(f"Part: {words}", "en"))
        self._add(owner, link, iri)

    def _iri(self, *path: str) -> str:
        return f"{self.document}#{'/'.join(map(self._short, path))}"

    def _short(self, name: str) -> str:
        """Return a name as a step of a fragment: a word, a prefixed name, or the hash of an IRI."""
        word = self._word(name).replace(":", ".", 1)
        return word if "/" not in word else short_hash(name, 8)

    def _word(self, name: str) -> str:
        """Return an IRI with one of our prefixes if it has one."""
        cut = max(name.rfind("#"), name.rfind("/")) + 1
        prefix = self._prefixes.get(name[:cut])
        return f"{prefix}:{name[cut:]}" if prefix and _LOCAL.match(name[cut:]) else name

    def _whole(self, iri: str, bg: str, en: str) -> None:
        self._writer.identity(GRAPH, iri, bg=bg, en=en, part_of=self.dataset)

    def _add(self, subject: str, predicate: str, *values: str | ox.Literal) -> None:
        self._writer.add(GRAPH, subject, predicate, *values)


_End = tuple[str, str, str, int]


def _by_pair(told: Tally) -> Mapping[tuple[str, str], list[_End]]:
    """Return, for each property of a class, what it leads to and how often."""
    found: dict[tuple[str, str], list[_End]] = defaultdict(list)
    for link, key, ends in (
        ("void:classPartition", "void:class", told.to_class),
        ("void-ext:datatypePartition", "void-ext:datatype", told.to_datatype),
        ("void-ext:languagePartition", "void-ext:language", told.to_language),
    ):
        for (kind, name, end), count in sorted(ends.items()):
            found[kind, name].append((link, key, end, count))
    return found
