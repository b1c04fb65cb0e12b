"""A report for programs, as JSON: everything that the model holds, values whole."""

from __future__ import annotations

from rdflib import BNode, Literal, URIRef

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, with_its_prefixes, write_json
from poca_kg.validate.report import Report, Result, Severity

__all__ = ["JSON_FORMAT", "render_json"]

JSON_FORMAT = 2


@with_its_prefixes
def render_json(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as JSON with sorted results and a stable order of members.

    ``format`` rises when a member changes its meaning. A blank node is numbered in the order of appearance.

    >>> import json
    >>> json.loads(render_json(Report(results=())))["conforms"]
    True
    """
    del view  # programs get every result
    numbers: dict[BNode, str] = {}
    content = {
        "format": JSON_FORMAT,
        "conforms": report.conforms,
        "version": report.version,
        "language": report.language,
        "engine": {"name": report.engine, "reason": report.engine_reason},
        "checked": {
            "names": list(report.names),
            "triples": report.triples,
            "nodes": report.nodes,
            "shapes": report.shapes,
        },
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "left_out": sum(report.left_out.values()),
        "prefixes": dict(report.prefixes),
        "notes": list(report.notes),
        "results": [_result(result, numbers) for result in report.results],
    }
    return write_json(content, len(report.results))


def _result(result: Result, numbers: dict[BNode, str]) -> dict[str, object]:
    return {
        "severity": result.severity.value,
        "what": result.what,
        "place": _place(result.position),
        "focus_node": _term(result.focus_node, numbers),
        "focus_label": result.focus_label,
        "path": result.path,
        "value": None if result.value is None else _term(result.value, numbers),
        "found": result.found,
        "expected": result.expected,
        "how_to_fix": result.how_to_fix,
        "details": list(result.details),
        "shape": _shape(result, numbers),
        "component": str(result.component),
        "page": result.page,
        "nested": [_result(inner, numbers) for inner in result.nested],
    }


def _shape(result: Result, numbers: dict[BNode, str]) -> str:
    """Return the IRI of the rule, or the number of a shape that has none."""
    return f"_:{_number(result.shape, numbers)}" if isinstance(result.shape, BNode) else str(result.shape)


def _place(place: FilePlace | None) -> dict[str, object] | None:
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}


def _number(node: BNode, numbers: dict[BNode, str]) -> str:
    return numbers.setdefault(node, f"b{len(numbers)}")


def _term(term: Term, numbers: dict[BNode, str]) -> dict[str, str]:
    """Return a term in the form of SPARQL's JSON results."""
    match term:
        case URIRef():
            return {"type": "uri", "value": str(term)}
        case BNode():
            return {"type": "bnode", "value": _number(term, numbers)}
        case Literal() if term.language:
            return {"type": "literal", "value": str(term), "xml:lang": term.language}
        case Literal() if term.datatype:
            return {"type": "literal", "value": str(term), "datatype": str(term.datatype)}
    return {"type": "literal", "value": str(term)}
