"""Terms as one types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.analysis import parse_iri, parse_term
from poca_kg.errors import UsageError


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("<http://e.org/a>", URIRef("http://e.org/a")),
        ("city:turin", URIRef("https://w3id.org/poca-kg/id/city/turin")),
        ("a", RDF.type),
        ('"Turin"', Literal("Turin")),
        ('"Turin"@en', Literal("Turin", "en")),
        ('"5"^^xsd:integer', Literal("5", datatype=XSD.integer)),
        ('"5"^^<http://www.w3.org/2001/XMLSchema#integer>', Literal("5", datatype=XSD.integer)),
        (r'"a \"b\"\n\u00e9\U0001F600"', Literal('a "b"\né😀')),
        ('""', Literal("")),
    ],
)
def test_a_term_is_read(text, term):
    assert parse_term(text) == term


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turin",
        "nowhere:turin",
        "<http://e.org/a",
        "<a b>",
        "http://e.org/a",
        '"open',
        '"a"b"',
        '"a"@',
        '"a"^^x',
    ],
)
def test_a_text_that_is_no_term_is_a_usage_error(text):
    with pytest.raises(UsageError):
        parse_term(text)


def test_a_literal_is_no_predicate():
    with pytest.raises(UsageError):
        parse_iri('"label"')


@given(st.text(st.characters(codec="utf-8")), st.sampled_from([None, "en", "it", "pt-BR"]))
def test_what_n_triples_writes_is_read_back(text, language):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    tag = f"@{language}" if language else ""
    assert parse_term(f'"{escaped}"{tag}') == Literal(text, language)
