"""Mappings: what ``mapping.toml`` says about the tables of a source, checked against ontology and tables.

Every column of a table is in the mapping and every column of the mapping is in the table: nothing is left out
by oversight, only by an ``ignore`` with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from rdflib import URIRef

from poca_kg.build.columns import Column, ConfidenceColumn, EvidenceColumn, IdentifierColumn, read_column
from poca_kg.build.register import Register
from poca_kg.build.subjects import TableHead
from poca_kg.build.tables import Table
from poca_kg.build.toml_file import TomlFile, section_of, unknown_keys
from poca_kg.errors import FilePlace, Problem, UsageError, nearest_names
from poca_kg.vocabulary.iris import KINDS, SCHEMES

__all__ = ["TableMapping", "read_mapping"]

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

    @property
    def mints_identifiers(self) -> bool:
        """Whether rows of the table mint identifiers."""
        return any(isinstance(column, IdentifierColumn) for column in self.columns.values())


def read_mapping(
    file: TomlFile, table: Table, head: TableHead, register: Register, problems: list[Problem]
) -> TableMapping | None:
    """Return the mapping of a table, or ``None`` after adding everything that is wrong with it."""
    given = section_of(file, "tables", table.name)
    before = len(problems)
    section = ("tables", table.name)
    problems += unknown_keys(file, given, _FIELDS, path=section)
    types = _types(file, table, given.get("type", []), register, problems)
    type_column = given.get("type_column")
    if not _says_type(given):
        what = f"the table {table.name!r} needs either 'type' or 'type_column'"
        problems.append(Problem(file.place(*section), what, 'write type = ["poca:…"] or type_column = "…"'))
    constants = _constants(file, table, _subsection(file, table, "constants", problems), register, problems)
    specs = _subsection(file, table, "columns", problems)
    columns = _columns(file, table, specs, register, problems)
    used = {head.key, *([type_column] if isinstance(type_column, str) else []), *specs}
    problems += _column_differences(file, table, used)
    if len(columns) == len(specs):
        problems += _evidence_without_confidence(file, table, columns)
    if len(problems) > before:
        return None
    return TableMapping(table.name, head, types, type_column, constants, columns)


def _says_type(given: Mapping[str, Any]) -> bool:
    """Return whether one of the two keys for the types of rows is there, and holds something."""
    match given.get("type"), given.get("type_column"):
        case (str() | [_, *_], None) | (None, str()):
            return True
    return False


def _subsection(file: TomlFile, table: Table, name: str, problems: list[Problem]) -> Mapping[str, Any]:
    given = section_of(file, "tables", table.name).get(name, {})
    if isinstance(given, dict):
        return given
    what = f"{name!r} is not a section"
    advice = f"write it as [tables.{table.name}.{name}]"
    problems.append(Problem(file.place("tables", table.name, name), what, advice))
    return {}


def _tried(read: Callable[[], _Found], place: FilePlace, what: str, problems: list[Problem]) -> _Found | None:
    """Return what ``read`` gives, or ``None`` after adding its refusal with the place."""
    try:
        return read()
    except UsageError as error:
        problems.append(Problem(place, f"{what}: {error.what}", error.advice))
        return None


def _types(
    file: TomlFile, table: Table, given: Any, register: Register, problems: list[Problem]
) -> tuple[URIRef, ...]:
    place = file.place("tables", table.name, "type")
    curies = given if isinstance(given, list) else [given]
    found = [
        _tried(partial(register.resolve_term, str(curie), sort="class"), place, "type", problems)
        for curie in curies
    ]
    return tuple(iri for iri in found if iri is not None)


def _constants(
    file: TomlFile, table: Table, given: Mapping[str, Any], register: Register, problems: list[Problem]
) -> tuple[tuple[URIRef, URIRef], ...]:
    found = []
    for property_curie, values in sorted(given.items()):
        place = file.place("tables", table.name, "constants", property_curie)
        for value in values if isinstance(values, list) else [values]:
            what = f"constant {property_curie}"
            property_iri = _tried(partial(register.resolve_term, property_curie), place, what, problems)
            value_iri = _tried(partial(_constant_value, str(value), register), place, what, problems)
            if property_iri is not None and value_iri is not None:
                found.append((property_iri, value_iri))
    return tuple(found)


def _constant_value(text: str, register: Register) -> URIRef:
    prefix = text.partition(":")[0]
    if prefix in KINDS or prefix in SCHEMES:
        return register.resolve(text, (prefix,))
    return register.resolve_iri(text)


def _columns(
    file: TomlFile, table: Table, given: Mapping[str, Any], register: Register, problems: list[Problem]
) -> dict[str, Column]:
    found = {}
    for name, spec in given.items():
        place = file.place("tables", table.name, "columns", name)
        what = f"column {name}"
        if not isinstance(spec, dict):
            problems.append(
                Problem(place, f"{what}: {spec!r} is no description", "write it as { property = … }")
            )
            continue
        column = _tried(partial(read_column, name, spec, register), place, what, problems)
        if column is not None:
            found[name] = column
    return found


def _column_differences(file: TomlFile, table: Table, mapped: Iterable[str]) -> list[Problem]:
    names = set(mapped)
    header = FilePlace(table.file, 1)
    missing = [
        Problem(
            _column_place(file, table.name, name),
            f"the mapping speaks of a column {name!r}, which {table.file} does not have",
            nearest_names(name, table.header),
        )
        for name in sorted(names - set(table.header))
    ]
    unknown = [
        Problem(
            header, f"the column {name!r} is not in {file.name}", nearest_names(name, names) or "map it there"
        )
        for name in table.header
        if name not in names
    ]
    return missing + unknown


def _column_place(file: TomlFile, table: str, name: str) -> FilePlace:
    path = ("tables", table, "columns", name)
    if path in file.lines:
        return file.place(*path)
    key = "key" if section_of(file, "tables", table).get("key") == name else "type_column"
    return file.place("tables", table, key)


def _evidence_without_confidence(
    file: TomlFile, table: Table, columns: Mapping[str, Column]
) -> list[Problem]:
    evidence = [name for name, column in columns.items() if isinstance(column, EvidenceColumn)]
    confidence = [name for name, column in columns.items() if isinstance(column, ConfidenceColumn)]
    if len(evidence) == len(confidence) <= 1:
        return []
    counts = f"{len(evidence)} evidence columns and {len(confidence)} for their confidence"
    what = f"the table {table.name!r} has {counts}"
    advice = "a table has one of each, or neither"
    return [Problem(file.place("tables", table.name, "columns"), what, advice)]
