"""Which focus nodes are judged: targets, paths, a graph among others, nodes that are named, a vocabulary."""

from collections.abc import Iterator

import pytest
from rdflib import RDFS, BNode, Graph, Literal, Namespace

from poca_kg.errors import UsageError
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.evaluate import judge_with_compiler
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.compiler.subset import outside_subset

E = Namespace("http://e/")


class Distant:
    """A source behind the interface alone, as one that is not in this process is."""

    surrogates = lexical = False

    def __init__(self, inner: StoreSource) -> None:
        self.inner = inner

    @property
    def requests(self) -> int:
        return self.inner.requests

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        return self.inner.select(query)


EXAMPLE = """e:x a e:C ; e:p e:y . e:y a e:D ; e:p e:z . e:z a e:C ; e:q 5 .
e:D rdfs:subClassOf e:C . e:w e:q "a" . [] a e:C ; e:q 6 ."""


@pytest.mark.parametrize(
    ("target", "nodes"),
    [
        ("sh:targetNode e:x, e:nowhere, 5", "5 nowhere x"),
        ("sh:targetClass e:C", "_ x y z"),
        ("sh:targetClass e:D", "y"),
        ("sh:targetClass e:D, e:C", "_ x y z"),
        ("sh:targetSubjectsOf e:p", "x y"),
        ("sh:targetSubjectsOf e:p, e:q", "_ w x y z"),
        ("sh:targetObjectsOf e:q", "5 6 a"),
        ("sh:targetObjectsOf e:q, e:p", "5 6 a y z"),
        ("sh:targetNode e:x ; sh:targetClass e:D ; sh:targetObjectsOf e:p", "x y z"),
    ],
)
def test_targets_name_the_focus_nodes(compiled, target, nodes):
    shapes = compiled.read_shapes(f"e:S {target} ; sh:hasValue e:other .")
    outcome = run_compiled(shapes, compiled.data(EXAMPLE))
    assert [focus for focus, _, _ in compiled.told(outcome.findings)] == nodes.split()
    assert outcome.nodes == len(nodes.split())


def test_a_shape_that_is_a_class_is_about_its_instances(compiled):
    found = compiled.run("e:C a rdfs:Class, sh:NodeShape ; sh:nodeKind sh:BlankNode .", EXAMPLE)
    assert [focus for focus, _, _ in compiled.told(found)] == ["x", "y", "z"]


def test_a_subclass_without_a_name_counts(compiled):
    shapes = "e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:class e:D ] ."
    triples = """e:x a _:b ; e:p e:y, e:z . _:b rdfs:subClassOf e:C . e:y a _:c . _:c rdfs:subClassOf e:Q .
    e:Q rdfs:subClassOf e:D ."""
    assert compiled.told(compiled.run(shapes, triples)) == [("x", "z", "Class")]


def test_very_many_subclasses_are_not_listed_in_queries(compiled):
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:class e:C ] .")
    many = " ".join(f"e:k{number} rdfs:subClassOf e:k{number // 2} ." for number in range(1, 3000))
    source = compiled.data(f"{many} e:k0 rdfs:subClassOf e:C . e:x a e:k2999 ; e:p e:y, e:z . e:y a e:Told .")
    vocabulary = Graph()
    vocabulary.add((E.Told, RDFS.subClassOf, E.C))
    found = run_compiled(shapes, source, vocabulary=vocabulary).findings
    assert compiled.told(found) == [("x", "z", "Class")]
    assert max(map(len, source.asked)) < 2000


def test_a_deep_hierarchy_is_one_request(compiled):
    chain = " ".join(f"e:k{number} rdfs:subClassOf e:k{number + 1} ." for number in range(50))
    shapes = compiled.read_shapes("e:S sh:targetClass e:k50 ; sh:nodeKind sh:Literal .")
    source = Distant(compiled.data(f"{chain} e:x a e:k0 .", lexical=False))
    assert [one.focus for one in run_compiled(shapes, source).findings] == [E.x]
    assert source.requests == 3


