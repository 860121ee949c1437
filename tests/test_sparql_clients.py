"""Clients that we did not write ask a running server (S-01, S-12)."""

from __future__ import annotations

import csv
import io
import urllib.request
from urllib.parse import quote
from xml.dom.minidom import Document

import pytest
import rdflib
from conftest import BASE, sample_quads
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
)
from SPARQLWrapper import SPARQLWrapper as Wrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the clients' own

REQUIREMENTS = f"""
PREFIX dgc: <{BASE}def#>
SELECT ?competence ?level WHERE {{
  ?requirement dgc:requirementOf <{BASE}id/profile/p-0000sample> ;
    dgc:requiresCompetence ?competence ; dgc:requiredLevel ?level . }}
"""
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p 6 }"
STUBS = f"{BASE}graph/stubs"
FRAMEWORK = f"{BASE}graph/framework"
ANSWER = (f"{BASE}id/digcomp21/1-2", f"{BASE}id/digcomp21/level-6")
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def wrapper(
    server: str, query: str, told: str, method: str = GET, how: str = URLENCODED
) -> Wrapper:
    """Return a question of SPARQLWrapper."""
    asked = Wrapper(f"{server}sparql", returnFormat=told)
    asked.setQuery(query)
    asked.setMethod(method)
    asked.setRequestMethod(how)
    return asked


def rows_of(told: str, found: object) -> list[tuple[str, ...]]:
    """Return the rows of an answer, as SPARQLWrapper converts it."""
    if told == JSON:
        assert isinstance(found, dict)
        rows = found["results"]["bindings"]
        return [(row["competence"]["value"], row["level"]["value"]) for row in rows]
    if told == XML:
        assert isinstance(found, Document)
        return [tuple(node.firstChild.data for node in found.getElementsByTagName("uri"))]
    assert isinstance(found, bytes)
    text = io.StringIO(found.decode(), newline="")
    rows = list(csv.reader(text, delimiter="," if told == CSV else "\t"))
    assert [name.lstrip("?") for name in rows[0]] == ["competence", "level"]
    return [tuple(cell.strip("<>") for cell in row) for row in rows[1:]]


@pytest.mark.parametrize(("method", "how"), WAYS)
@pytest.mark.parametrize("told", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_every_table_format(
    server: str, told: str, method: str, how: str
) -> None:
    """SPARQLWrapper gets the same rows in each format and by each way of asking."""
    found = wrapper(server, REQUIREMENTS, told, method, how).queryAndConvert()

    assert rows_of(told, found) == [ANSWER]


@pytest.mark.parametrize(("method", "how"), WAYS)
@pytest.mark.parametrize("told", [XML, RDFXML, TURTLE, N3, JSONLD])
def test_sparqlwrapper_reads_every_graph_format(
    server: str, told: str, method: str, how: str
) -> None:
    """A constructed graph arrives in each format that SPARQLWrapper asks for."""
    found = wrapper(server, CONSTRUCT, told, method, how).queryAndConvert()

    if isinstance(found, (bytes, str)):
        found = rdflib.Graph().parse(data=found, format="turtle")
    assert len(found) == 2


@pytest.mark.parametrize("told", [JSON, XML])
def test_sparqlwrapper_reads_a_yes_or_no(server: str, told: str) -> None:
    """An ASK is answered in the formats that have a place for it."""
    found = wrapper(server, "ASK { ?s ?p 6 }", told).queryAndConvert()

    yes = found["boolean"] if told == JSON else found.getElementsByTagName("boolean")[0]
    assert yes is True or yes.firstChild.data == "true"


def test_sparqlwrapper_selects_graphs(server: str) -> None:
    """SPARQLWrapper's own parameters for the dataset are the protocol's."""
    asked = wrapper(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", JSON)
    asked.addParameter("default-graph-uri", STUBS)

    assert asked.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "2"


def test_sparqlwrapper_tells_what_is_wrong(server: str) -> None:
    """A mistake comes as SPARQLWrapper's own error, with our words."""
    with pytest.raises(QueryBadFormed, match=r"Line 1, column 12"):
        wrapper(server, "SELECT * { x:y ?p ?o }", JSON).query()


# --- rdflib --------------------------------------------------------------------------------------


def test_rdflib_reads_the_endpoint_as_a_store(server: str) -> None:
    """rdflib's SPARQLStore matches patterns and runs queries over the endpoint."""
    graph = rdflib.Graph(SPARQLStore(f"{server}sparql"))
    competence = rdflib.URIRef(ANSWER[0])

    assert rdflib.Literal("1.2") in set(graph.objects(competence, rdflib.SKOS.notation))
    assert len(list(graph.query(REQUIREMENTS))) == 1
    assert len(graph) == len(set(sample_quads())) - 1


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_by_each_method(server: str, method: str) -> None:
    """rdflib's three ways of sending a query get the same."""
    store = SPARQLStore(f"{server}sparql", method=method)

    rows = [tuple(map(str, row)) for row in rdflib.Graph(store).query(REQUIREMENTS)]
    assert rows == [ANSWER]


def test_rdflib_binds_values(server: str) -> None:
    """initBindings of rdflib narrow a query to the value that is given."""
    graph = rdflib.Graph(SPARQLStore(f"{server}sparql"))
    query = "SELECT ?s ?name { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }"
    level = rdflib.URIRef(ANSWER[1])

    rows = list(graph.query(query, initBindings={"s": level}))
    assert [str(row[1]) for row in rows] == ["Напреднало"]


@pytest.mark.parametrize(("name", "size"), [(STUBS, 2), (FRAMEWORK, None)])
def test_rdflib_reads_a_named_graph(server: str, name: str, size: int | None) -> None:
    """A graph with a name of ours holds what that graph of the release holds."""
    graph = rdflib.Graph(SPARQLStore(f"{server}sparql"), rdflib.URIRef(name))
    expected = {quad for quad in sample_quads() if quad.graph_name.value == name}

    assert len(graph) == len(set(graph)) == len(expected) == (size or len(expected))


def test_rdflib_lists_the_named_graphs(server: str) -> None:
    """rdflib finds the names of all graphs."""
    dataset = rdflib.ConjunctiveGraph(SPARQLStore(f"{server}sparql"))

    assert {str(graph.identifier) for graph in dataset.contexts()} == {STUBS, FRAMEWORK}


def test_rdflib_cannot_change_anything(server: str) -> None:
    """A store that rdflib opens for writing is refused by us, not only by rdflib."""
    from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

    store = SPARQLUpdateStore(f"{server}sparql", f"{server}sparql")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        store.update("INSERT DATA { <a:b> <a:b> <a:b> }")


# --- a table reader ------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", ["", "&bom=1"])
def test_a_table_reader_opens_the_address_of_an_answer(server: str, bom: str) -> None:
    """What reads CSV from a URL, as spreadsheets and pandas do, gets columns and whole cells."""
    query = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } ORDER BY ?s ?o"
    address = f"{server}sparql?format=csv&query={quote(query)}{bom}"

    with urllib.request.urlopen(address, timeout=30) as response:
        assert response.headers.get_content_charset() == "utf-8"
        text = io.TextIOWrapper(response, encoding="utf-8-sig" if bom else "utf-8", newline="")
        rows = list(csv.DictReader(text))

    assert set(rows[0]) == {"s", "o"}
    odd = 'Проба "с кавички" \\ и\r\nнов ред & <б>'
    assert {"s": f"{BASE}id/profile/p-0000sample", "o": odd} in rows
