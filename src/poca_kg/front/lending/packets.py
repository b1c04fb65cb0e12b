"""What front and worker tell each other about lent connections: one packet each.

A worker may be in the hands of whoever wrote its query: the front takes a packet that is none for the end of
the worker, and believes no text, only numbers.
"""

from __future__ import annotations

import json
import struct
from typing import NamedTuple

from poca_kg.front.lending.plain import PlainHead

__all__ = [
    "LARGEST_PACKET",
    "LARGEST_PIECE",
    "BrokenPacketError",
    "GivenBack",
    "Loan",
    "Record",
    "Unsent",
    "pack_given_back",
    "pack_loan",
    "pack_recall",
    "pack_record",
    "pack_records",
    "pack_unsent",
    "read_from_front",
    "read_from_worker",
    "read_records",
]

LARGEST_PIECE = 65_536
LARGEST_PACKET = LARGEST_PIECE + 1024
_GIVEN_BACK = struct.Struct("=cIB")
_UNSENT = struct.Struct("=cI")
_RECALL = struct.Struct("=cI")
_LONGEST_S = 86_400.0
_RECORD = struct.Struct("=IIfIB32s")


class BrokenPacketError(Exception):
    """What came is no packet."""


class Loan(NamedTuple):
    """A connection that is lent: its number, and the head that its requests have."""

    number: int
    head: PlainHead


class Record(NamedTuple):
    """A request that a worker has answered.

    On which loan; its number, which ends its name; the seconds it took and the bytes of the response; whether
    the answer was kept from before; the SHA-256 of the query.
    """

    loan: int
    number: int
    seconds: float
    sent: int
    was_kept: bool
    sha256: bytes


class GivenBack(NamedTuple):
    """A connection that a worker wants no more of.

    ``is_unusual`` says that something stands on it that is not for a worker, or that its client was slow.
    """

    loan: int
    is_unusual: bool = False


class Unsent(NamedTuple):
    """A piece of a response that a client did not take at once; the front writes it."""

    loan: int
    data: bytes


def pack_loan(loan: Loan) -> bytes:
    """Return the packet that goes with the descriptor of a connection."""
    block, accept, accept_encoding = loan.head
    told = [loan.number, block.decode("latin-1"), accept, accept_encoding]
    return b"L" + json.dumps(told).encode()


def pack_recall(number: int) -> bytes:
    """Return the packet that asks for a loan back; 0 asks for all, and for the worker's end."""
    return _RECALL.pack(b"R", number)


def pack_given_back(given: GivenBack) -> bytes:
    """Return the packet that gives a connection back."""
    return _GIVEN_BACK.pack(b"G", *given)


def pack_unsent(loan: int, data: bytes) -> bytes:
    """Return the packet with a piece of a response, which precedes that of the connection."""
    return _UNSENT.pack(b"U", loan) + data


def pack_record(record: Record) -> bytes:
    """Return what tells of an answered request."""
    return _RECORD.pack(*record)


def pack_records(records: bytes) -> bytes:
    """Return the packet that tells of answered requests; ``records`` are some that were packed."""
    return b"A" + records


def read_from_front(packet: bytes) -> Loan | int:
    """Return what the front says: a loan, or the number of one that it wants back."""
    if packet[:1] == b"R":
        number: int = _RECALL.unpack(packet)[1]
        return number
    number, block, accept, accept_encoding = json.loads(packet[1:])
    return Loan(number, PlainHead(block.encode("latin-1"), accept, accept_encoding))


def read_from_worker(packet: bytes) -> GivenBack | Unsent | list[Record]:
    r"""Return what a worker says.

    >>> read_from_worker(pack_records(pack_record(Record(1, 2, 0.5, 300, True, bytes(32)))))[0].sent
    300
    >>> read_from_worker(pack_given_back(GivenBack(4))), read_from_worker(pack_unsent(4, b"}"))
    (GivenBack(loan=4, is_unusual=False), Unsent(loan=4, data=b'}'))

    Raises
    ------
    BrokenPacketError
        If it is none.
    """
    kind = packet[:1]
    if kind == b"G" and len(packet) == _GIVEN_BACK.size:
        _, loan, is_unusual = _GIVEN_BACK.unpack(packet)
        return GivenBack(loan, bool(is_unusual))
    if kind == b"U" and len(packet) > _UNSENT.size:
        return Unsent(_UNSENT.unpack_from(packet)[1], packet[_UNSENT.size :])
    if kind == b"A":
        return read_records(packet[1:])
    raise BrokenPacketError


def read_records(records: bytes) -> list[Record]:
    """Return the records of requests that a worker has packed.

    Raises
    ------
    BrokenPacketError
        If they are none.
    """
    if len(records) % _RECORD.size:
        raise BrokenPacketError
    found = [Record._make(fields) for fields in _RECORD.iter_unpack(records)]
    if not all(0.0 <= record.seconds < _LONGEST_S for record in found):  # what is no number is not, either
        raise BrokenPacketError
    return found
