"""Search and suggestions: what is found for how it is written, in which order, how it is asked."""

from __future__ import annotations

import csv
import doctest
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest
from benchmarks.search import Judged, at_scale, entries_of, figures, judged, ours, plain
from flask.testing import FlaskClient

from digigraph.errors import SearchTimeout, SearchUnavailable
from digigraph.release import Release, open_release, verify
from digigraph.search import FILE, Filters, Search, index, latin, normal, reading, stems
from digigraph.search.entries import STATEMENTS
from digigraph.search.index import write_index
from digigraph.search.question import LONGEST
from digigraph.web import Settings, create_app

PROFILE = "profile/p-37q68h4z"
HOSTILE = (
    '"', '""', "клиент\"", "NEAR(a b)", "a* OR b", "name : клиент", "^клиент", "{name} : x",
    "NOT AND OR",
    "'; DROP TABLE things; --", "a\0b", "😀", "👨‍👩‍👧 клиент", "и на за", "и", "а", "%", "_", "\\",
    "\u202eтнеилк", "العملاء", "ﬁlter", "İstanbul", "\ud800", "e\u0301" * 500, "\u0301" * 900,
    "x" * 10_000, "клиент " * 2000, "клиент-" * 140, "-" * 1000, "1.2.3.4.5", "9" * 1000, " ", "",
    "yuiacjx" * 30, "qtoccupationprofile", "facets", "https://w3id.org/digigraph/id/",
)  # fmt: skip


@pytest.fixture(scope="module")
def search(shipped_release: Release) -> Search:
    """Return the search of the shipped data."""
    return Search.open(shipped_release)


@pytest.fixture(scope="module")
def rows(shipped_release: Release) -> list[Judged]:
    """Return the judged queries."""
    return judged(shipped_release.base)


