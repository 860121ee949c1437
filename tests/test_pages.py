"""Pages for people: what they show, in both languages, complete without a script (X-01 to X-22)."""

from __future__ import annotations

import doctest
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import html5lib
import pyoxigraph as ox
import pytest
import rdflib
from conftest import BASE, ISSUED, VERSION, quads_of
from flask.testing import FlaskClient
from three import RETIRED

import digigraph
from digigraph.names import EXAMPLES, VOID, Names
from digigraph.release import Release, write_release
from digigraph.web import Settings, create_app, figures

PROFILE = "/doc/profile/p-37q68h4z"
SPECIFIC = "/doc/competence/c-g66mpmtj"
SOURCE = "/doc/source/d-v02ry7z3"
PAGES = (
    "/", "/about", "/profiles", "/matrix", "/framework", "/tree", "/search?q=клиенти", "/search",
    "/quality", "/quality?type=Contradiction", "/downloads", "/compare", "/changes", "/queries",
    "/sparql", "/policy", "/catalog", "/api/v1",
    PROFILE, SPECIFIC, f"{SPECIFIC}/level-5", "/doc/digcomp21/1-2", "/doc/digcomp21/1-2/level-6",
    "/doc/digcomp21/area-1", "/doc/nkpd11/33393020", SOURCE, "/doc/def",
    "/around/profile/p-37q68h4z", "/around/digcomp21/1-2", "/around/nkpd11/33393020",
    "/embed/profile/p-37q68h4z", "/reconcile/preview?id=digcomp21/1-2", "/own-levels/p-37q68h4z",
    "/queries/requirements-of-profile",
)  # fmt: skip
DOCUMENT = Path(__file__).parents[1] / "data" / "sources" / "33393020-93" / "document.txt"
LONG = """
<id/source/d-0000long> a dgc:SourceDocument ; dct:title "Дълъг"@bg .
<id/source/d-0000long/L1234/1-4> a dgc:SourceSpan ; dgc:line 1234 ;
    oa:hasSource <id/source/d-0000long> ; oa:hasSelector <id/source/d-0000long/L1234/1-4/quote> .
<id/source/d-0000long/L1234/1-4/quote> a oa:TextQuoteSelector ; oa:exact "дума" .
<id/quality/q-0000long> a dgc:Finding ; prov:wasDerivedFrom <id/source/d-0000long/L1234/1-4> ;
    rdfs:label "Две думи."@bg .
"""
CONTACT = "mailto:help@example.org"
SVG = "{http://www.w3.org/2000/svg}"
VALIDATOR = Path(__file__).parents[1] / "node_modules" / ".bin" / "html-validate"
STATIC = Path(digigraph.__file__).parent / "web" / "static"


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the application over the shipped release."""
    app = create_app(Settings(releases=shipped_release.folder.parent), shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def get(site: FlaskClient, path: str, lang: str = "bg") -> str:
    """Return a page in a language."""
    joint = "&" if "?" in path else "?"
    answer = site.get(f"{path}{joint}lang={lang}", headers={"Accept": "text/html"})
    assert answer.status_code == 200, path
    assert answer.headers["Content-Language"] == lang
    return answer.text


def tree(page: str) -> Any:
    """Return a page as a tree; whatever is not valid HTML is an error."""
    parser = html5lib.HTMLParser(
        strict=True, tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
    )
    return parser.parse(page)


def text(element: Any) -> str:
    """Return the text of an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("lang", ["bg", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_and_bilingual(site: FlaskClient, path: str, lang: str) -> None:
    """Valid HTML in the asked language; one h1; ids unique; no style or script in the page."""
    page = get(site, path, lang)
    root = tree(page)

    assert root.get("lang") == lang
    assert len(root.findall(".//h1")) == 1
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert not root.findall(".//style")
    assert not [one for one in root.iter() if one.get("style")]
    for script in root.findall(".//script"):
        assert script.get("src") or script.get("type") == "application/ld+json"
    for picture in root.findall(".//img"):
        assert picture.get("alt") is not None
    assert "{%" not in page
    assert "None" not in text(root.find(".//body"))


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/matrix?level=5&sort=4.2&lang=bg", "?level=5&sort=4.2&lang=en"),
        ("/search?lang=en&q=клиенти&type=Profile", "?q=клиенти&type=Profile&lang=bg"),
        ("/quality?type=Contradiction&lang=bg", "?type=Contradiction&lang=en"),
        ("/nowhere?a=1&a=2&lang=bg", "?a=1&a=2&lang=en"),
        (f"{SPECIFIC}.bg.html?all=1", f"{SPECIFIC}.en.html?all=1"),
        (f"{SPECIFIC}?lang=bg", f"{SPECIFIC}.en.html"),
    ],
)
def test_the_language_alone_changes(site: FlaskClient, path: str, other: str) -> None:
    """The link to the other language keeps whatever else was asked for, on every page (X-11)."""
    page = tree(site.get(path, headers={"Accept": "text/html"}).text)
    (link,) = page.findall(".//header//nav/a[@hreflang]")

    assert unquote(link.get("href")) == other
    assert link.get("hreflang") == link.get("lang") != page.get("lang")


