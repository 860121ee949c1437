"""Files as bytes on a disk: what they hash to, and that they are there."""

from __future__ import annotations

import hashlib
import mmap
import os
from pathlib import Path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mapped(path: Path) -> mmap.mmap | bytes:
    """Return the bytes of a file, each read when it is looked at; they outlive the file's name."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def sync(path: Path) -> None:
    """Bring a file or folder to the disk, so that it is there after a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
