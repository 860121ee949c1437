"""`python -m tests.benchmarks [name…]`: runs the benchmarks that are named, or all in this order.

`--list` tells what each measures, and runs none.

stages   what each stage of a build takes as documents grow in number
pool     what the pool of processes adds to a query
costs    where the time of a request goes
documents  documents a second beside DESCRIBE of Oxigraph server
shacl    judging part by part beside pySHACL over the whole, with errors of every kind
kills    a build killed 50 times, and what is left
search   what search finds and how fast, beside plain FTS5
pages    what each kind of page weighs and takes, with one profile and with many
dumps    writing the dumps, beside pyoxigraph writing the same statements
http     digigraph against its peers, over HTTP
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

NAMES = (
    "stages", "pool", "costs", "documents", "shacl", "kills", "search", "pages", "dumps", "http",
)  # fmt: skip


def benchmark(name: str) -> ModuleType:
    """Return a benchmark; it finds the servers of the tests, as the tests do."""
    if (tests := str(Path(__file__).parents[1])) not in sys.path:
        sys.path.insert(0, tests)
    return import_module(f"{__package__}.{name}")


def main(names: list[str]) -> int:
    """Run benchmarks by name; return 2 where a name is none."""
    if names == ["--list"]:
        for name in NAMES:
            print(f"{name:<10} {(benchmark(name).__doc__ or '').splitlines()[0]}")
        return 0
    if unknown := [name for name in names if name not in NAMES]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        print(f"\n== {name} ==", flush=True)
        sys.argv[1:] = []
        benchmark(name).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
