"""The folder of a source: description, mapping and tables, read together before any row is understood."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef

from poca_kg.build.curation import correct_tables
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
    unsure: frozenset[str]


def read_folders(
    directory: Path, shown: str, problems: list[Problem]
) -> tuple[list[SourceFolder], frozenset[str]]:
    """Return the sources below a folder, sorted by identifier, and the kinds that are not known in full.

    A thing of such a kind may stand in a table, or in a whole source, that could not be read; ``problems``
    gets an entry for everything that is wrong with any of the sources.
    """
    folders = [
        path for path in sorted(directory.glob("*")) if path.is_dir() and not path.name.startswith(".")
    ]
    if not folders:
        problems.append(
            Problem(FilePlace(shown), "there are no sources in this folder", "name another folder")
        )
    found = [read_folder(path, f"{shown}/{path.name}", problems) for path in folders]
    unsure = [frozenset(KINDS) if folder is None else folder.unsure for folder in found]
    return [folder for folder in found if folder is not None], frozenset().union(*unsure)


def read_folder(directory: Path, shown: str, problems: list[Problem]) -> SourceFolder | None:
    """Return one source, or ``None`` where its description or its mapping cannot be read at all."""
    source = read_source(directory, shown, problems)
    mapping = read_toml(directory / "mapping.toml", f"{shown}/mapping.toml", problems)
    if source is None or mapping is None:
        return None
    _compare_names(directory, source, mapping, shown, problems)
    heads = {name: read_head(mapping, name, problems) for name in sorted(source.tables)}
    found, unsure = _read_tables(directory, heads, shown, problems)
    keys = {name: item.head.key for name, item in found.items()}
    plain = {name: item.table for name, item in found.items()}
    corrected = correct_tables(directory, shown, plain, keys, problems)
    tables = tuple(dataclasses.replace(item, table=corrected[name]) for name, item in found.items())
    return SourceFolder(source, mapping, tables, unsure)


def _read_tables(
    directory: Path, heads: dict[str, TableHead | None], shown: str, problems: list[Problem]
) -> tuple[dict[str, SourceTable], frozenset[str]]:
    found: dict[str, SourceTable] = {}
    unsure: set[str] = set()
    taken: dict[URIRef, FilePlace] = {}
    for name, head in heads.items():
        path, file = directory / "tables" / f"{name}.csv", f"{shown}/tables/{name}.csv"
        table = read_table(path, name, file, problems) if path.exists() else None
        if table is not None and head is not None:
            keyed = keyed_table(table, head, taken, problems)
            if keyed is not None:
                found[name] = SourceTable(keyed, head, keyed.sha256(head.key))
        if name not in found or not found[name].table.complete:
            unsure |= {head.kind} if head is not None else set(KINDS)
    return found, frozenset(unsure)


def _compare_names(
    directory: Path, source: Source, mapping: TomlFile, shown: str, problems: list[Problem]
) -> None:
    """Add a problem for each table that is not at once a file, in ``source.toml`` and in ``mapping.toml``."""
    files = {path.stem for path in (directory / "tables").glob("*.csv")}
    mapped = section_of(mapping, "tables")
    for name in sorted(files - set(source.tables)):
        place = FilePlace(f"{shown}/tables/{name}.csv")
        advice = nearest_names(name, source.tables) or f"add it to [tables] of {source.file.name}"
        problems.append(Problem(place, f"the table {name!r} is not in {source.file.name}", advice))
    for name in sorted(set(source.tables) - files):
        what, advice = (
            f"the table {name!r} has no file tables/{name}.csv",
            "add the file or take out the line",
        )
        problems.append(Problem(source.file.place("tables", name), what, advice))
    for name in sorted(set(mapped) - set(source.tables)):
        what = f"the table {name!r} is not in {source.file.name}"
        problems.append(Problem(mapping.place("tables", name), what, nearest_names(name, source.tables)))
