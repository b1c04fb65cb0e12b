"""The side of the front: lends connections to workers, watches them, and takes the connections back.

Used on the event loop. A worker that does not come on between two looks is ended, for what it runs is not
light; the request that it had is then read and answered in the usual way, with its limit and its errors. Its
processor time counts rather than the time that has passed: on a busy machine a light query takes long, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

from poca_kg.front.lending.answering import LARGEST_ANSWER
from poca_kg.front.lending.ledger import Entry, Ledger, State
from poca_kg.front.lending.packets import (
    LARGEST_PACKET,
    BrokenPacketError,
    GivenBack,
    Loan,
    Record,
    Unsent,
    pack_loan,
    pack_recall,
    read_from_worker,
    read_records,
)
from poca_kg.front.lending.plain import PlainHead
from poca_kg.front.messages import Request
from poca_kg.sandbox.engagement import Engagement

__all__ = ["KIND", "Engager", "Lendable", "Lender", "Told"]

KIND = {"lend": "poca_kg.front.lending.borrower:serve_lent"}
"""The job of a worker that borrows connections, for the parent that forks it."""

_LOOK_EVERY_S = 0.02
_SLOW_CPU_S, _SLOW_S = 0.03, 0.25
_LOOKS_UNTIL_GIVEN_BACK = 10
_MOST_LOANS = 64
_PACKETS_AT_ONCE = 64
_MOST_UNSENT_BYTES = LARGEST_ANSWER + 65_536
_GROWTH_BYTES = 256 << 20
_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0
_MEMORY_S = 60.0


class Lendable(Protocol):
    """A connection that can be lent."""

    @property
    def sock(self) -> socket.socket:
        """Its socket."""

    def write(self, parts: Sequence[bytes]) -> None:
        """Write the rest of a response; the connection is returned after it."""

    def returned(self, *, has_failed: bool) -> None:
        """Go on; ``has_failed`` if something on it was not for a worker."""

    def abort(self) -> None:
        """End: nobody knows how much of a response was sent."""


class Engager(Protocol):
    """Where workers are taken from; see :class:`poca_kg.sandbox.sandbox.Sandbox`."""

    def engage(self, kind: str, header: dict[str, object], descriptors: tuple[int, int]) -> Engagement | None:
        """Give a worker a job that stays."""

    def charge(self, client: str, used_s: float) -> bool:
        """Count what was done for a client; return whether it has anything left."""


Told: TypeAlias = Callable[[str, Sequence[Record]], None]
"""Hears of answered requests: how their names begin, and their records."""


class _Out(NamedTuple):
    """A connection that is lent, and the client whose share it uses."""

    connection: Lendable
    client: str


class _Borrower:
    """A worker that holds connections, as the front sees it."""

    def __init__(self, engagement: Engagement, control: socket.socket, ledger: Ledger, prefix: str) -> None:
        self.engagement, self.control, self.ledger, self.prefix = engagement, control, ledger, prefix
        self.loans: dict[int, _Out] = {}
        self.seen = Entry(State.IDLE, 0, 0)
        self.seen_at = self.seen_cpu_s = 0.0
        self.looks_left = _LOOKS_UNTIL_GIVEN_BACK
        self.is_leaving = False
        self.last_told = self.unsent_bytes = 0

    def ask_back(self, number: int) -> None:
        """Ask for a loan, or with 0 for all and the worker's end."""
        with contextlib.suppress(OSError):
            self.control.send(pack_recall(number))

    def is_slow(self, now: float) -> bool:
        """Whether the worker is at what it was at when somebody looked before, and was at it for too long."""
        entry = self.ledger.read()
        if entry.state != State.AT_WORK:
            self.seen = entry
            return False
        cpu_s = self.engagement.cpu_s()
        if entry != self.seen:
            self.seen, self.seen_at, self.seen_cpu_s = entry, now, cpu_s
            return False
        return cpu_s - self.seen_cpu_s >= _SLOW_CPU_S or now - self.seen_at >= _SLOW_S

    @property
    def is_at_work(self) -> bool:
        """Whether the worker was at work when somebody last looked; its client may have gone since."""
        return self.seen.state == State.AT_WORK

    def let_go(self) -> None:
        """Let go of the worker, which ends."""
        self.control.close()
        self.ledger.close()
        self.engagement.close()


