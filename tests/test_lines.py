"""The lines about a thing are found in a sorted dump, whatever stands around them (V-03)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log2
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digigraph.errors import ReleaseError
from digigraph.lines import BLOCK, Lines, Value, in_order, triples_of, value_of
from digigraph.release import Release
from digigraph.things import Things
from digigraph.writers import lines_of

S, P, Q = "http://x.example/s", "http://x.example/p", "http://x.example/q"
XSD = "http://www.w3.org/2001/XMLSchema#"
LANGUAGE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
WHOLE = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Open = Callable[[Sequence[bytes]], Lines]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Return what opens lines that are in no order yet, each once."""

    def open_(lines: Sequence[bytes]) -> Lines:
        dump = tmp_path / "digigraph.nt"
        dump.write_bytes(b"".join(sorted(set(lines))))
        return Lines(dump)

    return open_


def line(subject: str, name: str = P, text: str = "o") -> bytes:
    """Return a line of N-Triples."""
    return f'<{subject}> <{name}> "{text}" .\n'.encode()


def about(lines: Sequence[bytes], iri: str, name: str = "") -> list[bytes]:
    """Return the lines about a thing, or of a property of it, by looking at each."""
    start = f"<{iri}> <{name}> " if name else f"<{iri}> "
    return sorted({line for line in lines if line.startswith(start.encode())})


