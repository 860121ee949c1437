"""A profile as one YAML file: the same checks, and what is exported reads back the same."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from digigraph import documents, graph, reference, resources, sources
from digigraph.authoring import FILE, schema_document
from digigraph.cli import cli
from digigraph.documents.export import yaml_of
from digigraph.intake.examine import meaning
from digigraph.labels import Labels
from digigraph.names import Names
from digigraph.records import Reading, Severity, Span, Text
from digigraph.registry import Registry
from digigraph.release import Release
from digigraph.text import tidy
from digigraph.web import Settings, create_app

KNOWN = reference.load()
FOLDER = resources.folder("data") / "sources" / "33393020-93"
GIVEN = sources.load(FOLDER / "source.toml")
SEED = (FOLDER / "document.txt").read_text(encoding="utf-8")
README = Path(__file__).parents[1] / "README.md"
CODE = "33393020"
LEVEL = "Напреднало - 6"


def loaded(text: str) -> Any:
    """Return the values of a YAML text, as any program reads them."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def dumped(values: Any) -> str:
    """Return values as a YAML text, as any program writes them."""
    return str(yaml.dump(values, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False))


def run(*arguments: str, code: int = 0) -> str:
    """Run `digigraph` and return what it says; expects an exit code."""
    answer = CliRunner().invoke(cli, list(arguments))
    assert answer.exit_code == code, answer.output
    return answer.stdout


@cache
def read(text: str) -> Reading:
    """Return what a document says."""
    return documents.read_text(text, KNOWN)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what `digigraph add` remembers beside the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def original() -> Reading:
    """Return the reading of the shipped document."""
    return read(SEED)


@pytest.fixture(scope="module")
def full() -> str:
    """Return the shipped profile as YAML with its evidence, as the command writes it."""
    return run("export", CODE)


@pytest.fixture(scope="module")
def plain() -> str:
    """Return the shipped profile as YAML that is a document of its own."""
    return run("export", "--plain", "p-37q68h4z")


