"""Writes RDF/XML from the sorted lines.

The engine's own writer loses carriage returns and writes letters that XML forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from digigraph.names import Names
from digigraph.quads import RDF_TYPE, XSD_STRING, Object, Subject, UnpublishableData, subjects

_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_MARKUP = re.compile('[&<>"\\t\\n\\r]')
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_rdf_xml(out: IO[bytes], lines: Iterable[bytes], base: str) -> None:
    """Write sorted triples as RDF/XML, each resource an element of its first known type."""
    xml = RdfXml(base)
    out.write(xml.head())
    for subject in subjects(lines):
        out.write(xml.element_of(subject).encode())
    out.write(xml.foot)


class RdfXml:
    """Writes resources and their properties as XML elements."""

    foot = b"</rdf:RDF>\n"

    def __init__(self, base: str) -> None:
        """Know our prefixes, that of our vocabulary under `base`."""
        self.prefixes = Names(base).prefixes()
        self.by_namespace = {namespace: prefix for prefix, namespace in self.prefixes.items()}
        self._known = lru_cache(maxsize=4096)(self._known_as)

    def head(self) -> bytes:
        """Return what a document begins with."""
        declared = "".join(f"\n    xmlns:{p}={quoteattr(ns)}" for p, ns in self.prefixes.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'.encode()

    def element_of(self, subject: Subject) -> str:
        """Return a resource as an element of its first known type."""
        iri, properties = subject
        types = next((found for name, found in properties if name == RDF_TYPE), [])
        tag, typed = "rdf:Description", None
        for candidate in types:
            if known := self._known(candidate.value):
                tag, typed = known, candidate
                break
        elements = [
            self._element(name, value)
            for name, values in properties
            for value in values
            if not (name == RDF_TYPE and value == typed)
        ]
        return f"  <{tag} rdf:about={_quoted(iri)}>\n{''.join(elements)}  </{tag}>\n"

    def _known_as(self, iri: str) -> str | None:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.by_namespace.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _XML_NAME.match(iri[cut:]) else None

    def _element(self, iri: str, value: Object) -> str:
        tag, attributes = self._known(iri), ""
        if tag is None:
            local = re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", iri)
            if local is None:
                raise UnpublishableData(
                    f"<{iri}> cannot be written in RDF/XML; rename the property"
                )
            tag = f"ns:{local[0]}"
            attributes = f" xmlns:ns={quoteattr(iri[: local.start()])}"
        if value.is_iri:
            return f"    <{tag}{attributes} rdf:resource={_quoted(value.value)}/>\n"
        if value.language:
            attributes += f' xml:lang="{value.language}"'
        elif value.datatype != XSD_STRING:
            attributes += f" rdf:datatype={_quoted(value.datatype)}"
        told = value.value
        if found := _NOT_XML.search(told):
            raise UnpublishableData(
                f"U+{ord(found[0]):04X} cannot be written in RDF/XML; "
                f"take it out of the text “{value.value[:60]!r}” of <{iri}>"
            )
        text = escape(told, {"\r": "&#13;"}) if _MARKUP.search(told) else told
        return f"    <{tag}{attributes}>{text}</{tag}>\n"


def _quoted(value: str) -> str:
    return quoteattr(value) if _MARKUP.search(value) else f'"{value}"'
