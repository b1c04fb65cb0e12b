"""Workers over one snapshot, kept warm: lent one at a time, replaced when they are lost.

Of a pool that is *retired* nobody borrows any more; it ends when the last of its workers comes back.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from poca_kg.errors import LimitError, PocaError
from poca_kg.sandbox.nursery import Births, Nursery, Order, Worker

__all__ = ["Pool", "RetiredError"]

_STATUS_WITHIN_S = 2.0
_FIRST_WITHIN_S = 10.0
_STILLBIRTHS = 3
_LONGEST_PAUSE_S = 1.0


class RetiredError(Exception):
    """The pool lends no more workers; its successor does."""


class Pool:
    """Lends workers, the one used last first and a new one last, and keeps their number."""

    def __init__(self, raise_nursery: Callable[[Order], Nursery], order: Order) -> None:
        self._raise_nursery, self._order = raise_nursery, order
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._lent: set[Worker] = set()
        self._known: dict[int, Worker] = {}
        self._early_ends = 0
        self._is_retired = self._is_stopped = False
        self.restarts = 0
        self._nursery = self._raise_nursery(order)
        self.version = self._nursery.version
        self._open()

    def _open(self) -> None:
        self._nursery.open(Births(self._born, self._ended, self._closed))
        self._nursery.ask(self._order.limits.processes)

    def wait_until_warm(self) -> None:
        """Return once a worker has said that it is ready.

        Raises
        ------
        LimitError
            If workers end before that, or none comes.
        """
        for _ in range(_STILLBIRTHS):
            try:
                worker = self.take(_FIRST_WITHIN_S)
            except TimeoutError:
                break
            try:
                worker.reader.read(_FIRST_WITHIN_S)
            except (EOFError, TimeoutError):
                self.discard(worker)
            else:
                self.give_back(worker)
                return
        raise LimitError("the workers end before they are ready", advice="see what this system permits")

    def take(self, timeout_s: float) -> Worker:
        """Return a worker that nobody else has.

        Raises
        ------
        TimeoutError
            If none becomes free in time.
        RetiredError
            If the pool lends no more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._is_retired, timeout_s)
            if self._is_retired:
                raise RetiredError
            if not self._idle:
                raise TimeoutError
            return self._lend()

    def try_take(self) -> Worker | None:
        """Return a worker if one stands ready; never waits, otherwise as :meth:`take`."""
        with self._changed:
            if self._is_retired:
                raise RetiredError
            return self._lend() if self._idle else None

    def _lend(self) -> Worker:
        worker = self._idle.pop()
        self._lent.add(worker)
        worker.jobs += 1
        return worker

    def give_back(self, worker: Worker) -> None:
        """Take back a worker that has done its job."""
        with self._changed:
            self._lent.discard(worker)
            if worker.pid in self._known and not self._is_retired:
                self._idle.append(worker)
                self._changed.notify()
                return
        self.discard(worker)

    def discard(self, worker: Worker) -> None:
        """Do without a worker: another is asked for, and the process ends."""
        with self._changed:
            self._lent.discard(worker)
            was_known = self._known.pop(worker.pid, None) is not None
            is_over = self._is_retired and not self._lent
        if was_known and not is_over:
            self._nursery.ask(1)
        worker.kill()
        worker.close()
        if is_over:  # whoever brought the last worker back does not wait for the parent to end
            threading.Thread(target=self.stop, name="sandbox-retired", daemon=True).start()

    def status_of(self, worker: Worker) -> int | None:
        """Return the exit status of a worker that is ending: negative for a signal, ``None`` if unknown."""
        with self._changed:
            self._changed.wait_for(lambda: worker.status is not None, _STATUS_WITHIN_S)
            return worker.status

    def retire(self) -> None:
        """Lend no more, and end when the last worker is back."""
        with self._changed:
            self._is_retired = True
            idle, self._idle = self._idle, []
            is_over = not self._lent
            self._changed.notify_all()
        for worker in idle:
            worker.close()
        if is_over:
            self.stop()

    def stop(self) -> None:
        """End every worker and the nursery; returns when no process is left."""
        with self._changed:
            self._is_retired = self._is_stopped = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        self._nursery.close()
        for worker in idle:
            worker.close()

    @property
    def idle(self) -> int:
        """How many workers stand ready."""
        return len(self._idle)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers, sorted."""
        with self._changed:
            return tuple(sorted(self._known))

    @property
    def lent(self) -> int:
        """How many workers are at work."""
        return len(self._lent)

    def _born(self, worker: Worker) -> None:
        with self._changed:
            if not self._is_retired:
                self._known[worker.pid] = worker
                self._idle.insert(0, worker)
                self._changed.notify_all()
                return
        worker.close()

    def _ended(self, pid: int, status: int) -> None:
        with self._changed:
            worker = self._known.pop(pid, None)
            if worker is None:
                return
            self._lose(worker, status)
            self._early_ends = 0 if worker.jobs else self._early_ends + 1
            pause = min(2**self._early_ends / 100, _LONGEST_PAUSE_S) if self._early_ends > 1 else 0.0
            self._changed.wait_for(lambda: self._is_stopped, pause)
            if self._is_retired:
                return
        self._nursery.ask(1)

    def _closed(self) -> None:
        """Raise a new nursery in the place of one that has ended unasked; its workers ended with it."""
        with self._changed:
            known, self._known = list(self._known.values()), {}
            for worker in known:
                self._lose(worker, -signal.SIGKILL)
        pause = 0.01
        while not self._is_retired:
            try:
                nursery = self._raise_nursery(self._order)
            except (PocaError, OSError):
                pause = min(2 * pause, _LONGEST_PAUSE_S)
                with self._changed:
                    self._changed.wait_for(lambda: self._is_stopped, pause)
                continue
            self.restarts += 1
            self._replace(nursery)
            return

    def _replace(self, nursery: Nursery) -> None:
        with self._changed:
            is_wanted = not self._is_retired
            if is_wanted:
                self._nursery = nursery
                self._open()
        if not is_wanted:
            nursery.close()

    def _lose(self, worker: Worker, status: int) -> None:
        worker.status = status
        if worker in self._idle:
            self._idle.remove(worker)
            worker.close()
        self._changed.notify_all()
