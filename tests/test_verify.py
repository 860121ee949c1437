"""`digigraph verify`: pages, endpoint and files are one graph, or what differs is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from conftest import BASE, write_sample
from servers import serving, unused_port

from digigraph.cli import cli
from digigraph.release import Release
from digigraph.things import PAGE

COMPETENCE = f"{BASE}id/digcomp21/1-2"
NOTATION = f'<{COMPETENCE}> <http://www.w3.org/2004/02/skos/core#notation> "1.2" .'
OTHER_VERSION = "2026.12.0"


def verify(target: object, *options: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code of the command and its report on the one release there."""
    done = CliRunner().invoke(cli, ["verify", "--json", str(target), *options])
    assert done.exit_code in (0, 1), done.output
    [report] = json.loads(done.stdout)["reports"]
    assert report["same"] == (done.exit_code == 0)
    return done.exit_code, report


def kinds(report: dict[str, Any]) -> set[tuple[str, str]]:
    """Return each kind of difference with its place."""
    return {(one["kind"], one["place"]) for one in report["differences"]}


def one(report: dict[str, Any], kind: str, place: str) -> dict[str, Any]:
    """Return the first difference of a kind at a place."""
    found = [d for d in report["differences"] if (d["kind"], d["place"]) == (kind, place)]
    assert found, kinds(report)
    return dict(found[0])


@pytest.fixture
def copy(sample_release: Release, tmp_path: Path) -> Path:
    """Return a copy of the sample release that a test may change."""
    return Path(shutil.copytree(sample_release.folder, tmp_path / sample_release.version))


def put(folder: Path, name: str, content: bytes) -> None:
    """Replace a file of a release, and let manifest and sums agree with it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for told in manifest["files"]:
        if told["name"] == name:
            told |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    names = sorted([*(told["name"] for told in manifest["files"]), "manifest.json"])
    lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.long
def test_the_shipped_release_is_one_graph_as_files_and_as_a_service(
    shipped_release: Release,
) -> None:
    """Every dump, table and tree, every statement of the endpoint, documents of each kind."""
    code, report = verify(shipped_release.folder)
    assert (code, report["differences"]) == (0, [])
    assert report["compared"]["dumps"] == 6
    assert report["compared"]["twins"] == 12
    assert report["compared"]["statements"] == shipped_release.quads

    with serving(shipped_release.folder.parent) as url:
        code, report = verify(url)
    assert (code, report["differences"]) == (0, [])
    assert report["compared"]["asked"] == shipped_release.quads + shipped_release.triples
    assert report["compared"]["files"] == len(shipped_release.files)
    assert report["compared"]["documents"] >= 50
    assert set(report["share"]) == {"documents"}


def test_a_folder_of_releases_is_verified_release_by_release(tmp_path: Path) -> None:
    """The differences of one are not those of another."""
    for version in ("2026.11.0", OTHER_VERSION):
        write_sample(tmp_path, version)
    (tmp_path / OTHER_VERSION / "CHANGES.md").write_text("#")
    done = CliRunner().invoke(cli, ["verify", "--json", str(tmp_path)])

    told = {r["version"]: r["same"] for r in json.loads(done.stdout)["reports"]}
    assert (done.exit_code, told) == (1, {"2026.11.0": True, OTHER_VERSION: False})


def test_a_changed_byte_is_found_and_the_statement_named(copy: Path) -> None:
    """The file is not the manifest's, and it says something else."""
    path = copy / "digigraph.ttl"
    path.write_bytes(path.read_bytes().replace(b'skos:notation "1.2"', b'skos:notation "1.3"'))
    code, report = verify(copy)

    assert code == 1
    assert one(report, "missing", "digigraph.ttl")["statements"] == [NOTATION]
    assert one(report, "extra", "digigraph.ttl")["statements"] == [NOTATION.replace("1.2", "1.3")]
    assert one(report, "missing", "digigraph.ttl")["subject"] == COMPETENCE
    assert {("file", "digigraph.ttl"), ("twin", "digigraph.ttl.gz")} <= kinds(report)


def test_a_dump_that_nobody_can_read_is_named(copy: Path) -> None:
    """What cannot be parsed is one difference among the others, not the end."""
    put(copy, "digigraph.rdf", b"<rdf:RDF")
    put(copy, "digigraph.jsonld.gz", b"no gzip")
    _, report = verify(copy)

    assert {("unreadable", "digigraph.rdf"), ("unreadable", "digigraph.jsonld.gz")} <= kinds(report)