@pytest.mark.parametrize("path", [PROFILE, SPECIFIC, f"{SPECIFIC}/level-5", SOURCE])
def test_texts_in_the_other_language_say_so(site: FlaskClient, path: str) -> None:
    """What is there in Bulgarian alone is labelled for the English reader, and only that (X-11)."""
    main = tree(get(site, path, "en")).find(".//main")
    marked = [one for one in main.iter() if one.get("lang") == "bg"]

    assert marked
    assert main.findall(".//small[@class='tongue']")
    for one in marked:
        assert not [part for part in one.iter() if part.tag in ("a", "summary", "footer")]
    assert "на български</small>" not in get(site, path, "bg")


def test_notes_on_mappings_say_their_language(site: FlaskClient) -> None:
    """A note that is in English is labelled for the Bulgarian reader (X-11)."""
    notes = tree(get(site, "/doc/digcomp21/1-1")).findall(
        ".//section[@aria-labelledby='matches']//li"
    )

    assert notes
    for note in notes:
        assert text(note.find("small[@class='tongue']")) == "на английски"


def test_html_is_as_the_standard_has_it(site: FlaskClient, tmp_path: Path) -> None:
    """What may stand where, which attributes there are and which values: html-validate agrees."""
    if not VALIDATOR.exists() or not shutil.which("node"):
        pytest.skip("needs html-validate: node 20.19 or newer, and npm ci")
    told = {"root": True, "extends": ["html-validate:standard"]}
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(told))
    for number, path in enumerate(PAGES):
        page = get(site, path, ("bg", "en")[number % 2])
        (tmp_path / f"{number}.html").write_text(page, encoding="utf-8")
    wrong = "<!doctype html><html lang=bg><title>x</title><ul><p>x</ul>"
    (tmp_path / "wrong.html").write_text(wrong)

    def complaints(pattern: str) -> str:
        command = [str(VALIDATOR), "--formatter", "text", pattern]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert "element-permitted-content" in complaints("wrong.html")
    assert complaints("[0-9]*.html") == ""


