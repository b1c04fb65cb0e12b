"""What supervisor and fronts tell each other, and a front that cannot be started."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from poca_kg.service import front_process
from poca_kg.service.control import Channel, make_pair
from poca_kg.service.front_process import FrontProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs local sockets")


def nothing(*_: object) -> None:
    pass


def test_messages_come_in_order_and_the_end_is_known():
    async def talk() -> list[object]:
        ours, theirs = make_pair()
        heard: asyncio.Queue[object] = asyncio.Queue()
        hearing = Channel(theirs, heard.put_nowait, lambda: heard.put_nowait("end"))
        speaking = Channel(ours, nothing, nothing)
        for number in range(100):
            speaking.send({"number": number})
        speaking.close()
        found = [await asyncio.wait_for(heard.get(), 5) for _ in range(101)]
        hearing.send({"too": "late"})
        hearing.close()
        return found

    assert asyncio.run(talk()) == [*({"number": number} for number in range(100)), "end"]


def test_a_side_that_reads_nothing_counts_as_gone():
    async def talk() -> None:
        ours, theirs = make_pair()
        gone = asyncio.Event()
        speaking = Channel(ours, nothing, gone.set)
        for _ in range(100_000):
            speaking.send({"text": "x" * 1000})
            if gone.is_set():
                break
            await asyncio.sleep(0)
        theirs.close()
        assert gone.is_set()

    asyncio.run(talk())


def test_a_front_that_cannot_be_started_is_started_later(monkeypatch):
    """It is killed, the system has no process for a while, and then it has."""
    started: list[list[str]] = []

    class Popen(subprocess.Popen):
        def __init__(self, words, **how):
            started.append(words)
            if len(started) == 2:
                raise BlockingIOError(11, "no process to spare")
            super().__init__(["sleep", "60"], pass_fds=how["pass_fds"])

    monkeypatch.setattr(front_process.subprocess, "Popen", Popen)
    monkeypatch.setattr(front_process, "_LONGEST_PAUSE_S", 0.2)

    async def live() -> None:
        ended: list[FrontProcess] = []
        front = FrontProcess("0", [], greeting=dict, receive=nothing, ended=ended.append)
        front.start()
        front.end()
        async with asyncio.timeout(10):
            while len(started) < 3:
                await asyncio.sleep(0.01)
        assert ended == [front]
        assert front.restarts == 1
        await front.stop(0.0)
        assert front.pid is None

    asyncio.run(live())
