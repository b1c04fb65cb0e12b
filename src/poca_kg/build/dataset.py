"""The dataset as it lies on disk: canonical N-Quads, manifest and places, written whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.build.description import Description
from poca_kg.build.folder import SourceFolder
from poca_kg.errors import InputError, UsageError
from poca_kg.settings import package_version
from poca_kg.store.manifest import GraphEntry, Manifest, TableEntry, dataset_version
from poca_kg.store.snapshot import DATASET_FILES
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["BuiltDataset", "make_manifest", "write_dataset"]

_REPORTS = frozenset({"report.json", "report.ttl", "findings.json"})
"""What validation may have left beside it: it speaks of that dataset alone and goes away with it."""


@dataclass(frozen=True)
class BuiltDataset:
    """A dataset: its canonical N-Quads, its manifest, and the bytes of ``places.tsv``."""

    nquads: bytes
    manifest: Manifest
    places: bytes


def write_dataset(built: BuiltDataset, directory: Path) -> None:
    """Write a dataset into a folder, which afterwards holds all of it or what it held before.

    Raises
    ------
    UsageError
        If the folder holds anything that is not part of a dataset.
    InputError
        If it cannot be written.
    """
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is not a folder", advice="name a folder for the dataset")
    if directory.is_dir():
        others = sorted({path.name for path in directory.iterdir()} - set(DATASET_FILES) - _REPORTS)
        if others:
            what = f"{directory} holds {others[0]!r}, which is not part of a dataset and would be lost"
            raise UsageError(what, advice="name a folder that is empty or does not exist")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    except OSError as error:
        raise _unwritable(directory, error) from error
    try:
        _write_files(built, staging / "new")
        _replace(directory, staging)
    except OSError as error:
        raise _unwritable(directory, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(directory: Path, staging: Path) -> None:
    """Put the new folder in the place of the old one, and the old one back should that fail."""
    old = staging / "old"
    if directory.is_dir():
        directory.rename(old)
    try:
        (staging / "new").rename(directory)
    except OSError:
        if old.is_dir():
            old.rename(directory)
        raise


def _unwritable(directory: Path, error: OSError) -> InputError:
    what = f"{directory} cannot be written: {error.strerror}"
    return InputError(what, advice="free some space, or name a folder that may be written")


def make_manifest(
    nquads: bytes,
    folders: Iterable[SourceFolder],
    *,
    description: Description,
    represented: Mapping[tuple[str, str], int],
) -> Manifest:
    """Return the counts and hashes of a dataset, given as canonical N-Quads.

    ``represented`` says how many rows of each table, by source and name, are in the graph.
    """
    titles = {str(graph_iri(name)): title for name, (title, _) in description.graphs.items()}
    licences = dict.fromkeys(titles, description.licence.spdx)
    for folder in folders:
        name = str(graph_iri(folder.source.id))
        titles[name], licences[name] = folder.source.title[0], folder.source.licence.spdx
    by_graph: dict[str, list[bytes]] = {}
    for line in nquads.splitlines(keepends=True):
        by_graph.setdefault(_graph_of(line), []).append(line)
    graphs = tuple(
        GraphEntry(name, len(lines), licences[name], titles[name], _sha256(b"".join(lines)))
        for name, lines in by_graph.items()
    )
    tables = tuple(
        TableEntry(
            source=folder.source.id,
            table=item.table.name,
            rows=len(item.table.rows),
            represented=represented.get((folder.source.id, item.table.name), 0),
            sha256=item.sha256,
        )
        for folder in folders
        for item in folder.tables
    )
    triples = sum(len(lines) for lines in by_graph.values())
    name = package_version()
    return Manifest(dataset_version(name, _sha256(nquads)), name, triples, graphs, tables)


def _write_files(built: BuiltDataset, directory: Path) -> None:
    directory.mkdir()
    contents: Mapping[str, bytes] = {
        "graph.nq": built.nquads,
        "manifest.json": built.manifest.to_json(),
        "places.tsv": built.places,
    }
    for name, data in contents.items():
        (directory / name).write_bytes(data)


def _graph_of(line: bytes) -> str:
    return line.rsplit(b" ", 2)[1][1:-1].decode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