def open_files() -> int:
    """Return how many files this process has open, of what it still holds."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


IRIS = st.text(alphabet="a/?-.~яÿ", max_size=3).map(lambda tail: f"{S}{tail}")
SAID = st.tuples(
    IRIS,
    st.sampled_from([P, Q, f"{P}p"]),
    st.one_of(st.text(alphabet='ab \\"\n\r<>', max_size=3), st.just("о" * BLOCK)),
)


@WHOLE
@given(said=st.lists(SAID, max_size=30), others=st.lists(IRIS, max_size=3))
def test_any_dump(opened: Open, said: list[tuple[str, str, str]], others: list[str]) -> None:
    """All lines of a thing are found and no others, as by looking at each of the dump."""
    lines = lines_of(ox.Triple(ox.NamedNode(s), ox.NamedNode(p), ox.Literal(o)) for s, p, o in said)
    held = opened(lines)

    for iri in {*(s for s, _, _ in said), *others}:
        assert held.of(iri) == about(lines, iri)
        assert (held.few_of(iri, BLOCK) or about(lines, iri)) == about(lines, iri)
        for name in (P, Q, f"{P}p", f"{P}#"):
            assert held.of(iri, name) == about(lines, iri, name)


@pytest.mark.parametrize("around", [*range(1, 90), *range(BLOCK - 90, BLOCK + 90, 7)])
def test_a_line_at_the_border_of_a_block(opened: Open, around: int) -> None:
    """A thing is found wherever its first line begins: before, at or behind where a block does."""
    before = line(f"{S}/a", text="o" * around)
    lines = [before, *(line(f"{S}/b", text=str(number)) for number in range(9)), line(f"{S}/c")]
    held = opened(lines)

    for iri in (f"{S}/a", f"{S}/b", f"{S}/c", f"{S}/aa", f"{S}/bb", f"{S}/d", S):
        assert held.of(iri) == about(lines, iri)


def test_the_first_and_the_last(opened: Open) -> None:
    """What stands first is found, and what stands last; before and behind them is nothing."""
    lines = [line(f"{S}{number:05}", text="o" * 90) for number in range(1, 1000)]
    held = opened(lines)

    assert held.of(f"{S}00001") == lines[:1]
    assert held.of(f"{S}00999") == lines[-1:]
    assert held.of(f"{S}00000") == held.of(f"{S}01000") == []


def test_a_subject_that_another_begins_with(opened: Open) -> None:
    """What begins like a subject, or is the beginning of one, is another subject."""
    subjects = [S, f"{S}-", f"{S}/", f"{S}/a", f"{S}a", S[:-1], f"{S}я"]
    lines = [line(iri, name) for iri in subjects for name in (P, f"{P}/", f"{P}p")]
    held = opened(lines)

    for iri in subjects:
        assert held.of(iri) == about(lines, iri)
        assert held.of(iri, P) == [line(iri)]


def test_a_subject_with_very_many_lines(opened: Open) -> None:
    """However many lines a thing has, all are found; only who wants few is told of too many."""
    many = [line(f"{S}/b", text=f"{number:06}") for number in range(20_000)]
    lines = [line(f"{S}/a"), *many, line(f"{S}/b", Q), line(f"{S}/c")]
    held = opened(lines)

    assert held.of(f"{S}/b") == [*many, line(f"{S}/b", Q)]
    assert held.of(f"{S}/b", P) == many
    assert held.of(f"{S}/b", Q) == [line(f"{S}/b", Q)]
    assert held.of(f"{S}/c") == [line(f"{S}/c")]
    assert held.few_of(f"{S}/b", 4 * BLOCK) is None
    assert held.few_of(f"{S}/c", 4 * BLOCK) == [line(f"{S}/c")]


@pytest.mark.parametrize("most", [len(line(S)) - 1, len(line(S))])
def test_as_few_as_are_wanted(opened: Open, most: int) -> None:
    """As many bytes as are wanted are few, one more is not."""
    assert opened([line(S)]).few_of(S, most) == ([line(S)] if most == len(line(S)) else None)


@pytest.mark.parametrize(
    "iri",
    ["", ">", "<", "\n", " ", "\ud800", f"{S}> <{P}", f'{S}> <{P}> "o" .\n<{S}', f"{S}\n", f"{S} "],
)
def test_what_is_no_iri(opened: Open, iri: str) -> None:
    """Nothing is said of what is no IRI, whatever it looks like between the lines."""
    held = opened([line(S), line(S, Q), line(f"{S}/a")])

    assert held.of(iri) == []
    assert held.few_of(iri, BLOCK) == []


def test_an_empty_dump(opened: Open) -> None:
    """Where nothing is said, nothing is said of anything."""
    assert opened([]).of(S) == []


@pytest.mark.parametrize(("content", "words"), [(None, "is missing"), (line(S)[:-1], "cut short")])
def test_a_damaged_dump(tmp_path: Path, content: bytes | None, words: str) -> None:
    """A dump that is not there, or ends within a line, is refused: not taken to say nothing."""
    dump = tmp_path / "digigraph.nt"
    if content is not None:
        dump.write_bytes(content)

    with pytest.raises(ReleaseError, match=words):
        Lines(dump)


def test_a_dump_that_is_taken_away(tmp_path: Path) -> None:
    """What was opened is read on, when a release was replaced or removed since."""
    dump = tmp_path / "digigraph.nt"
    dump.write_bytes(line(S))
    held = Lines(dump)
    other = tmp_path / "other"
    other.write_bytes(line(S, text="another"))

    other.replace(dump)
    assert held.of(S) == [line(S)]
    dump.unlink()
    assert held.of(S) == [line(S)]


def test_files_that_are_open(opened: Open) -> None:
    """A dump takes one open file, and none once it is let go."""
    lines = [line(f"{S}{number:05}", text="o" * 90) for number in range(1000)]
    before = open_files()
    held = opened(lines)
    for number in range(1000):
        held.of(f"{S}{number:05}")

    assert open_files() <= before + 1
    del held
    assert open_files() <= before


def test_every_subject_of_the_shipped_data(shipped_release: Release) -> None:
    """The lines of all things, found one by one, are the dump."""
    whole = shipped_release.union.read_bytes().splitlines(keepends=True)
    subjects = dict.fromkeys(line.partition(b"> ")[0][1:].decode() for line in whole)
    held = Lines(shipped_release.union)

    assert [line for iri in subjects for line in held.of(iri)] == whole


class Counted(Lines):
    """Lines that remember what was looked up."""

    def __init__(self, dump: Path) -> None:
        """Open a dump; nothing was looked up yet."""
        super().__init__(dump)
        self.asked: list[str] = []

    def _read(self, start: str, iri: str, most: int) -> list[bytes] | None:
        self.asked.append(start)
        return super()._read(start, iri, most)


@pytest.mark.parametrize(
    "name",
    ["id/profile/p-37q68h4z", "id/digcomp21/1-2", "id/digcomp21/level-6", "id/digcomp21", "shapes"],
)
def test_what_a_document_costs(shipped_release: Release, tmp_path: Path, name: str) -> None:
    """A document costs the same look-ups, and is the same, whatever else the graph holds."""
    base = shipped_release.base
    grown = replace(shipped_release, folder=tmp_path)
    grown.store.symlink_to(shipped_release.store)
    others = [line(f"{base}id/other/{number}") for number in range(50_000)]
    whole = [*shipped_release.union.read_bytes().splitlines(keepends=True), *others]
    grown.union.write_bytes(b"".join(sorted(whole)))

    found = []
    for release in (shipped_release, grown):
        things = Things(release)
        things._lines = counted = Counted(release.union)
        document = things.document(base + name)
        assert document
        found.append((sorted(counted.asked), document.lines, document.words))

    assert found[0] == found[1]


def test_what_a_look_up_costs(opened: Open) -> None:
    """A look-up reads as many beginnings of blocks as a bisection has steps."""
    lines = [line(f"{S}{number:06}", text="o" * 400) for number in range(10_000)]
    held = opened(lines)
    blocks = sum(map(len, lines)) / BLOCK

    for number in range(0, 10_000, 999):
        before = held._beginning.cache_info().misses
        assert held.of(f"{S}{number:06}") == lines[number : number + 1]
        assert held._beginning.cache_info().misses - before <= log2(blocks) + 1


@WHOLE
@given(
    value=st.one_of(
        st.builds(ox.Literal, st.text()),
        st.builds(lambda text: ox.Literal(text, language="bg-latn"), st.text()),
        st.builds(lambda t: ox.Literal(t, datatype=ox.NamedNode(f"{XSD}date")), st.text()),
        st.sampled_from([ox.NamedNode(S), ox.NamedNode(f"{S}/я")]),
    )
)
def test_any_value(value: ox.Literal | ox.NamedNode) -> None:
    """A value is read from its line as the engine reads it."""
    triple = ox.Triple(ox.NamedNode(S), ox.NamedNode(P), value)
    written = ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b""
    found = value_of(written.split(b" ", 2)[2])

    if isinstance(value, ox.Literal):
        assert found == (value.value, value.language or "", value.datatype.value)
    else:
        assert found == (value.value, "", "")
    assert list(triples_of([written])) == [triple]


def test_what_a_value_is() -> None:
    """A text in a language has the datatype of such texts, a plain one that of strings."""
    assert value_of('"да"@bg .\n'.encode()) == Value("да", "bg", LANGUAGE)
    assert value_of(b'"a\\"b" .\n') == Value('a"b', "", f"{XSD}string")
    assert value_of(f"<{S}> .\n".encode()) == Value(S)


def test_lines_in_order() -> None:
    """Lines come by code points, each once, those of a thing itself first."""
    a, b, ba = line(f"{S}/a"), line(f"{S}/b"), line(f"{S}/b", Q)

    assert in_order([b, a, ba, a]) == [a, b, ba]
    assert in_order([ba, a, b, b], first=f"{S}/b") == [b, ba, a]
