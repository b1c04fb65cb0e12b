"""Why a value does not conform to shapes within a shape is told, by both engines in the same words."""

import json

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.validate import RENDERINGS, Report, Shapes, validate_graph
from poca_kg.validate.findings import Finding
from poca_kg.validate.nested import BranchKind, find_branches
from poca_kg.validate.paths import Predicate
from poca_kg.validate.report import Severity
from poca_kg.validate.selection import Engine

HEADER = """@prefix ex: <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = "ex:a a ex:T ; ex:p 2 , ex:b , ex:c , ex:a . ex:b ex:deep ex:d . ex:c a ex:C . ex:d a ex:C ."
INTEGER = "a value of datatype xsd:integer, a value not below 3"
OF_CLASS = "a thing of class ex:C"

CASES = {
    "or": (
        "sh:or ( [ sh:datatype xsd:integer ; sh:minInclusive 3 ] [ sh:class ex:C ] )",
        "2",
        (
            f"choice 1 of 2 ({INTEGER}) fails: expected a value not below 3",
            f"choice 2 of 2 ({OF_CLASS}) fails: expected {OF_CLASS}",
        ),
    ),
    "or with messages": (
        'sh:or ( [ sh:class ex:C ; sh:message "It is no C."@en ] [ sh:nodeKind sh:BlankNode ] )',
        "2",
        (
            f"choice 1 of 2 ({OF_CLASS}) fails: It is no C.",
            "choice 2 of 2 (a blank node) fails: expected a blank node",
        ),
    ),
    "the second of two lists": (
        "sh:or ( [ sh:nodeKind sh:IRI ] [ sh:minLength 1 ] ) , ( [ sh:class ex:C ] [ sh:class ex:T ] )",
        "ex:b",
        (
            f"choice 1 of 2 ({OF_CLASS}) fails: expected {OF_CLASS}",
            "choice 2 of 2 (a thing of class ex:T) fails: expected a thing of class ex:T",
        ),
    ),
    "none of xone": (
        "sh:xone ( [ sh:class ex:C ] [ sh:class ex:T ] )",
        "2",
        (
            f"choice 1 of 2 ({OF_CLASS}) fails: expected {OF_CLASS}",
            "choice 2 of 2 (a thing of class ex:T) fails: expected a thing of class ex:T",
        ),
    ),
    "both of xone": (
        "sh:xone ( [ sh:class ex:C ] [ sh:nodeKind sh:IRI ] )",
        "ex:c",
        (f"choice 1 of 2 holds: {OF_CLASS}", "choice 2 of 2 holds: an IRI"),
    ),
    "and": (
        "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class ex:C ] )",
        "ex:b",
        (f"part 2 of 2 fails: expected {OF_CLASS}",),
    ),
    "not": (
        "sh:not [ sh:class ex:C ]",
        "ex:c",
        (f"ex:c is just that: {OF_CLASS}",),
    ),
    "node": (
        "sh:node [ sh:property [ sh:path ex:deep ; sh:minCount 1 ] ]",
        "ex:c",
        ("ex:c ex:deep: expected at least one value",),
    ),
    "node within a node": (
        "sh:node [ sh:property [ sh:path ex:deep ; sh:node [ sh:class ex:T ] ] ]",
        "ex:b",
        (
            "ex:b ex:deep: expected a thing of class ex:T",
            "ex:d: expected a thing of class ex:T",
        ),
    ),
    "too few that are qualified": (
        "sh:qualifiedValueShape [ sh:class ex:T ; sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 2",
        "4 values: 2, ex:a, ex:b, ex:c",
        (
            "2 does not count: expected a thing of class ex:T; expected an IRI",
            "ex:b does not count: expected a thing of class ex:T",
            "ex:c does not count: expected a thing of class ex:T",
        ),
    ),
    "too many that are qualified": (
        "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 1",
        "4 values: 2, ex:a, ex:b, ex:c",
        ("ex:a counts: an IRI", "ex:b counts: an IRI", "ex:c counts: an IRI"),
    ),
}  # fmt: skip


def judged(constraint: str, engine: Engine = Engine.AUTO, data: str = DATA) -> Report:
    body = f"ex:S sh:targetClass ex:T ; sh:property ex:S-p . ex:S-p sh:path ex:p ; {constraint} ."
    rules = Graph().parse(data=HEADER + body, format="turtle")
    graph = Graph().parse(data=HEADER + data, format="turtle")
    return validate_graph(graph, Shapes.alone(rules), engine=engine)


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
@pytest.mark.parametrize("name", CASES)
def test_what_fails_and_what_holds_is_told(name, engine):
    constraint, found, details = CASES[name]
    results = [result for result in judged(constraint, engine).results if result.found == found]
    assert [result.details for result in results] == [details]


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_the_results_behind_a_result_are_its_details_in_the_graph_and_in_json(engine):
    report = judged(CASES["or"][0], engine)
    graph = Graph().parse(data=RENDERINGS["ttl"].render(report), format="turtle")
    (outer,) = [node for node in graph.subjects(SH.value, Literal(2)) if (None, SH.result, node) in graph]
    inner = {graph.value(node, SH.sourceConstraintComponent) for node in graph.objects(outer, SH.detail)}
    assert inner == {SH.MinInclusiveConstraintComponent, SH.ClassConstraintComponent}
    told = json.loads(RENDERINGS["json"].render(report))["results"]
    (nested,) = [result["nested"] for result in told if result["found"] == "2"]
    assert {result["component"] for result in nested} == {str(iri) for iri in inner}
    assert {result["expected"] for result in nested} == {"a value not below 3", OF_CLASS}


def test_only_the_first_twenty_of_a_rule_are_asked_about_again():
    values = " , ".join(f'"{number:03}"' for number in range(30))
    report = judged(CASES["or"][0], data=f"ex:a a ex:T ; ex:p {values} .")
    assert [bool(result.details) for result in report.results] == [True] * 20 + [False] * 10


def test_a_shape_that_holds_no_shape_has_no_reasons():
    (result,) = judged("sh:maxCount 1").results
    assert (result.details, result.nested) == ((), ())


def test_where_nobody_can_tell_nothing_is_said():
    rules = Graph().parse(data=HEADER + "ex:S sh:or ( [ sh:class ex:C ] ) .", format="turtle")
    finding = Finding(
        URIRef("http://e/a"), Predicate(URIRef("http://e/p")), Literal(1), Severity.VIOLATION,
        URIRef("http://e/S"), SH.OrConstraintComponent,
    )  # fmt: skip
    assert find_branches(finding, rules, None, ()) == ()
    assert find_branches(finding, rules, lambda _shape, _node: None, ()) == ()
    (branch,) = find_branches(finding, rules, lambda _shape, _node: (finding,), ())
    assert (branch.kind, branch.number, branch.of, branch.holds) == (BranchKind.CHOICE, 1, 1, False)


def test_shapes_without_messages_say_what_follows_from_them():
    whats = {
        "sh:minCount 9": "ex:p: expected at least 9 values",
        "sh:maxCount 1": "ex:p has too many values: expected at most one value",
        "sh:nodeKind sh:BlankNode": "ex:p: expected a blank node",
    }
    for constraint, what in whats.items():
        assert {result.what for result in judged(constraint).results} == {what}
    (result,) = judged("sh:minCount 1", data="ex:a a ex:T .").results
    assert result.what == "ex:p is missing: expected at least one value"


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
@pytest.mark.parametrize("seed", range(4))
def test_reasons_about_blank_nodes_stand_in_an_order_of_their_own(seed, engine):
    import random

    from rdflib import BNode

    inner = (
        "[ sh:path ex:deep ; sh:node [ sh:class ex:C ; sh:property [ sh:path ex:name ; sh:minCount 1 ] ] ]"
    )
    data = 'ex:a a ex:T ; ex:p [ ex:deep [ a ex:U ; ex:name "x" ] , [ a ex:V ] , [ ex:name "y" ; a ex:W ] ] .'
    graph = Graph().parse(data=HEADER + data, format="turtle")
    names: dict[BNode, BNode] = {}
    triples = sorted(graph)
    random.Random(seed).shuffle(triples)
    other = Graph()
    other.bind("ex", "http://e/")
    for triple in triples:
        other.add(
            tuple(
                names.setdefault(t, BNode(f"b{hash((seed, t))}")) if isinstance(t, BNode) else t
                for t in triple
            )
        )
    shape = f"ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:node [ sh:property {inner} ] ] ."
    rules = Graph().parse(data=HEADER + shape, format="turtle")
    told = [
        RENDERINGS["json"].render(validate_graph(one, Shapes.alone(rules), engine=engine))
        for one in (graph, other)
    ]
    assert told[0] == told[1]
