"""Shapes graphs become shapes, and what cannot be judged by is refused with the name of its shape."""

import logging

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH

from poca_kg.errors import InputError
from poca_kg.validate.paths import Inverse, Predicate, Repeated, Sequence
from poca_kg.validate.report import Severity
from poca_kg.validate.shape_graph import ShapeGraph, Target, TargetKind, read_shape_graph

E = Namespace("http://e/")
PREFIXES = """@prefix e: <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(autouse=True)
def hushed():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def read(text: str) -> ShapeGraph:
    return read_shape_graph(Graph().parse(data=PREFIXES + text))


def components(text: str) -> list[URIRef]:
    return [constraint.component for constraint in read(text).shapes[E.S].constraints]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e:S sh:targetNode e:x .", {Target(TargetKind.NODE, E.x)}),
        ("e:S sh:targetNode 5 .", {Target(TargetKind.NODE, Literal(5))}),
        ("e:S sh:targetClass e:C, e:D .", {Target(TargetKind.CLASS, E.C), Target(TargetKind.CLASS, E.D)}),
        ("e:S sh:targetSubjectsOf e:p .", {Target(TargetKind.SUBJECTS_OF, E.p)}),
        ("e:S sh:targetObjectsOf e:p .", {Target(TargetKind.OBJECTS_OF, E.p)}),
        ("e:S a rdfs:Class, sh:NodeShape .", {Target(TargetKind.IMPLICIT_CLASS, E.S)}),
        ("e:S a owl:Class, sh:NodeShape .", {Target(TargetKind.IMPLICIT_CLASS, E.S)}),
        (
            "e:S a e:Meta, sh:NodeShape . e:Meta rdfs:subClassOf rdfs:Class .",
            {Target(TargetKind.IMPLICIT_CLASS, E.S)},
        ),
        ("e:S a sh:NodeShape .", set()),
    ],
)
def test_every_kind_of_target_is_read(text, expected):
    assert set(read(text).shapes[E.S].targets) == expected


def test_what_has_targets_and_is_not_deactivated_is_where_a_validation_begins():
    shapes = read(
        "e:S sh:targetNode e:x . e:T sh:targetNode e:x ; sh:deactivated true . e:U a sh:NodeShape ."
    )
    assert [shape.node for shape in shapes.targeted] == [E.S]


@pytest.mark.parametrize(
    "text",
    [
        "e:S a sh:NodeShape .",
        "e:S sh:targetClass e:C .",
        "e:S sh:nodeKind sh:IRI .",
        "e:T sh:node e:S .",
        "e:T sh:property e:S . e:S sh:path e:p .",
        "e:T sh:or ( e:S ) .",
        "e:T sh:path e:p ; sh:qualifiedValueShape e:S ; sh:qualifiedMinCount 1 .",
    ],
)
def test_a_node_is_a_shape_by_its_type_its_parameters_or_its_use(text):
    assert E.S in read(text).shapes


def test_one_value_of_a_parameter_is_one_constraint_and_a_list_is_one():
    assert components("e:S sh:class e:A, e:B ; sh:in ( 1 2 3 ) .") == [
        SH.ClassConstraintComponent,
        SH.ClassConstraintComponent,
        SH.InConstraintComponent,
    ]
    (constraint,) = read("e:S sh:in ( 3 1 2 ) .").shapes[E.S].constraints
    assert [int(term) for term in constraint.parameters[SH["in"]]] == [3, 1, 2]


def test_a_pattern_keeps_its_flags_and_closed_its_exceptions():
    (pattern,) = read('e:S sh:pattern "a" ; sh:flags "i" .').shapes[E.S].constraints
    assert (pattern.only(SH.pattern), pattern.only(SH.flags)) == (Literal("a"), Literal("i"))
    (closed,) = read("e:S sh:closed true ; sh:ignoredProperties ( rdf:type e:p ) .").shapes[E.S].constraints
    assert closed.parameters[SH.ignoredProperties] == (RDF.type, E.p)
    assert components("e:S sh:closed false .") == []


def test_a_qualified_shape_knows_the_siblings_that_it_is_to_be_disjoint_from():
    text = """e:P sh:property e:S, e:T, e:U .
    e:S sh:path e:p ; sh:qualifiedValueShape e:A ; sh:qualifiedMinCount 1 ;
        sh:qualifiedValueShapesDisjoint true .
    e:T sh:path e:p ; sh:qualifiedValueShape e:B ; sh:qualifiedMaxCount 1 .
    e:U sh:path e:q ; sh:qualifiedValueShape e:C ; sh:qualifiedMaxCount 1 ."""
    shapes = read(text).shapes
    assert [constraint.siblings for constraint in shapes[E.S].constraints] == [(E.B, E.C)]
    assert [constraint.siblings for constraint in shapes[E.T].constraints] == [()]


def test_path_severity_and_messages_are_read():
    text = """e:S sh:path ( e:p [ sh:zeroOrMorePath [ sh:inversePath e:q ] ] ) ; sh:minCount 1 ;
        sh:severity sh:Warning ; sh:message "two"@it, "one"@en ."""
    shape = read(text).shapes[E.S]
    assert shape.path == Sequence((Predicate(E.p), Repeated(Inverse(Predicate(E.q)), "*")))
    assert (shape.severity, shape.severity_iri) == (Severity.WARNING, None)
    assert [text.language for text in shape.messages] == ["en", "it"]


def test_a_severity_of_ones_own_counts_as_the_worst_and_is_kept():
    shape = read("e:S a sh:NodeShape ; sh:severity e:Grave .").shapes[E.S]
    assert (shape.severity, shape.severity_iri) == (Severity.VIOLATION, E.Grave)


ILL_FORMED = {
    "a parameter that is no IRI": 'e:S sh:class "C" .',
    "two datatypes": "e:S sh:datatype xsd:integer, xsd:string .",
    "a kind of node that is none": "e:S sh:nodeKind e:Iri .",
    "a count below nothing": "e:S sh:path e:p ; sh:minCount -1 .",
    "a count that is no number": 'e:S sh:path e:p ; sh:minCount "many" .',
    "a count that is true": "e:S sh:path e:p ; sh:minCount true .",
    "a count without a path": "e:S sh:minCount 1 .",
    "a comparison without a path": "e:S sh:lessThan e:p .",
    "a list that is none": "e:S sh:in e:a .",
    "a list with two ends": "e:S sh:in _:l . _:l rdf:first 1 ; rdf:rest (), ( 2 ) .",
    "a list that bites its tail": "e:S sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .",
    "alternatives that are no shapes": 'e:S sh:or ( "a" ) .',
    "a flag that is a number": 'e:S sh:pattern "a" ; sh:flags 1 .',
    "a pattern that is none": 'e:S sh:pattern "[a-" .',
    "flags that are none": 'e:S sh:pattern "a" ; sh:flags "zz" .',
    "language tags that are numbers": "e:S sh:languageIn ( 1 ) .",
    "closed by a word": 'e:S sh:closed "yes" .',
    "a property shape without a path": "e:S sh:property e:T . e:T sh:minLength 1 .",
    "a property shape by type without a path": "e:S a sh:PropertyShape .",
    "a node shape with a path": "e:S a sh:NodeShape ; sh:path e:p .",
    "a path that is none": "e:S sh:path [ sh:inversePath [ ] ] ; sh:minCount 1 .",
    "two paths": "e:S sh:path e:p, e:q ; sh:minCount 1 .",
    "a target that is no class": 'e:S sh:targetClass "C" .',
    "a severity that is a text": 'e:S a sh:NodeShape ; sh:severity "bad" .',
    "a message that is a number": "e:S a sh:NodeShape ; sh:message 5 .",
    "deactivated by a word": 'e:S a sh:NodeShape ; sh:deactivated "yes" .',
    "a query that is a text": 'e:S sh:sparql "SELECT" .',
}


@pytest.mark.parametrize("text", ILL_FORMED.values(), ids=ILL_FORMED)
def test_a_shape_that_is_not_well_formed_is_refused_by_name(text):
    with pytest.raises(InputError, match=r"<http://e/[ST]> is not well-formed: .+; correct the shape"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "e:S a sh:NodeShape ; sh:minimumCount 1 .",
        "e:S sh:targetClass e:C ; sh:propery [ sh:path e:p ] .",
        "e:S sh:propery [ sh:path e:p ] .",
        "e:S a sh:NodeShape ; sh:rule e:r .",
        "e:S a sh:NodeShape ; sh:js e:j .",
    ],
)
def test_a_term_that_is_not_known_is_refused_loudly(text):
    with pytest.raises(
        InputError, match=r"the shape <http://e/S> uses sh:\w+, which is no term of SHACL Core"
    ):
        read(text)


def test_data_in_the_same_file_may_use_any_term():
    assert read("e:S a sh:NodeShape . e:x a e:Thing ; sh:nodeShape e:S .").shapes


@pytest.mark.parametrize(
    "text",
    [
        "e:S sh:node e:S .",
        "e:S sh:property e:T . e:T sh:path e:p ; sh:node e:S .",
        "e:S sh:or ( e:T e:U ) . e:U sh:not e:S . e:T sh:nodeKind sh:IRI .",
        "e:S sh:path e:p ; sh:qualifiedValueShape e:S ; sh:qualifiedMinCount 1 .",
        """e:P sh:property e:S, e:T . e:T sh:path e:p ; sh:qualifiedValueShape e:B ; sh:qualifiedMinCount 1 .
        e:B sh:property e:S . e:S sh:path e:p ; sh:qualifiedValueShape e:A ; sh:qualifiedMinCount 1 ;
            sh:qualifiedValueShapesDisjoint true .""",
    ],
)
def test_a_shape_that_refers_to_itself_is_refused(text):
    with pytest.raises(InputError, match="refers to itself; SHACL does not say what that means"):
        read(text)


def test_shapes_that_share_a_shape_are_no_circle():
    assert (
        len(
            read("e:S sh:node e:T, e:U . e:T sh:node e:V . e:U sh:node e:V . e:V sh:nodeKind sh:IRI .").shapes
        )
        == 4
    )


def test_a_chain_of_a_thousand_shapes_is_read():
    chain = " ".join(f"e:n{number} sh:node e:n{number + 1} ." for number in range(1000))
    assert len(read(chain).shapes) == 1001


def test_a_blank_shape_is_called_by_the_shape_around_it():
    with pytest.raises(InputError, match="a shape in <http://e/S> is not well-formed"):
        read("e:S sh:property [ sh:path e:p ; sh:minCount 1.5 ] .")


def test_a_component_of_ones_own_is_read_with_its_parameters():
    text = """e:Comp a sh:ConstraintComponent ; sh:parameter [ sh:path e:least ] ;
        sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { }" ] .
    e:S a sh:NodeShape ; e:least 5 ."""
    (constraint,) = read(text).shapes[E.S].constraints
    assert (constraint.component, constraint.parameters) == (E.Comp, {E.least: (Literal(5),)})


def test_the_graph_is_not_changed():
    graph = Graph().parse(
        data=PREFIXES + "e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] ."
    )
    before = set(graph)
    read_shape_graph(graph)
    assert set(graph) == before
    assert (OWL.Class, RDFS.subClassOf, RDFS.Class) not in graph
