"""The same competence in many profiles: found, judged by an editor, and merged by one line."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner
from editions import change

from digigraph import alike, build, documents, reference, resources, sources
from digigraph.alike import Named, like, pairs
from digigraph.cli import cli
from digigraph.documents.export import yaml_of
from digigraph.names import Names
from digigraph.registry import Registry, competence_key
from digigraph.release import Release
from digigraph.reviews import COLUMNS, FILE

FIRST, NEXT = "2026.11.0", "2026.12.0"
HEADER = "\t".join(COLUMNS) + "\n"
NAME = "Управление на бизнес профили в социалните мрежи"
INFLECTED = "Управление на „Бизнес“ профилите – в социални мрежи"
OTHER = "Оценка на клиентската удовлетвореност с дигитални инструменти"


def run(data: Path, *arguments: str, code: int = 0) -> str:
    """Run `digigraph ids` on a data folder and return what it says; expects an exit code."""
    answer = CliRunner().invoke(cli, ["ids", *arguments, "--data", str(data)])
    assert answer.exit_code == code, answer.output
    return answer.stdout if code != 1 or "--json" in arguments else answer.output


def register(data: Path, *named: tuple[str, str]) -> list[str]:
    """Write a register of competences, each of a profile and with a name; return their ids."""
    registry = Registry()
    data.mkdir(exist_ok=True)
    found = [registry.mint("c-", competence_key(p, name), FIRST) for p, name in named]
    registry.write(data / "ids.tsv")
    return found


def offered(data: Path, *arguments: str, code: int = 1) -> list[tuple[str, str, float]]:
    """Return the pairs that a review offers."""
    told = json.loads(run(data, "review", "--json", *arguments, code=code))
    return [(p["first"]["id"], p["second"]["id"], p["score"]) for p in told["pairs"]]


def decide(data: Path, first: str, second: str, decision: str) -> None:
    """Write an editor's decision into the line of a pair."""
    path = data / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{first}\t{second}\t"))
    cells = [*lines[at].split("\t")[:-3], decision, "И. Редактор", "2026-11-24"]
    lines[at] = "\t".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# ------------------------------------------------------------------ how like names are


@pytest.mark.parametrize(
    "other",
    [
        NAME.upper(),
        f"  {NAME} . ",
        INFLECTED,
        "В социалните мрежи: управление на бизнес профили",
        "Управление на бизнес-профил в социалната мрежа",
        NAME.replace("с", "c"),
    ],
)
def test_the_same_name_however_it_is_written(other: str) -> None:
    """Case, signs, look-alike letters, order of the words and inflection do not count."""
    assert like(NAME, other) >= 0.95


def test_other_names_score_less() -> None:
    """A typing error costs little, another word more, another name nearly all."""
    slip = like(NAME, NAME.replace("социалните", "социлните"))
    word = like(NAME, NAME.replace("социалните мрежи", "печатните медии"))

    assert 1 > slip > 0.95 > 0.85 > word > like(NAME, OTHER)
    assert like(NAME, NAME) == 1


def test_the_score_is_what_is_published() -> None:
    """1 - d / (a + b): d letters go or come, of a and b."""
    one, other = alike.form("Мрежи"), alike.form("Мрежест")

    gone = len(one) + len(other) - 2 * len("мреж")
    assert one == "мреж"
    assert like("Мрежи", "Мрежест") == int(1000 * (1 - gone / (len(one) + len(other)))) / 1000


# ------------------------------------------------------------------ the review


def test_pairs_are_offered_until_they_are_judged(tmp_path: Path) -> None:
    """The likest comes first; what was judged is never asked again; the exit code says if any."""
    a, b, c, _ = register(
        tmp_path, ("p-1", NAME), ("p-2", INFLECTED), ("p-3", NAME + " и форуми"), ("p-3", OTHER)
    )

    assert [pair[:2] for pair in offered(tmp_path)] == [(a, b), (a, c)]
    assert offered(tmp_path)[0][2] == 1.0
    decide(tmp_path, a, b, "same")
    decide(tmp_path, a, c, "different")
    before = (tmp_path / FILE).read_bytes()

    assert offered(tmp_path, code=1) == [(b, c, offered(tmp_path)[0][2])]
    decide(tmp_path, b, c, "different")
    assert offered(tmp_path, code=0) == []
    assert (tmp_path / FILE).read_bytes().startswith(before)


