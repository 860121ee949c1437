"""`/sparql` in a real browser: the editor, its keyboard, its links, and that it asks only us.

S-11, S-12, H-17, X-11, X-12, X-15. Needs Chromium; what is skipped says what to install.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from browsers import Visit, browsing, visiting
from playwright.sync_api import Browser, Page, ViewportSize, expect
from servers import serving

from digigraph.release import Release
from digigraph.web.assets import assets

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NO_EDITOR = "needs the editor's files: make serve, with npm installed"
WIDTHS = {"desk": 1280, "phone": 360}
QUERY = "SELECT ?n WHERE { VALUES ?n { 1 20 3 } }"
BROKEN = "SELECT ?n WHERE {\n  ?n ?p \n  ??? }"
REFUSED_BY_US = "status of 400"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser, for the tests of this file."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def site(shipped_release: Release) -> Iterator[str]:
    """Yield the URL of a server over the shipped release."""
    with serving(shipped_release.folder.parent, "--access-log", "") as url:
        yield url


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Yield the page of a new reader; skip where there is no editor to see."""
    if not assets():
        pytest.skip(NO_EDITOR)
    with visiting(browser) as found:
        yield found


def open_editor(page: Page, site: str, lang: str = "en", fragment: str = "") -> None:
    """Open the page and wait for its editor."""
    page.goto(f"{site}sparql?lang={lang}{fragment}")
    page.locator("form[data-ready]").wait_for()


