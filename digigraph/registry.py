"""The identifiers ever minted, and minting (V-04).

`data/ids.tsv` is append-only.  An id is the hash of the natural key of what it names, so a row
whose key was changed betrays itself; a row that went missing is seen by comparing with the
register of an earlier release, which every release carries.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from digigraph.errors import RegistryError
from digigraph.names import short_hash

COLUMNS = ("id", "key", "first_release", "status", "replaced_by")
STATUSES = ("active", "deprecated", "withdrawn")
LENGTH = 8
UNFINISHED = ".new"
"""The end of the name of a register that is being written."""
_QUOTES = re.compile("[\"'„“”«»‘’‚‹›]")
_ID = re.compile(r"[pcd]-[0-9a-hjkmnp-tv-z]{8}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One identifier: what it names, since which release, and what became of it."""

    id: str
    key: str
    first_release: str
    status: str = "active"
    replaced_by: str = ""

    def row(self) -> str:
        """Return the line of the register for this entry."""
        return "\t".join((self.id, self.key, self.first_release, self.status, self.replaced_by))


@dataclass
class Registry:
    """The register: entries in the order in which they were minted."""

    entries: list[Entry] = field(default_factory=list)
    _by_key: dict[str, Entry] = field(default_factory=dict)
    _ids: dict[str, Entry] = field(default_factory=dict)
    _spelt: dict[str, str] = field(default_factory=dict)
    """Ids of profiles whose publisher was spelt in full in their key, by the key of today."""

    @classmethod
    def read(cls, path: Path) -> Registry:
        """Return the register in a file; raise `RegistryError` naming every bad line."""
        return cls.parse(path.read_text(encoding="utf-8"), str(path))

    @classmethod
    def parse(cls, text: str, place: str = "ids.tsv") -> Registry:
        """Return the register in a text; raise `RegistryError` naming every bad line."""
        registry = cls()
        faults: list[str] = []
        lines = text.split("\n")
        if lines[0].split("\t") != list(COLUMNS):
            faults.append(f"{place}:1: expected the columns {', '.join(COLUMNS)}, tab-separated")
        if lines[-1]:
            faults.append(f"{place}:{len(lines)}: the last line has no line end; was it cut off?")
        for number, line in enumerate(lines[1:-1], 2):
            fault = registry._accept(line)
            if fault:
                faults.append(f"{place}:{number}: {fault}")
        for entry in registry.entries:
            if entry.replaced_by and entry.replaced_by not in registry._ids:
                faults.append(f"{place}: {entry.id} is replaced by unknown {entry.replaced_by}")
        if faults:
            faults.append("An identifier is a promise: restore the register from its history.")
            raise RegistryError("\n".join(faults))
        return registry

    def _accept(self, line: str) -> str | None:
        parts = line.split("\t")
        if len(parts) != len(COLUMNS):
            return f"expected {len(COLUMNS)} columns, found {len(parts)}"
        entry = Entry(*parts)
        if not _ID.fullmatch(entry.id):
            return f"{entry.id!r} is not an identifier"
        if entry.status not in STATUSES:
            return f"{entry.status!r} is not one of {', '.join(STATUSES)}"
        if entry.id in self._ids:
            return f"{entry.id} is there already; an id is never used twice"
        if entry.key in self._by_key:
            return f"the key of {entry.id} has the id {self._by_key[entry.key].id} already"
        prefix = entry.id[:2]
        if entry.id not in {_candidate(prefix, entry.key, n) for n in range(4)}:
            return f"the key of {entry.id} was changed; an id belongs to one key for ever"
        self._add(entry)
        return None

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._by_key[entry.key] = entry
        self._ids[entry.id] = entry
        if entry.key.startswith("profile|"):
            place, _, publisher = entry.key.rpartition("|")
            self._spelt.setdefault(f"{place}|{publisher_key(publisher)}", entry.id)

    def __contains__(self, identifier: str) -> bool:
        """Whether an id was ever minted."""
        return identifier in self._ids

    def entry(self, identifier: str) -> Entry:
        """Return the entry of an id that was minted."""
        return self._ids[identifier]

    def find(self, key: str) -> str:
        """Return the id of a key, or "" where none was minted."""
        had = self._by_key.get(key)
        return had.id if had else self._spelt.get(key, "")

    @property
    def retired(self) -> list[Entry]:
        """The entries that are no longer in use; their identifiers go on being described."""
        return [entry for entry in self.entries if entry.status != "active"]

    def present(self, identifier: str) -> str:
        """Return the id that stands for this one now: itself, its successor's, or "" for none."""
        seen: set[str] = set()
        while (entry := self._ids[identifier]).status != "active":
            seen.add(identifier)
            identifier = entry.replaced_by
            if not identifier or identifier in seen:
                return ""
        return identifier

    def revise(self, identifier: str, status: str, replaced_by: str) -> None:
        """Change what became of an id; its row stays in its place."""
        before = self._ids[identifier]
        now = replace(before, status=status, replaced_by=replaced_by)
        self.entries[self.entries.index(before)] = now
        self._ids[identifier] = self._by_key[before.key] = now

    def mint(self, prefix: str, key: str, release: str) -> str:
        """Return the id of `key`; one that is seen for the first time is appended.

        `prefix` is "p-" for profiles, "c-" for specific competences, "d-" for sources.
        """
        if had := self.find(key):
            return had
        if "\t" in key or "\n" in key:
            raise RegistryError(f"a key cannot hold a tab or a line end: {key!r}")
        identifier = next(
            candidate
            for candidate in (_candidate(prefix, key, n) for n in range(4))
            if candidate not in self._ids
        )
        self._add(Entry(identifier, key, release))
        return identifier

    def text(self) -> str:
        """Return the register as the text of its file."""
        return "".join(
            f"{line}\n" for line in ["\t".join(COLUMNS), *(e.row() for e in self.entries)]
        )

    def check_extends(self, older: Registry, where: str) -> None:
        """Raise `RegistryError` unless every row of `older` is here, unchanged and in its place.

        A status may move on from active, and a replacement may be named; nothing else changes,
        except that an older edition of a document may be in force again.
        """
        faults = []
        for number, before in enumerate(older.entries):
            now = self._ids.get(before.id)
            if now is None:
                faults.append(f"{before.id} ({before.key}) is gone")
            elif (now.key, now.first_release) != (before.key, before.first_release):
                faults.append(f"{before.id} was changed: {before.row()!r} became {now.row()!r}")
            elif before.status != "active" and now.status == "active" and now.id[0] != "d":
                faults.append(f"{before.id} was {before.status} and cannot be active again")
            elif self.entries[number : number + 1] != [now]:
                faults.append(f"{before.id} was moved from row {number + 1}")
        if faults:
            listed = "\n".join(faults)
            raise RegistryError(
                f"the register breaks promises made in {where}:\n{listed}\n"
                "Restore the rows; new ones go at the end."
            )

    def write(self, path: Path) -> None:
        """Write the register in one step; a reader sees the old file or the new one."""
        write_whole(path, self.text())


