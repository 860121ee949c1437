"""The parameters of the API: what each takes, and a refusal that tells all that is wrong (A-06).

A parameter says once what it takes, in both languages; what is read from a request and what the
OpenAPI document says of it (`Parameter.schema`) come from that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import request

from digigraph.parameters import Problem
from digigraph.web.answering import parameters_of
from digigraph.web.problems import Refused
from digigraph.web.site import LANGUAGES, language

LONGEST = 200
"""Characters of a text, and of what is repeated from a request."""

_WHOLE = re.compile(r"(?:0|[1-9][0-9]{0,8})\Z")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what it is, in bg and en, and what it takes.

    `kind` is `text`, `words` (a text with any white space), `whole` (a number) or `choice`.
    `least` and `most` bound a number, or the characters of a text, which matches the whole of
    `pattern` if there is one; `takes` says in bg and en what that is. `example` may be a name in
    braces, for which `examples.py` puts what the release that is served has. One that `repeats` may
    be given several times, as the boxes of a form are; `read` has the last of its values.
    """

    name: str
    bg: str
    en: str
    kind: Literal["text", "words", "whole", "choice"] = "text"
    default: str | int | None = None
    least: int = 1
    most: int = LONGEST
    choices: tuple[str, ...] = ()
    pattern: str = ""
    takes: tuple[str, str] | None = None
    required: bool = False
    place: Literal["query", "path"] = "query"
    example: str | int | None = None
    repeats: bool = False

    def read(self, said: str) -> str | int | None:
        """Return the value of what a client says, or None where it is not to be taken."""
        if self.kind == "whole":
            fits = _WHOLE.match(said) and self.least <= int(said) <= self.most
            return int(said) if fits else None
        if self.kind == "choice":
            return said if said in self.choices else None
        if self.kind == "words":
            written = said.strip() and "\0" not in said
            return said if written and self.least <= len(said) <= self.most else None
        fits = self.least <= len(said) <= self.most
        return said if fits and (not self.pattern or re.fullmatch(self.pattern, said)) else None

    @property
    def expected(self) -> tuple[str, str]:
        """Return what it takes, in bg and en."""
        if self.kind == "whole":
            limits = f"{self.least} – {self.most}"
            return f"цяло число, {limits}", f"a whole number, {limits}"
        if self.kind == "choice":
            listed = ", ".join(self.choices)
            return f"едно от: {listed}", f"one of: {listed}"
        if self.takes:
            return self.takes
        return f"текст до {self.most} знака", f"a text of up to {self.most} letters"

    @property
    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        told: dict[str, Any]
        if self.kind == "whole":
            told = {"type": "integer", "minimum": self.least, "maximum": self.most}
        elif self.kind == "choice":
            told = {"type": "string", "enum": list(self.choices)}
        else:
            told = {"type": "string", "minLength": self.least, "maxLength": self.most}
            if self.pattern:
                told["pattern"] = f"^(?:{self.pattern})$"
        return told if self.default is None else {**told, "default": self.default}


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a request's parameters; one that was not given has its default, or none."""

    values: Mapping[str, str | int]

    def text(self, name: str) -> str:
        """Return a text; empty if none was given."""
        return str(self.values.get(name, ""))

    def number(self, name: str) -> int | None:
        """Return a number; None if none was given."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None


LANG = Parameter(
    "lang",
    "Езикът на съобщенията; иначе решава Accept-Language.",
    "The language of messages; else Accept-Language decides.",
    kind="choice",
    choices=LANGUAGES,
)
LIMIT = Parameter(
    "limit",
    "Колко да са най-много в един отговор.",
    "How many stand in one answer at most.",
    kind="whole",
    default=50,
    most=200,
)
OFFSET = Parameter(
    "offset",
    "Колко от началото да се прескочат.",
    "How many of the first are left out.",
    kind="whole",
    default=0,
    least=0,
    most=999_999_999,
)
BOM = Parameter(
    "bom",
    "1 слага знак за UTF-8 пред CSV, за Excel.",
    "1 puts a UTF-8 mark before CSV, for Excel.",
    kind="choice",
    choices=("0", "1"),
)


def format_of(*names: str) -> Parameter:
    """Return the parameter that names the format of the answer, one of those of the endpoint."""
    return Parameter(
        "format",
        "Форматът на отговора; иначе решава окончанието на адреса или Accept.",
        "The format of the answer; else the suffix of the address or Accept decides.",
        kind="choice",
        choices=names,
    )


def read(parameters: Sequence[Parameter]) -> Given:
    """Return the values in the URL of the current request.

    Raises `Refused` with everything that is wrong: names that are not known, names that are given
    twice, values that are not taken, values that are missing.
    """
    known = [p for p in parameters if p.place == "query"]
    pairs = parameters_of(request.query_string)
    values: dict[str, str | int] = {p.name: p.default for p in known if p.default is not None}
    problems = list(_misnamed(known, [name for name, _ in pairs]))
    said = dict(pairs)
    for parameter in known:
        if parameter.name not in said:
            if parameter.required:
                problems.append(_missing(parameter))
            continue
        value = parameter.read(said[parameter.name])
        if value is None:
            problems.append(wrong(parameter, said[parameter.name]))
            values.pop(parameter.name, None)
        else:
            values[parameter.name] = value
    if problems:
        raise refusal(problems, [p.name for p in known])
    return Given(values)


def refusal(problems: Sequence[Problem], known: Sequence[str]) -> Refused:
    """Return the refusal that lists what is wrong, and the parameters that there are."""
    words = {
        "bg": "; ".join(one.bg for one in problems) + ".",
        "en": "; ".join(one.en for one in problems) + ".",
    }
    lang = language()
    told = [
        {"parameter": one.parameter, "problem": one.bg if lang == "bg" else one.en}
        for one in problems
    ]
    return Refused("bad-request", words, parameters=list(known), problems=told)


def wrong(parameter: Parameter, said: str) -> Problem:
    """Return that a value is not taken, and what is."""
    bg, en = parameter.expected
    name, shown = parameter.name, shown_of(said)
    return Problem(name, f"{name}: „{shown}“: очаква се {bg}", f"{name}: “{shown}”: expected {en}")


def shown_of(said: str) -> str:
    """Return what a client said, as an answer may repeat it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in said[:LONGEST])


def _missing(parameter: Parameter) -> Problem:
    bg, en = parameter.expected
    name = parameter.name
    return Problem(name, f"{name}: липсва; очаква се {bg}", f"{name}: missing; expected {en}")


def _misnamed(known: Sequence[Parameter], names: Sequence[str]) -> Iterator[Problem]:
    listed = ", ".join(p.name for p in known)
    repeated = {p.name for p in known if p.repeats}
    for name in dict.fromkeys(names):
        shown = shown_of(name)
        if name not in {p.name for p in known}:
            yield Problem(
                shown,
                f"„{shown}“: няма такъв параметър; има {listed}",
                f"“{shown}”: no such parameter; there are {listed}",
            )
        elif names.count(name) > 1 and name not in repeated:
            yield Problem(shown, f"{name}: дайте го веднъж", f"{name}: give it once")
