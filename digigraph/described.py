"""What a dataset says something about: whether it does, and what, without holding it all.

Of each subject there is a 64-bit hash in memory. Two of 25 million IRIs share one with a chance
of one in fifty thousand; then a retired IRI would lack its tombstone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from digigraph.graph.survey import hash_of
from digigraph.parts import Bucket, lines_of

Said = Mapping[str, Sequence[ox.NamedNode | ox.Literal]]
"""What is said of one thing: property -> values."""

_END = b"> "


@dataclass(frozen=True, slots=True)
class Described:
    """The subjects of a dataset, by the hash of each, and where their lines are."""

    hashes: array[int]
    stretches: Sequence[Bucket | Sequence[bytes]] = ()

    def __contains__(self, iri: str) -> bool:
        """Tell whether anything is said of a thing."""
        return self.has(f"<{iri}>".encode())

    def has(self, token: bytes) -> bool:
        """Tell the same of a subject as a line begins with it."""
        wanted = hash_of(token)
        place = bisect_left(self.hashes, wanted)
        return self.hashes[place : place + 1] == array("Q", [wanted])

    def said_beside(self, other: Described) -> Iterator[tuple[str, Said]]:
        """Yield what is said of each thing of which the other says nothing."""
        for stretch in self.stretches:
            lines = stretch.lines() if isinstance(stretch, Bucket) else stretch
            for token, same in _by_subject(lines):
                if not other.has(token):
                    yield _said(same)


def described_by(quads: Iterable[ox.Quad]) -> Described:
    """Return what quads describe; they are few enough to be held."""
    lines = lines_of(quads)
    hashes = sorted(hash_of(token) for token, _ in _by_subject(lines))
    return Described(array("Q", hashes), [lines])


def described_in(ntriples: Path, wanted: Described, also: Sequence[str]) -> tuple[
    Described, dict[str, Said], dict[str, Said]
]:  # fmt: skip
    """Return what a sorted dump describes, and what it says of some of it.

    That is of whatever is not among the `wanted`, and of whatever begins with one of `also`,
    each by IRI; the second is not in the first.
    """
    hashes = array("Q")
    gone: dict[str, Said] = {}
    apart: dict[str, Said] = {}
    starts = tuple(f"<{start}".encode() for start in also)
    with ntriples.open("rb") as lines:
        for token, same in _by_subject(lines):
            hashes.append(hash_of(token))
            if token.startswith(starts):
                apart |= [_said(same)]
            elif not wanted.has(token):
                gone |= [_said(same)]
    return Described(array("Q", sorted(hashes))), gone, apart


def _by_subject(lines: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    token, start, same = b"", b"\0", list[bytes]()
    for line in lines:
        if line.startswith(start):
            same.append(line)
            continue
        if same:
            yield token, same
        start = line[: line.index(_END) + 2]
        token, same = start[:-1], [line]
    if same:
        yield token, same


def _said(lines: Iterable[bytes]) -> tuple[str, Said]:
    said: dict[str, list[ox.NamedNode | ox.Literal]] = {}
    iri = ""
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        assert isinstance(quad.subject, ox.NamedNode), "published data has no others"
        assert isinstance(quad.object, (ox.NamedNode, ox.Literal)), "published data has no others"
        iri = quad.subject.value
        values = said.setdefault(quad.predicate.value, [])
        if quad.object not in values[-1:]:
            values.append(quad.object)
    return iri, said
