"""digigraph.validation and digigraph.rules: a graph is judged by the published shapes.

The world of `tests/worlds.py` is broken in every way; pySHACL alone is the judge of what is found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node
from worlds import BASE, CASES, DGC, FOLDER, SHAPE, TEST, case, expected, world, world_of

from digigraph import resources, rules
from digigraph.errors import DigigraphError, InputError
from digigraph.known import Known, said_in
from digigraph.terms import graph_of, quads_of
from digigraph.validation import (
    SYNTAXES,
    Finding,
    Report,
    judged,
    load_shapes,
    read,
    validate,
    validate_file,
)

PROFILE = URIRef(f"{BASE}id/profile/p-3k7q2m0a")
CHECKSUM = URIRef(f"{BASE}id/source/d-1a2b3c4d/checksum")
RESULT = (SH.focusNode, SH.sourceShape, SH.resultPath, SH.value, SH.sourceConstraintComponent)
DISPUTED = URIRef(f"{PROFILE}/req/c-8d2f6x0b")


def found(report: Report) -> set[tuple[Node, Node]]:
    """Return the (node, shape) pairs of a report."""
    return {(finding.focus, finding.shape) for finding in report.findings}


@cache
def report_of(path: Path) -> Report:
    """Return the report on a case."""
    return validate(world_of(path))


def shapes_of(kind: URIRef) -> set[Node]:
    """Return the published shapes of a kind."""
    return set(load_shapes().subjects(RDF.type, kind))


def contradiction() -> Report:
    """Return a report with findings of two severities, values and paths."""
    graph = world_of(FOLDER / "CompetenceRequirement.falsely-disputed.ttl")
    graph.remove((PROFILE, DGC.occupation, None))
    return validate(graph)


def a_finding() -> Finding:
    """Return one finding."""
    return contradiction().findings[0]


# The shapes and their cases


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_gives_exactly_the_findings_it_says(path: Path) -> None:
    """Validation finds what the case says, no more and no less."""
    assert found(report_of(path)) == expected(path)


def test_the_world_of_the_cases_conforms() -> None:
    """The base of all cases has no finding, not even a note."""
    assert validate(world()).conforms("info")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_named_after_its_shape(path: Path) -> None:
    """A case file is named after a node shape, says what it shows, and no file is unused."""
    name, _, situation = path.stem.partition(".")
    assert SHAPE[name] in shapes_of(SH.NodeShape)
    assert path.suffix == ".ttl"
    assert situation
    if expected(path):
        assert any(str(shape).startswith(f"{SHAPE}{name}") for _, shape in expected(path))
    else:
        assert (TEST.case, TEST.conforms, SHAPE[name]) in case(path)


def test_every_node_shape_has_a_conforming_and_a_failing_case() -> None:
    """A node shape that nothing conforms to, or that nothing fails, is not shown to work."""
    conforming = {path.stem.partition(".")[0] for path in CASES if not expected(path)}
    failing = {path.stem.partition(".")[0] for path in CASES if expected(path)}
    names = {str(shape).removeprefix(SHAPE) for shape in shapes_of(SH.NodeShape)}

    assert conforming == names
    assert failing == names


def test_every_property_shape_has_a_failing_case() -> None:
    """Each property shape, core or SPARQL, is broken by some case."""
    broken = {shape for path in CASES for _, shape in expected(path)}

    assert shapes_of(SH.PropertyShape) - broken == set()


def test_every_targeted_shape_judges_the_world() -> None:
    """No shape conforms because it found nothing to judge."""
    book = rules.rulebook()
    targeted = {shape for shape, classes in book.targets.items() if classes}

    with Known([], book).beside(said_in(quads_of(world()))) as scope:
        judging = set(scope.judged(scope.own))

    assert targeted == judging


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_both_engines_find_what_pyshacl_finds_alone(path: Path) -> None:
    """What two engines find over all nodes is what pySHACL finds in the shapes as published.

    pySHACL takes the published shapes and targets as they are, and asks each `sh:sparql` node
    by node; to keep that bearable it is asked about the nodes that the case touches.
    """
    import pyshacl

    graph = world_of(path)
    touched = {CHECKSUM, *case(path).subjects(), *(node for node, _ in found(report_of(path)))}
    focus = [str(node) for node in touched & set(graph.subjects()) if isinstance(node, URIRef)]
    report = validate(graph, focus=focus)
    _, results, _ = pyshacl.validate(graph, shacl_graph=load_shapes(), focus_nodes=focus)

    assert {
        (finding.focus, finding.shape, finding.path, finding.value, finding.source)
        for finding in report.findings
        if rules.rulebook().targets[finding.shape]
    } == {
        tuple(results.value(result, part) for part in RESULT)
        for result in results.subjects(RDF.type, SH.ValidationResult)
    }


# The shapes as published


def test_shapes_speak_both_languages() -> None:
    """Each shape has a name and a description, and each that can be broken says what to do."""
    shapes = load_shapes()
    for shape in shapes_of(SH.NodeShape) | shapes_of(SH.PropertyShape):
        parts = [SH.name, SH.description]
        if (shape, RDF.type, SH.PropertyShape) in shapes or not rules.rulebook().targets[shape]:
            parts.append(SH.message)
        for part in parts:
            texts = {str(text.language) for text in shapes.objects(shape, part)}
            assert texts == {"bg", "en"}, f"{shape} {part}"


def test_property_shapes_say_how_grave_and_where() -> None:
    """Each property shape has one severity, one order and one path."""
    shapes = load_shapes()
    for shape in shapes_of(SH.PropertyShape):
        for part in (SH.severity, SH.order, SH.path):
            assert len(list(shapes.objects(shape, part))) == 1, f"{shape} {part}"


def test_shapes_have_no_blank_node() -> None:
    """Every node of the shapes, constraints and prefix declarations too, has an IRI."""
    assert not [node for node in load_shapes().all_nodes() if isinstance(node, BNode)]


def test_shapes_are_well_formed() -> None:
    """The shapes graph conforms to the shapes for shapes (SHACL appendix C)."""
    import pyshacl

    malformed = load_shapes()
    malformed.add((SHAPE["Statement-label"], SH.minCount, Literal("one")))

    pyshacl.validate(Graph(), shacl_graph=load_shapes(), meta_shacl=True)
    with pytest.raises(pyshacl.errors.ReportableRuntimeError):
        pyshacl.validate(Graph(), shacl_graph=malformed, meta_shacl=True)


def test_shapes_move_with_the_base() -> None:
    """Under another base the same shapes judge the data of that base."""
    base = "https://example.org/skills/"
    moved = load_shapes(base)
    text = (FOLDER / "base.ttl").read_text(encoding="utf-8").replace(BASE, base)
    graph = graph_of(ox.parse(text, format=ox.RdfFormat.TURTLE))
    graph.remove((URIRef(f"{base}id/profile/p-3k7q2m0a"), DGC.occupation, None))

    assert URIRef(f"{base}shapes#CompetenceRequirement") in moved.subjects()
    assert not [term for term in moved.all_nodes() if str(term).startswith(BASE)]
    assert validate(graph, base=base).conforms("info")


@pytest.mark.parametrize(
    "select",
    [
        "SELECT ?value WHERE { $this a ?value }",
        "SELECT $this WHERE { $this a ?kind MINUS { $this a ?other } }",
        "SELECT $this WHERE { VALUES ?kind { 1 } $this a ?kind }",
        "SELECT $this WHERE { SERVICE <urn:x> { $this a ?kind } }",
        "SELECT $this WHERE { { SELECT ?other WHERE { ?other a ?kind } } }",
        "SELECT $this",
    ],
)
def test_a_query_that_would_mean_something_else_is_refused(select: str) -> None:
    """A published query that set-wise asking would change is an error, not another answer."""
    with pytest.raises(DigigraphError, match=r"project \$this"):
        rules.set_wise(select, {}, "urn:x-shape")


# Shapes that others may write

PREFIXES = f"@prefix s: <{SHAPE}> . @prefix dgc: <{DGC}> . @prefix sh: <{SH}> . "
NEW_SHAPE = "s:New a sh:NodeShape ; sh:targetClass dgc:OccupationProfile ; "


def shapes_with(turtle: str) -> Graph:
    """Return the shipped shapes and one more."""
    return load_shapes() + graph_of(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))


def test_every_shipped_constraint_is_compiled() -> None:
    """Judging the shipped data needs pySHACL for nothing."""
    assert not rules.rulebook().left


@pytest.mark.parametrize(
    "turtle",
    [
        "sh:property s:P . s:P a sh:PropertyShape ; sh:path dgc:duty ; sh:minExclusive 5 .",
        "sh:property s:P . s:P a sh:PropertyShape ; sh:path dgc:hasDuty ; sh:in ( dgc:A dgc:B ) .",
        "sh:property s:P . s:P a sh:PropertyShape ; sh:path [ sh:inversePath dgc:requirementOf ] ; "
        "sh:maxCount 0 .",
        "sh:not s:Other . s:Other a sh:NodeShape ; sh:class dgc:OccupationProfile .",
        "sh:property s:P . s:P a sh:PropertyShape ; sh:path dgc:hasDuty ; sh:property s:Q . "
        "s:Q a sh:PropertyShape ; sh:path dgc:position ; sh:maxCount 0 .",
        "sh:closed true .",
    ],
    ids=["range", "list", "path", "logic", "nested", "closed"],
)
def test_what_is_not_compiled_is_judged_by_pyshacl(turtle: str) -> None:
    """A shape with a constraint of another kind gives what pySHACL gives for it."""
    import pyshacl

    shapes = shapes_with(NEW_SHAPE + turtle)
    data = world()
    data.add((PROFILE, DGC.duty, Literal(4)))
    with Known([], rules.taken_apart(shapes)).beside(said_in(quads_of(data))) as scope:
        report = judged(scope, scope.own)
    new = graph_of(ox.parse(PREFIXES + NEW_SHAPE + turtle, format=ox.RdfFormat.TURTLE))
    _, results, _ = pyshacl.validate(data, shacl_graph=new)

    assert {
        (one.focus, one.shape, one.path, one.value, one.source)
        for one in report.findings
        if one.shape in new.subjects()
    } == {
        tuple(
            None if part == SH.resultPath and isinstance(results.value(one, part), BNode)
            else results.value(one, part)
            for part in RESULT
        )
        for one in results.objects(None, SH.result)
    }  # fmt: skip
    assert any(one.shape in new.subjects() for one in report.findings)


@pytest.mark.parametrize(
    ("turtle", "says"),
    [
        ("s:New a sh:NodeShape ; sh:targetSubjectsOf dgc:hasDuty .", "use sh:targetClass"),
        ("s:New a sh:NodeShape ; sh:deactivated true .", "is not known here"),
        ("s:New a sh:PropertyShape ; sh:path dgc:hasDuty ; sh:minCount 1 .", "nobody would judge"),
        (NEW_SHAPE + "sh:property [ sh:path dgc:hasDuty ; sh:minCount 9 ] .", "nobody would judge"),
    ],
)
def test_shape_that_nobody_would_judge_is_refused(turtle: str, says: str) -> None:
    """A shape that would be passed over in silence is an error."""
    with pytest.raises(DigigraphError, match=says):
        rules.taken_apart(shapes_with(turtle))


# What is judged


def test_only_the_data_is_judged() -> None:
    """What is wrong in the context is known, not judged."""
    context = world_of(FOLDER / "CompetenceRequirement.falsely-disputed.ttl")
    data = Graph()
    for triple in list(context.triples((DISPUTED, None, None))):
        data.add(triple)

    report = validate(data, context=context)

    assert report.focus_nodes == 1
    assert report.findings == ()


def test_focus_narrows_what_is_judged() -> None:
    """Only the nodes in focus are judged, by engine and by rule alike."""
    graph = world_of(FOLDER / "CompetenceRequirement.two-values.ttl")

    report = validate(graph, focus={PROFILE})

    assert report.focus_nodes == 1
    assert {finding.focus for finding in report.findings} == {PROFILE}


def test_the_data_stays_as_it_was() -> None:
    """Judging a graph changes neither it nor its context."""
    data, context = world(), world()

    validate(data, context=context)

    assert set(data) == set(context) == set(world())


@pytest.mark.parametrize("focus", [None, set(), {"https://example.org/nothing"}])
def test_a_run_that_judges_nothing_fails(focus: set[str] | None) -> None:
    """A graph in which no shape finds a node is an error: silence is not conformance."""
    graph = Graph()
    graph.add((URIRef("https://example.org/a"), RDF.type, URIRef("https://example.org/Thing")))

    with pytest.raises(DigigraphError, match="nothing was checked"):
        validate(graph, focus=focus)


def test_an_unknown_iri_is_shown_where_it_is_described() -> None:
    """An unknown IRI is reported once if described, else at each place that names it."""
    report = report_of(FOLDER / "KnownIri.patterns.ttl")
    named, described = sorted(report.findings, key=lambda finding: finding.path is None)

    assert described.focus == described.value == URIRef(f"{BASE}id/digcomp21/1.2")
    assert named.value == URIRef(f"{BASE}id/Competence/c-8d2f6x0b")
    assert named.path == URIRef("http://www.w3.org/2004/02/skos/core#exactMatch")


# The report


def test_findings_come_in_one_order() -> None:
    """The gravest come first, and two runs give the same report."""
    report = contradiction()

    assert report == contradiction()
    assert [finding.severity for finding in report.findings] == [
        "violation",
        "violation",
        "warning",
    ]


@pytest.mark.parametrize(
    ("severity", "fails_on"),
    [
        ("violation", {"violation", "warning", "info"}),
        ("warning", {"warning", "info"}),
        ("info", {"info"}),
    ],
)
def test_a_report_conforms_up_to_a_severity(severity: str, fails_on: set[str]) -> None:
    """A finding fails the run at its own severity and at any less grave one."""
    report = Report((replace(a_finding(), severity=severity),), 1, 1)

    assert {level for level in ("violation", "warning", "info") if not report.conforms(level)} == (
        fails_on
    )


def test_text_in_bulgarian() -> None:
    """The text names node, property, value and rule, and sums up, in Bulgarian."""
    text = contradiction().to_text("bg")

    assert f"НАРУШЕНИЕ {PROFILE}\n  Посочете длъжността с осемцифрения ѝ код" in text
    assert f"  свойство: {DGC.occupation}\n" in text
    assert f"  стойност: {DGC.Disputed}\n" in text
    assert f"  правило: {SHAPE['OccupationProfile-occupation']}\n" in text
    assert text.endswith("Нарушения: 2, предупреждения: 1, бележки: 0.")


def test_text_in_english() -> None:
    """The same text in English."""
    text = contradiction().to_text("en")

    assert f"VIOLATION {PROFILE}\n  Name the position by its eight-digit" in text
    assert text.endswith("Violations: 2, warnings: 1, notes: 0.")


def test_text_without_findings_still_says_how_much_was_checked() -> None:
    """A report with no finding is its sum."""
    text = validate(world()).to_text("en")

    assert text.startswith("Resources checked: 63, rules applied: ")


def test_json_keeps_its_schema() -> None:
    """The JSON has the documented keys, and terms as in the SPARQL results format."""
    report = contradiction()
    summary = json.loads(report.to_json())
    by_shape = {finding["shape"]: finding for finding in summary["findings"]}
    finding = by_shape[str(SHAPE["CompetenceRequirement-disputed"])]

    assert list(summary) == ["conforms", "checked", "counts", "findings"]
    assert summary["conforms"] is False
    assert summary["checked"] == {"focusNodes": report.focus_nodes, "shapes": report.shapes}
    assert summary["counts"] == {"violation": 2, "warning": 1, "info": 0}
    assert finding == {
        "severity": "violation",
        "focus": {"type": "uri", "value": f"{PROFILE}/req/1-2"},
        "path": str(DGC.levelStatus),
        "value": {"type": "uri", "value": str(DGC.Disputed)},
        "shape": str(SHAPE["CompetenceRequirement-disputed"]),
        "source": str(SH.SPARQLConstraintComponent),
        "message": {
            "bg": "Посочете dgc:Disputed, когато местата в документа се разминават, и само тогава.",
            "en": "State dgc:Disputed when the places in the document differ, and only then.",
        },
    }


def test_json_of_literals_and_blank_nodes() -> None:
    """A literal keeps its language or datatype; a blank node its label."""
    one = a_finding()
    report = Report(
        (
            replace(one, focus=BNode("b"), value=Literal("да", lang="bg")),
            replace(one, value=Literal("x", datatype=DGC.NKPD2011)),
        ),
        1,
        1,
    )
    first, second = json.loads(report.to_json())["findings"]

    assert first["focus"] == {"type": "bnode", "value": "b"}
    assert first["value"] == {"type": "literal", "value": "да", "xml:lang": "bg"}
    assert second["value"]["datatype"] == str(DGC.NKPD2011)


def test_graph_is_a_shacl_report_with_names_only() -> None:
    """The report graph, read again, is a SHACL validation report of IRIs, one result a finding."""
    report = contradiction()
    graph = Graph().parse(data=report.to_graph().serialize(format="turtle"), format="turtle")
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    results = set(graph.objects(node, SH.result))

    assert isomorphic(graph, report.to_graph())
    assert not [term for term in graph.all_nodes() if isinstance(term, BNode)]
    assert str(node).startswith(f"{BASE}report/")
    assert (node, SH.conforms, Literal(False)) in graph
    assert len(results) == len(report.findings)
    assert {graph.value(result, SH.sourceShape) for result in results} == {
        finding.shape for finding in report.findings
    }
    for result in results:
        assert len(list(graph.objects(result, SH.resultMessage))) == 2


def test_graph_names_a_blank_focus_node() -> None:
    """A node without a name gets one in the report."""
    graph = report_of(FOLDER / "NoBlankNodes.nameless.ttl").to_graph()

    assert not [term for term in graph.all_nodes() if isinstance(term, BNode)]


def test_graph_of_a_report_without_findings_conforms() -> None:
    """SHACL calls a report conforming when it has no result at all."""
    graph = validate(world()).to_graph("https://example.org/")

    ((node, _, conforms),) = graph.triples((None, SH.conforms, None))
    assert str(node).startswith("https://example.org/")
    assert conforms == Literal(True)


# Files


@pytest.mark.parametrize("extension", [*SYNTAXES, ".TTL"])
def test_a_file_of_any_syntax_gives_the_same_report(tmp_path: Path, extension: str) -> None:
    """The syntax of a file makes no difference to what is found in it."""
    path = tmp_path / f"profile{extension}"
    case_of = FOLDER / "CompetenceRequirement.falsely-disputed.ttl"
    text = world_of(case_of).serialize(format="nt", encoding="utf-8")
    quads = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
    path.write_bytes(
        ox.serialize((quad.triple for quad in quads), format=SYNTAXES[extension.lower()])
    )

    assert expected(case_of) <= found(validate_file(path))


def test_named_graphs_are_judged_together(tmp_path: Path) -> None:
    """A file of quads is judged as the union of its graphs."""
    path = tmp_path / "profile.nq"
    lines = world().serialize(format="nt").splitlines()
    path.write_text(
        "".join(
            line.removesuffix(" .") + f" <https://example.org/g{number % 2}> .\n"
            for number, line in enumerate(sorted(lines))
            if line
        ),
        encoding="utf-8",
    )

    assert validate_file(path) == validate_file(FOLDER / "base.ttl")


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("bad.ttl", b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b>\n", 3),
        ("bad.jsonld", b'{"@id":\n', 2),
        ("bad.nq", b"<urn:a> <urn:b> <urn:c> .\nnonsense\n", 2),
        ("bad.rdf", b"<rdf>\n", None),
        ("bad.ttl", "\ufeffпрофил".encode("utf-16"), 1),
        ("bad.ttl", b"", None),
        ("bad.ttl", b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .", None),
    ],
)
def test_a_bad_file_is_named_with_its_line(
    tmp_path: Path, name: str, content: bytes, line: int | None
) -> None:
    """A file that is no RDF, or holds nothing to judge, is an input error that says where."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(InputError) as error:
        validate_file(path)

    assert error.value.path == path
    assert error.value.line == line


