"""The graph of the shipped data: every statement, verbatim, in its place, with its evidence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from digigraph import documents, reference, resources, sources
from digigraph.documents.encoding import decode
from digigraph.names import PREFIXES, Names
from digigraph.release import Release
from digigraph.text import tidy

BASE = resources.AUTHORED_BASE
PREFIX = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in Names().prefixes().items())
SOURCE = resources.folder("data") / "sources" / "33393020-93"

COUNTS = {
    "DutyStatement": 11,
    "LevelDescriptorItem": 95,
    "KnowledgeStatement": 42,
    "SkillStatement": 47,
    "BehaviourIndicator": 40,
    "UseExample": 39,
}
"""What the real document holds, counted by eye."""

PER_REQUIREMENT = {
    # levels of the items described: knowledge, skills, behaviours, examples
    "1-1": ({6: 4}, 3, 6, 4, 3),
    "1-2": ({6: 2}, 5, 5, 4, 3),
    "2-2": ({6: 3}, 5, 3, 3, 4),
    "3-1": ({6: 2}, 3, 4, 4, 3),
    "4-2": ({5: 3}, 6, 4, 4, 5),
    "5-2": ({5: 3}, 3, 3, 3, 4),
    "c-qayqf27g": (dict.fromkeys(range(1, 9), 2), 4, 7, 5, 5),
    "c-g66mpmtj": (dict(enumerate((2, 2, 4, 3, 4, 3, 3, 3), 1)), 5, 4, 6, 4),
    "c-7961m7pd": (dict.fromkeys(range(1, 9), 2), 4, 6, 3, 3),
    "c-gj8xfnjp": (dict(enumerate((3, 3, 3, 3, 3, 3, 2, 2), 1)), 4, 5, 4, 5),
}


@pytest.fixture(scope="module")
def store(shipped_release: Release) -> ox.Store:
    """Return the shipped release in memory, its default graph the union of all."""
    store = ox.Store()
    store.bulk_load(path=str(shipped_release.folder / "digigraph.nq"), format=ox.RdfFormat.N_QUADS)
    return store


Ask = Callable[[str], list[tuple[str, ...]]]
"""Answers a SELECT as tuples of texts."""


@pytest.fixture(scope="module")
def rows(store: ox.Store) -> Ask:
    """Return a function that answers a SELECT as tuples of texts."""

    def ask(query: str) -> list[tuple[str, ...]]:
        found = store.query(PREFIX + query, use_default_graph_as_union=True)
        return [tuple(term.value if term else "" for term in row) for row in found]

    return ask


def test_every_list_statement_of_the_document_is_there(rows: Ask) -> None:
    """The graph holds 274 statements of six kinds, no more and no less."""
    found = Counter(
        kind.rsplit("#", 1)[1]
        for _, kind in rows(
            "SELECT ?s ?kind { ?s a dgc:Statement, ?kind "
            "FILTER(?kind NOT IN (dgc:Statement, prov:Entity)) }"
        )
    )

    assert found == COUNTS
    assert sum(found.values()) == 274


@pytest.mark.parametrize("key", sorted(PER_REQUIREMENT))
def test_statements_stand_at_the_right_competence_kind_and_level(rows: Ask, key: str) -> None:
    """Each requirement and each level has as many statements of each kind as the document."""
    levels, *others = PER_REQUIREMENT[key]
    found = rows(
        "SELECT ?kind (COUNT(?s) AS ?n) { ?r dgc:hasStatement ?s . ?s a ?kind . "
        f'FILTER(STRENDS(STR(?r), "/req/{key}") && ?kind NOT IN (dgc:Statement, prov:Entity)) }} '
        "GROUP BY ?kind"
    )
    described = rows(
        "SELECT ?rank (COUNT(?s) AS ?n) { ?r dgc:requiresCompetence ?c . ?l dgc:ofCompetence ?c ; "
        "dgc:atLevel/dgc:rank ?rank ; dgc:hasDescriptorItem ?s . "
        f'FILTER(STRENDS(STR(?r), "/req/{key}")) }} GROUP BY ?rank'
    )

    kinds = {kind.rsplit("#", 1)[1]: int(n) for kind, n in found}
    assert kinds == dict(
        zip(
            ("KnowledgeStatement", "SkillStatement", "BehaviourIndicator", "UseExample"),
            others,
            strict=True,
        )
    )
    assert {int(rank): int(n) for rank, n in described} == levels


def test_lead_ins_are_all_there(rows: Ask) -> None:
    """The document's 38 level lead-ins stand at 38 competences at a level."""
    assert len(rows("SELECT ?l { ?l a dgc:CompetenceAtLevel ; dgc:leadIn ?text }")) == 38


