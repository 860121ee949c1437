"""Keeps answers that were given, while there is room: the same question costs almost nothing.

The key names the release by its content, so a new release empties nothing and mixes nothing. An
answer is kept once, by what it answers; a whole reply of the service is kept beside it, by the
request, and refers to the answer where that is its body.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digigraph.errors import QueryError
from digigraph.sparql import Token, tokens

_LARGEST = 8
"""One answer takes at most one part in so many of the room."""

_CHANGING = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"))
"""The words of SPARQL with which an answer can differ each time."""
_NAMES = ("NOW", "RAND", "UUID", "BNODE", "SERVICE", "CONSTRUCT")
"""Where none of these is, no answer differs: to look for them is cheaper than to read the query."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to a request: its headers, and its body or the key of the answer that is its body.

    `about` is what the log tells of the request besides: its endpoint, and the query if it is one.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | str
    about: tuple[str, str | None] = ("", None)


def key_of(release: str, asked: str, graphs: Sequence[Sequence[str]], told: str) -> str:
    """Return what names an answer, for the cache and as an ETag.

    >>> key_of("d1", "ASK {}", ((), ()), "json") == key_of("d2", "ASK {}", ((), ()), "json")
    False
    """
    named = json.dumps([release, graphs, told]) + "\n"
    return hashlib.sha256((named + asked).encode(errors="surrogatepass")).hexdigest()


def key_of_query(source: str, query: str, graphs: Sequence[Sequence[str]], told: str) -> str | None:
    """Return what names the answer to a SPARQL query; None where it can differ each time.

    >>> key_of_query("d1", "SELECT (NOW() AS ?now) {}", ((), ()), "json") is None
    True
    >>> key_of_query("d1", "SELECT ?now { ?now ?p 'RAND()' }", ((), ()), "json") is None
    False
    """
    letters = query.upper()
    if any(word in letters for word in _NAMES) and _changes(query):
        return None
    return key_of(source, query, graphs, told)


@lru_cache(maxsize=512)
def _changes(query: str) -> bool:
    """Tell whether a query asks for what is new each time, or makes blank nodes in a template."""
    try:
        words = list(tokens(query))
    except QueryError:
        return True
    named = [word.text.upper() if word.kind == "word" else "" for word in words]
    if not _CHANGING.isdisjoint(named):
        return True
    return "CONSTRUCT" in named and any(
        word.kind == "bnode" or word.text in ("[", "(")
        for word in _template(words[named.index("CONSTRUCT") :])
    )


def _template(words: Sequence[Token]) -> Iterator[Token]:
    """Yield what stands between the first bracket and its partner."""
    depth = 0
    for word in words:
        depth += (word.text == "{") - (word.text == "}")
        if depth:
            yield word
        elif word.text == "}":
            return


class Answers:
    """Answers and replies by their keys, the least used of them forgotten first."""

    def __init__(self, room: int) -> None:
        """Start empty, with room for so many bytes."""
        self.room, self.size = room, 0
        self._kept: OrderedDict[str | bytes, bytes | Reply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str | None) -> bytes | None:
        """Return an answer that is kept."""
        return self.peek(key)

    def peek(self, key: str | None) -> bytes | None:
        """Return an answer that is kept, whoever counts those that are asked for."""
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
