"""A profile as one JSON tree: the fixed shape, and the same triples in three processors."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from rdflib import Graph

from digigraph.jsonld import context_document
from digigraph.release import Release
from digigraph.web import Settings, create_app

BASE = "https://w3id.org/digigraph/"
LISTS = ("knowledge", "skills", "behaviours", "examples")


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped data."""
    app = create_app(Settings(releases=shipped_release.folder.parent), shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def path(site: FlaskClient) -> str:
    """Return the address of the shipped profile's document."""
    query = "SELECT ?p { ?p a <https://w3id.org/digigraph/def#OccupationProfile> }"
    answer = site.get("/sparql", query_string={"query": query, "format": "csv"})
    iri = answer.text.splitlines()[1]
    return iri.removeprefix(BASE.rstrip("/")).replace("/id/", "/doc/")


@pytest.fixture(scope="module")
def profile(site: FlaskClient, path: str) -> dict[str, Any]:
    """Return the shipped profile as a program gets it."""
    found: dict[str, Any] = json.loads(site.get(f"{path}.json").data)
    return found


def test_a_profile_has_the_fixed_shape(profile: dict[str, Any]) -> None:
    """What most programs want stands where they look for it, under plain names."""
    assert list(profile)[:7] == [
        "@context", "id", "type", "title", "occupation", "economicActivity", "requirements",
    ]  # fmt: skip
    assert profile["type"] == "OccupationProfile"
    assert profile["title"]["bg"] == "Организатор, работа с клиенти"
    assert profile["occupation"]["id"] == f"{BASE}id/nkpd11/33393020"
    assert profile["occupation"]["notation"] == "33393020"
    sector = profile["economicActivity"][0]
    assert (sector["id"], sector["notation"]) == ("http://data.europa.eu/ux2/nace2/93", "93")
    requirements = profile["requirements"]
    assert len(requirements) == 10
    assert [one["position"] for one in requirements] == list(range(1, 11))
    for one in requirements:
        assert one["kind"] == one["competence"]["kind"] in ("general", "specific")
        assert one["competence"]["prefLabel"].keys() == {"bg", "en"}
        assert one["minLevel"] <= one["level"] <= one["maxLevel"]
        assert one["band"] in ("foundation", "intermediate", "advanced", "highly-specialised")
        for name in LISTS:
            assert [said["position"] for said in one[name]] == list(range(1, len(one[name]) + 1))
            assert all(said["text"]["bg"] for said in one[name])
    assert {name: sum(len(one[name]) for one in requirements) for name in LISTS} == {
        "knowledge": 42, "skills": 47, "behaviours": 40, "examples": 39,
    }  # fmt: skip


def test_a_disputed_level_shows_what_the_document_says(profile: dict[str, Any]) -> None:
    """Both levels, each with its line and its very words (Q-02)."""
    (disputed,) = [one for one in profile["requirements"] if one["levelStatus"] == "disputed"]

    assert (disputed["level"], disputed["minLevel"], disputed["maxLevel"]) == (5, 5, 6)
    told = {said["says"]: (said["lines"], said["quote"]) for said in disputed["evidence"]}
    assert told[6] == ("35", "Напреднало -6")
    assert "5" in told[5][1]
    assert all(said["document"].startswith("d-") for said in disputed["evidence"])


def of(document: str, processor: str) -> set[str]:
    """Return the triples that a JSON-LD processor finds, as N-Triples."""
    if processor == "rdflib":
        graph = Graph()
        with warnings.catch_warnings():
            # Its reader makes a graph of a kind that it tells others not to make.
            warnings.simplefilter("ignore", DeprecationWarning)
            graph.parse(data=document, format="json-ld")
        text = graph.serialize(format="nt")
    elif processor == "pyld":
        text = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    else:
        return {str(quad.triple) for quad in ox.parse(document, format=ox.RdfFormat.JSON_LD)}
    return {str(quad.triple) for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("processor", ["pyoxigraph", "pyld", "rdflib"])
@pytest.mark.parametrize("suffix", ["json", "jsonld"])
def test_no_term_is_dropped(site: FlaskClient, path: str, suffix: str, processor: str) -> None:
    """Three processors read exactly the triples of the document out of it (H-16)."""
    document = json.loads(site.get(f"{path}.{suffix}").data)
    assert document["@context"] == f"{BASE}context/v1.jsonld"
    document["@context"] = json.loads(context_document())["@context"]
    lines = site.get(f"{path}.nt").data
    expected = {str(quad.triple) for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)}

    assert of(json.dumps(document), processor) == expected
