"""The W3C suites of SHACL Core and SHACL-SPARQL, for each engine and for the one that is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from poca_kg.errors import InputError
from poca_kg.validate.findings import Finding
from poca_kg.validate.selection import Engine
from shacl.cases import HOW_TO_GET_THEM, Case
from shacl.excuses import EXCUSES, SUITES, TOLD_ONCE, all_cases, parameters
from shacl.reports import as_expected, canonical_report
from shacl.ways import WAYS, judge

LEFT_TO_PYSHACL = {
    "sparql/component/optional-001",
    "sparql/component/propertyValidator-select-001",
    "sparql/component/validator-001",
}


@pytest.mark.parametrize(("way", "case"), parameters(WAYS))
def test_the_official_case_has_the_official_report(way: str, case: Case) -> None:
    if case.expected is None:
        with pytest.raises(InputError):
            judge(case, way)
        return
    judged = judge(case, way)
    if way == "default":
        engine = Engine.PYSHACL if case.name in LEFT_TO_PYSHACL else Engine.COMPILED
        assert judged.choice.engine is engine, judged.choice.reason
    found = as_expected(judged.outcome.findings, case.expected)
    if case.name in TOLD_ONCE.get(way, {}):
        assert not same(found, case.expected, case)
        once = tuple(dict.fromkeys(found))
        assert same(once, tuple(dict.fromkeys(case.expected)), case)
    else:
        assert same(found, case.expected, case)


def test_every_excuse_is_for_a_case_that_there_is() -> None:
    if SUITES is None:
        pytest.skip(HOW_TO_GET_THEM)
    names = {case.name for case in all_cases()}
    for table in (EXCUSES, TOLD_ONCE):
        for reasons in table.values():
            assert reasons.keys() <= names
            assert all(len(reason) > 20 for reason in reasons.values())


def test_both_suites_are_whole() -> None:
    if SUITES is None:
        pytest.skip(HOW_TO_GET_THEM)
    suites = Counter(case.name.partition("/")[0] for case in all_cases())
    assert suites == {"core": 98, "sparql": 22}


def same(found: Iterable[Finding], expected: Iterable[Finding], case: Case) -> bool:
    """Whether two reports are the same graph."""
    named = case.in_one_file
    return canonical_report(found, named=named) == canonical_report(expected, named=named)
