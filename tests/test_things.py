"""Every URI answers, in every format, and says the same in each (U-03, U-04, H-01 to H-11)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph
from werkzeug.test import TestResponse

from digigraph.jsonld import context_document
from digigraph.names import Names
from digigraph.release import Release
from digigraph.things import PAGE
from digigraph.web import Settings, create_app

NAMES = Names()
BASE = NAMES.base
ISCO_MANAGERS = "http://data.europa.eu/esco/isco/C1"
COMPETENCE = "digcomp21/1-2"
FORMATS = {
    "ttl": ("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "json": ("application/json", ox.RdfFormat.JSON_LD),
}


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped data."""
    settings = Settings(releases=shipped_release.folder.parent, access_log="")
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@cache
def iris(release: Release) -> list[str]:
    """Return every IRI of ours that the release says something about."""
    with release.path("digigraph.nt").open("rb") as lines:
        subjects = {line.partition(b"> ")[0].decode()[1:] for line in lines}
    return sorted(iri for iri in subjects if iri.startswith(BASE))


def documents(release: Release) -> dict[str, set[str]]:
    """Return each address of ours, without its fragment, with the IRIs that it is to describe.

    The endpoint and the dumps are not among them: what they are is what they answer with.
    """
    found: dict[str, set[str]] = {}
    for iri in iris(release):
        if iri.startswith((f"{BASE}sparql", f"{BASE}release/")):
            continue
        found.setdefault(iri.partition("#")[0], set()).add(iri)
    return found


@cache
def context() -> bytes:
    """Return our context as it stands in a document."""
    return json.dumps(json.loads(context_document())["@context"]).encode()


def triples(answer: TestResponse, told: ox.RdfFormat) -> set[ox.Triple]:
    """Return what an answer says; a JSON-LD context that it names is ours."""
    body = answer.data
    if told == ox.RdfFormat.JSON_LD and body.startswith(b"{"):
        body, replaced = re.subn(
            rb'"@context": "https://w3id.org/digigraph/context/v1.jsonld"',
            lambda _: b'"@context": ' + context(),
            body,
        )
        assert replaced == 1
    return {quad.triple for quad in ox.parse(body, format=told)}


def links(answer: TestResponse, relation: str) -> list[str]:
    """Return the targets of the links with a relation."""
    told = answer.headers.getlist("Link")
    return [one[1 : one.index(">")] for one in told if f'rel="{relation}"' in one]


