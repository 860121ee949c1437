"""The framework's own level texts, brought from a file that the user has (M-06)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from digigraph import build, descriptors, reference, resources
from digigraph.errors import InputError

HEAD = "competence,level,language,text,source\n"
LEVEL = f"{resources.AUTHORED_BASE}id/digcomp21"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the shipped data that a test may change."""
    return Path(shutil.copytree(resources.folder("data"), tmp_path / "data"))


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    """Return a CSV file with the rows."""
    path = tmp_path / "levels.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.long
def test_imported_texts_become_definitions(data: Path, tmp_path: Path) -> None:
    """Texts are joined in order as the definition of their level, with their source."""
    known = reference.load().competences
    path = table(
        tmp_path, "2.1,3,en,first thing,EUR 1", '2.1,3,en,"second, thing",EUR 1',
        "1.2,6,bg,официален текст,EUR 1",
    )  # fmt: skip

    new = descriptors.keep(descriptors.read(path, known), data, known)
    outcome = build.build(build.inputs(data), tmp_path / "out")

    assert new == 3
    assert outcome.release
    store = ox.Store()
    store.bulk_load(
        path=str(outcome.release.folder / "digigraph.nt"), format=ox.RdfFormat.N_TRIPLES
    )
    definition = ox.NamedNode("http://www.w3.org/2004/02/skos/core#definition")
    (english,) = store.quads_for_pattern(ox.NamedNode(f"{LEVEL}/2-1/level-3"), definition, None)
    (bulgarian,) = store.quads_for_pattern(ox.NamedNode(f"{LEVEL}/1-2/level-6"), definition, None)
    assert english.object == ox.Literal("• first thing\n• second, thing", language="en")
    assert bulgarian.object == ox.Literal("официален текст", language="bg")


def test_importing_the_same_file_again(data: Path, tmp_path: Path) -> None:
    """The same texts twice are kept once."""
    known = reference.load().competences
    given = descriptors.read(table(tmp_path, "2.1,3,en,a text,EUR 1"), known)
    descriptors.keep(given, data, known)
    before = (data / descriptors.FILE).read_bytes()

    assert descriptors.keep(given, data, known) == 0
    assert (data / descriptors.FILE).read_bytes() == before


def test_importing_other_words_for_a_level(data: Path, tmp_path: Path) -> None:
    """A wording that is kept is not replaced in silence."""
    known = reference.load().competences
    descriptors.keep(descriptors.read(table(tmp_path, "2.1,3,en,one,EUR"), known), data, known)
    before = (data / descriptors.FILE).read_bytes()

    with pytest.raises(InputError, match=r"2\.1 level 3 \(en\)"):
        descriptors.keep(descriptors.read(table(tmp_path, "2.1,3,en,two,EUR"), known), data, known)

    assert (data / descriptors.FILE).read_bytes() == before


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    """Every bad row is named with its line, in one run."""
    path = table(
        tmp_path, "9.9,3,en,x,EUR", "1.1,9,en,x,EUR", "1.1,1,de,x,EUR", "1.1,1,en,,EUR", "1.1,1,en"
    )

    with pytest.raises(InputError) as caught:
        descriptors.read(path, reference.load().competences)

    assert all(f"line {line}:" in str(caught.value) for line in range(2, 7))


@pytest.mark.parametrize("head", ["", "code;level\n", "competence,level\n"])
def test_a_file_with_other_columns(tmp_path: Path, head: str) -> None:
    """The columns are named when they are others."""
    with pytest.raises(InputError, match="expected the columns competence, level"):
        descriptors.read(table(tmp_path, head=head), reference.load().competences)
