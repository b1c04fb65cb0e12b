"""Making a snapshot and pointing to it: each in one step, and on the disk before anybody is told.

Whoever calls holds the lock of the data folder. What a killed process left behind has names that no version
has; the next to publish clears it away.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from poca_kg.errors import FilePlace, InputError, StorageFullError
from poca_kg.store.embedded import EmbeddedStore

__all__ = [
    "BASE",
    "DISJOINT",
    "add_store",
    "clear_leftovers",
    "make_snapshot",
    "prune",
    "replace_file",
    "storage_errors",
]

BASE = "base"
"""The file that says from which version a write made a snapshot; only such snapshots are ever pruned."""

DISJOINT = "disjoint"
"""The file that says that no triple of a snapshot stands in two graphs, which takes long to find out."""

_STAGING, _LEAVING = ".new-", ".old-"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def clear_leftovers(data_dir: Path) -> None:
    """Remove what a killed process had begun to make or to remove, snapshots and pointers."""
    for prefix in (_STAGING, _LEAVING):
        for pattern in (f"{prefix}*", f"*/{prefix}*"):
            for left in sorted((data_dir / "snapshots").glob(pattern)):
                shutil.rmtree(left, ignore_errors=True)
    for left in sorted(data_dir.glob(f".*{_STAGING}*")):
        left.unlink(missing_ok=True)


def make_snapshot(target: Path, files: Mapping[str, bytes], *, with_store: bool) -> None:
    """Make a snapshot of some files beside its place, and move it there; on failure nothing is left.

    ``with_store`` adds the graph as a store on disk, from which a large one is served while memory fills.
    """
    snapshots = target.parent
    snapshots.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=snapshots))
    try:
        for name, data in sorted(files.items()):
            _write(staging / name, data)
        if with_store:
            _add_store(staging, files["graph.nq"], staging)
        _sync_directory(staging)
        staging.chmod(0o755)
        staging.rename(target)
        _sync_directory(snapshots)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def add_store(snapshot: Path) -> None:
    """Add the graph of a snapshot as a store on disk, in one step; one that has a store is left as it is."""
    if (snapshot / "store").is_dir():
        return
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=snapshot))
    try:
        _add_store(staging, (snapshot / "graph.nq").read_bytes(), snapshot)
        (staging / "store").rename(snapshot / "store")
        _sync_directory(snapshot)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _add_store(folder: Path, content: bytes, snapshot: Path) -> None:
    store = EmbeddedStore.on_disk(folder / "store")
    store.fill(content)
    if store.is_disjoint():
        _write(snapshot / DISJOINT, b"")
    store.close()


def prune(snapshots: Path, keep: int, *, spared: frozenset[str]) -> tuple[str, ...]:
    """Remove all but the newest snapshots that writes made, and return the versions that are gone.

    What was built and published, and the ``spared`` versions, stay. A snapshot is renamed before it is
    removed, so that none is ever found with a part of its files.
    """
    made = [path.parent for path in snapshots.glob(f"[!.]*/{BASE}")]
    oldest_first = sorted(made, key=lambda path: (path.stat().st_mtime_ns, path.name))
    surplus = oldest_first[: max(0, len(oldest_first) - keep)]
    gone = [path for path in surplus if path.name not in spared]
    for path in gone:
        leaving = path.rename(path.with_name(f"{_LEAVING}{path.name}"))
        shutil.rmtree(leaving, ignore_errors=True)
    return tuple(path.name for path in gone)


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a small file, in one step."""
    staging = path.with_name(f".{path.name}{_STAGING}{os.getpid()}")
    try:
        _write(staging, f"{text}\n".encode())
        staging.replace(path)
        _sync_directory(path.parent)
    finally:
        staging.unlink(missing_ok=True)


@contextmanager
def storage_errors(data_dir: Path) -> Iterator[None]:
    """Tell what the system refuses as errors of ours.

    Raises
    ------
    StorageFullError
        If the disk is full or cannot be written.
    InputError
        If the folder is none that this user may write to.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or "No space left" in str(error):
            what = f"nothing more can be stored in {data_dir}: {error.strerror or error}"
            raise StorageFullError(what, advice="make room on the disk, and try again") from error
        place = FilePlace(str(error.filename or data_dir))
        what = f"nothing can be published here: {error.strerror or error}"
        raise InputError(what, place=place, advice="name a folder that may be written") from error


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