class Asking:
    """Asks the application without a client between, which takes longer than a short answer."""

    def __init__(self, app: Flask) -> None:
        """Take the application."""
        self._app = app

    def get(self, path: str) -> tuple[str, dict[str, str], bytes]:
        """Return status, headers and body of what is at a path."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "HTTP_ACCEPT": "*/*",
        }  # fmt: skip
        told: list[Any] = []
        pieces = self._app.wsgi_app(environ, lambda *said: told.extend(said))
        with closing(pieces):
            return told[0], dict(told[1]), b"".join(pieces)


def said_by(bodies: list[tuple[str, bytes]]) -> dict[str, set[ox.Triple]]:
    """Return what each of many JSON-LD documents says; our context is read once for all."""
    graphs = []
    for name, body in bodies:
        tree = json.loads(body)
        assert tree.pop("@context") == f"{BASE}context/v1.jsonld"
        graphs.append({"@id": name, "@graph": tree.get("@graph", [tree])})
    whole = {**json.loads(context_document()), "@graph": graphs}
    found: dict[str, set[ox.Triple]] = {name: set() for name, _ in bodies}
    for quad in ox.parse(json.dumps(whole).encode(), format=ox.RdfFormat.JSON_LD):
        found[quad.graph_name.value].add(quad.triple)
    return found


@pytest.mark.long
def test_every_iri_answers_in_every_format(site: FlaskClient, shipped_release: Release) -> None:
    """303 to a document that holds triples about the thing: the same ones in each format (H-01)."""
    asking, wrong = Asking(site.application), []
    said: dict[str, set[ox.Triple]] = {}
    waiting: list[tuple[str, bytes]] = []
    for address, expected in documents(shipped_release).items():
        path = address.removeprefix(BASE.rstrip("/"))
        status, headers, _ = asking.get(path)
        if path == "/logo.svg" and headers["Content-Type"].startswith("image/svg+xml"):
            continue
        if not status.startswith("303"):
            wrong.append(f"{path}: {status}")
            continue
        place = headers["Location"]
        for suffix, (media_type, told) in FORMATS.items():
            status, headers, body = asking.get(f"{place}.{suffix}")
            if (status, headers["Content-Type"]) != ("200 OK", media_type):
                wrong.append(f"{path}.{suffix}: {status} {headers['Content-Type']}")
            elif told == ox.RdfFormat.JSON_LD:
                waiting.append((f"{BASE}{quote(place[1:])}.{suffix}", body))
                said[waiting[-1][0]] = said[place]
            else:
                found = {quad.triple for quad in ox.parse(body, format=told)}
                if found != said.setdefault(place, found):
                    wrong.append(f"{path}.{suffix}: {len(found ^ said[place])} triples differ")
        about = {str(triple.subject)[1:-1] for triple in said[place]}
        wrong += [f"{iri}: nothing about it in {place}" for iri in expected - about]
        if len(waiting) > 100:
            wrong += [name for name, found in said_by(waiting).items() if found != said[name]]
            waiting.clear()
            said.clear()
    wrong += [name for name, found in said_by(waiting).items() if found != said[name]]

    assert not wrong, wrong[:20]


def test_every_iri_has_a_page(site: FlaskClient, shipped_release: Release) -> None:
    """A browser gets HTML in its language, whatever the thing."""
    addresses = sorted(set(documents(shipped_release)) - {f"{BASE}logo.svg"})
    for address in random.Random(1).sample(addresses, 150):
        path = "/doc/" + address.removeprefix(BASE).removeprefix("id/")
        for lang in ("bg", "en"):
            answer = site.get(path, headers={"Accept": "text/html", "Accept-Language": lang})
            assert (answer.status_code, answer.headers["Content-Language"]) == (200, lang), path
            assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "image/png", "*/*", None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_thing_sends_everyone_to_its_document(
    site: FlaskClient, accept: str | None, method: str
) -> None:
    """303 whatever the Accept header, so that nothing varies by it (H-01)."""
    headers = {"Accept": accept} if accept else {}
    answer = site.open(f"/id/{COMPETENCE}", method=method, headers=headers)

    assert (answer.status_code, answer.location) == (303, f"/doc/{COMPETENCE}")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    "path",
    ["/id/digcomp21/9-9", "/id/x", "/def/9.9.9", "/graph/none", "/mappings/none", "/catalog/none"],
)
def test_an_unknown_iri_is_404_and_never_a_303_to_a_404(site: FlaskClient, path: str) -> None:
    """Nothing is said about it, so nobody is sent anywhere (H-01)."""
    assert site.get(path).status_code == 404
    assert site.get("/doc/" + path.removeprefix("/").removeprefix("id/")).status_code == 404


@pytest.mark.parametrize(
    ("accept", "media_type", "suffix"),
    [
        ("text/turtle;charset=utf-8", "text/turtle; charset=utf-8", "ttl"),
        ("application/json", "application/json", "json"),
        ("application/xml;q=0.5,application/rdf+xml", "application/rdf+xml", "rdf"),
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8", "en.html"),
        ("application/n-triples", "application/n-triples", "nt"),
    ],
)
def test_a_document_negotiates_and_says_which_variant_it_is(
    site: FlaskClient, accept: str, media_type: str, suffix: str
) -> None:
    """Content-Location, Vary and the links to the other variants (H-02, H-09)."""
    answer = site.get(f"/doc/{COMPETENCE}", headers={"Accept": accept})

    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.headers["Content-Location"] == f"/doc/{COMPETENCE}.{suffix}"
    vary = {name.strip() for name in answer.headers["Vary"].split(",")}
    assert {"Accept", "Accept-Encoding"} <= vary
    assert ("Accept-Language" in vary) == (suffix == "en.html")
    same = site.get(answer.headers["Content-Location"], headers={"Accept": "image/png"})
    assert same.data == answer.data
    assert links(answer, "canonical") == links(answer, "cite-as") == [f"{BASE}id/{COMPETENCE}"]
    assert f"/doc/{COMPETENCE}.ttl" in links(answer, "alternate")
    assert f"{BASE}def#FrameworkCompetence" in links(answer, "type")
    assert links(answer, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert links(answer, "collection") == [f"{BASE}catalog/digigraph"]


def test_every_alternate_that_a_document_names_is_there(site: FlaskClient) -> None:
    """A link is followed without surprise: the type that it says is the type that comes."""
    answer = site.get(f"/doc/{COMPETENCE}")
    for told in answer.headers.getlist("Link"):
        if 'rel="alternate"' in told:
            target, media_type = told[1 : told.index(">")], told.split('type="')[1].rstrip('"')
            found = site.get(target)
            assert (found.status_code, found.mimetype) == (200, media_type), target


def test_nothing_acceptable_lists_what_there_is(site: FlaskClient) -> None:
    """406 with the variants, as a problem document (H-05)."""
    answer = site.get(f"/doc/{COMPETENCE}", headers={"Accept": "image/png"})

    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    assert {"text/turtle", "application/ld+json"} <= {
        choice["media_type"] for choice in json.loads(answer.data)["choices"]
    }


@pytest.mark.parametrize(
    ("asked", "shape"),
    [
        ("compacted", dict),
        ("expanded", list),
        ("flattened", list),
        ("framed", dict),
    ],
)
def test_profiles_of_json_ld(site: FlaskClient, asked: str, shape: type) -> None:
    """The profile that was asked for comes, and the answer says so (H-06)."""
    profile = f"http://www.w3.org/ns/json-ld#{asked}"
    accept = f'application/ld+json;profile="{profile}"'
    answer = site.get(f"/doc/{COMPETENCE}", headers={"Accept": accept})

    assert answer.content_type == accept
    assert isinstance(json.loads(answer.data), shape)
    turtle = site.get(f"/doc/{COMPETENCE}.ttl")
    assert triples(answer, ox.RdfFormat.JSON_LD) == triples(turtle, ox.RdfFormat.TURTLE)


def test_a_tree_has_the_thing_at_its_root_and_names_in_place(site: FlaskClient) -> None:
    """Framed JSON reads without following a link, and names its context (H-03, H-16)."""
    answer = site.get(f"/doc/{COMPETENCE}.json")
    tree = json.loads(answer.data)

    assert tree["id"] == f"{BASE}id/{COMPETENCE}"
    assert tree["prefLabel"]["en"] == "Evaluating data, information and digital content"
    assert tree["broader"][0]["prefLabel"]["en"] == "Information and data literacy"
    context = [told for told in answer.headers.getlist("Link") if "json-ld#context" in told]
    assert context == [
        f'<{BASE}context/v1.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; '
        'type="application/ld+json"'
    ]


def labels_in(said: set[ox.Triple]) -> set[str]:
    """Return the subjects that have a name."""
    named = {NAMES.expanded(name) for name in ("skos:prefLabel", "rdfs:label", "dct:title")}
    return {str(t.subject) for t in said if t.predicate.value in named}


def test_one_fetch_is_enough(site: FlaskClient, shipped_release: Release) -> None:
    """A profile's document names all that it mentions and holds all that it owns (H-07)."""
    profile = next(iri for iri in iris(shipped_release) if "/id/profile/p-" in iri)
    answer = site.get(profile.removeprefix(BASE.rstrip("/")).replace("/id/", "/doc/") + ".ttl")
    said = triples(answer, ox.RdfFormat.TURTLE)
    ours = {str(t.object) for t in said if f"<{BASE}id/" in str(t.object)}

    assert not ours - labels_in(said), sorted(ours - labels_in(said))[:5]
    kinds = {t.object.value for t in said if t.predicate.value == NAMES.expanded("rdf:type")}
    for owned in ("CompetenceRequirement", "LevelAssertion", "SkillStatement", "DutyStatement"):
        assert NAMES.term(owned) in kinds
    document = ox.NamedNode(profile.replace("/id/", "/doc/"))
    topic = ox.NamedNode(NAMES.expanded("foaf:primaryTopic"))
    assert ox.Triple(document, topic, ox.NamedNode(profile)) in said


