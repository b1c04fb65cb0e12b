"""``python -m benchmarks.service graph | run | table``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.service.graphs import write_graph
from benchmarks.service.mix import read_mix
from benchmarks.service.report import page
from benchmarks.service.run import Plan, run
from benchmarks.service.servers import PEERS, Peer

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
TRIALS = ROOT / "build" / "bench-service"
SIZES = (100_000, 1_000_000)
ROUNDS = 3


def main() -> None:
    """Do what the command line says."""
    signal.signal(signal.SIGTERM, _interrupt)  # else servers would outlive us
    options = _parser().parse_args()
    if options.command == "graph":
        print(write_graph(options.file, options.triples))
    elif options.command == "table":
        document = json.loads(options.file.read_text(encoding="utf-8"))
        print(page(document, trial=document["trial"]), end="")
    else:
        _run(options)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as by Ctrl-C."""
    del number, frame
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    graph = commands.add_parser("graph", help="write a graph of a size as N-Quads")
    graph.add_argument("triples", type=int)
    graph.add_argument("file", type=Path)
    table = commands.add_parser("table", help="print the page of a JSON result")
    table.add_argument("file", type=Path)
    measured = commands.add_parser("run", help="measure, and write JSON and page")
    measured.add_argument(
        "--short", action="store_true", help="a trial: 10,000 triples, a few queries, one second"
    )
    measured.add_argument("--triples", type=int, nargs="+", help=f"sizes of the graphs; by default {SIZES}")
    measured.add_argument("--rounds", type=int)
    measured.add_argument("--seconds", type=int, help="how long wrk asks in each measurement")
    measured.add_argument("--connections", type=int, nargs="+")
    measured.add_argument("--servers", nargs="+", choices=[peer.name for peer in PEERS])
    measured.add_argument("--queries", nargs="+", choices=[query.name for query in read_mix()])
    measured.add_argument(
        "--out",
        type=Path,
        help="folder of the results; by default benchmarks/results, for a trial build/bench-service",
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    plan = _plan(options)
    out = options.out or (TRIALS if options.short or plan.rounds < ROUNDS else RESULTS)
    out.mkdir(parents=True, exist_ok=True)
    for triples in options.triples or ((10_000,) if options.short else SIZES):
        begun = time.monotonic()
        path = out / f"service-{triples}"
        with tempfile.TemporaryDirectory(prefix="poca-kg-bench-") as folder:
            run(plan, triples, Path(folder), _tell, keep=partial(_write, path))
        print(path.with_suffix(".md").read_text(encoding="utf-8"))
        _tell(f"{triples} triples took {time.monotonic() - begun:.0f} s; see {out}")


def _plan(options: argparse.Namespace) -> Plan:
    queries = read_mix()
    return Plan(
        peers=tuple(_chosen(PEERS, options.servers)),
        queries=queries,
        measured=frozenset(
            options.queries or (query.name for query in queries if query.repeated or not options.short)
        ),
        connections=options.connections or ((1, 8) if options.short else (1, 8, 32)),
        rounds=options.rounds or (1 if options.short else ROUNDS),
        seconds=options.seconds or 1,
    )


def _chosen(peers: Iterable[Peer], names: list[str] | None) -> Iterable[Peer]:
    return [peer for peer in peers if names is None or peer.name in names]


def _write(path: Path, document: dict[str, Any]) -> None:
    document["trial"] = document["plan"]["rounds"] < ROUNDS
    path.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(page(document, trial=document["trial"]), encoding="utf-8")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
