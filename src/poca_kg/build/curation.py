"""Curation: corrections of table cells, each with its reason, kept apart from the facts as carried over."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from rdflib import XSD

from poca_kg.build.literals import typed_literal
from poca_kg.build.tables import Row, Table, read_table
from poca_kg.errors import FilePlace, Problem, nearest_names

__all__ = ["HEADER", "correct_tables"]

HEADER = ("table", "key", "field", "old", "new", "reason", "by", "date")


def correct_tables(
    directory: Path, shown: str, tables: Mapping[str, Table], keys: Mapping[str, str], problems: list[Problem]
) -> dict[str, Table]:
    """Return the tables with the corrections of ``curation.csv`` applied.

    Parameters
    ----------
    directory
        The folder of the source.
    shown
        How messages call the folder.
    tables
        The tables of the source, by name.
    keys
        The key column of each of them.
    problems
        Gets an entry for each correction that names nothing, that is not accounted for, or whose ``old`` is
        no longer what the table says.
    """
    corrected = dict(tables)
    path, file = directory / "curation.csv", f"{shown}/curation.csv"
    if not path.is_file():
        problems.append(Problem(FilePlace(file), "the file is missing", f"begin it with: {','.join(HEADER)}"))
        return corrected
    curation = read_table(path, "curation", file, problems)
    if curation is None:
        return corrected
    if curation.header != HEADER:
        what = f"the columns are {', '.join(curation.header)}"
        problems.append(Problem(FilePlace(file, 1), what, f"write: {','.join(HEADER)}"))
        return corrected
    seen: dict[tuple[str, str, str], Row] = {}
    for row in curation.rows:
        target = (row.cells["table"], row.cells["key"], row.cells["field"])
        if target in seen:
            what = f"this cell is already corrected on line {seen[target].line}"
            problems.append(Problem(row.place("field"), what, "keep one correction"))
        elif _is_accounted_for(row, problems):
            seen[target] = row
            _correct(corrected, keys, row, problems)
    return corrected


def _is_accounted_for(row: Row, problems: list[Problem]) -> bool:
    before = len(problems)
    problems += [
        Problem(row.place(name), f"a correction has no {name!r}", "say it")
        for name in ("reason", "by", "date")
        if not row.cells[name]
    ]
    if row.cells["date"]:
        try:
            typed_literal(row.cells["date"], (XSD.date,))
        except ValueError as error:
            what = f"date: {row.cells['date']!r} is not a day"
            problems.append(Problem(row.place("date"), what, f"write {error}"))
    if row.cells["old"] == row.cells["new"]:
        problems.append(Problem(row.place("new"), "the correction changes nothing", "take it out"))
    return len(problems) == before


def _correct(tables: dict[str, Table], keys: Mapping[str, str], row: Row, problems: list[Problem]) -> None:
    name, key, field = row.cells["table"], row.cells["key"], row.cells["field"]
    table = tables.get(name)
    if table is None:
        problems.append(
            Problem(row.place("table"), f"there is no table {name!r}", nearest_names(name, tables))
        )
        return
    if field not in table.header or field == keys[name]:
        known = [column for column in table.header if column != keys[name]]
        what = f"the table {name!r} has no field {field!r} to correct"
        problems.append(Problem(row.place("field"), what, nearest_names(field, known)))
        return
    found = [index for index, other in enumerate(table.rows) if other.cells[keys[name]] == key]
    if not found and not table.complete:
        return
    if not found:
        slugs = [other.cells[keys[name]] for other in table.rows]
        what = f"the table {name!r} has no row {key!r}"
        problems.append(Problem(row.place("key"), what, nearest_names(key, slugs)))
        return
    target = table.rows[found[0]]
    if target.cells[field] != row.cells["old"]:
        what = f"the correction is stale: {target.place(field)} now says {target.cells[field]!r}"
        problems.append(Problem(row.place("old"), what, "look whether it is still needed"))
        return
    rows = list(table.rows)
    rows[found[0]] = dataclasses.replace(target, cells={**target.cells, field: row.cells["new"]})
    tables[name] = dataclasses.replace(table, rows=tuple(rows))
