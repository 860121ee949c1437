"""Lists of profiles, competences and levels, with filters: what the API serves page by page.

A list is the IRIs of its things in their order, which is that of the tables in `csv/`. What is
read for a page depends on the page alone; what filters need is read once for a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from digigraph.codes import with_code, with_identifier
from digigraph.csvw import Rows
from digigraph.document import LABELS, Document
from digigraph.framing import summary
from digigraph.requirements import Requirements
from digigraph.tables import TABLES
from digigraph.things import Things
from digigraph.writers import lines_of

PROFILE, COMPETENCE, LEVEL = "dgc:OccupationProfile", "dgc:Competence", "dgc:ProficiencyLevel"
FRAMEWORK = "dgc:FrameworkCompetence"

TOLD = {
    PROFILE: (
        "rdf:type", "dct:identifier", "dct:title", "skos:altLabel", "dct:description",
        "dgc:occupation", "dgc:economicActivity", "dct:source", "dct:modified",
    ),
    COMPETENCE: (
        "rdf:type", "dct:identifier", "skos:notation", "skos:prefLabel", "skos:altLabel",
        "skos:definition", "dgc:kind", "dgc:area", "skos:broader", "skos:inScheme",
        "dgc:similarTo", "dgc:labelStatus", "skos:exactMatch", "skos:closeMatch", "dct:modified",
    ),
    LEVEL: (
        "rdf:type", "dct:identifier", "skos:notation", "skos:prefLabel", "skos:definition",
        "dgc:rank", "dgc:band", "dgc:complexity", "dgc:autonomy", "dgc:cognitiveDomain",
        "skos:inScheme", "dct:modified",
    ),
}  # fmt: skip
"""What a list says of a thing of each class; the thing's own document says all."""

_BY_CLASS = {table.row: table for table in TABLES}


