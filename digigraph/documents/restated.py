"""A profile that was exported: its values cited where they stand in the document of before.

The file carries what is known of that document and, with each text, the lines and words that it
was read from; so it stands for the document, and the graph is the same to the byte.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from digigraph.documents.form import Form
from digigraph.documents.nodes import Path, Tree
from digigraph.documents.problems import KINDS, Problems, problem
from digigraph.documents.schema import label
from digigraph.records import (
    Accounted,
    Coverage,
    LineReason,
    Problem,
    Profile,
    Reading,
    Severity,
    Source,
    Span,
    Text,
)

_TAG = re.compile(r"<[^<>]*>")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Restated:
    """What a file says of the document that it stands for."""

    source: Source
    texts: Mapping[Text, Text]
    findings: tuple[Problem, ...]
    reading: Reading

    @classmethod
    def of(cls, form: Form) -> Restated | None:
        """Return it, or None where an error forbids; reports texts that their words do not say."""
        problems, data = form.context.problems, form.tree.data
        texts = {text: _cited(form, text, path) for text, path in form.found.items()}
        findings = tuple(_findings(form, data.get("findings") or ()))
        if problems.has_errors():
            return None
        told = data["source"]
        try:
            received = date.fromisoformat(told["received"])
        except ValueError:
            line = form.tree.line(("source", "received"))
            problems.add("CodeInvalid", line, "received", told["received"], '"2026-11-23"')
            return None
        return cls(_source(told, received), texts, findings, _bare(told))

    def told(self, profile: Profile, noticed: tuple[Problem, ...]) -> Reading:
        """Return the reading of the document; `noticed` is what the checks found in the file.

        A finding that the file leaves out is told all the same.
        """
        known = {(one.kind, one.found) for one in self.findings}
        whole = Problems(kept=list(self.findings))
        whole.kept += [self._moved(p) for p in noticed if (p.kind, p.found) not in known]
        return replace(
            self.reading,
            profile=_moved(profile, self.texts),
            problems=whole.sorted(),
            source=self.source,
        )

    def _moved(self, one: Problem) -> Problem:
        """Return a problem of the file as one of the document."""
        spans = tuple(
            dict.fromkeys(
                place
                for text, cited in self.texts.items()
                if any(_within(span, own) for span in one.spans for own in text.spans)
                for place in cited.spans
            )
        )
        return replace(one, spans=spans, line=spans[0].line if spans else 1)


def mixed(tree: Tree, problems: Problems) -> None:
    """Report evidence in a file that does not say which document it is of."""
    if isinstance(tree.data, dict) and "source" not in tree.data:
        for path in tree.keys:
            if path[-1] == "evidence":
                problems.add("UnknownField", tree.line(path), "evidence", "evidence", "source")


def _within(span: Span, whole: Span) -> bool:
    return span.line == whole.line and whole.first <= span.first and span.last <= whole.last


def _cited(form: Form, text: Text, path: Path) -> Text:
    """Return a text with its places in the document of before."""
    problems, line = form.context.problems, form.tree.line(path)
    at = form.tree.data
    for part in path[:-1]:
        at = at[part]
    if path[-1] != "text" or not isinstance(at, dict) or "evidence" not in at:
        problems.add("MissingField", line, label(path), f"{text.value[:80]}; evidence:")
        return text
    spans = tuple(_spans(form, (*path[:-1], "evidence"), at["evidence"]))
    words = " ".join(span.quote for span in spans)
    if spans and not (_letters(text.value) in _letters(_TAG.sub(" ", words))
                      or _letters(text.value) in _letters(words)):  # fmt: skip
        problems.add("EvidenceMismatch", line, label(path), text.value[:120], words[:120])
    return Text(text.value, spans)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", html.unescape(text)).casefold()


def _spans(form: Form, path: Path, given: Any) -> Iterator[Span]:
    """Yield the places in a list; what the schema complains of is passed over."""
    for number, one in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(one, dict):
            continue
        where = tuple(one.get(key) for key in ("line", "first", "last"))
        quote, prefix, suffix = (one.get(key, "") for key in ("quote", "prefix", "suffix"))
        line, first, last = where
        if not (isinstance(line, int) and isinstance(first, int) and isinstance(last, int)):
            continue
        if not all(isinstance(value, str) for value in (quote, prefix, suffix)):
            continue
        if last - first + 1 != len(quote):
            form.context.problems.add(
                "EvidenceMismatch", form.tree.line((*path, number)), "evidence",
                f"{first}–{last}: {last - first + 1}", f"{quote[:80]}: {len(quote)}",
            )  # fmt: skip
        yield Span(line, first, last, quote, prefix, suffix)


def _findings(form: Form, given: Any) -> Iterator[Problem]:
    for number, one in enumerate(given if isinstance(given, list) else ()):
        path: Path = ("findings", number)
        kind = one.get("kind") if isinstance(one, dict) else None
        if kind not in KINDS or KINDS[kind][0] is Severity.ERROR:
            known = ", ".join(name for name, told in KINDS.items() if told[0] is not Severity.ERROR)
            line = form.tree.line(path)
            form.context.problems.add("WrongShape", line, "findings", str(kind), known)
            continue
        words = [str(one.get(key, "")) for key in ("field", "found", "expected", "about")]
        spans = tuple(_spans(form, (*path, "evidence"), one.get("evidence")))
        line = one.get("line")
        if isinstance(line, int):
            name, found, expected, about = words
            yield problem(kind, line, name, found, expected, spans=spans, about=about)


def _source(told: Mapping[str, Any], received: date) -> Source:
    derived = told.get("derived", {})
    return Source(
        title_bg=told["title"]["bg"],
        title_en=told["title"]["en"],
        rights_bg=told["rights"]["bg"],
        rights_en=told["rights"]["en"],
        origin_bg=told["origin"]["bg"],
        origin_en=told["origin"]["en"],
        publisher=told["publisher"],
        received=received,
        media_type=told["media_type"],
        sha256=told["sha256"],
        byte_size=told["byte_size"],
        derived_bg=derived.get("bg", ""),
        derived_en=derived.get("en", ""),
        text_sha256=derived.get("sha256", ""),
    )


def _bare(told: Mapping[str, Any]) -> Reading:
    """Return what is told of the document's lines."""
    lines, characters = told["covered"]["lines"], told["covered"]["characters"]
    accounted = sorted(
        (Accounted(line, LineReason(reason)) for reason, found in told["accounted"].items()
         for line in found),
        key=lambda one: one.line,
    )  # fmt: skip
    return Reading(
        profile=None,
        problems=(),
        accounted=tuple(accounted),
        coverage=Coverage(lines, lines, characters, characters),
        line_count=told["line_count"],
        text_digest=told["text_digest"],
    )


def _moved(value: Any, texts: Mapping[Text, Text]) -> Any:
    """Return a record with each text cited where it stands in the document of before."""
    if isinstance(value, Text):
        return texts[value]
    if isinstance(value, tuple):
        return tuple(_moved(one, texts) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{one.name: _moved(getattr(value, one.name), texts) for one in fields(value)}
        )
    return value
