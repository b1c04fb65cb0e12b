"""The folder of a source: description, mapping and tables, read together before any row is understood."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import URIRef

from poca_kg.build.curation import Correction, correct_tables
from poca_kg.build.named_path import NamedPath
from poca_kg.build.sources import Source, read_source
from poca_kg.build.subjects import TableHead, keyed_table, read_head
from poca_kg.build.tables import Table, read_table
from poca_kg.build.toml_file import TomlFile, read_toml, section_of
from poca_kg.errors import FilePlace, Problem, nearest_names
from poca_kg.vocabulary.iris import KINDS

__all__ = ["SourceFolder", "SourceTable", "read_folder", "read_folders"]


@dataclass(frozen=True)
class SourceTable:
    """A table with its keys checked and its corrections applied; ``sha256`` is that of the table before."""

    table: Table
    head: TableHead
    sha256: str


@dataclass(frozen=True)
class SourceFolder:
    """What the folder of a source holds; ``unsure`` are the kinds whose tables could not all be read."""

    source: Source
    mapping: TomlFile
    tables: tuple[SourceTable, ...]
    corrections: tuple[Correction, ...]
    unsure: frozenset[str]


def read_folders(directory: NamedPath, problems: list[Problem]) -> tuple[list[SourceFolder], frozenset[str]]:
    """Return the sources below a folder, sorted by identifier, and the kinds that are not known in full.

    A thing of such a kind may stand in a table, or in a whole source, that could not be read; ``problems``
    gets an entry for everything that is wrong with any of the sources.
    """
    folders = [item for item in directory.glob("[!.]*") if item.path.is_dir()]
    if not folders:
        what = "there are no sources in this folder"
        problems.append(Problem(directory.place(), what, "name another folder"))
    found = [read_folder(folder, problems) for folder in folders]
    unsure = [frozenset(KINDS) if folder is None else folder.unsure for folder in found]
    return [folder for folder in found if folder is not None], frozenset().union(*unsure)


def read_folder(folder: NamedPath, problems: list[Problem]) -> SourceFolder | None:
    """Return one source, or ``None`` where its description or its mapping cannot be read at all."""
    source = read_source(folder, problems)
    mapping = read_toml(folder / "mapping.toml", problems)
    if source is None or mapping is None:
        return None
    tables = folder / "tables"
    problems += _differences_of_names(source, mapping, tables)
    heads = {name: read_head(mapping, name, problems=problems) for name in sorted(source.tables)}
    found, unsure = _read_tables(tables, heads, problems=problems)
    keys = {name: item.head.key for name, item in found.items()}
    plain = {name: item.table for name, item in found.items()}
    corrected, corrections = correct_tables(
        folder / "curation.csv", plain, keys=keys, unread=heads.keys() - plain.keys(), problems=problems
    )
    items = tuple(dataclasses.replace(item, table=corrected[name]) for name, item in found.items())
    return SourceFolder(source, mapping, items, corrections, unsure)


def _read_tables(
    directory: NamedPath, heads: Mapping[str, TableHead | None], *, problems: list[Problem]
) -> tuple[dict[str, SourceTable], frozenset[str]]:
    """Return the tables whose keys are known, and the kinds of those that could not be read in full."""
    found: dict[str, SourceTable] = {}
    unsure: set[str] = set()
    taken: dict[URIRef, FilePlace] = {}
    for name, head in heads.items():
        file = directory / f"{name}.csv"
        table = read_table(file, problems) if file.path.exists() else None
        if table is not None and head is not None:
            keyed = keyed_table(table, head, taken=taken, problems=problems)
            if keyed is not None:
                found[name] = SourceTable(keyed, head, keyed.sha256(head.key))
        if name not in found or not found[name].table.complete:
            unsure |= {head.kind} if head is not None else set(KINDS)
    return found, frozenset(unsure)


def _differences_of_names(source: Source, mapping: TomlFile, tables: NamedPath) -> list[Problem]:
    """Return a problem for each table that is not a file and in ``source.toml``, or maps no table."""
    files = {file.path.stem: file for file in tables.glob("*.csv")}
    described = source.file.name
    unlisted = [
        Problem(
            files[name].place(),
            f"the table {name!r} is not in {described}",
            nearest_names(name, source.tables) or f"add it to [tables] of {described}",
        )
        for name in sorted(set(files) - set(source.tables))
    ]
    without_file = [
        Problem(
            source.file.place("tables", name),
            f"the table {name!r} has no file tables/{name}.csv",
            "add the file or take out the line",
        )
        for name in sorted(set(source.tables) - set(files))
    ]
    unwanted = [
        Problem(
            mapping.place("tables", name),
            f"the table {name!r} is not in {described}",
            nearest_names(name, source.tables),
        )
        for name in sorted(set(section_of(mapping, "tables")) - set(source.tables))
    ]
    return unlisted + without_file + unwanted
