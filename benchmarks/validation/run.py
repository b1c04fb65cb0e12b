"""A whole run: every engine on every size and variant, the remote store, many findings, one changed node."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.service.quiet import busy_share
from benchmarks.validation.engines import ENGINES, Engine, found_by_us, our_command
from benchmarks.validation.graphs import VARIANTS, Generated, write_case
from benchmarks.validation.processes import Measured, run_measured
from benchmarks.validation.remote import counting_proxy, oxigraph_command, served

__all__ = ["MANY", "Plan", "run"]

_ROOT = Path(__file__).resolve().parents[2]
MANY = 450_000
"""Triples that give 50,000 findings if everything has a mistake."""


@dataclass(frozen=True)
class Plan:
    """What a run measures; processor time per command is limited, in seconds."""

    sizes: tuple[int, ...]
    rounds: int
    cpu_limit_s: int
    engines: Sequence[Engine] = ENGINES
    variants: Sequence[str] = tuple(VARIANTS)
    remote: int | None = None
    changed: int | None = None
    many: int | None = MANY


def run(plan: Plan, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything of the plan, one command at a time, and return the document."""
    document: dict[str, Any] = {
        "plan": {"sizes": plan.sizes, "rounds": plan.rounds, "cpu_limit_s": plan.cpu_limit_s},
        "machine": _machine(),
        "versions": {name: version(name) for name in ("poca-kg", "pyoxigraph", "pyshacl", "rdflib")},
        "busy_before": busy_share(),
        "files": [],
    }
    with tempfile.TemporaryDirectory(prefix="poca-kg-bench-") as folder:
        bench = _Bench(plan, Path(folder), tell)
        document["starts"] = bench.starts()
        for size in plan.sizes:
            document["files"] += bench.files(size)
        if plan.remote:
            document["remote"] = bench.remote(plan.remote)
        if plan.changed:
            document["changes"] = bench.changes(plan.changed)
        if plan.many:
            document["many"] = bench.many(plan.many)
    return document


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": memory,
    }


@dataclass(frozen=True)
class _Bench:
    plan: Plan
    folder: Path
    tell: Callable[[str], None]

    def starts(self) -> list[dict[str, Any]]:
        """Return what each command uses on a single city: interpreter, imports, shapes."""
        made = write_case(self.folder / "start", 1)
        return [
            self._row(engine, variant, made, limit=None)
            for variant in self.plan.variants
            for engine in self.plan.engines
        ]

    def files(self, size: int) -> list[dict[str, Any]]:
        """Return a row for each engine and variant on a file of a size."""
        made = write_case(self.folder / str(size), size)
        return [
            self._row(engine, variant, made, limit=size)
            for variant in self.plan.variants
            for engine in self.plan.engines
        ]

    def remote(self, size: int) -> list[dict[str, Any]]:
        """Return what validating a remote store takes, and what goes over the wire."""
        made = write_case(self.folder / f"remote-{size}", size)
        command = oxigraph_command()
        if command is None:
            return [{"skipped": "oxigraph is not installed: pip install '.[peers]'"}]
        rows = []
        with served(command, made.path, self.folder) as port:
            for variant in self.plan.variants:
                with counting_proxy(port) as traffic:
                    url = f"http://127.0.0.1:{traffic.port}/query"
                    shapes = made.path.parent / f"shapes-{variant}.ttl"
                    line = our_command("compiled", "--store", url, shapes=shapes)
                    used, found, why = self._once(line, found_by_us)
                row = {"variant": variant, "triples": made.triples, "data_bytes": made.path.stat().st_size}
                row |= {"expected": made.expected(variant), "found": found, "failed": why, **asdict(used)}
                row |= {"requests": traffic.requests, "sent": traffic.sent, "received": traffic.received}
                rows.append(row)
                self.tell(f"remote, {variant}: {traffic.requests} requests, {used.wall_s:.1f} s")
        return rows

    def changes(self, size: int) -> list[dict[str, Any]]:
        """Return what it takes to validate again after one node has changed; a process for each variant."""
        folder = write_case(self.folder / f"changes-{size}", size).path.parent
        command = [sys.executable, "-m", "benchmarks.validation", "changes", str(folder), "--shapes"]
        rows: list[dict[str, Any]] = []
        for variant in self.plan.variants:
            told = subprocess.run([*command, variant], check=True, capture_output=True, cwd=_ROOT)
            rows += json.loads(told.stdout)
            self.tell(f"changes, {variant}: at most {max(row['worst_ms'] for row in rows):.0f} ms")
        return rows

    def many(self, size: int) -> list[dict[str, Any]]:
        """Return what a file takes in which everything has a mistake."""
        made = write_case(self.folder / f"many-{size}", size, share=1)
        return [self._row(engine, "core", made, limit=size) for engine in self.plan.engines]

    def _row(self, engine: Engine, variant: str, made: Generated, *, limit: int | None) -> dict[str, Any]:
        """Measure one engine on one case, as often as there are rounds; the figures are medians."""
        row: dict[str, Any] = {"engine": engine.name, "variant": variant, "triples": made.triples}
        row["expected"] = made.expected(variant)
        if limit is not None and limit > engine.largest.get(variant, limit):
            return row | {"skipped": f"it is given no more than {engine.largest[variant]:,} triples"}
        shapes = made.path.parent / f"shapes-{variant}.ttl"
        rounds = []
        for _ in range(self.plan.rounds):
            used, found, why = self._once(engine.command(made.path, shapes), engine.found)
            if why:
                self.tell(f"{made.triples}, {variant}, {engine.name}: {why}")
                return row | {"failed": why, **asdict(used)}
            rounds.append(used)
        row |= {
            name: statistics.median(getattr(used, name) for used in rounds) for name in ("cpu_s", "wall_s")
        }
        row |= {"peak_mb": max(used.peak_mb for used in rounds), "found": found}
        self.tell(
            f"{made.triples}, {variant}, {engine.name}: {row['cpu_s']:.2f} CPU s, {row['peak_mb']:.0f} MB, "
            f"{found} of {row['expected']} results"
        )
        return row

    def _once(self, command: list[str], found: Callable[[str], int]) -> tuple[Measured, int | None, str]:
        """Run a command once; return what it used, what it found, and why it cannot be counted if so."""
        out = self.folder / "out"
        used = run_measured(command, out, cpu_limit_s=self.plan.cpu_limit_s)
        output = out.read_text(encoding="utf-8", errors="replace")
        if used.out_of_time:
            return used, None, f"not done in {self.plan.cpu_limit_s} CPU s"
        if used.status not in {0, 1}:
            return used, None, f"exit code {used.status}: {output.strip()[-200:]}"
        return used, found(output), ""
