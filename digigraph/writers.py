"""Writes a small graph, held in memory, in each format that a document has.

The same writers as for the dumps, so that a document and a dump say a thing in the same words.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import chain

import pyoxigraph as ox

from digigraph.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Choice, Format
from digigraph.jsonld import write_json_ld
from digigraph.lines import in_order
from digigraph.names import Names
from digigraph.rdfxml import write_rdf_xml
from digigraph.turtle import write_trig, write_turtle

JSON_LD_NS = "http://www.w3.org/ns/json-ld#"
COMPACTED, EXPANDED, FLATTENED, FRAMED = (
    f"{JSON_LD_NS}{name}" for name in ("compacted", "expanded", "flattened", "framed")
)
"""The profiles of JSON-LD 1.1 that a client can ask for (H-06)."""


def lines_of(triples: Iterable[ox.Triple], first: str = "") -> list[bytes]:
    """Return triples as N-Triples, each once, by code points; one subject may come first."""
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return in_order(text.splitlines(keepends=True), first)


def write_graph(lines: list[bytes], told: Choice, base: str) -> bytes:
    """Return sorted lines of N-Triples in a graph format.

    JSON-LD names its context and is compact, unless another profile was asked for (H-06, H-16).
    """
    out = io.BytesIO()
    if told.format is N_TRIPLES:
        out.writelines(lines)
    elif told.format is TURTLE:
        write_turtle(out, lines, base, _used(lines, base))
    elif told.format is RDF_XML:
        write_rdf_xml(out, lines, base)
    elif told.format is JSON_LD and told.profile in (EXPANDED, FLATTENED):
        # Without blank nodes and lists the flat form is the expanded one.
        triples = ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES)
        ox.serialize((quad.triple for quad in triples), out, format=ox.RdfFormat.JSON_LD)
    elif told.format is JSON_LD:
        write_json_ld(out, lines, base, by_reference=True)
    else:
        raise ValueError(f"{told.format.name} does not hold a graph")
    return out.getvalue()


def write_quads(graphs: Mapping[str, Iterable[bytes]], told: Format, base: str) -> bytes:
    """Return lines of N-Triples by the IRI of their graph, "" for none, as TriG or N-Quads."""
    lines = {graph: in_order(said) for graph, said in sorted(graphs.items())}
    out = io.BytesIO()
    if told is TRIG:
        used = _used([*chain.from_iterable(lines.values()), _named(lines)], base)
        write_trig(out, lines.items(), base, used)
    elif told is N_QUADS:
        for graph, said in lines.items():
            ending = f" <{graph}> .\n".encode() if graph else b" .\n"
            out.writelines(line.removesuffix(b" .\n") + ending for line in said)
    else:
        raise ValueError(f"{told.name} does not hold graphs")
    return out.getvalue()


def _named(graphs: Iterable[str]) -> bytes:
    return " ".join(f"<{graph}>" for graph in graphs).encode()


def _used(lines: list[bytes], base: str) -> list[str]:
    whole = b"".join(lines)
    return [p for p, ns in Names(base).prefixes().items() if f"<{ns}".encode() in whole]