HERE = "http://127.0.0.1:8000/"
SERVICE = ("catalog", "", "sparql")
"""Documents about the service and not about a thing."""
TECHNICAL = (
    "void:vocabulary", "void:property", "void-ext:datatype", "sh:path", "foaf:homepage",
    "dcat:mediaType",
)  # fmt: skip
"""What leads to a term that is spoken of as a term, or to an address and not to a thing."""


def mentioned_without_a_name(said: set[ox.Triple]) -> set[str]:
    """Return the objects that a document does not name, ours and others'; not addresses here."""
    naming = ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "sh:name", "sh:prefix")
    known = {*map(NAMES.expanded, naming), "http://www.w3.org/2006/vcard/ns#fn"}
    named = {t.subject.value for t in said if t.predicate.value in known}
    skipped = {*map(NAMES.expanded, TECHNICAL)}
    objects = {t.object for t in said if t.predicate.value not in skipped}
    iris = {one.value for one in objects if isinstance(one, ox.NamedNode)}
    return {iri for iri in iris if not iri.startswith(HERE)} - named


@cache
def named_by_others(release: Release) -> set[str]:
    """Return the IRIs of others that the release has names of."""
    store = ox.Store.read_only(str(release.store))
    graph = ox.NamedNode(NAMES.graph("stubs"))
    found = store.quads_for_pattern(None, None, None, graph)
    return {q.subject.value for q in found if q.predicate.value.endswith(("abel", "#label"))}