def test_a_note_without_a_decision_is_kept(tmp_path: Path) -> None:
    """What an editor wrote beside a pair stands there when the pairs are looked for again."""
    register(tmp_path, ("p-1", NAME), ("p-2", NAME + " и форуми"))
    offered(tmp_path)
    path = tmp_path / FILE
    header, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{header}\n{row.rstrip()}\t\tИ. Р.\tпитай в БСК\n", encoding="utf-8")
    before = path.read_bytes()

    offered(tmp_path)
    assert path.read_bytes() == before
    run(tmp_path, "review", "--least", "1.0", code=1)
    assert "питай в БСК" in path.read_text(encoding="utf-8")


def test_competences_of_one_profile_are_no_pair(tmp_path: Path) -> None:
    """What one profile tells apart is not the same."""
    register(tmp_path, ("p-1", NAME), ("p-1", INFLECTED))

    assert offered(tmp_path, code=0) == []
    assert not (tmp_path / FILE).exists()


def test_one_name_in_many_profiles_is_not_asked_for_each_two(tmp_path: Path) -> None:
    """Of forty profiles with one name there are 39 pairs with the first, not 780."""
    ids = register(tmp_path, *((f"p-{n}", NAME) for n in range(40)))

    assert {pair[:2] for pair in offered(tmp_path)} == {(ids[0], one) for one in ids[1:]}


def test_the_least_score_and_the_most_pairs_are_settings(tmp_path: Path) -> None:
    """`--least` leaves out what is less alike, `--most` offers fewer of one competence."""
    words = ("едно", "две", "три")
    register(tmp_path, *((f"p-{n}", f"{NAME} {word}") for n, word in enumerate(words)))

    assert len(offered(tmp_path)) == 3
    assert len(offered(tmp_path, "--most", "1")) == 2
    assert offered(tmp_path, "--least", "1", code=0) == []


def test_thousands_of_names_make_bounded_work() -> None:
    """However many are alike, at most three pairs are offered of each."""
    words = ("склад", "смени", "уреди", "огледи", "рецепти", "товари", "пропуски", "отзиви")
    things = [
        Named(
            f"c-{n}",
            f"Работа със система за {words[n % 8]} и {words[n // 8 % 8]} {n % 5}",
            f"p-{n}",
        )
        for n in range(2000)
    ]

    found = list(pairs(things, judged=lambda *_: False))

    assert len(found) > 1000
    assert max(Counter(pair.second.id for pair in found).values()) <= 4
    assert all(0.85 <= pair.score <= 1 for pair in found)
    assert all(int(pair.first.id[2:]) < int(pair.second.id[2:]) for pair in found)


def test_all_faults_of_the_review_are_told_at_once(tmp_path: Path) -> None:
    """A decision that is none, without editor or date, and a pair that is there twice."""
    row = "c-1\tc-2\t1\t\t\t\t"
    (tmp_path / FILE).write_text(
        HEADER + f"{row}\tsame\tИ. Р.\t2026-11-24\n{row}\tdifferent\tИ. Р.\t2026-11-24\n"
        + "c-1\tc-3\t1\t\t\t\t\tmaybe\n" + "c-1\tc-4\t1\t\t\t\t\tsame\t\t24.11\n",
        encoding="utf-8",
    )  # fmt: skip
    register(tmp_path, ("p-1", NAME))

    told = run(tmp_path, "review", code=1)

    for line, fault in ((3, "there already"), (4, "'maybe'"), (5, "editor"), (5, "'24.11'")):
        assert any(f":{line}: " in one and fault in one for one in told.splitlines()), told


# ------------------------------------------------------------------ the merge