def test_a_dump_is_compared_even_where_the_sums_agree(copy: Path) -> None:
    """Who changes a dump can change its digest too."""
    whole = (copy / "digigraph.nt").read_bytes()
    put(copy, "digigraph.nt", whole.replace(f"{NOTATION}\n".encode(), b""))
    _, report = verify(copy)

    assert one(report, "missing", "digigraph.nt")["count"] == 1
    assert one(report, "missing", "digigraph.nt")["statements"] == [NOTATION]
    assert {place for _, place in kinds(report)} == {
        "digigraph.nt", "digigraph.nt.gz", "digigraph.nt.zst",
    }  # fmt: skip


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_replaced_twin_is_found(copy: Path, ending: str) -> None:
    """A compressed file is its plain one, and no other."""
    put(copy, f"digigraph.ttl{ending}", (copy / f"digigraph.nt{ending}").read_bytes())
    _, report = verify(copy)

    assert kinds(report) == {("twin", f"digigraph.ttl{ending}")}


def test_a_statement_that_the_index_lost_is_named_with_its_graph(copy: Path) -> None:
    """The endpoint would not say it, and the tables are not made of it."""
    triple = next(ox.parse(NOTATION, format=ox.RdfFormat.N_TRIPLES)).triple
    graph = f"{BASE}graph/framework"
    store = ox.Store(copy / "store")
    store.remove(ox.Quad(*triple, ox.NamedNode(graph)))
    store.flush()
    del store
    _, report = verify(copy)

    found = one(report, "missing", "store")
    assert (found["graph"], found["subject"], found["count"]) == (graph, COMPETENCE, 1)
    assert found["statements"] == [NOTATION.replace(" .", f" <{graph}> .")]


@pytest.mark.parametrize("name", ["csv/competences.csv", "profiles.json", "vocabulary.ttl"])
def test_tables_and_trees_are_what_the_index_gives(copy: Path, name: str) -> None:
    """The same bytes, or the line that differs."""
    put(copy, name, (copy / name).read_bytes() + b" ")
    _, report = verify(copy)

    assert kinds(report) == {("regenerated", name)}


def test_counts_are_counted(copy: Path) -> None:
    """What the manifest promises is there."""
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["triples"] += 1
    (copy / "manifest.json").write_text(json.dumps(manifest))
    _, report = verify(copy)

    assert ("count", "manifest.json") in kinds(report)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("no-such-folder", 3),
        ("http://127.0.0.1:{port}/", 4),
        ("http://", 2),
    ],
)
def test_exit_codes(tmp_path: Path, target: str, code: int) -> None:
    """3 where there is nothing to read, 4 where a service fails, 2 for what is no address."""
    told = target.format(port=unused_port())
    done = subprocess.run(
        [sys.executable, "-m", "digigraph", "verify", told], cwd=tmp_path, capture_output=True
    )

    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr


Tamper = Callable[[str, bytes], bytes]


@contextmanager
def proxy(
    target: str,
    tamper: Tamper,
    *,
    cut: Container[str] = (),
    unlinked: Container[str] = (),
    other: str = "",
) -> Iterator[str]:
    """Yield the URL of a proxy that changes bodies.

    At the places of `cut` it keeps the length that was promised, at those of `unlinked` it loses
    the links to other pages. Documents come from `other` if it is given.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._forward(None)

        def do_POST(self) -> None:
            self._forward(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _forward(self, body: bytes | None) -> None:
            there = other if other and self.path.startswith("/doc/") else target
            request = urllib.request.Request(there.rstrip("/") + self.path, body)
            for name in ("Accept", "Content-Type"):
                if name in self.headers:
                    request.add_header(name, self.headers[name])
            try:
                with _OPENER.open(request, timeout=60) as answer:
                    status, headers, said = answer.status, answer.headers, answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    status, headers, said = error.code, error.headers, error.read()
            changed = tamper(self.path, said)
            self.send_response(status)
            for name in ("Content-Type", "Location", "Link"):
                if name != "Link" or self.path not in unlinked:
                    for value in headers.get_all(name, ()):
                        self.send_header(name, value)
            kept = self.path in cut
            self.send_header("Content-Length", str(len(said if kept else changed)))
            self.end_headers()
            self.wfile.write(changed)
            self.close_connection = kept

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}/"
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Leave it to the client."""


