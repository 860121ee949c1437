"""Chooses the engine that answers: the one place that knows how many there are.

Measured on the shipped release and on 5, 10 and 30 times as much (2 processors, pyoxigraph
0.5.13): a statement in memory takes 370 bytes, with a quad and the triple of the union counted
apart, and 300,000 of them are read in 0.5 to 0.9 s; on disk the same questions take longer, but
a process is ready in a tenth of a second at any size.
"""

from __future__ import annotations

from functools import partial

from digigraph.dumps import NAME
from digigraph.engine import Engine, Limits
from digigraph.errors import UsageError
from digigraph.pool import Pool
from digigraph.release import Release

ENGINES = ("auto", "memory", "disk")

MOST = 300_000
"""The most statements, quads and triples of the union together, that are held in memory."""
_BYTES = 400


def engine_for(
    release: Release, limits: Limits, engine: str = "auto", service_allow: str = ""
) -> Engine:
    """Return the engine of one of the `ENGINES`, or at a URL, not yet started.

    Raises `UsageError` for others. `service_allow` lists what SERVICE may ask, if anything.

    `memory`: each query process holds the release; `disk`: it reads the index; `auto`: memory
    for a release that a process reads in about a second and that takes at most a quarter of
    what a query may take.
    """
    if "://" in engine:
        if service_allow.strip():
            raise UsageError("an engine over HTTP answers SERVICE itself; we cannot allow it any")
        # It brings libraries along that nobody else needs.
        from digigraph.remote import Remote

        return Remote(release, limits, engine)
    if engine not in ENGINES:
        names = ", ".join(ENGINES)
        raise UsageError(f"there is no engine “{engine}”; there are: {names}, or a URL")
    if service_allow.strip():
        from digigraph.federation import Federated  # for the same reason

        return Federated(partial(_pool, release, limits, engine), limits, service_allow)
    return _pool(release, limits, engine)


def _pool(release: Release, limits: Limits, engine: str, gateway: int = 0) -> Pool:
    in_memory = engine == "memory" or (engine == "auto" and fits_memory(release, limits))
    dumps = [release.path(f"{NAME}.{kind}") for kind in ("nq", "nt")] if in_memory else []
    return Pool(release, limits, dumps=dumps, gateway=gateway)


def fits_memory(release: Release, limits: Limits) -> bool:
    """Tell whether every query process can hold the release and is soon replaced."""
    statements = release.quads + release.triples
    return statements <= MOST and statements * _BYTES <= (limits.memory_mb << 20) // 4