def test_texts_are_verbatim(rows: Ask) -> None:
    """Each statement reads as its quotes do, mark-up and white space aside."""
    found: dict[str, tuple[str, list[tuple[int, int, str]]]] = {}
    for statement, text, line, span, quote in rows(
        "SELECT ?s ?text ?line ?span ?quote { ?s a dgc:Statement ; rdfs:label ?text ; "
        "prov:wasDerivedFrom ?span . ?span dgc:line ?line ; oa:hasSelector/oa:exact ?quote . "
        'FILTER(LANG(?text) = "bg") }'
    ):
        first = int(span.rsplit("/", 1)[1].split("-")[0])
        found.setdefault(statement, (text, []))[1].append((int(line), first, quote))

    assert len(found) == 274
    for text, places in found.values():
        quoted = " ".join(quote for _, _, quote in sorted(places))
        assert tidy(re.sub(r"<[^>]+>", " ", quoted)) == text


def test_every_selector_resolves_against_the_stored_bytes(rows: Ask) -> None:
    """A line selector and a quote selector lead to exactly the quoted characters (Q-02)."""
    lines = decode(SOURCE / "document.txt", (SOURCE / "document.txt").read_bytes()).split("\n")
    spans = rows(
        "SELECT ?span ?value ?quote { ?span a dgc:SourceSpan ; oa:hasSelector ?f, ?q . "
        "?f rdf:value ?value . ?q oa:exact ?quote }"
    )

    assert len(spans) > 300
    for span, value, quote in spans:
        before, after = map(int, value.removeprefix("line=").split(","))
        first, last = map(int, span.rsplit("/", 1)[1].split("-"))
        assert after == before + 1
        assert lines[before][first - 1 : last] == quote


def test_a_quote_that_its_line_repeats_has_its_surroundings(rows: Ask) -> None:
    """Prefix, quote and suffix together occur once in the line."""
    lines = decode(SOURCE / "document.txt", (SOURCE / "document.txt").read_bytes()).split("\n")
    for line, quote, prefix, suffix in rows(
        "SELECT ?line ?quote ?p ?s { ?span dgc:line ?line ; oa:hasSelector ?q . ?q oa:exact ?quote "
        "OPTIONAL { ?q oa:prefix ?p } OPTIONAL { ?q oa:suffix ?s } }"
    ):
        assert lines[int(line) - 1].count(prefix + quote + suffix) == 1


def test_every_line_is_cited_or_accounted_for(rows: Ask) -> None:
    """Every non-empty line of the document has evidence or a reason (Q-03)."""
    lines = decode(SOURCE / "document.txt", (SOURCE / "document.txt").read_bytes()).split("\n")
    cited = {int(line) for (line,) in rows("SELECT ?line { ?s a dgc:SourceSpan ; dgc:line ?line }")}
    reasons = {
        int(line): reason.rsplit("#", 1)[1]
        for line, reason in rows("SELECT ?line ?r { ?l dgc:accountedAs ?r ; dgc:line ?line }")
    }
    filled = {number for number, line in enumerate(lines, 1) if line.strip()}

    assert filled <= cited | set(reasons)
    assert len(filled) == 191
    assert Counter(reasons.values())["PageFooter"] == 27