class Listing:
    """The lists of a release."""

    def __init__(self, things: Things) -> None:
        """Remember where to read; each list is read when it is first asked for."""
        self.things = things
        self.requirements = Requirements(things)

    def profiles(
        self,
        *,
        sector: str = "",
        occupation: str = "",
        competence: str = "",
        area: str = "",
        level: int = 0,
    ) -> Sequence[str]:
        """Return the profiles for which all that is given holds.

        `sector` is a KID-2008 code, `occupation` an NKPD-2011 code or the beginning of one. With
        a `competence` or the competences of an `area` (codes or identifiers), a profile requires
        one of them, at `level` or above; with a level alone, any competence.
        """
        found = self._profiles
        if sector:
            found = self._among(found, self._with_value("dgc:economicActivity", [sector]))
        if occupation:
            codes = [code for code in self._occupations if code.startswith(occupation)]
            found = self._among(found, (iri for c in codes for iri in self._occupations[c]))
        if competence or area or level:
            wanted = self._named(competence) if competence else self._required
            if area:
                wanted = self._among(wanted, self._in_area(area))
            found = self._among(found, self._requiring(wanted, level))
        return found

    def competences(
        self, *, scheme: str = "", area: str = "", kind: str = "", level: int = 0
    ) -> Sequence[str]:
        """Return the competences for which all that is given holds.

        `scheme` is a scheme's IRI or the last part of it, as "digcomp21", `area` the IRI or the
        number of an area, `kind` is "general" or "specific"; with a `level`, a profile requires it
        there or above.
        """
        found = self._competences
        if scheme:
            iri = scheme if "://" in scheme else self.things.names.id(scheme)
            found = self._among(found, self.things.subjects("skos:inScheme", iri))
        if area:
            found = self._among(found, self._in_area(area))
        if kind:
            iri = self.things.names.term(kind.capitalize())
            found = self._among(found, self.things.subjects("dgc:kind", iri))
        return self._among(found, self.requirements.competences(level)) if level else found

    @cached_property
    def levels(self) -> Sequence[str]:
        """Return the proficiency levels, the lowest first."""
        return tuple(self.things.of_class(LEVEL))

    @cached_property
    def framework(self) -> Sequence[str]:
        """Return the competences of frameworks, which are the columns of the matrix."""
        return tuple(self.things.of_class(FRAMEWORK))

    def profile(self, named: str) -> list[str]:
        """Return the profiles that an identifier, an IRI or the code of an occupation names."""
        tail = named.removeprefix(self.things.names.id("profile/"))
        if (iri := self.things.names.id(f"profile/{tail}")) in self._known:
            return [iri]
        return list(self._occupations.get(named.replace("-", "").replace(" ", ""), ()))

    def competence(self, named: str) -> list[str]:
        """Return the competences that an identifier, an IRI or a code names."""
        return [iri for iri in self._named(named) if iri in self._known_competences]

    def item(self, kind: str, iri: str) -> dict[str, Any]:
        """Return what a list of a class says of a thing, as framed JSON without its context."""
        wanted = {self.things.names.expanded(name) for name in TOLD[kind]}
        said = [t for t in self.things.said_of(iri) if t.predicate.value in wanted]
        return self._summary(iri, said)

    def mention(self, iri: str) -> dict[str, Any]:
        """Return what a document says of a thing that it only mentions: names and codes."""
        return self._summary(iri, self.things.brief(iri))

    def name(self, iri: str, language: str) -> str:
        """Return what a thing is called in a language, or nothing."""
        said = self.things.brief(iri)
        for name in LABELS:
            label = self.things.names.expanded(name)
            for triple in said:
                value = triple.object
                named = triple.predicate.value == label and isinstance(value, ox.Literal)
                if named and getattr(value, "language", "") == language:
                    return str(getattr(value, "value", ""))
        return ""

    def rows(self, kind: str, iris: Iterable[str]) -> list[list[str]]:
        """Return a header and rows as the table of a class has them."""
        table = _BY_CLASS[kind]
        return [table.header, *self._rows.each(table, iris)]

    def matrix_rows(self, profiles: Iterable[str]) -> list[list[str]]:
        """Return a header and rows as the matrix has them."""
        return list(self._rows.matrix(profiles))

    def _summary(self, iri: str, said: Iterable[ox.Triple]) -> dict[str, Any]:
        whole = set(said)
        for triple in tuple(whole):
            if isinstance(triple.object, ox.NamedNode):
                whole.update(self.things.brief(triple.object.value))
        lines = lines_of(whole, first=iri)
        document = Document(iri, 1, False, lines, [], self.things.names)
        return summary(document, lines, self.things.release.base)

    def _among(self, found: Iterable[str], wanted: Iterable[str]) -> Sequence[str]:
        held = set(wanted)
        return tuple(iri for iri in found if iri in held)

    def _with_value(self, name: str, codes: Iterable[str]) -> Iterable[str]:
        for code in codes:
            for value in with_code(self.things, code):
                yield from self.things.subjects(name, value)

    def _in_area(self, area: str) -> Iterable[str]:
        for name in ("skos:broader", "dgc:area"):
            if "://" in area:
                yield from self.things.subjects(name, area)
            else:
                yield from self._with_value(name, [area])

    def _named(self, named: str) -> list[str]:
        names = self.things.names
        tails = (named.removeprefix(names.id("")), named.replace(".", "-"))
        found = [iri for tail in tails for iri in with_identifier(self.things, tail)]
        return sorted({*found, *with_code(self.things, named)})

    def _requiring(self, competences: Iterable[str], level: int) -> Iterable[str]:
        for competence in competences:
            asking = self.requirements.asking(competence)
            yield from (profile for profile in asking if asking[profile] >= level)

    @cached_property
    def _profiles(self) -> Sequence[str]:
        return tuple(self.things.of_class(PROFILE))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._profiles)

    @cached_property
    def _competences(self) -> Sequence[str]:
        return tuple(self.things.of_class(COMPETENCE))

    @cached_property
    def _known_competences(self) -> frozenset[str]:
        return frozenset(self._competences)

    @cached_property
    def _required(self) -> Sequence[str]:
        return tuple(sorted(self.requirements.competences()))

    @cached_property
    def _occupations(self) -> dict[str, list[str]]:
        """Code of an occupation -> the profiles of it."""
        found: dict[str, list[str]] = {}
        for profile, occupation in self.things.each("dgc:occupation"):
            if profile in self._known:
                found.setdefault(occupation.rpartition("/")[2], []).append(profile)
        return {code: sorted(profiles) for code, profiles in sorted(found.items())}

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.things.index, self.things.lines, self.things.release.base)