@pytest.fixture(scope="module")
def client(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a service over the shipped release."""
    app = create_app(
        Settings(releases=shipped_release.folder.parent, access_log=""), shipped_release
    )
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


# ------------------------------------------------------------------ there and back


def test_an_exported_profile_reads_back_the_same(original: Reading, full: str) -> None:
    """Every value, place, finding and line is that of the document; so is what is known of it."""
    again = read(full)

    assert replace(again, source=None) == original
    assert again.source == GIVEN.source


def test_an_exported_profile_makes_the_same_graph(full: str, tmp_path: Path) -> None:
    """Added instead of the document, it mints nothing and gives byte-identical N-Quads."""
    data = tmp_path / "data"
    (data / "sources").mkdir(parents=True)
    (tmp_path / "profile.yaml").write_text(full, encoding="utf-8")

    run("add", "--data", str(data), str(tmp_path / "profile.yaml"))

    (folder,) = (data / "sources").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["document.yaml", "source.toml"]
    ours, theirs = (quads_of(one / "source.toml") for one in (folder, FOLDER))
    assert len(ours) > 10_000
    assert ours == theirs


def quads_of(settings: Path) -> list[bytes]:
    """Return what a document adds to the dataset, as sorted N-Quads."""
    registry = Registry.read(resources.folder("data") / "ids.tsv")
    given, before = sources.load(settings), registry.text()
    reading = documents.read(given.path, KNOWN)
    facts = graph.facts_of(given.source, reading)
    identity = graph.identified(facts, registry, "2026.12.0")
    assert registry.text() == before
    stated = graph.document_part(
        graph.Document(given.source, reading, identity),
        names=Names(), reference=KNOWN, labels=Labels({}),
        shared=graph.speakers([], Names()).before(identity, facts),
    )  # fmt: skip
    return sorted(ox.serialize(stated.quads(), format=ox.RdfFormat.N_QUADS).splitlines())


def test_what_is_known_of_a_derived_text_is_kept(original: Reading) -> None:
    """Publisher, derivation and date of a document that came as another file read back too."""
    source = replace(
        GIVEN.source, publisher="БСК: „Съюз“", received=date(2025, 2, 3), text_sha256="0" * 64,
        derived_bg="Извлечен.", derived_en="Extracted.", media_type="application/pdf",
    )  # fmt: skip

    assert read(yaml_of(original, source)).source == source


def test_a_profile_that_is_there_already_is_told(full: str, plain: str, tmp_path: Path) -> None:
    """Whichever way it is written, the same profile is not taken twice."""
    data = tmp_path / "data"
    shutil.copytree(FOLDER.parent, data / "sources")
    for name, text in (("full", full), ("plain", plain)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")

    paths = [str(tmp_path / f"{name}.yaml") for name in ("full", "plain")]
    told = json.loads(run("add", "--json", "--data", str(data), *paths))

    assert [one["verdict"] for one in told["files"]] == ["present", "present"]


def test_a_plain_profile_is_its_own_source(original: Reading, plain: str) -> None:
    """It says the same, and cites the very lines of the file for each value."""
    again = read(plain)
    assert original.profile
    assert again.profile

    lines = plain.split("\n")
    cited = list(spans(again.profile))

    assert meaning(again.profile) == meaning(original.profile)
    assert len(cited) > 390
    assert all(lines[one.line - 1][one.first - 1 : one.last] == one.quote for one in cited)
    assert again.coverage.whole
    assert again.coverage.lines == sum(bool(line.strip()) for line in lines)
    assert again.source is None


def test_a_profile_may_be_json(original: Reading, plain: str) -> None:
    """JSON is YAML: what a registry has as JSON is taken as it is."""
    text = json.dumps(loaded(plain), ensure_ascii=False, indent=1)

    again = read(text)

    assert again.profile
    assert original.profile
    assert meaning(again.profile) == meaning(original.profile)


def test_json_may_be_one_line_in_any_order(plain: str, tmp_path: Path) -> None:
    """What `json.dumps` writes by default is taken; only the whole has a limit."""
    values = dict(reversed(loaded(plain).items()))
    data, path = tmp_path / "data", tmp_path / "profile.json"
    (data / "sources").mkdir(parents=True)
    path.write_text(json.dumps(values), encoding="ascii")

    told = json.loads(run("add", "--json", "--data", str(data), str(path)))["files"][0]

    assert (told["statements"], told["media_type"]) == (274, "application/yaml")
    assert told["verdict"].startswith("accepted")
    path.write_text(json.dumps(values | {"description": "а" * 800_000}), encoding="ascii")
    told = json.loads(run("add", "--json", "--data", str(data), str(path), code=1))["files"][0]
    assert "a profile as YAML has at most 4,194,304" in told["refused"]


def spans(value: object) -> Iterator[Span]:
    """Yield every place that a record cites."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from spans(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from spans(getattr(value, one.name))


_SIGNS = "абвгАБВя :#-–'\"{}[]&*!|>%@`\\<>019no~.,?=/()„“"
_TEXTS = st.text(_SIGNS, min_size=1, max_size=60).map(tidy).filter(bool)


@cache
def _small() -> Reading:
    """Return the shipped profile with its first requirement only."""
    reading = read(SEED)
    assert reading.profile
    few = replace(reading.profile, requirements=reading.profile.requirements[:1])
    return replace(reading, profile=few, problems=())


@given(st.lists(_TEXTS, min_size=2, max_size=6, unique=True), st.integers(1, 99))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_whatever_a_text_holds_it_reads_back(texts: list[str], line: int) -> None:
    """Records written as YAML, with their evidence and without, are the same records."""
    reading = _small()
    assert reading.profile
    items = tuple(Text(one, (Span(line, 1, len(one), one),)) for one in texts)
    asked = tuple(
        replace(one, knowledge=items, levels=(replace(one.levels[0], items=items),))
        for one in reading.profile.requirements
    )
    made = replace(reading, profile=replace(reading.profile, requirements=asked, duties=items))
    assert made.profile

    full, plain = (yaml_of(made, GIVEN.source, plain=way) for way in (False, True))

    assert read(full).profile == made.profile
    again = read(plain).profile
    assert again
    assert meaning(again) == meaning(made.profile)


# ------------------------------------------------------------------ the same checks


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LEVEL, "Напреднало - 9"),
        (LEVEL, "Средно - 6"),
        ("1.2 Оценяване", "1.9 Оценяване"),
        ("1: Грамотност, свързана с информация и данни", "2: Комуникация и сътрудничество"),
        ("1: Грамотност, свързана с информация и данни", "Готварство"),
        ("Умело използва", "Умeло използва"),
        ("Работа с платформи за автоматизирани", "Работа с мрежи за автоматизирани"),
    ],
    ids=["level", "band", "competence", "area", "unknown area", "look-alike", "renamed"],
)
def test_the_same_fault_is_told_in_the_same_words(plain: str, old: str, new: str) -> None:
    """What is wrong in the document and in the YAML has one kind, field and message."""
    told = []
    for text in (SEED, plain):
        assert old in text
        before = {(p.kind, p.field, p.message_bg, p.message_en) for p in read(text).problems}
        found = read(text.replace(old, new))
        told.append(
            {
                (p.kind, p.field, p.message_bg, p.message_en)
                for p in found.problems
                if p.kind not in ("UncertainBoundary", "SplitAcrossPages")
            }
            - before
        )

    assert told[0] == told[1]
    assert told[0] or "мрежи" in new


