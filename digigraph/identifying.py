"""From documents to what is stated of each: all are read, then identified one after another.

Reading is shared by the workers. Identifiers follow from the documents, and who speaks first of a
thing from the days of their receipt, so that any number of workers makes the same release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digigraph import graph, sources
from digigraph.accounts import Account
from digigraph.crew import Crew
from digigraph.errors import DigigraphError, InputError
from digigraph.labels import Labels
from digigraph.making import Found, Shop, ToState, read_document
from digigraph.registry import Registry

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was left out, with what was found in it."""

    path: Path
    reading: Account | None
    error: DigigraphError | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A document that was accepted: its `source.toml`, what was read, and its identifiers."""

    settings: Path
    key: str
    facts: graph.Facts
    identity: graph.Identity


@dataclass(frozen=True, slots=True)
class Read:
    """All documents as they were read, each with its `source.toml`."""

    found: Sequence[tuple[Path, Found]]

    def accounts(self) -> tuple[tuple[Path, Account], ...]:
        """Return what is told of each document that could be read."""
        return tuple((one.path, one.account) for _, one in self.found if one.account)


def read_all(data: Path, crew: Crew, shop: Shop, progress: Progress) -> Read:
    """Read every document; one that cannot be read does not stop the others."""
    settings = sources.find(data / "sources")
    found = []
    tasks = [(path, shop) for path in settings]
    progress("documents", 0, len(settings))
    for number, one in enumerate(crew.do(read_document, tasks), 1):
        progress("documents", number, len(settings))
        found.append((settings[number - 1], one))
    return Read(found)


def identify(
    read: Read, registry: Registry, version: str
) -> tuple[list[Known], tuple[Refused, ...]]:
    """Return the documents that are accepted, with their identifiers, and those that are not."""
    accepted: list[Known] = []
    refused: list[Refused] = []
    seen: dict[str, Path] = {}
    for settings, one in read.found:
        if one.error:
            path, reason, line = one.error
            refused.append(Refused(settings, None, InputError(path, reason, line=line)))
            continue
        if one.facts is None:
            refused.append(Refused(one.path, one.account))
            continue
        keys = graph.keys_of(one.facts)
        if twin := next((seen[key] for key in keys if key in seen), None):
            again = InputError(one.path, f"is the profile in {twin} again; keep one of them")
            refused.append(Refused(one.path, one.account, again))
            continue
        seen.update(dict.fromkeys(keys, one.path))
        identity = graph.identified(one.facts, registry, version)
        accepted.append(Known(settings, one.key, one.facts, identity))
    return accepted, tuple(refused)


def to_state(
    documents: Sequence[Known],
    given: Labels,
    speakers: graph.Speakers,
    beside: Mapping[str, Sequence[bytes]],
    shop: Shop,
) -> list[ToState]:
    """Return what is to be stated, in order, each with only what it depends on.

    `beside` are lines that speak of what a document describes, by its profile's identifier.
    """
    tasks = []
    speakers.know(one.identity for one in documents)
    in_turn = sorted(documents, key=lambda one: one.facts.received)
    before = {one.settings: speakers.before(one.identity, one.facts) for one in in_turn}
    for one in documents:
        tails = [f"profile/{one.identity.profile_id}"]
        tails += [f"competence/{told}" for _, told in one.identity.competence_ids]
        tails += [f"nkpd11/{code}" for code in one.facts.positions]
        texts = {
            (tail, language): given.texts[tail, language]
            for tail in tails
            for language in ("bg", "en")
            if (tail, language) in given.texts
        }
        lines = tuple(beside.get(one.identity.profile_id, ()))
        told = (one.identity, before[one.settings], Labels(texts), lines)
        tasks.append(ToState(one.settings, one.key, *told, shop))
    return tasks


def owners(documents: Sequence[Known]) -> dict[str, str]:
    """Return each identifier of a document with that of its profile."""
    found = {}
    for one in documents:
        told = one.identity
        for identifier in (told.profile_id, told.source_id, *(c for _, c in told.competence_ids)):
            found[identifier] = told.profile_id
    return found
