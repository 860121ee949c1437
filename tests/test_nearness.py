"""What leads nowhere says what is near: 404 with the nearest codes and a form (U-04, H-15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from digigraph.names import Names
from digigraph.nearness import LONGEST, MOST, Nearest, squeezed
from digigraph.release import Release
from digigraph.things import Things
from digigraph.web import Settings, create_app

BASE = Names().base


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped data."""
    settings = Settings(releases=shipped_release.folder.parent, access_log="")
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def nearest(site: FlaskClient, path: str) -> list[str]:
    """Return the tails of the IRIs that a 404 names."""
    answer = site.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    found: list[dict[str, Any]] = json.loads(answer.data)["nearest"]
    assert len(found) <= MOST
    for one in found:
        assert one["url"].endswith(one["id"].removeprefix(BASE))
        assert one["label"].keys() <= {"bg", "en"}
    return [one["id"].removeprefix(BASE) for one in found]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/id/digcomp21/1-22", "id/digcomp21/1-2"),
        ("/id/digcomp21/12", "id/digcomp21/1-2"),
        ("/id/digcomp21/1.2", "id/digcomp21/1-2"),
        ("/id/DigComp21/1-2", "id/digcomp21/1-2"),
        ("/digcomp21/1-2", "id/digcomp21/1-2"),
        ("/doc/digcomp21/12.ttl", "id/digcomp21/1-2"),
        ("/doc/digcomp21/12.bg.html", "id/digcomp21/1-2"),
        ("/id/digcomp21/1-2/level-9", "id/digcomp21/1-2/level-8"),
        ("/id/digcomp21/9-9", "id/digcomp21"),
        ("/id/competence/c-qayqf27h", "id/competence/c-qayqf27g"),
        ("/id/competence/cqayqf27g", "id/competence/c-qayqf27g"),
        ("/id/competence/с-qayqf27g", "id/competence/c-qayqf27g"),
        ("/id/profile/P-37Q68H4Z", "id/profile/p-37q68h4z"),
        ("/id/nkpd11/3339-3020", "id/nkpd11/33393020"),
        ("/id/nkpd11/3339302", "id/nkpd11/33393020"),
        ("/lookup?notation=3339302", "id/nkpd11/33393020"),
        ("/lookup?notation=1.22", "id/digcomp21/1-2"),
        ("/lookup?id=p-37q68h4x", "id/profile/p-37q68h4z"),
        ("/def/Competnce", "def#Competence"),
    ],
)
def test_a_slip_leads_to_what_was_meant(site: FlaskClient, path: str, expected: str) -> None:
    """A letter wrong, lost, turned or too many, another case, no hyphen, a Cyrillic letter."""
    found = nearest(site, path)
    if expected.endswith("level-8"):  # five of the eight levels are as near
        assert {tail.rpartition("-")[0] for tail in found} == {expected.rpartition("-")[0]}
    else:
        assert expected in found[:3]


@pytest.mark.parametrize(
    "path", ["/no/such/road/here", "/id/x", "/%D0%BD%D1%8F%D0%BC%D0%B0", "/id/" + "9" * 5000]
)
def test_what_is_near_nothing_names_nothing(site: FlaskClient, path: str) -> None:
    """Whoever is far off gets no guesses."""
    assert nearest(site, path) == []


@pytest.mark.parametrize(("lang", "word"), [("bg", "Може би търсите"), ("en", "Perhaps you mean")])
def test_the_page_has_links_and_a_form(site: FlaskClient, lang: str, word: str) -> None:
    """People choose what they meant, or type a code, in their language."""
    headers = {"Accept": "text/html", "Accept-Language": lang}
    page = site.get("/id/digcomp21/12", headers=headers)
    far = site.get("/no/such/road/here", headers=headers)

    assert (page.status_code, far.status_code) == (404, 404)
    assert word in page.text
    assert word not in far.text
    assert '<a href="/id/digcomp21/1-2">' in page.text
    for text in (page.text, far.text):
        assert '<form action="/lookup">' in text
        assert 'name="notation"' in text


def test_the_form_takes_identifiers_too(site: FlaskClient) -> None:
    """Whoever types an identifier where a code is asked for is sent to the thing."""
    answer = site.get("/lookup?notation=p-37q68h4z&lang=bg")

    assert (answer.status_code, answer.location) == (303, "/id/profile/p-37q68h4z")


def test_a_flood_reads_next_to_nothing(site: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each 404 costs a few look-ups in the index, however long the path, and none of a letter."""
    site.get("/id/first")  # the codes are gathered once
    asked: list[object] = []
    match = Things._match
    monkeypatch.setattr(Things, "_match", lambda *told: asked.append(told) or match(*told))
    paths = [f"/id/digcomp21/{number}-{'z' * (number % 40)}" for number in range(300)]
    for path in paths:
        assert site.get(path).status_code == 404

    known = 7 * MOST * 20  # names of things, remembered when they were told once
    assert len(asked) <= 3 * len(paths) + known


def test_a_long_code_is_not_looked_at() -> None:
    """What one slip can make of a code is bounded; a code beyond the bound was not mistyped."""
    code = "a" * LONGEST
    known = Nearest([("iri", code), ("other", code + "a")])

    assert known.to(code[1:]) == ["iri"]
    assert known.to(code + "a") == []
    assert known.to("", "…", "-" * 10_000) == []
    assert squeezed("x" * 10**6) == "x" * (4 * LONGEST)
