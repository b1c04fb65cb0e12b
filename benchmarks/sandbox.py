"""Measure what the sandbox adds: a light query in this process and in a worker, side by side in one run.

``python benchmarks/sandbox.py [TRIPLES]`` prints medians and 99th percentiles in microseconds, asked from a
thread and from an event loop; the time until a killed worker's place is taken; the time of a million rows;
and the time from nothing to a first answer, from memory and from a store on disk. Nothing is kept.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from poca_kg.errors import QueryTimeoutError
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.looped import LoopedSandbox
from poca_kg.sandbox.parent import ParentProcess
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import ResultFormat
from poca_kg.store.publication import make_snapshot
from poca_kg.store.snapshot import Snapshot

try:
    from uvloop import run
except ImportError:
    from asyncio import run  # type: ignore[assignment]

LIGHT = "SELECT ?o { <http://e/s5> <http://e/p> ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ROUNDS, CALLS = 5, 1000


def graph(triples: int) -> bytes:
    """Return N-Quads of a given number."""
    return b"".join(b'<http://e/s%d> <http://e/p> "%d" <http://e/g> .\n' % (n, n) for n in range(triples))


def timings(work: Callable[[], object], calls: int) -> list[float]:
    """Return the times of calls in microseconds."""
    found = []
    for _ in range(calls):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1e6)
    return found


def tell(name: str, found: list[float]) -> float:
    """Print median and 99th percentile, and return the median."""
    median = statistics.median(found)
    print(f"{name:<28} median {median:8.0f} µs   p99 {sorted(found)[len(found) * 99 // 100]:8.0f} µs")
    return median


def light(sandbox: Sandbox, store: EmbeddedStore) -> None:
    """Compare a light query here and there, in turns."""
    here: list[float] = []
    there: list[float] = []
    on_loop: list[float] = []
    for _ in range(ROUNDS):
        here += timings(lambda: store.serialise(LIGHT, ResultFormat.JSON), CALLS)
        there += timings(lambda: sandbox.run(QueryJob(LIGHT)).body, CALLS)
        on_loop += run(looped(sandbox))
    median = tell("in process", here)
    for name, found in (("from a thread", there), ("from a loop", on_loop)):
        print(f"  which adds {tell(name, found) - median:.0f} µs")


async def looped(sandbox: Sandbox) -> list[float]:
    """Return the times of light queries asked from a loop, one after the other."""
    loop = asyncio.get_running_loop()
    asker, times, over = LoopedSandbox(sandbox, loop), list[float](), loop.create_future()

    def ask() -> None:
        started = time.perf_counter()

        def answered(_: object) -> None:
            times.append((time.perf_counter() - started) * 1e6)
            if len(times) < CALLS:
                ask()
            else:
                over.set_result(None)

        asker.run(QueryJob(LIGHT), done=answered)

    ask()
    await over
    asker.close()
    return times


def kill(sandbox: Sandbox) -> None:
    """Time how long a runaway lives beyond its limit, and a light query right after it."""
    started = time.perf_counter()
    try:
        sandbox.run(QueryJob(RUNAWAY), timeout_s=0.5)
    except QueryTimeoutError:
        late = time.perf_counter() - started - 0.5
        after = timings(lambda: sandbox.run(QueryJob(LIGHT)), 1)[0]
        full = time.perf_counter()
        while sandbox.statistics().spare < Limits().processes:
            time.sleep(0.0005)
        whole = time.perf_counter() - full
        print(
            f"told {late * 1e3:.1f} ms late; next query {after:.0f} µs; pool whole {whole * 1e3:.1f} ms later"
        )


def million(sandbox: Sandbox) -> None:
    """Time the first and last byte of a million rows."""
    text = "SELECT * { ?a <http://e/p> ?b . ?c <http://e/p> ?d } LIMIT 1000000"
    started = time.perf_counter()
    with sandbox.run(QueryJob(text, rows=ResultFormat.CSV)) as outcome:
        pieces = iter(outcome)
        next(pieces)
        first = time.perf_counter() - started
        size = sum(map(len, pieces))
    last = time.perf_counter() - started
    print(f"a million rows: first byte {first * 1e3:.0f} ms, {size >> 20} MB in {last:.2f} s")


def cold(data: bytes) -> None:
    """Time the first answer of a parent that loads, and of one whose workers open a store."""
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Snapshot("v1", Path(folder, "v1"))
        make_snapshot(snapshot.directory, {"graph.nq": data}, with_store=True)
        for name, on_disk in (("memory", False), ("disk", True)):
            started = time.perf_counter()
            parent = ParentProcess.start(snapshot, address=Path(folder, "parent"), on_disk=on_disk)
            with Sandbox.start(parent.address) as sandbox:
                sandbox.run(QueryJob(LIGHT))
                print(f"first answer from {name} after {time.perf_counter() - started:.2f} s")
            parent.close()


def main() -> None:
    """Run everything."""
    data = graph(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    store = EmbeddedStore.from_nquads(data)
    started = time.perf_counter()
    with Sandbox.start(data) as sandbox:
        print(f"ready after {time.perf_counter() - started:.2f} s")
        light(sandbox, store)
        kill(sandbox)
        million(sandbox)
    cold(data)


if __name__ == "__main__":
    main()
