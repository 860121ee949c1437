"""The framework's own wording of its levels, where somebody brought it (M-06)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from digigraph.descriptors import Descriptor
from digigraph.graph.writer import Writer, plain, text

GRAPH = "framework"


def describe_descriptors(writer: Writer, descriptors: Sequence[Descriptor]) -> None:
    """State the texts of each competence at a level as its definition in their language."""

    def place(one: Descriptor) -> tuple[str, int, str]:
        return one.competence, one.level, one.language

    for (code, level, language), group in groupby(sorted(descriptors, key=place), key=place):
        given = list(group)
        iri = f"{writer.names.framework_competence(code)}/level-{level}"
        texts = [one.text for one in given]
        joined = texts[0] if len(texts) == 1 else "\n".join(f"• {one}" for one in texts)
        writer.add(GRAPH, iri, "skos:definition", text(joined, language))
        for source in {one.source for one in given}:
            writer.add(GRAPH, iri, "dct:bibliographicCitation", plain(source))


def worded(writer: Writer, descriptors: Sequence[Descriptor]) -> frozenset[str]:
    """Return the competences at a level whose Bulgarian definition is the framework's own."""
    return frozenset(
        f"{writer.names.framework_competence(one.competence)}/level-{one.level}"
        for one in descriptors
        if one.language == "bg"
    )
