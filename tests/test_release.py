"""Releases on disk: whole, reproducible, never overwritten (V-01 to V-03, H-16)."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from conftest import BASE, ISSUED, quads_of, sample_quads, write_sample
from pyld import jsonld

from digigraph.errors import DigigraphError, ReleaseError, ReleaseExists, UsageError
from digigraph.names import PREFIXES
from digigraph.quads import UnpublishableData
from digigraph.release import (
    Release,
    newest_release,
    open_release,
    releases,
    verify,
    version_key,
    write_release,
)

DUMPS = ("nq", "nt", "ttl", "trig", "rdf", "jsonld")


def canonical(lines: bytes) -> set[bytes]:
    """Return statements as a set of lines."""
    return set(lines.splitlines())


def union(release: Release) -> set[bytes]:
    """Return the triples of a release."""
    return canonical(release.path("digigraph.nt").read_bytes())


def triples(path: Path, told: ox.RdfFormat) -> set[bytes]:
    """Return what the engine reads in a file, its graphs left out."""
    found = [ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(path=path, format=told)]
    return canonical(ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b"")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but the index, which may differ."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "store" not in path.relative_to(folder).parts
    }


def test_the_manifest_lists_every_file(sample_release: Release) -> None:
    """Each published file has its size, SHA-256 and media type; the index is not published."""
    told = json.loads(sample_release.path("manifest.json").read_bytes())

    listed = {file["name"]: file for file in told["files"]}
    unlisted = {"manifest.json", "SHA256SUMS", "search.sqlite"}
    assert set(listed) == set(tree(sample_release.folder)) - unlisted
    for name, file in listed.items():
        content = sample_release.path(name).read_bytes()
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert told["dataset_digest"] == listed["digigraph.nq"]["sha256"]
    assert told["version"] == "2026.11.0"
    assert told["issued"] == "2026-11-01"
    assert told["base"] == BASE


def test_the_manifest_counts(sample_release: Release) -> None:
    """Quads are counted per graph; a triple of two graphs is one triple of the union."""
    quads = set(sample_quads())

    assert sample_release.quads == len(quads) == sum(g.triples for g in sample_release.graphs)
    assert sample_release.triples == len({quad.triple for quad in quads}) == len(quads) - 1
    assert [graph.iri for graph in sample_release.graphs] == [
        f"{BASE}graph/framework",
        f"{BASE}graph/stubs",
    ]


def test_checksums_as_the_usual_tool_reads_them(sample_release: Release) -> None:
    """`sha256sum --check` passes over the folder (H-13)."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=sample_release.folder,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_n_quads_are_sorted_and_canonical(sample_release: Release) -> None:
    """The dataset is canonical N-Quads in the order of code points, each line once."""
    lines = sample_release.path("digigraph.nq").read_bytes().splitlines(keepends=True)

    assert lines == sorted(set(lines))
    assert lines == sorted(
        line
        for quad in set(sample_quads())
        for line in (ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b"").splitlines(True)
    )


@pytest.mark.parametrize("extension", DUMPS)
def test_every_dump_read_by_the_engine_says_the_same(
    sample_release: Release, extension: str
) -> None:
    """All formats hold the same triples, letter for letter."""
    told = ox.RdfFormat.from_extension(extension)

    assert told
    assert triples(sample_release.path(f"digigraph.{extension}"), told) == union(sample_release)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # it warns of its own methods
