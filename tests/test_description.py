"""The service describes itself: endpoint, graphs, formats, limits and examples (S-03 to S-09)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
import rdflib
from conftest import BASE
from flask.testing import FlaskClient

from digigraph import resources
from digigraph.formats import GRAPH_FORMATS, TABLE_FORMATS
from digigraph.names import Names
from digigraph.release import Release
from digigraph.web import Settings, create_app

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
SERVICE = "https://data.example.org/kg/"
EXAMPLES = f"{BASE}.well-known/sparql-examples"
PREFIX = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in Names().prefixes().items())
EDITOR_EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
  ?sq a sh:SPARQLExecutable ;
    rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq"""
"""How editors find the examples of an endpoint."""

EDITOR_PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix }
ORDER BY ?prefix"""
"""How editors find the prefixes of an endpoint."""

Row = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a service of the shipped data that is reached elsewhere."""
    settings = Settings(releases=shipped_release.folder.parent, service=SERVICE)
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def described(site: FlaskClient) -> rdflib.Graph:
    """Return the service description."""
    answer = site.get("/sparql", headers={"Accept": "text/turtle"})
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def rows(site: FlaskClient, query: str) -> list[Row]:
    """Return the rows of an answer of the endpoint."""
    answer = site.post("/sparql", data={"query": query, "format": "json"})
    assert answer.status_code == 200, answer.text
    found = json.loads(answer.data)["results"]["bindings"]
    assert isinstance(found, list)
    return found


def one(graph: rdflib.Graph, subject: rdflib.term.Node, name: rdflib.URIRef) -> rdflib.term.Node:
    """Return the only value of a property."""
    (value,) = graph.objects(subject, name)
    return value


