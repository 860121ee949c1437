"""Servers that a test starts, on a free port of the loopback, and stops."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Server:
    """A server in a process of its own; a context manager that yields its URL."""

    command: Sequence[str]
    port: int
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    patience: float = 30
    probe: str = "sparql?query=ASK%7B%7D"
    """What is asked until it answers; nothing means that it only has to listen."""
    said_last: str = ""
    """What it had said on standard error when it had stopped."""

    def __enter__(self) -> str:
        """Start it and wait until it answers."""
        url = f"http://127.0.0.1:{self.port}/"
        self.said: IO[bytes] = tempfile.TemporaryFile()  # a pipe would fill up
        self.process = subprocess.Popen(
            list(self.command), cwd=self.cwd, env={**os.environ, **self.env}, stderr=self.said
        )
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            try:
                if self.probe:
                    urllib.request.urlopen(url + self.probe, timeout=5).close()
                else:
                    socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return url
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"the server did not answer: {self.messages()}")

    def __exit__(self, *_: object) -> None:
        """Stop it as a service manager would."""
        self.process.terminate()
        try:
            assert self.process.wait(timeout=30) == 0
        finally:
            self.process.kill()
            self.process.wait()
            self.said_last = self.messages()
            self.said.close()

    def messages(self) -> str:
        """Return what it has said on standard error."""
        self.said.seek(0)
        return self.said.read().decode()


def serving(releases: Path, *options: str) -> Server:
    """Return a server over a folder of releases, not yet started."""
    port = unused_port()
    command = [
        *(sys.executable, "-m", "digigraph", "serve"),
        *("--port", str(port), "--releases", str(releases), *options),
    ]
    return Server(command, port)
