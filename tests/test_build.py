"""The pipeline as editors use it: a build is whole, repeatable, and keeps every promise."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import editions
import pyoxigraph as ox
import pytest
import rdflib

from digigraph import build, resources
from digigraph.errors import InputError, RegistryError, ReleaseExists
from digigraph.parts import DamagedPart, open_part
from digigraph.release import Release, newest_release, verify

BASE = "https://w3id.org/digigraph/"
DOCUMENT = "sources/33393020-93/document.txt"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the shipped data that a test may change."""
    return Path(shutil.copytree(resources.folder("data"), tmp_path / "data"))


@pytest.fixture(scope="module", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what builds work out in one folder, so that the same document is stated once."""
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.KEPT", folder)
        yield folder


KEPT = Path()


def made(
    data: Path,
    into: Path,
    *,
    version: str | None = None,
    kept: Path | None = None,
    workers: int = 1,
) -> build.Outcome:
    """Build the data into a folder."""
    made_from = build.inputs(data, version=version)
    return build.build(made_from, into, kept=kept or KEPT, workers=workers)


def published(folder: Path) -> dict[str, bytes]:
    """Return the published files of a release folder, the index left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "store" and build.PARTS not in path.parts
    }


def add_document(data: Path, name: str, old: str, new: str) -> Path:
    """Add a copy of the shipped document with a change; return its path."""
    folder = Path(shutil.copytree(data / "sources/33393020-93", data / "sources" / name))
    document = folder / "document.txt"
    text = document.read_text(encoding="utf-8")
    assert old in text
    document.write_text(text.replace(old, new), encoding="utf-8")
    return document


def other_occupation(data: Path, name: str = "another") -> Path:
    """Add a second, valid profile: another occupation of the same sector."""
    return add_document(
        data, name, "33393020 - Организатор, работа с клиенти", "33393019 - Организатор, маркетинг"
    )


def test_two_builds_of_the_same_input(shipped_release: Release, tmp_path: Path) -> None:
    """The same input gives the same bytes (V-03)."""
    again = build.build(build.inputs(), tmp_path).release

    assert again
    assert published(again.folder) == published(shipped_release.folder)


@pytest.mark.long
def test_a_build_in_another_process_and_another_locale(
    shipped_release: Release, tmp_path: Path
) -> None:
    """Hash seeds, time zone and locale leave no trace in a release."""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-m", "digigraph", "-q", "build", "--into", str(tmp_path)],
        env=environment, check=True,
    )  # fmt: skip

    assert published(tmp_path / shipped_release.version) == published(shipped_release.folder)


def test_a_release_is_what_its_manifest_says(shipped_release: Release) -> None:
    """Every published file has the size and checksum of the manifest."""
    assert verify(shipped_release) == []


# rdflib's own JSON-LD reader still uses the class that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.long
def test_the_dumps_are_one_graph_in_every_library(shipped_release: Release) -> None:
    """Each dump reads back to the same triples in pyoxigraph and in rdflib."""
    folder = shipped_release.folder
    quads = set(ox.parse(path=str(folder / "digigraph.nq"), format=ox.RdfFormat.N_QUADS))
    triples = {quad.triple for quad in quads}

    for name, form in (
        ("nt", ox.RdfFormat.N_TRIPLES), ("ttl", ox.RdfFormat.TURTLE),
        ("rdf", ox.RdfFormat.RDF_XML), ("jsonld", ox.RdfFormat.JSON_LD),
    ):  # fmt: skip
        read = ox.parse(path=str(folder / f"digigraph.{name}"), format=form)
        assert {quad.triple for quad in read} == triples, name
    assert set(ox.parse(path=str(folder / "digigraph.trig"), format=ox.RdfFormat.TRIG)) == quads
    expected = rdflib.Graph().parse(folder / "digigraph.nt", format="nt")
    assert len(expected) == len(triples)
    for name, form_name in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
        graph = rdflib.Graph().parse(folder / f"digigraph.{name}", format=form_name)
        assert set(graph) == set(expected), name


@pytest.mark.long
def test_a_build_under_another_base(tmp_path: Path) -> None:
    """The base is one setting: no IRI and no text of a release keeps the authored one (U-01)."""
    base = "https://example.org/digital/"
    outcome = build.build(build.inputs(base=base), tmp_path)

    assert outcome.release
    assert outcome.release.base == base
    for name in ("digigraph.nq", "digigraph.ttl", "digigraph.jsonld", "manifest.json"):
        assert resources.AUTHORED_BASE.encode() not in (outcome.release.folder / name).read_bytes()


