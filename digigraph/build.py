"""The pipeline: documents -> records -> graph -> validated release.

Same input, same bytes: nothing here reads a clock, a host name or a random number.  A document
with errors is left out and reported, but never one that a release has published already: then
the whole build is refused, because a published URI is a promise.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from digigraph import (
    __version__,
    descriptors,
    documents,
    graph,
    history,
    labels,
    mappings,
    reference,
    resources,
    retired,
    sources,
)
from digigraph.errors import DigigraphError, InputError, ReleaseExists
from digigraph.judging import check, judge
from digigraph.names import Names
from digigraph.promises import BuildRefused, Promises, keep_ids
from digigraph.records import Reading
from digigraph.registry import Registry, write_whole
from digigraph.release import Release, earlier_release, open_release, write_release
from digigraph.validation import Report

__all__ = ["BuildRefused", "Inputs", "Outcome", "Progress", "Refused", "build", "inputs"]

REGISTERS = ("ids.tsv", retired.FILE, history.FILE)
"""Files of `data/` that a build appends to."""

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is made from: the folders, the edition, and one digest over all of it."""

    data: Path
    edition: graph.Edition
    base: str
    digest: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was left out, with what was found in it."""

    path: Path
    reading: Reading | None
    error: DigigraphError | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build made: the release, unless violations forbid it, and all that was reported."""

    release: Release | None
    report: Report
    refused: tuple[Refused, ...]
    readings: tuple[tuple[Path, Reading], ...]
    minted: tuple[str, ...] = ()
    unchanged: bool = False
    replaced: tuple[tuple[str, str], ...] = ()
    """Sources that newer editions of their documents replace, each with its successor."""
    retired: int = 0
    """How many lines were appended to the register of what is gone."""


def inputs(
    data: Path | None = None,
    *,
    base: str = resources.AUTHORED_BASE,
    version: str | None = None,
    issued: date | None = None,
) -> Inputs:
    """Return the inputs of a build; the edition is that of `release.toml` unless given."""
    folder = data or resources.folder("data")
    path = folder / "release.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        notes = values.get("notes", {})
        edition = graph.Edition(
            version or values["version"],
            issued or values["issued"],
            __version__,
            notes.get("bg", ""),
            notes.get("en", ""),
        )
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise InputError(path, f"expected version and issued: {error}") from error
    if type(edition.issued) is not date:
        raise InputError(path, "issued: expected a date such as 2026-11-23")
    return Inputs(folder, edition, base, _digest(folder, edition, base))


