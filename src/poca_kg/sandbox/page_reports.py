"""A report as the page of the service shows it: rule by rule, the first cases only, as JSON can hold it.

It is made in the worker, so that a front never holds a report of a hundred thousand results.
"""

from __future__ import annotations

from typing import Any

from poca_kg.validate.excerpts import show_line
from poca_kg.validate.grouping import Group, group_results, rule_name
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.vocabulary.prefixes import further_prefixes

__all__ = ["page_of"]

_MOST_CASES, _MOST_OF_A_RULE = 200, 20


def page_of(report: Report) -> dict[str, Any]:
    """Return counts of everything and, rule by rule, the first results.

    >>> page_of(Report(results=()))["groups"]
    []
    """
    with further_prefixes(report.prefixes):
        return _page(report)


def _page(report: Report) -> dict[str, Any]:
    groups: list[dict[str, Any]] = []
    left = _MOST_CASES
    for group in group_results(report):
        if not left:
            break
        shown = group.shown(min(left, _MOST_OF_A_RULE))
        left -= len(shown)
        groups.append(_group(group, shown))
    return {
        "conforms": report.conforms,
        "checked": {"triples": report.triples, "nodes": report.nodes, "shapes": report.shapes},
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "engine": [report.engine, report.engine_reason],
        "notes": list(report.notes),
        "total": sum(report.count(severity) for severity in Severity),
        "shown": _MOST_CASES - left,
        "groups": groups,
    }


def _group(group: Group, shown: tuple[Result, ...]) -> dict[str, Any]:
    return {
        "severity": group.severity.value,
        "title": group.title,
        "path": group.first.path,
        "expected": group.expected,
        "how_to_fix": "" if group.how_to_fix == group.what else group.how_to_fix,
        "rule": rule_name(group.first),
        "page": group.first.page,
        "more": len(group.results) - len(shown),
        "cases": [_case(result, group) for result in shown],
    }


def _case(result: Result, group: Group) -> dict[str, Any]:
    """Return what one case does not share with the others of its rule."""
    place = result.place
    line = show_line(result.excerpt, result.span)
    parts = line.text[: line.start], line.text[line.start : line.end], line.text[line.end :]
    told = {group.what, group.how_to_fix, result.what}
    return {
        "node": result.focus_label,
        "what": "" if group.what else result.what,
        "found": "" if result.is_about_focus else result.found,
        "expected": "" if group.expected else result.expected,
        "how_to_fix": "" if result.how_to_fix in told else result.how_to_fix,
        "details": list(result.details),
        "file": place.file if place else None,
        "line": place.line if place else None,
        "excerpt": parts if result.excerpt else None,
    }
