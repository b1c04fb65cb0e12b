"""Snapshots: immutable, complete copies of a dataset, of which one is current.

::

    <data_dir>/snapshots/<version>/{graph.nq,manifest.json,places.tsv,store/,...}
    <data_dir>/current       the version that is served
    <data_dir>/previous      the version that ``rollback`` goes back to

A snapshot is made beside its place and moved there in one step; the pointer is a small file that is replaced
in one step. Whoever reads sees one version or the other, and a failure leaves the old one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.errors import InputError, NotFoundError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.manifest import Manifest
from poca_kg.store.places import Places

__all__ = ["Snapshot", "current_snapshot", "find_snapshot", "open_snapshot", "publish", "rollback"]

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_DATASET_FILES = ("graph.nq", "manifest.json", "places.tsv")


@dataclass(frozen=True)
class Snapshot:
    """A published version and the directory in which it lies."""

    version: str
    directory: Path

    @property
    def manifest(self) -> Manifest:
        """What the snapshot consists of."""
        path = self.directory / "manifest.json"
        return Manifest.from_json(path.read_bytes(), name=str(path))

    @property
    def places(self) -> Places:
        """Where its rows and ontology triples stand."""
        return Places.read(self.directory / "places.tsv")


def publish(dataset_dir: Path, data_dir: Path, *, extra: Mapping[str, bytes] | None = None) -> Snapshot:
    """Make a built dataset the current snapshot; ``extra`` are further files by name, such as the report.

    Publishing what is current changes nothing. The caller has validated the dataset.

    Raises
    ------
    InputError
        If the dataset is not whole: a file is missing, or the graph is not the one of the manifest.
    """
    manifest = _check_dataset(dataset_dir)
    snapshots = data_dir / "snapshots"
    target = snapshots / manifest.version
    if not target.is_dir():
        snapshots.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".new-", dir=snapshots))
        try:
            _fill(staging, dataset_dir, extra or {}, manifest.version)
            staging.chmod(0o755)
            staging.rename(target)
            _sync_directory(snapshots)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    _point_to(data_dir, manifest.version)
    return Snapshot(manifest.version, target)


def current_snapshot(data_dir: Path) -> Snapshot | None:
    """Return the current snapshot, or ``None`` before the first publication.

    Raises
    ------
    NotFoundError
        If the pointer names a snapshot that is not there.
    """
    version = _read_pointer(data_dir / "current")
    return find_snapshot(data_dir, version) if version else None


def find_snapshot(data_dir: Path, version: str) -> Snapshot:
    """Return the snapshot of a version.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    directory = data_dir / "snapshots" / version
    if not _VERSION.fullmatch(version) or not (directory / "manifest.json").is_file():
        raise NotFoundError(f"there is no snapshot {version!r} in {data_dir}", advice="run `poca-kg publish`")
    return Snapshot(version, directory)


def rollback(data_dir: Path) -> Snapshot:
    """Make the previous snapshot current again and return it; doing so twice comes back to the first.

    Raises
    ------
    NotFoundError
        If no other version was current before.
    """
    version = _read_pointer(data_dir / "previous")
    if version is None:
        raise NotFoundError(
            f"no earlier snapshot was current in {data_dir}", advice="publish a second version first"
        )
    snapshot = find_snapshot(data_dir, version)
    _point_to(data_dir, version)
    return snapshot


def open_snapshot(snapshot: Snapshot) -> EmbeddedStore:
    """Return the snapshot's graph in memory."""
    return EmbeddedStore.from_nquads(snapshot.directory / "graph.nq", version=snapshot.version)


def _check_dataset(dataset_dir: Path) -> Manifest:
    for name in _DATASET_FILES:
        if not (dataset_dir / name).is_file():
            raise InputError(f"{dataset_dir} holds no {name}", advice="run `poca-kg build` first")
    path = dataset_dir / "manifest.json"
    manifest = Manifest.from_json(path.read_bytes(), name=str(path))
    digest = hashlib.sha256((dataset_dir / "graph.nq").read_bytes()).hexdigest()
    if not _VERSION.fullmatch(manifest.version) or not manifest.version.endswith(f"-{digest[:12]}"):
        what = f"version {manifest.version!r} is not that of the graph beside the manifest ({digest[:12]})"
        raise InputError(f"{path}: {what}", advice="build the dataset again")
    return manifest


def _fill(staging: Path, dataset_dir: Path, extra: Mapping[str, bytes], version: str) -> None:
    """Copy the dataset, the further files and a store made of the graph, and have them on the disk."""
    for name in _DATASET_FILES:
        _write(staging / name, (dataset_dir / name).read_bytes())
    for name, data in sorted(extra.items()):
        if not _VERSION.fullmatch(name):
            raise InputError(f"{name!r} is not a file name for a snapshot")
        _write(staging / name, data)
    store = EmbeddedStore.on_disk(staging / "store", version)
    with (staging / "graph.nq").open("rb") as graph:
        store.load(graph, format=RdfSyntax.N_QUADS)
    store.close()
    _sync_directory(staging)


def _point_to(data_dir: Path, version: str) -> None:
    """Switch ``current``, and keep the version it named before as ``previous``."""
    before = _read_pointer(data_dir / "current")
    if before == version:
        return
    if before is not None:
        _replace(data_dir / "previous", before)
    _replace(data_dir / "current", version)


def _read_pointer(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def _replace(path: Path, text: str) -> None:
    staging = path.with_name(f".{path.name}.new-{os.getpid()}")
    try:
        _write(staging, f"{text}\n".encode())
        staging.replace(path)
        _sync_directory(path.parent)
    finally:
        staging.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync_directory(directory: Path) -> None:
    """Have the names in a directory on the disk, where the system can do that (Windows cannot)."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
