"""The dataset describes itself in VoID, and every number of it is recounted (S-08)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import BASE, quads_of
from flask.testing import FlaskClient

from digigraph.counting import Counting
from digigraph.crew import Crew
from digigraph.described import Described, described_by
from digigraph.graph.survey import survey
from digigraph.graph.tally import tally
from digigraph.names import Names
from digigraph.parts import lines_of, write_part
from digigraph.release import Release
from digigraph.web import Settings, create_app

VOID = f"{BASE}.well-known/void"
DATASET = f"{BASE}catalog/digigraph"
SERVICE = "https://data.example.org/kg/"
PREFIX = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in Names().prefixes().items())
FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}


def said(*patterns: str) -> str:
    """Return patterns over all graphs but the description itself, each in whatever graph."""
    places = (
        f"GRAPH ?g{n} {{ {one} }} FILTER(?g{n} != <{VOID}>)" for n, one in enumerate(patterns)
    )
    return " ".join(places)


def each(names: str, *patterns: str) -> str:
    """Return a query that counts distinct triples by the variables in `names`."""
    inner = " ".join(dict.fromkeys([*names.split(), "?s", "?p", "?o"]))
    return (
        f"SELECT {names} (COUNT(*) AS ?n) {{ SELECT DISTINCT {inner} "
        f"{{ {said(*patterns)} }} }} GROUP BY {names}"
    )


CLASS = f"<{DATASET}> void:classPartition ?part . ?part void:class ?c"
NESTED = f"{CLASS} ; void:propertyPartition ?inner . ?inner void:property ?p"
PARTITIONS = {
    "property": (
        f"SELECT ?p ?n {{ <{DATASET}> void:propertyPartition [ void:property ?p ; "
        "void:triples ?n ] }",
        each("?p", "?s ?p ?o"),
    ),
    "subjects of a property": (
        f"SELECT ?p ?n {{ <{DATASET}> void:propertyPartition [ void:property ?p ; "
        "void:distinctSubjects ?n ] }",
        f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s ?p ?o')} }} GROUP BY ?p",
    ),
    "class": (
        f"SELECT ?c ?n {{ {CLASS} ; void:entities ?n }}",
        f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s a ?c')} }} GROUP BY ?c",
    ),
    "triples of a class": (
        f"SELECT ?c ?n {{ {CLASS} ; void:triples ?n }}",
        each("?c", "?s a ?c", "?s ?p ?o"),
    ),
    "property of a class": (
        f"SELECT ?c ?p ?n {{ {NESTED} ; void:triples ?n }}",
        each("?c ?p", "?s a ?c", "?s ?p ?o"),
    ),
    "subjects of a property of a class": (
        f"SELECT ?c ?p ?n {{ {NESTED} ; void:distinctSubjects ?n }}",
        f"SELECT ?c ?p (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s a ?c', '?s ?p ?o')} }} "
        "GROUP BY ?c ?p",
    ),
    "class of object": (
        f"SELECT ?c ?p ?d ?n {{ {NESTED} ; void:classPartition [ void:class ?d ; "
        "void:triples ?n ] }",
        each("?c ?p ?d", "?s a ?c", "?s ?p ?o", "?o a ?d"),
    ),
    "datatype": (
        f"SELECT ?c ?p ?d ?n {{ {NESTED} ; void-ext:datatypePartition [ void-ext:datatype ?d ; "
        "void:triples ?n ] }",
        each("?c ?p ?d", "?s a ?c", "?s ?p ?o BIND(DATATYPE(?o) AS ?d) FILTER(isLiteral(?o))"),
    ),
    "language": (
        f"SELECT ?c ?p ?d ?n {{ {NESTED} ; void-ext:languagePartition [ void-ext:language ?d ; "
        "void:triples ?n ] }",
        each("?c ?p ?d", "?s a ?c", '?s ?p ?o BIND(LANG(?o) AS ?d) FILTER(LANG(?o) != "")'),
    ),
    "graph": (
        f"SELECT ?g0 ?n {{ <{DATASET}> void:subset ?g0 . ?g0 void:triples ?n "
        "MINUS { ?g0 a void:Linkset } }",
        f"SELECT ?g0 (COUNT(*) AS ?n) {{ {said('?s ?p ?o')} }} GROUP BY ?g0",
    ),
    "subjects of a graph": (
        f"SELECT ?g0 ?n {{ <{DATASET}> void:subset ?g0 . ?g0 void:distinctSubjects ?n }}",
        f"SELECT ?g0 (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s ?p ?o')} }} GROUP BY ?g0",
    ),
    "objects of a graph": (
        f"SELECT ?g0 ?n {{ <{DATASET}> void:subset ?g0 . ?g0 void:distinctObjects ?n }}",
        f"SELECT ?g0 (COUNT(DISTINCT ?o) AS ?n) {{ {said('?s ?p ?o')} }} GROUP BY ?g0",
    ),
    "properties of a graph": (
        f"SELECT ?g0 ?n {{ <{DATASET}> void:subset ?g0 . ?g0 void:properties ?n }}",
        f"SELECT ?g0 (COUNT(DISTINCT ?p) AS ?n) {{ {said('?s ?p ?o')} }} GROUP BY ?g0",
    ),
    "links": (
        f"SELECT ?p ?space ?n {{ <{DATASET}> void:subset ?links . ?links a void:Linkset ; "
        "void:linkPredicate ?p ; void:objectsTarget/void:uriSpace ?space ; "
        "void:propertyPartition [ void:property ?p ; void:triples ?n ] }",
        "SELECT ?p ?space (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o ?space { "
        "?links a void:Linkset ; void:linkPredicate ?p ; void:objectsTarget/void:uriSpace ?space . "
        f"{said('?s ?p ?o')} FILTER(STRSTARTS(STR(?o), ?space)) }} }} GROUP BY ?p ?space",
    ),
    "linksets": (
        f"SELECT ?links ?n {{ <{DATASET}> void:subset ?links . ?links a void:Linkset ; "
        "void:triples ?n }",
        "SELECT ?links (SUM(?m) AS ?n) { ?links a void:Linkset ; void:propertyPartition "
        "[ void:triples ?m ] } GROUP BY ?links",
    ),
}
"""What is partitioned: the numbers as the description has them, and the same counted anew."""

WHOLE = {
    "triples": f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {said('?s ?p ?o')} }} }}",
    "entities": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s ?p ?o')} "
    f'FILTER(STRSTARTS(STR(?s), "{BASE}id/")) }}',
    "distinctSubjects": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {said('?s ?p ?o')} }}",
    "distinctObjects": f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {said('?s ?p ?o')} }}",
    "properties": f"SELECT (COUNT(DISTINCT ?p) AS ?n) {{ {said('?s ?p ?o')} }}",
    "classes": f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ {said('?s a ?c')} }}",
}
COMPLETION = """
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
  ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
  ?pp void:property ?prop .
  OPTIONAL {
    { ?pp void:classPartition [ void:class ?objectClass ] }
    UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
  }
}
"""
"""The shape in which query editors look for what can come after a class."""

Ask = Callable[[str], list[tuple[str, ...]]]
"""Answers a SELECT of the endpoint as tuples of texts."""


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a service of the shipped data that is reached elsewhere."""
    settings = Settings(releases=shipped_release.folder.parent, service=SERVICE)
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def ask(site: FlaskClient) -> Ask:
    """Return a function that asks the endpoint."""

    def rows(query: str) -> list[tuple[str, ...]]:
        answer = site.post("/sparql", data={"query": PREFIX + query, "format": "json"})
        assert answer.status_code == 200, answer.text
        told = json.loads(answer.data)
        return [
            tuple(row[name]["value"] if name in row else "" for name in told["head"]["vars"])
            for row in told["results"]["bindings"]
        ]

    return rows


