"""Rows become quads exactly as the mapping says."""

from __future__ import annotations

import pytest

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Truth

ROW = "<https://w3id.org/poca-kg/graph/"


@pytest.fixture(scope="module")
def store(mini):
    return EmbeddedStore.from_nquads(mini.nquads)


HOLDS = {
    "a type from a column": "page: { statement:s03 a poca:Viewpoint, poca:Rationale }",
    "a constant": "page: { statement:s01 poca:attribution attribution:explicit }",
    "a reference by its bare slug": "page: { statement:s01 poca:heldBy group:turin-stakeholders }",
    "several references": "page: { statement:s02 poca:target level:region, unit:it-reg-01 }",
    "plain text": 'page: { statement:s01 skos:notation "S01" }',
    "text with a language": 'page: { group:milan-stakeholders rdfs:label "stakeholders of Milan"@en }',
    "a date": 'page: { document:page dcterms:issued "2015-09-24"^^xsd:date }',
    "an address": 'page: { document:page schema:url "https://example.org/page?print=1"^^xsd:anyURI }',
    "a value": "territory: { city:milan poca:value 1371.5 }",
    "a value as published": 'territory: { city:milan poca:valueAsPublished "1371.50" }',
    "a point": 'territory: { city:turin poca:point "POINT(7.68 45.07)"^^geo:wktLiteral }',
    "an IRI of another vocabulary": "page: { statement:s03 poca:mappingPredicate skos:relatedMatch }",
    "an evidence node": "page: { statement:s01 poca:evidence evidence:statement-s01--page--2-4 }",
    "what evidence says": (
        "page: { evidence:statement-s02--page--3-1 a poca:Evidence ; oa:hasSource document:page ;"
        " oa:hasSelector place:page--3-1 ; poca:confidence confidence:inferred }"
    ),
    "an identifier node": (
        "territory: { city:turin adms:identifier identifier:un-locode-IT-TRN ."
        ' identifier:un-locode-IT-TRN a adms:Identifier ; skos:notation "IT TRN" ;'
        ' poca:identifierScheme identifier-scheme:un-locode ; poca:schemeVersion "2024-1" }'
    ),
    "leading zeros": 'territory: { identifier:istat-municipality-001272 skos:notation "001272" }',
    "a link": "territory: { city:turin owl:sameAs <http://www.wikidata.org/entity/Q495> }",
    "the origin of a thing": f"page: {{ statement:s01 prov:wasDerivedFrom {ROW}page/row/statements.s01> }}",
    "the origin of evidence": (
        f"page: {{ evidence:statement-s01--page--2-4 prov:wasDerivedFrom {ROW}page/row/statements.s01> }}"
    ),
    "the origin of an identifier": (
        f"territory: {{ identifier:wikidata-Q495 prov:wasDerivedFrom {ROW}territory/row/cities.turin> }}"
    ),
    "a conclusion with rule and input": (
        "derived: { statement:s01-derived poca:byRule rule:wider-level ; prov:wasDerivedFrom statement:s01 }"
    ),
}


@pytest.mark.parametrize("pattern", HOLDS.values(), ids=HOLDS.keys())
def test_the_graph_holds(store, pattern):
    graph, triples = pattern.split(": ", 1)
    assert store.query(f"ASK {{ GRAPH graph:{graph} {triples} }}") == Truth(True)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ ?s ?p "check" }',
        "{ GRAPH graph:page { statement:s01 poca:reason ?reason } }",
        "{ ?level poca:target ?statement . FILTER (STRSTARTS(STR(?level), STR(level:))) }",
        '{ ?s ?p "" }',
    ],
    ids=["an ignored column", "an empty cell", "an inverse triple", "an empty text"],
)
def test_the_graph_does_not_hold(store, pattern):
    assert store.query(f"ASK {pattern}") == Truth(False)


def test_every_subject_of_a_source_has_one_row(store):
    rows = store.query(
        "SELECT ?g ?s (COUNT(DISTINCT ?row) AS ?rows) { VALUES ?g { graph:page graph:territory }"
        " GRAPH ?g { ?s ?p ?o . OPTIONAL { ?s prov:wasDerivedFrom ?row } } }"
        " GROUP BY ?g ?s HAVING (?rows != 1)"
    ).rows
    assert rows == ()


def test_text_is_composed_whatever_the_keyboard_wrote(tree):
    tree.replace(
        "sources/page/tables/groups.csv", "portatori di interesse di Torino", "citta\u0300 di Torino"
    )
    nquads = tree.build().nquads.decode()
    assert '"città di Torino"@it' in nquads
    assert "\u0300" not in nquads


def test_a_confidence_is_needed_where_there_is_evidence(tree, place):
    tree.replace("sources/page/mapping.toml", "confidence = { evidence_confidence = true, required = true }",
                 "confidence = { evidence_confidence = true }")  # fmt: skip
    tree.replace("sources/page/tables/statements.csv", "page#3.1,inferred", "page#3.1,")
    problem = tree.only_problem()
    assert problem.place == place("sources/page/tables/statements.csv:3:125")
    assert "the row has evidence, but not how surely it was read" in problem.what


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("skos:relatedMatch|skos:exactMatch", "holds several values"),
        ("relatedMatch", "neither a prefixed name nor an <IRI>"),
        ("<not an iri>", "is not an IRI"),
        ("stance:efective", "there is no concept stance:efective"),
        ("poca:statement", "nothing is called poca:statement"),
        ("graph:pages", "nothing is called graph:pages"),
    ],
)
def test_a_cell_that_names_an_iri_is_checked(tree, cell, says):
    tree.replace("sources/page/tables/statements.csv", "skos:relatedMatch", cell)
    assert says in tree.only_problem().what


@pytest.mark.parametrize(
    "cell", ["poca:heldBy", "graph:territory", "stance:needed", "<https://example.org/a>"]
)
def test_a_cell_may_name_what_exists(tree, cell):
    tree.replace("sources/page/tables/statements.csv", "skos:relatedMatch", cell)
    assert tree.build()