@pytest.fixture(scope="module")
def web(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the application over the shipped data."""
    app = create_app(Settings(releases=shipped_release.folder.parent), shipped_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def short(iri: str) -> str:
    """Return the identifier in an IRI of ours."""
    return iri.rpartition("/id/")[2]


def found(search: Search, text: str, **filters: str) -> list[str]:
    """Return the identifiers of the ten first hits."""
    kind = filters.pop("type", "")
    hits = search.search(text, Filters((kind,) if kind else (), **filters)).hits
    return [short(hit.iri) for hit in hits]


def test_what_is_expected_is_found(
    search: Search, rows: list[Judged], shipped_release: Release
) -> None:
    """Of what the judged queries expect 95 % stands among the ten first hits, of every kind."""
    base = plain(entries_of(shipped_release))

    for kind in {row.kind for row in rows}:
        some = [row for row in rows if row.kind == kind]
        own, other = figures(ours(search), some), figures(base, some)
        assert own.recall >= 0.95, kind
        assert own.recall > other.recall, kind
        assert own.rank > other.rank, kind


def test_the_benchmark_measures_what_it_says(rows: list[Judged], shipped_release: Release) -> None:
    """It searches as many statements as it is told, beside plain FTS5, and tells the ratio."""
    told = at_scale(entries_of(shipped_release), rows[:10], shipped_release.base, 50)

    assert told.startswith("50 statements")
    assert re.search(r"takes \d+\.\d\d of plain FTS5's time", told)


def test_the_judged_queries_are_many_and_expect_what_there_is(
    rows: list[Judged], shipped_release: Release
) -> None:
    """There are more than 150 of them, no two alike, and all that they expect is published."""
    there = {entry.iri for entry in entries_of(shipped_release)}

    assert len({row.query for row in rows}) == len(rows) > 150
    assert {iri for row in rows for iri in row.expected} <= there


@pytest.mark.parametrize(
    "texts",
    [
        ("данни", "данните", "ДАННИ", "дáнни", "danni"),
        ("клиент", "клиенти", "клиентите", "клиентът", "klienti", "КЛИEHT"),
        ("социални мрежи", "социалната мрежа", "socialni mreji", "sotsialnite mrezhi"),
        ("търговия", "търговията", "targovia", "tyrgoviq", "turgoviya"),
        ("33393020", "3339-3020", "3339 3020", "3339–3020"),
        ("organiser", "organizers"),
    ],
)
def test_one_question_in_many_spellings(search: Search, texts: tuple[str, ...]) -> None:
    """Inflection, case, stress, look-alike letters and Latin typing lead to the same hits."""
    told = [search.search(text, limit=50) for text in texts]

    assert told[0].hits
    assert all({hit.iri for hit in one.hits} == {hit.iri for hit in told[0].hits} for one in told)


@pytest.mark.parametrize("text", ["klienti", "клиент", "клиентите", "client"])
def test_a_profile_is_found_by_a_word_of_its_name(search: Search, text: str) -> None:
    """Whoever looks for clients finds the profile, however he writes them."""
    assert PROFILE in found(search, text)[:3]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("1.2", ["digcomp21/1-2"]),
        ("33393020", [PROFILE, "nkpd11/33393020"]),
        ("24215025", ["nkpd11/24215025", PROFILE]),
        ("93", ["http://data.europa.eu/ux2/nace2/93"]),
        ("1.2-6", ["digcomp21/1-2/level-6"]),
        ("https://w3id.org/digigraph/id/digcomp21/1-2", ["digcomp21/1-2"]),
        ("p-37q68h4z", [PROFILE]),
        ("Нетикет", ["digcomp21/2-5"]),
        ("netiquette", ["digcomp21/2-5"]),
    ],
)
def test_the_very_code_or_name_comes_first(search: Search, code: str, first: list[str]) -> None:
    """A whole code or name leads to what has it, with the highest score."""
    hits = search.search(code).hits

    assert [short(hit.iri) for hit in hits[: len(first)]] == first
    assert {hit.score for hit in hits[: len(first)]} == {100.0}


def test_names_stand_before_texts_and_scores_fall(search: Search) -> None:
    """Hits are ordered by score: things by their names first, statements behind."""
    hits = search.search("клиентите", limit=200).hits

    scores = [hit.score for hit in hits]
    named = [hit.type not in (*STATEMENTS, "CompetenceAtLevel") for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert named == sorted(named, reverse=True)
    assert named[0]
    assert not named[-1]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"type": "OccupationPosition"}, r"nkpd11/\d{8}\Z"),
        ({"type": "Statement"}, "statement/"),
        ({"type": "Competence"}, r"digcomp21/\d-\d\Z|competence/[^/]+\Z"),
        ({"scheme": "digcomp21"}, "digcomp21/"),
        ({"scheme": "nkpd11"}, "nkpd11/"),
        ({"type": "CompetenceAtLevel", "level": "6"}, "/level-6"),
        ({"type": "FrameworkCompetence", "area": "4"}, "digcomp21/4-"),
        ({"type": "OccupationProfile", "sector": "93"}, PROFILE),
        ({"type": "OccupationProfile", "sector": "R"}, PROFILE),
    ],
)
def test_a_filter_leaves_what_it_says(search: Search, filters: dict[str, str], kept: str) -> None:
    """Type, scheme, sector, area and level bound what is found, codes and names included."""
    for text in ("дигитални данни за клиенти", "клиент", "1.2", "4.2", "33393020"):
        for iri in found(search, text, **filters):
            assert re.search(kept, iri)
    assert found(search, "клиент данни", **filters)


def test_filters_of_statements_hold_together(search: Search) -> None:
    """A statement has the area and level of its requirement and the sector of its profile."""
    all_of = search.search("данни", Filters(("Statement",))).total
    some = search.search("данни", Filters(("Statement",), sector="93", area="4", level="5"))
    none = search.search("данни", Filters(("Statement",), sector="92"))

    assert 0 < some.total < all_of
    assert {hit.owner[0] for hit in some.hits if hit.owner} == {
        f"https://w3id.org/digigraph/id/{PROFILE}"
    }
    assert none.total == 0


@pytest.mark.parametrize("text", ["клиенти", "1.2", "рекламации", "данн", "дигитален музей"])
def test_pages_make_up_the_whole(search: Search, text: str) -> None:
    """Pages of any size, put together, are the one list, each hit once, as many as are told."""
    whole = search.search(text, limit=1000)
    pages = [
        hit
        for start in range(0, whole.total + 7, 7)
        for hit in search.search(text, limit=7, offset=start).hits
    ]

    assert [hit.iri for hit in pages] == [hit.iri for hit in whole.hits]
    assert len({hit.iri for hit in pages}) == whole.total == len(pages)


def test_so_many_hits_that_they_are_not_ranked(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where words are everywhere, the first things come first, and pages hold together still."""
    ranked = {hit.iri for hit in search.search("клиенти", limit=1000).hits}
    monkeypatch.setattr("digigraph.search.question.RANKED", 3)

    hits = [
        hit for n in range(0, 200, 9) for hit in search.search("клиенти", limit=9, offset=n).hits
    ]

    assert {hit.iri for hit in hits} == ranked
    assert len(hits) == len(ranked)


def test_what_is_typed_is_completed(search: Search) -> None:
    """Suggestions are the code or name, then what begins so, then words of names, then slips."""
    code = [short(hit.iri) for hit in search.suggest("1.2")]
    name = [hit.label("bg") for hit in search.suggest("Орган", limit=20)]
    word = [short(hit.iri) for hit in search.suggest("мреж")]
    latin_word = [short(hit.iri) for hit in search.suggest("bezop")]
    slip = [short(hit.iri) for hit in search.suggest("нетикед")]
    begun = [[short(hit.iri) for hit in search.suggest(text)] for text in ("органи раб", "соц мре")]

    assert code[:2] == ["digcomp21/1-2", "digcomp21/1-2/level-1"]
    assert len(name) > 3
    assert all(one.startswith("Организатор") for one in name[:5])
    assert "competence/c-gj8xfnjp" in word
    assert latin_word[0] == "digcomp21/area-4"
    assert slip == ["digcomp21/2-5"]
    assert [one[0] for one in begun] == [PROFILE, "competence/c-gj8xfnjp"]
    assert len(search.suggest("о", limit=7)) == 7


def test_the_best_match_says_how_sure_it_is(search: Search) -> None:
    """A code or a name, spelt in any way, has 100; what is only like it has less, in order."""
    kinds = Filters(("OccupationProfile", "Competence"))

    for text in ("1.2", "Evaluating data, information and digital content", "netiket"):
        assert search.best(text, kinds)[0].score == 100.0
    near = search.best("Организатор на работата с клиент", kinds)
    assert short(near[0].iri) == PROFILE
    assert 70 < near[0].score < 100
    assert [hit.score for hit in near] == sorted((hit.score for hit in near), reverse=True)
    assert search.best("зззззз", kinds) == ()


def test_the_best_match_is_what_a_search_finds_first(search: Search, rows: list[Judged]) -> None:
    """Of names and codes it is always the expected one, else the first thing with all the words."""
    for row in rows:
        told = [hit.iri for hit in search.best(row.query, limit=1)]
        hits = search.search(row.query).hits
        whole = [h.iri for h in hits if h.score > 75 and h.type not in STATEMENTS]

        assert told == whole[:1] or not whole, row.query
        assert set(told) & set(row.expected) or row.kind not in ("code", "name"), row.query


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Evaluating data", "digcomp21/1-2"),
        ("Управление на данни", "digcomp21/1-3"),
        ("Managing data", "digcomp21/1-3"),
        ("организатор", PROFILE),
    ],
)
def test_a_long_name_with_all_the_words_is_the_best_match(
    search: Search, text: str, first: str
) -> None:
    """That there is more in a name does not put it behind a shorter one with fewer of the words."""
    assert short(search.best(text)[0].iri) == first


