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


def read_head(file: TomlFile, name: str, *, problems: list[Problem]) -> TableHead | None:
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
        advice = nearest_names(str(kind), KINDS) or 'write kind = "statement"'
        problems.append(Problem(file.place("tables", name, "kind"), what, advice))
    return TableHead(str(key), str(kind)) if len(problems) == before else None


def keyed_table(
    table: Table, head: TableHead, *, taken: dict[URIRef, FilePlace], problems: list[Problem]
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
    rows = []
    for row in table.rows:
        try:
            thing = _thing_of(row, head)
        except UsageError as error:
            problems.append(Problem(row.place(head.key), error.what, error.advice))
            continue
        if thing in taken:
            what = f"{head.kind}:{row.cells[head.key]} already has a row in this source, at {taken[thing]}"
            advice = "describe a thing in one row, or give this one another key"
            problems.append(Problem(row.place(head.key), what, advice))
            continue
        taken[thing] = row.place()
        rows.append(row)
    complete = table.complete and len(rows) == len(table.rows)
    return dataclasses.replace(table, rows=tuple(rows), complete=complete)


def _thing_of(row: Row, head: TableHead) -> URIRef:
    key = row.cells[head.key]
    if not key:
        raise UsageError("the key is empty", advice="give the row a key")
    try:
        return mint_iri(head.kind, key)
    except UsageError as error:
        raise UsageError(f"the key {error.what}", advice=error.advice) from error