def test_each_graph_has_as_many_triples_as_described(
    site: FlaskClient, described: rdflib.Graph
) -> None:
    """The default graph and every named graph are counted again, and none is missing (S-07)."""
    (dataset,) = described.objects(predicate=SD.defaultDataset)
    counted = {
        row["g"]["value"]: int(row["n"]["value"])
        for row in rows(site, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    }
    (whole,) = rows(site, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    told = {}
    for named in described.objects(dataset, SD.namedGraph):
        content = one(described, named, SD.graph)
        told[str(one(described, named, SD.name))] = int(str(one(described, content, VOID.triples)))

    assert told == counted
    union = one(described, dataset, SD.defaultGraph)
    assert str(one(described, union, VOID.triples)) == whole["n"]["value"]
    assert {f"{BASE}.well-known/void", EXAMPLES, f"{BASE}graph/profiles"} <= set(counted)


def test_the_default_graph_is_the_union(site: FlaskClient) -> None:
    """What a named graph says is found without naming it: metadata, examples, VoID (S-03)."""
    for pattern in (
        "?s a void:DatasetDescription",
        "?s a sh:SPARQLExecutable",
        "?s a dcat:Dataset",
    ):
        assert rows(site, f"{PREFIX} SELECT ?s {{ {pattern} }}")
        assert rows(site, f"{PREFIX} SELECT ?s {{ GRAPH ?g {{ {pattern} }} }}")


def test_the_partitions_are_a_link_away(site: FlaskClient, described: rdflib.Graph) -> None:
    """The description of each graph leads to the VoID description, which answers (S-07)."""
    links = set(described.objects(predicate=rdflib.RDFS.seeAlso))
    graphs = set(described.subjects(rdflib.RDF.type, SD.Graph))

    assert links == {rdflib.URIRef(f"{BASE}.well-known/void")}
    assert all((graph, rdflib.RDFS.seeAlso, None) in described for graph in graphs)
    assert site.get("/.well-known/void").status_code == 303
    assert site.get("/doc/.well-known/void").status_code == 200


def test_every_format_is_described_and_given(site: FlaskClient, described: rdflib.Graph) -> None:
    """The formats of the description are the formats in which the endpoint answers."""
    asked = [("SELECT * { ?s ?p ?o } LIMIT 1", told) for told in TABLE_FORMATS]
    asked += [("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", told) for told in GRAPH_FORMATS]
    for query, told in asked:
        answer = site.get(
            "/sparql", query_string={"query": query}, headers={"Accept": told.media_type}
        )
        assert (answer.status_code, answer.mimetype) == (200, told.media_type)

    assert len(set(described.objects(predicate=SD.resultFormat))) == len(asked)


def test_where_the_endpoint_is_and_what_it_grants(described: rdflib.Graph) -> None:
    """The endpoint is where the service says it is reached; the limits are in two languages."""
    service = described.value(predicate=rdflib.RDF.type, object=SD.Service)
    assert service
    limits = {text.language: str(text) for text in described.objects(service, rdflib.RDFS.comment)}  # type: ignore[attr-defined] # texts

    assert one(described, service, SD.endpoint) == rdflib.URIRef(f"{SERVICE}sparql")
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in described
    settings = Settings()
    granted = (settings.query_seconds, settings.query_memory_mb, settings.max_answer_bytes)
    for lang in ("bg", "en"):
        numbers = re.findall(r"\d+", limits[lang].replace("\u202f", ""))
        assert {f"{int(limit)}" for limit in granted} <= set(numbers)


def test_editors_find_every_example(site: FlaskClient) -> None:
    """The editors' question returns each file's query, word for word, in both languages (S-09)."""
    found: dict[str, set[str]] = {}
    comments: Counter[str] = Counter()
    for row in rows(site, EDITOR_EXAMPLES):
        found.setdefault(row["sq"]["value"], set()).add(row["query"]["value"])
        comments[row["comment"]["xml:lang"]] += 1
    files = {
        f"{EXAMPLES}/{path.stem}": "".join(
            line
            for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
            if not line.startswith("#+")
        ).strip()
        for path in (resources.folder("queries") / "examples").glob("*.rq")
    }

    assert found == {iri: {text} for iri, text in files.items()}
    assert comments == {"bg": len(files), "en": len(files)}


def test_every_example_runs_as_it_was_found(site: FlaskClient) -> None:
    """A query that was read out of the endpoint is answered by the endpoint."""
    texts = {row["sq"]["value"]: row["query"]["value"] for row in rows(site, EDITOR_EXAMPLES)}
    assert texts
    for iri, text in texts.items():
        answer = site.post("/sparql", data={"query": text})

        assert answer.status_code == 200, f"{iri}: {answer.text}"


def test_an_example_is_described_in_full(site: FlaskClient) -> None:
    """Each is of the class of its form, has a title, keywords, prefixes and its endpoint."""
    told = rows(
        site,
        PREFIX
        + "SELECT ?sq ?class ?target (SAMPLE(?word) AS ?keyword) (SAMPLE(?one) AS ?prefix) { "
        "?sq a sh:SPARQLExecutable, ?class ; schema:target ?target ; schema:keywords ?word ; "
        "sh:prefixes/sh:declare/sh:prefix ?one ; rdfs:label ?bg, ?en "
        'FILTER(LANG(?bg) = "bg" && LANG(?en) = "en" && ?class != sh:SPARQLExecutable) } '
        "GROUP BY ?sq ?class ?target",
    )
    texts = {row["sq"]["value"]: row["query"]["value"] for row in rows(site, EDITOR_EXAMPLES)}

    assert {row["sq"]["value"] for row in told} == set(texts)
    assert len(told) == len(texts)
    for row in told:
        form = re.findall(r"(?m)^(SELECT|ASK|CONSTRUCT)\b", texts[row["sq"]["value"]])[0]
        assert row["class"]["value"].endswith(f"#SPARQL{form.title()}Executable")
        assert row["target"]["value"] == f"{BASE}sparql"


def test_editors_find_the_prefixes(site: FlaskClient) -> None:
    """Each prefix that our documents use is declared, with one namespace."""
    found = [(row["prefix"]["value"], row["namespace"]["value"]) for row in
             rows(site, EDITOR_PREFIXES)]  # fmt: skip

    assert dict(found) == Names().prefixes()
    assert len(dict(found)) == len(found)


def test_examples_have_addresses(site: FlaskClient) -> None:
    """The collection and each query lead to a document; one that is not there is 404."""
    for tail in ("", "/requirements-of-profile"):
        seen = site.get(f"/.well-known/sparql-examples{tail}")
        assert (seen.status_code, seen.location) == (
            303, f"/kg/doc/.well-known/sparql-examples{tail}",
        )  # fmt: skip
    assert site.get("/.well-known/sparql-examples/none").status_code == 404


def test_the_front_page_leads_to_the_description(site: FlaskClient) -> None:
    """A Link header, the machine twins and the page name `/.well-known/void`."""
    front = site.get("/", headers={"Accept": "text/html"})
    links = front.headers.getlist("Link")
    graph = rdflib.Graph().parse(data=site.get("/?format=turtle").text, format="turtle")

    assert any("/.well-known/void>" in link and 'rel="describedby"' in link for link in links)
    assert 'href="/kg/.well-known/void"' in front.text
    assert json.loads(site.get("/?format=json").data)["void"] == f"{SERVICE}.well-known/void"
    assert (None, rdflib.RDF.type, VOID.DatasetDescription) in graph
