"""The W3C suites of SHACL Core and SHACL-SPARQL, for each engine and for the one that is chosen."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from poca_kg.errors import InputError
from poca_kg.validate.findings import Finding
from shacl.cases import Case
from shacl.excuses import TOLD_ONCE, parameters
from shacl.reports import as_expected, canonical_report
from shacl.ways import Compiled, Pyshacl

WAYS = {"pyshacl": Pyshacl, "compiled": Compiled}


@pytest.mark.parametrize(("way", "case"), parameters(WAYS))
def test_the_official_case_has_the_official_report(way: str, case: Case) -> None:
    if case.expected is None:
        with pytest.raises(InputError):
            WAYS[way]().findings(case)
        return
    found = as_expected(WAYS[way]().findings(case), case.expected)
    if case.name in TOLD_ONCE.get(way, {}):
        assert not same(found, case.expected, case)
        found, expected = tuple(dict.fromkeys(found)), tuple(dict.fromkeys(case.expected))
        assert same(found, expected, case)
    else:
        assert same(found, case.expected, case)


def same(found: Iterable[Finding], expected: Iterable[Finding], case: Case) -> bool:
    """Whether two reports are the same graph."""
    named = case.in_one_file
    return canonical_report(found, named=named) == canonical_report(expected, named=named)
