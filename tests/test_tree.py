"""The tree of the framework by keyboard and by mouse, in a real browser (X-07, X-12).

Needs Chromium; what is skipped says what to install.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browsers import Visit, browsing, visiting
from playwright.sync_api import Browser, Locator, Page, expect
from servers import serving

from digigraph.release import Release


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
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Yield the page of the tree, with the focus on its root."""
    with visiting(browser) as found:
        found.page.goto(f"{site}tree?lang=en")
        found.page.get_by_role("tree").wait_for()
        row(found.page, "DigComp 2.1: areas and competences").focus()
        yield found
        assert found.complaints == []


def row(page: Page, name: str) -> Locator:
    """Return a row of the tree by the beginning of its text."""
    return page.locator("[role=treeitem]", has_text=re.compile(f"^{re.escape(name)}")).first


def press(page: Page, *keys: str) -> str:
    """Press keys, one after another, and return the text of the row that then has the focus."""
    for key in keys:
        page.keyboard.press(key)
    return str(page.evaluate("document.activeElement.textContent"))


def test_arrows_walk_the_rows_that_are_seen(visit: Visit) -> None:
    """Down and up go from row to row, over branches that are closed; at the ends they stay."""
    page = visit.page

    assert press(page, "ArrowUp") == "DigComp 2.1: areas and competences"
    assert press(page, "ArrowDown") == "1 Information and data literacy"
    assert press(page, "ArrowDown").startswith("1.1")
    assert press(page, "ArrowDown").startswith("1.2")
    assert press(page, "ArrowUp").startswith("1.1")
    assert press(page, "End").startswith("5.4")
    assert press(page, "ArrowDown").startswith("5.4")
    assert press(page, "Home") == "DigComp 2.1: areas and competences"


def test_right_opens_and_left_closes(visit: Visit) -> None:
    """Right opens a branch, then goes into it; left closes it, or goes to the row above it."""
    page = visit.page
    press(page, "ArrowDown", "ArrowDown")
    competence = row(page, "1.1")
    expect(competence).to_have_attribute("aria-expanded", "false")

    assert press(page, "ArrowRight").startswith("1.1")
    expect(competence).to_have_attribute("aria-expanded", "true")
    assert press(page, "ArrowRight") == "Foundation, level 1"
    expect(page.locator(":focus")).to_be_visible()
    assert press(page, "ArrowRight") == "Foundation, level 1"
    assert press(page, "End").startswith("5.4")
    assert press(page, "Home", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown").endswith("2")
    assert press(page, "ArrowLeft").startswith("1.1")
    press(page, "ArrowLeft")
    expect(competence).to_have_attribute("aria-expanded", "false")
    assert press(page, "ArrowLeft").startswith("1 Information")
    assert press(page, "ArrowLeft", "ArrowDown").startswith("2 Communication")


def test_letters_and_digits_look_for_a_row(visit: Visit) -> None:
    """What is typed leads to the next row that begins so, by its name or its code, around."""
    page = visit.page

    assert press(page, "c").startswith("2 Communication")
    assert press(page, "c").startswith("2.4 Collaborating")
    assert press(page, "Home", "4", ".", "2").startswith("4.2")
    assert press(page, "ArrowDown", "i").startswith("5.2")
    assert press(page, "Home", "i").startswith("1 Information")


def test_a_star_opens_the_rows_beside(visit: Visit) -> None:
    """All competences of an area are opened at once, those of others stay closed."""
    page = visit.page
    press(page, "ArrowDown", "ArrowDown", "*")

    expect(row(page, "1.3")).to_have_attribute("aria-expanded", "true")
    expect(row(page, "2.1")).to_have_attribute("aria-expanded", "false")
    assert page.locator("[role=treeitem]:visible").count() == 1 + 5 + 21 + 3 * 8


def test_one_row_is_in_the_order_of_tab(visit: Visit) -> None:
    """Tab enters the tree at the row that was left, and leaves it with the next press."""
    page = visit.page
    press(page, "ArrowDown", "ArrowDown")

    assert page.locator("[role=tree] [tabindex='0']").count() == 1
    press(page, "Tab")
    assert page.locator("[role=tree] :focus").count() == 0
    assert press(page, "Shift+Tab").startswith("1.1")


def test_enter_leads_to_the_page(visit: Visit) -> None:
    """A row is a link: Enter opens what it names."""
    page = visit.page
    press(page, "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("level 2")


def test_a_click_opens_and_keeps_the_focus(visit: Visit) -> None:
    """The arrow of a row opens and closes it; a focus inside goes to the row that hides it."""
    page = visit.page
    fold = page.locator("li", has=row(page, "1.1")).last.locator("> .fold")
    fold.click()
    expect(row(page, "1.1")).to_have_attribute("aria-expanded", "true")
    press(page, "ArrowRight")
    fold.click()

    assert str(page.evaluate("document.activeElement.textContent")).startswith("1.1")
    box = fold.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24


def test_it_says_what_it_is(visit: Visit) -> None:
    """A tree with a name; each row has its depth and place, and how many profiles require it."""
    page = visit.page
    expect(page.get_by_role("tree")).to_have_accessible_name("The framework DigComp 2.1")
    told = row(page, "1.2")
    for name, value in {"level": "3", "setsize": "3", "posinset": "2"}.items():
        expect(told).to_have_attribute(f"aria-{name}", value)
    expect(told).to_have_accessible_description("profiles: 1")
    assert press(page, "/") is not None
    expect(page.get_by_role("combobox").first).to_be_focused()


def test_without_a_script_it_is_a_whole_list(browser: Browser, site: str) -> None:
    """All 195 concepts are seen, each a link, at their depth (X-15)."""
    with visiting(browser, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}tree?lang=bg")
        assert visit.page.locator(".tree a:visible").count() == 1 + 5 + 21 + 168
        assert visit.page.locator(".tree > li > ul > li > ul > li > ul > li > a").count() == 168
