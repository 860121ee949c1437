"""The pages and files over HTTP, and the server that runs them (U-01, U-02, H-04 to H-17)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import rdflib
from conftest import BASE, write_sample
from flask.testing import FlaskClient
from pyld import jsonld
from servers import serving, unused_port
from werkzeug.test import TestResponse

from digigraph import resources
from digigraph.errors import InputError, UsageError
from digigraph.formats import DUMP_FORMATS
from digigraph.release import Release
from digigraph.web import Settings, create_app, serve
from digigraph.web.kinds import KINDS
from digigraph.web.problems import KIND_OF
from digigraph.web.server import AddressInUse

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Ask for a path and read all of it; a header's underscores are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.get(path, headers=named)
    assert response.data is not None
    response.close()
    return response


# --- the landing page -------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "word"), [("bg", "Именувани графи"), ("en", "Named graphs")])
def test_the_landing_page_speaks_the_language_of_the_client(
    client: FlaskClient, language: str, word: str
) -> None:
    """A page is in the language of ?lang= or Accept-Language, and says so (X-11)."""
    asked = get(client, f"/?lang={language}", Accept=BROWSER)
    preferred = get(client, "/", Accept=BROWSER, Accept_Language=f"{language}-BG, fr;q=0.9")

    for page in (asked, preferred):
        assert page.mimetype == "text/html"
        assert f'<html lang="{language}">' in page.text
        assert word in page.text
        assert page.headers["Content-Language"] == language
        assert {"Accept", "Accept-Language"} <= set(page.vary)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("bg-BG,en-US;q=0.7,en;q=0.3", "bg"),
        ("en-GB,bg;q=0.5", "en"),
        ("en;q=0.3, de, BG-bg;q=0.8", "bg"),
        ("bg,en", "bg"),
        ("en,bg", "en"),
        ("*", "en"),
        ("de,*;q=0.5", "en"),
        ("en;q=0,*", "bg"),
        ("bg;q=0", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_the_language_that_a_client_likes_best(
    client: FlaskClient, accepted: str, language: str
) -> None:
    """Languages are weighed by q whatever their region; pages and problems alike (X-11, H-14)."""
    page = get(client, "/", Accept=BROWSER, Accept_Language=accepted)
    problem = get(client, "/no/such", Accept="application/json", Accept_Language=accepted)
    shown = get(client, "/no/such", Accept=BROWSER, Accept_Language=accepted)

    told = [answer.headers["Content-Language"] for answer in (page, problem, shown)]
    assert told == [language] * 3


def test_the_landing_page_tells_a_person_where_everything_is(
    client: FlaskClient, sample_release: Release
) -> None:
    """The page has the endpoint, each dump with size and checksum, each graph with its count."""
    page = get(client, "/", Accept=BROWSER).text

    assert "/sparql" in page
    for told in DUMP_FORMATS:
        for name in (f"digigraph.{told.extension}", f"digigraph.{told.extension}.gz"):
            file = sample_release.file(name)
            assert file
            assert f'href="/dumps/{name}"' in page
            assert file.sha256 in page
    assert 'href="/downloads?lang=en"' in page
    for graph in sample_release.graphs:
        assert graph.iri in page.replace("<wbr>", "")
    assert "not yet registered" in page
    assert "CC BY 4.0" in page
    assert "This service uses the ESCO classification of the European Commission." in page


def test_every_link_of_the_pages_leads_somewhere(client: FlaskClient) -> None:
    """No link on the landing page or the query page, and no Link header, is broken."""
    for start in ("/", "/?lang=bg", "/sparql"):
        page = get(client, start, Accept=BROWSER)
        links = set(re.findall(r'(?:href|src)="(/[^"]*)"', page.text))
        links |= set(re.findall(r"<(/[^>]*)>", ", ".join(page.headers.getlist("Link"))))
        assert links

        for link in links:
            assert get(client, html.unescape(link)).status_code == 200, link


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # it warns of its own classes
@pytest.mark.parametrize(
    ("accept", "told"),
    [
        ("text/turtle", "turtle"),
        ("application/ld+json", "json-ld"),
        ("application/rdf+xml", "xml"),
        ("application/n-triples", "nt"),
    ],
)
def test_the_landing_page_tells_a_program_where_everything_is(
    client: FlaskClient, sample_release: Release, accept: str, told: str
) -> None:
    """The machine twins say the same as RDF, without blank nodes."""
    response = get(client, "/", Accept=accept)
    found = rdflib.Graph().parse(data=response.data, format=told)
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")

    assert response.mimetype == accept
    dataset = rdflib.URIRef(f"{BASE}catalog/digigraph")
    assert (dataset, rdflib.RDF.type, dcat.Dataset) in found
    assert len(list(found.objects(dataset, dcat.distribution))) == len(sample_release.files)
    sums = set(found.objects(predicate=rdflib.URIRef("http://spdx.org/rdf/terms#checksumValue")))
    assert {str(value) for value in sums} == {file.sha256 for file in sample_release.files}
    assert not [node for triple in found for node in triple if isinstance(node, rdflib.BNode)]


def test_the_landing_page_as_json(client: FlaskClient, sample_release: Release) -> None:
    """Plain JSON tells a script the same."""
    told = json.loads(get(client, "/", Accept="application/json").data)

    assert told["triples"] == sample_release.triples
    assert told["sparql"] == "http://127.0.0.1:8000/sparql"
    assert {file["sha256"] for file in told["files"]} == {f.sha256 for f in sample_release.files}


def test_the_landing_page_names_its_twins(client: FlaskClient) -> None:
    """Link headers name every variant, the licence and the files (H-09)."""
    links = ", ".join(get(client, "/", Accept=BROWSER).headers.getlist("Link"))

    for media_type in ("text/turtle", "application/ld+json", "application/json"):
        assert f'rel="alternate"; type="{media_type}"' in links
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links
    assert '</dumps/digigraph.nq.gz>; rel="item"; type="application/gzip"' in links


def test_addresses_come_from_the_settings_only(sample_release: Release) -> None:
    """No header of the request gets into an address (U-02)."""
    settings = Settings(service="https://data.example.org/digigraph")
    client = create_app(settings, sample_release).test_client()
    response = client.get(
        "/?format=json", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )

    assert response.json
    assert response.json["sparql"] == "https://data.example.org/digigraph/sparql"
    assert "evil" not in response.text


# --- files ------------------------------------------------------------------------------------


def test_every_file_is_served_as_it_is(client: FlaskClient, sample_release: Release) -> None:
    """Each file arrives byte for byte, with its media type, ETag and digest (H-11 to H-13)."""
    for file in sample_release.files:
        response = get(client, f"/dumps/{file.name}")

        assert hashlib.sha256(response.data).hexdigest() == file.sha256
        assert response.mimetype == file.media_type
        assert response.headers["ETag"] == f'"{file.sha256}"'
        assert "Content-Encoding" not in response.headers
        assert response.headers["Repr-Digest"].startswith("sha-256=:")
        assert response.headers["Accept-Ranges"] == "bytes"


def test_part_of_a_file(client: FlaskClient, sample_release: Release) -> None:
    """A range is answered with 206, an impossible one with 416 (H-13)."""
    whole = sample_release.path("digigraph.nq").read_bytes()

    part = get(client, "/dumps/digigraph.nq", Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    last = get(client, "/dumps/digigraph.nq", Range="bytes=-5")
    assert last.data == whole[-5:]
    beyond = get(client, "/dumps/digigraph.nq", Range="bytes=99999999-")
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize(
    "asked", ["lines=1-2", "bytes=abc", "bytes=9-3", "bytes", "bytes=0-1,5-6", "LINES=0-"]
)
@pytest.mark.parametrize("path", ["/dumps/digigraph.nq", "/logo.svg", "/static/style.css"])
def test_a_range_that_is_none_of_ours(client: FlaskClient, path: str, asked: str) -> None:
    """Who asks for another unit, for nonsense or for many pieces gets the whole (H-13)."""
    whole = get(client, path)

    answer = get(client, path, Range=asked)

    assert (answer.status_code, answer.data) == (200, whole.data)


def test_a_file_without_a_compressed_twin_is_packed(client: FlaskClient) -> None:
    """It is sent as gzip, with a tag and a digest of that form; its parts are plain (H-12)."""
    path = "/dumps/manifest.json"
    plain = get(client, path)
    tag = plain.headers["ETag"]

    packed = get(client, path, Accept_Encoding="gzip")
    part = get(client, path, Accept_Encoding="gzip", Range="bytes=0-9", If_Range=tag)
    resumed = get(client, path, Range="bytes=5-9", If_Range=packed.headers["ETag"])
    again = get(client, path, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_length == len(packed.data) < len(plain.data) == plain.content_length
    digest = base64.b64encode(hashlib.sha256(packed.data).digest()).decode()
    assert packed.headers["Repr-Digest"] == f"sha-256=:{digest}:" != plain.headers["Repr-Digest"]
    assert packed.headers["ETag"] != tag
    assert (part.status_code, part.data) == (206, plain.data[:10])
    assert "Content-Encoding" not in part.headers
    assert (resumed.status_code, resumed.data) == (200, plain.data)
    assert (again.status_code, again.headers["ETag"]) == (304, packed.headers["ETag"])
    assert all("Accept-Encoding" in one.vary for one in (plain, packed, part, again))
    assert (
        "Content-Encoding" not in get(client, "/dumps/digigraph.nq", Accept_Encoding="gzip").headers
    )


def test_a_file_that_the_client_has(client: FlaskClient) -> None:
    """A conditional request costs nothing."""
    first = get(client, "/dumps/digigraph.ttl")
    again = get(client, "/dumps/digigraph.ttl", If_None_Match=first.headers["ETag"])

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/store/CURRENT", "/dumps/../manifest.json", "/dumps/%2e%2e/manifest.json",
        "/dumps/..%2f..%2fetc%2fpasswd", "/dumps//etc/passwd", "/dumps/nothing", "/dumps/",
        "/release/2026.11.0/store/CURRENT", "/release/../2026.11.0/digigraph.nq",
        "/release/%2e%2e/digigraph.nq", "/release/2020.1.0/digigraph.nq", "/release/x/y",
        "/static/../__init__.py", "/static/%2e%2e/__init__.py",
    ],
)  # fmt: skip
def test_nothing_but_published_files(client: FlaskClient, path: str) -> None:
    """The index, other folders and unknown names are not found."""
    assert get(client, path).status_code in (308, 404)
    assert b"root:" not in get(client, path).data


def test_older_releases_stay_up(tmp_path: Path) -> None:
    """A snapshot has an address that never changes its content (V-02)."""
    write_sample(tmp_path, "2026.10.0")
    newest = write_sample(tmp_path, "2026.11.0")
    client = create_app(Settings(releases=tmp_path), newest).test_client()

    for version in ("2026.10.0", "2026.11.0"):
        response = get(client, f"/release/{version}/manifest.json")
        assert json.loads(response.data)["version"] == version
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    current = get(client, "/dumps/manifest.json")
    assert current.headers["Cache-Control"].startswith("public, max-age=300")


def test_the_json_ld_context(client: FlaskClient) -> None:
    """The context is served under the base, for ever, to any origin (H-16)."""
    response = get(client, "/context/v1.jsonld")
    shipped = resources.folder("ontology") / "context" / "v1.jsonld"

    assert response.data == shipped.read_bytes()
    assert response.content_type == "application/ld+json"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_the_json_ld_context_is_sound() -> None:
    """Version 1.1, protected, with aliases; every repeatable property is a set (H-16)."""
    shipped = resources.folder("ontology") / "context" / "v1.jsonld"
    context = json.loads(shipped.read_text(encoding="utf-8"))["@context"]

    assert context["@version"] == 1.1
    assert context["@protected"] is True
    assert context["id"] == "@id"
    assert context["type"] == {"@id": "@type", "@container": "@set"}
    single = {name for name, told in context.items() if isinstance(told, dict)} - {
        name for name, told in context.items() if "@set" in str(told)
    }
    assert single == {
        "accountedAs", "assertedIn", "assertedLevel", "atLevel", "competence", "evidenceFor",
        "evidenceProperty", "first", "inBand", "kind", "levelRule", "levelStatus", "line",
        "lineCount", "maxLevel", "maxLevelRank", "memberList", "minLevel", "minLevelRank",
        "ofCompetence", "position", "rank",
        "requiredDescriptor", "requiredLevel", "requirementOf", "requiresCompetence", "rest",
        "severity",
    }  # fmt: skip
    assert jsonld.expand({"@context": context, "id": "a:b", "rank": 3, "prefLabel": {"bg": ["я"]}})


# --- what every answer has --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=x", "/dumps/digigraph.nt", "/none",
     "/context/v1.jsonld", "/problem/not-found", "/static/style.css", "/sparql/", "/release/1/x"],
)  # fmt: skip
def test_every_answer_is_open_and_safe(client: FlaskClient, path: str) -> None:
    """Every answer, errors and redirects too, is open to all origins and closed to tricks."""
    response = get(client, path)

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"]
    assert "Set-Cookie" not in response.headers


def test_pages_ask_nobody_else() -> None:
    """No page loads anything from another host, and no style or script stands in a page (H-17).

    What is typed as data is not a script.
    """
    folder = Path(__file__).parent.parent / "digigraph" / "web"
    for path in [*folder.glob("templates/*.html"), *folder.glob("static/*")]:
        text = path.read_text(encoding="utf-8")

        assert not re.search(r"""(?:src|url|@import)\s*[=(]?\s*["']?(?:https?:)?//""", text), path
        inline = r"<style|<script(?! src=| type=.application/ld\+json.>)|\sstyle=|\son\w+="
        assert not re.search(inline, text), path


def test_a_trailing_slash(client: FlaskClient) -> None:
    """A slash too many leads to the one address, here and nowhere else (H-15, H-08)."""
    for ask in (client.get, client.head):
        response = ask("/sparql/?query=ASK%7B%7D", headers={"Origin": "https://example.org"})

        assert (response.status_code, response.location) == (308, "/sparql?query=ASK%7B%7D")
        assert (response.data, response.content_length) == (b"", 0)
        assert "Content-Type" not in response.headers
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in response.headers["Access-Control-Expose-Headers"]
    for path in ("//example.org/", "/%2f%2fexample.org/", "/\\example.org/"):
        location = get(client, path).location
        assert location is None or re.match(r"/[^/\\]", location)


def test_what_is_not_there(client: FlaskClient) -> None:
    """404 is a problem document for a program and a page for a person, in their language."""
    program = get(client, "/nothing", Accept_Language="bg")
    person = get(client, "/nothing", Accept=BROWSER, Accept_Language="bg")

    assert program.content_type == "application/problem+json"
    assert json.loads(program.data)["title"] == "Тук няма нищо"
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert "Тук няма нищо" in person.text


@pytest.mark.parametrize("slug", KINDS)
def test_every_type_of_problem_has_a_page(client: FlaskClient, slug: str) -> None:
    """The type of a problem can be looked up, in both languages (H-14)."""
    for language in ("bg", "en"):
        page = get(client, f"/problem/{slug}?lang={language}")
        assert page.status_code == 200
        assert KINDS[slug].title[language] in html.unescape(page.text)
    assert get(client, "/problem/unknown").status_code == 404


def test_every_error_of_ours_has_its_problem() -> None:
    """The table of errors names known kinds only."""
    assert set(KIND_OF.values()) <= set(KINDS)


@pytest.mark.parametrize("accept", ["*/*", BROWSER])
def test_a_fault_of_ours_shows_nothing_of_the_inside(
    sample_release: Release, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error is a plain 500 with a number; the trace is in the log only."""
    app = create_app(Settings(), sample_release)

    def fails() -> str:
        raise ZeroDivisionError("secret")

    app.add_url_rule("/fails", view_func=fails)
    response = get(app.test_client(), "/fails", Accept=accept)

    assert response.status_code == 500
    assert "urn:uuid:" in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "secret" in caplog.text


# --- settings and the server ------------------------------------------------------------------


def test_every_setting_has_a_default_and_help() -> None:
    """A setting explains itself: the command line and the README show its name, default, help."""
    for told in fields(Settings):
        assert told.metadata["help"].endswith("."), told.name
    assert Settings() == Settings()


def test_a_release_under_another_base(sample_release: Release) -> None:
    """A release whose base is not the one that is set is refused."""
    with pytest.raises(UsageError, match="build it again"):
        create_app(Settings(base="http://example.org/"), sample_release)
    assert create_app(Settings(base=BASE), sample_release)


def test_a_server_loads_neither_the_validator_nor_a_reader() -> None:
    """The reading wing stands alone: importing it loads no SHACL engine and no document reader."""
    code = (
        "import sys, digigraph.web; "
        "heavy = {'pyshacl', 'rdflib', 'digigraph.documents', 'digigraph.build', "
        "'digigraph.validation', 'digigraph.graph', 'granian'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_a_port_in_use(sample_release: Release) -> None:
    """Where another program listens the server says so, and does not share the port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AddressInUse, match=f"{port}.*--port"):
            serve(Settings(port=port, releases=sample_release.folder.parent))


def test_nothing_to_serve(tmp_path: Path) -> None:
    """Without a release the server says how to make one."""
    with pytest.raises(InputError, match="digigraph build"):
        serve(Settings(releases=tmp_path, port=unused_port()))


def test_the_commands_on_the_page_run_as_they_stand(sample_release: Release) -> None:
    """The curl and the Python example of the page, copied, get an answer from this server."""
    with serving(sample_release.folder.parent) as url:
        with urllib.request.urlopen(url, timeout=10) as response:
            page = response.read().decode()
        curl, python = (
            html.unescape(text)
            for text in re.findall(
                r'<pre[^>]*aria-label="(?:curl|Python)"><code>(.*?)</code>', page, re.S
            )
        )
        by_curl = subprocess.run(
            ["sh", "-c", f"{curl} --silent --fail"], capture_output=True, text=True, check=True
        )
        by_python = subprocess.run(
            [sys.executable, "-c", python], capture_output=True, text=True, check=True
        )

    assert "," in by_curl.stdout.splitlines()[0]
    assert by_python.stderr == ""


def test_a_stop_lets_requests_finish(sample_release: Release) -> None:
    """After SIGTERM a request under way is still answered, and the server ends with 0."""
    server = serving(sample_release.folder.parent)
    address = urlsplit(server.__enter__())
    query = b"SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    head = (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(query)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=30) as client:
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100")  # so it is being read
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.5)
        client.sendall(query)
        answer = b"".join(iter(lambda: client.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 200")
    server.__exit__()


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/%0d%0aX:y/", 404, None),
        ("/catalog%0d%0aX:y{%zz/", 404, None),
        ("/%09/evil.example/", 404, None),
        ("/%5C/evil.example/", 404, None),
        ("/x%3Fy/", 404, None),
        ("/doc//digcomp21/1-2", 308, "/doc/digcomp21/1-2"),
        ("/doc/digcomp21/1-2/", 308, "/doc/digcomp21/1-2"),
        ("/sparql/?query=ASK%7B%7D%0d%0aX:y", 308, "/sparql?query=ASK%7B%7D%0d%0aX:y"),
        ("/doc/digcomp21/1-2%0d%0aX:y/", 404, None),
    ],
)
def test_a_redirect_leads_nowhere_else(
    client: FlaskClient, path: str, status: int, location: str | None
) -> None:
    """No path makes an address of another host, another resource or another header (U-02)."""
    response = get(client, path, Host="evil.example")

    assert (response.status_code, response.location) == (status, location)
    assert "X" not in response.headers


