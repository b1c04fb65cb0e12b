"""Literals that the engine would rewrite keep their texts, in the store and back."""

import random

import pyoxigraph as ox
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.protocol import Document
from poca_kg.store.surrogates import SURROGATE, as_written, is_rewritten, keep_text, surrogate_of

SEED = random.SystemRandom().randrange(2**32)
_NAMES = """boolean integer int long nonNegativeInteger unsignedByte decimal double float date dateTime
dateTimeStamp time gYear gMonthDay duration dayTimeDuration yearMonthDuration string anyURI token hexBinary"""
_TEXTS = """1 01 +1 -0 0 1.0 1.50 .5 1e3 1.0E0 INF NaN true false 2016-01-01 2016-13-01 2016-02-30 2016-01-01Z
2016-01-01+00:00 2016-01-01T24:00:00 2016-01-01T00:00:00.500 2016-01-01T00:00:00Z 24:00:00 12:00:00.0 --05-06
P12M PT24H P0D 99999999999999999999 123456789012345678901234567890.5 -0.0 16777217 0.1 1234567.125 12016-01-01
x"""
NAMES = _NAMES.split()
TEXTS = [*_TEXTS.split(), "", " 1"]


def stored(text: str, datatype: str) -> ox.Literal:
    store = ox.Store()
    node = ox.NamedNode("http://e/x")
    store.add(ox.Quad(node, node, ox.Literal(text, datatype=ox.NamedNode(datatype))))
    return next(iter(store)).object


@pytest.mark.parametrize("name", NAMES)
def test_what_counts_as_rewritten_is_what_the_engine_rewrites(name):
    datatype = str(XSD) + name
    for text in TEXTS:
        changed = stored(text, datatype) != ox.Literal(text, datatype=ox.NamedNode(datatype))
        assert is_rewritten(text, datatype) == changed, text


@seed(SEED)
@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    text=st.one_of(
        st.from_regex(r"[+-]?[0-9]{0,20}(\.[0-9]{0,12})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
        st.from_regex(
            r"-?[0-9]{4,5}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?)?Z?", fullmatch=True
        ),
    ),
)
def test_any_number_or_date_that_is_not_kept_has_a_surrogate(name, text):
    print(f"seed {SEED}")  # noqa: T201  (a failure must be repeatable)
    datatype = str(XSD) + name
    literal = ox.Literal(text, datatype=ox.NamedNode(datatype))
    assert (keep_text(literal) is None) == (stored(text, datatype) == literal)


def test_a_surrogate_is_kept_by_the_engine_and_turned_back():
    literal = Literal("01", datatype=XSD.int, normalize=False)
    surrogate = surrogate_of(literal)
    assert stored(str(surrogate), str(surrogate.datatype)).value == "01"
    assert as_written(surrogate) == literal
    assert str(as_written(surrogate)) == "01"


def test_a_literal_of_the_data_that_looks_like_a_surrogate_is_not_mistaken_for_one():
    sly = Literal("01", datatype=URIRef(f"{SURROGATE}{XSD.integer}"), normalize=False)
    assert surrogate_of(sly) != sly
    assert as_written(surrogate_of(sly)) == sly


@pytest.mark.parametrize("term", [URIRef("http://e/x"), Literal("01"), Literal("x", lang="en"), Literal(5)])
def test_other_terms_are_themselves(term):
    assert surrogate_of(term) == term
    assert as_written(term) == term


DATA = b"""@prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:a e:p 01 , 1 , 1.50 , "5"^^xsd:int , 5 , "x"@EN , _:b . _:b e:q true , "1"^^xsd:boolean ."""


@pytest.fixture
def lexical() -> LexicalStore:
    store = LexicalStore()
    store.judge(Document(DATA, RdfSyntax.TURTLE), "f0")
    return store


def test_every_text_of_a_document_is_in_the_store(lexical):
    texts = {
        (str(value), str(value.datatype or ""))
        for value in lexical.judged.objects()
        if isinstance(value, Literal)
    }
    assert texts == {
        ("01", str(XSD.integer)), ("1", str(XSD.integer)), ("1.50", str(XSD.decimal)), ("5", str(XSD.int)),
        ("5", str(XSD.integer)), ("x", ""), ("true", str(XSD.boolean)), ("1", str(XSD.boolean)),
    }  # fmt: skip
    assert lexical.surrogates == 4


def test_a_literal_is_found_by_its_own_text_and_by_no_other(lexical):
    node, predicate = URIRef("http://e/a"), URIRef("http://e/p")

    def has(text, datatype):
        return (node, predicate, Literal(text, datatype=datatype, normalize=False)) in lexical.judged

    assert has("01", XSD.integer)
    assert has("5", XSD.int)
    assert not has("001", XSD.integer)
    assert not has("1.5", XSD.decimal)


def test_what_is_seen_beside_is_not_judged_and_stands_once(lexical):
    lexical.see(Document(DATA, RdfSyntax.TURTLE), "c0")
    lexical.see(Document(b"<http://e/c> <http://e/p> 07 .", RdfSyntax.TURTLE), "c1")
    assert len(lexical.judged) == 9
    # The blank node of what is seen is a node of its own.
    assert len(lexical.everything) == 9 + 3 + 1
    assert lexical.store.is_disjoint()


def test_a_view_is_not_written_to(lexical):
    from poca_kg.errors import UsageError

    with pytest.raises(UsageError, match="view"):
        lexical.judged.add((URIRef("http://e/a"), URIRef("http://e/p"), Literal(1)))


def test_what_is_no_term_of_rdf_stands_nowhere(lexical):
    assert (URIRef("not an iri"), None, None) not in lexical.judged
    assert (Literal("x"), None, None) not in lexical.judged
