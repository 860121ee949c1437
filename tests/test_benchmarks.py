"""The benchmarks measure what they say: made-up profiles are profiles, answers are compared."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import client, dumps, http, pages
from benchmarks.__main__ import NAMES
from benchmarks.answers import comparable, differ
from benchmarks.profiles import document, write_profiles
from benchmarks.questions import FOLDER, questions
from benchmarks.releases import release_of
from benchmarks.report import p99, ratio

from digigraph.catalog import queries
from digigraph.release import Release
from digigraph.store import Store

ROOT = Path(__file__).parents[1]
ROW = '{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"%s"%s}}]}}'
INTEGER = ',"datatype":"http://www.w3.org/2001/XMLSchema#integer"'
DECIMAL = ',"datatype":"http://www.w3.org/2001/XMLSchema#decimal"'
STRING = ',"datatype":"http://www.w3.org/2001/XMLSchema#string"'


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what the benchmarks keep."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def release(kept: Path) -> Release:
    """Return a release of the shipped profile and a made-up one."""
    return release_of(2, kept)


def test_every_benchmark_can_be_started() -> None:
    """`python -m tests.benchmarks` finds all that each of them needs, as the Makefile starts it."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--list"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert [line.split()[0] for line in told.stdout.splitlines()] == list(NAMES)


@pytest.mark.long
def test_each_kind_of_page_is_measured(release: Release) -> None:
    """A page of each kind is asked for; gzip is smaller; against itself the size has ratio 1."""
    told = pages.pages(release, 1)

    assert set(told) == set(pages.PAGES)
    assert all(0 < one.packed < one.plain for one in told.values())
    assert pages.ratios(told, told)[-1].endswith("| 1.00 | 1.00 |")


@pytest.mark.long
def test_dumps_are_written_by_both(release: Release) -> None:
    """Both write all formats, and tell how long it took."""
    assert all(0 < seconds < float("inf") for seconds in dumps.compare(release, 1).values())


def test_made_up_documents_are_read_without_error(tmp_path: Path) -> None:
    """The reader accepts every made-up document and accounts for all of it."""
    written = [str(path.with_name("document.txt")) for path in write_profiles(tmp_path, 3)]

    done = subprocess.run(
        [sys.executable, "-m", "digigraph", "check", "--json", *written], capture_output=True
    )

    assert done.returncode == 0
    for told in json.loads(done.stdout)["documents"]:
        used, there = told["coverage"]["characters"]
        assert told["accepted"]
        assert used == there > 20_000
        assert told["counts"]["requirements"] == 10
        assert {problem["severity"] for problem in told["problems"]} <= {"warning", "info"}


def test_made_up_documents_differ_and_stay_the_same() -> None:
    """A number gives the same text each time, and every number an occupation of its own."""
    codes = {document(number).split("НКПД-2011</b>\t")[1][:8] for number in range(100)}

    assert document(7) == document(7)
    assert document(7) != document(7, seed=1)
    assert len(codes) == 100


def test_release_is_kept(release: Release, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made again while nothing has changed."""
    again = release_of(2, kept)

    assert again == release
    assert capsys.readouterr().out == ""


def test_every_question_can_be_asked(release: Release) -> None:
    """The published queries and ours are all asked, each with values from the data."""
    asked, chance, store = questions(release), random.Random(1), Store(release)

    for one in asked:
        store.ask(one.draw(chance))

    ours = {path.stem for path in FOLDER.glob("*.rq")}
    published = {f"published/{name}" for name in queries("examples")}
    assert {one.name for one in asked} == ours | published
    bound = {one.name for one in asked if one.places}
    assert len(bound) > 30


def test_comparison_of_two_engines(release: Release, kept: Path) -> None:
    """Every question is put to every engine, cold and warm, and their answers are the same."""
    names = ("digigraph disk", "digigraph memory")
    plan = http.Plan(profiles=2, rounds=1, seconds=0.1, load_seconds=0, engines=names)

    outcome = http.compare(plan, kept)

    asked = {one.name for one in questions(release)}
    for name in names:
        assert set(outcome.times[name]["cold"]) == asked
        assert set(outcome.times[name]["warm"]) == asked
        assert outcome.memory[name] > 0
    assert not outcome.failures
    assert not outcome.differences
    told = json.loads((kept / "http-2.json").read_text(encoding="utf-8"))
    assert told["quads"] == release.quads
    assert "cold: digigraph disk / digigraph memory" in (kept / "http-2.md").read_text()


def test_ratio_counts_what_both_answered() -> None:
    """A question that one engine failed counts on neither side of a ratio."""
    found = ratio({"a": [1.0, 3.0, 2.0], "b": [9.0]}, {"a": [4.0], "c": [1.0]})

    assert found == (pytest.approx(0.5), 1)


def test_p99_of_few_and_of_many() -> None:
    """One slow request in a hundred is not within 99 %; among fewer it is the longest."""
    assert p99([1.0] * 99 + [9.0]) == 1.0
    assert p99([1.0] * 50 + [9.0]) == 9.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ROW % ("1", INTEGER), ROW % ("1.0", DECIMAL), True),
        (ROW % ("a", ""), ROW % ("a", STRING), True),
        (ROW % ("a", ""), ROW % ("a", ',"xml:lang":"bg"'), False),
        (ROW % ("1", ""), ROW % ("1", INTEGER), False),
    ],
)
def test_answers_are_compared_by_what_they_say(one: str, other: str, same: bool) -> None:
    """Numbers are equal in any datatype, and everything else only as the same term."""
    rows = [comparable("SELECT", text.encode()) for text in (one, other)]

    assert (differ(*rows) == "") is same


def test_row_that_is_missing_is_told() -> None:
    """An answer with a row too few is another answer."""
    row = comparable("SELECT", (ROW % ("1", INTEGER)).encode())

    assert differ(row + row, row) == "2 rows against 1: 1 missing, 0 more"


@pytest.fixture
def talker() -> Iterator[tuple[int, list[bytes]]]:
    """Return a port and what a server there says, an answer to each connection."""
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line:
                    line.recv(65_536)
                    line.sendall(said.pop(0))

        thread = threading.Thread(target=talk)
        thread.start()
        yield listening.getsockname()[1], said
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n3;x\r\ncde\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nabcde",
    ],
)
def test_client_reads_a_whole_answer(talker: tuple[int, list[bytes]], answer: bytes) -> None:
    """An answer is read to its end, however the server marks it."""
    port, said = talker
    said.append(answer)
    line = client.Connection(port, 5)

    found = line.ask(client.request("/", "ASK {}"))
    line.close()

    assert found == client.Answer(200, b"abcde")


def test_client_does_not_take_a_part_for_the_whole(talker: tuple[int, list[bytes]]) -> None:
    """An answer that is cut off is none."""
    port, said = talker
    said.append(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabcde")

    line = client.Connection(port, 5)

    with pytest.raises(client.Broken, match="cut off"):
        line.ask(client.request("/", "ASK {}"))
