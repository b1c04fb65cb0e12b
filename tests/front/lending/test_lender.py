"""The side of the front alone: workers that a test plays, and connections that are only looked at."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from front_support import PATIENCE_S, FakeCall, settle

from poca_kg.front.lending.ledger import Ledger, State
from poca_kg.front.lending.lender import Lender
from poca_kg.front.lending.packets import (
    LARGEST_PACKET,
    LARGEST_PIECE,
    GivenBack,
    Loan,
    Record,
    pack_given_back,
    pack_record,
    pack_records,
    pack_unsent,
    read_from_front,
)
from poca_kg.front.lending.plain import PlainHead

HEAD = PlainHead(b"\r\n\r\n", None, None)


class PlayedWorker:
    """A worker that a test plays; it stands for its engagement, too."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        control, page = map(os.dup, descriptors)
        self.control, self.ledger = socket.socket(fileno=control), Ledger(page)
        self.control.setblocking(False)
        self.is_killed = self.is_let_go = False
        self.seconds = 0.0

    def heard(self) -> Iterator[Loan | int]:
        """Iterate over what the front has said."""
        while True:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self.control, LARGEST_PACKET, 1)
            except BlockingIOError:
                return
            for descriptor in descriptors:
                os.close(descriptor)
            yield read_from_front(packet) if packet else 0

    def leave(self) -> None:
        self.control.close()

    def cpu_s(self) -> float:
        self.seconds += 0.02
        return self.seconds

    def kill(self) -> None:
        self.is_killed = True
        self.leave()

    def close(self) -> None:
        self.is_let_go = True
        self.leave()
        self.ledger.close()


@dataclass
class Workers:
    """Where a lender takes workers from: each is given once ``may_come`` is set."""

    taken: list[PlayedWorker] = field(default_factory=list)
    may_come: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def engage(self, kind: str, header: dict[str, object], descriptors: tuple[int, int]) -> PlayedWorker:
        del kind, header
        self.asked += 1
        worker = PlayedWorker(descriptors)
        self.may_come.wait()
        self.taken.append(worker)
        return worker

    def charge(self, client: str, used_s: float) -> bool:
        return bool(client) and used_s >= 0


class Connection:
    """A connection that keeps what is done with it."""

    def __init__(self) -> None:
        self.sock, self.other = socket.socketpair()
        self.done: list[object] = []

    def write(self, parts: Sequence[bytes]) -> None:
        self.done += parts

    def returned(self, *, has_failed: bool) -> None:
        self.done.append("failed" if has_failed else "returned")

    def abort(self) -> None:
        self.done.append("aborted")

    def close(self) -> None:
        self.sock.close()
        self.other.close()


@dataclass
class Stage:
    """A lender with all that it needs."""

    lender: Lender
    workers: Workers
    records: list[Record]
    connections: list[Connection] = field(default_factory=list)

    def connect(self) -> Connection:
        self.connections.append(Connection())
        return self.connections[-1]

    def lend(self, connection: Connection | None = None) -> int:
        return self.lender.lend(connection or self.connect(), HEAD, FakeCall().request)

    async def lend_to_somebody(self, connection: Connection | None = None) -> int:
        one, number = connection or self.connect(), 0
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not (number := self.lend(one)):
            assert asyncio.get_running_loop().time() < end, "nobody took the loan"
            await asyncio.sleep(0.005)
        return number


def on_stage(act: Callable[[Stage], Awaitable[None]], most: int = 1) -> None:
    async def play() -> None:
        workers, records = Workers(), []
        workers.may_come.set()
        with ThreadPoolExecutor(4) as threads:
            lender = Lender(
                workers,
                threads,
                most=most,
                kept_bytes=0,
                client_of=lambda request: request.peer,
                told=lambda _, found: records.extend(found),
            )
            stage = Stage(lender, workers, records)
            try:
                await act(stage)
            finally:
                workers.may_come.set()
                for worker in workers.taken:
                    worker.leave()
                await lender.close()
                for connection in stage.connections:
                    connection.close()

    asyncio.run(asyncio.wait_for(play(), 15.0))


