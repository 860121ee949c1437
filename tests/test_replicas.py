"""Several servers over copies of one release behind a balancer, as the README shows it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from engines import NGINX, nginx
from servers import serving
from test_limits import family
from test_readme import README

from digigraph.release import Release

QUERY = "SELECT ?s { ?s ?p %d }"


def example() -> str:
    """Return the configuration of nginx that the README shows."""
    (found,) = re.findall(r"```nginx\n(.*?)```", README, re.DOTALL)
    return str(found)


def ask(url: str, number: int) -> str:
    """Ask by GET or by POST and return the status, or what went wrong."""
    told = urlencode({"query": QUERY % number})
    request = urllib.request.Request(f"{url}sparql?{told}")
    if number % 2:
        request = urllib.request.Request(f"{url}sparql", told.encode())
    request.add_header("Accept", "text/csv")
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            response.read()
            return str(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)
    except (OSError, HTTPException) as error:
        return type(error).__name__


def kill(process: int) -> None:
    """End a process and all that descend from it, without a word."""
    for one in family(process):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def test_one_of_two_is_killed_under_load(sample_release: Release, tmp_path: Path) -> None:
    """The balancer asks the other one: no request fails, by GET or by POST."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    for name in ("one", "two"):
        shutil.copytree(sample_release.folder.parent, tmp_path / name)
    first, second = (serving(tmp_path / name, "--cache-bytes", "0") for name in ("one", "two"))
    shown = example().replace("8001", str(first.port)).replace("8002", str(second.port))
    assert shown != example()
    seen: Counter[str] = Counter()
    after: Counter[str] = Counter()
    stop, killed, lock = threading.Event(), threading.Event(), threading.Lock()

    def load(start: int) -> None:
        number = start
        while not stop.is_set():
            dead = killed.is_set()
            status = ask(balancer.url, number)
            with lock:
                (after if dead else seen)[status] += 1
            number += 7

    first.__enter__()
    try:
        with second, nginx(shown) as balancer:
            threads = [threading.Thread(target=load, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            time.sleep(1.5)
            kill(first.process.pid)
            killed.set()
            time.sleep(3)
            stop.set()
            for thread in threads:
                thread.join()
    finally:
        stop.set()
        kill(first.process.pid)
        first.process.wait()
        first.said.close()

    assert set(after) == {"200"}
    assert after["200"] > 50
    assert sum(seen.values()) - seen["200"] <= len(threads)
