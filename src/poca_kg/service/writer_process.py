"""The supervisor's hold on the writer: start it, hear what it tells, answer, stop it, start it again.

Messages on the control socket are JSON, one a packet. From the writer:

``{"ready": version}``
    It listens, and this version is current. Or ``{"refused": report}``, and it ends.
``{"published": version}``
    A write is on the disk and is the current snapshot; the client waits for its acknowledgement.
``{"writable": false, "why": text}`` and ``{"writable": true}``
    The disk takes no more, or takes writes again.

To the writer: ``{"switched": version}`` once the fronts serve a version, or will not in time. When the socket
is closed the writer drops the write that it checks, if any, or ends the one that it publishes, and exits.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
from typing import Any

from poca_kg.errors import LimitError
from poca_kg.sandbox.confinement import clean_environment
from poca_kg.sandbox.reports import error_of
from poca_kg.service.folders import make_folder
from poca_kg.service.writer_order import WriterOrder

__all__ = ["PACKET", "WriterProcess"]

PACKET = 65_536
_PROGRAM = "from poca_kg.service.writer import main; main()"
_WAITING = 32


class WriterProcess:
    """The writer, and the socket that fronts reach it by, which outlives the process.

    ``address`` is what a :class:`~poca_kg.service.writer_client.WriterClient` is given. Writes that come
    while there is no process wait for the next one.
    """

    def __init__(self, order: WriterOrder) -> None:
        self._order = order
        self._folder = make_folder("writer")
        self.address = self._folder / "writer"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.address))
        self._listener.listen(_WAITING)
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, if the writer was started."""
        return None if self._process is None else self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that a selector can watch for messages; it is another one after a start."""
        return -1 if self._control is None else self._control.fileno()

    def start(self) -> str:
        """Start the process and return the version that is current; also after it has ended.

        Raises
        ------
        LockedError
            If another process holds the data folder.
        PocaError
            Whatever is wrong with the snapshot or the shapes.
        """
        self._end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        handed = [theirs.fileno(), self._listener.fileno()]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-c", _PROGRAM, *map(str, handed), self._order.to_json()],
                pass_fds=handed,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        told = self.receive()
        if "ready" in told:
            return str(told["ready"])
        self._end()
        if "refused" in told:
            raise error_of(told["refused"].encode())
        raise LimitError("the writer ended before it was ready")

    def receive(self) -> dict[str, Any]:
        """Return the next message; empty when the writer has ended, however it came to that."""
        packet, control = b"", self._control
        if control is not None:
            with contextlib.suppress(OSError):
                packet = control.recv(PACKET)
        told: dict[str, Any] = json.loads(packet or b"{}")
        return told

    def tell_switched(self, version: str) -> None:
        """Say that the fronts serve a version; a writer that has ended need not know."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(json.dumps({"switched": version}).encode())

    def stop(self, within_s: float = 10.0) -> None:
        """End the writer once a write that is being published is done, or after a time by force."""
        self._listener.close()
        self._end(within_s)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, within_s: float = 10.0) -> None:
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)  # which also wakes a thread that waits in receive
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(within_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
