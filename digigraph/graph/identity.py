"""What a document is identified by, and who of several documents speaks first of a thing.

Both depend on the documents before it, so they are settled one document after another, from a few
facts; reading and stating then need no other document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from digigraph.errors import RegistryError
from digigraph.graph.profiles import Shared
from digigraph.names import Names
from digigraph.records import Kind, Reading, Source
from digigraph.registry import Registry, competence_key, profile_key, source_key
from digigraph.text import skeleton

Wording = tuple[str, tuple[str, ...]]
"""A framework competence at a level, as "1.2/6", and what is said of it, in order."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document is identified by: codes, sectors, publisher, digest, own competences.

    `wordings` and `positions` are what it says of things that it shares with other documents;
    whose word on them is the first follows from the day of receipt.
    """

    codes: tuple[str, ...]
    sectors: tuple[str, ...]
    publisher: str
    text_digest: str
    specific: tuple[tuple[str, str], ...]
    wordings: tuple[Wording, ...]
    positions: tuple[str, ...]
    received: date

    def kept(self) -> dict[str, Any]:
        """Return them as JSON, from which `facts_from` makes them again."""
        return asdict(self) | {"received": self.received.isoformat()}


@dataclass(frozen=True, slots=True)
class Identity:
    """The identifiers of what a document describes; `code` is that of its occupation, if any.

    `merged` are the competences that an editor has merged into others: the key, the id that was
    minted for it, which its requirement keeps, and the name that the other one was minted for.
    """

    source_id: str
    profile_id: str
    competence_ids: tuple[tuple[str, str], ...]
    code: str
    merged: tuple[tuple[str, str, str], ...] = ()


def facts_of(source: Source, reading: Reading) -> Facts:
    """Return the facts of a document without errors."""
    profile = reading.profile
    assert profile is not None, "only a document without errors is identified"
    titles = [*profile.occupations, *profile.alternatives]
    told = reading.source or source
    return Facts(
        codes=tuple(code for title in profile.occupations for code in title.codes),
        sectors=tuple(sector.code for sector in profile.sectors),
        publisher=told.publisher,
        text_digest=reading.text_digest,
        specific=tuple(
            (one.key, one.name.value)
            for one in profile.requirements
            if one.kind is Kind.SPECIFIC
        ),
        wordings=tuple(
            (f"{one.key}/{level.rank}", tuple(item.value for item in level.items))
            for one in profile.requirements
            if one.kind is Kind.GENERAL
            for level in one.levels
        ),
        positions=tuple(dict.fromkeys(code for title in titles for code in title.codes)),
        received=told.received,
    )  # fmt: skip


def facts_from(kept: Mapping[str, Any]) -> Facts:
    """Return the facts that were kept as JSON."""
    return Facts(
        tuple(kept["codes"]),
        tuple(kept["sectors"]),
        kept["publisher"],
        kept["text_digest"],
        tuple((key, name) for key, name in kept["specific"]),
        tuple((place, tuple(texts)) for place, texts in kept["wordings"]),
        tuple(kept["positions"]),
        date.fromisoformat(kept["received"]),
    )


def keys_of(facts: Facts) -> tuple[str, str]:
    """Return the natural keys of the profile and of the source; nothing is minted."""
    return profile_key(facts.codes, facts.sectors, facts.publisher), source_key(facts.text_digest)


def identified(facts: Facts, registry: Registry, release: str) -> Identity:
    """Return the identifiers of a document; those seen for the first time are minted."""
    profile_, source_ = keys_of(facts)
    profile_id = registry.mint("p-", profile_, release)
    competences: dict[str, str] = {}
    merged = []
    for key, name in facts.specific:
        own = registry.mint("c-", competence_key(profile_id, name), release)
        now = registry.present(own) or own
        if now in competences.values():
            raise RegistryError(f"{profile_id} requires {now} twice: {own} was merged into it")
        competences[key] = now
        if now != own:
            merged.append((key, own, registry.entry(now).key.split("|", 2)[2]))
    source_id = registry.mint("d-", source_, release)
    code = next(iter(facts.codes), "")
    return Identity(source_id, profile_id, tuple(competences.items()), code, tuple(merged))


@dataclass
class Speakers:
    """Who has spoken of what so far; `worded` is what the framework words itself."""

    names: Names
    worded: frozenset[str] = frozenset()
    _descriptors: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _positions: set[str] = field(default_factory=set)
    _named: set[str] = field(default_factory=set)

    def know(self, identities: Iterable[Identity]) -> None:
        """Take note of the competences that documents name as their own, before any has spoken."""
        for identity in identities:
            merged = {key for key, _, _ in identity.merged}
            self._named.update(one for key, one in identity.competence_ids if key not in merged)

    def before(self, identity: Identity, facts: Facts) -> Shared:
        """Return what was said before a document of what it speaks of; it has spoken now."""
        source = self.names.id(f"source/{identity.source_id}")
        now, merged = dict(identity.competence_ids), [key for key, _, _ in identity.merged]
        places = {}
        for place, texts in facts.wordings:
            code, _, rank = place.partition("/")
            places[f"{self.names.framework_competence(code)}/level-{rank}"] = texts
        known = {iri: self._descriptors[iri] for iri in places if iri in self._descriptors}
        shared = Shared(
            worded=self.worded & places.keys(),
            descriptors={
                iri: (first, frozenset(map(skeleton, said))) for iri, (first, said) in known.items()
            },
            apart=frozenset(iri for iri, (_, said) in known.items() if said != places[iri]),
            positions=self._positions.intersection(facts.positions),
            named=frozenset(key for key in merged if now[key] in self._named),
        )
        self._named.update(now[key] for key in merged)
        for iri, words in places.items():
            self._descriptors.setdefault(iri, (source, words))
        self._positions.update(facts.positions)
        return shared
