"""What a person sees: data on stdout, messages and progress on stderr, plain where it is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

__all__ = ["emit", "emit_bytes", "emit_table", "message", "progress_reporter"]


def emit(text: str) -> None:
    """Write data to stdout, ended by one line feed."""
    click.echo(text.rstrip("\n"))


def emit_bytes(data: bytes) -> None:
    """Write data to stdout as it is."""
    stream = click.get_binary_stream("stdout")
    stream.write(data)
    stream.flush()


def emit_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "") -> None:
    """Write a table to stdout: boxed on a terminal, and without colour or cutting elsewhere.

    ``rows`` holds one sequence of cells per row, as many as there are headers.
    """
    terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if terminal else _width(headers, rows),
    )
    table = Table(caption=caption or None, show_lines=terminal and len(headers) > 3)
    for header in headers:
        table.add_column(header, overflow="fold")
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


def _silence(step: str) -> None:
    del step


def _width(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    widths = [
        max(len(line) for cell in column for line in (cell.splitlines() or [""]))
        for column in zip(headers, *rows, strict=True)
    ]
    return max(sum(widths) + 3 * len(headers) + 2, 20)
