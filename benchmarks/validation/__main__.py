"""``python -m benchmarks.validation generate | stages | changes | run | table``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.validation.engines import ENGINES
from benchmarks.validation.graphs import SHARE, VARIANTS, write_case
from benchmarks.validation.report import page, wrong
from benchmarks.validation.run import MANY, Plan, run

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
TRIALS = ROOT / "build" / "bench-validation"
SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 3


def main() -> None:
    """Do what the command line says."""
    options = _parser().parse_args()
    if options.command == "generate":
        print(write_case(options.folder, options.triples, share=options.share, padded=options.padded))
    elif options.command == "stages":
        from benchmarks.validation.stages import print_stages  # noqa: PLC0415  (the runs need little memory)

        print_stages(options.folder, options.shapes, most=options.most)
    elif options.command == "changes":
        from benchmarks.validation.changes import measure_changes  # noqa: PLC0415

        print(json.dumps(measure_changes(options.folder, options.shapes)))
    elif options.command == "table":
        document = json.loads(options.file.read_text(encoding="utf-8"))
        print(page(document, trial=document["trial"]), end="")
    else:
        _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write data.nt, shapes-core.ttl, shapes-sparql.ttl")
    generate.add_argument("folder", type=Path)
    generate.add_argument("--triples", type=int, default=100_000)
    generate.add_argument("--share", type=float, default=SHARE, help="share of things with a mistake")
    generate.add_argument("--padded", action="store_true", help="decimals as no store keeps them: 12.50")
    table = commands.add_parser("table", help="print the page of a JSON result")
    table.add_argument("file", type=Path)
    stages = commands.add_parser("stages", help="print where the compiler's time goes on a generated case")
    stages.add_argument("folder", type=Path)
    stages.add_argument("--shapes", choices=tuple(VARIANTS), default="core")
    stages.add_argument("--most", type=int, default=5, help="how many of the slowest queries to print")
    changes = commands.add_parser("changes", help="print what re-validating after a change of one node takes")
    changes.add_argument("folder", type=Path)
    changes.add_argument("--shapes", choices=tuple(VARIANTS), default="core")
    measured = commands.add_parser("run", help="measure, and write JSON and page")
    measured.add_argument("--short", action="store_true", help="a trial: 10,000 triples, one round")
    measured.add_argument("--triples", type=int, nargs="+", help=f"sizes of the graphs; by default {SIZES}")
    measured.add_argument("--rounds", type=int)
    measured.add_argument("--cpu-limit", type=int, default=600, help="seconds of one command")
    measured.add_argument("--engines", nargs="+", choices=[engine.name for engine in ENGINES])
    measured.add_argument("--shapes", nargs="+", choices=tuple(VARIANTS), default=tuple(VARIANTS))
    measured.add_argument(
        "--only-files", action="store_true", help="no remote store, no changes, no many findings"
    )
    measured.add_argument("--out", type=Path, help="folder of the results")
    return parser


def _run(options: argparse.Namespace) -> None:
    trial = options.short or (options.rounds or ROUNDS) < ROUNDS
    out = options.out or (TRIALS if trial else RESULTS)
    out.mkdir(parents=True, exist_ok=True)
    document = run(_plan(options), _tell)
    document["trial"] = trial
    _write(out / "validation", document)
    print((out / "validation.md").read_text(encoding="utf-8"))
    if found := wrong(document):
        sys.exit(f"not just the mistakes that were made: {'; '.join(found)}")


def _plan(options: argparse.Namespace) -> Plan:
    sizes = tuple(options.triples or ((10_000,) if options.short else SIZES))
    return Plan(
        sizes=sizes,
        rounds=options.rounds or (1 if options.short else ROUNDS),
        cpu_limit_s=options.cpu_limit,
        engines=[engine for engine in ENGINES if not options.engines or engine.name in options.engines],
        variants=options.shapes,
        remote=None if options.only_files else min(max(sizes), 100_000),
        changed=None if options.only_files else 50_000 if options.short else 100_000,
        many=None if options.only_files else 10_000 if options.short else MANY,
    )


def _write(path: Path, document: dict[str, Any]) -> None:
    path.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(page(document, trial=document["trial"]), encoding="utf-8")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
