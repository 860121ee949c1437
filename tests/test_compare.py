"""Profiles side by side: the numbers, checked by hand, in each format, at one lasting address."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pyoxigraph as ox
import pytest
from browsers import barriers, browsing, visiting
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from servers import serving
from three import FIRST, HELPER, RETIRED, SECOND, SHIPPED, THIRD, TRADER

from digigraph.comparison import compare, gaps, likeness, nearest, reach
from digigraph.errors import UsageError
from digigraph.listing import Listing
from digigraph.release import Release
from digigraph.things import Things
from digigraph.web import Settings, create_app

BASE = "https://w3id.org/digigraph/"
PAIR = f"/compare/{FIRST},{SECOND}"
ALL = f"/compare/{FIRST},{SECOND},{THIRD}"


@pytest.fixture(scope="module")
def site(three_profiles: Release) -> Iterator[FlaskClient]:
    """Yield a client of three profiles."""
    told = Settings(releases=three_profiles.folder.parent, access_log="")
    app = create_app(told, three_profiles)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def listing(three_profiles: Release) -> Listing:
    """Return the lists of three profiles."""
    return Listing(Things(three_profiles))


def iri(name: str) -> str:
    """Return the IRI of a profile or a competence from the end of it."""
    kinds = {"p": "profile", "c": "competence"}
    return f"{BASE}id/{kinds.get(name[0], 'digcomp21')}/{name}"


def short(iris: list[str]) -> set[str]:
    """Return the ends of IRIs."""
    return {one.rpartition("/")[2] for one in iris}


# --- the numbers ---------------------------------------------------------------------------------


def test_what_is_shared_and_what_is_not(site: FlaskClient) -> None:
    """Competences are shared by all or asked for by one; levels are those of the documents."""
    told = json.loads(site.get(f"{PAIR}.json").data)

    assert short(told["shared"]) == SHIPPED.keys() & TRADER.keys() == {"1-1", "1-2", "5-2"}
    assert short(told["only"][FIRST]) == SHIPPED.keys() - TRADER.keys()
    assert short(told["only"][SECOND]) == {"2-1"}
    assert short(told["differing"]) == {"1-2", "5-2"}
    rows = {one["id"].rpartition("/")[2]: one for one in told["competences"]}
    assert {name: row["levels"].get(FIRST) for name, row in rows.items()} == {
        name: SHIPPED.get(name) for name in SHIPPED.keys() | TRADER.keys()
    }
    assert {name: row["levels"].get(SECOND) for name, row in rows.items()} == {
        name: TRADER.get(name) for name in SHIPPED.keys() | TRADER.keys()
    }
    assert (rows["1-1"]["difference"], rows["1-2"]["difference"]) == (0, 2)
    assert (rows["5-2"]["difference"], rows["2-1"]["difference"]) == (2, None)
    assert [rows[name]["gaps"] for name in ("1-1", "1-2", "5-2", "2-1")] == [
        {SECOND: 0}, {SECOND: -2}, {SECOND: 2}, {},
    ]  # fmt: skip
    assert rows["1-2"]["words"] == {
        "bg": "разлика 2; „Организатор, работа с клиенти“: ниво 6; „Търговец“: ниво 4",
        "en": "difference 2; “Organiser, customer relations”: level 6; “Trader”: level 4",
    }


def test_a_disputed_level_is_shown_as_such(site: FlaskClient) -> None:
    """The level in force, and both that are stated."""
    told = json.loads(site.get(f"{PAIR}.json").data)
    (trader,) = [one for one in told["profiles"] if one["short"] == SECOND]
    (disputed,) = [one for one in trader["requirements"] if one["levelStatus"] == "disputed"]

    assert disputed["competence"]["notation"] == "5.2"
    assert (disputed["level"], disputed["minLevel"], disputed["maxLevel"]) == (7, 6, 7)
    assert disputed["band"] == "highly-specialised"


def test_statements_are_counted(site: FlaskClient) -> None:
    """The shipped profile has the statements that its document has; the trader has three each."""
    told = json.loads(site.get(f"{PAIR}.json").data)
    counts = {one["short"]: one["counts"] for one in told["profiles"]}

    assert counts[FIRST] == {
        "requirements": 10, "knowledge": 42, "skills": 47, "behaviours": 40, "examples": 39,
    }  # fmt: skip
    assert counts[SECOND] == {
        "requirements": 4, "knowledge": 8, "skills": 4, "behaviours": 0, "examples": 0,
    }  # fmt: skip


def test_the_score_is_the_published_formula(site: FlaskClient) -> None:
    """15 of 63: the lower levels of 1.1, 1.2 and 5.2, of all the higher levels."""
    told = json.loads(site.get(f"{ALL}.json").data)
    scores = {tuple(one["between"]): (one["score"], one["shared"]) for one in told["similarity"]}

    assert scores == {
        (FIRST, SECOND): (round((6 + 4 + 5) / (56 + 22 - 15), 4), 3),
        (FIRST, THIRD): (round(2 / (56 + 5 - 2), 4), 1),
        (SECOND, THIRD): (round((2 + 3) / (22 + 5 - 5), 4), 2),
    }
    near = {one["short"]: [n["id"] for n in one["nearest"]] for one in told["profiles"]}
    assert near[FIRST] == [iri(SECOND), iri(THIRD)]
    assert near[THIRD] == [iri(SECOND), iri(FIRST)]


def test_three_profiles_share_some(site: FlaskClient) -> None:
    """What two of three ask for is neither shared by all nor one's own."""
    told = json.loads(site.get(f"{ALL}.json").data)
    groups = {one["id"].rpartition("/")[2]: one["group"] for one in told["competences"]}

    assert {name for name, group in groups.items() if group == "shared"} == {"1-2"}
    assert {name for name, group in groups.items() if group == "some"} == {"1-1", "2-1", "5-2"}
    assert short(told["only"][THIRD]) == set()


