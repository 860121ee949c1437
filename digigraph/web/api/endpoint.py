"""One definition of each endpoint: what is served, checked, described and shown follows from it.

A small table of our own and not flask-openapi3: that library answers bad parameters with 422
and a body of its own, describes each thing in one language, and brings pydantic to each server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from digigraph.formats import CSV, JSON, Format
from digigraph.web.api.parameters import BOM, LANG, LIMIT, OFFSET, Parameter, format_of

PREFIX = "/api/v1"
LISTED = (JSON, CSV)
"""The formats of every list, and the parameter that names one of them."""
FORMAT = format_of(*(told.name for told in LISTED))
ALWAYS = (LANG, FORMAT, BOM)
"""What every endpoint that can answer with a table takes."""
PAGED = (LIMIT, OFFSET, *ALWAYS)
"""What every list takes."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the API.

    `name` is unique, `path` as OpenAPI has it, under `PREFIX`. `answer` is the name of the schema
    of its JSON (in `schemas.py`); `body` that of what is sent, if anything, with an example.
    `shown` is what the example of a call asks for besides what every call has to.
    `others` are the statuses that it may answer besides 200, 304, 400 and 406.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    bg: str
    en: str
    parameters: Sequence[Parameter]
    answer: str
    formats: Sequence[Format] = LISTED
    shown: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    body_example: Any = None
    others: Sequence[int] = ()

    @property
    def is_list(self) -> bool:
        """Tell whether it answers page by page, with `Link` (A-03)."""
        return LIMIT in self.parameters

    @property
    def rule(self) -> str:
        """Return its path as the routing has it, without `PREFIX`."""
        return self.path.replace("{", "<").replace("}", ">")
