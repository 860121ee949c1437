"""Reads what a reconciliation client sends; all that is wrong with it is told at once (A-04)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeGuard

from digigraph.entities import PROPERTY
from digigraph.reconciliation import LIMIT, MOST, Query, Wanted
from digigraph.web.api.parameters import shown_of
from digigraph.web.problems import Refused

QUERIES, IDS, PROPERTIES, VALUES = 50, 1000, 50, 100
"""How many of each one request may have."""
LONGEST = 500
"""Characters of one text; what is longer is the name of nothing."""

_STRICT = ("any", "should", "all")
_KEYS = ("query", "type", "limit", "properties", "type_strict")
_SHOWN = 20
"""How many faults are told in one answer."""

Fault = tuple[str, str, str]
"""Where it is, and what is expected, in bg and en."""


def queries_of(text: str) -> dict[str, Query]:
    """Return the queries of a batch by their names.

    Raises `Refused` with everything in it that is not as the specification has it.
    """
    told = _object(text, "queries")
    if len(told) > QUERIES:
        _refuse([("queries", f"най-много {QUERIES} заявки", f"at most {QUERIES} queries")])
    faults = [fault for name, one in told.items() for fault in _faults(f"{name}", one)]
    if faults:
        _refuse(faults)
    return {name: _query(one) for name, one in told.items()}


def wanted_extension(text: str) -> tuple[list[str], list[str]]:
    """Return the ids and the properties of a data extension query, each once."""
    told = _object(text, "extend")
    ids, named = told.get("ids"), told.get("properties")
    properties = [one.get("id") if isinstance(one, dict) else None for one in _values(named)]
    faults: list[Fault] = []
    if not _texts(ids) or len(ids) > IDS:
        faults.append(("ids", f"списък от до {IDS} текста", f"a list of up to {IDS} texts"))
    if not _texts(properties) or len(properties) > PROPERTIES:
        what = f"списък от до {PROPERTIES} обекта с id", f"a list of up to {PROPERTIES} with an id"
        faults.append(("properties", *what))
    if faults or not (_texts(ids) and _texts(properties)):
        _refuse(faults)
    return list(dict.fromkeys(ids)), list(dict.fromkeys(properties))


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" ({error.msg}, {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
        _refuse([(name, f"JSON обект{where}", f"a JSON object{where}")])
    if not isinstance(told, dict):
        _refuse([(name, "JSON обект", "a JSON object")])
    return dict(told)


def _faults(where: str, told: Any) -> Iterator[Fault]:
    if not isinstance(told, dict):
        yield where, "обект", "an object"
        return
    for name in told.keys() - set(_KEYS):
        listed = ", ".join(_KEYS)
        yield f"{where}.{name}", f"едно от {listed}", f"one of {listed}"
    text, types, limit = told.get("query"), told.get("type"), told.get("limit")
    if text is not None and not isinstance(text, str):
        yield f"{where}.query", "текст", "a text"
    if types is not None and not (isinstance(types, str) or _texts(types)):
        yield f"{where}.type", "текст или списък от текстове", "a text or a list of texts"
    if limit is not None and not (_is_number(limit) and limit >= 1):
        yield f"{where}.limit", "число от 1 нагоре", "a number from 1 up"
    if told.get("type_strict", "any") not in _STRICT:
        yield f"{where}.type_strict", "any, should или all", "any, should or all"
    properties = told.get("properties")
    if text is None and not properties:
        yield where, "query или properties", "query or properties"
    if properties is not None:
        yield from _property_faults(f"{where}.properties", properties)


def _property_faults(where: str, told: Any) -> Iterator[Fault]:
    if not isinstance(told, list) or len(told) > PROPERTIES:
        yield where, f"списък от до {PROPERTIES}", f"a list of up to {PROPERTIES}"
        return
    for number, one in enumerate(told):
        fits = isinstance(one, dict) and isinstance(one.get("pid"), str) and "v" in one
        if not fits or not all(map(_is_value, _values(one["v"]))):
            yield f"{where}[{number}]", "обект с pid и v", "an object with pid and v"
        elif len(_values(one["v"])) > VALUES:
            yield f"{where}[{number}].v", f"до {VALUES} стойности", f"up to {VALUES} values"


def _query(told: Mapping[str, Any]) -> Query:
    types = told.get("type") or ()
    if len(told.get("query") or "") > LONGEST:
        return Query()
    return Query(
        text=str(told.get("query") or "").strip(),
        types=(types,) if isinstance(types, str) else tuple(types),
        strict=told.get("type_strict", "any"),
        properties=tuple(map(_wanted, told.get("properties") or ())),
        limit=min(MOST, int(told.get("limit") or LIMIT)),
    )


def _wanted(told: Mapping[str, Any]) -> Wanted:
    values = (one["id"] if isinstance(one, dict) else one for one in _values(told["v"]))
    return PROPERTY.get(told["pid"]), tuple(_text(value) for value in values)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)[:LONGEST]


def _values(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [told]


def _is_value(told: Any) -> bool:
    if isinstance(told, dict):
        return isinstance(told.get("id"), str)
    return isinstance(told, (str, bool)) or _is_number(told)


def _is_number(told: Any) -> bool:
    """Tell a number that is one; JSON of Python lets Infinity and NaN through."""
    fits = isinstance(told, (int, float)) and not isinstance(told, bool)
    return fits and abs(told) < 1e15


def _texts(told: Any) -> TypeGuard[list[str]]:
    return isinstance(told, list) and all(isinstance(one, str) for one in told)


def _refuse(faults: list[Fault]) -> NoReturn:
    shown = faults[:_SHOWN]
    told = [{"where": shown_of(where), "expected": {"bg": bg, "en": en}} for where, bg, en in shown]
    words = {
        "bg": "; ".join(f"{shown_of(where)}: очаква се {bg}" for where, bg, _ in shown) + ".",
        "en": "; ".join(f"{shown_of(where)}: expected {en}" for where, _, en in shown) + ".",
    }
    raise Refused("bad-request", words, problems=told, count=len(faults))
