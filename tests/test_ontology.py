"""The vocabulary keeps what it promises its readers: every term declared, defined and aligned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import (
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SH,
    SKOS,
    VANN,
    XSD,
    BNode,
    Graph,
    Literal,
    Namespace,
    URIRef,
)
from rdflib.namespace import DefinedNamespace

from digigraph import resources

BASE = resources.AUTHORED_BASE
DGC = Namespace(f"{BASE}def#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ESCO = Namespace("http://data.europa.eu/esco/model#")
OA = Namespace("http://www.w3.org/ns/oa#")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
ONTOLOGY = URIRef(f"{BASE}def")
AGENT = URIRef(f"{BASE}id/agent/digigraph")

CONCEPTS = (
    "Competence",
    "CompetenceArea",
    "CompetenceAtLevel",
    "ProficiencyBand",
    "ProficiencyLevel",
)
SPECIFIED_CLASSES = {
    *CONCEPTS,
    "BehaviourIndicator",
    "CompetenceRequirement",
    "Contradiction",
    "DutyStatement",
    "FrameworkCompetence",
    "KnowledgeStatement",
    "LevelAssertion",
    "LevelDescriptorItem",
    "OccupationProfile",
    "SkillStatement",
    "SpecificCompetence",
    "Statement",
    "UseExample",
}
"""The classes that M-02 names."""

STATEMENTS = {
    "BehaviourIndicator",
    "DutyStatement",
    "KnowledgeStatement",
    "LevelDescriptorItem",
    "SkillStatement",
    "UseExample",
}
SPECIFIED_FINDINGS = {
    "Contradiction",
    "DuplicateText",
    "ForeignLetter",
    "MergedBullets",
    "MissingField",
    "SplitAcrossPages",
    "SuspectedTypo",
    "UnparsedText",
    "VariantHeading",
}
"""The finding types that Q-04 names."""

FINDINGS = SPECIFIED_FINDINGS | {
    "MalformedMarkup",
    "SectorAsDivision",
    "SimilarOutsideProfile",
    "TitleWithoutCode",
    "UncertainBoundary",
    "UnverifiedCode",
    "VariantName",
}
INDIVIDUALS = {
    "AssertionPlace": {"DetailSection", "OverviewTable"},
    "CompetenceKind": {"General", "Specific"},
    "FindingStatus": {"Accepted", "CorrectedAtSource", "CorrectedHere", "Open"},
    "LabelStatus": {"OwnTranslation", "PublisherWording", "SourceWording"},
    "LevelRule": {"DetailSectionPrevails"},
    "LevelStatus": {"Agreed", "Disputed", "SingleSource"},
    "LineReason": {
        "ColumnHeading",
        "DocumentTitle",
        "FieldName",
        "PageFooter",
        "RunningHeader",
        "SectionHeading",
        "Separator",
    },
    "RecordStatus": {"Deprecated", "Published", "Withdrawn"},
}
CLASSES = (
    SPECIFIED_CLASSES
    | FINDINGS
    | set(INDIVIDUALS)
    | {
        "AccountedLine",
        "Evidence",
        "Finding",
        "OccupationGroup",
        "OccupationPosition",
        "SourceDocument",
        "SourceSpan",
    }
)
DATATYPES = {"KID2008", "NKPD2011"}
OBJECT_PROPERTIES = {
    "accountedAs": ("AccountedLine", DGC.LineReason),
    "alsoNamedAs": ("OccupationProfile", DGC.OccupationPosition),
    "area": ("Competence", DGC.CompetenceArea),
    "assertedIn": ("LevelAssertion", DGC.AssertionPlace),
    "assertedLevel": ("LevelAssertion", DGC.ProficiencyLevel),
    "atLevel": ("CompetenceAtLevel", DGC.ProficiencyLevel),
    "band": ("ProficiencyLevel", DGC.ProficiencyBand),
    "economicActivity": ("OccupationProfile", SKOS.Concept),
    "evidenceFor": ("Evidence", None),
    "evidenceProperty": ("Evidence", RDF.Property),
    "hasDescriptorItem": ("CompetenceAtLevel", DGC.LevelDescriptorItem),
    "hasDuty": ("OccupationProfile", DGC.DutyStatement),
    "hasEvidence": (None, DGC.Evidence),
    "hasLevelAssertion": ("CompetenceRequirement", DGC.LevelAssertion),
    "hasRequirement": ("OccupationProfile", DGC.CompetenceRequirement),
    "hasStatement": ("CompetenceRequirement", DGC.Statement),
    "hasVariantItem": ("CompetenceAtLevel", DGC.LevelDescriptorItem),
    "kind": (None, DGC.CompetenceKind),
    "labelStatus": (None, DGC.LabelStatus),
    "levelRule": ("CompetenceRequirement", DGC.LevelRule),
    "levelStatus": ("CompetenceRequirement", DGC.LevelStatus),
    "occupation": ("OccupationProfile", DGC.OccupationPosition),
    "ofCompetence": ("CompetenceAtLevel", DGC.Competence),
    "requiredDescriptor": ("CompetenceRequirement", DGC.CompetenceAtLevel),
    "requiredLevel": ("CompetenceRequirement", DGC.ProficiencyLevel),
    "requirementOf": ("CompetenceRequirement", DGC.OccupationProfile),
    "requires": ("OccupationProfile", DGC.Competence),
    "requiresAtLeast": ("OccupationProfile", DGC.CompetenceAtLevel),
    "requiresCompetence": ("CompetenceRequirement", DGC.Competence),
    "severity": ("Finding", SH.Severity),
    "similarTo": ("SpecificCompetence", DGC.FrameworkCompetence),
    "statementOf": ("Statement", None),
}
DATATYPE_PROPERTIES = {
    "autonomy": ("ProficiencyLevel", RDF.langString),
    "cognitiveDomain": ("ProficiencyLevel", RDF.langString),
    "complexity": ("ProficiencyLevel", RDF.langString),
    "expectedText": ("Finding", XSD.string),
    "foundText": ("Finding", XSD.string),
    "labelInSource": (None, RDF.langString),
    "leadIn": ("CompetenceAtLevel", RDF.langString),
    "line": (None, XSD.integer),
    "lineCount": ("SourceDocument", XSD.integer),
    "maxLevelRank": ("CompetenceRequirement", XSD.integer),
    "minLevelRank": ("CompetenceRequirement", XSD.integer),
    "position": (None, XSD.integer),
    "rank": (None, XSD.integer),
    "verbatim": (None, XSD.string),
}
PROPERTIES = {**OBJECT_PROPERTIES, **DATATYPE_PROPERTIES}
"""Property to domain and range; `None` where several classes share it or any class has it."""

ALIGNMENTS = {
    (DGC.AccountedLine, RDFS.subClassOf, OA.SpecificResource),
    (DGC.CompetenceRequirement, RDFS.subClassOf, ESCO.Relationship),
    (DGC.Evidence, RDFS.subClassOf, PROV.Entity),
    (DGC.Finding, RDFS.subClassOf, DQV.QualityAnnotation),
    (DGC.FrameworkCompetence, RDFS.subClassOf, DGC.Competence),
    (DGC.LevelAssertion, RDFS.subClassOf, PROV.Entity),
    (DGC.OccupationGroup, RDFS.subClassOf, SKOS.Concept),
    (DGC.OccupationPosition, RDFS.subClassOf, SKOS.Concept),
    (DGC.SourceDocument, RDFS.subClassOf, PROV.Entity),
    (DGC.SourceSpan, RDFS.subClassOf, OA.SpecificResource),
    (DGC.SourceSpan, RDFS.subClassOf, PROV.Entity),
    (DGC.SpecificCompetence, RDFS.subClassOf, DGC.Competence),
    (DGC.Statement, RDFS.subClassOf, PROV.Entity),
    (DGC.area, RDFS.subPropertyOf, SKOS.broadMatch),
    (DGC.band, RDFS.subPropertyOf, SKOS.broader),
    (DGC.ofCompetence, RDFS.subPropertyOf, SKOS.broader),
    (DGC.requirementOf, RDFS.subPropertyOf, ESCO.isRelationshipFor),
    (DGC.requiresCompetence, RDFS.subPropertyOf, ESCO.refersConcept),
    (DGC.similarTo, RDFS.subPropertyOf, SKOS.relatedMatch),
    *((DGC[name], RDFS.subClassOf, SKOS.Concept) for name in CONCEPTS),
    *((DGC[name], RDFS.subClassOf, DGC.Statement) for name in STATEMENTS),
    *((DGC[name], RDFS.subClassOf, DGC.Finding) for name in FINDINGS),
}
"""Every sub-class and sub-property triple of the vocabulary, and no other."""

DECLARATIONS = {
    OWL.Class: CLASSES,
    OWL.ObjectProperty: set(OBJECT_PROPERTIES),
    OWL.DatatypeProperty: set(DATATYPE_PROPERTIES),
    RDFS.Datatype: DATATYPES,
    OWL.NamedIndividual: set().union(*INDIVIDUALS.values()),
}
BULGARIAN = set("абвгдежзийклмнопрстуфхцчшщъьюяѝ")
LOOK_ALIKES = set("aceiopxyABCEHKMOPTXY")
"""Latin letters that a reader takes for Cyrillic ones when they stand alone."""


@pytest.fixture(scope="module")
def path() -> Path:
    """The shipped vocabulary."""
    return resources.folder("ontology") / "digigraph.ttl"


@pytest.fixture(scope="module")
def graph(path: Path) -> Graph:
    """The shipped vocabulary, read by rdflib."""
    return Graph().parse(path, format="turtle")


def terms(graph: Graph) -> set[URIRef]:
    """Return every IRI in the namespace of the vocabulary that `graph` uses anywhere."""
    return {
        node
        for triple in graph
        for node in triple
        if isinstance(node, URIRef) and node.startswith(str(DGC))
    }


def literals(graph: Graph, language: str | None = None) -> list[str]:
    """Return the texts of `graph`, all of them or those in one language."""
    return sorted(
        str(node)
        for node in graph.objects()
        if isinstance(node, Literal) and (language is None or node.language == language)
    )


def by_language(graph: Graph, subject: URIRef, predicate: URIRef) -> list[str | None]:
    """Return the language of each value, sorted, so that a repeated language shows."""
    return sorted(getattr(value, "language", None) or "" for value in graph[subject:predicate])


def scripts(word: str) -> set[str]:
    """Return the scripts of the letters of `word`, as the Unicode names tell them."""
    return {unicodedata.name(letter).split()[0] for letter in word if letter.isalpha()}


def words(text: str) -> Iterator[str]:
    """Return the runs of letters and hyphens of `text`."""
    return (found.group().strip("-") for found in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))


def test_terms_of_the_specification(graph: Graph) -> None:
    """Every class that M-02 and Q-04 name is a declared class."""
    declared = set(graph[: RDF.type : OWL.Class])

    assert {DGC[name] for name in SPECIFIED_CLASSES | SPECIFIED_FINDINGS} <= declared


@pytest.mark.parametrize("kind", DECLARATIONS, ids=lambda kind: kind.fragment)
def test_declarations_of_one_kind(graph: Graph, kind: URIRef) -> None:
    """The vocabulary declares exactly the terms of the model, each of one kind (M-02 to M-15)."""
    declared = set(graph[: RDF.type : kind])

    assert declared == {DGC[name] for name in DECLARATIONS[kind]}


def test_term_used_and_not_declared(graph: Graph) -> None:
    """Whatever stands in the namespace anywhere in the file is declared there (F-01)."""
    declared = {term for kind in DECLARATIONS for term in graph[: RDF.type : kind]}

    assert terms(graph) - {URIRef(str(DGC))} == declared


@pytest.mark.parametrize("predicate", [RDFS.label, RDFS.comment], ids=lambda p: p.fragment)
def test_words_of_a_term(graph: Graph, predicate: URIRef) -> None:
    """Every term has one label and one definition in Bulgarian and in English (F-01)."""
    wrong = {term for term in terms(graph) if by_language(graph, term, predicate) != ["bg", "en"]}

    assert wrong == set()


def test_definition_of_a_term(graph: Graph) -> None:
    """A definition says more than the label does: another text, of 30 characters or more (F-01)."""
    labels = {(term, str(label)) for term, label in graph[: RDFS.label :]}
    empty = {
        term
        for term in terms(graph)
        for comment in graph[term : RDFS.comment]
        if (term, str(comment)) in labels or len(comment) < 30
    }

    assert empty == set()


@pytest.mark.parametrize("language", ["bg", "en"])
def test_labels_of_two_terms(graph: Graph, language: str) -> None:
    """No two terms of one kind share a label, so a reader can tell them apart."""
    labels = [
        (kind, str(label).casefold())
        for kind in DECLARATIONS
        for term in graph[: RDF.type : kind]
        for label in graph[term : RDFS.label]
        if label.language == language
    ]

    assert sorted(labels) == sorted(set(labels))


def test_home_and_status_of_a_term(graph: Graph) -> None:
    """Every term says which vocabulary defines it and that it is stable (F-01)."""
    homes = {term: list(graph[term : RDFS.isDefinedBy]) for term in terms(graph)}
    stable = Literal("stable")
    statuses = {term: list(graph[term : VS.term_status]) for term in terms(graph)}

    assert {term for term, home in homes.items() if home != [ONTOLOGY]} == set()
    assert {term for term, status in statuses.items() if status != [stable]} == set()


def test_named_individual(graph: Graph) -> None:
    """A fixed value belongs to exactly one class of the vocabulary."""
    found = {
        str(name): {
            str(one).removeprefix(DGC)
            for one in graph[: RDF.type : DGC[name]]
            if set(graph[one : RDF.type]) == {OWL.NamedIndividual, DGC[name]}
        }
        for name in INDIVIDUALS
    }

    assert found == INDIVIDUALS


def test_rule_of_precedence(graph: Graph) -> None:
    """The rule that chooses a level is described in full, in Bulgarian and in English (M-05)."""
    texts = list(graph[DGC.DetailSectionPrevails : DCTERMS.description])

    assert sorted(text.language for text in texts) == ["bg", "en"]
    assert all(len(text) > 400 for text in texts)


def test_alignment(graph: Graph) -> None:
    """Terms specialise those of ESCO, SKOS, PROV, OA and DQV (M-02, M-03, M-08)."""
    found = {
        triple
        for predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
        for triple in graph.triples((None, predicate, None))
    }

    assert found == ALIGNMENTS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("FrameworkCompetence", "SpecificCompetence"),
        *((a, b) for a in CONCEPTS for b in CONCEPTS if a < b),
    ],
)
def test_disjoint_classes(graph: Graph, first: str, second: str) -> None:
    """Nothing is at once two of competence, area, band, level, competence at level (M-02)."""
    pair = (DGC[first], OWL.disjointWith, DGC[second])

    assert pair in graph or (pair[2], pair[1], pair[0]) in graph


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_domain_and_range(graph: Graph, name: str) -> None:
    """A property has the domain and range of the model, or none where classes share it (M-04)."""
    domain, range_ = PROPERTIES[name]

    assert set(graph[DGC[name] : RDFS.domain]) == ({DGC[domain]} if domain else set())
    assert set(graph[DGC[name] : RDFS.range]) == ({range_} if range_ else set())


def test_property_without_a_domain(graph: Graph) -> None:
    """Where a property has no domain or range, its definition says why."""
    shared = {DGC[name] for name, ends in PROPERTIES.items() if None in ends}
    silent = {
        term
        for term in shared
        for comment in graph[term : RDFS.comment]
        if not re.search("no domain|no range|дефиниционна област|област на стойностите", comment)
    }

    assert silent == set()


def test_range_of_a_property(graph: Graph) -> None:
    """An object property leads to a class and a datatype property to a datatype."""
    datatypes = {RDF.langString, XSD.string, XSD.integer}
    ranges = {
        kind: {range_ for term in graph[: RDF.type : kind] for range_ in graph[term : RDFS.range]}
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
    }

    assert ranges[OWL.DatatypeProperty] == datatypes
    assert ranges[OWL.ObjectProperty] - {DGC[name] for name in CLASSES} == {
        RDF.Property,
        SH.Severity,
        SKOS.Concept,
    }


def test_inverse_properties(graph: Graph) -> None:
    """An inverse is declared from both ends, and no property has two (which would equate them)."""
    inverses = set(graph[: OWL.inverseOf :])

    assert inverses == {
        (DGC.evidenceFor, DGC.hasEvidence),
        (DGC.hasEvidence, DGC.evidenceFor),
        (DGC.hasRequirement, DGC.requirementOf),
        (DGC.requirementOf, DGC.hasRequirement),
    }


@pytest.mark.parametrize(
    "namespace",
    [DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, XSD],
    ids=lambda namespace: str(namespace),
)
def test_term_of_another_vocabulary(graph: Graph, namespace: type[DefinedNamespace]) -> None:
    """What is reused from another vocabulary exists there under that name (F-01)."""
    used = {
        node
        for triple in graph
        for node in triple
        if isinstance(node, URIRef)
        and node.startswith(str(namespace))
        and node != URIRef(str(namespace))
    }

    assert {node for node in used if node not in namespace} == set()


@pytest.mark.parametrize(
    "predicate",
    [
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.abstract,
        DCTERMS.bibliographicCitation,
        RDFS.label,
    ],
    ids=lambda p: str(p).rsplit("/", 1)[-1],
)
def test_words_of_the_vocabulary(graph: Graph, predicate: URIRef) -> None:
    """The vocabulary is introduced in Bulgarian and in English (F-01: OM1, OM2)."""
    languages = by_language(graph, ONTOLOGY, predicate)

    assert languages == ["bg", "en"]


@pytest.mark.parametrize(
    ("predicate", "value"),
    [
        (RDF.type, OWL.Ontology),
        (OWL.versionIRI, URIRef(f"{BASE}def/1.0.0")),
        (OWL.versionInfo, Literal("1.0.0")),
        (VANN.preferredNamespacePrefix, Literal("dgc")),
        (VANN.preferredNamespaceUri, Literal(str(DGC))),
        (DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")),
        (DCTERMS.creator, AGENT),
        (DCTERMS.contributor, AGENT),
        (DCTERMS.publisher, AGENT),
        (DCTERMS.created, Literal("2026-11-23", datatype=XSD.date)),
        (DCTERMS.issued, Literal("2026-11-23", datatype=XSD.date)),
        (DCTERMS.modified, Literal("2026-11-23", datatype=XSD.date)),
        (DCTERMS.identifier, Literal("def")),
        (DCTERMS.provenance, URIRef(f"{BASE}id/provenance/def")),
        (FOAF.logo, URIRef(f"{BASE}logo.svg")),
        (ADMS.status, DGC.Published),
        (BIBO.status, URIRef("http://purl.org/ontology/bibo/status/published")),
        (VS.term_status, Literal("stable")),
    ],
    ids=lambda value: re.split("[#/]", value)[-1] if isinstance(value, URIRef) else None,
)
def test_header(graph: Graph, predicate: URIRef, value: URIRef | Literal) -> None:
    """The header gives what FOOPS! asks of a vocabulary that no registry lists (F-01, M-01)."""
    values = list(graph[ONTOLOGY:predicate])

    assert values == [value]


def test_sources_of_the_vocabulary(graph: Graph) -> None:
    """The vocabulary names, by IRI, the vocabularies it is drawn from (F-01: OM3)."""
    sources = set(graph[ONTOLOGY : DCTERMS.source])

    assert {URIRef(str(ESCO)), URIRef(str(SKOS)), URIRef(str(PROV))} <= sources


def test_identifier_of_a_publication(graph: Graph) -> None:
    """No DOI is claimed while none is registered (F-01: OM3)."""
    linked = [node for triple in graph for node in triple if "doi.org" in str(node)]

    assert linked == []
    assert (ONTOLOGY, BIBO.doi, None) not in graph


def test_one_ontology(graph: Graph) -> None:
    """The document describes one ontology and its version IRI differs from its IRI (F-01: VER1)."""
    ontologies = list(graph[: RDF.type : OWL.Ontology])

    assert ontologies == [ONTOLOGY]
    assert graph.value(ONTOLOGY, OWL.versionIRI) != ONTOLOGY


def test_version_in_three_places(graph: Graph) -> None:
    """The version IRI, the version and the newest entry of the changes agree (V-01)."""
    changes = (resources.folder("ontology") / "CHANGES.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changes, flags=re.MULTILINE)
    version = str(graph.value(ONTOLOGY, OWL.versionInfo))

    assert newest is not None
    assert newest.group(1) == version
    assert str(graph.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"


def test_terms_in_the_changes(graph: Graph) -> None:
    """The changes speak of terms that exist, one sentence per line (house style)."""
    changes = (resources.folder("ontology") / "CHANGES.md").read_text(encoding="utf-8")
    named = {DGC[name] for name in re.findall(r"dgc:(\w+)", changes)}
    lines = [line for line in changes.splitlines() if line and not line.startswith("#")]

    assert named <= terms(graph)
    assert [line for line in lines if not line.endswith(".")] == []


def test_publisher(graph: Graph) -> None:
    """The publisher is a named agent and organisation, described where it is used (F-01: OM3)."""
    types = set(graph[AGENT : RDF.type])

    assert types == {FOAF.Agent, ORG.Organization}
    assert by_language(graph, AGENT, FOAF.name) == ["bg", "en"]


def test_thing_that_is_not_a_term(graph: Graph) -> None:
    """Whatever else has an IRI of ours carries the identity block (M-13)."""
    things = {
        node
        for node in graph.subjects()
        if isinstance(node, URIRef) and node.startswith(BASE) and not node.startswith(str(DGC))
    }
    block = (DCTERMS.identifier, DCTERMS.isPartOf, DCTERMS.modified, ADMS.status, RDF.type)
    missing = {
        (thing, part) for thing in things for part in block if (thing, part, None) not in graph
    }
    tails = {thing: thing.removeprefix(BASE).removeprefix("id/") for thing in things}

    assert missing == set()
    assert {thing for thing in things if by_language(graph, thing, RDFS.label) != ["bg", "en"]} == (
        set()
    )
    assert {thing: str(graph.value(thing, DCTERMS.identifier)) for thing in things} == tails


def test_iri_without_a_description(graph: Graph) -> None:
    """An IRI of ours that is mentioned is described, save the dataset's, which the catalogue is."""
    mentioned = {
        node for node in graph.objects() if isinstance(node, URIRef) and node.startswith(BASE)
    }

    assert mentioned - set(graph.subjects()) == {URIRef(f"{BASE}catalog/digigraph")}


