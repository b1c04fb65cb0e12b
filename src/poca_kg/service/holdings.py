"""What the writer holds: the lock of a data folder, its current snapshot in memory, and how to add one."""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile

from poca_kg.errors import NotFoundError, PocaError, StorageFullError
from poca_kg.service.staging import Base, Ground, Held, Staged
from poca_kg.service.store_maker import StoreMaker
from poca_kg.service.writer_order import WriterOrder
from poca_kg.settings import package_version
from poca_kg.store.content import lines_by_graph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.folder_lock import FolderLock
from poca_kg.store.manifest import GraphEntry, Manifest
from poca_kg.store.publication import BASE, clear_leftovers, storage_errors
from poca_kg.store.snapshot import (
    Snapshot,
    current_snapshot,
    open_snapshot,
    prune_snapshots,
    publish_files,
)
from poca_kg.validate import StoreChecker, read_shapes

__all__ = ["Holdings", "make_manifest"]

_PLACES = "places.tsv"


class Holdings:
    """The current snapshot of a data folder, in memory and on disk, and no one else may change it.

    Raises
    ------
    LockedError
        If another process holds the folder.
    NotFoundError
        If nothing is current there.
    PocaError
        Whatever is wrong with the snapshot or the shapes.
    """

    def __init__(self, order: WriterOrder) -> None:
        self._order = order
        self._snapshots = order.data_dir / "snapshots"
        with storage_errors(order.data_dir):
            self._lock = FolderLock(order.data_dir)
        clear_leftovers(order.data_dir)
        self.snapshot, self.store = self._open()
        self._base = Base.of(self.snapshot)
        checker = None if order.unvalidated else StoreChecker(read_shapes(order.ontology_dir))
        self.ground = Ground(package_version(), checker, self.snapshot.places)
        self._warm()
        self._last_size = 0
        self._maker = StoreMaker()
        self.settle()
        _settle_memory()

    def _open(self) -> tuple[Snapshot, EmbeddedStore]:
        snapshot = current_snapshot(self._order.data_dir)
        if snapshot is None:
            what = f"no snapshot is current in {self._order.data_dir}"
            raise NotFoundError(what, advice="run `poca-kg build` and `poca-kg publish` first")
        return snapshot, open_snapshot(snapshot)

    @property
    def held(self) -> Held:
        """What the next write needs."""
        return Held(self.ground, self._base, self.store)

    def publish(self, staged: Staged) -> None:
        """Make what was staged the current snapshot, on the disk; :meth:`advance` then puts it into memory.

        Raises
        ------
        StorageFullError
            If the folder cannot be written to, such as for a full disk; then what was current still is.
            Clients are told it, so that it does not name the folder.
        """
        base = self.snapshot
        self._maker.end()
        manifest = make_manifest(staged, self.ground.package_version, base.manifest)
        files = dict(staged.files) | {
            "manifest.json": manifest.to_json(),
            _PLACES: (base.directory / _PLACES).read_bytes(),
            BASE: f"{base.version}\n".encode(),
        }
        self._last_size = sum(map(len, files.values()))
        try:
            self.snapshot = publish_files(self._lock, staged.version, files, with_store=False)
        except (OSError, PocaError) as error:
            self.snapshot, self.store = self._open()  # whatever the pointer says now
            self._base = Base.of(self.snapshot)
            if isinstance(error, PocaError):
                raise
            what = f"nothing more can be stored: {error.strerror}"
            raise StorageFullError(what, advice="make room on the disk, and try again") from error

    def advance(self, content: bytes) -> None:
        """Take a published content into memory, for the next write to begin with."""
        self.store = EmbeddedStore.from_nquads(content, self.snapshot.version)
        self._base = Base.of(self.snapshot)
        self._warm()
        _settle_memory()

    def _warm(self) -> None:
        """Find out before a fork what every query of its check needs to know: which graphs overlap."""
        self.store.query("ASK {}")

    def settle(self) -> None:
        """Begin to make the store on disk of a large snapshot; the next write may come meanwhile."""
        if self.store.size() >= self._order.stored_from:
            self._maker.begin(self.snapshot.directory)

    def close(self) -> None:
        """Let go of the folder."""
        self._maker.end()
        self._lock.release()

    def prune(self) -> None:
        """Remove old snapshots; what cannot be removed now is removed another time."""
        with storage_errors(self._order.data_dir):
            prune_snapshots(self._lock, self._order.keep)

    def has_room(self) -> bool:
        """Whether the disk would take what it last refused."""
        try:
            with tempfile.TemporaryFile(dir=self._snapshots) as file:
                os.posix_fallocate(file.fileno(), 0, max(1, self._last_size))
        except OSError:
            return False
        return True


def make_manifest(staged: Staged, package_version: str, base: Manifest) -> Manifest:
    """Return the manifest of a staged content; of graphs that the base knew, licence and title are kept."""
    known = {entry.iri: entry for entry in base.graphs}
    unknown = GraphEntry("", 0, "", "", "")
    by_graph = lines_by_graph(staged.files["graph.nq"])
    graphs = tuple(
        GraphEntry(iri, len(lines), told.licence, told.title, hashlib.sha256(b"".join(lines)).hexdigest())
        for iri, lines in by_graph.items()
        for told in [known.get(iri, unknown)]
    )
    triples = sum(entry.triples for entry in graphs)
    return Manifest(staged.version, package_version, triples, graphs, base.tables)


def _settle_memory() -> None:
    """Put what is held out of the collector's sight, so that a fork does not copy it by looking."""
    gc.collect()
    gc.freeze()
