"""One measurement: wrk asks one server one query of the mix, for a while, over so many connections."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.service.mix import Query
from benchmarks.service.servers import Server

__all__ = ["Figure", "Load", "measure", "write_requests"]

_SCRIPT = Path(__file__).parent / "wrk.lua"
_SLOWEST_S = 60


@dataclass(frozen=True)
class Load:
    """How a query is asked: over so many connections, so long; with a salt each text is new."""

    connections: int
    seconds: int
    salt: str | None


@dataclass(frozen=True)
class Figure:
    """What wrk counted: answers, and by ``status``, ``timeout`` and ``broken`` the requests that failed."""

    requests: int
    seconds: float
    bytes: int
    status: int
    timeout: int
    broken: int
    p50_ms: float
    p99_ms: float


def write_requests(path: Path, query: Query, number: int, cities: int) -> None:
    """Write texts of a query for wrk, percent-encoded, one to a line."""
    path.write_text(
        "".join(f"{quote(text, safe='')}\n" for text in query.texts(number, cities)), encoding="ascii"
    )


def measure(server: Server, query: Query, requests: Path, load: Load) -> Figure:
    """Ask a server for a while and return what wrk counted.

    Raises
    ------
    RuntimeError
        If wrk itself fails.
    """
    base = f"http://127.0.0.1:{server.port}"
    command = [
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(load.connections),
        "--duration",
        f"{load.seconds}s",
    ]
    command += ["--timeout", f"{_SLOWEST_S}s", "--script", str(_SCRIPT), base, "--"]
    command += [str(requests), server.peer.path, query.accept]
    command += [load.salt] if load.salt else []
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=load.seconds + 2 * _SLOWEST_S, check=False
    )
    last = done.stdout.strip().splitlines()[-1:] or [""]
    if done.returncode or not last[0].startswith("{"):
        raise RuntimeError(f"wrk failed on {server.peer.name}: {done.stderr or done.stdout}")
    return Figure(**json.loads(last[0]))