def test_an_unknown_extension_names_the_known_ones(tmp_path: Path) -> None:
    """A file of a kind we do not read is refused with the list of those we do."""
    with pytest.raises(InputError, match=r"\.ttl, \.jsonld, \.json, \.nq, \.trig, \.nt, \.rdf"):
        validate_file(tmp_path / "profile.xlsx")


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is an input error."""
    with pytest.raises(InputError, match="cannot be opened"):
        validate_file(tmp_path / "profile.ttl")


def test_a_remote_context_is_not_fetched(tmp_path: Path) -> None:
    """JSON-LD that names a context by address is refused, and told what to do."""
    path = tmp_path / "profile.jsonld"
    path.write_text('{"@context": "https://example.org/c.jsonld", "@id": "urn:a"}')

    with pytest.raises(InputError, match="write the context into the file"):
        validate_file(path)


def test_our_own_context_stands_in_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON-LD that names our published context is read with the shipped copy."""
    context = tmp_path / "ontology" / "context" / "v1.jsonld"
    context.parent.mkdir(parents=True)
    context.write_text(json.dumps({"@context": {"dgc": str(DGC)}}))
    monkeypatch.setattr("digigraph.resources.folder", lambda name: tmp_path / name)
    path = tmp_path / "profile.jsonld"
    own = f"{BASE}context/v1.jsonld"
    path.write_text(
        json.dumps({"@graph": [{"@context": [own, {}], "@id": "urn:a", "dgc:rank": "1"}]})
    )

    (quad,) = read(path)

    assert quad.predicate.value == str(DGC.rank)