def test_blank_node(graph: Graph) -> None:
    """Every node has a name: there are no blank nodes (M-14)."""
    nameless = [node for triple in graph for node in triple if isinstance(node, BNode)]

    assert nameless == []


def test_two_readers(graph: Graph, path: Path) -> None:
    """rdflib and pyoxigraph read the same triples from the file (D-11)."""
    turtle, ntriples = pyoxigraph.RdfFormat.TURTLE, pyoxigraph.RdfFormat.N_TRIPLES
    theirs = set(pyoxigraph.parse(path.read_bytes(), format=turtle))
    ours = set(pyoxigraph.parse(graph.serialize(format="nt", encoding="utf-8"), format=ntriples))

    assert ours == theirs
    assert len(graph) == len(theirs)


def test_order_of_the_file(path: Path) -> None:
    """The header comes first, then the terms in the order of their IRIs (house style)."""
    subjects = re.findall(r"^(<\S+>|dgc:\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    names = [subject for subject in subjects if subject.startswith("dgc:")]

    assert subjects[0] == f"<{ONTOLOGY}>"
    assert names == sorted(set(names))
    assert subjects[-len(names) :] == names


def test_remark_in_the_file(path: Path) -> None:
    """Remarks are triples, not Turtle comments, so that no tool loses them (house style)."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line.lstrip().startswith("#")] == []


def test_normal_form(graph: Graph, path: Path) -> None:
    """All text is in Unicode normal form C, without stray blanks (M-11)."""
    text = path.read_text(encoding="utf-8")
    blanks = [value for value in literals(graph) if value != " ".join(value.split())]

    assert unicodedata.is_normalized("NFC", text)
    assert blanks == []


def test_language_tags(graph: Graph) -> None:
    """Texts are tagged bg or en and nothing else (M-11)."""
    tags = {node.language for node in graph.objects() if isinstance(node, Literal)}

    assert tags == {"bg", "en", None}


def test_bulgarian_label_of_a_term(graph: Graph) -> None:
    """Every Bulgarian text is written in Cyrillic, and no English label of a term is (M-11)."""
    foreign = [text for text in literals(graph, "bg") if "CYRILLIC" not in scripts(text)]
    bulgarian = [
        label
        for term in terms(graph)
        for label in graph[term : RDFS.label]
        if label.language == "en" and scripts(label) != {"LATIN"}
    ]

    assert foreign == []
    assert bulgarian == []


def test_look_alike_letter(graph: Graph) -> None:
    """No word mixes Cyrillic with Latin letters, nor is a lone Latin letter a look-alike (M-11)."""
    mixed = [
        word
        for text in literals(graph)
        for token in words(text)
        for word in token.split("-")
        if len(scripts(word)) > 1
    ]
    lone = [word for text in literals(graph, "bg") for word in words(text) if word in LOOK_ALIKES]

    assert mixed == []
    assert lone == []


def test_letter_of_another_cyrillic_alphabet(graph: Graph) -> None:
    """A Cyrillic letter is a letter of the Bulgarian alphabet (M-11)."""
    foreign = {
        letter
        for text in literals(graph)
        for letter in text.lower()
        if letter.isalpha() and scripts(letter) == {"CYRILLIC"}
    }

    assert foreign - BULGARIAN == set()