@pytest.mark.parametrize(
    "path", ["/id/digcomp21/1-2/", "/id//digcomp21/1-2", "/id/digcomp21//1-2//"]
)
def test_the_uri_of_a_thing_with_a_slash_too_many(client: FlaskClient, path: str) -> None:
    """It names nothing, and the answer says what does; there is no redirect (U-03, V-05)."""
    iri = f"{BASE}id/digcomp21/1-2"
    response = get(client, path, Accept="application/json")

    told = json.loads(response.data)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert f"<{iri}>" in told["detail"]
    assert [(one["id"], urlsplit(one["url"]).path) for one in told["nearest"]] == [
        (iri, "/id/digcomp21/1-2")
    ]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.head(path).status_code == 404
    assert 'href="/id/digcomp21/1-2"' in get(client, path, Accept="text/html").text
    assert get(client, "/id/no/such/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/sparql?query=ASK%7B%7D",
        "/doc/digcomp21/1-2.ttl",
        "/api/v1/profiles",
        "/release/2026.11.0/digigraph.nq",
        "/release/2026.11.0/manifest.json",
        "/context/v1.jsonld",
        "/robots.txt",
    ],
)
def test_another_version(client: FlaskClient, path: str) -> None:
    """Who wants only a version that there is not gets 412, and no part of another (H-14)."""
    there = get(client, path)
    refused = get(client, path, If_Match='"another"', Accept="application/json, */*;q=0.1")

    assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
    assert json.loads(refused.data)["type"] == f"{BASE}problem/precondition-failed"
    for known in (there.headers["ETag"], "*"):
        again = get(client, path, If_Match=known)
        assert (again.status_code, again.data) == (200, there.data)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 412), ("/doc/digcomp21/1-2.en.html", 412), ("/doc/digcomp21/no", 404)],
)
def test_another_version_of_a_page(client: FlaskClient, path: str, status: int) -> None:
    """The problem is a page itself, and nobody asks another version of that."""
    refused = get(client, path, If_Match='"another"', Accept="text/html")

    assert (refused.status_code, refused.mimetype) == (status, "text/html")


