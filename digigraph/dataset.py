"""A release from Python: `digigraph.load()` and what it returns (D-05).

Everything is read from the published files of a release, so it says what the endpoint says.
Nothing is read before it is asked for.
"""

from __future__ import annotations

import csv
import json
import shutil
import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digigraph.codes import with_code, with_identifier
from digigraph.csvw import FOLDER as TABLES
from digigraph.csvw import METADATA
from digigraph.document import Document
from digigraph.errors import InputError, NotFound, UsageError
from digigraph.formats import N_TRIPLES, RESULTS_JSON
from digigraph.gathered import Compared, Hits, Profiles
from digigraph.listing import Listing
from digigraph.model import Competence, CompetenceAtLevel, Level, Profile, Thing
from digigraph.reading import at_level_of, competence_of, level_of, thing_of
from digigraph.release import Release, newest_release, open_release
from digigraph.search import Filters, Hit, Search
from digigraph.search.entries import GROUPS, TYPES
from digigraph.shipped import release_of_the_shipped_data
from digigraph.sidebyside import SideBySide
from digigraph.store import Store
from digigraph.things import Things

if TYPE_CHECKING:
    import pandas
    import rdflib

_NUMBERS = {"integer": int, "decimal": float, "double": float, "float": float}

_COLUMNS = {"integer": "Int64", "decimal": "Float64"}
"""CSVW datatype -> what pandas calls it; whatever else there is stays text."""

Cell = str | int | float | bool | None
"""A value in the answer to a query: IRIs and texts are `str`."""


def load(release: str | Path | Release | None = None) -> Dataset:
    """Return the data of a release.

    `release` is a folder of releases (the newest is taken), the folder of one, or a `Release`.
    Without it the data that came with digigraph is loaded; the first time this takes some seconds.

    Raises `InputError` where there is no release, `ReleaseError` where it cannot be read.
    """
    if isinstance(release, Release):
        return Dataset(release)
    if release is None:
        return Dataset(release_of_the_shipped_data())
    folder = Path(release)
    if (folder / "manifest.json").is_file():
        return Dataset(open_release(folder))
    found = newest_release(folder)
    if found is None:
        raise InputError(folder, "no release here; make one with: digigraph build")
    return Dataset(found)


Found = Profile | Competence | CompetenceAtLevel | Level | Thing
"""What a release has, as an object."""