@pytest.mark.parametrize(
    ("extension", "told"),
    [("nt", "nt"), ("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"), ("trig", "trig")],
)
def test_every_dump_read_by_rdflib_says_the_same(
    sample_release: Release, extension: str, told: str
) -> None:
    """A reader that we did not write finds the same triples."""
    data = rdflib.Dataset(default_union=True)
    data.parse(data=sample_release.path(f"digigraph.{extension}").read_bytes(), format=told)
    found = rdflib.Graph()
    for triple in data.triples((None, None, None)):
        found.add(triple)

    read = ox.parse(found.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    lines = ox.serialize([quad.triple for quad in read], format=ox.RdfFormat.N_TRIPLES)
    assert canonical(lines or b"") == union(sample_release)


@pytest.mark.parametrize("extension", ["nq", "trig"])
def test_datasets_keep_the_named_graphs(sample_release: Release, extension: str) -> None:
    """N-Quads and TriG hold the dataset, graph by graph."""
    told = ox.RdfFormat.from_extension(extension)
    read = ox.parse(path=sample_release.path(f"digigraph.{extension}"), format=told)

    assert set(read) == set(sample_quads())


def test_json_ld_is_read_without_the_network(sample_release: Release) -> None:
    """The dump embeds its context: a reader that may not ask anyone finds the same triples."""

    def refuse(url: str, options: object) -> dict[str, object]:
        raise AssertionError(f"the document asks for {url}")

    document = json.loads(sample_release.path("digigraph.jsonld").read_bytes())
    lines = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": refuse})

    read = ox.parse(lines, format=ox.RdfFormat.N_QUADS)
    found = ox.serialize([quad.triple for quad in read], format=ox.RdfFormat.N_TRIPLES)
    assert canonical(found or b"") == union(sample_release)


def test_json_ld_is_compact(sample_release: Release) -> None:
    """A node has our terms, language maps, native numbers, and lists where a property repeats."""
    document = json.loads(sample_release.path("digigraph.jsonld").read_bytes())
    nodes = {node["id"].removeprefix(BASE): node for node in document["@graph"]}

    assert nodes["id/digcomp21/1-2"] == {
        "id": f"{BASE}id/digcomp21/1-2",
        "type": ["Concept", "FrameworkCompetence"],
        "broader": [f"{BASE}id/digcomp21/area-1"],
        "code": ["1.2"],
        "prefLabel": {
            "en": ["Evaluating data, information and digital content"],
            "bg": ["Оценяване на данни, информация и дигитално съдържание"],
        },
    }
    requirement = nodes["id/profile/p-0000sample/req/1-2"]
    assert requirement["levelStatus"] == "Disputed"
    assert requirement["minLevelRank"] == 5
    assert nodes["id/profile/p-0000sample"]["hiddenLabel"] == {"bg-latn": ["Opit", "Proba"]}
    assert nodes["id/nkpd11/33393020"]["nkpdCode"] == ["33393020"]
    written = [f"<{node['id']}>" for node in document["@graph"]]
    assert written == sorted(set(written))


def test_json_ld_keeps_what_fits_no_term(tmp_path: Path) -> None:
    """A value that a term would change is written in full, and nothing is lost."""
    odd = """
    <id/x> skos:prefLabel "no language" ; dgc:rank "six", 3, 4 ; dgc:levelStatus "text" ;
        dgc:minLevelRank 123456789012345678901234567890 ; skos:broader "text" ;
        skos:notation "x"^^dgc:Other ; dct:modified "soon" ; sh:minCount "many" ;
        dgc:severity sh:Warning ; rdf:type "text" .
    """
    quads = quads_of(odd, "framework")
    release = write_release(
        tmp_path, quads, version="2026.11.0", issued=ISSUED, base=BASE, inputs_digest="x"
    )

    assert triples(release.path("digigraph.jsonld"), ox.RdfFormat.JSON_LD) == union(release)
    assert len(union(release)) == len(quads)


def test_turtle_is_pleasant_to_read(sample_release: Release) -> None:
    """Turtle stands under the base, types first, one property a line."""
    text = sample_release.path("digigraph.ttl").read_text(encoding="utf-8")

    assert text.startswith(f"@base <{BASE}> .\n@prefix ")
    assert (
        """
<id/profile/p-0000sample/req/1-2> a dgc:CompetenceRequirement ;
    dgc:levelStatus dgc:Disputed ;
    dgc:maxLevelRank 6 ;
    dgc:minLevelRank 5 ;
    dgc:requiredLevel <id/digcomp21/level-6> ;
    dgc:requirementOf <id/profile/p-0000sample> ;
    dgc:requiresCompetence <id/digcomp21/1-2> .
"""
        in text
    )


@pytest.mark.parametrize("extension", DUMPS)
def test_every_dump_is_also_compressed(sample_release: Release, extension: str) -> None:
    """The gzip twin unpacks to the plain file, and carries no name and no time (H-12)."""
    plain = sample_release.path(f"digigraph.{extension}").read_bytes()
    packed = sample_release.path(f"digigraph.{extension}.gz").read_bytes()

    assert gzip.decompress(packed) == plain
    assert packed[3:8] == b"\0\0\0\0\0"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two builds in two processes, with the quads in another order, agree in every byte."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "import conftest, random; quads = conftest.sample_quads(); random.shuffle(quads);"
        "conftest.sample_quads = lambda: quads; conftest.write_sample(Path(sys.argv[1]))"
    )
    for name, seed in (("one", "1"), ("two", "2")):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / name), str(Path(__file__).parent)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}"},
        )

    one, two = (tree(tmp_path / name / "2026.11.0") for name in ("one", "two"))
    assert one == two


