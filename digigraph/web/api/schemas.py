"""The shapes of what the API answers, as JSON Schema (2020-12), which OpenAPI 3.1 takes as it is.

Every object may have more than is told: the framed JSON has every property of the ontology.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digigraph.framing import LISTS
from digigraph.names import BANDS

Schema = dict[str, Any]

IRI: Schema = {"type": "string", "format": "iri"}
COUNT: Schema = {"type": "integer", "minimum": 0}
LEVEL: Schema = {"type": "integer", "minimum": 1, "maximum": 8}
SCORE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TEXT: Schema = {"type": "string"}


def ref(name: str) -> Schema:
    """Return a reference to one of the `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


def thing(properties: Schema, required: Sequence[str]) -> Schema:
    """Return the schema of an object."""
    return {"type": "object", "properties": properties, "required": list(required)}


def maybe(schema: Schema) -> Schema:
    """Return a schema that null fits too."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(items: str, **more: Schema) -> Schema:
    """Return the schema of a page of a list."""
    properties = {"@context": {}, "total": COUNT, **more, "items": array(ref(items))}
    return thing(properties, ["total", *more, "items"])


_NAMED = {"id": IRI, "notation": TEXT, "prefLabel": ref("Words")}
_COUNTS = dict.fromkeys(LISTS.values(), COUNT)
_LEVELS = {
    "level": maybe(LEVEL), "band": maybe({"type": "string", "enum": list(BANDS)}),
    "levelStatus": maybe({"type": "string", "enum": ["agreed", "disputed", "singleSource"]}),
    "minLevel": maybe(LEVEL), "maxLevel": maybe(LEVEL),
}  # fmt: skip
_PROFILE = {
    "id": IRI, "type": {"const": "OccupationProfile"}, "title": ref("Words"),
    "occupation": {"anyOf": [ref("Mention"), array(ref("Mention"))]},
    "economicActivity": array(ref("Mention")),
}  # fmt: skip
_STATEMENT = thing({"id": IRI, "text": ref("Words"), "position": COUNT}, ["id", "text"])

SCHEMAS: dict[str, Schema] = {
    "Words": {"type": "object", "additionalProperties": {"anyOf": [TEXT, array(TEXT)]}},
    "Mention": thing(_NAMED, ["id"]),
    "Profile": thing(_PROFILE, ["id", "type", "title", "occupation", "economicActivity"]),
    "ProfileList": listed("Profile"),
    "Requirement": thing(
        {"id": IRI, "competence": ref("Mention"), **_LEVELS},
        ["id", "competence", *_LEVELS],
    ),
    "ProfileDocument": thing(
        {
            **_PROFILE,
            "requirements": array({
                "allOf": [
                    ref("Requirement"),
                    thing({name: array(_STATEMENT) for name in LISTS.values()}, [*LISTS.values()]),
                ]
            }),
        },
        [*_PROFILE, "requirements"],
    ),
    "Competence": thing({**_NAMED, "type": array(TEXT)}, ["id", "type", "prefLabel"]),
    "CompetenceList": listed("Competence"),
    "Level": thing({**_NAMED, "rank": LEVEL, "inBand": ref("Mention")}, ["id", "rank"]),
    "LevelList": listed("Level"),
    "MatrixRow": thing(
        {"id": IRI, "title": ref("Words"), "specificCompetences": COUNT,
         "levels": {"type": "object", "additionalProperties": LEVEL}},
        ["id", "title", "levels", "specificCompetences"],
    ),
    "Matrix": listed("MatrixRow", competences=array(ref("Mention"))),
    "Near": thing(
        {"id": IRI, "title": ref("Words"), "score": SCORE, "shared": COUNT},
        ["id", "title", "score", "shared"],
    ),
    "ComparedProfile": thing(
        {
            **_PROFILE,
            "short": TEXT,
            "requirements": array({
                "allOf": [
                    ref("Requirement"), thing({"counts": thing(_COUNTS, [*_COUNTS])}, ["counts"])
                ]
            }),
            "counts": thing({"requirements": COUNT, **_COUNTS}, ["requirements", *_COUNTS]),
            "nearest": array(ref("Near")),
        },
        [*_PROFILE, "short", "requirements", "counts", "nearest"],
    ),
    "ComparedCompetence": thing(
        {
            **_NAMED,
            "group": {"type": "string", "enum": ["shared", "some", "only"]},
            "levels": {"type": "object", "additionalProperties": {**LEVEL, "minimum": 0}},
            "difference": {
                **maybe({"type": "integer", "minimum": 0, "maximum": 8}),
                "description": "The highest required level less the lowest; null if one has it.",
            },
            "gaps": {
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": -8, "maximum": 8},
                "description": "Profile -> its level less that of the first one that has one.",
            },
            "words": ref("Words"),
        },
        ["id", "group", "levels", "difference", "gaps", "words"],
    ),
    "Similarity": thing(
        {"between": array(TEXT), "score": SCORE, "shared": COUNT}, ["between", "score", "shared"]
    ),
    "Comparison": thing(
        {
            "@context": {},
            "id": IRI,
            "profiles": {**array(ref("ComparedProfile")), "minItems": 2, "maxItems": 4},
            "competences": array(ref("ComparedCompetence")),
            "shared": array(IRI),
            "only": {"type": "object", "additionalProperties": array(IRI)},
            "differing": array(IRI),
            "similarity": array(ref("Similarity")),
        },
        ["id", "profiles", "competences", "shared", "only", "differing", "similarity"],
    ),
    "Codes": {
        "type": "array", "maxItems": 1000,
        "items": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "Found": thing(
        {"id": IRI, "type": TEXT, "prefLabel": ref("Words"), "notation": TEXT, "scheme": IRI,
         "score": SCORE},
        ["id", "prefLabel", "score"],
    ),
    "Suggestion": thing(
        {"id": IRI, "url": IRI, "type": TEXT, "prefLabel": ref("Words"), "notation": TEXT,
         "score": SCORE},
        ["id", "url", "type", "prefLabel", "score"],
    ),
    "SuggestionList": thing({"items": array(ref("Suggestion"))}, ["items"]),
    "Hit": {
        "allOf": [
            ref("Suggestion"),
            thing(
                {"altLabel": ref("Words"), "scheme": TEXT, "partOf": ref("Mention"),
                 "snippet": ref("Snippet")},
                [],
            ),
        ]
    },
    "HitList": listed("Hit"),
    "Snippet": thing(
        {"text": TEXT, "lang": TEXT, "marks": array(array(COUNT))}, ["text", "lang", "marks"]
    ),
    "LookedUp": thing(
        {"query": TEXT, "match": maybe(ref("Found")), "alternatives": array(ref("Found"))},
        ["query", "match", "alternatives"],
    ),
    "Lookup": listed("LookedUp"),
    "Problem": thing(
        {
            "type": IRI, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT,
            "instance": TEXT, "parameters": array(TEXT),
            "problems": array(
                thing({"parameter": TEXT, "problem": TEXT}, ["parameter", "problem"])
            ),
        },
        ["type", "title", "status", "detail", "instance"],
    ),
}  # fmt: skip
"""Each shape by its name."""
