"""What changed from one release to another, and what it means to those who rely on the data."""

from __future__ import annotations

import gzip
import json
import shutil
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from conftest import BASE, ISSUED, quads_of, write_sample
from editions import NEW_COMPETENCE, NEW_WORDS, OLD_COMPETENCE, OLD_WORDS, VERSION
from flask.testing import FlaskClient

from digigraph import build
from digigraph.changes import KINDS, Change, Differences
from digigraph.cli import cli
from digigraph.differences import compare_releases
from digigraph.errors import UsageError
from digigraph.pairing import Place, paired
from digigraph.release import Release, open_release, verify, write_release
from digigraph.web import Settings, create_app

ATOM = "{http://www.w3.org/2005/Atom}"
REQUIREMENT = "<id/profile/p-0000sample/req/1-2>"


def of_kind(found: Differences | Sequence[Change], kind: str) -> list[Change]:
    """Return the changes of one kind."""
    changes = found.changes if isinstance(found, Differences) else found
    return [change for change in changes if change.kind == kind]


def between(tmp_path: Path, before: str, after: str) -> Differences:
    """Return what changed between the sample with one piece of Turtle and with another."""
    one = write_sample(tmp_path / "a", more=before)
    other = write_sample(tmp_path / "b", version="2026.12.0", more=after)
    return compare_releases(one, other)


def kinds(tmp_path: Path, before: str, after: str) -> list[str]:
    """Return the kinds of change between two versions of the sample."""
    return [change.kind for change in between(tmp_path, before, after).changes]


@pytest.fixture(scope="module")
def both(shipped_release: Release, second_release: Release) -> Differences:
    """Return what changed between the shipped release and the second one."""
    return compare_releases(shipped_release, second_release)


