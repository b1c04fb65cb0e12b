"""Who may change a data folder: one process at a time, and the others are told which one it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from poca_kg.errors import LockedError

if os.name == "posix":
    import fcntl

__all__ = ["FolderLock", "holding"]

_NAME = ".publishing"


class FolderLock:
    """The lock of a data folder, held from its making until :meth:`release` or the end of the process.

    The system holds it, not the file: however a process ends, the lock is free again.

    Raises
    ------
    LockedError
        If another process holds it; the message names that process.
    OSError
        If the folder cannot be made or written to.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = (data_dir / _NAME).open("a+b", buffering=0)
        try:
            if os.name == "posix":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(self._file)
            self._file.close()
            what = f"{holder} is publishing to {data_dir}"
            raise LockedError(what, advice="wait until it has ended, or stop it") from None
        with contextlib.suppress(OSError):  # a full disk: then the others are told no number
            self._file.truncate(0)
            self._file.write(f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            self._file.truncate(0)
        self._file.close()


@contextmanager
def holding(data_dir: Path) -> Iterator[FolderLock]:
    """Hold the lock of a folder meanwhile; raises what :class:`FolderLock` raises."""
    lock = FolderLock(data_dir)
    try:
        yield lock
    finally:
        lock.release()


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    told = file.read(20).strip()
    return f"process {int(told)}" if told.isdigit() else "another process"