# The checks of a whole release

BREAKS = {
    "labels-of-two-kinds": '<id/nkpd11/3> skos:hiddenLabel "Техници и приложни специалисти"@bg .',
    "two-preferred-labels": '<id/nkpd11/3> skos:prefLabel "Техници"@bg .',
    "related-and-broader": "<id/nkpd11/3> skos:related <id/nkpd11/3339> .",
    "exact-and-other-match": "<id/nkpd11/3> skos:exactMatch <id/nkpd11/2>; "
    "skos:broadMatch <id/nkpd11/2> .",
    "blank-nodes": "<id/nkpd11/3> skos:related _:nameless .",
    "dangling-references": "<id/nkpd11/3> skos:narrower <id/nkpd11/34> .",
    "unknown-terms": "<id/nkpd11/3> dgc:requiredLevell <id/nkpd11/3> .",
}


def whole(extra: str = "") -> ox.Store:
    """Return a store of the vocabulary, the world of the cases and `extra`, in named graphs."""
    store = ox.Store()
    prefixes = f"@base <{BASE}> . @prefix dgc: <{DGC}> . @prefix skos: <{SKOS}> . "
    vocabulary = (resources.folder("ontology") / "digigraph.ttl").read_text(encoding="utf-8")
    world_text = (FOLDER / "base.ttl").read_text(encoding="utf-8")
    for number, text in enumerate((vocabulary, world_text, prefixes + extra)):
        graph = ox.NamedNode(f"{BASE}graph/{number}")
        store.load(text, format=ox.RdfFormat.TURTLE, to_graph=graph)
    return store


def rows(store: ox.Store, path: Path) -> list[object]:
    """Return the rows of a check over the union of all graphs."""
    query = path.read_text(encoding="utf-8")
    return list(store.query(query, use_default_graph_as_union=True))


CHECKS = sorted((resources.folder("queries") / "checks").glob("*.rq"))


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_a_check_finds_a_breach_and_nothing_else(path: Path) -> None:
    """A check has no row for a sound dataset, and at least one for a broken one."""
    assert rows(whole(), path) == []
    assert rows(whole(BREAKS[path.stem]), path)


def test_every_check_is_shown_to_work() -> None:
    """Each check has a dataset that breaks it, and none is left over."""
    assert {path.stem for path in CHECKS} == set(BREAKS)


def test_only_validation_loads_the_shacl_engine() -> None:
    """Importing the module does not load pySHACL; judging does."""
    code = "import sys, digigraph.validation; sys.exit('pyshacl' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
