"""The process that others are forked from: it holds ready what each of them needs.

To start Python, load the engine and read the release takes a quarter of a second of work or more;
a fork of a process that has done so takes a hundredth. It is started afresh, so that it inherits
neither threads nor an open store, and from a thread that lives as long as the server: the kernel
ends it with the thread that made it, and its forks with it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from digigraph import wire
from digigraph.child import Child
from digigraph.worker import COMMAND, Orders

_PATIENCE = 10.0
"""Seconds after which an answer of a process that only forks is no longer waited for."""


class Nursery:
    """A process of our own that makes others, and the line to it."""

    def __init__(self, orders: Orders) -> None:
        """Start it; it says when it is ready. Raises `OSError` where the system does not let us."""
        self.orders, self.ready, self.started = orders, False, time.monotonic()
        self.line, its_end = socket.socketpair()
        with its_end:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", COMMAND, json.dumps(asdict(orders))],
                stdin=its_end.fileno(),
                stdout=subprocess.DEVNULL,
                env=_environment(),
                process_group=0,
            )
        self.line.setblocking(False)
        self._lock = threading.Lock()

    def greet(self) -> None:
        """Read that it is ready."""
        wire.receive(self.line, time.monotonic() + 1)
        self.ready = True

    def bear(self) -> Child:
        """Return a new child, which says when it is ready.

        Raises `OSError` where the system does not let it be made.
        """
        ours, its_end = socket.socketpair()
        with its_end:
            try:
                process = self._told({"bear": True}, its_end.fileno()).get("process", -1)
                if process < 0:
                    raise OSError("it could not be forked")
                return Child(self.orders, ours, process, self.code_of)
            except wire.Closed as error:
                ours.close()
                raise OSError("what makes query processes is gone") from error
            except BaseException:
                ours.close()
                raise

    def code_of(self, process: int) -> int:
        """Return how a child ended, waiting until it has; zero where nobody knows any more."""
        try:
            code: int = self._told({"bury": process})["code"]
        except (wire.Closed, OSError, ValueError):
            return 0
        return code

    def bury(self) -> None:
        """End it, and with it all that it made."""
        self._process.kill()
        self._process.wait()
        with self._lock:
            self.line.close()

    def _told(self, said: Mapping[str, Any], file: int = -1) -> Mapping[str, Any]:
        with self._lock:
            until = time.monotonic() + _PATIENCE
            wire.send(self.line, said, file=file, until=until)
            return wire.receive(self.line, until).told


def _environment() -> dict[str, str]:
    """Return what a child needs to find the code, and nothing of the server's own."""
    return {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(place) for place in sys.path),  # noqa: PTH100
        "PYTHONUTF8": "1",
        "TMPDIR": tempfile.gettempdir(),
    }
