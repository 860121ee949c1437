"""Lets pass what is XML, and stops what no XML can say (XML 1.0, 2.2; RDF/XML, 2.2).

A query can make any text and any property. XML has no way to write most control characters, and
RDF/XML none to write a property whose IRI does not end in a name; the engine writes them anyway.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import IO, Any

from digigraph.formats import RDF_XML, Format

_CHARACTER = rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
_NO_TEXT = re.compile(_CHARACTER)
_NO_GRAPH = re.compile(_CHARACTER + rb"|<[^<>:/\"]+:[\s/>]")
_LONGEST = 64
"""Bytes that are looked at again with the next piece, since what is wrong may be cut in two."""


class WellFormed(io.RawIOBase):
    """What an answer in XML is written to; hands it on."""

    def __init__(
        self, output: IO[bytes] | io.RawIOBase, told: Format, refuse: Callable[[], Exception]
    ) -> None:
        """Hand on what is written to `output`; raise what `refuse` returns for what is no XML."""
        super().__init__()
        self._output, self._refuse, self._last = output, refuse, b""
        self._wrong = _NO_GRAPH if told is RDF_XML else _NO_TEXT

    def writable(self) -> bool:
        """Tell that bytes can be written."""
        return True

    def write(self, part: Any, /) -> int | None:
        """Hand bytes on, if they are XML."""
        seen = self._last + bytes(part)
        if self._wrong.search(seen):
            raise self._refuse()
        self._last = seen[-_LONGEST:]
        return self._output.write(part)