@pytest.fixture(scope="module")
def pages(second_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a service under a path prefix, which serves the second release."""
    settings = Settings(
        releases=second_release.folder.parent, service="https://example.org/kg/", access_log=""
    )
    app = create_app(settings, second_release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


def test_a_level_that_was_lowered(both: Differences) -> None:
    """Another required level is one breaking change of the competence, from rank to rank."""
    (change,) = of_kind(both, "level-lowered")

    assert change.entity == f"{BASE}id/digcomp21/1-2"
    assert (change.before, change.after) == (6, 5)
    assert change.about == f"{BASE}id/profile/p-37q68h4z"
    assert change.breaking
    assert both.breaking


def test_a_wording_that_was_changed(both: Differences) -> None:
    """A statement in other words is told once, with both wordings, and breaks nothing."""
    (change,) = of_kind(both, "wording")

    assert (change.before, change.after) == (OLD_WORDS, NEW_WORDS)
    assert not change.breaking
    assert change.successors
    assert of_kind(both, "statement-removed") == of_kind(both, "statement-added") == []


def test_a_competence_that_was_merged(both: Differences) -> None:
    """A merged competence is told once: not each of its levels, statements and requirements."""
    (change,) = of_kind(both, "merged")

    assert change.entity == f"{BASE}id/competence/{OLD_COMPETENCE}"
    assert change.successors == (f"{BASE}id/competence/{NEW_COMPETENCE}",)
    assert not [c for c in both.changes if OLD_COMPETENCE in c.entity and c is not change]
    assert of_kind(both, "competence-added") == of_kind(both, "competence-removed") == []


def test_a_mapping_that_was_removed(both: Differences) -> None:
    """A mapping row that is gone is told; one whose subject was merged is not."""
    (change,) = of_kind(both, "mapping-removed")

    assert "64e09849-a7db" in change.before
    assert of_kind(both, "mapping-changed") == of_kind(both, "mapping-added") == []


def test_a_document_with_a_newer_edition(both: Differences) -> None:
    """A source names its successor; its places are counted; its findings are told, not broken."""
    (change,) = of_kind(both, "document-replaced")

    assert change.entity == f"{BASE}id/source/d-v02ry7z3"
    assert not change.breaking
    assert both.moved_evidence > 1000
    assert len(of_kind(both, "finding-kept")) > 30
    assert len(of_kind(both, "finding-settled")) + len(of_kind(both, "finding-added")) < 5
    assert not any(c.breaking for c in both.changes if c.kind.startswith("finding-"))


def test_the_items_of_a_level_that_were_moved(both: Differences) -> None:
    """An item that describes another level now is told as moved, from level to level."""
    moved = of_kind(both, "statement-moved")

    assert {(c.before, c.after) for c in moved} == {
        ("id/digcomp21/1-2/level-6", "id/digcomp21/1-2/level-5")
    }


def test_nothing_else_is_told(both: Differences) -> None:
    """What follows from other changes makes no noise of its own."""
    expected = {
        "level-lowered", "merged", "statement-moved", "wording", "description", "mapping-removed",
        "document-replaced", "finding-added", "finding-kept",
    }  # fmt: skip

    assert both.summary.keys() == expected
    assert all(c.entity.startswith(f"{BASE}id/digcomp21/1-2") for c in of_kind(both, "description"))


def test_the_other_way_round(shipped_release: Release, second_release: Release) -> None:
    """A level that was lowered one way was raised the other way."""
    found = compare_releases(second_release, shipped_release)

    (change,) = of_kind(found, "level-raised")
    assert (change.before, change.after) == (5, 6)


def test_a_release_and_itself(shipped_release: Release) -> None:
    """A release has no difference from itself."""
    found = compare_releases(shipped_release, shipped_release)

    assert (found.added, found.removed, found.changes) == ((), (), ())


OTHER_COMPETENCE = """
<id/profile/p-0000sample/req/1-1> a dgc:CompetenceRequirement ;
    dgc:requirementOf <id/profile/p-0000sample> ; dgc:requiresCompetence <id/digcomp21/1-1> ;
    dgc:requiredLevel <id/digcomp21/level-6> .
"""
STATEMENT = """
<id/statement/s-{id}> a dgc:SkillStatement, dgc:Statement ; dgc:position {position} ;
    rdfs:label "{words}"@bg ; dgc:statementOf <{owner}> .
"""


def statement(iri: str, words: str, position: int = 1, owner: str = REQUIREMENT[1:-1]) -> str:
    """Return a statement of the sample's requirement."""
    return STATEMENT.format(id=iri, words=words, position=position, owner=owner)


MAPPING = """
<mappings/test/m-{id}> a owl:Axiom ; dct:isPartOf <mappings/test> ;
    owl:annotatedSource <id/digcomp21/1-2> ; owl:annotatedProperty skos:{match} ;
    owl:annotatedTarget <http://data.europa.eu/esco/skill/1> ; sssom:confidence {sure} .
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", OTHER_COMPETENCE, ["competence-added"]),
        (OTHER_COMPETENCE, "", ["competence-removed"]),
        ("", "<id/profile/p-000000b2> a dgc:OccupationProfile .", ["profile-added"]),
        ("<id/profile/p-000000b2> a dgc:OccupationProfile .", "", ["removed"]),
        ("", statement("1", "Пише писма"), ["statement-added"]),
        (statement("1", "Пише писма"), "", ["statement-removed"]),
        (statement("1", "Пише писма", 1), statement("2", "Пише  писма.", 4), ["wording"]),
        (
            statement("1", "Пише писма"),
            statement("2", "Води срещи", owner="id/digcomp21/1-2"),
            ["statement-removed", "statement-added"],
        ),
        (
            statement("1", "Пише писма"),
            statement("2", "Пише писма", owner="id/digcomp21/1-2"),
            ["statement-moved"],
        ),
        (statement("1", "Пише писма", 1), statement("1", "Пише писма", 2), []),
        ("", MAPPING.format(id="a", match="closeMatch", sure=0.8), ["mapping-added"]),
        (
            MAPPING.format(id="a", match="closeMatch", sure=0.8),
            MAPPING.format(id="a", match="closeMatch", sure=0.7),
            ["mapping-changed"],
        ),
        (
            MAPPING.format(id="a", match="closeMatch", sure=0.8),
            MAPPING.format(id="b", match="broadMatch", sure=0.8),
            ["mapping-changed"],
        ),
        (
            '<id/nkpd11/33393020> skos:prefLabel "Организатор"@bg .',
            '<id/nkpd11/33393020> skos:prefLabel "Организаторка"@bg .',
            ["label"],
        ),
        (
            '<id/nkpd11/33393020> skos:altLabel "Едно"@bg .',
            '<id/nkpd11/33393020> skos:altLabel "Друго"@bg .',
            ["label"],
        ),
        (
            '<id/digcomp21/1-2> skos:definition "Едно"@bg .',
            '<id/digcomp21/1-2> skos:definition "Друго"@bg .',
            ["description"],
        ),
        (f"{REQUIREMENT} dct:description \"Едно\"@bg .", "", ["description"]),
        ("", "<id/digcomp21/1-2> dgc:similarTo <id/digcomp21/1-1> .", ["changed"]),
        ("", '<def#Level> rdfs:label "Ниво"@bg .', ["term-added"]),
        ('<def#Level> rdfs:label "Ниво"@bg .', "", ["term-removed"]),
        (
            '<def#Level> rdfs:label "Ниво"@bg .',
            '<def#Level> rdfs:label "Степен"@bg .',
            ["term-changed"],
        ),
        (
            '<def#Level> rdfs:label "Ниво"@bg .',
            '<def#Level> rdfs:label "Ниво"@bg ; owl:deprecated true .',
            ["deprecated"],
        ),
        ("", '<catalog/digigraph> dct:issued "2026-12-01"^^xsd:date .', []),
        ("", "<.well-known/void#x> void:triples 1 .", []),
        (
            f"{REQUIREMENT} dgc:hasLevelAssertion <id/profile/p-0000sample/req/1-2/detail> .\n"
            "<id/profile/p-0000sample/req/1-2/detail> a dgc:LevelAssertion ;"
            ' dgc:assertedLevel <id/digcomp21/level-6> ; rdfs:label "Ниво 6"@bg .',
            f"{REQUIREMENT} dgc:hasLevelAssertion <id/profile/p-0000sample/req/1-2/detail> .\n"
            "<id/profile/p-0000sample/req/1-2/detail> a dgc:LevelAssertion ;"
            ' dgc:assertedLevel <id/digcomp21/level-5> ; rdfs:label "Ниво 5"@bg .',
            ["level-stated"],
        ),
    ],
)  # fmt: skip
def test_what_a_change_is_called(
    tmp_path: Path, before: str, after: str, expected: list[str]
) -> None:
    """Each change of the triples is told by what it means to a reader."""
    assert kinds(tmp_path, before, after) == expected


def test_releases_of_two_bases(tmp_path: Path, sample_release: Release) -> None:
    """Releases under two bases share no IRI and are not compared."""
    base = "https://example.org/x/"
    quads = quads_of('<id/a> rdfs:label "А"@bg .', "stubs", base)
    told = {"version": "2026.12.0", "issued": ISSUED, "inputs_digest": "other"}
    shutil.copytree(sample_release.folder, tmp_path / VERSION)

    other = write_release(tmp_path, quads, base=base, **told)

    assert json.loads(other.path("changes.json").read_bytes())["first"] is True
    with pytest.raises(UsageError, match="only releases of one base"):
        compare_releases(sample_release, other)


def test_every_kind_has_words_in_both_languages() -> None:
    """A kind of change is named in Bulgarian and in English, differently from all others."""
    bulgarian = [bg for bg, _, _ in KINDS.values()]
    english = [en for _, en, _ in KINDS.values()]

    assert len(set(bulgarian)) == len(set(english)) == len(KINDS)
    assert not any(word.isascii() for word in bulgarian)
    assert all(word.isascii() for word in english)


def test_the_most_alike_find_each_other() -> None:
    """Of two candidates the closer one is the successor; what is alike to nothing has none."""
    group = ("skill", "requirement")
    gone = [Place("a", group, "1", "Пише писма до клиенти"), Place("b", group, "2", "Рисува")]
    new = [
        Place("c", group, "1", "Пише кратки писма до нови клиенти"),
        Place("d", group, "9", "Пише писма до клиентите"),
        Place("e", ("skill", "other"), "1", "Пише писма до клиенти"),
    ]

    assert paired(gone, new) == {"a": "d"}


def test_memory_grows_with_the_changes_only(shipped_release: Release, tmp_path: Path) -> None:
    """Comparing two releases that differ in one line takes a small part of their size."""
    size = shipped_release.path("digigraph.nt").stat().st_size
    compare_releases(shipped_release, shipped_release)
    tracemalloc.start()

    compare_releases(shipped_release, shipped_release)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size / 10


def test_a_release_tells_what_changed(second_release: Release, both: Differences) -> None:
    """`changes.json` says what `diff` says; `added` and `removed` make one graph of the other."""
    told = json.loads(second_release.path("changes.json").read_bytes())
    older = open_release(second_release.folder.parent / VERSION)

    assert {name: told[name] for name in both.told()} == both.told()
    assert told["first"] is False
    before = set(older.path("digigraph.nt").read_bytes().splitlines())
    after = set(second_release.path("digigraph.nt").read_bytes().splitlines())
    added = set(gzip.decompress(second_release.path("added.nt.gz").read_bytes()).splitlines())
    removed = set(gzip.decompress(second_release.path("removed.nt.gz").read_bytes()).splitlines())
    assert (before - removed) | added == after
    assert removed <= before
    assert not added & before
    manifest = json.loads(second_release.path("manifest.json").read_bytes())
    assert manifest["previous"] == {
        "version": older.version, "dataset_digest": older.dataset_digest,
    }  # fmt: skip
    assert verify(second_release) == []


def test_the_first_release_says_so(shipped_release: Release) -> None:
    """The first release has nothing to compare with, and no files of differences."""
    told = json.loads(shipped_release.path("changes.json").read_bytes())
    log = shipped_release.path("CHANGELOG.md").read_text(encoding="utf-8")

    assert told["first"] is True
    assert told["changes"] == []
    assert [one["version"] for one in told["releases"]] == [shipped_release.version]
    assert f"## {shipped_release.version}" in log
    assert "Първо издание" in log
    assert "First release" in log
    assert shipped_release.file("added.nt.gz") is None
    manifest = json.loads(shipped_release.path("manifest.json").read_bytes())
    assert manifest["previous"] is None


def test_the_changelog_tells_all_releases(second_release: Release) -> None:
    """The newest release comes first, each change in both languages, what breaks is marked."""
    log = second_release.path("CHANGELOG.md").read_text(encoding="utf-8")

    assert log.index("## 2026.12.0") < log.index("## 2026.11.0")
    assert "Изискваното ниво е по-ниско / The required level is lower: 1 **(!)**" in log
    assert f"<{BASE}id/digcomp21/1-2>: 6 → 5" in log
    assert "Само други думи / Wording only: 1\n" in log


@pytest.mark.long
def test_the_same_inputs_after_the_same_release(
    second_data: Path, second_release: Release, shipped_release: Release, tmp_path: Path
) -> None:
    """The same inputs beside the same earlier release give the same bytes (V-03)."""
    shutil.copytree(shipped_release.folder, tmp_path / VERSION)

    again = build.build(build.inputs(second_data), tmp_path).release

    assert again
    assert again.path("SHA256SUMS").read_bytes() == second_release.path("SHA256SUMS").read_bytes()


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it wrote."""
    result = CliRunner().invoke(cli, ["--lang", "en", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_diff_of_the_newest_two(second_release: Release) -> None:
    """`digigraph diff` compares the newest two releases and says what it means."""
    code, out, _ = run("diff", "--releases", str(second_release.folder.parent))

    assert code == 0
    assert out.startswith("2026.11.0 -> 2026.12.0\n")
    assert "! The required level is lower: 1\n" in out
    assert "6 → 5" in out
    assert "  Wording only: 1\n" in out


def test_diff_by_version_and_by_folder(second_release: Release, shipped_release: Release) -> None:
    """A release is named by its version or by its folder; the report is the same."""
    folder = second_release.folder.parent
    by_version = run("diff", "2026.11.0", "2026.12.0", "--json", "--releases", str(folder))
    by_folder = run("diff", "--json", str(shipped_release.folder), str(second_release.folder))

    assert by_version == by_folder
    told = json.loads(by_version[1])
    assert (told["from"], told["to"], told["breaking"]) == ("2026.11.0", "2026.12.0", True)


def test_the_exit_codes_of_diff(second_release: Release, tmp_path: Path) -> None:
    """1 where --exit-code finds a change, 0 where nothing changed, 2 and 3 for wrong use (D-02)."""
    folder = second_release.folder.parent
    named = ("--releases", str(folder))

    assert run("diff", "--exit-code", *named)[0] == 1
    assert run("diff", "--exit-code", "2026.11.0", "2026.11.0", *named)[0] == 0
    assert run("diff", "2026.11.0", *named)[0] == 2
    assert run("diff", "2026.11.0", "2026.13.0", *named)[0] == 3
    assert run("diff", "--releases", str(tmp_path))[0] == 3


def test_the_page_of_changes(pages: FlaskClient) -> None:
    """The page tells the changes in the reader's language, with links under the prefix."""
    bulgarian = pages.get("/changes?lang=bg").text
    english = pages.get("/changes", headers={"Accept-Language": "en"}).text

    assert "Изискваното ниво е по-ниско: 1" in bulgarian
    assert "The required level is lower: 1" in english
    assert f'href="/kg/id/competence/{OLD_COMPETENCE}"' in english
    assert 'href="/kg/release/2026.12.0/changes.json"' in english
    assert 'type="application/atom+xml"' in english
    assert 'href="/kg/changes?lang=en"' in pages.get("/?lang=en").text
    assert 'href="/kg/changes.atom?lang=en"' in pages.get("/?lang=en").text


def test_the_twins_of_the_page(pages: FlaskClient, second_release: Release) -> None:
    """The page, JSON and Atom are chosen by suffix, parameter or Accept, and name each other."""
    by_suffix = pages.get("/changes.json")
    by_accept = pages.get("/changes", headers={"Accept": "application/json"})
    atom = pages.get("/changes", headers={"Accept": "application/atom+xml"})

    assert by_suffix.data == by_accept.data == second_release.path("changes.json").read_bytes()
    assert atom.content_type == "application/atom+xml"
    assert '</kg/changes.atom>; rel="alternate"; type="application/atom+xml"' in (
        by_suffix.headers.getlist("Link")
    )
    assert pages.get("/changes", headers={"Accept": "image/png"}).status_code == 406
    assert pages.get("/changes.ttl").status_code == 404
    etag = {"If-None-Match": by_suffix.headers["ETag"]}
    assert pages.get("/changes.json", headers=etag).status_code == 304


def entries(pages: FlaskClient, language: str) -> tuple[ET.Element, list[ET.Element]]:
    """Return the feed and its entries, read by an XML parser."""
    feed = ET.fromstring(pages.get(f"/changes.atom?lang={language}").data)
    return feed, feed.findall(f"{ATOM}entry")


def test_the_feed(pages: FlaskClient) -> None:
    """The feed has an entry per release and one per retirement, and all that RFC 4287 demands."""
    feed, found = entries(pages, "en")

    for element in (feed, *found):
        for name in ("id", "title", "updated"):
            (child,) = element.findall(f"{ATOM}{name}")
            assert child.text
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "digigraph"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == "https://example.org/kg/changes.atom?lang=en"
    assert [e.findtext(f"{ATOM}id") for e in found] == [
        f"{BASE}release/2026.12.0",
        f"{BASE}release/2026.12.0#id/competence/{OLD_COMPETENCE}",
        f"{BASE}release/2026.12.0#id/source/d-v02ry7z3",
        f"{BASE}release/2026.11.0",
    ]
    assert all(e.find(f"{ATOM}link[@rel='alternate']") is not None for e in found)
    assert feed.findtext(f"{ATOM}updated") == "2026-12-07T00:00:00Z"


def test_the_ids_of_the_feed_are_stable(pages: FlaskClient) -> None:
    """Entries keep their ids whatever the language."""
    _, english = entries(pages, "en")
    _, bulgarian = entries(pages, "bg")

    assert [e.findtext(f"{ATOM}id") for e in english] == [
        e.findtext(f"{ATOM}id") for e in bulgarian
    ]
    assert english[0].findtext(f"{ATOM}title") != bulgarian[0].findtext(f"{ATOM}title")