def test_a_broken_document_beside_a_good_one(data: Path, tmp_path: Path) -> None:
    """A document with errors is left out and reported; the others are published."""
    path = add_document(data, "broken", "<b>Необходими умения</b>", "")

    outcome = made(data, tmp_path / "out")

    assert outcome.release
    (refused,) = outcome.refused
    assert refused.path == path
    assert refused.reading
    assert refused.reading.errors
    assert newest_release(tmp_path / "out") == outcome.release
    assert outcome.minted == ()


def test_no_triple_of_a_refused_document_is_published(
    data: Path, tmp_path: Path, shipped_release: Release
) -> None:
    """A release with a refused document beside it has the same dataset as one without."""
    add_document(data, "broken", "Напреднало - 6", "Напреднало - 9")

    outcome = made(data, tmp_path / "out")

    assert outcome.release
    assert outcome.release.dataset_digest == shipped_release.dataset_digest


@pytest.mark.long
def test_a_second_profile(data: Path, tmp_path: Path) -> None:
    """A new document gets new identifiers at the end of the register and its own triples."""
    before = (data / "ids.tsv").read_text(encoding="utf-8")
    other_occupation(data)

    outcome = made(data, tmp_path / "out", version="2026.12.0")

    assert outcome.release
    assert outcome.refused == ()
    assert len(outcome.minted) == 6
    after = (data / "ids.tsv").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after.count("\t2026.12.0\t") == 6
    profiles = [line for line in after.splitlines() if line.startswith("p-")]
    assert len(profiles) == 2


@pytest.mark.long
def test_the_order_of_documents_does_not_move_an_id(data: Path, tmp_path: Path) -> None:
    """An id depends on what it names, not on what else is there or in which order."""
    other_occupation(data, "zzz")
    first = made(data, tmp_path / "one", version="2026.12.0")
    (data / "sources/zzz").rename(data / "sources/000")
    shutil.copy(resources.folder("data") / "ids.tsv", data / "ids.tsv")

    second = made(data, tmp_path / "two", version="2026.12.0")

    assert set(first.minted) == set(second.minted)


@pytest.mark.long
def test_documents_that_were_received_on_different_days(data: Path, tmp_path: Path) -> None:
    """What several documents say has one date: that of the first to say it, whatever their order.

    The groups of their positions have that of the scheme. A document with another date is stated
    again, and no other.
    """
    known = data / "sources/33393020-93"
    for day, name in ((24, "b"), (25, "a")):
        title = f"522350{day} - Продавач, проба"
        add_document(data, name, "33393020 - Организатор, работа с клиенти", title)
        receive(data / "sources" / name, f"2026-11-{day}")
    receive(known, "2026-11-26")
    first = made(data, tmp_path / "first")
    (data / "sources/a").rename(data / "sources/c")
    receive(known, "2026-11-27")
    shutil.copy(resources.folder("data") / "ids.tsv", data / "ids.tsv")

    second = made(data, tmp_path / "second")

    assert second.reused == 2
    before, after = dates(first), dates(second)
    assert all(len(told) == 1 for told in before.values())
    assert {before[f"{BASE}id/nkpd11/{'5223'[:n]}"][0] for n in (1, 2, 3, 4)} == {"2026-11-23"}
    assert {before[iri][0] for iri in said_by_several(first)} == {"2026-11-24"}
    assert {after[iri][0] for iri in before if after[iri] != before[iri]} == {"2026-11-27"}


def receive(folder: Path, day: str) -> None:
    """Give a document another date of receipt."""
    settings = folder / "source.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^received = .*", f"received = {day}", text), encoding="utf-8")


def values(outcome: build.Outcome, predicate: str) -> dict[str, set[str]]:
    """Return the values of a property of Dublin Core in a release, by the IRI that has it."""
    assert outcome.release
    store = ox.Store.read_only(str(outcome.release.store))
    found: dict[str, set[str]] = {}
    property_ = ox.NamedNode(f"http://purl.org/dc/terms/{predicate}")
    for quad in store.quads_for_pattern(None, property_, None):
        found.setdefault(quad.subject.value, set()).add(quad.object.value)
    return found


def dates(outcome: build.Outcome) -> dict[str, list[str]]:
    """Return on which days each thing of a release was changed."""
    return {iri: sorted(told) for iri, told in values(outcome, "modified").items()}


def said_by_several(outcome: build.Outcome) -> list[str]:
    """Return the statements of a release that were read from more than one document."""
    return [
        iri for iri, told in values(outcome, "source").items() if len(told) > 1 and "/s-" in iri
    ]


@pytest.mark.long
def test_the_same_profile_twice(data: Path, tmp_path: Path) -> None:
    """A second document of the same profile is refused, naming the first."""
    add_document(data, "twin", "документооборот", "документооборот и архива")

    outcome = made(data, tmp_path / "out")

    (refused,) = outcome.refused
    assert "33393020-93" in str(refused.error)


