"""The register of identifiers: append-only, self-checking, deterministic (V-04)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digigraph import resources
from digigraph.errors import RegistryError
from digigraph.registry import COLUMNS, Registry, profile_key

PROMISES = Path(__file__).parent / "promises"
HEADER = "\t".join(COLUMNS) + "\n"


def minted(*keys: str) -> Registry:
    """Return a register in which the keys were minted in order."""
    registry = Registry()
    for key in keys:
        registry.mint("p-", key, "2026.11.0")
    return registry


def test_an_id_is_the_hash_of_its_key() -> None:
    """The same key has the same id in every register, whatever else is in it."""
    alone, among = minted("profile|1|2|-"), minted("other", "profile|1|2|-")

    assert alone.mint("p-", "profile|1|2|-", "x") == among.mint("p-", "profile|1|2|-", "y")
    assert len(alone.entries) == 1


@pytest.mark.parametrize("publisher", ["БСК", "бск", "„БСК“", '"Бск" ', " «БСК»"])
def test_a_publisher_in_other_spellings(publisher: str) -> None:
    """Case, quotation marks and spaces make no other profile, also of a row from before."""
    before = minted("profile|1|2|БСК")

    assert profile_key(["1"], ["2"], publisher) == profile_key(["1"], ["2"], "БСК")
    assert before.mint("p-", profile_key(["1"], ["2"], publisher), "x") == before.entries[0].id
    assert len(before.entries) == 1


def test_an_id_avoids_letters_that_readers_confuse() -> None:
    """Ids hold no i, l, o or u, and no capital letter."""
    ids = [minted(f"key {number}").entries[0].id for number in range(200)]

    assert not any(
        set(identifier[2:]) & set("ilouABCDEFGHIJKLMNOPQRSTUVWXYZ") for identifier in ids
    )


def test_the_register_reads_back_what_it_writes(tmp_path: Path) -> None:
    """Writing and reading keeps every row and its order."""
    registry = minted("b", "a", "c")
    registry.write(tmp_path / "ids.tsv")

    again = Registry.read(tmp_path / "ids.tsv")

    assert again.entries == registry.entries
    assert [path.name for path in tmp_path.iterdir()] == ["ids.tsv"]


def test_a_key_that_was_edited_betrays_itself() -> None:
    """A row whose key no longer gives its id is refused, with its line."""
    text = minted("profile|33393020|93|-").text().replace("|93|", "|94|")

    with pytest.raises(RegistryError, match=r"ids\.tsv:2: the key of p-\w{8} was changed"):
        Registry.parse(text)


def test_all_faults_of_a_register_are_told_at_once() -> None:
    """Every bad line is named in one run."""
    good = minted("a", "b").text().splitlines()
    text = "\n".join(
        [*good, good[1], "x-1\tkey\t1\tactive\t", "p-1\ttoo few", good[2][:-8] + "gone\t"]
    )

    with pytest.raises(RegistryError) as caught:
        Registry.parse(text)

    message = str(caught.value)
    assert all(f"ids.tsv:{line}:" in message for line in (4, 5, 6, 7))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda rows: rows[:1] + rows[2:], "is gone"),
        (lambda rows: [rows[0], rows[2], rows[1]], "was moved"),
        (lambda rows: [rows[0], rows[1].replace("2026.11.0", "2027.1.0"), rows[2]], "was changed"),
    ],
)
def test_a_row_that_was_published_cannot_go_move_or_change(
    change: Callable[[list[str]], list[str]], complaint: str
) -> None:
    """A register that breaks a promise of an earlier one is refused, naming the row."""
    older = minted("a", "b")
    rows = change(older.text().splitlines())
    newer = Registry.parse("\n".join(rows) + "\n")

    with pytest.raises(RegistryError, match=complaint):
        newer.check_extends(older, "release 2026.11.0")


def test_a_row_may_be_deprecated_and_replaced() -> None:
    """Retiring an id in favour of another keeps the promise."""
    older = minted("a", "b")
    first, second = (entry.id for entry in older.entries)
    newer = Registry.parse(
        HEADER
        + f"{first}\ta\t2026.11.0\tdeprecated\t{second}\n"
        + f"{second}\tb\t2026.11.0\tactive\t\n"
    )

    newer.check_extends(older, "release 2026.11.0")


def test_the_shipped_register_keeps_every_promise() -> None:
    """Every row of every published register still stands in `data/ids.tsv`, in its place."""
    shipped = Registry.read(resources.folder("data") / "ids.tsv")
    snapshots = sorted(PROMISES.glob("ids-*.tsv"))

    assert snapshots
    for snapshot in snapshots:
        shipped.check_extends(Registry.read(snapshot), snapshot.name)
