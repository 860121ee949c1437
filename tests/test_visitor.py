"""What a visitor does from page to page: compare, copy, download, go on by keyboard, follow links.

Needs Chromium for what a browser does; what is skipped says what to install.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from browsers import Visit, browsing, visiting
from conftest import BASE, ISSUED, VERSION, quads_of
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, expect
from servers import serving
from three import FIRST, SECOND

from digigraph.release import Release, write_release
from digigraph.web import Settings, create_app

MANY = 300
ALIKE = re.compile(r"\d+|[cspdqm]-[0-9a-z]{8,12}|%[0-9A-F]{2}")
"""What addresses of one kind differ in."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser, for the tests of this file."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def site(three_profiles: Release) -> Iterator[str]:
    """Yield the URL of a server over three profiles."""
    with serving(three_profiles.folder.parent, "--access-log", "") as url:
        yield url


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Yield the page of a new reader, for whom nothing moves on its own."""
    asked = {"permissions": ["clipboard-read", "clipboard-write"], "reduced_motion": "reduce"}
    with visiting(browser, **asked) as found:
        yield found


def test_two_profiles_are_compared(visit: Visit, site: str) -> None:
    """From the form to a lasting address, with how much levels differ (X-03)."""
    page = visit.page
    page.goto(f"{site}compare?lang=en")
    for profile in (FIRST, SECOND):
        page.locator(f"input[value={profile}]").check()
    page.get_by_role("main").get_by_role("button", name="Compare").click()

    page.wait_for_url(re.compile(f"/compare/{FIRST},{SECOND}"))
    main = page.locator("main")
    expect(main).to_contain_text("Trader")
    differing = main.locator("tbody tr", has_text="Identifying needs").first
    expect(differing).to_contain_text(re.compile("7.*2", re.DOTALL))
    assert visit.complaints == []


def test_a_snippet_is_copied(visit: Visit, site: str) -> None:
    """What is opened and copied is the whole snippet, as a program reads it (X-20)."""
    page = visit.page
    page.goto(f"{site}doc/profile/{FIRST}?lang=en")
    snippet = page.locator(".linking details", has_text="Open Badges 3")
    snippet.locator("summary").click()
    snippet.get_by_role("button", name="Copy").click()
    expect(snippet.get_by_role("button", name="Copied")).to_be_visible()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))

    assert copied["alignment"][0]["targetUrl"] == f"{BASE}id/profile/{FIRST}"


def test_a_file_is_downloaded(visit: Visit, site: str, tmp_path: Path) -> None:
    """A click brings the file, and it has the checksum that its card tells (X-09)."""
    page = visit.page
    page.goto(f"{site}downloads?lang=en")
    card = page.locator(".downloads > li", has=page.get_by_role("link", name="levels.csv")).first
    card.locator("summary").click()
    told = card.locator("code.sum").first.inner_text()
    with page.expect_download() as coming:
        card.locator("h3 a").click()
    coming.value.save_as(tmp_path / "file.csv")

    assert hashlib.sha256((tmp_path / "file.csv").read_bytes()).hexdigest() == told


FOCUSED = """() => {
  const one = document.activeElement;
  const box = one.getClientRects()[0] || one.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const start = box.height > innerHeight ? Math.max(box.top, 0) : box.top;  // of a long table
  const y = start + Math.min(box.height / 2, 12);
  const seen = document.elementFromPoint(x, y);
  return {
    name: `${one.tagName} ${(one.textContent || one.name || "").trim().slice(0, 40)}`,
    body: one === document.body,
    hidden: y < 0 || y > innerHeight || !seen || !(one.contains(seen) || seen.contains(one)),
    outlined: getComputedStyle(one).outlineStyle !== "none",
    last: one === [...document.querySelectorAll("footer a")].pop(),
  };
}"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", [f"doc/profile/{FIRST}", "matrix", "downloads", "quality"])
def test_a_page_is_walked_by_keyboard_to_its_end(
    visit: Visit, site: str, path: str, width: int
) -> None:
    """Tab goes on to the last link; what has the focus is marked and in sight (2.1.2, 2.4.11)."""
    walk(visit.page, f"{site}{path}?lang=en", width)


