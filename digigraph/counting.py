"""What a dataset as a whole describes, and how much of it, out of its parts on disk.

Every bucket of lines is surveyed once, by the workers; all else follows from the surveys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from digigraph.crew import Crew
from digigraph.described import Described
from digigraph.graph.survey import Survey, survey
from digigraph.graph.tally import Tally, subjects_of, tally
from digigraph.graph.void import TARGETS
from digigraph.names import Names
from digigraph.parts import BUCKET, Bucket, Part, buckets, lines_of

_SPACES = [target.space for target in TARGETS]


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


def survey_bucket(task: tuple[Bucket, str]) -> Survey:
    """Return the survey of a bucket; with it comes the prefix of what the dataset describes."""
    bucket, entities = task
    return survey(bucket.lines(), entities=entities, spaces=_SPACES)
