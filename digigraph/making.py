"""What is done for each document by itself: it is read, and it is stated and judged.

Either may be done in another process, and its outcome is kept under the digest of all that it
depends on. Between the two stands what depends on other documents: the identifiers, and who was
the first to speak of a thing.
"""

from __future__ import annotations

import hashlib
import pickle
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
from zstandard import ZstdCompressor, ZstdDecompressor

from digigraph import documents, graph, reference, sources
from digigraph.accounts import Account, account_from, account_of
from digigraph.borders import Verdict
from digigraph.errors import InputError
from digigraph.judging import context_of, judge_part
from digigraph.kept import Kept
from digigraph.known import Known, joined, said_in
from digigraph.labels import Labels
from digigraph.names import Names
from digigraph.parts import Part, union_lines, write_part
from digigraph.records import Reading, Source


@dataclass(frozen=True, slots=True)
class Shop:
    """Where work is done: the base, what is kept, and room for this build."""

    base: str
    kept: Kept
    room: Path


@dataclass(frozen=True, slots=True)
class Found:
    """A document that was looked at: what is told of it, or why it cannot be read.

    `error` has the parts of an `InputError`; `path` is the file whose lines were read.
    """

    key: str
    path: Path
    account: Account | None = None
    facts: graph.Facts | None = None
    error: tuple[Path, str, int | None] | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True)
class ToState:
    """A document that is to be stated: its identity, what was said before it, and its labels.

    `beside` are lines that are no part of it but speak of what it describes, as mappings do.
    """

    settings: Path
    read: str
    identity: graph.Identity
    shared: graph.Shared
    labels: Labels
    beside: tuple[bytes, ...]
    shop: Shop

    @property
    def key(self) -> str:
        """Return the digest of all that its part depends on."""
        shared = self.shared
        return self.shop.kept.key(
            "part",
            self.shop.base,
            self.read,
            repr(self.identity),
            repr(sorted(self.labels.texts.items())),
            repr(self.beside),
            repr((sorted(shared.worded), sorted(shared.positions), sorted(shared.named))),
            repr(sorted(shared.apart)),
            repr([(i, d[0], sorted(d[1])) for i, d in sorted(shared.descriptors.items())]),
        )


@dataclass(frozen=True, slots=True)
class Stated:
    """A document as a part of the dataset, and the verdict on it."""

    part: Part
    verdict: Verdict
    reused: bool


def read_document(task: tuple[Path, Shop]) -> Found:
    """Read the document that a `source.toml` describes, unless that was done before."""
    settings, shop = task
    kept = shop.kept
    try:
        key = kept.key("read", *_contents(settings))
        if known := kept.part(key):
            told = known.told
            facts = graph.facts_from(told["facts"]) if told["facts"] else None
            path = settings.parent / told["file"]
            return Found(key, path, account_from(told["account"]), facts, reused=True)
        given = sources.load(settings)
        reading = documents.read(given.path, reference.load())
    except InputError as error:
        return Found("", settings, error=(error.path, error.reason, error.line))
    account = account_of(reading)
    facts = graph.facts_of(given.source, reading) if reading.profile else None
    kept.keep(
        key,
        {
            "file": given.path.name,
            "account": account.kept(),
            "facts": facts.kept() if facts else None,
        },
    )
    if facts:
        packed = ZstdCompressor(level=1).compress(pickle.dumps((given.source, reading)))
        (shop.room / key).write_bytes(packed)
    return Found(key, given.path, account, facts)


def state_document(task: ToState) -> Stated:
    """State a document as a sorted part and judge it, unless that was done before."""
    kept = task.shop.kept
    key = task.key
    if known := kept.part(key):
        return Stated(known, Verdict.of(known.told["verdict"]), reused=True)
    source, reading = _reading(task)
    stated = graph.document_part(
        graph.Document(source, reading, task.identity),
        names=Names(task.shop.base),
        reference=reference.load(),
        labels=task.labels,
        shared=task.shared,
    )
    lines = stated.lines()
    beside = said_in(ox.parse(b"".join(task.beside), format=ox.RdfFormat.N_QUADS))
    ntriples = b"".join(union_lines([*lines, *task.beside]))
    verdict = judge_part(_frame(task.shop.base), joined(stated.facts(), beside), ntriples)
    part = write_part(kept.place(key), lines, {"verdict": verdict.kept()})
    return Stated(part, verdict, reused=False)


def _reading(task: ToState) -> tuple[Source, Reading]:
    """Return what was read in this build, or read it again."""
    spooled = task.shop.room / task.read
    with suppress(FileNotFoundError):
        packed = spooled.read_bytes()
        spooled.unlink()
        found: tuple[Source, Reading] = pickle.loads(ZstdDecompressor().decompress(packed))
        return found
    given = sources.load(task.settings)
    return given.source, documents.read(given.path, reference.load())


def _contents(settings: Path) -> list[str]:
    """Return the names and digests of the files beside a `source.toml`, and its own."""
    told = []
    try:
        for path in sorted(p for p in settings.parent.iterdir() if p.is_file()):
            told += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    except OSError as error:
        raise InputError(settings, f"cannot be read: {error.strerror or error}") from error
    return told


@lru_cache(maxsize=1)
def _frame(base: str) -> Known:
    return context_of(graph.frame_part(Names(base)), base)