def walk(page: Page, address: str, width: int) -> None:
    """Press Tab from the beginning of a page to its end, and look at what has the focus."""
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address)
    wrong = []
    for _ in range(600):
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUSED)
        if told["hidden"] or not told["outlined"]:
            wrong.append(told)
        if told["last"] or told["body"]:
            break

    assert told["last"]
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "path",
    ["", "profiles", "framework", "tree", "search?q=клиенти", "changes", "about", "queries",
     "compare", f"compare/{FIRST},{SECOND}", f"own-levels/{FIRST}", "doc/digcomp21/1-2",
     "around/digcomp21/1-2", "doc/competence/c-g66mpmtj", "doc/def"],
)  # fmt: skip
def test_every_other_page_is_walked_too(visit: Visit, site: str, path: str, width: int) -> None:
    """What holds of the pages above holds of each kind of page (2.1.2, 2.4.11)."""
    walk(visit.page, f"{site}{path}{'&' if '?' in path else '?'}lang=en", width)


def to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    wanted = target.element_handle()
    for _ in range(300):
        if page.evaluate("one => document.activeElement === one", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def test_a_visit_needs_no_mouse(visit: Visit, site: str) -> None:
    """Theme, search, source line, snippet, comparison and language, all by keyboard (X-12)."""
    page, keys = visit.page, visit.page.keyboard
    page.goto(f"{site}?lang=bg")
    to(page, page.get_by_role("button", name="Тъмна тема"))
    keys.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    keys.press("/")
    keys.type("организаторите")
    keys.press("Enter")
    to(page, page.locator(f".results a[href*='{FIRST}']").first)
    keys.press("Enter")
    row = page.locator(".strip tbody", has=page.locator(".mark"))
    to(page, row.locator(".more summary").first)
    keys.press("Enter")
    line = row.locator(".sources details").first
    to(page, line.locator("summary"))
    keys.press("Enter")
    expect(line.locator("blockquote")).to_contain_text("Напреднало")
    snippet = page.locator(".linking details", has_text="BibTeX")
    to(page, snippet.locator("summary"))
    keys.press("Enter")
    to(page, snippet.get_by_role("button"))
    keys.press("Enter")
    expect(snippet.get_by_role("button", name="Копирано")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@")

    page.goto(f"{site}compare?ids={FIRST}&lang=bg")
    to(page, page.locator(f"input[value={SECOND}]"))
    keys.press("Space")
    to(page, page.get_by_role("main").get_by_role("button", name="Сравнете"))
    keys.press("Enter")
    page.wait_for_url(re.compile(f"/compare/{FIRST},{SECOND}"))
    to(page, page.get_by_role("link", name="English"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Comparison of profiles")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert visit.complaints == []
    assert len(visit.hosts()) == 1


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Yield a client of a release of many profiles, each with two requirements."""
    into = tmp_path_factory.mktemp("many")
    told = "".join(_profile(number) for number in range(MANY))
    names = "".join(
        f"<id/digcomp21/1-{n}> a dgc:Competence, dgc:FrameworkCompetence, skos:Concept ; "
        f'skos:prefLabel "Първа {n}"@bg ; skos:notation "1.{n}" ; '
        "skos:broader <id/digcomp21/area-1> .\n"
        for n in (1, 2)
    )
    levels = "".join(
        f"<id/digcomp21/level-{n}> a dgc:ProficiencyLevel ; dgc:rank {n} .\n" for n in range(1, 9)
    )
    release = write_release(
        into, quads_of(told + names + levels, "profiles"), version=VERSION, issued=ISSUED,
        base=BASE, inputs_digest="many",
    )  # fmt: skip
    app = create_app(Settings(releases=into, access_log=""), release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def _profile(number: int) -> str:
    this = f"id/profile/p-0000{number:04}"
    needs = ", ".join(f"<{this}/req/1-{n}>" for n in (1, 2))
    told = (
        f'<{this}> a dgc:OccupationProfile ; skos:prefLabel "Профил {number:03}"@bg ; '
        f'dct:title "Профил {number:03}"@bg ; dgc:hasRequirement {needs} .\n'
    )
    for n in (1, 2):
        level = (number * n) % 8 + 1
        told += (
            f"<{this}/req/1-{n}> a dgc:CompetenceRequirement ; dgc:requirementOf <{this}> ; "
            f"dgc:requiresCompetence <id/digcomp21/1-{n}> ; dgc:position {n} ; "
            f"dgc:requiredLevel <id/digcomp21/level-{level}> ; dgc:levelStatus dgc:Agreed ; "
            f"dgc:minLevelRank {level} ; dgc:maxLevelRank {level} .\n"
        )
    return told


def tree(client: FlaskClient, path: str) -> Any:
    """Return a page as a tree."""
    told = client.get(path, headers={"Accept": "text/html"})
    assert told.status_code == 200, path
    return html5lib.parse(told.text, namespaceHTMLElements=False)


@pytest.mark.long
def test_the_matrix_of_many_profiles_comes_in_pages(many: FlaskClient) -> None:
    """Each profile is on one page; no page has them all; sorting and filters hold over all."""
    place, rows, pages = "/matrix?lang=bg&sort=1.1", [], 0
    while place:
        root = tree(many, place)
        here = root.findall(".//table[@class='matrix']/tbody/tr")
        rows += [(row.find("th/a").get("href"), row.find("td/a").text) for row in here]
        pages += 1
        assert len(here) < MANY
        following = root.find(".//p[@class='actions']/a[@rel='next']")
        place = "" if following is None else following.get("href")

    levels = [int(level) for _, level in rows]
    assert pages > 1
    assert len({link for link, _ in rows}) == len(rows) == MANY
    assert levels == sorted(levels, reverse=True)
    few = tree(many, "/matrix?lang=bg&competence=1.1&level=8")
    told = " ".join("".join(few.find(".//main").itertext()).split())
    assert f"от {sum(level == 8 for level in levels)}" in told


@pytest.mark.long
def test_every_link_leads_somewhere(three_profiles: Release) -> None:
    """From the start page on, in both languages, no link within the service is broken.

    Of addresses of one kind, one is followed; a place in a profile or a document that a followed
    page leads to is there.
    """
    app = create_app(Settings(releases=three_profiles.folder.parent, access_log=""), three_profiles)
    client, kinds = app.test_client(), Counter[str]()
    waiting, broken = deque(["/?lang=bg", "/?lang=en"]), []
    ids: dict[str, set[str]] = {}
    anchors: dict[tuple[str, str], str] = {}
    while waiting:
        place = waiting.popleft()
        with client.get(place, headers={"Accept": "text/html, */*"}, follow_redirects=True) as got:
            if got.status_code != 200:
                broken.append(f"{place}: {got.status_code}")
            if got.mimetype != "text/html" or got.status_code != 200:
                continue
            root = html5lib.parse(got.text, namespaceHTMLElements=False)
            here = got.request.full_path
        ids[place] = {one.get("id") for one in root.iter() if one.get("id")}
        for one in root.iter():
            link = one.get("href") or one.get("src") or ""
            found = urlsplit(urljoin(f"http://localhost{here}", link))
            if not link or found.netloc != "localhost":
                continue
            target = found._replace(scheme="", netloc="", fragment="").geturl()
            if found.fragment and target.startswith(("/doc/profile/", "/doc/source/")):
                anchors.setdefault((target, found.fragment), place)
            kind = ALIKE.sub("0", target)
            kinds[kind] += 1
            if kinds[kind] == 1:
                waiting.append(target)
    app.extensions["digigraph"].pool.close()

    lost = [
        f"{place}: {target}#{name}"
        for (target, name), place in anchors.items()
        if target in ids and name not in ids[target]
    ]
    assert len(ids) > 50
    assert broken == []
    assert lost == []
