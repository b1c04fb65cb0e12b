"""The parent of the workers: loads the graph once, then forks whenever the front asks (Linux).

It has one thread, reads nothing that a stranger sent, and does nothing but fork, hand over, and tell which
of its children ended how. When the front closes the control socket, however it came to that, the parent
kills its children and ends.

Messages on the control socket are JSON, one a packet. From the front: ``{"fork": 2}``. To the front:
``{"version": ...}`` once the graph is loaded, or ``{"failure": report}``; ``{"worker": pid}`` with the
worker's socket and process descriptor; ``{"ended": pid, "status": ...}``.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from poca_kg.errors import PocaError
from poca_kg.sandbox import confinement
from poca_kg.sandbox.jobs import Handler, find_handlers
from poca_kg.sandbox.reports import report_of
from poca_kg.sandbox.worker import Means, serve
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.parsing import read_bytes

__all__ = ["PACKET", "Parent", "load", "main"]

PACKET = 65_536
_CHILD_SOCKET = 3
_WARM_UP: dict[str, ResultFormat | RdfSyntax] = {
    "SELECT * { ?s ?p ?o } LIMIT 1": ResultFormat.JSON,
    "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1": RdfSyntax.TURTLE,
}


def load(path: Path, version: str) -> EmbeddedStore:
    """Return the graph of a snapshot with all that its first queries would have to make ready.

    Without a version, the start of the content's checksum is one.
    """
    data = read_bytes(path)
    store = EmbeddedStore.from_nquads(data, version or hashlib.sha256(data).hexdigest()[:12])
    for text, media in _WARM_UP.items():
        store.serialise(text, media)
    return store


def main() -> None:
    """Be the parent: ``argv`` holds the descriptor of the control socket and the configuration as JSON."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    configuration = json.loads(sys.argv[2])
    try:
        store = load(Path(configuration["path"]), configuration["version"])
        handlers = find_handlers(configuration["kinds"])
    except PocaError as error:
        control.send(json.dumps({"failure": report_of(error).decode()}).encode())
        return
    confinement.libc()
    gc.collect()
    gc.freeze()
    parent = Parent(control, store, handlers, configuration)
    control.send(json.dumps({"version": store.version}).encode())
    parent.run()


class Parent:
    """Forks workers over one graph and watches them."""

    def __init__(
        self,
        control: socket.socket,
        store: EmbeddedStore,
        handlers: Mapping[str, Handler],
        configuration: Mapping[str, Any],
    ) -> None:
        self._control = control
        self._store = store
        self._handlers = handlers
        self._configuration = configuration
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: dict[int, int] = {}

    def run(self) -> None:
        """Serve the front until it is gone; then end the children."""
        try:
            while self._turn():
                pass
        except ConnectionError:
            pass
        for descriptor in self._children:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        for child in self._children.values():
            os.waitpid(child, 0)

    def _turn(self) -> bool:
        for key, _ in self._selector.select():
            if key.fileobj is not self._control:
                self._reap(key.fd)
                continue
            packet = self._control.recv(PACKET)
            if not packet:
                return False
            for _ in range(json.loads(packet)["fork"]):
                self._fork()
        return True

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            self._become_worker(theirs, parent)
        theirs.close()
        descriptor = os.pidfd_open(child)
        self._children[descriptor] = child
        self._selector.register(descriptor, selectors.EVENT_READ)
        message = json.dumps({"worker": child}).encode()
        socket.send_fds(self._control, [message], [ours.fileno(), descriptor])
        ours.close()

    def _reap(self, descriptor: int) -> None:
        child = self._children.pop(descriptor)
        self._selector.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(child, 0)
        message = {"ended": child, "status": os.waitstatus_to_exitcode(status)}
        self._control.send(json.dumps(message).encode())

    def _become_worker(self, ours: socket.socket, parent: int) -> None:
        status = 1
        try:
            if ours.fileno() != _CHILD_SOCKET:
                os.dup2(ours.fileno(), _CHILD_SOCKET)
            confinement.confine(parent)
            source = socket.socket(fileno=_CHILD_SOCKET)
            stack = self._configuration["stack_bytes"]
            status = serve(source, self._store, self._handlers, means=self._means(), stack=stack)
        finally:
            os._exit(status)

    def _means(self) -> Means:
        memory = self._configuration["memory_bytes"]
        return Means(
            partial(confinement.cap_memory, memory),
            confinement.cap_cpu,
            partial(confinement.has_grown, confinement.peak_memory() + memory // 8),
        )
