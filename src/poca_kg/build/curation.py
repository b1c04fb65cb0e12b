"""Curation: corrections of table cells, each with its reason, kept apart from the facts as carried over.

They change the tables before any row is understood; the catalogue tells of each, so that whoever meets a
corrected value finds what stood there (``docs/decisions/0010-corrections-in-the-catalogue.md``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rdflib import XSD

from poca_kg.build.literals import typed_literal
from poca_kg.build.named_path import NamedPath
from poca_kg.build.tables import Row, Table, read_table
from poca_kg.errors import FilePlace, Problem, nearest_names

__all__ = ["HEADER", "Correction", "correct_tables"]

HEADER = ("table", "key", "field", "old", "new", "reason", "by", "date")


@dataclass(frozen=True)
class Correction:
    """A corrected cell: what it said and says, why, by whom and on which day (``YYYY-MM-DD``)."""

    table: str
    key: str
    column: str
    old: str
    new: str
    reason: str
    by: str
    date: str
    place: FilePlace


def correct_tables(
    file: NamedPath,
    tables: Mapping[str, Table],
    *,
    keys: Mapping[str, str],
    unread: Collection[str],
    problems: list[Problem],
) -> tuple[dict[str, Table], tuple[Correction, ...]]:
    """Return the tables with the corrections of ``curation.csv`` applied, and the corrections.

    Parameters
    ----------
    file
        The corrections of the source.
    tables
        The tables of the source, by name.
    keys
        The key column of each of them.
    unread
        The names of tables that could not be read at all; their corrections are passed over.
    problems
        Gets an entry for each correction that names nothing, that is not accounted for, or whose ``old`` is
        no longer what the table says.
    """
    corrected = dict(tables)
    if not file.path.exists():
        problems.append(Problem(file.place(), "the file is missing", f"begin it with: {','.join(HEADER)}"))
        return corrected, ()
    curation = read_table(file, problems)
    if curation is None:
        return corrected, ()
    if curation.header != HEADER:
        what = f"the columns are {', '.join(curation.header)}"
        problems.append(Problem(file.place(1), what, f"write: {','.join(HEADER)}"))
        return corrected, ()
    seen: dict[tuple[str, str, str], Row] = {}
    for row in curation.rows:
        target = (row.cells["table"], row.cells["key"], row.cells["field"])
        faults = _unaccounted(row)
        if target in seen:
            what = f"this cell is already corrected on line {seen[target].line}"
            faults = [Problem(row.place("field"), what, "keep one correction")]
        problems += faults
        if not faults and row.cells["table"] not in unread:
            seen[target] = row
            problems += _correct(corrected, row, keys=keys)
    return corrected, tuple(map(_correction, seen.values()))


def _correction(row: Row) -> Correction:
    cells = row.cells
    return Correction(
        table=cells["table"],
        key=cells["key"],
        column=cells["field"],
        old=cells["old"],
        new=cells["new"],
        reason=cells["reason"],
        by=cells["by"],
        date=cells["date"],
        place=row.place(),
    )


def _unaccounted(row: Row) -> list[Problem]:
    """Return what a correction does not say that it must."""
    faults = [
        Problem(row.place(name), f"a correction has no {name!r}", "say it")
        for name in ("reason", "by", "date")
        if not row.cells[name]
    ]
    if row.cells["date"]:
        try:
            typed_literal(row.cells["date"], (XSD.date,))
        except ValueError as error:
            what = f"date: {row.cells['date']!r} is not a day"
            faults.append(Problem(row.place("date"), what, f"write {error}"))
    if row.cells["old"] == row.cells["new"]:
        faults.append(Problem(row.place("new"), "the correction changes nothing", "take it out"))
    return faults


def _correct(tables: dict[str, Table], row: Row, *, keys: Mapping[str, str]) -> list[Problem]:
    """Replace the table that a correction speaks of by the corrected one, or return why it cannot be."""
    name, key, field = row.cells["table"], row.cells["key"], row.cells["field"]
    table = tables.get(name)
    if table is None:
        return [Problem(row.place("table"), f"there is no table {name!r}", nearest_names(name, tables))]
    if field not in table.header or field == keys[name]:
        known = [column for column in table.header if column != keys[name]]
        what = f"the table {name!r} has no field {field!r} to correct"
        return [Problem(row.place("field"), what, nearest_names(field, known))]
    by_key = {other.cells[keys[name]]: index for index, other in enumerate(table.rows)}
    if key not in by_key:
        what = f"the table {name!r} has no row {key!r}"
        return [Problem(row.place("key"), what, nearest_names(key, by_key))] if table.complete else []
    target = table.rows[by_key[key]]
    if target.cells[field] != row.cells["old"]:
        what = f"the correction is stale: {target.place(field)} now says {target.cells[field]!r}"
        return [Problem(row.place("old"), what, "look whether it is still needed")]
    rows = list(table.rows)
    rows[by_key[key]] = dataclasses.replace(target, cells={**target.cells, field: row.cells["new"]})
    tables[name] = dataclasses.replace(table, rows=tuple(rows))
    return []