def test_the_contradiction_is_published_with_both_values(rows: Ask) -> None:
    """Section II says 6, section IV says 5: both stand, the detailed one is in force (M-05)."""
    assert rows(
        "SELECT ?rank ?min ?max ?rule { ?r dgc:levelStatus dgc:Disputed ; "
        "dgc:requiredLevel/dgc:rank ?rank ; dgc:minLevelRank ?min ; dgc:maxLevelRank ?max ; "
        "dgc:levelRule ?rule }"
    ) == [("5", "5", "6", f"{BASE}def#DetailSectionPrevails")]
    assert sorted(
        rows(
            "SELECT ?place ?rank ?line { ?r dgc:levelStatus dgc:Disputed ; "
            "dgc:hasLevelAssertion ?a . ?a dgc:assertedIn ?place ; "
            "dgc:assertedLevel/dgc:rank ?rank ; prov:wasDerivedFrom/dgc:line ?line }"
        )
    ) == [(f"{BASE}def#DetailSection", "5", "183"), (f"{BASE}def#OverviewTable", "6", "35")]
    assert rows(
        "SELECT ?r { ?f a dgc:Contradiction ; oa:hasTarget ?r . ?r dgc:levelStatus dgc:Disputed }"
    )


def test_titles_with_a_code_are_positions_and_those_without_are_labels(rows: Ask) -> None:
    """Two alternative titles carry their own NKPD code, two are bare names (M-09)."""
    assert sorted(rows("SELECT ?o { ?p dgc:alsoNamedAs ?o }")) == [
        (f"{BASE}id/nkpd11/24215025",),
        (f"{BASE}id/nkpd11/24216002",),
    ]
    assert sorted(rows("SELECT ?l { ?p a dgc:OccupationProfile ; skos:altLabel ?l }")) == [
        ("Организатор клиентско обслужване",),
        ("Специалист обслужване на клиенти",),
    ]
    assert rows("SELECT ?o { ?p dgc:occupation ?o }") == [(f"{BASE}id/nkpd11/33393020",)]


def test_findings_tell_what_the_document_holds(rows: Ask) -> None:
    """Each oddity of the document is a finding of its class, in both languages (Q-04)."""
    found = Counter(
        kind.rsplit("#", 1)[1]
        for _, kind in rows(
            "SELECT ?f ?kind { ?f a dgc:Finding, ?kind . ?f rdfs:label ?bg, ?en "
            'FILTER(LANG(?bg) = "bg" && LANG(?en) = "en" && '
            "?kind NOT IN (dgc:Finding, dqv:QualityAnnotation, oa:Annotation)) }"
        )
    )

    assert found["Contradiction"] == found["MergedBullets"] == found["ForeignLetter"] == 1
    assert found["SimilarOutsideProfile"] == 3
    assert found["TitleWithoutCode"] == 2
    assert found["SplitAcrossPages"] == 10
    assert found["VariantHeading"] >= 8
    assert rows(
        'SELECT ?line { ?f a dgc:ForeignLetter ; dgc:foundText "владеење" ; dgc:line ?line }'
    ) == [("260",)]


def test_coverage_is_published_and_whole(rows: Ask) -> None:
    """The share of lines and characters accounted for is 100 per cent."""
    assert rows("SELECT ?v { ?m a dqv:QualityMeasurement ; dqv:value ?v }") == [("100",), ("100",)]


def test_the_links_outward_are_there(rows: Ask) -> None:
    """NKPD leads to ISCO, the sector to NACE, competences to ESCO."""
    assert rows("SELECT ?a { ?p dgc:economicActivity ?a }") == [
        ("http://data.europa.eu/ux2/nace2/93",)
    ]
    assert rows("SELECT ?i { ?p dgc:occupation/skos:broader/skos:exactMatch ?i }") == [
        ("http://data.europa.eu/esco/isco/C3339",)
    ]
    assert len(rows("SELECT ?c ?e { ?c a dgc:FrameworkCompetence ; skos:exactMatch ?e }")) == 16
    assert len(rows("SELECT ?c ?e { ?c a dgc:FrameworkCompetence ; skos:closeMatch ?e }")) == 5
    assert len(rows("SELECT ?c ?e { ?c a dgc:SpecificCompetence ; skos:closeMatch ?e }")) == 4