def test_a_document_names_whatever_it_mentions(site: FlaskClient, shipped_release: Release) -> None:
    """Of every kind of thing, ours and others': nothing has to be fetched to be read (H-07)."""
    others = named_by_others(shipped_release)
    kinds: dict[str, list[str]] = {}
    for address in documents(shipped_release):
        tail = address.removeprefix(BASE).removeprefix("id/")
        kinds.setdefault(re.sub(r"[0-9a-z]*[0-9][0-9a-z]*", "0", tail), []).append(tail)
    places = [f"doc/{tail}" for same in kinds.values() for tail in {same[0], same[-1]}]
    wrong = {}
    for place in [*places, *SERVICE]:
        if place == "doc/logo.svg":
            continue
        answer = site.get(f"/{place}", headers={"Accept": "application/n-triples"})
        nameless = mentioned_without_a_name(triples(answer, ox.RdfFormat.N_TRIPLES))
        if place in SERVICE:  # these speak of the tables of the EU as well
            nameless = {iri for iri in nameless if iri.startswith(BASE) or iri in others}
        if nameless:
            wrong[place] = sorted(nameless)

    assert len(places) > 100
    assert not wrong


@pytest.mark.parametrize(
    "name", ["competences-esco", "digcomp21-digcomp3", "digcomp21-esco", "nkpd11-esco"]
)
def test_a_mapping_is_called_in_the_language_that_it_says(site: FlaskClient, name: str) -> None:
    """A name that is known in the other language only is quoted (M-11, M-13)."""
    said = triples(site.get(f"/doc/mappings/{name}.nt"), ox.RdfFormat.N_TRIPLES)
    label = NAMES.expanded("rdfs:label")
    words = [t.object for t in said if "/m-" in t.subject.value and t.predicate.value == label]

    called = {lang: [one.value for one in words if one.language == lang] for lang in ("bg", "en")}
    assert len(called["bg"]) == len(called["en"]) > 7
    for lang, other in (("bg", "[a-z]{2}"), ("en", "[а-я]")):
        for text in called[lang]:
            assert not re.search(other, re.sub("[„“].*?[“”]", "", text)), text


def test_who_requires_a_competence_stands_in_its_document(site: FlaskClient) -> None:
    """Incoming requirements come along (H-07)."""
    said = triples(site.get(f"/doc/{COMPETENCE}.ttl"), ox.RdfFormat.TURTLE)
    requires = NAMES.term("requiresCompetence")

    assert any(
        t.predicate.value == requires and t.object == ox.NamedNode(f"{BASE}id/{COMPETENCE}")
        for t in said
    )


def test_what_refers_to_a_thing_comes_in_pages(site: FlaskClient, shipped_release: Release) -> None:
    """At most 200 at a time, the rest by links; together they are all of them, each once."""
    source = next(iri for iri in iris(shipped_release) if "/id/source/d-" in iri)
    path = "/doc/" + source.partition("/id/")[2]
    refers = NAMES.expanded("dct:source")
    seen: list[str] = []
    while path:
        answer = site.get(path, headers={"Accept": "application/n-triples"})
        assert answer.status_code == 200
        target = ox.NamedNode(source)
        found = {
            str(t.subject)
            for t in triples(answer, ox.RdfFormat.N_TRIPLES)
            if t.predicate.value == refers and t.object == target
        }
        assert len(found) <= PAGE
        seen += found
        path = next(iter(links(answer, "next")), "")

    with shipped_release.path("digigraph.nt").open() as lines:
        whole = [line for line in lines if f"<{refers}> <{source}>" in line]
    assert len(whole) > PAGE
    assert sorted(seen) == sorted({line.partition(" ")[0] for line in whole})


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "²", "9" * 30, ""])
def test_a_page_that_is_no_number_is_refused(site: FlaskClient, number: str) -> None:
    """Refused with the reason, not taken for page one."""
    assert site.get(f"/doc/{COMPETENCE}", query_string={"page": number}).status_code == 400


