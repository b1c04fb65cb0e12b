"""The document of a run as a page of tables: what was asked for, groups, queries, and what else to know."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.service.mix import GROUPS
from benchmarks.service.quiet import QUIET_SHARE
from benchmarks.service.servers import OURS

__all__ = ["TARGETS", "Target", "group_ratio", "page", "paired_ratios"]

Document = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """How many times as fast as a server ours is to be, for a group, in a mode, at so many connections."""

    peer: str
    mode: str
    group: str
    connections: int
    at_least: float


def _targets() -> Iterable[Target]:
    asked: dict[tuple[str, str], dict[int, float]] = {
        ("unique", "light"): {1: 0.5, 8: 0.5, 32: 0.7},
        ("unique", "rows"): {1: 0.85, 8: 1.0, 32: 1.0},
        ("unique", "aggregate"): {1: 0.9, 8: 1.2, 32: 1.2},
        ("repeated", "light"): {8: 1.05, 32: 1.05},
        ("repeated", "rows"): {1: 50, 8: 50, 32: 50},
        ("repeated", "aggregate"): {1: 50, 8: 50, 32: 50},
    }
    for (mode, group), levels in asked.items():
        for connections, at_least in levels.items():
            yield Target("oxigraph", mode, group, connections, at_least)
    for mode, group, connections in itertools.product(("unique", "repeated"), GROUPS, (1, 8, 32)):
        yield Target("rdflib-endpoint", mode, group, connections, 5)


TARGETS = tuple(_targets())
"""What the project asks of itself."""


def paired_ratios(document: Document, query: str, mode: str, connections: int, peer: str) -> list[float]:
    """Return our requests per second over a peer's, round by round, where both answered without a failure."""
    ours = _rates(document, query, mode, connections, OURS.name)
    theirs = _rates(document, query, mode, connections, peer)
    return [ours[number] / theirs[number] for number in sorted(ours.keys() & theirs.keys())]


def group_ratio(
    document: Document, group: str, mode: str, connections: int, peer: str
) -> tuple[float | None, int, int]:
    """Return the geometric mean of a group's median ratios, over how many queries, and of how many."""
    names = sorted({row["query"] for row in document["figures"] if row["mode"] == mode})
    names = [name for name in names if document["queries"][name]["group"] == group]
    medians = [
        statistics.median(ratios)
        for name in names
        if (ratios := paired_ratios(document, name, mode, connections, peer))
    ]
    mean = math.exp(statistics.fmean(map(math.log, medians))) if medians else None
    return mean, len(medians), len(names)


