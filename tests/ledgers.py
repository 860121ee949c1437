"""The ledger of promises: every IRI that a release has published, in `tests/promises/`.

Each release has a file of the IRIs that it published first, without the base, sorted, those of
one folder on a line; `SHA256SUMS` seals the files. Once a release is out, its IRIs are added with

    python tests/ledgers.py releases/2026.12.0

Nothing is ever taken out: adding again only appends to the file of that version what is missing.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from digigraph.release import Release, open_release, version_key
from digigraph.retired import compacted, expanded, folder_of

FOLDER = Path(__file__).parent / "promises"
SEALS = "SHA256SUMS"
WIDTH = 60
"""How many IRIs stand on one line at most."""


def published(release: Release) -> set[str]:
    """Return what follows the base in every IRI of ours that a release says something about."""
    start = f"<{release.base}".encode()
    with release.path("digigraph.nt").open("rb") as lines:
        return {
            line[len(start) : line.index(b">")].decode() for line in lines if line.startswith(start)
        }


def files(folder: Path = FOLDER) -> list[Path]:
    """Return the files of the ledger, oldest release first."""
    return sorted(folder.glob("*.txt"), key=lambda path: version_key(path.stem))


def promised(folder: Path = FOLDER) -> set[str]:
    """Return what follows the base in every IRI of the ledger."""
    return {tail for path in files(folder) for tail in _read(path)}


def broken_seals(folder: Path = FOLDER) -> list[str]:
    """Return the names of the files that are not as they were when they were last added to."""
    lines = (folder / SEALS).read_text(encoding="utf-8").splitlines()
    sealed = {name: seal for seal, name in (line.split("  ") for line in lines)}
    present = {path.name: _seal(path) for path in files(folder)}
    names = sealed.keys() | present.keys()
    return sorted(name for name in names if sealed.get(name) != present.get(name))


def add(release: Release, folder: Path = FOLDER) -> int:
    """Append the IRIs that the ledger does not have yet; return how many.

    Raises `ValueError` where the ledger was changed by hand.
    """
    folder.mkdir(exist_ok=True)
    if (folder / SEALS).exists() and (broken := broken_seals(folder)):
        raise ValueError(f"restore these from their history first: {', '.join(broken)}")
    news = published(release) - promised(folder)
    with (folder / f"{release.version}.txt").open("a", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in _lines(news))
    seals = "".join(f"{_seal(path)}  {path.name}\n" for path in files(folder))
    (folder / SEALS).write_text(seals, encoding="utf-8")
    return len(news)


def _lines(tails: Iterable[str]) -> Iterator[str]:
    for _, same in groupby(sorted(tails), key=folder_of):
        every = list(same)
        for first in range(0, len(every), WIDTH):
            yield compacted(every[first : first + WIDTH])


def _read(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from expanded(line)


def _seal(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(f"{argument}: {add(open_release(Path(argument)))} IRIs added")
