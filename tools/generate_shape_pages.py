"""Write a page for every shape, and the list of them, under ``docs/reference/``; ``--check`` only compares.

The pages are what ``poca-kg shapes NAME --format md`` prints, with links between them and to the examples.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from poca_kg.validate.rulebook import Entry, Rulebook, as_markdown, read_rulebook

__all__ = ["PAGES", "main", "pages"]

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs/reference"
FROM_A_PAGE = "../../.."
MADE = "This page is written by `tools/generate_shape_pages.py`."
INTRODUCTION = f"""# Shapes

What must hold, module by module: first the shapes of things as a whole, then those of single properties. Each
has a page that says what it checks, why, and shows a good and a bad example; `poca-kg shapes NAME` prints the
same, and the service shows it under `/shape/`. Reports name a shape as `rule`. A violation stops the build.
{MADE}
"""


def pages(book: Rulebook) -> dict[str, str]:
    """Return the text of every page by its path below ``docs/reference/``."""
    entries = [book.entry(name) for name in book.names]
    found = {f"shapes/{entry.name}.md": entry_page(book, entry) for entry in entries}
    return {"shapes.md": list_page(entries), **found}


def list_page(entries: list[Entry]) -> str:
    """Return the page that lists all shapes by module."""
    blocks = [INTRODUCTION]
    for module in sorted({entry.module for entry in entries}):
        rows = [
            f"| [`pocash:{entry.name}`](shapes/{entry.name}.md) | {entry.title} | {cell(entry.message)} |"
            for entry in entries
            if entry.module == module
        ]
        blocks += [f"\n## {module}\n", "| rule | name | what a report says |", "|---|---|---|", *rows]
    return "\n".join(blocks) + "\n"


def entry_page(book: Rulebook, entry: Entry) -> str:
    """Return the page of one shape: in English, with the Italian message."""
    shapes = f"ontology/modules/{entry.module}/shapes.ttl"
    text = as_markdown(
        entry,
        "en",
        lambda name: f"{name}.md",
        file_link=lambda path: f"{FROM_A_PAGE}/{path.relative_to(ROOT).as_posix()}",
        more=[f"> *{cell(book.entry(entry.name, 'it').message)}*"],
    )
    return f"{text}\nIt stands in [{shapes}]({FROM_A_PAGE}/{shapes}). {MADE}\n"


def cell(text: str) -> str:
    """Return a text that stays in one cell of a table and is shown as it is."""
    return "".join(f"\\{sign}" if sign in "\\`*_<>[]|{}#" else sign for sign in text)


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with ``--check`` compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when out of step")
    check = parser.parse_args(arguments).check
    made = pages(read_rulebook(ROOT / "ontology"))
    there = {f"shapes/{path.name}": path for path in (PAGES / "shapes").glob("*.md")}
    stale = [name for name, text in made.items() if _read(PAGES / name) != text] + sorted(there.keys() - made)
    if check:
        for name in stale:
            print(f"{name} is out of step; run: python tools/generate_shape_pages.py", file=sys.stderr)
        return 1 if stale else 0
    (PAGES / "shapes").mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in made:
            (PAGES / name).write_text(made[name], encoding="utf-8")
        else:
            there[name].unlink()
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    raise SystemExit(main())
