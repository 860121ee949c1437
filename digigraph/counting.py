"""What a dataset as a whole describes, and how much of it, out of its parts on disk.

Every bucket of lines is surveyed once, by the workers; all else follows from the surveys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.described import Described
from digigraph.graph.survey import Survey, survey
from digigraph.graph.tally import Tally, subjects_of, tally
from digigraph.graph.void import TARGETS
from digigraph.names import PREFIXES, Names
from digigraph.parts import BUCKET, Bucket, Part, buckets, lines_of

_SPACES = [target.space for target in TARGETS]
_TYPE = ox.NamedNode(f"{PREFIXES['rdf']}type")


@dataclass
class Counting:
    """The parts of a dataset, and the surveys of them, which are made when they are asked for."""

    parts: Sequence[Part]
    crew: Crew
    names: Names
    progress: Callable[[str, int, int], None]

    @cached_property
    def buckets(self) -> list[Bucket]:
        """Return the parts cut into buckets."""
        return buckets(self.parts, BUCKET)

    @cached_property
    def surveys(self) -> list[Survey]:
        """Return the survey of each bucket."""
        tasks = [(bucket, self.names.id("")) for bucket in self.buckets]
        found = []
        self.progress("counting", 0, len(tasks))
        for number, one in enumerate(self.crew.do(survey_bucket, tasks, few=1), 1):
            self.progress("counting", number, len(tasks))
            found.append(one)
        return found

    def described(self) -> Described:
        """Return what the parts say something about."""
        return Described(subjects_of(self.surveys), self.buckets)

    def tally(self, more: Iterable[ox.Quad]) -> Tally:
        """Return the counts of all parts, and of more whose subjects no part describes."""
        told = survey(lines_of(more), entities=self.names.id(""), spaces=_SPACES)
        return tally([*self.surveys, told])

    def clear(
        self, told: Tally, said: Iterable[ox.Quad], described: Collection[Described]
    ) -> set[str]:
        """Return the names of the checks of which the counts show that they would find nothing.

        Each of them looks at every statement. `said` is what the counts leave out; all that is
        described is in one of `described`.
        """
        entities, ours = self.names.id(""), self.names.term("")
        terms = {q.predicate for q in said} | {q.object for q in said if q.predicate == _TYPE}
        used = {*told.whole.properties, *told.whole.classes, *(_iri(one) for one in terms)}
        named = {_iri(one) for quad in said for one in (quad.subject, quad.object)}
        missing = (
            iri for iri in named
            if iri.startswith(entities) and not any(iri in some for some in described)
        )  # fmt: skip
        checks = {
            "blank-nodes": told.nameless,
            "dangling-references": told.dangling or any(missing),
            "unknown-terms": any(
                iri.startswith(ours) and not any(iri in some for some in described) for iri in used
            ),
        }
        return {name for name, found in checks.items() if not found}


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def survey_bucket(task: tuple[Bucket, str]) -> Survey:
    """Return the survey of a bucket; with it comes the prefix of what the dataset describes."""
    bucket, entities = task
    return survey(bucket.lines(), entities=entities, spaces=_SPACES)
