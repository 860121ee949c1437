"""Reports and answers as text, for people, and in the standard formats, for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.catalog import Query, queries
from digigraph.cli.output import Console
from digigraph.errors import InputError, UsageError
from digigraph.formats import RESULTS_JSON, TURTLE, named
from digigraph.names import Names
from digigraph.release import Release
from digigraph.store import Answer, Store, Term, iri_term, literal_term

if TYPE_CHECKING:
    from digigraph.validation import Report


FOLDERS = {
    "p-": "profile/",
    "c-": "competence/",
    "d-": "source/",
    "s-": "statement/",
    "q-": "quality/",
}
"""Where the things stand whose short identifier begins so."""


def print_reports(console: Console, reports: Sequence[tuple[Path, Report]], form: str) -> None:
    """Print validation reports, one for each file, in a form: text, json or turtle."""
    if form == "json":
        console.json(
            {
                "files": [
                    {"path": str(path), **json.loads(report.to_json())} for path, report in reports
                ]
            }
        )
        return
    for path, report in reports:
        if form == "turtle":
            console.data(report.to_graph().serialize(format="turtle"))
            continue
        if len(reports) > 1:
            console.data(f"{path}:")
        console.data(report.to_text("bg" if console.language == "bg" else "en"))


def print_findings(console: Console, report: Report) -> None:
    """Say what a build's validation found; silence when it found nothing."""
    if report.findings:
        console.say(report.to_text("bg" if console.language == "bg" else "en"), level=-1)


def print_answer(console: Console, answer: Answer, form: str | None) -> None:
    """Print the answer to a query: in the format asked for, else as columns or as Turtle."""
    offered = {told.name: told for told in answer.formats}
    if form is not None:
        told = named(form, answer.formats)
        if told is None:
            raise UsageError(f"this answer has no format {form!r}; it has {', '.join(offered)}")
        write(answer.write(told))
        return
    if "graph" in answer.formats[0].kinds:
        write(answer.write(TURTLE))
        return
    told_json = json.loads(answer.write(RESULTS_JSON))
    if "boolean" in told_json:
        console.data("true" if told_json["boolean"] else "false")
        return
    columns = told_json["head"]["vars"]
    rows = [
        [row.get(column, {}).get("value", "") for column in columns]
        for row in told_json["results"]["bindings"]
    ]
    console.table([columns, *rows])
    console.say(f"{len(rows)} rows")


def print_thing(console: Console, release: Release, thing: str, *, as_json: bool) -> None:
    """Print all that a release says of one thing, found by its URI, identifier or code."""
    store = Store(release)
    base = release.base
    iri = thing if thing.startswith(("http://", "https://")) else _find(store, base, thing)
    rows = _rows(store, queries("pages", base)["thing"], thing=iri_term(iri))
    if not rows:
        raise InputError(thing, f"release {release.version} says nothing of this")
    prefixes = Names(base).prefixes()
    if as_json:
        properties: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            told = {
                key: text
                for key, text in (
                    ("value", row["value"]["value"]),
                    ("lang", row["value"].get("xml:lang", "")),
                    ("datatype", row["value"].get("datatype", "")),
                )
                if text
            }
            held = properties.setdefault(_short(row["property"]["value"], prefixes), [])
            if told not in held:
                held.append(told)
        console.json({"id": iri, "properties": properties})
        return
    console.data(iri)
    seen: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        name = _short(row["property"]["value"], prefixes)
        value = row["value"]["value"]
        if row["value"]["type"] == "uri":
            value = _short(value, prefixes)
        elif "xml:lang" in row["value"]:
            value = f"{value} @{row['value']['xml:lang']}"
        label = row.get("label", {})
        labels = seen.setdefault((name, value), [])
        if label and label.get("xml:lang", console.language) == console.language:
            labels.insert(0, label["value"])
        elif label:
            labels.append(label["value"])
    width = max(len(name) for name, _ in seen)
    for (name, value), labels in seen.items():
        line = " ".join(value.split())
        console.data(f"  {name:<{width}}  {line}{f'  ({labels[0]})' if labels else ''}")


def _find(store: Store, base: str, code: str) -> str:
    tails = [code.removeprefix("id/"), FOLDERS.get(code[:2], "") + code]
    found: list[str] = []
    for tail in dict.fromkeys(tails):
        for term in (
            literal_term(tail),
            *(literal_term(tail, f"{base}def#{t}") for t in ("NKPD2011", "KID2008")),
        ):
            rows = _rows(store, queries("pages", base)["things-with-code"], code=term)
            found += [row["thing"]["value"] for row in rows]
    found = list(dict.fromkeys(found))
    if not found:
        raise InputError(code, "no thing has this code or identifier; give its URI")
    if len(found) > 1:
        listed = "\n".join(f"  {iri}" for iri in found)
        raise UsageError(f"{code!r} names several things; give the URI of one:\n{listed}")
    return found[0]


def _rows(store: Store, query: Query, **values: Term) -> list[dict[str, dict[str, str]]]:
    answer = store.ask(query.text, values=values)
    rows: list[dict[str, dict[str, str]]] = json.loads(answer.write(RESULTS_JSON))["results"][
        "bindings"
    ]
    return rows


def _short(iri: str, prefixes: dict[str, str]) -> str:
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def write(content: bytes) -> None:
    """Write bytes to stdout as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
