"""A question as programs ask it: each text runs as it stands (S-12).

A question is the text of a query and the URL of the service; a published one has a URL of its
own besides, which is shorter to ask.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from urllib.parse import quote

from digigraph import sparql

_GRAPHS = ("CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program that asks a question: what it is for, its language, its text."""

    title: str
    language: str
    text: str


def snippets(query: str, service: str, url: str = "") -> tuple[Snippet, ...]:
    """Return programs that ask a query of the service at a URL that ends with a slash.

    With `url`, that address is asked, which answers the same query.
    """
    return (
        Snippet("curl", "sh", curl(query, service, url)),
        Snippet("Python, requests", "python", python_requests(query, service, url)),
        Snippet("Python, SPARQLWrapper", "python", python_sparqlwrapper(query, service)),
        Snippet("R", "r", r(query, service, url)),
        Snippet("JavaScript", "javascript", javascript(query, service, url)),
    )


def curl(query: str, service: str, url: str = "") -> str:
    """Return a command that prints CSV, or Turtle where the answer is a graph."""
    asks = f"curl -H 'Accept: {_media_type(query)}'"
    if url:
        return f"{asks} {shlex.quote(url)}"
    return f"{asks} {service}sparql \\\n  --data-urlencode {shlex.quote(f'query={query}')}"


def python_requests(query: str, service: str, url: str = "") -> str:
    """Return a program that prints each row, or the graph."""
    table = _form(query) == "SELECT"
    head = "import csv\nimport io\n\nimport requests\n\n" if table else "import requests\n\n"
    accept = f'{{"Accept": "{_media_type(query)}"}}'
    if url:
        asks = f"requests.get(\n    {json.dumps(url)},\n    headers={accept},\n    timeout=60,\n)"
    else:
        head += f'query = """\n{_in_python(query)}\n"""\n'
        asks = (
            f'requests.post(\n    "{service}sparql",\n    data={{"query": query}},\n'
            f"    headers={accept},\n    timeout=60,\n)"
        )
    tells = "print(answer.text)"
    if table:
        tells = "for row in csv.DictReader(io.StringIO(answer.text)):\n    print(row)"
    return f"{head}answer = {asks}\nanswer.raise_for_status()\n{tells}"


def python_sparqlwrapper(query: str, service: str) -> str:
    """Return a program for SPARQLWrapper that prints each row, the truth, or the graph."""
    form = _form(query)
    wanted = "TURTLE" if form in _GRAPHS else "JSON"
    tells = {
        "SELECT": (
            'for row in endpoint.queryAndConvert()["results"]["bindings"]:\n'
            '    print({name: cell["value"] for name, cell in row.items()})'
        ),
        "ASK": 'print(endpoint.queryAndConvert()["boolean"])',
    }.get(form, "print(endpoint.queryAndConvert().decode())")
    return (
        f"from SPARQLWrapper import {wanted}, SPARQLWrapper\n\n"
        f'endpoint = SPARQLWrapper("{service}sparql")\n'
        f"endpoint.setReturnFormat({wanted})\n"
        f'endpoint.setQuery("""\n{_in_python(query)}\n""")\n'
        f"{tells}"
    )


def r(query: str, service: str, url: str = "") -> str:
    """Return a program in R, without packages, that has a data frame, or prints the graph."""
    wanted = "turtle" if _form(query) in _GRAPHS else "csv"
    address = url or f"{service}sparql?query={quote(query, safe='')}"
    address += f"{'&' if '?' in address else '?'}format={wanted}"
    named = f"address <- {json.dumps(address)}\n"
    if wanted == "csv":
        return f'{named}answer <- read.csv(address, encoding = "UTF-8")\nprint(answer)'
    return f'{named}cat(readLines(address, encoding = "UTF-8"), sep = "\\n")'


def javascript(query: str, service: str, url: str = "") -> str:
    """Return a module that prints each row, the truth, or the graph."""
    form = _form(query)
    accept = "text/turtle" if form in _GRAPHS else "application/sparql-results+json"
    asks = f"fetch({json.dumps(url)}, {{\n"
    if not url:
        asks = (
            f"fetch({json.dumps(service + 'sparql')}, {{\n  method: 'POST',\n"
            f"  body: new URLSearchParams({{ query: `\n{_in_javascript(query)}\n` }}),\n"
        )
    tells = {
        "SELECT": (
            "const { results } = await answer.json();\n"
            "for (const row of results.bindings) {\n"
            "  console.log(Object.fromEntries("
            "Object.entries(row).map(([name, cell]) => [name, cell.value])));\n}"
        ),
        "ASK": "console.log((await answer.json()).boolean);",
    }.get(form, "console.log(await answer.text());")
    return (
        f"const answer = await {asks}  headers: {{ Accept: '{accept}' }},\n}});\n"
        f"if (!answer.ok) throw new Error(await answer.text());\n{tells}"
    )


def _form(query: str) -> str:
    return sparql.check(query, service=True)


def _media_type(query: str) -> str:
    return "text/turtle" if _form(query) in _GRAPHS else "text/csv"


def _in_python(query: str) -> str:
    return query.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _in_javascript(query: str) -> str:
    return query.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
