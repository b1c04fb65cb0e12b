"""A small graph, jobs that only tests ask for, and what watches a sandbox."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from poca_kg.errors import PocaError
from poca_kg.sandbox.jobs import Job, QueryJob
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox

KINDS = {"probe": "sandbox_probes:probe", "ungated": "sandbox_probes:ungated"}
MIB = 1 << 20
LIMIT_S = 1.0
LIMITS = Limits(timeout_s=LIMIT_S, memory_bytes=256 * MIB, buffer_bytes=MIB, workers=2, express=2, spares=1)


def graph(name: str, nodes: int = 300, clique: int = 40) -> bytes:
    """Return N-Quads: numbered nodes, a clique, and a node that tells the name."""
    lines = [f'<http://e/n{n}> <http://e/value> "{n}" <http://e/g> .' for n in range(nodes)]
    lines += [f"<http://e/n{n}> <http://e/next> <http://e/n{n + 1}> <http://e/g> ." for n in range(nodes)]
    lines += [
        f"<http://e/c{a}> <http://e/knows> <http://e/c{b}> <http://e/g> ."
        for a in range(clique)
        for b in range(clique)
    ]
    lines.append(f'<http://e/this> <http://e/name> "{name}" <http://e/g> .')
    return "\n".join(lines).encode() + b"\n"


@dataclass(frozen=True, eq=False)
class Probe(Job):
    """A job of one of the kinds that only tests know."""

    kind: ClassVar[str] = "probe"
    do: str = ""
    data: bytes = b""

    def header(self) -> dict[str, Any]:
        return {"do": self.do}

    def body(self) -> bytes:
        return self.data


@dataclass(frozen=True, eq=False)
class Ungated(QueryJob):
    """A query that no gate looks at."""

    kind: ClassVar[str] = "ungated"


RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass
class Report:
    """What became of a job."""

    error: PocaError | None
    body: bytes
    elapsed_s: float


def attempt(sandbox: Sandbox, job: Job, **how: Any) -> Report:
    """Run a job to its end, good or bad; an error that is none of ours goes through."""
    started = time.monotonic()
    try:
        with sandbox.run(job, **how) as outcome:
            body = outcome.body
    except PocaError as error:
        return Report(error, b"", time.monotonic() - started)
    return Report(None, body, time.monotonic() - started)


@dataclass
class Canary:
    """Asks something light again and again from a thread of its own."""

    sandbox: Sandbox
    pause_s: float = 0.1
    times: list[float] = field(default_factory=list)
    failures: list[PocaError] = field(default_factory=list)

    def __enter__(self) -> Canary:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sing)
        self._thread.start()
        return self

    def _sing(self) -> None:
        while not self._over.wait(self.pause_s):
            report = attempt(self.sandbox, QueryJob("ASK {}"))
            self.times.append(report.elapsed_s)
            if report.error is not None:
                self.failures.append(report.error)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def children(pid: int) -> list[int]:
    """Return the process ids of the living children of a process."""
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  (a process may end meanwhile)
            with suppress(OSError):
                text = Path(f"/proc/{pid}/task/{task}/children").read_text()
                found += [int(child) for child in text.split()]
    return [child for child in found if alive(child)]


def alive(pid: int) -> bool:
    """Whether a process lives."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def parents() -> list[int]:
    """Return the parents of workers that this process has started."""
    return [
        pid
        for pid in children(os.getpid())
        if b"sandbox.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def wait_for(condition: Callable[[], object], within_s: float = 5.0) -> bool:
    """Wait until something holds; return whether it came to that."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def environments() -> list[bytes]:
    """Return the environments that parents and workers were started with."""
    pids = [pid for parent in parents() for pid in (parent, *children(parent))]
    return [Path(f"/proc/{pid}/environ").read_bytes() for pid in pids]


def workers() -> list[int]:
    """Return the process ids of all workers."""
    return [pid for parent in parents() for pid in children(parent)]
