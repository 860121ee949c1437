"""A build that goes wrong: whatever happens to it, the published release stays whole (V-03, V-04).

`DIGIGRAPH_KILLS` says how many times a build is killed; `make bench BENCH=kills` does it 50 times.
"""

from __future__ import annotations

import os
import pty
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import editions
import pytest

from digigraph.registry import Registry
from digigraph.release import Release, open_release, verify

KILLS = int(os.environ.get("DIGIGRAPH_KILLS", "3"))
REGISTERS = ("ids.tsv", "retired.tsv", "releases.tsv")
HOOK = """
import os, signal, sys, threading

if os.getpgid(0) == os.getpid() and "TEST_COUNT" in os.environ:
    WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
    last, delay = int(os.environ["TEST_LAST"]), float(os.environ["TEST_DELAY"])
    count = 0

    def kill():
        os.killpg(0, signal.SIGKILL)

    def hook(event, args):
        global count
        if event in WRITES or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)):
            count += 1
            if count == last:
                threading.Timer(delay, kill).start() if delay else kill()

    import atexit
    atexit.register(lambda: open(os.environ["TEST_COUNT"], "w").write(str(count)))
    sys.addaudithook(hook)
"""
"""Kills the group of the build at a write to the file system that is chosen, or a little later."""


@dataclass(frozen=True, slots=True)
class Place:
    """Data that make a second edition, and the folder in which the first is published."""

    data: Path
    into: Path

    def command(self, *options: str) -> list[str]:
        """Return the command that builds here."""
        where = ["--data", str(self.data), "--into", str(self.into), "--workers", "1"]
        return [sys.executable, "-m", "digigraph", "build", *where, *options]

    def registers(self) -> dict[str, str]:
        """Return the registers; each must be readable, and nothing half written may stand in."""
        found = {name: self.data / name for name in REGISTERS}
        Registry.read(found["ids.tsv"])
        return {name: path.read_text("utf-8") for name, path in found.items() if path.exists()}


@pytest.fixture
def place(tmp_path: Path, shipped_release: Release) -> Place:
    """Return a place where the first release stands and the second is to be built."""
    data = Path(shutil.copytree(editions.shipped(), tmp_path / "data"))
    editions.another_edition(data)
    into = tmp_path / "releases"
    shutil.copytree(shipped_release.folder, into / shipped_release.version)
    return Place(data, into)


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for PYTHONPATH in which the hook is."""
    folder = tmp_path_factory.mktemp("hook")
    (folder / "sitecustomize.py").write_text(HOOK)
    return folder


def published(folder: Path) -> dict[str, bytes]:
    """Return the files of a release that are promised to the byte; it must be whole."""
    release = open_release(folder)
    assert verify(release) == []
    names = [*(file.name for file in release.files), "manifest.json", "SHA256SUMS"]
    return {name: (folder / name).read_bytes() for name in names}


def extends(later: Mapping[str, str], earlier: Mapping[str, str]) -> bool:
    """Return whether registers hold every line that they held before."""
    return all(
        set(text.splitlines()) <= set(later.get(name, "").splitlines())
        for name, text in earlier.items()
        if name != "ids.tsv"
    ) and {line[:10] for line in earlier["ids.tsv"].splitlines()} <= {
        line[:10] for line in later["ids.tsv"].splitlines()
    }


def drafts(place: Place) -> list[str]:
    """Return what unfinished builds have left, the kept parts apart."""
    left = [path.name for path in place.into.iterdir() if path.name.startswith(".draft")]
    return left + [path.name for path in place.data.iterdir() if path.name.endswith(".new")]


@pytest.mark.long
def test_build_that_is_killed(place: Place, hook: Path, second_release: Release) -> None:
    """Killed at any moment, many times over, a build loses nothing, and the next one is as ever."""
    first = place.into / editions.VERSION
    whole, wanted = published(first), published(second_release.folder)
    before, count = place.registers(), hook / "count"
    draw, most = random.Random(20261124), 150

    for _ in range(KILLS):
        told = {
            "PYTHONPATH": str(hook), "TEST_COUNT": str(count),
            "TEST_LAST": str(draw.randint(1, most)),
            "TEST_DELAY": str(draw.choice((0, draw.random() / 2))),
        }  # fmt: skip
        done = subprocess.run(
            place.command(), env=os.environ | told, start_new_session=True, capture_output=True
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        assert published(first) == whole
        assert extends(place.registers(), before)
        if (place.into / editions.NEXT).exists():
            assert published(place.into / editions.NEXT) == wanted
            shutil.rmtree(place.into / editions.NEXT)
            if done.returncode == 0:
                most = int(count.read_text())

    subprocess.run(place.command(), check=True, capture_output=True)
    assert published(place.into / editions.NEXT) == wanted
    assert published(first) == whole
    assert drafts(place) == []
    assert extends(place.registers(), before)


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_disk_that_is_full(place: Place, size: int) -> None:
    """Without room to write, a build says so, publishes nothing and leaves nothing behind."""
    before, whole = place.registers(), published(place.into / editions.VERSION)

    done = subprocess.run(
        place.command(), capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip

    assert done.returncode not in (0, -signal.SIGXFSZ)
    assert "Traceback" not in done.stderr
    assert "too large" in done.stderr or "space" in done.stderr, done.stderr
    assert not (place.into / editions.NEXT).exists()
    assert published(place.into / editions.VERSION) == whole
    assert place.registers() == before
    assert drafts(place) == []


@pytest.mark.long
def test_two_builds_at_once(place: Place, second_release: Release) -> None:
    """Both end well, there is one release, and each identifier was minted once."""
    builds = [subprocess.Popen(place.command(), stderr=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate()[1] for process in builds]

    assert [process.returncode for process in builds] == [0, 0], told
    assert published(place.into / editions.NEXT) == published(second_release.folder)
    assert drafts(place) == []


@pytest.fixture
def watched(place: Place) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield a build whose steps are shown on a terminal, and that terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(place.command(), stderr=theirs, start_new_session=True)
    os.close(theirs)
    yield process, ours
    process.kill()
    process.wait()
    os.close(ours)


@pytest.mark.parametrize("change", ["replaced", "added"])
@pytest.mark.long
def test_source_that_changes_while_it_is_read(
    place: Place, watched: tuple[subprocess.Popen[bytes], int], change: str
) -> None:
    """Data that changed after they were read are not published under the digest of others."""
    process, terminal = watched
    before, told = place.registers(), b""
    while b"stating" not in told:
        told += os.read(terminal, 4096)
    os.killpg(process.pid, signal.SIGSTOP)
    if change == "replaced":
        editions.change(place.data / editions.DOCUMENT, (editions.NEW_WORDS, editions.OLD_WORDS))
    else:
        (place.data / "sources" / "another").mkdir()
        (place.data / "sources" / "another" / "source.toml").write_text("x = 1\n")
    os.killpg(process.pid, signal.SIGCONT)
    while True:
        try:
            told += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break

    assert process.wait() == 1
    assert b"was changed while it was read" in told
    assert not (place.into / editions.NEXT).exists()
    assert place.registers() == before
    assert drafts(place) == []
