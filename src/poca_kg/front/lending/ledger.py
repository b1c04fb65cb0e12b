"""A page of memory that a front and a worker share: what the worker is at.

The worker writes, the front reads. A worker that stays at work on one request between two looks is slow; once
it has ended, the front finds here on which connection part of a response may have been sent.
"""

from __future__ import annotations

import enum
import mmap
import os
import struct
from typing import NamedTuple

__all__ = ["Entry", "Ledger", "State"]

_ENTRY = struct.Struct("=III")


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
    """The page; ``descriptor`` is the file in memory by which the other side maps it, too.

    >>> ledger = Ledger.create()
    >>> other = Ledger(os.dup(ledger.descriptor))
    >>> other.begin(7, 3)
    >>> ledger.read()
    Entry(state=1, number=7, loan=3)
    >>> other.close(), ledger.close()
    (None, None)
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._page = mmap.mmap(descriptor, _ENTRY.size)

    @classmethod
    def create(cls) -> Ledger:
        """Return an empty ledger."""
        descriptor = os.memfd_create("poca-kg-ledger", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, _ENTRY.size)
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

    def close(self) -> None:
        """Let go of the page."""
        self._page.close()
        os.close(self.descriptor)
