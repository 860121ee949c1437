"""What the server and the application tell each other of a request, by keys of its environ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.engine import Asked, Job

if TYPE_CHECKING:
    from digigraph.web.site import Site

GONE = "digigraph.gone"
"""The key under which the `Gone` of the request is."""
BEGAN = "digigraph.began"
"""The key under which is when the request began, by the monotonic clock."""
REFUSED = "digigraph.refused"
"""The key that is there where the body was not read: a kind of problem."""
KEEP = "digigraph.keep"
"""The key under which the application leaves a `Mark` on a reply that may be kept."""
HELD = "digigraph.held"
"""The key under which is what was begun for the request before it came to the application."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Says that the same request to the same release has the same reply.

    `key` names the answer that is its body, and its ETag; where the body is another, it is empty.
    `query` is the query that it answers, if any. With a `job`, a request that differs in its query
    alone has a reply that differs in its body, and what follows from it, alone.
    """

    release: str
    endpoint: str
    key: str = ""
    query: str | None = None
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A query that was begun before the application was asked, and the site that it is of."""

    site: Site
    job: Job
    asked: Asked
    leave: Callable[[Site], None]

    def close(self) -> None:
        """Let the query and the site go."""
        self.asked.drop()
        self.leave(self.site)
