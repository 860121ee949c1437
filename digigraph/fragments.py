"""A bucket of lines in every dump format: pieces that only need to be put one after another.

A bucket is read once, and each of its subjects is written in all formats while it is at hand.
The pieces are packed here too, in the process that wrote them: pieces of one deflate stream, which
end on a byte and refer to nothing before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from zlib_ng import zlib_ng

from digigraph.jsonld import node_line
from digigraph.kept import Kept
from digigraph.parts import Bucket, digest_of
from digigraph.quads import Said, UnpublishableData, by_subject, properties, union_lines
from digigraph.rdfxml import RdfXml
from digigraph.turtle import Terms

TRIG = "trig "
"""What the key of a piece of TriG begins with; the IRI of its graph follows."""

_NEWLINE, _INDENTED = "\n", "\n    "
GZIP = 5
"""The level of gzip: a quarter faster than the next, and three parts in a hundred larger."""
_RAW = -15
"""What tells zlib to write neither header nor checksum."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a dump, as it is and packed: where they are, its checksum and its size."""

    plain: Path
    packed: Path
    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written: the bucket, its number, the folder to write to, the base.

    Pieces of the same lines are taken from `kept`, and left there.
    """

    number: int
    bucket: Bucket
    folder: Path
    base: str
    kept: Kept | None = None

    def key(self, lines: Sequence[bytes]) -> str:
        """Return the key of the pieces; the first bucket has no comma before it in JSON-LD."""
        if not self.kept:
            return ""
        first = "first" if self.number == 0 else ""
        return self.kept.key("pieces", digest_of(lines), self.base, first, version("zlib-ng"))


@dataclass(frozen=True, slots=True)
class Fragments:
    """What was written of a bucket: pieces by format, and how much there is in them."""

    pieces: dict[str, Piece]
    triples: int
    graphs: dict[str, int]
    key: str


def write_fragments(order: Order) -> Fragments:
    """Write a bucket in every format; raise `UnpublishableData` for what would be changed."""
    lines = order.bucket.lines()
    key = order.key(lines)
    if order.kept and (known := order.kept.pieces(key)):
        return _again(order, key, *known)
    told: dict[str, list[str]] = {"ttl": [], "rdf": [], "jsonld": []}
    turtle, xml = Terms(order.base), RdfXml(order.base)
    graphs: Counter[str] = Counter()
    triples = 0
    for iri, said in by_subject(lines):
        whole = (iri, properties(said))
        triples += sum(len(values) for _, values in whole[1])
        block = turtle.block(whole)
        told["ttl"].append(f"\n{block}")
        told["rdf"].append(xml.element_of(whole))
        told["jsonld"].append(node_line(whole, order.base))
        for graph, many in _trig(told, iri, said, block, turtle):
            graphs[graph] += many
    _check_kept(lines)
    separator = ",\n" if order.number else ""
    contents = {
        "nq": b"".join(lines),
        "nt": b"".join(union_lines(lines)),
        **{name: "".join(texts).encode() for name, texts in told.items() if name != "jsonld"},
        "jsonld": (separator + ",\n".join(told["jsonld"])).encode(),
    }
    deflated = {name: packed(content) for name, content in contents.items()}
    pieces = {
        name: _piece(order.folder / f"{order.number}-{place}", content, deflated[name])
        for place, (name, content) in enumerate(contents.items())
    }
    if order.kept:
        counts = {"names": [*contents], "triples": triples, "graphs": graphs}
        order.kept.keep_pieces(key, counts, [*deflated.values()])
    return Fragments(pieces, triples, dict(graphs), key)


def _again(order: Order, key: str, told: Mapping[str, Any], kept: list[bytes]) -> Fragments:
    """Write the pieces that were kept."""
    pieces = {
        name: _piece(order.folder / f"{order.number}-{place}", _unpacked(deflated), deflated)
        for place, (name, deflated) in enumerate(zip(told["names"], kept, strict=True))
    }
    return Fragments(pieces, told["triples"], told["graphs"], key)


def packed(content: bytes) -> bytes:
    """Return bytes as a piece of a deflate stream."""
    deflate = zlib_ng.compressobj(GZIP, wbits=_RAW)
    return deflate.compress(content) + deflate.flush(zlib_ng.Z_FULL_FLUSH)


def _unpacked(piece: bytes) -> bytes:
    return zlib_ng.decompressobj(_RAW).decompress(piece)


def _piece(path: Path, content: bytes, deflated: bytes) -> Piece:
    path.write_bytes(content)
    beside = path.with_name(f"{path.name}.z")
    beside.write_bytes(deflated)
    return Piece(path, beside, zlib_ng.crc32(content), len(content))


def _trig(
    told: dict[str, list[str]], iri: str, said: Said, block: str, turtle: Terms
) -> Iterator[tuple[str, int]]:
    """Write a subject in each of its graphs; yield the graphs, and how much is said in each."""
    by_graph: dict[str, Said] = {}
    for one in said:
        by_graph.setdefault(one[2], []).append(one)
    for graph, of_graph in by_graph.items():
        if len(by_graph) > 1:
            indented = turtle.block((iri, properties(of_graph)), indent="    ")
        else:
            indented = f"    {block[:-1].replace(_NEWLINE, _INDENTED)}\n"
        told.setdefault(f"{TRIG}{graph}", []).append(f"\n{indented}")
        yield graph, len(of_graph)


def _check_kept(lines: Sequence[bytes]) -> None:
    """Raise `UnpublishableData`, with one of the lines, for a term that the engine changes.

    It writes 1.50 as 1.5 and lower-cases language tags; texts and IRIs it leaves alone.
    """
    asked = set[bytes]()
    for line in lines:
        end = line.rindex(b" <")
        quote = line.rfind(b'"', 0, end)
        if quote < 0 or quote == end - 1:
            continue
        suffix = line[quote + 1 : end]
        if suffix.startswith(b"@"):
            asked.add(b'""' + suffix)
        elif suffix.startswith(b"^^"):
            asked.add(line[line.index(b'"') : end])
    store, name = ox.Store(), b"<urn:x-digigraph:kept>"
    told = b"".join(b"%b %b %b .\n" % (name, name, term) for term in sorted(asked))
    store.extend(ox.parse(told, format=ox.RdfFormat.N_QUADS))
    changed = asked - {str(quad.object).encode() for quad in store}
    for term in sorted(changed):
        shown = next(line for line in lines if term.removeprefix(b'""') + b" <" in line)
        raise UnpublishableData(
            "the engine keeps this in another form; publish the canonical form: "
            + shown.decode().strip()
        )
