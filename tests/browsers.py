"""A browser that a test drives: the Chromium of the system, as a reader who was never here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PATIENCE = 15_000
"""Milliseconds that a page may take to show what is expected; it shows it much earlier."""


@dataclass
class Visit:
    """A page in a browser of its own, and what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        """Return the hosts that were asked for anything; `data:` and the like have none."""
        return {host for url in self.requests if (host := urlsplit(url).netloc)}


def chromium() -> str:
    """Return where Chromium is; skip the test, saying how to get it, where it is not."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs a browser: apt-get install chromium")
    return found


@contextmanager
def browsing() -> Iterator[Browser]:
    """Yield a browser with an empty profile; it is gone afterwards."""
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[Visit]:
    """Yield a page of a new reader: nothing is cached, stored or remembered."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page())
    context.on("request", lambda request: visit.requests.append(request.url))
    context.on(
        "console",
        lambda told: visit.complaints.append(told.text) if told.type == "error" else None,
    )
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()


@contextmanager
def barriers(
    browser: Browser, window: dict[str, int], theme: Literal["light", "dark"]
) -> Iterator[tuple[Visit, Callable[[], list[str]]]]:
    """Yield a visit, and what tells of the page that it shows what keeps readers out (X-12).

    All is opened first.
    """
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci, in the folder of package.json")
    script = AXE.read_text(encoding="utf-8")
    with visiting(browser, bypass_csp=True, viewport=window, color_scheme=theme) as visit:
        page = visit.page

        def judge() -> list[str]:
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            told = [f"{wide} px wider than the window"] if wide > 0 else []
            page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
            page.add_script_tag(content=script)
            return told + violations(page)

        yield visit, judge


def violations(page: Page) -> list[str]:
    """Return what axe finds, each as its rule and the element."""
    told: dict[str, Any] = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']})", list(RULES)
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:160]}"
        for one in told["violations"]
        for node in one["nodes"][:2]
    ]
