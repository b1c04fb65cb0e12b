"""The long form of ``tests/validate/fuzz``: compiler and pyshacl before random shapes and data, fresh seeds.

``python benchmarks/soak/shacl.py`` prints a line of JSON per kind of case and seed, and keeps them with
``--write FILE``. It ends with 1 when the engines disagree; the smallest case stands on standard error. The
kind ``third`` puts all constraints with all literals before the compiler and a third engine (``pip install
pyshifty``), because pyshacl is known to judge some of them wrongly.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "validate" / "fuzz" / "support"))

from shacl_engines import compare
from shacl_random import PROFILES, WILD
from shacl_third import compare_with_third

FULL = 20_000
THIRD = "third"
KINDS = [*sorted(PROFILES), THIRD]


def main() -> int:
    """Compare the engines over as many cases as are asked for."""
    parser = argparse.ArgumentParser(description="Compare compiler and pyshacl over random cases.")
    parser.add_argument("--cases", type=int, default=FULL, help="over all kinds and seeds")
    parser.add_argument("--kind", choices=KINDS, action="append", help="by default all that are installed")
    parser.add_argument(
        "--seed", type=int, action="append", help="again and again; by default three are drawn"
    )
    parser.add_argument("--write", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    kinds = chosen.kind or [kind for kind in KINDS if kind != THIRD or find_spec("shifty")]
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
        if kind == THIRD:
            tally = compare_with_third(WILD, seed=seed, examples=examples)
        else:
            tally = compare(PROFILES[kind], seed=seed, examples=examples)
        told["cases"] = dict(tally)
    except AssertionError as error:
        told["disagreement"] = str(error)
        print(error, file=sys.stderr)
    told["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(told), flush=True)
    return told


if __name__ == "__main__":
    sys.exit(main())
