"""What a visitor does, in a real browser: find, read, check the source, choose (X-01 to X-16).

Needs Chromium; what is skipped says what to install.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pdfplumber
import pytest
from browsers import Visit, barriers, browsing, visiting
from pictures import LANGUAGES, THEMES, WIDTHS, take
from playwright.sync_api import Browser, expect
from servers import serving

from digigraph.release import Release

PROFILE = "doc/profile/p-37q68h4z"
TITLE = "Организатор, работа с клиенти"
PAGES = (
    "", "about", "profiles", "matrix", "framework", "tree", "search?q=клиенти", "quality",
    "downloads", "compare", "changes", "queries", "policy", "catalog", "api/v1",
    "lookup?notation=0",
    PROFILE, "doc/competence/c-g66mpmtj", "doc/competence/c-g66mpmtj/level-5", "doc/digcomp21/1-2",
    "doc/digcomp21/area-1", "doc/source/d-v02ry7z3", "doc/def", "embed/profile/p-37q68h4z",
    "doc/nkpd11/33393020", "own-levels/p-37q68h4z", "compare?ids=p-37q68h4z",
    "reconcile/preview?id=digcomp21/1-2", "around/profile/p-37q68h4z", "around/digcomp21/1-2",
    "around/nkpd11/33393020", "queries/requirements-of-profile", "release", ".well-known/void",
    "nowhere",
)  # fmt: skip
NARROW, WIDE = 320, 1280
"""The width at which nothing may have to be scrolled sideways (WCAG 2.2, 1.4.10), and a usual one,
at which there is more on some pages."""


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
    """Yield the page of a new reader."""
    with visiting(browser, locale="bg-BG") as found:
        yield found


@pytest.mark.parametrize(
    ("lang", "theme", "width"),
    [
        ("bg", "light", NARROW),
        pytest.param("en", "dark", NARROW, marks=pytest.mark.long),
        pytest.param("en", "light", WIDE, marks=pytest.mark.long),
        pytest.param("bg", "dark", WIDE, marks=pytest.mark.long),
    ],
)
def test_no_page_is_a_barrier(
    browser: Browser, site: str, lang: str, theme: Literal["light", "dark"], width: int
) -> None:
    """Axe finds nothing with all opened, in both themes; no error, no other host (X-12)."""
    found: dict[str, list[str]] = {}
    with barriers(browser, {"width": width, "height": 800}, theme) as (visit, judge):
        for path in PAGES:
            joint = "&" if "?" in path else "?"
            visit.page.goto(f"{site}{path}{joint}lang={lang}")
            if told := judge():
                found[path] = told
        complaints = [one for one in visit.complaints if "404" not in one]
        hosts = visit.hosts()

    assert not found, "\n".join(f"{path}: {one}" for path in found for one in found[path])
    assert complaints == []
    assert len(hosts) == 1


def test_from_a_word_to_two_source_lines(visit: Visit, site: str) -> None:
    """By keyboard: an inflected word, the profile, a disputed level, a tab, the line itself."""
    page = visit.page
    page.goto(site)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Търсене")
    expect(box).to_be_focused()
    box.press_sequentially("клиентите")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    profile = options.filter(has_text=TITLE).first
    for _ in range(options.count()):
        page.keyboard.press("ArrowDown")
        if profile.get_attribute("aria-selected") == "true":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)

    row = page.locator(".strip tbody", has=page.locator(".mark"))
    expect(row).to_have_count(1)
    expect(row).to_contain_text("спорно 5–6")
    row.locator(".more summary").first.focus()
    page.keyboard.press("Enter")
    lines = row.locator(".sources summary")
    expect(lines).to_have_text(["ред 183", "ред 35"], use_inner_text=True)
    tabs = row.get_by_role("tab")
    expect(tabs).to_have_count(4)
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(row.get_by_role("tabpanel")).to_have_count(1)

    lines.first.click()
    link = row.locator(".sources blockquote a").first
    wanted = (link.get_attribute("href") or "").partition("#")[2]
    link.click()
    marked = page.locator(f"#{wanted}")
    expect(marked).to_be_in_viewport()
    expect(marked).to_contain_text("Напреднало")
    assert visit.complaints == []
    assert len(visit.hosts()) == 1


def test_a_cell_of_the_matrix_opens_its_requirement(visit: Visit, site: str) -> None:
    """The cell leads to the row of the profile, which is open (X-02)."""
    page = visit.page
    page.goto(f"{site}matrix?lang=bg")
    page.locator(".matrix td a").nth(4).click()
    expect(page).to_have_url(re.compile(r"#req-4-2$"))
    expect(page.locator("#req-4-2 details").first).to_have_attribute("open", "")


@pytest.mark.parametrize("width", [360, 1280])
def test_what_has_the_focus_in_the_matrix_is_seen(browser: Browser, site: str, width: int) -> None:
    """No heading that stays on the screen lies over a cell that the keyboard reaches (X-12)."""
    window = {"width": width, "height": 400}
    with visiting(browser, viewport=window, reduced_motion="reduce") as visit:
        page = visit.page
        page.goto(f"{site}matrix?lang=bg")
        page.locator(".matrix td a").last.focus()
        hidden = page.evaluate(
            """() => [...document.querySelectorAll('.matrix a')].reverse().filter(link => {
                link.focus();
                const box = link.getBoundingClientRect();
                const seen = document.elementFromPoint(box.x + box.width / 2, box.y + 5);
                return !link.contains(seen);
            }).map(link => link.textContent)"""
        )

    assert hidden == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_a_picture_stay_in_their_boxes(visit: Visit, site: str, lang: str) -> None:
    """No name in the picture of a neighbourhood runs over the edge of its box (X-07)."""
    drawn = 0
    for thing in ("profile/p-37q68h4z", "digcomp21/1-2", "nkpd11/33393020"):
        visit.page.goto(f"{site}around/{thing}?lang={lang}")
        found = visit.page.evaluate(
            """() => [...document.querySelectorAll('.around a')].map(link => {
                const box = link.querySelector('rect').getBBox();
                const over = [...link.querySelectorAll('text')].map(one => one.getBBox()).some(
                    one => one.x + one.width > box.x + box.width || one.y < box.y
                        || one.y + one.height > box.y + box.height);
                return [link.textContent, over];
            })"""
        )
        drawn += len(found)

        assert [words for words, over in found if over] == []
    assert drawn > 30


def test_theme_and_language_are_chosen(visit: Visit, site: str) -> None:
    """The theme stays on the next page; the language is in the address (X-11, X-13)."""
    page = visit.page
    page.goto(f"{site}{PROFILE}?lang=bg")
    page.get_by_role("button", name="Тъмна тема").click()
    expect(page.get_by_role("button", name="Светла тема")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert dark != "rgb(251, 250, 247)"


def test_a_profile_is_printed_whole(visit: Visit, site: str) -> None:
    """On paper all texts stand open under their headings, dark on white, on a few pages (X-14)."""
    page = visit.page
    page.goto(f"{site}{PROFILE}?lang=bg")
    page.get_by_role("button", name="Тъмна тема").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".tab").first).to_be_visible()
    assert page.locator(".tab:visible").count() == 40
    assert page.locator(".tab h3:visible").count() == 40
    expect(page.locator(".tab h3").first).to_have_text("Знания 3")
    expect(page.locator("body > header")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 36, 48)"
    with pdfplumber.open(io.BytesIO(page.pdf(format="A4"))) as paper:
        words = [len(sheet.extract_text().split()) for sheet in paper.pages]
    assert len(words) <= 14
    assert min(words[:-1]) > 100, "no page but the last is nearly empty"


def test_the_address_is_copied(browser: Browser, site: str) -> None:
    """The button puts the URI where it can be pasted from (X-20)."""
    with visiting(browser, permissions=["clipboard-read", "clipboard-write"]) as visit:
        page = visit.page
        page.goto(f"{site}doc/digcomp21/1-2?lang=en")
        page.get_by_role("button", name="Copy").first.click()
        expect(page.get_by_role("button", name="Copied").first).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")

    assert copied == "https://w3id.org/digigraph/id/digcomp21/1-2"


def test_without_a_script_nothing_is_missing(browser: Browser, site: str) -> None:
    """Every text of a profile is there, and the search box is a form (X-15)."""
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{site}{PROFILE}?lang=bg")
        assert page.locator(".tab li").count() == 168
        assert page.locator("[role=tab]").count() == 0
        page.locator("input[type=search]").first.fill("данни")
        page.keyboard.press("Enter")
        expect(page.locator(".results li").first).to_be_visible()


def test_each_page_has_its_pictures(browser: Browser, site: str, tmp_path: Path) -> None:
    """`make screenshots` takes a page at each width, in each theme and language."""
    taken = list(take(browser, site, tmp_path, ["about"]))

    assert len({path.name for path in taken}) == len(WIDTHS) * len(THEMES) * len(LANGUAGES)
    assert len({path.read_bytes() for path in taken}) == len(taken)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in taken)


def test_a_found_statement_is_shown(visit: Visit, browser: Browser, site: str) -> None:
    """A hit leads to the very text: its row is open and its tab chosen, also without a script."""
    page = visit.page
    page.goto(site)
    box = page.get_by_role("combobox", name="Длъжност, умение или код")
    box.press_sequentially("клиентите")
    expect(page.get_by_role("option").first).to_be_visible()
    page.goto(f"{site}search?q=данни&type=Statement&lang=bg")
    hit = page.locator(".results li a[href*='#s-']").last
    words, link = hit.inner_text(), hit.get_attribute("href") or ""
    hit.click()
    text = page.locator(f"#{link.partition('#')[2]}")
    expect(text).to_be_in_viewport()
    assert words.rstrip("… ")[-20:] in text.inner_text()
    assert visit.complaints == []

    with visiting(browser, java_script_enabled=False) as plain:
        plain.page.goto(site + link.lstrip("/"))
        expect(plain.page.locator(f"#{link.partition('#')[2]}")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 640])
def test_a_frame_shows_all_its_rows(browser: Browser, site: str, width: int) -> None:
    """The frame that oEmbed tells of is as high as its page, and not much higher (X-21)."""
    thing = "https://w3id.org/digigraph/id/profile/p-37q68h4z"
    with visiting(browser) as visit:
        told = visit.page.request.get(f"{site}oembed?url={thing}&maxwidth={width}&lang=bg").json()
        visit.page.set_viewport_size({"width": told["width"], "height": 100})
        visit.page.goto(f"{site}embed/profile/p-37q68h4z?lang=bg")
        needed = visit.page.evaluate("document.documentElement.scrollHeight")

    assert needed <= told["height"] <= needed * 1.3
