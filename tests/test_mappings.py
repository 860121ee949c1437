"""The mapping tables are sound SSSOM, map what they should, and are read without mercy."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import RDFS, SKOS, Graph, URIRef

from digigraph import resources
from digigraph.errors import InputError
from digigraph.mappings import NO_TERM_FOUND, Mapping, MappingSet, is_publishable, parse, read

BASE = resources.AUTHORED_BASE
FOLDER = resources.folder("data") / "mappings"
ROWS = {
    "competences-esco": 8,
    "digcomp21-digcomp3": 38,
    "digcomp21-esco": 26,
    "nkpd11-esco": 13,
    "nkpd11-isco08": 8,
}
SKILL = "http://data.europa.eu/esco/skill/"
OCCUPATION = "http://data.europa.eu/esco/occupation/"
ISCO = "http://data.europa.eu/esco/isco/C"

DIGCOMP_IN_ESCO = {
    "area-1": ("closeMatch", "629685b8-5f9e-4522-8cff-b3e2c4ec625a"),
    "area-2": ("closeMatch", "574257ea-7b64-4100-b7b6-e27c233fe143"),
    "area-3": ("closeMatch", "f5369f2f-e52b-43d8-8d31-79a6c11188d8"),
    "area-4": ("closeMatch", "426ceaba-6867-481c-bb6b-aee3933da7d2"),
    "area-5": ("closeMatch", "7e5147d1-60b1-4a68-804b-1f5cb0396b91"),
    "1-1": ("exactMatch", "e439742d-558d-4f52-885e-afdc740b48cf"),
    "1-2": ("exactMatch", "1d6c7de4-350e-4868-a47b-333b4b0d9650"),
    "1-3": ("exactMatch", "4d97e3c3-f335-47cc-a4ee-0d779fd42222"),
    "2-1": ("exactMatch", "a12057b4-6d11-4a12-ab8e-15a028ef0a6d"),
    "2-2": ("exactMatch", "40001d93-8937-4859-89d5-2dca53290ff4"),
    "2-3": ("closeMatch", "16a00c69-9c74-4c37-96d7-6301d285e5ce"),
    "2-4": ("exactMatch", "2b34a99f-9813-4c91-9509-b6b9b8c3132e"),
    "2-5": ("closeMatch", "97c1895a-a890-47da-abfc-79dc272add2e"),
    "2-6": ("exactMatch", "bc0b0b5d-f6be-405a-b224-b6902a4dbe97"),
    "3-1": ("exactMatch", "5fd5c985-eaaa-47aa-8314-62359c54505a"),
    "3-2": ("exactMatch", "5af49836-2269-46d9-87b9-0d3140c6c22e"),
    "3-3": ("closeMatch", "a91732ce-988e-4105-9570-f425c6ffdc82"),
    "3-4": ("closeMatch", "21d2f96d-35f7-4e3f-9745-c533d2dd6e97"),
    "4-1": ("closeMatch", "df329d70-87b0-466b-a214-3431f36e2a5e"),
    "4-2": ("exactMatch", "33a82b83-c838-4889-ae62-fae1317481eb"),
    "4-3": ("exactMatch", "d1ed5b3a-cab5-4c5d-baf8-0214998b58fb"),
    "4-4": ("exactMatch", "c4ba12d1-4698-42fa-8abb-789462ea2586"),
    "5-1": ("exactMatch", "14832d87-2f2f-4895-b290-e4760ebae42a"),
    "5-2": ("exactMatch", "42fcf80d-7b45-40f3-bd2f-5411c4c0dfa0"),
    "5-3": ("exactMatch", "1a4cc54f-1e53-442b-a6d2-1682dc8ef8f9"),
    "5-4": ("exactMatch", "238343b1-7b51-42b3-a9ed-cf24d3a236e7"),
}
OCCUPATIONS = {
    ("33393020", "closeMatch", "725090a7-9943-4dae-8079-a6999d21ddba"),
    ("33393020", "relatedMatch", "9c9752b7-3e3b-4a08-8553-b63a013f8072"),
    ("24215025", "closeMatch", "2eac08c2-a81a-46fc-8d75-eb0e0f3e0f6d"),
    ("24216002", "closeMatch", "b76178c0-a03a-4793-b079-1e61e636c521"),
}
REJECTED = {
    "14031d4a-6e99-442f-b4fe-18262b6432b2",
    "4ae470fc-bcf8-4704-abd5-e086ebb1552c",
    "6aa78e46-ce22-421f-8a75-e915ac63c9d0",
    "825ab049-2f0c-4acf-b402-9c6bb51acca2",
    "89b85c45-ddc7-4fe1-be5a-d3db2be11f3b",
}
SKILLS_OF_COMPETENCES = {
    ("closeMatch", "9889b795-d755-41b2-8afd-2e3c87a65a38"),
    ("relatedMatch", "ccc28081-a273-45f8-98f6-0fd70e935263"),
    ("relatedMatch", "d63f49de-cb72-4ce3-9553-a374a4f32f52"),
    ("closeMatch", "89ba58e8-a67e-4d2b-ad42-6acab25c241b"),
    ("relatedMatch", "c5d018ca-f6fa-4cc0-b209-43df46e56d48"),
    ("closeMatch", "36931cb7-ca3f-4be1-8428-f38eefc8e1ed"),
    ("closeMatch", "5303169c-75d6-4751-9136-a4b88343388c"),
    ("relatedMatch", "64e09849-a7db-4d6b-a932-66264420eb97"),
}

HEAD = """\
#sssom_version: "1.1"
#curie_map:
#  ours: https://example.org/id/
#  theirs: http://example.com/
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
#  sssom: https://w3id.org/sssom/
#mapping_set_id: https://example.org/mappings/small
#mapping_set_version: "1"
#mapping_set_title: "Small: a set"
#mapping_set_description: A set to try
#license: https://creativecommons.org/licenses/by/4.0/
#publication_date: "2026-11-23"
"""
COLUMNS = (
    *("subject_id", "predicate_id", "predicate_modifier", "object_id", "object_label"),
    *("object_type", "object_source_version", "mapping_justification", "author_id"),
    *("reviewer_id", "mapping_cardinality", "mapping_date", "confidence"),
)
GOOD = {
    "subject_id": "ours:1",
    "predicate_id": "skos:exactMatch",
    "object_id": "theirs:1",
    "object_source_version": "v1",
    "mapping_justification": "semapv:ManualMappingCuration",
    "author_id": "ours:agent",
    "mapping_date": "2026-11-23",
    "confidence": "0.9",
}
SMALL = Path("small.sssom.tsv")


def table(*rows: dict[str, str], head: str = HEAD) -> str:
    """Return the text of a mapping file; each row is the good one with some cells changed."""
    cells = [[(GOOD | row).get(column, "") for column in COLUMNS] for row in rows]
    return head + "".join("\t".join(line) + "\n" for line in [list(COLUMNS), *cells])


def problems(text: str, path: Path = SMALL) -> list[str]:
    """Return what the reader has against a text, line by line."""
    with pytest.raises(InputError) as caught:
        parse(text, path)
    first, *told = str(caught.value).splitlines()
    assert first == f"{path}: {len(told)} problem(s) in this mapping set"
    return told


def shipped(name: str) -> MappingSet:
    """Return a shipped mapping set."""
    return read(FOLDER / f"{name}.sssom.tsv")


def short(predicate: str) -> str:
    """Return the local name of a SKOS term."""
    return predicate.removeprefix(str(SKOS))


class TestShippedSets:
    """What digigraph says about the identifiers of others."""

    def test_sets_and_their_sizes(self) -> None:
        """The five sets are there, each with all its rows (Q-10)."""
        paths = sorted(FOLDER.glob("*"))

        sizes = {mapping_set.name: len(mapping_set.mappings) for mapping_set in map(read, paths)}

        assert sizes == ROWS

    @pytest.mark.parametrize("name", ROWS)
    def test_metadata(self, name: str) -> None:
        """A set has an identifier under our base and an open licence (Q-07, Q-12)."""
        mapping_set = shipped(name)

        assert mapping_set.id == f"{BASE}mappings/{name}"
        assert mapping_set.license == "https://creativecommons.org/licenses/by/4.0/"
        if any(source in name for source in ("esco", "isco08")):
            assert "uses the ESCO classification of the European Commission" in (
                mapping_set.description
            )

    @pytest.mark.parametrize("name", ROWS)
    def test_rows_say_who_why_and_when(self, name: str) -> None:
        """Each row has author, justification, confidence, date and both versions (Q-07)."""
        for mapping in shipped(name).mappings:
            assert mapping.authors == (f"{BASE}id/agent/digigraph",)
            assert mapping.justification.endswith("ManualMappingCuration")
            assert mapping.confidence is not None
            assert 0 < mapping.confidence < 1
            assert mapping.date.isoformat() == "2026-11-23"
            assert mapping.object_source
            assert mapping.object_source_version
            assert mapping.subject is None or mapping.subject_source_version
            assert mapping.comment

    @pytest.mark.parametrize("name", ROWS)
    def test_no_review_is_claimed(self, name: str) -> None:
        """Nobody is named as a reviewer before a review has happened (Q-09)."""
        assert not any(mapping.reviewers for mapping in shipped(name).mappings)

    def test_digcomp_to_esco(self) -> None:
        """The 26 rows are those read in ESCO's files: 16 exact, 10 close (Q-11)."""
        mappings = shipped("digcomp21-esco").mappings

        found = {
            (mapping.subject or "").removeprefix(f"{BASE}id/digcomp21/"): (
                short(mapping.predicate),
                (mapping.object or "").removeprefix(SKILL),
            )
            for mapping in mappings
        }

        assert found == DIGCOMP_IN_ESCO
        assert Counter(kind for kind, _ in found.values()) == {"exactMatch": 16, "closeMatch": 10}

    def test_release_of_each_row(self) -> None:
        """Each row names the ESCO release it was checked in; 2.5 left after v1.1.1 (Q-11)."""
        versions = {
            (mapping.subject or "").rpartition("/")[2]: mapping.object_source_version
            for mapping in shipped("digcomp21-esco").mappings
        }

        assert versions.pop("2-5") == "v1.1.1"
        assert set(versions.values()) == {"v1.2.0"}

    def test_groups_to_isco(self) -> None:
        """An NKPD group is exactly the ISCO-08 group of the same code (M-16)."""
        for mapping in shipped("nkpd11-isco08").mappings:
            code = (mapping.subject or "").removeprefix(f"{BASE}id/nkpd11/")
            assert mapping.object == f"{ISCO}{code}"
            assert short(mapping.predicate) == "exactMatch"

    def test_positions_to_occupations(self) -> None:
        """Four matches are published; the compared and rejected are negated (Q-08, Q-11)."""
        mappings = shipped("nkpd11-esco").mappings
        published = {
            (
                (mapping.subject or "").removeprefix(f"{BASE}id/nkpd11/"),
                short(mapping.predicate),
                (mapping.object or "").removeprefix(OCCUPATION),
            )
            for mapping in mappings
            if is_publishable(mapping)
        }
        rejected = {(m.object or "").removeprefix(OCCUPATION) for m in mappings if m.negated}

        assert published == OCCUPATIONS
        assert rejected == REJECTED

    def test_no_exact_occupation(self) -> None:
        """That no occupation is exactly the position is recorded, not left unsaid (Q-08)."""
        missing = [m for m in shipped("nkpd11-esco").mappings if m.object == NO_TERM_FOUND]

        assert len(missing) == 3
        assert {m.cardinality for m in missing} == {"1:0"}
        assert not any(map(is_publishable, missing))

    def test_title_without_code(self) -> None:
        """A title that has no code is mapped as a literal, under no invented identifier."""
        (literal,) = (m for m in shipped("nkpd11-esco").mappings if m.subject is None)

        assert literal.subject_label == "Специалист обслужване на клиенти"
        assert not is_publishable(literal)

    def test_competences_to_skills(self) -> None:
        """Four specific competences map to eight ESCO skills (Q-11)."""
        mappings = shipped("competences-esco").mappings

        found = {(short(m.predicate), (m.object or "").removeprefix(SKILL)) for m in mappings}

        assert found == SKILLS_OF_COMPETENCES
        assert len({m.subject for m in mappings}) == 4
        assert all((m.subject or "").startswith(f"{BASE}id/competence/c-") for m in mappings)

    def test_digcomp_3_has_no_identifiers(self) -> None:
        """DigComp 3.0 publishes no IRI, so its side is a label and no triple follows (M-20)."""
        mappings = shipped("digcomp21-digcomp3").mappings

        assert {m.object for m in mappings} == {None}
        assert all(m.object_label for m in mappings)
        assert not any(map(is_publishable, mappings))

    def test_digcomp_3_by_code_and_level(self) -> None:
        """Codes and bands are close matches, two levels are under each of 3.0's four (M-20)."""
        mappings = shipped("digcomp21-digcomp3").mappings
        broad = Counter(m.object_label for m in mappings if short(m.predicate) == "broadMatch")

        assert Counter(short(m.predicate) for m in mappings) == {"closeMatch": 30, "broadMatch": 8}
        assert broad == {"Basic": 2, "Intermediate": 2, "Advanced": 2, "Highly advanced": 2}

    def test_subjects_are_in_the_schemes(self) -> None:
        """What is mapped exists, under the name the row gives it."""
        folder = resources.folder("ontology") / "schemes"
        graph = Graph().parse(folder / "digcomp21.ttl").parse(folder / "nkpd11.ttl")

        for name in set(ROWS) - {"competences-esco"}:
            for mapping in (m for m in shipped(name).mappings if m.subject):
                labels = graph.objects(URIRef(mapping.subject or ""), SKOS.prefLabel)
                assert mapping.subject_label in {str(label) for label in labels}

    def test_objects_are_in_the_stubs(self) -> None:
        """What is mapped to has a stub, under the name the row gives it (M-17)."""
        graph = Graph()
        for path in (resources.folder("ontology") / "stubs").glob("*.ttl"):
            graph.parse(path)

        for name in ROWS:
            for mapping in shipped(name).mappings:
                if mapping.object and mapping.object != NO_TERM_FOUND:
                    labels = graph.objects(URIRef(mapping.object), RDFS.label)
                    assert mapping.object_label in {str(label) for label in labels}


