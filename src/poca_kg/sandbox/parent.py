"""The parent of the workers, as whoever starts it sees it (Linux).

One who serves alone starts a parent for itself. A supervisor starts one for all fronts, each of which joins
it at an address and holds workers of its own.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.errors import LimitError
from poca_kg.sandbox.allocator import with_allocator
from poca_kg.sandbox.confinement import clean_environment
from poca_kg.sandbox.forkserver import PACKET
from poca_kg.sandbox.jobs import KINDS
from poca_kg.sandbox.reports import error_of
from poca_kg.store.publication import DISJOINT
from poca_kg.store.snapshot import Snapshot

__all__ = ["Graph", "ParentAddress", "ParentProcess", "await_version", "has_store", "start_parent"]

_PROGRAM = "from poca_kg.sandbox.forkserver import main; main()"
_WAITING = 64


@dataclass(frozen=True)
class Graph:
    """What workers are raised over: N-Quads and their version; ``on_disk`` opens the store beside them."""

    path: Path
    version: str
    kinds: Mapping[str, str]
    on_disk: bool = False


@dataclass(frozen=True)
class ParentAddress:
    """Where fronts join a parent: a local socket."""

    path: Path


class ParentProcess:
    """A parent that fronts join; it ends, and all workers with it, when whoever started it has gone."""

    def __init__(self, graph: Graph, address: Path, on_end: Callable[[], object] | None = None) -> None:
        self.address = ParentAddress(address)
        self._on_end = on_end
        self._is_closed = threading.Event()
        with _listener(address) as listener:
            self._place = address.stat().st_ino
            self._process, self._control = start_parent(graph, listener)
        try:
            self.version = await_version(self._control)
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="sandbox-parent", daemon=True).start()

    @classmethod
    def start(
        cls,
        source: Snapshot | Path,
        kinds: Mapping[str, str] | None = None,
        *,
        address: Path,
        on_disk: bool = False,
        on_end: Callable[[], object] | None = None,
    ) -> ParentProcess:
        """Return a parent that has its graph: a snapshot, or a file of N-Quads.

        ``on_disk`` loads nothing: each worker opens the store of a snapshot that :func:`has_store`. How much
        memory a worker may use is for the front to say, which asks for it. ``on_end`` is called from a thread
        of its own if the process ends before it is closed.

        Raises
        ------
        InputError
            If the graph cannot be read.
        LimitError
            If the process ends before that.
        """
        named = KINDS | dict(kinds or {})
        if not isinstance(source, Snapshot):
            return cls(Graph(source, "", named), address, on_end)
        path = source.directory / ("store" if on_disk else "graph.nq")
        return cls(Graph(path, source.version, named, on_disk), address, on_end)

    @property
    def pid(self) -> int:
        """The process id of the parent."""
        return self._process.pid

    def close(self) -> None:
        """End the parent, and all workers with it; returns when it has ended. Closing twice is fine."""
        self._is_closed.set()
        self._control.close()
        self._process.wait()
        with contextlib.suppress(FileNotFoundError):
            if self.address.path.stat().st_ino == self._place:
                self.address.path.unlink()

    def _watch(self) -> None:
        self._process.wait()
        if self._on_end is not None and not self._is_closed.is_set():
            self._on_end()


def has_store(source: Snapshot | Path) -> bool:
    """Whether there is a store on disk that workers can open at once."""
    if not isinstance(source, Snapshot):
        return False
    return (source.directory / "store").is_dir() and (source.directory / DISJOINT).is_file()


def _listener(address: Path) -> socket.socket:
    address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listener.bind(str(address))
        address.chmod(0o600)
        listener.listen(_WAITING)
    except BaseException:
        listener.close()
        raise
    return listener


def start_parent(
    graph: Graph, listener: socket.socket | None = None
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a parent and return it with its control socket; when that is closed, the parent ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    configuration = {
        "path": str(graph.path),
        "version": graph.version,
        "kinds": dict(graph.kinds),
        "on_disk": graph.on_disk,
    }
    handed = [theirs.fileno(), *([listener.fileno()] if listener else [])]
    with theirs:
        process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(configuration), *map(str, handed)],
            pass_fds=handed,
            env=with_allocator(clean_environment()),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return process, ours


def await_version(control: socket.socket) -> str:
    """Return the version of the graph that a parent has, once it has it.

    Raises
    ------
    PocaError
        Whatever is wrong with the graph, or that the parent has ended.
    """
    try:
        packet = control.recv(PACKET)
    except ConnectionError:
        packet = b""
    told = json.loads(packet or b"{}")
    if "version" in told:
        return str(told["version"])
    if "failure" in told:
        raise error_of(told["failure"].encode())
    raise LimitError("the parent of the workers ended before it had loaded the graph")
