"""Keeps answers that were given, while there is room: the same question costs almost nothing.

The key names the release by its content, so a new release empties nothing and mixes nothing. An
answer is kept once, by what it answers; a whole reply of the service is kept beside it, by the
request, and refers to the answer where that is its body.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

_LARGEST = 8
"""One answer takes at most one part in so many of the room."""

# An answer with one of these can differ each time. A word in a string costs no more than the cache.
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
_NAMES = ("NOW", "RAND", "UUID", "BNODE", "SERVICE")
"""What is in each of them: to look for these takes a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to a request: its headers, and its body or the key of the answer that is its body.

    `about` is what the log tells of the request besides: its endpoint, and the query if it is one.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | str
    about: tuple[str, str | None] = ("", None)


def key_of(release: str, query: str, graphs: Sequence[Sequence[str]], told: str) -> str | None:
    """Return what names an answer, for the cache and as an ETag; None where nothing can.

    >>> key_of("d1", "ASK {}", ((), ()), "json") == key_of("d2", "ASK {}", ((), ()), "json")
    False
    >>> key_of("d1", "SELECT (NOW() AS ?now) {}", ((), ()), "json") is None
    True
    """
    letters = query.upper()
    if any(word in letters for word in _NAMES) and _CHANGING.search(query):
        return None
    named = json.dumps([release, graphs, told]) + "\n"
    return hashlib.sha256((named + query).encode(errors="surrogatepass")).hexdigest()


class Answers:
    """Answers and replies by their keys, the least used of them forgotten first."""

    def __init__(self, room: int) -> None:
        """Start empty, with room for so many bytes."""
        self.room, self.size = room, 0
        self._kept: OrderedDict[str | bytes, bytes | Reply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str | None) -> bytes | None:
        """Return an answer that is kept."""
        with self._lock:
            return None if key is None else self._answer(key)

    def reply(self, key: bytes) -> tuple[Reply, bytes] | None:
        """Return a reply that is kept, and its body."""
        with self._lock:
            found = self._kept.get(key)
            if not isinstance(found, Reply):
                return None
            body = self._answer(found.body) if isinstance(found.body, str) else found.body
            if body is None:
                self._forget(key)
                return None
            self._kept.move_to_end(key)
            return found, body

    def keep(self, key: str | bytes | None, answer: bytes | Reply) -> None:
        """Keep an answer or a reply, if it is not too large, and forget others for it."""
        cost = _cost(answer)
        with self._lock:
            if key is None or key in self._kept or cost > self.room // _LARGEST:
                return
            self._kept[key] = answer
            self.size += cost
            while self.size > self.room:
                self._forget(next(iter(self._kept)))

    def _answer(self, key: str) -> bytes | None:
        found = self._kept.get(key)
        if not isinstance(found, bytes):
            return None
        self._kept.move_to_end(key)
        return found

    def _forget(self, key: str | bytes) -> None:
        self.size -= _cost(self._kept.pop(key))


def _cost(kept: bytes | Reply) -> int:
    """Return what an answer takes, with its key and its place."""
    if isinstance(kept, bytes):
        return len(kept) + 256
    headers = sum(len(name) + len(value) + 128 for name, value in kept.headers)
    return headers + len(kept.body) + len(kept.about[1] or "") * 4 + 512
