"""Kinds of jobs that only tests ask for: what a worker may do, what becomes of one that breaks."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from poca_kg.errors import UsageError
from poca_kg.sandbox.jobs import AnswerSink
from poca_kg.store.embedded import EmbeddedStore

MIB = 1 << 20


def ungated(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Give a query straight to the engine, as if the gate did not exist."""
    out.begin("application/sparql-results+json")
    try:
        result = store._engine.query(body.decode(), use_default_graph_as_union=True)
        if isinstance(result, ox.QueryTriples):
            result.serialize(out, format=ox.RdfFormat.N_TRIPLES)
        else:
            result.serialize(out, format=ox.QueryResultsFormat.JSON)
    except (SyntaxError, OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{type(error).__name__}: {error}") from None


def probe(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Do what the header names and answer in JSON."""
    out.begin("application/json")
    out.write(json.dumps(PROBES[header["do"]](out, body)).encode())


def _attempt(what: Callable[[], object]) -> str:
    try:
        what()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def _holdings(out: AnswerSink, body: bytes) -> dict[str, Any]:
    """Tell what this process can reach."""
    limits = {
        name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
        for name in ("CORE", "FSIZE", "NOFILE")
    }
    fields = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "environment": dict(os.environ),
        "files": sorted(int(path.name) for path in Path("/proc/self/fd").iterdir()),
        "limits": limits,
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "used": int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize(),
        "stack": threading.stack_size(),
        "no_new_privileges": fields["NoNewPrivs"].strip(),
        "seccomp": fields["Seccomp"].strip(),
        "oom_score": Path("/proc/self/oom_score_adj").read_text().strip(),
    }


def _attempts(out: AnswerSink, body: bytes) -> dict[str, str]:
    """Try what a worker must not do."""
    sorts = ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK")
    tries = {
        name: lambda name=name: socket.socket(getattr(socket, name), socket.SOCK_DGRAM) for name in sorts
    }
    tries["program"] = lambda: os.execv("/bin/true", ["true"])
    tries["kill"] = lambda: os.kill(os.getppid(), 0)
    return {name: _attempt(what) for name, what in tries.items()}


def _write_file(out: AnswerSink, body: bytes) -> None:
    """Write to a file; the kernel ends whoever does so beyond the limit, or the write fails."""
    with Path(body.decode()).open("wb", buffering=0) as file:
        file.write(b"x")


def _half(out: AnswerSink, body: bytes) -> None:
    """Break down in the middle of an answer."""
    out.write(b"x" * 3 * MIB)
    time.sleep(0.1)
    ctypes.string_at(0)


def _refuse_late(out: AnswerSink, body: bytes) -> None:
    out.write(b"x" * 3 * MIB)
    raise UsageError("thought better of it")


def _slow(out: AnswerSink, body: bytes) -> str:
    """Answer in two parts with a pause between them."""
    out.write(b"x" * 100_000)
    time.sleep(0.5)
    return "end"


PROBES: dict[str, Callable[[AnswerSink, bytes], Any]] = {
    "holdings": _holdings,
    "attempts": _attempts,
    "write-file": _write_file,
    "crash": lambda out, body: ctypes.string_at(0),
    "abort": lambda out, body: os.abort(),
    "raise": lambda out, body: {}["nothing"],
    "exit": lambda out, body: os._exit(3),
    "allocate": lambda out, body: len(bytearray(1 << 40)),
    "sleep": lambda out, body: time.sleep(float(body)),
    "echo": lambda out, body: len(body),
    "half": _half,
    "refuse-late": _refuse_late,
    "slow": _slow,
    "grow": lambda out, body: len(b"x" * 120 * MIB),
    "lie": lambda out, body: os.write(3, b"\xff" * 64),
    "two-answers": lambda out, body: os.write(3, b"\x04" + b"\x00" * 8),
}