def write(page: Page, query: str) -> None:
    """Put a query in the place of what the editor holds, by keyboard."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(query)
    page.keyboard.press("Escape")  # closes suggestions, if any are shown
    page.locator(".CodeMirror").click()


def text_of(page: Page) -> str:
    """Return what the editor holds, as a form would send it."""
    return str(page.locator("#query").input_value())


def cells(page: Page, column: int = 0) -> list[str]:
    """Return what a column of the answer shows."""
    return page.locator(f"#answer tbody tr td:nth-child({column + 1})").all_inner_texts()


def test_the_editor_takes_the_place_of_the_field(visit: Visit, site: str) -> None:
    """The editor holds the query of the form, coloured; the plain field is out of sight."""
    open_editor(visit.page, site)

    expect(visit.page.locator("#query")).to_be_hidden()
    expect(visit.page.locator(".CodeMirror .cm-keyword").first).to_be_visible()
    assert text_of(visit.page).startswith("PREFIX")
    assert visit.complaints == []


def test_an_example_card_runs(visit: Visit, site: str) -> None:
    """A card puts its query in the editor, shows the answer and makes the address a link to it."""
    open_editor(visit.page, site)

    card = visit.page.locator("#examples li", has_text="Requirements of a profile").first
    card.get_by_role("link", name="Run").click()

    expect(visit.page.locator("#answer table")).to_be_visible()
    assert len(cells(visit.page)) == 10
    assert "dgc:requirementOf" in text_of(visit.page)
    assert visit.page.url.partition("#")[2].startswith("query=PREFIX")
    expect(visit.page.locator("#status")).to_contain_text("Answered in")
    assert visit.complaints == []


def test_a_card_opens_in_the_editor_without_running(visit: Visit, site: str) -> None:
    """`Open in the editor` brings the query and waits."""
    open_editor(visit.page, site)

    card = visit.page.locator("#examples li", has_text="Requirements of a profile").first
    card.get_by_role("button", name="Open in the editor").click()

    assert "dgc:requirementOf" in text_of(visit.page)
    expect(visit.page.locator("#answer")).to_have_count(0)


def test_iris_of_an_answer_are_short_and_lead_here(visit: Visit, site: str) -> None:
    """An IRI of ours is shown without our base and leads to this service, where it opens."""
    open_editor(visit.page, site)
    write(visit.page, "SELECT * { ?p a <https://w3id.org/digigraph/def#OccupationProfile> }")
    visit.page.keyboard.press("Control+Enter")

    link = visit.page.locator("#answer td a").first
    expect(link).to_have_text(re.compile(r"^id/profile/p-"))
    link.click()

    visit.page.wait_for_url(f"{site}doc/**")
    expect(visit.page.locator("h1")).to_contain_text("Organiser")


def test_the_answer_downloads_in_every_format(visit: Visit, site: str) -> None:
    """Under a table are JSON, XML, CSV, TSV, and CSV with the mark that Excel needs (S-12)."""
    open_editor(visit.page, site)
    write(visit.page, QUERY)
    visit.page.keyboard.press("Control+Enter")
    names = visit.page.locator("#answer p a")
    expect(names).to_have_text(["JSON", "XML", "CSV", "TSV", "CSV for Excel"])

    excel = visit.page.request.get(str(names.last.evaluate("a => a.href")))

    assert excel.body() == b"\xef\xbb\xbfn\r\n1\r\n20\r\n3\r\n"


def test_rows_are_sorted_by_a_heading(visit: Visit, site: str) -> None:
    """A heading sorts the rows that are shown, numbers as numbers, and says how."""
    open_editor(visit.page, site)
    write(visit.page, QUERY)
    visit.page.keyboard.press("Control+Enter")
    heading = visit.page.locator("#answer th").first

    heading.get_by_role("button").click()
    upwards = [cell.split()[0] for cell in cells(visit.page)]
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").press("Enter")
    downwards = [cell.split()[0] for cell in cells(visit.page)]

    assert upwards == ["1", "3", "20"]
    assert downwards == ["20", "3", "1"]


@pytest.mark.parametrize(
    ("lang", "title", "place"),
    [
        ("bg", "Заявката на SPARQL не може да се прочете", "ред 3, колона"),
        ("en", "The SPARQL query cannot be read", "line 3, column"),
    ],
    ids=["bg", "en"],
)
def test_an_error_is_shown_and_marked(
    visit: Visit, site: str, lang: str, title: str, place: str
) -> None:
    """The problem document is shown in words and its line and token are marked (S-06, H-14)."""
    open_editor(visit.page, site, lang)
    write(visit.page, BROKEN)
    visit.page.keyboard.press("Control+Enter")

    problem = visit.page.get_by_role("alert")
    expect(problem).to_contain_text(title)
    expect(problem).to_contain_text(place)
    line = visit.page.locator(".CodeMirror-code > div", has=visit.page.locator(".failed"))
    expect(line.locator(".CodeMirror-linenumber")).to_have_text("3")
    expect(line.locator(".unreadable")).to_have_count(1)
    assert [said for said in visit.complaints if REFUSED_BY_US not in said] == []

    write(visit.page, QUERY)
    visit.page.keyboard.press("Control+Enter")
    expect(visit.page.locator("#answer table")).to_be_visible()
    expect(visit.page.locator(".failed")).to_have_count(0)


def test_an_answer_and_an_error_come_into_view(browser: Browser, site: str) -> None:
    """On a phone, what comes of asking is not left below the window."""
    if not assets():
        pytest.skip(NO_EDITOR)
    with visiting(browser, viewport={"width": 360, "height": 640}) as visit:
        open_editor(visit.page, site)
        write(visit.page, QUERY)
        visit.page.locator("#run").click()
        expect(visit.page.locator("#answer h2")).to_be_in_viewport()

        write(visit.page, BROKEN)
        visit.page.locator("#run").click()
        expect(visit.page.locator("#problem h2")).to_be_in_viewport()


def test_a_link_opens_the_same_query_elsewhere(browser: Browser, visit: Visit, site: str) -> None:
    """The query stands in the fragment: whoever gets the link has it, and no server sees it."""
    query = 'SELECT ("ѝ & #+%" AS ?x)\nWHERE {}'
    open_editor(visit.page, site, "bg")
    write(visit.page, query)
    visit.page.get_by_role("button", name="Копирайте връзка").click()
    expect(visit.page.locator("#status")).not_to_be_empty()
    link = visit.page.url

    with visiting(browser) as other:
        other.page.goto(link)
        other.page.locator("form[data-ready]").wait_for()
        held = text_of(other.page)

    assert held == query
    assert urlsplit(link).query == "lang=bg"
    assert not any(quote("ѝ") in url for url in other.requests if "#" not in url)


def test_a_changed_fragment_changes_the_query(visit: Visit, site: str) -> None:
    """A link to another query, followed on the same page, brings that query."""
    open_editor(visit.page, site)

    visit.page.evaluate("location.hash = 'query=' + encodeURIComponent('ASK { ?s ?p 1 }')")

    expect(visit.page.locator("#query")).to_have_value("ASK { ?s ?p 1 }")


@pytest.mark.parametrize(
    ("lang", "other"), [("bg", "English"), ("en", "Български")], ids=["bg", "en"]
)
def test_the_language_changes_and_the_query_stays(
    visit: Visit, site: str, lang: str, other: str
) -> None:
    """Each language leads to the other with the query that is in the editor (X-11)."""
    open_editor(visit.page, site, lang)
    write(visit.page, QUERY)

    visit.page.get_by_role("link", name=other).click()
    visit.page.wait_for_url(lambda url: f"lang={lang}" not in url)
    visit.page.locator("form[data-ready]").wait_for()

    assert text_of(visit.page) == QUERY
    expect(visit.page.locator("html")).not_to_have_attribute("lang", lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("bg", ["Питайте данните", "Питайте", "Копирайте връзка", "Същото от програма", "Примери"]),
        ("en", ["Ask the data", "Ask", "Copy link", "Get this as", "Examples"]),
    ],
    ids=["bg", "en"],
)
def test_the_page_speaks_one_language(visit: Visit, site: str, lang: str, words: list[str]) -> None:
    """What surrounds the editor, and what the editor says, is in the reader's language (X-11)."""
    open_editor(visit.page, site, lang)
    write(visit.page, BROKEN)
    main = visit.page.locator("main").inner_text()
    mark = visit.page.locator(".CodeMirror .unreadable").get_attribute("title") or ""

    assert all(word in main for word in words)
    assert mark.startswith({"bg": "Не се чете", "en": "Cannot be read"}[lang])