@pytest.mark.long
def test_a_document_that_a_newer_edition_replaced(data: Path, tmp_path: Path) -> None:
    """The source of a replaced document is retired by the build, with its successor (V-05)."""
    document = data / DOCUMENT
    document.write_text(
        document.read_text(encoding="utf-8").replace("Прогнозиране на тенденция", "Прогнозиране"),
        encoding="utf-8",
    )

    outcome = made(data, tmp_path / "out")

    assert outcome.release
    ((old, successor),) = outcome.replaced
    assert old == "d-v02ry7z3"
    assert outcome.minted == (successor,)
    assert f"\tdeprecated\t{successor}\n" in (data / "ids.tsv").read_text(encoding="utf-8")
    nquads = (outcome.release.folder / "digigraph.nq").read_text(encoding="utf-8")
    source = f"{resources.AUTHORED_BASE}id/source/"
    assert f"<{source}{old}> <http://www.w3.org/2002/07/owl#deprecated>" in nquads
    assert (
        f"<{source}{old}> <http://purl.org/dc/terms/isReplacedBy> <{source}{successor}>" in nquads
    )


@pytest.mark.long
def test_an_older_edition_in_force_again(data: Path, tmp_path: Path) -> None:
    """A document that goes back to its former text has its former source, published as ever."""
    document = data / DOCUMENT
    before = document.read_text(encoding="utf-8")
    document.write_text(before.replace("Прогнозиране на тенденция", "Прогнозиране"), "utf-8")
    (newer,) = made(data, tmp_path / "out").minted
    document.write_text(before, encoding="utf-8")

    outcome = made(data, tmp_path / "out", version="2026.12.0")

    assert outcome.release
    assert outcome.replaced == ((newer, "d-v02ry7z3"),)
    rows = (data / "ids.tsv").read_text(encoding="utf-8")
    assert f"{newer}\t" in rows
    assert "d-v02ry7z3\t" in rows
    assert rows.count("\tdeprecated\td-v02ry7z3\n") == 1


def test_a_competence_that_an_editor_must_decide_on(data: Path, tmp_path: Path) -> None:
    """A build that drops a competence is refused; it tells the row of what could replace it."""
    document = data / DOCUMENT
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace(editions.OLD_NAME, editions.NEW_NAME), encoding="utf-8")

    with pytest.raises(build.BuildRefused, match=editions.OLD_COMPETENCE) as refused:
        made(data, tmp_path / "out", version=editions.NEXT)

    row = f"{editions.NEW_COMPETENCE}\tcompetence|p-37q68h4z|{editions.NEW_NAME.casefold()}"
    assert f"{row}\t{editions.NEXT}\tactive" in str(refused.value)


def test_a_published_document_that_is_broken_now(data: Path, tmp_path: Path) -> None:
    """A build that would drop published identifiers is refused and changes nothing."""
    made(data, tmp_path / "out")
    before = published(tmp_path / "out")
    document = data / DOCUMENT
    document.write_text(document.read_text(encoding="utf-8")[:20_000], encoding="utf-8")

    with pytest.raises(build.BuildRefused, match="p-37q68h4z"):
        made(data, tmp_path / "out", version="2026.12.0")

    assert published(tmp_path / "out") == before


def test_a_document_that_was_edited_by_hand(data: Path, tmp_path: Path) -> None:
    """A build names the file, its checksum and the one on file; the JSON report is there too."""
    document = data / DOCUMENT
    received = hashlib.sha256(document.read_bytes()).hexdigest()
    settings = document.with_name("source.toml")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'sha256 = "{received}"\n{text}', encoding="utf-8")
    document.write_bytes(document.read_bytes() + b"\n")
    found = hashlib.sha256(document.read_bytes()).hexdigest()

    command = [sys.executable, "-m", "digigraph", "build", "--json", "--data", str(data)]
    told = subprocess.run([*command, "--into", str(tmp_path / "out")], capture_output=True)

    assert told.returncode == 1
    report = json.loads(told.stdout)
    assert report["release"] is None
    for words in (report["refused"][0]["error"], report["error"], told.stderr.decode()):
        assert all(one in words for one in (str(document), received, found, "digigraph add"))


@pytest.mark.long
def test_a_register_that_lost_a_row(data: Path, tmp_path: Path) -> None:
    """A build with a register that forgets what a release published is refused."""
    other_occupation(data)
    made(data, tmp_path / "out", version="2026.12.0")
    shutil.rmtree(data / "sources/another")
    shutil.copy(resources.folder("data") / "ids.tsv", data / "ids.tsv")

    with pytest.raises(RegistryError, match=r"is gone[\s\S]*Restore the rows"):
        made(data, tmp_path / "out", version="2027.1.0")


