"""The published example queries, as the pages show them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from digigraph.catalog import queries
from digigraph.web.site import language, site


@dataclass(frozen=True, slots=True)
class Example:
    """One example query, with commands that run it as they stand."""

    name: str
    title: str
    question: str
    text: str
    link: str
    curl: str
    python: str


def examples() -> tuple[Example, ...]:
    """Return the example queries in the client's language."""
    return _examples(site().release.base, site().service, language())


@lru_cache(maxsize=8)
def _examples(base: str, service: str, lang: str) -> tuple[Example, ...]:
    found = []
    for query in queries("examples", base).values():
        lines = [line for line in query.text.splitlines() if not line.startswith("#+")]
        text = "\n".join(lines).strip()
        found.append(
            Example(
                name=query.name,
                title=query.title[lang],
                question=query.question[lang],
                text=text,
                link="/sparql?" + urlencode({"query": text}),
                curl=_curl(text, service),
                python=_python(text, service),
            )
        )
    return tuple(found)


def _curl(text: str, service: str) -> str:
    query = shlex.quote(f"query={text}")
    return f"curl -H 'Accept: text/csv' {service}sparql \\\n  --data-urlencode {query}"


def _python(text: str, service: str) -> str:
    return (
        "from SPARQLWrapper import JSON, SPARQLWrapper\n\n"
        f'endpoint = SPARQLWrapper("{service}sparql")\n'
        "endpoint.setReturnFormat(JSON)\n"
        f'endpoint.setQuery("""\n{text}\n""")\n'
        'for row in endpoint.queryAndConvert()["results"]["bindings"]:\n'
        '    print({name: cell["value"] for name, cell in row.items()})'
    )
