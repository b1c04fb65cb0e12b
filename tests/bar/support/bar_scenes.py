"""What several clients do at once; ``scenes.toml`` says what is expected of it."""

from __future__ import annotations

import socket
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bar_http import Reply, ask
from bar_server import Server

__all__ = ["SCENES", "answer", "busy_cpu_s", "connect", "runaway", "runaways", "unexpected"]

SCENES: dict[str, Any] = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "scenes.toml").read_text("utf-8")
)
PATTERN = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


def runaway(number: int = 0) -> str:
    """Return a query that never ends; another number makes another text."""
    return f"SELECT (COUNT(*) AS ?n{number}) {{ {PATTERN} FILTER(?a != {time.monotonic_ns()}) }}"


def runaways(server: Server, count: int, threads: ThreadPoolExecutor) -> list[Future[Reply]]:
    """Send several at once."""
    return [threads.submit(ask, server.address, runaway(number)) for number in range(count)]


def answer(reply: Reply) -> str:
    """Return status and slug as the data write them."""
    return f"{reply.status} {reply.slug or ''}".strip()


def unexpected(replies: Sequence[Reply], wanted: Sequence[str]) -> list[str]:
    """Return the answers that are none of those wanted, and those that were cut off."""
    wrong = [answer(one) for one in replies if answer(one) not in wanted]
    return wrong + [f"{answer(one)} was cut off: {one.error}" for one in replies if not one.complete]


def connect(server: Server, *, timeout_s: float = 10.0) -> socket.socket:
    """Return a connection to a server."""
    where = urlsplit(server.address)
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=timeout_s)


def busy_cpu_s(server: Server) -> float:
    """Return the processor time that the living processes of a server have used."""
    total = 0.0
    for pid in server.tree():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / 100
    return total
