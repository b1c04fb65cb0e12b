"""The writer: one process that applies writes one at a time, each as a new snapshot.

It parses nothing that a client wrote: that is done in a process forked for the write. It acknowledges when
the snapshot is on the disk, is current, and is served. Killed at any moment it leaves the old snapshot or the
new one; the lock that it holds is then free.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import signal
import socket
import sys
import time
from typing import Any

from poca_kg.errors import NotConformingError, PocaError, StorageFullError
from poca_kg.sandbox.reports import report_of
from poca_kg.service.holdings import Holdings
from poca_kg.service.stage import stage_apart
from poca_kg.service.writer_order import WriterOrder
from poca_kg.service.writer_process import PACKET
from poca_kg.service.writes import Write, receive_write, send_packet

__all__ = ["Writer", "main"]

_REQUEST_S = 30.0
_PROBE_S = 1.0
_ADVICE = "correct what the report names, and write again"


def main() -> None:
    """Be the writer: ``argv`` holds the descriptors of control socket and listener, and the order as JSON."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the supervisor says when to end
    control, listener = (socket.socket(fileno=int(text)) for text in sys.argv[1:3])
    order = WriterOrder.from_json(sys.argv[3])
    try:
        holdings = Holdings(order)
    except PocaError as error:
        control.send(json.dumps({"refused": report_of(error).decode()}).encode())
        return
    try:
        Writer(order, holdings, _Supervisor(control)).run(listener)
    finally:
        holdings.close()


class _Supervisor:
    """The writer's side of the control socket; see ``writer_process`` for what goes over it."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def fileno(self) -> int:
        return self._control.fileno()

    def tell(self, **message: Any) -> None:
        """Send a message; nobody to hear it is noticed elsewhere."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps(message).encode())

    def hear(self, timeout_s: float | None) -> dict[str, Any] | None:
        """Return the next message, ``None`` when the supervisor has gone.

        Raises
        ------
        TimeoutError
            If none comes in time.
        """
        self._control.settimeout(timeout_s)
        try:
            packet = self._control.recv(PACKET)
        except ConnectionError:
            return None
        told: dict[str, Any] | None = json.loads(packet) if packet else None
        return told

    def has_gone(self) -> bool:
        """Whether the supervisor has closed its side."""
        self._control.settimeout(0)
        try:
            return not self._control.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def await_switch(self, version: str, within_s: float) -> None:
        """Wait until a version is served, or for a time, or until the supervisor has gone."""
        until = time.monotonic() + within_s
        with contextlib.suppress(TimeoutError):
            while (left := until - time.monotonic()) > 0:
                told = self.hear(left)
                if told is None or told.get("switched") == version:
                    return


class Writer:
    """Takes one connection after the other, and one write from each."""

    def __init__(self, order: WriterOrder, holdings: Holdings, supervisor: _Supervisor) -> None:
        self._order, self._holdings, self._supervisor = order, holdings, supervisor
        self._is_full = False

    def run(self, listener: socket.socket) -> None:
        """Serve until the supervisor has gone."""
        selector = selectors.DefaultSelector()
        selector.register(self._supervisor, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        listener.setblocking(False)
        self._supervisor.tell(ready=self._holdings.snapshot.version)
        while True:
            ready = {key.fileobj for key, _ in selector.select(_PROBE_S if self._is_full else None)}
            if self._supervisor in ready and self._supervisor.hear(None) is None:
                return
            if listener in ready:
                with contextlib.suppress(BlockingIOError):
                    channel, _ = listener.accept()
                    with channel:
                        self._answer(channel)
            if self._is_full and self._holdings.has_room():
                self._say_writable()

    def _answer(self, channel: socket.socket) -> None:
        """Answer one request; a client that has gone, or that breaks off, is left."""
        channel.settimeout(_REQUEST_S)
        try:
            write = receive_write(channel, most=self._order.max_body_bytes)
            send_packet(channel, {"begun": True})
        except PocaError as error:
            _send_last(channel, {"refused": report_of(error).decode()})
            return
        except (OSError, EOFError, ValueError, KeyError):
            return
        try:
            answer: dict[str, Any] = {"done": self._do(write)}
        except PocaError as error:
            if isinstance(error, StorageFullError):
                self._say_full(error)
            answer = {"refused": report_of(error).decode()}
        _send_last(channel, answer)

    def _do(self, write: Write) -> bool | str:
        """Do a write, and return the version that is current then; of a question, the answer."""
        holdings = self._holdings
        if write.action == "holds":
            return holdings.store.holds(write.graph)
        staged = stage_apart(write, holdings.held, self._order, self._supervisor.has_gone)
        if staged.violations is not None:
            what = "the graph would break the shapes; nothing was written"
            raise NotConformingError(what, report=dict(staged.violations), advice=_ADVICE)
        if staged.files:
            holdings.publish(staged)
            self._supervisor.tell(published=staged.version)
            holdings.advance(staged.files["graph.nq"])
            self._supervisor.await_switch(staged.version, self._order.switch_s)
            with contextlib.suppress(PocaError):
                holdings.prune()
            holdings.settle()
            self._say_writable()
        return staged.version

    def _say_full(self, error: PocaError) -> None:
        self._is_full = True
        self._supervisor.tell(writable=False, why=error.what)

    def _say_writable(self) -> None:
        if self._is_full:
            self._is_full = False
            self._supervisor.tell(writable=True)


def _send_last(channel: socket.socket, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        send_packet(channel, answer)
