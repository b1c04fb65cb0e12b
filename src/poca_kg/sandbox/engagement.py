"""A worker that is taken for long: it speaks with its front over descriptors of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from poca_kg.sandbox.frames import BrokenFrameError, Kind, pack_job
from poca_kg.sandbox.jobs import head_of
from poca_kg.sandbox.nursery import Worker
from poca_kg.sandbox.pool import Pool

__all__ = ["Engagement"]

_WITHIN_S = 2.0
_USER, _SYSTEM = 11, 12
"""Where the times stand in ``/proc/PID/stat``, behind the name of the program (proc(5))."""

_CPU_S = 1e9
"""No end: whoever engages a worker looks after it, and it ends with its front."""


class Engagement:
    """A worker until it is let go of; then the pool has another in its place."""

    def __init__(self, worker: Worker, pool: Pool) -> None:
        self._worker, self._pool = worker, pool

    @classmethod
    def begin(
        cls, pool: Pool, kind: str, header: Mapping[str, Any], descriptors: Sequence[int]
    ) -> Engagement | None:
        """Give a worker of the pool a job that stays, and the descriptors that it waits for.

        It is told the ``version`` of the graph, too. ``None`` if no worker stands ready, or it fails.
        """
        worker = pool.try_take()
        if worker is None:
            return None
        try:
            head = head_of(kind, {**header, "version": pool.version})
            worker.send(pack_job(worker.jobs, _CPU_S, head, b""), _WITHIN_S)
            while (frame := worker.reader.read(_WITHIN_S)).kind is Kind.READY:
                continue
            if frame.kind is not Kind.BEGIN:
                raise BrokenFrameError
            worker.hand_over(descriptors)
        except (OSError, EOFError, BrokenFrameError):
            pool.discard(worker)
            return None
        return cls(worker, pool)

    def cpu_s(self) -> float:
        """Return the processor time that the worker has used, in seconds; 0 if it has ended."""
        try:
            fields = Path(f"/proc/{self._worker.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End the worker at once, whatever it does."""
        self._worker.kill()

    def close(self) -> None:
        """Do without the worker from now on."""
        self._pool.discard(self._worker)
