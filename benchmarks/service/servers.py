"""The servers of a run: started by scripts, each in a folder and a session of its own, and ended with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OURS", "PEERS", "Peer", "Server", "UnavailableError", "started"]

_SCRIPTS = Path(__file__).parent / "peers"
_NOT_INSTALLED = 77
_TICKS = os.sysconf("SC_CLK_TCK")


class UnavailableError(Exception):
    """A server cannot be measured; the text says why."""


@dataclass(frozen=True)
class Peer:
    """A server to start: its script's name, the path of its endpoint, and the largest graph for it."""

    name: str
    path: str
    largest: int | None = None


OURS = Peer("poca-kg", "/sparql")
PEERS = (
    OURS,
    Peer("oxigraph", "/query"),
    Peer(
        "rdflib-endpoint", "/", largest=100_000
    ),  # a million takes minutes to load and answers nothing in time
    Peer("virtuoso", "/sparql"),
    Peer("fuseki", "/ds/sparql"),
)


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    peer: Peer
    port: int
    process: subprocess.Popen[bytes]
    ready_s: float
    version: str

    @property
    def endpoint(self) -> str:
        """The address of its SPARQL endpoint."""
        return f"http://127.0.0.1:{self.port}{self.peer.path}"

    def alive(self) -> bool:
        """Whether its script still runs."""
        return self.process.poll() is None

    def cpu_s(self) -> float:
        """Return the processor time that its processes have used, in seconds."""
        return sum(_cpu_ticks(pid) for pid in _session(self.process.pid)) / _TICKS

    def memory_mb(self) -> int:
        """Return the memory its processes hold, shared pages divided among their users, in MB."""
        return sum(_proportional_kb(pid) for pid in _session(self.process.pid)) // 1024

    def settle(self, patience_s: float = 60) -> bool:
        """Wait until nothing of an earlier round is still computed; tell whether it came to rest."""
        end = time.monotonic() + patience_s
        used = self.cpu_s()
        while time.monotonic() < end:
            time.sleep(0.2)
            used, before = self.cpu_s(), used
            if used - before <= 0.02:
                return True
        return False


@contextmanager
def started(peer: Peer, graph: Path, folder: Path, *, patience_s: float = 900) -> Iterator[Server]:
    """Start a server on a graph in a new folder, and end all its processes on leaving.

    Raises
    ------
    UnavailableError
        If it is not installed, ends while it starts, or is not ready in time.
    """
    folder.mkdir(parents=True)
    port, second = _free_ports()
    log = folder / "log"
    script = _SCRIPTS / f"{peer.name}.sh"
    command = [str(script), str(graph.resolve()), str(port), str(folder.resolve()), str(second)]
    begun = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        while not (folder / "ready").exists():
            if process.poll() is not None:
                raise UnavailableError(_reason(process.returncode, log))
            if time.monotonic() - begun > patience_s:
                raise UnavailableError(f"not ready after {patience_s:.0f} s")
            time.sleep(0.01)
        ready_s = time.monotonic() - begun
        version = (folder / "version").read_text().strip() if (folder / "version").exists() else ""
        yield Server(peer, port, process, ready_s, version)
    finally:
        _end(process)


def _reason(code: int, log: Path) -> str:
    last = ([line for line in log.read_text(errors="replace").splitlines() if line.strip()] or [""])[
        -1
    ].strip()
    return last if code == _NOT_INSTALLED else f"ended with {code} while it started: {last}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what the script started: politely, and by force what is left."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        for pid in _session(process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        end = time.monotonic() + patience
        while _session(process.pid) and time.monotonic() < end:
            process.poll()  # reaps the script, which would else be counted as there
            time.sleep(0.05)
    process.wait()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def _session(leader: int) -> list[int]:
    """Return the processes of a session, which the script leads."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and int(fields[3]) == leader:
                found.append(int(entry.name))
    return found


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on, or nothing if the process has gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_ticks(pid: int) -> int:
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) if fields else 0  # own and waited-for children, user and system


def _proportional_kb(pid: int) -> int:
    try:
        text = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
