"""The sandbox for an event loop: what is done quickly is done on the loop, the rest by threads.

A job takes its place and its worker, and its answer is read, without a thread and without waiting. One that
takes longer than a moment, gets a large answer or loses its worker is carried on by a thread, where the same
execution goes on from where it is: no job is run twice for it.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

from poca_kg.errors import PocaError, QueryCancelledError, QueryCrashError
from poca_kg.sandbox.execution import Execution
from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.nursery import Worker
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.sandbox import Sandbox

__all__ = ["Done", "LoopedSandbox"]

Done: TypeAlias = Callable[[Outcome | PocaError], object]

_TICK_S = 0.02
_LONGEST_S = 0.05


class LoopedSandbox:
    """Runs jobs for the code on a loop; the sandbox itself belongs to whoever started it.

    >>> from poca_kg.sandbox.jobs import QueryJob
    >>> from poca_kg.sandbox.limits import Limits
    >>> limits = Limits(workers=1, express=0, spares=0)
    >>> async def ask(sandbox):
    ...     loop = asyncio.get_running_loop()
    ...     looped, answer = LoopedSandbox(sandbox, loop), loop.create_future()
    ...     looped.run(QueryJob("ASK {}"), done=answer.set_result)
    ...     body = (await answer).body
    ...     looped.close()
    ...     return body
    >>> with Sandbox.start(b'<http://e/a> <http://e/p> "1" <http://e/g> .', limits) as sandbox:
    ...     asyncio.run(ask(sandbox))
    b'{"head":{},"boolean":true}'
    """

    def __init__(self, sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
        self._sandbox, self._loop = sandbox, loop
        limits = sandbox.limits
        threads = limits.workers + limits.express + limits.queue
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sandbox-looped")
        self._loop_thread = threading.get_ident()
        self._flights: dict[_Flight, None] = {}
        self._watches: dict[Worker, _Watch] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def version(self) -> str:
        """The version of the graph that new jobs see."""
        return self._sandbox.version

    def run(self, job: Job, *, done: Done, client: str = "", timeout_s: float | None = None) -> None:
        """Run a job; called on the loop, never waits.

        ``done`` is called on the loop, once and maybe at once, with what :meth:`Sandbox.run` would return or
        raise.
        """
        try:
            if self._is_closed or job.cancellation.is_cancelled:
                raise _given_up()
            execution = self._sandbox.prepare(job, client=client, timeout_s=timeout_s)
        except PocaError as error:
            done(error)
            return
        _Flight(self, execution, done).take_off()

    def close(self) -> None:
        """Give up what is on the loop, and take no more; what a thread has goes on to its end."""
        self._is_closed = True
        for flight in tuple(self._flights):
            flight.give_up()
        for watch in tuple(self._watches.values()):
            watch.end()
        if self._timer is not None:
            self._timer.cancel()
        self._threads.shutdown(wait=False)

    def call(self, what: Callable[[], object]) -> None:
        """Have something called on the loop soon; from any thread."""
        if threading.get_ident() == self._loop_thread:
            self._loop.call_soon(what)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)

    def watch(self, worker: Worker) -> _Watch:
        """Return the watch over a worker: the one of its last job, or a new one."""
        watch = self._watches.get(worker)
        if watch is None:
            ended = partial(self._watches.pop, worker)
            watch = self._watches[worker] = _Watch(self._loop, worker.duplicate(), ended)
        return watch

    def add(self, flight: _Flight) -> None:
        """Look after a job now and then until it is removed."""
        self._flights[flight] = None
        if self._timer is None:
            self._timer = self._loop.call_later(_TICK_S, self._tick)

    def remove(self, flight: _Flight) -> None:
        """Look after a job no more."""
        self._flights.pop(flight, None)

    def carry(self, execution: Execution, done: Done) -> None:
        """Have a thread run an execution to its end."""
        self._threads.submit(self._run, execution, done)

    def _run(self, execution: Execution, done: Done) -> None:
        result: Outcome | PocaError = QueryCrashError("the service broke down over the query")
        try:
            result = execution.run()
        except PocaError as error:
            result = error
        finally:
            self.call(partial(done, result))

    def _tick(self) -> None:
        self._timer = None
        if self._flights:
            self._sandbox.call_waiting()
            now = time.monotonic()
            for flight in tuple(self._flights):
                flight.look(now)
        if self._flights:
            self._timer = self._loop.call_later(_TICK_S, self._tick)


class _Watch:
    """Tells the flight of a worker that there is something to read; kept from job to job.

    It ends where something comes that is for no flight: the worker has ended, or does a job for a thread.
    """

    __slots__ = ("_ended", "_loop", "_source", "flight")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, source: socket.socket, ended: Callable[[], object]
    ) -> None:
        self._loop, self._source, self._ended = loop, source, ended
        self.flight: _Flight | None = None
        loop.add_reader(source.fileno(), self._ready)

    def _ready(self) -> None:
        if self.flight is None:
            self.end()
        else:
            self.flight.read()

    def end(self) -> None:
        self._loop.remove_reader(self._source.fileno())
        self._source.close()
        self._ended()


class _Flight:
    """One job while it is on the loop."""

    __slots__ = ("_done", "_execution", "_home", "_since", "_watch")

    def __init__(self, home: LoopedSandbox, execution: Execution, done: Done) -> None:
        self._home, self._execution, self._done = home, execution, done
        self._watch: _Watch | None = None
        self._since = 0.0

    def take_off(self) -> None:
        try:
            is_in = self._execution.apply(self._called)
        except PocaError as error:
            self._done(self._execution.withdraw(error))
            return
        if is_in:
            self._start()
            return
        self._home.add(self)
        self._execution.job.cancellation.attach(self._called)

    def _called(self) -> None:
        self._home.call(self._turn)

    def _turn(self) -> None:
        """Go on: a place came, or the job was given up while it waited."""
        if self._watch is not None or not self._execution.is_waiting:
            return
        if self._execution.job.cancellation.is_cancelled:
            self.give_up()
        elif self._execution.is_called:
            self._execution.job.cancellation.attach(None)
            self._home.remove(self)
            self._start()

    def _start(self) -> None:
        if not self._execution.start():
            self._home.carry(self._execution, self._done)
            return
        try:
            self._watch = self._home.watch(self._execution.worker)
        except OSError:  # there is no descriptor left for it
            self._home.carry(self._execution, self._done)
            return
        self._watch.flight = self
        self._since = time.monotonic()
        self._home.add(self)

    def read(self) -> None:
        """Take what has come of the answer."""
        execution = self._execution
        try:
            is_whole = execution.gather()
        except EOFError:
            self._carry()
            return
        except PocaError as error:
            self._fail(error)
            return
        if is_whole:
            self._land()
            self._done(execution.conclude())
        elif execution.is_large_or_slow(time.monotonic()):
            self._carry()

    def look(self, now: float) -> None:
        """See whether the job has waited, or run, for too long to stay here."""
        if self._watch is None:
            if now >= self._execution.give_up_at and not self._execution.is_called:
                self._leave(self._execution.withdraw())
        elif now - self._since > _LONGEST_S or self._execution.is_large_or_slow(now):
            self._carry()

    def _land(self) -> None:
        """Leave the loop; the watch stays for the next job of the worker."""
        self._home.remove(self)
        if self._watch is not None:
            self._watch.flight = None

    def _bail_out(self) -> None:
        """Leave the loop, and the worker to a thread or to its end."""
        self._land()
        if self._watch is not None:
            self._watch.end()

    def _carry(self) -> None:
        self._bail_out()
        self._home.carry(self._execution, self._done)

    def give_up(self) -> None:
        """End the job, whether it waits or runs."""
        if self._watch is None:
            self._leave(self._execution.withdraw(_given_up()))
        else:
            self._fail(_given_up())

    def _leave(self, error: PocaError) -> None:
        self._execution.job.cancellation.attach(None)
        self._home.remove(self)
        self._done(error)

    def _fail(self, error: PocaError) -> None:
        self._bail_out()
        self._execution.abandon(error)
        self._done(error)


def _given_up() -> QueryCancelledError:
    return QueryCancelledError("the query was given up")
