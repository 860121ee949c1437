"""A document costs look-ups in the index whose number depends on the document alone (H-07)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import write_sample
from flask.testing import FlaskClient

from digigraph.lines import Lines
from digigraph.release import Release
from digigraph.things import PAGE
from digigraph.web import Settings, create_app, nearby

POSITION = "nkpd11/33393020"
FEW, MANY = 250, 1500
"""How many profiles the releases have: each refers to more than fit in one document."""
THINGS = (
    "profile/p-0000sample", "profile/p-0000sample/req/1-2", "digcomp21/1-2",
    "digcomp21/1-2/level-6", "digcomp21/level-6", POSITION, "nkpd11/00000001",
)  # fmt: skip
FORMATS = ("nt", "ttl", "json", "jsonld", "rdf", "en.html", "bg.html")


@dataclass
class Counting:
    """An index that counts what is looked up in it, and what was read of that."""

    store: ox.Store
    lookups: int = 0
    read: int = 0

    def quads_for_pattern(self, *pattern: Any) -> Iterator[ox.Quad]:
        """Return what the index finds."""
        self.lookups += 1
        found = self.store.quads_for_pattern(*pattern)

        def counted() -> Iterator[ox.Quad]:
            for quad in found:
                self.read += 1
                yield quad

        return counted()


class CountedLines(Lines):
    """Lines of a dump that tell a count what is looked up in them."""

    def __init__(self, dump: Path, count: Counting) -> None:
        """Open a dump."""
        super().__init__(dump)
        self._count = count

    def _read(self, start: str, iri: str, most: int) -> list[bytes] | None:
        found = super()._read(start, iri, most)
        self._count.lookups += 1
        self._count.read += len(found or ())
        return found


def profiles(number: int) -> str:
    """Return so many profiles; each requires the same competence, at the same level."""
    return "".join(
        f"""
<id/profile/p-{one:07d}> a dgc:OccupationProfile ; skos:prefLabel "Профил {one}"@bg ;
    dgc:occupation <id/nkpd11/{one:08d}> ; dgc:alsoNamedAs <id/{POSITION}> ;
    dgc:hasRequirement <id/profile/p-{one:07d}/req/1-2> .
<id/profile/p-{one:07d}/req/1-2> a dgc:CompetenceRequirement ;
    dgc:requirementOf <id/profile/p-{one:07d}> ; dgc:requiresCompetence <id/digcomp21/1-2> ;
    dgc:requiredLevel <id/digcomp21/level-6> ; dgc:minLevelRank 6 ; dgc:maxLevelRank 6 ;
    dgc:requiredDescriptor <id/digcomp21/1-2/level-6> ; dgc:levelStatus dgc:Agreed .
<id/nkpd11/{one:08d}> a dgc:OccupationPosition ; skos:notation "{one:08d}"^^dgc:NKPD2011 ;
    skos:prefLabel "Длъжност {one}"@bg .
"""
        for one in range(1, number + 1)
    )


@contextmanager
def counted(release: Release) -> Iterator[tuple[FlaskClient, Counting]]:
    """Yield a client of a release, and what is looked up for it."""
    app = create_app(Settings(access_log="", cache_bytes=0), release)
    with app.test_request_context():
        things = nearby.things_here()
    index = Counting(ox.Store.read_only(str(release.store)))
    things._opened = index  # type: ignore[assignment]
    things._lines = CountedLines(release.union, index)
    try:
        yield app.test_client(), index
    finally:
        app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def costs(
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Mapping[tuple[str, str], tuple[int, int]]]:
    """Return what each document costs in a small release and in a larger one."""
    found = []
    for number in (FEW, MANY):
        folder: Path = tmp_path_factory.mktemp("releases")
        more = "<id/digcomp21/1-2/level-6> dgc:ofCompetence <id/digcomp21/1-2> ."
        release = write_sample(folder, more=more + profiles(number))
        cost: dict[tuple[str, str], tuple[int, int]] = {}
        for thing in THINGS:
            with counted(release) as (client, index):
                for told in FORMATS:
                    if told.endswith("html"):
                        # A page has counts of the whole release, which are made once for all.
                        client.get(f"/doc/{thing}.{told}")
                    before = index.lookups, index.read
                    answer = client.get(f"/doc/{thing}.{told}")
                    assert answer.status_code == 200, (thing, told)
                    cost[thing, told] = index.lookups - before[0], index.read - before[1]
        found.append(cost)
    return found


@pytest.mark.parametrize("told", FORMATS)
@pytest.mark.parametrize("thing", THINGS)
def test_a_document_costs_the_same_in_a_larger_graph(
    costs: list[Mapping[tuple[str, str], tuple[int, int]]], thing: str, told: str
) -> None:
    """As many look-ups, and as many statements read, however many other profiles there are.

    Which of many references stand on a page is not the same in a larger graph: nearly as many.
    """
    small, large = (cost[thing, told] for cost in costs)

    assert large == pytest.approx(small, rel=0.01)
    assert any(costs[0][thing, one][0] for one in FORMATS)


def test_the_documents_are_longer_than_a_page(
    costs: list[Mapping[tuple[str, str], tuple[int, int]]],
) -> None:
    """What so many refer to reads no more of them than stand in its document."""
    for thing in ("digcomp21/1-2", "digcomp21/1-2/level-6", POSITION):
        assert sum(costs[0][thing, told][1] for told in FORMATS) > PAGE
