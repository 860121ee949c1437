"""Documents are made one at a time, and whoever waits too long is told so (A-08)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from test_pool import until

from digigraph.release import Release
from digigraph.turns import Turns
from digigraph.web import Settings, create_app
from digigraph.web import things as documents

PATHS = [
    "/doc/digcomp21/1-2.ttl", "/doc/digcomp21/1-2.jsonld", "/doc/digcomp21/level-6.ttl",
    "/doc/profile/p-0000sample.ttl", "/doc/profile/p-0000sample.en.html", "/doc/nkpd11/33393020.nt",
]  # fmt: skip


@pytest.fixture
def app(sample_release: Release) -> Iterator[Flask]:
    """Yield an application in which nobody waits for long."""
    settings = Settings(releases=sample_release.folder.parent, access_log="", waiting_seconds=0.05)
    app = create_app(settings, sample_release)
    yield app
    app.extensions["digigraph"].pool.close()


def making(app: Flask) -> Turns:
    """Return whose turn it is."""
    found = app.extensions["digigraph"].making
    assert isinstance(found, Turns)
    return found


def test_no_turn_in_time(app: Flask) -> None:
    """Who gets no turn in time is told that the service is overloaded, and when to come again."""
    client = app.test_client()
    kept = client.get(PATHS[0])
    with ExitStack() as others:
        for _ in range(making(app).now()[0]):
            others.enter_context(making(app).turn())
        refused, still_kept = client.get(PATHS[2]), client.get(PATHS[0])
    later = client.get(PATHS[2])

    assert (refused.status_code, later.status_code) == (503, 200)
    assert int(refused.headers["Retry-After"]) > 0
    assert (still_kept.status_code, still_kept.data) == (200, kept.data)


def test_a_turn_ends(app: Flask) -> None:
    """Whatever a document comes to, the turn of its request is over afterwards."""
    before = making(app).now()
    client = app.test_client()
    answers = [client.get(path).status_code for path in (*PATHS, "/doc/digcomp21/1-2.ttl?page=9")]

    assert set(answers) == {200, 404}
    assert making(app).now() == before


def test_many_at_once(sample_release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask at once, one document is made at a time, and all are answered."""
    settings = Settings(releases=sample_release.folder.parent, access_log="", cache_bytes=0)
    app = create_app(settings, sample_release)
    go_on, written = threading.Event(), documents.written
    made, most = [], 0

    def slowly(*told: Any) -> bytes:
        nonlocal most
        made.append(told)
        most = max(most, making(app).now()[1])
        assert go_on.wait(20)
        return written(*told)

    monkeypatch.setattr(documents, "written", slowly)
    with ThreadPoolExecutor(len(PATHS)) as clients:
        asked = [clients.submit(app.test_client().get, path) for path in PATHS]
        until(lambda: making(app).now() == (0, 1, len(PATHS) - 1) and len(made) == 1)
        go_on.set()
        answers = [one.result().status_code for one in asked]
    app.extensions["digigraph"].pool.close()

    assert answers == [200] * len(PATHS)
    assert most == 1


def test_the_same_asked_many_times_at_once(
    sample_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that many ask for at once is made once, for all of them."""
    settings = Settings(releases=sample_release.folder.parent, access_log="")
    app = create_app(settings, sample_release)
    go_on, written = threading.Event(), documents.written
    made = []

    def slowly(*told: Any) -> bytes:
        made.append(told)
        assert go_on.wait(20)
        return written(*told)

    monkeypatch.setattr(documents, "written", slowly)
    with ThreadPoolExecutor(8) as clients:
        asked = [clients.submit(app.test_client().get, PATHS[0]) for _ in range(8)]
        until(lambda: making(app).now() == (0, 1, 7) and len(made) == 1)
        go_on.set()
        answers = {one.result().data for one in asked}
    app.extensions["digigraph"].pool.close()

    assert len(answers) == 1
    assert len(made) == 1
