"""What a release gives several of: profiles, hits of a search, a comparison (D-05)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, overload

from digigraph import notebook
from digigraph.model import Profile
from digigraph.reading import profile_of
from digigraph.release import Release
from digigraph.search import Hit
from digigraph.sidebyside import SideBySide

KEPT = 256
"""How many profiles stay in memory once they were asked for."""


class Profiles(Sequence[Profile]):
    """The profiles of a release in order of their URIs, each read when it is asked for."""

    def __init__(self, release: Release) -> None:
        """Remember where they are."""
        self._folder = release.folder / "profiles"
        self._base = release.base
        self._read = lru_cache(maxsize=KEPT)(self._from_file)

    @cached_property
    def _ids(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Profile: ...
    @overload
    def __getitem__(self, index: slice) -> list[Profile]: ...
    def __getitem__(self, index: int | slice) -> Profile | list[Profile]:
        """Return a profile by its number, or several by a slice."""
        if isinstance(index, slice):
            return [self._read(one) for one in self._ids[index]]
        return self._read(self._ids[index])

    def with_id(self, name: str) -> Profile | None:
        """Return a profile by the last part of its URI."""
        return self._read(name) if name in self._ids else None

    def _from_file(self, name: str) -> Profile:
        told = json.loads((self._folder / f"{name}.json").read_bytes())
        return profile_of(told, self._base)

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"<{len(self)} profiles>"


class Hits(tuple[Hit, ...]):
    """What a search found, the best first."""

    def _repr_html_(self) -> str:
        """Return them as a table, for a notebook."""
        rows = [(one.label("bg"), one.type, one.notation, one.score, one.iri) for one in self]
        return notebook.table(("име", "вид", "код", "оценка", "URI"), rows)


class Compared:
    """A comparison of profiles: as JSON, as rows, and as a table in a notebook."""

    def __init__(self, found: SideBySide) -> None:
        """Keep it."""
        self.iri, self._found = found.iri, found

    def json(self) -> dict[str, Any]:
        """Return it as the API does (A-03)."""
        return self._found.json()

    def rows(self) -> list[list[str]]:
        """Return it as a header and a row for each competence."""
        return self._found.rows()

    def _repr_html_(self) -> str:
        header, *rows = self.rows()
        return notebook.table(header, rows, caption=self.iri)
