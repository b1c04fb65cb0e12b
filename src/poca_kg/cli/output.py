"""What a person sees: data on stdout, messages and progress on stderr, plain where it is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["emit", "emit_bytes", "emit_table", "message", "progress_reporter"]

_GAP = 2
_LEAST_FOLDED = 24


def emit(text: str) -> None:
    """Write data to stdout, ended by one line feed."""
    click.echo(text.rstrip("\n"))


def emit_bytes(data: bytes) -> None:
    """Write data to stdout as it is."""
    click.echo(data, nl=False)


def emit_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "", fold: str = ""
) -> None:
    """Write a table to stdout; one too wide for the terminal is written as records, a line for each cell.

    The column named ``fold`` is wrapped at words before it comes to that. Where stdout is not a terminal the
    columns are as wide as their cells, and nothing is cut or coloured. ``rows`` holds one sequence of cells
    per row, as many as there are headers.
    """
    terminal = sys.stdout.isatty()
    widths = _widths(headers, rows)
    wide = sum(widths.values())
    least = wide - max(widths.get(fold, 0) - _LEAST_FOLDED, 0)
    console = Console(
        file=sys.stdout, highlight=False, markup=False, emoji=False, width=None if terminal else wide
    )
    if caption:
        console.print(caption, style="bold")
    if terminal and least > console.width and len(headers) > 1:
        _print_records(console, headers, rows)
        return
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold", no_wrap=bool(fold) and header != fold)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def message(text: str) -> None:
    """Write a message to stderr."""
    click.echo(text, err=True)


@contextmanager
def progress_reporter(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Give a function that tells the step under way: a spinner on a terminal, silence elsewhere.

    The step's words vanish when the work is done, so that only results stay on the screen.
    """
    console = Console(stderr=True, highlight=False, markup=False)
    if quiet or not console.is_terminal:
        yield _silence
        return
    with console.status("") as status:
        yield status.update


def _print_records(console: Console, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        console.rule(f"{number} of {len(rows)}", align="left", style="dim", characters="-")
        record = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_header=False)
        record.add_column(style="bold", no_wrap=True)
        record.add_column(overflow="fold")
        for header, cell in zip(headers, row, strict=True):
            if cell:
                record.add_row(Text(header), Text(cell))
        console.print(record)


def _silence(step: str) -> None:
    del step


def _widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    columns = zip(headers, *rows, strict=True)
    return {
        column[0]: max(len(line) for cell in column for line in (cell.splitlines() or [""])) + _GAP
        for column in columns
    }
