"""Where the parts of a dataset meet: what a verdict on one part leaves open for the others (M-32).

A node belongs to a part alone if its IRI holds a minted identifier (of a profile, a competence, a
source, a statement, a finding) and nothing is known of it beside the part. All others that a part
describes lie on its border: levels of the framework, occupations, sectors, schemes. Several parts
may speak of these, so they are judged once more by what all parts say of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox
from rdflib import SH

from digigraph.constraints import Said
from digigraph.findings import Report
from digigraph.known import TYPE, Known, Scope
from digigraph.rules import Rulebook
from digigraph.terms import Subject

_MINTED = re.compile(r".*?/id/(?:.*?/)?[a-z]-[0-9a-hjkmnp-tv-z]{8,}(?=/|\Z)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging one part found, and all that may matter to the other parts.

    `report` is about the nodes that are the part's own, `border` about the others as the part
    alone sees them. `claims` are the identifiers that it describes, `mentions` what it names
    that is not its own, `lines` (N-Triples) what it says of its border and at it.
    """

    report: Report
    border: Report
    claims: tuple[str, ...]
    mentions: tuple[str, ...]
    lines: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        """Return the verdict as JSON has it."""
        return {
            "report": self.report.told(),
            "border": self.border.told(),
            "claims": list(self.claims),
            "mentions": list(self.mentions),
            "lines": list(self.lines),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Verdict:
        """Return the verdict that was kept."""
        return cls(
            Report.of(kept["report"]),
            Report.of(kept["border"]),
            tuple(kept["claims"]),
            tuple(kept["mentions"]),
            tuple(kept["lines"]),
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """How far shapes look: `back` to what names a node, `off` at what another node says.

    `ahead` are the properties whose values are looked at further; None if that may be any.
    """

    back: frozenset[str]
    off: frozenset[str]
    ahead: frozenset[str] | None


@lru_cache(maxsize=4)
def _of_rules(queries: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    back, off, read = set[str](), {TYPE}, set[str]()
    for query in queries:
        prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]*)>", query))
        body = query.partition("{")[2]
        for subject, path, value in re.findall(r"(\?\w+)\s+([^\s?(){}]+)\s+([^\s(){}]+)", body):
            names = re.findall(r"(\^?)(?:(\w+):(\w+)|(\ba\b))", path)
            inner = bool(re.search(r"[/+*]", path))
            for inverse, prefix, name, kind in names:
                iri = TYPE if kind else prefixes.get(prefix, "") + name
                read.add(iri)
                if (value == "?this" and not inverse) or (subject == "?this" and inverse):
                    back.add(iri)
                if subject != "?this" or inverse or inner:
                    off.add(iri)
    return frozenset(back), frozenset(off), frozenset(read)


def reach(book: Rulebook) -> Reach:
    """Return how far the shapes of a rulebook look from the node that they judge."""
    back, off, read = _of_rules(tuple(rule.query for rule in book.rules))
    classed = {
        core.path
        for core in book.core.values()
        if any(one.source == SH.ClassConstraintComponent for one in core.constraints)
    }
    return Reach(back, off, None if book.left else read | classed)


def root(node: Subject) -> str:
    """Return the part of an IRI up to the first minted identifier, or "" if there is none."""
    found = _MINTED.match(node.value) if isinstance(node, ox.NamedNode) else None
    return found[0] if found else ""


def is_own(node: Subject, known: Known) -> bool:
    """Return whether a node that a part describes is a matter of that part alone."""
    return node not in known.facts and (isinstance(node, ox.BlankNode) or bool(root(node)))


def outlook(scope: Scope) -> tuple[set[str], set[str], list[str]]:
    """Return the claims of a part, its mentions, and the lines about its border."""
    far, known = reach(scope.book), scope.known
    own = {node for node in scope.own if is_own(node, known)}
    mentions, lines, beside = set[str](), list[str](), dict[Subject, None]()
    for node, said in scope.own.items():
        mine = node in own
        if not mine:
            lines += _lines(node, said, said)
        for path, values in said.items():
            for value in values:
                if not isinstance(value, ox.NamedNode) or path == TYPE:
                    continue
                if value not in own:
                    if far.ahead is None or path in far.ahead:
                        mentions.add(value.value)
                    if mine and path in far.back:
                        beside[node] = None
                elif not mine:
                    beside[value] = None
    for node in beside:
        said = scope.own[node]
        lines += _lines(node, said, far.off & said.keys())
    claims = {root(node) for node in own}
    return claims - {""}, mentions, sorted(set(lines))


def _lines(node: Subject, said: Said, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        for value in said[path]:
            yield f"{node} <{path}> {value} ."


def quads_of_lines(lines: Iterable[str]) -> list[ox.Quad]:
    """Return the statements of N-Triples lines."""
    return list(ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES))