def test_another_base_moves_every_name(tmp_path: Path) -> None:
    """The base is one value: no IRI of a release under another base keeps the old one (U-01)."""
    base = "http://data.example.org/skills/"
    quads = quads_of("<id/x> a dgc:Competence ; dgc:rank 1 .", "framework", base)
    release = write_release(
        tmp_path, quads, version="2026.11.0", issued=ISSUED, base=base, inputs_digest="x"
    )

    assert not [name for name, content in tree(release.folder).items() if BASE.encode() in content]
    assert triples(release.path("digigraph.jsonld"), ox.RdfFormat.JSON_LD) == union(release)


@pytest.mark.parametrize(
    "quad",
    [
        ox.Quad(ox.BlankNode("a"), ox.NamedNode("a:b"), ox.Literal("c"), ox.NamedNode("g:g")),
        ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.BlankNode("a"), ox.NamedNode("g:g")),
        ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.Literal("c")),
        ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:1"), ox.Literal("c"), ox.NamedNode("g:g")),
        ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.Literal("\x07"), ox.NamedNode("g:g")),
        ox.Quad(
            ox.NamedNode("a:b"),
            ox.NamedNode("a:b"),
            ox.Literal("1.50", datatype=ox.NamedNode(f"{PREFIXES['xsd']}decimal")),
            ox.NamedNode("g:g"),
        ),
    ],
    ids=["bnode-subject", "bnode-object", "no-graph", "no-xml-name", "not-xml", "not-canonical"],
)
def test_what_cannot_be_published_is_refused(tmp_path: Path, quad: ox.Quad) -> None:
    """A statement that some dump or the endpoint would change stops the build and is named."""
    with pytest.raises(UnpublishableData, match=r"a:b|U\+0007|a:1"):
        write_release(
            tmp_path, [quad], version="2026.11.0", issued=ISSUED, base=BASE, inputs_digest="x"
        )

    assert tree(tmp_path) == {".lock": b""}


def test_an_existing_version_is_refused(tmp_path: Path) -> None:
    """A release is never overwritten; with the same inputs the one that is there is returned."""
    first = write_sample(tmp_path)
    before = tree(tmp_path)

    assert write_sample(tmp_path) == first
    with pytest.raises(ReleaseExists, match=r"2026\.11\.0"):
        write_sample(tmp_path, digest="other inputs")
    with pytest.raises(ReleaseExists):
        write_release(
            tmp_path, [], version="2026.11.0", issued=ISSUED, base=BASE,
            inputs_digest="sample", reuse=False,
        )  # fmt: skip
    assert tree(tmp_path) == before


@pytest.mark.parametrize("version", ["1", "2026.11", "v2026.11.0", "2026.11.0-rc1", "../x", ""])
def test_a_version_has_three_numbers(tmp_path: Path, version: str) -> None:
    """What is no calendar version is refused before anything is written (V-01)."""
    with pytest.raises(UsageError):
        write_sample(tmp_path / "releases", version)

    assert not (tmp_path / "releases").exists()


@pytest.mark.parametrize(
    "name", ["manifest.json", "SHA256SUMS", "store/x", "../x", "/x", "digigraph.nq", ".x", ""]
)
def test_extra_files_do_not_take_our_names(tmp_path: Path, name: str) -> None:
    """A file that travels along cannot replace one of the release's own, or leave its folder."""
    with pytest.raises(UsageError):
        write_release(
            tmp_path, [], version="2026.11.0", issued=ISSUED, base=BASE,
            inputs_digest="x", files={name: b""},
        )  # fmt: skip


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    """The newest release is the one with the highest version, not the last name."""
    for version in ("2026.9.0", "2026.11.0", "2026.10.12"):
        write_sample(tmp_path, version)
    (tmp_path / "2027.1.0").mkdir()
    (tmp_path / "notes").mkdir()

    newest = newest_release(tmp_path)
    assert newest
    assert newest.version == "2026.11.0"
    assert [path.name for path in releases(tmp_path)] == ["2026.9.0", "2026.10.12", "2026.11.0"]
    assert version_key("2026.11.0") > version_key("2026.9.99")


def test_a_folder_without_releases(tmp_path: Path) -> None:
    """There is no newest release where there is none."""
    assert newest_release(tmp_path) is None
    assert newest_release(tmp_path / "missing") is None


def test_what_is_no_release_says_why(tmp_path: Path) -> None:
    """Opening names what is missing or unreadable."""
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        open_release(tmp_path)

    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(ReleaseError, match="cannot be read"):
        open_release(tmp_path)


