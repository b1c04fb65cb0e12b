"""Snapshots: immutable, complete copies of a dataset, of which one is current.

::

    <data_dir>/snapshots/<version>/{graph.nq,manifest.json,places.tsv,store/,...}
    <data_dir>/current       the version that is served
    <data_dir>/previous      the version that ``rollback`` goes back to

A snapshot is made beside its place and moved there in one step; the pointer is a small file that is replaced
in one step. Whoever reads sees one version or the other, and a failure leaves the old one. One process
publishes at a time, and what a killed one left behind is cleared away by the next.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.errors import FilePlace, InputError, NotFoundError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.folder_lock import FolderLock, holding
from poca_kg.store.manifest import Manifest
from poca_kg.store.parsing import read_bytes
from poca_kg.store.places import Places
from poca_kg.store.publication import clear_leftovers, make_snapshot, prune, replace_file, storage_errors

__all__ = [
    "DATASET_FILES",
    "Snapshot",
    "current_snapshot",
    "find_snapshot",
    "open_graph_file",
    "open_snapshot",
    "prune_snapshots",
    "publish",
    "publish_files",
    "rollback",
]

DATASET_FILES = ("graph.nq", "manifest.json", "places.tsv")
"""What the folder of a dataset holds."""

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")


@dataclass(frozen=True)
class Snapshot:
    """A published version and the directory in which it lies."""

    version: str
    directory: Path

    @property
    def manifest(self) -> Manifest:
        """What the snapshot consists of."""
        return Manifest.read(self.directory / "manifest.json")

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
        If the dataset, or the snapshot of its version that is there already, is not whole: a file is missing,
        or the graph is not the one of the manifest. Also if the data folder is not one to write to.
    StorageFullError
        If the disk is full.
    LockedError
        If another process is publishing to the same folder, or takes the writes of a service there.
    """
    manifest = _check_dataset(dataset_dir)
    files = {name: read_bytes(dataset_dir / name) for name in DATASET_FILES} | dict(extra or {})
    with storage_errors(data_dir), holding(data_dir) as lock:
        return publish_files(lock, manifest.version, files)


def publish_files(
    lock: FolderLock, version: str, files: Mapping[str, bytes], *, with_store: bool = True
) -> Snapshot:
    """Make a snapshot of a version out of its files, and make it current, under a lock that is held already.

    ``with_store`` adds the graph as a store on disk.

    Raises
    ------
    InputError
        If the snapshot of this version that is there already is not whole, or a file has a name that is none.
    OSError
        If the folder cannot be written to; then what was current still is.
    """
    target = lock.data_dir / "snapshots" / version
    clear_leftovers(lock.data_dir)
    for name in files:
        if not _VERSION.fullmatch(name):
            raise InputError(f"{name!r} is not a file name for a snapshot")
    if target.is_dir():
        _check_dataset(target, advice=f"remove {target}, and publish again")
    else:
        make_snapshot(target, files, with_store=with_store)
    _point_to(lock.data_dir, version)
    return Snapshot(version, target)


def prune_snapshots(lock: FolderLock, keep: int) -> tuple[str, ...]:
    """Remove all but the newest snapshots that writes made, and return the versions that are gone.

    What is current or was before, and whatever was built and published, stays.
    """
    pointers = (_read_pointer(lock.data_dir / name) for name in ("current", "previous"))
    spared = frozenset(version for version in pointers if version)
    return prune(lock.data_dir / "snapshots", keep, spared=spared)


def current_snapshot(data_dir: Path) -> Snapshot | None:
    """Return the current snapshot, or ``None`` before the first publication.

    Raises
    ------
    NotFoundError
        If the pointer names a snapshot that is not there.
    InputError
        If the pointer cannot be read, or names nothing that a snapshot can be called.
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
    with storage_errors(data_dir), holding(data_dir):
        _point_to(data_dir, version)
    return snapshot


def open_snapshot(snapshot: Snapshot) -> EmbeddedStore:
    """Return the snapshot's graph in memory.

    Raises
    ------
    InputError
        If the graph is not the one that was published.
    """
    return open_graph_file(snapshot.directory / "graph.nq", snapshot.version)


def open_graph_file(path: Path, version: str) -> EmbeddedStore:
    """Return the graph of a version in memory, from the ``.nq`` or ``.nq.gz`` file that the version names.

    Raises
    ------
    InputError
        If the file cannot be read, or holds another graph: cut off, say, or changed by hand.
    """
    data = read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()[:12]
    if not version.endswith(f"-{digest}"):
        what = f"holds the graph {digest} and not that of version {version}"
        advice = "build and publish again, or go back by `poca-kg rollback`"
        raise InputError(what, place=FilePlace(str(path)), advice=advice)
    return EmbeddedStore.from_nquads(data, version=version)


def _check_dataset(dataset_dir: Path, *, advice: str = "build the dataset again") -> Manifest:
    for name in DATASET_FILES:
        if not (dataset_dir / name).is_file():
            raise InputError(f"{dataset_dir} holds no {name}", advice=advice)
    path = dataset_dir / "manifest.json"
    manifest = Manifest.read(path)
    digest = hashlib.sha256(read_bytes(dataset_dir / "graph.nq")).hexdigest()
    if not _VERSION.fullmatch(manifest.version) or not manifest.version.endswith(f"-{digest[:12]}"):
        what = f"version {manifest.version!r} is not that of the graph beside the manifest ({digest[:12]})"
        raise InputError(what, place=FilePlace(str(path)), advice=advice)
    return manifest


def _point_to(data_dir: Path, version: str) -> None:
    """Switch ``current``, and keep the version it named before as ``previous``."""
    try:
        before = _read_pointer(data_dir / "current")
    except InputError:
        before = None  # what it says is lost; the new version mends it
    if before == version:
        return
    if before is not None:
        replace_file(data_dir / "previous", before)
    replace_file(data_dir / "current", version)


def _read_pointer(path: Path) -> str | None:
    try:
        text = path.read_bytes()[:200].decode("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=FilePlace(str(path))) from None
    if not _VERSION.fullmatch(text):
        what = f"names no version of a snapshot, but {text[:40]!r}"
        raise InputError(what, place=FilePlace(str(path)), advice="run `poca-kg publish`")
    return text
