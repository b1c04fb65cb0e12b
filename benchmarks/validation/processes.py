"""One command in a process of its own: its processor time, its peak memory, and what it wrote."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "run_measured"]


@dataclass(frozen=True)
class Measured:
    """What a command used.

    Attributes
    ----------
    cpu_s, wall_s, peak_mb
        Processor time of the process and of those it waited for, elapsed time, greatest resident memory.
    status
        The exit code; below nought it is the signal that ended it.
    out_of_time
        Whether it was ended because it used more processor time than it was given.
    """

    cpu_s: float
    wall_s: float
    peak_mb: float
    status: int
    out_of_time: bool


def run_measured(command: Sequence[str], out: Path, *, cpu_limit_s: int) -> Measured:
    """Run a command to its end with its output and its errors in a file, and return what it used."""
    begun = time.monotonic()
    with out.open("wb") as kept:
        process = subprocess.Popen(
            command, stdout=kept, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True
        )
        # Set after the start, as code between fork and exec would keep the child from being spawned lightly.
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (cpu_limit_s, cpu_limit_s + 5))
        try:
            _, state, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(state)
    cpu_s = usage.ru_utime + usage.ru_stime
    wall_s = time.monotonic() - begun
    out_of_time = process.returncode == -signal.SIGXCPU or (process.returncode < 0 and cpu_s >= cpu_limit_s)
    return Measured(cpu_s, wall_s, usage.ru_maxrss / 1024, process.returncode, out_of_time)
