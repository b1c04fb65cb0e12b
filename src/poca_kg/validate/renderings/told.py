"""One result told in plain lines, for the renderings whose format leaves no more room than a message."""

from __future__ import annotations

from poca_kg.validate.grouping import rule_name
from poca_kg.validate.phrases import phrase
from poca_kg.validate.report import Result

__all__ = ["tell"]


def tell(result: Result, language: str) -> list[str]:
    """Return lines: what is wrong with which node, where in it, what was found, expected, and what to do."""
    pairs = [
        ("node", result.focus_label),
        ("path", result.path),
        ("found", "" if result.is_about_focus else result.found),
        ("expected", result.expected),
        ("fix", "" if result.how_to_fix == result.what else result.how_to_fix),
        *(("detail", reason) for reason in result.details),
        ("rule-label", rule_name(result)),
        ("page", result.page),
    ]
    return [result.what, *(f"{phrase(key, language)}: {text}" for key, text in pairs if text)]
