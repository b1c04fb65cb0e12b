"""What an alignment names exists in the vocabulary that it aligns with."""

from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, GEO, ORG, PROV, QB, RDF, SDO, SKOS, VOID, DefinedNamespace

from poca_kg.store.parsing import parse_file
from poca_kg.vocabulary.prefixes import shorten_iri

HERE = Path(__file__).parent
ALIGNMENTS = sorted((HERE.parents[1] / "ontology/alignments").glob("*.ttl"))
KNOWN_TO_RDFLIB: tuple[type[DefinedNamespace], ...] = (DCAT, DCTERMS, FOAF, GEO, ORG, PROV, QB, SDO, SKOS)
READ_BY_HAND = set((HERE / "outside-terms.txt").read_text(encoding="utf-8").split())
"""Terms of vocabularies that rdflib does not hold, each seen in the vocabulary's own file."""


def is_known(term: URIRef) -> bool:
    return any(term in namespace for namespace in KNOWN_TO_RDFLIB) or shorten_iri(str(term)) in READ_BY_HAND


def matches(path: Path) -> list[tuple[URIRef, URIRef, URIRef]]:
    graph = parse_file(path)
    headers = set(graph.subjects(RDF.type, VOID.Linkset))
    return [(s, p, o) for s, p, o in graph if s not in headers]


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_an_alignment_leads_to_terms_that_exist(path):
    assert {str(outside) for _, _, outside in matches(path) if not is_known(outside)} == set()


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_an_alignment_keeps_to_its_target(path):
    graph = parse_file(path)
    targets = tuple(str(target) for target in graph.objects(None, VOID.objectsTarget))
    assert matches(path)
    assert [str(outside) for _, _, outside in matches(path) if not str(outside).startswith(targets)] == []


def test_a_term_that_its_vocabulary_lacks_is_noticed():
    assert not is_known(URIRef("http://www.w3.org/ns/prov#wasThoughtOfBy"))
    assert not is_known(URIRef("http://data.europa.eu/m8g/Village"))
    assert is_known(URIRef("http://data.europa.eu/m8g/PublicOrganisation"))


def test_every_term_read_by_hand_is_in_use():
    used = {shorten_iri(str(outside)) for path in ALIGNMENTS for _, _, outside in matches(path)}
    assert used >= READ_BY_HAND