def test_a_document_that_a_client_has_is_not_sent_again(site: FlaskClient) -> None:
    """A strong ETag for each variant and 304 (H-11)."""
    tags = set()
    for suffix in (*FORMATS, "bg.html", "en.html"):
        first = site.get(f"/doc/{COMPETENCE}.{suffix}")
        tag = first.headers["ETag"]
        assert not tag.startswith("W/")
        tags.add(tag)
        again = site.get(f"/doc/{COMPETENCE}.{suffix}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert len(tags) == len(FORMATS) + 2


@pytest.mark.parametrize("suffix", ["bg.html", "en.html"])
def test_a_page_has_an_address_in_each_language(site: FlaskClient, suffix: str) -> None:
    """The suffix decides, whatever the client prefers (H-03)."""
    answer = site.get(f"/doc/{COMPETENCE}.{suffix}", headers={"Accept-Language": "de"})

    assert answer.headers["Content-Language"] == suffix[:2]
    assert f'<html lang="{suffix[:2]}">' in answer.text


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("notation=33393020", "/id/nkpd11/33393020"),
        ("notation=33393020&scheme=nkpd11", "/id/nkpd11/33393020"),
        ("notation=3339-3020", "/id/nkpd11/33393020"),
        ("notation=1.2", "/id/digcomp21/1-2"),
        ("notation=1.2-6", "/id/digcomp21/1-2/level-6"),
        (f"notation=1&scheme={BASE}id/digcomp21", "/id/digcomp21/area-1"),
        ("notation=3339&scheme=isco", "http://data.europa.eu/esco/isco/C3339"),
        ("notation=93", "http://data.europa.eu/ux2/nace2/93"),
        ("notation=93.11&scheme=kid08", "http://data.europa.eu/ux2/nace2/9311"),
        ("notation=R&scheme=nace2", "http://data.europa.eu/ux2/nace2/R"),
        (f"notation=R&scheme={BASE}def%23KID2008", "http://data.europa.eu/ux2/nace2/R"),
        ("id=digcomp21/1-2", "/id/digcomp21/1-2"),
    ],
)
def test_codes_that_people_have_lead_somewhere(
    site: FlaskClient, query: str, location: str
) -> None:
    """303 to the thing itself, ours here and those of others where they are (U-04)."""
    answer = site.get(f"/lookup?{query}")

    assert (answer.status_code, answer.location) == (303, location)


def test_a_code_of_several_things_lists_them(site: FlaskClient) -> None:
    """300 with the things to choose from, for people and programs (U-04)."""
    answer = site.get("/lookup?notation=1", headers={"Accept": "application/json"})
    page = site.get("/lookup?notation=1", headers={"Accept": "text/html"})

    assert (answer.status_code, page.status_code) == (300, 300)
    told = {choice["id"]: choice for choice in json.loads(answer.data)["choices"]}
    choices = list(told)
    assert f"{BASE}id/digcomp21/area-1" in choices
    assert told[ISCO_MANAGERS]["label"] == {"en": "Managers"}
    assert told[ISCO_MANAGERS]["scheme"] == ["http://data.europa.eu/esco/concept-scheme/isco"]
    assert len(choices) > 1
    assert all(iri.removeprefix(BASE.rstrip("/")) in page.text for iri in choices)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("notation=no-such-code", 404),
        ("notation=33393020&scheme=digcomp21", 404),
        ("id=p-00000000", 404),
        ("", 400),
        ("notation=1&id=2", 400),
        ("notation=1&code=2", 400),
        ("notation=1.2&notation=1.3", 400),
        ("id=digcomp21&lang=bg&lang=en", 400),
        ("notation=R&scheme=nkpd11", 404),
        ("id=%00%ff", 404),
        ("id=<script>", 404),
    ],
)
def test_a_lookup_that_finds_nothing_says_why(site: FlaskClient, query: str, status: int) -> None:
    """A problem document, never a page that looks like success."""
    answer = site.get(f"/lookup?{query}", headers={"Accept": "application/json"})

    assert answer.status_code == status
    assert json.loads(answer.data)["status"] == status


def test_rdflib_reads_what_a_client_gets(site: FlaskClient) -> None:
    """A second reader finds the same number of triples in each syntax."""
    counts = set()
    for suffix, told in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")):
        graph = Graph()
        graph.parse(data=site.get(f"/doc/{COMPETENCE}.{suffix}").data, format=told)
        counts.add(len(graph))

    assert len(counts) == 1


HOSTILE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tail=HOSTILE,
    accept=HOSTILE,
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]),
    root=st.sampled_from(["/id/", "/doc/", "/def/", "/graph/", "/lookup?notation=", "/"]),
)
def test_no_request_breaks_the_server(
    site: FlaskClient, root: str, tail: str, accept: str, method: str
) -> None:
    """Whatever is asked, and however, it is answered or refused (H-14)."""
    headers: Any = {"Accept": accept.encode().decode("latin-1")}
    # Two slashes would be read as the name of a host, by the client that we test with.
    answer = site.open("/" + (root + tail).lstrip("/"), method=method, headers=headers)

    assert answer.status_code < 500
