"""The pipeline: documents -> records -> graph -> validated release.

Same input, same bytes: nothing here reads a clock, a host name or a random number, and nothing
depends on how many processes share the work or on what was kept from another build.  A document
with errors is left out and reported, but never one that a release has published already: then
the whole build is refused, because a published URI is a promise.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from digigraph import (
    accompanying,
    authoring,
    descriptors,
    graph,
    history,
    labels,
    mappings,
    reference,
    retired,
)
from digigraph.accounts import Account
from digigraph.counting import Counting
from digigraph.crew import Crew
from digigraph.described import Described, described_by
from digigraph.errors import InputError, ReleaseError, ReleaseExists
from digigraph.findings import Report
from digigraph.identifying import Known, Progress, Refused, identify, owners, read_all, to_state
from digigraph.inputs import Inputs, inputs
from digigraph.judging import Breach, check, checks, context_of, judge_part, settle
from digigraph.kept import Kept
from digigraph.known import said_in
from digigraph.making import Shop, Stated, state_document
from digigraph.names import Names
from digigraph.parts import Part, lines_of, write_part
from digigraph.promises import BuildRefused, Promises, keep_ids
from digigraph.registers import extended, promise, registers
from digigraph.registry import Registry
from digigraph.release import Release, earlier_release, open_release, write_release

__all__ = ["BuildRefused", "Inputs", "Outcome", "Progress", "Refused", "build", "inputs"]

PARTS = ".parts"
"""The folder beside the releases in which a build keeps what the next one can use."""

_ROOM = "room-"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build made: the release, unless violations forbid it, and all that was reported."""

    release: Release | None
    report: Report
    refused: tuple[Refused, ...]
    readings: tuple[tuple[Path, Account], ...]
    minted: tuple[str, ...] = ()
    unchanged: bool = False
    replaced: tuple[tuple[str, str], ...] = ()
    """Sources that newer editions of their documents replace, each with its successor."""
    retired: int = 0
    """How many lines were appended to the register of what is gone."""
    reused: int = 0
    """How many documents are as another build has stated and judged them."""


def build(
    made_from: Inputs,
    into: Path,
    *,
    progress: Progress = lambda *_: None,
    workers: int | None = None,
    kept: Path | None = None,
) -> Outcome:
    """Read, identify, state, validate and publish; return what came of it.

    As many processes as `workers` share the work, by default one for each processor. What was
    worked out for a document is kept in `kept`, by default `.parts` in `into`, and used again for
    as long as the document, the code and what it was told stay the same.

    Raises `ReleaseExists` when the version is taken by other inputs, `RegistryError` or
    `BuildRefused` when the release would break a promise.
    """
    existing = into / made_from.edition.version
    if existing.is_dir():
        release = open_release(existing)
        if release.inputs_digest == made_from.digest:
            return Outcome(release, Report((), 0, 0), (), (), unchanged=True)
        raise ReleaseExists(
            f"release {made_from.edition.version} is in {into} already, made from other inputs "
            "or by other code; releases are never overwritten. Raise the version in "
            "data/release.toml."
        )
    folder = kept or into / PARTS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store = Kept(folder, made_from.ground)
        with (
            store.in_use(),
            tempfile.TemporaryDirectory(prefix=_ROOM, dir=folder) as room,
            Crew(workers, loaded=["digigraph.making"]) as crew,
        ):
            shop = Shop(made_from.base, store, Path(room))
            return _Build(made_from, into, crew, shop, progress).outcome()
    except OSError as error:
        raise ReleaseError(
            existing, f"the release was not written, nothing changed: {error}"
        ) from error


