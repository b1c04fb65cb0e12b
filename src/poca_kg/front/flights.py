"""Single-flight: equal jobs that are asked for at the same time are one job, whose answer all of them get."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from functools import partial
from typing import Protocol, TypeAlias

from poca_kg.errors import PocaError
from poca_kg.front.arriving import ArrivingAnswer
from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.outcome import Outcome

__all__ = ["Flight", "Flights", "Landed", "Runner"]

Landed: TypeAlias = Callable[[Outcome | PocaError], None]
"""Takes the answer to a job, or why there is none."""


class Runner(Protocol):
    """Runs jobs from the event loop; see :class:`poca_kg.sandbox.looped.LoopedSandbox`."""

    def run(self, job: Job, *, client: str = "", timeout_s: float | None = None, done: Landed) -> None:
        """Run a job; ``done`` is called on the loop, once."""


class Flight:
    """One job on its way; whoever joined leaves in the end, and the last one to leave ends it.

    The job is charged to ``client``, who asked for it first.
    """

    def __init__(self, job: Job, client: str, forget: Callable[[Flight], None]) -> None:
        self.client = client
        self.job = job
        self._forget = forget
        self._outcome: Outcome | None = None
        self._arriving: ArrivingAnswer | None = None
        self._aboard = 0
        self._waiting: list[Landed] = []

    def join(self, landed: Landed) -> None:
        """Have a function called with the answer: once it is there, or at once if it is."""
        self._aboard += 1
        if self._outcome is None:
            self._waiting.append(landed)
        else:
            landed(self._outcome)

    def arriving(self, threads: Executor) -> ArrivingAnswer:
        """Return the answer for those who read it while it arrives; it is there."""
        assert self._outcome is not None
        if self._arriving is None:
            self._arriving = ArrivingAnswer(self._outcome, threads)
        return self._arriving

    def leave(self, landed: Landed) -> None:
        """Want no more of the answer; each who joined calls this once."""
        self._aboard -= 1
        if landed in self._waiting:
            self._waiting.remove(landed)
        if not self._aboard:
            self._end()

    def land(self, result: Outcome | PocaError) -> None:
        """Hand out the answer; one that still arrives may be joined until its last reader has left."""
        if isinstance(result, PocaError) or result.is_whole:
            self._forget(self)
        if not isinstance(result, PocaError):
            self._outcome = result
            if not self._aboard:
                self._end()
        waiting, self._waiting = self._waiting, []
        for landed in waiting:
            landed(result)

    def _end(self) -> None:
        self._forget(self)
        if self._outcome is None:
            self.job.cancel()
        else:
            self._outcome.close()


class Flights:
    """Finds the job that is on its way already, or prepares another."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._flying: dict[Hashable, Flight] = {}

    def __len__(self) -> int:
        return len(self._flying)

    def find(self, key: Hashable) -> Flight | None:
        """Return the flight under a key, if there is one that may be joined."""
        return self._flying.get(key)

    def prepare(self, key: Hashable, job: Job, client: str) -> Flight:
        """Return a new flight, not started yet; with the key ``None`` nobody else finds it."""
        flight = Flight(job, client, partial(self._forget, key))
        if key is not None:
            self._flying[key] = flight
        return flight

    def start(self, flight: Flight, timeout_s: float | None) -> None:
        """Start a flight, once somebody is aboard."""
        self._runner.run(flight.job, client=flight.client, timeout_s=timeout_s, done=flight.land)

    def _forget(self, key: Hashable, flight: Flight) -> None:
        if self._flying.get(key) is flight:
            del self._flying[key]
