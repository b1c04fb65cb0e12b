"""Text of any length: wrapped at words on a terminal, one line elsewhere, so that it can be searched."""

from __future__ import annotations

import shutil
import sys
import textwrap

from poca_kg.cli.output import emit

__all__ = ["emit_paragraph"]

_STEP = 2


def emit_paragraph(text: str, *, depth: int = 0) -> None:
    """Write a paragraph to stdout, set in by two blanks for each ``depth``; words are never broken."""
    margin = " " * _STEP * depth
    if not sys.stdout.isatty():
        emit(margin + text)
        return
    lines = textwrap.wrap(
        text,
        width=shutil.get_terminal_size().columns,
        initial_indent=margin,
        subsequent_indent=margin + " " * _STEP * 2 if depth else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    emit("\n".join(lines))
