"""A service as a user starts it, versions to publish, and what is left of processes."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from poca_kg.store.manifest import Manifest
from poca_kg.store.snapshot import Snapshot, publish

ROWS = 200
COUNT = "SELECT ?v (COUNT(*) AS ?n) { ?s <http://e/v> ?v } GROUP BY ?v"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
START_S = 30.0


@dataclass(frozen=True)
class Answer:
    """A response that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Service:
    """A running ``poca-kg serve`` on a free port; ``under`` are the words of a program that starts it."""

    def __init__(self, *arguments: object, log: Path, under: Sequence[str] = (), **settings: str) -> None:
        environ = {name: text for name, text in os.environ.items() if not name.startswith("POCA_KG_")}
        environ |= {f"POCA_KG_{name.upper()}": text for name, text in settings.items()}
        words = [*under, sys.executable, "-m", "poca_kg", "serve", "--port", "0", "--format", "json"]
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*words, *map(str, arguments)], stdout=subprocess.PIPE, stderr=out, env=environ
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(10)
            self.close()
            raise AssertionError(f"the service did not start:\n{log.read_text()}")
        self.told = json.loads(line)
        place = urlsplit(self.told["address"])
        self.host, self.port = str(place.hostname), int(place.port or 0)

    def connect(self, timeout_s: float = 20.0) -> http.client.HTTPConnection:
        """Return a connection."""
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)

    def get(self, path: str, **how: float) -> Answer:
        """Return the answer to a request on a connection of its own."""
        connection = self.connect(**how)
        try:
            return get(connection, path)
        finally:
            connection.close()

    def ask(self, query: str, **how: float) -> Answer:
        """Return the answer to a query."""
        return self.get(asking(query), **how)

    def update(self, text: str, token: str) -> int:
        """Send an update and return the status of the answer."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update"}
        connection = self.connect()
        try:
            connection.request("POST", "/update", text.encode(), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def pids(self) -> list[int]:
        """Return the process ids of all processes of the service, its own first."""
        return [self.process.pid, *descendants(self.process.pid)]

    def named(self, program: str) -> list[int]:
        """Return the processes of a program: ``front_program``, ``forkserver`` (the parents), ``writer``."""
        found = []
        for pid in children(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if f".{program} import".encode() in words:
                found.append(pid)
        return found

    def end(self, number: int = signal.SIGTERM, within_s: float = 20.0) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(within_s)
        finally:
            self.close()

    def close(self) -> None:
        """End it by force, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def get(connection: http.client.HTTPConnection, path: str) -> Answer:
    """Return the answer to a request."""
    connection.request("GET", path, headers={"Accept": "application/sparql-results+json, */*;q=0.1"})
    response = connection.getresponse()
    body = response.read()
    return Answer(response.status, {name.lower(): text for name, text in response.getheaders()}, body)


def asking(query: str) -> str:
    """Return the path that asks a query."""
    return f"/sparql?{urlencode({'query': query})}"


def counted(answer: Answer) -> dict[str, int]:
    """Return the rows of the answer to ``COUNT``."""
    rows = json.loads(answer.body)["results"]["bindings"]
    return {row["v"]["value"]: int(row["n"]["value"]) for row in rows}


def publish_rows(name: str, data_dir: Path, *, rows: int = ROWS) -> Snapshot:
    """Publish a snapshot whose rows all bear one name."""
    lines = [f'<http://e/s{n}> <http://e/v> "{name}" <http://e/g> .' for n in range(rows)]
    graph = ("\n".join(sorted(lines)) + "\n").encode()
    version = f"{name}-{hashlib.sha256(graph).hexdigest()[:12]}"
    folder = data_dir.parent / f"{data_dir.name}-{name}"
    folder.mkdir(parents=True)
    (folder / "graph.nq").write_bytes(graph)
    (folder / "manifest.json").write_bytes(Manifest(version, "0", rows, (), ()).to_json())
    (folder / "places.tsv").write_text("subject\tpredicate\tobject\tfile\tline\n")
    try:
        return publish(folder, data_dir)
    finally:
        shutil.rmtree(folder)


def children(pid: int) -> list[int]:
    """Return the living children of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return [one for one in found if alive(one)]


def descendants(pid: int) -> list[int]:
    """Return the living children of a process, and theirs."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def alive(pid: int) -> bool:
    """Whether a process lives."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(condition: Callable[[], object], within_s: float = 10.0) -> bool:
    """Wait until something holds; return whether it came to that."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
