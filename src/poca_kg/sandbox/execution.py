"""One job on its way: a place, a worker, its answer, and a typed error for every other end.

The time of a job runs from the call, its waiting included. What ends a worker from outside (a parent that
was killed, a system short of memory) is not the job's doing: it is tried once more while nothing of its
answer has been handed out.

A thread calls :meth:`Execution.run` and waits. A loop, which must not wait, goes the first steps one by one
(``apply``, ``start``, ``gather``, ``conclude``); where one of them would take long, a thread carries the same
execution on with ``run``.
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
from poca_kg.sandbox.admission import Admission, Place, Ticket
from poca_kg.sandbox.exchange import EndedOutsideError, Exchange, NotStartedError
from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.nursery import Worker
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

    def __init__(
        self, around: Surroundings, job: Job, timeout_s: float, settle: Callable[[float], None]
    ) -> None:
        self._around, self._job, self._settle = around, job, settle
        self._timeout_s = timeout_s
        self._started = time.monotonic()
        self._deadline = self._started + timeout_s
        self._elapsed: float | None = None
        self._ticket: Ticket | None = None
        self._place: Place | None = None
        self._exchange: Exchange | None = None
        self._chunks: list[bytes] = []
        self._express_end = self._hand_over_at = math.inf

    @property
    def job(self) -> Job:
        """What is run."""
        return self._job

    @property
    def is_waiting(self) -> bool:
        """Whether it has asked for a place and not started since."""
        return self._ticket is not None

    @property
    def is_called(self) -> bool:
        """Whether the place that it waits for has come."""
        return self._ticket is not None and self._ticket.place is not None

    @property
    def give_up_at(self) -> float:
        """When it has waited for a place for too long."""
        return self._started + min(self._around.limits.patience_s, self._timeout_s * _MOST_WAITING)

    def run(self) -> Outcome:
        """Return the answer, or raise why there is none."""
        try:
            return self._run()
        except BaseException:
            self._finish()
            raise

    def apply(self, called: Callable[[], object]) -> bool:
        """Return whether there is a place now; if not, ``called`` is told, from any thread, when it comes.

        Raises
        ------
        BusyError
            If too many wait already.
        """
        answer = self._around.admission.apply(called)
        if isinstance(answer, Place):
            self._place = answer
            return True
        self._ticket = answer
        return False

    def start(self) -> bool:
        """Give the job to a worker; return whether that was possible without waiting."""
        if self._ticket is not None:
            self._place, self._ticket = self._ticket.place, None
        pool = self._around.pool()
        try:
            worker = pool.try_take()
        except RetiredError:
            return False
        if worker is None:
            return False
        self._exchange = Exchange(self._job, worker, pool, self._around.limits)
        self._express_end = time.monotonic() + self._around.limits.express_s
        self._job.cancellation.attach(worker.kill)
        return self._exchange.offer(self._deadline)

    def withdraw(self, error: PocaError | None = None) -> PocaError:
        """Give up waiting for a place; return why: the error, or that it has been too long."""
        if self._ticket is not None:
            self._around.admission.withdraw(self._ticket)
            self._ticket = None
        self._finish()
        return error or self._around.admission.late()

    @property
    def worker(self) -> Worker:
        """Who does the job, once it has started."""
        return self._engaged.worker

    def gather(self) -> bool:
        """Take what has come of the answer, without waiting; return whether it is whole.

        Raises
        ------
        EOFError
            If the worker has ended: :meth:`run` tells why, or does it again.
        PocaError
            If the answer fails; :meth:`abandon` is next.
        """
        exchange = self._engaged
        exchange.worker.reader.receive()
        try:
            while not exchange.is_done:
                data = exchange.next(0.0)
                if data is not None:
                    self._keep(data)
        except TimeoutError:
            return False
        return True

    def is_large_or_slow(self, now: float) -> bool:
        """Whether an answer should be handed out while it arrives: its end takes long to come."""
        return now >= self._hand_over_at or self._engaged.size > self._around.limits.buffer_bytes

    def conclude(self) -> Outcome:
        """Return the answer that is whole."""
        outcome = self._outcome(b"".join(self._chunks), _nothing)
        self._release("")
        self._finish()
        return outcome

    def abandon(self, error: PocaError) -> None:
        """End with an error of the answer."""
        self._release(_reason(error))
        self._finish()

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
        """Get a place and a worker, unless there are."""
        admission, cancellation = self._around.admission, self._job.cancellation
        patience = max(self.give_up_at - time.monotonic(), 0.0)
        if self._place is None:
            self._place = admission.enter(patience, cancellation, may_express=may_express)
        if self._exchange is None:
            try:
                self._exchange = self._engage(patience)
                self._express_end = time.monotonic() + self._around.limits.express_s
            except BaseException:
                self._leave()
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
        exchange = self._engaged
        self._send(exchange)
        while True:
            turn = self._hand_over_at if self._is_regular else self._express_end
            try:
                data = exchange.next(min(turn, self._deadline))
            except TimeoutError:
                self._check_deadline()
                self._stay()
                if time.monotonic() >= self._hand_over_at:
                    return self._hand_over()
                continue
            if data is None:
                return self.conclude()
            self._keep(data)
            if self.is_large_or_slow(time.monotonic()):
                self._stay()
                return self._hand_over()

    def _send(self, exchange: Exchange) -> None:
        try:
            exchange.send(self._deadline)
        except TimeoutError:
            raise self._timed_out() from None

    def _keep(self, data: bytes) -> None:
        if not self._chunks:
            self._hand_over_at = time.monotonic() + _HAND_OVER_S
        self._chunks.append(data)

    @property
    def _engaged(self) -> Exchange:
        if self._exchange is None:
            raise RuntimeError("the job is with no worker")
        return self._exchange

    @property
    def _is_regular(self) -> bool:
        return self._place is not None and self._place.is_regular

    def _stay(self) -> None:
        """See that the job has a regular place from now on."""
        if self._place is None or not self._around.admission.promote(self._place):
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

    def _hand_over(self) -> Outcome:
        """Return the answer as it arrives, while a thread of its own takes it from the worker."""
        spool = Spool(self._around.limits.buffer_bytes, self._around.limits.spool_dir)

        def drop() -> None:
            if not spool.is_finished:
                self._job.cancel()
            spool.close()

        outcome = self._outcome(spool, drop)
        threading.Thread(target=self._drain, args=(spool,), name="sandbox-drain", daemon=True).start()
        return outcome

    def _drain(self, spool: Spool) -> None:
        reason = ""
        failure: PocaError | None = None
        try:
            for chunk in self._chunks:
                spool.append(chunk)
            self._chunks = []
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
            return self._engaged.next(self._deadline)
        except TimeoutError:
            raise self._timed_out() from None

    def _outcome(self, source: bytes | Spool, drop: Callable[[], None]) -> Outcome:
        exchange = self._engaged
        return Outcome(exchange.media, exchange.pool.version, self.elapsed_s, source, drop)

    def _release(self, reason: str) -> None:
        """Give worker and place back; a worker that is not done is killed, for the reason given."""
        exchange, self._exchange = self._engaged, None
        self._chunks, self._hand_over_at = [], math.inf
        self._job.cancellation.attach(None)
        if exchange.is_done and not exchange.leaves:
            exchange.pool.give_back(exchange.worker)
        else:
            exchange.pool.discard(exchange.worker)
        if not exchange.is_done:
            self._around.tally.add(reason)
        self._leave()

    def _leave(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            self._around.admission.leave(place)

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