def test_words_that_sound_alike_stay_apart(search: Search) -> None:
    """Who complains is not led to advertising, though both begin so."""
    assert not any(hit.iri.endswith("33393006") for hit in search.search("рекламация").hits)


def test_a_snippet_shows_the_words(search: Search) -> None:
    """The piece of a long text holds the words of the query, and says where they are."""
    hit = next(
        hit for hit in search.search("нулиране на паролата").hits if hit.type == "SkillStatement"
    )
    told = hit.snippet

    assert told
    assert [told.text[start:end] for start, end in told.marks] == ["нулиране", "парола"]
    assert told.text.startswith("… ")
    assert len(told.text) < len(hit.label("bg"))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_no_text_breaks_the_search(search: Search, text: str) -> None:
    """Operators, controls, emoji, endless words and nothing at all are texts like others."""
    for way in (search.search, search.suggest, search.best):
        assert way(text) is not None


def test_many_ask_at_once(search: Search) -> None:
    """Threads that share a search get the answers that each would get alone."""
    texts = ["клиент", "1.2", "netiqette", "рекламация", "организатро"] * 8

    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(lambda text: found(search, text), texts))

    assert told == [found(search, text) for text in texts]


def test_a_search_that_takes_too_long_is_stopped(
    shipped_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is whole or it is an error; the next question is answered again."""
    search = Search.open(shipped_release)
    with monkeypatch.context() as short_of_time:
        short_of_time.setattr(reading, "SECONDS", 0.0)
        short_of_time.setattr(reading, "_STEPS", 1)
        with pytest.raises(SearchTimeout):
            search.search("клиент")

    assert search.search("клиент").hits


def test_the_index_is_made_of_the_release_alone(shipped_release: Release, tmp_path: Path) -> None:
    """Made again from the same release it is the same; it is whole, and no published file."""
    again = tmp_path / FILE
    write_index(again, shipped_release.store, shipped_release.union, shipped_release.base)

    assert again.read_bytes() == (shipped_release.folder / FILE).read_bytes()
    assert shipped_release.file(FILE) is None
    assert verify(shipped_release) == []
    with sqlite3.connect(again) as db:
        for table in ("names", "texts"):
            db.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")


@pytest.mark.parametrize(
    "forms",
    [
        "данни данните", "клиент клиента клиентът клиенти клиентите", "мрежа мрежата мрежи мрежите",
        "работа работата", "съдържание съдържанието", "област областта области областите",
        "дигитален дигитална дигитално дигитални дигиталните дигиталния дигиталният",
        "риск рискове рисковете риска рискът", "таблица таблици таблиците", "език езици езиците",
        "информация информации информацията", "мениджър мениджъри мениджърът мениджърите",
    ],
)  # fmt: skip
def test_the_forms_of_a_word_have_one_sharp_stem(forms: str) -> None:
    """Article, plural and gender make no difference."""
    assert len({stems.sharp(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "forms",
    [
        "управление управлението управлява управлявам управляващ", "търсене търся търси търсения",
        "програмиране програмирам програма програмира", "оценка оценяване оценява оценки",
        "клиент клиентски клиентска", "анализ анализи анализира анализиране анализирани",
        "удовлетвореност удовлетворен удовлетворение удовлетворява", "спорт спортен спортни",
        "комуникация комуникации комуникационен комуникирам",
        "сътрудничество сътрудничеството сътрудници сътруднича",
    ],
)  # fmt: skip
def test_words_of_one_root_have_one_wide_stem(forms: str) -> None:
    """A verb, the noun from it and the adjective meet."""
    assert len({stems.wide(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        ("риск риса", True),
        ("право правило", True),
        ("план плат", True),
        ("не на", True),
        ("рекламация реклама", True),
        ("общество общи", True),
        ("средства среда", True),
    ],
)
def test_other_words_keep_other_stems(words: str, apart: bool) -> None:
    """What only looks alike does not meet."""
    first, second = words.split()

    assert (stems.wide(first) != stems.wide(second)) is apart


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("щъркел", "shtarkel 6tyrkel shturkel shtyrkel"), ("чужбина", "chuzhbina 4ujbina chujbina"),
        ("цена", "tsena cena"), ("ябълка", "yabalka qbylka iabalka jabulka"),
        ("жълт", "zhalt jylt jult"), ("шевица", "shevitsa 6evica shevica"),
        ("юли", "yuli iuli juli"), ("вход", "vhod whod vxod"), ("клиент", "klient client"),
    ],
)  # fmt: skip
def test_latin_typing_means_bulgarian(typed: str, meant: str) -> None:
    """Official and informal transliteration lead to the key of the Bulgarian word."""
    for spelling in meant.split():
        assert latin.key(typed) in {latin.key(one) for one in latin.cyrillic_of(spelling)}


def test_search_over_http(web: FlaskClient) -> None:
    """A page of hits as JSON or CSV, with links to the others, an ETag and for every origin."""
    reply = web.get("/api/v1/search", query_string={"q": "клиентите", "limit": 5, "offset": 5})
    told = reply.get_json()
    again = web.get(
        "/api/v1/search", query_string={"q": "клиентите", "limit": 5, "offset": 5},
        headers={"If-None-Match": reply.headers["ETag"]},
    )  # fmt: skip
    table = web.get("/api/v1/search.csv", query_string={"q": "klientite", "limit": 5, "offset": 5})

    assert (reply.status_code, again.status_code) == (200, 304)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    links = ", ".join(reply.headers.getlist("Link"))
    assert all(f'rel="{one}"' in links for one in ("next", "prev", "first"))
    assert len(told["items"]) == 5
    assert told["total"] > 10
    assert {"id", "url", "type", "prefLabel", "score"} <= set(told["items"][0])
    listed = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["id"] for row in listed] == [item["id"] for item in told["items"]]


def test_the_links_lead_through_all_hits(web: FlaskClient) -> None:
    """Whoever follows `next` sees every hit once."""
    place = f"/api/v1/search?q={quote('реклама')}&limit=9"
    seen: list[str] = []
    total = 0
    while place:
        reply = web.get(place)
        total = reply.get_json()["total"]
        seen += [item["id"] for item in reply.get_json()["items"]]
        links = ", ".join(reply.headers.getlist("Link"))
        following = re.search(r'<([^>]+)>; rel="next"', links)
        place = following.group(1) if following else ""

    assert len(seen) == len(set(seen)) == total > 9


def test_suggestions_over_http(web: FlaskClient) -> None:
    """A few things, each with its names, code and type, the likeliest first."""
    told = web.get("/api/v1/suggest", query_string={"prefix": "орган", "limit": 4}).get_json()

    assert len(told["items"]) == 4
    assert short(told["items"][0]["id"]) == PROFILE
    assert told["items"][0]["notation"] == "33393020"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("search", {}),
        ("search", {"q": ""}),
        ("search", {"q": " \t"}),
        ("search", {"q": "a\0"}),
        ("search", {"q": "а" * (LONGEST + 1)}),
        ("search", {"q": "а", "limit": "0"}),
        ("search", {"q": "а", "offset": "-1"}),
        ("search", {"q": "а", "level": "9"}),
        ("search", {"q": "а", "type": "Nothing"}),
        ("search", {"q": "а", "query": "б"}),
        ("suggest", {"prefix": "а", "offset": "3"}),
        ("suggest", {"prefix": "а", "limit": "21"}),
        ("suggest", {"q": "а"}),
    ],
)
def test_a_wrong_parameter_is_told(web: FlaskClient, path: str, said: dict[str, str]) -> None:
    """What is not taken is a 400 that lists the parameters there are, in the client's language."""
    reply = web.get(f"/api/v1/{path}", query_string={**said, "lang": "bg"})
    told = reply.get_json(force=True)

    assert reply.status_code == 400
    assert reply.mimetype == "application/problem+json"
    assert {"type", "lang"} <= set(told["parameters"])
    assert re.search("[а-я]", told["detail"])


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "\ud800"])
def test_no_text_is_an_error_of_ours(web: FlaskClient, text: str) -> None:
    """Whatever is sent is answered, or refused as a bad request."""
    for path, name in (("search", "q"), ("suggest", "prefix")):
        reply = web.get(f"/api/v1/{path}", query_string={name: text})
        assert reply.status_code in (200, 400)


