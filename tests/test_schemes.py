"""The shipped schemes, stubs and code lists say what their publishers say, and mark the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from digigraph import resources

BASE = resources.AUTHORED_BASE
ID = f"{BASE}id/"
DGC = Namespace(f"{BASE}def#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
XKOS = Namespace("http://rdf-vocabulary.ddialliance.org/xkos#")
ISCO = "http://data.europa.eu/esco/isco/C"
NACE = "http://data.europa.eu/ux2/nace2/"
SCHEMES = ("digcomp21", "nkpd11")
STUBS = ("esco", "isco08", "nace2", "terms")

FROM_A_DOCUMENT = {
    "1.1": "Сърфиране, търсене и филтриране на данни, информация и дигитално съдържание",
    "1.2": "Оценяване на данни, информация и дигитално съдържание",
    "1.3": "Управление на данни, информация и дигитално съдържание",
    "2.2": "Споделяне чрез дигитални технологии",
    "2.6": "Управление на дигиталната идентичност",
    "3.1": "Разработване на дигитално съдържание",
    "4.2": "Защита на личните данни и поверителност",
    "5.2": "Идентифициране на нуждите и технологични решения",
}
OUR_TRANSLATIONS = {
    *("2.1", "2.3", "2.4", "2.5", "3.2", "3.3", "3.4"),
    *("4.1", "4.3", "4.4", "5.1", "5.3", "5.4"),
}
BANDS = {
    "foundation": (1, "Основно", "Foundation"),
    "intermediate": (2, "Средно", "Intermediate"),
    "advanced": (3, "Напреднало", "Advanced"),
    "highly-specialised": (4, "Високо специализирано", "Highly specialised"),
}
MIXED_SCRIPT = re.compile(r"[A-Za-z][А-я]|[А-я][A-Za-z]")


def files() -> list[Path]:
    """Return every file of schemes and stubs."""
    ontology = resources.folder("ontology")
    return [
        *(ontology / "schemes" / f"{name}.ttl" for name in SCHEMES),
        *(ontology / "stubs" / f"{name}.ttl" for name in STUBS),
    ]


def parsed(folder: str, name: str) -> Graph:
    """Return the graph of one shipped file."""
    return Graph().parse(resources.folder("ontology") / folder / f"{name}.ttl")


@pytest.fixture(scope="module")
def digcomp() -> Graph:
    """Return DigComp 2.1 as shipped."""
    return parsed("schemes", "digcomp21")


@pytest.fixture(scope="module")
def nkpd() -> Graph:
    """Return the extract of NKPD-2011 as shipped."""
    return parsed("schemes", "nkpd11")


def instances(graph: Graph, kind: str) -> set[URIRef]:
    """Return the instances of a class of the vocabulary."""
    return {node for node in graph.subjects(RDF.type, DGC[kind]) if isinstance(node, URIRef)}


def texts(graph: Graph, node: URIRef, predicate: URIRef) -> dict[str, str]:
    """Return the texts of a property by language; one a language, or the test fails."""
    found = [text for text in graph.objects(node, predicate) if isinstance(text, Literal)]
    by_language = {text.language or "": str(text) for text in found}
    assert len(by_language) == len(found), (node, predicate)
    return by_language


def code(graph: Graph, node: URIRef) -> str:
    """Return the one notation of a concept."""
    (notation,) = graph.objects(node, SKOS.notation)
    return str(notation)


def listed(graph: Graph, cell: URIRef) -> list[URIRef]:
    """Return the members of a list of named cells."""
    members = []
    while cell != RDF.nil:
        (first,), (rest,) = graph.objects(cell, RDF.first), graph.objects(cell, RDF.rest)
        assert isinstance(first, URIRef)
        assert isinstance(rest, URIRef)
        members.append(first)
        cell = rest
    return members


def test_every_file_is_tested() -> None:
    """No shipped scheme or stub file escapes these tests."""
    ontology = resources.folder("ontology")

    shipped = {*ontology.glob("schemes/*.ttl"), *ontology.glob("stubs/*.ttl")}

    assert shipped == set(files())


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
class TestEveryFile:
    """What holds for all files alike."""

    def test_no_blank_nodes(self, path: Path) -> None:
        """Everything has a name of its own (M-14)."""
        graph = Graph().parse(path)

        assert not [node for node in graph.all_nodes() if isinstance(node, BNode)]

    def test_text_is_in_normal_form(self, path: Path) -> None:
        """Strings are in Unicode normal form C (M-11)."""
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))

    def test_no_word_mixes_scripts(self, path: Path) -> None:
        """No word has Latin and Cyrillic letters in it."""
        graph = Graph().parse(path)

        mixed = [o for o in graph.objects() if isinstance(o, Literal) and MIXED_SCRIPT.search(o)]

        assert mixed == []

    def test_literals_are_canonical(self, path: Path) -> None:
        """Literals are texts, whole numbers, days or official codes, and languages bg or en."""
        literals = [o for o in Graph().parse(path).objects() if isinstance(o, Literal)]

        assert {o.language for o in literals} <= {"bg", "en", None}
        assert {o.datatype for o in literals} <= {
            *(None, XSD.integer, XSD.date, DGC.NKPD2011, DGC.KID2008),
        }

    def test_identity_block_of_what_is_ours(self, path: Path) -> None:
        """What we mint has a type, labels, identifier, place, status and date (M-13)."""
        graph = Graph().parse(path)
        ours = {s for s in graph.subjects() if isinstance(s, URIRef) and s.startswith(BASE)}

        assert ours
        for node in ours:
            label = SKOS.prefLabel if (node, SKOS.prefLabel, None) in graph else RDFS.label
            place = SKOS.inScheme if (node, SKOS.inScheme, None) in graph else DCTERMS.isPartOf
            tail = node.removeprefix(BASE).removeprefix("id/")
            assert set(texts(graph, node, label)) == {"bg", "en"}, node
            assert (node, RDF.type, None) in graph, node
            assert (node, place, None) in graph, node
            assert list(graph.objects(node, DCTERMS.identifier)) == [Literal(tail)]
            assert list(graph.objects(node, ADMS.status)) == [DGC.Published]
            assert len(list(graph.objects(node, DCTERMS.modified))) == 1

    def test_terms_are_declared(self, path: Path) -> None:
        """A term of our vocabulary that is used is one that the vocabulary has (M-01)."""
        vocabulary = Graph().parse(resources.folder("ontology") / "digigraph.ttl")
        used = {t for triple in Graph().parse(path) for t in triple if str(t).startswith(str(DGC))}

        assert used <= set(vocabulary.subjects())


@pytest.mark.parametrize("name", SCHEMES)
class TestEveryScheme:
    """What holds for all concept schemes alike."""

    def test_scheme_header(self, name: str) -> None:
        """A scheme has a title as well as a label, and says its rights and licence (M-12, Q-12)."""
        graph = parsed("schemes", name)

        for scheme in graph.subjects(RDF.type, SKOS.ConceptScheme):
            assert isinstance(scheme, URIRef)
            assert texts(graph, scheme, DCTERMS.title) == texts(graph, scheme, SKOS.prefLabel)
            for predicate in (DCTERMS.description, DCTERMS.rights):
                assert set(texts(graph, scheme, predicate)) == {"bg", "en"}
            assert (scheme, DCTERMS.license, None) in graph

    def test_hierarchy_is_materialised_both_ways(self, name: str) -> None:
        """Broader and narrower, top concept and its inverse, are both written."""
        graph = parsed("schemes", name)

        broader = {(b, a) for a, b in graph.subject_objects(SKOS.broader)}
        tops = {(b, a) for a, b in graph.subject_objects(SKOS.topConceptOf)}

        assert set(graph.subject_objects(SKOS.narrower)) == broader
        assert set(graph.subject_objects(SKOS.hasTopConcept)) == tops

    def test_hierarchy_stays_inside_one_scheme(self, name: str) -> None:
        """A concept and the broader one are in the same scheme (M-31)."""
        graph = parsed("schemes", name)

        for narrow, broad in graph.subject_objects(SKOS.broader):
            schemes = set(graph.objects(narrow, SKOS.inScheme))
            assert schemes == set(graph.objects(broad, SKOS.inScheme))
            assert len(schemes) == 1

    def test_own_translations_say_so(self, name: str) -> None:
        """A label that is our own translation has a note in both languages (M-11)."""
        graph = parsed("schemes", name)

        for node in graph.subjects(DGC.labelStatus, DGC.OwnTranslation):
            notes = [n for n in graph.objects(node, SKOS.editorialNote) if isinstance(n, Literal)]
            assert {n.language for n in notes} == {"bg", "en"}
            assert any("digigraph" in n for n in notes)


class TestDigComp:
    """DigComp 2.1, whole."""

    def test_counts(self, digcomp: Graph) -> None:
        """There are 5 areas, 21 competences, 4 bands, 8 levels and 168 crossings (M-06, M-07)."""
        kinds = ("CompetenceArea", "FrameworkCompetence", "ProficiencyBand", "ProficiencyLevel")

        counts = [len(instances(digcomp, kind)) for kind in (*kinds, "CompetenceAtLevel")]

        assert counts == [5, 21, 4, 8, 168]

    def test_competences_by_area(self, digcomp: Graph) -> None:
        """The areas have 3, 6, 4, 4 and 4 competences, numbered without a gap (M-31)."""
        codes = sorted(code(digcomp, node) for node in instances(digcomp, "FrameworkCompetence"))
        sizes = {"1": 3, "2": 6, "3": 4, "4": 4, "5": 4}

        assert codes == [f"{area}.{n}" for area, size in sizes.items() for n in range(1, size + 1)]

    def test_competence(self, digcomp: Graph) -> None:
        """A competence stands under its area, is general, and is defined in both languages."""
        for node in instances(digcomp, "FrameworkCompetence"):
            number = code(digcomp, node)
            assert str(node) == f"{ID}digcomp21/{number.replace('.', '-')}"
            area = URIRef(f"{ID}digcomp21/area-{number[0]}")
            assert list(digcomp.objects(node, SKOS.broader)) == [area]
            assert list(digcomp.objects(node, DGC.kind)) == [DGC.General]
            assert {DGC.Competence, SKOS.Concept} <= set(digcomp.objects(node, RDF.type))
            assert set(texts(digcomp, node, SKOS.definition)) == {"bg", "en"}

    def test_own_translations_are_the_thirteen(self, digcomp: Graph) -> None:
        """The 13 names that no known source prints in Bulgarian are marked, and no other (M-11)."""
        competences = instances(digcomp, "FrameworkCompetence")

        status = {
            code(digcomp, node): str(digcomp.value(node, DGC.labelStatus)).removeprefix(DGC)
            for node in competences
        }

        assert {number for number, mark in status.items() if mark == "OwnTranslation"} == (
            OUR_TRANSLATIONS
        )
        assert Counter(status.values()) == {"OwnTranslation": 13, "SourceWording": 8}

    def test_names_from_a_document(self, digcomp: Graph) -> None:
        """The 8 names that a document prints stand as it prints them."""
        for number, name in FROM_A_DOCUMENT.items():
            node = URIRef(f"{ID}digcomp21/{number.replace('.', '-')}")
            assert texts(digcomp, node, SKOS.prefLabel)["bg"] == name

    def test_every_competence_at_every_level(self, digcomp: Graph) -> None:
        """Each competence has one concept a level, under it, with a composed code (M-06)."""
        met = set()
        for node in instances(digcomp, "CompetenceAtLevel"):
            (competence,) = digcomp.objects(node, DGC.ofCompetence)
            (level,) = digcomp.objects(node, DGC.atLevel)
            assert isinstance(competence, URIRef)
            assert isinstance(level, URIRef)
            rank = code(digcomp, level)
            labels = texts(digcomp, competence, SKOS.prefLabel)
            assert str(node) == f"{competence}/level-{rank}"
            assert code(digcomp, node) == f"{code(digcomp, competence)}-{rank}"
            assert list(digcomp.objects(node, SKOS.broader)) == [competence]
            assert texts(digcomp, node, SKOS.prefLabel) == {
                "bg": f"{labels['bg']} – ниво {rank}",
                "en": f"{labels['en']}, level {rank}",
            }
            met.add((competence, level))

        assert len(met) == 168

    def test_no_descriptor_is_invented(self, digcomp: Graph) -> None:
        """A competence at a level has no definition until a source gives one (M-06)."""
        for node in instances(digcomp, "CompetenceAtLevel"):
            assert (node, SKOS.definition, None) not in digcomp

    def test_bands(self, digcomp: Graph) -> None:
        """The four bands have their names and ranks (M-07)."""
        for slug, (rank, bg, en) in BANDS.items():
            node = URIRef(f"{ID}digcomp21/band-{slug}")
            assert node in instances(digcomp, "ProficiencyBand")
            assert digcomp.value(node, DGC.rank) == Literal(rank)
            assert texts(digcomp, node, SKOS.prefLabel) == {"bg": bg, "en": en}

    @pytest.mark.parametrize("rank", range(1, 9))
    def test_level(self, digcomp: Graph, rank: int) -> None:
        """Two levels make a band; a level has its rank, name and three facets (M-06, M-07)."""
        slug, (_, bg, en) = list(BANDS.items())[(rank - 1) // 2]
        node, band = URIRef(f"{ID}digcomp21/level-{rank}"), URIRef(f"{ID}digcomp21/band-{slug}")

        assert digcomp.value(node, DGC.rank) == Literal(rank)
        assert code(digcomp, node) == str(rank)
        assert list(digcomp.objects(node, DGC.band)) == [band]
        assert list(digcomp.objects(node, SKOS.broader)) == [band]
        assert texts(digcomp, node, SKOS.prefLabel) == {
            "bg": f"{bg} – подниво {rank}",
            "en": f"{en}, level {rank}",
        }
        for facet in (DGC.complexity, DGC.autonomy, DGC.cognitiveDomain, SKOS.definition):
            assert set(texts(digcomp, node, facet)) == {"bg", "en"}

    @pytest.mark.parametrize(("kind", "size"), [("levels", 8), ("bands", 4)])
    def test_ordered_collection(self, digcomp: Graph, kind: str, size: int) -> None:
        """Levels and bands stand in a list of named cells, in the order of their rank (M-14)."""
        collection = URIRef(f"{ID}digcomp21/{kind}/ordered")
        cells = [URIRef(f"{collection}/{place}") for place in range(1, size + 1)]

        members = listed(digcomp, cells[0])

        assert list(digcomp.objects(collection, SKOS.memberList)) == [cells[0]]
        assert [digcomp.value(m, DGC.rank) for m in members] == [
            Literal(n + 1) for n in range(size)
        ]
        assert set(digcomp.objects(collection, SKOS.member)) == set(members)
        for place, cell in enumerate(cells, start=1):
            assert digcomp.value(cell, DGC.position) == Literal(place)
            assert (cell, RDF.type, RDF.List) in digcomp


class TestNkpd:
    """The extract of NKPD-2011."""

    def test_counts(self, nkpd: Graph) -> None:
        """There are 60 positions of two unit groups, and the eight groups above them (M-16)."""
        positions = Counter(code(nkpd, node)[:4] for node in instances(nkpd, "OccupationPosition"))
        groups = {code(nkpd, node) for node in instances(nkpd, "OccupationGroup")}

        assert positions == {"2421": 36, "3339": 24}
        assert groups == {"2", "24", "242", "2421", "3", "33", "333", "3339"}

    def test_codes(self, nkpd: Graph) -> None:
        """Codes are typed notations and end the identifier; a position has eight digits (M-15)."""
        for node, notation in nkpd.subject_objects(SKOS.notation):
            assert isinstance(notation, Literal)
            assert notation.datatype == DGC.NKPD2011
            assert str(node) == f"{ID}nkpd11/{notation}"
            assert re.fullmatch(r"\d{1,4}|\d{8}", notation)

    def test_position_stands_under_its_unit_group(self, nkpd: Graph) -> None:
        """A position is under the group of its first four digits, and ISCO's is broader (M-16)."""
        for node in instances(nkpd, "OccupationPosition"):
            group = code(nkpd, node)[:4]
            assert list(nkpd.objects(node, SKOS.broader)) == [URIRef(f"{ID}nkpd11/{group}")]
            assert list(nkpd.objects(node, SKOS.broadMatch)) == [URIRef(f"{ISCO}{group}")]
            assert (node, DGC.labelStatus, DGC.OwnTranslation) in nkpd

    def test_names_of_the_classification(self, nkpd: Graph) -> None:
        """The Bulgarian name of a position is the classification's, comma and all."""
        names = {
            "24215025": "Мениджър, ключови клиенти",
            "24216002": "Експерт, бизнес развитие",
            "33393020": "Организатор, работа с клиенти",
        }

        for number, name in names.items():
            node = URIRef(f"{ID}nkpd11/{number}")
            assert texts(nkpd, node, SKOS.prefLabel)["bg"] == name

    def test_group_names_are_iscos_in_english(self, nkpd: Graph) -> None:
        """The English name of a group is that of the ISCO-08 group of the same code."""
        isco = parsed("stubs", "isco08")

        for node in instances(nkpd, "OccupationGroup"):
            same = URIRef(f"{ISCO}{code(nkpd, node)}")
            assert texts(nkpd, node, SKOS.prefLabel)["en"] == texts(isco, same, RDFS.label)["en"]

    def test_classification_levels(self, nkpd: Graph) -> None:
        """The levels are a list of named cells, and each concept is in the level of its depth."""
        scheme = URIRef(f"{ID}nkpd11")
        levels = listed(nkpd, URIRef(f"{ID}nkpd11/levels/1"))

        assert nkpd.value(scheme, XKOS.numberOfLevels) == Literal(len(levels))
        assert [nkpd.value(level, XKOS.depth) for level in levels] == [
            Literal(depth) for depth in range(1, 6)
        ]
        for level, digits in zip(levels, (1, 2, 3, 4, 8), strict=True):
            members = {m for m in nkpd.objects(level, SKOS.member) if isinstance(m, URIRef)}
            assert {len(code(nkpd, member)) for member in members} == {digits}

    def test_scheme_says_who_minted_it(self, nkpd: Graph) -> None:
        """The description says that the identifiers are digigraph's, not official (M-16)."""
        about = texts(nkpd, URIRef(f"{ID}nkpd11"), DCTERMS.description)

        assert "minted by digigraph" in about["en"]
        assert "създадени от digigraph" in about["bg"]


