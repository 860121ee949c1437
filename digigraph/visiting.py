"""Compares a running service with its files: what it answers with what it publishes.

The files are downloaded and compared as a release folder is; then the endpoint is asked for every
graph, subjects at a time so that no limit of the service is met, and documents are fetched in
every format. Above `LARGE` statements a stated share of subjects and documents is compared,
unless all of them are asked for.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from digigraph.checking import check_release, counted
from digigraph.dumps import NAME
from digigraph.errors import ServiceFailed
from digigraph.indexing import write_store
from digigraph.quads import union_lines
from digigraph.release import MANIFEST, STORE, SUMS, Release, open_release
from digigraph.session import Session
from digigraph.verdicts import Progress, Report
from digigraph.visits import check_documents

LARGE = 500_000
"""Up to so many quads every statement of the endpoint is compared."""
DOCUMENTS = 200
"""How many documents are fetched where not all of them are asked for."""
ASKED = 20_000
"""Bytes of IRIs that one question to the endpoint names."""

Lines = Iterable[bytes]


def check_service(
    address: str, *, everything: bool = False, progress: Progress | None = None
) -> Report:
    """Return a report on a running service: its files, its endpoint and its documents.

    Raises `ServiceFailed` where there is no service, or it stops answering.
    """
    tell = progress or (lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="digigraph-verify-") as room, Session(address) as web:
        folder = Path(room)
        report = Report(web.address)
        release = _downloaded(web, folder, report, tell)
        check_release(release, report, progress)
        quads = folder / f"{NAME}.nq"
        if not quads.is_file():
            return report
        every = 1 if everything else -(-release.quads // LARGE)
        _check_endpoint(web, quads, every, report, tell)
        most = None if everything else DOCUMENTS
        check_documents(web, release, folder / f"{NAME}.nt", most, report, tell)
        return report


def _downloaded(web: Session, folder: Path, report: Report, tell: Progress) -> Release:
    """Download every file of the manifest, and index the dump as a build would."""
    status, _, body = web.get(f"dumps/{MANIFEST}")
    try:
        told = json.loads(body) if status == 200 else None
        names = [str(file["name"]) for file in told["files"]] if told else []
        report.version = str(told["version"]) if told else ""
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceFailed(f"{web.address}dumps/{MANIFEST} cannot be read: {error}") from error
    if not told:
        raise ServiceFailed(f"{web.address}dumps/{MANIFEST} answers {status}; is this digigraph?")
    (folder / MANIFEST).write_bytes(body)
    (folder / STORE).mkdir()
    kept = f"release/{report.version}/{MANIFEST}"
    if (again := web.get(kept))[0] != 200 or again[2] != body:
        report.differs("answer", kept, f"{again[0]}, ≠ dumps/{MANIFEST}")
    for number, name in enumerate((*names, SUMS), 1):
        tell("download", number, len(names) + 1)
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            report.differs("file", name, "..")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        _download(web, f"dumps/{name}", path, report)
    with report.reading(f"{NAME}.nq"):
        counts = counted(folder / f"{NAME}.nq", folder / f"{NAME}.nt")
        write_store(folder / STORE, folder, counts)
    return open_release(folder)


def _download(web: Session, name: str, path: Path, report: Report) -> None:
    digest = hashlib.sha256()
    with path.open("wb") as out:

        def take(piece: bytes) -> None:
            digest.update(piece)
            out.write(piece)

        status, headers, whole = web.stream(name, take)
    if status != 200 or not whole:
        report.differs("answer", name, status if status != 200 else f"{path.stat().st_size} …")
    said = headers.get("repr-digest", "")
    if said and said != f"sha-256=:{b64encode(digest.digest()).decode()}:":
        report.differs("answer", name, f"Repr-Digest: {said}")


def _check_endpoint(web: Session, quads: Path, every: int, report: Report, tell: Progress) -> None:
    """Compare what the endpoint says of each graph, and of their union, with the dump."""
    counted = _sizes(web, report)
    graphs: dict[str, int] = {}
    with quads.open("rb") as lines:
        for line in lines:
            graph = line[line.rindex(b" <") + 2 : -4].decode()
            graphs[graph] = graphs.get(graph, 0) + 1
    for name in sorted(counted.keys() | graphs.keys()):
        if counted.get(name, 0) != graphs.get(name, 0):
            detail = f"{counted.get(name, 0)} ≠ {graphs.get(name, 0)}"
            report.differs("answer", "sparql", f"COUNT <{name}>: {detail}")
    compared = 0
    for number, graph in enumerate((*sorted(graphs), ""), 1):
        tell("endpoint", number, len(graphs) + 1)
        with quads.open("rb") as lines:
            compared += _check_graph(web, lines, graph, every, report)
        more = counted.get(graph, 0) > graphs.get(graph, 0)
        if graph and more:
            with quads.open("rb") as lines:
                expected = _triples_of(lines, graph)
                _ask(web, f"GRAPH <{graph}> {{ ?s ?p ?o }}", expected, graph, report)
    report.add("asked", compared)
    if every > 1:
        report.share["endpoint"] = 1 / every


def _sizes(web: Session, report: Report) -> dict[str, int]:
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    status, _, body = web.ask(query, "application/sparql-results+json")
    try:
        rows = json.loads(body)["results"]["bindings"] if status == 200 else None
    except (ValueError, KeyError, TypeError):
        rows = None
    if rows is None:
        report.differs("answer", "sparql", f"{status}: {query}")
        return {}
    return {row["g"]["value"]: int(row["n"]["value"]) for row in rows}


def _check_graph(web: Session, lines: Lines, graph: str, every: int, report: Report) -> int:
    """Ask for the subjects of a graph, or of the union where it has no name, a few at a time."""
    triples = _triples_of(lines, graph)
    taken, expected, compared = list[str](), list[bytes](), 0

    def ask() -> None:
        pattern = f"VALUES ?s {{ {' '.join(taken)} }} ?s ?p ?o"
        where = f"GRAPH <{graph}> {{ {pattern} }}" if graph else pattern
        _ask(web, where, expected, graph, report)

    for subject, said in groupby(triples, lambda line: line.partition(b" ")[0]):
        if zlib.crc32(subject) % every:
            continue
        whole = list(said)
        compared += len(whole)
        taken.append(subject.decode())
        expected += whole
        if sum(map(len, taken)) > ASKED or len(expected) > ASKED:
            ask()
            taken, expected = [], []
    if taken:
        ask()
    return compared


def _ask(web: Session, where: str, expected: Lines, graph: str, report: Report) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}"
    status, _, body = web.ask(query, "application/n-triples")
    if status != 200:
        report.differs("answer", "sparql", f"{status}: {query[:200]}")
        return
    found = sorted(set(body.splitlines(keepends=True)))
    report.compare("sparql", expected, found, graph or "union")


def _triples_of(lines: Lines, graph: str) -> Iterator[bytes]:
    if not graph:
        return union_lines(lines)
    ending = f" <{graph}> .\n".encode()
    return (line.removesuffix(ending) + b" .\n" for line in lines if line.endswith(ending))