def test_a_decision_is_carried_into_the_register_once(tmp_path: Path) -> None:
    """The second becomes deprecated, with the first as its successor; again changes nothing."""
    a, b, c = register(tmp_path, ("p-1", NAME), ("p-2", INFLECTED), ("p-3", NAME))
    offered(tmp_path)
    decide(tmp_path, a, b, "same")

    told = json.loads(run(tmp_path, "merge", "--json"))

    assert told["merged"] == {b: a}
    registry = Registry.read(tmp_path / "ids.tsv")
    assert [(e.status, e.replaced_by) for e in registry.entries] == [
        ("active", ""), ("deprecated", a), ("active", "")
    ]  # fmt: skip
    before = (tmp_path / "ids.tsv").read_bytes()
    assert json.loads(run(tmp_path, "merge", "--json"))["merged"] == {}
    assert (tmp_path / "ids.tsv").read_bytes() == before
    assert [pair[:2] for pair in offered(tmp_path)] == [(a, c)]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([(0, 1, "same"), (0, 2, "same")], "both of profile p-2"),
        ([(0, 1, "same"), (1, 3, "same"), (0, 3, "different")], "would be one"),
        ([(0, 1, "same"), (1, 0, "same")], "there already"),
        ([(0, 1, "same"), (3, 1, "same")], "stands for"),
        ([(0, 9, "same")], "no competence of the register"),
        ([(0, 1, "same"), (1, 3, "same"), (3, 0, "same")], "merged into it already"),
    ],
    ids=["one profile", "against another", "both ways", "two successors", "unknown", "in a ring"],
)
def test_a_merge_that_cannot_be_changes_nothing(
    tmp_path: Path, rows: list[tuple[int, int, str]], complaint: str
) -> None:
    """All decisions are carried out or none, and the line that is wrong is named."""
    ids = register(
        tmp_path, ("p-1", NAME), ("p-2", INFLECTED), ("p-2", OTHER), ("p-3", NAME + " и форуми")
    )
    ids += ["c-00000000"] * 9
    lines = [f"{ids[a]}\t{ids[b]}\t1\t\t\t\t\t{word}\tИ. Р.\t2026-11-24\n" for a, b, word in rows]
    (tmp_path / FILE).write_text(HEADER + "".join(lines), encoding="utf-8")
    before = (tmp_path / "ids.tsv").read_bytes()

    assert complaint in run(tmp_path, "merge", code=1)
    assert (tmp_path / "ids.tsv").read_bytes() == before


def test_what_still_names_a_merged_competence_is_told(tmp_path: Path) -> None:
    """Labels and mappings of a merged competence are pointed at, with file and line."""
    a, b = register(tmp_path, ("p-1", NAME), ("p-2", NAME))
    (tmp_path / "labels.tsv").write_text(f"id\tlanguage\tlabel\ncompetence/{b}\ten\tX\n")
    offered(tmp_path)
    decide(tmp_path, a, b, "same")

    (place,) = json.loads(run(tmp_path, "merge", "--json"))["mentioned"]

    assert place.endswith(f"labels.tsv:2: {b}")


# ------------------------------------------------------------------ in a release


def profile(number: int, *names: str) -> str:
    """Return a small profile as YAML: another code, one general and some specific competences."""
    given = sources.load(resources.folder("data") / "sources" / "33393020-93" / "source.toml")
    reading = documents.read(given.path, reference.load())
    told: dict[str, Any] = yaml.load(
        yaml_of(reading, given.source, plain=True), Loader=yaml.CSafeLoader
    )
    told["occupations"] = [{"name": f"Организатор {number}", "codes": [f"3339900{number}"]}]
    told["alternatives"] = []
    general = told["requirements"][0]
    specific = [one for one in told["requirements"] if one["kind"] == "specific"]
    own = []
    for name, one in zip(names, specific, strict=False):
        own.append({**one, "competence": name, "overview": {**one["overview"], "competence": name}})
    told["requirements"] = [general, *own]
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10**6)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what `digigraph add` remembers beside the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release, str, str]:
    """Return a release of two profiles, the next one after a merge, and the two competences."""
    root = tmp_path_factory.mktemp("two")
    data = root / "data"
    (data / "sources").mkdir(parents=True)
    (data / "ids.tsv").write_text("id\tkey\tfirst_release\tstatus\treplaced_by\n")
    (data / "labels.tsv").write_text("id\tlanguage\tlabel\n")
    shutil.copy(resources.folder("data") / "release.toml", data)
    for number, names in ((1, (NAME, OTHER)), (2, (INFLECTED, OTHER))):
        path = root / f"{number}.yaml"
        path.write_text(profile(number, *names), encoding="utf-8")
        answer = CliRunner().invoke(cli, ["add", "--data", str(data), str(path)])
        assert answer.exit_code == 0, answer.output
    first = build.build(build.inputs(data), root / "releases").release
    pair = offered(data)
    kept, gone = next(one[:2] for one in pair if _name(data, one[0]) == NAME.casefold())
    decide(data, kept, gone, "same")
    for one in (p for p in pair if p[:2] != (kept, gone)):
        decide(data, one[0], one[1], "different")
    run(data, "merge")
    change(data / "release.toml", (FIRST, NEXT), ("2026-11-23", "2026-12-07"))
    second = build.build(build.inputs(data), root / "releases").release
    assert first
    assert second
    return first, second, kept, gone


