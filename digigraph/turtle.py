"""Writes Turtle and TriG that people can read.

The engine's own writer keeps the store's order and escapes every slash of our IRIs; this one
writes from the sorted lines, under `@base`, types first, one property a line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import IO

import pyoxigraph as ox

from digigraph.names import Names
from digigraph.quads import RDF_TYPE, XSD, XSD_STRING, Object, Subject, subjects

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_RELATIVE = re.compile(r"\.?[a-z][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)*(?:#[A-Za-z0-9._/-]*)?\Z")
_BARE = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+\Z"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    f"{XSD}boolean": re.compile(r"(?:true|false)\Z"),
}


def write_turtle(
    out: IO[bytes], lines: Iterable[bytes], base: str, prefixes: Collection[str] | None = None
) -> None:
    """Write sorted triples as Turtle: types first, one property a line, a blank line between.

    All our prefixes are declared, or those of them that are named: all that the lines use.
    """
    terms = terms_of(base)
    out.write(terms.header(prefixes))
    for subject in subjects(lines):
        out.write(b"\n" + terms.block(subject).encode())


def write_trig(
    out: IO[bytes],
    graphs: Iterable[tuple[str, Iterable[bytes]]],
    base: str,
    prefixes: Collection[str] | None = None,
) -> None:
    """Write graphs, each with its sorted lines, as TriG; the one without a name is the default."""
    terms = terms_of(base)
    out.write(terms.header(prefixes))
    for graph, lines in graphs:
        if graph:
            out.write(f"\n{terms.iri(graph)} {{\n".encode())
        for subject in subjects(lines):
            out.write(b"\n" + terms.block(subject, indent="    " if graph else "").encode())
        if graph:
            out.write(b"}\n")


class Terms:
    """Writes terms for Turtle under one base and our prefixes."""

    def __init__(self, base: str) -> None:
        """Know the base and our prefixes."""
        self.base, self.prefixes = base, Names(base).prefixes()
        self.by_namespace = {namespace: prefix for prefix, namespace in self.prefixes.items()}
        self.iri = lru_cache(maxsize=4096)(self._written)

    def header(self, prefixes: Collection[str] | None = None) -> bytes:
        """Return what a document begins with: its base, and all prefixes or those it uses."""
        used = self.prefixes if prefixes is None else prefixes
        lines = [f"@base <{self.base}> ."]
        lines += [f"@prefix {p}: <{ns}> ." for p, ns in self.prefixes.items() if p in used]
        return ("\n".join(lines) + "\n").encode()

    def _written(self, iri: str) -> str:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.by_namespace.get(iri[:cut])
        if prefix is not None and _LOCAL.match(iri[cut:]):
            return f"{prefix}:{iri[cut:]}"
        tail = iri.removeprefix(self.base)
        return f"<{tail}>" if tail != iri and _RELATIVE.match(tail) else str(ox.NamedNode(iri))

    def term(self, value: Object) -> str:
        """Return a value as Turtle writes it."""
        datatype = value.datatype
        if not datatype:
            return self.iri(value.value)
        if value.language or datatype == XSD_STRING:
            return value.token
        if (bare := _BARE.get(datatype)) and bare.match(value.value):
            return value.value
        return f"{ox.Literal(value.value)}^^{self.iri(datatype)}"

    def block(self, subject: Subject, indent: str = "") -> str:
        """Return all that is said of a subject."""
        iri, properties = subject
        clauses: list[str] = []
        term = self.term
        for name, values in properties:
            verb = "a" if name == RDF_TYPE else self.iri(name)
            if len(values) == 1:
                line = f"{verb} {term(values[0])}"
            else:
                written = [term(value) for value in values]
                line = f"{verb} {', '.join(written)}"
                if len(line) > 100:
                    gap = f"\n{indent}        "
                    line = f"{verb}{gap}" + f",{gap}".join(written)
            if name == RDF_TYPE:
                clauses.insert(0, line)
            else:
                clauses.append(line)
        return f"{indent}{self.iri(iri)} " + f" ;\n{indent}    ".join(clauses) + " .\n"


@lru_cache(maxsize=4)
def terms_of(base: str) -> Terms:
    """Return what writes terms under a base; how it has written an IRI is remembered."""
    return Terms(base)
