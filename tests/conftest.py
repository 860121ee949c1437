"""A small release, built once, and a server that answers from it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import editions
import pyoxigraph as ox
import pytest
import three
from flask.testing import FlaskClient
from servers import serving

from digigraph import build
from digigraph.names import Names
from digigraph.release import Release, open_release, releases, write_release
from digigraph.web import Settings, create_app

BASE = "https://w3id.org/digigraph/"
ISSUED = date(2026, 11, 1)
VERSION = "2026.11.0"

SAMPLE = """
<id/digcomp21/1-2> a dgc:FrameworkCompetence, skos:Concept ;
    skos:prefLabel "Оценяване на данни, информация и дигитално съдържание"@bg,
        "Evaluating data, information and digital content"@en ;
    skos:notation "1.2" ;
    skos:broader <id/digcomp21/area-1> .
<id/digcomp21/level-6> a dgc:ProficiencyLevel ; dgc:rank 6 ; skos:prefLabel "Напреднало"@bg .
<id/digcomp21/1-2/level-6> a dgc:CompetenceAtLevel ; dgc:atLevel <id/digcomp21/level-6> .
<id/profile/p-0000sample> a dgc:OccupationProfile ;
    skos:prefLabel "Проба \\"с кавички\\" \\\\ и\\r\\nнов ред & <б>"@bg ;
    skos:hiddenLabel "Proba"@bg-latn, "Opit"@bg-latn ;
    dct:modified "2026-11-01"^^xsd:date ;
    dgc:occupation <id/nkpd11/33393020> ;
    dgc:hasRequirement <id/profile/p-0000sample/req/1-2> .
<id/profile/p-0000sample/req/1-2> a dgc:CompetenceRequirement ;
    dgc:requirementOf <id/profile/p-0000sample> ;
    dgc:requiresCompetence <id/digcomp21/1-2> ;
    dgc:requiredLevel <id/digcomp21/level-6> ;
    dgc:levelStatus dgc:Disputed ;
    dgc:minLevelRank 5 ; dgc:maxLevelRank 6 .
<id/nkpd11/33393020> a dgc:OccupationPosition ; skos:notation "33393020"^^dgc:NKPD2011 .
<id/source/d-0000test/L1/line> a oa:FragmentSelector ; rdf:value "line=0,1" .
<id/quality/q-0000test/body> rdf:value "Нивата се различават."@bg .
<mappings/test/m-000000000001> sssom:confidence 0.9 ; owl:deprecated false .
<shapes#Test> sh:minCount 1 ; sh:path skos:prefLabel ; <http://example.org/odd/1st> "x" .
"""
OTHER = """
<id/digcomp21/1-2> skos:notation "1.2" .
<http://data.europa.eu/esco/isco/C3339> skos:prefLabel "ISCO"@bg .
"""


def quads_of(turtle: str, graph: str, base: str = BASE) -> list[ox.Quad]:
    """Return the triples of a piece of Turtle as quads of one of our graphs."""
    names = Names(base)
    head = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in names.prefixes().items())
    return [
        ox.Quad(found.subject, found.predicate, found.object, ox.NamedNode(names.graph(graph)))
        for found in ox.parse(head + turtle, format=ox.RdfFormat.TURTLE, base_iri=base)
    ]


def sample_quads() -> list[ox.Quad]:
    """Return the quads of the sample: two graphs, which share one triple."""
    return quads_of(SAMPLE, "framework") + quads_of(OTHER, "stubs")


def write_sample(
    into: Path, version: str = VERSION, digest: str = "sample", more: str = ""
) -> Release:
    """Write the sample as a release, with a piece of Turtle more."""
    return write_release(
        into,
        sample_quads() + quads_of(more, "stubs"),
        version=version,
        issued=ISSUED,
        base=BASE,
        inputs_digest=digest,
        files={"CHANGES.md": "# Проба\n".encode()},
    )


@pytest.fixture(scope="session")
def sample_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a small release; nobody may change it."""
    return write_sample(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def client(sample_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the application over the sample release."""
    settings = Settings(releases=sample_release.folder.parent, max_query_bytes=100_000)
    app = create_app(settings, sample_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="session")
def server(sample_release: Release) -> Iterator[str]:
    """Yield the URL of a production server over the sample release."""
    with serving(sample_release.folder.parent) as url:
        yield url


@pytest.fixture(scope="session")
def shipped_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the shipped data, built once a session; tests only read it."""
    folder = once(tmp_path_factory, "shipped", lambda into: built(build.inputs(), into))
    return open_release(releases(folder)[-1])


@pytest.fixture(scope="session")
def second_data(tmp_path_factory: pytest.TempPathFactory, shipped_release: Release) -> Path:
    """Return a copy of the shipped data with every kind of change in it, of which one was built."""

    def make(into: Path) -> None:
        data = Path(shutil.copytree(editions.shipped(), into / "data"))
        editions.another_edition(data)
        kept = into / "releases" / shipped_release.version
        shutil.copytree(shipped_release.folder, kept)
        built(build.inputs(data), kept.parent)

    return once(tmp_path_factory, "second", make) / "data"


@pytest.fixture(scope="session")
def second_release(second_data: Path) -> Release:
    """Return the release made from that data beside a copy of the shipped one."""
    return open_release(second_data.parent / "releases" / editions.NEXT)


def built(inputs: build.Inputs, into: Path) -> None:
    """Build a release that has to come of it."""
    assert build.build(inputs, into).release


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first process of a session makes, and the others wait for."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / f"{name}-once"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = factory.mktemp(name)
            make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def three_profiles(shipped_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of three profiles, to compare them; tests only read it."""
    return three.three_profiles(shipped_release, tmp_path_factory.mktemp("three"))


LONG = (
    # A process that it starts is charged with the memory of its own, so that is to be small yet.
    "test_documents.py", "test_safety.py",
    "test_promises.py", "test_changes.py", "test_verify.py", "test_deployments.py",
    "test_intake.py", "test_things.py", "test_remote.py", "test_benchmarks.py", "test_pool.py",
    "test_browser.py", "test_visitor.py", "test_build.py", "test_loading.py", "test_query_urls.py",
    "test_queries.py", "test_attacks.py", "test_replicas.py", "test_federation.py", "test_api.py",
)  # fmt: skip
"""Files that are begun first: they take long, and what is begun last is to be short."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process waits for another at the end."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))
