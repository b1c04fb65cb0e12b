"""The face of the sandbox: jobs in, answers out, whatever becomes of the processes behind it."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from poca_kg.errors import QueryCancelledError
from poca_kg.sandbox.admission import Admission
from poca_kg.sandbox.confinement import can_confine
from poca_kg.sandbox.engagement import Engagement
from poca_kg.sandbox.execution import Execution, Surroundings
from poca_kg.sandbox.fairness import FairShare
from poca_kg.sandbox.forked import ForkingNursery, JoiningNursery
from poca_kg.sandbox.jobs import KINDS, Job
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.nursery import Nursery, Order
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.parent import ParentAddress
from poca_kg.sandbox.pool import Pool, RetiredError
from poca_kg.sandbox.spawned import SpawningNursery
from poca_kg.sandbox.tally import Statistics, Tally
from poca_kg.store.snapshot import Snapshot

__all__ = ["Sandbox", "Source"]

Source = Snapshot | Path | bytes | ParentAddress
"""A published snapshot; N-Quads as a file or bytes, whose checksum is then their version; or a parent that
has a graph already, and is shared with others."""

_WARNING = "this system cannot confine a query: each worker loads the graph, and only the time limit holds"


class Sandbox:
    r"""Runs untrusted jobs over a snapshot; a context manager.

    >>> from poca_kg.sandbox.jobs import QueryJob
    >>> from poca_kg.store.formats import ResultFormat
    >>> limits = Limits(workers=1, express=0, spares=0)
    >>> with Sandbox.start(b'<http://e/a> <http://e/p> "1" <http://e/g> .', limits) as sandbox:
    ...     with sandbox.run(QueryJob("SELECT ?o { ?s ?p ?o }", rows=ResultFormat.CSV)) as outcome:
    ...         outcome.media, outcome.body
    ('text/csv', b'o\r\n1\r\n')
    """

    def __init__(
        self, limits: Limits, raise_nursery: Callable[[Order], Nursery], kinds: Mapping[str, str]
    ) -> None:
        self._limits, self._raise_own, self._kinds = limits, raise_nursery, dict(kinds)
        self._folder: Path | None = None
        self._admission, self._tally = Admission(limits), Tally()
        self._around = Surroundings(limits, self._admission, self._tally, lambda: self._pool)
        self._share = FairShare(limits.share_s)
        self._switching = threading.Lock()
        self._restarts = 0
        self._is_stopped = False
        self._pool: Pool

    @classmethod
    def start(
        cls,
        source: Source,
        limits: Limits | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        confined: bool | None = None,
    ) -> Sandbox:
        """Return a sandbox that is ready.

        ``kinds`` are the handlers of further kinds of jobs, as ``module:function``; a shared parent has its
        own. ``confined`` asks for confined forks or for plain processes; by default the system's best.

        Raises
        ------
        InputError
            If the snapshot cannot be read.
        LimitError
            If no worker can be started, or nobody listens at the address of the parent.
        """
        if confined is None:
            confined = can_confine()
            if not confined:
                warnings.warn(_WARNING, RuntimeWarning, stacklevel=2)
        raise_own: Callable[[Order], Nursery] = ForkingNursery if confined else SpawningNursery
        sandbox = cls(limits or Limits(), raise_own, KINDS | dict(kinds or {}))
        try:
            sandbox._pool = sandbox._raise_pool(source)
        except BaseException:
            sandbox._clear()
            raise
        return sandbox

    @property
    def limits(self) -> Limits:
        """What a job, an answer and all clients together may use."""
        return self._limits

    @property
    def version(self) -> str:
        """The version of the graph that new jobs see."""
        return self._pool.version

    def run(self, job: Job, *, client: str = "", timeout_s: float | None = None) -> Outcome:
        """Return the answer to a job; ``timeout_s`` may lower the limit.

        Raises
        ------
        BusyError
            If nobody is free, or (``FairShareError``) the client has used up its share.
        QueryTimeoutError, QueryMemoryError, QueryCrashError, ResultTooLargeError, QueryCancelledError
            If the job was ended.
        PocaError
            Whatever the job itself raises.
        """
        return self.prepare(job, client=client, timeout_s=timeout_s).run()

    def prepare(self, job: Job, *, client: str = "", timeout_s: float | None = None) -> Execution:
        """Return the execution of a job, for a caller that runs it step by step; never waits.

        Raises
        ------
        FairShareError, QueryCancelledError
            If it must not start.
        """
        if self._is_stopped:
            raise QueryCancelledError("the service has stopped", retry_after=1.0)
        most_s = min(timeout_s or self._limits.timeout_s, self._limits.timeout_s)
        self._share.take(client, most_s)

        def settle(used_s: float) -> None:
            self._share.settle(client, most_s, used_s)
            self._tally.add("answered")

        return Execution(self._around, job, most_s, settle)

    def engage(self, kind: str, header: Mapping[str, Any], descriptors: Sequence[int]) -> Engagement | None:
        """Take a worker for a job that stays; see :meth:`Engagement.begin`. It may wait for two seconds."""
        try:
            return None if self._is_stopped else Engagement.begin(self._pool, kind, header, descriptors)
        except RetiredError:
            return None

    def charge(self, client: str, used_s: float) -> bool:
        """Count what an engaged worker did for a client; return whether the client has anything left."""
        return self._share.charge(client, used_s)

    def call_waiting(self) -> None:
        """Let jobs that wait take the express lane, if it has opened; for a caller whose jobs do not."""
        self._admission.call()

    def switch(self, source: Source) -> None:
        """Let new jobs see another snapshot, once its workers are warm; those that run finish on the old one.

        Raises what :meth:`start` raises; then nothing has changed.
        """
        with self._switching:
            new = self._raise_pool(source)
            old, self._pool = self._pool, new
            self._restarts += old.restarts
            old.retire()

    def statistics(self) -> Statistics:
        """Return how the sandbox does."""
        counts, pool = self._tally.counts(), self._pool
        return Statistics(
            version=pool.version,
            workers=pool.pids,
            busy=pool.lent,
            spare=pool.idle,
            queued=self._admission.queued,
            answered=counts.pop("answered", 0),
            killed=counts,
            restarts=self._restarts + pool.restarts,
        )

    def stop(self, within_s: float = 0.0) -> None:
        """Take no more jobs, let those that run finish within a time, then end every process."""
        with self._switching:
            self._is_stopped = True
            until = time.monotonic() + within_s
            while self._pool.lent and time.monotonic() < until:
                time.sleep(0.01)
            self._pool.stop()
            self._clear()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _raise_pool(self, source: Source) -> Pool:
        raise_nursery = JoiningNursery if isinstance(source, ParentAddress) else self._raise_own
        pool = Pool(raise_nursery, self._order(source))
        try:
            pool.wait_until_warm()
        except BaseException:
            pool.stop()
            raise
        return pool

    def _order(self, source: Source) -> Order:
        """Return what a nursery needs; bytes are put into a file, so that a nursery can be raised again."""
        version = ""
        if isinstance(source, Snapshot):
            version, source = source.version, source.directory / "graph.nq"
        elif isinstance(source, ParentAddress):
            source = source.path
        elif isinstance(source, bytes):
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="poca-kg-sandbox-"))
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".nq", delete=False) as file:
                file.write(source)
            source = Path(file.name)
        return Order(source, version, self._limits, self._kinds)

    def _clear(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
