"""The standard streams where they are not what one takes them for: closed, full, or of another encoding."""

from __future__ import annotations

import io
import os
import sys

from poca_kg.errors import InputError

__all__ = ["drop_stdout", "read_stdin", "speak_utf8"]


def speak_utf8() -> None:
    """Write UTF-8 to stdout whatever the locale says: what stands in the graph is not all ASCII."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(encoding="utf-8")


def read_stdin() -> bytes:
    """Return what stands in the standard input.

    Raises
    ------
    InputError
        If it is closed.
    """
    if sys.stdin is None:
        raise InputError("there is no standard input: it is closed", advice="name a file")
    return sys.stdin.buffer.read()


def drop_stdout() -> None:
    """Send the rest of the output nowhere: its reader has gone or the disk is full, as was told already."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
