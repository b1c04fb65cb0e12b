"""Workers as plain processes, each with its own copy of the graph: what systems other than Linux can do.

They can be killed like the others, so that a deadline holds; but nothing caps their memory, and nothing
keeps them from the network except the refusal of what would go there.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import threading
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from poca_kg.sandbox.forkserver import load
from poca_kg.sandbox.jobs import find_handlers
from poca_kg.sandbox.nursery import Births, Order, Worker
from poca_kg.sandbox.worker import Means, serve

__all__ = ["SpawningNursery"]

_LOADED_WITHIN_S = 600.0


class SpawningNursery:
    """Spawns workers, each of which loads the snapshot by itself.

    Raises whatever is wrong with the snapshot.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._lock = threading.Lock()
        self._processes: dict[int, BaseProcess] = {}
        self._is_closed = False
        self._births: Births | None = None
        self._threads: list[threading.Thread] = []
        self.version = load(order.path, order.version).version

    def open(self, births: Births) -> None:
        """Begin to tell of workers."""
        self._births = births

    def ask(self, count: int) -> None:
        """Have some workers spawned, each by a thread that also waits for its end."""
        for _ in range(count):
            thread = threading.Thread(target=self._raise_one, name="sandbox-nursery", daemon=True)
            with self._lock:
                if self._is_closed:
                    return
                self._threads = [one for one in self._threads if one.is_alive()]
                self._threads.append(thread)
                thread.start()

    def _raise_one(self) -> None:
        order, births = self._order, self._births
        with self._lock:
            if self._is_closed or births is None:
                return
            ours, theirs = socket.socketpair()
            arguments = (theirs, order.path, order.version, dict(order.kinds), order.limits.stack_bytes)
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=_be_worker, args=arguments, daemon=True)
            with theirs:
                process.start()
            pid = process.pid or 0
            self._processes[pid] = process
        worker = Worker(pid, ours, process.kill, _nothing)
        with contextlib.suppress(EOFError, TimeoutError):
            worker.reader.wait(_LOADED_WITHIN_S)
        births.born(worker)
        process.join()
        with self._lock:
            del self._processes[pid]
        births.ended(pid, process.exitcode if process.exitcode is not None else -1)

    def close(self) -> None:
        """Kill every worker; returns when none is left."""
        with self._lock:
            self._is_closed = True
            for process in self._processes.values():
                process.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()


def _nothing() -> None:
    """Let go of nothing: the process is held by the thread that joins it."""


def _be_worker(source: socket.socket, path: Path, version: str, kinds: Mapping[str, str], stack: int) -> None:
    os.environ.clear()
    with contextlib.suppress(ImportError, ValueError):
        import resource  # noqa: PLC0415  (absent on Windows)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    store = load(path, version)
    means = Means(_nothing, lambda _: None, lambda: False)
    os._exit(serve(source, store, find_handlers(kinds), means=means, stack=stack))
