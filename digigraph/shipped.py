"""The release of the data that came with digigraph, built once for a user (D-06)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from digigraph import resources
from digigraph.errors import DigigraphError
from digigraph.release import Release, newest_release


def release_of_the_shipped_data() -> Release:
    """Return it from the user's cache; where it is not there yet it is built, in some seconds.

    The cache is `$XDG_CACHE_HOME/digigraph`, or `~/.cache/digigraph`. It can be deleted.
    """
    folder = _cache() / _state()
    if found := newest_release(folder):
        return found
    command = [sys.executable, "-m", "digigraph", "build", "--into", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    found = newest_release(folder)
    if done.returncode or found is None:
        raise DigigraphError(f"the shipped data could not be built in {folder}:\n{done.stderr}")
    return found


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given else Path.home() / ".cache") / "digigraph"


def _state() -> str:
    """Return a short name for the state of the shipped files: another for each other state."""
    from digigraph import __version__

    total = hashlib.sha256(__version__.encode())
    for name in resources.FOLDERS:
        root = resources.folder(name)
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            told = path.stat()
            total.update(f"{path.relative_to(root)}|{told.st_size}|{told.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]
