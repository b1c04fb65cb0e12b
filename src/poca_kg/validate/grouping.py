"""Results by the rule that they break: what the cases of one rule share is told once, and many are cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from rdflib import BNode
from rdflib.namespace import SH

from poca_kg.errors import FilePlace
from poca_kg.validate.phrases import visible
from poca_kg.validate.report import Report, Result, Severity
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["Group", "count_by_file", "group_results", "rule_name"]


@dataclass(frozen=True)
class Group:
    """The results of one rule: one shape, one kind of constraint, one path, one severity.

    Attributes
    ----------
    results
        All of them, by place: by file and line where they are known, by the name of the focus node otherwise.
    what, expected, how_to_fix
        The text that all results share, empty where they differ.
    """

    results: tuple[Result, ...]
    what: str
    expected: str
    how_to_fix: str

    @property
    def first(self) -> Result:
        """The first of the results; a group is never empty."""
        return self.results[0]

    @property
    def severity(self) -> Severity:
        """The severity of all the results."""
        return self.first.severity

    @property
    def title(self) -> str:
        """What is wrong if all results say the same, else the name of the rule."""
        return self.what or rule_name(self.first)

    @property
    def tells_expected(self) -> bool:
        """Whether what is wrong says already what is expected, as it does where a shape has no message."""
        return self.expected != "" and self.what.endswith(self.expected)

    def shown(self, most: int | None) -> tuple[Result, ...]:
        """Return at most so many of the results; ``None`` for all."""
        return self.results[:most]


def group_results(report: Report) -> tuple[Group, ...]:
    """Return the results of a report rule by rule, in the order of the report (the worst first).

    >>> group_results(Report(results=()))
    ()
    """
    return tuple(_group(list(results)) for _, results in groupby(report.results, key=_rule))


def count_by_file(report: Report) -> tuple[tuple[str, int], ...]:
    """Return the files with the number of results in each, most first; what has no place is left out."""
    counts = Counter(result.place.file for result in report.results if result.place is not None)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def rule_name(result: Result) -> str:
    """Return the shape and the kind of constraint, such as ``pocash:Policy-atLevel (Class)``."""
    component = shorten_iri(result.component).removeprefix("sh:").removesuffix("ConstraintComponent")
    shape = "[]" if isinstance(result.shape, BNode) else shorten_iri(result.shape)
    same = result.component in (result.shape, SH.ConstraintComponent)
    return visible(shape if same else f"{shape} ({component})")


def _rule(result: Result) -> tuple[Severity, str, str, str]:
    shape = "" if isinstance(result.shape, BNode) else str(result.shape)
    return result.severity, shape, str(result.component), result.path


def _group(results: list[Result]) -> Group:
    what, expected, fix = (
        texts.pop() if len(texts := {str(getattr(result, name)) for result in results}) == 1 else ""
        for name in ("what", "expected", "how_to_fix")
    )
    return Group(tuple(sorted(results, key=_by_place)), what, expected, fix)


def _by_place(result: Result) -> tuple[bool, str, int, str]:
    place = result.place or FilePlace("")
    return result.place is None, place.file, place.line or 0, result.focus_label