class TestStubs:
    """What is said of the identifiers of others (M-17)."""

    @pytest.mark.parametrize("name", STUBS)
    def test_identifiers_of_others_stay_theirs(self, name: str) -> None:
        """A stub has labels and codes, but no type, status or identifier of ours."""
        graph = parsed("stubs", name)
        theirs = {s for s in graph.subjects() if not str(s).startswith(BASE)}

        assert theirs
        for node in theirs:
            assert isinstance(node, URIRef)
            assert texts(graph, node, RDFS.label)["en"]
            for predicate in (RDF.type, DCTERMS.identifier, ADMS.status, DGC.labelStatus):
                assert (node, predicate, None) not in graph

    @pytest.mark.parametrize("name", ["esco", "isco08"])
    def test_esco_is_acknowledged(self, name: str) -> None:
        """The header carries ESCO's own sentence of acknowledgement (Q-12)."""
        rights = texts(parsed("stubs", name), URIRef(f"{BASE}graph/stubs"), DCTERMS.rights)

        assert (
            rights["en"] == "This service uses the ESCO classification of the European Commission."
        )

    def test_eurostat_is_acknowledged(self) -> None:
        """The header of the NACE stubs names Eurostat as the source."""
        rights = texts(parsed("stubs", "nace2"), URIRef(f"{BASE}graph/stubs"), DCTERMS.rights)

        assert rights["en"].startswith("Source: Eurostat, NACE Rev. 2.")

    def test_broader_is_a_stub_too(self) -> None:
        """A chain of ISCO or NACE groups is whole up to its top."""
        graph = parsed("stubs", "esco") + parsed("stubs", "isco08") + parsed("stubs", "nace2")

        assert set(graph.objects(None, SKOS.broader)) <= set(graph.subjects(RDFS.label))

    def test_nace_section_r(self) -> None:
        """Section R is whole: 25 rows, whose URI is the code without its dots."""
        graph = parsed("stubs", "nace2")
        rows = {s for s in graph.subjects() if str(s).startswith(NACE)}

        assert len(rows) == 25
        for node in rows:
            notations = set(graph.objects(node, SKOS.notation))
            (plain,) = (n for n in notations if isinstance(n, Literal) and not n.datatype)
            assert str(node) == NACE + plain.replace(".", "")
            assert Literal(str(plain), datatype=DGC.KID2008) in notations

    def test_bulgarian_names_of_divisions(self) -> None:
        """Only divisions 90 to 93 have a known KID-2008 name, and each says whence."""
        graph = parsed("stubs", "nace2")
        named = {
            s for s, o in graph.subject_objects(RDFS.label)
            if isinstance(o, Literal) and o.language == "bg" and str(s).startswith(NACE)
        }  # fmt: skip

        assert named == {URIRef(f"{NACE}{division}") for division in (90, 91, 92, 93)}
        assert named <= set(graph.subjects(SKOS.editorialNote))
        assert texts(graph, URIRef(f"{NACE}93"), RDFS.label)["bg"] == (
            "Спортни и други дейности, свързани с развлечения и отдих"
        )


