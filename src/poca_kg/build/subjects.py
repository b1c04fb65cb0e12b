"""Subjects: the keys of a source's rows, each of which names one thing, described by that row alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from rdflib import URIRef

from poca_kg.build.tables import Row, Table
from poca_kg.build.toml_file import TomlFile, section_of
from poca_kg.errors import FilePlace, Problem, UsageError, nearest_names
from poca_kg.vocabulary.iris import KINDS, mint_iri

__all__ = ["TableHead", "keyed_table", "read_head"]


@dataclass(frozen=True)
class TableHead:
    """The part of a table's mapping that says what its rows are called: key column and kind of thing."""

    key: str
    kind: str


def read_head(file: TomlFile, name: str, problems: list[Problem]) -> TableHead | None:
    """Return key column and kind of a table, which must be known before any reference can be followed."""
    given = section_of(file, "tables", name)
    if not given:
        advice = nearest_names(name, section_of(file, "tables")) or "describe the table there"
        problems.append(Problem(file.place(), f"the table {name!r} has no section [tables.{name}]", advice))
        return None
    key, kind = given.get("key"), given.get("kind")
    before = len(problems)
    if not isinstance(key, str) or not key:
        what = f"the table {name!r} names no key column"
        problems.append(Problem(file.place("tables", name, "key"), what, 'write key = "id"'))
    if kind not in KINDS:
        what = f"the table {name!r} has no known kind of thing ({kind!r})"
        advice = nearest_names(str(kind), KINDS)
        problems.append(
            Problem(file.place("tables", name, "kind"), what, advice or 'write kind = "statement"')
        )
    return TableHead(str(key), str(kind)) if len(problems) == before else None


def keyed_table(
    table: Table, head: TableHead, taken: dict[URIRef, FilePlace], problems: list[Problem]
) -> Table | None:
    """Return the table with the rows that name a thing, or ``None`` where it lacks its key column.

    Parameters
    ----------
    table
        The table as read.
    head
        Its key column and kind of thing.
    taken
        The things that this source describes already, with the rows that do; gets those of this table.
    problems
        Gets an entry for each row whose key is empty, no slug, or the name of a thing that has a row already.
    """
    if head.key not in table.header:
        what = f"the table has no key column {head.key!r}"
        problems.append(Problem(FilePlace(table.file, 1), what, "add it, or name another in mapping.toml"))
        return None
    rows = tuple(row for row in table.rows if _names_a_thing(row, head, taken, problems))
    return dataclasses.replace(table, rows=rows, complete=table.complete and len(rows) == len(table.rows))


def _names_a_thing(
    row: Row, head: TableHead, taken: dict[URIRef, FilePlace], problems: list[Problem]
) -> bool:
    key, place = row.cells[head.key], row.place(head.key)
    if not key:
        problems.append(Problem(place, "the key is empty", "give the row a key"))
        return False
    try:
        thing = mint_iri(head.kind, key)
    except UsageError as error:
        problems.append(Problem(place, f"the key {error.what}", error.advice))
        return False
    if thing in taken:
        what = f"{head.kind}:{key} already has a row in this source, at {taken[thing]}"
        problems.append(Problem(place, what, "describe a thing in one row, or give this one another key"))
        return False
    taken[thing] = FilePlace(row.file, row.line)
    return True
