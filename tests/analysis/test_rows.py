"""The answer to a query as people use it."""

import datetime
import sys
from decimal import Decimal

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.analysis import Rows, plain_value
from poca_kg.errors import UsageError
from poca_kg.store.protocol import Solutions, Triples, Truth

IRI = URIRef("https://w3id.org/poca-kg/id/city/turin")


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (None, None),
        (IRI, str(IRI)),
        (Literal("Torino", "it"), "Torino"),
        (Literal("8", datatype=XSD.integer), 8),
        (Literal("1.50", datatype=XSD.decimal), Decimal("1.50")),
        (Literal("true", datatype=XSD.boolean), True),
        (Literal("2015-09-24", datatype=XSD.date), datetime.date(2015, 9, 24)),
        (Literal("2050", datatype=XSD.gYear), "2050"),
        (Literal("2014-01", datatype=XSD.gYearMonth), "2014-01"),
        (Literal("soon", datatype=XSD.date), "soon"),
        (Literal("https://e.org/", datatype=XSD.anyURI), "https://e.org/"),
    ],
)
def test_a_term_has_a_plain_value(term, value):
    assert plain_value(term) == value
    assert type(plain_value(term)) is type(value)


def test_rows_are_printed_as_a_table_of_the_first_twenty():
    rows = Rows(("city", "label"), ((IRI, Literal("To\nrino", "it")), (IRI, None), (None, Literal("x" * 70))))
    assert str(rows) == f"city        label\ncity:turin  To rino\ncity:turin\n            {'x' * 59}…"
    many = str(Rows(("n",), tuple((Literal(n),) for n in range(23)))).splitlines()
    assert many[0] == "n"
    assert many[-2:] == ["19", "… and 3 more"]


def test_what_is_falsy_is_printed_all_the_same():
    assert str(Rows(("answer",), ((Literal(False),),))) == "answer\nfalse"
    assert str(Rows(("n",), ((Literal(0),),))) == "n\n0"


def test_rows_are_iterated_counted_and_turned_into_dictionaries():
    rows = Rows.from_answer(Solutions(("city", "label"), ((IRI, Literal("Turin")), (IRI, None))))
    assert next(iter(rows)) == (IRI, Literal("Turin"))
    assert len(rows) == 2
    assert rows.to_dicts()[1] == {"city": str(IRI), "label": None}


def test_the_answer_to_ask_is_one_row_and_a_truth_value():
    assert Rows.from_answer(Truth(True))
    assert not Rows.from_answer(Truth(False))
    assert Rows.from_answer(Truth(False)).to_dicts() == [{"answer": False}]


def test_no_row_is_false():
    assert not Rows(("x",), ())


def test_triples_become_a_graph_and_rows_do_not():
    triples = Rows.from_answer(Triples(((IRI, RDF.type, IRI),)))
    assert (IRI, RDF.type, IRI) in triples.to_graph()
    with pytest.raises(UsageError, match="CONSTRUCT"):
        Rows(("x",), ()).to_graph()


def test_csv_is_that_of_sparql():
    rows = Rows(("city", "label"), ((IRI, Literal('a "b", c', "en")), (None, None)))
    assert rows.to_csv() == f'city,label\r\n{IRI},"a ""b"", c"\r\n,\r\n'


def test_a_data_frame_has_a_column_per_variable():
    frame = Rows(("city", "count"), ((IRI, Literal(8)),)).to_dataframe()
    assert list(frame.columns) == ["city", "count"]
    assert frame.loc[0, "count"] == 8


def test_no_pandas_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"poca-kg\[pandas\]"):
        Rows(("x",), ()).to_dataframe()
