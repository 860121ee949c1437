"""What is said of a limit that was met and of an engine that does not answer, in both languages."""

from __future__ import annotations

import math
from typing import Any

from digigraph.errors import (
    DigigraphError,
    EngineUnavailable,
    NoRoom,
    OutOfMemory,
    Overloaded,
    QueryForbidden,
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


FORBIDDEN = {
    "update": {
        "bg": "{word} променя данни, а тази услуга само чете. "
        "Питайте със SELECT, ASK, CONSTRUCT или DESCRIBE.",
        "en": "{word} changes data, and this service is read-only. "
        "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
    },
    "service": {
        "bg": "Тази услуга не изпраща заявки другаде, затова не изпълнява SERVICE. "
        "Изтеглете файла с данните и ги свържете при себе си.",
        "en": "This service sends no requests to others, so SERVICE is not answered here. "
        "Download the dump and federate on your side.",
    },
    "unlisted": {
        "bg": "<{iri}> не е сред услугите, които може да се питат оттук със SERVICE. "
        "Питайте онази услуга направо.",
        "en": "<{iri}> is not one of the endpoints that can be asked from here with SERVICE. "
        "Ask that endpoint directly.",
    },
    "unnamed": {
        "bg": "След SERVICE тук стои целият IRI на услуга в ъглови скоби. "
        "Напишете го така, без променлива и без представка.",
        "en": "SERVICE takes the whole IRI of an endpoint in angle brackets here. "
        "Write it so, not as a variable or with a prefix.",
    },
    "nested": {
        "bg": "SERVICE в друго SERVICE не се изпълнява тук. Сложете ги едно до друго.",
        "en": "SERVICE inside another SERVICE is not answered here. Put them side by side.",
    },
    "private": {
        "bg": "Името в <{iri}> води до адрес, който не е публичен, и там не се изпращат заявки.",
        "en": "The name in <{iri}> leads to an address that is not public; nothing is sent there.",
    },
    "redirect": {
        "bg": "<{iri}> препраща към <{elsewhere}>, а пренасочвания не се следват. "
        "Питайте крайния адрес, ако може да се пита оттук.",
        "en": "<{iri}> sends us on to <{elsewhere}>, and redirects are not followed. "
        "Ask the address it ends at, if that can be asked from here.",
    },
    "calls": {
        "bg": "Заявката би питала други услуги повече от {most} пъти. "
        "Сложете SERVICE пред останалото или ограничете редовете, за които се пита.",
        "en": "The query would ask other endpoints over {most} times. "
        "Put SERVICE before the rest, or limit the rows that it is asked for.",
    },
}
"""Why a query is not answered, as `QueryForbidden` has it, and what to do."""


def of_refusal(error: QueryForbidden) -> str:
    """Return why a query is not answered and what to do, in the client's language."""
    return FORBIDDEN[error.why][language()].format(**error.facts)


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
    if isinstance(error, (QueryTimeout, Overloaded, EngineUnavailable, NoRoom)):
        seconds = error.seconds if isinstance(error, QueryTimeout) else error.retry_after
        return max(1, math.ceil(seconds))
    return 1 if isinstance(error, QueryLost) else None
