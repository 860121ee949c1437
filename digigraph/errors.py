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
    """A query asks for what a read-only, closed service does not do."""
