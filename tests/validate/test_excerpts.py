"""Lines as they are shown: the right part is meant, and nothing that does harm is left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, XSD

from poca_kg.store.canonical import canonical_nquads
from poca_kg.validate.excerpts import find_span, show_line

EX = "http://example.org/"
CASES = [
    ("ex:a ex:p ex:b .", URIRef(f"{EX}b"), "ex:b"),
    ("ex:a ex:p ex:b.", URIRef(f"{EX}b"), "ex:b"),
    ("ex:b ex:p ex:b .", URIRef(f"{EX}b"), (10, 14)),
    (f"<{EX}a> <{EX}p> <{EX}b> .", URIRef(f"{EX}b"), f"<{EX}b>"),
    ("<a> <p> <b> .", URIRef(f"{EX}b"), "<b>"),
    (r"<a> <p> <\u0062> .", URIRef(f"{EX}b"), r"<\u0062>"),
    (r"ex:a ex:p ex:b\-c .", URIRef(f"{EX}b-c"), r"ex:b\-c"),
    ("ex:a ex:p ex:area .", URIRef(f"{EX}a"), (0, 4)),
    ("ex:a a ex:T .", RDF.type, "a"),
    ('ex:a ex:p "x" .', Literal("x"), '"x"'),
    ("ex:a ex:p 'x' .", Literal("x"), "'x'"),
    ('ex:a ex:p """x"y""" .', Literal('x"y'), '"""x"y"""'),
    (r'ex:a ex:p "a\"b\n" .', Literal('a"b\n'), r'"a\"b\n"'),
    ('ex:a ex:p "x"@EN , "x"@it .', Literal("x", lang="it"), '"x"@it'),
    ('ex:a ex:p "x" , "x"@it .', Literal("x"), '"x"'),
    ('ex:a ex:p "1"^^xsd:byte .', Literal("1", datatype=XSD.byte), '"1"^^xsd:byte'),
    ("ex:a ex:p 007 .", Literal("007", datatype=XSD.integer, normalize=False), "007"),
    ("ex:a ex:p 1.50 .", Literal("1.5", datatype=XSD.decimal), "1.50"),
    ("ex:a ex:p true .", Literal(True), "true"),
    ('ex:a ex:p "x" . # "y"', Literal("y"), None),
    ('ex:a ex:p "<b>" .', URIRef(f"{EX}b"), None),
    ("ex:a ex:p [] .", BNode(), None),
    ("", URIRef(f"{EX}b"), None),
]


@pytest.mark.parametrize(("line", "term", "meant"), CASES)
def test_a_term_is_found_where_it_is_written(line, term, meant):
    span = find_span(line, term)
    if isinstance(meant, tuple) or meant is None:
        assert span == meant
    else:
        assert line[slice(*span)] == meant


def test_where_the_value_is_not_written_the_property_is_meant_then_the_node():
    others = [URIRef(f"{EX}p"), URIRef(f"{EX}a")]
    assert find_span("ex:a ex:p ex:c .", URIRef(f"{EX}b"), others) == (5, 9)
    assert find_span("ex:a ex:q ex:c .", URIRef(f"{EX}b"), others) == (0, 4)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IRIS = st.from_regex(r"http://e/[a-z]{1,8}", fullmatch=True).map(URIRef)
VALUES = st.one_of(
    IRIS,
    TEXTS.map(Literal),
    st.builds(Literal, TEXTS, lang=st.sampled_from(["en", "de-at"])),
    st.builds(Literal, TEXTS, datatype=st.sampled_from([URIRef("http://e/own"), XSD.anyURI])),
)


@given(subject=IRIS, value=VALUES)
def test_whatever_a_line_of_n_quads_says_is_found(subject, value):
    line = canonical_nquads([(subject, URIRef("http://p/p"), value, "")]).decode().removesuffix("\n")
    start, end = find_span(line, value)
    assert line[end:].strip() == "."
    assert line[:start].endswith("> ")


@given(line=st.text(max_size=400), start=st.integers(0, 400), length=st.integers(0, 60))
def test_a_line_is_shown_short_harmless_and_with_its_part_in_it(line, start, length):
    start = min(start, len(line))
    span = (start, min(start + length, len(line)))
    shown = show_line(line, span)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown.text)
    assert 0 <= shown.start <= shown.end <= len(shown.text)
    assert len(shown.text) <= 98 * 10
    if shown.carets:
        assert len(shown.carets) == shown.end
        assert set(shown.carets) <= {" ", "^"}
    meant = line[slice(*span)]
    if meant.isascii() and meant.isprintable() and meant.strip() == meant and len(meant) < 60:
        assert shown.text[shown.start : shown.end] == meant


@pytest.mark.parametrize(
    "line", ['"' * 20_000, '"\\' * 10_000, "'''" + '"""' * 6_000, "<" * 20_000, ":" * 20_000]
)
def test_a_hostile_line_is_read_in_no_time(line):
    from time import process_time

    started = process_time()
    find_span(line, Literal("x"), [URIRef(f"{EX}b")])
    assert process_time() - started < 20, "it hangs"
