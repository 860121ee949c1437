"""The published example queries, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

from digigraph.catalog import Query, queries
from digigraph.web.site import language, site
from digigraph.web.snippets import curl, python_sparqlwrapper


@dataclass(frozen=True, slots=True)
class Example:
    """One example query, with commands that run it as they stand."""

    name: str
    title: str
    question: str
    text: str
    link: str
    page: str
    curl: str
    python: str


def examples() -> tuple[Example, ...]:
    """Return the example queries in the client's language."""
    return _examples(site().release.base, site().service, language())


@lru_cache(maxsize=8)
def published(base: str) -> dict[str, Query]:
    """Return the published queries by name; they are files of ours and do not change."""
    return queries("examples", base)


@lru_cache(maxsize=8)
def _examples(base: str, service: str, lang: str) -> tuple[Example, ...]:
    root = urlsplit(service).path
    return tuple(
        Example(
            name=query.name,
            title=query.title[lang],
            question=query.question[lang],
            text=query.body,
            link=f"{root}sparql?" + urlencode({"query": query.body}),
            page=f"{root}queries/{query.name}",
            curl=curl(query.body, service),
            python=python_sparqlwrapper(query.body, service),
        )
        for query in published(base).values()
    )