def write_whole(path: Path, text: str) -> None:
    """Write a register in one step; a reader sees the old file or the new one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the registers of a folder, waiting for another build; clear away what one left."""
    folder = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for leftover in data.glob(f"*.tsv.*{UNFINISHED}"):
            leftover.unlink(missing_ok=True)
        yield
    finally:
        os.close(folder)


def _candidate(prefix: str, key: str, attempt: int) -> str:
    return prefix + short_hash(key if not attempt else f"{key}\n{attempt}", LENGTH)


def profile_key(codes: Iterable[str], sectors: Iterable[str], publisher: str) -> str:
    """Return the natural key of a profile: one occupation, in one sector, by one publisher."""
    return f"profile|{'+'.join(codes)}|{'+'.join(sectors)}|{publisher_key(publisher) or '-'}"


def publisher_key(publisher: str) -> str:
    """Return a publisher as keys have it: case, quotation marks and white space do not count.

    >>> publisher_key("„БСК“") == publisher_key(" бск ")
    True
    """
    return " ".join(_QUOTES.sub(" ", publisher).split()).casefold()


def competence_key(profile: str, name: str) -> str:
    """Return the natural key of a specific competence: a name within a profile.

    Case, white space and a full stop at the end do not count; this rule is frozen, because
    another one would give other ids.
    """
    return f"competence|{profile}|{' '.join(name.split()).rstrip('. ').casefold()}"


def source_key(text_digest: str) -> str:
    """Return the natural key of a source: the digest of its text, whatever its encoding."""
    return f"source|sha256:{text_digest}"
