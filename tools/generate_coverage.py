"""Write ``docs/coverage.md``: what of the sources the graph holds, and what not; ``--check`` only compares.

Places of the page come from the source's own table; what represents a place is every row, of whatever
source, whose evidence names it. The gathered facts about the project are listed in
``data/coverage/project-facts.csv``.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from poca_kg.vocabulary.iris import slugify

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "data" / "sources"
FACTS = ROOT / "data" / "coverage" / "project-facts.csv"
PAGE = ROOT / "docs" / "coverage.md"
SEED = "cities-do-not-act-alone"

FRONT = """# Coverage

Generated from the tables in `data/` by `make reference`: what of the sources the graph holds, and what not,
with the reason. No sentence of a source is quoted; a place is named by its number.

## The page, sentence by sentence

`cities-do-not-act-alone`: the post of the Ecologic Institute of 24 September 2015. Locators are
paragraph.sentence; the gist is ours. Represented by: everything whose evidence is that place.
"""
MIDDLE = """
## The facts about the project, row by row

The facts that were gathered about the project on 22 November 2026, by section and row. Sections 1 (the
project), 2.2 for Milan and Turin (workshops), 2.5 (statements on governance levels) and 3 (Milan and Turin in
depth) are part of this release; the other sections (profiles, visions, targets and workshops of the other
cities, assessments, practices, typology, recommendations) are not.
"""


@dataclass(frozen=True)
class Thing:
    """A row of a table: its prefixed name and the places that its evidence names."""

    name: str
    places: tuple[str, ...]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def iter_things() -> Iterator[Thing]:
    """Yield every row of every source."""
    for folder in sorted(path.parent for path in SOURCES.glob("*/mapping.toml")):
        mapping = tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8"))
        for table, spec in sorted(mapping["tables"].items()):
            column = next((name for name, said in spec["columns"].items() if said.get("evidence")), "")
            for row in read_rows(folder / "tables" / f"{table}.csv"):
                entries = [entry.split("#") for entry in row.get(column, "").split("|") if entry]
                places = tuple(f"{document}--{slugify(locator)}" for document, locator in entries)
                yield Thing(f"{spec['kind']}:{row[spec['key']]}", places)


def order_of(place: dict[str, str]) -> tuple[int, int, int, str]:
    """Return where a place of the page comes: head, sentences, links."""
    if place["paragraph"]:
        return 1, int(place["paragraph"]), int(place["sentence"]), ""
    head = ("title", "date", "publisher")
    locator = place["locator"]
    return (0, head.index(locator), 0, "") if locator in head else (2, 0, 0, locator)


def cell(text: str) -> str:
    """Return a text that breaks no Markdown table."""
    return text.replace("|", "\\|")


def names_cell(names: list[str]) -> str:
    """Return prefixed names as code, statements with capitals first."""
    ordered = sorted(names, key=lambda name: (not name.startswith("statement:"), name))
    return ", ".join(f"`{name}`" for name in ordered)


def page_part(things: list[Thing]) -> Iterator[str]:
    """Yield the lines of the page's table."""
    yield "| place | gist | represented by, or why not |"
    yield "|---|---|---|"
    for place in sorted(read_rows(SOURCES / SEED / "tables" / "places.csv"), key=order_of):
        names = [thing.name for thing in things if place["id"] in thing.places]
        reason = place["not_represented_because"]
        if not names and not reason:
            raise SystemExit(f"{place['id']}: nothing rests on the place, and the table does not say why")
        said = "; ".join(part for part in (names_cell(names), reason) if part)
        yield f"| {place['locator']} | {cell(place['gist_en'])} | {cell(said)} |"


def facts_part(known: set[str]) -> Iterator[str]:
    """Yield the lines of the table of each section of the gathered facts."""
    section = ""
    for fact in read_rows(FACTS):
        number, reason = f"{fact['section']}, row {fact['number']}", fact["not_represented_because"]
        names = [name for name in fact["represented_by"].split("|") if name]
        if missing := sorted(set(names) - known):
            raise SystemExit(f"{FACTS.name}: {number} names what no table holds: {', '.join(missing)}")
        if not names and not reason:
            raise SystemExit(f"{FACTS.name}: {number}: say what represents it, or why nothing does")
        if fact["section"] != section:
            section = fact["section"]
            yield from ("", f"### Section {section}", "")
            yield from ("| row | represented by | what is not, and why |", "|---|---|---|")
        yield f"| {cell(fact['row'])} | {names_cell(names)} | {cell(reason)} |"


def coverage_page() -> str:
    """Return the whole page."""
    things = list(iter_things())
    known = {thing.name for thing in things}
    return "\n".join([FRONT, *page_part(things), MIDDLE.rstrip("\n"), *facts_part(known), ""])


def main() -> int:
    """Write the page, or with ``--check`` return 1 when the committed one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    text = coverage_page()
    if not check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/coverage.md is out of step with the tables; run make reference\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
