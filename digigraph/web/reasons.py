"""What is said of a limit that was met and of an engine that does not answer, in both languages."""

from __future__ import annotations

import math
from typing import Any

from digigraph.errors import (
    DigigraphError,
    EngineUnavailable,
    OutOfMemory,
    Overloaded,
    QueryLost,
    QueryTimeout,
    ResultTooLarge,
)
from digigraph.web.site import language, site

_UNITS = {"bytes": "байта", "rows": "реда", "triples": "тройки"}

TROUBLES = {
    "unreachable": {
        "bg": "Хранилището зад услугата не отговаря.",
        "en": "The engine behind this service does not answer.",
    },
    "refuses": {
        "bg": "Хранилището зад услугата не приема въпроси.",
        "en": "The engine behind this service takes no questions.",
    },
    "cut": {
        "bg": "Отговорът на хранилището зад услугата беше прекъснат.",
        "en": "The answer of the engine behind this service was cut short.",
    },
    "other-release": {
        "bg": "Хранилището зад услугата не държи изданието, което се предлага тук.",
        "en": "The engine behind this service does not hold the release that is served here.",
    },
}
"""Why an engine over HTTP cannot answer, as `EngineUnavailable` has it."""


def of_limit(error: DigigraphError) -> tuple[str, dict[str, Any]] | None:
    """Return what is said of a limit or a trouble, and the facts for programs (S-06)."""
    facts: dict[str, Any]
    dump = f"{site().service}dumps/digigraph.nt.gz"
    if isinstance(error, QueryTimeout):
        words = {
            "bg": f"Времето е {error.seconds:g} s.",
            "en": f"The limit is {error.seconds:g} s.",
        }
        facts = {"limit": error.seconds, "unit": "s", "dump": dump}
    elif isinstance(error, ResultTooLarge):
        words = {
            "bg": f"Границата е {error.limit} {_UNITS[error.unit]}; всички данни са на {dump}.",
            "en": f"The limit is {error.limit} {error.unit}; all data are at {dump}.",
        }
        facts = {"limit": error.limit, "unit": error.unit, "dump": dump}
    elif isinstance(error, OutOfMemory):
        words = {"bg": f"Границата е {error.limit} MiB.", "en": f"The limit is {error.limit} MiB."}
        facts = {"limit": error.limit, "unit": "MiB", "dump": dump}
    elif isinstance(error, EngineUnavailable):
        words, facts = TROUBLES[error.why], {"reason": error.why}
    else:
        return None
    return words[language()], facts


def retry_after(error: DigigraphError) -> int | None:
    """Return the seconds after which the same request may succeed, if it may."""
    if isinstance(error, (QueryTimeout, Overloaded, EngineUnavailable)):
        seconds = error.seconds if isinstance(error, QueryTimeout) else error.retry_after
        return max(1, math.ceil(seconds))
    return 1 if isinstance(error, QueryLost) else None
