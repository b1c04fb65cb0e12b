"""``poca-kg serve`` as a process, started from outside with nothing but data and an environment."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bar_http import exchange

from poca_kg.store.manifest import Manifest, dataset_version
from poca_kg.store.places import write_places
from poca_kg.store.snapshot import publish

__all__ = [
    "PASSED_ON", "PLAN", "Server", "StartError", "empty_folder", "graph", "missing", "processes",
    "publish_version", "serving", "start", "values",
]  # fmt: skip

HERE = Path(__file__).resolve().parents[1]
PLAN: dict[str, Any] = tomllib.loads((HERE / "server.toml").read_text("utf-8"))
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")


class StartError(Exception):
    """A server that did not come to listen."""


@dataclass
class Server:
    """A server that listens, and the processes below it."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path
    told: Mapping[str, Any] = field(default_factory=dict)

    def alive(self) -> bool:
        """Whether the process that was started still runs."""
        return self.process.poll() is None

    def tree(self) -> list[int]:
        """Return the ids of the server's processes, its own first."""
        return processes(self.process.pid)

    def memory_bytes(self) -> int:
        """Return the memory of all processes, shared pages counted once (PSS where it can be read)."""
        return sum(_memory(pid) for pid in self.tree())

    def own_memory(self) -> dict[int, int]:
        """Return the bytes that each process holds beside files; what several share counts in each."""
        return {pid: _own_memory(pid) for pid in self.tree()}

    def descriptors(self) -> int:
        """Return how many descriptors all processes hold."""
        return sum(_count(Path(f"/proc/{pid}/fd")) for pid in self.tree())

    def threads(self) -> int:
        """Return how many threads all processes run."""
        return sum(_count(Path(f"/proc/{pid}/task")) for pid in self.tree())

    def stop(self, number: int = signal.SIGTERM, within_s: float = PLAN["stop_s"]) -> int:
        """Send a signal and return the exit code; a process that stays is killed with all below it."""
        below = self.tree()
        if self.alive():
            self.process.send_signal(number)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            for pid in below:
                _kill(pid)
            self.process.wait(5)
            raise
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()

    def kill(self) -> None:
        """End the process that was started as by a power cut."""
        self.process.kill()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def values(**more: str) -> dict[str, str]:
    """Return what the marks in cases and settings stand for."""
    limits = {"LIMIT": f"{PLAN['limit_s']:g}", "WRITE_LIMIT": f"{PLAN['write_s']:g}"}
    limits["VALIDATION_LIMIT"] = f"{PLAN['validation_s']:g}"
    return {**limits, "TOKEN": PLAN["token"], **more}


def start(profile: str, data: Path, log: Path, **environment: str) -> Server:
    """Start a server over some data and wait until it says where it listens."""
    settings = dict(PLAN["profiles"][profile]["environment"]) | environment
    for name, value in values(DATA=str(data)).items():
        settings = {key: text.replace(f"@{name}@", value) for key, text in settings.items()}
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    chosen = PLAN["profiles"][profile]
    arguments = [*PLAN["command"]["arguments"], *chosen.get("arguments", [])]
    if chosen.get("data", True):
        arguments += ["--data", str(data)]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "poca_kg", *arguments],
            stdout=subprocess.PIPE, stderr=errors, env=passed | settings, start_new_session=True,
        )  # fmt: skip
    told = _first_line(process, log)
    return Server(process, told["address"].rstrip("/"), log, told)


def _first_line(process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(PLAN["start_s"])
    line = process.stdout.readline() if ready else b""
    if not line:
        process.kill()
        process.wait(5)
        process.stdout.close()
        raise StartError(f"no address; the log ends: {log.read_text('utf-8', 'replace')[-600:]}")
    read: dict[str, Any] = json.loads(line)
    return read


def missing(feature: str, server: Server) -> str:
    """Return why a server lacks a feature, or nothing if it has it."""
    wanted = PLAN["features"][feature]
    headers = {"Authorization": f"Bearer {PLAN['token']}"} if feature == "writing" else {}
    reply = exchange(server.address, "GET", wanted["probe"], headers=headers)
    if reply.status == wanted["status"]:
        return ""
    return f"this server has no {feature}: {wanted['probe']} answers {reply.status}, not {wanted['status']}"


def processes(pid: int) -> list[int]:
    """Return a process and all below it that live."""
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        try:
            state = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state in "ZX":
            continue
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                queue += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _own_memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _count(folder: Path) -> int:
    try:
        return len(list(folder.iterdir()))
    except OSError:
        return 0


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def graph(nodes: int = 3000, clique: int = 60) -> bytes:
    """Return N-Quads on which runaways run away: numbered nodes, a clique, and what is hostile to pages."""
    lines = [f'<http://e/n{n}> <http://e/value> "{n}" <http://e/g> .' for n in range(nodes)]
    lines += [f"<http://e/n{n}> <http://e/next> <http://e/n{n + 1}> <http://e/g> ." for n in range(nodes)]
    lines += [
        f"<http://e/c{a}> <http://e/knows> <http://e/c{b}> <http://e/g> ."
        for a in range(clique)
        for b in range(clique)
    ]
    lines.append('<http://e/x> <http://e/says> "<script>alert(1)</script>" <http://e/g> .')
    lines.append("<javascript:alert(1)> <http://e/says> <javascript:alert(2)> <http://e/g> .")
    return "\n".join(lines).encode() + b"\n"


@contextmanager
def serving(profile: str) -> Iterator[Server]:
    """Serve the graph of the bar."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "bar.nq"
        data.write_bytes(graph())
        server = start(profile, data, Path(folder) / "log")
        try:
            yield server
        finally:
            if server.alive():
                server.stop()


def publish_version(folder: Path, data: Path, quads: bytes) -> str:
    """Publish some N-Quads to a data folder and return the version; ``folder`` must not be there yet."""
    folder.mkdir(parents=True)
    version = dataset_version("0.0.0", hashlib.sha256(quads).hexdigest())
    (folder / "graph.nq").write_bytes(quads)
    manifest = Manifest(version, "0.0.0", quads.count(b"\n"), (), ())
    (folder / "manifest.json").write_bytes(manifest.to_json())
    with (folder / "places.tsv").open("wb") as places:
        write_places((), (), places)
    publish(folder, data)
    return version


def empty_folder(folder: Path) -> Path:
    """Return a data folder whose current snapshot is empty."""
    publish_version(folder / "empty", folder / "data", b"")
    return folder / "data"
