"""Profiles, competences and levels as Python objects that do not change (D-05).

They hold what the published files of a release hold, under the names of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from digigraph import notebook


class Words(Mapping[str, str]):
    """A text in one or more languages; `str()` of it is the first of bg and en that is there.

    >>> Words({"en": "level", "bg": "ниво"})["en"]
    'level'
    >>> str(Words({"en": "level", "bg": "ниво"}))
    'ниво'
    >>> Words({"bg": "ниво"}).get("en", "")
    ''
    """

    __slots__ = ("_by_language",)

    def __init__(self, by_language: Mapping[str, str]) -> None:
        """Keep the texts that are not empty."""
        self._by_language = {name: text for name, text in by_language.items() if text}

    def __getitem__(self, language: str) -> str:
        """Return the text in a language; raise `KeyError` where there is none."""
        return self._by_language[language]

    def __iter__(self) -> Iterator[str]:
        """Yield the languages."""
        return iter(self._by_language)

    def __len__(self) -> int:
        """Return in how many languages the text is."""
        return len(self._by_language)

    def __hash__(self) -> int:
        """Return a hash; the texts never change."""
        return hash(frozenset(self._by_language.items()))

    def __str__(self) -> str:
        """Return the text in Bulgarian, else in English, else in any language."""
        wanted = ("bg", "en", *self._by_language)
        return next((self._by_language[name] for name in wanted if name in self), "")

    def __repr__(self) -> str:
        """Return the texts as they would be written."""
        return f"Words({self._by_language!r})"


@dataclass(frozen=True, slots=True)
class Level:
    """One of the eight proficiency levels of DigComp 2.1; `rank` is 1 to 8."""

    iri: str
    rank: int
    label: Words
    band: str
    band_label: Words
    complexity: Words
    autonomy: Words
    cognitive_domain: Words


@dataclass(frozen=True, slots=True)
class CompetenceAtLevel:
    """A competence at one level: `code` as "1.2-6", and the descriptor if a source has one."""

    iri: str
    code: str
    competence: str
    rank: int
    label: Words
    lead_in: Words
    definition: Words


@dataclass(frozen=True, slots=True)
class Competence:
    """A competence of the framework, with a `code` as "1.2", or a specific one, without."""

    iri: str
    id: str
    code: str
    kind: str
    label: Words
    definition: Words
    area: str
    scheme: str
    exact_match: tuple[str, ...] = ()
    close_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a requirement, in the words of the source; `position` counts from 1."""

    iri: str
    position: int
    text: Words
    cited_from: tuple[str, ...]

    def __str__(self) -> str:
        """Return the text."""
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A competence that a profile requires, at which level, and what is said about it.

    `level` is the level in force; the source says from `min_level` to `max_level`, and where
    these differ `level_status` is "disputed".
    """

    iri: str
    competence: str
    code: str
    label: Words
    kind: str
    level: int
    band: str
    level_status: str
    min_level: int
    max_level: int
    knowledge: tuple[Statement, ...]
    skills: tuple[Statement, ...]
    behaviours: tuple[Statement, ...]
    examples: tuple[Statement, ...]

    @property
    def disputed(self) -> bool:
        """Tell whether the source says two different levels."""
        return self.level_status == "disputed"


@dataclass(frozen=True, slots=True)
class Thing:
    """Whatever else a release has: an area, a position, a sector, a statement, a source.

    `types` are the names of its classes in the vocabulary, or their IRIs where they are of others.
    """

    iri: str
    types: tuple[str, ...]
    label: Words
    notation: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of an occupation, with its requirements in the order of the document.

    `nkpd_2011` is the code of the occupation, `kid_2008` those of the sectors; codes are text.
    """

    iri: str
    id: str
    title: Words
    description: Words
    occupation: str
    nkpd_2011: str
    kid_2008: tuple[str, ...]
    modified: date | None
    requirements: tuple[Requirement, ...]

    def requirement(self, competence: str) -> Requirement | None:
        """Return the requirement of a competence, by URI, code or last part of the URI."""
        return next(
            (
                one
                for one in self.requirements
                if competence in (one.competence, one.code, one.competence.rpartition("/")[2])
            ),
            None,
        )

    def levels(self) -> dict[str, int]:
        """Return competence -> level in force; framework competences by code, others by URI."""
        return {one.code or one.competence: one.level for one in self.requirements}

    def _repr_html_(self) -> str:
        """Return the level strip, for a notebook."""
        return notebook.level_strip(self)
