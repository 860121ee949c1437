"""A folder of what was worked out before, each thing under the digest of all it was made from.

It may be deleted at any time. What is damaged counts as missing, and what the last build had no
use for is taken away, so that the folder is never larger than what one build needs.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from digigraph.parts import DamagedPart, Part, open_part, write_part

_LOCK = ".lock"
_HEAD, _DIGEST = struct.Struct("<Q"), 32
_DIGITS = 2
"""How many digits of a key name the folder that it is in."""


class Kept:
    """The parts that are kept in a folder, by key."""

    def __init__(self, folder: Path, ground: str) -> None:
        """Take the folder, which is made when something is kept, and the digest of the code.

        With the code it tells of the files that the package brings.
        """
        self._folder, self._ground = folder, ground
        self._used: set[str] = set()

    def __reduce__(self) -> tuple[type[Kept], tuple[Path, str]]:
        """Go to another process without what was used; only the first takes note of that."""
        return Kept, (self._folder, self._ground)

    def key(self, *made_from: str) -> str:
        """Return the key of what the code makes from these texts, which must tell all of it."""
        total = sha256()
        for text in (self._ground, *made_from):
            content = text.encode()
            total.update(b"%d:%b" % (len(content), content))
        return total.hexdigest()

    def use(self, keys: Iterable[str]) -> None:
        """Take note of what the present build has used, in whatever process."""
        self._used.update(keys)

    def place(self, key: str) -> Path:
        """Return where the part of a key is or will be."""
        folder = self._folder / key[:_DIGITS]
        folder.mkdir(parents=True, exist_ok=True)
        return folder / key

    def part(self, key: str) -> Part | None:
        """Return the part of a key, or None where there is none or it is damaged."""
        path = self.place(key)
        try:
            return open_part(path)
        except DamagedPart:
            with suppress(OSError):
                path.unlink()
            return None

    def keep(self, key: str, told: Mapping[str, Any]) -> None:
        """Keep something that has no lines."""
        write_part(self.place(key), (), told)

    def keep_pieces(self, key: str, told: Mapping[str, Any], pieces: Sequence[bytes]) -> None:
        """Keep pieces of bytes, and what is to be told of them, in one step."""
        head = json.dumps({"told": told, "sizes": [len(piece) for piece in pieces]}).encode()
        digest = sha256(head)
        place = self.place(key)
        beside = place.with_name(f"{place.name}.{os.getpid()}.new")
        with beside.open("wb") as out:
            out.write(_HEAD.pack(len(head)))
            out.write(head)
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
            out.write(digest.digest())
        beside.replace(place)

    def pieces(self, key: str) -> tuple[Any, list[bytes]] | None:
        """Return what is told of the pieces of a key, and them; None if missing or damaged."""
        path = self.place(key)
        try:
            content = memoryview(path.read_bytes())
            (size,) = _HEAD.unpack_from(content)
            start = _HEAD.size + size
            if sha256(content[_HEAD.size : -_DIGEST]).digest() != content[-_DIGEST:]:
                raise DamagedPart(path)
            told = json.loads(bytes(content[_HEAD.size : start]))
            ends = [*accumulate(told["sizes"], initial=start)]
            return told["told"], [bytes(content[one:two]) for one, two in pairwise(ends)]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, struct.error, DamagedPart):
            with suppress(OSError):
                path.unlink()
            return None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Use the folder for one build; take away at its end what it and no other has used."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._sweep()

    def _sweep(self) -> None:
        for folder in self._folder.iterdir():
            if folder.is_dir() and len(folder.name) != _DIGITS:
                shutil.rmtree(folder)  # the room of a build that was killed
            elif folder.is_dir():
                for path in folder.iterdir():
                    if path.name not in self._used:
                        path.unlink()