def test_no_page_is_heavy(site: FlaskClient) -> None:
    """The largest page has fewer than 200 kB on its way to a browser (X-15)."""
    for path in PAGES:
        answer = site.get(path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
        assert len(answer.data) < 200_000, path


def test_no_link_is_broken(site: FlaskClient) -> None:
    """Every link of every page to this service leads somewhere, once, in both languages."""
    seen: set[str] = set()
    for path in PAGES:
        page = get(site, path)
        for one in tree(page).iter():
            link = one.get("href") or one.get("src") or ""
            place = urljoin(f"http://localhost{path}", link)
            if link and urlsplit(place).netloc == "localhost":
                seen.add(place.partition("#")[0].removeprefix("http://localhost"))
    # Of addresses that differ in a number alone, as lines and levels do, some stand for all.
    alike: dict[str, list[str]] = {}
    for place in sorted(seen):
        alike.setdefault(re.sub(r"\d+|[cs]-[0-9a-z]{8,12}", "0", place), []).append(place)
    for places in alike.values():
        for place in (places[0], places[-1]):
            with site.get(place, headers={"Accept": "text/html, */*"}) as answer:
                assert answer.status_code in (200, 303, 308), place


def test_a_profile_is_a_picture_a_number_and_words(site: FlaskClient) -> None:
    """A row for each requirement: eight steps, the number, the band, four kinds of texts (X-01)."""
    root = tree(get(site, PROFILE))
    rows = root.findall(".//table[@class='strip']/tbody")

    assert len(rows) == 10
    for row in rows:
        steps = row.findall(".//span[@aria-hidden='true']/i")
        level = int(text(row.find(".//td[@class='picture']/strong")))
        assert len(steps) == 8
        assert [one.get("class") for one in steps[:level]].count("none") == 0
        assert sum(one.get("class") == "full" for one in steps) <= level
        assert len(row.findall(".//section[@class='tab']")) == 4
        assert row.findall(".//section[@class='tab']//li")
    lead = root.find(".//div[@class='lead']")
    described = [one.tag for one in lead].index("details")
    assert text(lead[described - 1]).endswith("има следните функции:")
    assert len(lead[described].findall("ol/li")) == 11
    disputed = [row for row in rows if row.findall(".//span[@class='mark']")]
    assert [text(row.find(".//span[@class='mark']")) for row in disputed] == ["спорно 5–6"]
    lines = {text(one) for one in disputed[0].findall(".//div[@class='sources']//summary")}
    assert lines == {"ред 35", "ред 183"}


def test_every_text_shows_its_line_in_the_document(site: FlaskClient) -> None:
    """Each statement quotes its source and leads to the line, which is there word for word."""
    root = tree(get(site, PROFILE))
    source = tree(get(site, SOURCE))
    lines = {one.get("id"): text(one) for one in source.findall(".//ol[@class='lines']/li")}
    statements = root.findall(".//section[@class='tab']//li")

    assert len(statements) == 168
    for statement in statements:
        quotes = statement.findall(".//blockquote")
        assert quotes
        for quote in quotes:
            link = quote.find(".//a").get("href")
            assert link.partition("?")[0] == SOURCE
            assert text(quote.find("p")) in lines[link.partition("#")[2]]


def test_a_document_is_shown_whole(site: FlaskClient) -> None:
    """The page of a document has all its lines as they are, also those that nothing is read from.

    What the data quotes is marked. The text is a file too, for which no licence is given.
    """
    rows = tree(get(site, SOURCE)).findall(".//ol[@class='lines']/li")
    received = DOCUMENT.read_text(encoding="utf-8")
    lines = received.removesuffix("\n").split("\n")

    assert [text_of_line(one) for one in rows] == lines
    assert [one.get("id") for one in rows] == [f"L{n}" for n in range(1, len(lines) + 1)]
    marked = ["".join(one.itertext()) for one in rows[182].findall(".//mark")]
    assert "Напреднало - 5" in marked
    assert rows[4].find(".//mark") is None
    with site.get("/dumps/sources/d-v02ry7z3.txt") as file:
        assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert 'rel="license"' not in file.headers["Link"]
        assert file.text == received


@pytest.mark.parametrize("has_text", [True, False])
def test_a_long_document_comes_in_pages(tmp_path: Path, has_text: bool) -> None:
    """A quote leads to the page with its line; without the text only what is quoted is shown."""
    text = "\n".join(["друго"] * 1233 + ["дума и още"] + ["друго"] * 1000)
    release = write_release(
        tmp_path, quads_of(LONG, "profiles"), version=VERSION, issued=ISSUED, base=BASE,
        inputs_digest="long",
        files={"sources/d-0000long.txt": text.encode()} if has_text else {},
    )  # fmt: skip
    app = create_app(Settings(releases=tmp_path, access_log=""), release)
    client = app.test_client()
    (quote,) = tree(get(client, "/quality")).findall(".//blockquote//a")
    place, _, anchor = quote.get("href").partition("#")
    shown = [client.get(place, headers={"Accept": "text/html"}).text]
    shown += [get(client, f"/doc/source/d-0000long?from={n}") for n in (1, 2001)]
    app.extensions["digigraph"].pool.close()

    rows = [tree(page).findall(".//ol[@class='lines']/li") for page in shown]
    (line,) = [one for one in rows[0] if one.get("id") == anchor]
    assert anchor == "L1234"
    assert text_of_line(line) == ("дума и още" if has_text else "дума")
    assert [len(one) for one in rows] == ([1000, 1000, 234] if has_text else [1, 0, 0])
    assert ("не е отделен файл" in shown[0]) is not has_text
    assert ('rel="next"' in shown[0], 'rel="prev"' in shown[0]) == (has_text, True)


def text_of_line(line: Any) -> str:
    """Return the text of a line of a document, as it is."""
    return "".join("".join(one.itertext()) for one in line.iter("p"))


def test_a_competence_has_its_ladder(site: FlaskClient) -> None:
    """Eight rungs, the required one marked; who requires it; mappings in words (X-04)."""
    root = tree(get(site, SPECIFIC))
    rungs = root.findall(".//ol[@class='ladder']/li")

    assert len(rungs) == 8
    assert [n for n, rung in enumerate(rungs, 1) if rung.get("class") == "asked"] == [5]
    assert all(rung.findall("ul/li") for rung in rungs)
    counts = [int(text(one)) for one in root.findall(".//table[@class='bars']/tbody/tr/td")]
    assert counts == [0, 0, 0, 0, 1, 0, 0, 0]
    known = tree(get(site, "/doc/digcomp21/1-1", "en"))
    matches = text(known.find(".//section[@aria-labelledby='matches']"))
    assert "is the same as" in matches
    assert "confidence 0.95 – very high, reviewed by a person" in matches


def test_a_competence_has_its_place_in_the_framework(site: FlaskClient) -> None:
    """The area with its number, and the competences before and after, across areas (X-04)."""

    def place(path: str) -> dict[str, str]:
        rows = tree(get(site, path, "en")).findall(".//section[@aria-labelledby='place']/dl/div")
        return {text(row.find("dt")): text(row.find("dd")) for row in rows}

    assert place("/doc/digcomp21/2-1") == {
        "Area": "Communication and collaboration 2",
        "Before it": "Managing data, information and digital content 1.3",
        "After it": "Sharing through digital technologies 2.2",
    }
    assert "Before it" not in place("/doc/digcomp21/1-1")
    assert "After it" not in place("/doc/digcomp21/5-4")
    assert "Similar general competence" in place(SPECIFIC)


def test_the_wheel_and_the_list_say_the_same(site: FlaskClient) -> None:
    """5 areas and 21 competences in both; the picture has words (X-05, X-12, X-21)."""
    page = get(site, "/framework", "en")
    root = tree(page)

    listed = {one.get("href") for one in root.findall(".//ol[@class='areas']//a")}
    drawn = set(re.findall(r'<a href="([^"]+)" class="area-', page))
    assert len(listed) == 26
    assert drawn == listed
    picture = site.get("/framework.svg?lang=en")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "<title" in picture.text
    assert "<desc" in picture.text
    assert picture.text.count("<path") == 26
    assert "<script" not in picture.text


def test_the_tree_is_a_nested_list(site: FlaskClient) -> None:
    """Framework, 5 areas, 21 competences and 168 levels, each where it belongs (X-07)."""
    (root,) = tree(get(site, "/tree", "en")).findall(".//ul[@class='tree']/li")
    areas = root.findall("ul/li")
    competences = [one for area in areas for one in area.findall("ul/li")]

    assert [text(area.find("a"))[0] for area in areas] == ["1", "2", "3", "4", "5"]
    assert [len(area.findall("ul/li")) for area in areas] == [3, 6, 4, 4, 4]
    assert {len(one.findall("ul/li")) for one in competences} == {8}
    second = competences[1]
    assert text(second.find("small")) == "profiles: 1"
    counted = [text(level) for level in second.findall("ul/li") if level.find("small") is not None]
    assert counted == ["Advanced, level 6 profiles: 1"]
    assert second.findall("ul/li/a")[5].get("href") == "/id/digcomp21/1-2/level-6?lang=en"


@pytest.mark.parametrize(
    ("thing", "first", "second"),
    [
        (
            "profile/p-37q68h4z",
            {"position: 33393020 Organiser, customer relations",
             "requires, at level 6: 1.2 Evaluating data, information and digital content"},
            "part of: 3339 Business services agents not elsewhere classified",
        ),
        (
            "digcomp21/1-2",
            {"part of: 1 Information and data literacy",
             "required at level 6 by: Organiser, customer relations"},
            "position: 33393020 Organiser, customer relations",
        ),
        (
            "nkpd11/33393020",
            {"profile: Organiser, customer relations"},
            "also names: 24215025 Manager, key accounts",
        ),
    ],
)  # fmt: skip
def test_what_a_thing_is_linked_to(
    site: FlaskClient, thing: str, first: set[str], second: str
) -> None:
    """A list and a picture say the same, two steps far, and lead on; the picture has words."""
    root = tree(get(site, f"/around/{thing}", "en"))
    near = root.findall(".//ul[@class='near']/li")
    told = {text(one).partition(text(one.find("ul")))[0].strip() if one.find("ul") is not None
            else text(one) for one in near}  # fmt: skip
    behind = {text(one) for one in root.findall(".//ul[@class='near']/li/ul/li")}

    assert first <= told
    assert second in behind
    listed = {one.get("href") for one in root.findall(".//ul[@class='near']//a")}
    drawn = {one.get("href") for one in root.findall(f".//{SVG}a")} - {f"/id/{thing}?lang=en"}
    assert drawn
    assert drawn <= listed
    picture = site.get(f"/around/{thing}.svg?lang=en")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert second.partition(": ")[2] in picture.text
    assert picture.text.count("<a href") == len(drawn) + 1
    assert f'href="/around/{thing}?lang=en"' in get(site, f"/doc/{thing}", "en")


def test_what_has_no_neighbourhood(site: FlaskClient) -> None:
    """Statements, mappings and what there is not have no such page, and their pages no link."""
    for thing in ("digcomp21", "profile/p-37q68h4z/req/1-2", "profile/p-00000000", "x y"):
        assert site.get(f"/around/{thing}").status_code == 404
    assert "/around/" not in get(site, "/doc/digcomp21")


def test_a_profile_is_a_radar_too(site: FlaskClient) -> None:
    """21 axes with a mark for what is required, a table that says the same, and words (X-06)."""
    root = tree(get(site, PROFILE, "en"))
    figure = root.find(".//figure[@class='radar']")
    codes = [one.text for one in figure.findall(f".//{SVG}text") if not one.get("class")]
    rows = root.findall(".//table[@class='measured']/tbody/tr")
    levels = {text(one.find("th"))[:3]: text(one.find("td")) for one in rows}
    required = {code for code, level in levels.items() if level[0].isdigit() and code in codes}

    assert len(codes) == 21
    assert len(rows) == 22
    assert required == {"1.1", "1.2", "2.2", "3.1", "4.2", "5.2"}
    marks = figure.find(f"{SVG}svg/{SVG}path[@class='dots series-1']").get("d")
    assert marks.count("M") == len(required)
    assert text(rows[-1].find("td")) == "4"
    picture = site.get("/radar/p-37q68h4z.svg?lang=en")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "1.2 Evaluating data, information and digital content: level 6." in picture.text
    assert "Organiser, customer relations</tspan>" in picture.text
    assert "<script" not in picture.text
    assert site.get("/radar/p-00000000.svg").status_code == 404
    by_code = site.get("/radar/33393020.svg?lang=bg")
    assert (by_code.status_code, by_code.location) == (303, "/radar/p-37q68h4z.svg?lang=bg")


def test_a_found_descriptor_leads_to_its_words(site: FlaskClient) -> None:
    """A hit that describes a level leads to its very sentence on the page of the competence."""
    results = tree(get(site, "/search?q=проучване&type=Statement")).findall(
        ".//ol[@class='results']/li"
    )
    links = [
        (text(one.find("a")), one.find("a").get("href"))
        for one in results
        if text(one.find("p")).startswith("Елемент от описанието на ниво")
    ]

    assert links
    for words, link in links:
        place, _, anchor = link.partition("#")
        answer = site.get(place, headers={"Accept": "text/html"}, follow_redirects=True)
        (found,) = [one for one in tree(answer.text).iter() if one.get("id") == anchor]
        assert found.tag == "li"
        assert words.strip("… ")[:40] in text(found)


def test_the_matrix_filters_and_sorts(site: FlaskClient) -> None:
    """Numbers are printed, cells lead to the requirement; what fits nothing says so (X-02)."""
    root = tree(get(site, "/matrix"))
    cells = root.findall(".//table[@class='matrix']/tbody/tr/td/a")
    specific = root.find(".//table[@class='matrix']/tbody/tr/td[@class='n']/a")

    assert [text(one) for one in cells] == ["6", "6", "6", "6", "5", "5", "4*"]
    assert specific.get("href").endswith("#req-c-g66mpmtj")
    profile = tree(get(site, PROFILE))
    anchors = {one.get("id") for one in profile.iter() if one.get("id")}
    assert {one.get("href").partition("#")[2] for one in cells} <= anchors
    assert "Организатор" in get(site, "/matrix?competence=4.2&level=5&sector=93&sort=4.2")
    assert "Организатор, работа" not in get(site, "/profiles?level=8")
    for name, query in (("matrix", "level=5&competence=4.2"), ("profiles", "level=8")):
        (link,) = re.findall(r'href="([^"]+)">CSV<', get(site, f"/{name}?{query}"))
        rows = site.get(link.replace("&amp;", "&")).text.splitlines()
        assert len(rows) == (2 if name == "matrix" else 1)
    wrong = site.get("/matrix?colour=red", headers={"Accept": "application/problem+json"})
    assert wrong.status_code == 400
    assert "colour" in wrong.json["detail"]


def test_search_without_a_script(site: FlaskClient) -> None:
    """An inflected word finds the profile; what was looked for is marked; kinds can be chosen."""
    root = tree(get(site, "/search?q=клиентите"))
    first = root.find(".//ol[@class='results']/li/a")

    assert text(first) == "Организатор, работа с клиенти"
    assert root.findall(".//mark")
    kept = tree(get(site, "/search?q=клиентите&type=Competence"))
    assert "Организатор, работа с клиенти" not in {
        text(one) for one in kept.findall(".//ol[@class='results']/li/a")
    }
    assert "&lt;script&gt;" in get(site, "/search?q=<script>")
    for hostile in ("%00", "%22%22", "*", "NEAR(", "a" * 5000):
        assert site.get(f"/search?q={hostile}").status_code in (200, 400)


def test_quality_shows_both_quotes(site: FlaskClient) -> None:
    """A contradiction stands with its two passages side by side (X-08)."""
    root = tree(get(site, "/quality?type=Contradiction"))
    (finding,) = root.findall(".//ol[@class='findings']/li")

    assert [text(one.find("p")) for one in finding.findall(".//blockquote")] == [
        "Напреднало -6", "Напреднало - 5",
    ]  # fmt: skip


def test_downloads_tell_all_of_a_file(site: FlaskClient, shipped_release: Release) -> None:
    """Each file with size, checksum, a sample and a command (X-09)."""
    page = get(site, "/downloads")
    names = [f for f in shipped_release.files if not f.name.startswith(("profiles/", "sources/"))]

    for file in names:
        assert file.sha256 in page, file.name
        assert f"/dumps/{file.name}" in page


def test_each_file_has_licence_sample_and_a_command_that_uses_it(
    site: FlaskClient, shipped_release: Release, tmp_path: Path
) -> None:
    """A card for each file and its twins; what the command says works on what it fetched (X-09)."""
    root = tree(get(site, "/downloads", "en"))
    cards = root.findall(".//ul[@class='cards downloads']/li")
    files = [one.name for one in shipped_release.files if "p-" not in one.name]

    names = [text(card.find("h3")) for card in cards]
    plain = [n for n in files if not n.endswith((".gz", ".zst")) and "sources" not in n]
    assert sorted(names) == sorted(plain)
    ran = set()
    for name, card in zip(names, cards, strict=True):
        assert card.find(".//a[@rel='license']") is not None
        sample, command, *twins = ["".join(one.itertext()) for one in card.iter("code")
                                   if one.get("class") != "sum"]  # fmt: skip
        assert sample.strip(), name
        fetched, _, use = command.partition(" && ")
        assert fetched == f"curl -O http://127.0.0.1:8000/dumps/{name}"
        assert name.rpartition("/")[2] in use
        for end, twin in zip((".gz", ".zst"), twins, strict=False):
            assert twin.endswith(f"{'gunzip --keep' if end == '.gz' else 'zstd --decompress'} "
                                 f"{name}{end}")  # fmt: skip
        kind = name.rpartition(".")[2]
        if use.startswith("python") and kind not in {"jsonld", *ran}:
            ran.add(kind)
            shutil.copy(shipped_release.path(name), tmp_path)
            run = use.replace("python", sys.executable, 1)
            subprocess.run(["bash", "-c", run], cwd=tmp_path, check=True, capture_output=True)
    assert ran == {"csv", "json", "tsv", "zip"}


def test_links_in_the_forms_of_each_trade(site: FlaskClient) -> None:
    """The URI, and snippets that parse as what they are called (X-20)."""
    root = tree(get(site, "/doc/digcomp21/1-2", "en"))
    box = root.find(".//section[@class='linking']")
    uri = "https://w3id.org/digigraph/id/digcomp21/1-2"
    told = {text(one.find("summary")): text(one.find(".//code")) for one in box.findall("details")}

    assert text(box.find(".//code[@id='uri']")) == uri
    assert set(told) >= {"Turtle", "JSON-LD", "HTML", "ELM 3 (Turtle)", "Open Badges 3",
                         "schema.org", "BibTeX", "APA"}  # fmt: skip
    assert all(uri in snippet for snippet in told.values())
    badge = json.loads(told["Open Badges 3"])["alignment"][0]
    assert badge["targetCode"] == "1.2"
    assert json.loads(told["schema.org"])["skills"]["@id"] == uri


def boxed(site: FlaskClient, path: str) -> dict[str, str]:
    """Return the snippets of the box of a page, by name."""
    box = tree(get(site, path, "en")).find(".//section[@class='linking']")
    return {text(one.find("summary")): text(one.find(".//code")) for one in box.findall("details")}


def test_everything_can_be_linked_to(site: FlaskClient) -> None:
    """Each kind of thing has the box, with the trades that have a word for such a thing (X-20)."""
    trades = {"ELM 3 (Turtle)", "Open Badges 3", "schema.org"}
    told = {
        "/doc/profile/p-37q68h4z": trades,
        "/doc/nkpd11/33393020": {"ELM 3 (Turtle)", "schema.org"},
        "/doc/digcomp21/area-1": {"schema.org"},
        "/doc/digcomp21/level-6": {"schema.org"},
        "/doc/digcomp21": {"schema.org"},
        SOURCE: {"schema.org"},
        "/doc/profile/p-37q68h4z/req/1-2": set(),
    }

    for path, expected in told.items():
        snippets = boxed(site, path)
        iri = f"https://w3id.org/digigraph/id/{path.partition('?')[0].removeprefix('/doc/')}"
        assert expected == trades & set(snippets), path
        assert {"Turtle", "JSON-LD", "HTML", "BibTeX", "APA"} <= set(snippets), path
        assert all(iri in snippet for snippet in snippets.values()), path
        for name in snippets:
            if "Turtle" in name:
                rdflib.Graph().parse(data=snippets[name], format="turtle")
            if name in ("JSON-LD", "Open Badges 3", "schema.org"):
                json.loads(snippets[name])
    badge = json.loads(boxed(site, PROFILE)["Open Badges 3"])["alignment"][0]
    assert badge["targetType"] == "ext:OccupationProfile"
    offer = json.loads(boxed(site, PROFILE)["schema.org"])
    assert offer["relevantOccupation"]["@type"] == "Occupation"


def test_what_is_retired_has_no_box(three_profiles: Release) -> None:
    """Nobody is asked to link to what something else has replaced."""
    app = create_app(Settings(releases=three_profiles.folder.parent), three_profiles)
    page = app.test_client().get(f"/doc/profile/{RETIRED}", headers={"Accept": "text/html"})
    app.extensions["digigraph"].pool.close()

    assert page.status_code == 200
    assert 'class="linking"' not in page.text


def reports(page: str) -> list[tuple[str, str, str]]:
    """Return the links of a page that report an error: address, subject and body."""
    found = []
    for one in tree(page).findall(".//a[@class='report']"):
        link = urlsplit(one.get("href"))
        told = parse_qs(link.query)
        found.append((link.path, told["subject"][0], told["body"][0]))
    return found


def test_an_error_is_reported_with_its_place(site: FlaskClient, shipped_release: Release) -> None:
    """With a contact each thing, finding and quote has a letter with URI, release, line (X-22)."""
    folder = shipped_release.folder.parent
    where = Settings(releases=folder, contact=CONTACT, access_log="")
    app = create_app(where, shipped_release)
    client = app.test_client()
    for path in (
        PROFILE,
        SPECIFIC,
        f"{SPECIFIC}/level-5",
        SOURCE,
        f"{PROFILE}/req/1-2",
        "/doc/def",
    ):
        iri = f"https://w3id.org/digigraph/id/{path.removeprefix('/doc/')}".replace("id/def", "def")
        to, subject, body = reports(get(client, path, "en"))[-1]
        assert f"mailto:{to}" == CONTACT
        assert iri in subject
        assert body.splitlines()[1] == "Release 2026.11.0"
        assert iri in body.splitlines()[0]
        assert "report" not in {one.get("class") for one in tree(get(site, path)).iter()}, path
    quoted = [body for _, _, body in reports(get(client, PROFILE)) if "Ред 183: Напреднало" in body]
    assert quoted[0].startswith("https://w3id.org/digigraph/id/source/d-v02ry7z3/L183")
    found = reports(get(client, "/quality?type=Contradiction", "en"))
    assert [("Line 35: " in body, "Line 183: " in body) for _, _, body in found] == [(True, True)]
    app.extensions["digigraph"].pool.close()


def test_pages_carry_schema_org(site: FlaskClient) -> None:
    """Search engines read the thing in the page (X-16)."""
    page = get(site, PROFILE)
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    graph = json.loads(told)["@graph"]

    assert graph[0]["@type"] == "Occupation"
    assert len(graph[0]["skills"]) == 10


def test_the_strip_on_pages_of_others(site: FlaskClient) -> None:
    """A frame that any site may show, a picture with words, and oEmbed that names the frame."""
    frame = site.get("/embed/profile/p-37q68h4z?lang=en")
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    own = site.get(PROFILE, headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in own.headers["Content-Security-Policy"]
    picture = site.get("/embed/profile/p-37q68h4z.svg?lang=en").text
    assert "level 5 (disputed 5–6)" in picture
    assert "…" not in picture
    lines = re.findall(r"<text y=.*?</text>", picture)
    drawn = [" ".join(re.findall(r"<tspan[^>]*>([^<]*)<", line)) for line in lines]
    assert "1.1 Browsing, searching and filtering data, information and digital content" in drawn
    asked = "/oembed?url=https://w3id.org/digigraph/id/profile/p-37q68h4z"
    told = site.get(asked).json
    small = site.get(f"{asked}&maxwidth=320&maxheight=200").json
    assert (small["width"], small["height"]) == (320, 200)
    assert 'width="320" height="200"' in small["html"]
    assert site.get(f"{asked}&maxwidth=320").json["height"] > told["height"]
    snippets = tree(get(site, PROFILE)).findall(".//section[@aria-labelledby='embed']//code")
    frame_code, picture_code = ("".join(one.itertext()) for one in snippets)
    assert frame_code.startswith('<iframe src="http://127.0.0.1:8000/embed/profile/p-37q68h4z?')
    assert frame_code == site.get(f"{asked}&lang=bg").json["html"]
    assert 'p-37q68h4z.svg?lang=bg" alt="Организатор' in picture_code
    assert told["type"] == "rich"
    assert "/embed/profile/p-37q68h4z" in told["html"]
    assert site.get("/oembed?url=https://example.org/profile/p-37q68h4z").status_code == 404


def luminance(colour: tuple[float, float, float]) -> float:
    """Return the relative luminance of a linear colour (WCAG 2.2)."""
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Return the contrast of two linear colours (WCAG 2.2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def linear(colour: str) -> tuple[float, float, float]:
    """Return the linear parts of a colour such as #07437f."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def test_the_numbers_on_the_wheel_can_be_read(site: FlaskClient) -> None:
    """Each has 4.5:1 on its own piece, however strong that is, in both themes and the picture."""
    css = (STATIC / "style.css").read_text()
    pairs = re.findall(r"--(area-\d|paper): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    colours = {name: told for name, *told in pairs}
    pieces = re.findall(
        r'class="(area-\d)".*?fill-opacity="([\d.]+)".*?light-(\w+) dark-(\w+)"',
        get(site, "/framework"),
    )  # fmt: skip

    assert len(pieces) == 26
    for area, strength, *inks in pieces:
        for theme, ink in enumerate(inks):
            ground = mixed(colours["paper"][theme], colours[area][theme], float(strength))
            text_colour = linear({"black": "#000000", "white": "#ffffff"}[ink])
            assert contrast(ground, text_colour) >= 4.5, (area, strength, theme)
    picture = site.get("/framework.svg").text
    drawn = re.findall(r'fill="(#\w+)" fill-opacity="([\d.]+)".*?<text [^>]*fill="(\w+)"', picture)
    assert len(drawn) == 26
    for colour, strength, ink in drawn:
        text_colour = linear({"black": "#000000", "white": "#ffffff"}[ink])
        assert contrast(mixed("#ffffff", colour, float(strength)), text_colour) >= 4.5


def mixed(ground: str, colour: str, strength: float) -> tuple[float, float, float]:
    """Return the linear parts of a colour that lies on a ground, as strong as it is."""
    parts = [
        round(int(ground[n : n + 2], 16) * (1 - strength) + int(colour[n : n + 2], 16) * strength)
        for n in (1, 3, 5)
    ]
    return linear("#" + "".join(f"{part:02x}" for part in parts))


@pytest.mark.parametrize(
    ("lang", "day", "sizes", "confidence"),
    [("bg", "23 ноември 2026 г.", ",", "0,95"), ("en", "23 November 2026", ".", "0.95")],
)
def test_figures_are_the_reader_s(
    site: FlaskClient, lang: str, day: str, sizes: str, confidence: str
) -> None:
    """Dates in words; decimals and thousands as the language of the page has them (X-11)."""
    start, files = tree(get(site, "/", lang)), text(tree(get(site, "/downloads", lang)))

    for place in (start.find(".//footer//time"), start.find(".//main//time")):
        assert text(place) == day
        assert place.get("datetime") == "2026-11-23"
    assert re.search(rf"\d\{sizes}\d kB", files)
    assert not re.search(rf"\d\{',.'.replace(sizes, '')}\d kB", files)
    assert confidence in get(site, "/doc/digcomp21/1-1", lang)
    assert doctest.testmod(figures).failed == 0


@pytest.mark.parametrize("lang", ["bg", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/doc/digcomp21/area-1", "/doc/nkpd11/33393020", "/doc/profile/p-37q68h4z/req/4-2",
        "/doc/digcomp21/level-6", f"{SPECIFIC}?all=1",
    ],
)  # fmt: skip
def test_plain_pages_speak_the_language_of_the_reader(
    site: FlaskClient, path: str, lang: str
) -> None:
    """Properties and values have names, ours and foreign ones; what they are in RDF is beside."""
    main = tree(get(site, path, lang)).find(".//main")
    links = [*main.findall(".//dt/a"), *main.findall(".//dd/a")]

    assert not [one for one in links if re.fullmatch(r"[a-z-]+:\w+", text(one))]
    kinds = [one for one in links if one.get("title") == "rdf:type"]
    assert {text(one) for one in kinds} == {"вид" if lang == "bg" else "type"}


def test_every_foreign_term_has_a_name(shipped_release: Release) -> None:
    """What the data says of things it says with terms that pages have words for."""
    names, found = Names(shipped_release.base), set()
    labels = names.expanded("rdfs:label"), names.expanded("skos:prefLabel")
    called: dict[str, set[str]] = {}
    apart = ("vocabulary", "shapes", VOID, EXAMPLES)
    for quad in ox.parse(path=shipped_release.path("digigraph.nq"), format=ox.RdfFormat.N_QUADS):
        if quad.predicate.value in labels and isinstance(quad.object, ox.Literal):
            subject = getattr(quad.subject, "value", "")
            called.setdefault(subject, set()).add(quad.object.language or "")
        if not getattr(quad.graph_name, "value", "").endswith(apart):
            found.add(quad.predicate.value)
            if quad.predicate.value == names.expanded("rdf:type"):
                found.add(getattr(quad.object, "value", ""))

    known = {iri for iri, languages in called.items() if languages >= {"bg", "en"}}
    assert {iri for iri in found if not iri.startswith(shipped_release.base)} <= known


# Machado, Oliveira and Fernandes (2009), severity 1, on linear colours.
DEFICIENT = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip


def seen(colour: tuple[float, float, float], kind: str) -> tuple[float, float, float]:
    """Return a colour as somebody with a colour-vision deficiency sees it, in OKLab."""
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, colour, strict=True))))
        for row in DEFICIENT[kind]
    )
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    mid = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_palette(theme: int) -> None:
    """Texts have 4.5:1, graphics 3:1; the areas stay apart for every kind of colour vision."""
    css = (STATIC / "style.css").read_text()
    told = re.findall(r"(--[a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    colours = {name: linear(pair[theme]) for name, *pair in told}
    areas = [colours[f"--area-{n}"] for n in range(1, 6)]

    lines = [colours[f"--series-{n}"] for n in range(1, 4)]

    for ground in ("--paper", "--card"):
        for name in ("--ink", "--soft", "--link"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for graphic in areas + lines:
            assert contrast(graphic, colours[ground]) >= 3
    for kind in DEFICIENT:
        for one, other in (*combinations(areas, 2), *combinations(lines, 2)):
            apart = sum((a - b) ** 2 for a, b in zip(seen(one, kind), seen(other, kind),
                                                     strict=True)) ** 0.5  # fmt: skip
            assert apart > 0.1, kind