@pytest.mark.parametrize("what", sorted(PARTITIONS))
def test_every_partition_is_counted_again(ask: Ask, what: str) -> None:
    """Each part has the number that the endpoint counts, and no part is missing."""
    described, counted = (ask(query) for query in PARTITIONS[what])

    assert described
    assert len(described) == len(set(described))
    links = {row[0] for row in ask("SELECT ?l { ?l a void:Linkset }")} if "graph" in what else set()
    assert sorted(row for row in described if row[0] not in links) == sorted(counted)


@pytest.mark.parametrize("what", sorted(WHOLE))
def test_the_whole_is_counted_again(ask: Ask, what: str) -> None:
    """The counts of the dataset are those of all graphs but the description (S-08)."""
    assert ask(f"SELECT ?n {{ <{DATASET}> void:{what} ?n }}") == ask(WHOLE[what])


def test_completion_finds_every_class_property_and_end(ask: Ask) -> None:
    """An editor's question returns exactly what the data hold, each once."""
    found = ask(COMPLETION)
    pairs = ask(f"SELECT DISTINCT ?c ?p {{ {said('?s a ?c', '?s ?p ?o')} }}")
    ends = ask(f"SELECT DISTINCT ?c ?p ?d {{ {said('?s a ?c', '?s ?p ?o', '?o a ?d')} }}")

    assert {row[:2] for row in found} == set(pairs)
    assert {row[:3] for row in found if row[2]} == set(ends)
    assert len(found) == len(set(found))


