"""The engines that are compared, each started over one release and stopped.

All hold the same statements, in the union that is asked by default and in the named graphs.
What each may keep in memory is said in its note; none keeps answers but digigraph.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from digigraph.release import Release

from . import client

PEERS = Path(__file__).parents[2] / ".bench" / "peers" / "bin"
RDFLIB = Path(__file__).with_name("rdflib_server.py")
SMALL = 200_000
"""Quads up to which rdflib holds the data itself; it loads some 20,000 a second."""
LIMIT = 20
"""Seconds that an engine may take for a query, where it lets itself be told; digigraph's own."""
STARTING = 300

VIRTUOSO = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = {dumps}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxClientConnections = 50
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 50
MaxKeepAlives = 50
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryExecutionTime = {limit}
"""


@dataclass
class Engine:
    """A server under measurement; a context manager."""

    name: str
    note: str
    path: str
    command: Callable[[int], Sequence[str]]
    folder: Path | None = None
    after: Callable[[], None] = lambda: None
    port: int = field(default=0, init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> Engine:
        """Start it and wait until it answers."""
        self.port = _unused_port()
        with tempfile.TemporaryFile() as messages:
            self.process = subprocess.Popen(
                self.command(self.port),
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=messages,
                process_group=0,
            )
            if self._answers():
                self.after()
                return self
            self.__exit__()
            messages.seek(0)
            said = messages.read()[-1000:].decode(errors="replace")
        raise RuntimeError(f"{self.name} did not start: {said}")

    def _answers(self) -> bool:
        assert self.process
        asked, until = client.request(self.path, "ASK { ?s ?p ?o }"), time.monotonic() + STARTING
        while self.process.poll() is None and time.monotonic() < until:
            line = client.Connection(self.port, 60)
            with suppress(client.Broken), closing(line):
                if line.ask(asked).status == 200:
                    return True
            time.sleep(0.1)
        return False

    def __exit__(self, *_: object) -> None:
        """End it and what it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def restart(self) -> None:
        """End it in the middle of what it does and start it again."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.__exit__()
        self.__enter__()

    def memory_mib(self) -> int:
        """Return the memory that it and its children hold for themselves now."""
        assert self.process
        return sum(_private(pid) for pid in _family(self.process.pid)) >> 10


def engines(release: Release, kept: Path, wanted: Sequence[str] = ()) -> list[Engine]:
    """Return the engines that are installed here, ready to be started; says which are missing."""
    makers = {
        "digigraph disk": lambda: _digigraph(release, "disk"),
        "digigraph memory": lambda: _digigraph(release, "memory"),
        "Oxigraph server": lambda: _oxigraph(release, kept),
        "rdflib-endpoint": lambda: _rdflib(release, kept),
        "Virtuoso": lambda: _virtuoso(release, kept),
    }
    found = []
    for name, make in makers.items():
        if wanted and name not in wanted:
            continue
        if engine := make():
            found.append(engine)
        else:
            print(f"{name}: not installed here, left out", flush=True)
    return found


def _digigraph(release: Release, kind: str) -> Engine:
    def command(port: int) -> list[str]:
        place = ("--releases", str(release.folder.parent), "--port", str(port))
        return [
            *(sys.executable, "-m", "digigraph", "serve", *place),
            *("--engine", kind, "--access-log", ""),
        ]

    note = "2 children, each with the release; 64 MB of answers kept; no access log, as the others"
    return Engine(f"digigraph {kind}", note, "/sparql", command)


def _index(release: Release, kept: Path) -> Path:
    """Return the index that Oxigraph's own loader makes of the dumps."""
    index = kept / "oxigraph"
    if not (index / "CURRENT").exists():
        oxigraph, dump = str(PEERS / "oxigraph"), str(release.path("digigraph"))
        place = ("--location", str(index))
        for extension in ("nt", "nq"):
            _run(oxigraph, "load", *place, "--lenient", "--file", f"{dump}.{extension}")
        _run(oxigraph, "optimize", *place)
    return index


def _oxigraph(release: Release, kept: Path) -> Engine | None:
    if not (PEERS / "oxigraph").exists():
        return None
    index = _index(release, kept)

    def command(port: int) -> list[str]:
        place = ("--location", str(index), "--bind", f"127.0.0.1:{port}")
        limit = ("--timeout-s", str(LIMIT))
        return [str(PEERS / "oxigraph"), "serve-read-only", *place, *limit]

    note = "RocksDB, loaded by itself and optimised; the union is its default graph, as ours"
    return Engine("Oxigraph server", note, "/query", command)


def _rdflib(release: Release, kept: Path) -> Engine | None:
    if not (PEERS / "rdflib-endpoint").exists():
        return None
    small = release.quads <= SMALL
    source = release.path("digigraph.nq") if small else _index(release, kept)
    note = "rdflib's own memory store" if small else "rdflib over oxrdflib, the index of Oxigraph"

    def command(port: int) -> list[str]:
        return [str(PEERS / "python"), "-P", str(RDFLIB), str(source), str(port)]

    return Engine("rdflib-endpoint", f"{note}; one process", "/", command)


def _virtuoso(release: Release, kept: Path) -> Engine | None:
    server = shutil.which("virtuoso-t")
    if not server:
        return None
    folder, sql = kept / "virtuoso", _unused_port()
    loaded = folder / "loaded"
    if not loaded.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def command(port: int) -> list[str]:
        told = VIRTUOSO.format(sql=sql, port=port, dumps=release.folder.absolute(), limit=LIMIT)
        (folder / "virtuoso.ini").write_text(told, encoding="utf-8")
        (folder / "virtuoso.lck").unlink(missing_ok=True)
        return [str(server), "+foreground", "+configfile", "virtuoso.ini"]

    def load() -> None:
        if not loaded.exists():
            place = str(release.folder.absolute())
            orders = f"ld_dir('{place}', 'digigraph.nq', ''); rdf_loader_run(); checkpoint;"
            _run("isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "ERRORS=STDOUT", f"EXEC={orders}")
            loaded.touch()

    note = "1.4 GB of buffers, rows not cut; its union of the named graphs is its default graph"
    return Engine("Virtuoso", note, "/sparql", command, folder, load)


def _unused_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def _family(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            children += _family(int(child))
    return [pid, *children]


def _private(pid: int) -> int:
    """Return the KiB that only this process holds, pages of files left out."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    return 0
