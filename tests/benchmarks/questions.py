"""What is asked: the published queries and those of `queries/`, with values drawn from the data.

A published query is asked of one thing, its parameter held to a value as the service does it.
Where its example is not one of the kinds of things below, it is asked as it stands.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pyoxigraph as ox

from digigraph.catalog import queries
from digigraph.release import Release

from .profiles import OBJECTS, TOOLS

FOLDER = Path(__file__).parent / "queries"
KINDS = (
    "OccupationProfile", "CompetenceRequirement", "FrameworkCompetence", "SpecificCompetence",
    "CompetenceAtLevel", "SourceDocument", "OccupationPosition", "CompetenceArea",
)  # fmt: skip
WORDS = sorted({word for text in (*OBJECTS, *TOOLS) for word in text.split() if len(word) > 5})


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question: its name, its text, and what each of its places is filled from."""

    name: str
    text: str
    places: Mapping[str, Sequence[str]]

    def draw(self, chance: random.Random) -> str:
        """Return the text of one question, its places filled by chance."""
        chosen = {place: chance.choice(values) for place, values in self.places.items()}
        return Template(self.text).substitute(chosen)


def questions(release: Release) -> list[Question]:
    """Return every question that can be asked of a release."""
    found = _values(release)
    own = [
        _question(path.stem, path.read_text(encoding="utf-8"), found)
        for path in sorted(FOLDER.glob("*.rq"))
    ]
    return [*_published(release, found), *own]


def _question(name: str, text: str, found: Mapping[str, Sequence[str]]) -> Question:
    places = Template(text).get_identifiers()
    return Question(name, text, {place: found[place] for place in places})


def _published(release: Release, found: Mapping[str, Sequence[str]]) -> list[Question]:
    kind_of = {iri: kind for kind in KINDS for iri in found[kind]}
    made = []
    for query in queries("examples", release.base).values():
        places: dict[str, Sequence[str]] = {}
        terms: dict[str, str] = {}
        for name, parameter in query.parameters.items():
            kind = kind_of.get(parameter.plain)
            if kind:
                terms[name], places[name] = f"<${{{name}}}>", found[kind]
            elif name == "word":
                terms[name], places[name] = f'"${{{name}}}"', found[name]
        made.append(Question(f"published/{query.name}", query.bound(terms), places))
    return made


def _values(release: Release) -> dict[str, list[str]]:
    """Return the values that places are filled from, all of them in the data."""
    store = ox.Store.read_only(str(release.store))

    def column(pattern: str) -> list[str]:
        prefixes = (
            f"PREFIX dgc: <{release.base}def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        )
        rows = store.query(f"{prefixes} SELECT DISTINCT ?x {{ {pattern} }} ORDER BY ?x")
        return [row["x"].value for row in rows]  # type: ignore[union-attr]  # a SELECT that binds it

    found = {kind: column(f"?x a dgc:{kind}") for kind in KINDS}
    codes = column("?p a dgc:OccupationProfile ; dgc:occupation/skos:notation ?x")
    requirements = len(found["CompetenceRequirement"])
    return found | {
        "profile": found["OccupationProfile"],
        "other": found["OccupationProfile"],
        "requirement": found["CompetenceRequirement"],
        "framework": found["FrameworkCompetence"],
        "own": found["SpecificCompetence"],
        "code": codes,
        "prefix": sorted({code[:4] for code in codes}),
        "level": [str(level) for level in range(1, 9)],
        "word": WORDS,
        "offset": [str(offset) for offset in range(0, max(1, requirements - 100), 7)],
        "tenth": [str(len(found["OccupationProfile"]) // 10)],
    }
