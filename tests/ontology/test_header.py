"""The header holds what FAIR vocabularies are asked for, as far as it can be tested without the network."""

import re

import pytest
from rdflib import OWL, RDF, XSD, Literal, URIRef
from rdflib.namespace import DCTERMS, VANN

from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import PREFIXES

HEADER = URIRef(PREFIXES["poca"])


@pytest.fixture(scope="module")
def header(ontology) -> dict[URIRef, list]:
    values: dict[URIRef, list] = {}
    for subject, predicate, value in ontology.triples("ontology"):
        if subject == HEADER:
            values.setdefault(predicate, []).append(value)
    return values


def test_the_ontology_is_identified_by_its_namespace(header):
    assert header[RDF.type] == [OWL.Ontology]
    assert [str(value) for value in header[VANN.preferredNamespaceUri]] == [PREFIXES["poca"]]


def test_the_base_is_a_persistent_address():
    assert BASE.startswith("https://w3id.org/")


def test_the_preferred_prefix_is_the_one_that_queries_know(header):
    assert [PREFIXES[str(prefix)] for prefix in header[VANN.preferredNamespacePrefix]] == [str(HEADER)]


def test_the_version_is_semantic_and_ends_the_version_iri(header):
    (version,), (iri,) = header[OWL.versionInfo], header[OWL.versionIRI]
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(version))
    assert str(iri) == f"{HEADER}{version}"


@pytest.mark.parametrize("name", ["title", "description"])
def test_title_and_description_stand_once_in_each_language(header, name):
    assert sorted(value.language for value in header[DCTERMS[name]]) == ["en", "it"]


@pytest.mark.parametrize("name", ["created", "issued", "modified"])
def test_dates_are_dates(header, name):
    (date,) = header[DCTERMS[name]]
    assert isinstance(date, Literal)
    assert date.datatype == XSD.date
    assert not date.ill_typed


def test_dates_follow_each_other(header):
    (created,), (issued,), (modified,) = (header[DCTERMS[name]] for name in ("created", "issued", "modified"))
    assert created <= issued <= modified


def test_the_licence_is_an_address_of_an_open_one(header):
    assert header[DCTERMS.license] == [URIRef("https://creativecommons.org/licenses/by/4.0/")]


@pytest.mark.parametrize("name", ["creator", "publisher", "bibliographicCitation", "source"])
def test_origin_and_citation_are_stated(header, name):
    assert all(str(value).strip() for value in header[DCTERMS[name]])
