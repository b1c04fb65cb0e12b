"""Which texts a datatype has (XML Schema 1.1, part 2), as the compiler asks for them."""

import pytest
from rdflib.namespace import XSD

from poca_kg.validate.compiler.datatypes import lexical_condition

TEXTS = {
    "boolean": ("true false 1 0", "TRUE yes 2"),
    "integer": ("0 -0 +7 007 123456789012345678901234567890", "1.0 one 1e3 --1 +"),
    "decimal": ("0 1.5 -.5 +5. 00.10", "1e3 . NaN 1,5"),
    "double": ("1 1.5 -1e3 1.E-3 .5 INF -INF +INF NaN", "inf 1e e3 1e1.5"),
    "float": ("1e3 NaN", "nan"),
    "date": (
        "2024-02-29 2000-02-29 2023-12-31 -0044-03-15 12023-01-01 2024-01-01Z "
        " 2024-01-01+14:00 2024-01-01-05:30",
        "2023-02-29 1900-02-29 2024-04-31 2024-13-01 2024-00-10 24-01-01 "
        " 2024-1-1 2024-01-01+15:00 2024-01-01T00:00:00",
    ),
    "dateTime": (
        "2024-01-31T23:59:59 2024-01-31T24:00:00 2024-02-29T00:00:00.125Z 2024-01-01T00:00:00-05:00",
        "2024-01-31T24:00:01 2024-01-31T25:00:00 2024-01-31 2024-01-31T23:60:00 2023-02-29T00:00:00",
    ),
    "dateTimeStamp": ("2024-01-31T23:59:59Z", "2024-01-31T23:59:59"),
    "time": ("00:00:00 23:59:59.5Z 24:00:00", "24:00:01 1:00:00 12:00"),
    "gYear": ("2024 -0044 12024 2024Z", "24 02024 year"),
    "gYearMonth": ("2024-12", "2024-13 2024"),
    "gMonth": ("--12 --01Z", "--13 12"),
    "gMonthDay": ("--02-29 --12-31", "--02-30 --04-31"),
    "gDay": ("---31", "---32 31"),
    "duration": ("P1Y P1Y2M3DT4H5M6.7S -P1D PT1S P0D", "P PT P1S 1Y P1YT P-1Y P1M1Y"),
    "dayTimeDuration": ("P1D PT1H P1DT1M", "P1Y P1DT"),
    "yearMonthDuration": ("P1Y P1Y2M P2M", "P1D P"),
    "hexBinary": ("0aFF 00", "0 0g abc"),
    "base64Binary": ("AAAA AAA= AA==", "A AAA A=== AAB="),
    "language": ("en it-CH zh-Hant-TW", "en_GB toolonglanguage 1x-y"),
    "byte": ("127 -128 007", "128 -129 1.0"),
    "short": ("32767", "32768"),
    "int": ("2147483647 -2147483648", "2147483648"),
    "long": ("9223372036854775807", "9223372036854775808"),
    "unsignedByte": ("255 0", "256 -1"),
    "unsignedShort": ("65535", "65536"),
    "unsignedInt": ("4294967295", "4294967296"),
    "unsignedLong": ("18446744073709551615", "18446744073709551616 -1"),
    "positiveInteger": ("1 010 99999999999999999999", "0 -1"),
    "negativeInteger": ("-1 -010", "0 1 -0"),
    "nonNegativeInteger": ("0 1 -0 99999999999999999999", "-1"),
    "nonPositiveInteger": ("0 -1 +0", "1"),
}
SHAPES = "e:S sh:targetSubjectsOf e:v ; sh:property [ sh:path e:v ; sh:datatype xsd:{} ] ."


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_one_of_the_datatype_or_it_is_found(compiled, name):
    right, wrong = (set(texts.split()) for texts in TEXTS[name])
    literals = ", ".join(f'"{text}"^^xsd:{name}' for text in right | wrong)
    found = compiled.run(SHAPES.format(name), f"e:x e:v {literals} .")
    assert {value for _, value, _ in compiled.told(found)} == wrong
    assert all(str(one.value.datatype) == str(XSD[name]) for one in found)


@pytest.mark.parametrize("name", ["string", "anyURI", "normalizedString", "token"])
def test_any_text_is_one_of_a_datatype_of_texts(name):
    assert lexical_condition("?v", XSD[name]) == ""


def test_what_a_store_has_rewritten_is_judged_as_it_stands_there(compiled):
    shapes = (
        'e:S sh:targetNode e:x ; sh:property [ sh:path e:v ; sh:pattern "^0" ; sh:datatype xsd:integer ] .'
    )
    assert compiled.told(compiled.run(shapes, "e:x e:v 01 .")) == []
    assert compiled.told(compiled.run(shapes, "e:x e:v 01 .", lexical=False)) == [("x", "1", "Pattern")]


VALUES = {
    "two texts of one number": ("sh:maxInclusive 1.5", 'e:x e:v 1.50, "01"^^xsd:integer, 1.60 .', ["1.60"]),
    "a number of a narrower kind": ("sh:minInclusive 5", 'e:x e:v "005"^^xsd:byte, "4"^^xsd:int .', ["4"]),
    "a date with a zone": (
        'sh:maxExclusive "2024-01-02"^^xsd:date',
        'e:x e:v "2024-01-01"^^xsd:date, "2024-01-03"^^xsd:date .',
        ["2024-01-03"],
    ),
    "a length of what is written": ("sh:maxLength 2", 'e:x e:v 01, "001"^^xsd:integer .', ["001"]),
    "less than another text of it": ("sh:lessThan e:w", "e:x e:v 1.50 ; e:w 1.5, 1.70 .", ["1.50"]),
    "the same text": ("sh:equals e:w", "e:x e:v 1.50 ; e:w 1.50 .", []),
    "another text": ("sh:equals e:w", "e:x e:v 1.50 ; e:w 1.5 .", ["1.5", "1.50"]),
    "a wanted text": ("sh:hasValue 1.50", "e:x e:v 1.5 .", [None]),
    "a text in a list": ("sh:in ( 1.50 )", "e:x e:v 1.50, 1.5 .", ["1.5"]),
    "a focus node as it is written": ("sh:minCount 0 ; sh:in ( 01 )", "e:x e:v 1, 01 .", ["1"]),
}


@pytest.mark.parametrize("case", VALUES.values(), ids=[name.replace(" ", "-") for name in VALUES])
def test_values_are_compared_and_texts_are_kept(compiled, case):
    constraint, triples, wrong = case
    found = compiled.run(f"e:S sh:targetNode e:x ; sh:property [ sh:path e:v ; {constraint} ] .", triples)
    assert sorted((value for _, value, _ in compiled.told(found)), key=str) == wrong
