"""A report as JUnit XML, which build servers show as tests: a suite per rule, a case per result.

There is no standard; the elements are those that Jenkins, GitLab and Azure read: ``testsuites``,
``testsuite``, ``testcase``, ``failure`` and ``system-out``. A violation is a failure. A warning and a note
are cases that pass, with their text as output, since they do not keep data from conforming.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from poca_kg.validate.grouping import Group, group_results, rule_name
from poca_kg.validate.phrases import phrase, visible
from poca_kg.validate.renderings.text import notes_of, summary
from poca_kg.validate.renderings.told import tell
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, with_its_prefixes
from poca_kg.validate.report import Report, Result, Severity

__all__ = ["render_junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = "poca-kg validate"
_LONGEST_NAME = 4_096


@with_its_prefixes
def render_junit(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as JUnit XML; data without any result is one test that passes.

    >>> print(render_junit(Report(results=(), names=("mine.ttl",))).splitlines()[1])
    <testsuites name="poca-kg validate" tests="1" failures="0" errors="0">
    """
    del view  # programs get every result
    groups = group_results(report)
    tests, failures = max(len(report.results), 1), len(report.worse_or_equal(Severity.VIOLATION))
    root = ET.Element("testsuites", _counts(_NAME, tests, failures))
    for group in groups:
        _add_suite(root, group, report.language)
    if not groups:
        suite = ET.SubElement(root, "testsuite", _counts(_NAME, 1, 0))
        ET.SubElement(suite, "testcase", {"classname": _NAME, "name": _legal(summary(report))})
    last = root[-1]
    ET.SubElement(last, "system-out").text = _legal("\n".join([*notes_of(report), summary(report)]))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _counts(name: str, tests: int, failures: int) -> dict[str, str]:
    return {"name": _legal(name), "tests": str(tests), "failures": str(failures), "errors": "0"}


def _add_suite(root: ET.Element, group: Group, language: str) -> None:
    is_failure = group.severity is Severity.VIOLATION
    count = len(group.results)
    suite = ET.SubElement(
        root, "testsuite", _counts(rule_name(group.first), count, count if is_failure else 0)
    )
    for result in group.results:
        _add_case(suite, result, language)


def _add_case(suite: ET.Element, result: Result, language: str) -> None:
    position = result.position
    where = f" ({visible(str(position))})" if position else ""
    case = ET.SubElement(
        suite,
        "testcase",
        {"classname": suite.attrib["name"], "name": _legal(f"{result.focus_label}{where}")},
    )
    if result.place is not None:
        case.set("file", _legal(visible(result.place.file, _LONGEST_NAME)))
        if result.place.line is not None:
            case.set("line", str(result.place.line))
    text = _legal("\n".join(tell(result, language)))
    if result.severity is Severity.VIOLATION:
        failure = ET.SubElement(
            case, "failure", {"message": _legal(result.what), "type": result.severity.value}
        )
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = f"{phrase(result.severity.value, language)}: {text}"


def _legal(text: str) -> str:
    """Return a text without the characters that XML 1.0 (section 2.2) does not allow."""
    return _NOT_XML.sub("\ufffd", text)
