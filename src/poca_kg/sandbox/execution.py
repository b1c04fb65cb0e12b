"""One job on its way: a place, a worker, its answer, and a typed error for every other end.

The time of a job runs from the call, its waiting included. What ends a worker from outside (a parent that
was killed, a system short of memory) is not the job's doing: it is tried once more while nothing of its
answer has been handed out.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from poca_kg.errors import (
    BusyError,
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from poca_kg.sandbox.admission import Admission, Place
from poca_kg.sandbox.exchange import EndedOutsideError, Exchange, NotStartedError
from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.pool import Pool, RetiredError
from poca_kg.sandbox.spool import Spool
from poca_kg.sandbox.tally import Tally

__all__ = ["Execution", "Surroundings"]

_HAND_OVER_S = 0.02
_ATTEMPTS = 2
_MOST_WAITING = 0.75
_REASONS: dict[type[BaseException], str] = {
    QueryTimeoutError: "timeout",
    QueryMemoryError: "memory",
    QueryCancelledError: "cancelled",
    ResultTooLargeError: "too-large",
}


@dataclass(frozen=True)
class Surroundings:
    """What an execution needs of its sandbox: limits, places, counts, and the pool of the moment."""

    limits: Limits
    admission: Admission
    tally: Tally
    pool: Callable[[], Pool]


class _TooLongForExpressError(Exception):
    """The job was not done on the express lane."""


class Execution:
    """Runs one job; ``settle`` is told how many seconds it took once it is over."""

    _place: Place
    _exchange: Exchange

    def __init__(
        self, around: Surroundings, job: Job, timeout_s: float, settle: Callable[[float], None]
    ) -> None:
        self._around, self._job, self._settle = around, job, settle
        self._timeout_s = timeout_s
        self._started = time.monotonic()
        self._deadline = self._started + timeout_s
        self._elapsed: float | None = None

    def run(self) -> Outcome:
        """Return the answer, or raise why there is none."""
        try:
            return self._run()
        except BaseException:
            self._finish()
            raise

    def elapsed_s(self) -> float:
        """Return the seconds from the call to the end, or until now."""
        return time.monotonic() - self._started if self._elapsed is None else self._elapsed

    def _run(self) -> Outcome:
        may_express, attempt = True, 1
        while True:
            self._enter(may_express=may_express)
            try:
                return self._collect()
            except _TooLongForExpressError:
                may_express = False
                self._release("express")
            except NotStartedError:
                self._release("outside")
            except EndedOutsideError:
                self._release("outside")
                attempt += 1
                if attempt > _ATTEMPTS:
                    raise _ended_outside() from None
            except BaseException as error:
                self._release(_reason(error))
                raise

    def _enter(self, *, may_express: bool) -> None:
        """Get a place and a worker."""
        admission, cancellation = self._around.admission, self._job.cancellation
        give_up = self._started + min(self._around.limits.patience_s, self._timeout_s * _MOST_WAITING)
        patience = max(give_up - time.monotonic(), 0.0)
        self._place = admission.enter(patience, cancellation, may_express=may_express)
        try:
            self._exchange = self._engage(patience)
        except BaseException:
            admission.leave(self._place)
            raise
        cancellation.attach(self._exchange.worker.kill)

    def _engage(self, patience: float) -> Exchange:
        while True:
            pool = self._around.pool()
            try:
                return Exchange(self._job, pool.take(patience), pool, self._around.limits)
            except RetiredError:
                if self._around.pool() is pool:
                    raise QueryCancelledError("the service is stopping", retry_after=1.0) from None
            except TimeoutError:
                what = "no worker became ready in time"
                raise BusyError(what, advice="ask again in a moment", retry_after=1.0) from None

    def _collect(self) -> Outcome:
        """Return the answer: whole if it is small and there at once, else while it arrives."""
        chunks: list[bytes] = []
        express_end = time.monotonic() + self._around.limits.express_s
        hand_over = math.inf
        self._send()
        while True:
            turn = hand_over if self._place.is_regular else express_end
            try:
                data = self._exchange.next(min(turn, self._deadline))
            except TimeoutError:
                self._check_deadline()
                self._stay()
                if time.monotonic() >= hand_over:
                    return self._hand_over(chunks)
                continue
            if data is None:
                self._release("")
                self._finish()
                return self._outcome(b"".join(chunks), _nothing)
            if not chunks:
                hand_over = time.monotonic() + _HAND_OVER_S
            chunks.append(data)
            if self._exchange.size > self._around.limits.buffer_bytes:
                self._stay()
                return self._hand_over(chunks)

    def _send(self) -> None:
        try:
            self._exchange.send(self._deadline)
        except TimeoutError:
            raise self._timed_out() from None

    def _stay(self) -> None:
        """See that the job has a regular place from now on."""
        if not self._around.admission.promote(self._place):
            raise _TooLongForExpressError

    def _check_deadline(self) -> None:
        if time.monotonic() >= self._deadline:
            raise self._timed_out()

    def _timed_out(self) -> QueryTimeoutError:
        what = f"the query was ended after {self._timeout_s:g} seconds, which is the limit"
        advice = "ask for less, or for one part at a time"
        limit, elapsed = self._timeout_s, self.elapsed_s()
        return QueryTimeoutError(
            what, advice=advice, limit=limit, elapsed=elapsed, retry_after=math.ceil(limit)
        )

    def _hand_over(self, chunks: list[bytes]) -> Outcome:
        """Return the answer as it arrives, while a thread of its own takes it from the worker."""
        spool = Spool(self._around.limits.buffer_bytes, self._around.limits.spool_dir)

        def drop() -> None:
            if not spool.is_finished:
                self._job.cancel()
            spool.close()

        outcome = self._outcome(spool, drop)
        threading.Thread(target=self._drain, args=(spool, chunks), name="sandbox-drain", daemon=True).start()
        return outcome

    def _drain(self, spool: Spool, chunks: list[bytes]) -> None:
        reason = ""
        failure: PocaError | None = None
        try:
            for chunk in chunks:
                spool.append(chunk)
            while (data := self._next()) is not None:
                spool.append(data)
        except (EndedOutsideError, NotStartedError):
            reason, failure = "outside", _ended_outside()
        except PocaError as error:
            reason, failure = _reason(error), error
        self._release(reason)
        self._finish()
        spool.finish(failure)

    def _next(self) -> bytes | None:
        try:
            return self._exchange.next(self._deadline)
        except TimeoutError:
            raise self._timed_out() from None

    def _outcome(self, source: bytes | Spool, drop: Callable[[], None]) -> Outcome:
        return Outcome(self._exchange.media, self._exchange.pool.version, self.elapsed_s, source, drop)

    def _release(self, reason: str) -> None:
        """Give worker and place back; a worker that is not done is killed, for the reason given."""
        exchange = self._exchange
        self._job.cancellation.attach(None)
        if exchange.is_done and not exchange.leaves:
            exchange.pool.give_back(exchange.worker)
        else:
            exchange.pool.discard(exchange.worker)
        if not exchange.is_done:
            self._around.tally.add(reason)
        self._around.admission.leave(self._place)

    def _finish(self) -> None:
        self._elapsed = self.elapsed_s()
        self._settle(self._elapsed)


def _reason(error: BaseException) -> str:
    return _REASONS.get(type(error), "crash")


def _ended_outside() -> QueryCrashError:
    what = "the process that ran the query was ended from outside, usually for want of memory"
    return QueryCrashError(what, advice="ask again", retry_after=1.0)


def _nothing() -> None:
    """Drop nothing: the answer is whole and held by nobody else."""