def page(document: Document, *, trial: bool) -> str:
    """Return the tables of a run in Markdown."""
    parts = [
        _heading(document, trial),
        _judged(document),
        _groups(document),
        _queries(document),
        _known(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rates(document: Document, query: str, mode: str, connections: int, server: str) -> dict[int, float]:
    """Return requests per second by round; a round with a failure, or without an answer, has none."""
    return {
        row["round"]: row["requests"] / row["seconds"]
        for row in _measured(document, query, mode, connections)
        if row["server"] == server and row["requests"] and not _failures(row)
    }


def _failures(row: dict[str, Any]) -> int:
    return int(row["status"] + row["timeout"] + row["broken"])


def _heading(document: Document, trial: bool) -> str:
    plan, machine = document["plan"], document["machine"]
    busy = max(document["busy_before"], document["strangers"]) > QUIET_SHARE
    lines = [f"# Service, {document['triples']:,} triples" + (" (trial)" if trial or busy else ""), ""]
    if trial or busy:
        reason = "others used the machine" if busy else "short rounds"
        lines += [f"**Not a result: {reason}.**", ""]
    lines += [
        f"{plan['rounds']} rounds of {plan['seconds']} s at {_words(plan['connections'])} connections; "
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, {machine['system']}; "
        f"in use before {document['busy_before']:.0%}, by others meanwhile {document['strangers']:.0%}. "
        "wrk ran on the same cores.",
        "",
        _row(["server", "version", "ready after, s", "memory, MB", "after the run, MB"]),
        "|---|---|--:|--:|--:|",
    ]
    for name, server in document["servers"].items():
        cells = [name, server["version"], server["ready_s"], server["memory_mb"], server["memory_after_mb"]]
        lines.append(_row(cells))
    lines += [f"\nLeft out: {name}: {why}." for name, why in document["unavailable"].items()]
    return "\n".join(lines)


def _judged(document: Document) -> str:
    lines = [
        "## What is asked for",
        "",
        _row(["against", "texts", "group", "connections", "at least", "found", ""]),
    ]
    lines.append("|---|---|---|--:|--:|--:|---|")
    for target in TARGETS:
        if target.peer in document["servers"] and target.connections in document["plan"]["connections"]:
            found, number, of = group_ratio(
                document, target.group, target.mode, target.connections, target.peer
            )
            if of:
                verdict = (
                    "not measured" if found is None else "met" if found >= target.at_least else "**missed**"
                )
                verdict += f", {number} of {of} queries" if number < of else ""
                cells = [
                    target.peer,
                    target.mode,
                    target.group,
                    target.connections,
                    target.at_least,
                    _ratio(found),
                ]
                lines.append(_row([*cells, verdict]))
    return "\n".join(lines)


def _groups(document: Document) -> str:
    peers = [name for name in document["servers"] if name != OURS.name]
    lines = [
        "## Groups",
        "",
        "Requests per second of poca-kg over those of another server: geometric mean over the queries "
        "of a group, of the medians over the rounds. Above 1 poca-kg is faster. "
        "Unique texts were never sent before.",
        "",
        _row(["texts", "group", "connections", *peers]),
        "|---|---|--:|" + "--:|" * len(peers),
    ]
    for mode in ("unique", "repeated"):
        for group in GROUPS:
            for connections in document["plan"]["connections"]:
                found = [group_ratio(document, group, mode, connections, peer) for peer in peers]
                if any(of for _, _, of in found):
                    cells = [_ratio(mean) + (f" ({n} of {of})" if n < of else "") for mean, n, of in found]
                    lines.append(_row([mode, group, connections, *cells]))
    return "\n".join(lines)


def _queries(document: Document) -> str:
    peers = [name for name in document["servers"] if name != OURS.name]
    lines = ["## Queries", "", "Median ratio, and the least and greatest of the rounds.", ""]
    lines += [_row(["query", "texts", "connections", "poca-kg, 1/s", "p50, ms", "p99, ms", *peers])]
    lines += ["|---|---|--:|--:|--:|--:|" + "--:|" * len(peers)]
    keys = dict.fromkeys((row["query"], row["mode"], row["connections"]) for row in document["figures"])
    order = list(document["queries"])
    for query, mode, connections in sorted(
        keys, key=lambda key: (key[1] != "unique", order.index(key[0]), key[2])
    ):
        own = [row for row in _measured(document, query, mode, connections) if row["server"] == OURS.name]
        rates = _rates(document, query, mode, connections, OURS.name)
        cells = [f"{statistics.median(rates.values()):,.0f}" if rates else "failed" if own else "–"]
        cells += [
            f"{statistics.median(row[p] for row in own):.2f}" if rates else "–" for p in ("p50_ms", "p99_ms")
        ]
        cells += [_spread(paired_ratios(document, query, mode, connections, peer)) for peer in peers]
        lines.append(_row([query, mode, connections, *cells]))
    return "\n".join(lines)


def _measured(document: Document, query: str, mode: str, connections: int) -> list[dict[str, Any]]:
    wanted = (query, mode, connections)
    rows = (row for row in document["figures"] if "skipped" not in row)
    return [row for row in rows if (row["query"], row["mode"], row["connections"]) == wanted]


def _known(document: Document) -> str:
    lines = list(document["notes"])
    seen: dict[str, int] = {}
    for row in document["figures"]:
        place = f"{row['query']} ({row['mode']}) at {row['connections']}: {row['server']}"
        if "skipped" in row:
            what = f"{place} left out: {row['skipped']}"
        elif _failures(row):
            what = (
                f"{place} failed: status {row['status']}, time-out {row['timeout']}, broken {row['broken']}"
            )
        elif not row["requests"]:
            what = f"{place} answered nothing in {row['seconds']:.0f} s"
        else:
            what = f"{place} still computed a minute after" if row.get("restless") else ""
        if what:
            seen[what] = seen.get(what, 0) + 1
    lines += [f"{what}" + (f" ({times} rounds)" if times > 1 else "") for what, times in seen.items()]
    return "\n".join(["## To be known", "", *(f"- {line}" for line in lines)]) if lines else ""


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _ratio(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _spread(ratios: Sequence[float]) -> str:
    if not ratios:
        return "–"
    middle = _ratio(statistics.median(ratios))
    return middle if len(ratios) == 1 else f"{middle} ({_ratio(min(ratios))} to {_ratio(max(ratios))})"


def _words(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