@pytest.mark.parametrize("left", [SHIPPED, TRADER, HELPER, {}])
@pytest.mark.parametrize("right", [SHIPPED, TRADER, HELPER, {}])
def test_likeness_is_a_likeness(left: dict[str, int], right: dict[str, int]) -> None:
    """0 to 1, the same both ways, 1 with itself, and more for a level that is nearer."""
    score = likeness(left, right)

    assert 0 <= score <= 1
    assert score == likeness(right, left)
    assert likeness(left, left) == (1 if left else 0)
    assert likeness({"x": 5}, {"x": 4}) > likeness({"x": 5}, {"x": 3}) > likeness({"x": 5}, {})


def test_nearest_profiles_share_something(listing: Listing) -> None:
    """The most alike come first, at most as many as are asked for, never the profile itself."""
    found = nearest(iri(FIRST), listing.requirements)

    assert [near.profile for near in found] == [iri(SECOND), iri(THIRD)]
    assert [near.shared for near in found] == [3, 1]
    assert nearest(iri(FIRST), listing.requirements, most=1) == found[:1]


@pytest.mark.parametrize("names", [[], [FIRST], [FIRST, FIRST], ["a", "b", "c", "d", "e"]])
def test_a_comparison_is_of_two_to_four(listing: Listing, names: list[str]) -> None:
    """Fewer or more, each counted once, is an error that says so."""
    with pytest.raises(UsageError, match="2 to 4"):
        compare(map(iri, names), listing.requirements)


def test_own_levels_are_computed_by_the_caller() -> None:
    """What is missing, and how much is there; more than is required adds nothing."""
    found = gaps(HELPER, {"1-2": 8, "9-9": 3})

    assert [(gap.competence, gap.missing) for gap in found] == [("1-2", 0), ("2-1", 3)]
    assert reach(found) == round(2 / 5, 4)
    assert reach(gaps({}, {"1-2": 1})) == 1


