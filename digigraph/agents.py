"""The data for AI agents: a server of the Model Context Protocol over one release.

Its tools find, read, compare and query, and change nothing. Queries go through the same guard and
the same pool of limited processes as those of the endpoint (S-02, S-05, S-06), and every answer
is short enough for a context window, or says how to ask for less.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from digigraph import __version__
from digigraph import sparql as guard
from digigraph.catalog import queries
from digigraph.choice import engine_for
from digigraph.dataset import Dataset
from digigraph.engine import Engine, Job, Limits
from digigraph.errors import DigigraphError, NotFound, ResultTooLarge
from digigraph.formats import RESULTS_JSON, TURTLE
from digigraph.framing import tree
from digigraph.model import Profile, Thing, Words
from digigraph.release import Release
from digigraph.search import Hit

LONGEST = 80_000
"""The most characters of one answer: what an agent can read at a time."""

Transport = Literal["stdio", "http"]

_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_P = ParamSpec("_P")
_R = TypeVar("_R")

INSTRUCTIONS = """\
Profiles of the digital skills of occupations in Bulgaria, with DigComp 2.1, as linked data.
A profile requires competences at levels 1 to 8, each with knowledge, skills, behaviours and
examples in Bulgarian. Begin with `search`: it takes words in Bulgarian or English, inflected,
mistyped or in Latin letters, and codes (NKPD-2011, KID-2008, DigComp). Then `get` reads one thing
by its URI. A level that the source states in two ways is "disputed": tell both. Cite the URIs.
The resource digigraph://examples has SPARQL queries to begin with."""


def server_of(release: Release, limits: Limits) -> tuple[MCPServer, Engine]:
    """Return a server over a release, and the engine behind it, which the caller closes."""
    data, engine = Dataset(release), engine_for(release, limits)
    server = MCPServer(
        "digigraph",
        title="digigraph",
        instructions=INSTRUCTIONS,
        version=__version__,
        website_url=release.base,
        log_level="WARNING",
    )
    tools = _Tools(data, engine, limits)
    for name, tool, title in (
        ("search", tools.search, "Find profiles, competences and statements"),
        ("get", tools.get, "Read one thing"),
        ("compare", tools.compare, "Compare two to four profiles"),
        ("query", tools.query, "Ask a SPARQL query"),
    ):
        server.add_tool(tool, name, title, annotations=_READS, structured_output=True)
    server.resource(
        "digigraph://examples", name="examples", mime_type="application/json",
        description="Example SPARQL queries over this data, each with the question it answers.",
    )(tools.examples)  # fmt: skip
    return server, engine


def run(
    release: Release, limits: Limits, transport: Transport = "stdio", *, host: str, port: int
) -> None:
    """Serve a release to agents until the client leaves, or for ever over HTTP at `/mcp`."""
    server, engine = server_of(release, limits)
    with closing(engine):
        engine.start()
        if transport == "stdio":
            server.run("stdio")
        else:
            # The server raises the signal again once it has stopped; it was no failure.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            server.run("streamable-http", host=host, port=port, stateless_http=True)


def _plain(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make an error of ours one that the agent reads; the rest stays a fault of the server."""

    @wraps(call)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except DigigraphError as error:
            raise ToolError(str(error)) from error

    return told


class _Tools:
    """What agents can call; the docstrings are what they are told."""

    def __init__(self, data: Dataset, engine: Engine, limits: Limits) -> None:
        self.data, self.engine, self.limits = data, engine, limits
        self.search, self.get = _plain(self._search), _plain(self._get)
        self.compare, self.query = _plain(self._compare), _plain(self._query)

    def _search(
        self,
        text: Annotated[str, Field(description="Words, a name, or a code", max_length=500)],
        type: Annotated[  # noqa: A002  # the name that the API has too
            str, Field(description="Only this kind, as OccupationProfile, Competence, Statement")
        ] = "",
        lang: Annotated[Literal["bg", "en"], Field(description="Language of the labels")] = "bg",
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> dict[str, Any]:
        """Find things by words or code; the best come first, each with its URI."""
        found = self.data.search(text, type=type, limit=limit)
        return _short_enough({"items": [_hit(one, lang) for one in found]})

    def _get(
        self,
        thing: Annotated[str, Field(description="A URI, the end of one, or a code as 1.2")],
        statements: Annotated[
            bool, Field(description="With a profile: the texts of its requirements too")
        ] = False,
    ) -> dict[str, Any]:
        """Read one thing: a profile with its requirements, a competence, a level, or another."""
        try:
            found = self.data.get(thing)
        except NotFound:
            return _short_enough(self._document(thing))
        if isinstance(found, Thing):
            return _short_enough(self._document(found.iri))
        told = _told(found)
        if isinstance(found, Profile) and not statements:
            for one in told["requirements"]:
                for name in ("knowledge", "skills", "behaviours", "examples"):
                    one[name] = len(one[name])
        return _short_enough(told)

    def _compare(
        self,
        profiles: Annotated[
            list[str], Field(description="URIs or codes of profiles", min_length=2, max_length=4)
        ],
    ) -> dict[str, Any]:
        """Compare profiles: what they share, what only one requires, how the levels differ."""
        return _short_enough(self.data.compare(*profiles).json())

    def _query(
        self,
        sparql: Annotated[str, Field(description="A query of SPARQL 1.1, read-only")],
    ) -> dict[str, Any]:
        """Ask a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT or DESCRIBE); use LIMIT."""
        form = guard.check(sparql)
        graph = form in ("CONSTRUCT", "DESCRIBE")
        job = Job(sparql, form, TURTLE if graph else RESULTS_JSON)
        with closing(self.engine.ask(job)) as whole:
            if whole.size > LONGEST:
                raise ResultTooLarge(LONGEST)
            answer = whole.read().decode()
        return _short_enough({"turtle": answer} if graph else json.loads(answer))

    def examples(self) -> str:
        """Return the published example queries as JSON."""
        found = queries("examples", self.data.release.base)
        told = [
            {"name": name, "question": one.question["en"], "sparql": one.text}
            for name, one in sorted(found.items())
        ]
        return json.dumps(told, ensure_ascii=False)

    def _document(self, thing: str) -> dict[str, Any]:
        base = self.data.release.base
        document = self.data.document(thing)
        return tree(document, document.lines, base)


def _hit(one: Hit, lang: str) -> dict[str, Any]:
    told = {"uri": one.iri, "type": one.type, "label": one.label(lang), "score": one.score}
    if one.notation:
        told["notation"] = one.notation
    if one.owner:
        told["part_of"] = one.owner[0]
    if one.snippet:
        told["text"] = one.snippet.text
    return told


def _told(value: Any) -> Any:
    """Return objects of the model as JSON has them."""
    if isinstance(value, Words):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {one.name: _told(getattr(value, one.name)) for one in fields}
    if isinstance(value, (tuple, list)):
        return [_told(one) for one in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _short_enough(told: Mapping[str, Any]) -> dict[str, Any]:
    # The package sends it indented by two.
    if len(json.dumps(told, ensure_ascii=False, indent=2)) > LONGEST:
        raise ToolError(
            f"this has more than {LONGEST} characters; ask for less, or for a part of it by its "
            "URI, or with a query"
        )
    return dict(told)