WAYS = "e:a e:p e:b . e:b e:p e:c ; e:q e:d . e:c e:p e:a . e:e e:r e:a ."


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ("e:p", "b"),
        ("[ sh:inversePath e:p ]", "c"),
        ("( e:p e:q )", "d"),
        ("[ sh:alternativePath ( e:p [ sh:inversePath e:r ] ) ]", "b e"),
        ("[ sh:zeroOrMorePath e:p ]", "a b c"),
        ("[ sh:oneOrMorePath e:p ]", "a b c"),
        ("[ sh:zeroOrOnePath e:p ]", "a b"),
        ("( [ sh:zeroOrMorePath e:p ] e:q )", "d"),
        ("[ sh:inversePath ( e:r e:p ) ]", ""),
        ("[ sh:inversePath ( e:p e:p ) ]", "b"),
        ("( [ sh:zeroOrOnePath e:p ] [ sh:zeroOrOnePath e:q ] )", "a b d"),
        ("[ sh:oneOrMorePath [ sh:alternativePath ( e:p e:q ) ] ]", "a b c d"),
        ("[ sh:oneOrMorePath ( e:p e:p ) ]", "a b c"),
    ],
)
def test_every_property_path_leads_where_it_should(compiled, path, ends):
    found = compiled.run(f"e:S sh:targetNode e:a ; sh:property [ sh:path {path} ; sh:in () ] .", WAYS)
    assert [value for _, value, _ in compiled.told(found)] == ends.split()


@pytest.mark.parametrize("node", ["e:nowhere", '"a literal"'])
def test_a_path_that_may_be_empty_leads_also_from_what_stands_in_no_triple(compiled, node):
    found = compiled.run(
        f"""e:S sh:targetNode {node} ;
        sh:property [ sh:path [ sh:zeroOrMorePath e:p ] ; sh:minCount 2 ; sh:in () ] .""",
        WAYS,
    )
    assert [component for _, _, component in compiled.told(found)] == ["In", "MinCount"]


def test_only_what_occurs_in_the_graph_to_be_judged_is_judged(compiled):
    shapes = compiled.read_shapes(
        """e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ;
        sh:property [ sh:path e:q ; sh:maxCount 0 ] ] ."""
    )
    source = compiled.data("e:x a e:C ; e:p e:y . e:y e:q 1 .", graph="http://g/judged")
    seen = compiled.data("e:z a e:C . e:w a e:C ; e:p e:y . e:v a e:C .", graph="http://g/seen")
    source.load(seen)
    source.load(compiled.data("e:x e:r e:v .", graph="http://g/judged"))
    outcome = run_compiled(shapes, source, judged_in="http://g/judged")
    assert compiled.told(outcome.findings) == [("v", None, "MinCount"), ("y", None, "MaxCount")]
    assert outcome.nodes == 2
    assert len(run_compiled(shapes, source).findings) == 4


def test_nodes_that_rdflib_cannot_order_are_named_too(compiled):
    shapes = compiled.read_shapes(
        'e:S sh:targetObjectsOf e:p ; sh:in () . e:T sh:targetNode 1.5, "NaN"^^xsd:double ; sh:in () .'
    )
    source = compiled.data('e:x e:p 1.5, "NaN"^^xsd:double, "x"^^xsd:integer .')
    nodes = [value for _, _, value in source.triples()]
    assert len(run_compiled(shapes, source, focus={E.S: nodes, E.T: nodes}).findings) == 5


def test_only_the_nodes_that_are_named_and_are_targets_are_judged(compiled):
    shapes = compiled.read_shapes(
        "e:S sh:targetClass e:C ; sh:nodeKind sh:Literal . e:T sh:targetClass e:C ; sh:nodeKind sh:Literal ."
    )
    source = compiled.data(EXAMPLE)
    outcome = run_compiled(shapes, source, focus={E.S: [E.x, E.w, E.nowhere]})
    assert [(one.shape, one.focus) for one in outcome.findings] == [(E.S, E.x)]
    assert run_compiled(shapes, source, focus={}).findings == ()


def test_a_blank_node_is_judged_alone_in_the_store_of_this_process(compiled):
    shapes = compiled.read_shapes(
        """e:S sh:targetClass e:C ;
        sh:property [ sh:path e:q ; sh:maxCount 0 ] , [ sh:path e:p ; sh:minCount 1 ] ."""
    )
    source = compiled.data(EXAMPLE)
    ((node, _, _),) = [one for one in source.triples() if isinstance(one[0], BNode) and one[1] == E.q]
    found = run_compiled(shapes, source, focus={E.S: [node, E.x]}).findings
    assert compiled.told(found) == [("_", None, "MaxCount"), ("_", None, "MinCount")]
    assert {one.focus for one in found} == {node}


def test_a_blank_node_is_picked_out_where_a_source_cannot_be_told_of_it(compiled):
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:property [ sh:path e:q ; sh:maxCount 0 ] .")
    source = compiled.data(EXAMPLE)
    ((node, _, _),) = [one for one in source.triples() if isinstance(one[0], BNode) and one[1] == E.q]
    assert {one.focus for one in run_compiled(shapes, Distant(source), focus={E.S: [node]}).findings} == {
        node
    }
    assert judge_with_compiler(shapes, Distant(source))(E.S, node) is None