class Lender:
    """Lends connections to so many workers, which are taken when they are first wanted."""

    def __init__(  # noqa: PLR0913  (each is one thing it needs; only a front makes one)
        self,
        sandbox: Engager,
        threads: Executor,
        *,
        most: int,
        kept_bytes: int,
        client_of: Callable[[Request], str],
        told: Told,
    ) -> None:
        self._sandbox, self._threads, self._loop = sandbox, threads, asyncio.get_running_loop()
        self._most, self._kept_bytes = most, kept_bytes
        self._client_of, self._told = client_of, told
        self._borrowers: list[_Borrower] = []
        self._numbers = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._generation = 0
        self._left = asyncio.Event()
        self._is_engaging = self._is_closed = False
        self._not_before = 0.0
        self._slow_ends: deque[float] = deque(maxlen=10)

    @property
    def lent(self) -> int:
        """How many connections are lent."""
        return sum(len(borrower.loans) for borrower in self._borrowers)

    def lend(self, connection: Lendable, head: PlainHead, request: Request) -> int:
        """Lend a connection whose last request this was; return the number of the loan.

        It is 0 if nobody takes it now.
        """
        takers = [one for one in self._borrowers if not one.is_leaving and len(one.loans) < _MOST_LOANS]
        if len(self._borrowers) < self._most:
            self._engage()
        if not takers:
            return 0
        borrower = min(takers, key=lambda one: len(one.loans))
        number = next(self._numbers) & 0xFFFFFFFF
        packet = pack_loan(Loan(number, head))
        try:
            socket.send_fds(borrower.control, [packet], [connection.sock.fileno()], socket.MSG_DONTWAIT)
        except OSError:
            return 0
        borrower.loans[number] = _Out(connection, self._client_of(request))
        if self._timer is None:
            self._timer = self._loop.call_later(_LOOK_EVERY_S, self._look)
        return number

    def forget(self, number: int) -> None:
        """Want nothing more of a loan: the connection has ended."""
        for borrower in self._borrowers:
            if borrower.loans.pop(number, None) is not None:
                borrower.ask_back(number)

    async def renew(self) -> None:
        """Take everything back, and lend to new workers from then on; returns once no old one answers.

        New ones may come meanwhile; a worker that was being taken when this was called is none of them.
        """
        self._generation += 1
        for borrower in self._borrowers:
            borrower.is_leaving = True
            borrower.ask_back(0)
        if self._borrowers and self._timer is None:
            self._timer = self._loop.call_later(_LOOK_EVERY_S, self._look)
        while any(borrower.is_leaving for borrower in self._borrowers):
            self._left.clear()
            await self._left.wait()

    async def close(self) -> None:
        """Take everything back, and lend no more."""
        self._is_closed = True
        await self.renew()
        if self._timer is not None:
            self._timer.cancel()

    # Engaging.

    def _engage(self) -> None:
        """Have a thread take a worker, unless one does or has just failed to."""
        if self._is_engaging or self._is_closed or self._loop.time() < self._not_before:
            return
        self._is_engaging = True
        engaging = self._loop.run_in_executor(self._threads, self._take_worker)
        engaging.add_done_callback(partial(self._engaged, self._generation))

    def _take_worker(self) -> _Borrower | None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        prefix = os.urandom(4).hex()
        with theirs:
            ledger = Ledger.create()
            header: dict[str, object] = {
                "prefix": prefix,
                "kept_bytes": self._kept_bytes,
                "growth_bytes": _GROWTH_BYTES + self._kept_bytes,
            }
            engagement = self._sandbox.engage("lend", header, (theirs.fileno(), ledger.descriptor))
        if engagement is None:
            ours.close()
            ledger.close()
            return None
        ours.setblocking(False)
        return _Borrower(engagement, ours, ledger, prefix)

    def _engaged(self, generation: int, engaging: asyncio.Future[_Borrower | None]) -> None:
        self._is_engaging = False
        borrower = None if engaging.cancelled() or engaging.exception() else engaging.result()
        if borrower is None:
            self._not_before = self._loop.time() + _PAUSE_S
            return
        if self._is_closed or generation != self._generation:  # it may have the graph of before
            borrower.let_go()
            return
        self._borrowers.append(borrower)
        self._loop.add_reader(borrower.control.fileno(), self._hear, borrower)

    # Hearing.

    def _hear(self, borrower: _Borrower) -> None:
        """Take what a worker says, until it says nothing more for now or has ended."""
        try:
            for _ in range(_PACKETS_AT_ONCE):
                packet = borrower.control.recv(LARGEST_PACKET)
                if not packet:
                    break
                said = read_from_worker(packet)
                if isinstance(said, GivenBack):
                    self._given_back(borrower, said)
                elif isinstance(said, Unsent):
                    self._write(borrower, said)
                else:
                    self._note(borrower, said)
            else:  # others have their turn; the loop calls again
                return
        except BlockingIOError:
            return
        except (BrokenPacketError, OSError):
            borrower.engagement.kill()
        self._ended(borrower)

    def _given_back(self, borrower: _Borrower, given: GivenBack) -> None:
        borrower.unsent_bytes = 0
        out = borrower.loans.pop(given.loan, None)
        if out is not None:
            out.connection.returned(has_failed=given.is_unusual)

    @staticmethod
    def _write(borrower: _Borrower, rest: Unsent) -> None:
        borrower.unsent_bytes += len(rest.data)
        if borrower.unsent_bytes > _MOST_UNSENT_BYTES:
            raise BrokenPacketError
        out = borrower.loans.get(rest.loan)
        if out is not None:
            out.connection.write([rest.data])

    def _note(self, borrower: _Borrower, records: Sequence[Record]) -> None:
        self._told(borrower.prefix, records)
        used: dict[int, float] = {}
        for record in records:
            borrower.last_told = record.number
            used[record.loan] = used.get(record.loan, 0.0) + max(record.seconds, 0.0)
        for number, seconds in used.items():
            out = borrower.loans.get(number)
            if out is not None and not self._sandbox.charge(out.client, seconds):
                borrower.ask_back(number)

    def _ended(self, borrower: _Borrower) -> None:
        """Take back what a worker held that has ended; where it may have begun to answer, hang up."""
        self._loop.remove_reader(borrower.control.fileno())
        self._borrowers.remove(borrower)
        entry = borrower.ledger.read()
        with contextlib.suppress(BrokenPacketError):
            left = read_records(borrower.ledger.records())
            self._note(borrower, [record for record in left if record.number > borrower.last_told])
        loans, borrower.loans = borrower.loans, {}
        borrower.let_go()
        for number, out in loans.items():
            is_at_it = number == entry.loan
            if is_at_it and entry.state == State.WRITING:
                out.connection.abort()
            else:
                out.connection.returned(has_failed=is_at_it and entry.state == State.AT_WORK)
        self._left.set()

    # Looking.

    def _pause(self) -> None:
        """Engage no worker for a time, which grows with the number that were slow of late."""
        now = self._loop.time()
        while self._slow_ends and self._slow_ends[0] < now - _MEMORY_S:
            self._slow_ends.popleft()
        self._not_before = now + min(_PAUSE_S * 2 ** len(self._slow_ends), _LONGEST_PAUSE_S)
        self._slow_ends.append(now)

    def _look(self) -> None:
        """End workers that do not come on; look again soon, while there is something to look at."""
        self._timer = None
        is_needed = False
        for borrower in self._borrowers:
            is_slow = borrower.is_slow(self._loop.time())
            borrower.looks_left -= borrower.is_leaving
            if is_slow:
                self._pause()
            if is_slow or not borrower.looks_left:
                borrower.engagement.kill()
            is_needed = is_needed or borrower.is_leaving or bool(borrower.loans) or borrower.is_at_work
        if is_needed:
            self._timer = self._loop.call_later(_LOOK_EVERY_S, self._look)
