"""Write the reference pages of commands and settings from the code; ``--check`` only compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import click

from poca_kg.cli import COMMANDS, EXIT_CODES, main_group
from poca_kg.settings import TABLE

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "reference"


def command_page() -> str:
    """Return the page of commands: a heading, the purpose and the options of each."""
    parts = [
        "# Commands",
        "",
        "Generated from the code by `make reference`. Data goes to stdout, messages to stderr.",
    ]
    parts += [
        "",
        "| exit code | meaning |",
        "|--:|---|",
        *(f"| {c} | {m} |" for c, m in EXIT_CODES.items()),
        "",
    ]
    for name in COMMANDS:
        command = main_group.get_command(click.Context(main_group), name)
        if command is None:
            raise SystemExit(f"poca-kg lists the command {name} but does not have it")
        context = click.Context(
            command, info_name=f"poca-kg {name}", terminal_width=100, max_content_width=100
        )
        parts += [f"## {name}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def settings_page() -> str:
    """Return the page of settings: a heading for each with its default, unit and meaning."""
    parts = [
        "# Settings",
        "",
        "Generated from `poca_kg.settings.TABLE` by `make reference`. All are names in the environment;",
        "an unknown name that starts with `POCA_KG_` is an error.",
        "",
    ]
    for setting in TABLE:
        parts += [
            f"## {setting.name}",
            "",
            setting.meaning,
            "",
            f"Default: {setting.default}. Takes: {setting.unit}.",
            "",
        ]
    return "\n".join(parts)


def main() -> int:
    """Write the pages, or with ``--check`` return 1 when one is out of step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    stale = []
    for name, text in (("commands.md", command_page()), ("settings.md", settings_page())):
        path = PAGES / name
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            stale.append(str(path.relative_to(ROOT)))
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"{name} is out of step; run make reference\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