def test_a_worker_that_was_being_taken_during_a_switch_gets_no_loan() -> None:
    async def act(stage: Stage) -> None:
        stage.workers.may_come.clear()
        assert stage.lend() == 0
        await settle(lambda: stage.workers.asked)
        await stage.lender.renew()
        stage.workers.may_come.set()
        await stage.lend_to_somebody()
        old, new = stage.workers.taken
        assert old.is_let_go
        assert not new.is_let_go
        assert [type(said) for said in new.heard()] == [Loan]

    on_stage(act)


def test_a_switch_ends_although_new_workers_come_before_the_old_have_gone() -> None:
    async def act(stage: Stage) -> None:
        await stage.lend_to_somebody()
        await stage.lend_to_somebody()
        await settle(lambda: len(stage.lender._borrowers) == 2)
        first, second = stage.workers.taken
        switch = asyncio.ensure_future(stage.lender.renew())
        await asyncio.sleep(0)
        first.leave()
        await stage.lend_to_somebody()
        assert not switch.done()
        second.leave()
        await asyncio.wait_for(switch, 5.0)
        assert stage.lender.lent == 1
        assert len(stage.workers.taken) > 2

    on_stage(act, most=2)


def test_a_worker_is_watched_while_it_works_for_a_client_that_has_gone() -> None:
    async def act(stage: Stage) -> None:
        number = await stage.lend_to_somebody()
        (worker,) = stage.workers.taken
        worker.ledger.begin(1, number)
        await asyncio.sleep(0.03)
        stage.lender.forget(number)
        await settle(lambda: worker.is_killed)

    on_stage(act)


@pytest.mark.parametrize(
    ("state", "becomes"), [(State.IDLE, "returned"), (State.AT_WORK, "failed"), (State.WRITING, "aborted")]
)
def test_what_a_worker_was_at_decides_what_becomes_of_a_connection(state: State, becomes: str) -> None:
    async def act(stage: Stage) -> None:
        at_it, beside, given = stage.connect(), stage.connect(), stage.connect()
        number = await stage.lend_to_somebody(at_it)
        await stage.lend_to_somebody(beside)
        last = await stage.lend_to_somebody(given)
        (worker,) = stage.workers.taken
        worker.ledger.begin(1, number)
        worker.ledger.mark(state)
        worker.control.send(pack_given_back(GivenBack(last)))
        worker.leave()
        await settle(lambda: at_it.done)
        assert (at_it.done, beside.done, given.done) == ([becomes], ["returned"], ["returned"])

    on_stage(act)


def test_what_a_killed_worker_has_not_told_is_counted_and_what_it_told_only_once() -> None:
    async def act(stage: Stage) -> None:
        number = await stage.lend_to_somebody()
        (worker,) = stage.workers.taken
        for count in range(1, 5):
            worker.ledger.keep(pack_record(Record(number, count, 0.5, 100, was_kept=False, sha256=bytes(32))))
            if count == 2:
                worker.control.send(pack_records(worker.ledger.records()))
        worker.leave()
        await settle(lambda: stage.connections[0].done)
        assert [record.number for record in stage.records] == [1, 2, 3, 4]

    on_stage(act)


@pytest.mark.parametrize("what", ["a flood", "no number", "half a record", "nonsense"])
def test_a_worker_that_has_gone_wrong_is_ended(what: str) -> None:
    async def act(stage: Stage) -> None:
        number = await stage.lend_to_somebody()
        (worker,) = stage.workers.taken
        record = pack_record(Record(number, 1, math.nan, 100, was_kept=False, sha256=bytes(32)))
        packets = {
            "a flood": pack_unsent(number, bytes(LARGEST_PIECE)),
            "no number": pack_records(record),
            "half a record": pack_records(record[:20]),
            "nonsense": b"?",
        }

        def is_ended() -> bool:
            with contextlib.suppress(OSError):
                worker.control.send(packets[what])
            return worker.is_killed

        await settle(is_ended)
        assert stage.connections[0].done[-1] == "returned"
        assert not stage.records

    on_stage(act)


def test_what_a_front_reads_cannot_be_cut_off() -> None:
    ledger = Ledger.create()
    for size in (0, 1 << 20):
        with pytest.raises(PermissionError):
            os.ftruncate(ledger.descriptor, size)
    ledger.close()
