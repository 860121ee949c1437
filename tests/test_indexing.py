"""The index of a release: made from its dumps, or out of that of the release before."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import BASE, write_sample
from hypothesis import given
from hypothesis import strategies as st
from test_verify import verify

from digigraph.differing import differing
from digigraph.release import Release

NEW = '<id/digcomp21/1-2> skos:scopeNote "нова бележка"@bg .'
LINES = st.lists(st.text("abc\u044f", max_size=3), unique=True).map(
    lambda words: sorted(f"{word}\n".encode() for word in words)
)


def in_index(release: Release) -> set[str]:
    """Return all statements of an index."""
    return {str(quad) for quad in ox.Store.read_only(str(release.store))}


def shared(one: Release, other: Release) -> set[str]:
    """Return the names of the files that two indexes have in common, as one file each."""
    return {
        path.name
        for path in one.store.iterdir()
        if (other.store / path.name).exists() and path.samefile(other.store / path.name)
    }


def test_an_index_is_taken_over(tmp_path: Path) -> None:
    """Where little changed the new index shares the files of the old one, which stays as it was."""
    first = write_sample(tmp_path / "in", "2026.11.0")
    before = in_index(first)

    second = write_sample(tmp_path / "in", "2026.11.1", more=NEW)

    alone = write_sample(tmp_path / "alone", "2026.11.1", more=NEW)
    assert shared(first, second)
    assert in_index(second) == in_index(alone) != before
    assert in_index(first) == before
    for release in (first, second):
        assert verify(release.folder)[0] == 0
    third = write_sample(tmp_path / "in", "2026.11.2")
    assert shared(first, third)
    assert in_index(third) == before


def test_an_index_that_would_be_mostly_new(tmp_path: Path) -> None:
    """Where much changed the index is made from the dumps."""
    first = write_sample(tmp_path, "2026.11.0")
    many = "".join(f'<id/n/{number}> skos:prefLabel "N"@en .' for number in range(5_000))

    second = write_sample(tmp_path, "2026.11.1", more=many)

    assert not shared(first, second)
    assert verify(second.folder)[0] == 0


def test_an_index_that_lost_a_statement_is_not_taken_over(tmp_path: Path) -> None:
    """Then the new one is made from the dumps, and is whole."""
    first = write_sample(tmp_path, "2026.11.0")
    store = ox.Store(first.store)
    store.remove(next(iter(store)))
    store.flush()
    del store

    second = write_sample(tmp_path, "2026.11.1", more=NEW)

    assert not shared(first, second)
    assert verify(second.folder)[0] == 0


def test_what_was_withdrawn_stands_in_no_new_index(tmp_path: Path) -> None:
    """An index keeps the texts of what it has no more, which must not outlive a withdrawal."""
    text = "текст, който се премахва"
    first = write_sample(tmp_path, "2026.11.0", more=f'<id/digcomp21/1-2> skos:note "{text}"@bg .')
    gone = f"<id/digcomp21/1-9> adms:status <{BASE}def#Withdrawn> ."

    second = write_sample(tmp_path, "2026.11.1", more=gone)

    assert not shared(first, second)
    assert any(text.encode() in path.read_bytes() for path in first.store.iterdir())
    assert not any(text.encode() in path.read_bytes() for path in second.store.iterdir())


@given(before=LINES, after=LINES, stretch=st.integers(1, 9), alike=st.integers(1, 3))
def test_lines_that_differ(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[bytes],
    after: list[bytes],
    stretch: int,
    alike: int,
) -> None:
    """Each line that only one of the two has is told, in order, and no other."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "before").write_bytes(b"".join(before))
    (folder / "after").write_bytes(b"".join(after))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digigraph.differing._STRETCH", stretch)
        patch.setattr("digigraph.differing._ALIKE", alike)

        found = list(differing(folder / "before", folder / "after"))

    removed = [(line, False) for line in set(before) - set(after)]
    assert found == sorted(removed + [(line, True) for line in set(after) - set(before)])