def test_the_api_describes_them(web: FlaskClient) -> None:
    """OpenAPI has both, with their parameters."""
    told = web.get("/openapi.json").get_json()["paths"]

    for path, name in (("search", "q"), ("suggest", "prefix")):
        described = next(one["get"] for place, one in told.items() if place.endswith(f"/{path}"))
        assert name in {one["name"] for one in described["parameters"]}


@pytest.fixture
def without(shipped_release: Release, tmp_path: Path) -> Release:
    """Return a release that was made before there was search."""
    place = tmp_path / shipped_release.version
    shutil.copytree(shipped_release.folder, place, ignore=shutil.ignore_patterns(FILE, "*.gz"))
    return open_release(place)


def test_a_release_without_an_index(without: Release) -> None:
    """It is served; search says that there is none, and how to look things up meanwhile."""
    app = create_app(Settings(releases=without.folder.parent), without)
    reply = app.test_client().get("/api/v1/search?q=a", headers={"Accept-Language": "en"})
    app.extensions["digigraph"].pool.close()

    assert reply.status_code == 503
    assert reply.get_json(force=True)["type"].endswith("/search-unavailable")
    with pytest.raises(SearchUnavailable):
        Search.open(without)


def test_an_index_that_cannot_be_read(without: Release) -> None:
    """A file that is no index, or one of another format, is none."""
    path = without.folder / FILE
    for content in (b"", b"not a database, but long enough to look like one" * 30):
        path.write_bytes(content)
        with pytest.raises(SearchUnavailable):
            Search.open(without)
    path.unlink()
    write_index(path, without.store, without.union, without.base)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(SearchUnavailable):
        Search.open(without)


