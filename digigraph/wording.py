"""What the page of a thing says, and what it may say: its document's words, and a few of its own.

A page is compared both ways as a bag of texts: each value of the thing stands in it, and each text
in the main part of it is a value, a name or a code of the document. Which value stands beside which
property is not compared.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser

import pyoxigraph as ox

from digigraph.formats import DUMP_FORMATS, GRAPH_FORMATS, JSON
from digigraph.names import Names

OWN = (
    "Това е оттеглено и се пази заради връзките към него.",
    "This was retired and is kept for those who link to it.",
    "Вместо него:", "Use instead:", "Предишна страница", "Previous page",
    "Следваща страница", "Next page", "Съобщете за грешка", "Report an error",
)  # fmt: skip
"""What a page says of itself."""
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"\w")


class Page(HTMLParser):
    """The text of a page, with single spaces, its pieces in the main part, and where links lead."""

    def __init__(self, source: str) -> None:
        """Read the source of a page."""
        super().__init__(convert_charrefs=True)
        self.links: set[str] = set()
        self._pieces: list[str] = []
        self._main: list[str] = []
        self._inside = self._is_told = False
        self.feed(source)
        self.close()
        self.text = one_line("".join(self._pieces))
        self.main = {text for text in map(one_line, self._main) if _WORDS.search(text)}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a link, and begin a new piece; the main part ends where the foot begins.

        A day in the reader's words stands for the day that its element names for programs. Where
        a long word may be broken no piece begins.
        """
        if tag == "wbr":
            return
        told = {name: html.unescape(value) for name, value in attrs if value}
        if "href" in told:
            self.links.add(told["href"])
        self._inside = (self._inside or tag == "main") and tag != "footer"
        self._main.append("")
        if tag == "time" and told.get("datetime"):
            self.handle_data(told["datetime"])
            self._is_told = True

    def handle_endtag(self, tag: str) -> None:
        """End a piece."""
        self._main.append("")
        self._is_told = False

    def handle_data(self, data: str) -> None:
        """Take note of a text, unless its element has said it to programs already."""
        if self._is_told:
            return
        self._pieces.append(data)
        if self._inside and self._main:
            self._main[-1] += data


def one_line(text: str) -> str:
    """Return a text with single spaces."""
    return _SPACES.sub(" ", text).strip()


def may_be_said(
    iri: str, lines: Iterable[bytes], told: Callable[[str], list[bytes]], names: Names
) -> set[str]:
    """Return the texts that the page of a thing may have in its main part.

    `lines` are the statements of its document; `told` gives what the dump says of a property.
    """
    said = list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES))
    properties = {quad.predicate.value for quad in said}
    named = b"".join(line for one in properties for line in told(one))
    found = {*OWN, iri, names.tail(iri)}
    found.update(one.title or one.name for one in (*GRAPH_FORMATS, *DUMP_FORMATS, JSON))
    for quad in (*said, *ox.parse(named, format=ox.RdfFormat.N_TRIPLES)):
        value = quad.object
        if isinstance(value, ox.Literal):
            found |= {value.value, value.language or "", value.datatype.value.rpartition("#")[2]}
    iris = {node.value for quad in said for node in quad.triple if isinstance(node, ox.NamedNode)}
    for one in iris:
        found |= {one, one.removeprefix(names.base)}
        found |= {
            f"{prefix}:{one.removeprefix(namespace)}"
            for prefix, namespace in names.prefixes().items()
            if one.startswith(namespace)
        }
    return {one_line(text) for text in found}