def test_damage_is_found_and_all_of_it_is_told(tmp_path: Path) -> None:
    """Verifying lists every problem: changed, cut, missing and foreign files."""
    release = write_sample(tmp_path)
    assert verify(release) == []

    changed = release.path("digigraph.nt")
    changed.write_bytes(changed.read_bytes()[::-1])
    release.path("digigraph.ttl").write_bytes(b"short")
    release.path("digigraph.rdf").unlink()
    release.path("extra.txt").write_bytes(b"")
    release.path("SHA256SUMS").write_bytes(b"")

    told = " ".join(verify(release))
    assert len(verify(release)) == 5
    for name in ("digigraph.nt", "digigraph.ttl", "digigraph.rdf", "extra.txt", "SHA256SUMS"):
        assert name in told


BUILD = """
import sys, time, resource
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import conftest
from digigraph.release import write_release

def quads():
    yield from conftest.sample_quads()
    {during}

write_release(Path(sys.argv[1]), quads(), version="2026.12.0", issued=conftest.ISSUED,
              base=conftest.BASE, inputs_digest="x", files={{"big.bin": b"x" * {size}}})
"""


def build(into: Path, during: str = "pass", size: int = 1) -> subprocess.Popen[bytes]:
    """Start a build in a process of its own that does something in the middle."""
    return subprocess.Popen(
        [
            sys.executable, "-c", BUILD.format(during=during, size=size),
            str(into), str(Path(__file__).parent),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_killed_build_leaves_the_last_release(tmp_path: Path) -> None:
    """A build killed in the middle changes nothing, and the next one clears away its rest."""
    write_sample(tmp_path)
    before = tree(tmp_path)

    killed = build(tmp_path, "print('here', flush=True); sys.stdin.read()")
    assert killed.stdout
    assert killed.stdout.readline() == b"here\n"
    assert list(tmp_path.glob(".draft-*"))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    kept = newest_release(tmp_path)
    assert kept
    assert kept.version == "2026.11.0"
    assert {
        name: content for name, content in tree(tmp_path).items() if "draft" not in name
    } == before
    write_sample(tmp_path, "2026.12.1")
    assert not list(tmp_path.glob(".draft-*"))


def test_two_builds_at_once(tmp_path: Path) -> None:
    """The second build waits for the first, and then finds its release there."""
    first = build(tmp_path, "print('here', flush=True); sys.stdin.read()")
    assert first.stdout
    assert first.stdout.readline() == b"here\n"
    second = build(tmp_path)
    waiting = threading.Thread(target=second.wait)
    waiting.start()
    waiting.join(timeout=1.0)
    assert waiting.is_alive()
    first.communicate(b"go on")
    _, errors = second.communicate(timeout=60)
    waiting.join()

    assert (first.returncode, second.returncode) == (0, 0), errors
    built = newest_release(tmp_path)
    assert built
    assert verify(built) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "2026.12.0"]


@pytest.mark.parametrize("limit", [2_000, 60_000])
def test_a_full_disk(tmp_path: Path, limit: int) -> None:
    """Where a file cannot be written the build says so, and the last release stays."""
    write_sample(tmp_path)
    before = tree(tmp_path)

    failing = build(
        tmp_path, f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))", size=100_000
    )
    _, errors = failing.communicate(timeout=60)

    assert failing.returncode != 0
    assert b"nothing changed" in errors
    assert tree(tmp_path) == before


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Any error of the caller's own comes through, and no draft stays behind."""

    def failing() -> object:
        yield from sample_quads()
        raise DigigraphError("found on the way")

    with pytest.raises(DigigraphError, match="found on the way"):
        write_release(
            tmp_path, failing(), version="2026.11.0", issued=ISSUED,  # type: ignore[arg-type]
            base=BASE, inputs_digest="x",
        )  # fmt: skip

    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock"]


def test_more_lines_than_are_sorted_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dataset larger than one run is sorted through files and comes out the same."""
    whole = write_sample(tmp_path / "whole")
    monkeypatch.setattr("digigraph.parts.RUN", 7)

    assert tree(write_sample(tmp_path / "runs").folder) == tree(whole.folder)


def test_a_dataset_that_is_written_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_release: Release
) -> None:
    """Wherever the order is cut into buckets, each dump is the same, packed and as it is."""
    monkeypatch.setattr("digigraph.parts.BLOCK", 3)
    monkeypatch.setattr("digigraph.dumps.BUCKET", 8)

    pieces = write_sample(tmp_path)

    for extension in DUMPS:
        plain = sample_release.path(f"digigraph.{extension}").read_bytes()
        assert pieces.path(f"digigraph.{extension}").read_bytes() == plain
        packed = pieces.path(f"digigraph.{extension}.gz").read_bytes()
        assert packed != sample_release.path(f"digigraph.{extension}.gz").read_bytes()
        assert gzip.decompress(packed) == plain
    assert verify(pieces) == []