def _run(*words: str, releases: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digigraph", "--lang", "en", "search", *words]
    return subprocess.run(
        [*command, "--releases", str(releases)], capture_output=True, text=True, timeout=60
    )


def test_the_command_searches(shipped_release: Release) -> None:
    """`digigraph search` shows hits, as text and as JSON; nothing found is exit code 1."""
    releases = shipped_release.folder.parent
    told = _run("lichni", "danni", "--type", "Competence", releases=releases)
    as_json = _run("1.2", "--json", "--limit", "1", releases=releases)
    nothing = _run("зззззз", releases=releases)
    wrong = _run("x", "--type", "Foo", releases=releases)

    assert told.returncode == 0
    assert told.stdout.startswith("digcomp21/4-2  FrameworkCompetence  4.2 Protecting personal")
    assert short(json.loads(as_json.stdout)["items"][0]["id"]) == "digcomp21/1-2"
    assert (nothing.returncode, wrong.returncode) == (1, 2)
    assert "OccupationProfile" in wrong.stderr


@pytest.mark.parametrize(
    "module", [index, latin, normal, stems], ids=lambda module: module.__name__
)
def test_examples_in_the_docstrings(module: ModuleType) -> None:
    """What docstrings show is so."""
    assert doctest.testmod(module).failed == 0
