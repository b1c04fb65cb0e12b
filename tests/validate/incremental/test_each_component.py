"""For each component: a change far from the focus node that makes a difference, and how it is found."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pytest
from rdflib import Graph

from poca_kg.store.changes import Change
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Triple
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.findings import Outcome
from poca_kg.validate.incremental import Data, Plan, revalidate
from poca_kg.validate.shape_graph import read_shape_graph

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."""
HAS_R = "e:HasR a sh:NodeShape ; sh:property [ sh:path e:r ; sh:minCount 1 ] ."
DATA = "e:a a e:C ; e:p e:b . e:b e:q e:c . e:far e:p e:other . e:far a e:C ."

# The constraints of a shape for e:C, other shapes, and what is added to DATA: a finding comes or goes at e:a.
CASES = {
    "a path": ("sh:property [ sh:path (e:p e:q e:r) ; sh:minCount 1 ]", "", "e:c e:r 1 ."),
    "an inverse path": (
        "sh:property [ sh:path [ sh:inversePath e:up ] ; sh:minCount 1 ]",
        "",
        "e:z e:up e:a .",
    ),
    "a path through an inverse": (
        "sh:property [ sh:path (e:p [ sh:inversePath (e:q e:up) ]) ; sh:minCount 1 ]",
        "",
        "e:c e:up e:b .",
    ),
    "a repeated path": (
        """sh:property [ sh:minCount 1 ;
             sh:path ([ sh:zeroOrMorePath [ sh:alternativePath (e:p e:q) ] ] e:r) ]""",
        "",
        "e:c e:r 1 .",
    ),
    "class": ("sh:property [ sh:path (e:p e:q) ; sh:class e:D ]", "", "e:c a e:D ."),
    "a subclass": ("sh:property [ sh:path e:p ; sh:class e:D ]", "e:b a e:E .", "e:E rdfs:subClassOf e:D ."),
    "datatype": ("sh:property [ sh:path (e:p e:r) ; sh:datatype xsd:string ]", "", "e:b e:r 1 ."),
    "hasValue": ("sh:property [ sh:path (e:p e:r) ; sh:hasValue 1 ]", "", "e:b e:r 1 ."),
    "uniqueLang": (
        "sh:property [ sh:path (e:p e:r) ; sh:uniqueLang true ]",
        'e:b e:r "x"@en .',
        'e:b e:r "y"@en .',
    ),
    "equals": ("sh:property [ sh:path (e:p e:q) ; sh:equals e:r ]", "", "e:a e:r e:c ."),
    "disjoint": ("sh:property [ sh:path (e:p e:q) ; sh:disjoint e:r ]", "", "e:a e:r e:c ."),
    "lessThan": ("sh:property [ sh:path (e:p e:n) ; sh:lessThan e:r ]", "e:b e:n 5 .", "e:a e:r 4 ."),
    "lessThanOrEquals": (
        "sh:property [ sh:path (e:p e:n) ; sh:lessThanOrEquals e:r ]",
        "e:b e:n 5 .",
        "e:a e:r 4 .",
    ),
    "closed": (
        "sh:property [ sh:path e:p ; sh:node [ sh:closed true ; sh:property [ sh:path e:q ] ] ]",
        "",
        "e:b e:odd 1 .",
    ),
    "node": ("sh:property [ sh:path (e:p e:q) ; sh:node e:HasR ]", HAS_R, "e:c e:r 1 ."),
    "property": (
        "sh:property [ sh:path e:p ; sh:property [ sh:path (e:q e:r) ; sh:minCount 1 ] ]",
        "",
        "e:c e:r 1 .",
    ),
    "not": ("sh:property [ sh:path (e:p e:q) ; sh:not e:HasR ]", HAS_R, "e:c e:r 1 ."),
    "and": ("sh:property [ sh:path (e:p e:q) ; sh:and (e:HasR) ]", HAS_R, "e:c e:r 1 ."),
    "or": ("sh:property [ sh:path (e:p e:q) ; sh:or (e:HasR [ sh:class e:No ]) ]", HAS_R, "e:c e:r 1 ."),
    "xone": ("sh:property [ sh:path (e:p e:q) ; sh:xone (e:HasR [ sh:class e:No ]) ]", HAS_R, "e:c e:r 1 ."),
    "qualifiedMinCount": (
        "sh:property [ sh:path (e:p e:q) ; sh:qualifiedValueShape e:HasR ; sh:qualifiedMinCount 1 ]",
        HAS_R,
        "e:c e:r 1 .",
    ),
    "qualifiedMaxCount": (
        "sh:property [ sh:path (e:p e:q) ; sh:qualifiedValueShape e:HasR ; sh:qualifiedMaxCount 0 ]",
        HAS_R,
        "e:c e:r 1 .",
    ),
    "a sibling": (
        """sh:property [ sh:path (e:p e:q) ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ;
             sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ] ,
           [ sh:path e:s ; sh:qualifiedValueShape e:HasR ; sh:qualifiedMinCount 0 ]""",
        HAS_R,
        "e:c e:r 1 .",
    ),
    "SPARQL": (
        """sh:sparql [ sh:select
             "SELECT $this { $this <http://e/p>/<http://e/q> ?x . ?x <http://e/r> ?y }" ]""",
        "",
        "e:c e:r 1 .",
    ),
    "a class target": (
        "sh:property [ sh:path e:no ; sh:minCount 1 ]",
        "e:b a e:E .",
        "e:E rdfs:subClassOf e:C .",
    ),
    "another target": ("sh:targetObjectsOf e:to ; sh:nodeKind sh:Literal", "", "e:z e:to e:b ."),
    "a shape that two share": (
        "sh:property e:Shared",
        """e:Shared a sh:PropertyShape ; sh:path e:q ; sh:class e:D .
           e:T a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:property [ sh:path e:p ; sh:property e:Shared ] .
           e:c a e:F . e:b a e:C .""",
        "e:b e:p e:z .",
    ),
}


def graph_of(text: str) -> Graph:
    return Graph().parse(data=f"{PREFIXES} {text}", format="turtle")


def triples_of(graph: Iterable[object]) -> frozenset[Triple]:
    return frozenset(graph)  # type: ignore[arg-type]


def store_of(triples: Iterable[Triple]) -> EmbeddedStore:
    return EmbeddedStore.from_nquads(
        "".join(" ".join(t.n3() for t in one) + " .\n" for one in triples).encode()
    )


def run(store: EmbeddedStore, shapes, focus=None) -> Outcome:
    return run_compiled(shapes, StoreSource(store), focus=focus)


@pytest.mark.parametrize("goes", [False, True], ids=["comes", "goes"])
@pytest.mark.parametrize("name", CASES)
def test_a_change_is_followed_back_to_the_focus_node(name: str, goes: bool) -> None:
    constraints, others, changed = CASES[name]
    shapes = read_shape_graph(graph_of(f"e:S a sh:NodeShape ; sh:targetClass e:C ; {constraints} . {others}"))
    less = triples_of(graph_of(DATA + others))
    more = less | triples_of(graph_of(changed))
    old, new = (more, less) if goes else (less, more)
    before, after = run(store_of(old), shapes), run(store_of(new), shapes)
    assert {*before.findings} != {*after.findings} or name == "a shape that two share"
    store = store_of(new)
    told = revalidate(Plan(shapes), Data(store), Change(new - old, old - new), before, partial(run, store))
    assert {*told.outcome.findings} == {*after.findings}
    assert told.outcome.nodes == after.nodes
    assert (told.doubt, told.whole_shapes) == ("", 0)
    assert 0 < told.focus_nodes <= 3
