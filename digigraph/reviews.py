"""What editors say of competences with like names: the same, or different (V-04, V-05).

`data/ids-review.tsv` has a line for each pair. A search adds pairs without a decision; an editor
writes `same` or `different`, a name and a date. `different` is remembered and never asked again;
`same` is carried into the register of identifiers by one command, and there the second becomes a
deprecated name of the first. Lines with a decision are never taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import date
from pathlib import Path

from digigraph.errors import RegistryError
from digigraph.registry import Entry, Registry

FILE = "ids-review.tsv"
SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True, slots=True)
class Row:
    """A pair of competences, how like their names are, and what an editor said of it."""

    first: str
    second: str
    score: str = ""
    first_name: str = ""
    second_name: str = ""
    first_profile: str = ""
    second_profile: str = ""
    decision: str = ""
    editor: str = ""
    date: str = ""

    @property
    def pair(self) -> frozenset[str]:
        """The two identifiers, in no order."""
        return frozenset((self.first, self.second))

    @property
    def noted(self) -> bool:
        """Whether an editor has written something beside the pair."""
        return bool(self.editor or self.date)

    @property
    def likeness(self) -> float:
        """The score as a number; a line that was added by hand may have none."""
        try:
            return float(self.score)
        except ValueError:
            return 0.0


COLUMNS = tuple(one.name for one in fields(Row))


@dataclass
class Reviews:
    """The lines of the file."""

    place: str = FILE
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Reviews:
        """Return the lines of a file, none if there is no file; raise `RegistryError` for bad ones.

        All faults are told at once, each with its line.
        """
        found = cls(str(path))
        if not path.exists():
            return found
        lines = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
        faults = []
        if lines[0].split("\t") != list(COLUMNS):
            faults.append(f"{path}:1: expected the columns {', '.join(COLUMNS)}, tab-separated")
        for number, line in enumerate(lines[1:], 2):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in line.split("\t")]
            if len(cells) > len(COLUMNS):
                faults.append(f"{path}:{number}: more than {len(COLUMNS)} columns")
                continue
            row = Row(*cells, *[""] * (len(COLUMNS) - len(cells)))
            faults += [f"{path}:{number}: {fault}" for fault in _faults(row)]
            if any(row.pair == other.pair for other in found.rows if row.decision):
                faults.append(f"{path}:{number}: {row.first} and {row.second} are there already")
            found.rows.append(row)
        if faults:
            raise RegistryError("\n".join(faults))
        return found

    def of(self, decision: str) -> list[Row]:
        """Return the rows with a decision, "" for those without."""
        return [row for row in self.rows if row.decision == decision]

    def judged(self) -> set[frozenset[str]]:
        """Return the pairs that an editor has decided on."""
        return {row.pair for row in self.rows if row.decision}

    def renewed(self, found: Iterable[Row]) -> Reviews:
        """Return the decisions as they are, and after them the pairs that are to be decided.

        What an editor wrote beside a pair stays, even if the pair would not be offered again.
        """
        kept = [row for row in self.rows if row.decision]
        noted = {row.pair: row for row in self.rows if not row.decision and row.noted}
        offered = {row.pair: row for row in found}
        for pair, row in noted.items():
            offered[pair] = replace(offered.get(pair, row), editor=row.editor, date=row.date)
        open_ = sorted(offered.values(), key=lambda row: (-row.likeness, row.first, row.second))
        return Reviews(self.place, [*kept, *open_])

    def text(self) -> str:
        """Return the text of the file."""
        return "".join("\t".join(line) + "\n" for line in (COLUMNS, *map(astuple, self.rows)))


def _faults(row: Row) -> Iterator[str]:
    if row.first == row.second or not row.first or not row.second:
        yield "expected two identifiers"
    if row.decision not in ("", SAME, DIFFERENT):
        yield f"decision {row.decision!r}: expected {SAME}, {DIFFERENT} or nothing"
    if not row.decision:
        return
    if not row.editor:
        yield "a decision needs its editor"
    try:
        date.fromisoformat(row.date)
    except ValueError:
        yield f"date {row.date!r}: expected the day of the decision, as 2026-11-24"


def merged(registry: Registry, reviews: Reviews) -> list[tuple[str, str]]:
    """Carry what editors found the same into the register; return each id with its successor.

    What was carried before is passed over. Raises `RegistryError` naming every line that cannot
    be: of an unknown id, against another decision, or of two competences of one profile.
    """
    faults: list[str] = []
    done: list[tuple[str, str]] = []
    for row in reviews.of(SAME):
        fault = _unknown(row, registry)
        if fault:
            faults.append(f"{row.second} into {row.first}: {fault}")
            continue
        target, now = registry.present(row.first), registry.present(row.second)
        if not target:
            faults.append(f"{row.second} into {row.first}: {row.first} is no longer in use")
        elif registry.entry(row.second).status == "active":
            if target == row.second:
                faults.append(f"{row.second} into {row.first}: that is merged into it already")
                continue
            registry.revise(row.second, "deprecated", target)
            done.append((row.second, target))
        elif now != target:
            faults.append(f"{row.second} into {row.first}: it stands for {now or 'nothing'} now")
    faults += _against(registry, reviews)
    if faults:
        raise RegistryError(f"{reviews.place}:\n" + "\n".join(f"  {one}" for one in faults))
    return [(old, registry.present(new)) for old, new in done]


def _unknown(row: Row, registry: Registry) -> str:
    for one in (row.first, row.second):
        if one not in registry or not one.startswith("c-"):
            return f"{one} is no competence of the register"
    return ""


def _against(registry: Registry, reviews: Reviews) -> Iterator[str]:
    """Yield what the merges break: two of one profile as one, or two that are different."""
    stands: dict[tuple[str, str], str] = {}
    named = (one for row in reviews.of(SAME) for one in (row.first, row.second))
    for one in dict.fromkeys(one for one in named if one in registry):
        place = (registry.present(one), profile_of(registry.entry(one)))
        if place in stands:
            yield (
                f"{stands[place]} and {one} are both of profile {place[1]}, which cannot require "
                "one competence twice"
            )
        stands.setdefault(place, one)
    for row in reviews.of(DIFFERENT):
        if not _unknown(row, registry):
            one, other = registry.present(row.first), registry.present(row.second)
            if one and one == other:
                yield f"{row.first} and {row.second} are different, and would be one"


def profile_of(entry: Entry) -> str:
    """Return the identifier of the profile that a specific competence was first named in."""
    return entry.key.split("|", 2)[1]


def name_of(entry: Entry) -> str:
    """Return the name of a specific competence as its key has it, in lower case."""
    return entry.key.split("|", 2)[2]