# --- the address ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (f"/compare/{SECOND},{FIRST}", PAIR),
        (f"/compare/{SECOND},33393020", PAIR),
        (f"/compare/3339-3020,{SECOND},{SECOND}", PAIR),
        (f"/compare/{SECOND},{FIRST}.ttl", f"{PAIR}.ttl"),
        (f"/compare/{SECOND},{FIRST}.bg.html", f"{PAIR}.bg.html"),
        (f"/compare/{SECOND},{FIRST}?format=csv&bom=1", f"{PAIR}?format=csv&bom=1"),
        (f"/compare?ids={SECOND},{FIRST}", PAIR),
        (f"/compare?ids=52212001,{BASE}id/profile/{FIRST}&lang=bg", f"{PAIR}?lang=bg"),
    ],
)
def test_one_comparison_has_one_address(site: FlaskClient, asked: str, place: str) -> None:
    """Any other order, and codes, lead to it; so does the form."""
    answer = site.get(asked)

    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    assert site.get(place).status_code == 200


@pytest.mark.parametrize(
    ("suffix", "accept", "media_type"),
    [
        ("", "text/html,*/*;q=0.8", "text/html"),
        ("", "text/turtle;charset=utf-8", "text/turtle"),
        ("", "application/json", "application/json"),
        ("", "text/csv", "text/csv"),
        (".ttl", "text/html", "text/turtle"),
        (".json", "text/html", "application/json"),
        (".csv", "text/html", "text/csv"),
        (".jsonld", "", "application/ld+json"),
        (".nt", "", "application/n-triples"),
        (".rdf", "", "application/rdf+xml"),
        (".html", "", "text/html"),
        (".en.html", "", "text/html"),
        ("?format=turtle", "text/html", "text/turtle"),
        ("?format=nt", "text/html", "application/n-triples"),
    ],
)
def test_each_format(site: FlaskClient, suffix: str, accept: str, media_type: str) -> None:
    """A suffix decides, else `format`, else Accept; the variant is named, and revalidated."""
    headers = {"Accept": accept} if accept else {}
    answer = site.get(PAIR + suffix, headers=headers)

    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]
    assert site.get(answer.headers["Content-Location"]).data == answer.data
    links = ", ".join(answer.headers.getlist("Link"))
    assert f'<{BASE}compare/{FIRST},{SECOND}>; rel="canonical"' in links
    assert f'<{PAIR}.csv>; rel="alternate"; type="text/csv"' in links
    headers["If-None-Match"] = answer.headers["ETag"]
    assert site.get(PAIR + suffix, headers=headers).status_code == 304
    assert site.head(PAIR + suffix).status_code == 200


def test_json_and_turtle_say_what_the_store_says(
    site: FlaskClient, three_profiles: Release
) -> None:
    """JSON is JSON-LD; all that is said of the profiles is in the release, and nothing else."""
    context = json.loads(site.get("/context/v1.jsonld").data)["@context"]
    told = json.loads(site.get(f"{PAIR}.json").data)
    told["@context"][0] = context
    from_json = set(ox.parse(json.dumps(told), format=ox.RdfFormat.JSON_LD))
    from_turtle = set(ox.parse(site.get(f"{PAIR}.ttl").data, format=ox.RdfFormat.TURTLE))
    own = {q for q in from_turtle if str(q.subject).startswith(f"<{BASE}compare/")}
    store = ox.Store.read_only(str(three_profiles.store))

    assert len(from_json) > 100
    assert len(from_turtle - own) > 100
    for quad in from_json | from_turtle - own:
        assert quad in store
    assert not [q for q in from_turtle if ox.BlankNode in (type(q.subject), type(q.object))]


