"""Writes compact JSON-LD with the context of digigraph embedded (H-16).

The terms come from `ontology/context/v1.jsonld` and from nowhere else. A value that a term would
change on the way back is written in full under the property's compact IRI, so that nothing is
lost and the shape of a term's values never varies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

from digigraph.quads import RDF_TYPE, XSD, XSD_STRING, Object, Subject, subjects
from digigraph.resources import AUTHORED_BASE, folder, text

Json = Any  # what json.dumps takes; JSON has no closed type in Python

_NATIVE = {
    f"{XSD}integer": re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z"),
    f"{XSD}boolean": re.compile(r"(?:true|false)\Z"),
}
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the context: its name, what it expands to, and how its values are written."""

    name: str
    iri: str
    coercion: str | None
    by_language: bool
    repeats: bool

    def fits(self, value: Object) -> bool:
        """Tell whether the value comes back unchanged from under this term."""
        if value.is_iri:
            return self.coercion in ("@id", "@vocab")
        if value.language:
            return self.by_language
        if self.by_language:
            return False
        return value.datatype == (self.coercion or XSD_STRING)


class Context:
    """The terms of a JSON-LD context, and how to write nodes with them."""

    def __init__(self, source: Mapping[str, Json]) -> None:
        """Read a context whose terms are written out, as ours are."""
        self.source = source
        self.prefixes = {
            name: told
            for name, told in source.items()
            if isinstance(told, str) and told.endswith(("/", "#")) and "://" in told
        }
        self._by_namespace = {namespace: prefix for prefix, namespace in self.prefixes.items()}
        self._compact = lru_cache(maxsize=4096)(self._compacted)
        self._vocabulary: dict[str, str] = {}
        self._terms: dict[str, list[Term]] = {}
        self._fitting: dict[tuple[str, str], Term | None] = {}
        for name, told in source.items():
            if isinstance(told, dict) and told["@id"] != "@type":
                term = self._term(name, told)
                self._terms.setdefault(term.iri, []).append(term)
            elif isinstance(told, str) and name not in self.prefixes and told[0] != "@":
                self._vocabulary.setdefault(self._expanded(told), name)

    def node(self, subject: Subject) -> dict[str, Json]:
        """Return one node object, its keys in order after `id` and `type`."""
        iri, properties = subject
        written: dict[str, Json] = {}
        types: list[str] = []
        fitting = self._fitting
        for name, values in properties:
            if name == RDF_TYPE and all(v.is_iri for v in values):
                types = [self._word(value.value) for value in values]
                continue
            for value in values:
                kind = "@language" if value.language else value.datatype
                term = fitting.get((name, kind), ...)
                if term is ...:
                    term = fitting[name, kind] = self._term_for(name, value)
                if term is None or (not term.repeats and term.name in written):
                    # No term fits, or two values where the model has one: said in full.
                    written.setdefault(self._key(name), []).append(_expanded_value(value))
                elif term.by_language:
                    texts = written.setdefault(term.name, {})
                    texts.setdefault(value.language, []).append(value.value)
                elif term.repeats:
                    written.setdefault(term.name, []).append(self._value(term, value))
                else:
                    written[term.name] = self._value(term, value)
        typed = {"type": types} if types else {}
        return {"id": iri, **typed, **dict(sorted(written.items()))}

    def _term_for(self, name: str, value: Object) -> Term | None:
        """Return the term that a value of a property fits, which depends on its kind alone."""
        return next((term for term in self._terms.get(name, ()) if term.fits(value)), None)

    def _value(self, term: Term, value: Object) -> Json:
        if not value.datatype:
            return self._word(value.value) if term.coercion == "@vocab" else value.value
        native = _NATIVE.get(value.datatype)
        return json.loads(value.value) if native and native.match(value.value) else value.value

    def _word(self, iri: str) -> str:
        return self._vocabulary.get(iri) or self._compact(iri)

    def _key(self, iri: str) -> str:
        compact = self._compact(iri)
        return iri if compact in self.source else compact

    def _compacted(self, iri: str) -> str:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self._by_namespace.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _LOCAL.match(iri[cut:]) else iri

    def _expanded(self, compact: str) -> str:
        prefix, colon, local = compact.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else compact

    def _term(self, name: str, told: Mapping[str, Json]) -> Term:
        container = told.get("@container", [])
        coercion = told.get("@type")
        return Term(
            name,
            self._expanded(told["@id"]),
            self._expanded(coercion) if coercion else None,
            "@language" in container,
            "@set" in container,
        )


def context_iri(base: str = AUTHORED_BASE) -> str:
    """Return the IRI of the context that digigraph publishes."""
    return f"{base}context/v1.jsonld"


def context_document(base: str = AUTHORED_BASE) -> str:
    """Return the text of the context that digigraph publishes, under `base`."""
    return text(folder("ontology") / "context" / "v1.jsonld", base)


@lru_cache(maxsize=4)
def published_context(base: str = AUTHORED_BASE) -> Context:
    """Return the context that digigraph publishes, under `base`."""
    return Context(json.loads(context_document(base))["@context"])


def write_json_ld(
    out: IO[bytes], lines: Iterable[bytes], base: str, *, by_reference: bool = False
) -> None:
    """Write sorted triples as one flat, compact JSON-LD document, a node a line.

    The context stands in the document, which is then read without the network, or is named.
    """
    out.write(document_head(base, by_reference=by_reference))
    comma = ""
    for subject in subjects(lines):
        out.write(f"{comma}{node_line(subject, base)}".encode())
        comma = ",\n"
    out.write(DOCUMENT_FOOT)


DOCUMENT_FOOT = b"\n]}\n"


def document_head(base: str, *, by_reference: bool = False) -> bytes:
    """Return what a document begins with: its context, and the opening of its list of nodes."""
    told = context_iri(base) if by_reference else published_context(base).source
    head = json.dumps(told, ensure_ascii=False, indent=1)
    return f'{{"@context": {head},\n"@graph": [\n'.encode()


def node_line(subject: Subject, base: str) -> str:
    """Return a node of a document, without what separates it from the next."""
    return _written(published_context(base).node(subject))


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _expanded_value(value: Object) -> dict[str, str]:
    if value.is_iri:
        return {"@id": value.value}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype == XSD_STRING:
        return {"@value": value.value}
    return {"@value": value.value, "@type": value.datatype}
