"""Engines of others that a test starts over HTTP, on free ports of the loopback, and stops."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from servers import unused_port

from digigraph.graphstore import Store

OXIGRAPH = str(Path(sys.executable).with_name("oxigraph"))
VIRTUOSO = shutil.which("virtuoso-t")
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)

_VIRTUOSO_INI = """[Database]
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
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
ThreadsPerQuery = 2
TransactionAfterImageLimit = {log}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 10
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = {seconds}
"""


@dataclass
class Engine:
    """A server in a process of its own; a context manager that yields itself, ready to answer."""

    name: str
    path: str
    command: Callable[[int], Sequence[str]]
    login: tuple[str, str] | None = None
    patience: float = 60
    port: int = field(default_factory=unused_port)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    folder: Path = field(init=False)

    @property
    def url(self) -> str:
        """Return the address that it is reached under."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Engine:
        """Start it in a folder of its own and wait until it answers."""
        self.folder = Path(tempfile.mkdtemp(prefix="digigraph-test-"))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove what it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it over what is in its folder, and wait until it answers."""
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                list(self.command(self.port)),
                cwd=self.folder, stdout=said, stderr=said, process_group=0,
            )  # fmt: skip
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}{self.path}", timeout=5).close()
                return
            except urllib.error.HTTPError as error:
                with error:
                    if error.code < 500:
                        return
            except OSError:
                pass
            time.sleep(0.05)
        said_last = (self.folder / "said").read_text(errors="replace")[-2000:]
        raise AssertionError(f"{self.name} did not answer: {said_last}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, by default as a service manager would."""
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


def oxigraph(*, on_disk: bool = False) -> Engine:
    """Return an Oxigraph server that keeps its data in memory, or in its folder."""
    place = ("--location", "data") if on_disk else ()

    def command(port: int) -> list[str]:
        return [OXIGRAPH, "serve", *place, "--bind", f"127.0.0.1:{port}"]

    return Engine("Oxigraph", "query?query=ASK%7B%7D", command)


def virtuoso(rows: int = 10_000_000, seconds: int = 0, log: int = 50_000_000) -> Engine:
    """Return a Virtuoso that gives so many rows and takes so many seconds, 0 for no limit.

    `log` is how many bytes one transaction may change.
    """
    sql, made = unused_port(), Engine("Virtuoso", "sparql?query=ASK%7B%7D", list, ("dba", "dba"))

    def command(port: int) -> list[str]:
        told = _VIRTUOSO_INI.format(sql=sql, port=port, rows=rows, seconds=seconds, log=log)
        (made.folder / "virtuoso.ini").write_text(told, encoding="utf-8")
        return [str(VIRTUOSO), "+foreground", "+configfile", "virtuoso.ini"]

    made.command = command
    return made


MAKERS: dict[str, Callable[[], Engine]] = {"oxigraph": oxigraph, "virtuoso": virtuoso}
"""The engines that a release is loaded into and asked in."""


def made(name: str) -> Engine:
    """Return an engine by its name; a test is left out where the engine is not installed."""
    if name == "virtuoso" and VIRTUOSO is None:
        pytest.skip("virtuoso is not installed: apt-get install virtuoso-opensource")
    return MAKERS[name]()


def store_of(engine: Engine) -> Store:
    """Return what writes into an engine."""
    user, password = engine.login or ("", "")
    return Store.at(engine.url, user=user, password=password)


def nginx(server: str) -> Engine:
    """Return nginx with a piece of configuration that stands in its http block.

    `8080` in it is the port that it listens on.
    """
    engine = Engine("nginx", "healthz", list)
    user = "user root;" if os.geteuid() == 0 else ""
    spools = "".join(
        f"{kind}_temp_path spool;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )

    def command(port: int) -> list[str]:
        told = server.replace("8080", str(port))
        main = f"daemon off; pid nginx.pid; {user} events {{}}"
        text = f"{main}\nhttp {{\naccess_log off; {spools}\n{told}\n}}\n"
        (engine.folder / "nginx.conf").write_text(text, encoding="utf-8")
        return [str(NGINX), "-p", f"{engine.folder}/", "-c", "nginx.conf", "-e", "said"]

    engine.command = command
    return engine