def test_a_version_that_is_taken(data: Path, tmp_path: Path) -> None:
    """An existing release is never overwritten; the error says how to go on."""
    made(data, tmp_path / "out")
    before = published(tmp_path / "out")
    other_occupation(data)

    with pytest.raises(ReleaseExists, match=r"Raise the version in data/release\.toml"):
        made(data, tmp_path / "out")

    assert published(tmp_path / "out") == before


def test_building_again_without_a_change(data: Path, tmp_path: Path) -> None:
    """The same inputs need no second build."""
    first = made(data, tmp_path / "out")

    second = made(data, tmp_path / "out")

    assert second.unchanged
    assert second.release == first.release


@pytest.mark.long
def test_one_of_three_documents_is_changed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what changed is worked out again, and the bytes are those of a build from nothing.

    They do not depend on how many processes work, and what is damaged is as good as none.
    """
    for module in ("counting", "dumps"):
        monkeypatch.setattr(f"digigraph.{module}.BUCKET", 1_000)
    other_occupation(data)
    third = add_document(
        data,
        "third",
        "33393020 - Организатор, работа с клиенти",
        "33393018 - Организатор, пътувания",
    )
    kept = tmp_path / "kept"
    first = made(data, tmp_path / "first", kept=kept)
    text = third.read_text(encoding="utf-8")
    third.write_text(text.replace("Прогнозиране на тенденция", "Прогнозиране"), encoding="utf-8")
    shutil.copytree(data, tmp_path / "copy" / "data")
    parts, pieces = parts_and_pieces(kept)
    assert len(parts) == 6, "of each document what was read and what was stated"
    for damaged in (max(parts, key=size), max(pieces, key=size)):
        content = damaged.read_bytes()
        damaged.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])

    second = made(data, tmp_path / "second", kept=kept)
    whole = made(tmp_path / "copy" / "data", tmp_path / "whole", kept=tmp_path / "none", workers=2)

    assert first.reused == whole.reused == 0
    assert second.reused in (1, 2), "two documents are unchanged; the part of one may be damaged"
    assert published(tmp_path / "second") == published(tmp_path / "whole")
    again = {path for path in parts_and_pieces(kept)[1] if path in pieces}
    assert len(pieces) / 3 < len(again) < len(pieces), "buckets that did not change are kept"


def size(path: Path) -> int:
    """Return the bytes of a file."""
    return path.stat().st_size


def parts_and_pieces(kept: Path) -> tuple[set[Path], set[Path]]:
    """Return what is kept of documents, and what is kept of buckets of lines."""
    found: tuple[set[Path], set[Path]] = (set(), set())
    for path in kept.glob("??/*"):
        try:
            open_part(path)
        except DamagedPart:
            found[1].add(path)
        else:
            found[0].add(path)
    return found


def test_all_faults_of_a_source_description(data: Path, tmp_path: Path) -> None:
    """A source.toml is refused with every fault at once, and its document left out."""
    other_occupation(data)
    settings = data / "sources/another/source.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("received = 2026-11-23", 'received = "soon"').replace("[origin]", "[orgin]"),
        encoding="utf-8",
    )

    outcome = made(data, tmp_path / "out")

    message = str(outcome.refused[0].error)
    assert all(
        word in message for word in ("received: expected a date", "[origin]", "orgin: unknown")
    )


def test_a_label_for_nothing(data: Path, tmp_path: Path) -> None:
    """A label whose identifier does not exist stops the build, by name."""
    with (data / "labels.tsv").open("a", encoding="utf-8") as stream:
        stream.write("profile/p-00000000\ten\tNobody\n")

    with pytest.raises(InputError, match="profile/p-00000000"):
        made(data, tmp_path / "out")


def test_a_mapping_to_nowhere(data: Path, tmp_path: Path) -> None:
    """A mapping whose subject is not in the data stops the build; nothing is published."""
    path = data / "mappings/competences-esco.sssom.tsv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("c-qayqf27g", "c-00000000"), encoding="utf-8"
    )

    with pytest.raises(build.BuildRefused, match="c-00000000"):
        made(data, tmp_path / "out")

    assert newest_release(tmp_path / "out") is None


def test_the_report_travels_with_the_release(shipped_release: Release) -> None:
    """A release carries its validation report, its register and its change log."""
    report = json.loads((shipped_release.folder / "validation.json").read_bytes())

    assert report["conforms"] is True
    assert report["checked"]["focusNodes"] > 1000
    assert (shipped_release.folder / "ids.tsv").read_text(encoding="utf-8").startswith("id\tkey")
    log = (shipped_release.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {shipped_release.version}" in log
