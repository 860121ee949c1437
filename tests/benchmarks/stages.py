"""Times each stage of a build of the shipped data, and compares it where a peer exists.

Figures are medians of several runs; a ratio above 1 means slower than the peer.
"""

from __future__ import annotations

import io
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib

from digigraph import build, documents, graph, labels, mappings, reference, resources, sources
from digigraph.dumps import write_dumps
from digigraph.judging import judge
from digigraph.names import Names
from digigraph.registry import Registry
from digigraph.validation import load_shapes, validate

RUNS = 5
SAMPLE = Path(__file__).parents[1] / "shapes" / "base.ttl"


def median(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median seconds of some runs, after one that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def row(name: str, seconds: float, peer: str = "", peer_seconds: float | None = None) -> None:
    """Print one line of the table."""
    ratio = f"{seconds / peer_seconds:6.2f} × {peer}" if peer_seconds else ""
    print(f"{name:<44} {seconds * 1000:9.1f} ms  {ratio}", flush=True)


def main() -> None:
    """Print a line for each stage."""
    names, known = Names(), reference.load()
    data = resources.folder("data")
    given = labels.read(data / "labels.tsv")
    source = sources.load(sources.find(data / "sources")[0])
    reading = documents.read(source.path, known)
    registry = Registry.read(data / "ids.tsv")
    document = graph.identified(source.source, reading, registry, "bench")
    edition = build.inputs().edition
    sets = [mappings.read(path) for path in sorted((data / "mappings").glob("*.sssom.tsv"))]

    def part() -> set[ox.Quad]:
        return graph.document_part(
            document, names=names, reference=known, labels=given, shared=graph.Shared()
        )

    static = graph.static_part(names)
    common = static | graph.dataset_part(
        edition, [document], sets, [], [], names=names, labels=given
    )
    quads = part()
    print(f"one profile: {len(quads)} quads; with the framework {len(common | quads)}")

    row("read the document", median(lambda: documents.read(source.path, known)))
    row("state it as a graph", median(part))

    row(
        "validate (framework and document)",
        median(lambda: judge(common, [quads], base=names.base), runs=3),
    )
    shapes = load_shapes()
    sample = rdflib.Graph().parse(SAMPLE, format="turtle")
    peer = median(lambda: pyshacl.validate(sample, shacl_graph=shapes), runs=1)
    ours = median(lambda: validate(sample), runs=3)
    row(f"validate a sample of {len(sample)} triples", ours, "pySHACL, the published shapes", peer)

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "dumps"

        def dumps() -> None:
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            write_dumps(target, common | quads, names.base)

        def raw() -> None:
            for form in (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG):
                ox.serialize(common | quads, output=io.BytesIO(), format=form)
            triples = [quad.triple for quad in common | quads]
            for form in (
                ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML,
                ox.RdfFormat.JSON_LD,
            ):  # fmt: skip
                output = io.BytesIO()
                if form is ox.RdfFormat.JSON_LD:
                    ox.serialize(common | quads, output=output, format=form)
                else:
                    ox.serialize(triples, output=output, format=form)

        row(
            "write six dumps, sorted, and gzip them",
            median(dumps),
            "pyoxigraph raw, no gzip",
            median(raw),
        )

        def whole_build() -> None:
            shutil.rmtree(Path(folder) / "releases", ignore_errors=True)
            build.build(build.inputs(), Path(folder) / "releases")

        row("whole build", median(whole_build, runs=3))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
