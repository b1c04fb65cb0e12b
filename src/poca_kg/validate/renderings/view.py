"""How much of a report is shown, and with which colours: what the renderings for people can be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Protocol, TypeAlias

from poca_kg.validate.report import Report, Severity
from poca_kg.vocabulary.prefixes import further_prefixes

__all__ = ["DEFAULT_VIEW", "Paint", "Render", "View", "encodable", "with_its_prefixes", "write_json"]

_MOST_INDENTED = 1_000
Paint: TypeAlias = Callable[[str, Severity], str]
"""Colours a word by a severity."""


@dataclass(frozen=True)
class View:
    """What to show of a report.

    Attributes
    ----------
    most_per_rule
        How many cases of one rule are shown; ``None`` for all. Renderings for programs always hold every one:
        :meth:`poca_kg.validate.report.Report.limited` cuts those.
    paint
        Colours the words for severities and what they are about; by default nothing is coloured.
    """

    most_per_rule: int | None = 20
    paint: Paint | None = None

    def painted(self, text: str, severity: Severity) -> str:
        """Return a text in the colour of a severity, if there are colours.

        >>> View().painted("violation", Severity.VIOLATION)
        'violation'
        """
        return text if self.paint is None or not text else self.paint(text, severity)


DEFAULT_VIEW = View()
"""The first 20 cases of each rule, without colour."""


class Render(Protocol):
    """Turns a report into a text; the same report and view give the same text."""

    def __call__(self, report: Report, view: View = ..., /) -> str:
        """Return the report as a text."""
        ...


def write_json(content: Mapping[str, object], results: int) -> str:
    """Return JSON, indented for the eye as long as there are few enough results for one to read them.

    Indenting takes five times as long; above a thousand results nobody looks.
    """
    indent = 2 if results <= _MOST_INDENTED else None
    return encodable(json.dumps(content, ensure_ascii=False, indent=indent))


def with_its_prefixes(render: Callable[[Report, View], str]) -> Render:
    """Return a rendering that shortens IRIs by the prefixes of the report, as its texts do already."""

    @wraps(render)
    def rendered(report: Report, view: View = DEFAULT_VIEW, /) -> str:
        with further_prefixes(report.prefixes):
            return render(report, view)

    return rendered


def encodable(text: str) -> str:
    r"""Return a text without halves of surrogate pairs, which no encoding can write.

    >>> encodable("a\ud800")
    'a?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")
