"""Whether the machine was ours alone: how busy it was before, and who else used its processors meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.service.servers import Server

__all__ = ["QUIET_SHARE", "Strangers", "busy_share"]

QUIET_SHARE = 0.05
"""Above this share of all processors, used by others, figures are no result."""

_TICKS = os.sysconf("SC_CLK_TCK")


def busy_share(seconds: float = 2.0) -> float:
    """Return the share of all processors that is in use, over so many seconds in which we do nothing."""
    busy, total = _machine_s()
    time.sleep(seconds)
    busy_after, total_after = _machine_s()
    return (busy_after - busy) / (total_after - total)


class Strangers:
    """The processor time of the machine that neither the servers nor this process and its wrk used."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._start = (*_machine_s(), self._own_s())

    def share(self) -> float:
        """Return the share of all processors that others used since the start, while the servers are up.

        Work of the kernel on behalf of nobody counts as others, so it is never quite nought.
        """
        busy, total = _machine_s()
        busy_before, total_before, own_before = self._start
        others = (busy - busy_before) - (self._own_s() - own_before)
        return max(0.0, others) / (total - total_before)

    def _own_s(self) -> float:
        here = os.times()
        return sum(here[:4]) + sum(server.cpu_s() for server in self._servers)


def _machine_s() -> tuple[float, float]:
    """Return the seconds in use and of all processors since the machine was started."""
    fields = [
        int(field) for field in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    ]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / _TICKS, sum(fields) / _TICKS