_OPENER = urllib.request.build_opener(_NoRedirect)


DOCUMENT = "/doc/digcomp21/1-2"
LEVEL = f"{BASE}id/digcomp21/level-6"
NAME = "Evaluating data, information and digital content"
NINE = NOTATION.replace("1.2", "9.9")
BROADER = NOTATION.replace("notation", "broader").replace('"1.2"', f"<{BASE}id/digcomp21/area-1>")
MORE = [NOTATION.replace(COMPETENCE, iri) for iri in (f"{BASE}id/digcomp21/area-1", LEVEL)]
CHANGES: dict[str, tuple[str, str]] = {
    f"{DOCUMENT}.ttl": ('skos:notation "1.2" ;', ""),
    f"{DOCUMENT}.jsonld": ('"1.2"', '"1.3"'),
    f"{DOCUMENT}.nt": (f"{BROADER}\n", ""),
    f"{DOCUMENT}.rdf": (f">{NAME}<", ">Anything<"),
    f"{DOCUMENT}.json": ('"1.2"', '"1.4"'),
    f"{DOCUMENT}.en.html?all=1": (NAME, "Anything"),
    f"{DOCUMENT}.bg.html?all=1": ("<dl", "<p>Нищо от това не е вярно.</p><dl"),
    "/catalog.nt": ('"2026.11.0"', '"2026.11.1"'),
    "/sparql": (f"{NOTATION}\n", f"{NINE}\n"),
}
"""Place -> what is taken away from its body, and what is put there."""
HALVED = ("/dumps/digigraph.trig.zst", "/dumps/digigraph.trig.gz")
"""The connection of the first breaks; the length of the other is wrong too."""


