"""The long form of ``tests/validate/fuzz``: compiler and pyshacl before random shapes and data, fresh seeds.

``python benchmarks/soak/shacl.py`` prints a line of JSON per kind of case and seed, and keeps them with
``--write FILE``. It ends with 1 when the engines disagree; the smallest case stands on standard error.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "validate" / "fuzz" / "support"))

from shacl_engines import compare
from shacl_random import PROFILES

FULL = 20_000


def main() -> int:
    """Compare the engines over as many cases as are asked for."""
    parser = argparse.ArgumentParser(description="Compare compiler and pyshacl over random cases.")
    parser.add_argument("--cases", type=int, default=FULL, help="over all kinds and seeds")
    parser.add_argument("--kind", choices=sorted(PROFILES), action="append", help="by default all")
    parser.add_argument(
        "--seed", type=int, action="append", help="again and again; by default three are drawn"
    )
    parser.add_argument("--write", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    kinds = chosen.kind or sorted(PROFILES)
    seeds = chosen.seed or [random.SystemRandom().randrange(1 << 31) for _ in range(3)]
    each = -(-chosen.cases // (len(kinds) * len(seeds)))
    reports = [report(kind, seed, each) for kind in kinds for seed in seeds]
    if chosen.write:
        chosen.write.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    return int(any("disagreement" in one for one in reports))


def report(kind: str, seed: int, examples: int) -> dict[str, object]:
    """Compare one batch; print and return how it ended."""
    begun = time.monotonic()
    told: dict[str, object] = {"kind": kind, "seed": seed}
    try:
        told["cases"] = dict(compare(PROFILES[kind], seed=seed, examples=examples))
    except AssertionError as error:
        told["disagreement"] = str(error)
        print(error, file=sys.stderr)
    told["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(told), flush=True)
    return told


if __name__ == "__main__":
    sys.exit(main())
