"""An answer on its way: written by one thread at the worker's speed, read by others at the client's."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile

from poca_kg.errors import PocaError, QueryCancelledError, ResultTooLargeError

__all__ = ["Spool"]

_PIECE = 65_536


class Spool:
    """Holds the start of an answer in memory and the rest in a file without a name.

    >>> spool = Spool(in_memory=4)
    >>> spool.append(b"abcdef")
    >>> spool.finish()
    >>> b"".join(spool), spool.size
    (b'abcdef', 6)
    >>> spool.close()
    """

    def __init__(self, in_memory: int, directory: Path | None = None) -> None:
        self._in_memory, self._directory = in_memory, directory
        self._head = bytearray()
        self._file: FileIO | None = None
        self._changed = threading.Condition()
        self._is_closed = False
        self._watcher: Callable[[], object] | None = None
        self.size = 0
        self.is_finished = False
        self.error: PocaError | None = None

    def append(self, data: bytes) -> None:
        """Add to the answer; what nobody will read is dropped.

        Raises
        ------
        ResultTooLargeError
            If the file cannot be written: the disk is full.
        """
        with self._changed:
            if self._is_closed:
                return
            if self._file is None and len(self._head) + len(data) <= self._in_memory:
                self._head += data
            else:
                self._write(data)
            self.size += len(data)
            self._tell()

    def _write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = TemporaryFile(buffering=0, dir=self._directory)  # noqa: SIM115
            self._file.seek(0, os.SEEK_END)
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            what = f"the answer is too large for the disk: {error.strerror}"
            raise ResultTooLargeError(what, advice="ask for less at a time") from None

    def finish(self, error: PocaError | None = None) -> None:
        """Say that this is all, or that no answer comes of it."""
        with self._changed:
            self.error = error
            self.is_finished = True
            self._tell()

    def watch(self, watcher: Callable[[], object]) -> None:
        """Have somebody told, by any thread, whenever there is more, and at the end; at once if there is."""
        with self._changed:
            self._watcher = watcher
            if self.size or self.is_finished or self._is_closed:
                watcher()

    def has_more(self, position: int) -> bool:
        """Whether :meth:`read` would not wait."""
        return self.size > position or self.is_finished or self._is_closed

    def peek(self, position: int) -> bytes:
        """Return a piece that is in memory, or nothing; never waits, not even for who writes to the file."""
        return b"" if self.error is not None else bytes(self._head[position : position + _PIECE])

    def _tell(self) -> None:
        self._changed.notify_all()
        if self._watcher is not None:
            self._watcher()

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the answer from its start, waiting for what is still to come.

        Raises
        ------
        PocaError
            If no answer comes of it; what was read before is then no answer.
        """
        position = 0
        while data := self.read(position):
            position += len(data)
            yield data

    def read(self, position: int) -> bytes:
        """Return a piece of the answer, nothing at its end; waits for it, and raises as iterating does."""
        with self._changed:
            self._changed.wait_for(lambda: self.size > position or self.is_finished or self._is_closed)
            if self._is_closed:
                raise QueryCancelledError("the answer was dropped")
            if self.error is not None:
                raise self.error
            if self.size <= position:
                return b""
            if position < len(self._head):
                return bytes(self._head[position : position + _PIECE])
            if self._file is None:
                return b""
            self._file.seek(position - len(self._head))
            return self._file.read(_PIECE) or b""

    def close(self) -> None:
        """Drop the answer."""
        with self._changed:
            self._is_closed = True
            self._head.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._tell()
