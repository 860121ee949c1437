"""digigraph.judging: a dataset in parts is judged as if it had been judged at once (M-30, M-32).

Three copies of the world of `tests/worlds.py`, each with identifiers of its own, are three
documents; what holds no minted identifier is the framework, known beside all of them, or else is
said by each of them over again.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from worlds import BASE, CASES, expected, world, world_of

from digigraph.errors import DigigraphError
from digigraph.findings import Finding
from digigraph.judging import Verdict, context_of, judge, judge_part, settle
from digigraph.known import said_in
from digigraph.terms import graph_of, quads_of
from digigraph.validation import validate

MINTED = re.compile(r"/([a-z]-)([0-9a-hjkmnp-tv-z])(?=[0-9a-hjkmnp-tv-z]{7})")
LEVEL = "id/digcomp21/1-2/level-6"
COMPETENCE = "id/competence/c-{}d2f6x0b"
PROFILE = "id/profile/p-{}k7q2m0a"
Lines = tuple[str, ...]


def lines_of(graph: Graph) -> Lines:
    """Return the triples of a graph as sorted lines."""
    written = ox.serialize(quads_of(graph), format=ox.RdfFormat.N_QUADS)
    assert written
    return tuple(sorted(written.decode().splitlines()))


def quads(lines: Iterable[str]) -> list[ox.Quad]:
    """Return the statements of lines."""
    return list(ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS))


def copied(lines: Iterable[str], mark: str) -> Lines:
    """Return lines in which every minted identifier is another one."""
    return tuple(MINTED.sub(rf"/\g<1>{mark}", line) for line in lines)


def is_of_a_document(line: str) -> bool:
    """Return whether a line is about what a document alone speaks of."""
    return bool(MINTED.search(line.partition(" ")[0]))


@cache
def sound(mark: str) -> Lines:
    """Return a copy of the world that conforms, under identifiers of its own."""
    return copied(lines_of(world()), mark)


def split(worlds: Sequence[Lines], *, framework: bool) -> tuple[list[ox.Quad], list[list[ox.Quad]]]:
    """Return what is known beside the documents, and the documents; each may say it all itself."""
    shared = {line for lines in worlds for line in lines if not is_of_a_document(line)}
    if framework:
        return quads(shared), [quads(filter(is_of_a_document, lines)) for lines in worlds]
    return [], [quads(lines) for lines in worlds]


@cache
def at_once(worlds: tuple[Lines, ...]) -> tuple[Finding, ...]:
    """Return what is found in all of the dataset at once."""
    return validate(graph_of(quads({line for lines in worlds for line in lines}))).findings


def in_parts(worlds: Sequence[Lines], *, framework: bool) -> tuple[Finding, ...]:
    """Return what is found part by part."""
    common, documents = split(worlds, framework=framework)
    return judge(common, documents, base=BASE).findings


def said(*statements: str) -> Lines:
    """Return lines of Turtle under our base as lines of N-Triples."""
    head = f"@base <{BASE}> . @prefix dgc: <{BASE}def#> . "
    head += "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . "
    parsed = ox.parse(head + " ".join(statements), format=ox.RdfFormat.TURTLE)
    return tuple(lines_of(graph_of(parsed)))


BATCHES = [tuple(CASES[start::6]) for start in range(6)]
"""The cases in a few handfuls, so that every kind of error is there, among others."""


@cache
def broken(batch: tuple[Path, ...]) -> tuple[Lines, ...]:
    """Return three documents: the second is broken, and so is the framework for all of them."""
    lines = copied(lines_of(world_of(*batch)), "4")
    framework = tuple(line for line in lines if not is_of_a_document(line))
    others = (tuple(filter(is_of_a_document, sound(mark))) for mark in "35")
    return (lines, *(framework + other for other in others))


@pytest.mark.parametrize("framework", [True, False], ids=["framework", "all-over-again"])
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch[0].stem)
def test_parts_give_what_the_whole_gives(batch: tuple[Path, ...], framework: bool) -> None:
    """Whatever is wrong, in a document or in what all share, is found part by part as at once."""
    worlds = broken(batch)

    assert in_parts(worlds, framework=framework) == at_once(worlds)


def test_errors_of_every_kind_were_planted() -> None:
    """What the comparison is made on breaks every shape that can be broken."""
    planted = {one.shape for batch in BATCHES for one in at_once(broken(batch))}

    assert {shape for path in CASES for _, shape in expected(path)} - planted == set()


SPOKEN_OF_BY_TWO = {
    "an item of another document at a level": (
        (f"<{LEVEL}> dgc:hasVariantItem <id/statement/s-4x1c6n0m3k8p> .",),
        "Statement-listed|CompetenceAtLevel",
    ),
    "a level with a second code": (
        (f'<{LEVEL}> skos:notation "1.2-7" .',),
        "CompetenceAtLevel-notation",
    ),
    "a level of a second competence": (
        (f"<{LEVEL}> dgc:ofCompetence <{COMPETENCE.format('4')}> .",),
        "CompetenceAtLevel-ofCompetence",
    ),
    "an occupation with a second name": (
        ('<id/nkpd11/33393020> skos:prefLabel "Друг"@bg .',),
        "Concept|Identity",
    ),
    "a group with another code": (
        ('<id/nkpd11/3339> skos:notation "4444"^^dgc:NKPD2011 .',),
        "OccupationPosition",
    ),
    "a competence shared by two documents": (
        (f"<{COMPETENCE.format('3')}> dgc:kind dgc:General .",),
        "Competence-kind",
    ),
    "a competence of another document required": (
        (f"<{PROFILE.format('4')}/req/1-2> dgc:requiresCompetence <{COMPETENCE.format('3')}> .",),
        "CompetenceRequirement-requiresCompetence",
    ),
    "a second concept for a level of the framework": (
        (
            "<id/competence/c-4ww2f6x0/level-6> a dgc:CompetenceAtLevel ; "
            "dgc:ofCompetence <id/digcomp21/1-2> ; dgc:atLevel <id/digcomp21/level-6> .",
        ),
        "Competence-levelOnce",
    ),
    "a ninth level": (
        (
            "<id/digcomp21/level-4zzzzzzz> a dgc:ProficiencyLevel ; dgc:rank 8 ; "
            "skos:inScheme <id/digcomp21/levels> .",
        ),
        "ProficiencyLevel",
    ),
}
"""What document 4 says besides, and the shape that is then broken."""


@pytest.mark.parametrize("framework", [True, False], ids=["framework", "all-over-again"])
@pytest.mark.parametrize("name", SPOKEN_OF_BY_TWO)
def test_violation_across_documents(name: str, framework: bool) -> None:
    """What two documents break together is found, though each of them alone is sound."""
    statements, shape = SPOKEN_OF_BY_TWO[name]
    worlds = (sound("3"), tuple(sorted({*sound("4"), *said(*statements)})), sound("5"))

    found = in_parts(worlds, framework=framework)

    assert found == at_once(worlds)
    assert any(re.search(f"#({shape})", str(one.shape)) for one in found), found


def test_documents_that_share_nothing_are_not_judged_again() -> None:
    """Sound documents are asked for once; settling reads none of them a second time."""
    common, documents = split([sound("3"), sound("4")], framework=True)
    context = context_of(common, BASE)
    verdicts = [judge_part(context, said_in(part)) for part in documents]

    report = settle(context, verdicts, lambda number: pytest.fail(f"{number} is asked for"))

    assert report.conforms("info")
    assert report.focus_nodes > sum(verdict.report.focus_nodes for verdict in verdicts) > 0


def test_verdict_can_be_kept() -> None:
    """A verdict that was sent between processes, or kept as JSON, says the same as before."""
    broken = copied(lines_of(world_of(CASES[0].with_name("Identity.wrong-values.ttl"))), "4")
    common, (part,) = split([broken], framework=True)
    context = context_of(common, BASE)

    verdict = judge_part(context, said_in(part))

    assert verdict.report.findings
    assert verdict.border.findings or verdict.lines
    assert pickle.loads(pickle.dumps(verdict)) == verdict
    assert Verdict.of(json.loads(json.dumps(verdict.kept()))) == verdict


def test_context_is_as_before_once_a_part_is_judged() -> None:
    """Nothing of one part is left for the next: any order gives the same verdicts."""
    broken = copied(lines_of(world_of(CASES[0].with_name("Statement.incomplete.ttl"))), "4")
    common, parts = split([sound("3"), broken], framework=True)
    context = context_of(common, BASE)
    size = len(context.store)

    there = [judge_part(context, said_in(part)) for part in parts]
    back = [judge_part(context, said_in(part)) for part in reversed(parts)]

    assert there == back[::-1]
    assert len(context.store) == size


def test_part_without_anything_to_judge() -> None:
    """A part in which no shape finds a node is an error: silence is not conformance."""
    context = context_of(quads(sound("3")), BASE)

    with pytest.raises(DigigraphError, match="nothing was checked"):
        judge_part(context, said_in(quads(said("<urn:x-a> a <urn:x-b> ."))))
