"""Views of a record in the terms of SKOS, ESCO and schema.org (H-19, M-19)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from digigraph.jsonld import context_document
from digigraph.names import Names
from digigraph.release import Release
from digigraph.web import Settings, create_app

NAMES = Names()
BASE = NAMES.base
PROFILE, COMPETENCE = "profile/p-37q68h4z", "digcomp21/1-2"
SPECIFIC = "competence/c-gj8xfnjp"
ESCO_SKILL = "http://data.europa.eu/esco/skill/"
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped data."""
    app = create_app(Settings(releases=shipped_release.folder.parent), shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def said(site: FlaskClient, tail: str, view: str, suffix: str = "nt") -> set[str]:
    """Return what a view of a document says, as N-Triples."""
    answer = site.get(f"/doc/{tail}.{suffix}", query_string={"_profile": view})
    assert answer.status_code == 200, answer.text
    body = answer.data
    if suffix == "jsonld":
        tree = json.loads(body)
        body = json.dumps({**tree, **json.loads(context_document(BASE))}).encode()
    found = ox.parse(body, format=FORMATS[suffix], base_iri=BASE)
    return {str(quad.triple) for quad in found}


def line(subject: str, name: str, value: str) -> str:
    """Return a triple about a thing of ours; the value is a term, a prefixed name or our tail."""
    if not value.startswith(('"', "<")):
        prefixed = ":" in value
        value = f"<{NAMES.expanded(value) if prefixed else NAMES.id(value)}>"
    return f"<{NAMES.id(subject)}> <{NAMES.expanded(name)}> {value}"


def about(lines: set[str], subject: str) -> set[str]:
    """Return the triples about one thing of ours."""
    return {told for told in lines if told.startswith(f"<{NAMES.id(subject)}> ")}


def test_a_competence_for_esco(site: FlaskClient) -> None:
    """Its names, its own description and its exact match, with the name that ESCO has for that."""
    skill = f"<{ESCO_SKILL}1d6c7de4-350e-4868-a47b-333b4b0d9650>"
    expected = {
        line(COMPETENCE, "rdf:type", "skos:Concept"),
        line(COMPETENCE, "skos:exactMatch", skill),
        line(COMPETENCE, "skos:prefLabel",
             '"Evaluating data, information and digital content"@en'),
        line(COMPETENCE, "skos:prefLabel",
             '"Оценяване на данни, информация и дигитално съдържание"@bg'),
        line(COMPETENCE, "dct:description",
             '"Judging how far digital sources and what they say can be trusted, by checking and '
             'comparing them."@en'),
        line(COMPETENCE, "dct:description",
             '"Преценка доколко може да се вярва на дигиталните източници и на съдържанието им '
             'чрез проверка и съпоставяне."@bg'),
        f'{skill} <{NAMES.expanded("skos:prefLabel")}> '
        '"evaluate data, information and digital content"@en',
    }  # fmt: skip

    assert said(site, COMPETENCE, "esco") == expected


def test_a_competence_for_schema_org(site: FlaskClient) -> None:
    """A term with its code, in the set that it belongs to, the same as what matches it exactly."""
    found = said(site, COMPETENCE, "schema")
    expected = {
        line(COMPETENCE, "rdf:type", "schema:DefinedTerm"),
        line(COMPETENCE, "schema:termCode", '"1.2"'),
        line(COMPETENCE, "schema:identifier", f'"{COMPETENCE}"'),
        line(COMPETENCE, "schema:inDefinedTermSet", "digcomp21"),
        line(COMPETENCE, "schema:sameAs", f"<{ESCO_SKILL}1d6c7de4-350e-4868-a47b-333b4b0d9650>"),
        line("digcomp21", "rdf:type", "schema:DefinedTermSet"),
        line("digcomp21", "schema:name", '"DigComp 2.1: areas and competences"@en'),
    }

    assert expected <= found
    assert len(about(found, COMPETENCE)) == 9
    # A close match is not the same thing.
    assert not any("sameAs" in told for told in said(site, SPECIFIC, "schema"))


def test_a_competence_for_skos(site: FlaskClient) -> None:
    """What SKOS and Dublin Core say, and nothing in our own terms."""
    found = said(site, COMPETENCE, "skos")
    ours = about(found, COMPETENCE)

    assert line(COMPETENCE, "skos:notation", '"1.2"') in ours
    assert line(COMPETENCE, "skos:broader", "digcomp21/area-1") in ours
    assert line("digcomp21/area-1", "skos:prefLabel", '"Information and data literacy"@en') in found
    assert sum(f"<{NAMES.expanded('skos:narrower')}>" in told for told in ours) == 8
    allowed = (NAMES.expanded("skos:"), NAMES.expanded("dct:"), NAMES.expanded("rdf:type"))
    assert {
        told.split(" ")[1][1:] for told in found if not told.split(" ")[1][1:].startswith(allowed)
    } == set()
    assert not any(f"<{NAMES.term('')}" in told for told in found)


def test_an_ordered_collection_keeps_its_order_in_skos(site: FlaskClient) -> None:
    """The list of the members comes along."""
    found = said(site, "digcomp21/levels/ordered", "skos")

    assert sum(f"<{NAMES.expanded('rdf:first')}>" in told for told in found) == 8


def test_a_profile_needs_the_esco_skills_that_its_competences_match(site: FlaskClient) -> None:
    """Ten requirements, ten skills: exact and close matches, and no related one (M-19)."""
    found = said(site, PROFILE, "esco")
    essential = {
        told.rpartition(f"<{ESCO_SKILL}")[2].rstrip(">")
        for told in about(found, PROFILE)
        if f"<{NAMES.expanded('esco:relatedEssentialSkill')}>" in told
    }

    assert essential == {
        "1d6c7de4-350e-4868-a47b-333b4b0d9650", "33a82b83-c838-4889-ae62-fae1317481eb",
        "36931cb7-ca3f-4be1-8428-f38eefc8e1ed", "40001d93-8937-4859-89d5-2dca53290ff4",
        "42fcf80d-7b45-40f3-bd2f-5411c4c0dfa0", "5303169c-75d6-4751-9136-a4b88343388c",
        "5fd5c985-eaaa-47aa-8314-62359c54505a", "89ba58e8-a67e-4d2b-ad42-6acab25c241b",
        "9889b795-d755-41b2-8afd-2e3c87a65a38", "e439742d-558d-4f52-885e-afdc740b48cf",
    }  # fmt: skip
    assert (
        line(SPECIFIC, "skos:closeMatch", f"<{ESCO_SKILL}5303169c-75d6-4751-9136-a4b88343388c>")
        in found
    )
    # A related match of the same competence, in the data but in no view for ESCO.
    assert not any("64e09849-a7db-4d6b-a932-66264420eb97" in told for told in found)
    # A profile is none of ESCO's own occupations, and says so.
    assert not any(NAMES.expanded("esco:Occupation") in told for told in found)
    assert line(PROFILE, "skos:prefLabel", '"Organiser, customer relations"@en') in found
    close = "<http://data.europa.eu/esco/occupation/725090a7-9943-4dae-8079-a6999d21ddba>"
    assert line("nkpd11/33393020", "skos:closeMatch", close) in found


def test_a_profile_for_schema_org(site: FlaskClient) -> None:
    """An occupation with its code, its functions, and the competences at their levels."""
    found = said(site, PROFILE, "schema")
    skills = {
        told.rpartition("<")[2].rstrip(">").removeprefix(f"{BASE}id/")
        for told in about(found, PROFILE)
        if f"<{NAMES.expanded('schema:skills')}>" in told
    }

    assert line(PROFILE, "rdf:type", "schema:Occupation") in found
    assert line(PROFILE, "schema:name", '"Организатор, работа с клиенти"@bg') in found
    assert line(PROFILE, "schema:occupationalCategory", "nkpd11/33393020") in found
    assert line("nkpd11/33393020", "schema:codeValue", '"33393020"') in found
    assert skills == {
        "digcomp21/1-1/level-6", "digcomp21/1-2/level-6", "digcomp21/2-2/level-6",
        "digcomp21/3-1/level-6", "digcomp21/4-2/level-5", "digcomp21/5-2/level-5",
        "competence/c-7961m7pd/level-5", "competence/c-g66mpmtj/level-5",
        "competence/c-gj8xfnjp/level-6", "competence/c-qayqf27g/level-6",
    }  # fmt: skip
    assert line("digcomp21/1-2/level-6", "schema:termCode", '"1.2-6"') in found
    duties = [told for told in found if f"<{NAMES.expanded('schema:responsibilities')}>" in told]
    assert len(duties) == 11
    assert not any('"Функция 1"' in told for told in duties)


@pytest.mark.parametrize("view", ["skos", "esco", "schema"])
@pytest.mark.parametrize("tail", [PROFILE, COMPETENCE, SPECIFIC, "digcomp21", f"{PROFILE}/req/1-2"])
def test_a_view_is_the_same_in_every_format_and_invents_nothing(
    site: FlaskClient, shipped_release: Release, tail: str, view: str
) -> None:
    """Every IRI in it, except the words of the vocabularies, is one that the release has."""
    found = said(site, tail, view)
    for suffix in FORMATS:
        assert said(site, tail, view, suffix) == found, suffix

    dump = shipped_release.path("digigraph.nt").read_text()
    for told in found:
        triple = next(ox.parse(f"{told} .", format=ox.RdfFormat.N_TRIPLES)).triple
        assert f"{triple.subject} " in dump
        if triple.predicate.value != NAMES.expanded("rdf:type"):
            value = triple.object
            assert (
                value.value if isinstance(value, ox.NamedNode) else str(ox.Literal(value.value))
            ) in dump


def test_a_view_has_its_own_tag_place_and_links(site: FlaskClient) -> None:
    """What names it, what else there is, and another ETag than the record itself (RFC 6906)."""
    record = site.get(f"/doc/{COMPETENCE}.ttl")
    viewed = site.get(f"/doc/{COMPETENCE}", query_string={"_profile": "skos"})
    links = viewed.headers.getlist("Link")

    assert viewed.content_type == "text/turtle; charset=utf-8"
    assert viewed.headers["Content-Location"] == f"/doc/{COMPETENCE}.ttl?_profile=skos"
    assert site.get(viewed.headers["Content-Location"]).data == viewed.data
    assert record.headers["ETag"] != viewed.headers["ETag"]
    assert '<http://www.w3.org/2004/02/skos/core>; rel="profile"' in links
    assert f'<{BASE}def>; rel="profile"' in record.headers.getlist("Link")
    told = [link for link in record.headers.getlist("Link") if "formats=" in link]
    assert len(told) == 3
    for link in told:
        answer = site.get(link[1 : link.index(">")])
        assert (answer.status_code, answer.mimetype) == (200, "text/turtle")


def test_a_view_is_named_by_its_iri_too_and_our_own_is_the_default(site: FlaskClient) -> None:
    """`dgc` is what a document is without asking."""
    by_iri = site.get(f"/doc/{COMPETENCE}.nt", query_string={"_profile": "https://schema.org/"})
    own = site.get(f"/doc/{COMPETENCE}.nt", query_string={"_profile": "dgc"})

    by_word = site.get(f"/doc/{COMPETENCE}.nt", query_string={"_profile": "schema"})
    assert by_iri.data == by_word.data
    assert own.data == site.get(f"/doc/{COMPETENCE}.nt").data


@pytest.mark.parametrize("view", ["elm", "", "SKOS", "<script>"])
def test_an_unknown_view_is_refused_with_those_there_are(site: FlaskClient, view: str) -> None:
    """400 in the client's language, and the names for programs."""
    for lang, word in (("bg", "изглед"), ("en", "view")):
        answer = site.get(
            f"/doc/{COMPETENCE}.ttl",
            query_string={"_profile": view},
            headers={"Accept-Language": lang},
        )
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert word in answer.get_json(force=True)["detail"]
        assert answer.get_json(force=True)["profiles"] == ["dgc", "skos", "esco", "schema"]


def test_a_view_is_data_and_no_page(site: FlaskClient) -> None:
    """HTML of a view is not to be had; a browser that takes anything gets Turtle."""
    for path, accept, status in (
        (f"/doc/{COMPETENCE}.html", "*/*", 406),
        (f"/doc/{COMPETENCE}", "text/html", 406),
        (f"/doc/{COMPETENCE}", "text/html,*/*;q=0.8", 200),
    ):
        answer = site.get(path, query_string={"_profile": "skos"}, headers={"Accept": accept})
        assert answer.status_code == status, path