@pytest.mark.filterwarnings(
    "ignore::Warning:sssom",  # sssom-py 0.4 uses options that pandas 3 deprecates
)
@pytest.mark.parametrize("name", ROWS)
def test_sssom_py_finds_nothing(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The reference implementation of SSSOM reads the file and has nothing against it (Q-07)."""
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    path = FOLDER / f"{name}.sssom.tsv"
    with caplog.at_level(logging.WARNING):
        table = parse_sssom_table(path)
        reports = validate(table, fail_on_error=False)

    assert len(table.df) == ROWS[name]
    assert len(reports) >= 3
    assert [result for report in reports.values() for result in report.results] == []
    assert [record.getMessage() for record in caplog.records if record.name == "root"] == []


class TestReading:
    """A sound file becomes records."""

    def test_good_file(self) -> None:
        """CURIEs become IRIs, numbers numbers, days days."""
        mapping_set = parse(table({}), SMALL)

        (mapping,) = mapping_set.mappings
        assert mapping_set.name == "small"
        assert mapping_set.title == "Small: a set"
        assert mapping_set.description == "A set to try"
        assert mapping_set.curie_map["ours"] == "https://example.org/id/"
        assert mapping.subject == "https://example.org/id/1"
        assert mapping.predicate == str(SKOS.exactMatch)
        assert mapping.confidence == Decimal("0.9")
        assert mapping.line == 15

    def test_several_authors(self) -> None:
        """A cell may name several people, set apart by a bar."""
        (mapping,) = parse(table({"author_id": "ours:a|ours:b"}), SMALL).mappings

        assert mapping.authors == ("https://example.org/id/a", "https://example.org/id/b")

    def test_carriage_returns_and_byte_order_mark(self, tmp_path: Path) -> None:
        """A file saved on Windows reads like any other."""
        path = tmp_path / SMALL
        path.write_bytes(b"\xef\xbb\xbf" + table({}).replace("\n", "\r\n").encode())

        assert read(path) == parse(table({}), SMALL)


class TestRefusing:
    """A file that is not sound is refused with every reason, by line."""

    def test_every_problem_is_told(self) -> None:
        """One run tells all problems of a file, each with its line."""
        head = HEAD.replace("#license:", "#licence:")
        text = table({}, {"subject_id": "nowhere:1"}, {"confidence": "1.5"}, head=head)

        assert problems(text) == [
            "line 1: the metadata lack 'license'",
            "line 12: 'licence' is unknown or repeated",
            "line 16: 'nowhere:1' is not a CURIE with a prefix of the curie_map",
            "line 17: confidence cannot be '1.5'",
            "line 17: repeats or contradicts line 15",
        ]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"predicate_id": ""}, "predicate_id cannot be ''"),
            ({"predicate_modifier": "not"}, "predicate_modifier cannot be 'not'"),
            ({"mapping_justification": "by hand"}, "mapping_justification cannot be 'by hand'"),
            ({"mapping_date": "23.11.2026"}, "mapping_date cannot be '23.11.2026'"),
            ({"object_source_version": ""}, "object_source_version cannot be ''"),
            ({"mapping_cardinality": "many"}, "mapping_cardinality cannot be 'many'"),
            ({"author_id": ""}, "say who made the mapping"),
            ({"object_id": ""}, "give object_id, or object_label alone"),
            ({"object_type": "rdfs literal"}, "give object_id, or object_label alone"),
            ({"object_id": "sssom:NoTermFound"}, "sssom:NoTermFound and mapping_cardinality 1:0"),
            ({"mapping_cardinality": "1:0"}, "sssom:NoTermFound and mapping_cardinality 1:0"),
            ({"object_label": "и\u0306"}, "normal form C"),
            ({"object_label": '"a" b'}, "is not a row of a table"),
        ],
    )
    def test_bad_row(self, change: dict[str, str], told: str) -> None:
        """A row that says too little or what cannot be is told by its line."""
        assert any(
            line.startswith("line 15: ") and told in line for line in problems(table(change))
        )

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("#license: ", "#license:", "line 12: write '#key: value'"),
            ("#license: ", "# ", "line 12: write '#key: value'"),
            ("A set to try", "[a, b]", "line 11: write '#key: value'"),
            ("A set to try", "one: two", "line 11: write '#key: value'"),
            ("#  theirs: http", "#  ours: http", "line 4: prefix 'ours' has two meanings"),
            ("#publication", "#license: x\n#publication", "line 13: 'license' is unknown or rep"),
            ("2026-11-23", "2026-13-01", "line 1: publication_date cannot be '2026-13-01'"),
            ("mappings/small", "mappings/other", "line 1: mapping_set_id must end in the name"),
        ],
    )
    def test_bad_metadata(self, old: str, new: str, told: str) -> None:
        """The metadata block is plain `key: value`, each once, or it is refused."""
        text = table({}, head=HEAD.replace(old, new))

        assert any(line.startswith(told) for line in problems(text))

    def test_unknown_column(self) -> None:
        """A column that we would pass over is refused, for a misspelt one is a statement lost."""
        assert problems(table({}).replace("author_id", "authorid"))[0] == (
            "line 14: column 'authorid' is unknown or repeated"
        )

    def test_cells_do_not_fit_the_columns(self) -> None:
        """A row with more or fewer cells than there are columns is refused."""
        assert problems(table({}, {"object_id": "theirs:2\tx"})) == [
            f"line 16: {len(COLUMNS) + 1} cells under {len(COLUMNS)} columns"
        ]

    @pytest.mark.parametrize("text", ["", HEAD, table()])
    def test_nothing_to_read(self, text: str) -> None:
        """A file without a row is an error, not an empty set."""
        assert any("the table has no row to read" in line for line in problems(text))

    def test_contradiction(self) -> None:
        """The same match cannot be both stated and denied."""
        assert problems(table({}, {"predicate_modifier": "Not"})) == [
            "line 16: repeats or contradicts line 15"
        ]

    def test_other_encoding(self, tmp_path: Path) -> None:
        """A file that is not UTF-8 is refused as such."""
        path = tmp_path / SMALL
        path.write_bytes("Мениджър".encode("cp1251"))

        with pytest.raises(InputError, match="is not UTF-8"):
            read(path)

    def test_no_file(self, tmp_path: Path) -> None:
        """A missing file is an input error that names the file."""
        with pytest.raises(InputError, match=r"small\.sssom\.tsv: cannot be read"):
            read(tmp_path / SMALL)


class TestPublishing:
    """SKOS triples are derived from few rows only (Q-09)."""

    @pytest.fixture
    def mapping(self) -> Mapping:
        """Return a row that may be published."""
        (mapping,) = parse(table({}), SMALL).mappings
        return mapping

    def test_made_by_hand(self, mapping: Mapping) -> None:
        """A row that its author made by hand is published."""
        assert is_publishable(mapping)

    def test_made_by_machine(self, mapping: Mapping) -> None:
        """A row that a machine proposed waits for a reviewer."""
        proposed = replace(mapping, justification="https://w3id.org/semapv/vocab/LexicalMatching")

        assert not is_publishable(proposed)
        assert is_publishable(replace(proposed, reviewers=("https://example.org/id/reviewer",)))

    def test_without_author(self, mapping: Mapping) -> None:
        """Handwork by nobody is not handwork."""
        assert not is_publishable(replace(mapping, authors=()))

    def test_negated(self, mapping: Mapping) -> None:
        """A denied match is not published as a match."""
        assert not is_publishable(replace(mapping, negated=True))

    @pytest.mark.parametrize(
        "predicate", [str(SKOS.broader), "http://www.w3.org/2002/07/owl#sameAs"]
    )
    def test_other_predicate(self, mapping: Mapping, predicate: str) -> None:
        """Only SKOS's five matching properties become triples."""
        assert not is_publishable(replace(mapping, predicate=predicate))

    @pytest.mark.parametrize("end", [None, NO_TERM_FOUND])
    def test_without_an_end(self, mapping: Mapping, end: str | None) -> None:
        """A mapping to nothing, or to a mere label, has no triple."""
        assert not is_publishable(replace(mapping, object=end))
        assert not is_publishable(replace(mapping, subject=end))