class Dataset:
    """One release: its profiles, competences and levels, and questions to it."""

    def __init__(self, release: Release) -> None:
        """Remember the release; nothing is read yet."""
        self.release = release
        self.profiles = Profiles(release)
        self._store = Store(release)
        self._things = Things(release)

    def __repr__(self) -> str:
        """Say which release it is."""
        return f"<digigraph {self.release.version}: {self.profiles!r}>"

    @cached_property
    def competences(self) -> tuple[Competence, ...]:
        """The competences of the framework and the specific ones, in order of their URIs."""
        return tuple(map(competence_of, self._rows("competences")))

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The eight proficiency levels, from 1 to 8."""
        return tuple(sorted(map(level_of, self._rows("levels")), key=lambda level: level.rank))

    def at_levels(self, competence: Competence | str) -> tuple[CompetenceAtLevel, ...]:
        """Return a competence at each of its levels, from 1 to 8."""
        iri = competence.iri if isinstance(competence, Competence) else self._iri(competence)
        return self._at_levels.get(iri, ())

    def get(self, thing: str) -> Found:
        """Return a thing by URI, by the end of it, or by a code, as "1.2", "1.2-6", "33393020".

        The code of an occupation leads to its profile, if it has one. What is no profile,
        competence or level is a `Thing`. Raises `NotFound` where there is no such thing, or where
        a code leads to several.
        """
        found = [one for iri in self._iris(thing) for one in self._objects(iri)]
        if len(found) != 1:
            several = ", ".join(one.iri for one in found)
            raise NotFound(
                f"{thing!r} leads to several things: {several}; give the URI of one"
                if found
                else f"nothing in release {self.release.version} has the code or URI {thing!r}"
            )
        return found[0]

    def search(
        self,
        text: str,
        *,
        type: str = "",  # noqa: A002  # the name that the API has too
        limit: int = 10,
        offset: int = 0,
    ) -> Hits:
        """Return what a text finds, the best first: names, codes and the words of statements.

        `type` is a class of the vocabulary, as "OccupationProfile". Words may be inflected,
        mistyped, in Latin letters or English (A-01). Raises `UsageError` where there is no such
        type, `SearchUnavailable` for a release without an index, `SearchTimeout` where it takes
        too long.
        """
        if limit < 1 or offset < 0:
            raise UsageError(f"limit is 1 or more, offset 0 or more; not {limit} and {offset}")
        filters = _of_type(type)
        return Hits(self._search.search(text, filters, limit=limit, offset=offset).hits)

    def match(
        self,
        text: str,
        *,
        type: str = "",  # noqa: A002  # the name that the API has too
    ) -> Hit | None:
        """Return what a name or code most likely means, with a score to 100; None for nothing.

        The score is 100 for the very name or code. Raises what `search` does.
        """
        filters = _of_type(type)
        return next(iter(self._search.best(text, filters, limit=1)), None)

    def compare(self, *profiles: Profile | str) -> Compared:
        """Return two to four profiles side by side; given by URI or code, in any order.

        Raises `UsageError` for fewer or more, `NotFound` for what is no profile.
        """
        chosen = [self._profile(one) for one in profiles]
        return Compared(SideBySide(chosen, Listing(self._things)))

    def document(self, thing: str) -> Document:
        """Return the document about any thing, by URI, by the end of it, or by a code (H-07).

        Raises `NotFound` where there is no such thing, or where a code leads to several.
        """
        document = self._things.document(self._iri(thing))
        if document is None:
            raise NotFound(f"nothing is said about {thing!r}")
        return document

    def query(self, sparql: str) -> list[dict[str, Cell]] | bool | rdflib.Graph:
        """Return the answer to a SPARQL 1.1 query: rows, a truth value, or a graph.

        It is asked in this process and has no limit of time. Raises `QueryError` where it cannot
        be read, `QueryForbidden` for an update or `SERVICE`, `QueryFailed` where it cannot be
        finished.
        """
        answer = self._store.ask(sparql)
        if RESULTS_JSON not in answer.formats:
            import rdflib

            return rdflib.Graph().parse(data=answer.write(N_TRIPLES), format="nt")
        told = json.loads(answer.write(RESULTS_JSON))
        if "boolean" in told:
            return bool(told["boolean"])
        names = told["head"]["vars"]
        return [{n: _value(row.get(n)) for n in names} for row in told["results"]["bindings"]]

    def to_csv(self, folder: str | Path) -> Path:
        """Copy the tables, with their CSVW description, into a folder that is not there yet."""
        target = Path(folder)
        if target.exists():
            raise UsageError(f"{target} is there already; name a new folder")
        return Path(shutil.copytree(self.release.folder / TABLES, target))

    def to_dataframe(self, table: str = "requirements") -> pandas.DataFrame:
        """Return a table as a pandas DataFrame; codes stay text, ranks are `Int64`.

        Raises `UsageError` where there is no such table, or where pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise UsageError("pandas is not installed: pip install 'digigraph[pandas]'") from None
        path = self._table(table)
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        metadata = json.loads(path.with_name(METADATA).read_bytes())
        described = next(one for one in metadata["tables"] if one["url"] == path.name)
        columns = described["tableSchema"]["columns"]
        kinds = {
            name: "string" if "separator" in column else _COLUMNS.get(_base(column), "string")
            for name, column in zip(header, columns, strict=True)
        }
        return pandas.read_csv(path, dtype=kinds)

    def graph(self) -> rdflib.Dataset:
        """Return the release as an rdflib Dataset with its named graphs; it is read into memory."""
        import rdflib

        whole = rdflib.Dataset()
        path = self.release.path("digigraph.nq")
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib 7.6 warns of itself
            whole.parse(file, format="nquads")
        return whole

    @cached_property
    def _at_levels(self) -> dict[str, tuple[CompetenceAtLevel, ...]]:
        found: dict[str, list[CompetenceAtLevel]] = {}
        for row in self._rows("competence_levels"):
            one = at_level_of(row)
            found.setdefault(one.competence, []).append(one)
        return {iri: tuple(sorted(all_, key=lambda o: o.rank)) for iri, all_ in found.items()}

    @cached_property
    def _by_iri(self) -> dict[str, Competence | Level]:
        return {**{c.iri: c for c in self.competences}, **{one.iri: one for one in self.levels}}

    @cached_property
    def _search(self) -> Search:
        return Search.open(self.release)

    def _profile(self, given: Profile | str) -> str:
        found = given if isinstance(given, Profile) else self.get(given)
        if not isinstance(found, Profile):
            raise NotFound(f"{given!r} is no profile of an occupation")
        return found.iri

    def _iris(self, thing: str) -> list[str]:
        """Return what a URI, the end of one, or a code can mean."""
        if self._things.knows(thing):
            return [thing]
        return with_identifier(self._things, thing) or with_code(self._things, thing)

    def _iri(self, thing: str) -> str:
        found = self._iris(thing)
        if len(found) != 1:
            listed = f"several things: {', '.join(found)}; give the URI of one"
            raise NotFound(f"{thing!r} leads to {listed if found else 'nothing here'}")
        return found[0]

    def _objects(self, iri: str) -> Iterator[Found]:
        if known := self._by_iri.get(iri):
            yield known
        elif profile := self.profiles.with_id(iri.rpartition("/")[2]):
            yield profile
        elif self._things.says(iri, "rdf:type", "dgc:CompetenceAtLevel"):
            competence = iri.rpartition("/")[0]
            yield from (one for one in self.at_levels(competence) if one.iri == iri)
        elif profiles := self._things.subjects("dgc:occupation", iri):
            for subject in profiles:
                yield from self._objects(subject)
        else:
            yield thing_of(iri, self._things.said_of(iri), self._things.names)

    def _rows(self, table: str) -> Iterator[dict[str, str]]:
        with self._table(table).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def _table(self, name: str) -> Path:
        folder = self.release.folder / TABLES
        known = sorted(path.stem for path in folder.glob("*.csv"))
        if name not in known:
            raise UsageError(f"there is no table {name!r}; there are {', '.join(known)}")
        return folder / f"{name}.csv"


def _of_type(name: str) -> Filters:
    """Return the filter for a class of the vocabulary, if one is named."""
    known = (*TYPES, *GROUPS)
    if name and name not in known:
        raise UsageError(f"no type {name!r}; there are {', '.join(known)}")
    return Filters(types=(name,) if name else ())


def _value(term: dict[str, Any] | None) -> Cell:
    if term is None:
        return None
    kind = term.get("datatype", "").rpartition("#")[2]
    if kind == "boolean":
        return bool(term["value"] == "true")
    number = _NUMBERS.get(kind)
    return number(term["value"]) if number else str(term["value"])


def _base(column: dict[str, Any]) -> str:
    kind = column.get("datatype", "string")
    return str(kind.get("base", "string") if isinstance(kind, dict) else kind)
