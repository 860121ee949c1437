"""The promise: every IRI that was ever published answers, with itself or with its successor."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ledgers
import pyoxigraph as ox
import pytest
from editions import NEW_COMPETENCE, NEW_WORDS, OLD_COMPETENCE, OLD_WORDS, VERSION
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from digigraph.names import VOID, Names
from digigraph.release import Release, open_release
from digigraph.retired import Retirements
from digigraph.web import Settings, create_app

OWL_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED = "http://purl.org/dc/terms/isReplacedBy"
FILES = ("release/", "logo.svg", "sparql")
"""What is not described by a document, but is the thing itself."""


def asking(release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the application over a release."""
    app = create_app(Settings(releases=release.folder.parent, access_log=""), release)
    yield app.test_client()
    app.extensions["digigraph"].pool.close()


@pytest.fixture(scope="module")
def now(shipped_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of the present build."""
    yield from asking(shipped_release)


@pytest.fixture(scope="module")
def later(second_release: Release) -> Iterator[FlaskClient]:
    """Yield a client of a release that is made from a changed document."""
    yield from asking(second_release)


def document_of(client: FlaskClient, tail: str) -> bytes:
    """Return the document that the IRI leads to, as N-Triples; a file as it is."""
    with client.get(f"/{tail}") as answer:
        if answer.status_code == 200 and tail.startswith(FILES):
            return answer.data
    assert answer.status_code == 303, (tail, answer.status_code)
    place = answer.headers["Location"]
    told = client.get(place, headers={"Accept": "application/n-triples"})
    assert told.status_code == 200, (tail, place, told.status_code)
    return told.data


def replay(client: FlaskClient, base: str) -> tuple[set[str], dict[str, str]]:
    """Dereference the ledger; return what answers for itself, and the retired with successors."""
    alive: set[str] = set()
    gone: dict[str, str] = {}
    documents: dict[str, bytes] = {}
    for tail in sorted(ledgers.promised()):
        address, _, fragment = tail.partition("#")
        body = documents.get(address) if fragment else None
        if body is None:
            body = document_of(client, address)
            if fragment:
                documents[address] = body
        if tail.startswith(FILES):
            alive.add(tail)
            continue
        subject = f"<{base}{tail}> ".encode()
        assert body.startswith(subject) or b"\n" + subject in body, f"{tail} is not described"
        if b"%s<%s> " % (subject, OWL_DEPRECATED.encode()) in body:
            found = re.search(re.escape(subject) + b"<" + REPLACED.encode() + b"> <([^>]+)>", body)
            gone[tail] = found[1].decode() if found else ""
        else:
            alive.add(tail)
    return alive, gone


def test_the_ledger_is_as_it_was_sealed() -> None:
    """No line of the ledger is changed or lost; releases are added by `tests/ledgers.py`."""
    assert ledgers.broken_seals() == []
    assert VERSION in {path.stem for path in ledgers.files()}


def test_the_ledger_is_only_added_to(tmp_path: Path, sample_release: Release) -> None:
    """A release is added once; a ledger with a changed line is refused, by name."""
    folder = tmp_path / "promises"

    added = ledgers.add(sample_release, folder)

    assert added == len(ledgers.published(sample_release)) > 5
    assert ledgers.promised(folder) == ledgers.published(sample_release)
    assert ledgers.add(sample_release, folder) == 0
    (path,) = ledgers.files(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("1-2", "1-3"), encoding="utf-8")
    assert ledgers.broken_seals(folder) == [path.name]
    with pytest.raises(ValueError, match=path.name):
        ledgers.add(sample_release, folder)


def test_the_ledger_has_every_iri_of_the_release(shipped_release: Release) -> None:
    """Whatever the shipped release describes is in the ledger."""
    missing = ledgers.published(shipped_release) - ledgers.promised()

    assert sorted(missing) == [], "add them: python tests/ledgers.py releases/VERSION"


def test_every_promise_is_kept_today(now: FlaskClient, shipped_release: Release) -> None:
    """Each IRI of the ledger answers with a document about itself, and none is retired."""
    alive, gone = replay(now, shipped_release.base)

    assert len(alive) == len(ledgers.promised())
    assert gone == {}


@pytest.mark.long
def test_every_promise_is_kept_after_the_next_release(
    later: FlaskClient, second_release: Release
) -> None:
    """After a document was replaced, each IRI answers for itself or names a living successor."""
    base = second_release.base
    present = ledgers.published(second_release)

    alive, gone = replay(later, base)

    assert len(alive) + len(gone) == len(ledgers.promised())
    assert len(gone) > 1000
    without = {tail for tail, successor in gone.items() if not successor}
    assert {tail for tail in without if not tail.startswith(VOID)} == set()
    for successor in set(gone.values()) - {""}:
        assert successor.removeprefix(base) in present
        assert successor.removeprefix(base) not in gone


@pytest.mark.parametrize(
    ("tail", "successor"),
    [
        (f"competence/{OLD_COMPETENCE}", f"competence/{NEW_COMPETENCE}"),
        (f"competence/{OLD_COMPETENCE}/level-3", f"competence/{NEW_COMPETENCE}/level-3"),
        (
            f"profile/p-37q68h4z/req/{OLD_COMPETENCE}/detail",
            f"profile/p-37q68h4z/req/{NEW_COMPETENCE}/detail",
        ),
        ("source/d-v02ry7z3/checksum", "source/d-nwm4903z/checksum"),
        ("source/d-v02ry7z3/L10/69-108/quote", "source/d-nwm4903z"),
        ("digcomp21/1-2/level-6/evidence/lead-in", "digcomp21/1-2/level-6"),
    ],
)
def test_a_retired_thing_names_its_successor(
    later: FlaskClient, second_release: Release, tail: str, successor: str
) -> None:
    """A retired thing says so: in triples, in a Link header and in a banner (V-05)."""
    iri = Names(second_release.base).id(tail)
    after = Names(second_release.base).id(successor)

    page = later.get(f"/doc/{tail}.en.html")
    triples = set(ox.parse(later.get(f"/doc/{tail}.nt").data, format=ox.RdfFormat.N_TRIPLES))

    said = {(t.predicate.value, t.object.value) for t in triples if t.subject.value == iri}
    assert (OWL_DEPRECATED, "true") in said
    assert (REPLACED, after) in said
    notes = {t.object.language for t in triples if t.predicate.value.endswith("#historyNote")}
    assert notes == {"bg", "en"}
    assert f'<{after}>; rel="successor-version"' in page.headers.getlist("Link")
    assert "This was retired" in page.text
    assert f'href="/id/{successor}"' in page.text


@pytest.mark.parametrize(
    ("query", "tail"),
    [
        (f"notation={OLD_COMPETENCE}-1", f"competence/{OLD_COMPETENCE}/level-1"),
        (f"notation={OLD_COMPETENCE}-8&scheme=competences", f"competence/{OLD_COMPETENCE}/level-8"),
        (f"notation={OLD_COMPETENCE}", f"competence/{OLD_COMPETENCE}"),
    ],
)
def test_the_code_of_a_retired_thing_still_leads_to_it(
    later: FlaskClient, query: str, tail: str
) -> None:
    """A code that people wrote down leads to what is said of the thing since (U-04, V-05)."""
    answer = later.get(f"/lookup?{query}")
    elsewhere = later.get(f"/lookup?{query.partition('&')[0]}&scheme=nkpd11")

    assert (answer.status_code, answer.location) == (303, f"/id/{tail}")
    assert elsewhere.status_code == 404


def test_the_successor_of_a_changed_wording(second_release: Release) -> None:
    """A statement whose words were changed is replaced by the statement in its place."""
    store = ox.Store.read_only(str(second_release.store))
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")

    def with_words(words: str) -> str:
        wanted = ox.Literal(words, language="bg")
        found = store.quads_for_pattern(None, label, wanted, ox.DefaultGraph())
        (iri,) = {quad.subject.value for quad in found}
        return str(iri)

    old = ox.NamedNode(with_words(OLD_WORDS))

    (quad,) = store.quads_for_pattern(old, ox.NamedNode(REPLACED), None, ox.DefaultGraph())
    assert quad.object.value == with_words(NEW_WORDS)


def test_a_retired_thing_is_of_no_class_of_ours(second_release: Release) -> None:
    """Whoever asks for a class gets no tombstone: what a thing was is in `dct:type`."""
    names = Names(second_release.base)
    query = (
        f"SELECT ?kind (COUNT(*) AS ?n) {{ ?gone <{OWL_DEPRECATED}> true ; a ?kind }} "
        "GROUP BY ?kind"
    )
    rows = ox.Store.read_only(str(second_release.store)).query(query)
    assert isinstance(rows, ox.QuerySolutions)

    assert [row["kind"].value for row in rows] == [names.expanded("prov:Entity")]


def test_a_former_build_is_history(later: FlaskClient) -> None:
    """The activity that built an earlier release is described, and not as retired."""
    body = document_of(later, f"catalog/build-{VERSION.replace('.', '-')}")

    assert b"prov#Activity" in body
    assert OWL_DEPRECATED.encode() not in body


def test_the_release_before_is_a_version_of_the_dataset(
    later: FlaskClient, second_release: Release
) -> None:
    """The store and the catalogue name it alike: with version, day, notes and place (V-01)."""
    names = Names(second_release.base)
    dataset, former = f"{names.base}catalog/digigraph", "catalog/release-2026-11-0"
    this = f"{names.base}{former}"
    stored = document_of(later, "catalog/digigraph") + document_of(later, former)
    told = later.get("/catalog.nt").data

    for subject, name, value in (
        (dataset, "dcat:hasVersion", f"<{this}>"),
        (dataset, "dcat:previousVersion", f"<{this}>"),
        (this, "dcat:isVersionOf", f"<{dataset}>"),
        (this, "dcat:version", f'"{VERSION}"'),
    ):
        line = f"<{subject}> <{names.expanded(name)}> {value} .\n".encode()
        assert line in stored, line
        assert line in told, line
    notes = f"<{this}> <{names.expanded('adms:versionNotes')}> ".encode()
    assert stored.count(notes) == 2
    assert OWL_DEPRECATED.encode() not in stored


def test_a_release_is_a_version_from_its_first_day(
    now: FlaskClient, shipped_release: Release
) -> None:
    """Who cites a release need not wait for the next: its IRI answers at once (V-01)."""
    base, version = shipped_release.base, shipped_release.version
    this, dataset = f"catalog/release-{version.replace('.', '-')}", f"{base}catalog/digigraph"
    expanded = Names(base).expanded

    said = document_of(now, this) + document_of(now, "catalog/digigraph")

    told = now.get("/catalog.nt").data
    for subject, name, value in (
        (f"{base}{this}", "dcat:isVersionOf", f"<{dataset}>"),
        (f"{base}{this}", "dcat:version", f'"{version}"'),
        (dataset, "dcat:hasVersion", f"<{base}{this}>"),
    ):
        line = f"<{subject}> <{expanded(name)}> {value} .\n".encode()
        assert line in said, line
        assert line in told, line


def test_two_releases_side_by_side(later: FlaskClient, second_release: Release) -> None:
    """The files of an older release stay, unchanged, with ranges, digests and immutable caching."""
    older = open_release(second_release.folder.parent / VERSION)
    told = older.file("digigraph.nt.gz")
    assert told

    def file(version: str, **headers: str) -> TestResponse:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        with later.get(f"/release/{version}/digigraph.nt.gz", headers=told) as answer:
            answer.get_data()
            return answer

    whole = file(VERSION)
    part = file(VERSION, Range="bytes=10-19")
    known = file(VERSION, If_None_Match=whole.headers["ETag"])
    newer = file(second_release.version)

    assert whole.data == older.path("digigraph.nt.gz").read_bytes()
    assert whole.headers["ETag"] == f'"{told.sha256}"'
    assert "immutable" in whole.headers["Cache-Control"]
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert known.status_code == 304
    assert newer.headers["ETag"] != whole.headers["ETag"]
    assert file("2026.10.0").status_code == 404


@pytest.mark.long
def test_tombstones_without_an_earlier_release_at_hand(
    second_release: Release, second_data: Path, tmp_path: Path
) -> None:
    """The registers in `data/` are enough: a build elsewhere retires the same things."""
    from digigraph import build

    outcome = build.build(build.inputs(second_data), tmp_path)

    assert outcome.release
    assert outcome.retired == 0
    assert outcome.release.dataset_digest == second_release.dataset_digest


def test_the_register_of_retired_things_is_only_added_to(tmp_path: Path, second_data: Path) -> None:
    """What is known to be gone is not written twice, and reads back as it was written."""
    path = second_data / "retired.tsv"
    register = Retirements.read(path)
    copy = Path(shutil.copy(path, tmp_path))

    added = register.add(list(register.by_iri.values()))

    assert added == 0
    assert register.text() == copy.read_text(encoding="utf-8")
    assert len(register.by_iri) > 1000
    assert path.stat().st_size < 100_000


def test_what_the_register_refuses(tmp_path: Path) -> None:
    """A register with a lost column, a cut line or a text that is no IRI is refused by its line."""
    from digigraph.errors import RegistryError

    head = "iris\tkind\tsuccessor\tlast_release\tbg\ten\n"
    path = tmp_path / "retired.tsv"
    read = partial(Retirements.read, path)
    for text, message in (
        ("iris\tkind\n", "expected the columns"),
        (f"{head}def#a\tdgc:X\t\t2026.11.0\t", "whole lines"),
        (f"{head}def#a\tdgc:X\n", ":2: expected 6 columns"),
        (f"{head}def a\tdgc:X\t\t2026.11.0\t\t\n", "not what follows a base"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RegistryError, match=message):
            read()
