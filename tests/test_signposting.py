"""FAIR Signposting, levels 1 and 2, as a client of its own reads it (H-09, H-10)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BASE
from flask.testing import FlaskClient
from signposting.linkheader import find_signposting_http_link
from signposting.signpost import LinkRel, Signposting
from werkzeug.test import TestResponse

from digigraph.release import Release
from digigraph.web import Settings, create_app

SERVICE = "https://data.example/kg/"


@pytest.fixture(scope="module")
def shipped(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped release behind a prefix."""
    settings = Settings(releases=shipped_release.folder.parent, service=SERVICE)
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def profile(shipped_release: Release) -> str:
    """Return the identifier of a profile."""
    (file,) = [f for f in shipped_release.files if f.name.startswith("profiles/")]
    return Path(file.name).stem


def read(client: FlaskClient, path: str) -> tuple[TestResponse, Signposting]:
    """Return an answer with the signposts of its headers."""
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    links = response.headers.getlist("Link")
    response.close()
    return response, find_signposting_http_link(links, SERVICE + path[1:])


def here(target: object) -> str:
    """Return the path in the application of an address of the service."""
    assert str(target).startswith(SERVICE), target
    return "/" + str(target).removeprefix(SERVICE)


@pytest.fixture(params=["dataset", "profile"])
def landing(request: pytest.FixtureRequest, profile: str) -> tuple[str, str, str]:
    """Return a landing page, what it is about, and where its link set is."""
    if request.param == "dataset":
        return "/", f"{BASE}catalog/digigraph", "/linkset"
    tail = f"profile/{profile}"
    return f"/doc/{tail}", f"{BASE}id/{tail}", f"/linkset/{tail}"


def test_a_landing_page_has_every_signpost(
    shipped: FlaskClient, landing: tuple[str, str, str]
) -> None:
    """cite-as, describedby and item with types, license, type and author (level 1)."""
    path, iri, _ = landing
    _, posts = read(shipped, path)

    assert posts.citeAs is not None
    assert str(posts.citeAs.target) == iri
    assert posts.license is not None
    assert str(posts.license.target) == "https://creativecommons.org/licenses/by/4.0/"
    assert [str(author.target) for author in posts.authors] == [f"{BASE}id/agent/digigraph"]
    types = {str(kind.target) for kind in posts.types}
    assert "https://schema.org/AboutPage" in types
    assert types & {"https://schema.org/Dataset", f"{BASE}def#OccupationProfile"}
    for posted in (posts.describedBy, posts.items):
        assert posted
        for post in posted:
            answer = shipped.head(here(post.target), follow_redirects=False)
            answer.close()
            if answer.status_code == 303:  # VoID is a name, and its document is negotiated
                continue
            assert answer.status_code == 200, post.target
            assert post.type is None or answer.mimetype == str(post.type)


def test_a_link_set_says_what_the_headers_say(
    shipped: FlaskClient, landing: tuple[str, str, str]
) -> None:
    """The link set holds the signposts of the headers, and those of the files (level 2)."""
    path, _, place = landing
    _, posts = read(shipped, path)
    (post,) = posts.linksets
    answer = shipped.get(here(post.target))
    assert here(post.target) == place
    assert answer.mimetype == str(post.type) == "application/linkset+json"

    contexts = {one["anchor"]: one for one in json.loads(answer.data)["linkset"]}
    own = contexts[SERVICE + path[1:]]
    for signpost in posts.signposts:
        targets = {target["href"] for target in own[str(signpost.rel)]}
        assert str(signpost.target) in targets, signpost
    alone = re.compile("/(profiles|sources)/")
    for item in own["item"]:
        (back,) = contexts[item["href"]]["collection"]
        assert back["href"] in (SERVICE, SERVICE + path[1:]) or alone.search(item["href"])


def test_files_point_back(shipped: FlaskClient, shipped_release: Release, profile: str) -> None:
    """Each file leads to the page of its dataset; one of a profile or document to its page too."""
    for folder in ("dumps", f"release/{shipped_release.version}"):
        for file in shipped_release.files:
            response = shipped.head(f"/{folder}/{file.name}")
            posts = find_signposting_http_link(response.headers.getlist("Link"), SERVICE)
            response.close()
            back = {str(post.target) for post in posts.signposts if post.rel == LinkRel.collection}
            page = f"{SERVICE}doc/profile/{profile}" if profile in file.name else SERVICE
            if file.name.startswith("sources/"):
                page = f"{SERVICE}doc/source/{Path(file.name).stem}"
            assert back == {page}, file.name


def test_headers_stay_small_enough_for_a_proxy(
    shipped: FlaskClient, landing: tuple[str, str, str], shipped_release: Release
) -> None:
    """The links of a landing page fit into 4 KiB; the link set has every file."""
    response, _ = read(shipped, landing[0])
    assert sum(len(link) + 8 for link in response.headers.getlist("Link")) < 4096

    (first,) = [c for c in json.loads(shipped.get("/linkset").data)["linkset"] if "item" in c]
    assert len(first["item"]) == len(shipped_release.files)


def test_a_link_set_of_nothing_is_not_there(shipped: FlaskClient) -> None:
    """What has no document has no link set."""
    assert shipped.get("/linkset/profile/p-nothing").status_code == 404
