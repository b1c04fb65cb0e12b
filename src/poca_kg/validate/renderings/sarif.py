"""A report in SARIF 2.1.0, the OASIS standard that code scanning reads.

A rule is one shape with one kind of constraint. Columns count characters (``unicodeCodePoints``). The
fingerprint of a result is of what it is about, not of its line, so that it stays when lines move.
"""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import PurePath
from typing import Any, TypeAlias
from urllib.parse import quote

from rdflib import BNode, Literal

from poca_kg.store.protocol import Term
from poca_kg.validate.grouping import group_results, rule_name
from poca_kg.validate.renderings.text import notes_of
from poca_kg.validate.renderings.told import tell
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, with_its_prefixes, write_json
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.vocabulary.iris import BASE

__all__ = ["SARIF_SCHEMA", "render_sarif"]

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SAFE = "/:@!$&'()*+,;=-._~"
_Object: TypeAlias = dict[str, Any]


@with_its_prefixes
def render_sarif(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as a SARIF log with one run, and every result that the report holds.

    >>> import json
    >>> json.loads(render_sarif(Report(results=())))["version"]
    '2.1.0'
    """
    del view  # programs get every result
    rules: dict[str, _Object] = {}
    for group in group_results(report):
        rules.setdefault(_rule_id(group.first), _rule(group.first, group.title))
    numbers = {name: number for number, name in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(list(rules.values()))},
        "columnKind": "unicodeCodePoints",
        "language": report.language,
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notes(report)}],
        "results": [_result(result, numbers, report) for result in report.results],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return write_json(log, len(report.results))


def _driver(rules: list[_Object]) -> _Object:
    version = metadata.version("poca-kg")
    return {"name": "poca-kg", "version": version, "informationUri": BASE, "rules": rules}


def _notes(report: Report) -> list[_Object]:
    return [{"level": "note", "message": _message(note)} for note in notes_of(report)]


def _rule_id(result: Result) -> str:
    """Return the name of a rule, such as ``pocash:Policy-atLevel/Class``; anonymous ones have the path."""
    shape, _, component = rule_name(result).removesuffix(")").partition(" (")
    anonymous = isinstance(result.source_shape, BNode)
    return "/".join(part for part in (shape, result.path if anonymous else "", component) if part)


def _rule(result: Result, title: str) -> _Object:
    told = {"text": _escaped(result.expected)}
    rule: _Object = {
        "id": _rule_id(result),
        "shortDescription": {"text": _escaped(title)},
        "fullDescription": told,
        "help": {"text": _escaped(result.how_to_fix)},
        "defaultConfiguration": {"level": _LEVELS[result.severity]},
    }
    return rule | ({"helpUri": result.page} if result.page else {})


def _result(result: Result, numbers: dict[str, int], report: Report) -> _Object:
    name = _rule_id(result)
    return {
        "ruleId": name,
        "ruleIndex": numbers[name],
        "level": _LEVELS[result.severity],
        "message": _message("\n".join(tell(result, report.language))),
        "locations": [_location(result, report)],
        "partialFingerprints": {"aboutWhat/v1": _fingerprint(result)},
    }


def _location(result: Result, report: Report) -> _Object:
    """Return the node, and the file; of a single file it is known even where the line is not."""
    logical = {"fullyQualifiedName": result.focus_label, "kind": "resource"}
    location: _Object = {"logicalLocations": [logical]}
    file = result.place.file if result.place is not None else None
    if file is None and len(report.names) == 1 and not report.version:
        file = report.names[0]
    if file is not None:
        location["physicalLocation"] = {"artifactLocation": _artifact(file), **_region(result)}
    return location


def _artifact(file: str) -> _Object:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": f"file://{_quoted(path.as_posix(), _SAFE)}"}
    return {
        "uri": _quoted(path.as_posix(), _SAFE.replace(":", "").replace("@", "")),
        "uriBaseId": "%SRCROOT%",
    }


def _quoted(path: str, safe: str) -> str:
    return quote(path, safe=safe, errors="replace")


def _region(result: Result) -> _Object:
    if result.place is None or result.place.line is None:
        return {}
    region: _Object = {"startLine": result.place.line}
    if result.span is not None:
        region |= {"startColumn": result.span[0] + 1, "endColumn": result.span[1] + 1}
    elif result.place.column is not None:
        region["startColumn"] = result.place.column
    if result.excerpt and result.span is not None:
        region["snippet"] = {"text": result.excerpt[slice(*result.span)]}
    return {"region": region}


def _fingerprint(result: Result) -> str:
    parts = (
        _rule_id(result),
        result.path,
        _name(result.focus_node, result.focus_label),
        _name(result.value, ""),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _name(term: Term | None, label: str) -> str:
    """Return a term as a name that lasts from run to run; that of a blank node is what leads to it."""
    if term is None or isinstance(term, BNode):
        return label
    return f"{term}@{term.language}^^{term.datatype}" if isinstance(term, Literal) else str(term)


def _message(text: str) -> _Object:
    return {"text": _escaped(text)}


def _escaped(text: str) -> str:
    """Return a message string whose braces are no placeholders (section 3.11.5)."""
    return text.replace("{", "{{").replace("}", "}}")