def test_names_are_completed_from_the_description_of_the_data(visit: Visit, site: str) -> None:
    """Classes and then the properties of that class are offered, and the prefix is declared."""
    open_editor(visit.page, site)
    write(visit.page, "SELECT * WHERE { ?p a ")
    offered = visit.page.locator(".CodeMirror-hint")

    visit.page.keyboard.press("Control+End")
    visit.page.keyboard.type("OccupationProf")
    expect(offered).to_have_text(re.compile("^dgc:OccupationProfile"))
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.type(" ; requ")
    expect(offered.first).to_be_visible()
    names = [text.split()[0] for text in offered.all_inner_texts()]

    assert text_of(visit.page).startswith("PREFIX dgc: <https://w3id.org/digigraph/def#>")
    assert "dgc:hasRequirement" in names
    assert "dgc:requiredLevel" not in names  # which requirements have, and profiles have not


def test_a_prefix_is_added_from_the_menu_once(visit: Visit, site: str) -> None:
    """The menu declares a prefix that the query lacks and leaves one that it has."""
    open_editor(visit.page, site)
    write(visit.page, QUERY)

    for _ in range(2):
        visit.page.locator("#prefix").select_option("skos")

    assert text_of(visit.page).count("PREFIX skos: <http://www.w3.org/2004/02/skos/core#>") == 1


def test_programs_follow_the_query_in_the_editor(visit: Visit, site: str) -> None:
    """`Get this as` has the query as it is now, in five ways (S-12)."""
    open_editor(visit.page, site)
    write(visit.page, "ASK { ?nobody ?knows ?this }")
    programs = visit.page.locator("#programs")

    expect(programs).to_contain_text("?nobody ?knows ?this")
    expect(programs.locator("summary")).to_have_text(
        ["curl", "Python, requests", "Python, SPARQLWrapper", "R", "JavaScript"]
    )
    write(visit.page, "ASK { ?nobody ")
    expect(visit.page.locator("#older")).to_be_visible()
    expect(programs).to_contain_text("?nobody ?knows ?this")
    assert visit.complaints == []


def test_all_of_it_works_by_keyboard(visit: Visit, site: str) -> None:
    """Tab reaches the editor, Ctrl+Enter asks, Tab leaves it; nothing holds the reader (X-12)."""
    open_editor(visit.page, site)
    visit.page.locator("#copy").focus()
    inside = "document.activeElement.closest('.CodeMirror') !== null"

    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate(inside)
    visit.page.keyboard.press("ControlOrMeta+a")
    visit.page.keyboard.insert_text("ASK {}")
    visit.page.keyboard.press("Control+Enter")
    expect(visit.page.locator("#answer .truth")).to_have_text("Yes")
    assert visit.page.evaluate(inside)
    visit.page.keyboard.press("Tab")

    assert visit.page.evaluate("document.activeElement.id") == "run"


