"""A browser that a test drives: the Chromium of the system, as a reader who was never here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
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