def test_the_description_in_the_store_names_no_service(ask: Ask) -> None:
    """In a release, endpoint and dumps have names under the base, whoever serves it (U-01)."""
    access = "void:sparqlEndpoint|void:dataDump"
    told = ask(f"SELECT ?there {{ GRAPH <{VOID}> {{ <{DATASET}> {access} ?there }} }}")

    assert len(told) == 19
    assert all(there.startswith(BASE) for (there,) in told)


def test_well_known_void_leads_to_the_description(site: FlaskClient) -> None:
    """303 to the document, whatever the client accepts (RFC 8615)."""
    for accept in ("text/turtle", "text/html", "*/*"):
        answer = site.get("/.well-known/void", headers={"Accept": accept})

        assert (answer.status_code, answer.location) == (303, "/kg/doc/.well-known/void")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_the_document_is_the_graph_with_real_addresses(
    site: FlaskClient, shipped_release: Release, suffix: str
) -> None:
    """The document holds the graph of the release, with this service's endpoint and files."""
    media_type, told = FORMATS[suffix]
    answer = site.get("/doc/.well-known/void", headers={"Accept": media_type})
    found = {quad.triple for quad in ox.parse(answer.data, format=told)}
    store = ox.Store.read_only(str(shipped_release.store))
    graph = {q.triple for q in store.quads_for_pattern(None, None, None, ox.NamedNode(VOID))}
    names = Names()
    fetched = [names.expanded(n) for n in ("void:sparqlEndpoint", "void:dataDump", "sd:endpoint")]
    here = {t.object.value for t in found if t.predicate.value in fetched}  # type: ignore[union-attr] # IRIs

    assert answer.mimetype == media_type
    assert {t for t in graph if t.predicate.value not in fetched} <= found
    assert here == {f"{SERVICE}sparql"} | {
        f"{SERVICE}release/{shipped_release.version}/{file.name}"
        for file in shipped_release.files
        if file.name.startswith("digigraph.")
    }
    for address in here - {f"{SERVICE}sparql"}:
        with site.get("/" + address.removeprefix(SERVICE)) as file:
            assert file.status_code == 200


def test_json_ld_says_the_same(site: FlaskClient) -> None:
    """The compact JSON-LD and the framed JSON name parts and counts with terms of our context."""
    flat = site.get("/doc/.well-known/void.jsonld")
    tree = site.get("/doc/.well-known/void.json")
    nodes = {node["id"]: node for node in json.loads(flat.data)["@graph"]}

    assert nodes[DATASET]["void:sparqlEndpoint"] == [f"{SERVICE}sparql"]
    assert isinstance(nodes[DATASET]["void:triples"][0], int)
    assert json.loads(tree.data)["id"] == VOID


@pytest.mark.parametrize("lang", ["bg", "en"])
def test_the_page_shows_the_counts(site: FlaskClient, lang: str) -> None:
    """A person reads the counts of classes, properties, graphs and links, on a small page."""
    answer = site.get(f"/doc/.well-known/void.{lang}.html")
    heading = {"bg": "Описание на набора от данни", "en": "Description of the dataset"}[lang]

    assert answer.status_code == 200
    assert heading in answer.text
    assert f"{BASE}graph/profiles".removeprefix(BASE) in answer.text
    assert len(answer.data) < 100_000


def test_example_resources_are_real(site: FlaskClient, ask: Ask) -> None:
    """Each example resource answers and has a document."""
    found = ask(f"SELECT ?example {{ <{DATASET}> void:exampleResource ?example }}")

    assert len(found) >= 5
    for (example,) in found:
        assert site.get("/" + example.removeprefix(BASE)).status_code == 303