class TestIscoList:
    """`data/isco08.tsv`, against which the first four digits of an NKPD code are checked."""

    @pytest.fixture
    def rows(self) -> dict[str, tuple[str, str]]:
        """Return name and parent by code."""
        lines = (resources.folder("data") / "isco08.tsv").read_text(encoding="utf-8").splitlines()
        header, *table = [line.split("\t") for line in lines if not line.startswith("# ")]
        assert header == ["code", "name_en", "parent"]
        assert lines[0].startswith("# ISCO-08")
        assert [row[0] for row in table] == sorted(row[0] for row in table)
        return {number: (name, parent) for number, name, parent in table}

    def test_counts(self, rows: dict[str, tuple[str, str]]) -> None:
        """ISCO-08 has 10 major, 43 sub-major, 130 minor and 436 unit groups: 619."""
        sizes = Counter(len(number) for number in rows)

        assert sizes == {1: 10, 2: 43, 3: 130, 4: 436}
        assert len(rows) == 619

    def test_parent(self, rows: dict[str, tuple[str, str]]) -> None:
        """The parent of a group is its code less the last digit; codes keep leading zeros."""
        for number, (name, parent) in rows.items():
            assert name
            assert parent == number[:-1]
            assert parent in rows or len(number) == 1

    def test_agrees_with_the_stubs(self, rows: dict[str, tuple[str, str]]) -> None:
        """A group that also has a stub has the same name there."""
        graph = parsed("stubs", "isco08")

        for node, label in graph.subject_objects(RDFS.label):
            if str(node).startswith(ISCO):
                assert rows[str(node).removeprefix(ISCO)][0] == str(label)
