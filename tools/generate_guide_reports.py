"""Write the reports that ``docs/validate.md`` shows: run each command of the page on the files of the page.

A block that starts with ``$ poca-kg …`` is a command with what it says; a block of Turtle whose first
line is ``# name.ttl`` is a file. ``--check`` changes nothing and exits 1 when a report is out of step.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

from poca_kg.cli import run

__all__ = ["GUIDE", "files_of", "main", "regenerated"]

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs/validate.md"
FILE = re.compile(r"^```turtle\n# (\S+\.ttl)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FINE = (0, 1)
COMMAND = re.compile(r"^```\n\$ poca-kg ([^\n]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def files_of(text: str) -> dict[str, str]:
    """Return the files of a page by name, each with its first line."""
    return {name: f"# {name}\n{body}" for name, body in FILE.findall(text)}


def regenerated(text: str) -> str:
    """Return the page with what its commands say now."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, content in files_of(text).items():
            Path(name).write_text(content, encoding="utf-8")
        return COMMAND.sub(lambda match: f"```\n$ poca-kg {match[1]}\n{said_by(match[1])}\n```", text)


def said_by(command: str) -> str:
    """Return what a command says on both streams, plain as in a file."""
    os.environ["NO_COLOR"] = "1"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(shlex.split(command))
    if code not in FINE:
        raise SystemExit(f"poca-kg {command} ends with {code}:\n{said.getvalue()}")
    return said.getvalue().strip("\n")


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when out of step")
    check = parser.parse_args(arguments).check
    old = GUIDE.read_text(encoding="utf-8")
    new = regenerated(old)
    if new == old:
        return 0
    if check:
        print(f"{GUIDE.name} is out of step; run: python tools/generate_guide_reports.py", file=sys.stderr)
        return 1
    GUIDE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
