"""What a worker gives up before its first job, so that a hostile query finds nothing to use (Linux)."""

from __future__ import annotations

import ctypes
import functools
import math
import os
import platform
import signal
import sys
import time
from pathlib import Path

from poca_kg.sandbox.seccomp import ARCHITECTURES, refuse_calls

__all__ = [
    "can_confine",
    "cap_cpu",
    "cap_memory",
    "clean_environment",
    "confine",
    "has_grown",
    "libc",
    "peak_memory",
]

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_MOST_FILES, _MOST_FILES_OF_A_STORE = 96, 4096
_FIRST_OTHER_FILE = 4
_KEPT_VARIABLES = (
    "LANG",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "TZ",
    "VIRTUAL_ENV",
)
_KEPT_PREFIXES = ("LC_", "MALLOC_", "MIMALLOC_")


def can_confine() -> bool:
    """Whether this system has the means: Linux, on a processor whose system calls are known here."""
    return sys.platform == "linux" and platform.machine() in ARCHITECTURES and hasattr(os, "pidfd_open")


@functools.cache
def libc() -> ctypes.CDLL:
    """Return the C library; the parent asks once, so that its children have it without opening a file."""
    return ctypes.CDLL(None, use_errno=True)


def clean_environment() -> dict[str, str]:
    """Return an environment for a process that is to hold no secrets: where things are, and nothing else."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if name in _KEPT_VARIABLES or name.startswith(_KEPT_PREFIXES)
    }
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def confine(parent: int, *, with_store: bool = False) -> None:
    """Give up everything but the socket, which is descriptor 3; for a fresh fork with one thread.

    The process dies with its parent, cannot be looked into by others, opens no sockets, starts no programs,
    writes no files and leaves no core. ``parent`` is the parent's process id; a worker ``with_store``
    opens the files of one on disk.
    """
    import resource  # noqa: PLC0415  (absent on Windows)

    libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
    os.environ.clear()
    os.closerange(_FIRST_OTHER_FILE, os.sysconf("SC_OPEN_MAX"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    Path("/proc/self/oom_score_adj").write_text("1000")
    libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MOST_FILES_OF_A_STORE if with_store else _MOST_FILES),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
    refuse_calls(libc())


def cap_memory(more_bytes: int) -> None:
    """Let this process add so much to the memory that it has now; the engine aborts where it gets no more."""
    import resource  # noqa: PLC0415

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def cap_cpu(more_s: float) -> None:
    """Let this process use so much more processor time before the kernel ends it with SIGXCPU."""
    import resource  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + more_s), _most_cpu()))


@functools.cache
def _most_cpu() -> int:
    """Return the limit of processor time that nobody raises."""
    import resource  # noqa: PLC0415

    return resource.getrlimit(resource.RLIMIT_CPU)[1]


def peak_memory() -> int:
    """Return the most memory that this process has had resident, in bytes."""
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def has_grown(beyond_bytes: int) -> bool:
    """Whether this process has had more memory resident than it should keep."""
    return peak_memory() > beyond_bytes
