"""Where an engine over HTTP takes queries, updates and graphs, and what it says of a release.

`digigraph load` writes into the engine which release it holds; whoever answers from the engine
reads that before and after each question. A graph of its own keeps the union of the release,
so that the default graph of a query is one graph on any engine, and no triple counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from digigraph.errors import UsageError
from digigraph.names import PREFIXES, Names
from digigraph.release import Release

KINDS = ("auto", "oxigraph", "virtuoso", "generic")

_PLACES = {
    "oxigraph": ("query", "update", "store"),
    "virtuoso": ("sparql", "sparql-auth", "sparql-graph-crud-auth"),
    "generic": ("", "", ""),
}
"""Kind of engine -> its paths for queries, updates and graphs."""

DIGEST = f"{PREFIXES['dct']}identifier"
VERSION = f"{PREFIXES['owl']}versionInfo"
LOAD = f"{PREFIXES['dct']}source"
KIND = f"{PREFIXES['dct']}type"
PART = f"{PREFIXES['dct']}hasPart"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of an engine: queries, updates, and the Graph Store Protocol."""

    kind: str
    query: str
    update: str
    store: str


@dataclass(frozen=True, slots=True)
class Places:
    """The graphs that an engine keeps for us beside those of the release."""

    base: str

    @property
    def state(self) -> str:
        """Return the graph that says which release there is."""
        return Names(self.base).graph("loaded")

    @property
    def plan(self) -> str:
        """Return the graph that lists what a load that is under way has written."""
        return Names(self.base).graph("loading")

    @property
    def union(self) -> str:
        """Return the graph that holds every triple of the release once."""
        return Names(self.base).graph("union")

    @property
    def none(self) -> str:
        """Return a graph that never holds anything."""
        return Names(self.base).graph("none")

    def staged(self, digest: str, number: int) -> str:
        """Return the graph beside the old ones that a graph of a release is first put into."""
        return Names(self.base).graph(f"staged/{digest[:16]}/{number}")

    def ours(self) -> frozenset[str]:
        """Return the names that no graph of a release may have."""
        return frozenset((self.state, self.plan, self.union, self.none))


@dataclass(frozen=True, slots=True)
class Held:
    """What an engine says that it holds: a release, and which load brought it; and its own kind."""

    digest: str = ""
    version: str = ""
    load: str = ""
    kind: str = ""

    def is_of(self, release: Release) -> bool:
        """Tell whether it is this very release."""
        return self.digest == release.dataset_digest


def endpoints(address: str, kind: str, update: str = "", store: str = "") -> Endpoints:
    """Return the addresses of an engine of a kind; each can be given in full.

    >>> endpoints("http://localhost:7878", "oxigraph").query
    'http://localhost:7878/query'
    >>> endpoints("http://localhost:8890/sparql", "virtuoso").update
    'http://localhost:8890/sparql-auth'
    """
    check_address(address)
    paths = _PLACES[kind]
    root, _, last = address.rstrip("/").rpartition("/")
    if paths[0] and last != paths[0]:
        root = address.rstrip("/")
    asked = f"{root}/{paths[0]}" if paths[0] else address
    return Endpoints(
        kind,
        asked,
        update or (f"{root}/{paths[1]}" if paths[1] else address),
        store or (f"{root}/{paths[2]}" if paths[2] else address),
    )


def check_address(address: str) -> None:
    """Raise `UsageError` unless this is the address of an engine, without a password in it."""
    try:
        told = urlsplit(address)
        fit = told.scheme in ("http", "https") and bool(told.hostname) and told.port != 0
    except ValueError:
        fit, told = False, urlsplit("")
    if not fit or told.query or told.fragment:
        raise UsageError(f"“{address}” is not the address of an engine; write http://host:port/")
    if told.username or told.password:
        raise UsageError("a name and password do not belong into the address of an engine")


def kind_of(server: str) -> str:
    """Return the kind of engine that a Server header names."""
    word = server.lower()
    return next((kind for kind in ("oxigraph", "virtuoso") if kind in word), "generic")


def held_query(places: Places) -> str:
    """Return the query whose rows are what `held` reads."""
    wanted = " || ".join(f"?p = <{name}>" for name in (DIGEST, VERSION, LOAD, KIND))
    return (
        f"SELECT ?p ?o {{ GRAPH <{places.state}> {{ <{places.state}> ?p ?o FILTER({wanted}) }} }}"
    )


def held(rows: list[tuple[str, str]]) -> Held:
    """Return what the rows of property and value say; nothing whole is nothing held."""
    told = dict(rows)
    return Held(told.get(DIGEST, ""), told.get(VERSION, ""), told.get(LOAD, ""), told.get(KIND, ""))
