"""Every way digigraph can fail.

One base class, so that a caller can catch all of them; a class for each kind of caller's
answer, because the exit code and the HTTP status follow from the class and from nothing else.
"""

from __future__ import annotations

from pathlib import Path


class DigigraphError(Exception):
    """Something that digigraph was asked to do cannot be done; the message says what to do."""

    exit_code = 1


class UsageError(DigigraphError):
    """The command or setting itself is wrong."""

    exit_code = 2


class InputError(DigigraphError):
    """A file is missing, unreadable, or not what it should be.

    `path` is the file, `line` the line (from 1) where the fault is, if one can be named.
    """

    exit_code = 3

    def __init__(self, path: Path | str, message: str, *, line: int | None = None) -> None:
        """Keep the place and make the sentence from it."""
        self.path, self.line, self.reason = Path(path), line, message
        place = f"{path}:{line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {message}")


class NotFound(DigigraphError, LookupError):
    """There is no such thing in a release, or more than one."""


class EncodingError(InputError):
    """The bytes of a document are not text in an encoding we can tell."""


class RegistryError(DigigraphError):
    """The register of identifiers would lose or change a promise."""


class ReleaseExists(DigigraphError):
    """A release of this version is already there; releases are never overwritten."""


class ReleaseError(InputError):
    """A folder is not a whole release."""


class QueryError(DigigraphError):
    """A query cannot be read; `line` and `column` (from 1) and `token` say where."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        token: str | None = None,
    ) -> None:
        """Keep the place for the answer that a client can act on."""
        self.line, self.column, self.token = line, column, token
        super().__init__(message)


class QueryForbidden(DigigraphError):
    """A query asks for what a read-only, closed service does not do.

    `why` is `update`, `service`, `unlisted`, `unnamed`, `nested`, `private`, `redirect` or `calls`.
    """

    def __init__(self, message: str, why: str = "update", **facts: str) -> None:
        """Keep the reason, and what its sentence names: a `word`, or an endpoint's `iri`."""
        self.why, self.facts = why, facts
        super().__init__(message)


class QueryTimeout(DigigraphError):
    """A query was not finished in the time that it may take, and was stopped."""

    def __init__(self, seconds: float) -> None:
        """Keep the limit."""
        self.seconds = seconds
        super().__init__(f"the query was stopped after {seconds:g} s, which is the limit")


class ResultTooLarge(DigigraphError):
    """An answer is longer than this service sends; nothing of it is sent (S-06)."""

    def __init__(self, limit: int, unit: str = "bytes") -> None:
        """Keep the limit, in `rows` of a table, `triples` of a graph, or `bytes`."""
        self.limit, self.unit = limit, unit
        super().__init__(f"the answer has more than {limit} {unit}, which is the limit")


class OutOfMemory(DigigraphError):
    """A query needed more memory than it may have, and was stopped."""

    def __init__(self, limit: int) -> None:
        """Keep the limit, in MiB."""
        self.limit = limit
        super().__init__(f"the query needed more than {limit} MiB of memory, which is the limit")


class NoRoom(DigigraphError):
    """An answer finds no room on the disk of the service until others have been sent."""

    def __init__(self, reason: str, retry_after: float = 10.0) -> None:
        """Keep why, for who runs the service, and the seconds after which to ask again."""
        self.reason, self.retry_after = reason, retry_after
        super().__init__("the service has no room for an answer of this size now")


class QueryLost(DigigraphError):
    """The process that worked on a query died; another takes its place."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the process that worked on the query ended before it was finished")


class Overloaded(DigigraphError):
    """Too many queries are waiting, or this one has waited too long."""

    def __init__(self, retry_after: float) -> None:
        """Keep the time, in seconds, after which it is worth asking again."""
        self.retry_after = retry_after
        super().__init__("too many queries are waiting")


class ServiceFailed(DigigraphError):
    """A service that was to be looked at cannot be reached, or is none of digigraph."""

    exit_code = 4


class EngineUnavailable(DigigraphError):
    """An engine over HTTP cannot be asked, or does not hold what is served.

    `why` is `unreachable`, `refuses`, `cut` or `other-release`; the message is for who runs the
    service and may name the address of the engine.
    """

    exit_code = 4

    def __init__(self, why: str, message: str) -> None:
        """Keep the reason, for what is said to clients."""
        self.why, self.retry_after = why, 5.0
        super().__init__(message)


class SearchUnavailable(DigigraphError):
    """A release has no text index that can be read: it was built without one, or by another."""

    exit_code = 3

    def __init__(self, path: Path) -> None:
        """Keep the place."""
        self.path = path
        super().__init__(f"{path}: no text index that can be read; build the release again")


class SearchTimeout(DigigraphError):
    """A search was not finished in time; `seconds` is how long it may take."""

    def __init__(self, seconds: float) -> None:
        """Keep the limit."""
        self.seconds = seconds
        super().__init__(f"the search was not finished within {seconds:g} seconds")
