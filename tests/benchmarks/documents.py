"""Documents per second over HTTP, beside what Oxigraph server DESCRIBEs of the same things.

Both are asked in turn for one thing after another, by one client over one connection: our
documents with the cache off (cold) and with it (cached), in Turtle, JSON-LD and HTML. A document of
ours holds parts and labels too; the table says how many triples each answers with. The client is
the lean one: another takes longer to read our headers than we take to send a kept document.
Then 8 and 32 clients ask for Turtle, where `wrk` is installed.
"""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from engines import oxigraph
from servers import serving

from digigraph.release import Release

from . import client, load
from .releases import release_of

THINGS, SECONDS = 150, 3.0
WANTED = {"Turtle": "ttl", "JSON-LD": "jsonld", "HTML": "en.html"}
DESCRIBED = {"Turtle": "text/turtle", "N-Triples": "application/n-triples"}
Ask = Callable[[str], bytes]


def sample(release: Release, count: int = THINGS) -> list[str]:
    """Return things of every kind, as many as are wanted."""
    with release.path("digigraph.nt").open("rb") as lines:
        iris = {line.partition(b">")[0].decode()[1:] for line in lines}
    things = sorted(iri for iri in iris if iri.startswith(f"{release.base}id/"))
    return random.Random(1).sample(things, min(count, len(things)))


def asking(port: int, path: Callable[[str], str], media_type: str = "*/*") -> Ask:
    """Return what fetches the answer about a thing over a connection that is kept."""
    line = client.Connection(port, 60)

    def ask(iri: str) -> bytes:
        answer = line.ask(client.fetch(path(iri), media_type))
        if answer.status != 200:
            raise RuntimeError(f"{path(iri)}: {answer.status}")
        return answer.body

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
            asks[f"Oxigraph DESCRIBE, {name}"] = asking(peer.port, _describing, media_type)
        for state, server in (("cold", cold), ("cached", cached)):
            for name, suffix in WANTED.items():
                asks[f"document, {name}, {state}"] = asking(
                    server.port, _path(release.base, suffix)
                )
        _sizes(release, asks, things)
        peer_name = next(iter(asks))
        found = measure(asks, things)
        for name, rate in found.items():
            print(f"{name:<34} {rate:9.0f} /s  {rate / found[peer_name]:6.2f} × {peer_name}")
        turtle = _path(release.base, WANTED["Turtle"])
        for clients in load.CLIENTS:
            for name, port, path in (
                ("Oxigraph DESCRIBE", peer.port, _describing),
                ("document, cold", cold.port, turtle),
                ("document, cached", cached.port, turtle),
            ):
                if rate := load.documents(port, [path(iri) for iri in things], clients, SECONDS):
                    print(f"{name}, Turtle, {clients} clients: {rate:.0f} /s")


def _describing(iri: str) -> str:
    return "/query?" + urlencode({"query": f"DESCRIBE <{iri}>"})


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