def test_what_is_known_of_the_dataset(ask: Ask) -> None:
    """Title and description in both languages, licence, publisher, release and vocabularies."""
    told = ask(f"SELECT ?p ?o (LANG(?o) AS ?lang) {{ GRAPH <{VOID}> {{ <{DATASET}> ?p ?o }} }}")
    languages = {(name.rpartition("/")[2], lang) for name, _, lang in told if lang}
    vocabularies = {value for name, value, _ in told if name.endswith("#vocabulary")}

    assert languages == {(n, lang) for n in ("title", "description") for lang in ("bg", "en")}
    assert {f"{BASE}def", "http://www.w3.org/2004/02/skos/core#"} <= vocabularies
    properties = {name for name, _, _ in told}
    for name in ("dct:license", "dct:publisher", "dct:issued", "dcat:version", "void:uriSpace"):
        assert Names().expanded(name) in properties


def test_a_triple_of_two_graphs_counts_once() -> None:
    """The whole counts triples, each graph its own; a quad that is said twice is one."""
    turtle = (
        '<id/a> a skos:Concept ; skos:prefLabel "A"@en ; skos:related <id/b> . <id/b> a owl:Class .'
    )
    quads = [*quads_of(turtle, "one"), *quads_of(turtle, "two"), *quads_of(turtle, "two")]

    lines = lines_of(quads)
    found = tally([survey(lines, entities=f"{BASE}id/", spaces=[f"{BASE}id/b"])])

    concept, related = (Names().expanded(n) for n in ("skos:Concept", "skos:related"))
    assert found.whole.triples == 4
    assert {graph[-3:]: sizes.triples for graph, sizes in found.graphs.items()} == {
        "one": 4, "two": 4,
    }  # fmt: skip
    assert found.entities == found.whole.subjects == 2
    assert found.triples[concept, related] == 1
    assert found.to_class[concept, related, Names().expanded("owl:Class")] == 1
    assert found.links == {(related, f"{BASE}id/b"): 1}


SOUND = "<id/a> a skos:Concept ; skos:related <id/b> . <id/b> a skos:Concept ."
UNCLEAR = {
    "": set[str](),
    "<id/a> skos:broader <id/c> .": {"dangling-references"},
    '<id/c> skos:prefLabel "C"@en .': {"dangling-references"},
    "<id/a> dgc:requiredLevell <id/b> .": {"unknown-terms"},
    "<id/a> a dgc:Levell .": {"unknown-terms"},
}


def cleared(folder: Path, stated: str, said: str = "") -> set[str]:
    """Return the checks that counting clears, each statement in a bucket apart."""
    parts = [
        write_part(folder / f"{number}", lines_of(quads_of(f"{one}.", "one")))
        for number, one in enumerate(f"{SOUND} {stated}".split(" .")[:-1])
    ]
    counted = Counting(parts, Crew(1), Names(), lambda *_: None)
    more = quads_of(said, "void") if said else []
    known: tuple[Described, ...] = (counted.described(), described_by(more))
    return counted.clear(counted.tally([]), more, known)


@pytest.mark.parametrize("more", UNCLEAR)
def test_what_the_counts_clear_need_not_be_looked_for(more: str, tmp_path: Path) -> None:
    """A check of every statement is left out only where the counts show that it is in vain."""
    checks = {"blank-nodes", "dangling-references", "unknown-terms"}

    assert cleared(tmp_path, more) == checks - UNCLEAR[more]


@pytest.mark.parametrize("more", [one for one in UNCLEAR if "prefLabel" not in one])
def test_what_is_said_last_is_looked_at_too(more: str, tmp_path: Path) -> None:
    """What stands in no count, as the counts themselves, is looked at statement by statement."""
    checks = {"blank-nodes", "dangling-references", "unknown-terms"}

    assert cleared(tmp_path, "", more) == checks - UNCLEAR[more]


@pytest.mark.parametrize(
    "line", [b"<urn:a> <urn:b> _:x <urn:g> .\n", b"_:x <urn:b> <urn:a> <urn:g> .\n"]
)
def test_a_node_without_a_name_is_never_cleared(line: bytes) -> None:
    """Blank nodes are counted, though no part that we write can hold one."""
    assert tally([survey([line], entities=f"{BASE}id/")]).nameless == 1