def ours(store: ox.Store) -> Iterator[tuple[str, dict[str, list[ox.Literal | ox.NamedNode]]]]:
    """Yield each minted thing with its properties, vocabulary terms and shapes left out."""
    about: dict[str, dict[str, list[ox.Literal | ox.NamedNode]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for quad in store:
        about[quad.subject.value][quad.predicate.value].append(quad.object)
    for iri, properties in about.items():
        if iri.startswith(BASE) and not iri.startswith(
            (f"{BASE}def#", f"{BASE}shapes", f"{BASE}graph/")
        ):
            yield iri, properties


def test_every_minted_thing_has_its_identity_block(store: ox.Store) -> None:
    """Type, labels in bg and en, identifier, status, date and place: nothing lacks one (M-13)."""
    wanted = {
        "type": ["rdf:type"],
        "identifier": ["dct:identifier"],
        "status": ["adms:status"],
        "date": ["dct:modified"],
        "place": ["dct:isPartOf", "skos:inScheme"],
    }
    expanded = {
        name: [PREFIXES[p.split(":")[0]] + p.split(":")[1] for p in properties]
        for name, properties in wanted.items()
    }
    # The label of a statement is its text, which stays Bulgarian (M-11); its title names it.
    labels = [PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel", PREFIXES["dct"] + "title"]
    missing = []
    for iri, properties in ours(store):
        languages = {
            value.language
            for label in labels
            for value in properties.get(label, [])
            if isinstance(value, ox.Literal)
        }
        lacking = [
            name for name, any_of in expanded.items() if not any(p in properties for p in any_of)
        ]
        lacking += [language for language in ("bg", "en") if language not in languages]
        if iri in (f"{BASE}catalog/digigraph", f"{BASE}def", f"{BASE}id/agent/digigraph"):
            lacking = [name for name in lacking if name != "place"]
        if iri in (f"{BASE}id/digcomp21", f"{BASE}id/nkpd11"):
            lacking = [name for name in lacking if name != "place"]
        if iri.startswith(f"{BASE}.well-known/void#"):
            # As a term is part of its vocabulary, so is a count part of the one description.
            lacking = [name for name in lacking if name in ("type", "bg", "en")]
        if lacking:
            missing.append((iri, lacking))

    assert not missing


def test_there_is_no_blank_node_and_all_text_is_in_normal_form(store: ox.Store) -> None:
    """Every node can be cited, and every string is in NFC (M-11, M-14)."""
    for quad in store:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            assert not isinstance(term, ox.BlankNode)
        if isinstance(quad.object, ox.Literal):
            assert unicodedata.is_normalized("NFC", quad.object.value)
            assert (quad.object.language or "").islower() or not quad.object.language


def test_every_iri_of_ours_that_is_mentioned_is_described(store: ox.Store) -> None:
    """No IRI under the base leads nowhere."""
    subjects = {quad.subject.value for quad in store}
    dangling = {
        quad.object.value
        for quad in store
        if isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith(BASE)
        and quad.object.value not in subjects
    }

    assert dangling <= {f"{BASE}def#", f"{BASE}graph/"}


def test_ids_of_statements_do_not_depend_on_the_encoding(tmp_path: Path) -> None:
    """A document saved in windows-1251 with other line ends gives the same digest and texts."""
    clean = SOURCE / "document.txt"
    text = clean.read_text(encoding="utf-8").replace("ѝ", "и").replace("њ", "н")
    other, same = tmp_path / "other.txt", tmp_path / "same.txt"
    other.write_bytes(text.replace("\n", "\r\n").encode("cp1251"))
    same.write_text(text, encoding="utf-8")
    known = reference.load()

    first, second = documents.read(other, known), documents.read(same, known)

    assert first.text_digest == second.text_digest
    assert first.profile == second.profile


def test_the_source_is_described_by_its_exact_bytes(rows: Ask) -> None:
    """Checksum, size and rights of the document are those of the stored file (Q-01, Q-12)."""
    given = sources.load(SOURCE / "source.toml").source

    assert rows(
        "SELECT ?sum ?size { ?d a dgc:SourceDocument ; spdx:checksum/spdx:checksumValue ?sum ; "
        "dcat:byteSize ?size }"
    ) == [(given.sha256, str(given.byte_size))]
    assert any(
        "no licence" in text.lower()
        for (text,) in rows("SELECT ?t { ?d a dgc:SourceDocument ; dct:rights ?t }")
    )
