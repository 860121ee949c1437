"""Writes RDF/XML from the sorted lines.

The engine's own writer loses carriage returns and writes letters that XML forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from digigraph.names import Names
from digigraph.quads import RDF_TYPE, XSD_STRING, Object, UnpublishableData, subjects

_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_rdf_xml(out: IO[bytes], lines: Iterable[bytes], base: str) -> None:
    """Write sorted triples as RDF/XML, each resource an element of its first known type."""
    prefixes = Names(base).prefixes()
    declared = "".join(f"\n    xmlns:{p}={quoteattr(ns)}" for p, ns in prefixes.items())
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'.encode())
    names = _XmlNames(prefixes)
    for iri, properties in subjects(lines):
        types = next((found for name, found in properties if name == RDF_TYPE), [])
        tag, typed = "rdf:Description", None
        for candidate in types:
            if known := names.known(candidate.value):
                tag, typed = known, candidate
                break
        out.write(f"  <{tag} rdf:about={quoteattr(iri)}>\n".encode())
        for name, values in properties:
            for value in values:
                if not (name == RDF_TYPE and value == typed):
                    out.write(names.element(name, value).encode())
        out.write(f"  </{tag}>\n".encode())
    out.write(b"</rdf:RDF>\n")


class _XmlNames:
    """Writes properties as XML elements."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}

    def known(self, iri: str) -> str | None:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.by_namespace.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _XML_NAME.match(iri[cut:]) else None

    def element(self, iri: str, value: Object) -> str:
        tag, attributes = self.known(iri), ""
        if tag is None:
            local = re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", iri)
            if local is None:
                raise UnpublishableData(
                    f"<{iri}> cannot be written in RDF/XML; rename the property"
                )
            tag = f"ns:{local[0]}"
            attributes = f" xmlns:ns={quoteattr(iri[: local.start()])}"
        if isinstance(value, ox.NamedNode):
            return f"    <{tag}{attributes} rdf:resource={quoteattr(value.value)}/>\n"
        if value.language:
            attributes += f' xml:lang="{value.language}"'
        elif value.datatype.value != XSD_STRING:
            attributes += f" rdf:datatype={quoteattr(value.datatype.value)}"
        if found := _NOT_XML.search(value.value):
            raise UnpublishableData(
                f"U+{ord(found[0]):04X} cannot be written in RDF/XML; "
                f"take it out of the text “{value.value[:60]!r}” of <{iri}>"
            )
        text = escape(value.value, {"\r": "&#13;"})
        return f"    <{tag}{attributes}>{text}</{tag}>\n"