def test_a_release_has_a_page(client: FlaskClient) -> None:
    """Its files are listed for people and for programs (V-02)."""
    page = get(client, "/release/2026.11.0", Accept="text/html")
    told = get(client, "/release/2026.11.0", Accept="application/json")

    assert "/release/2026.11.0/digigraph.ttl.zst" in page.text
    assert json.loads(told.data)["version"] == "2026.11.0"
    assert get(client, "/release/2026.11.9").status_code == 404


def test_findings_have_an_address_as_a_table(client: FlaskClient) -> None:
    """A spreadsheet gets them from one address (Q-06)."""
    with get(client, "/quality.csv") as response:
        assert response.mimetype == "text/csv"
        assert response.data.startswith(b"uri,type,severity,")


def test_what_never_changes_is_kept_for_a_year(client: FlaskClient) -> None:
    """No second header shortens it (H-11)."""
    with get(client, "/release/2026.11.0/digigraph.nt") as response:
        assert "immutable" in response.headers["Cache-Control"]
        assert "Expires" not in response.headers


def test_results_of_no_query(client: FlaskClient) -> None:
    """Who wants results without a query is told what is missing."""
    response = get(client, "/sparql", Accept="application/sparql-results+json")

    assert response.status_code == 400
    assert "query" in json.loads(response.data)["detail"]
