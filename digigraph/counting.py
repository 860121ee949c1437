"""What a dataset as a whole describes, and how much of it, out of its parts on disk.

Every bucket of lines is surveyed once, by the workers; all else follows from the surveys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import byteorder

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.described import Described
from digigraph.graph.survey import Survey, packed, survey, unpacked
from digigraph.graph.tally import Tally, subjects_of, tally
from digigraph.graph.void import TARGETS
from digigraph.kept import Kept
from digigraph.names import PREFIXES, Names
from digigraph.parts import BUCKET, Bucket, Part, buckets, digest_of, lines_of

_SPACES = [target.space for target in TARGETS]
_TYPE = ox.NamedNode(f"{PREFIXES['rdf']}type")


@dataclass
class Counting:
    """The parts of a dataset, and the surveys of them, which are made when they are asked for."""

    parts: Sequence[Part]
    crew: Crew
    names: Names
    progress: Callable[[str, int, int], None]
    kept: Kept | None = None

    @cached_property
    def buckets(self) -> list[Bucket]:
        """Return the parts cut into buckets."""
        return buckets(self.parts, BUCKET)

    @cached_property
    def surveys(self) -> list[Survey]:
        """Return the survey of each bucket."""
        tasks = [(bucket, self.names.id(""), self.kept) for bucket in self.buckets]
        found = []
        self.progress("counting", 0, len(tasks))
        for number, (key, one) in enumerate(self.crew.do(survey_bucket, tasks, few=1), 1):
            self.progress("counting", number, len(tasks))
            if self.kept:
                self.kept.use([key])
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


def survey_bucket(task: tuple[Bucket, str, Kept | None]) -> tuple[str, Survey]:
    """Return the key of a bucket's survey, if it is kept, and the survey.

    With the bucket come the prefix of what the dataset describes, and where surveys are kept.
    """
    bucket, entities, kept = task
    lines = bucket.lines()
    key = kept.key("survey", digest_of(lines), entities, byteorder) if kept else ""
    if kept and (known := kept.pieces(key)):
        return key, unpacked(*known)
    found = survey(lines, entities=entities, spaces=_SPACES)
    if kept:
        kept.keep_pieces(key, *packed(found))
    return key, found
