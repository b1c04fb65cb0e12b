"""Measure what the sandbox adds: a light query in this process and in a worker, side by side in one run.

``python benchmarks/sandbox.py [TRIPLES]`` prints medians and 99th percentiles in microseconds, the time until
a killed worker's place is taken, and the time of a million rows. Nothing is written.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from poca_kg.errors import QueryTimeoutError
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import ResultFormat

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
    for _ in range(ROUNDS):
        here += timings(lambda: store.serialise(LIGHT, ResultFormat.JSON), CALLS)
        there += timings(lambda: sandbox.run(QueryJob(LIGHT)).body, CALLS)
    added = tell("sandbox", there) - tell("in process", here)
    print(f"the sandbox adds {added:.0f} µs to the median")


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


if __name__ == "__main__":
    main()