def test_nothing_is_asked_of_others_or_kept(visit: Visit, site: str) -> None:
    """No request leaves our origin and nothing is stored, whatever a reader does (H-17, S-11)."""
    open_editor(visit.page, site)
    visit.page.locator("#examples .run").first.click()
    expect(visit.page.locator("#answer table")).to_be_visible()
    write(visit.page, "PREFIX foaf: ")
    visit.page.keyboard.type("foaf:Per")
    visit.page.keyboard.press("Control+Space")
    write(visit.page, "SELECT * { ?x a schema:")
    visit.page.keyboard.press("Control+Space")
    visit.page.keyboard.type("Per")
    visit.page.wait_for_load_state("networkidle")
    kept = "[localStorage.length, sessionStorage.length, document.cookie]"

    assert visit.hosts() == {urlsplit(site).netloc}
    assert visit.page.evaluate(kept) == [0, 0, ""]
    assert visit.complaints == []


def test_without_javascript_the_form_asks_and_answers(browser: Browser, site: str) -> None:
    """With JavaScript off the page is a form that gives a table, and examples that run (X-15)."""
    with visiting(browser, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}sparql?lang=bg")
        visit.page.locator("#query").fill(QUERY)
        visit.page.get_by_role("button", name="Питайте", exact=True).click()
        expect(visit.page.locator("#answer tbody tr")).to_have_count(3)
        expect(visit.page.locator("#programs")).to_contain_text("VALUES ?n { 1 20 3 }")

        visit.page.locator("#examples .run").first.click()
        expect(visit.page.locator("#answer table")).to_be_visible()
        for useless in ("#copy", "#prefix", "#examples .open"):
            expect(visit.page.locator(useless).locator("visible=true")).to_have_count(0)
        assert visit.complaints == []


def test_where_the_editor_does_not_arrive_the_form_works(visit: Visit, site: str) -> None:
    """A script that is blocked or broken takes nothing away from the form."""
    visit.page.route("**/assets/*.js", lambda route: route.abort())
    visit.page.goto(f"{site}sparql?lang=en")
    visit.page.locator("#query").fill(QUERY)
    visit.page.get_by_role("button", name="Ask").click()

    expect(visit.page.locator("#answer tbody tr")).to_have_count(3)


@pytest.mark.parametrize("lang", ["bg", "en"])
@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_nothing_scrolls_sideways(browser: Browser, site: str, width: str, lang: str) -> None:
    """The page fits its window, with a wide answer and an error too (X-12, reflow)."""
    with visiting(browser, viewport={"width": WIDTHS[width], "height": 800}) as visit:
        sizes = "document.documentElement.scrollWidth"
        visit.page.goto(f"{site}sparql?lang={lang}")
        assert visit.page.evaluate(sizes) == WIDTHS[width]
        visit.page.locator("#examples li", has_text="DigComp").locator(".run").first.click()
        expect(visit.page.locator("#answer table")).to_be_visible()
        assert visit.page.evaluate(sizes) == WIDTHS[width]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["start", "answer", "problem", "suggestions"])
def test_axe_finds_no_barrier(
    browser: Browser, visit: Visit, site: str, state: str, scheme: str
) -> None:
    """No violation of WCAG 2.2 A and AA in what axe can see (X-12)."""
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci")
    page = visit.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_editor(page, site, "bg")
    if state == "answer":
        page.locator("#examples .run").first.click()
        page.locator("#answer table").wait_for()
    elif state == "problem":
        write(page, BROKEN)
        page.keyboard.press("Control+Enter")
        page.locator("#problem").wait_for()
    elif state == "suggestions":
        write(page, "SELECT * WHERE { ?p a ")
        page.keyboard.press("Control+End")
        page.keyboard.type("dgc:O")
        page.locator(".CodeMirror-hint").first.wait_for()

    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)

    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 10


@pytest.mark.parametrize(
    "thing",
    ["profile/p-37q68h4z", "digcomp21/1-2", "competence/c-gj8xfnjp", "digcomp21/1-2/level-6",
     "nkpd11/33393020", "digcomp21/area-1", "digcomp21/level-6"],
)  # fmt: skip
def test_a_preview_fits_its_frame(browser: Browser, site: str, thing: str) -> None:
    """What the manifest says of the size of previews holds, in either language (A-04)."""
    frame = requests.get(f"{site}reconcile", timeout=30).json()["preview"]
    size = ViewportSize(width=frame["width"], height=frame["height"])
    with visiting(browser, viewport=size) as visit:
        for lang in ("bg", "en"):
            visit.page.goto(f"{frame['url'].replace('{{id}}', thing)}&lang={lang}")
            told = visit.page.evaluate(
                "({width: document.documentElement.scrollWidth,"
                " height: document.documentElement.scrollHeight})"
            )
            assert told == size
        assert visit.page.locator("h1").inner_text()
