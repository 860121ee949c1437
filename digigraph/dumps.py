"""Writes the dumps of a release, and the index that the endpoint answers from.

Each dump is there as it is, as gzip and as Zstandard. All of them come from the one sorted order,
so they are the same graph and, with the same input, the same bytes. Only the index may differ from
build to build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path
from typing import IO

import pyoxigraph as ox
from zlib_ng import zlib_ng
from zstandard import ZstdCompressor

from digigraph.formats import DUMP_FORMATS
from digigraph.jsonld import write_json_ld
from digigraph.quads import UnpublishableData, graph_of_line, sorted_lines, union_lines
from digigraph.rdfxml import write_rdf_xml
from digigraph.turtle import write_trig, write_turtle

NAME = "digigraph"
_GZIP = 31
"""What tells zlib to write a gzip header: one without a name and a time."""


def write_dumps(folder: Path, quads: Iterable[ox.Quad], base: str) -> None:
    """Write the quads into `folder` in every dump format.

    `.nq` and `.trig` hold the named graphs; the others hold the union of them as triples.
    """
    nquads = folder / f"{NAME}.nq"
    with nquads.open("wb") as out:
        out.writelines(sorted_lines(quads, folder))
    ntriples = folder / f"{NAME}.nt"
    with nquads.open("rb") as lines, ntriples.open("wb") as out:
        out.writelines(union_lines(lines))
    writers: dict[str, Callable[[IO[bytes], Iterable[bytes], str], None]] = {
        "ttl": write_turtle,
        "rdf": write_rdf_xml,
        "jsonld": write_json_ld,
    }
    for extension, write in writers.items():
        with ntriples.open("rb") as lines, (folder / f"{NAME}.{extension}").open("wb") as out:
            write(out, lines, base)
    with (folder / f"{NAME}.trig").open("wb") as out:
        write_trig(out, nquads, sorted(graph_sizes(nquads)), base)
    for told in DUMP_FORMATS:
        _compress(folder / f"{NAME}.{told.extension}")


def write_store(folder: Path, dumps: Path) -> None:
    """Index the dumps, and make sure that the endpoint will say what they say.

    The default graph holds the union as triples of its own: the engine's own union answers a
    statement of two graphs twice.
    """
    store = ox.Store(folder)
    nquads = dumps / f"{NAME}.nq"
    store.bulk_load(path=nquads, format=ox.RdfFormat.N_QUADS)
    store.bulk_load(path=dumps / f"{NAME}.nt", format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    named = (quad for quad in store if isinstance(quad.graph_name, ox.NamedNode))
    with nquads.open("rb") as lines:
        for written, indexed in zip_longest(lines, sorted_lines(named, dumps)):
            if written != indexed:
                # The engine writes 1.50 as 1.5, and lower-cases language tags.
                shown = (written or indexed or b"").decode().strip()
                raise UnpublishableData(
                    f"the engine keeps this in another form; publish the canonical form: {shown}"
                )


def graph_sizes(nquads: Path) -> Counter[str]:
    """Return how many triples each named graph holds."""
    with nquads.open("rb") as lines:
        return Counter(map(graph_of_line, lines))


def _compress(path: Path) -> None:
    """Write `path` again as gzip and as Zstandard: no name, no time, only what is in it."""
    gzipped, packed = (path.with_name(path.name + end) for end in (".gz", ".zst"))
    deflate = zlib_ng.compressobj(6, wbits=_GZIP)
    with (
        path.open("rb") as plain,
        gzipped.open("wb") as gz,
        packed.open("wb") as out,
        ZstdCompressor(level=3).stream_writer(out, closefd=False) as zst,
    ):
        while piece := plain.read(1 << 20):
            gz.write(deflate.compress(piece))
            zst.write(piece)
        gz.write(deflate.flush())
