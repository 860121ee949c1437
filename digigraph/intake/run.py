"""Many files in one run: examined in parallel, put in place in order, none stopping the others."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from digigraph import sources
from digigraph.errors import InputError
from digigraph.intake.children import Limits, Lost, each
from digigraph.intake.examine import Examined, examine
from digigraph.intake.extract import read_file
from digigraph.intake.ledger import Ledger, dumped, loaded
from digigraph.intake.shelf import Kept, Placed, Shelf
from digigraph.reference import Reference


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with the files: what is known of them, and what each may cost."""

    received: date | None = None
    publisher: str = ""
    jobs: int = 1
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file.

    `verdict` is "accepted", "accepted with findings", "present" or "rejected"; `reused` says
    that an earlier run had read it.
    """

    path: Path
    verdict: str
    examined: Examined
    placed: Placed
    reused: bool = False

    @property
    def why(self) -> str:
        """The one sentence why a file was rejected, or "" where its remarks say it."""
        return self.examined.refused or self.placed.why


def files_of(names: Iterable[Path]) -> list[Path]:
    """Return the files that the arguments name, folders with all that is below them, in order.

    Hidden files and the lock files of word processors are passed over inside folders; a name
    that is not there stays in the list, to be reported.
    """
    found: dict[Path, None] = {}
    for name in names:
        if not name.is_dir():
            found[name] = None
            continue
        for folder, folders, files in os.walk(name):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for file in sorted(files):
                if not file.startswith((".", "~$", "~")):
                    found[Path(folder) / file] = None
    return list(found)


def survey(shelf: Shelf, known: Reference, ledger: Ledger, order: Order) -> None:
    """Learn what is on the shelf already; what no earlier run has read is read now."""
    settings = sorted(shelf.folder.glob("*/source.toml"))
    given = {path: sources.load(path) for path in settings}
    unread = [
        path for path, one in given.items()
        if (one.source.sha256, f"shelf:{one.source.publisher}") not in ledger.known
    ]  # fmt: skip

    def work(path: Path) -> dict[str, Any]:
        return dumped(examine(given[path].path, known, given[path].source.publisher))

    for path, answer in zip(
        unread, each(unread, work, jobs=order.jobs, limits=order.limits), strict=True
    ):
        if isinstance(answer, dict):
            source = given[path].source
            found = replace(loaded(answer), sha256=source.sha256)
            ledger.keep(found, f"shelf:{source.publisher}")
    for path, one in given.items():
        source = one.source
        examined = ledger.known.get((source.sha256, f"shelf:{source.publisher}"))
        if examined:
            name = path.parent.name
            shelf.learn(Kept(name, source.received, source.sha256, examined))


def add(
    files: list[Path], shelf: Shelf, known: Reference, ledger: Ledger, order: Order
) -> Iterator[Result]:
    """Take the files into the shelf, each as far as it goes, and yield what came of each."""
    for path, examined, reused in _examined(files, shelf, known, ledger, order):
        result = _placed(path, examined, shelf, order, reused=reused)
        if result.placed.state in ("new", "newer"):
            ledger.keep(examined, f"shelf:{examined.publisher}")
        yield result


def _examined(
    files: list[Path], shelf: Shelf, known: Reference, ledger: Ledger, order: Order
) -> Iterator[tuple[Path, Examined, bool]]:
    """Yield what each file is, in order; one that was read before is not read again."""
    before = {path: had for path in files if (had := _read_before(path, shelf, ledger, order))}

    def work(path: Path) -> dict[str, Any]:
        return dumped(examine(path, known, order.publisher))

    fresh = [path for path in files if path not in before]
    answers = each(fresh, work, jobs=order.jobs, limits=order.limits)
    for path in files:
        if path in before:
            yield path, before[path], True
            continue
        answer = next(answers)
        if isinstance(answer, Lost):
            yield path, Examined("", refused=answer.reason), False
            continue
        found = loaded(answer)
        ledger.keep(found, order.publisher)
        yield path, found, False


def _read_before(path: Path, shelf: Shelf, ledger: Ledger, order: Order) -> Examined | None:
    """Return what an earlier run found in the same bytes, where nothing has to be written."""
    try:
        content = read_file(path)
    except InputError:
        return None
    digest = sha256_of(content)
    if digest in shelf.bytes:
        return shelf.bytes[digest].examined
    found = ledger.known.get((digest, order.publisher))
    if found and found.profile:
        there = shelf.profiles.get(found.profile)
        return found if there and there.examined.meaning == found.meaning else None
    return found


def sha256_of(content: bytes) -> str:
    """Return the digest by which a file is known."""
    return hashlib.sha256(content).hexdigest()


def _placed(path: Path, examined: Examined, shelf: Shelf, order: Order, *, reused: bool) -> Result:
    if examined.refused or not examined.profile:
        return Result(path, "rejected", examined, Placed("refused"), reused)
    if examined.sha256 in shelf.bytes:
        place = Placed("present", shelf.bytes[examined.sha256].folder)
        return Result(path, "present", examined, place, reused)
    try:
        content = read_file(path)
        received, how = _received(path, order)
        placed = shelf.put(path, content, examined, received, how)
    except InputError as error:
        return Result(path, "rejected", replace(examined, refused=error.reason), Placed("refused"))
    except OSError as error:
        why = f"cannot be written into {shelf.folder}: {error.strerror or error}"
        return Result(path, "rejected", replace(examined, refused=why), Placed("refused"))
    verdict = {"refused": "rejected", "present": "present"}.get(placed.state)
    if verdict is None:
        verdict = "accepted with findings" if examined.findings else "accepted"
    return Result(path, verdict, examined, placed, reused)


def _received(path: Path, order: Order) -> tuple[date, str]:
    if order.received:
        return order.received, "given"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), "file"
