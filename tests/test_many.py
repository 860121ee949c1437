"""Pages with a thousand profiles: cut, filtered and sorted by the server, no heavier than few."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from many import CODES, identifier, levels, many_profiles, sector

from digigraph.release import Release
from digigraph.web import Settings, create_app
from digigraph.web.around import FIRST as FIRST_STEP
from digigraph.web.around import FURTHER
from digigraph.web.overview import SHOWN

pytestmark = pytest.mark.long
FEW, MANY = 2 * SHOWN + 10, 1000
HEAVIER = 1.1
"""How much heavier a page of many profiles may be: numbers have more digits."""
FIRST = identifier(0)
PAGES = (
    "/", "/profiles", "/profiles?page=2", "/matrix", "/matrix?sort=1.2", "/matrix?level=3",
    "/framework", "/tree", "/compare", "/quality", "/about", "/downloads",
    f"/doc/profile/{FIRST}", "/doc/digcomp21/1-2", "/doc/digcomp21/1-2/level-5",
    "/doc/digcomp21/area-1?page=1", "/doc/nkpd11/33395001", f"/own-levels/{FIRST}",
    f"/around/profile/{FIRST}", "/around/digcomp21/1-2", "/around/digcomp21/area-1",
    "/around/nkpd11/33395001", "/around/nkpd11/3339",
    f"/compare/{FIRST},{identifier(1)},{identifier(2)},{identifier(3)}",
    f"/radar/{FIRST},{identifier(1)}.svg", "/around/digcomp21/1-2.svg",
)  # fmt: skip
"""Every page whose content is made of profiles."""
OF_200 = ("/doc/digcomp21/area-1?page=1", "/doc/nkpd11/33395001")
"""Plain pages of what is referred to, which hold the first two hundred that do (H-07)."""


def served(release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a release."""
    app = create_app(Settings(releases=release.folder.parent, access_log=""), release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def few(
    shipped_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of a few more profiles than one page shows."""
    yield from served(many_profiles(shipped_release, tmp_path_factory.mktemp("few"), FEW))


@pytest.fixture(scope="module")
def many(
    shipped_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of a thousand profiles."""
    yield from served(many_profiles(shipped_release, tmp_path_factory.mktemp("many"), MANY))


def get(site: FlaskClient, path: str) -> str:
    """Return a page in English."""
    joint = "&" if "?" in path else "?"
    answer = site.get(f"{path}{joint}lang=en", headers={"Accept": "text/html, */*"})
    assert answer.status_code == 200, path
    return answer.text


def shown(page: str) -> list[str]:
    """Return the identifiers of the profiles that a list or a matrix shows, in its order."""
    body = page.partition("<tbody>")[2] or page
    found = re.findall(r'href="/id/profile/(p-\d+)\?', body)
    return list(dict.fromkeys(found))


def walked(site: FlaskClient, path: str) -> list[list[str]]:
    """Return the profiles of each page, from the first to the last, by the links between them."""
    pages = []
    while path:
        page = get(site, path)
        pages.append(shown(page))
        link = re.search(r'rel="next" href="([^"]+)"', page)
        place = urlsplit(link[1].replace("&amp;", "&")) if link else None
        query = parse_qs(place.query) if place else {}
        path = f"{place.path}?{'&'.join(f'{k}={v[0]}' for k, v in query.items())}" if place else ""
        path = path.replace("&lang=en", "")
    return pages


@pytest.mark.parametrize("page", ["/profiles", "/matrix"])
def test_each_profile_stands_on_one_page(many: FlaskClient, page: str) -> None:
    """A page has fifty; all together have each once, by name, from link to link (X-02)."""
    pages = walked(many, page)

    assert [len(one) for one in pages] == [SHOWN] * (MANY // SHOWN)
    assert [name for one in pages for name in one] == [identifier(n) for n in range(MANY)]


def test_the_order_holds_over_all_pages(many: FlaskClient) -> None:
    """Sorted by a competence, the highest level of all comes first, those without it last."""
    found = [name for page in walked(many, "/matrix?sort=1.2") for name in page]
    ranks = [levels(int(name[2:])).get("1-2", 0) for name in found]

    assert len(set(found)) == MANY
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] == 8
    assert ranks[-1] == 0


def test_filters_look_at_all_of_them(many: FlaskClient) -> None:
    """A sector, a competence, a level: what fits is found, on whatever page it would stand."""
    wanted = [
        identifier(n) for n in range(MANY) if sector(n) == "55" and levels(n).get("4-2", 0) >= 6
    ]
    found = [
        name for page in walked(many, "/matrix?sector=55&competence=4.2&level=6") for name in page
    ]

    assert 0 < len(wanted) < MANY
    assert found == wanted
    page = get(many, "/matrix?sector=55&competence=4.2&level=6&sort=1.2")
    rows = table(many, page)
    assert {row["uri"].rpartition("/")[2] for row in rows} == set(wanted)
    assert [row["uri"].rpartition("/")[2] for row in rows][:SHOWN] == shown(page)
    assert all(int(row["4.2"]) >= 6 for row in rows)
    assert len(table(many, get(many, "/profiles"))) == MANY


def table(site: FlaskClient, page: str) -> list[dict[str, str]]:
    """Return the rows of the CSV that a page leads to."""
    (link,) = re.findall(r'<a href="([^"]+)"[^>]*>CSV</a>', page)
    answer = site.get(link.replace("&amp;", "&"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_no_page_grows_with_the_data(few: FlaskClient, many: FlaskClient) -> None:
    """Of a thousand profiles each page weighs what it does of a hundred (X-07, X-15)."""
    sizes = {path: (weight(few, path), weight(many, path)) for path in PAGES}

    assert {p: s for p, s in sizes.items() if p not in OF_200 and s[1] > s[0] * HEAVIER} == {}
    assert max(after for _, after in sizes.values()) < 200_000


def weight(site: FlaskClient, path: str) -> int:
    """Return how heavy a page is on its way to a browser."""
    return len(gzip.compress(get(site, path).encode(), mtime=0))


def test_what_is_left_out_is_counted(many: FlaskClient) -> None:
    """The neighbourhood tells the first things and how many more there are, in both forms."""
    page = get(many, "/around/digcomp21/1-2")
    asking = sum("1-2" in levels(n) for n in range(MANY))
    drawn, _, listed = page.partition("</svg>")
    (told,) = re.findall(r'class="further"[^>]*>and ([\d,]+) more<', drawn)

    assert drawn.count("<rect") <= 1 + FIRST_STEP + FURTHER
    assert asking - FIRST_STEP < int(told) <= asking + len(CODES)
    assert f">and {told} more<" in listed


def test_four_profiles_have_a_radar_each(many: FlaskClient) -> None:
    """More lines than three cannot be read, so each profile has its own; the table has all."""
    names = ",".join(identifier(n) for n in range(4))
    page = get(many, f"/compare/{names}")
    rows = page.partition('<table class="measured">')[2].partition("</table>")[0]

    assert page.count('<figure class="radar">') == 4
    assert page.count('class="line series-2"') == 0
    assert rows.count('<td class="n">') == 4 * (len(CODES) + 1)
    refused = many.get(f"/radar/{names}.svg", headers={"Accept": "application/problem+json"})
    assert refused.status_code == 400
    assert "1 to 3" in refused.json["detail"]