class _Build:
    """One build: what it is made from, who does the work, and where."""

    def __init__(
        self,
        made_from: Inputs,
        into: Path,
        crew: Crew,
        shop: Shop,
        progress: Progress,
    ) -> None:
        self._made_from, self._into, self._crew = made_from, into, crew
        self._shop, self._kept, self._progress = shop, shop.kept, progress
        self._names, self._edition = Names(made_from.base), made_from.edition

    def outcome(self) -> Outcome:
        data, version = self._made_from.data, self._edition.version
        before_it = registers(data)
        previous = earlier_release(self._into, version)
        registry = Registry.read(data / "ids.tsv")
        before = len(registry.entries)
        read = read_all(data, self._crew, self._shop, self._progress)
        self._kept.use(one.key for _, one in read.found)
        documents, refused = identify(read, registry, version)
        identities = [one.identity for one in documents]
        try:
            replaced = keep_ids(identities, registry, previous, version)
        except BuildRefused as error:
            raise BuildRefused(str(error), refused) from error
        given = labels.read(data / "labels.tsv")
        wordings = _descriptors(data, reference.load())
        former = history.former(data, version, previous)
        register = retired.Retirements.read(data / retired.FILE)
        known_lines = len(register.lines)
        static = graph.static_part(self._names)
        sets = [mappings.read(path) for path in sorted((data / "mappings").glob("*.sssom.tsv"))]
        whole = graph.dataset_part(
            self._edition, identities, sets, former, wordings, given, static, names=self._names
        )
        asked = graph.examples_part(self._edition, self._names)
        beside, rest = self._beside(whole, owners(documents))
        stated = self._stated(documents, given, wordings, beside)
        counted = Counting(
            [*(one.part for one in stated), self._part("whole", static | whole | asked)],
            self._crew, self._names, self._progress, self._kept,
        )  # fmt: skip
        promises = Promises(register, registry, previous, self._names, self._edition)
        present = counted.described()
        promises.look_back(present)
        gone = promises.tombstones(present)
        _check_labels(given, present, described_by(gone), self._names, data)
        tally = counted.tally(gone)
        said = graph.void_part(self._edition, identities, tally, self._names)
        said |= promises.tombstones(present, statistics=described_by(said))
        clear = counted.clear(tally, said, (present, described_by(gone | said)))
        report = self._judged(stated, static | rest, asked | said | gone)
        told = Outcome(
            None, report, refused, read.accounts(), reused=sum(one.reused for one in stated)
        )
        if not report.conforms():
            return told
        texts = extended(data, registry, register, former)
        promised = partial(promise, self._made_from, before_it, texts)
        parts = [*counted.parts, self._part("said", said | gone)]
        approve = partial(self._approve, clear)
        release = self._published(parts, documents, registry, report, approve, promised)
        return replace(
            told,
            release=release,
            minted=tuple(entry.id for entry in registry.entries[before:]),
            replaced=replaced,
            retired=len(register.lines) - known_lines,
        )

    def _stated(
        self,
        documents: Sequence[Known],
        given: labels.Labels,
        wordings: Sequence[descriptors.Descriptor],
        beside: Mapping[str, Sequence[bytes]],
    ) -> list[Stated]:
        speakers = graph.speakers(wordings, self._names)
        tasks = to_state(documents, given, speakers, beside, self._shop)
        stated = []
        for number, one in enumerate(self._crew.do(state_document, tasks), 1):
            self._progress("graph", number, len(tasks))
            stated.append(one)
        self._kept.use(one.part.path.name for one in stated)
        return stated

    def _beside(
        self, whole: set[ox.Quad], owner_of: Mapping[str, str]
    ) -> tuple[dict[str, list[bytes]], set[ox.Quad]]:
        """Return what is said of the things of each document by others, and all the rest."""
        by_owner: dict[str, list[bytes]] = {}
        rest = set()
        start = len(self._names.id(""))
        for quad in whole:
            parts = quad.subject.value[start:].split("/", 2)  # type: ignore[union-attr] # an IRI
            owner = owner_of.get(parts[1]) if len(parts) > 1 else None
            if owner:
                by_owner.setdefault(owner, []).extend(lines_of([quad]))
            else:
                rest.add(quad)
        return {owner: sorted(lines) for owner, lines in by_owner.items()}, rest

    def _part(self, name: str, quads: Iterable[ox.Quad]) -> Part:
        return write_part(self._shop.room / name, lines_of(quads))

    def _judged(self, stated: Sequence[Stated], common: set[ox.Quad], said: set[ox.Quad]) -> Report:
        """Return one report: on what all documents share, on each of them, on what is said last."""
        self._progress("validation", 0, 2)
        context = context_of(common, self._made_from.base)
        verdicts = [*(one.verdict for one in stated), judge_part(context, said_in(said))]
        self._progress("validation", 1, 2)

        def part(number: int) -> Collection[ox.Quad]:
            if number == len(stated):
                return said
            lines = b"".join(stated[number].part.lines())
            return list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))

        report = settle(context, verdicts, part)
        self._progress("validation", 2, 2)
        return report

    def _published(
        self,
        parts: Sequence[Part],
        documents: Sequence[Known],
        registry: Registry,
        report: Report,
        approve: Callable[[Path, Crew], Callable[[], None]],
        promised: Callable[[], None],
    ) -> Release:
        made_from = self._made_from
        return write_release(
            self._into,
            (),
            parts=parts,
            version=self._edition.version,
            issued=self._edition.issued,
            base=made_from.base,
            inputs_digest=made_from.digest,
            notes={"bg": self._edition.notes_bg, "en": self._edition.notes_en},
            files={
                **accompanying.mapping_sets(made_from),
                **accompanying.texts(documents),
                "ids.tsv": registry.text().encode("utf-8"),
                authoring.FILE: authoring.schema_document(made_from.base),
                "validation.json": f"{report.to_json()}\n".encode(),
            },
            crew=self._crew,
            kept=self._kept,
            progress=self._progress,
            approve=approve,
            promise=promised,
        )

    def _approve(self, clear: Collection[str], store: Path, crew: Crew) -> Callable[[], None]:
        """Ask all checks that are not clear; what is returned raises where a rule is broken."""
        base = self._made_from.base
        wanted = [name for name in checks(base) if name not in clear]
        asked = [crew.start(_check, (store, name, base)) for name in wanted]

        def approve() -> None:
            breaches = [breach for wait in asked for breach in wait()]
            if breaches:
                listed = "\n".join(
                    f"  {one.name} ({one.title}): {one.row}" for one in breaches[:50]
                )
                raise BuildRefused(
                    f"the dataset as a whole breaks {len(breaches)} rules of queries/checks/:\n"
                    f"{listed}"
                )

        return approve


def _check(task: tuple[Path, str, str]) -> list[Breach]:
    store, name, base = task
    return check(ox.Store.read_only(str(store)), name, base)


def _descriptors(data: Path, known: reference.Reference) -> list[descriptors.Descriptor]:
    path = data / descriptors.FILE
    return descriptors.read(path, known.competences) if path.exists() else []


def _check_labels(
    given: labels.Labels, present: Described, gone: Described, names: Names, data: Path
) -> None:
    """Raise `InputError` for labels of what is neither described nor retired."""

    def is_described(one: str) -> bool:
        iris = (names.id(one), f"{names.base}{one}")
        return any(iri in described for iri in iris for described in (present, gone))

    named = {identifier for identifier, _ in given.texts}
    if unknown := sorted(one for one in named if not is_described(one)):
        raise InputError(data / "labels.tsv", f"unknown identifiers: {', '.join(unknown)}")
