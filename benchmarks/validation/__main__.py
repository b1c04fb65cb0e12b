"""``python -m benchmarks.validation generate``."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.validation.graphs import SHARE, write_case


def main() -> None:
    """Do what the command line says."""
    options = _parser().parse_args()
    print(write_case(options.folder, options.triples, share=options.share, padded=options.padded))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write data.nt, shapes-core.ttl, shapes-sparql.ttl")
    generate.add_argument("folder", type=Path)
    generate.add_argument("--triples", type=int, default=100_000)
    generate.add_argument("--share", type=float, default=SHARE, help="share of things with a mistake")
    generate.add_argument("--padded", action="store_true", help="decimals as no store keeps them: 12.50")
    return parser


if __name__ == "__main__":
    main()