def test_all_faults_are_told_at_once_each_at_its_line(plain: str) -> None:
    """A missing, an unknown, an empty and a repeated field, and a wrong level, in one run."""
    lines = plain.split("\n")
    lines[lines.index("alternatives:")] = "others:"
    level = next(n for n, line in enumerate(lines) if line.startswith("  level: "))
    lines[level] = "  level: 11"
    lines.insert(level, "  area: 'Готварство'")
    skills = lines.index("  skills:")
    lines[skills] = "  skills: []"
    del lines[skills + 1 : lines.index("  behaviours:")]

    found = {(p.kind, p.line) for p in read("\n".join(lines)).errors}

    other = lines.index("others:") + 1
    assert found == {
        ("MissingField", 1), ("UnknownField", other), ("RepeatedField", level + 1),
        ("LevelOutOfRange", level + 2), ("MissingField", skills + 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "kind", "found"),
    [
        ("- code: '93'", "- code: 93", "QuotesNeeded", "93"),
        ("codes: ['33393020']", "codes: [33393020]", "QuotesNeeded", "33393020"),
        ("codes: ['33393020']", "codes: ['3339']", "CodeInvalid", "3339"),
        ("- name: Специалист обслужване на клиенти", "- name: no", "QuotesNeeded", "no"),
        ("- name: Специалист обслужване на клиенти", "- name: 2026-11-23", "QuotesNeeded",
         "2026-11-23"),
        ("- name: Специалист обслужване на клиенти", "- name: 1.2", "QuotesNeeded", "1.2"),
        ("- name: Специалист обслужване на клиенти", "- name: 1e3", "QuotesNeeded", "1e3"),
        ("- name: Специалист обслужване на клиенти", "- name: [а]", "WrongShape", "списък"),
        ("- name: Специалист обслужване на клиенти", "- name: ~", "MissingField", "name:"),
        ("- name: Специалист обслужване на клиенти", "- name: &a а\n- name: *a", "NotAllowed",
         "*a"),
        ("- name: Специалист обслужване на клиенти", "- name: !!str а", "NotAllowed", "str"),
        ("- name: Специалист обслужване на клиенти", "- name: а: б", "NotYaml", "mapping"),
        ("- name: Специалист обслужване на клиенти", "- name: а\u2028б", "NotYaml", "U+2028"),
        ("\nrequirements:", "\n---\nrequirements:", "NotAllowed", "---"),
        ("\nduties:\n- Координира", "\nduties:\n- {evidence: []}\n- Координира", "UnknownField",
         "evidence"),
        ("kind: specific", "kind: special", "WrongShape", "special"),
        ("- kind: general\n", "- kind: general\n  similar: '1.2'\n", "UnknownField", "similar"),
        ("/v1.json", "/v2.json", "WrongShape", "v2.json"),
    ],
)  # fmt: skip
def test_what_yaml_could_misread_is_refused(
    plain: str, old: str, new: str, kind: str, found: str
) -> None:
    """No alias, tag or second document; a text that YAML takes for something else is quoted."""
    assert old in plain
    text = plain.replace(old, new, 1)
    line = plain[: plain.index(old)].count("\n") + 1

    told = read(text)

    assert told.profile is None
    hit = [p for p in told.errors if p.kind == kind and found in p.found]
    assert hit, [(p.kind, p.found) for p in told.errors]
    assert any(abs(p.line - line) <= 3 for p in hit)
    assert all(p.message_bg != p.message_en for p in hit)


def test_depth_and_number_of_parts_are_bounded() -> None:
    """A file that is nested for ever, or has hundreds of thousands of parts, is refused at once."""
    deep = "$schema: a\nduties: " + "[" * 5000
    many = "$schema: a\nduties: [" + "а, " * 13_000 + "]\n"
    many += "".join(f"b{n}: [{'а,' * 10_000}]\n" for n in range(20))

    for text in (deep, many):
        (told,) = read(text).errors
        assert told.kind == "NotAllowed"


def test_a_comment_is_no_part_of_the_profile(plain: str) -> None:
    """It is told that it is not published, and its line is accounted for."""
    told = read(plain.replace("duties:\n", "duties: # за проверка\n", 1))

    (problem,) = [p for p in told.problems if p.kind == "UnparsedText"]
    assert problem.found == "# за проверка"
    assert problem.severity is Severity.WARNING
    assert told.coverage.whole


# ------------------------------------------------------------------ evidence of another document


def _other_words(text: str) -> str:
    return text.replace("- text: Координира и управлява", "- text: Координира и ръководи", 1)


def _shorter(text: str) -> str:
    return text.replace("first: 78, last: 133", "first: 78, last: 132", 1)


