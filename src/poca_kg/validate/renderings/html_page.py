"""A report as one HTML page that needs nothing beside it: no script, no font, no address is asked for.

It is read by keyboard and by screen readers: headings in order, a table of rules with links to them,
severities in words, light and dark as the reader has it. Every text of the data is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib import resources

from poca_kg.validate.excerpts import show_line
from poca_kg.validate.grouping import Group, group_results, rule_name
from poca_kg.validate.phrases import phrase, visible
from poca_kg.validate.renderings.text import notes_of, summary
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View, encodable, with_its_prefixes
from poca_kg.validate.report import Report, Result

__all__ = ["render_html", "report_section", "report_style"]


@with_its_prefixes
def render_html(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the report as a whole page.

    >>> render_html(Report(results=())).splitlines()[0]
    '<!DOCTYPE html>'
    """
    style = report_style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    title = escape(phrase("report-title", report.language))
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(report.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{title}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
        report_section(report, view),
        "</main>",
        "</body>",
        "</html>",
    ]
    return encodable("\n".join(lines))


@cache
def report_style() -> str:
    """Return the style sheet of a report; but for the page itself its rules begin with ``.report``."""
    return resources.files(__package__).joinpath("report.css").read_text("utf-8")


def report_section(report: Report, view: View = DEFAULT_VIEW, *, level: int = 2) -> str:
    """Return what stands below the heading of the page, for a page that has a frame of its own.

    Parameters
    ----------
    report, view
        What to show, and how much of it.
    level
        The level of the headings of rules.

    Returns
    -------
    str
        HTML within ``<div class="report">``; :func:`report_style` is the style that it needs.
    """
    language = report.language
    groups = group_results(report)
    outcome = "conforms" if report.conforms else "fails"
    parts = [
        f'<div class="report" lang="{escape(language)}">',
        f'<p class="outcome {outcome}">{escape(summary(report))}</p>',
        *(f'<p class="note">{escape(note)}</p>' for note in notes_of(report)),
    ]
    if len(groups) > 1:
        parts.append(_rules(groups, language))
    parts += [_group(number, group, (language, view, level)) for number, group in enumerate(groups, 1)]
    return encodable("\n".join([*parts, "</div>"]))


def _rules(groups: tuple[Group, ...], language: str) -> str:
    """Return the table of rules, each with a link to its section."""
    head = "".join(
        f'<th scope="col">{escape(phrase(key, language))}</th>'
        for key in ("severity", "cases", "what", "rule-label")
    )
    rows = [
        f'<tr><td class="{group.severity}">{escape(phrase(group.severity.value, language))}</td>'
        f'<td class="number">{len(group.results)}</td>'
        f'<td><a href="#rule-{number}">{escape(group.title)}</a></td>'
        f"<td><code>{escape(rule_name(group.first))}</code></td></tr>"
        for number, group in enumerate(groups, 1)
    ]
    caption = f"<caption>{escape(phrase('by-rule', language))}</caption>"
    return "\n".join([f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>", *rows, "</tbody></table>"])


def _group(number: int, group: Group, shape: tuple[str, View, int]) -> str:
    language, view, level = shape
    shown = group.shown(view.most_per_rule)
    first = group.first
    word = escape(phrase(group.severity.value, language))
    facts = [
        ("path", _code(visible(first.path))),
        ("expected", "" if group.tells_expected else escape(group.expected)),
        ("fix", "" if group.how_to_fix == group.what else escape(group.how_to_fix)),
        ("rule-label", _rule(first)),
    ]
    heading = f'<span class="{group.severity}">{word}</span> {escape(group.title)}'
    parts = [
        f'<section class="rule" id="rule-{number}" aria-labelledby="rule-{number}-title">',
        f'<h{level} id="rule-{number}-title">{heading}</h{level}>',
        _facts(facts, language),
        '<ol class="cases">',
        *(_case(result, group, language) for result in shown),
        "</ol>",
    ]
    if len(shown) < len(group.results):
        parts.append(f"<p>{escape(phrase('more', language, n=len(group.results) - len(shown)))}</p>")
    return "\n".join([*parts, "</section>"])


def _case(result: Result, group: Group, language: str) -> str:
    position = result.position
    where = f'<span class="place">{escape(visible(str(position)))}</span> ' if position else ""
    told = {group.what, group.how_to_fix, result.what}
    facts = [
        ("what", "" if group.what else escape(result.what)),
        ("found", "" if result.is_about_focus else _code(result.found)),
        ("expected", "" if group.expected else escape(result.expected)),
        ("fix", "" if result.how_to_fix in told else escape(result.how_to_fix)),
        *(("detail", escape(reason)) for reason in result.details),
    ]
    label = f"{where}{_code(result.focus_label)}"
    return f"<li><p>{label}</p>{_excerpt(result)}{_facts(facts, language)}</li>"


def _excerpt(result: Result) -> str:
    if not result.excerpt or result.place is None:
        return ""
    line = show_line(result.excerpt, result.span)
    before, meant, after = line.text[: line.start], line.text[line.start : line.end], line.text[line.end :]
    marked = f"<mark>{escape(meant)}</mark>" if meant else ""
    number = f'<span class="line-number">{result.place.line}</span>'
    return f"<pre>{number} {escape(before)}{marked}{escape(after)}</pre>"


def _rule(result: Result) -> str:
    name = _code(rule_name(result))
    if result.page.startswith(("https://", "http://")):
        return f'<a href="{escape(result.page)}" rel="noreferrer">{name}</a>'
    return name


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _facts(pairs: Iterable[tuple[str, str]], language: str) -> str:
    """Return a list of what is told in HTML under its word, empty if nothing is."""
    items = [f"<dt>{escape(phrase(key, language))}</dt><dd>{text}</dd>" for key, text in pairs if text]
    return f"<dl>{''.join(items)}</dl>" if items else ""
