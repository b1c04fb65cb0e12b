"""The front's side of the parent process: start it, ask it for workers, hear how they end (Linux)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import partial

from poca_kg.errors import LimitError
from poca_kg.sandbox.confinement import clean_environment
from poca_kg.sandbox.forkserver import PACKET
from poca_kg.sandbox.nursery import Births, Order, Worker
from poca_kg.sandbox.reports import error_of

__all__ = ["ForkingNursery"]

_PROGRAM = "from poca_kg.sandbox.forkserver import main; main()"


class ForkingNursery:
    """A parent process that has loaded a snapshot and forks workers.

    Raises whatever is wrong with the snapshot.
    """

    def __init__(self, order: Order) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        configuration = {
            "path": str(order.path),
            "version": order.version,
            "kinds": dict(order.kinds),
            "memory_bytes": order.limits.memory_bytes,
            "stack_bytes": order.limits.stack_bytes,
        }
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno()), json.dumps(configuration)],
                pass_fds=[theirs.fileno()],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._listener: threading.Thread | None = None
        self.version = self._await_version()

    @property
    def pid(self) -> int:
        """The process id of the parent."""
        return self._process.pid

    def _await_version(self) -> str:
        packet = self._control.recv(PACKET)
        told = json.loads(packet or b"{}")
        if "version" in told:
            return str(told["version"])
        self.close()
        if "failure" in told:
            raise error_of(told["failure"].encode())
        raise LimitError("the parent of the workers ended before it had loaded the graph")

    def open(self, births: Births) -> None:
        """Begin to tell of workers, from a thread of its own."""
        self._listener = threading.Thread(
            target=self._listen, args=(births,), name="sandbox-nursery", daemon=True
        )
        self._listener.start()

    def _listen(self, births: Births) -> None:
        while True:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 2)
            except OSError:
                packet, descriptors = b"", []
            if not packet:
                break
            told = json.loads(packet)
            if "worker" in told:
                births.born(_worker(told["worker"], *descriptors))
            else:
                births.ended(told["ended"], told["status"])
        self._process.wait()
        self._control.close()
        births.closed()

    def ask(self, count: int) -> None:
        """Have some workers forked; a parent that has ended forks none."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"fork": count}).encode())

    def close(self) -> None:
        """End the parent, which kills its workers; returns when it has ended."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        if self._listener not in (None, threading.current_thread()):
            self._listener.join()
        self._control.close()


def _worker(pid: int, channel: int, descriptor: int) -> Worker:
    return Worker(
        pid, socket.socket(fileno=channel), partial(_kill, descriptor), partial(os.close, descriptor)
    )


def _kill(descriptor: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