def _digest(data: Path, edition: graph.Edition, base: str) -> str:
    """Return the SHA-256 over everything that a release is made from, the registers left out."""
    total = hashlib.sha256(
        f"{edition.software}|{edition.version}|{edition.issued}|{base}\n".encode()
    )
    roots = [data, *(resources.folder(name) for name in ("ontology", "shapes", "queries"))]
    for root in roots:
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            name = path.relative_to(root).as_posix()
            if name in REGISTERS or "__pycache__" in name:
                continue
            total.update(f"{root.name}/{name}\n{path.stat().st_size}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def build(made_from: Inputs, into: Path, *, progress: Progress = lambda *_: None) -> Outcome:
    """Read, identify, state, validate and publish; return what came of it.

    Raises `ReleaseExists` when the version is taken by other inputs, `RegistryError` or
    `BuildRefused` when the release would break a promise.
    """
    names = Names(made_from.base)
    existing = into / made_from.edition.version
    if existing.is_dir():
        release = open_release(existing)
        if release.inputs_digest == made_from.digest:
            return Outcome(release, Report((), 0, 0), (), (), unchanged=True)
        raise ReleaseExists(
            f"release {made_from.edition.version} is in {into} already, made from other inputs; "
            "releases are never overwritten. Raise the version in data/release.toml."
        )
    previous = earlier_release(into, made_from.edition.version)
    known = reference.load()
    registry = Registry.read(made_from.data / "ids.tsv")
    before = len(registry.entries)
    accepted, refused, readings = _read_all(made_from, known, registry, progress)
    replaced = keep_ids(accepted, registry, previous, made_from.edition.version)
    former = history.former(made_from.data, made_from.edition.version, previous)
    given = labels.read(made_from.data / "labels.tsv")
    static = graph.static_part(names)
    sets = [
        mappings.read(path) for path in sorted((made_from.data / "mappings").glob("*.sssom.tsv"))
    ]
    wordings = _descriptors(made_from.data, known)
    shared = graph.shared_by_all(wordings, names)
    parts: list[set[ox.Quad]] = []
    for number, document in enumerate(accepted, 1):
        progress("graph", number, len(accepted))
        parts.append(
            graph.document_part(document, names=names, reference=known, labels=given, shared=shared)
        )
    whole = graph.dataset_part(
        made_from.edition, accepted, sets, former, wordings, names=names, labels=given
    )
    asked = graph.examples_part(made_from.edition, names)
    register = retired.Retirements.read(made_from.data / retired.FILE)
    known_lines = len(register.lines)
    promises = Promises(register, registry, previous, names, made_from.edition)
    gone = promises.tombstones(partial(chain, static, whole, asked, *parts))
    _check_labels(given.unknown(_identifiers(names, [static, whole, gone, *parts])), made_from.data)
    counted = chain(static, whole, asked, gone, *parts)
    said = graph.void_part(made_from.edition, accepted, counted, names)
    said |= promises.tombstones(partial(iter, said), statistics=True)
    everything = (static, whole, asked, gone, said, *parts)
    report = judge(
        static | whole, [*parts, asked | said | gone], base=made_from.base,
        progress=lambda done, of: progress("validation", done, of),
    )  # fmt: skip
    if not report.conforms():
        return Outcome(None, report, refused, readings)
    breaches = check(chain(*everything), made_from.base)
    if breaches:
        listed = "\n".join(f"  {one.name} ({one.title}): {one.row}" for one in breaches[:50])
        raise BuildRefused(
            f"the dataset as a whole breaks {len(breaches)} rules of queries/checks/:\n{listed}"
        )
    progress("release", 0, 1)
    release = write_release(
        into,
        chain(*everything),
        version=made_from.edition.version,
        issued=made_from.edition.issued,
        base=made_from.base,
        inputs_digest=made_from.digest,
        notes={"bg": made_from.edition.notes_bg, "en": made_from.edition.notes_en},
        files={
            **_mapping_sets(made_from),
            "ids.tsv": registry.text().encode("utf-8"),
            "validation.json": f"{report.to_json()}\n".encode(),
        },
    )
    progress("release", 1, 1)
    minted = tuple(entry.id for entry in registry.entries[before:])
    _write_registers(made_from.data, registry, register, former)
    news = len(register.lines) - known_lines
    return Outcome(release, report, refused, readings, minted, replaced=replaced, retired=news)


def _write_registers(
    data: Path, registry: Registry, register: retired.Retirements, former: list[history.Former]
) -> None:
    """Append to the registers in `data` what this release promised; leave the others alone."""
    texts = {
        "ids.tsv": registry.text(),
        retired.FILE: register.text() if register.lines else "",
        history.FILE: history.appended(data / history.FILE, former),
    }
    for name, text in texts.items():
        path = data / name
        if text and (not path.exists() or path.read_text(encoding="utf-8") != text):
            write_whole(path, text)


def _read_all(
    made_from: Inputs, known: reference.Reference, registry: Registry, progress: Progress
) -> tuple[list[graph.Document], tuple[Refused, ...], tuple[tuple[Path, Reading], ...]]:
    """Read every document; one that cannot be read does not stop the others."""
    found = sources.find(made_from.data / "sources")
    accepted: list[graph.Document] = []
    refused: list[Refused] = []
    readings: list[tuple[Path, Reading]] = []
    seen: dict[str, Path] = {}
    for number, path in enumerate(found, 1):
        progress("documents", number, len(found))
        try:
            given = sources.load(path)
            reading = documents.read(given.path, known)
        except InputError as error:
            refused.append(Refused(path, None, error))
            continue
        readings.append((given.path, reading))
        if reading.profile is None:
            refused.append(Refused(given.path, reading))
            continue
        keys = graph.keys_of(given.source, reading)
        twin = next((seen[key] for key in keys if key in seen), None)
        if twin:
            again = InputError(given.path, f"is the profile in {twin} again; keep one of them")
            refused.append(Refused(given.path, reading, again))
            continue
        seen.update(dict.fromkeys(keys, given.path))
        document = graph.identified(given.source, reading, registry, made_from.edition.version)
        accepted.append(document)
    return accepted, tuple(refused), tuple(readings)


def _descriptors(data: Path, known: reference.Reference) -> list[descriptors.Descriptor]:
    path = data / descriptors.FILE
    return descriptors.read(path, known.competences) if path.exists() else []


def _identifiers(names: Names, parts: Iterable[set[ox.Quad]]) -> set[str]:
    predicate = ox.NamedNode("http://purl.org/dc/terms/identifier")
    return {
        quad.object.value
        for part in parts
        for quad in part
        if quad.predicate == predicate and isinstance(quad.object, ox.Literal)
    }


def _check_labels(unknown: Sequence[str], data: Path) -> None:
    if unknown:
        raise InputError(data / "labels.tsv", f"unknown identifiers: {', '.join(unknown)}")


def _mapping_sets(made_from: Inputs) -> dict[str, bytes]:
    """Return the mapping sets as they are authored, SSSOM TSV, under the base of the release."""
    folder = made_from.data / "mappings"
    return {
        f"mappings/{path.name}": resources.text(path, made_from.base).encode("utf-8")
        for path in sorted(folder.glob("*.sssom.tsv"))
    }
