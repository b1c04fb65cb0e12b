"""The servers of a run: started by scripts, each in a folder and a session of its own, and ended with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OURS", "PEERS", "Peer", "Server", "UnavailableError", "family", "started"]

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
        return sum(_cpu_ticks(pid) for pid in family(self.process.pid)) / _TICKS

    def memory_mb(self) -> int:
        """Return the memory its processes hold, shared pages divided among their users, in MB."""
        return sum(_proportional_kb(pid) for pid in family(self.process.pid)) // 1024

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
    """Ask the script's own session to end, which ends the rest in order, and kill what is left."""
    members = family(process.pid)
    for pid in members:
        if _session(pid) == process.pid:
            _send(pid, signal.SIGTERM)
    if not _gone(process, members, patience_s=10):
        for pid, born in members.items():
            if _born(pid) == born:
                _send(pid, signal.SIGKILL)
        _gone(process, members, patience_s=5)
    process.wait()


def _gone(process: subprocess.Popen[bytes], members: dict[int, int], *, patience_s: float) -> bool:
    end = time.monotonic() + patience_s
    while any(_born(pid) == born for pid, born in members.items()):
        process.poll()  # reaps the script, which would else be counted as there
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def family(leader: int) -> dict[int, int]:
    """Return the processes that come of a script, with the time each began, which tells it from a later one.

    Servers put workers into sessions of their own, so children count and who shares a session.
    """
    all_of_them = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")}
    living = {pid: fields for pid, fields in all_of_them.items() if fields}
    members, sessions, found = {leader}, {str(leader)}, True
    while found:
        found = False
        for pid, fields in living.items():
            if pid not in members and (int(fields[1]) in members or fields[3] in sessions):
                members.add(pid)
                sessions.add(fields[3])
                found = True
    return {pid: int(living[pid][19]) for pid in sorted(members & living.keys())}


def _session(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[3]) if fields else None


def _born(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[19]) if fields else None


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
