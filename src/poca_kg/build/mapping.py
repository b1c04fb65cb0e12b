"""Mappings: what ``mapping.toml`` says about the tables of a source, checked against ontology and tables.

Every column of a table is in the mapping and every column of the mapping is in the table: nothing is left out
by oversight, only by an ``ignore`` with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from rdflib import URIRef

from poca_kg.build.columns import Column, ConfidenceColumn, EvidenceColumn, read_column
from poca_kg.build.fields import Fields
from poca_kg.build.register import Register
from poca_kg.build.subjects import TableHead
from poca_kg.build.tables import Table
from poca_kg.build.toml_file import TomlFile, section_of
from poca_kg.errors import FilePlace, Problem, UsageError, nearest_names

__all__ = ["MappingReader", "TableMapping"]

_FIELDS = ("key", "kind", "type", "type_column", "constants", "columns")
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class TableMapping:
    """The whole mapping of one table; ``constants`` are the same for each row."""

    table: str
    head: TableHead
    types: tuple[URIRef, ...]
    type_column: str | None
    constants: tuple[tuple[URIRef, URIRef], ...]
    columns: Mapping[str, Column]

    @property
    def confidence(self) -> str | None:
        """The column that says how surely the evidence was read, if there is one."""
        return next((name for name, col in self.columns.items() if isinstance(col, ConfidenceColumn)), None)


class MappingReader:
    """Reads the mapping of one source, table by table, and takes down what is wrong with it."""

    def __init__(self, file: TomlFile, register: Register, *, problems: list[Problem]) -> None:
        self._file, self._register, self._problems = file, register, problems

    def read(self, table: Table, head: TableHead) -> TableMapping | None:
        """Return the mapping of a table, or ``None`` after adding everything that is wrong with it."""
        before = len(self._problems)
        name = table.name
        Fields(self._file, self._problems).only(_FIELDS, below=f"tables.{name}")
        given = section_of(self._file, "tables", name)
        type_column = given.get("type_column")
        if not _says_type(given):
            what = f"the table {name!r} needs either 'type' or 'type_column'"
            self._refuse((name,), what, advice='write type = ["poca:…"] or type_column = "…"')
        specs = self._section(name, "columns")
        columns = self._columns(name, specs)
        used = {head.key, *([type_column] if isinstance(type_column, str) else []), *specs}
        self._problems += _column_differences(self._file, table, mapped=used)
        if len(columns) == len(specs):
            self._check_evidence(name, columns)
        mapping = TableMapping(
            table=name,
            head=head,
            types=self._types(name, given.get("type", [])),
            type_column=type_column,
            constants=self._constants(name),
            columns=columns,
        )
        return mapping if len(self._problems) == before else None

    def _refuse(self, path: tuple[str, ...], what: str, *, advice: str) -> None:
        self._problems.append(Problem(self._file.place("tables", *path), what, advice))

    def _section(self, table: str, name: str) -> Mapping[str, Any]:
        given = section_of(self._file, "tables", table).get(name, {})
        if isinstance(given, dict):
            return given
        self._refuse(
            (table, name), f"{name!r} is not a section", advice=f"write it as [tables.{table}.{name}]"
        )
        return {}

    def _try(self, read: Callable[[], _Found], what: str, *, path: tuple[str, ...]) -> _Found | None:
        """Return what ``read`` gives, or ``None`` after adding its refusal with the place."""
        try:
            return read()
        except UsageError as error:
            self._refuse(path, f"{what}: {error.what}", advice=error.advice)
            return None

    def _types(self, table: str, given: Any) -> tuple[URIRef, ...]:
        curies = given if isinstance(given, list) else [given]
        reads = [partial(self._register.resolve_term, str(curie), sort="class") for curie in curies]
        found = [self._try(read, "type", path=(table, "type")) for read in reads]
        return tuple(iri for iri in found if iri is not None)

    def _constants(self, table: str) -> tuple[tuple[URIRef, URIRef], ...]:
        found = []
        for curie, values in sorted(self._section(table, "constants").items()):
            path, what = (table, "constants", curie), f"constant {curie}"
            relation = self._try(partial(self._register.resolve_term, curie), what, path=path)
            for value in values if isinstance(values, list) else [values]:
                iri = self._try(partial(self._register.resolve_iri, str(value)), what, path=path)
                if relation is not None and iri is not None:
                    found.append((relation, iri))
        return tuple(found)

    def _columns(self, table: str, specs: Mapping[str, Any]) -> dict[str, Column]:
        found = {}
        for name, spec in specs.items():
            path, what = (table, "columns", name), f"column {name}"
            if not isinstance(spec, dict):
                self._refuse(
                    path, f"{what}: {spec!r} is no description", advice="write it as { property = … }"
                )
                continue
            column = self._try(partial(read_column, name, spec, register=self._register), what, path=path)
            if column is not None:
                found[name] = column
        return found

    def _check_evidence(self, table: str, columns: Mapping[str, Column]) -> None:
        evidence = sum(isinstance(column, EvidenceColumn) for column in columns.values())
        confidence = sum(isinstance(column, ConfidenceColumn) for column in columns.values())
        if not evidence == confidence <= 1:
            counts = f"{evidence} evidence columns and {confidence} for their confidence"
            what = f"the table {table!r} has {counts}"
            self._refuse((table, "columns"), what, advice="a table has one of each, or neither")


def _says_type(given: Mapping[str, Any]) -> bool:
    """Return whether one of the two keys for the types of rows is there, and holds something."""
    match given.get("type"), given.get("type_column"):
        case (str() | [_, *_], None) | (None, str()):
            return True
    return False


def _column_differences(file: TomlFile, table: Table, *, mapped: set[str]) -> list[Problem]:
    missing = [
        Problem(
            _column_place(file, table.name, name),
            f"the mapping speaks of a column {name!r}, which {table.file} does not have",
            nearest_names(name, table.header),
        )
        for name in sorted(mapped - set(table.header))
    ]
    unknown = [
        Problem(
            FilePlace(table.file, 1),
            f"the column {name!r} is not in {file.name}",
            nearest_names(name, mapped) or "map it there",
        )
        for name in table.header
        if name not in mapped
    ]
    return missing + unknown


def _column_place(file: TomlFile, table: str, name: str) -> FilePlace:
    path = ("tables", table, "columns", name)
    if path in file.lines:
        return file.place(*path)
    key = "key" if section_of(file, "tables", table).get("key") == name else "type_column"
    return file.place("tables", table, key)
