"""The catalogue and what surrounds it: DCAT-AP, schema.org, robots, sitemap, policy, w3id."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pyshacl
import pytest
import rdflib
from conftest import BASE
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, SKOS, XSD

from digigraph.release import Release
from digigraph.web import Settings, create_app, siteinfo

SERVICE = "https://data.example/kg/"
DATASET = rdflib.URIRef(f"{BASE}catalog/digigraph")
DCATAP = rdflib.Namespace("http://data.europa.eu/r5r/")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
W3ID = Path(__file__).parents[1] / "w3id" / "digigraph"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib and pyshacl

RECOMMENDED = {
    DCAT.Catalog: "dct:title dct:description dct:publisher dct:language dct:issued dct:modified "
    "dct:license dct:spatial dcat:themeTaxonomy foaf:homepage dcat:dataset dcat:service",
    DCAT.Dataset: "dct:title dct:description dcat:contactPoint dcat:distribution dcat:keyword "
    "dct:publisher dct:spatial dct:temporal dcat:theme dct:accrualPeriodicity dct:accessRights "
    "dct:provenance dct:rights dct:language dcat:version dct:issued dct:modified",
    DCAT.Distribution: "dcat:accessURL dcat:downloadURL dct:title dct:description dct:format "
    "dct:license dct:rights dcat:mediaType dcat:byteSize spdx:checksum dcat:accessService "
    "dcatap:availability dct:conformsTo dct:language",
    DCAT.DataService: "dct:title dcat:endpointURL dcat:servesDataset dcat:endpointDescription "
    "dcat:contactPoint dct:publisher dcat:theme dct:conformsTo dcat:keyword dct:accessRights",
    DCAT.CatalogRecord: "foaf:primaryTopic dct:modified dct:issued dct:conformsTo adms:status",
    FOAF.Agent: "foaf:name dct:type",
    SPDX.Checksum: "spdx:algorithm spdx:checksumValue",
    DCTERMS.PeriodOfTime: "dcat:startDate dcat:endDate",
    SKOS.ConceptScheme: "dct:title",
    SKOS.Concept: "skos:prefLabel",
}
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": str(DCAT), "dcatap": str(DCATAP),
    "dct": str(DCTERMS), "foaf": str(FOAF), "skos": str(SKOS), "spdx": str(SPDX),
}  # fmt: skip


def term(name: str) -> rdflib.URIRef:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return rdflib.URIRef(PREFIXES[prefix] + local)


@pytest.fixture(scope="module")
def shipped(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the shipped release, behind a prefix, with an address to write to."""
    settings = Settings(
        releases=shipped_release.folder.parent, service=SERVICE, contact="mailto:team@data.example"
    )
    app = create_app(settings, shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def catalogue(shipped: FlaskClient) -> rdflib.Graph:
    """Return the catalogue."""
    return rdflib.Graph().parse(data=shipped.get("/catalog.ttl").data, format="turtle")


# --- DCAT-AP ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECOMMENDED)
def test_what_dcat_ap_demands_and_recommends_is_there(
    catalogue: rdflib.Graph, kind: rdflib.URIRef
) -> None:
    """Each thing of a class has the mandatory and recommended properties (C-01, C-02, C-03)."""
    things = set(catalogue.subjects(RDF.type, kind))
    wanted = {term(name) for name in RECOMMENDED[kind].split()}

    assert things
    missing = {(s, p) for s in things for p in wanted if not list(catalogue.objects(s, p))}
    assert not missing


def test_what_is_read_by_people_is_bilingual(catalogue: rdflib.Graph) -> None:
    """Titles, descriptions, names, labels and keywords are in bg and en (C-03)."""
    kinds = (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT.DataService, FOAF.Agent)
    for kind in kinds:
        for thing in catalogue.subjects(RDF.type, kind):
            for name in (DCTERMS.title, DCTERMS.description, FOAF.name, DCAT.keyword):
                said = list(catalogue.objects(thing, name))
                languages = {text.language for text in said}  # type: ignore[union-attr] # texts
                assert languages in (set(), {"bg", "en"}), (thing, name)


def test_every_file_is_a_distribution(catalogue: rdflib.Graph, shipped_release: Release) -> None:
    """Each file that is our data has its size, checksum and packing, and no other does (C-03)."""
    told = {}
    for file in catalogue.objects(DATASET, DCAT.distribution):
        checksum = catalogue.value(file, SPDX.checksum)
        size = catalogue.value(file, DCAT.byteSize)
        assert isinstance(size, rdflib.Literal)
        assert size.datatype == XSD.nonNegativeInteger
        name = str(file).removeprefix(f"{BASE}release/{shipped_release.version}/")
        told[name] = (int(size), str(catalogue.value(checksum, SPDX.checksumValue)))
        packed = {str(f).rpartition("/")[2] for f in catalogue.objects(file, DCAT.compressFormat)}
        assert packed == (
            {"gzip"} if name.endswith(".gz") else {"zstd"} if name.endswith(".zst") else set()
        )

    files = [file for file in shipped_release.files if not file.name.startswith("sources/")]
    assert told == {file.name: (file.size, file.sha256) for file in files}


def test_addresses_are_of_the_service_and_names_of_the_base(catalogue: rdflib.Graph) -> None:
    """What a machine fetches is at the service, and nothing else has its address (U-01)."""
    fetched = {
        DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL, DCAT.endpointDescription,
        DCAT.landingPage, FOAF.homepage, rdflib.VOID.sparqlEndpoint, rdflib.VOID.dataDump,
        rdflib.URIRef("http://www.w3.org/2006/vcard/ns#hasURL"),
    }  # fmt: skip
    seen = set()
    for subject, name, value in catalogue:
        assert not isinstance(subject, rdflib.BNode)
        if str(value).startswith(SERVICE):
            seen.add(name)

    assert seen <= fetched
    assert {DCAT.downloadURL, DCAT.endpointURL, rdflib.VOID.dataDump} <= seen
    for name in (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL):
        assert all(str(v).startswith(SERVICE) for v in catalogue.objects(None, name))


def test_the_official_shapes_are_kept(catalogue: rdflib.Graph) -> None:
    """The published SHACL of DCAT-AP 3.0.1 finds nothing that we could mend (C-01)."""
    folder = os.environ.get("DCAT_AP_SHAPES")
    if not folder:
        pytest.skip("needs the folder of the DCAT-AP 3.0.1 shapes in DCAT_AP_SHAPES")
    found: set[tuple[str, str, str]] = set()
    for path in sorted(Path(folder).glob("*.ttl")):
        shapes = rdflib.Graph().parse(path)
        # One of the files names property shapes that it does not define.
        for triple in list(shapes.triples((None, SH.property, None))):
            if not list(shapes.objects(triple[2], SH.path)):
                shapes.remove(triple)
        _, report, _ = pyshacl.validate(catalogue, shacl_graph=shapes, advanced=True)
        assert isinstance(report, rdflib.Graph)
        for result in report.objects(None, SH.result):
            severity = str(report.value(result, SH.resultSeverity)).partition("#")[2]
            focus = report.value(result, SH.focusNode)
            found.add(
                (severity, str(report.value(result, SH.resultPath)), kind_of(catalogue, focus))
            )

    assert found <= UNMET, found - UNMET


UNMET = {
    # The shape wants https://spdx.org/…, and the terms of SPDX begin with http://.
    ("Violation", str(SPDX.algorithm), "Checksum"),
    # Only bodies of the EU are in the table of corporate bodies, and the maintainers' kind of
    # organisation is not known.
    ("Warning", str(DCTERMS.publisher), "Catalog"),
    ("Warning", str(DCTERMS.publisher), "Dataset"),
    ("Warning", str(DCTERMS.publisher), "DataService"),
    # Where Bulgaria is, is said by the table of countries, whose concept it is.
    ("Warning", str(DCAT.bbox), "Location"),
    ("Warning", str(DCAT.centroid), "Location"),
}
"""What the shapes find and we cannot mend: severity, property, class."""


def kind_of(graph: rdflib.Graph, node: rdflib.term.Node | None) -> str:
    """Return the local name of the class of a node that DCAT-AP speaks of."""
    kinds = {re.split(r"[#/]", str(kind))[-1] for kind in graph.objects(node, RDF.type)}
    return next(iter(sorted(kinds - {"Concept"})), "")


def test_the_catalogue_and_the_store_agree(shipped: FlaskClient, catalogue: rdflib.Graph) -> None:
    """What both say of the dataset they say alike; both its names answer (C-01, U-03)."""
    stored = rdflib.Graph().parse(
        data=shipped.get("/doc/catalog/digigraph.ttl").data, format="turtle"
    )
    assert shipped.get("/catalog/digigraph").status_code == 303
    assert shipped.get("/catalog").status_code == 200

    same = ("dct:title", "dct:description", "dct:license", "dct:publisher", "dct:issued",
            "dct:identifier", "dct:modified", "dcat:version", "adms:versionNotes",
            "dcat:theme", "dcat:keyword", "dct:language", "dct:spatial", "dct:accessRights",
            "dct:accrualPeriodicity")  # fmt: skip
    for name in same:
        told = set(catalogue.objects(DATASET, term(name)))
        assert told == set(stored.objects(DATASET, term(name))) != set(), name
    standards = set(stored.objects(DATASET, DCTERMS.conformsTo))
    assert standards < set(catalogue.objects(DATASET, DCTERMS.conformsTo))
    rights = catalogue.value(DATASET, DCTERMS.rights)
    assert set(catalogue.objects(rights, rdflib.RDFS.label)) == set(
        stored.objects(DATASET, DCTERMS.rights)
    )


@pytest.mark.parametrize(
    ("suffix", "media_type", "told"),
    [("ttl", "text/turtle", "turtle"), ("jsonld", "application/ld+json", "json-ld"),
     ("rdf", "application/rdf+xml", "xml"), ("nt", "application/n-triples", "nt")],
)  # fmt: skip
def test_every_format_says_the_same(
    shipped: FlaskClient, catalogue: rdflib.Graph, suffix: str, media_type: str, told: str
) -> None:
    """By suffix or by Accept, each RDF format is the same catalogue (C-01)."""
    by_suffix = shipped.get(f"/catalog.{suffix}")
    by_accept = shipped.get("/catalog", headers={"Accept": media_type})

    assert by_suffix.data == by_accept.data
    assert by_suffix.mimetype == media_type
    assert by_accept.headers["Content-Location"] == f"/kg/catalog.{suffix}"
    assert set(rdflib.Graph().parse(data=by_suffix.data, format=told)) == set(catalogue)


def test_the_page_and_what_is_not_there(shipped: FlaskClient) -> None:
    """The page is in bg and en; an unknown suffix is 404, an unknown type 406."""
    assert "Каталог" in shipped.get("/catalog.bg.html").text
    assert "Catalogue" in shipped.get("/catalog?lang=en", headers={"Accept": "text/html"}).text
    assert shipped.get("/catalog.pdf").status_code == 404
    assert shipped.get("/catalog", headers={"Accept": "image/png"}).status_code == 406


def test_earlier_releases_are_in_the_catalogue(sample_release: Release, tmp_path: Path) -> None:
    """A release before is a version of the dataset, with its own distributions (V-01, V-02)."""
    from conftest import write_sample

    write_sample(tmp_path)
    newer = write_sample(tmp_path, "2026.12.0", "more", "<id/x> a dgc:Competence .")
    app = create_app(Settings(releases=tmp_path), newer)
    try:
        told = app.test_client().get("/catalog.nt").data
    finally:
        app.extensions["digigraph"].pool.close()
    found = rdflib.Graph().parse(data=told, format="nt")

    (before,) = found.objects(DATASET, term("dcat:previousVersion"))
    assert str(found.value(before, term("dcat:version"))) == "2026.11.0"
    files = {str(file) for file in found.objects(before, DCAT.distribution)}
    assert f"{BASE}release/2026.11.0/digigraph.nq.gz" in files


# --- schema.org, robots, sitemap, security, policy ----------------------------------------------


def test_search_engines_find_the_dataset_in_the_page(
    shipped: FlaskClient, shipped_release: Release
) -> None:
    """The landing page holds a Dataset of schema.org, the same as its document (C-06)."""
    page = shipped.get("/", headers={"Accept": "text/html"}).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told = json.loads(block)

    assert told == json.loads(shipped.get("/catalog.schema.jsonld").data)
    assert told["@type"] == "Dataset"
    assert told["@id"] == str(DATASET)
    assert told["license"].startswith("https://creativecommons.org/")
    sums = {part["sha256"] for part in told["distribution"]}
    assert sums == {file.sha256 for file in shipped_release.files if "/" not in file.name}
    for text in (*told["name"], *told["description"], *told["keywords"]):
        assert text["@language"] in ("bg", "en")


def test_robots_stay_out_of_queries(shipped: FlaskClient) -> None:
    """Crawlers are kept out of what costs a query, under the prefix too (H-17)."""
    lines = shipped.get("/robots.txt").text.splitlines()

    assert {"Disallow: /kg/sparql?", "Disallow: /kg/queries/*?"} <= set(lines)
    assert f"Sitemap: {SERVICE}sitemap.xml" in lines


def places(client: FlaskClient, path: str) -> list[tuple[str, str]]:
    """Return the places of a sitemap with their days."""
    root = ET.fromstring(client.get(path).data)
    return [(one[0].text or "", one[1].text or "") for one in root]


def test_every_page_of_the_sitemap_answers(shipped: FlaskClient, shipped_release: Release) -> None:
    """Each URL is a page of this service with the day of its last change (C-06)."""
    told = places(shipped, "/sitemap.xml")
    urls = [url for url, _ in told]

    assert len(urls) == len(set(urls)) > 250
    assert f"{SERVICE}doc/digcomp21/1-2" in urls
    assert any("/doc/profile/p-" in url for url in urls)
    for url, day in told:
        assert url.startswith(SERVICE)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
        assert day <= shipped_release.issued.isoformat()
    for url in urls[:40] + urls[40::15]:
        path = "/" + url.removeprefix(SERVICE)
        assert shipped.head(path, headers={"Accept": "text/html"}).status_code == 200, url


def test_a_large_sitemap_is_an_index_of_parts(
    shipped: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the sitemap names its parts, which hold everything once (C-06)."""
    whole = places(shipped, "/sitemap.xml")
    monkeypatch.setattr(siteinfo, "MOST_URLS", 100)
    parts = [url for url, _ in places(shipped, "/sitemap.xml")]

    found = [row for url in parts for row in places(shipped, "/" + url.removeprefix(SERVICE))]
    assert len(parts) == (len(whole) + 99) // 100
    assert found == whole
    assert shipped.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert shipped.get("/sitemap-0.xml").status_code == 404


def test_where_to_report_a_weakness(
    shipped: FlaskClient, client: FlaskClient, shipped_release: Release
) -> None:
    """security.txt has an address and an end, and is not there without an address (RFC 9116)."""
    told = dict(
        line.split(": ", 1) for line in shipped.get("/.well-known/security.txt").text.splitlines()
    )

    assert told["Contact"] == "mailto:team@data.example"
    assert told["Canonical"] == f"{SERVICE}.well-known/security.txt"
    assert told["Expires"] > f"{shipped_release.issued.isoformat()}T00:00:00Z"
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(("lang", "word"), [("bg", "оттеглено"), ("en", "deprecation")])
def test_the_policy_says_what_is_promised(
    shipped: FlaskClient, client: FlaskClient, lang: str, word: str
) -> None:
    """What is stable, for how long, what deprecation means, who answers (U-06)."""
    page = shipped.get(f"/policy?lang={lang}").text

    assert word in page
    assert 'href="mailto:team@data.example"' in page
    assert "mailto:" not in client.get(f"/policy?lang={lang}").text


# --- w3id ---------------------------------------------------------------------------------------


def redirected(iri: str) -> str:
    """Return where the rule of the registration sends a URI of ours."""
    text = (W3ID / ".htaccess").read_text(encoding="utf-8")
    ((pattern, target),) = re.findall(r"^RewriteRule (\S+) (\S+) \[R=303,L\]$", text, re.MULTILINE)
    parts = urlsplit(iri)
    path = parts.path.removeprefix("/digigraph/")
    match = re.match(pattern, path)
    assert match
    place = target.replace("$1", match[1])
    return f"{place}?{parts.query}" if parts.query else place


def test_the_registration_sends_every_kind_of_uri_to_what_answers(
    shipped: FlaskClient, shipped_release: Release
) -> None:
    """One rule, 303, readable from any origin; each kind of URI arrives (U-05)."""
    rules = (W3ID / ".htaccess").read_text(encoding="utf-8")
    assert 'Header always set Access-Control-Allow-Origin "*"' in rules
    (profile,) = [f for f in shipped_release.files if f.name.startswith("profiles/")]
    tails = (
        "", "def", "shapes", "catalog", "policy", "id/digcomp21/1-2/level-6", "id/nkpd11/33393020",
        f"id/profile/{Path(profile.name).stem}", "mappings/digcomp21-esco", "catalog/digigraph",
        "context/v1.jsonld", ".well-known/void", f"release/{shipped_release.version}/digigraph.ttl",
        "lookup?notation=1.2&scheme=digcomp21", "doc/digcomp21/1-2.ttl",
    )  # fmt: skip
    for tail in tails:
        place = redirected(f"{BASE}{tail}")
        path = "/" + place.removeprefix("https://SERVICE.EXAMPLE/")
        response = shipped.get(path)
        hops = 0
        while response.status_code == 303:
            hops += 1
            response = shipped.get("/" + response.headers["Location"].removeprefix("/kg/"))
        assert (response.status_code, hops <= 2) == (200, True), tail
        response.close()


# --- compression --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/catalog.ttl", "/", "/doc/digcomp21/1-2.jsonld", "/queries", "/def?_=1", "/sitemap.xml",
     "/sparql?query=SELECT * { ?s ?p ?o } LIMIT 500"],
)  # fmt: skip
def test_answers_are_compressed_for_who_takes_it(shipped: FlaskClient, path: str) -> None:
    """gzip on request, the same content, an ETag of its own, and 304 for both (H-12)."""
    plain = shipped.get(path, follow_redirects=False)
    if plain.status_code == 303:
        path = plain.headers["Location"].removeprefix("/kg")
        plain = shipped.get(path)
    packed = shipped.get(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_length == len(packed.data) < len(plain.data)
    assert "accept-encoding" in [v.lower() for v in plain.vary]
    assert "accept-encoding" in [v.lower() for v in packed.vary]
    tags = plain.headers["ETag"], packed.headers["ETag"]
    assert tags[0] != tags[1]
    assert not any(tag.startswith("W/") for tag in tags)
    for tag in tags:
        again = shipped.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"]) == (304, tag)
    unpacked = shipped.get(path, headers={"If-None-Match": tags[1]})
    assert unpacked.status_code == 200
    head = shipped.head(path, headers={"Accept-Encoding": "gzip"})
    assert (head.headers["ETag"], head.content_length) == (tags[1], packed.content_length)


def test_a_streamed_answer_is_compressed_as_it_goes(shipped: FlaskClient) -> None:
    """A long answer is packed piece by piece, without a length that nobody knows yet (H-12)."""
    path = "/sparql?query=SELECT * { ?s ?p ?o }&format=csv"
    plain = shipped.get(path)
    packed = shipped.get(path, headers={"Accept-Encoding": "gzip"})

    assert len(plain.data) > 1_000_000
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/dumps/digigraph.ttl.gz", {}),
        ("/dumps/digigraph.ttl", {}),
        ("/dumps/digigraph.ttl", {"Range": "bytes=0-5000"}),
        ("/healthz", {}),
        ("/catalog.ttl", {"Accept-Encoding": "gzip;q=0"}),
        ("/catalog.ttl", {"Accept-Encoding": "identity, gzip;q=0.5"}),
        ("/catalog.ttl", {"Accept-Encoding": "br"}),
    ],
)
def test_what_is_not_compressed(shipped: FlaskClient, path: str, headers: dict[str, str]) -> None:
    """Files, ranges, short answers and clients that do not want it get it plain (H-12, H-13)."""
    response = shipped.get(path, headers={"Accept-Encoding": "gzip", **headers})

    assert "Content-Encoding" not in response.headers
    response.close()
