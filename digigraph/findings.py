"""What judging found: each broken rule, all of them as one report, in words, JSON or RDF (M-30)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib import Literal as Text
from rdflib.term import Node

from digigraph.resources import AUTHORED_BASE

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
        return json.dumps(self.told(), ensure_ascii=False, indent=2)

    def told(self) -> dict[str, Any]:
        """Return the report as `to_json` writes it."""
        return {
            "conforms": self.conforms(),
            "checked": {"focusNodes": self.focus_nodes, "shapes": self.shapes},
            "counts": self.counts(),
            "findings": [_json_of(finding) for finding in self.findings],
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Report:
        """Return the report that `told` or `to_json` tells of."""
        checked = told["checked"]
        findings = tuple(map(_finding_of, told["findings"]))
        return cls(findings, int(checked["focusNodes"]), int(checked["shapes"]))

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


def _finding_of(told: Mapping[str, Any]) -> Finding:
    return Finding(
        severity=told["severity"],
        focus=_term_of(told["focus"]),
        path=None if told["path"] is None else URIRef(told["path"]),
        value=None if told["value"] is None else _term_of(told["value"]),
        shape=URIRef(told["shape"]),
        source=URIRef(told["source"]),
        message_bg=told["message"]["bg"],
        message_en=told["message"]["en"],
    )


def _term_of(told: Mapping[str, str]) -> Node:
    value = told["value"]
    if told["type"] == "literal":
        if "xml:lang" in told:
            return Text(value, lang=told["xml:lang"])
        datatype = told.get("datatype")
        return Text(value, datatype=datatype and URIRef(datatype), normalize=False)
    return BNode(value) if told["type"] == "bnode" else URIRef(value)


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
