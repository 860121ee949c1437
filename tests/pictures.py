"""`python tests/pictures.py [INTO]`: a picture of each page, to be looked at by people.

Every page of the shipped data is taken at three widths, in both themes and both languages, so
that whoever changes a page can see what became of it. The pictures are not kept in the repository.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from browsers import browsing, visiting
from playwright.sync_api import Browser
from servers import serving

from digigraph import build

INTO = Path(__file__).parents[1] / "screenshots"
WIDTHS, THEMES, LANGUAGES = (360, 768, 1280), ("light", "dark"), ("bg", "en")
PROFILE = "p-37q68h4z"
PAGES = (
    "", "about", "profiles", "matrix", "framework", "tree", "search?q=клиенти", "quality",
    "downloads", "compare", "changes", "queries", "sparql", "policy", "catalog", "api/v1",
    "no-such-page",
    f"doc/profile/{PROFILE}", f"own-levels/{PROFILE}", f"embed/profile/{PROFILE}",
    "queries/requirements-of-profile", "doc/competence/c-g66mpmtj",
    "doc/competence/c-g66mpmtj/level-5", "doc/digcomp21/1-2", "doc/digcomp21/area-1",
    f"around/profile/{PROFILE}", "around/digcomp21/1-2", "doc/nkpd11/33393020",
    "doc/source/d-v02ry7z3", "doc/def",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which page, how wide, in which theme and language."""

    page: str
    width: int
    theme: str
    language: str

    @property
    def file(self) -> str:
        """Return what the picture is called."""
        page = re.sub(r"\W+", "-", self.page) or "home"
        return f"{page}.{self.language}.{self.theme}.{self.width}.png"

    @property
    def address(self) -> str:
        """Return what is opened, from the root of the service."""
        return f"{self.page}{'&' if '?' in self.page else '?'}lang={self.language}"


def shots(pages: Sequence[str] = PAGES) -> list[Shot]:
    """Return the pictures of some pages, those of one window after another."""
    return [
        Shot(page, width, theme, language)
        for width, theme, language, page in product(WIDTHS, THEMES, LANGUAGES, pages)
    ]


def take(browser: Browser, url: str, into: Path, pages: Sequence[str] = PAGES) -> Iterator[Path]:
    """Take the pictures of a service, and yield each as it is written."""
    into.mkdir(parents=True, exist_ok=True)
    for width, theme in product(WIDTHS, THEMES):
        window = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        with visiting(browser, **window) as visit:
            for shot in shots(pages):
                if (shot.width, shot.theme) == (width, theme):
                    visit.page.goto(url + shot.address)
                    path = into / shot.file
                    visit.page.screenshot(path=path, full_page=True)
                    yield path


def main(into: Path = INTO) -> None:
    """Build the shipped data, serve it, and take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        assert build.build(build.inputs(), Path(folder)).release
        with serving(Path(folder), "--access-log", "") as url, browsing() as browser:
            for number, path in enumerate(take(browser, url, into), 1):
                print(f"{number}/{len(shots())} {path.name}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
