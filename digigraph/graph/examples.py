"""The published example queries as linked data, in the layout of the SIB collection (S-09).

Query editors read them with a query; the text is what stands in the file, without its header.
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from digigraph.catalog import Query, queries
from digigraph.errors import DigigraphError
from digigraph.graph.writer import Writer, plain, text
from digigraph.names import EXAMPLES

GRAPH = EXAMPLES
FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
    "DESCRIBE": ("spex:SPARQLDescribeExecutable", "spex:describe"),
}
"""Form of a query -> its class, and the property that holds its text; SHACL has no DESCRIBE."""

_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)
_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<([^>\s]+)>", re.IGNORECASE)
_SMALL = frozenset(("a", "as", "at", "by", "in", "is", "of", "or", "the", "to", "with", "without"))


def describe_examples(writer: Writer) -> None:
    """State every query of `queries/examples`, and the prefixes that queries may use."""
    names, add = writer.names, writer.add
    collection = names.graph(GRAPH)
    bg, en = "Примерни заявки", "Example queries"
    writer.types(GRAPH, collection, "void:Dataset")
    writer.identity(GRAPH, collection, bg=bg, en=en, part_of=f"{names.base}catalog/digigraph")
    prefixes = f"{collection}#prefixes"
    writer.types(GRAPH, prefixes, "prov:Entity")
    writer.identity(
        GRAPH, prefixes, part_of=collection,
        bg="Представки на примерните заявки", en="Prefixes of the example queries",
    )  # fmt: skip
    for prefix, namespace in names.prefixes().items():
        declared = f"{collection}#prefix-{prefix}"
        writer.types(GRAPH, declared, "sh:PrefixDeclaration")
        writer.identity(
            GRAPH, declared, bg=f"Представка {prefix}", en=f"Prefix {prefix}", part_of=collection
        )
        any_uri = ox.NamedNode(names.expanded("xsd:anyURI"))
        add(GRAPH, declared, "sh:prefix", plain(prefix))
        add(GRAPH, declared, "sh:namespace", ox.Literal(namespace, datatype=any_uri))
        add(GRAPH, prefixes, "sh:declare", declared)
    for query in queries("examples", names.base).values():
        _describe(writer, query, collection, prefixes)


def _describe(writer: Writer, query: Query, collection: str, prefixes: str) -> None:
    add = writer.add
    iri = f"{collection}/{query.name}"
    body = query.body
    found = _FORM.search(body)
    if found is None:
        raise DigigraphError(f"queries/examples/{query.name}.rq: expected {', '.join(FORMS)}")
    executable, holds = FORMS[found[1].upper()]
    writer.types(GRAPH, iri, "sh:SPARQLExecutable", executable)
    writer.identity(GRAPH, iri, bg=query.title["bg"], en=query.title["en"], part_of=collection)
    add(GRAPH, iri, "rdfs:comment", *(text(query.question[lang], lang) for lang in ("bg", "en")))
    add(GRAPH, iri, "sh:prefixes", prefixes)
    add(GRAPH, iri, holds, plain(body))
    words = [word for word in query.name.split("-") if word not in _SMALL]
    add(GRAPH, iri, "schema:keywords", *map(plain, words))
    add(GRAPH, iri, "schema:target", f"{writer.names.base}sparql")
    add(GRAPH, iri, "spex:federatesWith", *_SERVICE.findall(body))