def test_turtle_has_groups_and_scores(site: FlaskClient) -> None:
    """Collections say what is shared, an association of the Similarity Ontology how alike."""
    found = ox.Store()
    found.load(site.get(f"{ALL}.ttl").data, format=ox.RdfFormat.TURTLE)
    prefixes = (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        "PREFIX sim: <http://purl.org/ontology/similarity/> "
    )
    here = f"{BASE}compare/{FIRST},{SECOND},{THIRD}"
    members = found.query(f"{prefixes} SELECT ?c {{ <{here}#only-{SECOND}> skos:member ?c }}")
    shared = found.query(f"{prefixes} SELECT ?c {{ <{here}#shared> skos:member ?c }}")
    scores = found.query(
        f"{prefixes} SELECT ?w {{ <{here}#{SECOND},{THIRD}> a sim:Similarity ; "
        f"sim:element <{iri(SECOND)}>, <{iri(THIRD)}> ; sim:weight ?w }}"
    )

    assert [row["c"].value for row in shared] == [iri("1-2")]
    assert not list(members)
    assert [row["w"].value for row in scores] == ["0.2273"]


def test_csv_has_a_row_for_each_competence(site: FlaskClient) -> None:
    """Columns of each profile stand under its identifier; `bom=1` is for Excel."""
    answer = site.get(f"{PAIR}.csv?bom=1")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(answer.text[1:]))}

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert rows["1.2"][f"level_{FIRST}"] == "6"
    assert rows["1.2"][f"level_{SECOND}"] == "4"
    assert rows["1.2"]["difference"] == "2"
    assert [rows[code][f"gap_{SECOND}"] for code in ("1.1", "1.2", "2.1")] == ["0", "-2", ""]
    assert list(rows["1.2"])[-1] == f"gap_{SECOND}"
    assert rows["2.1"][f"level_{FIRST}"] == ""
    assert rows["5.2"][f"min_level_{SECOND}"] == "6"
    assert rows["5.2"][f"level_status_{SECOND}"] == "disputed"
    assert rows["1.1"][f"statements_{SECOND}"] == "3"


@pytest.mark.parametrize(("lang", "words"), [("bg", "Само в"), ("en", "Only in")])
def test_the_page_is_whole_in_both_languages(site: FlaskClient, lang: str, words: str) -> None:
    """It shows the groups, the levels, the formula, and leads to every twin."""
    page = site.get(f"{ALL}.{lang}.html").text

    assert f'<html lang="{lang}">' in page
    assert page.count(words) >= 3
    assert "6–7" in page
    assert ("0,24" if lang == "bg" else "0.24") in page
    assert "0.2381" not in page
    assert ("твърдения: 168" if lang == "bg" else "statements: 168") in page
    for twin in ("ttl", "json", "csv", "jsonld", "nt", "rdf"):
        assert f'href="{ALL}.{twin}"' in page
    assert words.split()[0] not in site.get(f"{ALL}.{'en' if lang == 'bg' else 'bg'}.html").text


def test_the_difference_has_a_sign_and_a_picture(site: FlaskClient) -> None:
    """A row has a dot at the level of each profile, joined, and how far it is from the first."""
    pair = level_rows(site.get(f"{PAIR}.en.html").text)
    three = level_rows(site.get(f"{ALL}.bg.html").text)

    assert pair["1.1"] == ([("6", "AB")], "0")
    assert pair["1.2"] == ([("4", "B"), ("6", "A")], "−2")
    assert pair["5.2"] == ([("5", "A"), ("7", "B")], "+2")
    assert pair["2.1"] == ([("5", "B")], "–")
    assert three["1.2"] == ([("2", "В"), ("4", "Б"), ("6", "А")], "Б\xa0−2, В\xa0−4")


def level_rows(page: str) -> dict[str, tuple[list[tuple[str, str]], str]]:
    """Return code -> the dots of its picture, each with its level, and the difference."""
    found = {}
    for row in re.findall(r'<th scope="row">(\d\.\d) (.*?)</tr>', page, re.DOTALL):
        dots = re.findall(r'<em class="from-(\d) to-\1">(\w+)</em>', row[1])
        found[row[0]] = dots, row[1].rpartition("</span>")[2].partition("</td>")[0].strip()
    return found


