"""What is refused is refused with the reason, once, and what to do instead (S-02, V-05, H-14)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import write_sample
from flask.testing import FlaskClient

from digigraph.release import Release
from digigraph.web import Settings, create_app

ALLOWED = "http://127.0.0.1:9/sparql"
OTHER = "https://other.example/sparql"


@pytest.fixture(scope="module")
def federating(sample_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a service that may ask one endpoint."""
    settings = Settings(
        releases=sample_release.folder.parent, service_allow=ALLOWED, access_log="", children=1
    )
    app = create_app(settings, sample_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def refusal(client: FlaskClient, query: str, lang: str) -> str:
    """Return what a client is told that asks what is not answered."""
    headers = {"Accept": "application/json", "Accept-Language": lang}
    answer = client.get("/sparql", query_string={"query": query}, headers=headers)
    told = json.loads(answer.data)
    assert (answer.status_code, answer.headers["Content-Language"]) == (403, lang)
    assert told["type"].endswith("/problem/query-forbidden")
    return str(told["detail"])


@pytest.mark.parametrize(
    ("query", "bg", "en"),
    [
        ("DROP ALL", "само чете", "read-only"),
        (f"ASK {{ SERVICE <{OTHER}> {{}} }}", f"<{OTHER}> не е сред", f"<{OTHER}> is not one of"),
        ("ASK { SERVICE ?x {} }", "целият IRI", "the whole IRI"),
        (f"ASK {{ SERVICE <{ALLOWED}> {{ SERVICE <{ALLOWED}> {{}} }} }}", "едно до друго", "side"),
    ],
)
def test_the_reason_is_said_once(federating: FlaskClient, query: str, bg: str, en: str) -> None:
    """In the words of the client, and no sentence twice."""
    for lang, words in (("bg", bg), ("en", en)):
        detail = refusal(federating, query, lang)
        sentences = [part for part in detail.rstrip(".").split(". ") if part]
        assert words in detail
        assert 1 <= len(sentences) == len(set(sentences)) <= 2
        assert detail.count("SELECT") <= 1


def test_a_service_that_asks_nobody_says_so(client: FlaskClient) -> None:
    """Where SERVICE is off, nobody is told of endpoints that might be asked."""
    query = f"ASK {{ SERVICE <{OTHER}> {{}} }}"

    assert "не изпраща заявки другаде" in refusal(client, query, "bg")
    assert "sends no requests to others" in refusal(client, query, "en")


@pytest.mark.parametrize(("lang", "word"), [("bg", "правни причини"), ("en", "legal reasons")])
def test_what_was_removed_by_law_is_gone(tmp_path: Path, lang: str, word: str) -> None:
    """410 with the reason, at the IRI and at its document, and nothing of what was said (V-05)."""
    said = '<id/x> adms:status dgc:Withdrawn ; rdfs:label "Тайна"@bg ; owl:deprecated true .'
    release = write_sample(tmp_path, more=said)
    app = create_app(Settings(releases=tmp_path, access_log=""), release)
    client = app.test_client()
    try:
        for place in ("/id/x", "/doc/x", "/doc/x.ttl", f"/doc/x.{lang}.html"):
            headers = {"Accept": "application/json, */*;q=0.1", "Accept-Language": lang}
            answer = client.get(f"{place}?lang={lang}", headers=headers)
            told = json.loads(answer.data)
            assert (answer.status_code, told["status"]) == (410, 410), place
            assert told["type"].endswith("/problem/gone")
            assert word in told["detail"]
            assert "Тайна" not in answer.text
    finally:
        app.extensions["digigraph"].pool.close()
