"""What answers queries behind the endpoint: one protocol, whatever the engine is and wherever.

`digigraph.pool` is the engine of our own, over a release on this machine; `digigraph.remote` is
one over HTTP. `digigraph.choice` is the one place that chooses between them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from digigraph.errors import (
    DigigraphError,
    EngineUnavailable,
    NoRoom,
    OutOfMemory,
    Overloaded,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
)
from digigraph.formats import Format

PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take, and how many run and wait at a time.

    `rows` bounds the rows of a table and the triples of a graph alike. `children` is how many
    queries run for longer than a moment; a few more run for less. `query_bytes` is the longest
    query, in UTF-8.
    """

    seconds: float = 20.0
    memory_mb: int = 1024
    answer_bytes: int = 50_000_000
    rows: int = 1_000_000
    children: int = 2
    waiting: int = 100
    waiting_seconds: float = 10.0
    query_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """One query to answer, already read by the guard; no format means a page's excerpt.

    The excerpt is JSON, as `Answer.excerpt` has it, with `shown` rows or triples at most.
    Of a job that is `only_read` nobody wants the answer, which is empty, but only the error where
    the query cannot be read.
    """

    query: str
    form: str
    told: Format | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    shown: int = 1000
    only_read: bool = False

    def message(self) -> dict[str, Any]:
        """Return the job, but for the query, as it is sent."""
        return {
            "form": self.form,
            "told": self.told.name if self.told else None,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "shown": self.shown,
            "only_read": self.only_read,
        }


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole answer: a few bytes here, or many in a file that has no name."""

    size: int
    _body: bytes = field(repr=False)
    _file: IO[bytes] | None = field(default=None, repr=False)

    @property
    def small(self) -> bytes | None:
        """Return the answer where it is not in a file."""
        return None if self._file else self._body

    def read(self) -> bytes:
        """Return all of it; it can be had once."""
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the answer piece by piece; it can be had once."""
        if self._file is None:
            yield self._body
            return
        with self._file as file:
            while piece := file.read(PIECE):
                yield piece

    def close(self) -> None:
        """Let the file go; an answer that nobody reads must be closed."""
        if self._file:
            self._file.close()


class Abandoned(DigigraphError):
    """The client went away before its query was finished."""


REASONS = (
    "time", "memory", "rows", "bytes", "room", "lost", "abandoned", "overloaded", "refused",
)  # fmt: skip
"""Why a question got no answer; `refused` is a query that could not be read or finished."""


def reason_of(error: DigigraphError) -> str:
    """Return which of the `REASONS` an error is."""
    if isinstance(error, ResultTooLarge):
        return "bytes" if error.unit == "bytes" else "rows"
    return next((why for kind, why in _REASON_OF.items() if isinstance(error, kind)), "refused")


_REASON_OF = {
    QueryTimeout: "time",
    OutOfMemory: "memory",
    NoRoom: "room",
    QueryLost: "lost",
    EngineUnavailable: "lost",
    Abandoned: "abandoned",
    Overloaded: "overloaded",
}


class Tally:
    """Counts the answers of an engine, and the questions without one by their reasons."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = threading.Lock()
        self._answers, self._unanswered = 0, dict.fromkeys(REASONS, 0)
        self.waited = 0.0

    def answered(self) -> None:
        """Count a whole answer."""
        with self._lock:
            self._answers += 1

    def failed(self, error: DigigraphError) -> None:
        """Count a question without an answer."""
        with self._lock:
            self._unanswered[reason_of(error)] += 1

    def stood(self, seconds: float) -> None:
        """Count the time that a question stood in line."""
        with self._lock:
            self.waited += seconds

    def told(self) -> tuple[int, Mapping[str, int]]:
        """Return how many answers there were, and how many questions without, by reason."""
        with self._lock:
            return self._answers, dict(self._unanswered)


@dataclass(frozen=True, slots=True)
class Counts:
    """What an engine is doing now, and what it has done since it started.

    `ready`, `starting` and `at_work` are its processes, each counted once; `waiting` the questions
    in line; `started` the processes ever started; `answers` the whole answers; `unanswered` the
    questions without one, by each of the `REASONS`. An engine without processes of its own counts
    the requests under way as `at_work`, those that it would take at once as `ready`, and zero for
    the rest. `trouble` is why no question can be answered, as `EngineUnavailable` says it.
    `waited` is the seconds that all questions together stood in line.
    """

    ready: int
    starting: int
    at_work: int
    waiting: int
    started: int
    answers: int
    unanswered: Mapping[str, int]
    trouble: str = ""
    waited: float = 0.0


class HasFileno(Protocol):
    """An open file, socket or pipe."""

    def fileno(self) -> int:
        """Return its number."""


Client = int | HasFileno
"""What tells that a client has gone: see `Engine.ask`."""


class Asked(HasFileno, Protocol):
    """A query under way: its file becomes readable with the answer, and is not to be read."""

    @property
    def is_short(self) -> bool:
        """Tell of an answer that has begun whether `finish` will not have to wait for the rest."""

    def finish(self, client: Client | None = None) -> Whole:
        """Return or raise what `Engine.ask` does; twice is the same as once."""

    def drop(self) -> None:
        """Let the query or its answer go, finished or not; each must be dropped."""


class Engine(Protocol):
    """Answers queries, whole or with an error, within the limits that it was made with.

    `kind` is part of what names an answer: engines of one kind answer alike to the byte.
    """

    kind: str

    def start(self) -> None:
        """Make ready what can be made ready before the first question; may be called again.

        It returns at once and raises nothing: what is wrong shows in the answers.
        """

    def ask(self, job: Job, *, client: Client | None = None) -> Whole:
        """Return the whole answer to a query that `sparql.check` has read; from any thread.

        `client` is an open file that tells that nobody waits for the answer any more. A
        `socket.socket` is the connection to the client: it is gone once its other side has
        closed (POLLRDHUP), and bytes that arrive mean nothing. Anything else, an eventfd or a
        pipe, is a signal: the client is gone once it is readable or hung up. The engine reads
        nothing from it and does not close it; it must stay open until `ask` returns. Its number is
        asked for only where a question waits in line or takes longer than a moment.

        Raises `QueryError` where the engine cannot read the query, `QueryFailed` where it cannot
        finish it; at the limits `QueryTimeout`, `OutOfMemory`, `ResultTooLarge` (rows or bytes);
        `NoRoom` where the disk takes no more; `QueryLost` where the engine broke;
        `EngineUnavailable` where it is not there or holds something else;
        `Overloaded` where too many wait, or it is closed;
        `Abandoned` once the client is gone, in line and at work alike (S-05, S-06).
        """

    def begin(self, job: Job) -> Asked | None:
        """Begin to answer a query, without waiting for anything; None where `ask` would wait.

        For an event loop, which waits for many answers at a time; the query is a short one.
        """

    def counts(self) -> Counts:
        """Return what it is doing and has done; cheap, and from any thread."""

    def finish_by(self, when: float) -> None:
        """Let no question run or wait beyond a time of the monotonic clock, from now on.

        Who runs then gets `QueryTimeout`, who waits `Overloaded`.
        """

    def close(self) -> None:
        """End what is under way and let everything go; to close twice is to close once."""
