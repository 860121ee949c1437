"""What a release carries as its editors and authors have it: mapping sets, texts of documents.

The text of a document is what its lines and characters are counted in: the very letters in NFC,
in UTF-8, with line feeds. No licence is given for it (LICENSE-DATA, 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from digigraph import resources, sources
from digigraph.documents import text_of
from digigraph.identifying import Known
from digigraph.inputs import Inputs
from digigraph.names import TEXTS


def mapping_sets(made_from: Inputs) -> dict[str, bytes]:
    """Return the mapping sets as they are authored, SSSOM TSV, under the base of the release."""
    folder = made_from.data / "mappings"
    return {
        f"mappings/{path.name}": resources.text(path, made_from.base).encode("utf-8")
        for path in sorted(folder.glob("*.sssom.tsv"))
    }


def texts(documents: Iterable[Known]) -> dict[str, Callable[[], bytes]]:
    """Return what reads the text of each document, when it is written."""
    return {
        f"{TEXTS}/{one.identity.source_id}.txt": partial(_text, one.settings) for one in documents
    }


def _text(settings: Path) -> bytes:
    return text_of(sources.load(settings).path).encode("utf-8")
