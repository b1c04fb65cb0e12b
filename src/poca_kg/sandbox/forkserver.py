"""The parent of the workers: loads the graph once, then forks whenever a front asks (Linux).

It has one thread, reads nothing that a stranger sent, and does nothing but fork, hand over, and tell each
front which of its workers ended how. When a front closes its socket, however it came to that, its workers
are killed; when whoever started the parent closes the control socket, all are, and the parent ends.

Messages are JSON, one a packet. To whoever has started or joined: ``{"version": ...}`` once the graph is
there, or ``{"failure": report}``. From a front: ``{"fork": 2, "memory_bytes": ..., "stack_bytes": ...}``. To
it: ``{"worker": pid}`` with the worker's socket and process descriptor; ``{"ended": pid, "status": ...}``.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
    _warm_up(store)
    return store


def main() -> None:
    """Be the parent.

    ``argv`` holds the configuration as JSON, the descriptor of the control socket, and that of the socket
    where fronts join, if they may.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    configuration = json.loads(sys.argv[1])
    control, *listeners = (socket.socket(fileno=int(descriptor)) for descriptor in sys.argv[2:])
    try:
        with _ending_with(control):
            graph = _prepare(configuration)
            handlers = find_handlers(configuration["kinds"])
    except PocaError as error:
        _send(control, {"failure": report_of(error).decode()})
        return
    confinement.libc()
    gc.collect()
    gc.freeze()
    Parent(control, listeners[0] if listeners else None, graph, handlers).run()


@dataclass(frozen=True)
class _Graph:
    """A version of the graph, and what opens it in a worker."""

    version: str
    open_store: Callable[[], EmbeddedStore]
    is_on_disk: bool


def _prepare(configuration: Mapping[str, Any]) -> _Graph:
    path, version = Path(configuration["path"]), configuration["version"]
    if configuration["on_disk"]:
        _warm_up(EmbeddedStore.in_memory())
        return _Graph(
            version, partial(EmbeddedStore.read_only, path, version, is_disjoint=True), is_on_disk=True
        )
    store = load(path, version)
    return _Graph(store.version, lambda: store, is_on_disk=False)


def _warm_up(store: EmbeddedStore) -> None:
    for text, media in _WARM_UP.items():
        store.serialise(text, media)


@contextmanager
def _ending_with(control: socket.socket) -> Iterator[None]:
    """End this process if whoever started it goes away meanwhile; then there is one thread again."""
    ours, theirs = socket.socketpair()

    def look() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(control, selectors.EVENT_READ)
            selector.register(theirs, selectors.EVENT_READ)
            if any(key.fileobj is control for key, _ in selector.select()):
                os._exit(0)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ours.close()
        thread.join()
        theirs.close()


def _send(front: socket.socket, message: Mapping[str, Any], descriptors: tuple[int, ...] = ()) -> None:
    """Tell a front something; one that does not listen is as good as gone, and hears no more."""
    try:
        socket.send_fds(front, [json.dumps(message).encode()], descriptors, socket.MSG_DONTWAIT)
    except OSError:
        with contextlib.suppress(OSError):
            front.shutdown(socket.SHUT_RDWR)


class Parent:
    """Forks workers over one graph and watches them and their fronts."""

    def __init__(
        self,
        control: socket.socket,
        listener: socket.socket | None,
        graph: _Graph,
        handlers: Mapping[str, Handler],
    ) -> None:
        self._control, self._listener = control, listener
        self._graph, self._handlers = graph, handlers
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, tuple[int, socket.socket]] = {}
        if listener is not None:
            self._selector.register(listener, selectors.EVENT_READ, self._admit)
        self._join(control)

    def run(self) -> None:
        """Serve the fronts until whoever started this is gone; then end the children."""
        while self._control.fileno() >= 0:
            for key, _ in self._selector.select():
                key.data()
        for descriptor in self._children:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        for child, _ in self._children.values():
            os.waitpid(child, 0)

    def _admit(self) -> None:
        if self._listener is not None:
            front, _ = self._listener.accept()
            self._join(front)

    def _join(self, front: socket.socket) -> None:
        self._selector.register(front, selectors.EVENT_READ, partial(self._hear, front))
        _send(front, {"version": self._graph.version})

    def _hear(self, front: socket.socket) -> None:
        try:
            packet = front.recv(PACKET)
        except ConnectionError:
            packet = b""
        if not packet:
            self._part_with(front)
            return
        order = json.loads(packet)
        for _ in range(order["fork"]):
            self._fork(front, order["memory_bytes"], order["stack_bytes"])

    def _part_with(self, front: socket.socket) -> None:
        self._selector.unregister(front)
        front.close()
        for descriptor, (_, owner) in self._children.items():
            if owner is front:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)

    def _fork(self, front: socket.socket, memory: int, stack: int) -> None:
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            self._become_worker(theirs, parent, memory, stack)
        theirs.close()
        descriptor = os.pidfd_open(child)
        self._children[descriptor] = child, front
        self._selector.register(descriptor, selectors.EVENT_READ, partial(self._reap, descriptor))
        _send(front, {"worker": child}, (ours.fileno(), descriptor))
        ours.close()

    def _reap(self, descriptor: int) -> None:
        child, front = self._children.pop(descriptor)
        self._selector.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(child, 0)
        if front.fileno() >= 0:
            _send(front, {"ended": child, "status": os.waitstatus_to_exitcode(status)})

    def _become_worker(self, ours: socket.socket, parent: int, memory: int, stack: int) -> None:
        status = 1
        try:
            if ours.fileno() != _CHILD_SOCKET:
                os.dup2(ours.fileno(), _CHILD_SOCKET)
            confinement.confine(parent, with_store=self._graph.is_on_disk)
            source = socket.socket(fileno=_CHILD_SOCKET)
            status = serve(
                source, self._graph.open_store(), self._handlers, means=_means(memory), stack=stack
            )
        finally:
            os._exit(status)


def _means(memory: int) -> Means:
    return Means(
        partial(confinement.cap_memory, memory),
        confinement.cap_cpu,
        partial(confinement.has_grown, confinement.peak_memory() + memory // 8),
    )
