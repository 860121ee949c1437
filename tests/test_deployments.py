"""The same service at the root of a host and under a path of another one, behind nginx.

Whatever is asked is answered alike in both (U-01, U-02, H-01 to H-15): the same bodies and tags,
and links that lead to the service that was asked.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pyoxigraph as ox
import pytest
from engines import NGINX, nginx
from servers import serving

from digigraph.jsonld import context_document
from digigraph.names import VOID, Names
from digigraph.release import Release

BASE = Names().base
HOST, PREFIX = "kg.example.test", "/kg/"
COMPETENCE = "digcomp21/1-2"
FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "json": ("application/json", ox.RdfFormat.JSON_LD),
}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EVIL = {
    "Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "X-Script-Name": "/evil",
    "X-Original-URL": "/evil",
}
# Whom it is passed through writes these, and the time passes.
_OF_THE_WAY = {"server", "date", "connection", "transfer-encoding", "x-request-id"}


@dataclass(frozen=True)
class Reply:
    """What was answered; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the one header of a name, or nothing."""
        return ", ".join(self.headers.get(name.lower(), []))


@dataclass(frozen=True)
class Deployment:
    """A way to the service: where to connect, what host to ask for, and under what path."""

    port: int
    host: str
    root: str

    @property
    def service(self) -> str:
        """Return the address that clients know."""
        return f"http://{self.host}{self.root}"

    def ask(
        self,
        place: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Reply:
        """Return the answer to a request, redirects as they are."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            told = {"Host": self.host, **(headers or {})}
            connection.request(method, self.root + place, body, told)
            answer = connection.getresponse()
            found: dict[str, list[str]] = {}
            for name, value in answer.getheaders():
                found.setdefault(name.lower(), []).append(value)
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()

    def at(self, address: str) -> str:
        """Return the place of an address that an answer named; it has to be of this service."""
        parts = urlsplit(urljoin(self.service, address))
        assert parts.netloc == self.host, address
        assert parts.path.startswith(self.root), address
        place = parts.path.removeprefix(self.root)
        return f"{place}?{parts.query}" if parts.query else place


@pytest.fixture(scope="module")
def deployments(shipped_release: Release) -> Iterator[dict[str, Deployment]]:
    """Yield the service at the root, and the same under a path behind nginx if that is there."""
    folder = shipped_release.folder.parent
    with ExitStack() as running:
        direct = serving(folder, "--access-log", "")
        running.enter_context(direct)
        found = {"root": Deployment(direct.port, f"127.0.0.1:{direct.port}", "/")}
        if NGINX:
            hidden = serving(folder, "--access-log", "", "--service", f"http://{HOST}{PREFIX}")
            running.enter_context(hidden)
            front = running.enter_context(nginx(_CONFIGURATION.replace("8001", str(hidden.port))))
            found["prefix"] = Deployment(front.port, HOST, PREFIX)
        yield found


_CONFIGURATION = """
server {
  listen 127.0.0.1:8080;
  location /kg/ {
    proxy_pass http://127.0.0.1:8001/;
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Prefix /elsewhere/;
  }
}
"""


@pytest.fixture(scope="module", params=["root", "prefix"])
def site(request: pytest.FixtureRequest, deployments: dict[str, Deployment]) -> Deployment:
    """Return each deployment in turn."""
    if request.param not in deployments:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    return deployments[request.param]


@cache
def said(release: Release) -> dict[str, set[str]]:
    """Return what the dump says of each thing of ours."""
    found: dict[str, set[str]] = {}
    for line in release.path("digigraph.nt").read_text().splitlines():
        if line.startswith(f"<{BASE}"):
            found.setdefault(line.partition(">")[0][1:], set()).add(line)
    return found


_CODE = re.compile(r"[0-9a-z]*[0-9][0-9a-z]*")
_LISTED = re.compile(
    r"((?:^|/)(?:queries|sparql-examples|graph|mappings|evidence|dumps|release/0\.0\.0|csv)/)[^/.]+"
)


def kind_of(path: str) -> str:
    """Return the shape of a path: codes and the names of what is listed together are alike."""
    return _LISTED.sub(r"\1*", _CODE.sub("0", path))


