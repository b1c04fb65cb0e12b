"""JUnit: a parser that build servers use reads it, and counts what the report counts."""

from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml

from poca_kg.validate import RENDERINGS
from poca_kg.validate.report import Report

render = RENDERINGS["junit"].render


def read(report: Report) -> JUnitXml:
    return JUnitXml.fromstring(render(report).encode("utf-8"))


def test_violations_are_failures_and_the_rest_passes(report):
    suites = read(report)
    assert (suites.tests, suites.failures, suites.errors) == (5, 3, 0)
    cases = [case for suite in suites for case in suite]
    assert len(cases) == 5
    failed = [case for case in cases if any(isinstance(kind, Failure) for kind in case.result)]
    assert len(failed) == 3
    assert not any(isinstance(kind, Error) for case in cases for kind in case.result)
    assert sum(suite.failures for suite in suites) == 3
    assert sum(suite.tests for suite in suites) == 5


def test_a_case_says_where_it_is_and_what_to_do(report):
    case = next(case for suite in read(report) for case in suite)
    assert case.classname == "pocash:Place-level (Class)"
    assert case.name == "city:a “A” (data/towns.ttl:12:16)"
    (failure,) = case.result
    assert failure.message == "A place has one level."
    assert "fix: choose a level; did you mean level:city?" in failure.text
    element = ET.fromstring(render(report)).find(".//testcase")
    assert (element.get("file"), element.get("line")) == ("data/towns.ttl", "12")


def test_a_warning_is_told_in_the_output_of_its_case(report):
    outputs = [case.system_out for suite in read(report) for case in suite if case.system_out]
    assert [text.partition(":")[0] for text in outputs] == ["warning", "note"]


def test_data_without_results_is_one_test_that_passes():
    suites = read(Report(results=(), names=("a.ttl",)))
    assert (suites.tests, suites.failures) == (1, 0)


def test_hostile_texts_are_read_back_as_they_are_shown(hostile):
    root = ET.fromstring(render(hostile).encode("utf-8"))
    told = {failure.get("message") for failure in root.iter("failure")}
    assert "</script><script>alert(1)</script>" in told
    assert "]]>" in told
    assert {element.tag for element in root.iter()} == {
        "testsuites", "testsuite", "testcase", "failure", "system-out",
    }  # fmt: skip


def test_the_parser_refuses_what_is_no_xml(report):
    with pytest.raises(SyntaxError):
        JUnitXml.fromstring(render(report).replace("</failure>", "", 1).encode("utf-8"))
