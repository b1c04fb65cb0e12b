"""A report for people at a terminal: like that of a compiler, with the line and a caret under the value.

What is shown of the data is made harmless first: control characters are spelt out, long values cut.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from poca_kg.validate.excerpts import show_line
from poca_kg.validate.grouping import Group, count_by_file, group_results, rule_name
from poca_kg.validate.phrases import phrase, visible
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, encodable, with_its_prefixes
from poca_kg.validate.report import Report, Result, Severity

__all__ = ["counted", "notes_of", "render_text", "summary"]

_LABEL_WIDTH = 10
_WIDTH = 100
_FEW_RULES = 8
_MOST_FILES = 20
_LONGEST_NOTE = 600


@with_its_prefixes
def render_text(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as text: the worst first, grouped by rule, each case with its place.

    Parameters
    ----------
    report
        What to show.
    view
        How many cases of one rule are shown, and in which colours.

    Returns
    -------
    str
        Lines without a line end after the last, which sums up.

    Examples
    --------
    >>> print(render_text(Report(results=(), names=("mine.ttl",), triples=4, nodes=1, shapes=9)))
    Conforms (mine.ttl): triples: 4, nodes checked: 1, shapes: 9.
    """
    groups = group_results(report)
    blocks = [_Block(group, report.language, view).text() for group in groups]
    if len(groups) > _FEW_RULES:
        blocks.append("\n".join(_overview(report, groups)))
    return encodable("\n".join([*(f"{block}\n" for block in blocks), *notes_of(report), summary(report)]))


def summary(report: Report) -> str:
    """Return the last line of the text: whether it conforms, what was found, and what was looked at."""
    language = report.language
    name = report.names[0] if len(report.names) == 1 else phrase("files", language, n=len(report.names))
    outcome = phrase("conforms" if report.conforms else "conforms-not", language, name=visible(name))
    counts = [counted(report, severity) for severity in Severity if report.count(severity)]
    checked = phrase("checked", language, triples=report.triples, nodes=report.nodes, shapes=report.shapes)
    return f"{outcome}: {'; '.join([', '.join(counts), checked] if counts else [checked])}."


def counted(report: Report, severity: Severity) -> str:
    """Return how many results of a severity there are, in words.

    >>> counted(Report(results=()), Severity.WARNING)
    '0 warnings'
    """
    count = report.count(severity)
    return f"{count} {phrase(severity.value if count == 1 else f'{severity.value}-many', report.language)}"


def notes_of(report: Report) -> list[str]:
    """Return what the reader should know beside the results, each harmless and in one line.

    That is: the notes of the report, what a limit took away, the engine and why it was that one.
    """
    notes = list(report.notes)
    if away := sum(report.left_out.values()):
        notes.append(phrase("left-out", report.language, n=away, shown=len(report.results)))
    if report.engine:
        key = "judged-by-because" if report.engine_reason else "judged-by"
        notes.append(phrase(key, report.language, engine=report.engine, reason=report.engine_reason))
    return [visible(note, _LONGEST_NOTE) for note in notes]


class _Block:
    """The lines of one rule: what its cases share first, then each case with what is its own."""

    def __init__(self, group: Group, language: str, view: View) -> None:
        self._group = group
        self._language = language
        self._view = view

    def text(self) -> str:
        group = self._group
        shown = group.shown(self._view.most_per_rule)
        lines = [f"{self._painted(self._say(group.severity.value))}: {group.title}", *self._head()]
        for result in shown:
            lines += self._case(result)
        if len(shown) < len(group.results):
            lines += ["", f"  {self._say('more', n=len(group.results) - len(shown))}"]
        return "\n".join(lines)

    def _say(self, key: str, **parts: object) -> str:
        return phrase(key, self._language, **parts)

    def _painted(self, text: str) -> str:
        return self._view.painted(text, self._group.severity)

    def _head(self) -> list[str]:
        group = self._group
        return _labelled(
            [
                (self._say("path"), visible(group.first.path)),
                (self._say("expected"), "" if group.tells_expected else group.expected),
                (self._say("fix"), "" if group.how_to_fix == group.what else group.how_to_fix),
                (self._say("rule-label"), rule_name(group.first)),
                (self._say("page"), _explained_by(group.first)),
            ]
        )

    def _case(self, result: Result) -> list[str]:
        group = self._group
        position = result.position
        where = f"{visible(str(position))}: " if position else ""
        told = {group.what, group.expected, group.how_to_fix, result.what}
        own = [
            ("", "" if group.what else result.what),
            (self._say("found"), "" if result.is_about_focus else result.found),
            (self._say("expected"), "" if group.expected else result.expected),
            (self._say("fix"), "" if result.how_to_fix in told else result.how_to_fix),
            *((self._say("detail"), reason) for reason in result.details),
        ]
        return ["", f"  {where}{result.focus_label}", *self._excerpt(result), *_labelled(own, indent=4)]

    def _excerpt(self, result: Result) -> list[str]:
        """Return the line of the file with carets under the part that is meant."""
        if not result.excerpt or result.place is None:
            return []
        number = str(result.place.line)
        line = show_line(result.excerpt, result.span)
        rows = [f"    {number} | {line.text}"]
        if line.carets:
            before, carets = line.carets[: line.start], line.carets[line.start :]
            rows.append(f"    {' ' * len(number)} | {before}{self._painted(carets)}")
        return rows


def _overview(report: Report, groups: tuple[Group, ...]) -> list[str]:
    """Return how many cases there are of each rule and in each file."""
    language = report.language
    names = _told_apart(groups, language)
    rows = [(len(group.results), group.severity, name) for group, name in zip(groups, names, strict=True)]
    width = max(len(str(count)) for count, _, _ in rows)
    lines = [phrase("by-rule", language)]
    lines += [f"  {count:>{width}}  {phrase(kind.value, language)}  {name}" for count, kind, name in rows]
    files = count_by_file(report)
    if len(files) > 1:
        lines += ["", phrase("by-file", language)]
        lines += [f"  {count:>{width}}  {visible(name)}" for name, count in files[:_MOST_FILES]]
        if len(files) > _MOST_FILES:
            lines.append(f"  {phrase('more-files', language, n=len(files) - _MOST_FILES)}")
    return lines


def _told_apart(groups: tuple[Group, ...], language: str) -> list[str]:
    """Return the names of rules; of those that share one, each with the path that it is about."""
    names = [rule_name(group.first) for group in groups]
    times = Counter(names)
    paths = [visible(group.first.path) for group in groups]
    return [
        f"{name} {phrase('path', language)} {path}" if path and times[name] > 1 else name
        for name, path in zip(names, paths, strict=True)
    ]


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


def _explained_by(result: Result) -> str:
    """Return the command that explains the rule; the page is an address that a terminal cannot follow."""
    name = result.page.rpartition("/")[2]
    return f"poca-kg shapes {visible(name)}" if name else ""