def tamper(path: str, body: bytes) -> bytes:
    """Change one thing at each place of a few, and nothing elsewhere."""
    if path in HALVED:
        return body[: len(body) // 2]
    if path == "/doc/digcomp21/level-6.nt":
        return body + "".join(f"{line}\n" for line in MORE).encode()
    lost, instead = CHANGES.get(path, ("", ""))
    return body.replace(lost.encode(), instead.encode()) if lost else body


@pytest.fixture(scope="module")
def tampered(server: str) -> dict[str, Any]:
    """Return the report on a service in which one thing is wrong at each of a few places."""
    with proxy(server, tamper, cut=HALVED[:1]) as url:
        code, report = verify(url)
    assert code == 1
    return report


def test_a_proxy_that_changes_nothing_is_no_difference(server: str) -> None:
    """What the next tests find is what they changed; a small release is compared whole."""
    with proxy(server, lambda _, body: body) as url:
        code, report = verify(url, "--full")

    assert (code, report["differences"], report["share"]) == (0, [], {})


def test_nothing_is_named_but_what_was_changed(tampered: dict[str, Any]) -> None:
    """Each difference is at one of the places where something is wrong."""
    halved = {name.removeprefix("/dumps/") for name in HALVED}
    expected = {*CHANGES, "/doc/digcomp21/level-6.nt", *halved, HALVED[0][1:]}
    expected -= {"/sparql", "/catalog.nt"}

    assert {place for _, place in kinds(tampered)} == {*expected, "sparql", "catalog.nt"}


@pytest.mark.parametrize(
    ("suffix", "lost"),
    [
        ("ttl", NOTATION),
        ("jsonld", NOTATION),
        ("nt", BROADER),
        ("rdf", f'"{NAME}"@en .'),
        ("json", NOTATION),
    ],
)
def test_a_document_that_lost_a_statement_is_named(
    tampered: dict[str, Any], suffix: str, lost: str
) -> None:
    """In whatever format: the other ones do not hide it."""
    found = one(tampered, "missing", f"{DOCUMENT}.{suffix}")

    [statement] = found["statements"]
    assert statement.endswith(lost)
    assert found["subject"] == COMPETENCE


def test_a_document_that_says_more_than_the_dump_is_named(tampered: dict[str, Any]) -> None:
    """Of the thing, and of whatever else it mentions."""
    place = "/doc/digcomp21/level-6.nt"
    found = [d for d in tampered["differences"] if d["place"] == place]

    assert {d["kind"] for d in found} == {"extra"}
    assert sorted(s for d in found for s in d["statements"]) == sorted(MORE)


def test_a_page_that_lost_a_word_is_named(tampered: dict[str, Any]) -> None:
    """People read pages; they say what the dump says."""
    assert NAME in one(tampered, "words", f"{DOCUMENT}.en.html?all=1")["message"]["en"]


def test_a_catalogue_that_was_rewritten_is_named(tampered: dict[str, Any]) -> None:
    """The catalogue is what the release and its files make of it."""
    for kind, version in (("missing", "2026.11.0"), ("extra", "2026.11.1")):
        found = one(tampered, kind, "catalog.nt")
        assert all(version in statement for statement in found["statements"])


def test_a_page_that_says_more_is_named(tampered: dict[str, Any]) -> None:
    """A text that the document does not have is no part of its page."""
    found = one(tampered, "added", f"{DOCUMENT}.bg.html?all=1")

    assert "Нищо от това не е вярно." in found["message"]["en"]


@pytest.mark.parametrize(("kind", "statement"), [("missing", NOTATION), ("extra", NINE)])
def test_an_endpoint_that_says_something_else_is_named(
    tampered: dict[str, Any], kind: str, statement: str
) -> None:
    """One statement less, or one more, in a graph and in the union."""
    found = [d for d in tampered["differences"] if (d["place"], d["kind"]) == ("sparql", kind)]

    assert {s for d in found for s in d["statements"]} == {statement}
    assert {d["graph"] for d in found} == {
        f"{BASE}graph/framework", f"{BASE}graph/stubs", "union",
    }  # fmt: skip
    assert {d["subject"] for d in found} == {COMPETENCE}


@pytest.mark.parametrize("name", HALVED)
def test_a_truncated_file_is_named(tampered: dict[str, Any], name: str) -> None:
    """Whether the connection breaks or the length is wrong too."""
    assert ("file", name.removeprefix("/dumps/")) in kinds(tampered)
    assert (("answer", name.removeprefix("/")) in kinds(tampered)) == (name == HALVED[0])


def test_a_document_is_compared_on_all_its_pages(tmp_path: Path) -> None:
    """A statement that the second page lost is named, and all that a lost link leads to (H-07)."""
    source, refers = f"{BASE}id/source/d-0000test", "<http://purl.org/dc/terms/source>"
    lines = [f"<{BASE}catalog#r-{n:04}> {refers} <{source}> .\n" for n in range(2 * PAGE + 1)]
    more = f'<{source}> dct:title "Проба"@bg . ' + "".join(lines)
    lost = lines[PAGE + 7].encode()

    def tamper(path: str, body: bytes) -> bytes:
        return body.replace(lost, b"") if path == "/doc/source/d-0000test?page=2" else body

    write_sample(tmp_path, "2026.10.0")  # the catalogue speaks of it too
    write_sample(tmp_path, more=more)
    unlinked = ("/doc/source/d-0000test.ttl",)
    with serving(tmp_path) as there, proxy(there, tamper, unlinked=unlinked) as url:
        _, report = verify(url)

    places = {d["place"]: d for d in report["differences"]}
    assert {place: d["kind"] for place, d in places.items()} == {
        "/doc/source/d-0000test.nt": "missing", "/doc/source/d-0000test.ttl": "missing",
    }  # fmt: skip
    assert places["/doc/source/d-0000test.nt"]["statements"] == [lost.decode().strip()]
    assert places["/doc/source/d-0000test.ttl"]["count"] == PAGE + 1


def test_pages_of_another_release_are_named(server: str, tmp_path: Path) -> None:
    """A replica that was left behind says so in each document."""
    write_sample(tmp_path, OTHER_VERSION)
    with serving(tmp_path) as other, proxy(server, lambda _, body: body, other=other) as url:
        _, report = verify(url)

    for suffix in ("ttl", "en.html?all=1"):
        found = one(report, "release", f"/doc/digcomp21/1-2.{suffix}")
        assert "2026.11.0" in found["message"]["en"]
    assert {kind for kind, _ in kinds(report)} == {"release"}


def test_what_is_no_service_of_ours_fails(server: str) -> None:
    """4, with the address that did not answer as hoped."""
    with proxy(server, lambda _, body: body.replace(b"{", b"<")) as url:
        done = CliRunner().invoke(cli, ["verify", url])

    assert done.exit_code == 4
    assert "manifest.json" in done.stderr
