"""The built dataset as the commands see it: where it lies, its validation, and the report kept beside it."""

from __future__ import annotations

import json
from pathlib import Path

import poca_kg
from poca_kg.errors import FilePlace, InputError, NotFoundError
from poca_kg.settings import Settings
from poca_kg.store.changes import change_between
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.manifest import Manifest
from poca_kg.store.parsing import read_bytes
from poca_kg.store.places import Places
from poca_kg.store.protocol import Document
from poca_kg.store.snapshot import Snapshot, find_snapshot
from poca_kg.validate import (
    RECORD_FILE,
    Checked,
    Engine,
    Report,
    Since,
    StoreChecker,
    StoredGraph,
    read_record,
    read_shapes,
    render_json,
    render_turtle,
    validate_store,
)

__all__ = [
    "REPORT_FILES",
    "dataset_directory",
    "find_start",
    "known_to_conform",
    "read_manifest",
    "validate_built",
    "validate_current",
    "write_report",
]

REPORT_FILES = ("report.json", "report.ttl")


def dataset_directory(settings: Settings) -> Path:
    """Return the folder of the built dataset.

    Raises
    ------
    NotFoundError
        If nothing has been built yet.
    """
    directory = settings.data_dir / "dataset"
    if not (directory / "graph.nq").is_file():
        raise NotFoundError(f"there is no built dataset in {directory}", advice="run `poca-kg build` first")
    return directory


def read_manifest(directory: Path) -> Manifest:
    """Return the manifest of a dataset."""
    path = directory / "manifest.json"
    return Manifest.from_json(path.read_bytes(), name=str(path))


def validate_built(
    directory: Path,
    ontology_dir: Path,
    *,
    language: str = "en",
    engine: Engine = Engine.AUTO,
    since: Snapshot | None = None,
) -> Checked:
    """Return the report on a built dataset, with the rows of the sources that its triples came from.

    With ``since`` only what has changed since a snapshot is judged, if nothing speaks against it.
    """
    path = directory / "graph.nq"
    content = Document(path.read_bytes(), RdfSyntax.N_QUADS, str(path))
    store = EmbeddedStore.from_nquads(content.data, version=read_manifest(directory).version)
    places = Places.read(directory / "places.tsv")
    try:
        if engine is not Engine.AUTO:
            report = validate_store(
                store, ontology_dir, places, language=language, engine=engine, content=content
            )
            return Checked(report, None)
        graph = StoredGraph(store, places, store.version, content)
        checker = StoreChecker(read_shapes(ontology_dir))
        return checker.check(graph, since=_start(since, content.data), language=language)
    finally:
        store.close()


def validate_current(
    settings: Settings, *, language: str = "en", engine: Engine = Engine.AUTO, since: Snapshot | None = None
) -> tuple[str, Report]:
    """Return version and report of the current graph: the last snapshot, else the one of the package.

    Raises
    ------
    NotFoundError
        If there is neither; the message says how to make one.
    """
    with poca_kg.open() as graph:
        version = graph.version or "without a version"
        store, ontology, places = graph.store, settings.ontology_dir, graph.places
        if since is None or not isinstance(store, EmbeddedStore):
            return version, validate_store(store, ontology, places, language=language, engine=engine)
        checker, start = StoreChecker(read_shapes(ontology)), _start(since, store.content())
        checked = checker.check(StoredGraph(store, places, version), since=start, language=language)
        return version, checked.report


def find_start(settings: Settings, version: str) -> Snapshot:
    """Return the snapshot that ``--since`` names.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    return find_snapshot(settings.data_dir, version)


def _start(snapshot: Snapshot | None, content: bytes) -> Since | None:
    if snapshot is None:
        return None
    record = read_record(snapshot.directory / RECORD_FILE)
    old = read_bytes(snapshot.directory / "graph.nq")
    return Since(snapshot.version, record, change_between(old, content))


def write_report(checked: Checked, directory: Path) -> None:
    """Keep the report beside the dataset; building anew takes it away with the dataset.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    record = directory / RECORD_FILE
    try:
        texts = render_json(checked.report), render_turtle(checked.report)
        for name, text in zip(REPORT_FILES, texts, strict=True):
            (directory / name).write_text(text, encoding="utf-8")
        kept = checked.record_file
        if kept is None:
            record.unlink(missing_ok=True)
        else:
            record.write_bytes(kept)
    except OSError as error:
        what = f"the report cannot be written: {error.strerror}"
        raise InputError(what, place=FilePlace(str(directory))) from error


def known_to_conform(directory: Path) -> bool:
    """Whether reports lie beside the dataset which say that just this version conforms."""
    try:
        told = json.loads((directory / REPORT_FILES[0]).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(told, dict) or told.get("version") != read_manifest(directory).version:
        return False
    return told.get("conforms") is True and all((directory / name).is_file() for name in REPORT_FILES)
