"""A run on one graph: start every server, compare answers, then measure in turns, round after round.

All servers stay up and hold the same graph. In each round every query is asked of one server after the other,
so that what disturbs the machine for a minute disturbs all of them, and ratios are taken within a round.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.service.answers import Answer, ask
from benchmarks.service.graphs import Generated, write_graph
from benchmarks.service.load import Load, measure, write_requests
from benchmarks.service.mix import Query
from benchmarks.service.quiet import Strangers, busy_share
from benchmarks.service.servers import OURS, Peer, Server, UnavailableError, started

__all__ = ["Plan", "run"]

_TEXTS = 2000
_REPEATED_TEXTS = 8
_COMPARED_TEXTS = 3
_LONGEST_S = 10


@dataclass(frozen=True)
class Plan:
    """What to measure and for how long."""

    peers: Sequence[Peer]
    queries: Sequence[Query]
    measured: frozenset[str]
    connections: Sequence[int]
    rounds: int
    seconds: int


Tell: TypeAlias = Callable[[str], None]
Keep: TypeAlias = Callable[[dict[str, Any]], None]


def run(plan: Plan, triples: int, folder: Path, tell: Tell, *, keep: Keep) -> None:
    """Measure all servers on a graph of a size, and hand on after each round all that was seen so far."""
    busy = busy_share()
    graph = write_graph(folder / "graph.nq", triples)
    document: dict[str, Any] = {
        "triples": triples,
        "plan": {"connections": list(plan.connections), "rounds": 0, "seconds": plan.seconds},
        "machine": _machine(),
        "busy_before": round(busy, 3),
        "queries": {query.name: {"title": query.title, "group": query.group} for query in plan.queries},
        "servers": {},
        "unavailable": {},
        "notes": [],
        "figures": [],
    }
    with ExitStack() as stack:
        servers = _start(plan, graph, folder, stack=stack, document=document, tell=tell)
        strangers = Strangers(servers)
        answers = _compare(plan.queries, servers, graph, document, tell)
        for number in range(plan.rounds):
            for query in plan.queries:
                if query.name in plan.measured:
                    tell(f"round {number + 1} of {plan.rounds}: {query.name}")
                    turns = servers[number % len(servers) :] + servers[: number % len(servers)]
                    _round(plan, query, turns, _Round(number, graph, folder, answers), document)
            for server in servers:
                document["servers"][server.peer.name]["memory_after_mb"] = server.memory_mb()
            document["strangers"] = round(strangers.share(), 3)
            document["plan"]["rounds"] = number + 1
            keep(document)


def _start(
    plan: Plan, graph: Generated, folder: Path, *, stack: ExitStack, document: dict[str, Any], tell: Tell
) -> list[Server]:
    servers = []
    for peer in plan.peers:
        try:
            if peer.largest is not None and graph.triples > peer.largest:
                raise UnavailableError(f"not given more than {peer.largest} triples")
            server = stack.enter_context(started(peer, graph.path, folder / peer.name))
        except UnavailableError as error:
            tell(f"{peer.name}: left out: {error}")
            document["unavailable"][peer.name] = str(error)
            continue
        tell(f"{peer.name}: ready after {server.ready_s:.1f} s")
        document["servers"][peer.name] = {
            "version": server.version,
            "ready_s": round(server.ready_s, 2),
            "memory_mb": server.memory_mb(),
        }
        servers.append(server)
    return servers


def _compare(
    queries: Sequence[Query],
    servers: Sequence[Server],
    graph: Generated,
    document: dict[str, Any],
    tell: Tell,
) -> dict[tuple[str, str], Answer]:
    """Ask everything once or more of everybody, note what differs, and return the quickest or the failed."""
    last: dict[tuple[str, str], Answer] = {}
    for query in queries:
        for text in query.texts(_COMPARED_TEXTS, graph.cities):
            found = {server.peer.name: ask(server, query, text) for server in servers}
            ours = found.get(OURS.name)
            for name, answer in found.items():
                last[query.name, name] = _kept(last.get((query.name, name)), answer)
                if answer.failure:
                    _note(document, tell, f"{query.name}: {name} failed: {answer.failure}")
                elif ours and not ours.failure and not answer.agrees(ours, query):
                    what = f"{query.name}: {name} gave {answer.rows} rows, ours {ours.rows}"
                    _note(document, tell, what + ("" if answer.rows != ours.rows else ", of other values"))
    return last


def _kept(before: Answer | None, now: Answer) -> Answer:
    """Return the failure, if there was one, else the quicker answer: the first is slow in many servers."""
    if before is None or now.failure:
        return now
    return before if before.failure or before.seconds <= now.seconds else now


def _note(document: dict[str, Any], tell: Tell, text: str) -> None:
    if text not in document["notes"]:
        document["notes"].append(text)
        tell(text)


@dataclass(frozen=True)
class _Round:
    """What the measurements of one query in one round share."""

    number: int
    graph: Generated
    folder: Path
    answers: dict[tuple[str, str], Answer]


def _round(
    plan: Plan, query: Query, servers: Sequence[Server], shared: _Round, document: dict[str, Any]
) -> None:
    for mode in ("unique", "repeated") if query.repeated else ("unique",):
        requests = shared.folder / f"{query.name}-{mode}.txt"
        write_requests(
            requests, query, _REPEATED_TEXTS if mode == "repeated" else _TEXTS, shared.graph.cities
        )
        if shared.number == 0 and mode == "unique":
            _warm(plan, query, servers, shared, requests)
        for connections in plan.connections:
            for server in servers:
                answer = shared.answers[query.name, server.peer.name]
                seconds = _seconds(answer, connections, plan.seconds)
                row: dict[str, Any] = {
                    "query": query.name,
                    "mode": mode,
                    "connections": connections,
                    "server": server.peer.name,
                    "round": shared.number,
                }
                if answer.failure or seconds is None or not server.alive():
                    row["skipped"] = answer.failure or ("slow" if server.alive() else "died")
                else:
                    salt = f"{shared.number}-{connections}" if mode == "unique" else None
                    row |= asdict(measure(server, query, requests, Load(connections, seconds, salt)))
                    if not server.settle():
                        row["restless"] = True
                document["figures"].append(row)


def _warm(plan: Plan, query: Query, servers: Sequence[Server], shared: _Round, requests: Path) -> None:
    """Ask everybody before it counts, since a JVM compiles what it has run often; nothing is kept of it."""
    for server in servers:
        answer = shared.answers[query.name, server.peer.name]
        connections = max(plan.connections)
        if not answer.failure and server.alive() and answer.seconds * connections < 1:
            measure(server, query, requests, Load(connections, 1, "warm"))
            server.settle()


def _seconds(answer: Answer, connections: int, seconds: int) -> int | None:
    """Return how long to ask so that each connection is answered twice; ``None`` where that is too long.

    A server may work on one request at a time. With one connection everything is measured.

    >>> quick, slow = Answer(1, frozenset(), 0.01), Answer(1, frozenset(), 1.5)
    >>> _seconds(quick, 32, 2), _seconds(slow, 1, 2), _seconds(slow, 8, 2), _seconds(slow, 32, 2)
    (2, 4, None, None)
    """
    needed = math.ceil(2.5 * answer.seconds * connections)
    if needed <= seconds:
        return seconds
    return needed if connections == 1 or needed <= _LONGEST_S else None


def _machine() -> dict[str, Any]:
    models = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": models[0].partition(":")[2].strip() if models else platform.machine(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
