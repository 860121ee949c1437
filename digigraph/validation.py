"""Judges a graph by the published shapes and tells, in two languages, what to do (M-30 to M-32).

Two engines share the work: pySHACL judges the core constraints, `rules` asks each `sh:sparql`
constraint once about all nodes. pySHACL is handed each shape with the list of nodes it is to
judge: this is what targets mean, and costs a tenth of asking node by node.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import pyoxigraph as ox
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib import Literal as Text
from rdflib.term import Node

from digigraph import resources, rules
from digigraph.errors import DigigraphError, InputError
from digigraph.resources import AUTHORED_BASE

SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
}
"""The files that `validate_file` reads, by extension."""

Language = Literal["bg", "en"]
Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")

LABELS: Mapping[Language, Mapping[str, str]] = {
    "bg": {
        "violation": "НАРУШЕНИЕ",
        "warning": "ПРЕДУПРЕЖДЕНИЕ",
        "info": "БЕЛЕЖКА",
        "path": "свойство",
        "value": "стойност",
        "shape": "правило",
        "sum": "Проверени ресурси: {nodes}, приложени правила: {shapes}. "
        "Нарушения: {violation}, предупреждения: {warning}, бележки: {info}.",
    },
    "en": {
        "violation": "VIOLATION",
        "warning": "WARNING",
        "info": "INFO",
        "path": "property",
        "value": "value",
        "shape": "rule",
        "sum": "Resources checked: {nodes}, rules applied: {shapes}. "
        "Violations: {violation}, warnings: {warning}, notes: {info}.",
    },
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: which node, at which property and value, by which shape, and what to do.

    `source` is the SHACL constraint component; for the shape of text form, the shape itself.
    """

    severity: Severity
    focus: Node
    path: URIRef | None
    value: Node | None
    shape: URIRef
    source: URIRef
    message_bg: str
    message_en: str

    def message(self, lang: Language) -> str:
        """Return what to do, in `lang`."""
        return self.message_bg if lang == "bg" else self.message_en

    def key(self) -> tuple[int, str, str, str, str, str]:
        """Return what findings are sorted by: the gravest first, then node, shape and value."""
        terms = (self.focus, self.shape, self.path, self.value, self.source)
        focus, shape, path, value, source = ("" if t is None else t.n3() for t in terms)
        return SEVERITIES.index(self.severity), focus, shape, path, value, source


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, and how much was judged: so many nodes, by so many shapes."""

    findings: tuple[Finding, ...]
    focus_nodes: int
    shapes: int

    def conforms(self, fail_on: Severity = "violation") -> bool:
        """Return whether no finding is as grave as `fail_on`, or graver."""
        grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        return not any(finding.severity in grave for finding in self.findings)

    def counts(self) -> dict[str, int]:
        """Return the number of findings of each severity."""
        found = [finding.severity for finding in self.findings]
        return {severity: found.count(severity) for severity in SEVERITIES}

    def to_text(self, lang: Language = "bg") -> str:
        """Return the findings as paragraphs for a person, and a line that sums them up."""
        say = LABELS[lang]
        lines = []
        for one in self.findings:
            lines += [f"{say[one.severity]} {one.focus}", f"  {one.message(lang)}"]
            about = (("path", one.path), ("value", one.value), ("shape", one.shape))
            lines += [f"  {say[part]}: {term}" for part, term in about if term is not None]
            lines.append("")
        checked = {"nodes": self.focus_nodes, "shapes": self.shapes}
        return "\n".join([*lines, say["sum"].format(**checked, **self.counts())])

    def to_json(self) -> str:
        """Return the report as JSON, by this schema.

        `conforms` (no violation), `checked` {`focusNodes`, `shapes`}, `counts` {`violation`,
        `warning`, `info`}, `findings` [{`severity`, `focus`, `path`, `value`, `shape`, `source`,
        `message` {`bg`, `en`}}]. `focus` and `value` are terms as in the SPARQL 1.1 results
        format: {`type`: uri|literal|bnode, `value`, `xml:lang`?, `datatype`?}; `value` and
        `path` are null where the rule has none.
        """
        summary = {
            "conforms": self.conforms(),
            "checked": {"focusNodes": self.focus_nodes, "shapes": self.shapes},
            "counts": self.counts(),
            "findings": [_json_of(finding) for finding in self.findings],
        }
        return json.dumps(summary, ensure_ascii=False, indent=2)

    def to_graph(self, into: str = f"{AUTHORED_BASE}report/") -> Graph:
        """Return a SHACL validation report in which every node has an IRI, made from its content.

        The IRIs stand under `into`; equal reports have equal graphs. A blank focus node or value
        is named after its label.
        """
        report = URIRef(into + _digest(self.to_json()))
        graph = Graph()
        graph.bind("sh", SH)
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, SH.conforms, Text(not self.findings)))
        for finding in self.findings:
            result = URIRef(f"{report}#r-{_digest(repr(finding.key()))}")
            graph.add((report, SH.result, result))
            for predicate, value in (
                (RDF.type, SH.ValidationResult),
                (SH.resultSeverity, SH[finding.severity.capitalize()]),
                (SH.focusNode, finding.focus),
                (SH.resultPath, finding.path),
                (SH.value, finding.value),
                (SH.sourceShape, finding.shape),
                (SH.sourceConstraintComponent, finding.source),
                (SH.resultMessage, Text(finding.message_bg, lang="bg")),
                (SH.resultMessage, Text(finding.message_en, lang="en")),
            ):
                if value is not None:
                    blank = isinstance(value, BNode)
                    named = URIRef(f"{report}#blank-{value}") if blank else value
                    graph.add((result, predicate, named))
        return graph


def load_shapes(base: str = AUTHORED_BASE) -> Graph:
    """Return the shipped shapes under `base`, as they are published."""
    return Graph(bind_namespaces="none") + rules.rulebook(base).published


def validate(
    data: Graph,
    *,
    context: Graph | None = None,
    focus: Collection[str] | None = None,
    base: str = AUTHORED_BASE,
) -> Report:
    """Judge the nodes of `data`, or those in `focus`, with `context` known but not judged.

    A run that would judge nothing raises `DigigraphError`: silence is not conformance.
    """
    book = rules.rulebook(base)
    wanted = None if focus is None else {str(node) for node in focus}
    nodes = {node for node in data.subjects() if wanted is None or str(node) in wanted}
    whole = data if context is None else data + context
    by_shape = rules.judged(book, whole, nodes)
    seen = set[Node]().union(*by_shape.values())
    if not seen:
        raise DigigraphError(
            f"nothing was checked: none of {len(nodes)} resources is of a class that a shape "
            f"describes; give each its rdf:type, as <{base}def#OccupationProfile>"
        )
    about = [triple for triple in data if triple[0] in nodes or isinstance(triple[0], BNode)]
    breaches = {
        *_breaches_of_core(book, whole, by_shape),
        *rules.breaches_of_rules(book, whole, by_shape),
        *rules.breaches_of_form(book, about),
    }
    findings = sorted((_finding(book, breach) for breach in breaches), key=Finding.key)
    return Report(tuple(findings), focus_nodes=len(seen), shapes=len(by_shape))


def validate_file(path: Path, base: str = AUTHORED_BASE) -> Report:
    """Judge an RDF file of this vocabulary, whoever made it, with the shipped schemes known."""
    try:
        return validate(
            rules.graph_of(read(path, base)), context=rules.shipped("ontology", base), base=base
        )
    except InputError:
        raise
    except DigigraphError as error:
        raise InputError(path, str(error)) from None


def read(path: Path, base: str = AUTHORED_BASE) -> list[ox.Quad]:
    """Return the quads of an RDF file, known by its extension, without asking the network.

    In JSON-LD our own published context stands in from disk; any other must be embedded.
    """
    syntax = SYNTAXES.get(path.suffix.lower())
    if syntax is None:
        raise InputError(path, f"unknown kind of file; known are {', '.join(SYNTAXES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, f"cannot be opened: {error.strerror}") from None
    if syntax is ox.RdfFormat.JSON_LD:
        content = _with_own_context(content, base)
    try:
        return rules.quads(path, content, syntax)
    except InputError as error:
        if "LoadDocumentCallback" in error.reason:
            message = "names a JSON-LD context by its address; write the context into the file"
            raise InputError(path, message) from None
        raise


def _breaches_of_core(
    book: rules.Rulebook, graph: Graph, nodes: Mapping[URIRef, Collection[Node]]
) -> Iterator[rules.Breach]:
    import pyshacl  # here, so that nothing else loads it

    shapes = Graph(bind_namespaces="none") + book.core
    for shape, found in nodes.items():
        for node in found:
            shapes.add((shape, SH.targetNode, node))
    _, results, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    if not isinstance(results, Graph):
        raise DigigraphError(f"the shapes cannot be applied: {text}")
    for result in results.subjects(RDF.type, SH.ValidationResult):
        yield rules.Breach(
            shape=cast(URIRef, results.value(result, SH.sourceShape)),
            focus=cast(Node, results.value(result, SH.focusNode)),
            path=cast("URIRef | None", results.value(result, SH.resultPath)),
            value=results.value(result, SH.value),
            source=cast(URIRef, results.value(result, SH.sourceConstraintComponent)),
        )


def _finding(book: rules.Rulebook, breach: rules.Breach) -> Finding:
    words = book.words[breach.shape]
    place = (breach.focus, breach.path, breach.value, breach.shape, breach.source)
    return Finding(cast(Severity, words.severity), *place, words.message_bg, words.message_en)


def _json_of(finding: Finding) -> dict[str, object]:
    return {
        "severity": finding.severity,
        "focus": _json_term(finding.focus),
        "path": finding.path,
        "value": None if finding.value is None else _json_term(finding.value),
        "shape": finding.shape,
        "source": finding.source,
        "message": {"bg": finding.message_bg, "en": finding.message_en},
    }


def _json_term(term: Node) -> dict[str, str]:
    if isinstance(term, Text):
        about = {"type": "literal", "value": str(term)}
        if term.language:
            about["xml:lang"] = term.language
        elif term.datatype:
            about["datatype"] = str(term.datatype)
        return about
    return {"type": "bnode" if isinstance(term, BNode) else "uri", "value": str(term)}


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]


def _with_own_context(content: bytes, base: str) -> bytes:
    address = f"{base}context/v1.jsonld"
    copy = resources.folder("ontology") / "context" / "v1.jsonld"
    if address.encode() not in content or not copy.is_file():
        return content
    own = json.loads(resources.text(copy, base))["@context"]

    def stand_in(node: dict[str, object]) -> dict[str, object]:
        """Put the shipped context where its address stands."""
        given = node.get("@context")
        contexts = given if isinstance(given, list) else [given]
        if address in contexts:
            node["@context"] = [own if context == address else context for context in contexts]
        return node

    try:
        return json.dumps(json.loads(content, object_hook=stand_in)).encode()
    except ValueError:
        return content  # the parser will say where
