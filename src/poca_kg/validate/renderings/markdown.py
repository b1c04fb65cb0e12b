"""A report in GitHub's Markdown, for the summary of a workflow run, an issue or a wiki page.

Texts of the data are written so that none of them becomes a link, an image, a mention or HTML. A summary of a
workflow step may have 1 MiB (GitHub Docs, "Workflow commands": step isolation and limits); rules that do not
fit are left out and counted. Source: GitHub Flavored Markdown Spec, sections 4.10 and 6.3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from poca_kg.validate.excerpts import show_line
from poca_kg.validate.grouping import Group, group_results, rule_name
from poca_kg.validate.phrases import phrase, visible
from poca_kg.validate.renderings.text import notes_of, summary
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, encodable, with_its_prefixes
from poca_kg.validate.report import Report, Result, Severity

__all__ = ["render_markdown"]

_MARKS = {Severity.VIOLATION: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//|\w+:)|(?<=www)\.")
_MOST_BYTES = 900_000
_MOST_LISTED = 200
_Row = tuple[str, ...]


@with_its_prefixes
def render_markdown(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as Markdown: a table of rules, then each rule with a table of its cases.

    >>> print(render_markdown(Report(results=(), names=("mine.ttl",))))
    ## ✅ Conforms (mine.ttl)
    <BLANKLINE>
    triples: 0, nodes checked: 0, shapes: 0.
    """
    language = report.language
    title, _, counts = summary(report).partition("): ")
    mark = "✅" if report.conforms else "❌"
    blocks = [f"## {mark} {_plain(title)})", _plain(counts)]
    blocks += [f"> {_plain(note)}" for note in notes_of(report)]
    groups = group_results(report)
    if groups:
        blocks.append(_rules(groups, language))
    room = _MOST_BYTES - sum(len(encodable(block).encode()) for block in blocks)
    for number, group in enumerate(groups):
        block = _group(group, language, view)
        room -= len(encodable(block).encode())
        if room < 0:
            blocks.append(_plain(phrase("more-rules", language, n=len(groups) - number)))
            break
        blocks.append(block)
    return encodable("\n\n".join(blocks))


def _rules(groups: tuple[Group, ...], language: str) -> str:
    head = tuple(phrase(key, language) for key in ("cases", "rule-label", "what"))
    rows = [
        (f"{_MARKS[group.severity]} {len(group.results)}", _code(rule_name(group.first)), _plain(group.title))
        for group in groups[:_MOST_LISTED]
    ]
    if len(groups) > _MOST_LISTED:
        rows.append(("", "", _plain(phrase("more-rules", language, n=len(groups) - _MOST_LISTED))))
    return _table(head, rows)


def _group(group: Group, language: str, view: View) -> str:
    shown = group.shown(view.most_per_rule)
    word = phrase(group.severity.value, language)
    first = group.first
    facts = [
        ("path", _code(visible(first.path))),
        ("expected", "" if group.tells_expected else _plain(group.expected)),
        ("fix", "" if group.how_to_fix == group.what else _plain(group.how_to_fix)),
        ("rule-label", _rule(first)),
    ]
    lines = [f"### {_MARKS[group.severity]} {word}: {_plain(group.title)}", ""]
    lines += [f"- **{phrase(key, language)}** {text}" for key, text in facts if text]
    lines += ["", _cases(group, shown, language)]
    if len(shown) < len(group.results):
        lines += ["", _plain(phrase("more", language, n=len(group.results) - len(shown)))]
    return "\n".join(lines)


def _rule(result: Result) -> str:
    name = _code(rule_name(result))
    if result.page.startswith(("https://", "http://")) and not re.search(r"[\s<>()\\]", result.page):
        return f"[{name}]({result.page})"
    return name


def _cases(group: Group, shown: tuple[Result, ...], language: str) -> str:
    """Return the table of cases, with a column for each thing that some case has."""
    keys = ("place", "node", "found", "line", "detail")
    rows = [_case(result, group) for result in shown]
    used = [number for number in range(len(keys)) if any(row[number] for row in rows)]
    head = tuple(phrase(keys[number], language) for number in used)
    return _table(head, [tuple(row[number] for number in used) for row in rows])


def _case(result: Result, group: Group) -> _Row:
    own = [
        "" if group.what else result.what,
        "" if group.expected else result.expected,
        "" if result.how_to_fix in {group.how_to_fix, group.what, result.what} else result.how_to_fix,
        *result.details,
    ]
    found = "" if result.is_about_focus else result.found
    position = result.position
    return (
        "" if position is None else _code(visible(str(position))),
        _code(result.focus_label),
        _code(found),
        _code(show_line(result.excerpt, result.span).text),
        "<br>".join(_plain(text) for text in own if text),
    )


def _table(head: _Row, rows: Sequence[_Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _code(text: str) -> str:
    """Return a text as a code span, also within a table, where a bar is escaped."""
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")
