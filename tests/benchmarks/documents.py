"""Documents per second over HTTP, beside what Oxigraph server DESCRIBEs of the same things.

Both are asked in turn for one thing after another, by one client over one connection: our
documents with the cache off (cold) and with it (cached), in Turtle, JSON-LD and HTML. A document of
ours holds parts and labels too; the table says how many triples each answers with.
"""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from engines import oxigraph
from servers import serving

from digigraph.release import Release

from .releases import release_of

THINGS = 150
WANTED = {"Turtle": "ttl", "JSON-LD": "jsonld", "HTML": "en.html"}
DESCRIBED = {"Turtle": "text/turtle", "N-Triples": "application/n-triples"}
Ask = Callable[[str], bytes]


def sample(release: Release, count: int = THINGS) -> list[str]:
    """Return things of every kind, as many as are wanted."""
    with release.path("digigraph.nt").open("rb") as lines:
        iris = {line.partition(b">")[0].decode()[1:] for line in lines}
    things = sorted(iri for iri in iris if iri.startswith(f"{release.base}id/"))
    return random.Random(1).sample(things, min(count, len(things)))


def asking(port: int, path: Callable[[str], str], headers: Mapping[str, str]) -> Ask:
    """Return what fetches the answer about a thing over a connection that is kept."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(iri: str) -> bytes:
        connection.request("GET", path(iri), headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path(iri)}: {answer.status}")
        return body

    return ask


def measure(asks: Mapping[str, Ask], things: list[str], rounds: int = 3) -> dict[str, float]:
    """Return documents per second of each, the best of some rounds in turn."""
    best = dict.fromkeys(asks, 0.0)
    for _ in range(rounds):
        for name, ask in asks.items():
            start = time.perf_counter()
            for iri in things:
                ask(iri)
            best[name] = max(best[name], len(things) / (time.perf_counter() - start))
    return best


def main(profiles: int = 1) -> None:
    """Print a line for each format and engine."""
    release = release_of(profiles)
    things = sample(release)
    folder = release.folder.parent
    with ExitStack() as running:
        cold = serving(folder, "--access-log", "", "--cache-bytes", "0")
        cached = serving(folder, "--access-log", "")
        for server in (cold, cached):
            running.enter_context(server)
        peer = running.enter_context(oxigraph())
        _load(peer.url, release)
        asks: dict[str, Ask] = {}
        for name, media_type in DESCRIBED.items():
            asks[f"Oxigraph DESCRIBE, {name}"] = asking(
                peer.port,
                lambda iri: "/query?" + urlencode({"query": f"DESCRIBE <{iri}>"}),
                {"Accept": media_type},
            )
        for state, server in (("cold", cold), ("cached", cached)):
            for name, suffix in WANTED.items():
                asks[f"document, {name}, {state}"] = asking(
                    server.port, _path(release.base, suffix), {}
                )
        _sizes(release, asks, things)
        peer_name = next(iter(asks))
        found = measure(asks, things)
        for name, rate in found.items():
            print(f"{name:<34} {rate:9.0f} /s  {rate / found[peer_name]:6.2f} × {peer_name}")


def _path(base: str, suffix: str) -> Callable[[str], str]:
    return lambda iri: f"/doc/{quote(iri.removeprefix(f'{base}id/'))}.{suffix}"


def _load(url: str, release: Release) -> None:
    body = release.path("digigraph.nt").read_bytes()
    request = urllib.request.Request(f"{url}store?default", body, method="POST")
    request.add_header("Content-Type", "application/n-triples")
    urllib.request.urlopen(request, timeout=120).close()


def _sizes(release: Release, asks: Mapping[str, Ask], things: list[str]) -> None:
    ours, theirs = asks["document, Turtle, cold"], asks["Oxigraph DESCRIBE, Turtle"]
    for name, ask in (("a document of ours", ours), ("DESCRIBE", theirs)):
        total = sum(
            sum(1 for _ in ox.parse(ask(iri), format=ox.RdfFormat.TURTLE, base_iri=release.base))
            for iri in things
        )
        print(f"{name:<34} {total / len(things):9.1f} triples")


if __name__ == "__main__":
    main()
