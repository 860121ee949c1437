"""What a document says, as values: frozen records whose names are the ontology's.

A record keeps each text together with the places it was read from, so that every published
value can point at its lines (Q-02).  Positions count in the document's text in NFC with any
line ending; lines count from 1, characters of a line from 1, both ends included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of a document; `quote` is its exact text, mark-up included."""

    line: int
    first: int
    last: int
    quote: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as published (white space folded, NFC) and the spans that it was read from."""

    value: str
    spans: tuple[Span, ...]


class Severity(StrEnum):
    """How grave a problem is: an error refuses the document, the others are published."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something an editor should know about a document.

    `kind` is the local name of a class of findings for a warning or info, and a name of the
    same style for an error.  `about` tells what in the profile it is about: "" the profile,
    "1.1" or a competence's name key a requirement, and "1.1/knowledge/3" a statement in it.
    """

    kind: str
    severity: Severity
    line: int
    field: str
    found: str
    expected: str
    message_bg: str
    message_en: str
    spans: tuple[Span, ...] = ()
    about: str = ""


class Kind(StrEnum):
    """A general competence is one of DigComp's, a specific one is the profile's own."""

    GENERAL = "general"
    SPECIFIC = "specific"


@dataclass(frozen=True, slots=True)
class Sector:
    """An economic activity: its KID-2008 code without dots, and its name as the source has it."""

    code: str
    name: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Title:
    """A title of an occupation with the NKPD-2011 codes that stand beside it, maybe none."""

    name: Text
    codes: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Level:
    """A required level as a document states it: rank 1 to 8, and the text that says so."""

    rank: int
    text: Text


@dataclass(frozen=True, slots=True)
class LevelDescription:
    """What a person at one level can do: the lead-in and the items after it."""

    rank: int
    lead_in: Text | None
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One competence that a profile requires, with all that the document says of it.

    `key` is the DigComp code of a general competence ("1.1") and the comparison form of the
    name of a specific one.  `overview` is the level of section II, `detail` that of III or IV.
    """

    kind: Kind
    key: str
    name: Text
    area: int
    overview: Level | None
    detail: Level | None
    area_text: Text | None = None
    overview_name: Text | None = None
    overview_area: Text | None = None
    description: Text | None = None
    similar: str | None = None
    similar_text: Text | None = None
    levels: tuple[LevelDescription, ...] = ()
    knowledge: tuple[Text, ...] = ()
    skills: tuple[Text, ...] = ()
    behaviours: tuple[Text, ...] = ()
    examples: tuple[Text, ...] = ()

    @property
    def rank(self) -> int:
        """The level in force: the detailed section prevails over the overview table (M-05)."""
        level = self.detail or self.overview
        assert level is not None, "a requirement has at least one stated level"
        return level.rank


@dataclass(frozen=True, slots=True)
class Profile:
    """The digital skills of one occupation, as one document gives them."""

    sectors: tuple[Sector, ...]
    occupations: tuple[Title, ...]
    alternatives: tuple[Title, ...]
    description: Text
    duties: tuple[Text, ...]
    requirements: tuple[Requirement, ...]


class LineReason(StrEnum):
    """Why a line of a document holds no statement (Q-03); the names are the ontology's."""

    FOOTER = "PageFooter"
    RUNNING_HEADER = "RunningHeader"
    SEPARATOR = "Separator"
    TITLE = "DocumentTitle"
    SECTION = "SectionHeading"
    COLUMNS = "ColumnHeading"
    FIELD = "FieldName"


@dataclass(frozen=True, slots=True)
class Accounted:
    """A line that no evidence cites, and the reason."""

    line: int
    reason: LineReason


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a document is cited or accounted for, in lines and in characters."""

    lines: int
    lines_covered: int
    characters: int
    characters_covered: int

    @property
    def whole(self) -> bool:
        """Whether nothing was left over."""
        return self.lines == self.lines_covered and self.characters == self.characters_covered


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading one document: a profile unless an error forbids it.

    `source` is the document that the evidence cites where it is another than the one read: a
    profile that was exported stands for the document of before.
    """

    profile: Profile | None
    problems: tuple[Problem, ...]
    accounted: tuple[Accounted, ...]
    coverage: Coverage
    line_count: int
    text_digest: str
    source: Source | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that refuse the document."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Source:
    """A document as received and what `source.toml` says of it (Q-01, Q-12).

    Where its lines had to be derived, `derived_bg` and `derived_en` say how, and `text_sha256` is
    the digest of the derived text.
    """

    title_bg: str
    title_en: str
    rights_bg: str
    rights_en: str
    origin_bg: str
    origin_en: str
    publisher: str
    received: date
    media_type: str
    sha256: str
    byte_size: int
    derived_bg: str = ""
    derived_en: str = ""
    text_sha256: str = ""