def test_more_nodes_than_one_query_takes_are_judged_in_parts(compiled):
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:nodeKind sh:Literal .")
    source = compiled.data(" ".join(f"e:n{number} a e:C ." for number in range(2500)))
    nodes = [E[f"n{number}"] for number in range(2500)]
    assert len(run_compiled(shapes, source, focus={E.S: nodes}).findings) == 2500


def test_classes_and_instances_of_a_vocabulary_count(compiled):
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:property [ sh:path e:v ; sh:class e:Level ] .")
    source = compiled.data("e:x a e:D ; e:v e:city, e:region, e:moon . e:region a e:Local .")
    vocabulary = Graph().parse(
        data="""@prefix e: <http://e/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        e:D rdfs:subClassOf e:C . e:Local rdfs:subClassOf e:Level . e:city a e:Local ."""
    )
    assert compiled.told(run_compiled(shapes, source, vocabulary=vocabulary).findings) == [
        ("x", "moon", "Class")
    ]
    assert run_compiled(shapes, source).findings == ()


NESTED = """e:S sh:targetNode e:nobody ; sh:property [ sh:path e:address ; sh:or ( e:A e:B ) ] .
e:A a sh:NodeShape ; sh:property [ sh:path e:street ; sh:minCount 1 ; sh:severity sh:Warning ] .
e:B a sh:NodeShape ; sh:nodeKind sh:IRI ;
    sh:property [ sh:path [ sh:inversePath e:address ] ; sh:maxCount 0 ] ."""


def test_a_shape_is_judged_at_any_node(compiled):
    shapes, source = (
        compiled.read_shapes(NESTED),
        compiled.data("e:x e:address [ e:zip 1 ], e:y . e:y e:street 2 ."),
    )
    judge = judge_with_compiler(shapes, source)
    blank = next(one[0] for one in source.triples() if isinstance(one[0], BNode))
    assert judge(E.A, E.y) == ()
    assert [one.component.split("#")[1][:8] for one in judge(E.A, blank)] == ["MinCount"]
    assert sorted(one.component.split("#")[1][:8] for one in judge(E.B, blank)) == ["MaxCount", "NodeKind"]
    assert [one.focus for one in judge(E.A, Literal("home"))] == [Literal("home")]
    assert [one.severity.value for one in judge(E.A, E.nowhere)] == ["warning"]


def test_one_query_is_asked_for_each_constraint(compiled):
    shapes = compiled.read_shapes(
        """e:S sh:targetClass e:C ;
        sh:property [ sh:path e:p ; sh:minCount 1 ; sh:maxCount 2 ; sh:class e:D ] ,
        [ sh:path e:q ; sh:or ( [ sh:class e:A ] [ sh:class e:B ] ) ] ."""
    )
    source = Distant(compiled.data(EXAMPLE, lexical=False))
    run_compiled(shapes, source)
    constraints, classes_and_count = 4, 2
    assert source.requests == constraints + classes_and_count


OUTSIDE = {
    "a blank node that is wanted": "e:S sh:targetNode e:x ; sh:hasValue [] .",
    "a blank node in a list": "e:S sh:targetNode e:x ; sh:in ( [] ) .",
    "a blank node as target": "e:S sh:targetNode [] ; sh:nodeKind sh:IRI .",
    "a pattern of Python's": 'e:S sh:targetNode e:x ; sh:pattern "(?=a)b" .',
    "shapes within shapes without end": "e:n0 sh:targetNode e:x . "
    + " ".join(f"e:n{number} sh:not e:n{number + 1} ." for number in range(40)),
    "a component of its own": """e:S sh:targetNode e:x ; e:least 5 . e:Comp a sh:ConstraintComponent ;
        sh:parameter [ sh:path e:least ] ; sh:validator [ sh:ask "ASK { }" ] .""",
    "queries without end": "e:S sh:targetClass e:C ; sh:xone ( e:a1 e:b1 ) . "
    + " ".join(
        f"e:{name}{level} sh:xone ( e:a{level + 1} e:b{level + 1} ) ."
        for level in range(1, 25)
        for name in "ab"
    )
    + " e:a25 sh:class e:A . e:b25 sh:class e:B .",
}


@pytest.mark.parametrize("text", OUTSIDE.values(), ids=[name.replace(" ", "-") for name in OUTSIDE])
def test_what_no_query_can_say_is_outside_the_subset(compiled, text):
    shapes = compiled.read_shapes(text)
    reason = outside_subset(shapes)
    assert reason
    with pytest.raises(UsageError, match=r"the shapes cannot be compiled: .*; use the engine pyshacl"):
        run_compiled(shapes, compiled.data(EXAMPLE))


def test_a_source_answers_selections_only(compiled):
    source: StoreSource = compiled.data(EXAMPLE)
    with pytest.raises(UsageError, match="SELECT queries only"):
        source.select("ASK { }")
