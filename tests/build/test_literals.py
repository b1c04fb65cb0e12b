"""Cells become typed values in canonical form, or are refused with what was expected."""

from __future__ import annotations

import pytest
from rdflib import XSD, URIRef

from poca_kg.build.literals import DATATYPES, typed_literal
from poca_kg.vocabulary.prefixes import expand_curie

GOOD = {
    "xsd:boolean": {"true": "true", "false": "false"},
    "xsd:integer": {"12": "12", "007": "7", "-3": "-3", "+4": "4", "0": "0"},
    "xsd:nonNegativeInteger": {"0": "0", "08": "8"},
    "xsd:decimal": {"1.50": "1.5", "01": "1", "-0.0": "0", "0.241": "0.241", "100": "100", "-12.30": "-12.3"},
    "xsd:date": {"2014-09-29": "2014-09-29", "2016-02-29": "2016-02-29"},
    "xsd:dateTime": {
        "2015-09-24T10:00:00": "2015-09-24T10:00:00",
        "2015-09-24T10:00:00Z": "2015-09-24T10:00:00Z",
    },
    "xsd:gYear": {"2050": "2050"},
    "xsd:gYearMonth": {"2014-01": "2014-01"},
    "xsd:anyURI": {
        "https://example.org/a?b=c#d": "https://example.org/a?b=c#d",
        "http://a.eu": "http://a.eu",
    },
    "geo:wktLiteral": {"POINT(7.68 45.07)": "POINT(7.68 45.07)", "POINT(-180 90)": "POINT(-180 90)"},
}

BAD = {
    "xsd:boolean": ["yes", "True", "1"],
    "xsd:integer": ["1.0", "1e3", "1 000", "x", "٣", "9" * 40],
    "xsd:nonNegativeInteger": ["-1", "x"],
    "xsd:decimal": ["1,5", "1e3", ".5", "5.", "NaN", "1.", "INF", "½"],
    "xsd:date": [
        "2014-02-30",
        "2015-02-29",
        "29.09.2014",
        "2014-9-29",
        "2014-09-29Z",
        "0000-01-01",
        "2014-13-01",
    ],
    "xsd:dateTime": ["2015-09-24", "2015-09-24T25:00:00", "2015-09-24T10:00", "2015-09-24T10:00:00+99:00"],
    "xsd:gYear": ["50", "2050-01", "0000", "20500"],
    "xsd:gYearMonth": ["2014-13", "2014", "2014-1"],
    "xsd:anyURI": [
        "example.org",
        "ftp://a/b",
        "https://a b",
        "https://",
        'https://a/"',
        "javascript:alert(1)",
    ],
    "geo:wktLiteral": ["POINT(200 10)", "POINT(10 100)", "POINT(7.68,45.07)", "7.68 45.07"],
}


@pytest.mark.parametrize("datatype", DATATYPES)
def test_each_datatype_reads_what_fits_and_refuses_the_rest(datatype):
    iri = expand_curie(datatype)
    for text, canonical in GOOD[datatype].items():
        literal = typed_literal(text, (iri,))
        assert (str(literal), literal.datatype) == (canonical, iri)
    for text in BAD[datatype]:
        with pytest.raises(ValueError, match=r".") as caught:
            typed_literal(text, (iri,))
        assert len(str(caught.value)) > 3


def test_the_first_datatype_that_fits_is_taken():
    dates = (XSD.date, XSD.gYear)
    assert typed_literal("2015", dates).datatype == URIRef(XSD.gYear)
    with pytest.raises(ValueError, match="an existing day written as 2014-09-29 or a year such as 2050"):
        typed_literal("2015-02-30", dates)
