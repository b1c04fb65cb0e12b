"""A job and its answer between the front and one worker, and the verdict when the worker dies over it."""

from __future__ import annotations

import signal
import time

from poca_kg.errors import (
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from poca_kg.sandbox.frames import BrokenFrameError, Frame, Kind, UnreadError, pack_job, unpack_whole
from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.nursery import Worker
from poca_kg.sandbox.pool import Pool
from poca_kg.sandbox.reports import error_of
from poca_kg.sandbox.worker import END_PAYLOAD, EXIT_MEMORY, FAILURE_HEAD

__all__ = ["EndedOutsideError", "Exchange", "NotStartedError"]

_CPU_GRACE_S = 1.0


class EndedOutsideError(Exception):
    """The worker was ended by somebody else than its job or us."""


class NotStartedError(Exception):
    """The worker had ended before it took the job."""


class Exchange:
    """Sends a job to a worker and takes its answer apart.

    ``is_done`` says that the worker has told all, ``leaves`` that it ends by itself.
    """

    def __init__(self, job: Job, worker: Worker, pool: Pool, limits: Limits) -> None:
        self.worker, self.pool = worker, pool
        self.media = ""
        self.size = 0
        self.is_done = self.leaves = False
        self._job, self._limits = job, limits
        self._unsent: bytes | None = None
        self._number = worker.jobs

    def send(self, deadline: float) -> None:
        """Send the job.

        Raises
        ------
        NotStartedError
            If the worker has ended already.
        TimeoutError
            If it does not take the job in time.
        """
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._unsent is None:
            self._unsent = self._pack(left)
        try:
            if self._unsent:
                self.worker.send(self._unsent, left)
        except ConnectionError:
            raise self._not_started() from None
        self._unsent = b""

    def offer(self, deadline: float) -> bool:
        """Send the job without waiting; return whether all of it went, else :meth:`send` sends the rest."""
        data = self._pack(deadline - time.monotonic())
        self._unsent = data[self.worker.offer(data) :]
        return not self._unsent

    def _pack(self, left_s: float) -> bytes:
        return pack_job(self._number, left_s + _CPU_GRACE_S, self._job.head(), self._job.body())

    def next(self, until: float) -> bytes | None:
        """Return the next piece of the answer, ``None`` behind the last one.

        Raises
        ------
        TimeoutError
            If it does not come in time; asking again is fine.
        NotStartedError
            If the worker has ended before it took the job.
        EndedOutsideError
            If somebody else ended the worker.
        PocaError
            If the answer fails.
        """
        while not self.is_done:
            try:
                frame = self.worker.reader.read(until - time.monotonic())
            except UnreadError:
                raise self._not_started() from None
            except EOFError:
                raise self._verdict() from None
            except BrokenFrameError:
                raise _crash("sent what cannot be read") from None
            if frame.kind is Kind.READY:
                continue
            if frame.number != self._number:
                raise _crash("answered another query")
            if frame.kind is Kind.WHOLE:
                return self._whole(frame)
            if frame.kind is Kind.DATA:
                return self._data(frame.payload)
            if frame.kind is Kind.BEGIN:
                self.media = frame.payload.decode("ascii", "replace")
            elif frame.kind is Kind.END:
                self._end(frame)
            else:
                raise self._failure(frame)
        return None

    def _whole(self, frame: Frame) -> bytes:
        if self.media or not self.worker.reader.is_empty:
            raise _crash("sent what cannot be read")
        try:
            leaves, self.media, body = unpack_whole(frame.payload)
        except BrokenFrameError:
            raise _crash("sent what cannot be read") from None
        data = self._data(body)
        self.is_done, self.leaves = True, leaves
        return data

    def _data(self, data: bytes) -> bytes:
        self.size += len(data)
        most = self._limits.answer_bytes
        if self.size > most:
            what = f"the answer has more than {most} bytes"
            raise ResultTooLargeError(what, advice="ask for less, with LIMIT for instance", limit=most)
        return data

    def _end(self, frame: Frame) -> None:
        if len(frame.payload) != END_PAYLOAD.size or not self.worker.reader.is_empty:
            raise _crash("sent what cannot be read")
        size, leaves = END_PAYLOAD.unpack(frame.payload)
        if size != self.size:
            raise _crash("lost a part of its answer")
        self.is_done, self.leaves = True, bool(leaves)

    def _failure(self, frame: Frame) -> PocaError:
        if frame.kind is not Kind.FAILURE or not frame.payload or not self.worker.reader.is_empty:
            return _crash("sent what cannot be read")
        (leaves,) = FAILURE_HEAD.unpack_from(frame.payload)
        self.is_done, self.leaves = True, bool(leaves)
        return error_of(frame.payload[FAILURE_HEAD.size :])

    def _not_started(self) -> Exception:
        is_cancelled = self._job.cancellation.is_cancelled
        return QueryCancelledError("the query was given up") if is_cancelled else NotStartedError()

    def _verdict(self) -> Exception:
        """Return what the end of the worker means for the job."""
        if self._job.cancellation.is_cancelled:
            return QueryCancelledError("the query was given up")
        status = self.pool.status_of(self.worker)
        if status == -signal.SIGXCPU:
            return QueryTimeoutError("the query used more processor time than it may")
        if status in (EXIT_MEMORY, -signal.SIGABRT):
            most = self._limits.memory_bytes
            what = f"the query wanted more than the {most >> 20} MB of memory that it may use"
            return QueryMemoryError(what, advice="ask for less, or for one part at a time", limit=most)
        if status in (None, 0, -signal.SIGKILL):
            return EndedOutsideError()
        return _crash("broke down")


def _crash(how: str) -> QueryCrashError:
    return QueryCrashError(f"the process that ran the query {how}", advice="ask in a simpler way")
