"""Workers that a parent process forks: one of one's own, or one that several fronts share (Linux)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
from functools import partial

from poca_kg.errors import LimitError
from poca_kg.sandbox.forkserver import PACKET
from poca_kg.sandbox.nursery import Births, Order, Worker
from poca_kg.sandbox.parent import Graph, await_version, start_parent

__all__ = ["ForkingNursery", "JoiningNursery"]


class _ControlledNursery:
    """Speaks to a parent: asks for workers, hears how they end."""

    def __init__(
        self, order: Order, control: socket.socket, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        limits = order.limits
        self._means = {"memory_bytes": limits.memory_bytes, "stack_bytes": limits.stack_bytes}
        self._control, self._process = control, process
        self._listener: threading.Thread | None = None
        try:
            self.version = await_version(control)
        except BaseException:
            self.close()
            raise

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
        if self._process is not None:
            self._process.wait()
        self._control.close()
        births.closed()

    def ask(self, count: int) -> None:
        """Have some workers forked; a parent that has ended forks none."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"fork": count} | self._means).encode())

    def close(self) -> None:
        """Let go of the parent, which kills these workers; one's own has ended when this returns."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        if self._process is not None:
            self._process.wait()
        if self._listener not in (None, threading.current_thread()):
            self._listener.join()
        self._control.close()


class ForkingNursery(_ControlledNursery):
    """A parent process of one's own.

    Raises whatever is wrong with the snapshot.
    """

    def __init__(self, order: Order) -> None:
        process, control = start_parent(Graph(order.path, order.version, order.kinds))
        super().__init__(order, control, process)


class JoiningNursery(_ControlledNursery):
    """A place at a parent that others share; the path of the order is its address.

    Raises
    ------
    LimitError
        If nobody listens there, or the parent has ended before it had the graph.
    """

    def __init__(self, order: Order) -> None:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            control.connect(str(order.path))
        except OSError as error:
            control.close()
            what = f"nobody listens where the parent of the workers should: {error.strerror}"
            raise LimitError(what) from None
        super().__init__(order, control)


def _worker(pid: int, channel: int, descriptor: int) -> Worker:
    return Worker(
        pid, socket.socket(fileno=channel), partial(_kill, descriptor), partial(os.close, descriptor)
    )


def _kill(descriptor: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
