"""A report for people (text) and for programs (JSON); for triple stores there is ``report_graph``.

Every rendering of one report is always the same text. What is shown of the data is made harmless first:
control characters are spelt out, long values cut in the text, and kept whole in JSON.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable
from itertools import groupby

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.phrases import phrase, visible
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["JSON_FORMAT", "render_json", "render_text", "summary"]

JSON_FORMAT = 1
_MOST_PER_RULE = 20
_LABEL_WIDTH = 10
_WIDTH = 100
_Paint = Callable[[str, Severity], str]


def render_text(
    report: Report, *, most_per_rule: int | None = _MOST_PER_RULE, paint: _Paint | None = None
) -> str:
    """Return the report as text: the worst first, grouped by rule, each case with its place.

    Parameters
    ----------
    report
        What to show.
    most_per_rule
        How many cases of one rule are shown; ``None`` for all.
    paint
        Colours the word for a severity; by default nothing is coloured.

    Returns
    -------
    str
        Lines; the last one sums up.

    Examples
    --------
    >>> print(render_text(Report(results=(), names=("mine.ttl",), triples=4, nodes=1, shapes=9)))
    Conforms (mine.ttl): triples: 4, nodes checked: 1, shapes: 9.
    """
    painted = paint or (lambda word, _: word)
    blocks = []
    for (severity, _, _, _), group in groupby(report.results, key=_rule):
        blocks.append(
            _block(list(group), report.language, most_per_rule, painted(_word(severity, report), severity))
        )
    return _whole("\n".join([*(f"{block}\n" for block in blocks), *report.notes, summary(report)]))


def render_json(report: Report) -> str:
    """Return the report as JSON with sorted results and a stable order of members.

    ``format`` rises when a member changes its meaning. A blank node is numbered in the order of appearance.
    """
    numbers: dict[BNode, str] = {}
    content = {
        "format": JSON_FORMAT,
        "conforms": report.conforms,
        "version": report.version,
        "language": report.language,
        "checked": {
            "names": list(report.names),
            "triples": report.triples,
            "nodes": report.nodes,
            "shapes": report.shapes,
        },
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "notes": list(report.notes),
        "results": [_result(result, numbers) for result in report.results],
    }
    return _whole(json.dumps(content, ensure_ascii=False, indent=2))


def summary(report: Report) -> str:
    """Return the last line of the text: whether it conforms, what was found, and what was looked at."""
    name = (
        report.names[0] if len(report.names) == 1 else phrase("files", report.language, n=len(report.names))
    )
    outcome = phrase("conforms" if report.conforms else "conforms-not", report.language, name=visible(name))
    counts = [_counted(report, severity) for severity in Severity if report.count(severity)]
    checked = phrase(
        "checked", report.language, triples=report.triples, nodes=report.nodes, shapes=report.shapes
    )
    return f"{outcome}: {'; '.join([', '.join(counts), checked] if counts else [checked])}."


def _rule(result: Result) -> tuple[Severity, str, str, str]:
    return result.severity, result.shape, result.component, result.path


def _word(severity: Severity, report: Report) -> str:
    return phrase(severity.value, report.language)


def _counted(report: Report, severity: Severity) -> str:
    count = report.count(severity)
    return f"{count} {phrase(severity.value if count == 1 else f'{severity.value}-many', report.language)}"


def _block(results: list[Result], language: str, most: int | None, word: str) -> str:
    """Return the lines of one rule: what its cases share first, then each case with what is its own."""
    first = results[0]
    shared = {
        key: texts.pop() if len(texts) == 1 else ""
        for key in ("what", "expected", "how_to_fix")
        if (texts := {str(getattr(result, key)) for result in results})
    }
    lines = [f"{word}: {shared['what'] or _rule_name(first)}"]
    lines += _labelled(_head(shared, first, language))
    shown = sorted(results, key=_by_place)[:most]
    for result in shown:
        lines += _case(result, shared, language)
    if len(shown) < len(results):
        lines.append(f"  {phrase('more', language, n=len(results) - len(shown))}")
    return "\n".join(lines)


def _head(shared: dict[str, str], first: Result, language: str) -> list[tuple[str, str]]:
    return [
        (phrase("path", language), visible(first.path)),
        (phrase("expected", language), shared["expected"]),
        (phrase("fix", language), "" if shared["how_to_fix"] == shared["what"] else shared["how_to_fix"]),
        (phrase("rule-label", language), _rule_name(first)),
    ]


def _case(result: Result, shared: dict[str, str], language: str) -> list[str]:
    where = f"{visible(str(result.place))}: " if result.place else ""
    lines = ["", f"  {where}{result.focus_label}"]
    if result.excerpt and result.place:
        lines.append(f"    {result.place.line} | {result.excerpt}")
    own = [
        ("", "" if shared["what"] else result.what),
        (phrase("found", language), "" if result.value == result.focus_node else result.found),
        (phrase("expected", language), "" if shared["expected"] else result.expected),
        (
            phrase("fix", language),
            "" if result.how_to_fix in (*shared.values(), result.what) else result.how_to_fix,
        ),
        *((phrase("detail", language), reason) for reason in result.details),
    ]
    return lines + _labelled(own, indent=4)


def _labelled(pairs: Iterable[tuple[str, str]], indent: int = 2) -> list[str]:
    """Return lines with a label each, wrapped so that only words too long for a line go beyond it."""
    lines = []
    for label, text in pairs:
        if text:
            first = f"{' ' * indent}{label:<{_LABEL_WIDTH}}"
            lines += textwrap.wrap(
                text,
                width=_WIDTH,
                initial_indent=first,
                subsequent_indent=" " * len(first),
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines


def _rule_name(result: Result) -> str:
    component = shorten_iri(result.component).removeprefix("sh:").removesuffix("ConstraintComponent")
    same = result.component in (result.shape, SH.ConstraintComponent)
    return visible(shorten_iri(result.shape) if same else f"{shorten_iri(result.shape)} ({component})")


def _by_place(result: Result) -> tuple[bool, str, int, str]:
    place = result.place or FilePlace("")
    return result.place is None, place.file, place.line or 0, result.focus_label


def _result(result: Result, numbers: dict[BNode, str]) -> dict[str, object]:
    return {
        "severity": result.severity.value,
        "what": result.what,
        "place": _place(result.place),
        "focus_node": _term(result.focus_node, numbers),
        "focus_label": result.focus_label,
        "path": result.path,
        "value": None if result.value is None else _term(result.value, numbers),
        "found": result.found,
        "expected": result.expected,
        "how_to_fix": result.how_to_fix,
        "details": list(result.details),
        "shape": str(result.shape),
        "component": str(result.component),
    }


def _place(place: FilePlace | None) -> dict[str, object] | None:
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}


def _term(term: Term, numbers: dict[BNode, str]) -> dict[str, str]:
    """Return a term in the form of SPARQL's JSON results."""
    match term:
        case URIRef():
            return {"type": "uri", "value": str(term)}
        case BNode():
            return {"type": "bnode", "value": numbers.setdefault(term, f"b{len(numbers)}")}
        case Literal() if term.language:
            return {"type": "literal", "value": str(term), "xml:lang": term.language}
        case Literal() if term.datatype:
            return {"type": "literal", "value": str(term), "datatype": str(term.datatype)}
    return {"type": "literal", "value": str(term)}


def _whole(text: str) -> str:
    """Return the text without halves of surrogate pairs, which no encoding can write."""
    return text.encode("utf-8", "replace").decode("utf-8")