@cache
def sample(release: Release) -> list[str]:
    """Return two IRIs of every kind; of the description of the dataset there is `test_void`."""
    kinds: dict[str, list[str]] = {}
    for iri in said(release):
        tail = iri.removeprefix(BASE)
        if "#" not in tail and not tail.startswith(("release/", "sparql", "logo", "dumps/", VOID)):
            kinds.setdefault(kind_of(tail), []).append(tail)
    return [tail for same in kinds.values() for tail in {same[0]: 0, same[len(same) // 2]: 0}]


def lines(body: bytes, suffix: str) -> set[str]:
    """Return what a document says as N-Triples."""
    if suffix.startswith("json"):
        context = json.loads(context_document(BASE))
        body = json.dumps({**json.loads(body), **context}).encode()
    triples = {quad.triple for quad in ox.parse(body, format=FORMATS[suffix][1], base_iri=BASE)}
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return set(text.decode().splitlines())


def test_every_kind_of_iri_answers_in_every_format(
    site: Deployment, shipped_release: Release
) -> None:
    """303 to a document that says what the dump says, wherever it is served (U-01, H-01, H-02)."""
    wrong = []
    for tail in sample(shipped_release):
        seen = site.ask(quote(tail), {"Accept": "text/turtle"})
        if seen.status != 303 or not seen.header("location").startswith(f"{site.root}doc/"):
            wrong.append(f"{tail}: {seen.status} {seen.header('location')}")
            continue
        document = site.at(seen.header("location"))
        for suffix, (media_type, _) in FORMATS.items():
            answer = site.ask(f"{document}.{suffix}")
            got = (answer.status, answer.header("content-type").partition(";")[0])
            if got != (200, media_type):
                wrong.append(f"{tail}.{suffix}: {got}")
            else:
                found = lines(answer.body, suffix)
                for line in said(shipped_release)[BASE + tail] - found:
                    # Where a machine fetches, the service names itself (U-01).
                    head, _, last = line.rpartition(f" <{BASE}")
                    if f"{head} <{site.service}{last}" not in found:
                        wrong.append(f"{tail}.{suffix}: {line}")
        page = site.ask(document, {"Accept": "text/html"})
        if page.status != 200:
            wrong.append(f"{tail}: page {page.status}")

    assert not wrong, wrong[:10]


@pytest.mark.parametrize("suffix", [*FORMATS, "bg.html", "en.html"])
def test_a_document_is_whole_by_head_and_not_sent_twice(site: Deployment, suffix: str) -> None:
    """HEAD says what GET says; 304 for who has it; links lead here, IRIs stay (H-09, H-11)."""
    place = f"doc/{COMPETENCE}.{suffix}"
    got, head = site.ask(place), site.ask(place, method="HEAD")
    tag = got.header("etag")
    again = site.ask(place, {"If-None-Match": tag})

    assert (got.status, head.status, head.body, again.status, again.body) == (
        200, 200, b"", 304, b"",
    )  # fmt: skip
    assert not tag.startswith("W/")
    for name in ("etag", "content-type", "content-location", "link", "content-length", "vary"):
        assert got.headers.get(name) == head.headers.get(name), name
    assert got.header("content-location") == f"{site.root}{place}"
    assert got.header("access-control-allow-origin") == "*"
    told = [f"<{link.lstrip('<')}" for value in got.headers["link"] for link in value.split(", <")]
    assert f'<{BASE}id/{COMPETENCE}>; rel="canonical"' in told
    alternates = [link for link in told if 'rel="alternate"' in link]
    assert len(alternates) >= 6
    for link in alternates:
        assert site.ask(site.at(link.lstrip("<").partition(">")[0])).status == 200, link


def test_addresses_have_one_form(site: Deployment) -> None:
    """A slash at the end is taken away by 308, under the same path (H-15)."""
    for place in (f"doc/{COMPETENCE}/", "sparql/", "queries/"):
        answer = site.ask(f"{place}?lang=bg")
        expected = f"{site.root}{place.rstrip('/')}?lang=bg"
        assert (answer.status, answer.header("location")) == (308, expected)
        assert answer.header("access-control-allow-origin") == "*"


@pytest.mark.parametrize(
    ("place", "method", "accept", "status"),
    [
        ("no/such/thing", "GET", "application/json", 404),
        ("id/digcomp21/9-9", "GET", "application/json", 404),
        (f"doc/{COMPETENCE}", "DELETE", "application/json", 405),
        (f"doc/{COMPETENCE}", "GET", "image/png", 406),
    ],
)
def test_problems_are_said_in_the_language_of_the_client(
    site: Deployment, place: str, method: str, accept: str, status: int
) -> None:
    """A problem document with a type under the base; pages lead back to this service (H-14)."""
    titles = set()
    for lang in ("bg", "en"):
        answer = site.ask(place, {"Accept": accept, "Accept-Language": lang}, method)
        told = json.loads(answer.body)
        assert (answer.status, told["status"]) == (status, status)
        assert answer.header("content-type") == "application/problem+json"
        assert told["type"].startswith(f"{BASE}problem/")
        assert answer.header("content-language") == lang
        titles.add(told["title"])
        if status == 405:
            assert "GET" in answer.header("allow")
    assert len(titles) == 2
    page = site.ask("no/such/thing", {"Accept": "text/html", "Accept-Language": "bg"})
    assert (page.status, f'href="{site.root}' in page.body.decode()) == (404, True)


def test_codes_lead_to_things_here(site: Deployment) -> None:
    """303 within the service; several things are listed with links here (U-04)."""
    one = site.ask("lookup?notation=33393020")
    many = site.ask("lookup?notation=1", {"Accept": "text/html"})

    assert (one.status, one.header("location")) == (303, f"{site.root}id/nkpd11/33393020")
    assert many.status == 300
    assert f'href="{site.root}id/digcomp21/area-1"' in many.body.decode()


def test_sparql_in_its_three_ways(site: Deployment, shipped_release: Release) -> None:
    """GET, a form, and the text of the query say the same (S-01)."""
    form = urlencode({"query": COUNT}).encode()
    types = ("application/x-www-form-urlencoded", "application/sparql-query")
    json_type = {"Accept": "application/sparql-results+json"}
    answers = [
        site.ask(f"sparql?{form.decode()}", json_type),
        site.ask("sparql", {**json_type, "Content-Type": types[0]}, "POST", form),
        site.ask("sparql", {**json_type, "Content-Type": types[1]}, "POST", COUNT.encode()),
    ]

    for answer in answers:
        assert answer.status == 200
        [row] = json.loads(answer.body)["results"]["bindings"]
        assert int(row["n"]["value"]) == shipped_release.triples
        assert answer.header("access-control-allow-origin") == "*"
    described = site.ask("sparql", {"Accept": "text/turtle"}).body.decode()
    assert f"<{site.service}sparql>" in described


def test_dumps_come_in_parts_and_the_context_stays(
    site: Deployment, shipped_release: Release
) -> None:
    """206, 416, a digest; the context for ever and for everyone (H-13, H-16)."""
    whole = shipped_release.path("digigraph.ttl.gz").read_bytes()
    name = "dumps/digigraph.ttl.gz"
    part = site.ask(name, {"Range": "bytes=100-199"})
    beyond = site.ask(name, {"Range": "bytes=999999999-"})
    context = site.ask("context/v1.jsonld", {"Origin": "https://client.example"})

    assert (part.status, part.body) == (206, whole[100:200])
    assert beyond.status == 416
    assert site.ask(name).body == whole
    assert site.ask(name).header("repr-digest").startswith("sha-256=:")
    assert context.header("content-type") == "application/ld+json"
    assert context.header("cache-control") == "public, max-age=31536000, immutable"
    assert context.body.decode() == context_document(BASE)
    preflight = site.ask("sparql", {"Origin": "https://client.example"}, "OPTIONS")
    assert preflight.status == 204
    assert preflight.header("access-control-allow-origin") == "*"


PLACES = (
    "", "queries", "sparql", f"id/{COMPETENCE}", f"doc/{COMPETENCE}", f"doc/{COMPETENCE}.ttl",
    "doc/.well-known/void.nt", "lookup?notation=33393020", "queries/", "no/such/thing",
    "dumps/manifest.json", "queries/profiles", "doc/profile/p-37q68h4z.json",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_header_of_a_client_changes_where_things_are(site: Deployment, place: str) -> None:
    """Neither Host nor X-Forwarded-* (U-02); behind a proxy the host is how it is found."""
    evil = {n: v for n, v in EVIL.items() if site.root == "/" or n != "Host"}
    for accept in ("text/html", "application/json", "*/*"):
        plain = site.ask(place, {"Accept": accept})
        told = site.ask(place, {"Accept": accept, **evil})
        assert told.status == plain.status
        assert b"evil" not in told.body
        assert "evil" not in str(told.headers)
        assert "elsewhere" not in str(told.headers)
        if plain.status < 400:  # a problem names the request
            assert told.body == plain.body
        for name in ("location", "content-location", "link", "etag"):
            assert told.headers.get(name) == plain.headers.get(name), name


class _Links(HTMLParser):
    """Every address in a page that a browser would follow, load, or send a form to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v for n, v in attrs if n in ("href", "src", "action", "data-facts") and v]


def addresses(answer: Reply) -> Iterator[str]:
    """Yield every address in a page and in the headers of an answer."""
    for value in answer.headers.get("link", []):
        yield from re.findall(r"<([^>]*)>", value)
    for name in ("location", "content-location"):
        yield from answer.headers.get(name, [])
    if answer.header("content-type").startswith("text/html"):
        yield from _Links(answer.body.decode()).found


def test_every_link_leads_somewhere_here(site: Deployment) -> None:
    """Breadth first from the front page, some addresses of each kind; none is 404."""
    waiting, seen, kinds, wrong = deque([""]), {""}, dict[str, int](), []
    known: set[str] = set()
    while waiting:
        place = waiting.popleft()
        answer = site.ask(place, {"Accept": "text/html,*/*;q=0.5"})
        if answer.status >= 400:
            wrong.append(f"{place}: {answer.status}")
        current = urljoin(site.service, place)
        for told in addresses(answer):
            if told in known:
                continue
            if told.startswith(("/", "http")):  # leads to the same place from everywhere
                known.add(told)
            target = urlsplit(urljoin(current, told))
            if target.netloc != site.host:
                continue
            if not target.path.startswith(site.root):
                wrong.append(f"{place}: {told} leaves {site.root}")
                continue
            after = site.at(target._replace(fragment="").geturl())
            path, _, query = after.partition("?")
            kind = kind_of(path) + "?" + re.sub(r"=[^&]*", "", query)
            if after not in seen and kinds.get(kind, 0) < 2:
                kinds[kind] = kinds.get(kind, 0) + 1
                seen.add(after)
                waiting.append(after)

    assert not wrong, wrong[:20]
    assert len(seen) > 100


def test_both_say_the_same(deployments: dict[str, Deployment]) -> None:
    """The same bodies, tags and headers, but for where the service is."""
    if len(deployments) < 2:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    one, other = deployments["root"], deployments["prefix"]

    def mapped(text: str) -> str:
        text = text.replace(other.service, one.service).replace(quote(other.service, ""), "")
        return text.replace('"/kg/', '"/').replace("</kg/", "</").replace("&#34;/kg/", "&#34;/")

    for place in PLACES:
        for accept in ("text/html", "text/turtle", "application/json"):
            asked = {"Accept": accept, "Accept-Language": "bg"}
            first, second = one.ask(place, asked), other.ask(place, asked)
            assert first.status == second.status, place
            if first.status < 300:  # a redirect says in words where it leads
                left = first.body.decode().replace(quote(one.service, ""), "")
                assert left == mapped(second.body.decode()), (place, accept)
            for name in (first.headers.keys() | second.headers.keys()) - _OF_THE_WAY:
                if name in ("etag", "content-length") and first.body != second.body:
                    continue
                values = [mapped(v.replace("/kg/", "/")) for v in second.headers.get(name, [])]
                if name in ("location", "content-location", "link"):
                    assert first.headers.get(name) == values, (place, name)
                else:
                    assert first.headers.get(name, []) == second.headers.get(name, []), (
                        place,
                        name,
                    )
