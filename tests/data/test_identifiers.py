"""Every official code has the form and the check digits that its scheme asks for."""

import re
from itertools import chain

import pytest

PATTERNS = {
    "gcom": r"[A-Z]{2}\d{4}",
    "geonames": r"[1-9]\d{5,7}",
    "iso-3166-2": r"IT-(?:\d\d|[A-Z]{2})",
    "isni": r"\d{15}[\dX]",
    "istat-macro-region": r"[1-5]",
    "istat-municipality": r"\d{6}",
    "istat-province": r"\d{3}",
    "istat-region": r"(?:0[1-9]|1\d|20)",
    "istat-uts": r"\d{3}",
    "nuts": r"[A-Z]{2}[A-Z0-9]{0,3}",
    "ror": r"0[a-hj-km-np-tv-z0-9]{6}\d\d",
    "un-locode": r"[A-Z]{2}[A-Z2-9]{3}",
    "wikidata": r"Q[1-9]\d*",
}
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def isni_holds(code: str) -> bool:
    """Say whether the last character is the check digit of ISO 7064, MOD 11-2."""
    total = 0
    for digit in code[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return code[-1] == ("X" if check == 10 else str(check))


def ror_holds(code: str) -> bool:
    """Say whether the last two digits are those of ISO 7064, MOD 97-10, over the Crockford base 32 number."""
    number = 0
    for character in code[:-2]:
        number = number * 32 + CROCKFORD.index(character)
    return int(code[-2:]) == 98 - number * 100 % 97


CHECKS = {"isni": isni_holds, "ror": ror_holds}


def is_valid(scheme: str, code: str) -> bool:
    return bool(re.fullmatch(PATTERNS[scheme], code)) and CHECKS.get(scheme, bool)(code)


def codes(tables):
    for table in tables:
        for name, spec in table.spec["columns"].items():
            if "identifier" in spec:
                yield from ((spec["identifier"], row[name], row["id"]) for row in table.rows if row[name])


def test_every_identifier_has_the_form_of_its_scheme(tables):
    found = list(codes(tables))
    assert {scheme for scheme, _, _ in found} == set(PATTERNS)
    assert [entry for entry in found if not is_valid(entry[0], entry[1])] == []


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("istat-municipality", "1272"),
        ("istat-uts", "1"),
        ("isni", "0000000419370344"),
        ("isni", "0000 0004 1937 0343"),
        ("ror", "00bgk9509"),
        ("wikidata", "495"),
        ("nuts", "ITC111"),
        ("iso-3166-2", "TO"),
    ],
)
def test_a_code_of_another_form_is_found(scheme, code):
    assert not is_valid(scheme, code)


def test_no_code_stands_for_two_things(tables):
    found = [(scheme, code) for scheme, code, _ in codes(tables)]
    assert len(found) == len(set(found))


def test_a_statistical_unit_lies_in_the_one_whose_code_begins_its_own(tables):
    rows = [row for table in tables if table.kind == "nuts" for row in table.rows]
    assert rows
    for row in rows:
        assert row["id"] == f"{row['nuts_version']}-{row['nuts']}"
        assert row["part_of"] == (row["id"][:-1] if len(row["nuts"]) > 2 else "")


def test_turin_and_its_metropolitan_city_carry_the_codes_that_are_easily_mistaken(tables):
    rows = dict(
        chain.from_iterable(((row["id"], row) for row in t.rows) for t in tables if t.source == "territory")
    )
    assert rows["turin"]["un_locode"] == "ITTRN"
    assert rows["turin"]["istat_municipality"] == "001272"
    assert rows["it-uts-201"]["istat_uts"] == "201"


def test_only_the_same_legal_unit_is_called_the_same(tables):
    links = {
        (spec["identifier"], spec["link"])
        for table in tables
        for spec in table.spec["columns"].values()
        if "link" in spec
    }
    assert links == {
        ("geonames", "skos:closeMatch"),
        ("ror", "skos:exactMatch"),
        ("wikidata", "owl:sameAs"),
    }
