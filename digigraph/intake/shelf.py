"""The folder of sources: putting documents into it, each whole or not at all.

A document is written beside its place, on the same file system, and renamed into it. A newer
edition takes the place of the older one, which is kept whole in its folder `earlier/`; nothing
is ever overwritten or deleted. One run at a time may write: the folder itself is the lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from digigraph.errors import InputError, UsageError
from digigraph.intake.examine import Examined
from digigraph.intake.settings import source_toml
from digigraph.text import transliterate

NEW = ".new"
EARLIER = "earlier"
DERIVED = "document.txt"


@dataclass(frozen=True, slots=True)
class Kept:
    """A document on the shelf."""

    folder: str
    received: date
    sha256: str
    examined: Examined


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a document is now; `state` is "new", "newer" or "present", or "refused" with why.

    `former` is where the edition that it replaces is kept.
    """

    state: str
    folder: str = ""
    why: str = ""
    former: str = ""


class Shelf:
    """The sources of a data folder: by digest of their bytes, and by profile."""

    def __init__(self, folder: Path) -> None:
        """Begin with none; `learn` tells of those that are there."""
        self.folder = folder
        self.bytes: dict[str, Kept] = {}
        self.profiles: dict[str, Kept] = {}

    def learn(self, kept: Kept) -> None:
        """Take note of a document that is in the folder."""
        kept = replace(kept, examined=kept.examined.brief())
        self.bytes[kept.sha256] = kept
        if kept.examined.profile:
            self.profiles[kept.examined.profile] = kept

    def put(self, path: Path, content: bytes, found: Examined, received: date, how: str) -> Placed:
        """Put a document in its place and say what came of it.

        `how` is "given" or "file": where the date of receipt comes from.
        """
        if found.sha256 in self.bytes:
            return Placed("present", self.bytes[found.sha256].folder)
        had = self.profiles.get(found.profile)
        if had is None:
            name = self._free(_name(found))
            self._write(name, path, content, found, received, how)
            self.learn(Kept(name, received, found.sha256, found))
            return Placed("new", name)
        old = had.examined
        if found.text_digest == old.text_digest or found.meaning == old.meaning:
            return Placed("present", had.folder)
        if received <= had.received:
            return Placed("refused", had.folder, _rival(had, received))
        former = f"{EARLIER}/{had.received.isoformat()}-{had.sha256[:8]}"
        self._write(had.folder, path, content, found, received, how, former)
        del self.bytes[had.sha256]
        self.learn(Kept(had.folder, received, found.sha256, found))
        return Placed("newer", had.folder, former=f"{had.folder}/{former}")

    def _free(self, name: str) -> str:
        free, number = name, 1
        while (self.folder / free).exists():
            number += 1
            free = f"{name}-{number}"
        return free

    def _write(
        self, name: str, path: Path, content: bytes, found: Examined, received: date, how: str,
        former: str = "",
    ) -> None:  # fmt: skip
        if hashlib.sha256(content).hexdigest() != found.sha256:
            raise InputError(path, "was changed while it was read; add it again")
        beside = self.folder / NEW / name
        beside.mkdir(parents=True)
        original = f"{'original' if found.text else 'document'}.{found.suffix}"
        _write(beside / original, content)
        if found.text:
            _write(beside / DERIVED, found.text.encode("utf-8"))
        _write(
            beside / "source.toml",
            source_toml(path.name, original, found, received, how).encode("utf-8"),
        )
        place = self.folder / name
        if former:
            (beside / former).parent.mkdir(parents=True)
            _sync(beside)
            place.rename(beside / former)
        _sync(beside)
        beside.rename(place)
        _sync(self.folder)


@contextmanager
def opened(folder: Path) -> Iterator[Shelf]:
    """Hold the folder of sources for writing, what a stopped run left in it cleared up.

    Raises `UsageError` when another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(there, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                f"another run is adding documents to {folder}; wait until it has ended"
            ) from error
        _recover(folder)
        yield Shelf(folder)
        with_none_left = folder / NEW
        if with_none_left.is_dir():
            with_none_left.rmdir()
    finally:
        os.close(there)


def _recover(folder: Path) -> None:
    """Finish the one exchange that may have been cut off, and drop what was half written."""
    for beside in sorted((folder / NEW).glob("*")):
        place = folder / beside.name
        if any((beside / EARLIER).glob("*/source.toml")) and not place.exists():
            beside.rename(place)
        else:
            shutil.rmtree(beside)


def _rival(had: Kept, received: date) -> str:
    return (
        f"another text of the profile in {had.folder}, which was received on {had.received}; "
        f"this one was received on {received}. To make it the newer edition give a later "
        "--received; if it is by another publisher, give --publisher"
    )


def _name(found: Examined) -> str:
    parts = [*found.codes[:1], *found.sectors[:1], transliterate(found.publisher)[:40]]
    name = "-".join(part for part in parts if part).casefold()
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-") or "document"


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(there)
    finally:
        os.close(there)
