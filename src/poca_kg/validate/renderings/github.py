"""A report as the workflow commands of GitHub Actions, which put annotations beside the lines of a change.

Source: GitHub Docs, "Workflow commands for GitHub Actions": setting a notice, warning or error message.
"""

from __future__ import annotations

from collections.abc import Iterator

from poca_kg.validate.grouping import rule_name
from poca_kg.validate.phrases import visible
from poca_kg.validate.renderings.text import notes_of, summary
from poca_kg.validate.renderings.told import tell
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, encodable, with_its_prefixes
from poca_kg.validate.report import Report, Result, Severity

__all__ = ["render_github"]

_LONGEST_NAME = 4_096
_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@with_its_prefixes
def render_github(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return one annotation per result, the worst first, and the summary as a plain line of the log.

    GitHub itself shows the first ten of each kind beside the change; the log holds every one.

    >>> print(render_github(Report(results=(), names=("mine.ttl",), triples=4, nodes=1, shapes=9)))
    Conforms (mine.ttl): triples: 4, nodes checked: 1, shapes: 9.
    """
    del view  # programs get every result
    lines = [_annotation(result, report.language) for result in report.results]
    lines += [f"::notice::{_data(note)}" for note in notes_of(report)]
    return encodable("\n".join([*lines, summary(report)]))


def _annotation(result: Result, language: str) -> str:
    properties = ",".join(f"{name}={_property(text)}" for name, text in _properties(result))
    return f"::{_COMMANDS[result.severity]} {properties}::{_data(chr(10).join(tell(result, language)))}"


def _properties(result: Result) -> Iterator[tuple[str, str]]:
    position = result.position
    if position is not None:
        yield "file", visible(position.file, _LONGEST_NAME)
        if position.line is not None:
            yield "line", str(position.line)
        if position.column is not None:
            yield "col", str(position.column)
        if result.span is not None:
            yield "endColumn", str(result.span[1] + 1)
    yield "title", rule_name(result)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
