"""Nothing that stands in a shapes graph gets into a query but as the term that it is."""

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH

from poca_kg.errors import PocaError
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.shape_graph import ShapeGraph, read_shape_graph

E = Namespace("http://e/")
BROKEN_IRI = URIRef("http://e/p> ?o } UNION { ?s ?p ?value } #")
TEXTS = {
    "an end of a string": '") || true) } } #',
    "an end of a line": 'a"\n} #',
    "a backslash at the end": "a\\",
    "a variable": "?this $this {?value}",
    "an escape": "\\u0022) \\",
    "a long string": '"""',
    "nothing": "",
    "a zero": "a\x00b",
}
DATA = "e:x a e:C ; e:v e:a . e:a a e:D ."


def shapes(
    parameter: URIRef, value: object, *, of_property: bool = True, as_list: bool = False
) -> ShapeGraph:
    graph = Graph(bind_namespaces="none")
    node = E.S
    graph.add((node, SH.targetNode, E.x))
    graph.add((node, SH.path, E.v))
    if as_list:
        members = BNode()
        Collection(graph, members, [value])
        value = members
    graph.set((node, parameter, value))
    return read_shape_graph(graph)


IRIS = {
    "targetClass": (SH.targetClass, {}),
    "targetSubjectsOf": (SH.targetSubjectsOf, {}),
    "targetObjectsOf": (SH.targetObjectsOf, {}),
    "targetNode": (SH.targetNode, {}),
    "path": (SH.path, {}),
    "class": (SH["class"], {}),
    "datatype": (SH.datatype, {}),
    "equals": (SH.equals, {}),
    "disjoint": (SH.disjoint, {}),
    "lessThan": (SH.lessThan, {}),
    "lessThanOrEquals": (SH.lessThanOrEquals, {}),
    "hasValue": (SH.hasValue, {}),
    "in": (SH["in"], {"as_list": True}),
}


@pytest.mark.parametrize("name", IRIS)
def test_what_is_no_iri_is_refused_before_a_query_is_asked(compiled, name):
    parameter, how = IRIS[name]
    graph = shapes(parameter, BROKEN_IRI, **how).rules
    graph.add((E.S, SH.minCount, Literal(1)))
    source = compiled.data(DATA)
    with pytest.raises(PocaError):
        run_compiled(read_shape_graph(graph), source)
    assert not any("UNION { ?s ?p ?value }" in query for query in source.asked)


def test_what_is_no_iri_is_refused_among_ignored_properties(compiled):
    graph = shapes(SH.closed, Literal(True)).rules
    members = BNode()
    Collection(graph, members, [BROKEN_IRI])
    graph.add((E.S, SH.ignoredProperties, members))
    with pytest.raises(PocaError):
        run_compiled(read_shape_graph(graph), compiled.data(DATA))


@pytest.mark.parametrize("text", TEXTS.values(), ids=[name.replace(" ", "-") for name in TEXTS])
def test_a_text_is_compared_as_it_is(compiled, text):
    literal = Literal(text)
    source = compiled.data("e:x e:v e:a .")
    source.store.update("INSERT DATA { <http://e/y> <http://e/v> " + literal_text(literal) + " }")
    for parameter, how in ((SH.hasValue, {}), (SH["in"], {"as_list": True})):
        graph = shapes(parameter, literal, **how).rules
        graph.add((E.S, SH.targetNode, E.y))
        found = run_compiled(read_shape_graph(graph), source).findings
        assert [one.focus for one in found] == [E.x]


@pytest.mark.parametrize("text", TEXTS.values(), ids=[name.replace(" ", "-") for name in TEXTS])
def test_a_language_a_pattern_and_a_flag_are_texts(compiled, text):
    for parameter, how in ((SH.languageIn, {"as_list": True}), (SH.pattern, {})):
        try:
            judged = shapes(parameter, Literal(text), **how)
        except PocaError:
            continue
        found = run_compiled(judged, compiled.data(DATA)).findings
        assert {one.focus for one in found} <= {E.x}
    flagged = shapes(SH.pattern, Literal("a")).rules
    flagged.add((E.S, SH.flags, Literal(text or '"')))
    with pytest.raises(PocaError):
        run_compiled(read_shape_graph(flagged), compiled.data(DATA))


def test_the_name_of_a_graph_is_one(compiled):
    judged = shapes(SH.minCount, Literal(5))
    with pytest.raises(PocaError):
        run_compiled(judged, compiled.data(DATA), judged_in="http://g> { } } #")


def test_a_focus_node_is_a_term(compiled):
    judged = shapes(SH.minCount, Literal(5))
    with pytest.raises(PocaError):
        run_compiled(judged, compiled.data(DATA), focus={E.S: [BROKEN_IRI]})


def literal_text(literal: Literal) -> str:
    escaped = str(literal).encode("unicode_escape").decode().replace('"', '\\"')
    for plain, escape in (("\\x00", "\\u0000"),):
        escaped = escaped.replace(plain, escape)
    return f'"{escaped}"'