def test_profiles_share_a_radar(site: FlaskClient) -> None:
    """Each has a line of its own colour, dashes and marks, and a column of the table (X-06)."""
    page = site.get(f"{ALL}.en.html").text
    lines = re.findall(r'class="line series-(\d)" d="[^"]+ Z" stroke-dasharray="([^"]+)"', page)
    marks = re.findall(r'class="dots series-(\d)" d="(M[^"]+)"', page)[:3]
    table = page.partition('<table class="measured">')[2].partition("</table>")[0]

    assert lines == [("1", "none"), ("2", "9 4"), ("3", "2 4")]
    assert [path.count("M") for _, path in marks] == [6, len(TRADER), len(HELPER)]
    assert table.count("<tr") == 1 + 21 + 1
    assert "(6–7, disputed)" in table
    picture = site.get(f"/radar/{SECOND},{FIRST},{THIRD}.svg?lang=en")
    assert picture.location == f"/radar/{FIRST},{SECOND},{THIRD}.svg?lang=en"
    told = site.get(picture.location).text
    for name, levels in (("Trader", TRADER), ("Helper", HELPER)):
        assert name in told
        assert told.count(": level ") >= len(levels)
    assert f'href="/radar/{FIRST},{SECOND},{THIRD}.svg?lang=en"' in page


def test_profiles_are_chosen_from_a_list(site: FlaskClient) -> None:
    """A form of boxes leads to the comparison; a profile that is named alone is chosen already."""
    page = site.get("/compare?lang=bg").text
    begun = site.get(f"/compare?ids={FIRST}&lang=bg").text

    assert re.findall(r'name="ids" value="([^"]+)"', page) == [FIRST, THIRD, SECOND]
    assert "checked" not in page
    assert re.findall(r'name="ids" value="([^"]+)" checked', begun) == [FIRST]
    assert (
        f'href="/compare?ids={FIRST}&amp;lang=bg"' in site.get(f"/doc/profile/{FIRST}.bg.html").text
    )
    sent = site.get(f"/compare?lang=bg&ids={SECOND}&ids={FIRST}&ids=")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{PAIR}?lang=bg")
    assert site.get(f"/compare?ids={FIRST}&page=2").status_code == 200
    assert site.get("/compare?ids=nobody").status_code == 404
    assert site.get("/compare?lang=bg&lang=en").status_code == 400


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        (f"/compare/{FIRST},p-37q68h4y", 404, "p-37q68h4y"),
        ("/compare/x,y", 404, "x, y"),
        (f"/compare/{FIRST}", 400, "2"),
        (f"/compare/{FIRST},{FIRST}", 400, "2"),
        (f"/compare/{FIRST},33393020", 400, "1"),
        ("/compare/" + ",".join(map(str, range(9000))), 400, "9000"),
        (f"{PAIR}?limit=3", 400, "limit"),
        (f"{PAIR}?bom=1&bom=1", 400, "bom"),
        (f"{PAIR}?format=tsv", 400, "tsv"),
        (f"{PAIR}?bom=2", 400, "bom"),
        ("/compare?id=x", 400, "id"),
        (f"/compare/{FIRST}\x00,{SECOND}", 404, FIRST),
    ],
)
def test_what_cannot_be_compared(site: FlaskClient, asked: str, status: int, told: str) -> None:
    """A problem document says what is wrong, in both languages."""
    for lang in ("bg", "en"):
        answer = site.get(asked, headers={"Accept-Language": lang})
        problem = json.loads(answer.data)

        assert (answer.status_code, problem["status"]) == (status, status)
        assert answer.mimetype == "application/problem+json"
        assert told in problem["detail"]
        assert answer.headers["Content-Language"] == lang


def test_the_nearest_code_is_told(site: FlaskClient) -> None:
    """Who mistypes an identifier is told what it may have been."""
    problem = json.loads(site.get(f"/compare/{FIRST},p-9helper1").data)

    assert [one["id"] for one in problem["nearest"]] == [iri(THIRD)]


