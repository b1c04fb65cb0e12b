"""A piece of memory that a front and a worker share: what the worker is at, and what it has not told yet.

The worker writes, the front reads. A worker that stays at work on one request between two looks is slow; once
it has ended, the front finds here on which connection part of a response may have been sent, and the records
of the requests that were answered last.
"""

from __future__ import annotations

import enum
import fcntl
import mmap
import os
import struct
from typing import NamedTuple

__all__ = ["Entry", "Ledger", "State"]

_ENTRY, _LENGTH = struct.Struct("=III"), struct.Struct("=I")
_LENGTH_AT = _ENTRY.size
_RECORDS_AT = _LENGTH_AT + _LENGTH.size
_SIZE = 4 * mmap.PAGESIZE
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
"""Who reads memory that the other side has cut off is ended by the system."""


class State(enum.IntEnum):
    """What a worker does: nothing, reckon an answer, or take the request and send the response."""

    IDLE = 0
    AT_WORK = 1
    WRITING = 2


class Entry(NamedTuple):
    """What stands in the ledger: a state, the how-manieth request it is, and the loan that it came on."""

    state: int
    number: int
    loan: int


class Ledger:
    """The memory; ``descriptor`` is the file by which the other side maps it, too.

    >>> ledger = Ledger.create()
    >>> other = Ledger(os.dup(ledger.descriptor))
    >>> other.begin(7, 3)
    >>> ledger.read()
    Entry(state=1, number=7, loan=3)
    >>> other.keep(b"a record"), ledger.records(), other.clear(), ledger.records()
    (True, b'a record', None, b'')
    >>> other.close(), ledger.close()
    (None, None)
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._page = mmap.mmap(descriptor, _SIZE)
        self._length = 0

    @classmethod
    def create(cls) -> Ledger:
        """Return an empty ledger."""
        descriptor = os.memfd_create("poca-kg-ledger", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, _SIZE)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        return cls(descriptor)

    def begin(self, number: int, loan: int) -> None:
        """Write that a request is being answered."""
        _ENTRY.pack_into(self._page, 0, State.AT_WORK, number, loan)

    def mark(self, state: State) -> None:
        """Write what is done about the request now."""
        self._page[0] = state

    def read(self) -> Entry:
        """Return what stands here; a worker that has gone wrong may have written anything."""
        return Entry(*_ENTRY.unpack_from(self._page))

    def keep(self, record: bytes) -> bool:
        """Write what will be told later; return whether there is room for another of this size."""
        end = self._length + len(record)
        self._page[_RECORDS_AT + self._length : _RECORDS_AT + end] = record
        _LENGTH.pack_into(self._page, _LENGTH_AT, end)
        self._length = end
        return _RECORDS_AT + end + len(record) <= _SIZE

    @property
    def is_told(self) -> bool:
        """Whether the worker keeps nothing that is to be told."""
        return not self._length

    def clear(self) -> None:
        """Forget what was told."""
        _LENGTH.pack_into(self._page, _LENGTH_AT, 0)
        self._length = 0

    def records(self) -> bytes:
        """Return what is to be told."""
        (length,) = _LENGTH.unpack_from(self._page, _LENGTH_AT)
        return self._page[_RECORDS_AT : _RECORDS_AT + length]

    def close(self) -> None:
        """Let go of the memory."""
        self._page.close()
        os.close(self.descriptor)
