"""Documents of graphs and datasets in quads: TriG and N-Quads (H-03, S-04)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from digigraph import contents
from digigraph.names import VOID, Names
from digigraph.release import Release
from digigraph.web import Settings, bodies, create_app
from digigraph.web import things as documents

BASE = Names().base
FORMATS = {
    "trig": ("application/trig", ox.RdfFormat.TRIG),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
}
TAILS = ("graph/competences", "catalog/digigraph", "def", "mappings/nkpd11-esco")


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped data."""
    settings = Settings(releases=shipped_release.folder.parent, access_log="")
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def quads(site: FlaskClient, tail: str, suffix: str) -> set[ox.Quad]:
    """Return what a document says, in its graphs."""
    answer = site.get(f"/doc/{tail}.{suffix}")
    assert (answer.status_code, answer.content_type) == (200, FORMATS[suffix][0])
    return set(ox.parse(answer.data, format=FORMATS[suffix][1]))


@pytest.mark.parametrize("tail", TAILS)
def test_each_statement_stands_in_the_graph_that_holds_it(
    site: FlaskClient, shipped_release: Release, tail: str
) -> None:
    """What the triples of a document say, in the graphs of the dump; the rest is about itself."""
    found = quads(site, tail, "nq")
    triples = {
        quad.triple
        for quad in ox.parse(site.get(f"/doc/{tail}.nt").data, format=ox.RdfFormat.N_TRIPLES)
    }
    own = {quad.triple for quad in found if quad.graph_name == ox.DefaultGraph()}
    lines = set(shipped_release.path("digigraph.nq").read_bytes().splitlines())
    service = b"http://127.0.0.1:8000/"

    assert found == quads(site, tail, "trig")
    assert triples <= {quad.triple for quad in found}
    # It names its own type and licence too, as they are called in the data.
    named = {t.object.value for t in own if isinstance(t.object, ox.NamedNode)}
    about = {f"{BASE}doc/{tail}", f"{BASE}catalog/digigraph"}
    assert {t.subject.value for t in own} <= about | named
    for quad in found:
        if quad.triple not in own:
            line = ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b""
            # Where a machine fetches, a service names itself in place of the base (U-01).
            known = {line.strip(), line.strip().replace(service, BASE.encode())}
            assert known & lines, line


def test_the_document_of_a_graph_holds_all_of_it(
    site: FlaskClient, shipped_release: Release
) -> None:
    """As TriG and N-Quads, by suffix and by Accept; as triples it is described."""
    graph = f"{BASE}graph/competences"
    [size] = [one.triples for one in shipped_release.graphs if one.iri == graph]
    found = quads(site, "graph/competences", "trig")
    by_accept = site.get("/doc/graph/competences", headers={"Accept": "application/n-quads"})

    assert len([q for q in found if q.graph_name == ox.NamedNode(graph)]) == size
    assert by_accept.headers["Content-Location"] == "/doc/graph/competences.nq"
    assert by_accept.data == site.get("/doc/graph/competences.nq").data
    links = by_accept.headers.getlist("Link")
    assert '</doc/graph/competences.trig>; rel="alternate"; type="application/trig"' in links
    assert 'href="/doc/graph/competences.trig"' in site.get("/doc/graph/competences.en.html").text


def test_a_graph_that_is_too_large_is_not_cut(
    site: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is whole or an error that names the limit and the dump; it is described (S-06)."""
    for module in (contents, bodies, documents):
        monkeypatch.setattr(module, "LARGEST", 10)
    asked = [
        site.get("/doc/graph/framework.trig"),
        site.get("/doc/graph/framework", headers={"Accept": "application/n-quads"}),
    ]
    described = site.get(
        "/doc/graph/framework", headers={"Accept": "application/trig, text/turtle;q=0.1"}
    )

    for answer in asked:
        told = json.loads(answer.data)
        assert (answer.status_code, told["limit"], told["unit"]) == (422, 10, "triples")
        assert told["dump"].endswith("/dumps/digigraph.nq.gz")
        assert told["dump"] in told["detail"]
    assert described.mimetype == "text/turtle"
    assert not any("trig" in link for link in described.headers.getlist("Link"))


def test_a_thing_is_not_to_be_had_in_quads(site: FlaskClient) -> None:
    """A competence is in one graph; who asks for quads is told what there is."""
    assert site.get("/doc/digcomp21/1-2.trig").status_code == 404
    refused = site.get("/doc/digcomp21/1-2", headers={"Accept": "application/trig"})
    assert refused.status_code == 406


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_catalogue_is_a_graph_of_its_own(site: FlaskClient, suffix: str) -> None:
    """It says the same as in triples, in a graph that is named like it (C-01)."""
    answer = site.get(f"/catalog.{suffix}")
    found = list(ox.parse(answer.data, format=FORMATS[suffix][1]))
    triples = ox.parse(site.get("/catalog.nt").data, format=ox.RdfFormat.N_TRIPLES)

    assert answer.content_type == FORMATS[suffix][0]
    assert {quad.graph_name for quad in found} == {ox.NamedNode(f"{BASE}catalog")}
    assert {quad.triple for quad in found} == {quad.triple for quad in triples}


def test_void_is_there_too(site: FlaskClient) -> None:
    """The description of the dataset is a graph like the others."""
    answer = site.get(f"/doc/{VOID}", headers={"Accept": "application/n-quads"})

    assert answer.data.count(f" <{BASE}{VOID}> .\n".encode()) > 1000
