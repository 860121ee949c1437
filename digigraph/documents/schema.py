"""The published JSON Schema of the authoring format, and what in a file is not as it says.

The schema that is published is the one that is checked, so that what an editor's own program
accepts is accepted here too; its complaints are told in the words of the document reader.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from digigraph.authoring import schema_document
from digigraph.documents.fields import Field, Section
from digigraph.documents.nodes import Path, Tree
from digigraph.documents.problems import Problems

_LABELS = {
    "sectors": Field.SECTOR.value,
    "occupations": Field.OCCUPATION.value,
    "alternatives": Field.ALTERNATIVES.value,
    "duties": Field.SUMMARY.value,
    "requirements": Section.II.value,
    "competence": Field.OWN_COMPETENCE.value,
    "area": Field.AREA.value,
    "similar": Field.SIMILAR.value,
    "level": Field.REQUIRED_LEVEL.value,
    "levels": Field.LEVELS.value,
    "knowledge": Field.KNOWLEDGE.value,
    "skills": Field.SKILLS.value,
    "behaviours": Field.BEHAVIOURS.value,
    "examples": Field.EXAMPLES.value,
}
_KINDS = {
    "object": "полета / fields",
    "array": "списък / a list",
    "string": "текст / a text",
    "integer": "цяло число / a whole number",
}


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_document()))


def complain(tree: Tree, problems: Problems) -> None:
    """Report all that the schema says of a file, each at its line."""
    told = set()
    for error in _validator().iter_errors(tree.data):
        for one in _complaint(tree, error):
            if one not in told:
                told.add(one)
                problems.add(*one)


def _complaint(tree: Tree, error: ValidationError) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield kind, line, field, what was found and what was expected."""
    path: Path = tuple(error.absolute_path)
    found: Any = error.instance
    schema: Any = error.schema
    line, name = tree.line(path), label(path)
    rule = str(error.validator)
    wanted: Any = error.validator_value
    if rule in ("required", "dependentRequired"):
        for key in _missing(error):
            yield "MissingField", line, label((*path, key)), _shown(tree, (*path, key)), ""
    elif rule in ("minLength", "minItems") or (rule == "type" and found is None):
        yield "MissingField", line, name, _shown(tree, path), ""
    elif rule == "additionalProperties" and wanted is False:
        known = schema["properties"]
        for key in sorted(found.keys() - known.keys()):
            place = (*path, key)
            yield "UnknownField", tree.line(place), key, key, ", ".join(known)
    elif rule == "not":
        (key,) = wanted["required"]
        yield "UnknownField", tree.line((*path, key)), label((key,)), key, "kind: specific"
    elif rule == "type" and isinstance(found, int) and "integer" not in wanted:
        written = getattr(tree.nodes.get(path), "value", str(found))
        yield "QuotesNeeded", line, name, written, f'"{written}"'
    elif rule == "pattern" and "examples" in schema:
        shown = ", ".join(f'"{one}"' for one in schema["examples"])
        yield "CodeInvalid", line, name, str(found), shown
    elif rule in ("minimum", "maximum") and path[-1] == "level":
        yield "LevelOutOfRange", line, name, str(found), "6"
    else:
        yield "WrongShape", line, name, _brief(found), _expected(rule, wanted)


def _missing(error: ValidationError) -> list[str]:
    if error.validator == "dependentRequired":
        return ["source"]
    wanted: Any = error.validator_value
    given: Any = error.instance
    return [key for key in wanted if key not in given]


def label(path: Path) -> str:
    """Return the name of a field as the template prints it, or its key."""
    keys = [part for part in path if isinstance(part, str)]
    key = keys[-1] if keys else ""
    if key in ("text", "name", "codes", "code", "items") and len(keys) > 1:
        return _LABELS.get(keys[-2], key)
    if key == "description":
        return Field.SUMMARY.value if len(keys) == 1 else Field.DESCRIPTION.value
    return _LABELS.get(key, key)


def _shown(tree: Tree, path: Path) -> str:
    """Return what a field is missing for: the competence, where it is of one, and the key."""
    at: Any = tree.data
    owner = ""
    for part in path:
        inside = part in at if isinstance(at, dict) else isinstance(at, list)
        at = at[part] if inside else None
        if isinstance(at, dict) and "competence" in at:
            named = at["competence"]
            owner = str(named.get("text", "") if isinstance(named, dict) else named)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    return f"{owner}; {key}:" if owner else f"{key}:"


def _brief(found: Any) -> str:
    if isinstance(found, dict):
        return _KINDS["object"]
    if isinstance(found, list):
        return _KINDS["array"]
    return "–" if found is None else str(found)[:120]


def _expected(rule: str, wanted: Any) -> str:
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return ", ".join(_KINDS.get(kind, kind) for kind in kinds)
    if rule == "enum":
        return ", ".join(map(str, wanted))
    return f"{rule}: {wanted}"
