"""What shapes and queries are known to look at, and where that is in doubt."""

from __future__ import annotations

import pytest
from rdflib import Graph

from poca_kg.store.changes import Change
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.validate.incremental import Plan
from poca_kg.validate.incremental.query_reads import query_footprint
from poca_kg.validate.shape_graph import read_shape_graph

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .\n"

FOLLOWED = {
    "$this e:p ?x": {"p/0"},
    "?x e:p $this": {"p/0"},
    "$this e:p/e:q ?x": {"p/0", "q/1"},
    "$this e:p+ $this": {"p/1"},
    "$this e:p ?x . ?x e:q ?y . ?z e:r ?y": {"p/0", "q/1", "r/2"},
    "$this ?any ?x": {"*/0"},
    "?x $this ?y . ?x e:q ?z": {"*/0", "q/1"},
    "$this e:p ?x OPTIONAL { ?x e:q ?y } FILTER(!BOUND(?y))": {"p/0", "q/1"},
    "$this e:p ?x MINUS { ?x e:q ?y }": {"p/0", "q/1"},
    "$this e:p ?x FILTER NOT EXISTS { ?x e:q ?y OPTIONAL { $this e:r ?z } }": {"p/0", "q/1", "r/0"},
    "{ $this e:p ?x } UNION { $this e:q ?x } ?x e:r ?y": {"p/0", "q/0", "r/1"},
    "{ SELECT $this (COUNT(?x) AS ?n) { $this e:p ?x } GROUP BY $this }": {"p/0"},
    "$this $PATH ?x . ?x e:q ?y": {"path/0", "q/1"},
}

DOUBTED = {
    "nothing ties to": [
        "$this e:p ?x . ?y e:q ?z",
        "$this e:p ?x . e:a e:q ?z",
        # Left of the inner OPTIONAL nothing is bound: one ?x anywhere decides for all.
        "$this e:p ?x OPTIONAL { OPTIONAL { ?x e:q ?y } ?y e:r ?z }",
        "{ $this e:p ?a OPTIONAL { ?x e:q ?y } } $this e:r ?x",
        "$this e:p ?x { SELECT ?x (COUNT(?y) AS ?n) { ?x e:q ?y } GROUP BY ?x }",
        "$this e:p ?x { SELECT ?x { ?x e:q ?y } LIMIT 1 }",
    ],
    "uses Graph": ["GRAPH ?g { $this e:p ?x }"],
    "negated property set": ["$this !e:p ?x"],
    "cannot be followed": ["$this e:p", "$this e:p ?x ?y"],
}


def reads_of(pattern: str) -> tuple[set[str], str]:
    shapes = read_shape_graph(Graph().parse(data=f"{PREFIXES} e:S a sh:PropertyShape ; sh:path e:path ."))
    (shape,) = shapes.shapes.values()
    found = query_footprint(f"SELECT * {{ {pattern} }}", {"e": "http://e/"}, shape.path)
    names = {f"{(read.predicate or '*').removeprefix('http://e/')}/{len(read.way)}" for read in found.reads}
    return names, found.doubt


@pytest.mark.parametrize("pattern", FOLLOWED)
def test_a_query_is_followed_from_this_to_each_pattern(pattern: str) -> None:
    assert reads_of(pattern) == (FOLLOWED[pattern], "")


@pytest.mark.parametrize(("why", "pattern"), [(why, one) for why, many in DOUBTED.items() for one in many])
def test_a_query_that_cannot_be_followed_is_doubted(why: str, pattern: str) -> None:
    names, doubt = reads_of(pattern)
    assert (names, why in doubt) == (set(), True), doubt


def test_a_shape_whose_query_is_in_doubt_is_judged_as_a_whole_and_others_are_not() -> None:
    rules = """e:S a sh:NodeShape ; sh:targetClass e:C ;
      sh:sparql [ sh:select "SELECT $this { $this <http://e/p> ?x . ?y <http://e/q> ?z }" ] .
      e:T a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] ."""
    data = b"<http://e/a> a <http://e/C> .\n"
    found = affected(rules, data.replace(b" a ", b" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "), "a")
    assert [str(node) for node in found.whole] == ["http://e/S"]
    assert {str(node): [*map(str, nodes)] for node, nodes in found.nodes.items()} == {
        "http://e/T": ["http://e/a"]
    }


def test_a_change_below_a_chain_is_followed_to_all_that_is_above_it() -> None:
    """2,000 units in a circle: each is affected by each part of it."""
    rules = """e:S sh:targetSubjectsOf e:partOf ; a sh:NodeShape ;
      sh:property [ sh:path [ sh:oneOrMorePath e:partOf ] ; sh:disjoint e:self ] ."""
    step = "<http://e/{}> <http://e/partOf> <http://e/{}> .\n"
    circle = "".join(step.format(one, (one + 1) % 2000) for one in range(2000))
    found = affected(rules, circle.encode(), "7", "partOf")
    assert len(next(iter(found.nodes.values()))) == 2000


def test_a_shape_is_judged_as_a_whole_where_more_nodes_are_affected_than_is_worth_it() -> None:
    rules = (
        "e:S a sh:NodeShape ; sh:targetSubjectsOf e:q ; sh:property [ sh:path (e:q e:p) ; sh:maxCount 1 ] ."
    )
    star = "".join(f"<http://e/{one}> <http://e/q> <http://e/hub> .\n" for one in range(3000))
    found = affected(rules, star.encode() + b"<http://e/hub> <http://e/p> <http://e/x> .\n", "hub")
    assert [str(node) for node in found.whole] == ["http://e/S"]
    assert found.nodes == {}


def affected(rules: str, data: bytes, subject: str, predicate: str | None = None):
    """Return what is affected if the triples of a subject were added."""
    store = EmbeddedStore.from_nquads(data)
    new = (quad[:3] for quad in store.quads() if quad[0].endswith(f"/{subject}"))
    change = Change(frozenset(new), frozenset())
    assert change.added
    return Plan(read_shape_graph(Graph().parse(data=PREFIXES + rules))).affected(change, store)
