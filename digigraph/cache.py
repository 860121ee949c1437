"""Keeps answers that were given, while there is room: the same question costs almost nothing.

The key names the release by its content, so a new release empties nothing and mixes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence

_LARGEST = 8
"""One answer takes at most one part in so many of the room."""

# An answer with one of these differs each time. The word in a string costs no more than the cache.
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE)


def key_of(release: str, query: str, graphs: Sequence[Sequence[str]], told: str) -> str | None:
    """Return what names an answer, for the cache and as an ETag; None where nothing can.

    >>> key_of("d1", "ASK {}", ((), ()), "json") == key_of("d2", "ASK {}", ((), ()), "json")
    False
    >>> key_of("d1", "SELECT (NOW() AS ?now) {}", ((), ()), "json") is None
    True
    """
    if _CHANGING.search(query):
        return None
    named = json.dumps([release, query, graphs, told]).encode()
    return hashlib.sha256(named).hexdigest()


class Answers:
    """Answers by their keys, the least used of them forgotten first."""

    def __init__(self, room: int) -> None:
        """Start empty, with room for so many bytes."""
        self.room, self.size = room, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str | None) -> bytes | None:
        """Return an answer that is kept."""
        with self._lock:
            if key is None or key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(self, key: str | None, answer: bytes) -> None:
        """Keep an answer, if it is not too large, and forget others for it."""
        cost = _cost(answer)
        with self._lock:
            if key is None or key in self._kept or cost > self.room // _LARGEST:
                return
            self._kept[key] = answer
            self.size += cost
            while self.size > self.room:
                self.size -= _cost(self._kept.popitem(last=False)[1])


def _cost(answer: bytes) -> int:
    """Return what an answer takes, with its key and its place."""
    return len(answer) + 256
