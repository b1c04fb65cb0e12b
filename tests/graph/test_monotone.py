"""Knowing more never takes a link away."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poca_kg.graph import VIEW_NAMES, ViewDeclaration, parse_declaration, project, read_declaration
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.vocabulary.prefixes import prefix_header

SCHEMA = """
poca:City rdfs:subClassOf poca:AdministrativeUnit .
poca:AdministrativeUnit rdfs:subClassOf poca:TerritorialUnit .
poca:Viewpoint rdfs:subClassOf poca:Statement . poca:Cooperation rdfs:subClassOf poca:InterCityArrangement .
stance:effective poca:polarity 1 . stance:rejected poca:polarity -1 .
city:a a poca:City . city:b a poca:City . unit:u a poca:AdministrativeUnit .
arrangement:x a poca:Cooperation ; poca:depth depth:cooperation .
statement:s a poca:Viewpoint . statement:t a poca:Viewpoint .
"""
TRIPLES = [
    f"{s} {p} {o} ."
    for s, p, o in [
        *((city, "poca:partOf", "unit:u") for city in ("city:a", "city:b")),
        *(("arrangement:x", "poca:between", city) for city in ("city:a", "city:b")),
        ("arrangement:x", "poca:depth", "depth:integration"),
        *(
            (statement, predicate, object_)
            for statement in ("statement:s", "statement:t")
            for predicate, object_ in [
                ("poca:target", "arrangement:x"),
                ("poca:target", "unit:u"),
                ("poca:stance", "stance:effective"),
                ("poca:stance", "stance:rejected"),
                ("poca:about", "field:waste"),
                ("poca:about", "field:energy"),
                ("poca:reason", "statement:t"),
                ("rdfs:label", '"a statement"@en'),
                ("a", "poca:Rationale"),
            ]
        ),
        ("city:a", "rdfs:label", '"A"@en'),
        ("city:a", "rdfs:label", '"AA"@en'),
        ("city:a", "poca:atLevel", "level:city"),
    ]
]


SILENT = """
directed = true
favourable_only = false
nodes = "SELECT ?node WHERE { ?node a poca:City }"
edges = '''
SELECT ?start ?end ?kind WHERE {
  ?start poca:partOf ?end . BIND(poca:partOf AS ?kind) MINUS { ?start poca:atLevel ?level }
}'''
label = { en = "x", it = "x" }
shows = { en = "x", it = "x" }
"""


def edges(triples: list[str], declared: ViewDeclaration) -> set:
    store = EmbeddedStore.in_memory()
    text = f"graph:g {{ {SCHEMA} {' '.join(triples)} }}"
    store.load((prefix_header() + text).encode(), format=RdfSyntax.TRIG)
    return set(project(store, declared).edges(keys=True))


@pytest.mark.parametrize("name", VIEW_NAMES)
@settings(deadline=None, max_examples=40)
@given(known=st.lists(st.sampled_from(TRIPLES), unique=True), learnt=st.sampled_from(TRIPLES))
def test_adding_a_triple_never_removes_an_edge(name, known, learnt):
    declared = read_declaration(name)
    assert edges(known, declared) <= edges([*known, learnt], declared)


def test_a_view_that_draws_silence_would_be_caught():
    declared = parse_declaration("silent", SILENT, file="silent.toml")
    known, learnt = "city:a poca:partOf unit:u .", "city:a poca:atLevel level:city ."
    assert not edges([known], declared) <= edges([known, learnt], declared)
