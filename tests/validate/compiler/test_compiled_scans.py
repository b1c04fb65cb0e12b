"""What is sought among the triples of a property is what is found from the focus nodes."""

from collections import Counter

import pytest
from rdflib import Namespace

from poca_kg.validate.compiler import run
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.scanning import Extent, read_extent

E = Namespace("http://e/")
PROPERTY_SHAPES = {
    "minCount": "sh:minCount 1",
    "minCount of two": "sh:minCount 2",
    "maxCount": "sh:maxCount 1",
    "maxCount of none": "sh:maxCount 0",
    "class": "sh:class e:D",
    "nodeKind": "sh:nodeKind sh:IRI",
    "in": "sh:in ( e:d 1 )",
    "datatype": "sh:datatype xsd:integer",
    "pattern": 'sh:pattern "^1$"',
    "uniqueLang": "sh:uniqueLang true",
    "disjoint": "sh:disjoint e:q",
    "equals": "sh:equals e:q",
    "lessThan": "sh:lessThan e:q",
    "hasValue": "sh:hasValue e:d",
    "not": "sh:not [ sh:class e:D ]",
    "or": "sh:or ( [ sh:class e:D ] [ sh:datatype xsd:integer ] )",
    "xone": "sh:xone ( [ sh:class e:D ] [ sh:nodeKind sh:IRI ] )",
    "node": "sh:node [ sh:property [ sh:path e:r ; sh:minCount 1 ] ]",
    "qualified": "sh:qualifiedValueShape [ sh:class e:D ] ; sh:qualifiedMinCount 1",
}
DATA = """
e:B rdfs:subClassOf e:C .
e:c1 a e:C ; e:p e:d , 1 ; e:q e:d .
e:c2 a e:B ; e:p 5 ; e:q 3 .
e:c3 a e:B , e:C ; e:p "a"@en , "b"@en , e:n .
e:c4 a e:C ; e:q 1 .
e:other e:p "nobody's" , 7 , e:c1 ; e:q 7 .
e:d a e:D ; e:r 1 .
e:n e:r 2 .
e:c1 e:back e:c2 .
"""


TARGETS = [
    "sh:targetClass e:C",
    "sh:targetClass e:B , e:C",
    "sh:targetNode e:c1 , e:c2",
    "sh:targetSubjectsOf e:q",
]
OF_A_CLASS = TARGETS[:2]
NOT_SCANNED = {"equals", "hasValue", "qualified"}


def findings(compiled, monkeypatch, shapes: str, *, extent: Extent | None = None):
    """Return what is found with an extent, or with that of the data, and the queries that were asked."""
    source = compiled.data(DATA)
    if extent is not None:
        monkeypatch.setattr(run, "read_extent", lambda _: extent)
    found = Counter(run_compiled(compiled.read_shapes(shapes), source).findings)
    return found, [query for query in source.asked if "COUNT(*)" not in query]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", ["e:p", "[ sh:inversePath e:p ]", "[ sh:oneOrMorePath e:p ]"])
@pytest.mark.parametrize("constraint", PROPERTY_SHAPES)
def test_a_scan_finds_what_is_found_from_the_focus_nodes(
    compiled, monkeypatch, constraint: str, path: str, target: str
) -> None:
    shapes = f"e:S {target} ; sh:property e:P . e:P sh:path {path} ; {PROPERTY_SHAPES[constraint]} ."
    scanned, queries = findings(compiled, monkeypatch, shapes)
    walked, others = findings(compiled, monkeypatch, shapes, extent=Extent({E.p: 1000}, {}))
    assert scanned == walked
    is_scanned = target in OF_A_CLASS and "oneOrMore" not in path and constraint not in NOT_SCANNED
    assert (queries != others) is is_scanned


def test_a_property_that_others_use_far_more_is_not_scanned(compiled, monkeypatch) -> None:
    shapes = "e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:class e:D ] ."
    texts = {}
    for used in (4, 16, 17):
        extent = Extent({E.p: used}, {E.C: 3, E.B: 1})
        _, texts[used] = findings(compiled, monkeypatch, shapes, extent=extent)
    assert texts[4] == texts[16] != texts[17]


def test_the_extent_is_what_a_store_at_hand_holds(compiled) -> None:
    extent = read_extent(compiled.data(DATA))
    assert extent is not None
    assert (extent.properties[E.p], extent.classes[E.C], extent.classes[E.B]) == (9, 3, 2)


def test_few_focus_nodes_are_not_worth_a_look_at_everything(compiled) -> None:
    source = compiled.data(DATA)
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:class e:D ] .")
    (shape,) = shapes.targeted
    run_compiled(shapes, source, focus={shape.node: [E.c1]})
    assert not any("GROUP BY ?p" in query for query in source.asked)


def test_a_triple_of_two_graphs_is_counted_once(compiled) -> None:
    source = compiled.data("e:c a e:C ; e:p 1 .", graph="http://e/g1")
    source.load(compiled.data("e:c a e:C ; e:p 1 .", graph="http://e/g2"))
    shapes = compiled.read_shapes("e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:maxCount 1 ] .")
    assert run_compiled(shapes, source).findings == ()
    assert any("COUNT(*) > 1" in query for query in source.asked)
