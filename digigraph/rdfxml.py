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
_MARKUP = re.compile("[^\t\n !-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A letter of a text that cannot stand in XML as it is."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A letter that cannot stand in XML at all."""


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
        self._tags = lru_cache(maxsize=4096)(self._tags_of)

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
            if not (value is typed and name == RDF_TYPE)
        ]
        return f"  <{tag} rdf:about={_quoted(iri)}>\n{''.join(elements)}  </{tag}>\n"

    def _known_as(self, iri: str) -> str | None:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.by_namespace.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _XML_NAME.match(iri[cut:]) else None

    def _element(self, iri: str, value: Object) -> str:
        told, datatype, language, _ = value
        head, tail = self._tags(iri, datatype, language)
        if not datatype:
            return f"{head}{_quoted(told)}{tail}"
        if _MARKUP.search(told):
            if found := _NOT_XML.search(told):
                raise UnpublishableData(
                    f"U+{ord(found[0]):04X} cannot be written in RDF/XML; "
                    f"take it out of the text “{told[:60]!r}” of <{iri}>"
                )
            told = escape(told, {"\r": "&#13;"})
        return f"{head}{told}{tail}"

    def _tags_of(self, iri: str, datatype: str, language: str) -> tuple[str, str]:
        """Return what stands before and after a value: of an IRI, within the tag."""
        tag, attributes = self._known(iri), ""
        if tag is None:
            local = re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", iri)
            if local is None:
                raise UnpublishableData(
                    f"<{iri}> cannot be written in RDF/XML; rename the property"
                )
            tag = f"ns:{local[0]}"
            attributes = f" xmlns:ns={quoteattr(iri[: local.start()])}"
        if not datatype:
            return f"    <{tag}{attributes} rdf:resource=", "/>\n"
        if language:
            attributes += f' xml:lang="{language}"'
        elif datatype != XSD_STRING:
            attributes += f" rdf:datatype={_quoted(datatype)}"
        return f"    <{tag}{attributes}>", f"</{tag}>\n"


def _quoted(iri: str) -> str:
    """Return an IRI as the value of an attribute; of all markup it may only have "&"."""
    return quoteattr(iri) if "&" in iri else f'"{iri}"'
