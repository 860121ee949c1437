"""Records -> a profile written as YAML, which reads back to the same records.

With its evidence the file stands for the document that was read; without it, it is a plain
profile for editing, which cites itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from digigraph.authoring import FILE
from digigraph.records import (
    Level,
    LevelDescription,
    Problem,
    Profile,
    Reading,
    Requirement,
    Sector,
    Source,
    Span,
    Text,
    Title,
)
from digigraph.resources import AUTHORED_BASE

_LISTS = ("knowledge", "skills", "behaviours", "examples")
_WIDE = 10**6
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Row(list[Any]):
    """A list that is written on one line."""


class _Dumper(_DUMPER):  # type: ignore[misc]  # with libyaml or without it
    """Writes each text on one line, and places on one line each."""

    def ignore_aliases(self, data: object) -> bool:
        """Write each value out: aliases are not read."""
        return True


_Dumper.add_representer(
    _Flow,
    lambda dumper, data: dumper.represent_mapping(
        "tag:yaml.org,2002:map", data.items(), flow_style=True
    ),
)
_Dumper.add_representer(
    _Row,
    lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True),
)


def yaml_of(
    reading: Reading, source: Source, *, base: str = AUTHORED_BASE, plain: bool = False
) -> str:
    """Return the text of a profile as YAML.

    `plain` leaves out the evidence, the findings and the source: what stays is its own source.
    """
    assert reading.profile is not None, "only a document without errors is exported"
    told: dict[str, Any] = {"$schema": base + FILE}
    if plain and source.publisher:
        told["publisher"] = source.publisher
    told |= _Writer(plain).profile(reading.profile)
    if not plain:
        told["source"] = _source(source, reading)
        if reading.problems:
            told["findings"] = [_finding(one) for one in reading.problems]
    return str(yaml.dump(told, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDE))


class _Writer:
    """Turns records into plain values, with their evidence or without."""

    def __init__(self, plain: bool) -> None:
        self._plain = plain

    def profile(self, one: Profile) -> dict[str, Any]:
        return {
            "sectors": [self._sector(sector) for sector in one.sectors],
            "occupations": [self._title(title) for title in one.occupations],
            "alternatives": [self._title(title) for title in one.alternatives],
            "description": self._text(one.description),
            "duties": self._texts(one.duties),
            "requirements": [self._requirement(asked) for asked in one.requirements],
        }

    def _text(self, one: Text) -> Any:
        if self._plain:
            return one.value
        return {"text": one.value, "evidence": [_span(span) for span in one.spans]}

    def _texts(self, many: Iterable[Text]) -> list[Any]:
        return [self._text(one) for one in many]

    def _some(self, **values: Text | Level | None) -> dict[str, Any]:
        """Return those of the values that there are."""
        texts = {k: v.text if isinstance(v, Level) else v for k, v in values.items()}
        return {key: self._text(text) for key, text in texts.items() if text}

    def _sector(self, one: Sector) -> dict[str, Any]:
        named = {"code": one.code, "name": self._text(one.name)}
        return named | self._copied(one.text, one.name, [one.code])

    def _title(self, one: Title) -> dict[str, Any]:
        codes = {"codes": _Row(one.codes)} if one.codes else {}
        named = {"name": self._text(one.name), **codes}
        return named | self._copied(one.text, one.name, one.codes)

    def _copied(self, whole: Text, name: Text, codes: Iterable[str]) -> dict[str, Any]:
        """Return codes and name as they stand in the document, unless that goes without saying."""
        if self._plain and whole.value == " ".join([*codes, name.value]):
            return {}
        return {"text": self._text(whole)}

    def _requirement(self, one: Requirement) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": str(one.kind)}
        listed = self._some(
            competence=one.overview_name, area=one.overview_area, level=one.overview
        )
        overview = {"overview": listed} if one.overview else {}
        if one.detail is None:
            return told | overview
        told |= self._some(
            competence=one.name, area=one.area_text, description=one.description,
            similar=one.similar_text, level=one.detail,
        )  # fmt: skip
        told |= overview | {"levels": [self._level(level) for level in one.levels]}
        return told | {name: self._texts(getattr(one, name)) for name in _LISTS}

    def _level(self, one: LevelDescription) -> dict[str, Any]:
        items = {"items": self._texts(one.items)}
        return {"level": one.rank, **self._some(lead_in=one.lead_in), **items}


def _span(one: Span) -> _Flow:
    around = {"prefix": one.prefix, "suffix": one.suffix}
    return _Flow(
        line=one.line, first=one.first, last=one.last, quote=one.quote,
        **{name: text for name, text in around.items() if text},
    )  # fmt: skip


def _finding(one: Problem) -> dict[str, Any]:
    words = {
        "field": one.field, "found": one.found, "expected": one.expected, "about": one.about,
    }  # fmt: skip
    told = {"kind": one.kind, "line": one.line} | {key: text for key, text in words.items() if text}
    return told | ({"evidence": [_span(span) for span in one.spans]} if one.spans else {})


def _source(source: Source, reading: Reading) -> dict[str, Any]:
    accounted: dict[str, _Row] = {}
    for one in reading.accounted:
        accounted.setdefault(str(one.reason), _Row()).append(one.line)
    told: dict[str, Any] = {
        name: _both(getattr(source, f"{name}_bg"), getattr(source, f"{name}_en"))
        for name in ("title", "rights", "origin")
    }
    told |= {
        "publisher": source.publisher,
        "received": source.received.isoformat(),
        "media_type": source.media_type,
        "sha256": source.sha256,
        "byte_size": source.byte_size,
        "text_digest": reading.text_digest,
    }
    if source.text_sha256:
        derived = _both(source.derived_bg, source.derived_en)
        told["derived"] = derived | {"sha256": source.text_sha256}
    covered = reading.coverage
    return told | {
        "line_count": reading.line_count,
        "covered": {"lines": covered.lines, "characters": covered.characters},
        "accounted": accounted,
    }


def _both(bg: str, en: str) -> dict[str, Any]:
    return {"bg": bg, "en": en}
