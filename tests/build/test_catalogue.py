"""The catalogue says of every graph where it comes from and how large it is, itself included."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import VOID

from poca_kg.build import CATALOGUE_FIELDS, build_dataset
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.places import Places
from poca_kg.store.protocol import Truth
from poca_kg.vocabulary.iris import OWN_GRAPHS

DATASET = URIRef("https://w3id.org/poca-kg/")
GROUPS = "<https://w3id.org/poca-kg/graph/page/table/groups>"


CORRECTION = (
    "table,key,field,old,new,reason,by,date\n"
    "groups,milan-stakeholders,label_en,stakeholders of Milan,people of Milan,clearer,A. Curator,2026-11-22\n"
)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """The dataset of the fixtures with one cell corrected."""
    root = tmp_path_factory.mktemp("corrected")
    for name in ("sources", "ontology"):
        shutil.copytree(Path(__file__).parent / "fixtures" / name, root / name)
    (root / "sources/page/curation.csv").write_text(CORRECTION)
    return build_dataset(root / "sources", root / "ontology")


@pytest.fixture(scope="module")
def store(corrected):
    return EmbeddedStore.from_nquads(corrected.nquads)


HOLDS = {
    "kinds of graph": "graph:page a poca:Source, dcat:Dataset, void:Dataset",
    "titles": 'graph:page dcterms:title "A page on Milan and Turin"@en, "Una pagina su Milano e Torino"@it',
    "producer": 'graph:page poca:producerName "Ecologic Institute"',
    "citation": 'graph:page dcterms:bibliographicCitation "Ecologic Institute: a page, 2015"',
    "attribution": 'graph:page poca:attributionText "Ecologic Institute 2015"',
    "licence": "graph:page dcterms:license <https://creativecommons.org/licenses/by/4.0/>",
    "licence evidence": 'graph:page poca:licenceEvidence "facts in our own words"@en',
    "landing page": "graph:page dcat:landingPage <https://example.org/page>",
    "a day": 'graph:page dcterms:issued "2015-09-24"^^xsd:date',
    "a month": 'graph:territory dcterms:issued "2026-06"^^xsd:gYearMonth',
    "access": 'graph:page poca:accessed "2026-11-22"^^xsd:date',
    "language": 'graph:page dcterms:language "en"',
    "coverage": 'graph:page dcterms:coverage "Three statements"@en',
    "version": 'graph:page schema:version "2015-09-24"',
    "a table": f"{GROUPS} a poca:SourceTable ; dcterms:isPartOf graph:page",
    "rows": f"{GROUPS} poca:rowCount 2 ; poca:representedRowCount 2",
    "the file": (
        f"{GROUPS} schema:contentUrl"
        ' "data/sources/page/tables/groups.csv" ; dcterms:description "Who speaks"@en'
    ),
    "the whole": f"{DATASET.n3()} a void:Dataset ; void:subset graph:page, graph:derived, graph:catalogue",
    "vocabularies": "<https://w3id.org/poca-kg/> void:vocabulary poca:, skos:, prov:, void:",
    "a corrected cell": (
        "<https://w3id.org/poca-kg/graph/page/correction/groups.milan-stakeholders/label_en>"
        " a poca:Correction ;"
        " poca:ofRow <https://w3id.org/poca-kg/graph/page/row/groups.milan-stakeholders> ;"
        ' poca:columnName "label_en" ; poca:oldText "stakeholders of Milan" ;'
        ' poca:newText "people of Milan" ; skos:changeNote "clearer"@en ;'
        ' poca:curatorName "A. Curator" ; dcterms:created "2026-11-22"^^xsd:date'
    ),
    "our own graphs": 'graph:schemes a void:Dataset ; dcterms:title "Schemes"@en, "Schemi"@it',
}


@pytest.mark.parametrize("triples", HOLDS.values(), ids=HOLDS.keys())
def test_the_catalogue_holds(store, triples):
    assert store.query(f"ASK {{ GRAPH graph:catalogue {{ {triples} }} }}") == Truth(True)


def test_every_count_is_right_with_the_catalogue_counted_too(store):
    sizes = {(URIRef(g.iri), VOID.triples, Literal(g.triples)) for g in store.graphs()}
    quads = list(store.quads())
    sizes |= {
        (DATASET, VOID.triples, Literal(len(quads))),
        (DATASET, VOID.distinctSubjects, Literal(len({s for s, _, _, _ in quads}))),
        (DATASET, VOID.properties, Literal(len({p for _, p, _, _ in quads}))),
        (DATASET, VOID.classes, Literal(len({o for _, p, o, _ in quads if p.endswith("#type")}))),
    }
    counted = {(s, p, o) for s, p, o, _ in quads if str(p).startswith(str(VOID)) and isinstance(o, Literal)}
    assert counted == sizes


def test_every_triple_comes_from_a_field_with_its_line_or_is_a_count(corrected, store, tmp_path):
    (tmp_path / "places.tsv").write_bytes(corrected.places)
    places = Places.read(tmp_path / "places.tsv")
    for subject, predicate, value, graph in store.quads():
        if graph.endswith("graph/catalogue"):
            place = places.of_triple(subject, predicate, value)
            is_count = CATALOGUE_FIELDS[predicate] == "count"
            assert (place is None) == is_count, (subject, predicate, value)


def test_every_field_of_the_table_is_used(store):
    predicates = {p for _, p, _, graph in store.quads() if graph.endswith("graph/catalogue")}
    assert predicates == set(CATALOGUE_FIELDS)


def test_a_graph_without_triples_is_not_listed(tree):
    tree.path("ontology/rules/1-wider-level.ttl").unlink()
    built = tree.build()
    names = {entry.iri.rpartition("/")[2] for entry in built.manifest.graphs}
    assert names == {"page", "territory", *OWN_GRAPHS} - {"derived", "rules"}
    assert b"graph/derived>" not in built.nquads
