"""The command line: parse in, call the library, format out. Nothing is computed here.

Data goes to stdout, messages to stderr. Exit codes: 0 fine, 1 findings (violations, differences, no answer to
ASK), 2 usage, 3 input unreadable or missing (with file:line:col), 4 limit reached,
5 output that cannot be written, or an error of ours.
"""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from collections.abc import Sequence

import click

from poca_kg.cli.output import message
from poca_kg.cli.streams import drop_stdout, speak_utf8
from poca_kg.errors import (
    InputError,
    LimitError,
    NotConformingError,
    NotFoundError,
    PocaError,
    RemoteAccessError,
    UsageError,
)

__all__ = ["COMMANDS", "EXIT_CODES", "exit_code", "main_group", "run"]

COMMANDS = (
    "build", "validate", "shapes", "publish", "rollback", "info", "query", "questions", "why", "export",
    "serve",
)  # fmt: skip

EXIT_CODES = {
    0: "fine",
    1: "findings: violations, differences, or no answer to ASK",
    2: "usage: the command was called wrongly",
    3: "input unreadable, missing or not fit to build from",
    4: "a limit was reached",
    5: "output that cannot be written, or an internal error",
}

_CODE_OF: tuple[tuple[type[PocaError], int], ...] = (
    (UsageError, 2),
    (RemoteAccessError, 2),
    (InputError, 3),
    (NotFoundError, 3),
    (LimitError, 4),
    (NotConformingError, 1),
)


class _LazyGroup(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"poca_kg.cli.{cmd_name}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(cls=_LazyGroup, name="poca-kg", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="poca-kg", prog_name="poca-kg")
def main_group() -> None:
    """Ask who should act on a post-carbon policy, at which level, with whom, and who says so."""


def exit_code(error: PocaError) -> int:
    """Return the exit code of an error.

    >>> exit_code(LimitError("too long"))
    4
    """
    return next((code for sort, code in _CODE_OF if isinstance(error, sort)), 5)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; errors are told on stderr in one sentence each."""
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    if sys.stdout is None:
        message("poca-kg: stdout is closed: there is nowhere to write to")
        return 5
    speak_utf8()
    try:
        code = _perform(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        drop_stdout()
        return 0
    except OSError as error:
        drop_stdout()
        where, why = error.filename or "the output", error.strerror or error
        message(f"poca-kg: {where} cannot be read or written: {why}")
        return 5
    except Exception:
        message(f"{traceback.format_exc()}poca-kg: an error of ours; please report it with the lines above")
        return 5
    return code


def _perform(arguments: Sequence[str] | None) -> int:
    """Run one command line; what the user can do something about becomes a message and a code."""
    try:
        outcome = main_group.main(args=arguments, prog_name="poca-kg", standalone_mode=False)
    except click.exceptions.Abort:
        message("interrupted")
        return 130
    except SystemExit as leaving:
        if leaving.code != 1:
            raise
        # click and rich leave with 1 when the reader has gone, which is our code for findings.
        raise BrokenPipeError from None
    except click.ClickException as error:
        error.show()
        return 2 if isinstance(error, click.UsageError) else 3
    except PocaError as error:
        message(f"poca-kg: {error}")
        return exit_code(error)
    return outcome if isinstance(outcome, int) else 0