def _without(text: str) -> str:
    told = loaded(text)
    told["duties"][0] = told["duties"][0]["text"]
    return dumped(told)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_other_words, "EvidenceMismatch"),
        (_shorter, "EvidenceMismatch"),
        (_without, "MissingField"),
    ],
    ids=["other words", "other place", "none"],
)
def test_evidence_must_say_what_the_text_says(
    full: str, change: Callable[[str], str], kind: str
) -> None:
    """Of an exported profile no text can be changed, or added, under the old evidence."""
    text = change(full)
    assert text != full

    told = read(text)

    assert told.profile is None
    assert [p.kind for p in told.errors] == [kind]


def test_a_contradiction_cannot_be_left_out(full: str, original: Reading) -> None:
    """A finding that was cut out of an exported profile is told all the same, at its lines."""
    cut = loaded(full)
    cut["findings"] = [one for one in cut["findings"] if one["kind"] != "Contradiction"]

    again = read(dumped(cut))

    (before,) = [p for p in original.problems if p.kind == "Contradiction"]
    (after,) = [p for p in again.problems if p.kind == "Contradiction"]
    assert set(after.spans) == set(before.spans)
    assert after.message_bg == before.message_bg


# ------------------------------------------------------------------ the commands and the schema


def test_the_schema_accepts_what_is_exported(full: str, plain: str) -> None:
    """Any validator of JSON Schema comes to the same verdict as the reader."""
    schema = json.loads(schema_document())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for text in (full, plain):
        assert not list(validator.iter_errors(loaded(text)))
    assert list(validator.iter_errors({**loaded(plain), "requirements": []}))


def test_the_schema_is_served_for_ever(client: FlaskClient, shipped_release: Release) -> None:
    """It is at the address that it names as its own, never changes, and is in each release."""
    answer = client.get(f"/{FILE}")

    assert answer.status_code == 200
    assert answer.content_type == "application/schema+json"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.get_json()["$id"] == f"{shipped_release.base}{FILE}"
    assert answer.data == shipped_release.path(FILE).read_bytes()
    assert schema_document("https://example.org/").count(b"https://example.org/schema/") == 1


def test_the_check_command_reads_yaml(plain: str, tmp_path: Path) -> None:
    """`digigraph check` tells the problems of a YAML file with line and field."""
    path = tmp_path / "profile.yaml"
    path.write_text(plain.replace(LEVEL, "Напреднало - 9", 1), encoding="utf-8")

    told = json.loads(run("check", "--json", str(path), code=1))["documents"][0]

    assert not told["accepted"]
    (error,) = [p for p in told["problems"] if p["severity"] == "error"]
    assert error["kind"] == "LevelOutOfRange"
    assert error["line"] == next(
        n for n, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1) if "- 9" in line
    )


def test_the_example_of_the_readme_is_a_profile() -> None:
    """The YAML that the README shows is read without an error."""
    (block,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)

    told = read(block)

    assert told.errors == ()
    assert told.profile
    assert [one.rank for one in told.profile.requirements] == [6]


def test_another_publisher_is_another_profile(plain: str, tmp_path: Path) -> None:
    """The publisher that a file names is that of the profile."""
    data = tmp_path / "data"
    (data / "sources").mkdir(parents=True)
    path = tmp_path / "profile.yaml"
    path.write_text(plain.replace("sectors:", "publisher: БСК\nsectors:", 1), encoding="utf-8")

    told = json.loads(run("add", "--json", "--data", str(data), str(path)))["files"][0]

    assert told["profile"]["publisher"] == "БСК"
    assert told["media_type"] == "application/yaml"
    assert told["statements"] == 274


@pytest.mark.parametrize("form", ["json", "turtle", "nt"])
def test_the_other_formats_are_those_of_the_server(
    form: str, client: FlaskClient, shipped_release: Release
) -> None:
    """What is exported is what the document of the thing says, but for the document itself."""
    given = CliRunner().invoke(
        cli, ["export", "--format", form, "--releases", str(shipped_release.folder.parent), CODE]
    )
    assert given.exit_code == 0, given.output

    suffix = "ttl" if form == "turtle" else form
    served = client.get(f"/doc/profile/p-37q68h4z.{suffix}").data

    if form == "nt":
        ours, theirs = (set(text.splitlines()) for text in (given.stdout_bytes, served))
        assert len(ours) > 3000
        about = [line for line in theirs - ours if b"/doc/profile/" in line]
        named = {line.split(b" ")[2] for line in about}
        assert {line.split(b" ")[0] for line in theirs - ours - {*about}} <= named
        assert ours <= theirs
    else:
        assert 0.95 < len(given.stdout_bytes) / len(served) <= 1


@pytest.mark.parametrize("arguments", [["p-00000000"], ["99999999"], ["--format", "nt", "no-such"]])
def test_what_is_not_there_is_not_exported(arguments: list[str], shipped_release: Release) -> None:
    """The exit code is 3, and nothing is written."""
    releases = ["--releases", str(shipped_release.folder.parent)]

    assert run("export", *releases, *arguments, code=3) == ""