def test_a_retired_profile_stands_for_its_successor(site: FlaskClient) -> None:
    """A comparison that was linked to goes on leading somewhere (V-05)."""
    answer = site.get(f"/compare/{RETIRED},{SECOND}")

    assert (answer.status_code, answer.headers["Location"]) == (303, PAIR)


def test_accept_that_nothing_fits(site: FlaskClient) -> None:
    """406 lists what there is."""
    answer = site.get(PAIR, headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert "text/csv" in {one["media_type"] for one in json.loads(answer.data)["choices"]}


def test_who_requires_a_competence_is_told_by_name(site: FlaskClient) -> None:
    """The highest level first; within a level the names are in order (X-04)."""
    page = site.get("/doc/digcomp21/1-1.en.html").text
    level = site.get("/doc/digcomp21/1-1/level-6.bg.html").text

    assert page.index("Organiser, customer relations</a>") < page.index("Trader</a>")
    assert level.index("Организатор, работа с клиенти</a>") < level.index("Търговец</a>")


# --- one's own levels ----------------------------------------------------------------------------


def test_own_levels_need_nothing_of_the_server(site: FlaskClient) -> None:
    """The page has the required levels, and no field that a browser would send."""
    for lang in ("bg", "en"):
        page = site.get(f"/own-levels/{THIRD}?lang={lang}").text

        assert re.findall(r'data-required="(\d)"', page) == [str(v) for v in HELPER.values()]
        assert f'<html lang="{lang}">' in page
        assert "<select name" not in page
        assert page.count("<form") == site.get(f"/policy?lang={lang}").text.count("<form")
    assert site.get("/own-levels/96290001").headers["Location"] == f"/own-levels/{THIRD}?lang=en"
    assert site.get("/own-levels/nobody").status_code == 404
    assert site.get(f"/own-levels/{THIRD}?level=3").status_code == 400


@pytest.fixture(scope="module")
def live(three_profiles: Release) -> Iterator[tuple[str, Browser]]:
    """Yield the URL of a server of three profiles, and a browser."""
    with serving(three_profiles.folder.parent) as url, browsing() as browser:
        yield url, browser


def test_own_levels_are_computed_in_the_browser(live: tuple[str, Browser]) -> None:
    """What is missing, and how much is covered; no request follows a choice."""
    url, browser = live
    with visiting(browser) as visit:
        visit.page.goto(f"{url}own-levels/{THIRD}?lang=en")
        visit.page.wait_for_load_state("networkidle")
        before = len(visit.requests)
        first, second = visit.page.locator("select").all()
        first.select_option("8")
        second.select_option("1")

        assert [one.text_content() for one in visit.page.locator("td output").all()] == ["0", "2"]
        assert visit.page.locator("[data-reach]").text_content() == "60"
        assert len(visit.requests) == before
        assert visit.complaints == []
        assert visit.page.context.cookies() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_comparison_is_no_barrier(
    live: tuple[str, Browser], theme: Literal["light", "dark"]
) -> None:
    """Axe finds nothing in either language and theme; nothing scrolls sideways (X-12)."""
    url, browser = live
    with barriers(browser, {"width": 320, "height": 800}, theme) as (visit, judge):
        for path in (f"{PAIR}.bg.html", f"{ALL}.en.html", "/compare?lang=bg", "/matrix?lang=en"):
            visit.page.goto(url + path[1:])
            assert judge() == [], path
        assert visit.complaints == []


# --- the command ---------------------------------------------------------------------------------


def run(release: Release, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on three profiles."""
    command = [sys.executable, "-m", "digigraph", "--lang", "en", "compare", *words]
    return subprocess.run(
        [*command, "--releases", str(release.folder.parent)], capture_output=True, text=True
    )


def test_the_command_says_what_the_service_says(site: FlaskClient, three_profiles: Release) -> None:
    """`--json` is the JSON of the address; without it, a table for people."""
    as_json = run(three_profiles, SECOND, "33393020", "--json")
    as_text = run(three_profiles, FIRST, SECOND)

    assert json.loads(as_json.stdout) == json.loads(site.get(f"{PAIR}.json").data)
    assert f"{FIRST} – {SECOND}: alike 0.2381, shared 3" in as_text.stdout
    assert "Evaluating data" in as_text.stdout


def test_own_levels_stay_with_the_command(three_profiles: Release, tmp_path: Path) -> None:
    """A file of codes and levels is compared with one profile, in CSV or JSON."""
    table, tree = tmp_path / "own.csv", tmp_path / "own.json"
    table.write_text("1.2,8\n2.1,1\n", encoding="utf-8")
    tree.write_text('{"1.2": 8, "2-1": 1}', encoding="utf-8")

    told = json.loads(run(three_profiles, THIRD, "--own", str(table), "--json").stdout)

    assert told["reach"] == round((2 + 1) / 5, 4)
    assert [one["missing"] for one in told["competences"]] == [0, 2]
    assert json.loads(run(three_profiles, THIRD, "--own", str(tree), "--json").stdout) == told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [((FIRST,), 2, "2 to 4"), (("nobody", FIRST), 3, "no such profile")],
)
def test_the_command_refuses(
    three_profiles: Release, words: tuple[str, ...], code: int, told: str
) -> None:
    """Wrong usage is 2, what is not there is 3."""
    done = run(three_profiles, *words)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    "written",
    ["code,level\n1.2,8\n2.1,1\n", "Код;Ниво\r\n1.2;8\r\n2.1;1\r\n", "1.2\t8\n\n2-1\t1\tnote\n"],
    ids=["header", "semicolons", "tabs"],
)
def test_own_levels_as_spreadsheets_write_them(
    three_profiles: Release, tmp_path: Path, written: str
) -> None:
    """A header row is passed over; commas, semicolons and tabs are all read."""
    own = tmp_path / "own.csv"
    own.write_text(written, encoding="utf-8-sig", newline="")

    told = json.loads(run(three_profiles, THIRD, "--own", str(own), "--json").stdout)

    assert told["reach"] == round((2 + 1) / 5, 4)


def test_rows_of_own_levels_that_cannot_be_used(three_profiles: Release, tmp_path: Path) -> None:
    """Unknown and repeated codes and impossible levels are told at once, each with its line."""
    own = tmp_path / "own.csv"
    own.write_text("code,level\n1.2,5\n9.9,3\n1-2,4\n2.1,9\n1.1,high\n", encoding="utf-8")

    done = run(three_profiles, THIRD, "--own", str(own), "--json")

    assert (done.returncode, done.stdout) == (3, "")
    for words in (
        "line 3: no competence has the code “9.9”",
        "line 4: “1-2” is there already on line 2, as “1.2”",
        "line 5: “2.1”: a level is 1 to 8",
        "line 6: “1.1”: a level is 1 to 8, or 0 for none; found “high”",
    ):
        assert words in done.stderr


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        (b'1.1,5\n"1.2,5\n', ":", "the quotes do not close"),
        (b"1.1,5\n1.2\n", ":2: ", "one cell alone"),
        (b"1.1,5\n\xff\xfe\n", ":2: ", "UTF-8"),
        (b'{"1.1": 5,\n"1.2"}', ":2: ", "no JSON"),
        (b'{"1.1": 5, "1.1": 6}', ": ", "is there already"),
        (b'{"1.1": [5]}', ": ", "found “[5]”"),
        (b"", ": ", "no levels here"),
    ],
)
def test_a_file_that_holds_no_levels(
    three_profiles: Release, tmp_path: Path, written: bytes, place: str, words: str
) -> None:
    """What is wrong is said with the file and the line, and is exit code 3."""
    own = tmp_path / "own"
    own.write_bytes(written)

    done = run(three_profiles, THIRD, "--own", str(own))

    assert (done.returncode, done.stdout) == (3, "")
    assert f"{own}{place}" in done.stderr
    assert words in done.stderr
