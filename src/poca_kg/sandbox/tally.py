"""What has been counted since a sandbox was started."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Statistics", "Tally"]


@dataclass(frozen=True)
class Statistics:
    """How a sandbox does: workers at work and ready, jobs waiting; and counts since its start.

    ``workers`` are the process ids of all workers, at work or ready. ``killed`` counts those that were lost,
    by reason: ``timeout``, ``memory``, ``crash``, ``cancelled``, ``too-large``, ``express`` (made way for
    others) and ``outside`` (ended by somebody else). ``restarts`` counts the parents that were replaced.
    """

    version: str
    workers: tuple[int, ...]
    busy: int
    spare: int
    queued: int
    answered: int
    killed: Mapping[str, int]
    restarts: int


class Tally:
    """Counts from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count one more."""
        with self._lock:
            self._counts[name] += 1

    def counts(self) -> dict[str, int]:
        """Return all counts by name."""
        with self._lock:
            return dict(sorted(self._counts.items()))
