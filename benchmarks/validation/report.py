"""The document of a run as a page: what was asked for, and the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks.service.quiet import QUIET_SHARE
from benchmarks.validation.graphs import CONSTRAINTS

__all__ = ["COMPILED", "LEAST_RATIO", "REFERENCE", "judged", "page", "ratio", "wrong"]

Document = dict[str, Any]
COMPILED, REFERENCE = "poca-kg, compiled", "pyshacl"
LEAST_RATIO = {"core": 15, "sparql": 80}
_RATIO_SIZES = range(10_000, 200_000)
_MILLION = 1_000_000
_MOST_CPU_S, _MOST_MB, _MOST_CHANGE_MS, _MOST_REQUESTS = 15, 1024, 50, 2


def ratio(document: Document, row: dict[str, Any]) -> float | None:
    """Return pyshacl's processor time over that of a row, both without what they take to start.

    ``None`` where one of them was not measured.
    """
    peer = next(
        (other for other in document["files"] if other["engine"] == REFERENCE and _case(other) == _case(row)),
        None,
    )
    theirs, ours = (_net_s(document, one) for one in (peer, row))
    return None if theirs is None or ours is None else theirs / ours


def judged(document: Document) -> Iterator[tuple[str, str, str, bool]]:
    """Yield what was asked for: of what, the bound, what was found, whether that is enough."""
    for row in document["files"]:
        if row["engine"] != COMPILED:
            continue
        of = f"{row['variant']}, {row['triples']:,} triples"
        if row["triples"] in _RATIO_SIZES:
            times, least = ratio(document, row), LEAST_RATIO[row["variant"]]
            if times is not None:
                yield f"{of}: times pyshacl", f"≥ {least}", f"{times:.1f}", times >= least
        if row["triples"] >= _MILLION:
            cpu_s, peak_mb = row.get("cpu_s", float("inf")), row.get("peak_mb", float("inf"))
            yield f"{of}: CPU, s", f"≤ {_MOST_CPU_S}", f"{cpu_s:.1f}", cpu_s <= _MOST_CPU_S
            yield f"{of}: memory, MB", f"≤ {_MOST_MB}", f"{peak_mb:.0f}", peak_mb <= _MOST_MB
    for row in _measured(document.get("remote", ())):
        constraints = CONSTRAINTS[row["variant"]][1]
        per = row["requests"] / constraints
        of = f"remote, {row['variant']}, {row['triples']:,} triples"
        yield f"{of}: requests per constraint", f"≤ {_MOST_REQUESTS}", f"{per:.2f}", per <= _MOST_REQUESTS
        share = row["received"] / row["data_bytes"]
        yield f"{of}: share of the data received", "≤ 5 %", f"{share:.1%}", share <= 0.05
    for row in document.get("changes", ()):
        of = f"one changed {row['kind']}, {row['variant']}, {row['triples']:,} triples: ms"
        yield of, f"< {_MOST_CHANGE_MS}", f"{row['median_ms']:.1f}", row["median_ms"] < _MOST_CHANGE_MS
    for row in _all_rows(document):
        yield _of_results(row), str(row["expected"]), str(row["found"]), row["found"] == row["expected"]


def wrong(document: Document) -> list[str]:
    """Return which runs did not find just the mistakes that were made."""
    return [_of_results(row) for row in _all_rows(document) if row["found"] != row["expected"]]


def page(document: Document, *, trial: bool) -> str:
    """Return the tables of a run in Markdown."""
    parts = [_heading(document, trial), _asked(document), _files(document), _starts(document)]
    parts += [_remote(document), _many(document), _changes(document)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(document: Document, trial: bool) -> str:
    plan, machine = document["plan"], document["machine"]
    busy = document["busy_before"] > QUIET_SHARE
    lines = ["# Validation" + (" (trial)" if trial or busy else ""), ""]
    if trial or busy:
        reason = "others used the machine" if busy else "short rounds"
        lines += [f"**Not a result: {reason}.**", ""]
    versions = ", ".join(f"{name} {number}" for name, number in document["versions"].items())
    lines += [
        f"Medians of {plan['rounds']} rounds; {machine['cores']} cores ({machine['processor']}), "
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}; {versions}; "
        f"in use before {document['busy_before']:.0%}.",
        *(f"\n{note}" for note in document.get("notes", ())),
    ]
    return "\n".join(lines)


def _asked(document: Document) -> str:
    rows = [(of, bound, found, "met" if met else "**missed**") for of, bound, found, met in judged(document)]
    return _table("What is asked for", ("of", "bound", "found", ""), rows)


def _of_results(row: dict[str, Any]) -> str:
    return f"{row.get('engine', 'remote')}, {row['variant']}, {row['triples']:,} triples: results"


def _files(document: Document) -> str:
    rows = []
    for row in document["files"]:
        times = ratio(document, row)
        beside = "–" if times is None or row["engine"] == REFERENCE else f"{times:.1f}"
        rows.append((f"{row['triples']:,}", row["variant"], row["engine"], *_figures(row), beside))
    names = ("triples", "shapes", "engine", "CPU, s", "elapsed, s", "memory, MB", "results", "times pyshacl")
    return _table("From a file to its report", names, rows) + (
        "\n\nOne process from its start to its end. *Times pyshacl* leaves out what each takes to start."
    )


def _starts(document: Document) -> str:
    rows = [(row["variant"], row["engine"], *_figures(row)[:3]) for row in document["starts"]]
    return _table(
        "Starts, on a single city", ("shapes", "engine", "CPU, s", "elapsed, s", "memory, MB"), rows
    )


def _remote(document: Document) -> str:
    rows = [
        (
            f"{row['triples']:,}",
            row["variant"],
            f"{row['cpu_s']:.2f}",
            f"{row['wall_s']:.2f}",
            row["requests"],
            f"{row['sent']:,}",
            f"{row['received']:,}",
            f"{row['data_bytes']:,}",
        )
        for row in _measured(document.get("remote", ()))
    ]
    names = (
        "triples",
        "shapes",
        "CPU here, s",
        "elapsed, s",
        "requests",
        "sent, B",
        "received, B",
        "data, B",
    )
    return _table("A remote store (`oxigraph serve`)", names, rows)


def _many(document: Document) -> str:
    rows = [(f"{row['triples']:,}", row["engine"], *_figures(row)) for row in document.get("many", ())]
    names = ("triples", "engine", "CPU, s", "elapsed, s", "memory, MB", "results")
    return _table("A file in which everything has a mistake", names, rows)


def _changes(document: Document) -> str:
    rows = [
        (
            f"{row['triples']:,}",
            row["variant"],
            row["kind"],
            row["changes"],
            f"{row['median_ms']:.1f}",
            f"{row['worst_ms']:.1f}",
        )
        for row in document.get("changes", ())
    ]
    return _table(
        "After one changed node", ("triples", "shapes", "node", "changes", "median, ms", "worst, ms"), rows
    )


def _figures(row: dict[str, Any]) -> tuple[str, str, str, str]:
    if why := row.get("skipped") or row.get("failed"):
        return why, "–", "–", "–"
    return f"{row['cpu_s']:.2f}", f"{row['wall_s']:.2f}", f"{row['peak_mb']:.0f}", f"{row['found']:,}"


def _measured(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not row.get("skipped") and not row.get("failed")]


def _all_rows(document: Document) -> list[dict[str, Any]]:
    return _measured([*document["files"], *document.get("remote", ()), *document.get("many", ())])


def _net_s(document: Document, row: dict[str, Any] | None) -> float | None:
    """Return the processor time of a row beyond what its engine takes on a single city."""
    if row is None or not _measured([row]):
        return None
    start = next(
        one
        for one in document["starts"]
        if (one["engine"], one["variant"]) == (row["engine"], row["variant"])
    )
    return max(0.001, float(row["cpu_s"]) - float(start["cpu_s"])) if _measured([start]) else None


def _case(row: dict[str, Any]) -> tuple[int, str]:
    return row["triples"], row["variant"]


def _table(title: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    lines = [f"## {title}", "", _line(names), "|---" * len(names) + "|", *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