def _name(data: Path, identifier: str) -> str:
    return Registry.read(data / "ids.tsv").entry(identifier).key.split("|", 2)[2]


@cache
def index(place: Path) -> ox.Store:
    """Return the index of a release, opened once."""
    return ox.Store.read_only(str(place))


def values(release: Release, subject: str, name: str) -> set[str]:
    """Return the values of a property of a thing in a release."""
    names = Names(release.base)
    store = index(release.store)
    quads = store.quads_for_pattern(
        ox.NamedNode(names.id(subject)), ox.NamedNode(names.expanded(name)), None, ox.DefaultGraph()
    )
    return {str(quad.object.value).removeprefix(names.id("")) for quad in quads}


def requirement(release: Release, competence: str) -> str:
    """Return the one requirement that is named after a competence."""
    names = Names(release.base)
    store = index(release.store)
    kind = ox.NamedNode(names.expanded("dgc:CompetenceRequirement"))
    rdf_type = ox.NamedNode(names.expanded("rdf:type"))
    found = [
        quad.subject.value.removeprefix(names.id(""))
        for quad in store.quads_for_pattern(None, rdf_type, kind, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.endswith(competence)
    ]
    (one,) = found
    return one


Two = tuple[Release, Release, str, str]


@pytest.mark.long
def test_until_an_editor_says_so_there_are_two(two: Two) -> None:
    """Each profile has a competence of its own, although the names are alike."""
    first, _, kept, gone = two

    for one in (kept, gone):
        assert "http" in "".join(values(first, f"competence/{one}", "rdf:type"))
        assert values(first, requirement(first, one), "dgc:requiresCompetence") == {
            f"competence/{one}"
        }


@pytest.mark.long
def test_a_merged_competence_has_a_successor(two: Two) -> None:
    """The second is deprecated and names the first, and so does each of its levels."""
    _, second, kept, gone = two

    assert values(second, f"competence/{gone}", "owl:deprecated") == {"true"}
    assert values(second, f"competence/{gone}", "dct:isReplacedBy") == {f"competence/{kept}"}
    for rank in range(1, 9):
        level = f"competence/{gone}/level-{rank}"
        assert values(second, level, "dct:isReplacedBy") == {f"competence/{kept}/level-{rank}"}


def test_requirements_keep_their_names(two: Two) -> None:
    """The requirement stays where it was, with all its statements, and asks for the first now."""
    first, second, kept, gone = two

    before, after = requirement(first, gone), requirement(second, gone)

    assert before == after
    assert values(second, after, "owl:deprecated") == set()
    assert values(second, after, "dgc:requiresCompetence") == {f"competence/{kept}"}
    (level,) = values(second, after, "dgc:requiredDescriptor")
    assert level.startswith(f"competence/{kept}/level-")
    statements = values(first, before, "dgc:hasStatement")
    assert len(statements) > 10
    assert values(second, after, "dgc:hasStatement") == statements


def test_the_first_keeps_its_words_and_takes_the_other_name(two: Two) -> None:
    """Labels, definition, levels and their items are as they were; the second's name is added."""
    first, second, kept, _ = two
    subject = f"competence/{kept}"

    for name in ("skos:prefLabel", "skos:definition", "dgc:area", "skos:narrower"):
        assert values(second, subject, name) == values(first, subject, name) != set()
    assert values(second, subject, "skos:altLabel") == {INFLECTED}
    for rank in range(1, 9):
        level = f"{subject}/level-{rank}"
        for name in ("skos:definition", "dgc:hasDescriptorItem"):
            assert values(second, level, name) == values(first, level, name) != set()
        assert len(values(second, level, "dgc:hasVariantItem")) == len(
            values(first, level, "dgc:hasDescriptorItem")
        )


def test_what_was_found_different_stays_apart(two: Two) -> None:
    """Two competences of one name that an editor told apart are two in the next release too."""
    _, second, kept, gone = two
    text = second.path("ids.tsv").read_text(encoding="utf-8")
    others = [
        entry
        for entry in Registry.parse(text).entries
        if entry.id[0] == "c" and entry.id not in (kept, gone)
    ]

    assert [entry.status for entry in others] == ["active", "active"]
    assert all(values(second, f"competence/{one.id}", "skos:prefLabel") for one in others)
